"""Read tables of ionic conductivity against temperature."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import xarray as xr

from ..errors import PosterionError
from .column_names import key_of, role_of
from .conductivity_roles import ROLES, candidate_columns, chosen_columns, require_one, same
from .conductivity_schema import (
    VARIABLES,
    conductivity_dataset,
    require_conductivity_unit,
    require_degrees,
)
from .conductivity_values import (
    conductivities,
    refuse_bad_first_row,
    temperature_errors,
    temperatures,
    with_unit_below,
)
from .delimited_text import number
from .file_text import read_file_text
from .impedance_table import label_of
from .table_search import Table, Wanted, find_table

_WANTED = (
    "a table of conductivities needs a column of temperatures and one of conductivities, for "
    "example 'temperature_degC' and 'conductivity_S_per_cm', or told as in "
    "columns={'conductivity': 'target'}"
)
# Numbers in columns of these names are labels, as are those that part a table of spectra.
_LABELS = {
    *("id", "material", "materialid", "composition", "compound", "electrolyte", "formulation"),
    *("source", "reference", "doi", "family", "batch", "batchid", "lot", "specimen", "series"),
    *("pelletid", "pelletno", "pelletnumber", "sampleno", "samplenumber", "cellno", "cellnumber"),
    *("run", "replicate", "group", "label", "name"),
}


def read_table(
    path: str | Path,
    *,
    temperature_unit: str | None = None,
    conductivity_unit: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> xr.Dataset:
    """Read a table of ionic conductivity against temperature.

    Parameters
    ----------
    path
        A table of text with a header (comma, semicolon, tab or blanks; decimal points or
        commas). Read are temperatures in K or °C, 1/T and 1000/T, and σ, σT and logarithms of
        them; units stand in the header, as in ``T [K]`` or ``sigma (mS cm-1)``.
    temperature_unit
        ``"C"`` or ``"K"`` where the header has no unit. It is never guessed.
    conductivity_unit
        Such as ``"S/cm"`` where the header has no unit. It is never guessed.
    columns
        Names of the columns for ``temperature``, ``conductivity``, ``temperature_sd`` and
        ``conductivity_sd``, where their headers are not understood or there are several. Any
        other key makes a column a label of that name: ``{"pellet": "No."}``.

    Returns
    -------
    xr.Dataset
        ``conductivity`` (point) in S/cm, ``conductivity_step`` (the unit in the last printed
        digit of each), ``conductivity_sd`` and ``temperature_sd`` where the table has errors,
        the coordinate ``temperature`` in K, and a label coordinate for each column of text or
        of numbers that are names, such as a pellet's. The attribute ``messages`` tells what
        was decided.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column is missing or has no unit, or a value cannot be
        used.

    See Also
    --------
    conductivity_dataset : The same from arrays.
    """
    named = _checked_names(columns or {})
    degrees = None if temperature_unit is None else require_degrees(temperature_unit)
    unit = None if conductivity_unit is None else require_conductivity_unit(conductivity_unit)
    text = read_file_text(path)
    name = text.name

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        chosen = chosen_columns(header, named)
        if chosen is None:
            return None
        return tuple(column.position for column in chosen.values())

    table = find_table(text.lines, name, Wanted("table of conductivities", _wanted(named), needed))
    header = table.header or ()
    _refuse_duplicates(name, header)
    chosen = chosen_columns(header, named) or {}
    refuse_bad_first_row(name, table, chosen.values())
    chosen = {role: with_unit_below(column, role, table) for role, column in chosen.items()}
    messages = [*text.messages, *table.messages]
    for role in chosen:
        candidates = candidate_columns(header, role, named)
        message = candidates and require_one(name, role, candidates)
        messages += [message] if message else []
    temperature = temperatures(name, table, chosen["temperature"], degrees, messages)
    numbers = conductivities(name, table, chosen, unit, temperature, messages)
    if "temperature_sd" in chosen:
        numbers["temperature_sd"] = temperature_errors(name, table, chosen, messages)
    used = {c.position for role in ROLES for c in candidate_columns(header, role, named)}
    labels = _labels(table, used, named, messages)

    def where(variable: str, point: int) -> str:
        column = chosen[variable.removesuffix("_step")]
        row = table.rows[point]
        return (
            f"{name}, line {row.line}, column {column.position + 1} ('{column.header}'), "
            f"'{row.cells[column.position][:40]}'"
        )

    return conductivity_dataset(
        temperature,
        temperature_unit="K",
        conductivity_unit="S/cm",
        **numbers,
        labels=labels,
        source=name,
        sha256=text.sha256,
        format="text",
        messages=messages,
        where=where,
    )


def _checked_names(columns: Mapping[str, str]) -> dict[str, str]:
    for role in columns:
        close = get_close_matches(role, ROLES, 1, 0.8)
        if role not in ROLES and close:
            raise PosterionError(f"columns= names '{role}'; did you mean '{close[0]}'?")
    twice = [name for name, count in Counter(map(same, columns.values())).items() if count > 1]
    if twice:
        raise PosterionError(f"columns= names '{twice[0]}' twice; give each column one role.")
    return dict(columns)


def _wanted(named: Mapping[str, str]) -> str:
    told = ", ".join(f"'{name}' as {role}" for role, name in named.items())
    return f"columns= names {told}, and {_WANTED}" if told else _WANTED


def _refuse_duplicates(name: str, header: Sequence[str]) -> None:
    for title, count in Counter(map(same, header)).items():
        if title and count > 1:
            raise PosterionError(
                f"{name}: {count} columns are called '{title}'; give each a name of its own."
            )


def _labels(
    table: Table, used: set[int], named: Mapping[str, str], messages: list[str]
) -> dict[str, list[str]]:
    """Return the labels of the points from columns of text, or of numbers that are names."""
    roles = {same(title): role for role, title in named.items()}
    labels: dict[str, list[str]] = {}
    unused = []
    for position, title in enumerate(table.header or ()):
        cells = [row.cells[position] for row in table.rows]
        if position in used or not any(cells):
            continue
        role = roles.get(same(title))
        key = key_of(re.sub(r"[#()\[\]]", "", title))
        if any(cell and number(cell, table.decimal) is None for cell in cells):
            column = [cell or "blank" for cell in cells]
        elif role or key in _LABELS or role_of(key) == "index":
            column = [label_of(cell, table) for cell in cells]
        else:
            unused += [f"'{title}'"] if title else []  # a table's own count of its rows
            continue
        name = role or re.sub(r"\W+", "_", title).strip("_") or f"column_{position + 1}"
        if not role and (name in labels or name in VARIABLES or name == "point"):
            name = f"{name}_{position + 1}"
        labels[name] = column
    if labels:
        messages.append(f"labels: {', '.join(labels)}")
    if unused:
        messages.append(f"columns not used: {', '.join(unused)}")
    return labels
