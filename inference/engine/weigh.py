"""Several explanations of the same data: what each weighs, and draws of all in proportion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special, stats

from .evidence import PROPOSALS, Evidence, shape_of, tail_of
from .explore import Evaluate
from .precondition import Whitening

Array = NDArray[np.float64]

LEAST_WEIGHT = 1e-3
"""An explanation that weighs less is left out, and named."""

MAX_ERROR = 0.01
MOST_PROPOSALS = 32_000
"""Proposals from each explanation are doubled until the weights are known so well, up to these."""

DIFFERENT = 0.5
"""Medians that are so many standard deviations apart are worth telling."""

SHARE = 0.01
"""Draws of which one in a hundred or more are around a mode have been there."""


@dataclass(frozen=True)
class Weighed:
    """What explanations weigh.

    Attributes
    ----------
    weights
        Their shares of the posterior, which sum to one.
    errors
        Monte Carlo standard errors of the weights.
    evidence
        Of all together; its k̂ is the largest of any explanation that is not left out.
    """

    weights: tuple[float, ...]
    errors: tuple[float, ...]
    evidence: Evidence


def weigh(evaluate: Evaluate, runs: Sequence[Array], seed: int) -> Weighed:
    """Estimate the mass of each explanation by importance sampling.

    Proposals come in equal numbers from a multivariate t distribution for each explanation, and
    are weighted by the mixture of these (Veach and Guibas 1995, doi:10.1145/218380.218498), so
    that none is counted twice where two of them overlap. A proposal belongs to each explanation
    in the proportion of its densities there.

    Parameters
    ----------
    evaluate
        Log of prior times likelihood, with all constants, at an unconstrained point.
    runs
        Draws of each explanation by itself, each of shape (n, size).
    seed
        Of the proposals.
    """
    count = PROPOSALS
    while True:
        found = _weigh(evaluate, runs, seed, count)
        if max(found.errors) <= MAX_ERROR or count >= MOST_PROPOSALS:
            return found
        count *= 2


def _weigh(evaluate: Evaluate, runs: Sequence[Array], seed: int, count: int) -> Weighed:
    parts, rng = [shape_of(draws) for draws in runs], np.random.default_rng(seed)
    number, size = len(parts), runs[0].shape[1]
    points = np.concatenate(
        [part.rvs(count, random_state=rng).reshape(count, size) for part in parts]
    )
    densities = np.stack([part.logpdf(points) for part in parts])
    mixture = special.logsumexp(densities, axis=0) - np.log(number)
    logp = np.array([evaluate(x)[0] for x in points])
    log_weights = np.where(np.isnan(logp), -np.inf, logp) - mixture
    total = special.logsumexp(log_weights)
    shares = np.exp(log_weights - total)  # of each proposal; they sum to one
    owned = shares * np.exp(densities - np.log(number) - mixture)
    weights = owned.sum(axis=1)

    def error(terms: Array) -> float:
        """Return the standard error of a sum over proposals that are independent in each part."""
        each = terms.reshape(number, count)
        return float(np.sqrt(count * each.var(axis=1, ddof=1).sum()))

    errors = [error(own - weight * shares) for own, weight in zip(owned, weights, strict=True)]
    tails = [tail_of(each) for each in log_weights.reshape(number, count)]
    counted = [k for k, weight in zip(tails, weights, strict=True) if weight >= LEAST_WEIGHT]
    evidence = Evidence(float(total - np.log(number * count)), error(shares), max(counted))
    return Weighed(tuple(map(float, weights)), tuple(errors), evidence)


def normal_draws(whitening: Whitening, seed: int, count: int) -> Array:
    """Return draws of the normal approximation at a mode, of shape (count, size)."""
    z = np.random.default_rng(seed).normal(size=(count, len(whitening.center)))
    return whitening.to_x(z)


def have_been_at(draws: Array, whitening: Whitening) -> bool:
    """Tell whether draws have been around a mode: where its normal approximation has 99 %."""
    size = len(whitening.center)
    shift = draws - whitening.center
    z = (
        np.linalg.solve(whitening.axes, shift.T).T
        if whitening.axes.ndim == 2
        else shift / whitening.axes
    )
    return bool(((z**2).sum(axis=1) < stats.chi2(size).ppf(0.99)).mean() >= SHARE)


def in_proportion(
    runs: Sequence[xr.Dataset], weights: Sequence[float], draws: int, seed: int
) -> xr.Dataset:
    """Join draws of several explanations, as many of each in every chain as it weighs.

    Those of each stay in their order and are spread at random over the chain, so that R-hat and
    effective sample sizes of the whole mean what they mean of a chain that moves between them.

    Parameters
    ----------
    runs
        What `run_chains` returned for each explanation, with the same number of chains.
    weights
        Of the explanations; they sum to one.
    draws
        How many to keep of each chain.
    seed
        Of their places.
    """
    rng = np.random.default_rng(seed)
    exact = draws * np.asarray(weights)
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: draws - counts.sum()]] += 1
    chains = runs[0].sizes["chain"]
    order = [rng.permutation(np.repeat(np.arange(len(runs)), counts)) for _ in range(chains)]
    places = [
        np.linspace(0, run.sizes["draw"], count, endpoint=False).astype(int)
        for run, count in zip(runs, counts, strict=True)
    ]
    variables = {}
    for name, first in runs[0].data_vars.items():
        joined = np.empty((chains, draws, *first.shape[2:]), dtype=first.dtype)
        for chain, own in enumerate(order):
            for number, (run, place) in enumerate(zip(runs, places, strict=True)):
                joined[chain, own == number] = run[name].values[chain, place]
        variables[name] = (first.dims, joined)
    coords = {"chain": np.arange(chains), "draw": np.arange(draws)}
    return xr.Dataset(variables, coords=coords)


def difference(values: dict[str, Array], others: dict[str, Array], most: int = 3) -> str:
    """Say in what two explanations differ most: medians of the first in place of the second.

    Parameters
    ----------
    values, others
        Draws of the variables of a model, of shape (n, ...), by name.
    most
        So many variables are named at most.
    """
    apart = {}
    for name, value in values.items():
        if value.ndim == 1:
            here, there = np.median(value), np.median(others[name])
            width = np.hypot(value.std(), others[name].std())
            if np.isfinite(width) and width > 0:
                apart[name] = (abs(here - there) / width, here, there)
    first, *others_apart = sorted(apart, key=lambda name: -apart[name][0])[:most]
    chosen = [first, *(name for name in others_apart if apart[name][0] > DIFFERENT)]
    return ", ".join(f"{n} {apart[n][1]:.3g} in place of {apart[n][2]:.3g}" for n in chosen)
