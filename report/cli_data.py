"""Commands that look at data: ``posterion data list | show | export | inspect``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .terminal import JsonOption, SignOption, read_sign

if TYPE_CHECKING:
    import xarray as xr

data_app = typer.Typer(help="Look at data files and embedded examples.", no_args_is_help=True)


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

    spectra = read_spectra(file, sign=read_sign(sign))
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
