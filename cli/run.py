"""The one way from options to a result: checked, made with its progress on stderr, then told."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from .compiled import ensure_place_for_compiled_code, with_sound_code
from .folder import mark_folder
from .options import FitOutput, Output
from .spelling import as_flag

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ..inference.caution.general import Caution
    from ..inference.checks.check import Checks
    from ..inference.verdict import Verdict, Word

TRUSTED, BAD_INPUT, REFUSED, DOUBTFUL = 0, 2, 3, 4

STATUS: "Mapping[Word, int]" = {"trusted": TRUSTED, "doubtful": DOUBTFUL, "refused": REFUSED}
"""Exit status by the word of a verdict."""

_STYLES: "Mapping[Word, str]" = {
    "trusted": "bold green",
    "doubtful": "bold yellow",
    "refused": "bold red",
}

Say = Callable[[str], None]
"""What a command tells of its progress, a line at a time."""


class Outcome(Protocol):
    """What a command comes to: a result, a comparison, a calibration or claims."""

    @property
    def status(self) -> int:
        """Exit status."""

    def write(self, out: Path) -> None:
        """Write it to a folder."""

    def document(self) -> Any:
        """Return what ``--json`` prints."""

    def show(self, output: Output) -> None:
        """Print it for people."""


def run(output: Output, work: Callable[[Say], Outcome]) -> int:
    """Do the work, and print and write what comes of it.

    Parameters
    ----------
    output
        Where it goes. A folder that cannot be written to is refused before the work begins.
    work
        Makes the outcome; takes the function that tells of its progress.

    Returns
    -------
    int
        The exit status.
    """
    output.check()
    ensure_place_for_compiled_code()
    with progress("Loading") as say:
        outcome = with_sound_code(lambda: work(say))
        if output.out is not None:
            say("Writing the report")
            outcome.write(output.out)
            if isinstance(output, FitOutput) and output.figures and isinstance(outcome, Fitted):
                outcome.draw(output.out / "figures", output.figures, say)
            mark_folder(output.out)
    if output.as_json:
        print(json.dumps(outcome.document()))
    else:
        outcome.show(output)
    return outcome.status


@contextmanager
def progress(first: str) -> Iterator[Say]:
    """Show what is being done on stderr; yields the function that changes the line."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(first) as status:

        def say(line: str) -> None:
            if console.is_terminal:
                status.update(line)
            else:
                console.print(line, highlight=False)

        yield say


@dataclass(frozen=True)
class Fitted:
    """A result of sampling, and what follows of it."""

    tree: "xr.DataTree"
    table: "pd.DataFrame"
    verdict: "Verdict"
    checks: "Checks | None"
    cautions: "Sequence[Caution]"
    answers: "xr.Dataset | None"

    @classmethod
    def of(cls, tree: "xr.DataTree", say: Say) -> Self:
        """Check the model against its data, and collect what a reader should know."""
        from ..analyses.asking import kept_answers
        from ..inference.caution.cautions import cautions
        from ..inference.checks.check import checks_of
        from ..inference.verdict import Verdict
        from ..report.tables import summary

        answers = kept_answers(tree)
        table, verdict = summary(tree, answers), Verdict.of(tree)
        say("Checking the model")
        return cls(tree, table, verdict, checks_of(tree), cautions(tree), answers)

    @property
    def status(self) -> int:
        """Exit status of the verdict."""
        return STATUS[self.verdict.word]

    def write(self, out: Path) -> None:
        """Write ``posterior.nc``, ``summary.csv`` and ``report.html``."""
        from ..analyses.telling import write_report
        from ..inference.store import replacing, save

        save(self.tree, out / "posterior.nc")
        with replacing(out / "summary.csv") as temporary:
            self.table.to_csv(temporary)
        write_report(self.tree, out / "report.html", checks=self.checks, spell=as_flag)

    def draw(self, folder: Path, form: str, say: Say) -> None:
        """Write all figures for a paper, and say which such a result has not."""
        from ..report.plot.every import write_figures

        say("Drawing the figures")
        for sentence in write_figures(self.tree, folder, form):
            say(sentence)

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        from ..analyses.telling import document

        return document(self.tree, checks=self.checks, spell=as_flag)

    def show(self, output: Output) -> None:
        """Print a screen of twelve lines, or all quantities below the remarks."""
        from rich.console import Console

        from ..analyses.telling import remarks_of
        from ..report.asides import asides
        from ..report.concerns import concerns
        from ..report.full_table import full_lines
        from ..report.screen import heading_of, screen_of

        console = Console(highlight=False)
        against = concerns(self.verdict, self.cautions, self.checks)
        terminal = output.terminal(console.width)
        told = self.tree, self.table, self.answers, against
        if output.whole:
            lines = full_lines(*told, remarks_of(self.tree, self.answers), terminal)
        else:
            lines = [*screen_of(*told, asides(self.tree), terminal).lines]
        heading, style = heading_of(self.verdict), _STYLES[self.verdict.word]
        for line in lines:
            bold = style if line and heading.startswith(line.rstrip("…").rstrip()) else None
            console.print(line, style=bold, markup=False, emoji=False, soft_wrap=True)


def print_error(message: str) -> None:
    """Print what was wrong with the input on stderr."""
    from rich.console import Console

    # Not wrapped: a caret points into the line above it.
    console = Console(stderr=True)
    console.print(f"Error: {message}", style="red", markup=False, highlight=False, soft_wrap=True)


def print_lines(lines: Sequence[str]) -> None:
    """Print lines as they are."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
