"""Columns of a table apart from what they measure: names a user gave, duplicates, labels."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from ...errors import PosterionError, Setting
from .names import is_index, key_of, same
from .numbers import POINT, number
from .search import Table
from .wanted import Words

# Numbers in columns of these names are labels, as are those that part a table of spectra.
_LABELS = {
    *("id", "material", "materialid", "composition", "compound", "electrolyte", "formulation"),
    *("source", "reference", "doi", "family", "batch", "batchid", "lot", "specimen", "series"),
    *("pelletid", "pelletno", "pelletnumber", "sampleno", "samplenumber", "cellno", "cellnumber"),
    *("run", "replicate", "group", "label", "name"),
}


def checked_names(columns: Mapping[str, str], roles: Collection[str]) -> dict[str, str]:
    """Return the names of columns that a user gave by role.

    Raises
    ------
    PosterionError
        If a role looks misspelt, or a column has two roles.
    """
    for role in columns:
        close = get_close_matches(role, roles, 1, 0.8)
        if role not in roles and close:
            raise PosterionError(Setting("columns"), f" names '{role}'; did you mean '{close[0]}'?")
    twice = [name for name, count in Counter(map(same, columns.values())).items() if count > 1]
    if twice:
        raise PosterionError(
            Setting("columns"), f" names '{twice[0]}' twice; give each column one role."
        )
    return dict(columns)


def naming(role: str, title: str) -> Setting:
    """Return how a column is named: ``columns={'real': "Z'"}`` in Python."""
    return Setting("columns", {role: title})


def wanting(named: Mapping[str, str], wanted: Words) -> Words:
    """Return what a table needs, after the names of columns that a user gave."""
    told = ", ".join(f"'{name}' as {role}" for role, name in named.items())
    return (Setting("columns"), f" names {told}, and ", *wanted) if told else wanted


def refuse_missing_names(source: str, named: Mapping[str, str], titles: Collection[str]) -> None:
    """Raise a PosterionError if a column that the user named is in no header of the file."""
    known = {same(title): title for title in titles}
    for role, title in named.items():
        bare = re.sub(r"^-|\s*\[[^\[\]]*\]$", "", title)
        if known and same(title) not in known and same(bare) not in known:
            close = get_close_matches(same(bare), known, 1, 0.5)
            hint = f"; did you mean '{known[close[0]]}'?" if close else "; check its name."
            raise PosterionError(
                f"{source}: ",
                Setting("columns"),
                f" names '{title}' as {role}, but no column is called that{hint}",
            ) from None


def refuse_duplicates(name: str, header: Sequence[str]) -> None:
    """Raise a PosterionError if two columns of the file `name` have one title."""
    for title, count in Counter(map(same, header)).items():
        if title and count > 1:
            raise PosterionError(
                f"{name}: {count} columns are called '{title}'; give each a name of its own."
            )


def labels_of(
    table: Table,
    used: Collection[int],
    named: Mapping[str, str],
    reserved: Collection[str],
    messages: list[str],
) -> dict[str, list[str]]:
    """Return the labels of the points from columns of text, or of numbers that are names.

    Parameters
    ----------
    table
        The table with its header.
    used
        Positions of the columns that hold something else.
    named
        Names that the user gave by role; what is not `used` of them is a label.
    reserved
        Names that no label may have.
    messages
        Where labels and unused columns are told.
    """
    roles = {same(title): role for role, title in named.items()}
    labels: dict[str, list[str]] = {}
    unused = []
    for position, title in enumerate(table.header or ()):
        cells = [row.cells[position] for row in table.rows]
        if position in used or not any(cells):
            continue
        role = roles.get(same(title))
        key = key_of(re.sub(r"[#()\[\]]", "", title))
        if any(cell and number(cell, table.marks) is None for cell in cells):
            column = [cell or "blank" for cell in cells]
        elif role or key in _LABELS or is_index(key):
            column = [label_of(cell, table) for cell in cells]
        else:
            unused += [f"'{title}'"] if title else []  # a table's own count of its rows
            continue
        name = role or re.sub(r"\W+", "_", title).strip("_") or f"column_{position + 1}"
        if not role and (name in labels or name in reserved):
            name = f"{name}_{position + 1}"
        labels[name] = column
    if labels:
        messages.append(f"labels: {', '.join(labels)}")
    if unused:
        messages.append(f"columns not used: {', '.join(unused)}")
    return labels


def label_of(cell: str, table: Table | None = None) -> str:
    """Return the label of an index cell: ``1.000E+000`` is ``1``, text stays as it is."""
    value = number(cell, table.marks if table else POINT)
    if value is None or not math.isfinite(value):
        return cell.strip() or "blank"
    return str(int(value)) if value == int(value) else repr(value)
