"""Sampling any PyMC model of continuous variables: explore, precondition, sample, check."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError
from ..diagnose import Verdict, diagnose
from .centring import (
    fewest_groups,
    is_pooled,
    move,
    uncentre,
    weights_at,
    weights_near,
    weights_of,
)
from .density import Density
from .descents import Shrunk, in_two_parts
from .evidence import estimate_evidence
from .explanations import LIGHT, sample_each, screened
from .explore import DROP, MANY, Descend, Mode, ends_of, explore, settled
from .groups import complete, draws_tree
from .independence import WALKS, proposed_chains
from .plan import (
    CLOSE_ACCEPT,
    FEW_GROUPS,
    RETRY_DIVERGENCES,
    RETRY_FACTOR,
    RETRY_TARGET_ACCEPT,
    Plan,
    adaptive_plan,
    curved_pilot,
    curved_plan,
    flat_draws,
    guided_pilot,
    guided_plan,
    plan_from_draws,
    run_chains,
    starts_near,
    whitened_plan,
)
from .precondition import STEP, Whitening, mean_curvature, whiten
from .simulate import simulate_prior, unconstrained_points
from .target import Target

if TYPE_CHECKING:
    import pymc as pm

Array = npt.NDArray[np.float64]
Progress = Callable[[str], None]
Starts = Sequence[Mapping[str, npt.ArrayLike]]

PRIOR_DRAWS = 1000

DESCENTS = 17
"""Numbers the stream of random numbers of descents."""

RETRY_FACTOR_NEAR = 2
"""Of models of many parts, which are long, and whose starts are near the posterior."""

NUTS = "NUTS"
"""The sampler where no other is named."""

SECOND_DRAWS = 1000
"""So many draws of a first run choose the coordinates of the second."""

UNSETTLED = "the search for modes ended while it still found new ones; a higher one may be left"

MIXING = 1.1
"""Chains that started at several modes and stay further apart than this R-hat do not move
between them, and a longer run would not make them."""


def sample(
    model: "pm.Model",
    *,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    starts: Starts | None = None,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Sample the posterior of a PyMC model and check the result.

    Parameters
    ----------
    model
        Any model of continuous variables.
    seed
        The same seed gives the same draws to the last bit on one machine.
    draws
        Kept draws of each chain.
    chains
        Independent chains.
    starts
        Where to look for modes, as values of all free variables by name; draws from the
        prior unless given. For a model of many parts, draws from the fits of its parts. Of
        pooled parameters in the non-centred form; see `pooled_variable`.
    progress
        Called with one line before each step.

    Returns
    -------
    xarray.DataTree
        Groups posterior, prior, posterior_predictive, log_likelihood, sample_stats,
        observed_data and constant_data. The attribute ``verdict`` holds the checks as
        JSON, ``evidence`` the log evidence of a run that passed (see `Evidence`), ``timing`` the
        seconds of each step, ``sampler`` the one that drew, ``grew`` how much more log evidence
        it found when it drew for the last time.

    Raises
    ------
    PosterionError
        If the model has discrete variables, or no point of finite density is found.
    """
    return Sampler(model).sample(
        seed=seed, draws=draws, chains=chains, starts=starts, progress=progress
    )


