"""Independence Metropolis-Hastings from proposals that are fitted to a small posterior.

Where amplitudes may be next to nothing, a posterior is narrow at one end and wide at the other,
and chains that step through it need many steps. Proposals that do not depend on where a chain is
have no such trouble, if they resemble the posterior; whether they do, their weights tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from .evidence import Evidence, tail_of
from .explore import Mode
from .precondition import Whitening, log_mass
from .proposals import FREEDOM, Funnel, Mixture, Proposal, StudentT
from .target import STATS, Target

Array = NDArray[np.float64]

COMPONENTS, ROUNDS, PROPOSALS = 6, 6, 2000
"""Of the mixture of t distributions, which finds where the posterior is."""

SEEDED = 3
"""Rounds after which components that died are not sown again."""

CLIPPED = 0.005
"""Of the weights of a round the largest so many count alike, lest one point decide."""

PILOTS = (4000, 8000)
"""Proposals of each pilot, by which the shape of the posterior is fitted."""

TRIES = 4
"""Runs of chains, each with proposals that are fitted to all before."""

DEFENSIVE = 0.15
"""Share of the mixture beside the fitted shape, which bounds the weights where that errs."""

MAX_K_HAT, MIN_ACCEPTED = 0.5, 0.3
"""Proposals resemble the posterior where the tail of the weights has a variance (Vehtari, Simpson,
Gelman, Yao and Gabry 2024, JMLR 25(72)), and so many are taken."""

PER_DRAW, LEAST = 4, 12_000
"""Proposals for each draw that is kept of a chain; and in all chains, lest chance decide."""


def independent_chains(
    target: Target,
    found: Sequence[tuple[Mode, Whitening]],
    leading: Sequence[int],
    seed: int,
    draws: int,
    chains: int,
) -> tuple[tuple[xr.Dataset, Evidence] | None, Array]:
    """Sample a posterior by proposals that were fitted to it.

    A mixture of t distributions is fitted by population Monte Carlo (Cappé, Douc, Guillin, Marin
    and Robert 2008, doi:10.1007/s11222-008-9059-x), from all modes on. Where it has found the
    posterior, a `Funnel` is fitted to all proposals so far, weighed by how densely all of them
    together were proposed (Cornuet, Marin, Mira and Robert 2012,
    doi:10.1111/j.1467-9469.2011.00756.x).

    Parameters
    ----------
    target
        The log density.
    found
        The modes and the maps that make the density round there.
    leading
        The coordinates on which the widths of all others depend.
    seed, draws, chains
        As of `run_chains`.

    Returns
    -------
    run, draws
        What `run_chains` returns, and the evidence, which the weights tell; None where no
        proposal resembles the posterior so well that its chains can be relied on. And draws of
        the last, resampled by their weights, of shape (n, size): a rough picture in any case.
    """
    rng = np.random.default_rng(seed)
    mixture = _at_modes(found)
    past = _Past()
    for turn in range(ROUNDS):
        points, logp = _proposed(target, mixture, PROPOSALS, rng)
        if turn >= SEEDED:
            past = past.and_then(mixture, points, logp)
        weights = _even(logp - mixture.logpdf(points))
        mixture = _fitted(mixture, points, weights, turn < SEEDED, rng)
    shape = None
    per_draw = max(PER_DRAW, -(-LEAST // (draws * chains)))
    count = per_draw * draws * chains
    for number in (*PILOTS, *[count] * TRIES):
        shape = Funnel.fitted(past.points, past.weights, leading, shape)
        proposal = Mixture((1 - DEFENSIVE, DEFENSIVE), (shape, mixture))
        points, logp = _proposed(target, proposal, number, rng)
        log_weights = logp - proposal.logpdf(points)
        if number == count:
            run = _chains(points, logp, log_weights, (chains, draws, per_draw), rng)
            if run is not None:
                return run, points
        past = past.and_then(proposal, points, logp)
        mixture = _fitted(mixture, past.points, past.weights, False, rng)
    weights = past.weights
    return None, past.points[rng.choice(len(weights), PROPOSALS, p=weights)]


@dataclass(frozen=True)
class _Past:
    """All proposals so far, their log densities, and how densely each round proposed each."""

    proposals: tuple[Proposal, ...] = ()
    counts: tuple[int, ...] = ()
    points: Array = field(default_factory=lambda: np.empty((0, 0)))
    logp: Array = field(default_factory=lambda: np.empty(0))
    densities: Array = field(default_factory=lambda: np.empty((0, 0)))

    def and_then(self, proposal: Proposal, points: Array, logp: Array) -> "_Past":
        """Add one round."""
        own = [each.logpdf(points) for each in (*self.proposals, proposal)]
        if not self.proposals:
            return _Past((proposal,), (len(points),), points, logp, np.stack(own))
        before = np.vstack([self.densities, proposal.logpdf(self.points)])
        return _Past(
            (*self.proposals, proposal),
            (*self.counts, len(points)),
            np.concatenate([self.points, points]),
            np.concatenate([self.logp, logp]),
            np.hstack([before, np.stack(own)]),
        )

    @cached_property
    def weights(self) -> Array:
        """Of each point, that of importance from the mixture of all rounds; the largest alike."""
        shares = np.log(np.array(self.counts) / sum(self.counts))
        return _even(self.logp - special.logsumexp(self.densities + shares[:, None], axis=0))


def _proposed(
    target: Target, proposal: Proposal, count: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return proposals and their log densities, minus infinity where there is none."""
    points = proposal.draws(count, rng)
    logp = target.heights(points)
    return points, np.where(np.isfinite(logp), logp, -np.inf)


