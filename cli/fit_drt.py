"""The command ``posterion fit drt``: a distribution of relaxation times, without a circuit."""

from typing import Annotated

from cyclopts import Parameter

from ..errors import PosterionError
from .fitted_spectrum import fitted_spectrum
from .options import DATA, MODEL, FitOutput, Many, Reading, Sampling, prior_option, read_priors
from .run import Fitted, Say, run
from .spectra import Spectra, one_spectrum


def fit_drt(
    file: str,
    /,
    *,
    tail: Annotated[str, Parameter(group=MODEL)] = "",
    thickness: Annotated[str | None, Parameter(group=DATA)] = None,
    diameter: Annotated[str | None, Parameter(group=DATA)] = None,
    temperature: Annotated[str | None, Parameter(group=DATA)] = None,
    which: Annotated[str | None, Parameter(group=DATA)] = None,
    prior: Annotated[Many, prior_option("R0=LogNormal(5, 2)")] = (),
    spectra: Spectra = Spectra(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: FitOutput = FitOutput(),
) -> int:
    """Fit a distribution of relaxation times, which tells how many arcs a spectrum has.

    Example: posterion fit drt pellet.csv --tail CPE

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    file
        Impedance file, or the name of an example.
    tail
        What blocks a direct current or diffuses, or an inductance, in series: 'CPE', 'W', 'L-CPE'.
    thickness
        Of the pellet: '2.1mm' or '2.1 mm ± 0.02 mm'.
    diameter
        Of the pellet: '8mm'.
    temperature
        Of the measurement: '140C' or '413K'.
    which
        Which spectrum, where the file holds several.
    """
    from ..analyses.spectrum.sizes import size_question
    from ..models.circuit import DRT
    from ..units import celsius

    model = DRT(tail)
    priors = read_priors(prior)
    choice = spectra.noise_chosen()
    if choice.name != "discrepant":
        raise PosterionError(
            f"--noise {choice.name} knows no distribution of relaxation times; leave it out."
        )
    window = spectra.window
    size_question(thickness, diameter)
    degrees = None if temperature is None else celsius(temperature)

    def work(say: Say) -> Fitted:
        spectrum = window.take(one_spectrum(file, spectra.sign, reading, which))
        return fitted_spectrum(
            model,
            spectrum,
            sampling,
            say,
            size=(thickness, diameter),
            temperature=degrees,
            priors=priors,
            noise=choice.noise,
        )

    return run(output, work)
