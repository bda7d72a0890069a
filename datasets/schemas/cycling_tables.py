"""Tables with a row for each cycle, and those with a column for each cell."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...errors import PosterionError, Setting
from ...units import registry
from ..tables.columns import label_of, naming
from ..tables.points import Array
from ..tables.roles import Column, refuse_rivals
from ..tables.sheet import Schema, Sheet
from ..tables.text import FileText
from ..tables.units import Unit
from .cycling_points import RESERVED, cycles_in_words
from .cycling_roles import ROLES, Choice, chosen_columns
from .cycling_titles import CAPACITY, meaning_of

Convention = Literal["auto", "as_written", "swapped"]

# Above this ratio of discharge to charge, a cell delivers more than it was charged with.
_EFFICIENT = 1.02

SCHEMA = Schema(
    "table of cycles",
    (
        "a table of cycles needs a column of cycle numbers and one of discharge capacities, for "
        "example 'cycle' and 'discharge_capacity_mAh', or told as in ",
        naming("capacity", "Q"),
        "; or a column of cycle numbers and one for each of several cells",
    ),
    ROLES,
    chosen_columns,
    lambda choice: choice.of_numbers,
    blanks=True,
)


@dataclass(frozen=True)
class _Points:
    """What a table of cycles holds, of shape (n,) each.

    Attributes
    ----------
    column, row
        Of each point, as it stands in the table.
    capacity, charge
        NaN where a capacity was not measured.
    unit
        Unit of the capacities as pint spells it.
    cells
        The cell of each point, None where the table does not tell.
    labels
        Other labels of the points.
    """

    column: Sequence[Column]
    row: Sequence[int]
    capacity: Array
    charge: Array | None
    unit: str
    cells: list[str] | None
    labels: Mapping[str, list[str]]


def read_cycle_table(
    text: FileText,
    named: Mapping[str, str],
    given: Unit | None,
    convention: Convention,
    cell: str | None,
) -> dict[str, Any]:
    """Read a table of cycles and return the arguments of `cycling_dataset`.

    Parameters
    ----------
    text
        The file.
    named
        Names of columns that the user gave by role.
    given
        Unit of the capacities that the user gave.
    convention
        ``"swapped"`` exchanges charge and discharge.
    cell
        Label of the cell, where the table has no column for it.

    Raises
    ------
    PosterionError
        If the table is not understood, or a cell of it cannot be used.
    """
    sheet = SCHEMA.sheet(text, named)
    choice = sheet.columns
    if choice.rivals:
        refuse_rivals(sheet.name, *choice.rivals)
    _refuse_series(sheet)
    sheet.messages.extend(choice.messages)
    points = _of_cells(sheet, given) if choice.wide else _of_cycles(sheet, given)
    cycle = sheet.numbers(choice.columns["cycle"])[[*points.row]]
    if points.cells is not None and cell is not None:
        raise PosterionError(
            f"{sheet.name} tells its cells apart itself, so cell='{cell}' cannot be their name; "
            "leave it out."
        )
    if points.cells is None:
        _refuse_missing_cells(sheet.name, cycle, points.labels)
    capacity, charge, said = _settled(sheet, points, convention)
    sheet.messages.extend([f"convention: {said[0]}", *said[1:]])
    return {
        "cycle": cycle,
        "capacity": capacity,
        "charge_capacity": charge,
        "unit": points.unit,
        "cell": points.cells or cell or text.stem,
        "labels": points.labels,
        "convention": said[0],
        **sheet.origin(_places(sheet, points)),
    }


def _places(sheet: Sheet[Choice], points: _Points) -> Callable[[str, int], str]:
    columns = sheet.columns.columns
    return lambda variable, point: sheet.place(
        columns.get(variable, points.column[point]), points.row[point]
    )


def _refuse_series(sheet: Sheet[Choice]) -> None:
    """Raise a PosterionError if the table holds currents or voltages within cycles."""
    choice = sheet.columns
    cycles = sheet.numbers(choice.columns["cycle"])
    cell = choice.columns.get("cell")
    cells = sheet.cells(cell) if cell else [""] * cycles.size
    counts = Counter(zip(cells, cycles.tolist(), strict=True))
    if choice.wide or (
        "capacity" in choice.columns and (not choice.series or len(cells) < 2 * len(counts))
    ):
        return
    told = ", ".join(f"'{title}'" for title in choice.series[:4])
    if "capacity" not in choice.columns and len(counts) == len(cells):
        raise PosterionError(
            f"{sheet.name} has a row for each cycle, with {told}, but no column of capacities that "
            "is understood; name it, as in ",
            naming("capacity", "Q"),
            ".",
        )
    raise PosterionError(
        f"{sheet.name} is a time series ({len(cells)} rows for {len(counts)} cycle(s), with "
        f"{told}), and lacks the time, the current, the voltage or the counter of capacity of a "
        "cycler; export it with them, or the summary by cycle, with a discharge capacity for each."
    )


def _of_cycles(sheet: Sheet[Choice], given: Unit | None) -> _Points:
    """Read a table with a row for each cycle."""
    columns, messages = sheet.columns.columns, sheet.messages
    capacity, charge = columns["capacity"], columns.get("charge_capacity")
    unit = sheet.unit_of(capacity, CAPACITY, given).text
    charges = None
    if charge is not None:
        charges = sheet.numbers(charge)
        own = unit
        if charge.unit or sheet.below(charge):
            own = sheet.unit_of(charge, CAPACITY, None).text
        if own != unit:
            charges = charges * _factor(sheet.name, charge, own, unit)
            messages.append(f"units: column '{charge.title}' converted from {own} to {unit}")
    cells = _cells(sheet, columns["cell"]) if "cell" in columns else None
    labels = sheet.labels({column.position for column in columns.values()}, RESERVED)
    for title in [title for title in sheet.header if _is_efficiency(title)][:1]:
        messages.append(
            f"efficiency: column '{title}' not used, as it does not say which of the two "
            "capacities is divided by which"
        )
    values, rows = sheet.numbers(capacity), range(len(sheet.table.rows))
    return _Points([capacity] * len(rows), rows, values, charges, unit, cells, labels)


def _is_efficiency(title: str) -> bool:
    meaning = meaning_of(title)
    return meaning is not None and meaning.role == "efficiency"


def _cells(sheet: Sheet[Choice], column: Column) -> list[str]:
    """Return the cell of each row."""
    cells = sheet.cells(column)
    if "" in cells:
        raise PosterionError(
            f"{sheet.place(column, cells.index('')).rpartition(',')[0]}: the cell that this row "
            "belongs to is blank; write it in every row."
        )
    return [label_of(cell, sheet.table) for cell in cells]


def _of_cells(sheet: Sheet[Choice], given: Unit | None) -> _Points:
    """Read a table with a column for each cell; blanks were not measured and are left out."""
    wide = sheet.columns.wide
    bare = [column for column in wide if not (column.unit or sheet.below(column))]
    told = [column for column in wide if column not in bare]
    units = {sheet.unit_of(column, CAPACITY, given).text for column in told}
    if bare and given:
        units.add(given.text)
        sheet.messages.append(f"units: the cells are in {given.text}, as was given")
    elif bare:
        sheet.unit_of(bare[0], CAPACITY, None)  # says that it has none
    if len(units) > 1:
        raise PosterionError(
            f"{sheet.name}: the cells have capacities in {' and '.join(sorted(units))}; bring them "
            "to one unit."
        )
    values = {column: sheet.numbers(column) for column in wide}
    points = [(c, row) for c in wide for row in np.flatnonzero(~np.isnan(values[c])).tolist()]
    if not points:
        raise PosterionError(f"{sheet.name}: no cell has a capacity; expected one or more numbers.")
    sheet.messages.append(f"table: one column for each of {len(wide)} cells")
    missing = len(wide) * len(sheet.table.rows) - len(points)
    if missing:
        sheet.messages.append(f"capacity: {missing} blank or NaN cells of the table left out")
    columns, rows = zip(*points, strict=True)
    gone = [column.name for column in wide if column not in {*columns}]
    sheet.messages.extend(f"cell '{label}' has no capacity at all" for label in gone)
    capacity = np.array([values[column][row] for column, row in points])
    return _Points(columns, rows, capacity, None, units.pop(), [c.name for c in columns], {})


def _factor(name: str, column: Column, written: str, unit: str) -> float:
    """Return what to multiply by to have a unit of capacity in another."""
    try:
        return float(registry().Quantity(1.0, written).to(unit).magnitude)
    except Exception as error:  # pint raises many kinds
        raise PosterionError(
            f"{name}: column '{column.title}' is in {written}, which cannot be converted to "
            f"{unit} of the discharge capacity; give both in one unit."
        ) from error


def _refuse_missing_cells(name: str, cycle: Array, labels: Mapping[str, list[str]]) -> None:
    """Raise a PosterionError if cycles recur as they do where there are several cells."""
    counts = Counter(cycle.tolist())
    again = [number for number, count in counts.items() if count > 1]
    if len(again) < 2 or 2 * len(again) < len(counts):
        return
    fit = [
        label
        for label, values in labels.items()
        if len({*zip(values, cycle.tolist(), strict=True)}) == cycle.size
        and 1 < len({*values}) < cycle.size
    ]
    remedy: tuple[str | Setting, ...] = (
        (f"if '{fit[0]}' tells them apart, name it with ", naming("cell", fit[0]))
        if fit
        else (
            "add a column 'cell', or name the one that tells them apart with ",
            naming("cell", "sample"),
        )
    )
    raise PosterionError(
        f"{name}: {len(again)} of {len(counts)} cycle numbers occur more than once "
        f"({cycles_in_words(np.array(again))}), so a cell column is missing; ",
        *remedy,
        ".",
    )


def _settled(
    sheet: Sheet[Choice], points: _Points, convention: Convention
) -> tuple[Array, Array | None, list[str]]:
    """Return capacities of discharge and charge, and what to say on how they were told apart."""
    columns = sheet.columns.columns
    discharge, charge = columns.get("capacity"), columns.get("charge_capacity")
    if convention == "swapped" and (points.charge is None or not discharge or not charge):
        raise PosterionError(
            f"{sheet.name}: ",
            Setting("convention", "swapped"),
            " exchanges charge and discharge, but there is no column of charge capacities; "
            "name the column, as in ",
            naming("charge_capacity", "Q_chg"),
            ".",
        )
    if convention == "swapped" and points.charge is not None and discharge and charge:
        said = "exchanged as asked: discharge is column "
        said += f"'{charge.title}', charge column '{discharge.title}'"
        return points.charge, points.capacity, [said]
    if discharge is None or not discharge.stated:
        what = f"column '{discharge.title}'" if discharge else "a column for each cell"
        said = f"{what} does not say charge or discharge and is taken as discharge"
        return points.capacity, points.charge, [said]
    both = f", charge column '{charge.title}'" if charge else ""
    said = f"as the header says: discharge is column '{discharge.title}'{both}"
    doubts = _doubts(points) if convention == "auto" else []
    return points.capacity, points.charge, [said, *doubts]


def _doubts(points: _Points) -> list[str]:
    """Return a message if most cycles deliver more than they take up."""
    if points.charge is None:
        return []
    both = (points.capacity > 0) & (points.charge > 0)
    ratio = points.capacity[both] / points.charge[both]
    above = int(np.count_nonzero(ratio > _EFFICIENT))
    if 2 * above <= ratio.size:
        return []
    return [
        f"convention: in {above} of {ratio.size} cycles discharge / charge is above "
        f"{_EFFICIENT:g}, as where the two columns are exchanged or a half cell is cycled from "
        "the other side; nothing was exchanged, convention='swapped' would"
    ]