@dataclass(frozen=True)
class Sampler:
    """A PyMC model with its compiled density, which serves any data put into the model.

    See `Density` for ``key``. ``leading`` are the variables on which the widths of all others
    depend. A small posterior that is a ``funnel`` is sampled by `proposed_chains`, any other where
    steps do not get through it. ``shrunk`` are those that a descent leaves aside at first; see
    `in_two_parts`.
    """

    model: "pm.Model"
    key: str | None = None
    leading: tuple[str, ...] = ()
    funnel: bool = False
    shrunk: Shrunk = Shrunk()

    @cached_property
    def density(self) -> Density:
        """The log density in unconstrained space."""
        return Density(self.model, self.key)

    def sample(
        self,
        *,
        seed: int,
        draws: int,
        chains: int,
        starts: Starts | None = None,
        progress: Progress | None = None,
    ) -> xr.DataTree:
        """Sample the posterior for the data that the model holds now; see `sample`."""
        say = progress or (lambda line: None)
        if seed < 0:
            raise PosterionError(f"the seed is {seed}; it must be zero or above.")
        if draws < 100 or chains < 2:
            raise PosterionError(
                f"{draws} draws of {chains} chains cannot be checked; take 100 of 2 or more."
            )
        clock = _Clock()
        uncentre(self.model)
        say("Compiling the model (slow the first time on a machine)")
        self.density.function  # noqa: B018 - compiled here, so that its time is told apart
        prior, points = simulate_prior(self.model, PRIOR_DRAWS, seed)
        clock.lap("compile_s")

        tree, verdict = self.draw(
            points, seed=seed, draws=draws, chains=chains, starts=starts, say=say, clock=clock
        )
        say("Predicting")
        weighed = tree.attrs.get("evidence")  # where there are several explanations
        run = {"sampler": NUTS, "grew": 0.0} | tree.attrs
        unconstrained = flat_draws(tree.children["sample_stats"].to_dataset())
        tree = complete(self.density, tree, prior, seed, later=self.funnel)
        # Of draws that are not trusted no later step may take the evidence.
        known = {}
        if verdict.passed:
            evidence = weighed or json.dumps(
                asdict(estimate_evidence(Target.of(self.density).evaluate, unconstrained, seed))
            )
            known = {"evidence": evidence}
        clock.lap("predict_s")
        tree.attrs = {
            "verdict": verdict.text,
            "sampler": run["sampler"],
            "grew": run["grew"],
            **known,
            "timing": json.dumps(clock.laps),
            "seed": seed,
        }
        return tree

    def draw(
        self,
        points: Array,
        *,
        seed: int,
        draws: int,
        chains: int,
        starts: Starts | None = None,
        say: Progress = lambda line: None,
        clock: "_Clock | None" = None,
    ) -> tuple[xr.DataTree, Verdict]:
        """Explore, sample and check, and predict nothing: for fits by the hundred.

        Parameters
        ----------
        points
            Unconstrained draws of the prior, of shape (n, size); see `simulate_prior`.
        seed, draws, chains, starts
            As in `sample`.
        say, clock
            Told before, and after, each step.

        Returns
        -------
        tree, verdict
            The groups posterior and sample_stats, and the checks. The attribute ``evidence`` is
            there where several explanations were weighed.
        """
        clock = clock or _Clock()
        uncentre(self.model)
        say("Looking for modes")
        target = Target.of(self.density)
        spread = np.maximum(points.std(axis=0), 1e-3)
        reach = LIGHT if self.funnel else np.inf
        if starts is not None and (is_pooled(self.model) or self.density.size > MANY):
            target, modes = self._modes_near(target, starts, spread)
        else:
            modes = explore(
                target.evaluate,
                self._descend(target, points, np.sqrt(spread), seed),
                points if starts is None else unconstrained_points(self.model, starts),
                seed,
                lambda mode: whiten(target.evaluate, mode, spread) is not None,
                reach,
            )
        few = self.density.size <= MANY and not is_pooled(self.model)
        plan, found = whitened_plan(target, modes, points, seed, chains, LIGHT if few else DROP)
        unsettled = starts is None and not settled(modes, reach) and points.shape[1] <= MANY
        notes = (UNSETTLED,) if unsettled else ()
        if self.funnel and found:
            clock.lap("explore_s")
            say(f"Sampling {chains} chains of {draws} draws")
            for run in self._proposed(target, found, notes, seed, draws, chains):
                if run[1].passed:
                    break
            clock.lap("sample_s")
            return run
        if len(found) > 1 and few:
            found, left_out = screened(self.density, target.evaluate, found, seed)
            notes = (*left_out, *notes)
            if len(found) > 1:
                say(f"Sampling {len(found)} explanations, {chains} chains of {draws} draws each")
                clock.lap("explore_s")
                weighed = sample_each(
                    self.density, target, found, notes, seed=seed, draws=draws, chains=chains
                )
                clock.lap("sample_s")
                return weighed
            if len(found) == 1:
                plan, found = whitened_plan(target, [found[0][0]], points, seed, chains)
        kept = max(len(found), 1)
        if plan is None and starts is not None and found:
            plan = self._guided_plan(target, found, seed, chains)
            target = Target.of(self.density)
        elif plan is None:
            near = starts_near(target, modes, found, points, seed, chains)
            if is_pooled(self.model):
                plan = self._pooled_plan(target, modes[0].x, near, spread, seed)
                target = Target.of(self.density)
            else:
                plan, _ = adaptive_plan(target, near, seed)
        notes = (plan.reason, *notes) if plan.reason else notes
        clock.lap("explore_s")

        say(f"Sampling {chains} chains of {draws} draws")
        stats = run_chains(target, plan, seed, draws, plan.target_accept)
        tree = draws_tree(self.density, stats)
        verdict = diagnose(tree, modes=kept, notes=notes)
        if not verdict.passed and (kept == 1 or verdict.max_r_hat < MIXING):
            say("The checks failed; sampling once more, longer and more carefully")
            first = f"sampled twice; of the first run: {verdict.messages[0]}"
            if self.leading and found and few:
                # Independent draws where these are certified, which no walk is.
                noted = (*notes, first)
                once = self._proposed(target, found, noted, seed, draws, chains, walks=())
                certified = next(once, None)
                if certified is not None and certified[1].passed:
                    clock.lap("sample_s")
                    return certified
            again = self._second_plan(stats, plan)
            stats = run_chains(
                Target.of(self.density),
                again,
                seed + 1,
                (RETRY_FACTOR if starts is None else RETRY_FACTOR_NEAR) * draws,
                RETRY_TARGET_ACCEPT,
            )
            tree = draws_tree(self.density, stats)
            verdict = diagnose(
                tree,
                modes=kept,
                notes=(*verdict.notes, first),
                divergences_let_pass=RETRY_DIVERGENCES,
            )
        clock.lap("sample_s")
        return tree, verdict

    def _proposed(
        self,
        target: Target,
        found: list[tuple[Mode, Whitening]],
        notes: tuple[str, ...],
        seed: int,
        draws: int,
        chains: int,
        walks: Sequence[int] = WALKS,
    ) -> Iterator[tuple[xr.DataTree, Verdict]]:
        """Sample by proposals, and check; see `proposed_chains`."""
        lead = self.density.places(self.leading)
        for run in proposed_chains(target, found, lead, seed, draws, chains, walks):
            tree = draws_tree(self.density, run.stats)
            verdict = diagnose(tree, modes=len(found), notes=notes, drift=run.drift, grew=run.grew)
            tree.attrs |= {"sampler": run.sampler, "grew": run.grew}
            if verdict.passed:
                tree.attrs["evidence"] = json.dumps(asdict(run.evidence))
            yield tree, verdict

    def _descend(self, target: Target, points: Array, scale: Array, seed: int) -> Descend:
        """Return a descent, in two parts where something is shrunk."""
        amplitudes, shapes = map(self.density.places, astuple(self.shrunk))
        if not amplitudes:
            return partial(target.descend, scale)
        rng = np.random.default_rng([seed, DESCENTS])
        return in_two_parts(target, scale, points, amplitudes, shapes, rng)

    def _second_plan(self, stats: xr.Dataset, plan: Plan) -> Plan:
        """Plan a second run by the draws of the first, coordinates of pooled parameters too."""
        again = plan_from_draws(stats, plan)
        if again.whitening is not plan.whitening or not is_pooled(self.model):
            return again
        draws = flat_draws(stats)
        weights = weights_of(self.model, draws[:: max(1, len(draws) // SECOND_DRAWS)])
        return replace(again, starts=move(self.model, again.starts, weights))

    def _modes_near(
        self, target: Target, starts: Starts, spread: Array
    ) -> tuple[Target, list[Mode]]:
        """Descend from each start, in the coordinates of pooled parameters that suit there.

        The mode of the non-centred form lies far out in the spreads; where groups are measured
        well, that of the form which suits them is a guide to the posterior.
        """
        points = unconstrained_points(self.model, starts)
        if is_pooled(self.model):
            best = max(points, key=lambda x: target.evaluate(x)[0])
            weights = weights_near(self.model, target.evaluate, best)
            points = np.stack(move(self.model, tuple(points), weights))
            target = Target.of(self.density)
        return target, ends_of(target.evaluate, partial(target.descend, np.sqrt(spread)), points)

    def _guided_plan(
        self, target: Target, found: list[tuple[Mode, Whitening]], seed: int, chains: int
    ) -> Plan:
        """Choose coordinates, of pooled parameters too, by a first run from modes near starts."""
        draws = guided_pilot(target, found, seed, chains)
        if is_pooled(self.model):
            weights = weights_of(self.model, draws[::3])
            draws = np.stack(move(self.model, tuple(draws), weights))
        return guided_plan(draws, chains)

    def _pooled_plan(
        self,
        target: Target,
        mode: Array,
        starts: tuple[Array, ...],
        spread: Array,
        seed: int,
    ) -> Plan:
        """Choose the coordinates of pooled parameters, first by a mode and then by a pilot."""
        weights = weights_at(self.model, target.evaluate, mode)
        *near, center = move(self.model, (*starts, mode), weights)
        if self.density.size > MANY:
            return self._curved_plan(tuple(near), center, spread, seed)
        plan, pilot = adaptive_plan(Target.of(self.density), tuple(near), seed, ways=("low_rank",))
        # One start from each part of the pilot, in the coordinates that it was run in.
        parts = np.array_split(pilot, len(starts))
        last = tuple(part[-1] for part in parts)
        starts = move(self.model, last, weights_of(self.model, pilot[::3]))
        accept = CLOSE_ACCEPT if fewest_groups(self.model) < FEW_GROUPS else plan.target_accept
        return replace(plan, starts=starts, target_accept=accept)

    def _curved_plan(
        self, starts: tuple[Array, ...], center: Array, spread: Array, seed: int
    ) -> Plan:
        """Choose coordinates by the curvature, which takes fewer draws than a covariance."""
        step = STEP * np.minimum(spread, 1.0)
        target = Target.of(self.density)
        shape = mean_curvature(target.evaluate, center[None], step)
        pilot = curved_pilot(target, shape, starts, seed)
        places = pilot[np.linspace(0, len(pilot) - 1, len(starts)).round().astype(int)]
        places = move(self.model, tuple(places), weights_of(self.model, pilot[::3]))
        target = Target.of(self.density)
        return curved_plan(mean_curvature(target.evaluate, np.stack(places), step), places)


class _Clock:
    """Seconds of each step."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
