"""The command ``posterion batch``: many spectra, conductivities or cells, each fitted by itself."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from ..analyses.ageing.questions import fade_question
from .batch_run import Running, run_each
from .fit_fade import noise_of_capacities
from .laws import FADE, TEMPERATURE, USUAL_FADE, USUAL_FORM, Form, fade_laws, law_of_temperature
from .options import (
    DATA,
    MODEL,
    OUTPUT,
    Flag,
    Many,
    Reading,
    Sampling,
    prior_option,
    read_priors,
)
from .spectra import Robust, Spectra

Paths = Annotated[str, Parameter(required=True)]
Convention = Annotated[
    Literal["auto", "as_written", "swapped"],
    Parameter(group=DATA),
]
Out = Annotated[Path, Parameter(group=OUTPUT, help="Folder of the results; a later run goes on.")]


def batch_eis(
    *paths: Paths,
    circuit: Annotated[str, Parameter(group=MODEL)],
    out: Out,
    thickness: Annotated[str | None, Parameter(group=DATA)] = None,
    diameter: Annotated[str | None, Parameter(group=DATA)] = None,
    robust: Robust = False,
    prior: Annotated[Many, prior_option("R1=LogNormal(5, 2)")] = (),
    spectra: Spectra = Spectra(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    running: Running = Running(),
) -> int:
    """Fit an equivalent circuit to each of many spectra, and go on where a run was interrupted.

    Example: posterion batch "spectra/*.csv" --circuit "R0-p(R1,CPE1)" --out fits

    Exit status: 0 all trusted, 2 some failed, 3 some refused, 4 some doubtful.

    Parameters
    ----------
    paths
        Files, folders, or patterns in quotes; a file may hold several spectra.
    circuit
        Equivalent circuit, such as 'R0-p(R1,CPE1)'.
    thickness
        Of the pellets, all the same: '2.1mm' or '2.1 mm ± 0.02 mm'.
    diameter
        Of the pellets: '8mm'.
    """
    from ..analyses.batch.asked import Asked
    from ..analyses.spectrum.sizes import size_question
    from ..datasets.cut import cut
    from ..datasets.each_file import read_each
    from ..models.circuit import Circuit

    model, window = Circuit.parse(circuit), spectra.window
    size_question(thickness, diameter)
    size = () if diameter is None else (("diameter", diameter), ("thickness", thickness))
    noise = spectra.noise_chosen(robust=robust).noise
    asked = Asked(model, _sorted(read_priors(prior)), noise, size, **sampling.keywords)
    take = partial(cut, **asdict(window))
    found = read_each(paths, take=take, sign=spectra.sign, **reading.keywords)
    return run_each(asked, found, paths, out, running)


def batch_arrhenius(
    *paths: Paths,
    out: Out,
    law: Annotated[str, Parameter(group=MODEL, choices=(*TEMPERATURE,))] = "arrhenius",
    form: Annotated[Form, Parameter(group=MODEL)] = USUAL_FORM,
    by: Annotated[str | None, Parameter(group=DATA)] = None,
    temperature_unit: Annotated[str | None, Parameter(group=DATA)] = None,
    conductivity_unit: Annotated[str | None, Parameter(group=DATA)] = None,
    predict: Annotated[Many, Parameter(group=MODEL)] = (),
    prior: Annotated[Many, prior_option("E_a=Normal(0.35, 0.1)")] = (),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    running: Running = Running(),
) -> int:
    """Fit a law of temperature to each of many tables of conductivities.

    Example: posterion batch arrhenius tables/ --by pellet --out laws

    Exit status: 0 all trusted, 2 some failed, 3 some refused, 4 some doubtful.

    Parameters
    ----------
    paths
        Files, folders, or patterns in quotes.
    law
        Law of temperature.
    form
        σ = A exp(...), σ√T = ..., or σT = ...; E_a depends on it.
    by
        Label whose values are fitted one by one: 'pellet'.
    temperature_unit
        C or K, where the headers do not say.
    conductivity_unit
        Such as mS/cm, where the headers do not say.
    predict
        Conductivity at '40 C' or '313 K'; several times.
    """
    from ..analyses.batch.asked import Asked
    from ..datasets.each_file import read_each
    from ..datasets.schemas.conductivity import read_table
    from ..units import celsius

    model, question = law_of_temperature(law, form), (("temperatures", predict),)
    for text in predict:
        celsius(text)
    asked = Asked(
        model,
        _sorted(read_priors(prior)),
        question=question if predict else (),
        **sampling.keywords,
    )
    found = read_each(
        paths,
        read_table,
        by=by,
        temperature_unit=temperature_unit,
        conductivity_unit=conductivity_unit,
        **reading.keywords,
    )
    return run_each(asked, found, paths, out, running)


def batch_fade(
    *paths: Paths,
    out: Out,
    law: Annotated[str, Parameter(group=MODEL, choices=(*FADE,))] = USUAL_FADE,
    by: Annotated[str, Parameter(group=DATA)] = "cell",
    capacity_unit: Annotated[str | None, Parameter(group=DATA)] = None,
    convention: Convention = "auto",
    skip: Annotated[int, Parameter(group=DATA)] = 0,
    robust: Annotated[Flag, Parameter(group=MODEL)] = False,
    independent: Annotated[Flag, Parameter(group=MODEL)] = False,
    reference: Annotated[str, Parameter(group=MODEL)] = "first",
    cycle: Annotated[tuple[float, ...], Parameter(show_default=False, group=MODEL)] = (),
    threshold: Annotated[str, Parameter(group=MODEL)] = "0.8",
    prior: Annotated[Many, prior_option("initial_capacity=Normal(2.0, 0.1)")] = (),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    running: Running = Running(),
) -> int:
    """Fit a law of capacity fade to each of many cells, which share nothing.

    Example: posterion batch fade cells/ --cycle 1000 --out fades

    Exit status: 0 all trusted, 2 some failed, 3 some refused, 4 some doubtful.

    Parameters
    ----------
    paths
        Tables of capacities by cycle, or cycler files: files, folders, or patterns in quotes.
    law
        Law of fade.
    by
        Label whose values are fitted one by one.
    capacity_unit
        Such as mAh/g, where the headers do not say.
    convention
        Charge and discharge as the files have them, or exchanged.
    skip
        Leave the first cycles of each cell out: formation.
    robust
        Student-t noise: outliers lose their pull.
    independent
        Residuals that know nothing of each other.
    reference
        Retention relative to the 'first' or 'initial' one, or a cycle.
    cycle
        Retention and capacity at this cycle; several times.
    threshold
        Share of the reference that is waited for: 0.8 or 80%.
    """
    from ..analyses.batch.asked import Asked
    from ..datasets.each_file import read_each
    from ..datasets.schemas.cycling import read_cycling
    from ..datasets.select import select

    ((_, model),) = fade_laws([law]).items()
    asked = Asked(
        model,
        _sorted(read_priors(prior)),
        noise_of_capacities(robust, independent),
        _sorted(asdict(fade_question(reference, threshold, cycle))),
        **sampling.keywords,
    )
    found = read_each(
        paths,
        read_cycling,
        by=by,
        take=partial(select, skip=skip),
        capacity_unit=capacity_unit,
        convention=convention,
        **reading.keywords,
    )
    return run_each(asked, found, paths, out, running)


def _sorted(values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(values.items()))


batch_app = App(name="batch", help="Fit many spectra, tables or cells, each by itself.")
batch_app.default(batch_eis)
batch_app.command(batch_arrhenius, name="arrhenius")
batch_app.command(batch_fade, name="fade")
