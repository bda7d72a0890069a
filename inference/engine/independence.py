"""Independence Metropolis-Hastings from a mixture that is fitted to a small posterior.

Where amplitudes may be next to nothing, a posterior is narrow at one end and wide at the other,
and chains that step through it need many steps. Proposals that do not depend on where a chain is
have no such trouble, if they resemble the posterior; whether they do, their weights tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special
from scipy.linalg import solve_triangular

from .evidence import Evidence, tail_of
from .explore import Mode
from .precondition import Whitening, log_mass
from .target import STATS, Target

Array = NDArray[np.float64]

FREEDOM = 8.0
"""Degrees of freedom of the components: heavier tails than the posterior keep weights bounded."""

STAGES = ((6, 6, 2000), (8, 8, 4000))
"""Components, rounds of fitting and proposals in each round, of one mixture after the other."""

SEEDED = 3
"""Rounds after which components that died are not sown again."""

CLIPPED = 0.005
"""Of the weights of a round the largest so many count alike, lest one point decide."""

MAX_K_HAT, MIN_ACCEPTED = 0.5, 0.3
"""A mixture resembles the posterior where the tail of the weights has a variance (Vehtari, Simpson,
Gelman, Yao and Gabry 2024, JMLR 25(72)), and so many proposals are taken."""

LEAST_EFFICIENCY = 0.1
"""Of the last round of fitting; below it no chain of the mixture would be accepted."""

PER_DRAW = 4
"""Proposals for each draw that is kept of a chain."""


@dataclass(frozen=True)
class Component:
    """A multivariate t distribution with its share in a mixture; `root` is lower triangular."""

    share: float
    center: Array
    root: Array

    def squared(self, points: Array) -> Array:
        """Return the squared distance of points of shape (n, size) from the center, in widths."""
        z = solve_triangular(self.root, (points - self.center).T, lower=True)
        return np.asarray((z**2).sum(axis=0))

    def logpdf(self, points: Array) -> Array:
        """Return the log density at points, with the share."""
        size = len(self.center)
        constant = special.gammaln((FREEDOM + size) / 2) - special.gammaln(FREEDOM / 2)
        constant -= size / 2 * np.log(FREEDOM * np.pi) + np.log(np.diag(self.root)).sum()
        tail = (FREEDOM + size) / 2 * np.log1p(self.squared(points) / FREEDOM)
        return np.asarray(np.log(self.share) + constant - tail)

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """Draw points of shape (count, size)."""
        z = rng.normal(size=(count, len(self.center)))
        z *= np.sqrt(FREEDOM / rng.chisquare(FREEDOM, size=(count, 1)))
        return np.asarray(self.center + z @ self.root.T)


Mixture = tuple[Component, ...]


def independent_chains(
    target: Target,
    found: Sequence[tuple[Mode, Whitening]],
    seed: int,
    draws: int,
    chains: int,
) -> tuple[tuple[xr.Dataset, Evidence] | None, Array]:
    """Sample a posterior by proposals from a mixture that was fitted to it.

    The mixture is fitted by population Monte Carlo (Cappé, Douc, Guillin, Marin and Robert 2008,
    doi:10.1007/s11222-008-9059-x). It stands for all modes at once, so that the chains visit each
    as often as it weighs.

    Parameters
    ----------
    target
        The log density.
    found
        The modes and the maps that make the density round there.
    seed, draws, chains
        As of `run_chains`.

    Returns
    -------
    run, draws
        What `run_chains` returns, and the evidence, which the weights tell; None where no mixture
        resembles the posterior so well that its chains can be relied on. And draws of the last
        mixture, resampled by their weights, of shape (n, size): a rough picture in any case.
    """
    mixture = _at_modes(found)
    rough = mixture[0].center[None]
    for number, (count, rounds, proposals) in enumerate(STAGES):
        rng = np.random.default_rng([seed, number])
        for turn in range(rounds):
            points = _draws(mixture, proposals, rng)
            log_weights = _log_weights(target, mixture, points)[0]
            weights = _even(log_weights)
            mixture = _fitted(mixture, points, weights, count, turn < SEEDED, rng)
            rough = points[rng.choice(proposals, proposals, p=weights)]
        if _efficiency(log_weights) < LEAST_EFFICIENCY:
            continue
        run = _chains(target, mixture, draws, chains, rng)
        if run is not None:
            return run, rough
    return None, rough


def _efficiency(log_weights: Array) -> float:
    """Return the effective share of weighted points, Kong (1992)."""
    shares = special.softmax(log_weights)
    return float(1 / (np.square(shares).sum() * len(shares)))


def _even(log_weights: Array) -> Array:
    """Return weights that sum to one, the largest of them alike."""
    largest = np.sort(log_weights)[-max(5, int(CLIPPED * len(log_weights)))]
    return np.asarray(special.softmax(np.minimum(log_weights, largest)))


def _at_modes(found: Sequence[tuple[Mode, Whitening]]) -> Mixture:
    masses = np.array([log_mass(mode, whitening) for mode, whitening in found])
    shares = special.softmax(masses) + 0.05
    return tuple(
        Component(share, mode.x, _root(whitening.axes @ whitening.axes.T))
        for share, (mode, whitening) in zip(shares / shares.sum(), found, strict=True)
    )


def _root(covariance: Array) -> Array:
    scale = np.sqrt(np.diag(covariance))
    relative = covariance / np.outer(scale, scale) + 1e-9 * np.eye(len(scale))
    return np.asarray(scale[:, None] * np.linalg.cholesky(relative))


def _draws(mixture: Mixture, count: int, rng: np.random.Generator) -> Array:
    counts = rng.multinomial(count, [each.share for each in mixture])
    points = [each.draws(own, rng) for each, own in zip(mixture, counts, strict=True)]
    return np.asarray(rng.permutation(np.concatenate(points)))


def _log_weights(target: Target, mixture: Mixture, points: Array) -> tuple[Array, Array]:
    logp = target.heights(points)
    density = special.logsumexp([each.logpdf(points) for each in mixture], axis=0)
    return np.where(np.isfinite(logp), logp - density, -np.inf), logp


def _fitted(
    mixture: Mixture,
    points: Array,
    weights: Array,
    count: int,
    sow: bool,
    rng: np.random.Generator,
) -> Mixture:
    """Fit a mixture to weighted points: one step of expectation maximization, or a new sowing."""
    if sow:
        center = weights @ points
        covariance = ((points - center) * weights[:, None]).T @ (points - center)
        covariance *= (FREEDOM - 2) / FREEDOM
        places = rng.choice(len(points), count - 1, p=weights)
        around = [Component(0.5 / (count - 1), center + (points[i] - center) / 2,
                            _root(0.7 * covariance)) for i in places]  # fmt: skip
        return (Component(0.5, center, _root(1.1 * covariance)), *around)
    each = np.stack([component.logpdf(points) for component in mixture])
    belongs = np.exp(each - special.logsumexp(each, axis=0)) * weights
    size, kept = points.shape[1], []
    for component, own in zip(mixture, belongs, strict=True):
        share = own.sum()
        if share < 0.01 or share**2 / (own**2).sum() < 3 * size:
            if share >= 0.01:
                kept.append(Component(share, component.center, component.root))
            continue
        near = own * (FREEDOM + size) / (FREEDOM + component.squared(points))
        center = near @ points / near.sum()
        spread = ((points - center) * near[:, None]).T @ (points - center) / share
        kept.append(Component(share, center, _root(1.05 * spread)))
    total = sum(component.share for component in kept)
    return tuple(Component(c.share / total, c.center, c.root) for c in kept) or mixture


def _chains(
    target: Target, mixture: Mixture, draws: int, chains: int, rng: np.random.Generator
) -> tuple[xr.Dataset, Evidence] | None:
    length = PER_DRAW * draws
    points = _draws(mixture, length * chains, rng)
    log_weights, logp = _log_weights(target, mixture, points)
    if not np.isfinite(log_weights).any():
        return None
    k_hat = tail_of(log_weights)
    places = np.empty((chains, length), dtype=int)
    taken = 0
    for chain in range(chains):
        own = np.arange(chain * length, (chain + 1) * length)
        now = int(own[np.argmax(np.isfinite(log_weights[own]))])
        limits = np.log(rng.random(length))
        for step, new in enumerate(own):
            if log_weights[new] - log_weights[now] > limits[step]:
                now, taken = int(new), taken + 1
            places[chain, step] = now
    accepted = taken / places.size
    if k_hat > MAX_K_HAT or accepted < MIN_ACCEPTED:
        return None
    kept = places[:, PER_DRAW - 1 :: PER_DRAW]
    shares = special.softmax(log_weights)
    evidence = Evidence(
        float(special.logsumexp(log_weights) - np.log(len(points))),
        float(np.sqrt(max(np.square(shares).sum() - 1 / len(points), 0.0))),
        k_hat,
    )
    sample = ("chain", "draw")
    ones = np.ones(kept.shape)
    known = {"lp": logp[kept], "energy": -logp[kept], "acceptance_rate": accepted * ones,
             "diverging": ones == 0}  # fmt: skip
    stats = xr.Dataset(
        {
            **{name: (sample, known.get(name, ones)) for name in STATS.values()},
            "unconstrained": ((*sample, "unconstrained_dim"), points[kept]),
        },
        coords={"chain": np.arange(chains), "draw": np.arange(draws)},
    )
    return stats, evidence
