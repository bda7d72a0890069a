"""By which factor something grew over the measured cycles, and whether it did."""

from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr

from ..measured import group_dim
from ..verdict import Verdict
from .ageing import retention
from .cycle_series import CycleSeries, cycle_series

FACTOR = "factor_over_cycles"


def factors(tree: xr.DataTree) -> xr.Dataset | None:
    """Return draws of the last measured value over the first, by the law, for each series.

    None where the checks failed.
    """
    if not Verdict.of(tree).passed:
        return None
    series, dim = cycle_series(tree), group_dim(tree)
    found = [_between(tree, place, each.first, each.last) for place, each in enumerate(series)]
    drawn = found[0] if dim is None else xr.concat(found, dim=dim).assign_coords(
        {dim: [each.label for each in series]}
    )  # fmt: skip
    meaning = "value at the last measured cycle over that at the first, by the law"
    return xr.Dataset({FACTOR: drawn.assign_attrs(units="", long_name=meaning)})


def chances(extra: xr.Dataset) -> dict[str, float]:
    """Return the probability that each series grows."""
    grows = (extra[FACTOR] > 1).mean(("chain", "draw"))
    labels = map(str, grows[grows.dims[0]].values) if grows.dims else [""]
    return dict(zip(labels, np.atleast_1d(grows.values).astype(float).tolist(), strict=True))


def larger(tree: xr.DataTree) -> list[dict[str, Any]]:
    """Return for series that differ in one label alone how probably one grows by more.

    Each is compared over the cycles at which both were measured.
    """
    series, found = cycle_series(tree), []
    for (i, a), (k, b) in combinations(enumerate(series), 2):
        differing = [n for n in a.kinds if n != "series" and _label(a, n) != _label(b, n)]
        first, last = max(a.first, b.first), min(a.last, b.last)
        if len(differing) != 1 or differing == ["path"] or first >= last:
            continue
        one, other = (_between(tree, place, first, last) for place in (i, k))
        found.append(
            {
                "a": a.label,
                "b": b.label,
                "label": differing[0],
                "from_cycle": first,
                "to_cycle": last,
                "p_larger": float((one > other).mean()),
            }
        )
    return found


def _between(tree: xr.DataTree, place: int, first: float, last: float) -> xr.DataArray:
    drawn = retention(tree, last, reference=first).isel(cycle=0, drop=True)
    dim = group_dim(tree)
    return drawn if dim is None else drawn.isel({dim: place}, drop=True)


def _label(series: CycleSeries, name: str) -> str:
    return " / ".join(dict.fromkeys(series.kinds[name].tolist()))
