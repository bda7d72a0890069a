"""What columns hold, told from their titles by the roles that a kind of table declares."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...errors import PosterionError, Setting
from .names import LONGEST, key_of, plain, same, splits

_ERROR = re.compile(r"(.*?)[\s_]*[(\[]?(sd|std|sigma|error|err|uncertainty|±)[)\]]?", re.I)


@dataclass(frozen=True)
class Role:
    """What a column may hold.

    Attributes
    ----------
    name
        As a user names it.
    names
        What titles are called in several languages, as `key_of` leaves them. A group ``unit`` of
        it is the unit that such a name implies.
    is_unit
        Tells if a text is a unit of it.
    error
        Whether it is one standard deviation, as words such as sd behind the name say.
    """

    name: str
    names: re.Pattern[str]
    is_unit: Callable[[str], object]
    error: bool = False


@dataclass(frozen=True)
class Column:
    """A column and what it holds; ``name`` is its title without unit and words of errors."""

    position: int
    title: str
    role: str = ""
    unit: str = ""
    name: str = ""


def column_of(title: str, roles: Sequence[Role], position: int = 0) -> Column | None:
    """Tell what a column holds from its title, or return None."""
    text = plain(title.strip().strip('"'))[:LONGEST]
    # A unit first: "R (kohm)" is no name like "R (ct)".
    ways = splits(text)
    ways.sort(key=lambda way: not any(role.is_unit(way[1].strip()) for role in roles))
    for name, unit, explicit in ways:
        unit, error = unit.strip(), _ERROR.fullmatch(name.strip())
        bare = error[1] if error and error[1] else name
        for role in roles:
            found = role.names.fullmatch(key_of(bare))
            fits = role.is_unit(unit) or (explicit and not unit)
            if found and fits and role.error == bool(error and error[1]):
                unit = unit or found.groupdict().get("unit") or ""
                return Column(position, title, role.name, unit, bare.strip())
    return None


def columns_of(
    header: Sequence[str], named: Mapping[str, str], roles: Sequence[Role]
) -> list[Column] | None:
    """Return the columns that have a role; None if one that the user named is not there."""
    given = {same(title): role for role, title in named.items()}
    if not {same(title) for title in header}.issuperset(given):
        return None
    open_roles = [role for role in roles if role.name not in named]
    found = []
    for position, title in enumerate(header):
        said = given.get(same(title))
        own = [role for role in roles if role.name == said]
        column = column_of(title, own or ([] if said else open_roles), position)
        if own and column is None:
            column = _named(title, own[0], position)
        found += [column] if column else []
    return found


def refuse_rivals(source: str, role: str, columns: Sequence[Column]) -> None:
    """Raise a PosterionError that asks which of several columns has a role."""
    names = ", ".join(f"'{column.title}'" for column in columns)
    raise PosterionError(
        f"{source}: the columns {names} are all read as {role}; keep one, or choose it as in ",
        Setting("columns", {role: columns[0].title}),
        ".",
    )


def firsts(columns: Sequence[Column]) -> dict[str, Column]:
    """Return the first column of each role."""
    found: dict[str, Column] = {}
    for column in columns:
        found.setdefault(column.role, column)
    return found


def _named(title: str, role: Role, position: int) -> Column:
    """Return the column of a role that its title does not tell, with its unit if it has one."""
    text = plain(title.strip().strip('"'))[:LONGEST]
    ways = ((name, unit.strip()) for name, unit, _ in splits(text) if role.is_unit(unit.strip()))
    name, unit = next(ways, (text, ""))
    return Column(position, title, role.name, unit, name.strip())
