"""Everything that is known of a result as lines of text: all quantities, and every remark."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..errors import spelled
from ..inference.deciding import beside_limit
from ..inference.diagnose import MAX_R_HAT, MIN_ESS
from ..inference.verdict import Verdict
from .answer_lines import value_and_ends
from .censored import horizon_of
from .concerns import Concern
from .screen import heading_of
from .terminal import Terminal

if TYPE_CHECKING:
    import pandas as pd


def full_lines(
    tree: xr.DataTree,
    table: "pd.DataFrame",
    extra: xr.Dataset | None,
    told: Sequence[Concern],
    remarks: Sequence[str],
    terminal: Terminal,
) -> list[str]:
    """Return all that is known of a result, nothing wider than the terminal.

    Parameters
    ----------
    tree, table, extra
        A result, its `summary`, and further draws.
    told
        What speaks against it, the gravest first.
    remarks
        What is said of it, before its table.
    terminal
        Where it is shown.
    """
    verdict, width = Verdict.of(tree), terminal.width
    lines = [*remarks, f"{tree.attrs['model']}  {tree.attrs['source']}"]
    if verdict.word == "doubtful":
        lines.append("If the model holds, which is doubtful (why stands below):")
    wrapped = [
        line for text in lines for line in textwrap.wrap(spelled(text, terminal.spell), width)
    ]
    rows = []
    if verdict.passed:
        rows = ["Median and 94 % interval:", *table_lines(table, extra, width)]
    after = [spelled(heading_of(verdict), terminal.spell)]
    for place, each in enumerate(told, start=1):
        about = f" [{each.subject}]" if each.subject else ""
        after.append(f"{place:2d}. {each.kind}{about}: {spelled(each.text, terminal.spell)}")
    after += [f"Note: {note.rstrip('.')}." for note in verdict.notes]
    return [
        *wrapped,
        *rows,
        *(line for text in after for line in textwrap.wrap(text, width, subsequent_indent="    ")),
        terminal.kept,
    ]


def table_lines(table: "pd.DataFrame", extra: xr.Dataset | None, width: int) -> list[str]:
    """Return a row each quantity: median, interval, and what of its sampling failed.

    A name is never broken: where one is long, its numbers stand in a line below.
    """
    some = bool(table["doubtful"].any() and not table["doubtful"].all())
    rows = []
    for name, row in table.iterrows():
        middle, ends = value_and_ends(row, horizon_of(extra, str(name)))
        notes = [*_failed(row), *(["doubtful"] if some and row["doubtful"] else [])]
        told = f" ({ends})" if ends else " (constant)" if row["q03"] == row["q97"] else ""
        rows.append((str(name), f"{middle}{told}", ", ".join(notes)))
    most = max((len(numbers) for _, numbers, _ in rows), default=0)
    noted = max((len(marks) for *_, marks in rows), default=0)
    room = max(width - most - noted - 6, 8)
    names = min(max((len(name) for name, *_ in rows), default=0), room)
    lines = []
    for name, numbers, marks in rows:
        told = f"{numbers.ljust(most)}  {marks}".rstrip()
        if len(name) <= names:
            lines.append(f"  {name.ljust(names)}  {told}")
        else:
            lines += [f"  {name}", f"  {' ' * names}  {told}"]
    return lines


def _failed(row: "pd.Series") -> list[str]:
    """Say R-hat and ESS where they fail."""
    r_hat, ess = float(row["r_hat"]), float(row[["ess_bulk", "ess_tail"]].min())
    found = [f"R-hat {beside_limit(r_hat, MAX_R_HAT)[0]}"] if r_hat > MAX_R_HAT else []
    few = not np.isnan(ess) and ess < MIN_ESS
    return [*found, *([f"ESS {beside_limit(ess, MIN_ESS, 0)[0]}"] if few else [])]
