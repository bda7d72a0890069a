"""The command ``posterion fit series``: from spectra at several temperatures to E_a."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import PosterionError
from .fit_arrhenius import Form
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
    check_writable,
    finish,
    prior_option,
    progress,
    read_pairs,
    read_priors,
    read_sign,
)

if TYPE_CHECKING:
    import xarray as xr


def fit_series(
    files: Annotated[
        list[Path],
        typer.Argument(help="Spectra of one pellet: files, folders, or patterns in quotes."),
    ],
    circuit: Annotated[str, typer.Option(help="Equivalent circuit, such as 'R0-p(R1,CPE1)'.")],
    thickness: Annotated[str, typer.Option(help="Of the pellet: '2.1mm' or '2.1 mm ± 0.02 mm'.")],
    diameter: Annotated[str, typer.Option(help="Of the pellet: '8mm'.")],
    temperature: Annotated[
        list[str] | None,
        typer.Option(
            help="'140C', once a spectrum in their order; else from files or their names."
        ),
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="Table with the columns file and temperature, with a unit.")
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(help="What a resistance stands for: 'bulk=R1'; several times."),
    ] = None,
    form: Annotated[
        Form, typer.Option(help="σ = A exp(...), σ√T = ..., or σT = ...; E_a depends on it.")
    ] = Form.sigmaT,
    noise: NoiseOption = None,
    accuracy: AccuracyOption = None,
    robust: RobustOption = False,
    fmin: FminOption = None,
    fmax: FmaxOption = None,
    drop: DropOption = None,
    prior: Annotated[list[str] | None, prior_option("R1=LogNormal(5, 2)")] = None,
    sign: SignOption = "auto",
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
    """Fit the spectra of one pellet, and an activation energy to each of its resistances.

    The errors of the resistances, their correlation and the error of the geometry, which all
    temperatures share, are carried along. --prior is one of the circuit.
    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    from ...datasets.gathered import gathered, temperatures_of_files
    from ...models.circuit import Circuit
    from ...models.transport import Arrhenius
    from ...units import Measured

    model = Circuit.parse(circuit)
    law = Arrhenius(form.value)
    priors = read_priors(prior or [])
    choice = NoiseChoice.of(noise, accuracy, robust=robust)
    window = Window.of(fmin, fmax, drop)
    for text, what in ((thickness, "thickness"), (diameter, "diameter")):
        if Measured.parse(text, "cm", what).value <= 0:
            raise PosterionError(f"the {what} '{text}' is not positive; measure it again.")
    paths = _paths(model, read_pairs(path or [], "--path", "bulk=R1"))
    reading: Any = {
        "sign": read_sign(sign),
        "columns": read_columns(column),
        "dialect": read_dialect(decimal, thousands, delimiter),
    }
    known = temperatures_of_files(table) if table is not None else None
    found, left = gathered(files, temperatures=known, **reading)
    spectra = [window.take(each, name) for name, each in found.items()]
    for name, spectrum in zip(found, spectra, strict=True):
        spectrum.attrs["source"] = name if len(found) > len(files) else spectrum.attrs["source"]
    _set_temperatures(spectra, "spectra" if len(found) > len(files) else "files", temperature or [])
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...datasets.cut import left_out
        from ...inference.fit import fit
        from ...inference.series import conductivity_series
        from ..pages.law import formula

        options: Any = {"seed": seed, "draws": draws, "chains": chains}
        of_spectra = noise_of(choice.name, choice.accuracy)
        said = [line for each in spectra for line in left_out(str(each.attrs["messages"]))]
        said = [*left, *said]
        fits, remarks = [], [formula(law), *said]
        for spectrum in spectra:
            degrees = spectrum.attrs["temperature_c"]
            say(f"Fitting {spectrum.attrs['source']} at {degrees:g} °C")
            tree = fit(model, spectrum, priors=priors, noise=of_spectra, **options)
            refused = _write(tree, out)
            if refused:
                remarks.append(f"{spectrum.attrs['source']} is left out: {refused}")
            else:
                fits.append(tree)
        if len(fits) < 2:
            raise PosterionError(
                "fewer than two spectra could be fitted: " + " ".join(remarks[1 + len(said) :])
            )
        say("Fitting the activation energies")
        collect = partial(conductivity_series, fits, thickness=thickness, diameter=diameter)
        series = collect(paths=paths)
        series.attrs["messages"] = "\n".join([series.attrs["messages"], *said])
        tree = fit(law, series, pool={"path": "none"}, progress=say, **options)
        total = None
        if "R_total" in fits[0]["posterior"] and len(paths) > 1:
            together = collect(paths={"total": "R_total"})
            total = _total(fit(law, together, progress=say, **options))
        finish(
            tree,
            total,
            out,
            as_json,
            say,
            whole=whole,
            extra_group="total",
            remarks=remarks,
            asides=remarks[1:],
        )


def _paths(model: Any, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the resistances to follow, by the name of what they stand for."""
    resistances = [p.name for p in model.parameters if p.unit == "ohm"]
    if not resistances:
        raise PosterionError(f"{model} has no resistance to make a conductivity of.")
    for name, resistance in given:
        if resistance not in (*resistances, "R_total"):
            raise PosterionError(
                f"--path {name}={resistance}: the circuit has no {resistance}; it has "
                f"{', '.join(resistances)}."
            )
    return dict(given) or {name: name for name in resistances}


def _set_temperatures(spectra: Sequence["xr.Dataset"], what: str, given: Sequence[str]) -> None:
    """Give each spectrum its temperature as told, and refuse one without."""
    from ...units import celsius

    if given and len(given) != len(spectra):
        raise PosterionError(
            f"{len(spectra)} {what} have {len(given)} --temperature; give one each, in their order."
        )
    for place, spectrum in enumerate(spectra):
        if given:
            spectrum.attrs["temperature_c"] = celsius(given[place])
        elif "temperature_c" not in spectrum.attrs:
            raise PosterionError(
                f"the temperature of {spectrum.attrs['source']} is in neither the file nor its "
                "name; give --temperature once a spectrum, or --table with the columns file and "
                "temperature."
            )


def _write(tree: "xr.DataTree", out: Path | None) -> str:
    """Keep the fit of one spectrum; return why it cannot be used, if so."""
    from ...inference.verdict import Verdict

    if out is not None:
        from ...inference.store import save

        name = re.sub(r"[^\w.+-]+", "_", str(tree.attrs["source"]))
        save(tree, out / f"{Path(name).stem}.nc")
    verdict = Verdict.of(tree)
    return "" if verdict.passed else verdict.messages[0]


def _total(tree: "xr.DataTree") -> "xr.Dataset | None":
    """Return the results of the whole series of resistances; none where it is not trusted."""
    from ...inference.verdict import Verdict

    verdict = Verdict.of(tree)
    if not verdict.passed:
        return None
    names: Mapping[str, str] = {
        name: f"{name}[total]" for name in ("E_a", "E_a_kJ", "conductivity_25C", "noise")
    }
    total = tree.children["posterior"].to_dataset()[list(names)].rename(names)
    for old, name in names.items():
        total[name].attrs["doubtful"] = int(not verdict.trusts(old))
    return total
