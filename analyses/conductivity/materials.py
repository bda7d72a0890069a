"""Whether one line may go through all conductivities of a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from ..apart import ways_apart

if TYPE_CHECKING:
    import xarray as xr

SAME = 0.5
"""In K: temperatures that differ by less count as one."""


def pooling_of_materials(data: "xr.Dataset") -> Mapping[str, Any]:
    """Return that the paths through one pellet share nothing; refuse several materials.

    Raises
    ------
    PosterionError
        If one line would go through several materials.
    """
    if "conductivity_covariance" in data and "path" in data.coords:
        return {"path": "none"}
    labels = [str(name) for name, value in data.coords.items() if value.dtype.kind in "UO"]
    counts = {name: len(set(data[name].values.tolist())) for name in labels}
    splitting = [
        name for name in counts if 1 < counts[name] < data.sizes["point"] and _splits(data, name)
    ]
    if not splitting:
        return {}
    # The coarsest label that leaves no temperature twice in a group, or else the finest.
    whole = [name for name in splitting if not _repeats(data, name)]
    best = min(whole, key=counts.__getitem__) if whole else max(splitting, key=counts.__getitem__)
    told = ", ".join(f"{name} ({counts[name]} values)" for name in splitting)
    raise PosterionError(
        f"the table holds several series over the same temperatures, told apart by {told}. One "
        "line through all of them means nothing. Take ",
        *ways_apart(best, "where they are samples of a kind", "one line"),
    )


def _groups(data: "xr.Dataset", name: str) -> list[list[float]]:
    """Return the temperatures of each value of a label, ascending."""
    temperature, label = data["temperature"].values, data[name].values
    return [sorted(temperature[label == value].tolist()) for value in set(label.tolist())]


def _splits(data: "xr.Dataset", name: str) -> bool:
    """Tell whether the ranges of temperature of two values of a label overlap.

    Measuring up to 60 °C, and on from there in a second run, is one series.
    """
    reached = -1.0
    for low, high in sorted((group[0], group[-1]) for group in _groups(data, name)):
        if low < reached - SAME or (low == high and abs(low - reached) <= SAME):
            return True
        reached = max(reached, high)
    return False


def _repeats(data: "xr.Dataset", name: str) -> bool:
    """Tell whether one value of a label has a temperature twice."""
    return any(
        after - before <= SAME
        for group in _groups(data, name)
        for before, after in zip(group, group[1:], strict=False)
    )
