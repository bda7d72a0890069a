"""How well a model predicts each place of its data when that place is left out."""

from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..engine.evidence import Evidence
from ..predict import SAMPLE
from ..revive import model_of
from .same_data import Match

Array = NDArray[np.float64]

PLACE = "place"


def leave_one_out(tree: xr.DataTree, found: Match) -> Any:
    """Return ArviZ's PSIS-LOO of the shared places of a result, pointwise.

    What is left out as one is a place. Both parts of Z at one frequency are one: they are
    read at the same moment, and a model that misses one misses the other, so two data apart
    would count one miss twice and make the standard error too small. A new measurement at a
    frequency, too, brings both. Places that other results lack are left out throughout.
    """
    import warnings

    import arviz_stats

    own = _log_likelihood(tree)
    shared = own.isel({PLACE: found.common})
    options: dict[str, Any] = {}
    if len(found.only):
        others = own.isel({PLACE: found.only}).sum(PLACE)
        log_weights, k_hat = (shared + others).azstats.psislw(dim=[*SAMPLE])
        options = {"log_weights": log_weights, "pareto_k": k_hat}
    scale = xr.DataArray(found.log_scale, dims=PLACE, coords={PLACE: shared[PLACE]})
    small = xr.DataTree.from_dict(
        {
            "posterior": tree.children["posterior"].to_dataset(),
            "log_likelihood": xr.Dataset({"shared": shared}),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a large k̂ is told in the table
        loo = arviz_stats.loo(
            small, var_name="shared", pointwise=True, log_jacobian=scale, **options
        )
    if not len(found.only):
        return loo
    within = _without(others)[0] + shared
    fitted = np.logaddexp.reduce(
        within.transpose(..., PLACE).values.reshape(-1, shared[PLACE].size)
    )
    loo.p = float((fitted + found.log_scale).sum() - loo.elpd)
    return loo


def mean_log_likelihood(tree: xr.DataTree) -> Array:
    """Return the posterior mean of the log likelihood of each place.

    Of data that depend on each other it is that of each given those before it. Its sum is
    the log evidence plus the divergence of the posterior from the prior.
    """
    return np.asarray(_log_likelihood(tree).mean(SAMPLE).values)


def p_waic(tree: xr.DataTree, found: Match) -> float:
    """Return the effective number of parameters without leaving anything out.

    The variances of the log likelihoods of the places, added up (Gelman, Hwang and Vehtari
    2014, doi:10.1007/s11222-013-9416-2). Of data that depend on each other these are of each
    given those before it, whose scores do not correlate, so the sum counts parameters too.
    """
    return float(_log_likelihood(tree).isel({PLACE: found.common}).var(SAMPLE).sum())


def evidence_of(tree: xr.DataTree, found: Match) -> Evidence:
    """Return the evidence of the shared places, in the unit of the first result.

    From that of all places p(shared) = p(all)/p(others | shared), where the last is the mean
    of the likelihood of the others over the posterior without them.
    """
    evidence = Evidence.of(tree)
    log_evidence = evidence.log_evidence + float(found.log_scale.sum())
    if not len(found.only):
        return replace(evidence, log_evidence=log_evidence)
    others = _log_likelihood(tree).isel({PLACE: found.only}).sum(PLACE)
    log_weights, k_hat = _without(others)
    predicted = float(np.logaddexp.reduce((log_weights + others).values.ravel()))
    return replace(
        evidence, log_evidence=log_evidence - predicted, k_hat=max(evidence.k_hat, k_hat)
    )


def _without(others: xr.DataArray) -> tuple[xr.DataArray, float]:
    """Return log weights that turn the posterior into the one without these data, and their k̂."""
    log_weights, k_hat = others.azstats.psislw(dim=[*SAMPLE])
    return log_weights, float(k_hat)


def _log_likelihood(tree: xr.DataTree) -> xr.DataArray:
    """Return the log likelihood of dims (chain, draw, place)."""
    import arviz_stats  # noqa: F401 - gives arrays the accessor azstats

    model = model_of(tree)
    *parts, last = model.output_dims
    values = tree.children["log_likelihood"].dataset[model.output].sum(parts)
    return (
        values.drop_vars(last, errors="ignore")
        .rename({last: PLACE})
        .assign_coords({PLACE: np.arange(values.sizes[last])})
    )
