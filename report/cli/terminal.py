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

    from ...inference.verdict import Word

TRUSTED, BAD_INPUT, REFUSED, DOUBTFUL = 0, 2, 3, 4

STATUS: "Mapping[Word, int]" = {"trusted": TRUSTED, "doubtful": DOUBTFUL, "refused": REFUSED}
"""Exit status by the word of a verdict."""

_STYLES: "Mapping[Word, str]" = {
    "trusted": "bold green",
    "doubtful": "bold yellow",
    "refused": "bold red",
}

progress_console = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, nothing else.")]
SignOption = Annotated[
    str, typer.Option(help="Sign of the column of Z'': auto, as_written or negated.")
]
WhichOption = Annotated[
    str | None, typer.Option(help="Which spectrum, where the file holds several.")
]
TableOption = Annotated[
    bool, typer.Option("--table", help="Print all quantities and every remark, not a screenful.")
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
    whole: bool = False,
    asides: Sequence[str] = (),
    extra_group: str = "conductivity",
    remarks: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
    revised: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> None:
    """Print and write a result, and leave with the status of its verdict.

    A screen of twelve lines is printed, or where the `whole` is asked for all quantities below
    the remarks. Of `asides` the first stands on the screen too. Both stand also where the checks
    failed, so they hold no estimate. Further draws are kept in the group `extra_group`. `revised`
    may change the JSON document, and `more` joins it.
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
        from ..full_table import full_lines
        from ..screen import heading_of, screen_of

        console = Console(highlight=False)
        against, width = concerns(verdict, found, checks), console.width
        if whole:
            said = [*remarks, *(each for each in asides if each not in remarks)]
            lines = full_lines(tree, table, extra, against, said, out, width)
        else:
            lines = [*screen_of(tree, table, extra, against, asides, out, width).lines]
        heading, style = heading_of(verdict), _STYLES[verdict.word]
        for line in lines:
            bold = style if line and heading.startswith(line.rstrip("…").rstrip()) else None
            console.print(line, style=bold, markup=False, emoji=False, soft_wrap=True)
    raise typer.Exit(STATUS[verdict.word])


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
