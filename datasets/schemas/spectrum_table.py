"""Sweeps from a table: columns to Hz and ohm, and where one sweep ends and the next begins."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi

import numpy as np
import numpy.typing as npt

from ...errors import PosterionError
from ..schema import complex_of
from ..tables.cells import lines_in_words, require_numbers
from ..tables.columns import label_of, naming
from ..tables.numbers import number
from ..tables.points import Array
from ..tables.roles import refuse_rivals
from ..tables.search import Table
from ..tables.sheet import Schema, Sheet
from ..temperatures import temperature_above, temperature_of_name
from .spectrum_sides import Side, sides_of
from .spectrum_titles import ROLES, Column, Role, columns_of, unit_factor
from .sweep import Convention, Sweep, refuse_too_many
from .sweep_runs import runs_of

_Sheet = Sheet[list[Side]]

_HALF_TURN = 1.6  # rad; the phase of a passive cell stays within a quarter of a turn

SCHEMA = Schema(
    "impedance table",
    (
        "an impedance table needs the columns frequency (or omega), Z' and Z'' (or |Z| and phase), "
        "for example 'freq_Hz', 'Zre_ohm', 'Zim_ohm', with units such as Hz, kHz, MHz, ohm, kohm, "
        "or told as in ",
        naming("frequency", "f/Hz"),
        " (and real, imag, modulus, phase; '-X [kohm]' where the header lacks a minus or a unit)",
    ),
    ROLES,
    lambda header, named: sides_of(header, named) or None,
    lambda sides: sides[0].columns,
    bare=("frequency", "Z'", "Z''"),
    whole=False,
    blocks=True,
)


@dataclass(frozen=True)
class Provenance:
    """What the layout of an instrument's file says beside its table."""

    stated: str = ""
    label: str = ""
    messages: tuple[str, ...] = ()
    index: tuple[str, ...] | None = None


def sweeps_of(sheet: _Sheet, source: Provenance | None = None) -> list[Sweep]:
    """Return the sweeps of a table, one for each pair of columns, index, block and run.

    The sign of Z'' is stated only where the header or the layout of the file does.
    """
    source, sides = source or Provenance(), sheet.columns
    header = sheet.table.header or SCHEMA.bare
    sheet.messages.extend(source.messages)
    if sheet.table.header is None:
        _refuse_other_order(sheet)
        sheet.messages.append("columns: no header, taken as frequency in Hz, Z' and Z'' in ohm")
    if sides[0].rivals:
        refuse_rivals(sheet.name, sides[0].rivals[0].role, sides[0].rivals)
    refuse_too_many(sheet.name, len(sheet.table.titles) * len(sides))
    if len(sides) > 1:
        sheet.messages.append(f"table: {len(sides)} spectra side by side")
    columns = columns_of(header, sheet.named)
    return [sweep for side in sides for sweep in _of_side(sheet, side, columns, source)]


def _refuse_other_order(sheet: _Sheet) -> None:
    """Raise a PosterionError if another column than the first is one of frequencies.

    Those of a sweep are at one distance from each other in their logarithm.
    """

    def even(column: Column) -> bool:
        values = np.nan_to_num(sheet.numbers(column))
        if values.size < 4 or not np.all(values > 0):
            return False
        steps = np.diff(np.log(values))
        return bool(np.ptp(steps) < 0.05 * abs(np.mean(steps)))

    first, *others = sheet.columns[0].columns
    others = [column for column in others if even(column)]
    if others and not even(first):
        raise PosterionError(
            f"{sheet.name} has no header, and column {others[0].position + 1} looks like the "
            "frequency; write what the columns are above them, as in "
            "\"Z' (ohm), Z'' (ohm), f (Hz)\"."
        )


_Values = tuple[Column, Array]


