"""Which columns of a table of conductivities are used, and as what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import PosterionError, Setting
from .conductivity_columns import (
    Meaning,
    Quantity,
    conductivity_unit_of,
    degrees_of,
    meaning_as,
    meaning_of,
)
from .tables.names import same

ROLES: Mapping[str, tuple[Quantity, bool]] = {
    "temperature": ("temperature", False),
    "conductivity": ("conductivity", False),
    "temperature_sd": ("temperature", True),
    "conductivity_sd": ("conductivity", True),
}
"""Quantity of each role, and whether it is its error."""

_PREFERRED = ("linear", "inverse", "log10", "ln", "percent", "reciprocal")


@dataclass(frozen=True)
class Column:
    """A column and what it means."""

    position: int
    header: str
    meaning: Meaning


def chosen_columns(header: Sequence[str], named: Mapping[str, str]) -> dict[str, Column] | None:
    """Return the column of each role, or None if this is no header of such a table.

    Where a table has no conductivity but a resistance, that takes its place.

    Parameters
    ----------
    header
        Names of the columns.
    named
        Names that the user gave by role.
    """
    names = {same(name) for name in header}
    if not names.issuperset(map(same, named.values())):
        return None
    candidates = {role: candidate_columns(header, role, named) for role in ROLES}
    chosen = {role: columns[0] for role, columns in candidates.items() if columns}
    if "conductivity" not in chosen:
        meanings = ((k, name, meaning_of(name)) for k, name in enumerate(header))
        resistances = [
            Column(k, name, meaning)
            for k, name, meaning in meanings
            if meaning and meaning.quantity == "resistance" and not meaning.error
        ]
        if resistances:
            chosen["conductivity"] = resistances[0]
    return chosen if {"temperature", "conductivity"} <= chosen.keys() else None


def candidate_columns(header: Sequence[str], role: str, named: Mapping[str, str]) -> list[Column]:
    """Return the columns that may play a role, the preferred one first.

    Numbers as they are come before products, inverses and logarithms of them.
    """
    quantity, error = ROLES[role]
    if role in named:
        position = [same(name) for name in header].index(same(named[role]))
        title = header[position]
        return [Column(position, title, meaning_as(title, quantity, error))]
    taken = {same(name) for name in named.values()}
    found = [
        Column(position, name, meaning)
        for position, name in enumerate(header)
        if same(name) not in taken
        and (meaning := meaning_of(name)) is not None
        and (meaning.quantity, meaning.error) == (quantity, error)
    ]
    return sorted(found, key=lambda c: (_rank(c), degrees_of(c.meaning.unit) != "K"))


def require_one(name: str, role: str, columns: Sequence[Column]) -> str | None:
    """Return a message on the columns that are left, or raise if the choice is not clear."""
    first, *others = columns
    rivals = [column for column in columns if _rank(column) == _rank(first)]
    degrees = [degrees_of(column.meaning.unit) for column in rivals]
    # The same temperatures in K and in °C are no rivals.
    if len(rivals) > 1 and (len(set(degrees)) < len(degrees) or None in degrees):
        names = ", ".join(f"'{column.header}'" for column in rivals)
        raise PosterionError(
            f"{name}: the columns {names} are all read as {role}; choose one, as in ",
            Setting("columns", {role: first.header}),
            ".",
        )
    if not others:
        return None
    left = ", ".join(f"'{column.header}'" for column in others)
    return f"{role}: column '{first.header}' taken, not {left}"


def _rank(column: Column) -> tuple[int, bool, bool]:
    meaning = column.meaning
    unit = conductivity_unit_of(meaning.unit)
    times_temperature = meaning.times_temperature or bool(unit and unit.times_temperature)
    understood = not meaning.unit or bool(unit or degrees_of(meaning.unit))
    return (_PREFERRED.index(meaning.scale), times_temperature, not understood)
