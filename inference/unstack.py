"""From one result of many spectra to a result of each."""

import json
from dataclasses import replace

import numpy as np
import xarray as xr

from .caution.general import NOISE
from .discrepancy import MODE
from .discrepancy import OFFSET as DISCREPANCY_OFFSET
from .pooling import CENTRING, MEAN, OFFSET, SPREAD
from .scalars import SAMPLE
from .verdict import ALL, Doubt, Verdict

OF_POINT = "_of_point"


def spectrum_dim(tree: xr.DataTree) -> str | None:
    """Return the dimension of the groups of a fitted circuit; None where there are none."""
    constant = tree.children["constant_data"].dataset
    if "measured_frequency" not in constant:
        return None
    found = [str(name) for name in constant if str(name).endswith(OF_POINT)]
    return found[0].removesuffix(OF_POINT) if found else None


def unstack(tree: xr.DataTree) -> dict[str, xr.DataTree]:
    """Part the result of many spectra into results that look like fits of one.

    Parameters
    ----------
    tree
        A circuit fitted to the result of `stack_spectra`, pooled over a label.

    Returns
    -------
    dict
        Results by label, in their order, with the draws of the parameters of each spectrum
        and its own points; empty where the result is one of a single spectrum. What groups
        share (typical values, spreads) is left out. The verdict is that of the whole.
    """
    dim = spectrum_dim(tree)
    if dim is None:
        return {}
    constant = tree.children["constant_data"].dataset
    of_point = constant[f"{dim}{OF_POINT}"].values
    labels = [str(label) for label in tree.children["posterior"].dataset[dim].values]
    known = json.loads(tree.attrs.get("labels", "{}"))
    priors = json.loads(tree.attrs["priors"])
    verdict = Verdict.of(tree)
    results = {}
    for place, label in enumerate(labels):
        points = np.flatnonzero(of_point == place)
        parts = {
            name: _part(child.to_dataset(), constant, dim, place, points)
            for name, child in tree.children.items()
            if name in KEPT
        }
        one = xr.DataTree.from_dict(parts)
        one.attrs = {name: value for name, value in tree.attrs.items() if name != "evidence"}
        one.attrs |= {
            "source": label,
            "n": len(points),
            "pool": json.dumps({"pool": None}),
            "priors": json.dumps({name: text for name, text in priors.items() if name in NOISE}),
        }
        one.attrs["verdict"] = replace(verdict, doubts=_own_doubts(verdict, label)).text
        own = {name: values[place] for name, values in known.items()}
        if isinstance(own.get("temperature_c"), float | int):
            one.attrs["temperature_c"] = float(own["temperature_c"])
        results[label] = one
    return results


KEPT = (
    "posterior",
    "prior",
    "posterior_predictive",
    "prior_predictive",
    "log_likelihood",
    "sample_stats",
    "observed_data",
    "constant_data",
)


def _own_doubts(verdict: Verdict, label: str) -> tuple[Doubt, ...]:
    """Return the doubts about one spectrum, under the names that its quantities have alone."""
    found = []
    for doubt in verdict.doubts:
        if doubt.about == ALL:
            found.append(doubt)
            continue
        ending = f"[{label}]"
        names = [name.removesuffix(ending) for name in doubt.about if name.endswith(ending)]
        names += [name for name in doubt.about if "[" not in name]
        if names:
            found.append(replace(doubt, about=tuple(names)))
    return tuple(found)


def _part(
    dataset: xr.Dataset, constant: xr.Dataset, dim: str, place: int, points: np.ndarray
) -> xr.Dataset:
    """Take what belongs to one group: its elements of vectors, and its points."""
    chosen = {}
    for name, value in dataset.items():
        if _is_shared(str(name)):
            continue
        for own in map(str, value.dims):
            coarse = f"{own}_of_{dim}"
            if own == "frequency":
                value = value.isel({own: points})
            elif own == dim:
                value = value.isel({own: place}, drop=True)
            elif coarse in constant:
                value = value.isel({own: int(constant[coarse].values[place])}, drop=True)
        if set(map(str, value.dims)) <= SAMPLE | {"part", "frequency", "window", *UNNAMED}:
            chosen[name] = value
    return xr.Dataset(chosen)


UNNAMED = frozenset({"unconstrained_dim", MODE})


def _is_shared(name: str) -> bool:
    if name == DISCREPANCY_OFFSET:  # of each spectrum
        return False
    ends = (f"_{MEAN}", f"_{OFFSET}")
    parts = (f"_{SPREAD}", f"_{OFFSET}_", f"_{CENTRING}", f"_{MEAN}_", "_of_")
    return name.endswith(ends) or any(part in name for part in parts)
