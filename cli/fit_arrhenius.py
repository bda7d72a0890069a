"""The command ``posterion fit arrhenius``: a law of conductivity against temperature."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from ..analyses.conductivity.materials import pooling_of_materials
from ..errors import PosterionError
from .laws import TEMPERATURE, USUAL_FORM, Form, law_of_temperature
from .options import (
    DATA,
    MODEL,
    FitOutput,
    Flag,
    Groups,
    Many,
    Reading,
    Sampling,
    prior_option,
    read_priors,
)
from .run import Fitted, Say, run


def fit_arrhenius(
    file: Path,
    /,
    *,
    law: Annotated[str, Parameter(group=MODEL, choices=(*TEMPERATURE,))] = "arrhenius",
    form: Annotated[Form, Parameter(group=MODEL)] = USUAL_FORM,
    temperature_unit: Annotated[str | None, Parameter(group=DATA)] = None,
    conductivity_unit: Annotated[str | None, Parameter(group=DATA)] = None,
    robust: Annotated[Flag, Parameter(group=MODEL)] = False,
    rounded: Annotated[Flag, Parameter(group=MODEL)] = False,
    predict: Annotated[Many, Parameter(group=MODEL)] = (),
    prior: Annotated[Many, prior_option("E_a=Normal(0.35, 0.1)")] = (),
    groups: Groups = Groups(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: FitOutput = FitOutput(),
) -> int:
    """Fit a law of temperature to ionic conductivities.

    Example: posterion fit arrhenius sigma.csv --predict "40 C"

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    file
        Table of conductivity against temperature.
    law
        Law of temperature.
    form
        σ = A exp(...), σ√T = ..., or σT = ...; E_a depends on it.
    temperature_unit
        C or K, where the header does not say.
    conductivity_unit
        Such as mS/cm, where the header does not say.
    robust
        Student-t noise: outliers lose their pull.
    rounded
        Conductivities are rounded to the digits printed.
    predict
        Conductivity at '40 C' or '313 K'; several times.
    """
    from ..datasets.schemas.conductivity import read_table
    from ..units import celsius

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    model = law_of_temperature(law, form)
    priors = read_priors(prior)
    if robust and rounded:
        raise PosterionError("--robust and --rounded cannot be combined; leave one of them out.")
    for text in predict:
        celsius(text)
    table = read_table(
        file,
        temperature_unit=temperature_unit,
        conductivity_unit=conductivity_unit,
        **reading.keywords,
    )
    data, pool = groups.of(table, pooling_of_materials)
    if rounded and "conductivity_step" not in data:
        raise PosterionError("--rounded needs printed digits, which this table does not show.")

    def work(say: Say) -> Fitted:
        from ..analyses.asking import ask
        from ..analyses.fit import fit
        from ..inference.noise.independent import StudentT, usual_noise
        from ..inference.noise.rounded import Rounded

        noise: Any = usual_noise(model, data)
        noise = StudentT(noise) if robust else Rounded(noise) if rounded else noise
        tree = fit(
            model,
            data,
            priors=priors,
            noise=noise,
            pool=pool,
            progress=say,
            **sampling.keywords,
        )
        if predict:
            ask(tree, temperatures=predict)
        return Fitted.of(tree, say)

    return run(output, work)
