"""How the chains are run: in which coordinates, from where, with which adaptation."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import arviz_stats
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from .explore import DROP, MANY, Mode
from .precondition import MAX_MISMATCH, Whitening, log_mass, mass_near, mismatch, whiten
from .target import STATS, Target

Array = NDArray[np.float64]

WARMUP_WHITE = 150
WARMUP_GUIDED = 400
WARMUP_ADAPTIVE = 1000
TARGET_ACCEPT = 0.9
CAREFUL_ACCEPT = 0.95
RETRY_TARGET_ACCEPT = 0.99
RETRY_FACTOR = 4
RETRY_DIVERGENCES = 1e-3
"""A retry may diverge once in a thousand draws, and shows it."""

FEW_GROUPS, CLOSE_ACCEPT = 8, 0.98
"""A spread between fewer groups is hardly known, and far out its posterior turns narrow."""

TRAIL = (0, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""After so many steps of a descent its place is looked at."""

FAR = 10.0
"""A start this many log units per dimension below the best point known is far from the draws."""


@dataclass(frozen=True)
class Plan:
    """Coordinates, the starts of the chains, adaptation, and what a reader should know.

    Steps are more careful (`target_accept`) where the shape of the posterior is not known.
    """

    whitening: Whitening
    starts: tuple[Array, ...]
    adaptation: str
    warmup: int
    reason: str = ""
    target_accept: float = TARGET_ACCEPT


def whitened_plan(
    target: Target,
    modes: list[Mode],
    points: Array,
    seed: int,
    chains: int,
    drop: float = DROP,
) -> tuple[Plan | None, list[tuple[Mode, Whitening]]]:
    """Decide how to sample where the mode is a guide to the posterior.

    Parameters
    ----------
    target
        The log density.
    modes
        What the exploration found, the highest first.
    points
        Draws of the prior, of shape (n, size).
    seed
        Of the starts.
    chains
        How many.
    drop
        Modes whose mass is so many log units below the largest hold no part of the posterior.

    Returns
    -------
    plan, kept
        None where the mode is no guide; and the modes that hold a part of the posterior.

    Raises
    ------
    PosterionError
        If there is no mode.
    """
    if not modes:
        raise PosterionError(
            "the posterior has no point of finite density: data and priors contradict each "
            "other; look at the priors."
        )
    spread = np.maximum(points.std(axis=0), 1e-3)
    first = whiten(target.evaluate, modes[0], spread)
    if first is None:
        return None, []
    maps = [first, *(whiten(target.evaluate, mode, spread) for mode in modes[1:8])]
    found = [(m, w, log_mass(m, w)) for m, w in zip(modes, maps, strict=False) if w]
    most = max(mass for *_, mass in found)
    kept = [(m, w) for m, w, mass in found if mass > most - drop]
    best, whitening = kept[0]
    if mismatch(target.evaluate, best, whitening, seed) >= MAX_MISMATCH:
        return None, kept
    starts = around([w for _, w in kept], 1.0, chains, seed)
    return Plan(whitening, starts, "diag", WARMUP_WHITE), kept


def plan_at(target: Target, mode: Mode, whitening: Whitening, seed: int, chains: int) -> Plan:
    """Plan chains that all start around one mode, of several that are sampled by themselves."""
    if mismatch(target.evaluate, mode, whitening, seed) < MAX_MISMATCH:
        starts = around([whitening], 1.0, chains, seed)
        return Plan(whitening, starts, "diag", WARMUP_WHITE)
    return adaptive_plan(target, around([whitening], 0.1, chains, seed), seed)[0]


def around(modes: list[Whitening], radius: float, chains: int, seed: int) -> tuple[Array, ...]:
    """Scatter the starts of the chains around the modes, in turn."""
    rng = np.random.default_rng(seed)
    size = len(modes[0].center)
    return tuple(
        modes[chain % len(modes)].to_x(radius * rng.normal(size=size)) for chain in range(chains)
    )


CURVED = "the mode is no guide to this posterior; the curvature at draws showed its shape"
GUIDED = "the mode is a rough guide to this posterior; a first run showed its shape"