def _direct_current(frequency: Array) -> npt.NDArray[np.bool_]:
    """Tell the rows at 0 Hz that begin or end a sweep; within a falling one they are mistakes."""
    others = np.flatnonzero(frequency != 0)
    found = np.asarray(frequency == 0)
    for k in np.flatnonzero(found):
        before, after = others[others < k][-1:], others[others > k][:1]
        within = before.size and after.size and frequency[before[0]] > frequency[after[0]]
        found[k] = not within
    return found


def _of_side(
    sheet: _Sheet, side: Side, columns: Sequence[Column], source: Provenance
) -> list[Sweep]:
    positions, titles = [c.position for c in side.columns], sheet.header or "fzz"
    rows = tuple(row for row in sheet.table.rows if any(row.cells[k] for k in positions))
    for row in rows:
        require_numbers(sheet.name, row, positions, titles, sheet.table.marks)
    table, said = replace(sheet.table, rows=rows), [*sheet.messages]
    own = replace(sheet, table=table, messages=said)
    values = [_values(own, column) for column in side.columns]
    with np.errstate(all="ignore"):  # what is not finite is refused where the line is known
        frequency, real, imag = _rectangular(values, said)
    measured = np.flatnonzero(~_direct_current(frequency))
    if 0 < measured.size < frequency.size:
        gone = [table.rows[k].line for k in np.flatnonzero(_direct_current(frequency))]
        said.append(
            f"{len(gone)} row(s) at 0 Hz dropped ({lines_in_words(gone)}): direct current, no "
            "impedance"
        )
    else:
        measured = np.arange(frequency.size)
    second = side.columns[2]
    described = f"{'phase' if second.role == 'phase' else "Z''"} column"
    if table.header is not None:
        described += f" '{second.title}'"
    above = temperature_above(sheet.text.lines, table.rows[0].line if table.rows else 0)
    sweeps = []
    for label, title, points in _parts(table, columns, frequency, measured.tolist(), source):
        degrees, logged = _temperature(table, columns, points)
        told = (temperature_of_name(each) for each in (side.label, title) if each)
        degrees = next((t for t in (degrees, *told) if t is not None), above)
        minus: Convention = "negated" if second.negated else "as_written"
        sweeps.append(
            Sweep(
                label=", ".join(part for part in (source.label, side.label, label) if part),
                frequency=frequency[points],
                Z=complex_of(real[points], imag[points]),
                lines=tuple(table.rows[point].line for point in points),
                column=described,
                convention=minus,
                stated=source.stated or ("its header says minus" if second.negated else ""),
                doubtful=not source.stated,
                messages=(*said, *logged),
                temperature_c=degrees,
            )
        )
    return sweeps


def _values(sheet: _Sheet, column: Column) -> _Values:
    """Return the values of one column in Hz, rad/s, ohm, S or degrees, and their column."""
    role, unit, messages = column.role, column.unit or sheet.below(column), sheet.messages
    factor = unit_factor(unit, role)
    if factor is None:
        raise PosterionError(
            f"{sheet.name}: the unit '{unit}' of column '{column.title}' is not understood; write "
            "Hz, mHz, kHz, MHz or rad/s, and ohm, mohm, kohm or Mohm (divide by the area first "
            "where it is normalised), and deg or rad for a phase, or say it as in ",
            naming(role, f"{column.title} [{_example(role)}]"),
            ".",
        )
    values = sheet.numbers(column)
    if role == "phase" and not unit:
        messages.append(_in_degrees(sheet.name, column, values))
    if factor != 1:
        messages.append(f"units: column '{column.title}' converted from {unit} to {_unit(role)}")
    with np.errstate(all="ignore"):  # an infinite value is refused where the line is known
        if column.logarithm:
            messages.append(f"column '{column.title}' holds log10 of the {role}")
            values = 10.0**values
        # Where a header says minus, the quantity is minus the column.
        return column, (-factor if column.negated else factor) * values


def _example(role: Role) -> str:
    return {"frequency": "Hz", "omega": "rad/s", "phase": "deg"}.get(role, "ohm")


def _unit(role: Role) -> str:
    units = {"frequency": "Hz", "phase": "deg", "conductance": "S", "susceptance": "S"}
    return units.get(role, "ohm")


