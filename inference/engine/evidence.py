"""The evidence of a model: how probable the data were before any of them was seen."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special, stats

from ...errors import PosterionError
from .explore import Evaluate

Array = NDArray[np.float64]

PROPOSALS = 4000
FREEDOM = 5.0
"""Degrees of freedom of the proposal: heavier tails than the posterior keep weights bounded."""

LEAST_TAIL, NO_TAIL = 100, 100.0
"""Of fewer proposals there is no tail to judge, and nothing to trust."""

MAX_K_HAT = 0.7

BRIDGES = 200
"""Turns by which the optimal bridge has settled."""


@dataclass(frozen=True)
class Evidence:
    """The logarithm of the evidence, ∫ p(data | parameters) p(parameters) dparameters.

    Attributes
    ----------
    log_evidence
        Natural logarithm. It depends on the unit of the data, and so only differences
        between models of the same data mean something.
    se
        Its Monte Carlo standard error.
    k_hat
        Shape of the tail of the importance weights; above 0.7 the estimate cannot be
        trusted (Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25(72)).
    """

    log_evidence: float
    se: float
    k_hat: float

    @property
    def trusted(self) -> bool:
        """Whether the importance weights are well behaved."""
        return self.k_hat <= MAX_K_HAT

    @classmethod
    def of(cls, tree: xr.DataTree) -> "Evidence":
        """Read the evidence that a result carries.

        Raises
        ------
        PosterionError
            If it carries none.
        """
        if "evidence" not in tree.attrs:
            raise PosterionError("the result carries no evidence; fit the model anew.")
        return cls(**json.loads(tree.attrs["evidence"]))


def estimate_evidence(evaluate: Evaluate, draws: Array, seed: int) -> Evidence:
    """Estimate the evidence by importance sampling from the shape of the posterior.

    Proposals come from a multivariate t distribution with mean and covariance of the
    draws; these posteriors are small and near normal, and where one is not, k̂ tells.

    Parameters
    ----------
    evaluate
        Log of prior times likelihood, with all constants, at an unconstrained point.
    draws
        Posterior draws in unconstrained space, of shape (n, size).
    seed
        Of the proposals.
    """
    proposal, rng = shape_of(draws), np.random.default_rng(seed)
    points = proposal.rvs(PROPOSALS, random_state=rng).reshape(PROPOSALS, draws.shape[1])
    log_weights = np.array([evaluate(x)[0] for x in points]) - proposal.logpdf(points)
    log_weights = np.where(np.isnan(log_weights), -np.inf, log_weights)
    return weighed(log_weights)


def weighed(log_weights: Array) -> Evidence:
    """Return the evidence that importance weights of proposals tell."""
    shares = special.softmax(log_weights)
    variance = max(np.square(shares).sum() - 1 / log_weights.size, 0.0)
    return Evidence(_log_mean(log_weights), float(np.sqrt(variance)), tail_of(log_weights))


def bridged(known: Array, proposed: Array) -> Evidence:
    """Estimate the evidence from draws of the posterior and of proposals.

    The optimal bridge of Meng and Wong (1996), Statistica Sinica 6, 831: both sums are of bounded
    terms, however much the tails of posterior and proposals differ. Its error counts draws of the
    posterior as so many as they are worth (Frühwirth-Schnatter 2004,
    doi:10.1111/j.1368-423X.2004.00125.x).

    Parameters
    ----------
    known
        The log of posterior (not normalized) over proposal density, at draws of the posterior, of
        shape (chains, draws).
    proposed
        The same at proposals, of shape (n,).
    """
    from arviz_stats.base import array_stats

    share = np.log(known.size / (known.size + proposed.size))
    other = np.log1p(-np.exp(share))
    log_evidence = float(np.median(known))
    for _ in range(BRIDGES):
        both = np.logaddexp(share + proposed - log_evidence, other)
        back = np.logaddexp(share + known - log_evidence, other)
        log_evidence += float(_log_mean(proposed - log_evidence - both) - _log_mean(-back))
    there, here = (np.exp(terms - _log_mean(terms))
                   for terms in (proposed - log_evidence - both, -back))  # fmt: skip
    worth = float(array_stats.ess(here, chain_axis=0, draw_axis=1))
    variance = there.var() / there.size + here.var() / worth
    return Evidence(log_evidence, float(variance**0.5), tail_of(-back.ravel()))


def _log_mean(terms: Array) -> float:
    return float(special.logsumexp(terms) - np.log(terms.size))


def shape_of(draws: Array) -> Any:
    """Return the multivariate t distribution that has mean and covariance of draws, and wider."""
    shape = np.atleast_2d(np.cov(draws, rowvar=False)) * (FREEDOM - 2) / FREEDOM * 1.2
    return stats.multivariate_t(draws.mean(axis=0), shape, df=FREEDOM, allow_singular=True)


def tail_of(log_weights: Array) -> float:
    """Return k̂ of importance weights, a large one where there are too few."""
    from arviz_stats.base import array_stats

    most = log_weights.max(initial=-np.inf)
    if len(log_weights) < LEAST_TAIL or not np.isfinite(most):
        return NO_TAIL
    # ArviZ takes what importance weights have in the denominator, hence the sign. Its fit of
    # a tail that is far too heavy overflows, and its k̂ says so.
    with np.errstate(over="ignore"):
        return float(array_stats.psislw(-np.maximum(log_weights, most - 500))[1])
