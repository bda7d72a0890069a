"""Read resistances, or overpotentials, by cycle from tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from ..errors import PosterionError, Setting
from .column_names import unit_factor
from .cycling_columns import is_cycle
from .growth_schema import growth_dataset
from .tables.cells import lines_in_words
from .tables.columns import checked_names, labels_of, naming, refuse_duplicates
from .tables.dialect import Dialect
from .tables.in_memory import Source
from .tables.names import key_of, plain, same, splits
from .tables.numbers import last_digit, number
from .tables.search import Table, find_table
from .tables.text import read_file_text
from .tables.wanted import Wanted

Output = Literal["resistance", "overpotential"]

ROLES = ("cycle", "resistance", "overpotential", "resistance_sd", "overpotential_sd")
_NAMES: Mapping[Output, re.Pattern[str]] = {
    "resistance": re.compile(
        r"r[0-9]{0,3}|r\(?[a-z]{1,6}\)?|\w*resistance\w*|asr|esr|[da]c(ir|r)|impedance|\|z\||ri|"
        r"\w*(widerstand|résistance|resistencia|resistenza|电阻|内阻|阻抗|抵抗|저항)\w*"
    ),
    "overpotential": re.compile(r"η|eta|\w*(over(potential|voltage)|polari[sz]ation)\w*"),
}
_ERROR = re.compile(r"(.*?)[\s_]*[(\[]?(sd|std|sigma|error|err|uncertainty|±)[)\]]?", re.I)
_UNIT = re.compile(
    r"(?P<ohm>[mµukM]?(?:ohms?|Ω))[\s·.*⋅]*(?:(?P<length>cm|mm|m)(?:\^|\*\*)?2)?"
    r"|(?P<prefix>[mµu]?)(?:V|volts?)",
    re.I,
)
_VOLTS = {"": 1.0, "m": 1e-3, "µ": 1e-6, "u": 1e-6}
_NEEDED = (
    "a table of growth needs a column of cycle numbers and one of resistances or overpotentials, "
    "for example 'cycle' and 'resistance (ohm)', with a column 'path' or 'sample' where there are "
    "several series, or one column for each as in 'R1 (ohm), R2 (ohm)'"
)


@dataclass(frozen=True)
class _Column:
    position: int
    title: str
    name: str
    output: Output
    unit: str
    error: bool = False


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
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns): a table
        of text with a header (comma, semicolon, tab or blanks; decimal points or
        commas): a row for each cycle and series, with the cycle number, the resistance with its
        unit as in ``R (ohm)``, and columns of text, such as ``path`` and ``sample``, that tell
        series apart; or a row for each cycle with a column for each resistance, whose names then
        are the ``path``.
    unit
        Such as ``"ohm"``, ``"ohm*cm**2"`` or ``"mV"`` where the header has none. It is never
        guessed.
    columns
        Names of the columns for ``cycle``, ``resistance`` (or ``overpotential``) and
        ``resistance_sd``, where their headers are not understood. Any other key makes a column a
        label of that name.
    dialect
        How the table is written (decimal and thousands marks, delimiter), where the file does not
        decide it.

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
    named = checked_names(columns or {}, ROLES)
    given = None if unit is None else _known_unit(unit)
    text = read_file_text(path, dialect)

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        cycle, values, _ = _columns(header, named)
        return None if cycle is None or not values else (cycle, *(c.position for c in values))

    table = find_table(text, Wanted("table of growth", _NEEDED, needed, blanks=True))
    header = table.header or ()
    refuse_duplicates(text.name, header)
    cycle, values, errors = _columns(header, named)
    messages = [*text.messages, *table.messages]
    outputs = {column.output for column in values}
    if len(outputs) > 1:
        raise PosterionError(
            f"{text.name} has resistances and overpotentials; choose one, as in ",
            naming("resistance", values[0].title),
            ".",
        )
    used = {cycle or 0, *(c.position for c in (*values, *errors))}
    labels = labels_of(table, used, named, {"cycle", "point", *outputs}, messages)
    if len(values) > 1 and "path" in labels:
        raise PosterionError(
            f"{text.name} has a column 'path' and {len(values)} columns of {values[0].output}; "
            "choose one, as in ",
            naming(values[0].output, values[0].title),
            ".",
        )
    found: dict[str, list[float]] = {"cycle": [], "value": [], "step": [], "sd": []}
    coords: dict[str, list[str]] = {name: [] for name in labels}
    lines: list[str] = []
    blank: list[int] = []
    units = set()
    for column in values:
        own_unit, factor = _unit_of(table, column, given, text.name)
        units.add(own_unit)
        error = next((e for e in errors if e.name == column.name or len(values) == 1), None)
        for row, cells in enumerate(table.rows):
            cell = cells.cells[column.position] if column.position < len(cells.cells) else ""
            value = number(cell, table.marks)
            if value is None:
                blank.append(cells.line)  # not measured at that cycle
                continue
            found["value"].append(factor * value)
            found["step"].append(factor * last_digit(cell, table.marks))
            found["cycle"].append(_required(cells.cells[cycle or 0], table))
            found["sd"].append(
                np.nan if error is None else factor * _required(cells.cells[error.position], table)
            )
            lines.append(f"{text.name}, line {cells.line}, column '{column.title}'")
            for name, each in labels.items():
                coords[name].append(each[row])
            if len(values) > 1:
                coords.setdefault("path", []).append(column.name)
    if blank:
        messages.append(f"{len(blank)} blank cell(s) left out ({lines_in_words(blank)})")
    if len(units) > 1:
        raise PosterionError(
            f"{text.name} has columns in {' and '.join(sorted(units))}, which are not the same "
            "quantity; choose those of one."
        )
    return growth_dataset(
        found["cycle"],
        found["value"],
        output=values[0].output,
        unit=units.pop(),
        step=found["step"],
        sd=found["sd"] if errors else None,
        labels=coords,
        source=text.name,
        sha256=text.sha256,
        messages=messages,
        where=lambda point: lines[point],
    )


def _columns(
    header: Sequence[str], named: Mapping[str, str]
) -> tuple[int | None, list[_Column], list[_Column]]:
    """Return the column of cycles, those of values, and those of their errors."""
    roles = {same(title): role for role, title in named.items()}
    if not {same(title) for title in header}.issuperset(roles):
        return None, [], []
    cycle: int | None = None
    values: list[_Column] = []
    errors: list[_Column] = []
    for position, title in enumerate(header):
        role = roles.get(same(title), "")
        if role == "cycle" or (
            not role and "cycle" not in named and cycle is None and _is_cycle(title)
        ):
            cycle = position
        elif not role or role in ROLES:
            column = _meaning(position, title, role)
            if column is not None:
                (errors if column.error else values).append(column)
    chosen = [c for c in values if roles.get(same(c.title)) == c.output]
    return cycle, chosen or values, errors


def _is_cycle(title: str) -> bool:
    return is_cycle(title) or same(title).lower() == "n"


def is_value_of_growth(title: str) -> bool:
    """Tell if a title is one of cycles, resistances or overpotentials."""
    return _is_cycle(title) or _meaning(0, title, "") is not None


def _meaning(position: int, title: str, role: str) -> _Column | None:
    """Return what a column holds; a role that a user gave decides what it is."""
    text = plain(title.strip().strip('"'))[:60]
    # A unit first: "R (kohm)" is no name like "R (ct)".
    for name, unit, explicit in sorted(splits(text), key=lambda way: not _is_unit(way[1])):
        error = _ERROR.fullmatch(name.strip())
        bare = error[1] if error and error[1] else name
        key = key_of(bare)
        for output, names in _NAMES.items():
            if role and role.removesuffix("_sd") != output:
                continue
            known = _is_unit(unit)
            named = bool(role) or bool(names.fullmatch(key))
            if named and (known or (explicit and not unit)):
                is_error = role.endswith("_sd") if role else bool(error and error[1])
                return _Column(position, title, bare.strip(), output, unit.strip(), is_error)
    return None


def _is_unit(text: str) -> bool:
    return _UNIT.fullmatch(text.strip()) is not None


def _unit_of(
    table: Table, column: _Column, given: tuple[str, float] | None, name: str
) -> tuple[str, float]:
    """Return the unit of a column as pint spells it, and the factor to it."""
    below = table.units.cells[column.position].strip("[]() ") if table.units else ""
    written = column.unit or below
    if not written:
        if given is None:
            raise PosterionError(
                f"{name}: the column '{column.title}' has no unit; say which with ",
                Setting("unit", "ohm"),
                ", or write it in the header, as in 'resistance (ohm)'.",
            )
        return given
    unit = _known_unit(written)
    if given is not None and given != unit:
        raise PosterionError(
            f"{name}: column '{column.title}' is in {written}, but the unit given is another; "
            "leave out the one that is wrong."
        )
    return unit


def _known_unit(unit: str) -> tuple[str, float]:
    match = _UNIT.fullmatch(plain(unit.strip()))
    factor = None
    if match is not None:
        ohm, prefix = match["ohm"], match["prefix"]
        factor = unit_factor(ohm, "real") if ohm else _VOLTS.get(prefix)
    if match is None or factor is None:
        raise PosterionError(
            f"the unit '{unit}' is not understood; expected one such as ohm, kohm, ohm*cm**2 or mV."
        )
    if not match["ohm"]:
        return "V", factor
    length = match["length"]
    return ("ohm" if length is None else f"ohm*{length.lower()}**2"), factor


def _required(cell: str, table: Table) -> float:
    value = number(cell, table.marks)
    return np.nan if value is None else value
