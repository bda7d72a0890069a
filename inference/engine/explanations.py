"""Several explanations of the same data, each sampled by itself and drawn as often as it weighs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..diagnose import Verdict, diagnose, several
from .density import Density
from .explore import DROP, Evaluate, Mode
from .groups import draws_tree
from .plan import (
    RETRY_DIVERGENCES,
    RETRY_FACTOR,
    RETRY_TARGET_ACCEPT,
    flat_draws,
    plan_at,
    plan_from_draws,
    run_chains,
)
from .precondition import Whitening, log_mass
from .target import Target
from .weigh import (
    LEAST_WEIGHT,
    Owner,
    Weighed,
    difference,
    have_been_at,
    in_proportion,
    kept_at,
    nearest,
    normal_draws,
    weigh,
)

Array = NDArray[np.float64]
Found = list[tuple[Mode, Whitening]]

LIGHT = 12.0
"""Modes whose mass by Laplace's approximation is so many log units below the largest are not
looked at: the approximation is a rough one, and the weight that counts is a thousandth."""

APPROXIMATE = 2000
"""Draws of the normal approximation at a mode, by which it is weighed before it is sampled."""

LEFT = (
    "Chains that started at one of them moved to another and did not come back, so that what it "
    "weighs is not known."
)

SEEDS_APART = 100_000
"""Between the seeds of the runs of two explanations."""


@dataclass(frozen=True)
class Run:
    """The chains that started at one mode, and their checks.

    Confined where only the draws that belong to the mode were kept.
    """

    mode: Mode
    whitening: Whitening
    stats: xr.Dataset
    tree: xr.DataTree
    verdict: Verdict
    confined: bool = False

    @property
    def draws(self) -> Array:
        """The draws of all chains as points of shape (n, size)."""
        return flat_draws(self.stats)


def screened(
    density: Density, evaluate: Evaluate, found: Found, seed: int
) -> tuple[Found, tuple[str, ...]]:
    """Leave out modes that surely weigh next to nothing, and say which.

    By the normal approximations where these are good proposals. Else modes have to be sampled
    before they can be weighed, and those of a mass within `DROP` of the largest are.

    Parameters
    ----------
    density
        Names the variables.
    evaluate
        Log density and gradient at an unconstrained point.
    found
        Modes and their normal approximations, the heaviest first.
    seed
        Of the proposals.
    """
    near = [normal_draws(whitening, seed, APPROXIMATE) for _, whitening in found]
    weighed = weigh(evaluate, near, seed, nearest(found))  # tails of one reach into the others
    if not weighed.evidence.trusted:
        masses = [log_mass(mode, whitening) for mode, whitening in found]
        return [e for e, m in zip(found, masses, strict=True) if m > max(masses) - DROP], ()
    kept, notes = [], []
    best = int(np.argmax(weighed.weights))
    for place, (each, weight) in enumerate(zip(found, weighed.weights, strict=True)):
        if weight >= LEAST_WEIGHT / 10:
            kept.append(each)
        else:
            notes.append(_left_out(density, near[place], near[best], weight))
    return kept, tuple(notes)


def sample_each(
    density: Density,
    target: Target,
    found: Found,
    notes: tuple[str, ...],
    *,
    seed: int,
    draws: int,
    chains: int,
) -> tuple[xr.DataTree, Verdict]:
    """Sample each mode by itself, weigh them, and draw from them in proportion.

    Parameters
    ----------
    density, target
        The model, and its density at the data of now.
    found
        Modes and their normal approximations, the heaviest first.
    notes
        Remarks to keep.
    seed, draws, chains
        As in `sample`.

    Returns
    -------
    tree, verdict
        As of `Sampler.draw`; the attribute ``evidence`` is that of all explanations together.
    """
    runs: list[Run] = []
    for number, (mode, whitening) in enumerate(found):
        # Where the chains of one run move to and fro between modes they are one explanation.
        if not any(run.verdict.passed and have_been_at(run.draws, whitening) for run in runs):
            apart = seed + SEEDS_APART * number
            run = _run(density, target, mode, whitening, apart, draws, chains)
            if not run.verdict.passed:
                run = _confined(density, run, nearest(found)(run.draws) == number) or run
            runs.append(run)
    runs, lost = _apart(runs)
    owner = None
    if any(run.confined for run in runs):  # then all of them have to be
        owner = _owner(runs, found)
        confined = [
            _confined(density, run, owner(run.draws) == place) for place, run in enumerate(runs)
        ]
        lost = lost or (LEFT if None in confined else "")
        runs = [own or run for own, run in zip(confined, runs, strict=True)]
    if len(runs) == 1 and not lost:
        own = runs[0].verdict
        moved = f"the posterior has {len(found)} maxima, and the chains move between them"
        messages = own.messages and (several(len(found)), *own.messages)
        kept = (moved,) if own.passed else ()
        verdict = replace(
            own, modes=len(found), messages=messages, notes=(*own.notes, *kept, *notes)
        )
        return runs[0].tree, verdict

    weighed = weigh(target.evaluate, [run.draws for run in runs], seed, owner)
    if not weighed.evidence.trusted or lost:
        reason = lost or (
            "What each of them weighs cannot be estimated: k̂ of the importance weights is "
            f"{weighed.evidence.k_hat:.2f}, above 0.7."
        )
        even = [1 / len(runs)] * len(runs)
        tree, verdict = _joined(density, runs, even, draws, seed, notes)
        messages = (several(len(found)), reason, *verdict.messages)
        return tree, replace(verdict, passed=False, messages=messages)

    heaviest = int(np.argmax(weighed.weights))
    heavy = [place for place, weight in enumerate(weighed.weights) if weight >= LEAST_WEIGHT]
    left_out = [
        _left_out(density, run.draws, runs[heaviest].draws, weight)
        for run, weight in zip(runs, weighed.weights, strict=True)
        if weight < LEAST_WEIGHT
    ]
    kept_weights = np.array([weighed.weights[place] for place in heavy])
    notes = (*_told(density, runs, weighed, heavy), *left_out, *notes)
    tree, verdict = _joined(
        density,
        [runs[place] for place in heavy],
        list(kept_weights / kept_weights.sum()),
        draws,
        seed,
        notes,
    )
    if verdict.passed:
        tree.attrs["evidence"] = json.dumps(asdict(weighed.evidence))
    return tree, verdict


def _run(
    density: Density,
    target: Target,
    mode: Mode,
    whitening: Whitening,
    seed: int,
    draws: int,
    chains: int,
) -> Run:
    """Run the chains of one mode, once more where the checks fail."""
    plan = plan_at(target, mode, whitening, seed, chains)
    stats = run_chains(target, plan, seed, draws, plan.target_accept)
    tree = draws_tree(density, stats)
    verdict = diagnose(tree, notes=(plan.reason,) if plan.reason else ())
    if not verdict.passed:
        again = plan_from_draws(stats, plan)
        stats = run_chains(target, again, seed + 1, RETRY_FACTOR * draws, RETRY_TARGET_ACCEPT)
        tree = draws_tree(density, stats)
        verdict = diagnose(
            tree,
            notes=(*verdict.notes, f"sampled twice; of the first run: {verdict.messages[0]}"),
            divergences_let_pass=RETRY_DIVERGENCES,
        )
    return Run(mode, whitening, stats, tree, verdict)


def _confined(density: Density, run: Run, home: NDArray[np.bool_]) -> Run | None:
    """Keep the draws of a run that are at home, where chains move away too rarely; None if few."""
    if home.all():
        return run
    stats = kept_at(run.stats, home.reshape(run.stats["lp"].shape))
    if stats is None:
        return None
    tree = draws_tree(density, stats)
    verdict = diagnose(
        tree,
        notes=(*run.verdict.notes, "draws that belong to another explanation were left out"),
        divergences_let_pass=RETRY_DIVERGENCES,
    )
    return replace(run, stats=stats, tree=tree, verdict=verdict, confined=True)


def _owner(runs: Sequence[Run], found: Found) -> Owner:
    """Tell to which run points belong; a mode without a run is that of one which was there."""
    near = nearest(found)
    of_mode = np.zeros(len(found), dtype=np.int64)
    for place, (mode, whitening) in enumerate(found):
        own = [number for number, run in enumerate(runs) if run.mode is mode]
        been = [n for n, run in enumerate(runs) if have_been_at(run.draws, whitening)]
        of_mode[place] = [*own, *been, 0][0]
    return lambda points: of_mode[near(points)]


def _apart(runs: list[Run]) -> tuple[list[Run], str]:
    """Leave out runs that another one contains, and tell where chains left their mode for good."""
    kept: list[Run] = []
    for run in runs:
        visited = [other for other in kept if have_been_at(run.draws, other.whitening)]
        at_home = have_been_at(run.draws, run.whitening)
        if visited and not at_home:
            return runs, LEFT
        if visited and run.verdict.passed:
            kept = [other for other in kept if not any(other is each for each in visited)]
        kept.append(run)
    return kept, ""


def _joined(
    density: Density,
    runs: Sequence[Run],
    weights: Sequence[float],
    draws: int,
    seed: int,
    notes: tuple[str, ...],
) -> tuple[xr.DataTree, Verdict]:
    """Join the draws of runs in proportion; check each run by itself and all together."""
    if len(runs) == 1:
        own = runs[0].verdict
        return runs[0].tree, replace(own, notes=(*own.notes, *notes))
    tree = draws_tree(density, in_proportion([run.stats for run in runs], weights, draws, seed))
    # Divergences are judged in each run, of which only a part of the draws is here.
    whole = diagnose(tree, divergences_let_pass=1.0)
    verdicts = [run.verdict for run in runs]
    numbered = [(f"explanation {place}", verdict) for place, verdict in enumerate(verdicts, 1)]
    return tree, Verdict(
        passed=whole.passed and all(each.passed for each in verdicts),
        divergences=sum(each.divergences for each in verdicts),
        max_r_hat=max(each.max_r_hat for each in (whole, *verdicts)),
        min_ess=min(each.min_ess for each in (whole, *verdicts)),
        min_bfmi=min(each.min_bfmi for each in verdicts),
        modes=len(runs),
        messages=(
            *(f"Of {name}: {text}" for name, each in numbered for text in each.messages),
            *whole.messages,
        ),
        notes=(
            *notes,
            *(f"of {name}: {text}" for name, each in numbered for text in each.notes),
        ),
    )


def _told(
    density: Density, runs: Sequence[Run], weighed: Weighed, heavy: list[int]
) -> tuple[str, ...]:
    """Say what each explanation weighs, and in what it differs from the heaviest."""
    if len(heavy) == 1:
        return ()
    first = max(heavy, key=lambda place: weighed.weights[place])
    lines = [
        f"the data allow {len(heavy)} explanations, of which the draws hold each as often as it "
        "weighs by its evidence"
    ]
    usual = density.expand(runs[first].draws)
    for number, place in enumerate(heavy, 1):
        line = (
            f"explanation {number} weighs {weighed.weights[place]:.3f} ± "
            f"{weighed.errors[place]:.3f}"
        )
        if place != first:
            line += f": {difference(density.expand(runs[place].draws), usual)}"
        lines.append(line)
    return tuple(lines)


def _left_out(density: Density, draws: Array, best: Array, weight: float) -> str:
    """Name an explanation that weighs next to nothing."""
    apart = difference(density.expand(draws), density.expand(best))
    return f"another explanation weighs {weight:.1g} and is left out: {apart}"
