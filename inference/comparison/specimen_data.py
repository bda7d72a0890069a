"""What is compared, from fits, published numbers and arrays to one table of specimens."""

import hashlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ..caution.general import enumerated
from ..doubts.inherited import DOUBTS
from ..scalars import SAMPLE, scalars
from ..store import load
from ..verdict import Doubt, Verdict, as_text
from .specimen_numbers import Number, numbers_of_text

_SERIES = {"Z": "frequency", "capacity": "cycle", "resistance": "cycle", "overpotential": "cycle"}


def gathered(
    data: Mapping[str, Any], quantity: str | None, unit: str | None, log: bool | None
) -> xr.Dataset:
    """Return the specimens of all groups as one data set, as from `posterion.replicates`.

    Parameters
    ----------
    data
        What is known of each group: a fit (or its file), a published number, a text such as
        ``"0.31 mS/cm"`` or ``"0.30 ± 0.01 eV (n=3)"``, an array of numbers in `unit`, or a list
        of these, one of each specimen.
    quantity
        Which of a fit's quantities.
    unit
        Of bare numbers.
    log
        Whether the posterior of a fit is taken as normal in its logarithm.

    Raises
    ------
    PosterionError
        If a group has no data, a fit failed its checks or occurs twice, or units do not fit.
    """
    found = {
        str(group): _numbers(each, str(group), quantity, unit, log) for group, each in data.items()
    }
    for group, numbers in found.items():
        if not numbers:
            raise PosterionError(f"the group '{group}' has no data; give it some, or leave it out.")
    first = next((number.unit for numbers in found.values() for number in numbers), "")
    rows = [(group, number.to(first)) for group, each in found.items() for number in each]
    _refuse_twice(rows)
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    places: dict[str, int] = {}
    labels = []
    for group, number in rows:
        places[group] = places.get(group, 0) + 1
        labels.append(number.specimen or f"{group} {places[group]}")
    told = [f"{group}: {number.source}" for group, number in rows if number.source]
    dataset = xr.Dataset(
        {
            "value": ("point", np.array([number.value for _, number in rows])),
            "value_sd": ("point", np.array([number.sd for _, number in rows])),
            "value_step": ("point", np.array([number.step for _, number in rows])),
            "value_n": ("point", np.array([float(number.n) for _, number in rows])),
        },
        coords={
            "group": ("point", np.array([group for group, _ in rows])),
            "specimen": ("point", np.array(labels)),
        },
        attrs={
            "source": " against ".join(found) if len(found) < 5 else f"{len(found)} groups",
            "sha256": digest,
            "messages": "\n".join(dict.fromkeys(told)),
            **_doubts(rows),
        },
    )
    dataset["value"].attrs = {"units": first, "long_name": quantity or "value"}
    return dataset


def _numbers(
    given: Any, group: str, quantity: str | None, unit: str | None, log: bool | None
) -> list[Number]:
    """Return the numbers of one group."""
    if isinstance(given, xr.DataTree):
        return [_of_fit(given, group, quantity, log, "a fit")]
    if isinstance(given, Path) or (isinstance(given, str) and given.endswith(".nc")):
        return [_of_fit(load(given), group, quantity, log, Path(given).name)]
    if isinstance(given, str):
        return numbers_of_text(given, group)
    if hasattr(given, "printed"):  # a number of posterion.analyses.audit.published
        number = Number(given.value, given.unit, step=given.step, source=f"{given.key}, rounded")
        return [number]
    if isinstance(given, xr.Dataset) and "value" in given:
        return _of_replicates(checked(given), group)
    if isinstance(given, xr.Dataset):
        raise PosterionError(
            f"the group '{group}' is a data set, not a number of a specimen; points of one "
            "measurement are no replicates. Fit it first, and give the fit."
        )
    if isinstance(given, Sequence) and any(
        not np.isscalar(each) or isinstance(each, str) for each in given
    ):
        return [number for each in given for number in _numbers(each, group, quantity, unit, log)]
    try:
        values = np.atleast_1d(np.asarray(given, dtype=float))
    except (TypeError, ValueError) as error:
        raise PosterionError(
            f"the group '{group}' is {type(given).__name__}; give a fit, a text such as "
            "'0.31 mS/cm', or numbers with unit='mS/cm'."
        ) from error
    if values.ndim != 1:
        raise PosterionError(
            f"the group '{group}' has the shape {values.shape}; give one number of each specimen."
        )
    if unit is None and values.size:
        raise PosterionError(
            f"the numbers of the group '{group}' have no unit; say which, as in unit='mS/cm', or "
            "unit='' for a pure number."
        )
    if bad := [value for value in values.tolist() if not np.isfinite(value)]:
        raise PosterionError(f"the group '{group}' holds {bad[0]}; leave it out or correct it.")
    return [Number(value, unit or "") for value in values.tolist()]


