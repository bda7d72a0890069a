"""Points of a table of cycles: capacities in one unit, with the cells they belong to."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import PosterionError, Setting
from ..units import registry
from .cycling_columns import capacity_unit_of, meaning_of
from .cycling_roles import Choice, Column
from .schemas.cycling_points import RESERVED
from .tables.cells import require_numbers
from .tables.columns import label_of, labels_of
from .tables.numbers import number
from .tables.search import Table

Array = npt.NDArray[np.float64]

_NO_UNIT = ("", "-")


@dataclass(frozen=True)
class Points:
    """What a table of cycles holds.

    Attributes
    ----------
    cycle, capacity, charge
        Shape (n,); NaN where a capacity was not measured.
    unit
        Unit of the capacities as pint spells it.
    cells
        The cell of each point, None where the table does not tell.
    labels
        Other labels of the points.
    titles
        Headers of the columns of discharge and charge, empty where there are none.
    stated
        Whether the header says which of the two a capacity is.
    where
        Says where a value comes from, for error messages.
    messages
        What was decided.
    """

    cycle: Array
    capacity: Array
    charge: Array | None
    unit: str
    cells: list[str] | None
    labels: Mapping[str, list[str]]
    titles: tuple[str, str]
    stated: bool
    where: Callable[[str, int], str]
    messages: list[str]


def values_of(table: Table, column: Column) -> Array:
    """Return the numbers of a column, NaN where it is blank."""
    cells = (number(row.cells[column.position], table.marks) for row in table.rows)
    return np.array([np.nan if cell is None else cell for cell in cells])


def with_units_below(name: str, choice: Choice, table: Table) -> Choice:
    """Return the columns with units from a line below the header, if there is one."""
    if table.units is None:
        return choice
    units = table.units

    def with_unit(column: Column) -> Column:
        below = units.cells[column.position].strip("[]()")
        if below in _NO_UNIT or below == column.meaning.unit:
            return column
        if column.meaning.unit or capacity_unit_of(below) is None:
            require_numbers(name, units, [column.position], table.header or (), table.marks)
        return replace(column, meaning=replace(column.meaning, unit=below))

    columns = {
        role: with_unit(column) if "capacity" in role else column
        for role, column in choice.columns.items()
    }
    return replace(choice, columns=columns, wide=tuple(map(with_unit, choice.wide)))


def _unit_of(name: str, column: Column, given: str | None) -> str:
    """Return the unit of a column as pint spells it, by its header or as was given."""
    written = column.meaning.unit
    unit = capacity_unit_of(written) if written else given
    if written and unit is None:
        raise PosterionError(
            f"{name}: the unit '{written}' of column '{column.header}' is not understood; "
            "expected one such as Ah, mAh, mAh/g or mAh/cm2."
        )
    if unit is None:
        raise PosterionError(
            f"{name}: the column '{column.header}' has no unit; say which of mAh, Ah, mAh/g or "
            "mAh/cm2, as in ",
            Setting("capacity_unit", "mAh"),
            ", or write it in the header, as in 'Q_dis [mAh]'.",
        )
    if given and unit != given:
        raise PosterionError(
            f"{name}: column '{column.header}' is in {unit}, but the capacity unit given is "
            f"{given}; leave out the one that is wrong."
        )
    return unit


def _place(name: str, table: Table, row: int, column: Column) -> str:
    found = table.rows[row]
    cell = found.cells[column.position][:40]
    title = (table.header or ())[column.position]
    return f"{name}, line {found.line}, column {column.position + 1} ('{title}'), '{cell}'"


def long_points(
    name: str, table: Table, choice: Choice, named: Mapping[str, str], given: str | None
) -> Points:
    """Read a table with a row for each cycle."""
    columns = choice.columns
    capacity, charge = columns["capacity"], columns.get("charge_capacity")
    messages = []
    unit = _unit_of(name, capacity, given)
    if not capacity.meaning.unit:
        messages.append(f"units: column '{capacity.header}' is in {unit}, as was given")
    charges = None
    if charge is not None:
        charges = values_of(table, charge)
        written = charge.meaning.unit and _unit_of(name, charge, None)
        if written and written != unit:
            charges = charges * _factor(name, charge, written, unit)
            messages.append(f"units: column '{charge.header}' converted from {written} to {unit}")
    cells = None
    if "cell" in columns:
        cells = _cells(name, table, columns["cell"])
    used = {column.position for column in columns.values()}
    labels = labels_of(table, used, named, RESERVED, messages)
    efficiency = [title for title in table.header or () if _is_efficiency(title)]
    if efficiency:
        messages.append(
            f"efficiency: column '{efficiency[0]}' not used, as it does not say which of the two "
            "capacities is divided by which"
        )
    titles = (capacity.header, charge.header if charge else "")
    return Points(
        values_of(table, columns["cycle"]),
        values_of(table, capacity),
        charges,
        unit,
        cells,
        labels,
        titles,
        capacity.meaning.stated,
        lambda variable, point: _place(name, table, point, columns[variable]),
        messages,
    )


def _is_efficiency(title: str) -> bool:
    meaning = meaning_of(title)
    return meaning is not None and meaning.role == "efficiency"


def _cells(name: str, table: Table, column: Column) -> list[str]:
    """Return the cell of each row."""
    for row in table.rows:
        if not row.cells[column.position]:
            raise PosterionError(
                f"{name}, line {row.line}, column {column.position + 1} ('{column.header}'): the "
                "cell that this row belongs to is blank; write it in every row."
            )
    return [label_of(row.cells[column.position], table) for row in table.rows]


def wide_points(name: str, table: Table, choice: Choice, given: str | None) -> Points:
    """Read a table with a column for each cell; blanks were not measured and are left out."""
    units = {_unit_of(name, column, given) for column in choice.wide}
    if len(units) > 1:
        raise PosterionError(
            f"{name}: the cells have capacities in {' and '.join(sorted(units))}; bring them to "
            "one unit."
        )
    unit = units.pop()
    cycle = values_of(table, choice.columns["cycle"])
    points = [
        (row, column, value)
        for column in choice.wide
        for row, value in enumerate(values_of(table, column).tolist())
        if not math.isnan(value)
    ]
    if not points:
        raise PosterionError(f"{name}: no cell has a capacity; expected one or more numbers.")
    missing = len(choice.wide) * len(table.rows) - len(points)
    messages = [f"table: one column for each of {len(choice.wide)} cells"]
    if not choice.wide[0].meaning.unit:
        messages.append(f"units: the cells are in {unit}, as was given")
    if missing:
        messages.append(f"capacity: {missing} blank or NaN cells of the table left out")
    cells = [column.header for _, column, _ in points]
    measured = set(cells)
    gone = [column.header for column in choice.wide if column.header not in measured]
    messages += [f"cell '{label}' has no capacity at all" for label in gone]

    def where(variable: str, point: int) -> str:
        row, column, _ = points[point]
        return _place(name, table, row, choice.columns.get(variable, column))

    return Points(
        np.array([cycle[row] for row, _, _ in points]),
        np.array([value for _, _, value in points]),
        None,
        unit,
        cells,
        {},
        ("", ""),
        False,
        where,
        messages,
    )


def _factor(name: str, column: Column, written: str, unit: str) -> float:
    """Return what to multiply by to have a unit of capacity in another."""
    try:
        return float(registry().Quantity(1.0, written).to(unit).magnitude)
    except Exception as error:  # pint raises many kinds
        raise PosterionError(
            f"{name}: column '{column.header}' is in {written}, which cannot be converted to "
            f"{unit} of the discharge capacity; give both in one unit."
        ) from error
