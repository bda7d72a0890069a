"""The one representation of capacities by cycle, and the checks that hold it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError, Setting
from ..tables.points import Array, Labels, Origin, Points, points_of, repeated, source_of
from .cycling_titles import CAPACITY

RESERVED = ("cycle", "cell", "capacity", "charge_capacity", "point")
"""Names that no label may have."""


def cycling_dataset(
    cycle: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    unit: str,
    charge_capacity: npt.ArrayLike | None = None,
    cell: Labels = "cell",
    labels: Mapping[str, Sequence[object]] | None = None,
    convention: str = "discharge and charge as given",
    **origin: Unpack[Origin],
) -> xr.Dataset:
    """Build and validate capacities by cycle.

    A discharge is the half-cycle in which a cell delivers current and its voltage falls, so
    that of a half cell of graphite or silicon against lithium is the one that takes lithium up.

    Parameters
    ----------
    cycle
        Shape (n,), numbers of cycles from 0 up, rising within each cell.
    capacity
        Shape (n,), capacities of discharge; points where it is NaN are left out.
    unit
        Unit of the capacities, such as ``"mAh"``, ``"mAh/g"`` or ``"mAh/cm**2"``.
    charge_capacity
        Shape (n,), capacities of charge in the same unit; NaN where it was not measured.
    cell
        Shape (n,), the cell that each point belongs to, or one label for all.
    labels
        Shape (n,) each: what else is known of the points, such as ``{"kind": [...]}``.
    convention
        How charge and discharge were told apart, in a sentence.
    **origin
        Where the data come from, as for `conductivity_dataset`.

    Returns
    -------
    xr.Dataset
        ``capacity`` (point) and where given ``charge_capacity`` in `unit`, with coordinates
        ``cycle``, ``cell`` and one for each label; cells in the order in which they first
        occur, cycles rising within each. The origin is in the attributes, the messages
        joined by newlines.

    Raises
    ------
    PosterionError
        If shapes differ, the unit is not understood, cycles do not rise within a cell, or a
        value is not possible.
    """
    unit = CAPACITY.require(unit).text
    given = {"cycle": cycle, "capacity": capacity, "charge_capacity": charge_capacity}
    points = points_of(
        given, {"cell": repeated(cell, np.size(capacity)), **(labels or {})}, {"point"}, origin
    )
    arrays, names = dict(points.arrays), points.labels["cell"]
    number, measured = arrays["cycle"], np.isfinite(arrays["capacity"])
    points.require(
        "cycle", np.isfinite(number) & (number >= 0), "a number from 0 up", said="the cycle"
    )
    for name in arrays.keys() - {"cycle"}:
        values = arrays[name]
        possible = np.isnan(values) | (np.isfinite(values) & (values > 0))
        possible |= (values == 0) & (name == "charge_capacity")
        expected = "a positive finite number, or none where it was not measured"
        points.require(name, possible, expected, unit, said=f"the {name.replace('_', ' ')}")
    _check_order(points)
    said = list[str]()
    zeros = arrays.get("charge_capacity", number + 1) == 0
    if zeros.any():
        arrays["charge_capacity"] = np.where(zeros, np.nan, arrays["charge_capacity"])
        said.append(f"charge_capacity: {zeros.sum()} value(s) of 0 taken as not measured")
    if not measured.any():
        raise PosterionError(
            f"{source_of(origin)}: no row has a capacity; expected one or more numbers."
        )
    order = {label: place for place, label in enumerate(dict.fromkeys(names))}
    if not measured.all():
        said.append(
            f"capacity: {(~measured).sum()} of {len(names)} rows have none and are left out "
            f"({cycles_in_words(number[~measured])})"
        )
        held = {names[k] for k in np.flatnonzero(measured).tolist()}
        said += [f"cell '{label}' has no capacity at all" for label in order if label not in held]
    # Cycles rise within a cell already, and the sort is stable.
    keep = np.argsort([order[label] for label in names], kind="stable")
    return replace(points, arrays=arrays).dataset(
        {
            "cycle": (None, "Cycle"),
            "capacity": (unit, "Discharge capacity"),
            "charge_capacity": (unit, "Charge capacity"),
        },
        coords=["cycle"],
        order=keep[measured[keep]],
        messages=said,
        convention=convention,
    )


def cycles_in_words(cycles: Array) -> str:
    """Return cycle numbers for a message, shortened where there are many."""
    found = [f"{cycle:g}" for cycle in cycles]
    if len(found) > 6:
        found = [*found[:3], "...", *found[-2:]]
    return ("cycle " if len(found) == 1 else "cycles ") + ", ".join(found)


def _check_order(points: Points) -> None:
    """Raise a PosterionError unless cycles rise within each cell."""
    last: dict[str, float] = {}
    for point, label in enumerate(points.labels["cell"]):
        number, before = float(points.arrays["cycle"][point]), last.get(label, -1.0)
        if number <= before:
            what = "occurs again" if number == before else f"comes after cycle {before:g}"
            raise PosterionError(
                f"{points.where('cycle', point)}: cycle {number:g} {what} in cell '{label}'; "
                "expected rising cycles in each cell, so correct them, or name the column that "
                "tells the cells apart, as in ",
                Setting("columns", {"cell": "sample"}),
                ".",
            )
        last[label] = number
