"""What all commands share: exit status, progress on stderr, results on stdout."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ...errors import PosterionError

if TYPE_CHECKING:
    import xarray as xr

TRUSTED, BAD_INPUT, NOT_TRUSTED = 0, 2, 3

PRINTED = 40
"""A longer table is cut down to its main quantities."""

progress_console = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, nothing else.")]
SeedOption = Annotated[int, typer.Option(min=0, help="The same seed gives the same draws.")]
SignOption = Annotated[
    str, typer.Option(help="Sign of the column of Z'': auto, as_written or negated.")
]
WhichOption = Annotated[
    str | None, typer.Option(help="Which spectrum, where the file holds several.")
]
DrawsOption = Annotated[int, typer.Option(help="Kept draws of each chain.")]
ChainsOption = Annotated[int, typer.Option(help="Independent chains.")]
PriorOption = Annotated[
    list[str] | None,
    typer.Option(help="'R1=LogNormal(5, 2)'; may be given several times."),
]
OutOption = Annotated[
    Path | None, typer.Option(help="Folder for posterior.nc, summary.csv and report.html.")
]


@contextmanager
def progress(first: str) -> Iterator[Any]:
    """Show what is being done on stderr; yields the function that changes the line."""
    with progress_console.status(first) as status:

        def say(line: str) -> None:
            if progress_console.is_terminal:
                status.update(line)
            else:
                progress_console.print(line, highlight=False)

        yield say


def finish(
    tree: "xr.DataTree",
    extra: "xr.Dataset | None",
    out: Path | None,
    as_json: bool,
    say: Any,
    *,
    extra_group: str = "conductivity",
    remarks: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
    revised: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> None:
    """Print and write a result, and leave with the status of its verdict.

    Further draws are kept in the group `extra_group`. Remarks stand above the table, also
    where the checks failed, so they hold no estimate. `revised` may change the JSON
    document, and `more` joins it.
    """
    from ...inference.checks.check import checks_of
    from ...inference.verdict import Verdict
    from ..pages.check_section import checks_json
    from ..tables import as_json as document
    from ..tables import summary

    table = summary(tree, extra)
    verdict = Verdict.of(tree)
    say("Checking the model")
    checks = checks_of(tree)
    if out is not None:
        import xarray as xr

        from ...inference.store import replacing, save
        from ..pages.page import write_report

        say("Writing the report")
        if extra is not None:
            tree[extra_group] = xr.DataTree(extra)
        save(tree, out / "posterior.nc")
        with replacing(out / "summary.csv") as temporary:
            table.to_csv(temporary)
        write_report(tree, out / "report.html", extra=extra, checks=checks)
    if as_json:
        further = {"checks": checks_json(checks) if checks else None}
        further |= ({"remarks": [*remarks]} if remarks else {}) | dict(more or {})
        typer.echo(json.dumps(revised(document(tree, table)) | further))
    else:
        for remark in remarks:
            typer.echo(remark)
        _print(tree, table, verdict, extra)
        for sentence in checks.sentences if checks else ():
            typer.echo(f"Check: {sentence}")
        if out is not None:
            typer.echo(f"Report: {out / 'report.html'}")
    raise typer.Exit(TRUSTED if verdict.passed else NOT_TRUSTED)


def _print(tree: "xr.DataTree", table: Any, verdict: Any, extra: "xr.Dataset | None") -> None:
    from rich.markup import escape
    from rich.table import Table

    from ..censored import ends_at, horizon_of
    from ..pages.subject import subject_of

    console = Console(highlight=False)
    if not verdict.passed:
        console.print("Not trusted: no interval is shown.", style="bold red")
        for message in verdict.messages:
            console.print(f"  {message}", markup=False)
        return
    title = escape(f"{tree.attrs['model']}  {tree.attrs['source']}")
    grid = Table(title=title, title_justify="left")
    for heading in ("parameter", "median", "94 % interval", "unit", "ESS", "R-hat"):
        left = heading in ("parameter", "unit")
        grid.add_column(heading, justify="left" if left else "right", overflow="fold")
    long = len(table) > PRINTED
    subject = subject_of(tree)
    for name, row in table.iterrows():
        if row["sd"] == 0 or (long and not subject.is_printed(str(name), row["unit"])):
            continue
        beyond = ends_at(row, horizon_of(extra, str(name)))
        low, middle, high = (
            beyond.get(key, f"{row[key]:#.4g}".rstrip(".")) for key in ("q03", "median", "q97")
        )
        ess, r_hat = f"{row[['ess_bulk', 'ess_tail']].min():.0f}", f"{row['r_hat']:.3f}"
        ends = low if beyond and low == high else f"{low} to {high}"
        grid.add_row(escape(str(name)), middle, ends, row["unit"], ess, r_hat)
    console.print(grid)
    if long:
        console.print(f"The main ones of {len(table)} quantities; --out or --json gives all.")
    console.print("Trusted: all checks passed.", style="bold green")
    for note in verdict.notes:
        console.print(f"Note: {note}.", markup=False)


def check_writable(out: Path) -> None:
    """Make the folder, and refuse one that cannot be written to before time is spent."""
    from ...inference.store import replacing

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PosterionError(
            f"cannot make the folder {out}: {error.strerror}; choose another."
        ) from error
    with replacing(out / ".posterion") as temporary:
        temporary.touch()
    (out / ".posterion").unlink()


def read_sign(sign: str) -> Any:
    """Check the option ``--sign``."""
    known = ("auto", "as_written", "negated")
    if sign not in known:
        raise PosterionError(f"--sign is '{sign}'; it must be one of {', '.join(known)}.")
    return sign


def read_pairs(texts: Sequence[str], flag: str, example: str) -> list[tuple[str, str]]:
    """Split texts such as ``sample=A`` at their first equals sign."""
    found = []
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise PosterionError(f"{flag} '{text}' is no pair; write it like {flag} {example}.")
        found.append((name, value))
    return found


def read_priors(given: Sequence[str]) -> dict[str, Any]:
    """Check the option ``--prior``."""
    from ...inference.prior import Prior

    priors = {}
    for text in given:
        name, equals, prior = text.partition("=")
        if not equals:
            raise PosterionError(f"the prior '{text}' names no parameter; write 'R1={text}'.")
        priors[name.strip()] = Prior.parse(prior)
    return priors
