"""``posterion compare --models``: which circuit or law do the same data prefer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ...errors import PosterionError
from .noise_options import NoiseChoice
from .spectrum_options import Window
from .terminal import (
    STATUS,
    check_writable,
    progress,
    read_pairs,
    read_priors,
)


def compare_models_command(
    files: Sequence[str],
    *,
    circuits: Sequence[str] = (),
    laws: Sequence[str] = (),
    columns: Sequence[str] = (),
    dialect: Any = None,
    where: Sequence[str] = (),
    pool: Sequence[str] = (),
    group_by: str | None = None,
    together: bool = False,
    robust: bool = False,
    independent: bool = False,
    sign: str = "auto",
    noise: NoiseChoice | None = None,
    window: Window | None = None,
    priors: Sequence[str] = (),
    draws: int = 1000,
    chains: int = 4,
    seed: int = 0,
    out: Path | None = None,
    as_json: bool = False,
    whole: bool = False,
) -> None:
    """Compare saved fits, or circuits or laws that are fitted to one file now.

    Exit status: 0 compared, 2 bad input, 3 if fewer than two candidates were sampled well, 4 if
    the preferred one does not describe the data.

    Parameters
    ----------
    files
        Two or more results of `save`; or one file of data, with circuits or laws.
    circuits, laws
        The candidates, as text; see `candidates`.
    columns, dialect, where, pool, group_by, together, robust, independent, sign
        As the options of the ``fit`` commands.
    noise, window
        Of a spectrum: what spreads its data, and the frequencies that are fitted.
    priors
        Such as ``R1=LogNormal(5, 2)``; they go to the candidates that have the parameter.
    draws, chains, seed, out, as_json
        As everywhere.
    """
    from .model_candidates import Reading, candidates, saved_fits

    reading = Reading(
        dict(read_pairs(columns, "--column", "conductivity=total")),
        read_pairs(where, "--where", "sample=A"),
        pool,
        group_by,
        together,
        robust,
        independent,
        sign,
        noise or NoiseChoice.of(None, None, robust=robust),
        window or Window(),
        dialect,
    )
    given = read_priors(priors)
    asked = bool(circuits or laws)
    if not asked and len(files) < 2:
        raise PosterionError(
            "--models compares two or more saved fits (posterior.nc), or with --circuit or --law "
            "given twice or more the models of one file of data."
        )
    if asked and len(files) != 1:
        raise PosterionError(
            f"--circuit and --law are fitted to one file of data; {len(files)} are given."
        )
    found = candidates(files[0], circuits, laws, reading) if asked else None
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ..compared_models import ComparedModels

        if found is None:
            fits = saved_fits([*map(Path, files)])
        else:
            fits = found.fit(given, seed, draws, chains, say)
        say("Comparing")
        compared = ComparedModels.of(fits)
        if out is not None:
            from ..pages.compared import write

            say("Writing the report")
            write(compared, out)
    if as_json:
        typer.echo(json.dumps(compared.document(), ensure_ascii=False))
    else:
        from rich.console import Console

        from ..compared_screen import compared_screen
        from ..screen import where_kept

        width = Console().width
        everything = [*compared.lines(width), where_kept(out)]
        for line in everything if whole else compared_screen(compared, out, width):
            typer.echo(line)
    raise typer.Exit(STATUS[compared.word])
