"""The groups of a result: draws on the model's own scales, predictions, and the data."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .density import Density, interpreted, points_of
from .simulate import replicate

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]
SAMPLE = ("chain", "draw")

MOST = 50_000_000
"""Values of the predictions that are kept; with more data every second draw, or fewer, has one."""


def draws_tree(density: Density, stats: xr.Dataset) -> xr.DataTree:
    """Return the groups posterior and sample_stats of what `run_chains` returned."""
    x = stats["unconstrained"].values
    values = density.expand(x.reshape(-1, x.shape[-1]))
    posterior = named_dataset(density.model, _by_chain(values, x.shape[0]), SAMPLE)
    return xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats})


def complete(
    density: Density, tree: xr.DataTree, prior: dict[str, Array], seed: int, later: bool = False
) -> xr.DataTree:
    """Add to the draws all groups that follow from them, and the prior.

    What is predicted of the data is left at zero where it is made `later`, given more.
    """
    import pytensor

    model = density.model
    x = tree.children["sample_stats"].dataset["unconstrained"].values
    chains = x.shape[0]
    posterior = tree.children["posterior"].to_dataset()
    observed = {rv.name for rv in model.observed_RVs}
    unobserved = {name: value[None] for name, value in prior.items() if name not in observed}
    predicted = {name: value[None] for name, value in prior.items() if name in observed}
    every = -(-x.shape[0] * x.shape[1] * points_of(model) // MOST) or 1
    kept = x[:, ::every]
    draws = xr.Coordinates({"draw": np.arange(x.shape[1])[::every]})
    thin = posterior.isel(draw=slice(None, None, every))
    flat = {str(name): v.values.reshape(-1, *v.shape[2:]) for name, v in thin.items()}
    points = kept.reshape(-1, x.shape[-1])
    if later:
        replicas = {n: np.zeros((*kept.shape[:2], *v.shape[2:])) for n, v in predicted.items()}
        likelihood = replicas
    else:
        replicas = _by_chain(replicate(model, flat, seed), chains)
        likelihood = _by_chain(density.log_likelihood(points), chains)
    log_prior = _by_chain(density.log_prior(points), chains)
    names = [rv.name for rv in model.observed_RVs]
    values = [model.rvs_to_values[rv] for rv in model.observed_RVs]
    data = dict(zip(names, pytensor.function([], values, mode=interpreted())(), strict=True))
    constant = {variable.name: variable.get_value() for variable in model.data_vars}
    return xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "prior": named_dataset(model, unobserved, SAMPLE),
            "prior_predictive": named_dataset(model, predicted, SAMPLE),
            "posterior_predictive": named_dataset(model, replicas, SAMPLE).assign_coords(draws),
            "log_likelihood": named_dataset(model, likelihood, SAMPLE).assign_coords(draws),
            "log_prior": named_dataset(model, log_prior, SAMPLE).assign_coords(draws),
            "sample_stats": tree.children["sample_stats"].to_dataset(),
            "observed_data": named_dataset(model, data, ()),
            "constant_data": named_dataset(model, constant, ()),
        }
    )


def _by_chain(values: dict[str, Array], chains: int) -> dict[str, Array]:
    return {name: value.reshape(chains, -1, *value.shape[1:]) for name, value in values.items()}


def named_dataset(
    model: "pm.Model", values: dict[str, Array], sample_dims: tuple[str, ...]
) -> xr.Dataset:
    """Name the dimensions of arrays by the model's own names."""
    variables = {}
    coords: dict[str, Any] = {}
    for name, value in values.items():
        value = np.asarray(value)
        own = model.named_vars_to_dims.get(name) or tuple(
            f"{name}_dim_{place}" for place in range(value.ndim - len(sample_dims))
        )
        dims = (*sample_dims, *own)
        variables[name] = (dims, value)
        for dim, length in zip(dims, value.shape, strict=True):
            known = model.coords.get(dim)
            coords[dim] = np.arange(length) if known is None else np.asarray(known)
    return xr.Dataset(variables, coords=coords)
