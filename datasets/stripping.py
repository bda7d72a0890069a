"""Stripping and plating: the overpotential over cycles, and how each cell ended."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError
from .limits_schema import lifetimes
from .tables.points import numbers_of, sha256_of

_VOLTS = {"V": 1.0, "mV": 1e-3}


def stripping(
    cycle: npt.ArrayLike,
    overpotential: npt.ArrayLike,
    *,
    unit: str = "V",
    cell: str | Sequence[object] = "cell",
    sample: str | Sequence[object] | None = None,
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
    number, volts = (
        np.atleast_1d(numbers_of(values, np.dtype(np.float64), f"{source}: {name}"))
        for name, values in (("cycle", cycle), ("overpotential", overpotential))
    )
    if number.ndim != 1 or number.shape != volts.shape or not number.size:
        raise PosterionError(
            f"{source}: cycle has the shape {number.shape} and overpotential {volts.shape}; give "
            "one of each for each point."
        )
    possible = np.isfinite(number) & (number >= 0) & np.isfinite(volts) & (volts > 0)
    for point in np.flatnonzero(~possible):
        raise PosterionError(
            f"{source}, point {point + 1}: the overpotential is {volts[point]:g} {unit} at cycle "
            f"{number[point]:g}; expected numbers above zero."
        )
    columns = {"cell": cell} if sample is None else {"cell": cell, "sample": sample}
    labels = {}
    for name, values in columns.items():
        column = [values] * number.size if isinstance(values, str) else [*values]
        if len(column) != number.size:
            raise PosterionError(
                f"{source}: '{name}' needs {number.size} labels, one for each point; it has "
                f"{len(column)}."
            )
        labels[name] = np.array([str(label) for label in column])
    order = {label: place for place, label in enumerate(dict.fromkeys(labels["cell"].tolist()))}
    # A stable sort keeps what was measured in order within a cell.
    keep = np.argsort([order[label] for label in labels["cell"]], kind="stable")
    same = labels["cell"][keep][1:] == labels["cell"][keep][:-1]
    for place in np.flatnonzero(same & (np.diff(number[keep]) <= 0)):
        raise PosterionError(
            f"{source}: cycle {number[keep][place + 1]:g} follows cycle {number[keep][place]:g} in "
            f"cell '{labels['cell'][keep][place]}'; expected rising cycles in each cell."
        )
    return xr.Dataset(
        {
            "overpotential": (
                "point",
                volts[keep] * _VOLTS[unit],
                {"units": "V", "long_name": "Overpotential"},
            )
        },
        coords={"cycle": ("point", number[keep], {"long_name": "Cycle"})}
        | {name: ("point", column[keep]) for name, column in labels.items()},
        attrs={
            "source": source,
            "format": "memory",
            "sha256": sha256_of(number, volts),
            "messages": "",
        },
    )


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
