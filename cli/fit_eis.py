"""The command ``posterion fit eis``: a circuit to one spectrum, or to many at once."""

from typing import Annotated

from cyclopts import Parameter

from ..errors import PosterionError
from .fitted_spectrum import fitted_spectrum
from .many_spectra import pooling, read_labels, stacked
from .options import (
    DATA,
    MODEL,
    FitOutput,
    Many,
    Reading,
    Sampling,
    prior_option,
    read_priors,
)
from .run import Fitted, Say, run
from .spectra import Robust, Spectra, one_spectrum


def fit_eis(
    *files: Annotated[str, Parameter(required=True)],
    circuit: Annotated[str, Parameter(group=MODEL)],
    thickness: Annotated[str | None, Parameter(group=DATA)] = None,
    diameter: Annotated[str | None, Parameter(group=DATA)] = None,
    temperature: Annotated[str | None, Parameter(group=DATA)] = None,
    which: Annotated[str | None, Parameter(group=DATA)] = None,
    pool: Annotated[Many, Parameter(group=MODEL)] = (),
    label: Annotated[Many, Parameter(group=DATA)] = (),
    free: Annotated[Many, Parameter(group=MODEL)] = (),
    same: Annotated[Many, Parameter(group=MODEL)] = (),
    robust: Robust = False,
    prior: Annotated[Many, prior_option("R1=LogNormal(5, 2)")] = (),
    spectra: Spectra = Spectra(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: FitOutput = FitOutput(),
) -> int:
    """Fit an equivalent circuit to an impedance spectrum, or to many at once with --pool.

    Example: posterion fit eis simulated-7uL-55C --circuit "p(R1,CPE1)-p(R2,CPE2)-CPE3"

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    files
        Impedance files, or the name of an example.
    circuit
        Equivalent circuit, such as 'R0-p(R1,CPE1)'.
    thickness
        Of the pellet: '2.1mm' or '2.1 mm ± 0.02 mm'.
    diameter
        Of the pellet: '8mm'.
    temperature
        Of the measurement: '140C' or '413K'.
    which
        Which spectrum, where the file holds several.
    pool
        Fit many spectra at once, whose parameters come from one distribution: over 'spectrum',
        or a --label; several times.
    label
        'pellet=A,A,B': what each spectrum belongs to, in their order.
    free
        A parameter that differs by --pool without any relation.
    same
        A parameter that does not differ by --pool.
    """
    from ..analyses.spectrum.sizes import size_question
    from ..models.circuit import Circuit
    from ..units import celsius

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    model = Circuit.parse(circuit)
    priors = read_priors(prior)
    choice = spectra.noise_chosen(robust=robust)
    told = spectra.noise is not None or spectra.accuracy is not None or robust
    window = spectra.window
    size_question(thickness, diameter)
    degrees = None if temperature is None else celsius(temperature)
    if pool:
        if which is not None or degrees is not None:
            raise PosterionError("--which and --temperature are those of a single spectrum.")
        kinds = pooling(pool, free, same)
    elif label or free or same:
        raise PosterionError("--label, --free and --same need --pool.")
    elif len(files) > 1:
        raise PosterionError(
            f"{len(files)} files are fitted together with --pool spectrum; to fit them one by one "
            "give one at a time."
        )

    def work(say: Say) -> Fitted:
        if pool:
            spectrum = stacked(files, spectra.sign, read_labels(label), window, reading)
        else:
            spectrum = window.take(one_spectrum(files[0], spectra.sign, reading, which))
        return fitted_spectrum(
            model,
            spectrum,
            sampling,
            say,
            size=(thickness, diameter),
            temperature=degrees,
            priors=priors,
            noise=choice.noise if told or not pool else None,
            pool=kinds if pool else None,
        )

    return run(output, work)
