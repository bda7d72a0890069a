"""The command line: progress on stderr, results on stdout.

Heavy libraries are imported inside the commands, so that help and errors come at once.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ..errors import PosterionError

if TYPE_CHECKING:
    import xarray as xr

TRUSTED, BAD_INPUT, NOT_TRUSTED = 0, 2, 3

app = typer.Typer(
    help="Bayesian parameter inference for ion conductors and batteries.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
fit_app = typer.Typer(help="Fit a model to measured data.", no_args_is_help=True)
data_app = typer.Typer(help="Look at data files and embedded examples.", no_args_is_help=True)
app.add_typer(fit_app, name="fit")
app.add_typer(data_app, name="data")

progress_console = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, nothing else.")]
SeedOption = Annotated[int, typer.Option(min=0, help="The same seed gives the same draws.")]
SignOption = Annotated[
    str, typer.Option(help="Sign of the column of Z'': auto, as_written or negated.")
]
WhichOption = Annotated[
    str | None, typer.Option(help="Which spectrum, where the file holds several.")
]


def main() -> None:
    """Run the command line and turn bad input into one message and exit status 2."""
    try:
        app()
    except PosterionError as error:
        # Not wrapped: a caret points into the line above it.
        progress_console.print(
            f"Error: {error}", style="red", markup=False, highlight=False, soft_wrap=True
        )
        sys.exit(BAD_INPUT)


@fit_app.command("eis")
def fit_eis(
    file: Annotated[str, typer.Argument(help="Impedance file, or the name of an example.")],
    circuit: Annotated[str, typer.Option(help="Equivalent circuit, such as 'R0-p(R1,CPE1)'.")],
    thickness: Annotated[
        str | None, typer.Option(help="Of the pellet: '2.1mm' or '2.1 mm ± 0.02 mm'.")
    ] = None,
    diameter: Annotated[str | None, typer.Option(help="Of the pellet: '8mm'.")] = None,
    temperature: Annotated[
        str | None, typer.Option(help="Of the measurement: '140C' or '413K'.")
    ] = None,
    robust: Annotated[
        bool, typer.Option("--robust", help="Student-t noise: outliers lose their pull.")
    ] = False,
    prior: Annotated[
        list[str] | None,
        typer.Option(help="'R1=LogNormal(5, 2)'; may be given several times."),
    ] = None,
    sign: SignOption = "auto",
    which: WhichOption = None,
    draws: Annotated[int, typer.Option(help="Kept draws of each chain.")] = 1000,
    chains: Annotated[int, typer.Option(help="Independent chains.")] = 4,
    seed: SeedOption = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for posterior.nc, summary.csv and report.html."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fit an equivalent circuit to an impedance spectrum.

    Exit status: 0 trusted, 2 bad input, 3 sampled but not trusted.
    """
    from ..models.circuit import Circuit
    from ..units import Measured, celsius

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    model = Circuit.parse(circuit)
    priors = _priors(prior or [])
    if (thickness is None) != (diameter is None):
        raise PosterionError("a conductivity needs both --thickness and --diameter.")
    for text, what in ((thickness, "thickness"), (diameter, "diameter")):
        if text is not None and Measured.parse(text, "cm", what).value <= 0:
            raise PosterionError(f"the {what} '{text}' is not positive; measure it again.")
    degrees = None if temperature is None else celsius(temperature)
    if out is not None:
        _check_writable(out)
    with _progress("Loading") as say:
        spectrum = _spectrum(file, sign, which)
        if degrees is not None:
            spectrum.attrs["temperature_c"] = degrees

        from ..inference.conductivity import conductivity
        from ..inference.fit import fit
        from ..inference.noise import Proportional, StudentT

        tree = fit(
            model,
            spectrum,
            priors=priors,
            noise=StudentT() if robust else Proportional(),
            seed=seed,
            draws=draws,
            chains=chains,
            progress=say,
        )
        extra = None
        if thickness is not None and diameter is not None:
            extra = conductivity(tree, thickness=thickness, diameter=diameter, seed=seed)
        _finish(tree, extra, out, as_json, say)


@data_app.command("list")
def data_list() -> None:
    """List the embedded examples."""
    from ..datasets.simulate import EXAMPLES

    for name, (volume, degrees) in EXAMPLES.items():
        typer.echo(
            f"{name}\tsimulated spectrum of a pellet coated with {volume[:-2]} µL at {degrees} °C"
        )


@data_app.command("show")
def data_show(
    name: Annotated[str, typer.Argument(help="Name of an example.")], as_json: JsonOption = False
) -> None:
    """Show an embedded example: its points, and the truth that it was simulated from."""
    from ..datasets.simulate import simulated_pellet

    spectrum = simulated_pellet(name)
    if as_json:
        typer.echo(json.dumps({"attrs": spectrum.attrs, "spectrum": _columns(spectrum)}))
        return
    for key, value in spectrum.attrs.items():
        typer.echo(f"{key}: {value}")
    typer.echo(_csv(spectrum))


@data_app.command("export")
def data_export(
    name: Annotated[str, typer.Argument(help="Name of an example.")],
    to: Annotated[Path, typer.Option(help="CSV file to write.")],
) -> None:
    """Write an embedded example as a CSV file."""
    from ..datasets.simulate import simulated_pellet
    from ..inference.store import replacing

    text = _csv(simulated_pellet(name))
    with replacing(to) as temporary:
        temporary.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {to}")


