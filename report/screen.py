"""A result in at most twelve lines: what was read, the answer, the doubts, where it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xarray as xr

from ..errors import spelled
from ..inference.verdict import HOLDS, Verdict
from .answer_lines import answer_lines
from .brief import Brief, shortened
from .concerns import Concern
from .pages.subject import subject_of
from .terminal import Terminal

if TYPE_CHECKING:
    import pandas as pd

LINES = 12
DOUBTS = 3


@dataclass(frozen=True)
class Screen:
    """The lines of a result, each no longer than the terminal is wide.

    Attributes
    ----------
    read
        What was read.
    answer
        What was asked for; empty where the run was refused.
    verdict
        The word, and what it means.
    doubts
        At most three, numbered, each with what would mend it.
    kept
        Where the result went, and where the rest is told.
    """

    read: str
    answer: tuple[str, ...]
    verdict: str
    doubts: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, from top to bottom."""
        return (self.read, *self.answer, self.verdict, *self.doubts, *self.kept)


def screen_of(
    tree: xr.DataTree,
    table: "pd.DataFrame",
    extra: xr.Dataset | None,
    told: Sequence[Concern],
    asides: Sequence[str],
    terminal: Terminal,
) -> Screen:
    """Return a result in at most twelve lines.

    Parameters
    ----------
    tree, table, extra
        A result, its `summary`, and further draws.
    told
        What speaks against it, the gravest first.
    asides
        What was left out of the data, or compared beside; the first is told.
    terminal
        Where it is shown.
    """
    verdict, subject = Verdict.of(tree), subject_of(tree)
    shown, rest = told[:DOUBTS], len(told) - DOUBTS
    kept, width = kept_lines(len(table), max(rest, 0), terminal), terminal.width
    beside = tuple(shortened(each, width) for each in asides[:1])
    free = LINES - 2 - len(kept) - len(beside)
    answer: list[str] = []
    if verdict.passed:
        answer = answer_lines(subject, tree, table, extra, terminal, free - len(shown))
    return Screen(
        read_line(str(tree.attrs["source"]), subject.read(tree, extra), width),
        (*answer, *beside),
        shortened(spelled(heading_of(verdict), terminal.spell), width),
        doubt_lines(shown, terminal, free - len(answer)),
        kept,
    )


def read_line(source: str, measured: str, width: int) -> str:
    """Say what was read: a name, which is cut in its middle where it is long, and how much."""
    room = max(width - len(measured) - 2, 12)
    if len(source) > room:
        half = (room - 1) // 2
        source = f"{source[: room - 1 - half]}…{source[-half:]}"
    return f"{source}  {shortened(measured, width - len(source) - 2)}"


def heading_of(verdict: Verdict) -> str:
    """Say the word of a verdict and what it means."""
    if verdict.word == "refused":
        return "Refused: not sampled well enough, so no interval is shown."
    if verdict.word == "doubtful":
        return f"Doubtful: well sampled, but {HOLDS.partition(',')[0]}."
    return str(verdict)


def doubt_lines(told: Sequence[Concern], terminal: Terminal, most: int) -> tuple[str, ...]:
    """Return numbered concerns in at most so many lines, one each at the least."""
    lines: list[str] = []
    for place, each in enumerate(told, start=1):
        after = len(told) - place
        brief = Brief.of(each, terminal.spell)
        lines += brief.lines(place, terminal.width, max(1, min(2, most - len(lines) - after)))
    return tuple(lines)


def kept_lines(quantities: int, more: int, terminal: Terminal) -> tuple[str, ...]:
    """Say where the rest is told, and where the result went."""
    further = f"{more} more remark{'s' if more > 1 else ''}"
    told = f"{further if more else f'All {quantities} quantities'}: {terminal.more}."
    together = f"{told} {terminal.kept}"
    return (together,) if len(together) <= terminal.width else (told, terminal.kept)
