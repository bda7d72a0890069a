"""The answer of a result as lines of text: sentences, a row each quantity, or a row each group."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import xarray as xr

from ..inference.verdict import Verdict
from .brief import shortened
from .censored import ends_at, horizon_of
from .numbers import Scale, interval, scale_of
from .terminal import Terminal

if TYPE_CHECKING:
    import pandas as pd

    from .pages.subject import GroupTable, Subject

APART = 1e5
"""Quantities of one unit that differ by more than this factor are not written with one prefix."""

LABEL = 24
"""Columns of the name of a group; a longer one is cut, not broken."""


def answer_lines(
    subject: "Subject",
    tree: xr.DataTree,
    table: "pd.DataFrame",
    extra: xr.Dataset | None,
    terminal: Terminal,
    most: int,
) -> list[str]:
    """Return what was asked for in at most so many lines.

    First what the subject says in words, then its table of groups, or else the quantities that
    it names first.
    """
    groups, width = subject.group_table(tree, table, extra), terminal.width
    further = f"… (more: {terminal.more})"
    said = [*subject.answers(tree)]
    if groups is not None or subject.asked(table):
        said = said[:1]
    lines = [line for text in said for line in textwrap.wrap(text, width)]
    if len(lines) > most:
        lines = [*lines[: most - 1], shortened(f"{lines[most - 1]} {further}", width)]
    rest = most - len(lines)
    if groups is not None:
        return [*lines, *_of_groups(groups, subject.first_columns, width, rest, further)]
    return [*lines, *_of_quantities(subject, tree, table, extra, width, rest)]


_STAR = "*"
_INTERVAL = re.compile(r"[−<>]?\s?[\d.]")


def _of_quantities(
    subject: "Subject",
    tree: xr.DataTree,
    table: "pd.DataFrame",
    extra: xr.Dataset | None,
    width: int,
    most: int,
) -> list[str]:
    names = subject.asked(table)[:most]
    scales = shared_scales(table, names)
    verdict = Verdict.of(tree)
    rows = []
    for name in names:
        row = table.loc[name]
        middle, ends = value_and_ends(row, horizon_of(extra, name), scales.get(str(row["unit"])))
        notes = [
            subject.note(tree, name, row, extra),
            "doubtful" if row["doubtful"] and verdict.word == "trusted" else "",
            "" if verdict.determines(name) else "as wide as its prior",
        ]
        told = ", ".join(filter(None, notes))
        rows.append((subject.called(tree, name), middle, f"({ends})" if ends else "", told))
    if rows and rows[0][2]:  # says once what all brackets hold
        name, middle, ends, told = rows[0]
        rows[0] = (name, middle, ends, ", ".join(filter(None, ("94 % interval", told))))
    return aligned(rows, width)


def shared_scales(table: "pd.DataFrame", names: Sequence[str]) -> dict[str, Scale]:
    """Return one scale for all of these quantities that have a unit, unless they lie too far apart.

    Then each keeps a prefix of its own.
    """
    scales = {}
    for unit in {str(table.loc[name, "unit"]) for name in names}:
        own = [name for name in names if table.loc[name, "unit"] == unit]
        sizes = [abs(float(table.loc[name, "median"])) for name in own]
        if max(sizes) <= APART * min(sizes):
            scales[unit] = scale_of(sizes, unit)
    return scales


def _of_groups(
    groups: "GroupTable", first: Mapping[str, str], width: int, most: int, further: str
) -> list[str]:
    """Return a heading and a row each group, of the columns that fit, the asked ones first."""
    place = {column: k for k, column in enumerate(groups.columns)}
    known = {c: next((f for f in first if f"{c} ".startswith(f"{f} ")), "") for c in place}
    order = sorted(place, key=lambda c: [*first, ""].index(known[c]))
    beyond = any(cell[2] for _, row in groups.rows for cell in row)
    most -= 1 + beyond  # for the headings, and for what the star means
    cut = max(1, most if beyond else most - 1)
    shown = groups.rows if len(groups.rows) <= most else groups.rows[:cut]
    cells = {
        column: [
            _heading(first.get(known[column]) or column, [r[1][place[column]][1] for r in shown]),
            *(_cell(*each[1][place[column]]) for each in shown),
        ]
        for column in order
    }
    labels = [groups.heading, *(each[0] for each in shown)]
    labels = [label if len(label) <= LABEL else f"{label[: LABEL - 1]}…" for label in labels]
    columns = [labels]
    used = 2 + max(map(len, labels))
    for column in order:
        needed = 3 + max(map(len, cells[column]))
        if used + needed > width and len(columns) > 1:
            continue
        columns.append(cells[column])
        used += needed
    lines = aligned([*zip(*columns, strict=True)], width)
    left = len(groups.rows) - len(shown)
    below = [f"{_STAR} extrapolated"] if any(_STAR in each for each in lines) else []
    below += [further.replace("more", f"{left} more")] if left else []
    return [*lines, f"  {'   '.join(below)}"] if below else lines


def _heading(column: str, ends: Sequence[str]) -> str:
    return f"{column} (94 %)" if any(map(_INTERVAL.match, ends)) else column


def _cell(median: str, ends: str, beyond: bool) -> str:
    text = f"{median} ({ends})" if _INTERVAL.match(ends) else median
    return f"{text}{_STAR}" if beyond else text


def value_and_ends(
    row: "pd.Series", horizon: float | None, scale: Scale | None = None
) -> tuple[str, str]:
    """Write the median with its unit, and the ends of its interval; both may lie beyond."""
    middle, low, high, unit = interval(row["median"], row["q03"], row["q97"], row["unit"], scale)
    beyond = ends_at(row, horizon)
    middle, low, high = (
        beyond.get(key, text) for key, text in (("median", middle), ("q03", low), ("q97", high))
    )
    ends = "" if low == high else f"{low} to {high}"
    return f"{middle} {'cycles' if unit == 'cycle' else unit}".strip(), ends


def aligned(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return rows whose columns stand below each other, none beyond the width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    between = " " * (3 if sum(widths) + 3 * len(widths) <= width else 1)
    lines = (
        "  " + between.join(cell.ljust(size) for cell, size in zip(row, widths, strict=True))
        for row in rows
    )
    return [
        line.rstrip() if len(line.rstrip()) <= width else line[: width - 1] + "…" for line in lines
    ]