def guided_pilot(
    target: Target, kept: list[tuple[Mode, Whitening]], seed: int, chains: int
) -> Array:
    """Run chains in the coordinates of a mode that is a rough guide; return their draws.

    Returns
    -------
    array
        Of shape (n, size), chain after chain: enough for a covariance.
    """
    maps = [whitening for _, whitening in kept]
    size = len(maps[0].center)
    plan = Plan(maps[0], around(maps, 0.5, chains, seed), "diag", WARMUP_GUIDED, GUIDED)
    return flat_draws(run_chains(target, plan, seed, max(300, 2 * size), TARGET_ACCEPT))


def guided_plan(draws: Array, chains: int) -> Plan:
    """Plan chains in coordinates that the draws of `guided_pilot` make round."""
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(draws, rowvar=False)))
    axes = vectors * np.sqrt(np.maximum(values, 1e-12 * values[-1]))
    starts = tuple(part[-1] for part in np.array_split(draws, chains))
    whitening = Whitening(draws.mean(axis=0), axes)
    return Plan(whitening, starts, "diag", WARMUP_GUIDED, GUIDED, CAREFUL_ACCEPT)


def starts_near(
    target: Target,
    modes: list[Mode],
    kept: list[tuple[Mode, Whitening]],
    points: Array,
    seed: int,
    chains: int,
) -> tuple[Array, ...]:
    """Return where chains start that adapt by themselves.

    Around the modes where there are several, since chains that all start in one agree with
    each other and miss the rest; else at draws of the prior, or where these are far, at ends
    of descents. Where the density has no maximum, as in the neck of a funnel, these end at
    points of no mass, which no chain gets away from; there the descents stop where most is.
    """
    if len(kept) > 1:
        # At the very top the gradient vanishes, from which nutpie cannot start.
        return around([w for _, w in kept], 0.1, chains, seed)
    size = points.shape[1]
    height = np.array([target.evaluate(x)[0] for x in points])
    finite = np.flatnonzero(np.isfinite(height))
    order = finite[np.argsort(-height[finite])]
    # Spread over the better part of the prior: not so far out that the way back takes the
    # warm-up, not so near each other that agreeing means nothing.
    better = points[order[: max(chains, len(order) // 10)]]
    starts = tuple(better[:: max(1, len(better) // chains)][:chains])
    if len(starts) == chains and modes[0].logp - height[order[0]] < FAR * size:
        return starts
    if not kept and size <= MANY:
        places = [_heaviest(target, x, points.std(axis=0)) for x in starts]
        mass, logp, place = max(places, key=lambda each: each[0])
        if len(starts) == chains and logp - height[order[0]] < FAR * size:
            return starts
        heavy = [x if own > mass - FAR * size else place for own, _, x in places]
        return tuple(heavy[number % len(heavy)] for number in range(chains))
    # With many data no draw of the prior is near the posterior.
    rng = np.random.default_rng(seed)
    push = 1e-3 * np.minimum(points.std(axis=0), 1.0)

    def beside(mode: Mode) -> Array:
        return np.asarray(mode.x + push * rng.normal(size=size))

    ends = [beside(modes[place % len(modes)]) for place in range(chains)]
    # A descent may end at the brink of a region that the density is zero in.
    return tuple(x if np.isfinite(target.evaluate(x)[0]) else beside(modes[0]) for x in ends)


def _heaviest(target: Target, start: Array, spread: Array) -> tuple[float, float, Array]:
    """Return the place with the most mass on the way down from a start; mass and height first."""
    spread = np.maximum(spread, 1e-3)
    trail = [target.step_down(np.sqrt(spread), most, start) for most in TRAIL]
    heavy = [(mass_near(target.evaluate, x, logp, spread), logp, x) for x, logp in trail]
    return max(heavy, key=lambda each: each[0])


def flat_draws(stats: xr.Dataset) -> Array:
    """Return the draws of all chains as points of shape (n, size), chain after chain."""
    x = np.asarray(stats["unconstrained"].values)
    return x.reshape(-1, x.shape[-1])


def adaptive_plan(
    target: Target,
    starts: tuple[Array, ...],
    seed: int,
    ways: tuple[str, ...] = ("diag", "low_rank"),
) -> tuple[Plan, Array]:
    """Leave the adaptation to nutpie, in the way that a short pilot finds better.

    Returns
    -------
    plan, draws
        And the draws of that pilot, of shape (n, size), chain after chain.
    """
    size = len(starts[0])
    identity = Whitening(np.zeros(size), np.ones(size))
    reason = "the mode is no guide to this posterior; the sampler adapted to it by itself"
    yields, draws = {}, {}
    for adaptation in ways:
        pilot = Plan(identity, starts[:2], adaptation, 400, reason)
        stats = run_chains(target, pilot, seed, 300, TARGET_ACCEPT)
        yields[adaptation] = _yield(stats)
        draws[adaptation] = flat_draws(stats)
    best = max(yields, key=lambda name: yields[name])
    plan = Plan(identity, starts, best, WARMUP_ADAPTIVE, reason, CAREFUL_ACCEPT)
    return plan, draws[best]


def _yield(stats: xr.Dataset) -> float:
    """Return effective draws of the worst coordinate per gradient; none of a chain that stood."""
    x = stats["unconstrained"].values
    if (x == x[:, :1]).all(axis=(1, 2)).any():
        return 0.0
    ess = arviz_stats.ess(stats[["unconstrained"]])["unconstrained"]
    return float(np.nanmin(ess.values)) / float(stats["n_steps"].sum())


def curved_pilot(target: Target, shape: Whitening, starts: tuple[Array, ...], seed: int) -> Array:
    """Run two short chains in coordinates that are round somewhere; return their draws."""
    plan = Plan(shape, starts[:2], "diag", WARMUP_GUIDED, CURVED)
    return flat_draws(run_chains(target, plan, seed, 100, TARGET_ACCEPT))


def curved_plan(shape: Whitening, starts: tuple[Array, ...]) -> Plan:
    """Plan chains in coordinates that are round by the mean curvature at draws of a pilot."""
    return Plan(shape, starts, "diag", WARMUP_GUIDED, CURVED)


def plan_from_draws(stats: xr.Dataset, plan: Plan) -> Plan:
    """Plan a second run in coordinates that the draws of the first make round.

    Where a posterior is bent, its draws say more of its shape than the curvature at its
    mode. The chains start from draws of the first run, one of each chain.
    """
    x = stats["unconstrained"].values
    starts = tuple(chain[-1] for chain in x)
    whitening = plan.whitening
    if plan.warmup <= WARMUP_GUIDED:
        flat = flat_draws(stats)
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(flat, rowvar=False)))
        if values[0] > 0:
            whitening = Whitening(flat.mean(axis=0), vectors * np.sqrt(values))
    return Plan(whitening, starts, plan.adaptation, 4 * plan.warmup, plan.reason)


def run_chains(
    target: Target, plan: Plan, seed: int, draws: int, target_accept: float
) -> xr.Dataset:
    """Run one chain from each start.

    Returns
    -------
    xarray.Dataset
        Of dims (chain, draw): statistics of the sampler under ArviZ's names, and the draws
        as ``unconstrained`` points.
    """

    def chain(number: int) -> dict[str, Array]:
        return target.chain(
            plan.whitening,
            plan.starts[number],
            adaptation=plan.adaptation,
            warmup=plan.warmup,
            draws=draws,
            target_accept=target_accept,
            seed=seed * 1000 + number,
        )

    # The density needs no interpreter, so threads share the work where it is long. Elsewhere the
    # main thread does it, where an interrupt ends it at once.
    numbers = range(len(plan.starts))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if plan.reason or len(plan.starts[0]) > MANY:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                runs = [*pool.map(chain, numbers)]
        else:
            runs = [*map(chain, numbers)]
    x = plan.whitening.to_x(np.stack([run["z"] for run in runs]))
    return xr.Dataset(
        {
            **{
                name: (("chain", "draw"), np.stack([run[theirs] for run in runs]))
                for theirs, name in STATS.items()
            },
            "unconstrained": (("chain", "draw", "unconstrained_dim"), x),
        },
        coords={"chain": np.arange(len(x)), "draw": np.arange(draws)},
    )
