"""A comparison of models in at most twelve lines: the sentence, the table, what limits it."""

import textwrap

from ..inference.model_comparison.same_data import Places
from .compared_models import ComparedModels
from .concerns import Concern
from .screen import DOUBTS, LINES, doubt_lines, read_line
from .terminal import Terminal

SHOWN = ("elpd difference", "± se", "log evidence", "probability")

_MEANT = {
    "trusted": "Trusted: the preferred model was sampled well and describes the data.",
    "doubtful": "Doubtful: the preferred model does not describe the data.",
    "refused": "Refused: fewer than two models were sampled well.",
}


def compared_screen(compared: ComparedModels, terminal: Terminal) -> list[str]:
    """Return what was compared, the answer, its table, doubts, and where it went."""
    first, width = next(iter(compared.fits.values())), terminal.width
    measured = f"{Places.of(first).count} data, {len(compared.fits)} models"
    told = [Concern("Doubt", each["text"], each["model"]) for each in compared.doubts]
    told += [Concern("Caution", each) for each in [*compared.sentences[1:], *compared.notes]]
    shown, more = told[:DOUBTS], len(told) - DOUBTS
    rest = f"{more} more remark{'s' if more > 1 else ''}: {terminal.more}. " if more > 0 else ""
    kept = [f"{rest}{terminal.kept}"]
    if len(kept[0]) > width:
        kept = [rest.strip(), terminal.kept]
    answer = textwrap.wrap(compared.sentences[0], width)
    free = LINES - 2 - len(answer) - len(shown) - len(kept)
    table = compared.table_lines(width, SHOWN)
    if len(table) > free:
        left = len(table) - free + 1
        table = [*table[: free - 1], f"… ({left} more: {terminal.more})"]
    return [
        read_line(compared.source, measured, width),
        *answer,
        *table,
        _MEANT[compared.word],
        *doubt_lines(shown, terminal, free - len(table) + len(shown)),
        *kept,
    ]
