"""Chains from proposals that are fitted to a small posterior.

Where amplitudes may be next to nothing, a posterior is narrow at one end and wide at the other,
and chains that step through it need many steps. Proposals that do not depend on where a chain is
have no such trouble, if they resemble the posterior; whether they do, their weights tell. Where
they resemble it only roughly, chains that take them by turns with steps of their own still move
from each part of it to any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from ..diagnose import LARGEST_R_HAT
from .evidence import Evidence, bridged, weighed
from .explore import Mode
from .precondition import Whitening, log_mass
from .proposals import Mixture, Proposal, StudentT, refitted, root_of, sown
from .target import STATS, Target

Array = NDArray[np.float64]

ROUNDS, PROPOSALS = 6, 2000
"""Of the mixture of t distributions, which finds where the posterior is."""

SEEDED = 3
"""Rounds that sow components round one mode. Those of several modes are told by the modes."""

CLIPPED = 0.005
"""Of the weights of a round the largest so many count alike, lest one point decide."""

PILOTS = (4000, 8000)
"""Proposals of each pilot, by which the shape of the posterior is fitted."""

TRIES = 2
"""Runs of chains, each with proposals that are fitted to all before."""

DEFENSIVE = 0.15
"""Share of the mixture beside the fitted shape, which bounds the weights where that errs."""

MAX_K_HAT, MIN_ACCEPTED = 0.5, 0.3
"""Proposals resemble the posterior where the tail of the weights has a variance (Vehtari, Simpson,
Gelman, Yao and Gabry 2024, JMLR 25(72)), and so many are taken."""

PER_DRAW, LEAST = 4, 12_000
"""Proposals for each draw that is kept of a chain; and in all chains, lest chance decide."""

WALKERS = 100
"""Of each chain that walks; what it kept of one stands behind what it kept of another. Where a
walker hardly moves between parts of the posterior, many walkers still know how large each is."""

STILL = 0.02
"""Of the walkers so many may never move."""

WALKS = (6, 12, 24, 48)
"""Turns of each walk between draws that are kept, if the one before did not pass."""

WARMUP = 3
"""Of the turns of a walk so many to one are left out: it starts where proposals weigh much."""

ALONG = (0.1, 0.3, 1.0)
"""Lengths of steps beside that which suits a normal posterior."""

ACROSS = 0.3
"""Share of the steps that go the whole way from one earlier point to another."""


def proposed_chains(
    target: Target,
    found: Sequence[tuple[Mode, Whitening]],
    leading: Sequence[int],
    seed: int,
    draws: int,
    chains: int,
    walks: Sequence[int] = WALKS,
) -> Iterator["Chains"]:
    """Sample a posterior by proposals that were fitted to it, better each time.

    A mixture of t distributions is fitted by population Monte Carlo (Cappé, Douc, Guillin, Marin
    and Robert 2008, doi:10.1007/s11222-008-9059-x), from all modes on. Where it has found the
    posterior, a `Funnel`, or one for each mode, is fitted to all proposals so far, weighed by how
    densely all of them together were proposed (Cornuet, Marin, Mira and Robert 2012,
    doi:10.1111/j.1467-9469.2011.00756.x). Where the weights do not certify independent draws,
    chains walk; see `_walked`.

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
    walks
        Turns of each walk between draws that are kept.

    Yields
    ------
    Chains
        Independent draws where these are certified, else one walk after the other.
    """
    rng = np.random.default_rng(seed)
    mixture, past, several = _at_modes(found), _Past(), len(found) > 1
    for turn in range(ROUNDS):
        points, logp = _proposed(target, mixture, PROPOSALS, rng)
        if turn < SEEDED and not several:
            mixture = sown(points, _even(logp - mixture.logpdf(points)), rng)
        else:
            past = past.and_then(mixture, points, logp)
            mixture = refitted(mixture, past.points, past.weights)
    shape: Mixture[Proposal] = mixture if several else Mixture((1.0,), (mixture.parts[0],))
    per_draw = max(PER_DRAW, -(-LEAST // (draws * chains)))
    count = per_draw * draws * chains
    for number in (*PILOTS, *[count] * TRIES):
        shape = refitted(shape, past.points, past.weights, leading)
        proposal = Mixture((1 - DEFENSIVE, DEFENSIVE), (shape, mixture))
        points, logp = _proposed(target, proposal, number, rng)
        log_weights = logp - proposal.logpdf(points)
        if number == count:
            run = _chains(points, logp, log_weights, (chains, draws, per_draw), rng)
            if run is not None:
                yield Chains(*run, INDEPENDENT)
        past = past.and_then(proposal, points, logp)
        mixture = refitted(mixture, past.points, past.weights)
    pool = past.points[rng.choice(len(past.points), draws * chains, p=past.weights)]
    known = -np.inf
    for thin in walks:
        shape = refitted(shape, pool, np.full(len(pool), 1 / len(pool)), leading)
        proposal = Mixture((1 - DEFENSIVE, DEFENSIVE), (shape, mixture))
        stats, drift = _walked(target, proposal, pool, (chains, draws, thin), rng)
        pool = stats["unconstrained"].values.reshape(-1, pool.shape[1])
        points, logp = _proposed(target, proposal, PILOTS[-1], rng)
        ratios = stats["lp"].values - proposal.logpdf(pool).reshape(chains, draws)
        evidence = bridged(ratios, logp - proposal.logpdf(points))
        grew, known = evidence.log_evidence - known, evidence.log_evidence
        yield Chains(stats, evidence, WALKED, drift, grew)


INDEPENDENT, WALKED = "independence", "walk"
"""Names of the samplers."""


@dataclass(frozen=True)
class Chains:
    """Chains from proposals.

    Attributes
    ----------
    stats
        As `run_chains` returns them.
    evidence
        As the proposals tell it.
    sampler
        `INDEPENDENT` or `WALKED`.
    drift
        R-hat of early and late draws of a walk: whether it has forgotten where it started.
    grew
        How much more log evidence a walk found than the one before it.
    """

    stats: xr.Dataset
    evidence: Evidence
    sampler: str
    drift: float = 1.0
    grew: float = 0.0


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
    """Return proposals and their log densities."""
    points = proposal.draws(count, rng)
    return points, _heights(target, points)


def _heights(target: Target, points: Array) -> Array:
    """Return the log densities at points, minus infinity where there is none."""
    logp = target.heights(points)
    return np.where(np.isfinite(logp), logp, -np.inf)


def _even(log_weights: Array) -> Array:
    """Return weights that sum to one, the largest of them alike."""
    largest = np.sort(log_weights)[-max(5, int(CLIPPED * len(log_weights)))]
    return np.asarray(special.softmax(np.minimum(log_weights, largest)))


def _at_modes(found: Sequence[tuple[Mode, Whitening]]) -> Mixture[Proposal]:
    masses = np.array([log_mass(mode, whitening) for mode, whitening in found])
    shares = special.softmax(masses) + 1 / len(found)
    parts = (
        StudentT(mode.x, root_of(whitening.axes @ whitening.axes.T)) for mode, whitening in found
    )
    return Mixture(tuple(shares / shares.sum()), tuple(parts))


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
    evidence = weighed(log_weights)
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
    if evidence.k_hat > MAX_K_HAT or accepted < MIN_ACCEPTED:
        return None
    kept = places[:, per_draw - 1 :: per_draw]
    return _stats(points[kept], logp[kept], accepted), evidence


def _walked(
    target: Target,
    proposal: Proposal,
    pool: Array,
    lengths: tuple[int, int, int],
    rng: np.random.Generator,
) -> tuple[xr.Dataset, float]:
    """Let chains walk: each turn a proposal, which may lie anywhere, and a step nearby.

    Steps are along the difference of two earlier points (ter Braak and Vrugt 2008,
    doi:10.1007/s11222-008-9104-9). Adaptive proposals beside local steps are those of Gabrié,
    Rotskoff and Vanden-Eijnden (2022), doi:10.1073/pnas.2109420119. The proposals, and the earlier
    points, stay as they are during a walk.
    """
    chains, draws, thin = lengths
    own, each = _of_each(draws)
    walkers, size = chains * own, pool.shape[1]
    x = pool[rng.choice(len(pool), walkers)]
    logp, taken, kept = _heights(target, x), 0, []
    for turn in range(-(each * thin // WARMUP), each * thin):
        for anywhere in (True, False):
            if anywhere:
                new = proposal.draws(walkers, rng)
                here, there = np.split(proposal.logpdf(np.concatenate([x, new])), 2)
            else:
                first, second = rng.integers(len(pool), size=(2, walkers))
                length = 2.38 / np.sqrt(2 * size) * rng.choice(ALONG, walkers)
                length = np.where(rng.random(walkers) < ACROSS, 1.0, length)
                new = x + length[:, None] * (pool[first] - pool[second])
                here = there = np.zeros(walkers)
            height = _heights(target, new)
            accepted = np.log(rng.random(walkers)) < height - logp + here - there
            x = np.where(accepted[:, None], new, x)
            logp = np.where(accepted, height, logp)
            taken += int(accepted.sum())
        if turn >= 0 and turn % thin == thin - 1:
            kept.append((x, logp))
    points, heights = (np.stack(part, axis=1) for part in zip(*kept, strict=True))
    shape = (chains, own * each)
    turns = each * thin + each * thin // WARMUP
    stats = _stats(
        points.reshape(*shape, size)[:, :draws],
        heights.reshape(shape)[:, :draws],
        taken / (2 * walkers * turns),
    )
    return stats, _drift(points.reshape(chains, own, each, size))


def _of_each(draws: int) -> tuple[int, int]:
    """Return the walkers of a chain, and the draws of each."""
    own = min(WALKERS, draws // 2)
    return own, -(-draws // own)


def early(draws: int) -> NDArray[np.bool_]:
    """Tell which draws of a chain that walked are of the first half of their walker."""
    _, each = _of_each(draws)
    return np.arange(draws) % each < each // 2


def _drift(points: Array) -> float:
    """Return the largest R-hat of early and late draws, of shape (chains, walkers, draws, size).

    Walkers that stand still tell nothing but where they started.
    """
    from arviz_stats.base import array_stats

    chains, _, each, size = points.shape
    if (points == points[:, :, :1]).all(axis=(2, 3)).mean() > STILL:
        return LARGEST_R_HAT
    halves = (points[:, :, : each // 2], points[:, :, -(each // 2) :])
    both = np.concatenate([half.reshape(chains, -1, size) for half in halves])
    return max(
        float(array_stats.rhat(both[..., k], chain_axis=0, draw_axis=1)) for k in range(size)
    )


def _stats(points: Array, logp: Array, accepted: float) -> xr.Dataset:
    """Return draws of shape (chains, draws, size) as `run_chains` does."""
    sample = ("chain", "draw")
    ones = np.ones(logp.shape)
    known = {
        "lp": logp,
        "energy": -logp,
        "acceptance_rate": accepted * ones,
        "diverging": ones == 0,
    }
    return xr.Dataset(
        {
            **{name: (sample, known.get(name, ones)) for name in STATS.values()},
            "unconstrained": ((*sample, "unconstrained_dim"), points),
        },
        coords={"chain": np.arange(logp.shape[0]), "draw": np.arange(logp.shape[1])},
    )
