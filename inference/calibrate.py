"""Many data sets of one kind, fitted by one compiled function."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import xarray as xr

from ..models.parameter import Model
from .arrange import arrange
from .build import Priors, given_priors
from .centring import uncentre
from .diagnose import Verdict
from .fit import compiled_sampler
from .noise import Noise, usual_noise
from .pooling import Pool
from .sample import PRIOR_DRAWS
from .simulate import Array, simulate_prior
from .specimen_model import Assumptions, sampler_of
from .specimen_table import Specimens
from .specimens import usual_spread


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
    given = given_priors(priors or {})
    points = None
    for number, data in enumerate(data_sets):
        law = noise or usual_noise(model, data)
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
            "verdict": json.dumps(asdict(verdict)),
            "seed": seed + number,
        }
        yield tree


def compare_each(
    data_sets: Iterable[xr.Dataset],
    *,
    seed: int = 0,
    draws: int = 500,
    chains: int = 4,
) -> Iterator[tuple[xr.DataTree, Verdict]]:
    """Compare the groups of one data set of replicates after another.

    It is what `posterion.compare` does with its defaults on the logarithmic scale, without the
    ranking and predictions, at a fraction of the time.

    Parameters
    ----------
    data_sets
        As from `posterion.replicates`.
    seed
        Of the first data set; the next ones count on from it.
    draws, chains
        As in `compare`.

    Yields
    ------
    tree, verdict
        The groups posterior, with ``level`` and ``scatter`` (group), and sample_stats; and the
        checks.
    """
    points: dict[int, Array] = {}
    for number, data in enumerate(data_sets):
        specimens = Specimens.of(data, log=True)
        unit = str(data["value"].attrs.get("units", ""))
        assumed = Assumptions(
            True, usual_spread(unit).prior, repeated=bool(len(specimens.contrasts))
        )
        sampler = sampler_of(specimens, assumed)
        count = len(specimens.groups)
        if count not in points:
            # Where descents start from, the same for all.
            points[count] = simulate_prior(sampler.model, PRIOR_DRAWS, seed)[1]
        yield sampler.draw(points[count], seed=seed + number, draws=draws, chains=chains)
