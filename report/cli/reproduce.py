"""The command ``posterion reproduce``: the seed paper's claims, one row each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .sampling_options import SeedOption
from .terminal import JsonOption, check_writable, progress

if TYPE_CHECKING:
    from rich.text import Text

    from ..reproduce import Row

_STYLES = {"supported": "green", "not supported": "bold red", "cannot be checked": "yellow"}


def reproduce(
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for report.html, claims.csv, claims.json and a picture."),
    ] = None,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Hold the claims of a paper on coated Na3SbS4 against what its own numbers support.

    Needs no file and no network. A claim that is not supported is no error: exit status 0.
    """
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ..reproduce import run
        from ..reproduce.page import json_text, write

        done = run(seed, say)
        if out is not None:
            say("Drawing the figures")
            write(done, out)
    if as_json:
        typer.echo(json_text(done.rows))
        return
    _print(done.rows)
    if out is not None:
        typer.echo(f"Report: {out / 'report.html'}")


def _print(rows: "tuple[Row, ...]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ..reproduce import RULES, VERDICTS
    from ..reproduce.page import SIGNS, count

    console = Console(highlight=False)
    for topic in dict.fromkeys(row.topic for row in rows):
        grid = Table(title=topic, title_justify="left", title_style="bold", show_lines=True)
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

    from ..reproduce.page import span_of

    span, text = span_of(row, row.unit), Text(row.claim, "bold")
    parts = [f"published {row.printed}"] if row.printed else []
    parts += [f"{row.quantity}: {span}"] if span else []
    if parts:
        text.append(f"\n{'; '.join(parts)}", "not bold cyan")
    return text.append(f"\n{row.why}", "not bold")
