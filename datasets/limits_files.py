"""Read limits of cells: steps that they survived and failed at, or how long they lived."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..errors import PosterionError, Setting
from .current_units import current_unit_of
from .limits_schema import RESERVED, lifetimes, stepped_test
from .tables.cells import Row
from .tables.columns import checked_names, labels_of, refuse_duplicates
from .tables.dialect import Dialect
from .tables.in_memory import Source
from .tables.names import key_of, plain, same, splits
from .tables.numbers import number
from .tables.search import Table, find_table
from .tables.text import read_file_text
from .tables.wanted import Wanted

ROLES = ("survived", "failed", "lived", "running")
_NAMES = {
    "survived": re.compile(r"(last)?(survived|passed)(at|step|current|currentdensity)?"),
    "failed": re.compile(r"(failed|failure|shorted|short)(at|step|current|currentdensity)?"),
    "lived": re.compile(r"(lived|life|lifetime|cycles?|cyclelife|cyclestofailure|hours?|h)"),
    "running": re.compile(r"(still)?(running|censored|alive)"),
}
_TIMES = {"hours": "hour", "hour": "hour", "h": "hour", "hr": "hour", "hrs": "hour", "d": "day",
          "day": "day", "days": "day", "min": "minute", "s": "second"}  # fmt: skip
_YES = {"yes", "y", "true", "1", "x", "running", "alive", "censored"}
_NO = {"no", "n", "false", "0", "", "failed", "dead"}
_NEEDED = (
    "limits of cells need the columns survived and failed (blank where a cell did not fail), as in "
    "'cell,sample,survived (mA/cm2),failed (mA/cm2)'; or lifetimes and whether cells still run, as "
    "in 'cell,sample,cycles,running'"
)

_Columns = dict[str, tuple[int, str]]


def read_limits(
    path: Source,
    *,
    unit: str | None = None,
    seen_every: float | None = None,
    columns: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read at which current cells failed, or after how many cycles.

    Parameters
    ----------
    path
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns): a table
        of text with a header, a row for each cell: the columns ``survived`` and
        ``failed``, blank where the cell survived the last step; or ``cycles`` (or ``hours``) and
        ``running`` (yes or no). Columns of text, and ``cell`` and ``sample``, become labels.
    unit
        Of the currents, such as ``"mA/cm2"``, or of the lifetimes, where the header has none.
    seen_every
        How often a failure could be seen; see `lifetimes`.
    columns
        Names of the columns for ``survived``, ``failed``, ``lived`` and ``running`` where their
        headers are not understood. Any other key makes a column a label of that name.
    dialect
        How the table is written (decimal and thousands marks, delimiter), where the file does not
        decide it.

    Returns
    -------
    xr.Dataset
        ``critical_current`` as from `stepped_test`, or ``lifetime`` as from `lifetimes`.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column or unit is missing, or a value cannot be used.
    """
    named = checked_names(columns or {}, ROLES)
    text = read_file_text(path, dialect)

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        found = _columns(header, named)
        if {"survived", "failed"} <= found.keys():
            return (found["survived"][0], found["failed"][0])
        return (found["lived"][0],) if {"lived", "running"} <= found.keys() else None

    wanted = Wanted("table of limits", _NEEDED, needed, blanks=True)
    table = find_table(text, wanted)
    header = table.header or ()
    refuse_duplicates(text.name, header)
    found = _columns(header, named)
    stepped = {"survived", "failed"} <= found.keys()
    roles = ("survived", "failed") if stepped else ("lived", "running")
    messages = [*text.messages, *table.messages]
    used = {found[role][0] for role in roles}
    labels = labels_of(table, used, named, RESERVED, messages)
    options: dict[str, Any] = {
        "cell": labels.pop("cell", None),
        "sample": labels.pop("sample", None),
        "labels": labels,
        "source": text.name,
        "sha256": text.sha256,
        "format": "text",
        "messages": messages,
        "where": lambda point: f"{text.name}, line {table.rows[point].line}",
    }
    units = [_unit(text.name, table, found[role], unit) for role in roles]
    first, second = (found[role][0] for role in roles)
    if not stepped:
        runs = [_runs(row, second, text.name) for row in table.rows]
        if not units[0]:
            raise PosterionError(
                f"{text.name}: the lifetimes have no unit; give it, as in ",
                Setting("unit", "cycle"),
                " or ",
                Setting("unit", "h"),
                ".",
            )
        if seen_every is not None:
            options["seen_every"] = seen_every
        return lifetimes(
            _numbers(table, first), runs, unit=_TIMES.get(units[0], units[0]), **options
        )
    if not units[0] and not units[1]:
        raise PosterionError(
            f"{text.name}: the unit of the currents is not in the header; give it, as in ",
            Setting("unit", "mA/cm2"),
            ".",
        )
    if current_unit_of(units[0] or units[1]) != current_unit_of(units[1] or units[0]):
        raise PosterionError(
            f"{text.name}: survived is in {units[0]} and failed in {units[1]}; give both in one "
            "unit."
        )
    return stepped_test(
        _numbers(table, first), _numbers(table, second), unit=units[0] or units[1], **options
    )


def _columns(header: Sequence[str], named: Mapping[str, str]) -> _Columns:
    """Return position and unit of each column that holds something."""
    given = {same(title): role for role, title in named.items()}
    found: _Columns = {}
    for position, title in enumerate(header):
        role, unit = _meaning(title)
        role = given.get(same(title), "" if role in named else role)
        if role in ROLES and role not in found:
            found[role] = (position, unit)
    return found


def is_column_of_limits(title: str) -> bool:
    """Tell if a title is one of what cells survived, failed at or lived."""
    return bool(_meaning(title)[0])


def _meaning(title: str) -> tuple[str, str]:
    for name, unit, explicit in splits(plain(title.strip().strip('"'))[:60]):
        unit, key = unit.strip(), key_of(name)
        for role, names in _NAMES.items():
            if names.fullmatch(key) and (_known(role, unit) or (explicit and not unit)):
                if role == "lived" and not unit:  # the name says it, as in "cycles" and "hours"
                    return role, key if key in _TIMES else "cycle" * key.startswith("cycle")
                return role, unit
    return "", ""


def _known(role: str, unit: str) -> bool:
    if role == "lived":
        return unit in _TIMES or unit.startswith("cycle")
    return role != "running" and current_unit_of(unit) is not None


def _unit(name: str, table: Table, column: tuple[int, str], given: str | None) -> str:
    """Return the unit of a column; one that is given stands for none, and overrules none."""
    position, written = column
    if not written and table.units:
        written = table.units.cells[position].strip("[]() ")
    if given and written and _spelled(given) != _spelled(written):
        raise PosterionError(
            f"{name}: a column is in {written}, but the unit given is {given}; leave out the one "
            "that is wrong."
        )
    return written or given or ""


def _spelled(unit: str) -> str:
    cycles = "cycle" if unit.startswith("cycle") else unit
    return current_unit_of(unit) or _TIMES.get(unit, cycles)


def _numbers(table: Table, position: int) -> list[float]:
    found = (number(row.cells[position], table.marks) for row in table.rows)
    return [np.nan if value is None else value for value in found]


def _runs(row: Row, position: int, name: str) -> bool:
    said = row.cells[position].strip().lower()
    if said not in _YES | _NO:
        raise PosterionError(
            f"{name}, line {row.line}: running is '{row.cells[position][:40]}'; write yes or no."
        )
    return said in _YES
