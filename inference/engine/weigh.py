"""Several explanations of the same data: what each weighs, and draws of all in proportion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special, stats

from .evidence import FREEDOM, PROPOSALS, Evidence, shape_of, tail_of
from .explore import Evaluate, Mode
from .precondition import Whitening

Array = NDArray[np.float64]

Owner = Callable[[Array], NDArray[np.int64]]

LEAST_WEIGHT = 1e-3
"""An explanation that weighs less is left out, and named."""

MAX_ERROR = 0.01
MOST_PROPOSALS = 32_000
"""Proposals from each explanation are doubled until the weights are known so well, up to these."""

DIFFERENT = 0.5
"""Medians that are so many standard deviations apart are worth telling."""

LEAST_AT_HOME = 100
"""Chains of fewer draws cannot be checked."""

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


def weigh(
    evaluate: Evaluate, runs: Sequence[Array], seed: int, owner: Owner | None = None
) -> Weighed:
    """Estimate the mass of each explanation by importance sampling.

    Proposals come in equal numbers from a multivariate t distribution for each explanation, and
    are weighted by the mixture of these (Veach and Guibas 1995, doi:10.1145/218380.218498), so
    that none is counted twice where two of them overlap. A proposal belongs to each explanation
    in the proportion of its densities there, or to the one that owns its place.

    Parameters
    ----------
    evaluate
        Log of prior times likelihood, with all constants, at an unconstrained point.
    runs
        Draws of each explanation by itself, each of shape (n, size).
    seed
        Of the proposals.
    owner
        Tells which explanation each of many points belongs to, where the draws of each were
        kept to its own.
    """
    count = PROPOSALS
    while True:
        found = _weigh(evaluate, runs, seed, count, owner)
        if max(found.errors) <= MAX_ERROR or count >= MOST_PROPOSALS:
            return found
        count *= 2


def _weigh(
    evaluate: Evaluate, runs: Sequence[Array], seed: int, count: int, owner: Owner | None
) -> Weighed:
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
    belongs = densities.argmax(axis=0) if owner is None else owner(points)
    if owner is None:
        owned = shares * np.exp(densities - np.log(number) - mixture)
    else:
        owned = shares * (belongs == np.arange(number)[:, None])
    weights = owned.sum(axis=1)

    def error(terms: Array) -> float:
        """Return the standard error of a sum over proposals that are independent in each part."""
        each = terms.reshape(number, count)
        return float(np.sqrt(count * each.var(axis=1, ddof=1).sum()))

    errors = [error(own - weight * shares) for own, weight in zip(owned, weights, strict=True)]
    # Of each by itself: in the tail of all weights there are those of the heaviest only.
    counted = [
        tail_of(log_weights[belongs == place])
        for place, weight in enumerate(weights)
        if weight >= LEAST_WEIGHT
    ]
    evidence = Evidence(float(total - np.log(number * count)), error(shares), max(counted))
    return Weighed(tuple(map(float, weights)), tuple(errors), evidence)


def normal_draws(whitening: Whitening, seed: int, count: int) -> Array:
    """Return draws of the normal approximation at a mode, of shape (count, size)."""
    z = np.random.default_rng(seed).normal(size=(count, len(whitening.center)))
    return whitening.to_x(z)


def nearest(found: Sequence[tuple[Mode, Whitening]]) -> Owner:
    """Return the function that tells which mode each of many points belongs to.

    By t distributions of their widths, which reach further than normal ones; not by their mass,
    or the tail of a heavy one would own the place of a light one.
    """
    size = len(found[0][1].center)
    shapes = [(np.linalg.slogdet(_matrix(w)).logabsdet, w) for _, w in found]

    def owner(points: Array) -> NDArray[np.int64]:
        heights = [
            -volume - (FREEDOM + size) / 2 * np.log1p(_squared(points, w) / FREEDOM)
            for volume, w in shapes
        ]
        return np.argmax(heights, axis=0)

    return owner


def _matrix(whitening: Whitening) -> Array:
    return whitening.axes if whitening.axes.ndim == 2 else np.diag(whitening.axes)


def _squared(points: Array, whitening: Whitening) -> Array:
    """Return the squared distance of each point from a mode, in its own widths."""
    z = np.linalg.solve(_matrix(whitening), (points - whitening.center).T)
    return np.asarray((z**2).sum(axis=0))


def kept_at(stats: xr.Dataset, home: NDArray[np.bool_]) -> xr.Dataset | None:
    """Keep the draws of each chain that are at home, as many of each; None where these are few.

    What a chain of the whole posterior leaves in a region is a chain of the posterior there.

    Parameters
    ----------
    stats
        What `run_chains` returned.
    home
        Of each draw, of shape (chain, draw).
    """
    count = int(home.sum(axis=1).min())
    if count < LEAST_AT_HOME:
        return None
    chosen = []
    for own in home:
        places = np.flatnonzero(own)
        chosen.append(places[np.linspace(0, len(places), count, endpoint=False).astype(int)])
    draw = xr.DataArray(np.array(chosen), dims=("chain", "draw"))
    kept = stats.isel(chain=xr.DataArray(np.arange(len(home)), dims="chain"), draw=draw)
    return kept.assign_coords(draw=np.arange(count))


def have_been_at(draws: Array, whitening: Whitening) -> bool:
    """Tell whether draws have been around a mode: where its normal approximation has 99 %."""
    radius = stats.chi2(len(whitening.center)).ppf(0.99)
    return bool((_squared(draws, whitening) < radius).mean() >= SHARE)


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
        here, there = (np.reshape(each, (len(each), -1)) for each in (value, others[name]))
        for place in range(here.shape[1]):
            element = name if value.ndim == 1 else f"{name}[{place}]"
            a, b = here[:, place], there[:, place]
            width = np.hypot(a.std(), b.std())
            if np.isfinite(width) and width > 0:
                medians = float(np.median(a)), float(np.median(b))
                apart[element] = (abs(medians[0] - medians[1]) / width, *medians)
    first, *further = sorted(apart, key=lambda name: -apart[name][0])[:most]
    chosen = [first, *(name for name in further if apart[name][0] > DIFFERENT)]
    return ", ".join(f"{n} {apart[n][1]:.3g} in place of {apart[n][2]:.3g}" for n in chosen)