def _in_degrees(name: str, column: Column, values: Array) -> str:
    """Say that a phase without unit is in degrees, or refuse it where it may be in radians."""
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    if largest <= _HALF_TURN:
        raise PosterionError(
            f"{name}: the column '{column.title}' has no unit, and as it stays within "
            f"{largest:.3g} it may be in degrees or in radians; say which, as in ",
            naming("phase", f"{column.title} [rad]"),
            " (or [deg]), or write it in the header.",
        )
    return (
        f"units: column '{column.title}' has no unit, taken as degrees, as it reaches {largest:.4g}"
    )


def _rectangular(values: Sequence[_Values], messages: list[str]) -> tuple[Array, Array, Array]:
    """Return frequency in Hz, Z' and Z''."""
    x, first, second = values
    frequency, real, imag = x[1], first[1], second[1]
    if x[0].role == "omega":
        frequency = frequency / (2 * pi)
        messages.append("frequency: the angular frequency divided by 2 pi")
    if first[0].role == "modulus":
        phase = np.deg2rad(imag)
        real, imag = real * np.cos(phase), real * np.sin(phase)
        messages.append("Z: from modulus and phase")
    if first[0].role == "conductance":
        square = real**2 + imag**2
        real, imag = real / square, -imag / square
        messages.append("Z: one over the admittance")
    return frequency, real, imag


def _parts(
    table: Table,
    columns: Sequence[Column],
    frequency: Array,
    points: list[int],
    source: Provenance,
) -> list[tuple[str, str, list[int]]]:
    """Return label, title and points of each sweep; no label where there is one sweep."""
    found = []
    for key, group in _groups(table, columns, frequency, points, source.index):
        blocks: dict[int, list[int]] = {}
        for point in group:
            blocks.setdefault(table.rows[point].block, []).append(point)
        for block, own in blocks.items():
            title = table.titles[block] if len(table.titles) > 1 else ""
            runs = runs_of(frequency[own])
            for run, places in enumerate(runs, 1):
                label = key
                if len(blocks) > 1:
                    label = ", ".join(part for part in (key, title[:40] or str(block + 1)) if part)
                if len(runs) > 1:
                    label = ", ".join(part for part in (label, str(run)) if part)
                found.append((label, title, [own[place] for place in places]))
    return found


def _groups(
    table: Table,
    columns: Sequence[Column],
    frequency: Array,
    points: list[int],
    index: tuple[str, ...] | None,
) -> list[tuple[str, list[int]]]:
    """Return label and points for each value of the columns that part sweeps."""
    keys: dict[int, tuple[str, ...]] = dict.fromkeys(points, ())
    indices = [
        column
        for column in columns
        if column.role in ("index", "temperature")
        and (index is None or column.title.strip() in index)
    ]
    for column in sorted(indices, key=lambda column: column.weak):
        cells = {k: label_of(table.rows[k].cells[column.position], table) for k in points}
        parted = {k: (*key, cells[k]) for k, key in keys.items()}
        sizes = Counter(parted.values()).values()
        # A column that never recurs counts points; a logged temperature drifts within a sweep.
        recurs = len({(key, frequency[k]) for k, key in keys.items()}) < len(keys)
        parts = recurs and min(sizes) > 2 if column.weak else max(sizes) > 1
        if len({*cells.values()}) > 1 and parts:
            keys = parted
    groups: dict[tuple[str, ...], list[int]] = {}
    for point, key in keys.items():
        groups.setdefault(key, []).append(point)
    return [(", ".join(key), group) for key, group in groups.items()]


def _temperature(
    table: Table, columns: Sequence[Column], points: Sequence[int]
) -> tuple[float | None, list[str]]:
    """Return the temperature of a sweep in degrees Celsius, and a message if it is an average."""
    for column in columns:
        if column.role != "temperature" or not column.unit:
            continue
        cells = [table.rows[point].cells[column.position] for point in points]
        found = [number(cell, table.marks) for cell in cells]
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
