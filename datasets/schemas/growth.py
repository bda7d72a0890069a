"""Resistances, or overpotentials, that grow over cycles."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError
from ..tables.cells import lines_in_words
from ..tables.columns import naming
from ..tables.dialect import Dialect
from ..tables.in_memory import Source
from ..tables.names import plain, same
from ..tables.points import Array, Origin, points_of
from ..tables.roles import Column, Role, column_of, columns_of
from ..tables.sheet import Schema
from ..tables.units import Unit, Units
from .cycling_titles import is_cycle
from .spectrum_titles import unit_factor

SERIES = "series"
"""Name of the label that joins all labels of a series."""

_NAMES = {
    "resistance": re.compile(
        r"r[0-9]{0,3}|r\(?[a-z]{1,6}\)?|\w*resistance\w*|asr|esr|[da]c(ir|r)|impedance|\|z\||ri|"
        r"\w*(widerstand|résistance|resistencia|resistenza|电阻|内阻|阻抗|抵抗|저항)\w*"
    ),
    "overpotential": re.compile(r"η|eta|\w*(over(potential|voltage)|polari[sz]ation)\w*"),
}
_UNIT = re.compile(
    r"(?P<ohm>[mµukM]?(?:ohms?|Ω))[\s·.*⋅]*(?:(?P<length>cm|mm|m)(?:\^|\*\*)?2)?"
    r"|(?P<prefix>[mµu]?)(?:V|volts?)",
    re.I,
)
_VOLTS = {"": 1.0, "m": 1e-3, "µ": 1e-6, "u": 1e-6}


def growth_dataset(
    cycle: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    output: str = "resistance",
    unit: str = "ohm",
    step: npt.ArrayLike | None = None,
    sd: npt.ArrayLike | None = None,
    labels: Mapping[str, Sequence[object]] | None = None,
    **origin: Unpack[Origin],
) -> xr.Dataset:
    """Build and validate resistances, or overpotentials, against the number of cycles.

    Parameters
    ----------
    cycle, value
        Shape (n,), numbers of cycles from 0 up and positive values.
    output
        ``"resistance"`` or ``"overpotential"``.
    unit
        Of the values, as pint spells it.
    step, sd
        Shape (n,) each: the unit in the last printed digit, and one standard deviation.
    labels
        Shape (n,) each: what tells series apart, such as ``{"path": [...], "sample": [...]}``.
    **origin
        Where the data come from: ``source``, ``sha256``, ``format``, ``messages`` and ``where``,
        as for `conductivity_dataset`.

    Returns
    -------
    xarray.Dataset
        The output (point) with the coordinates ``cycle``, the labels, and ``series``, which joins
        them, series by series and in order of the cycles.

    Raises
    ------
    PosterionError
        If shapes differ, or a value is not possible.
    """
    given = {"cycle": cycle, output: value, f"{output}_step": step, f"{output}_sd": sd}
    points = points_of(given, labels or {}, {SERIES, "point"}, origin)
    for name, array in points.arrays.items():
        if name == "cycle":
            points.require(name, np.isfinite(array) & (array >= 0), "a number from 0 up")
        else:
            points.require(name, np.isfinite(array) & (array > 0), "a number above zero", unit)
    columns = sorted(points.labels, key=lambda name: name != "path")
    joined = [" / ".join(each) for each in zip(*(points.labels[k] for k in columns), strict=True)]
    ranks = {label: number for number, label in enumerate(dict.fromkeys(joined))}
    rank = [ranks[label] for label in joined] or [0] * points.arrays["cycle"].size
    order = np.lexsort((points.arrays["cycle"], np.array(rank)))
    units = dict.fromkeys((output, f"{output}_step", f"{output}_sd"), (unit, ""))
    dataset = points.dataset(units, coords=["cycle"], order=order)
    if joined:
        dataset.coords[SERIES] = ("point", np.array(joined)[order])
    return dataset


@dataclass(frozen=True)
class _Columns:
    """The column of cycles, those of values, and those of their errors."""

    cycle: Column
    values: list[Column]
    errors: list[Column]


def _unit(text: str) -> Unit | None:
    match = _UNIT.fullmatch(plain(text.strip()))
    if match is None:
        return None
    if not match["ohm"]:
        return Unit("V", _VOLTS[match["prefix"]]) if match["prefix"] in _VOLTS else None
    factor = unit_factor(match["ohm"], "real")
    area = f"*{match['length'].lower()}**2" if match["length"] else ""
    return None if factor is None else Unit(f"ohm{area}", factor)


_ROLES = tuple(
    Role(name + "_sd" * error, names, lambda unit: _UNIT.fullmatch(unit), error)
    for name, names in _NAMES.items()
    for error in (False, True)
)
_UNITS = Units(
    "resistance", _unit, ("ohm",), "one such as ohm, kohm, ohm*cm**2 or mV", "resistance (ohm)"
)


def _is_cycle(title: str) -> bool:
    return is_cycle(title) or same(title).lower() == "n"


def is_value_of_growth(title: str) -> bool:
    """Tell if a title is one of cycles, resistances or overpotentials."""
    return _is_cycle(title) or column_of(title, _ROLES) is not None


def _chosen(header: Sequence[str], named: Mapping[str, str]) -> _Columns | None:
    columns = columns_of(header, named, _ROLES)
    if columns is None:
        return None
    taken = {same(title) for title in named.values()}
    cycles = (
        Column(k, title)
        for k, title in enumerate(header)
        if (same(title) == same(named["cycle"]) if "cycle" in named else _is_cycle(title))
        and ("cycle" in named or same(title) not in taken)
    )
    cycle = next(cycles, None)
    values = [column for column in columns if column.role in _NAMES]
    values = [column for column in values if column.role in named] or values
    errors = [column for column in columns if column.role not in _NAMES]
    return _Columns(cycle, values, errors) if cycle and values else None


SCHEMA = Schema(
    "table of growth",
    (
        "a table of growth needs a column of cycle numbers and one of resistances or "
        "overpotentials, for example 'cycle' and 'resistance (ohm)', with a column 'path' or "
        "'sample' where there are several series, or one column for each as in 'R1 (ohm), "
        "R2 (ohm)'",
    ),
    ("cycle", *(role.name for role in _ROLES)),
    _chosen,
    lambda columns: (columns.cycle, *columns.values),
    blanks=True,
)


def read_growth(
    path: Source,
    *,
    unit: str | None = None,
    columns: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read a table of resistances, or overpotentials, against the number of cycles.

    Parameters
    ----------
    path
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns). A table
        with a header: a row for each cycle and series, with the cycle number, the
        resistance with its unit as in ``R (ohm)``, and columns of text, such as ``path`` and
        ``sample``, that tell series apart; or a row for each cycle with a column for each
        resistance, whose names then are the ``path``.
    unit
        Such as ``"ohm"``, ``"ohm*cm**2"`` or ``"mV"`` where the header has none. It is never
        guessed.
    columns
        Names of the columns for ``cycle``, ``resistance`` (or ``overpotential``) and
        ``resistance_sd``, where their headers are not understood. Any other key makes a column a
        label of that name.
    dialect
        How the table is written, where the file does not decide it.

    Returns
    -------
    xarray.Dataset
        As from `growth_dataset`: ``resistance`` (point) or ``overpotential``, and
        ``resistance_step``, the unit in the last printed digit of each.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column or unit is missing, or a value cannot be used.
    """
    given = _UNITS.given(unit)
    sheet = SCHEMA.read(path, columns, dialect)
    cycle, values, errors = sheet.columns.cycle, sheet.columns.values, sheet.columns.errors
    output, wide = values[0].role, len(values) > 1
    if any(column.role != output for column in values):
        raise PosterionError(
            f"{sheet.name} has resistances and overpotentials; choose one, as in ",
            naming("resistance", values[0].title),
            ".",
        )
    used = {column.position for column in (cycle, *values, *errors)}
    labels = sheet.labels(used, {"cycle", "point", output})
    if wide and "path" in labels:
        raise PosterionError(
            f"{sheet.name} has a column 'path' and {len(values)} columns of {output}; choose one, "
            "as in ",
            naming(output, values[0].title),
            ".",
        )
    units = [sheet.unit_of(column, _UNITS, given) for column in values]
    if len({unit.text for unit in units}) > 1:
        raise PosterionError(
            f"{sheet.name} has columns in {' and '.join(sorted({unit.text for unit in units}))}, "
            "which are not the same quantity; choose those of one."
        )
    kept = {column: [k for k, cell in enumerate(sheet.cells(column)) if cell] for column in values}
    lines = [row.line for row in sheet.table.rows]
    blank = [line for rows in kept.values() for k, line in enumerate(lines) if k not in {*rows}]
    if blank:  # not measured at that cycle
        sheet.messages.append(f"{len(blank)} blank cell(s) left out ({lines_in_words(blank)})")
    points = [(column, row) for column, rows in kept.items() for row in rows]

    def numbers(of: Callable[[Column], Array]) -> Array:
        own = zip(kept.items(), units, strict=True)
        return np.concatenate([unit.factor * of(column)[rows] for (column, rows), unit in own])

    def error(column: Column) -> Array:
        own = next((each for each in errors if each.name == column.name or not wide), None)
        return np.full(len(lines), np.nan) if own is None else sheet.numbers(own)

    def where(variable: str, point: int) -> str:
        column, row = points[point]
        title = (cycle if variable == "cycle" else column).title
        return f"{sheet.name}, line {lines[row]}, column '{title}'"

    coords = {name: [each[row] for _, row in points] for name, each in labels.items()}
    coords |= {"path": [column.name for column, _ in points]} if wide else {}
    return growth_dataset(
        sheet.numbers(cycle)[[row for _, row in points]],
        numbers(sheet.numbers),
        output=output,
        unit=units[0].text,
        step=numbers(sheet.steps),
        sd=numbers(error) if errors else None,
        labels=coords,
        **sheet.origin(where),
    )
