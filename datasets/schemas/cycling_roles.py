"""Which columns of a table of cycles are used, and as what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..tables.names import key_of, same
from ..tables.roles import Column
from .cycling_titles import (
    capacity_as,
    capacity_unit_of,
    is_of_capacity,
    meaning_of,
    without_unit,
)

ROLES = ("cycle", "capacity", "charge_capacity", "cell")
"""What a user can name a column as; any other name makes it a label."""


@dataclass(frozen=True)
class CapacityColumn(Column):
    """A column of a table of cycles; ``stated`` of capacities: whether charge or discharge."""

    stated: bool = True


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

    columns: Mapping[str, CapacityColumn]
    wide: tuple[CapacityColumn, ...] = ()
    series: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    rivals: tuple[str, tuple[CapacityColumn, ...]] | None = None

    @property
    def of_numbers(self) -> list[CapacityColumn]:
        """The columns that must hold numbers."""
        both = (self.columns.get(role) for role in ("capacity", "charge_capacity"))
        return [self.columns["cycle"], *self.wide, *(column for column in both if column)]


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
    columns: dict[str, CapacityColumn] = {}
    messages: list[str] = []
    rivals = None
    for role in ROLES:
        if role in named:
            position = places[same(named[role])]
            unit = capacity_as(header[position]).unit if "capacity" in role else ""
            columns[role] = CapacityColumn(position, header[position], role, unit)
            continue
        found = [
            CapacityColumn(k, header[k], role, meaning.unit, stated=meaning.stated)
            for k, meaning in meanings.items()
            if meaning.role == role
        ]
        if not found:
            continue
        capacity = columns.get("capacity")
        columns[role], *others = found = _ranked(found, capacity)
        if others and _same_rank(found, capacity):
            rivals = rivals or (role, tuple(found))
        elif others:
            left = ", ".join(f"'{column.title}'" for column in others)
            messages.append(f"{role}: column '{found[0].title}' taken, not {left}")
    if "cycle" not in columns:
        return None
    roles = [meaning.role for meaning in meanings.values()]
    if "capacity" in columns or roles.count("series") > 1:
        series = tuple(header[k] for k, meaning in meanings.items() if meaning.role == "series")
        return Choice(columns, (), series, tuple(messages), rivals)
    cells = tuple(
        CapacityColumn(position, title, "", unit, name, stated=False)
        for position, title in enumerate(header)
        for name, unit in [without_unit(title)]
        if title and position != columns["cycle"].position and position not in meanings
    )
    if any(is_of_capacity(cell.name) for cell in cells):
        return None  # charges or discharges in words that are not understood
    wide = len(cells) > 1 and not set(roles) - {"cycle"} and not named.keys() - {"cycle"}
    return Choice(columns, cells, messages=tuple(messages), rivals=rivals) if wide else None


def _ranked(found: list[CapacityColumn], capacity: CapacityColumn | None) -> list[CapacityColumn]:
    return sorted(found, key=lambda column: _rank(column, found, capacity))


def _same_rank(found: list[CapacityColumn], capacity: CapacityColumn | None) -> bool:
    return _rank(found[0], found, capacity) == _rank(found[1], found, capacity)


def _base(column: CapacityColumn, *, over: bool = False) -> str:
    """Return the name of a capacity without its unit, and without the words for per mass."""
    key = key_of(without_unit(column.title)[0])
    return (
        re.sub(r"specific|spec(?!ap)|spe(?=cap)|gravimetric|areal|比|面积", "", key)
        if over
        else key
    )


def _rank(
    column: CapacityColumn, found: list[CapacityColumn], capacity: CapacityColumn | None
) -> tuple[bool, ...]:
    """Return what makes a column the less preferred one.

    A capacity of charge has the unit and the spelling of that of discharge. Of Q and q, the
    second is by convention a fraction of a nominal capacity. A retention is taken where there is
    no capacity, and CapD (mAh) before SpeCapD (mAh/g), which is the same over a mass.
    """
    own = capacity_unit_of(column.unit)
    derived = own == "percent" or "retention" in column.title.lower()
    over = _base(column, over=True) in {_base(other) for other in found if other != column}
    small = column.title[:1].islower()
    twin = any(other != column and other.title.lower() == column.title.lower() for other in found)
    if capacity is None:
        return (derived, not column.stated, not column.unit, over, twin and small)
    another = own != capacity_unit_of(capacity.unit)
    return (another, not column.stated, twin and small != capacity.title[:1].islower())