def _of_replicates(data: xr.Dataset, group: str) -> list[Number]:
    """Return the numbers of a data set of replicates as those of one group."""
    unit, source = str(data["value"].attrs["units"]), str(data.attrs["source"])
    names = (("value_sd", 0.0), ("value_step", 0.0), ("value_n", 1.0))
    size = data.sizes["point"]
    more = [data[name].values if name in data else np.full(size, no) for name, no in names]
    return [
        Number(float(value), unit, float(sd), float(step), int(n), source, "", f"{group}: {name}")
        for value, sd, step, n, name in zip(
            data["value"].values, *more, data["specimen"].values, strict=True
        )
    ]


def _of_fit(
    tree: xr.DataTree, group: str, quantity: str | None, log: bool | None, source: str
) -> Number:
    """Return what a fit says of a quantity, as a number with its error."""
    if quantity is None:
        raise PosterionError(
            f"the group '{group}' is a fit; say which of its quantities, as in quantity='R1'."
        )
    verdict = Verdict.of(tree)
    if not verdict.passed:
        raise PosterionError(
            f"the fit of the group '{group}' failed its checks and is not compared: "
            f"{verdict.messages[0]}"
        )
    known: dict[str, xr.DataArray] = {}
    for name, child in tree.children.items():
        dataset = child.to_dataset()
        if name == "posterior" or (set(dataset.dims) >= SAMPLE and name not in _OTHERS):
            known |= {str(each): value for each, value in scalars(dataset).items()}
    if quantity not in known:
        close = get_close_matches(quantity, known, 1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise PosterionError(
            f"the fit of the group '{group}' has no quantity '{quantity}'; {hint}It has "
            f"{', '.join(known)}."
        )
    doubt = _doubt(verdict, quantity, known[quantity])
    draws = known[quantity].values.ravel()
    unit = str(known[quantity].attrs.get("units", ""))
    model = (
        f"{source} of {tree.attrs.get('model', 'a model')} to {tree.attrs.get('source', 'data')}"
    )
    sha256 = str(tree.attrs.get("sha256", ""))
    if log is not False and draws.min() > 0:
        middle = float(np.exp(np.log(draws).mean()))
        sd = middle * float(np.log(draws).std())
        return Number(middle, unit, sd, source=model, sha256=sha256, doubt=doubt)
    mean, sd = float(draws.mean()), float(draws.std())
    return Number(mean, unit, sd, source=model, sha256=sha256, doubt=doubt)


def _doubt(verdict: Verdict, quantity: str, value: xr.DataArray) -> str:
    """Name what is doubted of a quantity of a fit, or of what follows from one."""
    follows = value.attrs.get("doubtful")
    if not follows and (follows is not None or verdict.trusts(quantity)):
        return ""
    names = [each.name for each in verdict.doubts if follows or each.concerns(quantity)]
    return enumerated([*dict.fromkeys(filter(None, names))]) or "for another reason"


def _doubts(rows: Sequence[tuple[str, Number]]) -> dict[str, str]:
    """Return the attribute by which doubts of fits go along with what is compared."""
    found: dict[tuple[str, str], int] = {}
    for group, number in rows:
        if number.doubt:
            found[group, number.doubt] = found.get((group, number.doubt), 0) + 1
    doubts = [
        Doubt(
            f"Of the group {group} {count} fit{'s are' if count > 1 else ' is'} doubtful ({why}): "
            "what the group is compared by holds only if the model does.",
            name=f"doubtful fit of {group}",
        )
        for (group, why), count in found.items()
    ]
    return {DOUBTS: as_text(doubts)} if doubts else {}


_OTHERS = {
    *("prior", "prior_predictive", "posterior_predictive", "sample_stats"),
    *("log_likelihood", "log_prior"),  # whose variables have the names of the parameters
}


def _refuse_twice(rows: Sequence[tuple[str, Number]]) -> None:
    seen: dict[str, str] = {}
    for group, number in rows:
        if number.sha256 and number.sha256 in seen:
            raise PosterionError(
                f"two fits, of the groups '{seen[number.sha256]}' and '{group}', are of the same "
                "data; two fits of one measurement are not two specimens. Leave one out."
            )
        seen[number.sha256] = group


def checked(data: xr.Dataset) -> xr.Dataset:
    """Refuse a data set that is none of replicates, or whose points are no replicates.

    Raises
    ------
    PosterionError
        With what to do.
    """
    source = str(data.attrs.get("source", "the data"))
    if not {"value", "group", "specimen"} <= set(map(str, data.variables)):
        series = next((each for name, each in _SERIES.items() if name in data), None)
        why = (
            f"it holds points along the {series} of what was measured, which are no replicates: "
            "fit it first, and compare the fits"
            if series
            else "build one with posterion.replicates or posterion.read_replicates"
        )
        raise PosterionError(f"{source} is no data set of replicates; {why}.")
    groups = data["group"].values.astype(str)
    for name, factor in data.coords.items():
        if name in ("group", "specimen", "point") or factor.dims != ("point",):
            continue
        for group in dict.fromkeys(groups.tolist()):
            held = set(factor.values[groups == group].tolist())
            if len(held) > 1:
                raise PosterionError(
                    f"{source}: '{name}' has {len(held)} values within the group '{group}'; values "
                    f"at several conditions are no replicates. Choose one {name}."
                )
    return data
