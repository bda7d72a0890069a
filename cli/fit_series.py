"""The command ``posterion fit series``: from spectra at several temperatures to E_a."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ..errors import PosterionError
from .laws import USUAL_FORM, Form
from .options import (
    DATA,
    MODEL,
    FitOutput,
    Many,
    Reading,
    Sampling,
    prior_option,
    read_pairs,
    read_priors,
)
from .run import Fitted, Say, run
from .spectra import Robust, Spectra, paths_of

if TYPE_CHECKING:
    import xarray as xr


def fit_series(
    *files: Annotated[Path, Parameter(required=True)],
    circuit: Annotated[str, Parameter(group=MODEL)],
    thickness: Annotated[str | None, Parameter(group=DATA)] = None,
    diameter: Annotated[str | None, Parameter(group=DATA)] = None,
    temperature: Annotated[Many, Parameter(group=DATA)] = (),
    samples: Annotated[Path | None, Parameter(("--samples", "--temperatures"), group=DATA)] = None,
    path: Annotated[Many, Parameter(group=MODEL)] = (),
    form: Annotated[Form, Parameter(group=MODEL)] = USUAL_FORM,
    robust: Robust = False,
    prior: Annotated[Many, prior_option("R1=LogNormal(5, 2)")] = (),
    spectra: Spectra = Spectra(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: FitOutput = FitOutput(),
) -> int:
    """Fit the spectra of one pellet, and an activation energy to each of its resistances.

    The errors of the resistances, their correlation and the error of the geometry, which all
    temperatures share, are carried along. --prior is one of the circuit.

    Example: posterion fit series pellet/ --circuit "R0-p(R1,CPE1)" --thickness 2mm --diameter 8mm

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    files
        Spectra of one pellet: files, folders, or patterns in quotes.
    circuit
        Equivalent circuit, such as 'R0-p(R1,CPE1)'.
    thickness
        Of the pellet: '2.1mm' or '2.1 mm ± 0.02 mm'; else from --samples.
    diameter
        Of the pellet: '8mm'; else from --samples.
    temperature
        '140C', once a spectrum in their order; else from files or their names.
    samples
        Table with the columns file, temperature, pellet, thickness, diameter, with units.
    path
        What a resistance stands for: 'bulk=R1'; several times.
    form
        σ = A exp(...), σ√T = ..., or σT = ...; E_a depends on it.
    """
    from ..analyses.spectrum.sizes import size_question
    from ..datasets.gathered import files_of, gathered
    from ..datasets.schemas.samples import geometry_of, samples_of
    from ..models.circuit import Circuit

    model = Circuit.parse(circuit)
    priors = read_priors(prior)
    choice = spectra.noise_chosen(robust=robust)
    window = spectra.window
    paths = paths_of(model, read_pairs(path, "--path", "bulk=R1"), total=True)
    told = samples_of(samples) if samples is not None else {}
    own = geometry_of(told, [f for f in files_of(files) if f != samples]) if told else ("", "")
    thickness, diameter = thickness or own[0] or None, diameter or own[1] or None
    size_question(thickness, diameter)
    if thickness is None or diameter is None:
        raise PosterionError("a conductivity needs --thickness and --diameter, or --samples.")
    length, width = thickness, diameter
    found, left = gathered([*files], samples=told, sign=spectra.sign, **reading.keywords)
    measured = [window.take(each, name) for name, each in found.items()]
    for name, spectrum in zip(found, measured, strict=True):
        spectrum.attrs["source"] = name if len(found) > len(files) else spectrum.attrs["source"]
    _set_temperatures(measured, "spectra" if len(found) > len(files) else "files", temperature)

    def work(say: Say) -> Fitted:
        from ..analyses.pellet import fit_series

        tree = fit_series(
            model,
            measured,
            thickness=length,
            diameter=width,
            paths=paths,
            form=form,
            priors=priors,
            noise=choice.noise,
            each=partial(_keep, out=output.out),
            progress=say,
            **sampling.keywords,
        )
        out = [*left, *str(tree.attrs["left_out"]).splitlines()]
        tree.attrs["left_out"] = "\n".join(out)
        return Fitted.of(tree, say)

    return run(output, work)


def _set_temperatures(spectra: Sequence["xr.Dataset"], what: str, given: Sequence[str]) -> None:
    """Give each spectrum its temperature as told, and refuse one without."""
    from ..units import celsius

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
                "name; give --temperature once a spectrum, or --samples with a table of the "
                "columns file and temperature."
            )


def _keep(tree: "xr.DataTree", out: Path | None) -> None:
    """Keep the fit of one spectrum in a folder."""
    if out is not None:
        from ..inference.store import save

        name = re.sub(r"[^\w.+-]+", "_", str(tree.attrs["source"]))
        save(tree, out / f"{Path(name).stem}.nc")
