"""Stripping and plating: the overpotential over cycles, and how each cell ended."""

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError
from ..tables.points import Labels, points_of, repeated
from .limits import lifetimes

_VOLTS = {"V": 1.0, "mV": 1e-3}


def stripping(
    cycle: npt.ArrayLike,
    overpotential: npt.ArrayLike,
    *,
    unit: str = "V",
    cell: Labels = "cell",
    sample: Labels | None = None,
    source: str = "data in memory",
) -> xr.Dataset:
    """Build the overpotential of cells that are stripped and plated, cycle by cycle.

    Parameters
    ----------
    cycle
        Shape (n,), numbers of cycles from 0 up, rising within each cell.
    overpotential
        Shape (n,), half the difference of the voltages of stripping and plating, or its size;
        above zero.
    unit
        ``"V"`` or ``"mV"``.
    cell, sample
        Shape (n,), the cell of each point and what it is made of; or one label for all.
    source
        A name for the data.

    Returns
    -------
    xr.Dataset
        ``overpotential`` (point) in V with coordinates ``cycle``, ``cell`` and ``sample``, for
        laws such as ``LinearGrowth(output="overpotential")``. A cycle in which a cell failed
        does not belong to the drift: leave it out, and name the cell to `lifetimes_of`.

    Raises
    ------
    PosterionError
        If shapes differ, the unit is another, a value is not possible, or cycles do not rise
        within a cell.
    """
    if unit not in _VOLTS:
        raise PosterionError(f"the unit of the overpotential is '{unit}'; expected 'V' or 'mV'.")
    labels = {"cell": repeated(cell, np.size(cycle))}
    labels |= {} if sample is None else {"sample": repeated(sample, np.size(cycle))}
    given = {"cycle": np.atleast_1d(cycle), "overpotential": np.atleast_1d(overpotential)}
    points = points_of(given, labels, {"point"}, {"source": source})
    number, volts = points.arrays.values()
    points.require("cycle", np.isfinite(number) & (number >= 0), "a number from 0 up")
    possible = np.isfinite(volts) & (volts > 0)
    points.require("overpotential", possible, "one above zero", unit, said="the overpotential")
    cells = points.labels["cell"]
    order = {label: place for place, label in enumerate(dict.fromkeys(cells))}
    # A stable sort keeps what was measured in order within a cell.
    keep = np.argsort([order[label] for label in cells], kind="stable")
    for before, after in pairwise(keep.tolist()):
        if cells[before] == cells[after] and number[after] <= number[before]:
            raise PosterionError(
                f"{source}: cycle {number[after]:g} follows cycle {number[before]:g} in cell "
                f"'{cells[after]}'; expected rising cycles in each cell."
            )
    arrays = {"cycle": number, "overpotential": volts * _VOLTS[unit]}
    variables = {"overpotential": ("V", "Overpotential"), "cycle": (None, "Cycle")}
    return replace(points, arrays=arrays).dataset(variables, coords=["cycle"], order=keep)


def lifetimes_of(
    data: xr.Dataset, *, failed: Collection[str], seen_every: float = 1.0
) -> xr.Dataset:
    """Return how long cells lived whose cycles were followed one by one.

    Parameters
    ----------
    data
        With the coordinates ``cycle`` and ``cell``, as from `stripping` or `read_cycling`.
    failed
        The cells that failed; the others were still running at their last cycle.
    seen_every
        Cycles after the last one in the data within which a failed cell failed.

    Returns
    -------
    xr.Dataset
        As from `lifetimes`: of a failed cell the lifetime lies above its last cycle and at
        most `seen_every` beyond. A label that is one for all points of a cell comes along.

    Raises
    ------
    PosterionError
        If the data name no cells, or a failed cell is not among them.
    """
    if "cell" not in data.coords or "cycle" not in data.coords:
        raise PosterionError("the data need the coordinates 'cycle' and 'cell'.")
    column = data["cell"].values.astype(str)
    cells = list(dict.fromkeys(column.tolist()))
    for label in failed:
        if label not in cells:
            raise PosterionError(
                f"'{label}' is said to have failed, which is no cell of the data; they have "
                f"{', '.join(cells[:8])}."
            )
    last = np.array([data["cycle"].values[column == label].max() for label in cells])
    runs = [label not in failed for label in cells]
    labels = {}
    for name, values in data.coords.items():
        if name in ("cell", "cycle") or values.dims != data["cell"].dims:
            continue
        of_cell = [dict.fromkeys(values.values[column == label].tolist()) for label in cells]
        if all(len(found) == 1 for found in of_cell):
            labels[str(name)] = [str(next(iter(found))) for found in of_cell]
    return lifetimes(
        np.where(runs, last, last + seen_every),
        runs,
        seen_every=seen_every,
        cell=cells,
        sample=labels.pop("sample", None),
        labels=labels,
        source=str(data.attrs.get("source", "data in memory")),
    )
