"""Sweeps from a table of text: columns to Hz and ohm, one sweep for each index."""

from collections import Counter
from collections.abc import Sequence
from math import pi

import numpy as np
import numpy.typing as npt

from ..errors import PosterionError
from .column_names import Column, Role, columns_of, unit_factor
from .delimited_text import number
from .file_text import FileText
from .schema import complex_of
from .sweep import Sweep
from .table_search import Table, Wanted, find_table

_WAYS: tuple[tuple[Role, Role, Role], ...] = (
    ("frequency", "real", "imag"),
    ("omega", "real", "imag"),
    ("frequency", "modulus", "phase"),
    ("omega", "modulus", "phase"),
)


def read_table_sweeps(text: FileText) -> list[Sweep]:
    """Read the sweeps of a text table; the sign of Z'' is stated only where the header does.

    Raises
    ------
    PosterionError
        If the columns are not understood, or a cell or unit cannot be used.
    """
    table = find_table(text.lines, text.name, _WANTED)
    columns = columns_of(table.header or _WANTED.bare)
    messages = [*text.messages, *table.messages]
    if table.header is None:
        messages.append("columns: no header, taken as frequency in Hz, Z' and Z'' in ohm")
    x, first, second = (
        _values(text.name, table, columns, role, messages) for role in _way(columns) or ()
    )
    frequency, real, imag = _rectangular(x, first, second, messages)
    groups = _groups(table, columns, frequency)
    described = f"{'phase' if second[0].role == 'phase' else "Z''"} column"
    if table.header is not None:
        described += f" '{second[0].header}'"
    sweeps = []
    for label, points in groups:
        temperature_c, logged = _temperature(table, columns, points)
        sweeps.append(
            Sweep(
                label=label,
                frequency=frequency[points],
                Z=complex_of(real[points], imag[points]),
                lines=tuple(table.rows[point].line for point in points),
                column=described,
                convention="negated" if second[0].negated else "as_written",
                stated="its header says minus" if second[0].negated else "",
                doubtful=True,
                messages=(*messages, *logged),
                temperature_c=temperature_c,
            )
        )
    return sweeps


_Values = tuple[Column, npt.NDArray[np.float64]]


def _way(columns: Sequence[Column]) -> tuple[Role, Role, Role] | None:
    """Return the three roles that give an impedance, or None."""
    roles = {column.role for column in columns}
    return next((way for way in _WAYS if roles.issuperset(way)), None)


def _candidates(columns: Sequence[Column], role: Role) -> list[Column]:
    """Return the columns of a role; those with a unit not understood only if there are no others.

    A fitted curve or a standard deviation beside the data often has the same first word.
    """
    same = [column for column in columns if column.role == role]
    return [column for column in same if unit_factor(column.unit, role) is not None] or same


def _needed(header: Sequence[str]) -> tuple[int, ...] | None:
    columns = columns_of(header)
    way = _way(columns)
    return way and tuple(_candidates(columns, role)[0].position for role in way)


_WANTED = Wanted(
    kind="impedance table",
    columns=(
        "an impedance table needs the columns frequency (or omega), Z' and Z'' (or |Z| and phase), "
        "for example 'freq_Hz', 'Zre_ohm', 'Zim_ohm', with units such as Hz, kHz, MHz, ohm, kohm"
    ),
    needed=_needed,
    bare=("frequency", "Z'", "Z''"),
    whole=False,
)


