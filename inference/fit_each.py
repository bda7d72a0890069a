"""Many data sets of one kind, fitted by one compiled function."""

import json
from collections.abc import Iterable, Iterator

import xarray as xr

from ..models.parameter import Model
from .arrange import arrange
from .build import Priors, given_priors, parameters_of
from .cells import Pool
from .discrepancy import condition
from .engine.centring import uncentre
from .engine.sample import PRIOR_DRAWS
from .engine.simulate import simulate_prior
from .fit import compiled_sampler
from .noise.discrepant import Discrepant
from .noise.independent import Noise, suited_noise


def fit_each(
    model: Model,
    data_sets: Iterable[xr.Dataset],
    *,
    priors: Priors | None = None,
    noise: Noise | None = None,
    pool: Pool | None = None,
    seed: int = 0,
    draws: int = 500,
    chains: int = 4,
) -> Iterator[xr.DataTree]:
    """Fit one data set after another, keeping of each the draws and the checks alone.

    It is what `fit` does without predictions and evidence, at a fraction of the time.

    Parameters
    ----------
    model, priors, noise, pool, draws, chains
        As in `fit`.
    data_sets
        With the same number of groups and the same stated errors.
    seed
        Of the first data set; the next ones count on from it.

    Yields
    ------
    xarray.DataTree
        Groups posterior, sample_stats and constant_data, with the verdict among the
        attributes.

    Raises
    ------
    PosterionError
        If data lack what the model needs, or no point of finite density is found.
    """
    points = None
    for number, data in enumerate(data_sets):
        law = suited_noise(noise, model, data, pooled=pool is not None)
        given = given_priors(priors or {}, parameters_of(model, law))
        data = arrange(model, data)
        sampler = compiled_sampler(model, given, law, data, pool)
        if points is None:
            uncentre(sampler.model)
            # Where descents start from, the same for all.
            _, points = simulate_prior(sampler.model, PRIOR_DRAWS, seed)
        tree, verdict = sampler.draw(points, seed=seed + number, draws=draws, chains=chains)
        constant = {
            variable.name: (sampler.model.named_vars_to_dims[variable.name], variable.get_value())
            for variable in sampler.model.data_vars
            if variable.name in sampler.model.named_vars_to_dims
        }
        tree["constant_data"] = xr.DataTree(xr.Dataset(constant))
        tree.attrs = {
            "model": str(model),
            "noise": repr(law),
            "pool": json.dumps({"pool": pool}),
            "window": json.dumps(model.window(data)),
            "priors_given": json.dumps(sorted(given)),
            "verdict": verdict.text,
            "seed": seed + number,
        }
        yield condition(tree) if isinstance(law, Discrepant) else tree
