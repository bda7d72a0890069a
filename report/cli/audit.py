"""The command ``posterion audit``: a paper's claims, one row each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .sampling_options import SeedOption
from .terminal import JsonOption, check_writable, progress

if TYPE_CHECKING:
    from rich.text import Text

    from ...analyses.audit import Row

_STYLES = {"supported": "green", "not supported": "bold red", "cannot be checked": "yellow"}

OutOption = Annotated[
    Path | None,
    typer.Option(help="Folder for report.html, claims.csv, claims.json and a picture."),
]
TableOption = Annotated[
    bool, typer.Option("--table", help="Print every claim with its reason, not a screenful.")
]


def audit(
    claims: Annotated[Path, typer.Argument(help="TOML file of a paper's claims; docs/audit.md.")],
    out: OutOption = None,
    seed: SeedOption = 0,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hold the claims of a paper against what its own printed numbers support.

    The claims and the numbers are data, in a file of yours. A claim that is not supported is no
    error: exit status 0.
    """
    publish(claims, out, seed, whole, as_json)


def publish(path: Path | None, out: Path | None, seed: int, whole: bool, as_json: bool) -> None:
    """Audit a claims file, or the seed paper's, and say what was found."""
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from rich.markup import escape

        from ...analyses import audit as audits
        from ...analyses.audit.page import json_text, write

        def tell(line: str) -> None:
            say(escape(line))

        done = (
            audits.audited(audits.seed_paper(), seed, tell)
            if path is None
            else audits.audit_file(path, seed, tell)
        )
        if out is not None:
            say("Drawing the figures")
            write(done, out)
    if as_json:
        typer.echo(json_text(done.rows))
        return
    if whole:
        _print(done.rows)
        if out is not None:
            typer.echo(f"Report: {out / 'report.html'}")
        return
    from rich.console import Console

    for line in claims_screen(done.paper.about, done.rows, out, Console().width):
        typer.echo(line)


def claims_screen(about: str, rows: "tuple[Row, ...]", out: Path | None, width: int) -> list[str]:
    """Return how many claims stand, and those that do not, in at most twelve lines."""
    from ...analyses.audit import VERDICTS
    from ...analyses.audit.page import count
    from ..brief import shortened
    from ..screen import LINES, where_kept

    counts = ", ".join(
        f"{number} {verdict}" for verdict, number in zip(VERDICTS, count(rows), strict=True)
    )
    refuted = [row for row in rows if row.verdict == "not supported"]
    kept = f"All {len(rows)} claims, and why: --table. {where_kept(out)}"
    last = [kept] if len(kept) <= width else [kept.partition(". ")[0] + ".", where_kept(out)]
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

    from ...analyses.audit import RULES, VERDICTS
    from ...analyses.audit.page import SIGNS, count

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

    from ...analyses.audit.page import span_of

    span, text = span_of(row, row.unit), Text(row.claim, "bold")
    parts = [f"published {row.printed}"] if row.printed else []
    parts += [f"{row.quantity}: {span}"] if span else []
    if parts:
        text.append(f"\n{'; '.join(parts)}", "not bold cyan")
    return text.append(f"\n{row.why}", "not bold")