def _values(
    name: str, table: Table, columns: Sequence[Column], role: Role, messages: list[str]
) -> _Values:
    """Return the values of one column in Hz, rad/s, ohm or degrees, and their column."""
    found = _candidates(columns, role)
    if len(found) > 1:
        names = ", ".join(f"'{column.header}'" for column in found)
        raise PosterionError(f"{name}: the columns {names} are all read as {role}; keep one.")
    column = found[0]
    unit = column.unit
    if not unit and table.units and column.position < len(table.units.cells):
        unit = table.units.cells[column.position].strip("[]()")
    factor = unit_factor(unit, role)
    if factor is None:
        raise PosterionError(
            f"{name}: the unit '{unit}' of column '{column.header}' is not understood; write Hz, "
            "mHz, kHz, MHz or rad/s, and ohm, mohm, kohm or Mohm (divide by the area first where "
            "it is normalised), and deg or rad for a phase."
        )
    if factor != 1:
        to = {"frequency": "Hz", "phase": "deg"}.get(role, "ohm")
        messages.append(f"units: column '{column.header}' converted from {unit} to {to}")
    elif role == "phase" and not unit:
        messages.append(f"units: column '{column.header}' has no unit, taken as degrees")
    # Where a header says minus, the quantity is minus the column.
    if column.negated:
        factor = -factor
    cells = (number(row.cells[column.position], table.decimal) for row in table.rows)
    values = np.array([np.nan if cell is None else cell for cell in cells])
    with np.errstate(over="ignore"):  # an infinite value is refused where the line is known
        return column, factor * values


def _rectangular(
    x: _Values, first: _Values, second: _Values, messages: list[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return frequency in Hz, Z' and Z''."""
    frequency, real, imag = x[1], first[1], second[1]
    if x[0].role == "omega":
        frequency = frequency / (2 * pi)
        messages.append("frequency: the angular frequency divided by 2 pi")
    if first[0].role == "modulus":
        with np.errstate(invalid="ignore"):
            phase = np.deg2rad(imag)
            real, imag = real * np.cos(phase), real * np.sin(phase)
        messages.append("Z: from modulus and phase")
    return frequency, real, imag


def _groups(
    table: Table, columns: Sequence[Column], frequency: npt.NDArray[np.float64]
) -> list[tuple[str, list[int]]]:
    """Return label and points of each sweep; one sweep without label where nothing parts them."""
    keys: list[tuple[str, ...]] = [()] * len(table.rows)
    indices = [column for column in columns if column.role in ("index", "temperature")]
    for column in sorted(indices, key=lambda column: column.weak):
        cells = [
            label_of(row.cells[column.position] if column.position < len(row.cells) else "", table)
            for row in table.rows
        ]
        parted = [(*key, cell) for key, cell in zip(keys, cells, strict=True)]
        sizes = Counter(parted).values()
        # A column that never recurs counts points; a logged temperature drifts within a sweep.
        recurs = len(set(zip(keys, frequency, strict=True))) < len(keys)
        if len(set(cells)) > 1 and (recurs and min(sizes) > 2 if column.weak else max(sizes) > 1):
            keys = parted
    groups: dict[tuple[str, ...], list[int]] = {}
    for point, key in enumerate(keys):
        groups.setdefault(key, []).append(point)
    return [(", ".join(key), points) for key, points in groups.items()]


def label_of(cell: str, table: Table | None = None) -> str:
    """Return the label of an index cell: ``1.000E+000`` is ``1``, text stays as it is."""
    value = number(cell, table.decimal if table else ".")
    if value is None or not np.isfinite(value):
        return cell.strip() or "blank"
    return str(int(value)) if value == int(value) else repr(value)


def _temperature(
    table: Table, columns: Sequence[Column], points: Sequence[int]
) -> tuple[float | None, list[str]]:
    """Return the temperature of a sweep in degrees Celsius, and a message if it is an average."""
    for column in columns:
        if column.role != "temperature" or not column.unit:
            continue
        cells = [table.rows[point].cells for point in points]
        found = [
            number(row[column.position], table.decimal)
            for row in cells
            if column.position < len(row)
        ]
        values = np.array([value for value in found if value is not None and np.isfinite(value)])
        if values.size == 0:
            continue
        if column.unit.lower() in ("k", "kelvin"):
            values = values - 273.15
        middle = round(float(np.median(values)), 10)
        if values.min() == values.max():
            return middle, []
        return middle, [
            f"temperature: logged from {values.min():g} to {values.max():g} degC, median kept"
        ]
    return None, []
