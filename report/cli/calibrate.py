"""The command ``posterion calibrate``: how often what a model's posterior says is true."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import PosterionError
from .sampling_options import ChainsOption, DrawsOption, SeedOption
from .terminal import (
    REFUSED,
    TRUSTED,
    JsonOption,
    TableOption,
    check_writable,
    prior_option,
    progress,
    read_priors,
)

if TYPE_CHECKING:
    import xarray as xr

    from ...inference.calibration.designs import Design

RESULT = "calibration.nc"


def calibrate(
    model: Annotated[
        str, typer.Argument(help="Such as eis, vtf or fade-power; a wrong one lists all.")
    ],
    circuit: Annotated[
        str | None, typer.Option(help="Equivalent circuit, of eis: 'R0-p(R1,CPE1)'.")
    ] = None,
    n: Annotated[int, typer.Option("--n", min=1, help="Simulations.")] = 1000,
    noise: Annotated[
        str | None, typer.Option(help="In place of the usual noise, such as student-t.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option(help="Measured spectrum: take its frequencies and range of |Z|.")
    ] = None,
    prior: Annotated[list[str] | None, prior_option("R1=LogNormal(5, 2)")] = None,
    default_priors: Annotated[
        bool,
        typer.Option("--default-priors", help="Those of a fit, which reach far beyond the data."),
    ] = False,
    draws: DrawsOption = 400,
    chains: ChainsOption = 4,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; one per core unless given.")
    ] = None,
    seed: SeedOption = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the report and the ranks; a run that was killed goes on."),
    ] = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Simulate data of a model, fit them, and see how often the intervals hold the truth.

    Exit status: 0 the ranks are uniform, 2 bad input, 3 they are not, or too few runs trusted.
    """
    priors = read_priors(prior or [])
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.calibration.designs import design_of

        design = design_of(model, circuit=circuit, noise=noise)
        if like is not None:
            design = _like(design, like)
        kept = {} if default_priors else dict(design.priors)
        design = replace(design, priors=kept | priors)

        from ...inference.calibrate import calibrate as run

        result = run(
            design.model,
            design.data,
            priors=design.priors,
            noise=design.noise,
            pool=design.pool,
            record=design.record,
            n=n,
            seed=seed,
            draws=draws,
            chains=chains,
            workers=workers,
            resume=None if out is None else out / RESULT,
            progress=say,
        )
        if out is not None:
            from ..pages.calibration import write

            say("Writing the report")
            write(result, design.words, out)
    _print(result, design.words, out, as_json, whole)


def _like(design: "Design", file: Path) -> "Design":
    """Return the design of a spectrum at the frequencies and with the window of a measured one."""
    from ...datasets.spectrum_files import read_spectrum
    from ...inference.calibration.designs import plausible
    from ...models.circuit import Circuit

    if not isinstance(design.model, Circuit):
        raise PosterionError(
            "--like takes the spectrum of a circuit; for other data call posterion.calibrate in "
            "Python, with the measured data as the design."
        )
    data = read_spectrum(file)
    words = f"{data.sizes['frequency']} frequencies and the range of |Z| of {file.name}"
    return replace(design, data=data, words=words, priors=plausible(design.model, data))


def _print(result: "xr.Dataset", words: str, out: Path | None, as_json: bool, whole: bool) -> None:
    """Print the result, and leave with the status that it has."""
    from rich.console import Console

    from ...inference.calibration.ranks import calibration_table
    from ..calibration_screen import calibration_lines
    from ..pages.calibration import document, row_texts

    said = document(result, words)
    if as_json:
        typer.echo(json.dumps(said))
    else:
        table = calibration_table(result)
        rows = [row_texts(str(n), row) for n, row in table.iterrows()] if said["trusted"] else []
        for line in calibration_lines(said, rows, words, out, Console().width, whole):
            typer.echo(line)
    raise typer.Exit(TRUSTED if said["calibrated"] else REFUSED)
