"""The command ``posterion fit series``: from spectra at several temperatures to E_a."""

import re
from collections.abc import Mapping, Sequence
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
from .spectra import Robust, Spectra, check_size, paths_of

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
    from ..datasets.gathered import files_of, gathered
    from ..datasets.samples import geometry_of, samples_of
    from ..models.circuit import Circuit
    from ..models.transport import Arrhenius

    model, law = Circuit.parse(circuit), Arrhenius(form)
    priors = read_priors(prior)
    choice = spectra.noise_chosen(robust=robust)
    window = spectra.window
    paths = paths_of(model, read_pairs(path, "--path", "bulk=R1"), total=True)
    told = samples_of(samples) if samples is not None else {}
    own = geometry_of(told, [f for f in files_of(files) if f != samples]) if told else ("", "")
    thickness, diameter = thickness or own[0] or None, diameter or own[1] or None
    check_size(thickness, diameter)
    if thickness is None or diameter is None:
        raise PosterionError("a conductivity needs --thickness and --diameter, or --samples.")
    length, width = thickness, diameter
    found, left = gathered([*files], samples=told, sign=spectra.sign, **reading.keywords)
    measured = [window.take(each, name) for name, each in found.items()]
    for name, spectrum in zip(found, measured, strict=True):
        spectrum.attrs["source"] = name if len(found) > len(files) else spectrum.attrs["source"]
    _set_temperatures(measured, "spectra" if len(found) > len(files) else "files", temperature)

    def work(say: Say) -> Fitted:
        from ..datasets.cut import left_out
        from ..inference.fit import fit
        from ..inference.series import conductivity_series
        from ..report.pages.law import formula

        options = sampling.keywords
        said = [line for each in measured for line in left_out(str(each.attrs["messages"]))]
        said = [*left, *said]
        fits, refused = [], []
        for spectrum in measured:
            degrees = spectrum.attrs["temperature_c"]
            say(f"Fitting {spectrum.attrs['source']} at {degrees:g} °C")
            tree = fit(model, spectrum, priors=priors, noise=choice.noise, **options)
            why = _kept(tree, output.out)
            if why:
                refused.append(f"{spectrum.attrs['source']} is left out: {why}")
            else:
                fits.append(tree)
        if len(fits) < 2:
            raise PosterionError("fewer than two spectra could be fitted: " + " ".join(refused))
        say("Fitting the activation energies")
        collect = partial(conductivity_series, fits, thickness=length, diameter=width)
        series = collect(paths=paths)
        series.attrs["messages"] = "\n".join([series.attrs["messages"], *said])
        tree = fit(law, series, pool={"path": "none"}, progress=say, **options)
        total = None
        if "R_total" in fits[0]["posterior"] and len(paths) > 1:
            together = collect(paths={"total": "R_total"})
            total = _total(fit(law, together, progress=say, **options))
        asides = [*said, *refused]
        return Fitted.of(
            tree, say, total, group="total", remarks=[formula(law), *asides], asides=asides
        )

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


def _kept(tree: "xr.DataTree", out: Path | None) -> str:
    """Keep the fit of one spectrum; return why it cannot be used, if so."""
    from ..inference.verdict import Verdict

    if out is not None:
        from ..inference.store import save

        name = re.sub(r"[^\w.+-]+", "_", str(tree.attrs["source"]))
        save(tree, out / f"{Path(name).stem}.nc")
    verdict = Verdict.of(tree)
    return "" if verdict.passed else verdict.messages[0]


def _total(tree: "xr.DataTree") -> "xr.Dataset | None":
    """Return the results of the whole series of resistances; none where it is not trusted."""
    from ..inference.verdict import Verdict

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
