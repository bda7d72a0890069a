"""Read tables of ionic conductivity against temperature."""

from collections.abc import Mapping, Sequence

import xarray as xr

from .conductivity_roles import ROLES, candidate_columns, chosen_columns, require_one
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
from .tables.columns import (
    checked_names,
    labels_of,
    naming,
    refuse_duplicates,
    wanting,
)
from .tables.dialect import Dialect
from .tables.in_memory import Source
from .tables.search import find_table
from .tables.text import read_file_text
from .tables.wanted import Wanted

_WANTED = (
    "a table of conductivities needs a column of temperatures and one of conductivities, for "
    "example 'temperature_degC' and 'conductivity_S_per_cm', or told as in ",
    naming("conductivity", "target"),
)


def read_table(
    path: Source,
    *,
    temperature_unit: str | None = None,
    conductivity_unit: str | None = None,
    columns: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read a table of ionic conductivity against temperature.

    Parameters
    ----------
    path
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns): a table
        of text with a header (comma, semicolon, tab or blanks; decimal points or
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
    dialect
        How the table is written (decimal and thousands marks, delimiter), where the file does not
        decide it.

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
    named = checked_names(columns or {}, ROLES)
    degrees = None if temperature_unit is None else require_degrees(temperature_unit)
    unit = None if conductivity_unit is None else require_conductivity_unit(conductivity_unit)
    text = read_file_text(path, dialect)
    name = text.name

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        chosen = chosen_columns(header, named)
        if chosen is None:
            return None
        return tuple(column.position for column in chosen.values())

    table = find_table(
        text, Wanted("table of conductivities", wanting(named, _WANTED), needed, errors=True)
    )
    header = table.header or ()
    refuse_duplicates(name, header)
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
    labels = labels_of(table, used, named, {*VARIABLES, "point"}, messages)

    def where(variable: str, point: int) -> str:
        column = chosen.get(variable.removesuffix("_step"), chosen["conductivity"])
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