def _even(log_weights: Array) -> Array:
    """Return weights that sum to one, the largest of them alike."""
    largest = np.sort(log_weights)[-max(5, int(CLIPPED * len(log_weights)))]
    return np.asarray(special.softmax(np.minimum(log_weights, largest)))


def _at_modes(found: Sequence[tuple[Mode, Whitening]]) -> Mixture[StudentT]:
    masses = np.array([log_mass(mode, whitening) for mode, whitening in found])
    shares = special.softmax(masses) + 0.05
    parts = (
        StudentT(mode.x, _root(whitening.axes @ whitening.axes.T)) for mode, whitening in found
    )
    return Mixture(tuple(shares / shares.sum()), tuple(parts))


def _root(covariance: Array) -> Array:
    scale = np.sqrt(np.diag(covariance))
    relative = covariance / np.outer(scale, scale) + 1e-9 * np.eye(len(scale))
    return np.asarray(scale[:, None] * np.linalg.cholesky(relative))


def _fitted(
    mixture: Mixture[StudentT],
    points: Array,
    weights: Array,
    sow: bool,
    rng: np.random.Generator,
) -> Mixture[StudentT]:
    """Fit a mixture to weighted points: one step of expectation maximization, or a new sowing."""
    if sow:
        center = weights @ points
        covariance = ((points - center) * weights[:, None]).T @ (points - center)
        covariance *= (FREEDOM - 2) / FREEDOM
        count = COMPONENTS - 1
        near = _root(0.7 * covariance)
        around = [StudentT(center + (points[i] - center) / 2, near)
                  for i in rng.choice(len(points), count, p=weights)]  # fmt: skip
        parts = (StudentT(center, _root(1.1 * covariance)), *around)
        return Mixture((0.5, *[0.5 / count] * count), parts)
    each = mixture.each(points)
    belongs = np.exp(each - special.logsumexp(each, axis=0)) * weights
    size, shares, kept = points.shape[1], [], []
    for part, own in zip(mixture.parts, belongs, strict=True):
        share = own.sum()
        if share < 0.01:
            continue
        if share**2 / (own**2).sum() >= 3 * size:
            near = own * (FREEDOM + size) / (FREEDOM + part.squared(points))
            center = near @ points / near.sum()
            spread = ((points - center) * near[:, None]).T @ (points - center) / share
            part = StudentT(center, _root(1.05 * spread))
        shares.append(share)
        kept.append(part)
    return Mixture(tuple(np.array(shares) / sum(shares)), tuple(kept)) if kept else mixture


def _chains(
    points: Array,
    logp: Array,
    log_weights: Array,
    lengths: tuple[int, int, int],
    rng: np.random.Generator,
) -> tuple[xr.Dataset, Evidence] | None:
    """Run chains through proposals and check how well these resemble the posterior."""
    chains, draws, per_draw = lengths
    length = draws * per_draw
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
    kept = places[:, per_draw - 1 :: per_draw]
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
