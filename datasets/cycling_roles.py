"""Which columns of a table of cycles are used, and as what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .cycling_columns import (
    Meaning,
    capacity_as,
    capacity_unit_of,
    is_of_capacity,
    meaning_of,
    without_unit,
)
from .tables.names import key_of, same

ROLES = ("cycle", "capacity", "charge_capacity", "cell")
"""What a user can name a column as; any other name makes it a label."""


@dataclass(frozen=True)
class Column:
    """A column and what it means."""

    position: int
    header: str
    meaning: Meaning


@dataclass(frozen=True)
class Choice:
    """The columns of a table of cycles.

    Attributes
    ----------
    columns
        Columns by role.
    wide
        A column for each cell, where the table has that shape.
    series
        Titles of columns that change within a cycle, such as a voltage.
    messages
        What was decided.
    rivals
        Columns of which one must be chosen, with their role.
    """

    columns: Mapping[str, Column]
    wide: tuple[Column, ...] = ()
    series: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    rivals: tuple[str, tuple[Column, ...]] | None = None


def chosen_columns(header: Sequence[str], named: Mapping[str, str]) -> Choice | None:
    """Return the columns to use, or None if this is no header of a table of cycles.

    A table of cycles with a time, a current or a voltage but without capacities is returned
    too, so that it can be said what it is.
    """
    places = {same(title): position for position, title in enumerate(header)}
    if not places.keys() >= set(map(same, named.values())):
        return None
    taken = {same(title) for title in named.values()}
    meanings = {
        position: meaning
        for position, title in enumerate(header)
        if same(title) not in taken and (meaning := meaning_of(title)) is not None
    }
    columns: dict[str, Column] = {}
    messages: list[str] = []
    rivals = None
    for role in ROLES:
        if role in named:
            position = places[same(named[role])]
            meaning = capacity_as(header[position]) if "capacity" in role else Meaning("other")
            columns[role] = Column(position, header[position], meaning)
            continue
        found = [
            Column(position, header[position], meaning)
            for position, meaning in meanings.items()
            if meaning.role == role
        ]
        if not found:
            continue
        capacity = columns.get("capacity")
        columns[role], *others = found = _ranked(found, capacity)
        if others and _same_rank(found, capacity):
            rivals = rivals or (role, tuple(found))
        elif others:
            left = ", ".join(f"'{column.header}'" for column in others)
            messages.append(f"{role}: column '{found[0].header}' taken, not {left}")
    if "cycle" not in columns:
        return None
    roles = [meaning.role for meaning in meanings.values()]
    if "capacity" in columns or roles.count("series") > 1:
        series = tuple(header[k] for k, meaning in meanings.items() if meaning.role == "series")
        return Choice(columns, (), series, tuple(messages), rivals)
    cells = tuple(
        Column(position, *_cell_of(title))
        for position, title in enumerate(header)
        if title and position != columns["cycle"].position and position not in meanings
    )
    if any(is_of_capacity(cell.header) for cell in cells):
        return None  # charges or discharges in words that are not understood
    wide = len(cells) > 1 and not set(roles) - {"cycle"} and not named.keys() - {"cycle"}
    return Choice(columns, cells, messages=tuple(messages), rivals=rivals) if wide else None


def _cell_of(title: str) -> tuple[str, Meaning]:
    name, unit = without_unit(title)
    return name, Meaning("capacity", unit, stated=False)


def _ranked(found: list[Column], capacity: Column | None) -> list[Column]:
    return sorted(found, key=lambda column: _rank(column, found, capacity))


def _same_rank(found: list[Column], capacity: Column | None) -> bool:
    return _rank(found[0], found, capacity) == _rank(found[1], found, capacity)


def _base(column: Column, *, over: bool = False) -> str:
    """Return the name of a capacity without its unit, and without the words for per mass."""
    key = key_of(without_unit(column.header)[0])
    return (
        re.sub(r"specific|spec(?!ap)|spe(?=cap)|gravimetric|areal|比|面积", "", key)
        if over
        else key
    )


def _rank(column: Column, found: list[Column], capacity: Column | None) -> tuple[bool, ...]:
    """Return what makes a column the less preferred one.

    A capacity of charge has the unit and the spelling of that of discharge. Of Q and q, the
    second is by convention a fraction of a nominal capacity. A retention is taken where there is
    no capacity, and CapD (mAh) before SpeCapD (mAh/g), which is the same over a mass.
    """
    meaning = column.meaning
    own = capacity_unit_of(meaning.unit)
    derived = own == "percent" or "retention" in column.header.lower()
    over = _base(column, over=True) in {_base(other) for other in found if other != column}
    small = column.header[:1].islower()
    twin = any(other != column and other.header.lower() == column.header.lower() for other in found)
    if capacity is None:
        return (derived, not meaning.stated, not meaning.unit, over, twin and small)
    another = own != capacity_unit_of(capacity.meaning.unit)
    return (another, not meaning.stated, twin and small != capacity.header[:1].islower())
