"""What a calibration found, as lines of text: a screenful, or everything."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from .answer_lines import aligned
from .brief import shortened
from .screen import LINES, read_line
from .terminal import Terminal

_HEADINGS = ("quantity", "ranks", "94 %", "80 %", "50 %", "bias")


def calibration_lines(
    said: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    words: str,
    terminal: Terminal,
    whole: bool,
) -> list[str]:
    """Return what was simulated, how often intervals held the truth, and the verdict.

    Parameters
    ----------
    said
        Its JSON document.
    rows
        Of each quantity: ``name``, ``coverage``, ``bias`` and whether its ranks are ``uniform``.
    words
        What was simulated.
    terminal
        Where it is shown.
    whole
        All rows, priors and reasons, in place of a screenful.
    """
    runs = f"{said['trusted']} of {said['n']} runs trusted, {said['refused']} refused."
    kept, width = terminal.kept, terminal.width
    verdict = textwrap.wrap(str(said["verdict"]), width)
    if whole:
        reasons = (f"  {count} refused: {reason}" for reason, count in said["reasons"].items())
        priors = (f"  {name} ~ {prior}" for name, prior in said["priors"].items())
        more = [line for text in (*reasons, *priors) for line in textwrap.wrap(text, width)]
        table = _table(rows, width)
        return [f"{said['model']}  {words}", *table, runs, *more, *verdict, kept]
    room = LINES - 5
    last = f"All quantities, priors and reasons: {terminal.more}. {kept}"
    below = [last] if len(last) <= width else [f"All quantities and priors: {terminal.more}.", kept]
    first = sorted(rows, key=lambda row: bool(row["uniform"]))[: room - len(below)]
    said_last = verdict[0] if len(verdict) == 1 else shortened(str(said["verdict"]), width)
    return [
        read_line(str(said["model"]), words, width),
        *_table(first, width),
        *([f"  … ({len(rows) - len(first)} more)"] if len(rows) > len(first) else []),
        runs,
        said_last,
        *below,
    ]


def _table(rows: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    cells = [
        (
            row["name"],
            "uniform" if row["uniform"] else "OUTSIDE",
            *reversed(row["coverage"]),
            row["bias"],
        )
        for row in rows
    ]
    return aligned([_HEADINGS, *cells], width) if cells else []
