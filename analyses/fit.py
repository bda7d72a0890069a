"""From a model and data to a posterior that was asked what such data are asked."""

from pathlib import Path
from typing import Any

import xarray as xr

from ..inference.asked import asked_model, asked_numbers
from ..inference.build import Priors
from ..inference.cells import Pool
from ..inference.engine.sample import Progress
from ..inference.fit import fit as fit_model
from ..inference.noise.independent import Noise
from ..models.parameter import Model
from .given import given_data
from .known import analysis_for


def fit(
    model: Model | str,
    data: xr.Dataset | str | Path | Any,
    *,
    priors: Priors | None = None,
    noise: Noise | None = None,
    pool: Pool | None = None,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Fit a model to data by Markov chain Monte Carlo.

    Parameters
    ----------
    model
        What is fitted, such as a `Circuit` or its text.
    data
        With the variable that the model predicts and its coordinates, such as the result
        of `read_spectrum`; or the path of a file, or a table in memory, which is read so.
    priors
        Priors by parameter name, each a `Prior` or its text such as ``"LogNormal(5, 2)"``, a
        value with its standard deviation such as ``"50 ohm ± 5 ohm"`` or ``(50, 5)``, a frozen
        distribution of scipy.stats, or one of PreliZ; the others keep their defaults, which are
        weak and know only the measured window. A parameter that is named is sampled as it is,
        in place of a coordinate.
    noise
        What such data usually have unless given: `Discrepant` for impedance, `Relative`
        for conductivity, `Stated` on top where the data bring errors of their own.
    pool
        A label of the data points, such as ``"pellet"``, whose groups have parameters of
        their own from one distribution, the spread of which is estimated; or the kind of
        pooling by label, such as ``{"sample": "none", "pellet": "partial"}``; or of each
        parameter, such as ``{"pellet": {"R1": "none", "CPE1_n": "complete"}}``, see `cells`.
        Unless given, what such data usually share: cells that fade come from one distribution,
        series that grow share nothing, and one curve through several materials is refused. With
        ``{}`` one curve goes through all. Of many spectra, see `stack_spectra`.
    seed
        The same seed gives the same draws to the last bit on one machine.
    draws
        Kept draws of each chain.
    chains
        Independent chains.
    progress
        Called with one line before each step.

    Returns
    -------
    xarray.DataTree
        Groups posterior, prior, prior_predictive, posterior_predictive, log_likelihood,
        log_prior, sample_stats, observed_data and constant_data. Variables carry unit and meaning.
        Where the checks passed also test_quantities, of the predictive checks.
        The attributes hold the model as text, priors, noise, versions, the seed, the
        sha256 of the data, and the verdict of the checks; see `Verdict`. What such data are
        usually asked is kept, and stands on the page of `write_report`; see `ask`.

    Raises
    ------
    PosterionError
        If a prior names no parameter or reaches beyond its support, the data lack what
        the model needs, are a spectrum that no cell can show, hold several materials that nothing
        parts, or no point of finite density is found.

    Examples
    --------
    >>> import posterion as po
    >>> spectrum = po.read_spectrum("pellet_140C.txt")  # doctest: +SKIP
    >>> post = po.fit(po.Circuit.parse("R0-p(R1,CPE1)"), spectrum, seed=1)  # doctest: +SKIP
    """
    model = asked_model(model, noise)
    asked_numbers(seed=seed, draws=draws, chains=chains)
    data = given_data(model, data)
    analysis = analysis_for([model.output], model.inputs)
    tree = fit_model(
        model,
        data,
        priors=priors,
        noise=noise,
        pool=(analysis.pooling(data) if pool is None else pool) or None,
        seed=seed,
        draws=draws,
        chains=chains,
        progress=progress,
    )
    analysis.keep(tree, data)
    analysis.asked(tree, analysis.question())
    return tree
