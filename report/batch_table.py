"""What the table of a batch shows: over what its quantities are drawn, and which stand apart."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

NEIGHBOURS = 4
"""To either side, that say what a quantity should be."""

FEWEST = 8
"""Fewer data sets say nothing of one that stands apart."""

APART = 6.0
"""Standard deviations of the scatter around neighbours, as the median of its size tells it."""

_CYCLE = re.compile(r"cyc(?:le)?s?[ _=#-]*0*(\d+)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Over:
    """What quantities are drawn over: a name with its unit, and its value for each data set."""

    label: str
    values: "pd.Series[float]"


def over(table: pd.DataFrame) -> Over:
    """Return the temperature where it is known and differs, else the cycle, else the order."""
    sets = table[table["verdict"] != "failed"].drop_duplicates("name").set_index("name")
    order = pd.Series(np.arange(1.0, len(sets) + 1), index=sets.index)
    temperature = sets["temperature_c"].astype(float)
    if temperature.notna().all() and temperature.nunique() > 2:
        return Over("Temperature (°C)", temperature)
    found = [_CYCLE.search(name) for name in sets.index]
    if found and all(found) and len({match[1] for match in found if match}) > 2:
        return Over("Cycle", pd.Series([float(m[1]) for m in found if m], index=sets.index))
    labels = [name.rpartition(": ")[2] for name in sets.index]
    if sets["source"].nunique() == 1 and len(sets) > 2 and all(map(_NUMBER.fullmatch, labels)):
        return Over("Label", pd.Series([*map(float, labels)], index=sets.index))
    return Over("Place in the batch", order)


def stand_apart(x: Array, median: Array, low: Array, high: Array) -> NDArray[np.bool_]:
    """Tell which values are not what their neighbours say.

    Neighbours predict by the median of their slopes (Theil 1950, Sen 1968,
    doi:10.1080/01621459.1968.10480934), positive quantities on a logarithmic scale. One stands
    apart that is further off than `APART` times the usual scatter, and whose interval does not
    reach what they predict.

    Parameters
    ----------
    x, median, low, high
        Of shape (n,): where, and the quantity with the ends of its interval.

    Returns
    -------
    array
        Of shape (n,).
    """
    count = x.size
    apart = np.zeros(count, dtype=bool)
    if count < FEWEST:
        return apart
    scale = np.log if (low > 0).all() else np.asarray
    order = np.argsort(x, kind="stable")
    at, y, ends = x[order], scale(median[order]), (scale(low[order]), scale(high[order]))
    expected = np.array([_from_neighbours(at, y, place) for place in range(count)])
    off = y - expected
    usual = 1.4826 * float(np.median(np.abs(off)))
    far = np.abs(off) > APART * usual
    apart[order] = far & ((expected < ends[0]) | (expected > ends[1]))
    return apart


def _from_neighbours(x: Array, y: Array, place: int) -> float:
    first = min(max(place - NEIGHBOURS, 0), max(x.size - 2 * NEIGHBOURS - 1, 0))
    near = [k for k in range(first, min(first + 2 * NEIGHBOURS + 1, x.size)) if k != place]
    u, v = x[near] - x[place], y[near]
    rise, run = v[:, None] - v, u[:, None] - u
    slope = float(np.median(rise[run > 0] / run[run > 0])) if (run > 0).any() else 0.0
    return float(np.median(v - slope * u))
