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

    from ...inference.verdict import Verdict, Word
    from ..concerns import Concern

TRUSTED, BAD_INPUT, REFUSED, DOUBTFUL = 0, 2, 3, 4

STATUS: "Mapping[Word, int]" = {"trusted": TRUSTED, "doubtful": DOUBTFUL, "refused": REFUSED}
"""Exit status by the word of a verdict."""

PRINTED = 40
"""A longer table is cut down to its main quantities."""

GIVEN = ("thickness", "diameter")
"""Further draws that were told, not inferred."""

progress_console = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, nothing else.")]
SignOption = Annotated[
    str, typer.Option(help="Sign of the column of Z'': auto, as_written or negated.")
]
WhichOption = Annotated[
    str | None, typer.Option(help="Which spectrum, where the file holds several.")
]
OutOption = Annotated[
    Path | None, typer.Option(help="Folder for posterior.nc, summary.csv and report.html.")
]


def prior_option(example: str) -> Any:
    """Return the option ``--prior`` with an example of a parameter that the command has."""
    return typer.Option(help=f"'{example}'; may be given several times.")


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
    from ...inference.caution.cautions import cautions
    from ...inference.checks.check import checks_of
    from ...inference.verdict import Verdict
    from ..concerns import concerns
    from ..pages.check_section import checks_json
    from ..tables import as_json as document
    from ..tables import summary

    table = summary(tree, extra)
    verdict = Verdict.of(tree)
    say("Checking the model")
    checks = checks_of(tree)
    found = cautions(tree)
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
        told = [*remarks, *(f"Caution: {each.text}" for each in found)]
        further |= ({"remarks": told} if told else {}) | dict(more or {})
        typer.echo(json.dumps(revised(document(tree, table)) | further))
    else:
        if verdict.word == "doubtful":
            typer.echo("If the model holds, which is doubtful (why stands below):")
        for remark in remarks:
            typer.echo(remark)
        if verdict.passed:
            _print_table(tree, table, extra)
        _print_verdict(verdict, concerns(verdict, found, checks))
        if out is not None:
            typer.echo(f"Report: {out / 'report.html'}")
    raise typer.Exit(STATUS[verdict.word])


def _print_table(tree: "xr.DataTree", table: Any, extra: "xr.Dataset | None") -> None:
    from rich.markup import escape
    from rich.table import Table

    from ..censored import ends_at, horizon_of
    from ..pages.subject import subject_of

    console = Console(highlight=False)
    title = escape(f"{tree.attrs['model']}  {tree.attrs['source']}")
    grid = Table(title=title, title_justify="left")
    headings = ["parameter", "median", "94 % interval", "unit", "ESS", "R-hat"]
    inferred = table[~table.index.isin(GIVEN)]
    marked = inferred["doubtful"].any() and not inferred["doubtful"].all()
    for heading in (*headings, *([""] if marked else [])):
        left = heading in ("parameter", "unit", "")
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
        mark = ["doubtful" if row["doubtful"] else ""] if marked else []
        grid.add_row(escape(str(name)), middle, ends, row["unit"], ess, r_hat, *mark)
    console.print(grid)
    if long:
        console.print(f"The main ones of {len(table)} quantities; --out or --json gives all.")


def _print_verdict(verdict: "Verdict", told: "Sequence[Concern]") -> None:
    """Print the word, and one list of what to doubt and what to beware of, the gravest first."""
    from ...inference.verdict import HOLDS

    console = Console(highlight=False)
    heading, style = {
        "trusted": ("Trusted: well sampled, and the model describes the data.", "bold green"),
        "doubtful": (f"Doubtful: well sampled, but {HOLDS}.", "bold yellow"),
        "refused": ("Refused: not sampled well enough, so no interval is shown.", "bold red"),
    }[verdict.word]
    if verdict.passed and verdict.described is None:
        heading = str(verdict)
    console.print(heading, style=style, markup=False, soft_wrap=True)
    for place, each in enumerate(told, start=1):
        about = f" [{each.subject}]" if each.subject else ""
        console.print(f"{place:3d}. {each.kind}{about}: {each.text}", markup=False, soft_wrap=True)
    for note in verdict.notes:
        console.print(f"Note: {note.rstrip('.')}.", markup=False, soft_wrap=True)


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
            raise PosterionError(f"the prior '{text}' names no parameter; write 'NAME={text}'.")
        priors[name.strip()] = Prior.parse(prior)
    return priors
