"""The one representation of numbers of many specimens, and the checks that hold it."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError
from .tables.points import columns_of

RESERVED = ("point", "value", "group", "specimen", "value_sd", "value_step", "value_n")


def replicates(
    value: npt.ArrayLike,
    group: Sequence[str],
    *,
    unit: str,
    specimen: Sequence[str] | None = None,
    sd: npt.ArrayLike | None = None,
    step: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
    factors: Mapping[str, Sequence[object] | npt.ArrayLike] | None = None,
    quantity: str = "value",
    source: str = "data in memory",
    sha256: str | None = None,
    messages: Sequence[str] = (),
    where: Callable[[int], str] | None = None,
) -> xr.Dataset:
    """Build and validate numbers of specimens, such as the conductivities of pellets.

    Parameters
    ----------
    value
        Shape (n,), one number of one specimen each.
    group
        Shape (n,), what was made alike, such as the coating.
    unit
        Of the values, as pint spells it; empty for a pure number.
    specimen
        Shape (n,), which pellet or cell it was. Several values of one specimen are repeated
        measurements of it, not replicates. Each value is of a specimen of its own unless given.
    sd, step
        Shape (n,) each: one standard deviation of the number itself, and the unit in its last
        printed digit.
    n
        Shape (n,), of how many specimens each value is the mean; 1 unless given.
    factors
        Shape (n,) each: further conditions, numbers or labels, such as ``{"volume": [5, 7]}``.
    quantity
        What the values are of, such as ``"conductivity"``.
    source, sha256, messages
        Where the data come from, and what was decided on the way here.
    where
        Says where a point comes from, for error messages.

    Returns
    -------
    xarray.Dataset
        ``value`` (point) with the attributes ``units`` and ``long_name``, the coordinates
        ``group``, ``specimen`` (unique among all groups) and the factors, and where given
        ``value_sd``, ``value_step`` and ``value_n``.

    Raises
    ------
    PosterionError
        If shapes differ, there is no value, or a value, error or name cannot be used.
    """
    place = where or (lambda point: f"{source}, point {point + 1}")
    given = {"value": value, "value_sd": sd, "value_step": step, "value_n": n}
    arrays = columns_of(given, source)
    size = arrays["value"].size
    groups = [str(label).strip() for label in group]
    coords = {name: _factor(name, each, source) for name, each in (factors or {}).items()}
    names = groups if specimen is None else [str(label).strip() for label in specimen]
    lengths = {name: len(each) for name, each in (arrays | coords).items()}
    for name, length in {**lengths, "group": len(groups), "specimen": len(names)}.items():
        if length != size:
            raise PosterionError(f"{source}: {name} has {length} entries, and value {size}.")
    if not size:
        raise PosterionError(f"{source} holds no value; give at least one of each group.")
    least = {"value": -np.inf, "value_sd": 0.0, "value_step": 0.0, "value_n": 1.0}
    for name, array in arrays.items():
        for point in np.flatnonzero(~(np.isfinite(array) & (array >= least[name])))[:1]:
            expected = "a finite number" if name == "value" else f"{least[name]:g} or above"
            raise PosterionError(
                f"{place(point)}: {name} is {array[point]:g}; it must be {expected}."
            )
    for name, labels in (("group", groups), ("specimen", names)):
        for point in (k for k, label in enumerate(labels) if not label):
            raise PosterionError(f"{place(point)}: {name} is empty; name it.")
    unique = _numbered(groups) if specimen is None else _unique(groups, names)
    if sha256 is None:
        digest = hashlib.sha256(b"".join(each.tobytes() for each in arrays.values()))
        digest.update("\n".join([*groups, *unique]).encode())
        sha256 = digest.hexdigest()
    dataset = xr.Dataset(
        {name: ("point", each) for name, each in arrays.items()},
        coords={
            "group": ("point", np.array(groups)),
            "specimen": ("point", np.array(unique)),
            **{name: ("point", each) for name, each in coords.items()},
        },
        attrs={"source": source, "sha256": sha256, "messages": "\n".join(messages)},
    )
    dataset["value"].attrs = {"units": unit, "long_name": quantity}
    for name in ("value_sd", "value_step"):
        if name in dataset:
            dataset[name].attrs["units"] = unit
    return dataset


def _factor(name: str, values: object, source: str) -> npt.NDArray[np.generic]:
    if name in RESERVED or not name.isidentifier():
        raise PosterionError(f"{source}: a factor cannot be called '{name}'; give it another name.")
    array = np.atleast_1d(np.asarray(values))
    return array if array.dtype.kind in "fiu" else array.astype(str)


def _numbered(groups: Sequence[str]) -> list[str]:
    """Return a label of each specimen where none has a name: ``bare 1``, ``bare 2``."""
    count: Counter[str] = Counter()
    labels = []
    for group in groups:
        count[group] += 1
        labels.append(f"{group} {count[group]}")
    return labels


def _unique(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """Tell specimens of one name in several groups apart."""
    homes = defaultdict(set)
    for group, name in zip(groups, names, strict=True):
        homes[name].add(group)
    return [
        f"{group} / {name}" if len(homes[name]) > 1 else name
        for group, name in zip(groups, names, strict=True)
    ]
