"""Rows of a table that are no replicates: repeated rows, and points of one measurement."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from ...errors import PosterionError, Setting
from ..tables.cells import Row
from ..tables.names import key_of, plain, splits
from ..tables.numbers import number
from ..tables.roles import Column
from ..tables.sheet import Sheet
from ..tables.wanted import Words
from .spectrum_titles import recognise

_CYCLE = re.compile(r"(n|cycles?|cycle(s?)(number|no|index|count)|numberofcycles|cyclenr)#?")
_TIME = re.compile(r"(t|time|elapsedtime|testtime|age|days?|hours?)")
_CONDITION = re.compile(r"(temperature|temp|pressure|crate|current|currentdensity|voltage)")
_WHERE = Setting("where")
_KINDS: dict[str, Words] = {
    "frequency": "Points of one spectrum are not replicates: they share the pellet, and more of "
    "them say nothing of the next one. Fit the spectra first, and compare one number for each "
    "pellet",
    "cycle": (
        "Cycles of one cell are not replicates: they share the cell, and more of them say "
        "nothing of the next one. Fit the cells first, or choose one cycle with ",
        _WHERE,
    ),
    "time": (
        "Readings of one specimen over time are not replicates: they share the specimen, and "
        "more of them say nothing of the next one. Fit them first, or choose one time with ",
        _WHERE,
    ),
    "condition": (
        "Values at several conditions are not replicates. Choose one with ",
        _WHERE,
        ", or make a group of each",
    ),
}


def refuse_repeated_rows(source: str, rows: Sequence[Row]) -> None:
    """Raise a PosterionError where two rows are the same in every cell."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        before = seen.setdefault(row.cells, row.line)
        if before != row.line:
            raise PosterionError(
                f"{source}, lines {before} and {row.line} are the same; remove one, or if they "
                "are two specimens (or two measurements) with one result, number them in a column "
                "of their own."
            )


def refuse_points_of_one(
    sheet: Sheet[dict[str, Column]],
    used: Collection[int],
    groups: Sequence[str],
    specimens: Sequence[str] | None,
) -> None:
    """Refuse rows that a column tells to be points of one measurement.

    Parameters
    ----------
    sheet
        The table.
    used
        Positions of the columns that have a meaning already.
    groups, specimens
        Of each row; specimens are None where no column tells them.

    Raises
    ------
    PosterionError
        If frequency, cycle, time or a condition differs between rows of one specimen, or
        between rows of one group where specimens are not told apart.
    """
    owners = groups if specimens is None else list(zip(groups, specimens, strict=True))
    for place, title in enumerate(sheet.header):
        kind = None if place in used else _kind(title)
        if kind is None:
            continue
        values = defaultdict(set)
        numbers = (number(row.cells[place], sheet.table.marks) for row in sheet.table.rows)
        for value, owner, group in zip(numbers, owners, groups, strict=True):
            values[group if kind == "condition" else owner].add(value)
        owner, most = max(values.items(), key=lambda item: len(item[1]))
        if len(most) > 1:
            whole = specimens is None or kind == "condition"
            name = owner if whole else " / ".join(owner)
            remedy = (
                ", or name the column of specimens"
                if specimens is None and kind != "condition"
                else ""
            )
            raise PosterionError(
                f"{sheet.name}: '{title}' has {len(most)} values within the "
                f"{'group' if whole else 'specimen'} '{name}'. ",
                *_KINDS[kind],
                f"{remedy}.",
            )


def _kind(title: str) -> str | None:
    """Return what a column makes of the rows: points along a frequency, cycle or time."""
    known = recognise(title)
    if known is not None and known.role in ("frequency", "omega", "temperature"):
        return "condition" if known.role == "temperature" else "frequency"
    for name, _, _ in splits(plain(title.strip().strip('"'))[:60]):
        key = key_of(name)
        for kind, names in (("cycle", _CYCLE), ("time", _TIME), ("condition", _CONDITION)):
            if names.fullmatch(key):
                return kind
    return None