@data_app.command("inspect")
def data_inspect(
    file: Annotated[Path, typer.Argument(help="Impedance file.")],
    sign: SignOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Say what an impedance file holds, and what was decided in reading it."""
    from ..datasets.spectrum_files import read_spectra

    spectra = read_spectra(file, sign=_sign(sign))
    rows = [
        {
            "n": spectrum.sizes["frequency"],
            "f_min_hz": float(spectrum["frequency"].min()),
            "f_max_hz": float(spectrum["frequency"].max()),
            "temperature_c": spectrum.attrs.get("temperature_c"),
        }
        for spectrum in spectra.values()
    ]
    first = next(iter(spectra.values())).attrs
    messages = [line for line in first["messages"].split("\n") if line]
    if as_json:
        typer.echo(json.dumps({"format": first["format"], "spectra": rows, "messages": messages}))
        return
    typer.echo(f"format: {first['format']}")
    for label, row in zip(spectra, rows, strict=True):
        typer.echo(f"{label}: {row['n']} points, {row['f_min_hz']:g} to {row['f_max_hz']:g} Hz")
    for message in messages:
        typer.echo(message)


def _finish(
    tree: "xr.DataTree", extra: "xr.Dataset | None", out: Path | None, as_json: bool, say: Any
) -> None:
    """Print and write a result, and leave with the status of its verdict."""
    from ..inference.diagnose import Verdict
    from .tables import as_json as document
    from .tables import summary

    table = summary(tree, extra)
    if out is not None:
        import xarray as xr

        from ..inference.store import replacing, save
        from .page import write_report

        say("Writing the report")
        if extra is not None:
            tree["conductivity"] = xr.DataTree(extra)
        save(tree, out / "posterior.nc")
        with replacing(out / "summary.csv") as temporary:
            table.to_csv(temporary)
        write_report(tree, out / "report.html", extra=extra)
    verdict = Verdict.of(tree)
    if as_json:
        typer.echo(json.dumps(document(tree, table)))
    else:
        _print(tree, table, verdict)
        if out is not None:
            typer.echo(f"Report: {out / 'report.html'}")
    raise typer.Exit(TRUSTED if verdict.passed else NOT_TRUSTED)


def _print(tree: "xr.DataTree", table: Any, verdict: Any) -> None:
    from rich.table import Table

    console = Console(highlight=False)
    if not verdict.passed:
        console.print("Not trusted: no interval is shown.", style="bold red")
        for message in verdict.messages:
            console.print(f"  {message}", markup=False)
        return
    grid = Table(title=f"{tree.attrs['model']}  {tree.attrs['source']}", title_justify="left")
    for heading in ("parameter", "median", "94 % interval", "unit", "ESS", "R-hat"):
        grid.add_column(heading, justify="left" if heading in ("parameter", "unit") else "right")
    for name, row in table.iterrows():
        if row["sd"] == 0:
            continue
        low, middle, high = (f"{row[key]:#.4g}".rstrip(".") for key in ("q03", "median", "q97"))
        ess = f"{min(row['ess_bulk'], row['ess_tail']):.0f}"
        grid.add_row(str(name), middle, f"{low} to {high}", row["unit"], ess, f"{row['r_hat']:.3f}")
    console.print(grid)
    console.print("Trusted: all checks passed.", style="bold green")
    for note in verdict.notes:
        console.print(f"Note: {note}.", markup=False)


def _spectrum(file: str, sign: str, which: str | None) -> "xr.Dataset":
    from ..datasets.simulate import EXAMPLES, simulated_pellet
    from ..datasets.spectrum_files import read_spectrum

    if file in EXAMPLES and not Path(file).exists():
        return simulated_pellet(file)
    index = int(which) if which is not None and which.isdigit() else which
    return read_spectrum(Path(file), sign=_sign(sign), which=index)


def _sign(sign: str) -> Any:
    known = ("auto", "as_written", "negated")
    if sign not in known:
        raise PosterionError(f"--sign is '{sign}'; it must be one of {', '.join(known)}.")
    return sign


def _priors(given: list[str]) -> dict[str, Any]:
    from ..inference.prior import Prior

    priors = {}
    for text in given:
        name, equals, prior = text.partition("=")
        if not equals:
            raise PosterionError(f"the prior '{text}' names no parameter; write 'R1={text}'.")
        priors[name.strip()] = Prior.parse(prior)
    return priors


def _check_writable(out: Path) -> None:
    """Make the folder, and refuse one that cannot be written to before time is spent."""
    from ..inference.store import replacing

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PosterionError(
            f"cannot make the folder {out}: {error.strerror}; choose another."
        ) from error
    with replacing(out / ".posterion") as temporary:
        temporary.touch()
    (out / ".posterion").unlink()


def _columns(spectrum: "xr.Dataset") -> dict[str, list[float]]:
    real, imag = spectrum["Z"].transpose("part", "frequency").values
    frequency = spectrum["frequency"].values
    return {
        "frequency_Hz": frequency.tolist(),
        "Zre_ohm": real.tolist(),
        "Zim_ohm": imag.tolist(),
    }


def _csv(spectrum: "xr.Dataset") -> str:
    columns = _columns(spectrum)
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(repr, row)) for row in rows)]
    return "\n".join(lines) + "\n"


@contextmanager
def _progress(first: str) -> Iterator[Any]:
    """Show what is being done on stderr; yields the function that changes the line."""
    with progress_console.status(first) as status:

        def say(line: str) -> None:
            if progress_console.is_terminal:
                status.update(line)
            else:
                progress_console.print(line, highlight=False)

        yield say
