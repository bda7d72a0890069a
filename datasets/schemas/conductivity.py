"""Tables of ionic conductivity against temperature: their columns, and the way through them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import xarray as xr

from ..tables.columns import naming
from ..tables.dialect import Dialect
from ..tables.in_memory import Source
from ..tables.names import same
from ..tables.roles import Column, refuse_rivals
from ..tables.sheet import Schema
from .conductivity_points import CONDUCTIVITY, TEMPERATURE, VARIABLES, conductivity_dataset
from .conductivity_titles import (
    Meaning,
    Quantity,
    conductivity_unit_of,
    degrees_of,
    meaning_as,
    meaning_of,
)
from .conductivity_values import (
    Columns,
    Meant,
    conductivities,
    refuse_bad_first_row,
    temperature_errors,
    temperatures,
    with_unit_below,
)

ROLES: Mapping[str, tuple[Quantity, bool]] = {
    "temperature": ("temperature", False),
    "conductivity": ("conductivity", False),
    "temperature_sd": ("temperature", True),
    "conductivity_sd": ("conductivity", True),
}
"""Quantity of each role, and whether it is its error."""

_PREFERRED = ("linear", "inverse", "log10", "ln", "percent", "reciprocal")


def _meant(header: Sequence[str], named: Mapping[str, str]) -> list[Meant]:
    """Return the columns whose titles are understood and which the user has not named."""
    taken = {same(name) for name in named.values()}
    found = ((k, title, meaning_of(title)) for k, title in enumerate(header))
    return [Meant.of(k, t, meaning) for k, t, meaning in found if meaning and same(t) not in taken]


def candidate_columns(header: Sequence[str], role: str, named: Mapping[str, str]) -> list[Meant]:
    """Return the columns that may play a role, the preferred one first.

    Numbers as they are come before products, inverses and logarithms of them.
    """
    quantity, error = ROLES[role]
    if role in named:
        position = [same(name) for name in header].index(same(named[role]))
        title = header[position]
        return [Meant.of(position, title, meaning_as(title, quantity, error))]
    found = [
        column
        for column in _meant(header, named)
        if (column.meaning.quantity, column.meaning.error) == (quantity, error)
    ]
    return sorted(found, key=lambda c: (_rank(c.meaning), degrees_of(c.unit) != "K"))


def _rank(meaning: Meaning) -> tuple[int, bool, bool]:
    unit = conductivity_unit_of(meaning.unit)
    times_temperature = meaning.times_temperature or bool(unit and unit.times_temperature)
    understood = not meaning.unit or bool(unit or degrees_of(meaning.unit))
    return (_PREFERRED.index(meaning.scale), times_temperature, not understood)


def _chosen(header: Sequence[str], named: Mapping[str, str]) -> Columns | None:
    """Return the column of each role, or None if this is no header of such a table.

    Where a table has no conductivity but a resistance, that takes its place.
    """
    if not {same(name) for name in header}.issuperset(map(same, named.values())):
        return None
    candidates = {role: candidate_columns(header, role, named) for role in ROLES}
    chosen = {role: columns[0] for role, columns in candidates.items() if columns}
    resistances = [
        column
        for column in _meant(header, named)
        if column.meaning.quantity == "resistance" and not column.meaning.error
    ]
    if "conductivity" not in chosen and resistances:
        chosen["conductivity"] = resistances[0]
    return chosen if {"temperature", "conductivity"} <= chosen.keys() else None


def _told_apart(name: str, role: str, columns: Sequence[Meant]) -> list[str]:
    """Return a message on the columns that are left, or raise if the choice is not clear."""
    first, *others = columns
    rivals = [column for column in columns if _rank(column.meaning) == _rank(first.meaning)]
    degrees = [degrees_of(column.unit) for column in rivals]
    # The same temperatures in K and in °C are no rivals.
    if len(rivals) > 1 and (len(set(degrees)) < len(degrees) or None in degrees):
        refuse_rivals(name, role, rivals)
    left = ", ".join(f"'{column.title}'" for column in others)
    return [f"{role}: column '{first.title}' taken, not {left}"] if others else []


SCHEMA = Schema(
    "table of conductivities",
    (
        "a table of conductivities needs a column of temperatures and one of conductivities, for "
        "example 'temperature_degC' and 'conductivity_S_per_cm', or told as in ",
        naming("conductivity", "target"),
    ),
    ROLES,
    _chosen,
    lambda columns: [*columns.values()],
    errors=True,
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
    degrees = TEMPERATURE.given(temperature_unit)
    unit = CONDUCTIVITY.given(conductivity_unit)
    sheet = SCHEMA.read(path, columns, dialect)
    refuse_bad_first_row(sheet)
    candidates = {role: candidate_columns(sheet.header, role, sheet.named) for role in ROLES}
    for role, found in candidates.items():
        sheet.messages.extend(_told_apart(sheet.name, role, found) if found else [])
    chosen = {role: with_unit_below(sheet, c, *ROLES[role]) for role, c in sheet.columns.items()}
    # The row of units has been checked, and is part of the columns now.
    sheet = replace(sheet, table=replace(sheet.table, units=None))
    temperature = temperatures(sheet, chosen["temperature"], degrees)
    numbers = conductivities(sheet, chosen, unit, temperature)
    if "temperature_sd" in chosen:
        numbers["temperature_sd"] = temperature_errors(sheet, chosen)
    used = {column.position for found in candidates.values() for column in found}

    def where(variable: str, point: int) -> str:
        column: Column = chosen.get(variable.removesuffix("_step"), chosen["conductivity"])
        return sheet.place(column, point)

    return conductivity_dataset(
        temperature,
        temperature_unit="K",
        conductivity_unit="S/cm",
        **numbers,
        labels=sheet.labels(used, {*VARIABLES, "point"}),
        **sheet.origin(where),
    )
