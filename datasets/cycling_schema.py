"""The one representation of capacities by cycle, and the checks that hold it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError, Setting
from .cycling_columns import capacity_unit_of
from .tables.points import check_points, columns_of, sha256_of

Array = npt.NDArray[np.float64]

RESERVED = ("cycle", "cell", "capacity", "charge_capacity", "point")
"""Names that no label may have."""


def cycling_dataset(
    cycle: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    unit: str,
    charge_capacity: npt.ArrayLike | None = None,
    cell: str | Sequence[object] = "cell",
    labels: Mapping[str, Sequence[object]] | None = None,
    convention: str = "discharge and charge as given",
    source: str = "data in memory",
    sha256: str | None = None,
    format: str = "memory",
    messages: Sequence[str] = (),
    where: Callable[[str, int], str] | None = None,
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
    source
        File name without its directory, or a name for data made in memory.
    sha256
        Hash of the file's bytes, in hex; None hashes the bytes of the values.
    format
        How the data were stored.
    messages
        Decisions taken on the way here, one each.
    where
        Says where the value of a variable at a point comes from, for error messages.

    Returns
    -------
    xr.Dataset
        ``capacity`` (point) and where given ``charge_capacity`` in `unit`, with coordinates
        ``cycle``, ``cell`` and one for each label; cells in the order in which they first
        occur, cycles rising within each. The other arguments are attributes, the messages
        joined by newlines.

    Raises
    ------
    PosterionError
        If shapes differ, the unit is not understood, cycles do not rise within a cell, or a
        value is not possible.
    """
    unit = require_capacity_unit(unit)
    given = {"cycle": cycle, "capacity": capacity, "charge_capacity": charge_capacity}
    arrays = columns_of(given, source)
    cells = [cell] * arrays["capacity"].size if isinstance(cell, str) else cell
    named = {"cell": cells, **(labels or {})}
    check_points("capacity", arrays, named, {*RESERVED} - {"cell"}, source)
    if sha256 is None:
        sha256 = sha256_of(*arrays.values())
    place = where or (lambda variable, point: f"{source}, point {point + 1}")
    for name, values in arrays.items():
        _check_values(name, values, unit, place)
    names = [str(label) for label in cells]
    _check_order(arrays["cycle"], names, place)
    said = [*messages]
    if "charge_capacity" in arrays:
        arrays["charge_capacity"] = _without_zeros(arrays["charge_capacity"], said)
    order = {label: number for number, label in enumerate(dict.fromkeys(names))}
    keep = np.array([k for k in _sorted(names, order) if np.isfinite(arrays["capacity"][k])], int)
    left_out = np.flatnonzero(np.isnan(arrays["capacity"]))
    if not keep.size:
        raise PosterionError(f"{source}: no row has a capacity; expected one or more numbers.")
    if left_out.size:
        said.append(
            f"capacity: {left_out.size} of {len(names)} rows have none and are left out "
            f"({cycles_in_words(arrays['cycle'][left_out])})"
        )
        gone = [label for label in order if label not in {names[k] for k in keep}]
        said += [f"cell '{label}' has no capacity at all" for label in gone]
    dataset = xr.Dataset(
        {name: ("point", values[keep]) for name, values in arrays.items()},
        coords={
            name: ("point", np.array([str(values[k]) for k in keep]))
            for name, values in named.items()
        },
        attrs={
            "source": source,
            "format": format,
            "sha256": sha256,
            "convention": convention,
            "messages": "\n".join(said),
        },
    ).set_coords("cycle")
    dataset["cycle"].attrs["long_name"] = "Cycle"
    dataset["capacity"].attrs.update(units=unit, long_name="Discharge capacity")
    if "charge_capacity" in dataset:
        dataset["charge_capacity"].attrs.update(units=unit, long_name="Charge capacity")
    return dataset


def require_capacity_unit(unit: str) -> str:
    """Return a unit of capacity that a user gave, as pint spells it."""
    meaning = capacity_unit_of(unit) if isinstance(unit, str) else None
    if meaning is None:
        raise PosterionError(
            f"the unit of capacity '{unit}' is not understood; expected one such as 'Ah', 'mAh', "
            "'mAh/g' or 'mAh/cm**2'."
        )
    return meaning


def cycles_in_words(cycles: Array) -> str:
    """Return cycle numbers for a message, shortened where there are many."""
    found = [f"{cycle:g}" for cycle in cycles]
    if len(found) > 6:
        found = [*found[:3], "...", *found[-2:]]
    return ("cycle " if len(found) == 1 else "cycles ") + ", ".join(found)


def _sorted(names: Sequence[str], order: Mapping[str, int]) -> list[int]:
    # Cycles rise within a cell already, and the sort is stable.
    return sorted(range(len(names)), key=lambda k: order[names[k]])


def _check_values(name: str, values: Array, unit: str, where: Callable[[str, int], str]) -> None:
    """Raise a PosterionError for the first value that is not possible."""
    if name == "cycle":
        possible = np.isfinite(values) & (values >= 0)
    else:
        zero = values == 0 if name == "charge_capacity" else False
        possible = np.isnan(values) | (np.isfinite(values) & (values > 0)) | zero
    for point in np.flatnonzero(~possible)[:1]:
        value = float(values[point])
        if name == "cycle":
            said, wanted = f"the cycle is {value:g}", "a number from 0 up"
        else:
            said = f"the {name.replace('_', ' ')} is {value:g} {unit}"
            wanted = "a positive finite number, or none where it was not measured"
        raise PosterionError(
            f"{where(name, int(point))}: {said}; expected {wanted}, so correct or remove it."
        )


def _check_order(cycle: Array, cells: Sequence[str], where: Callable[[str, int], str]) -> None:
    """Raise a PosterionError unless cycles rise within each cell."""
    last: dict[str, float] = {}
    for point, (number, label) in enumerate(zip(cycle.tolist(), cells, strict=True)):
        before = last.get(label)
        if before is not None and number <= before:
            what = "occurs again" if number == before else f"comes after cycle {before:g}"
            raise PosterionError(
                f"{where('cycle', point)}: cycle {number:g} {what} in cell '{label}'; expected "
                "rising cycles in each cell, so correct them, or name the column that tells the "
                "cells apart, as in ",
                Setting("columns", {"cell": "sample"}),
                ".",
            )
        last[label] = number


def _without_zeros(charge: Array, messages: list[str]) -> Array:
    zeros = int(np.count_nonzero(charge == 0))
    if zeros:
        messages.append(f"charge_capacity: {zeros} value(s) of 0 taken as not measured")
    return np.where(charge == 0, np.nan, charge)
