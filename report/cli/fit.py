"""Commands that fit a model to measured data: ``posterion fit ...``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import PosterionError
from .fit_arrhenius import fit_arrhenius
from .fit_fade import fit_fade
from .fit_growth import fit_growth
from .fit_limit import fit_limit
from .fit_series import fit_series
from .many_spectra import pooling, read_labels, stacked
from .noise_options import AccuracyOption, NoiseChoice, NoiseOption, RobustOption, noise_of
from .reading_options import (
    DecimalOption,
    DelimiterOption,
    SpectrumColumnOption,
    ThousandsOption,
    read_columns,
    read_dialect,
)
from .sampling_options import ChainsOption, DrawsOption, SeedOption
from .spectrum_options import DropOption, FmaxOption, FminOption, Window
from .terminal import (
    JsonOption,
    OutOption,
    SignOption,
    TableOption,
    WhichOption,
    check_writable,
    finish,
    prior_option,
    progress,
    read_priors,
    read_sign,
)

if TYPE_CHECKING:
    import xarray as xr

fit_app = typer.Typer(help="Fit a model to measured data.", no_args_is_help=True)
fit_app.command("arrhenius")(fit_arrhenius)
fit_app.command("fade")(fit_fade)
fit_app.command("growth")(fit_growth)
fit_app.command("limit")(fit_limit)
fit_app.command("series")(fit_series)


@fit_app.command("eis")
def fit_eis(
    files: Annotated[list[str], typer.Argument(help="Impedance files, or the name of an example.")],
    circuit: Annotated[str, typer.Option(help="Equivalent circuit, such as 'R0-p(R1,CPE1)'.")],
    thickness: Annotated[
        str | None, typer.Option(help="Of the pellet: '2.1mm' or '2.1 mm ± 0.02 mm'.")
    ] = None,
    diameter: Annotated[str | None, typer.Option(help="Of the pellet: '8mm'.")] = None,
    temperature: Annotated[
        str | None, typer.Option(help="Of the measurement: '140C' or '413K'.")
    ] = None,
    noise: NoiseOption = None,
    accuracy: AccuracyOption = None,
    robust: RobustOption = False,
    fmin: FminOption = None,
    fmax: FmaxOption = None,
    drop: DropOption = None,
    pool: Annotated[
        list[str] | None,
        typer.Option(
            help="Fit many spectra at once, whose parameters come from one distribution: over "
            "'spectrum', or a --label; several times."
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(help="'pellet=A,A,B': what each spectrum belongs to, in their order."),
    ] = None,
    free: Annotated[
        list[str] | None,
        typer.Option(help="A parameter that differs by --pool without any relation."),
    ] = None,
    same: Annotated[
        list[str] | None, typer.Option(help="A parameter that does not differ by --pool.")
    ] = None,
    prior: Annotated[list[str] | None, prior_option("R1=LogNormal(5, 2)")] = None,
    sign: SignOption = "auto",
    which: WhichOption = None,
    column: SpectrumColumnOption = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    delimiter: DelimiterOption = None,
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit an equivalent circuit to an impedance spectrum, or to many at once with --pool.

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    from ...models.circuit import Circuit
    from ...units import Measured, celsius

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    model = Circuit.parse(circuit)
    priors = read_priors(prior or [])
    choice = NoiseChoice.of(noise, accuracy, robust=robust)
    plain = bool(pool) and noise is None and accuracy is None and not robust
    window = Window.of(fmin, fmax, drop)
    reading: dict[str, Any] = {
        "columns": read_columns(column),
        "dialect": read_dialect(decimal, thousands, delimiter),
    }
    if (thickness is None) != (diameter is None):
        raise PosterionError("a conductivity needs both --thickness and --diameter.")
    for text, what in ((thickness, "thickness"), (diameter, "diameter")):
        if text is not None and Measured.parse(text, "cm", what).value <= 0:
            raise PosterionError(f"the {what} '{text}' is not positive; measure it again.")
    degrees = None if temperature is None else celsius(temperature)
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        if pool:
            if which is not None or degrees is not None:
                raise PosterionError("--which and --temperature are those of a single spectrum.")
            spectrum = stacked(files, sign, read_labels(label or []), window, **reading)
            kinds = pooling(pool, free or [], same or [])
        else:
            if label or free or same:
                raise PosterionError("--label, --free and --same need --pool.")
            spectrum, kinds = window.take(_single(files, sign, which, reading)), None
        if degrees is not None:
            spectrum.attrs["temperature_c"] = degrees

        from ...datasets.cut import left_out
        from ...inference.conductivity import conductivity
        from ...inference.fit import fit

        tree = fit(
            model,
            spectrum,
            priors=priors,
            noise=None if plain else noise_of(choice.name, choice.accuracy),
            pool=kinds,
            seed=seed,
            draws=draws,
            chains=chains,
            progress=say,
        )
        extra = None
        if thickness is not None and diameter is not None:
            extra = conductivity(tree, thickness=thickness, diameter=diameter, seed=seed)
        said = left_out(str(spectrum.attrs["messages"]))
        finish(tree, extra, out, as_json, say, whole=whole, remarks=said, asides=said)


def _single(
    files: Sequence[str], sign: str, which: str | None, reading: dict[str, Any]
) -> "xr.Dataset":
    from ...datasets.simulate import EXAMPLES, simulated_pellet
    from ...datasets.spectrum_files import read_spectrum

    if len(files) > 1:
        raise PosterionError(
            f"{len(files)} files are fitted together with --pool spectrum; to fit them one by one "
            "give one at a time."
        )
    (file,) = files
    if file in EXAMPLES and not Path(file).exists():
        return simulated_pellet(file)
    index = int(which) if which is not None and which.isdigit() else which
    return read_spectrum(Path(file), sign=read_sign(sign), which=index, **reading)
