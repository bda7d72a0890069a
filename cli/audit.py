"""The command ``posterion audit``: a paper's claims, one row each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import Output, Seed
from .run import TRUSTED, Say, print_lines, run
from .spelling import as_flag

if TYPE_CHECKING:
    from rich.text import Text

    from ..analyses.audit import Audit, Row

_STYLES = {"supported": "green", "not supported": "bold red", "cannot be checked": "yellow"}


def audit(
    claims: Path,
    /,
    *,
    seed: Seed = Seed(),
    output: Output = Output(),
) -> int:
    """Hold the claims of a paper against what its own printed numbers support.

    The claims and the numbers are data, in a file of yours. A claim that is not supported is no
    error: exit status 0. --out writes report.html, claims.csv, claims.json and a picture.

    Example: posterion audit claims.toml --out audited

    Parameters
    ----------
    claims
        TOML file of a paper's claims; see docs/audit.md.
    """
    from ..analyses.audit import audit_file

    return publish(output, lambda say: audit_file(claims, seed.seed, say))


def publish(output: Output, audited: "Callable[[Say], Audit]") -> int:
    """Audit the claims of a paper, and say what was found."""

    def work(say: Say) -> _Claims:
        from rich.markup import escape

        return _Claims(audited(lambda line: say(escape(line))))

    return run(output, work)


@dataclass(frozen=True)
class _Claims:
    """All claims, judged; none that is not supported is an error."""

    done: "Audit"
    status: int = TRUSTED

    def write(self, out: Path) -> None:
        """Write the page, its tables and a picture."""
        from ..analyses.audit.page import write

        write(self.done, out)

    def document(self) -> list[dict[str, Any]]:
        """Return what ``--json`` prints."""
        return [row.document() for row in self.done.rows]

    def show(self, output: Output) -> None:
        """Print a screen, or every claim with its reason."""
        from rich.console import Console

        rows = self.done.rows
        if not output.whole:
            print_lines(claims_screen(self.done.paper.about, rows, output.out, Console().width))
            return
        _print(rows)
        if output.out is not None:
            print_lines([f"Report: {output.out / 'report.html'}"])


def claims_screen(about: str, rows: "tuple[Row, ...]", out: Path | None, width: int) -> list[str]:
    """Return how many claims stand, and those that do not, in at most twelve lines."""
    from ..analyses.audit import VERDICTS
    from ..analyses.audit.page import count
    from ..report.brief import shortened
    from ..report.screen import LINES
    from ..report.terminal import Terminal

    counts = ", ".join(
        f"{number} {verdict}" for verdict, number in zip(VERDICTS, count(rows), strict=True)
    )
    refuted = [row for row in rows if row.verdict == "not supported"]
    terminal = Terminal(width, out, as_flag)
    kept = f"All {len(rows)} claims, and why: {terminal.more}. {terminal.kept}"
    last = [kept] if len(kept) <= width else [kept.partition(". ")[0] + ".", terminal.kept]
    room = LINES - 3 - len(last)
    shown = refuted if len(refuted) <= room else refuted[: room - 1]
    more = len(refuted) - len(shown)
    return [
        shortened(
            f"Published numbers of one paper{about and f' on {about}'}, {len(rows)} claims", width
        ),
        shortened(f"{counts}.", width),
        "Not supported by the paper's own numbers:" if shown else "None is refuted.",
        *(f"{k:2d} {shortened(row.claim, width - 3)}" for k, row in enumerate(shown, start=1)),
        *([f"   … ({more} more: --table)"] if more else []),
        *last,
    ]


def _print(rows: "tuple[Row, ...]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ..analyses.audit import RULES, VERDICTS
    from ..analyses.audit.page import SIGNS, count

    console = Console(highlight=False)
    for topic in dict.fromkeys(row.topic for row in rows):
        grid = Table(title=Text(topic), title_justify="left", title_style="bold", show_lines=True)
        grid.add_column("verdict", min_width=15, no_wrap=True)
        grid.add_column("claim; published, and from its own inputs; why", ratio=1)
        for row in rows:
            if row.topic == topic:
                verdict = Text(f"{SIGNS[row.verdict]} {row.verdict}", _STYLES[row.verdict])
                grid.add_row(verdict, _described(row))
        console.print(grid)
    for rule in RULES:
        console.print(Text(f"• {rule}", "dim"))
    counts = zip(VERDICTS, count(rows), strict=True)
    console.print(
        Text.assemble(
            (f"{len(rows)} claims: ", "bold"),
            *((f"{number} {verdict}  ", _STYLES[verdict]) for verdict, number in counts),
        )
    )


def _described(row: "Row") -> "Text":
    from rich.text import Text

    from ..analyses.audit.page import span_of

    span, text = span_of(row, row.unit), Text(row.claim, "bold")
    parts = [f"published {row.printed}"] if row.printed else []
    parts += [f"{row.quantity}: {span}"] if span else []
    if parts:
        text.append(f"\n{'; '.join(parts)}", "not bold cyan")
    return text.append(f"\n{row.why}", "not bold")
