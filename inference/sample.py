"""Sampling any PyMC model of continuous variables: explore, precondition, sample, check."""

import json
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from .density import Density
from .diagnose import diagnose
from .explore import DROP, Mode, explore
from .precondition import MAX_MISMATCH, Whitening, log_mass, mismatch, whiten
from .simulate import replicate, simulate_prior

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]
Progress = Callable[[str], None]

PRIOR_DRAWS = 1000
WARMUP_WHITE = 150
WARMUP_ADAPTIVE = 1000
TARGET_ACCEPT = 0.9
RETRY_TARGET_ACCEPT = 0.97
RETRY_FACTOR = 4
RETRY_DIVERGENCES = 1e-3
"""A retry may diverge once in a thousand draws, and shows it."""

MIXING = 1.1
"""Chains that started at several modes and stay further apart than this R-hat do not move
between them, and a longer run would not make them."""


@dataclass(frozen=True)
class Plan:
    """How the chains are run: in which coordinates, from where, with which adaptation."""

    whitening: Whitening
    starts: tuple[Array, ...]
    adaptation: str
    warmup: int
    reason: str


def sample(
    model: "pm.Model",
    *,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
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
    progress
        Called with one line before each step.

    Returns
    -------
    xarray.DataTree
        Groups posterior, prior, posterior_predictive, log_likelihood, sample_stats,
        observed_data and constant_data. The attribute ``verdict`` holds the checks as
        JSON, ``timing`` the seconds of each step.

    Raises
    ------
    PosterionError
        If the model has discrete variables, or no point of finite density is found.
    """
    return Sampler(model).sample(seed=seed, draws=draws, chains=chains, progress=progress)


@dataclass(frozen=True)
class Sampler:
    """A PyMC model with its compiled density, which serves any data put into the model.

    See `Density` for ``key``.
    """

    model: "pm.Model"
    key: str | None = None

    @cached_property
    def density(self) -> Density:
        """The log density in unconstrained space."""
        return Density(self.model, self.key)

    def sample(
        self, *, seed: int, draws: int, chains: int, progress: Progress | None = None
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
        say("Compiling the model (slow the first time on a machine)")
        self.density.function  # noqa: B018 - compiled here, so that its time is told apart
        prior, points = simulate_prior(self.model, PRIOR_DRAWS, seed)
        clock.lap("compile_s")

        say("Looking for modes")
        target = _Target.of(self.density)
        spread = np.maximum(points.std(axis=0), 1e-3)
        modes = explore(target.evaluate, partial(target.descend, np.sqrt(spread)), points, seed)
        plan, kept = self._plan(target, modes, points, spread, seed, chains)
        clock.lap("explore_s")

        say(f"Sampling {chains} chains of {draws} draws")
        tree = self._run(target, plan, seed, draws, TARGET_ACCEPT)
        verdict = diagnose(tree, modes=kept, notes=(plan.reason,) if plan.reason else ())
        if not verdict.passed and (kept == 1 or verdict.max_r_hat < MIXING):
            say("The checks failed; sampling once more, longer and more carefully")
            plan = _from_draws(tree, plan)
            tree = self._run(target, plan, seed + 1, RETRY_FACTOR * draws, RETRY_TARGET_ACCEPT)
            verdict = diagnose(
                tree,
                modes=kept,
                notes=(*verdict.notes, f"sampled twice; of the first run: {verdict.messages[0]}"),
                divergences_let_pass=RETRY_DIVERGENCES,
            )
        clock.lap("sample_s")

        say("Predicting")
        tree = self._complete(tree, prior, seed)
        clock.lap("predict_s")
        tree.attrs = {
            "verdict": json.dumps(asdict(verdict)),
            "timing": json.dumps(clock.laps),
            "seed": seed,
        }
        return tree

    def _plan(
        self,
        target: "_Target",
        modes: list[Mode],
        points: Array,
        spread: Array,
        seed: int,
        chains: int,
    ) -> tuple[Plan, int]:
        """Decide how to sample, and tell how many modes the posterior has."""
        if not modes:
            raise PosterionError(
                "the posterior has no point of finite density: data and priors contradict each "
                "other; look at the priors."
            )
        maps = [whiten(target.evaluate, mode, spread) for mode in modes[:8]]
        kept: list[tuple[Mode, Whitening]] = []
        if maps[0] is not None:
            found = [(m, w, log_mass(m, w)) for m, w in zip(modes, maps, strict=False) if w]
            most = max(mass for *_, mass in found)
            kept = [(m, w) for m, w, mass in found if mass > most - DROP]
            best, whitening = kept[0]
            if mismatch(target.evaluate, best, whitening, seed) < MAX_MISMATCH:
                rng = np.random.default_rng(seed)
                starts = tuple(
                    w.to_x(rng.normal(size=len(m.x)))
                    for m, w in (kept[chain % len(kept)] for chain in range(chains))
                )
                return Plan(whitening, starts, "diag", WARMUP_WHITE, ""), len(kept)
        plan = self._adaptive_plan(target, points, chains, seed)
        if len(kept) < 2:
            return plan, 1
        # Chains that all start in one mode agree with each other and miss the rest. At the
        # very top the gradient vanishes, from which nutpie cannot start.
        rng = np.random.default_rng(seed)
        starts = tuple(
            w.to_x(0.1 * rng.normal(size=len(m.x)))
            for m, w in (kept[chain % len(kept)] for chain in range(chains))
        )
        return replace(plan, starts=starts), len(kept)

    def _adaptive_plan(self, target: "_Target", points: Array, chains: int, seed: int) -> Plan:
        """Leave the adaptation to nutpie, in the way that a short pilot finds better."""
        import arviz_stats

        size = self.density.size
        height = np.array([target.evaluate(x)[0] for x in points])
        order = np.argsort(-np.where(np.isfinite(height), height, -np.inf))
        # Spread over the better part of the prior: not so far out that the way back takes the
        # warm-up, not so near each other that agreeing means nothing.
        better = points[order[: max(chains, len(order) // 10)]]
        starts = tuple(better[:: len(better) // chains][:chains])
        identity = Whitening(np.zeros(size), np.eye(size))
        reason = "the mode is no guide to this posterior; the sampler adapted to it by itself"
        yields = {}
        for adaptation in ("diag", "low_rank"):
            pilot = Plan(identity, starts[:2], adaptation, 400, reason)
            tree = self._run(target, pilot, seed, 300, TARGET_ACCEPT)
            ess = arviz_stats.ess(tree.children["posterior"].to_dataset())
            least = min(float(np.nanmin(value)) for value in ess.values())
            yields[adaptation] = least / float(
                tree.children["sample_stats"].dataset["n_steps"].sum()
            )
        best = max(yields, key=lambda name: yields[name])
        return Plan(identity, starts, best, WARMUP_ADAPTIVE, reason)

    def _run(
        self, target: "_Target", plan: Plan, seed: int, draws: int, target_accept: float
    ) -> xr.DataTree:
        """Run one chain from each start and put draws on the model's own scales."""
        runs = [
            target.chain(plan, start, draws, target_accept, seed * 1000 + number)
            for number, start in enumerate(plan.starts)
        ]
        z = np.stack([run.children["posterior"].dataset["z"].values[0] for run in runs])
        x = plan.whitening.to_x(z)
        flat = x.reshape(-1, self.density.size)
        shape = x.shape[:2]
        values = {
            name: value.reshape(shape + value.shape[1:])
            for name, value in self.density.expand(flat).items()
        }
        stats = xr.concat([run.children["sample_stats"].to_dataset() for run in runs], "chain")
        keep = {
            "diverging": "diverging",
            "energy": "energy",
            "logp": "lp",
            "n_steps": "n_steps",
            "depth": "tree_depth",
            "step_size": "step_size",
            "mean_tree_accept": "acceptance_rate",
        }
        stats = stats[list(keep)].rename(keep).drop_attrs()
        unconstrained = (("chain", "draw", "unconstrained_dim"), x)
        return xr.DataTree.from_dict(
            {
                "posterior": self._dataset(values, ("chain", "draw")),
                "sample_stats": stats.assign_coords(
                    chain=np.arange(shape[0]), draw=np.arange(shape[1])
                ).assign(unconstrained=unconstrained),
            }
        )

    def _complete(self, tree: xr.DataTree, prior: dict[str, Array], seed: int) -> xr.DataTree:
        """Add the groups that follow from the draws."""
        x = tree.children["sample_stats"].dataset["unconstrained"].values
        shape = x.shape[:2]
        flat = x.reshape(-1, self.density.size)
        sample = ("chain", "draw")

        def chained(values: dict[str, Array]) -> dict[str, Array]:
            return {name: value.reshape(shape + value.shape[1:]) for name, value in values.items()}

        observed = {rv.name for rv in self.model.observed_RVs}
        unobserved = {name: value[None] for name, value in prior.items() if name not in observed}
        predicted = {name: value[None] for name, value in prior.items() if name in observed}
        posterior = self.density.expand(flat)
        groups = {
            "posterior": tree.children["posterior"].to_dataset(),
            "prior": self._dataset(unobserved, sample),
            "prior_predictive": self._dataset(predicted, sample),
            "posterior_predictive": self._dataset(
                chained(replicate(self.model, posterior, seed)), sample
            ),
            "log_likelihood": self._dataset(chained(self.density.log_likelihood(flat)), sample),
            "sample_stats": tree.children["sample_stats"].to_dataset(),
            "observed_data": self._dataset(
                {
                    rv.name: np.asarray(self.model.rvs_to_values[rv].eval())
                    for rv in self.model.observed_RVs
                },
                (),
            ),
            "constant_data": self._dataset(
                {variable.name: variable.get_value() for variable in self.model.data_vars}, ()
            ),
        }
        return xr.DataTree.from_dict(groups)

    def _dataset(self, values: dict[str, Array], sample_dims: tuple[str, ...]) -> xr.Dataset:
        """Name the dimensions of arrays by the model's own names."""
        variables = {}
        coords: dict[str, Any] = {}
        for name, value in values.items():
            value = np.asarray(value)
            own = self.model.named_vars_to_dims.get(name) or tuple(
                f"{name}_dim_{place}" for place in range(value.ndim - len(sample_dims))
            )
            dims = (*sample_dims, *own)
            variables[name] = (dims, value)
            for dim, length in zip(dims, value.shape, strict=True):
                known = self.model.coords.get(dim)
                coords[dim] = np.arange(length) if known is None else np.asarray(known)
        return xr.Dataset(variables, coords=coords)


def _from_draws(tree: xr.DataTree, plan: Plan) -> Plan:
    """Plan a second run in coordinates that the draws of the first make round.

    Where a posterior is bent, its draws say more of its shape than the curvature at its
    mode. The chains start from draws of the first run, one of each chain.
    """
    x = tree.children["sample_stats"].dataset["unconstrained"].values
    flat = x.reshape(-1, x.shape[-1])
    values, vectors = np.linalg.eigh(np.cov(flat, rowvar=False))
    usable = values[0] > 0 and plan.warmup == WARMUP_WHITE
    axes = vectors * np.sqrt(values) if usable else plan.whitening.axes
    center = flat.mean(axis=0) if usable else plan.whitening.center
    starts = tuple(chain[-1] for chain in x)
    return Plan(Whitening(center, axes), starts, plan.adaptation, 4 * plan.warmup, plan.reason)


@dataclass(frozen=True)
class _Target:
    """The compiled density at the data of one run."""

    function: Any
    data: Array
    packed: Array

    @classmethod
    def of(cls, density: Density) -> "_Target":
        from .native import whitened_data

        data, size = density.data(), density.size
        return cls(density.function, data, whitened_data(np.zeros(size), np.eye(size), data))

    def evaluate(self, x: Array) -> tuple[float, Array]:
        """Return log density and gradient at an unconstrained point."""
        from .native import evaluate

        logp, gradient = evaluate(self.function, x, self.packed)
        return logp, gradient

    def descend(self, scale: Array, start: Array) -> tuple[Array, float]:
        """Return the local maximum below a start and its log density."""
        from .native import descend, whitened_data

        packed = whitened_data(np.zeros(len(scale)), np.diag(scale), self.data)
        u, logp = descend(self.function, start / scale, packed)
        return u * scale, logp

    def chain(
        self, plan: Plan, start: Array, draws: int, target_accept: float, seed: int
    ) -> xr.DataTree:
        """Run one chain of nutpie in whitened coordinates."""
        import nutpie
        from nutpie.compile_pymc import CompiledPyMCModel

        from .native import compile_identity, whitened_data

        size = len(start)
        z = np.linalg.solve(plan.whitening.axes, start - plan.whitening.center)
        compiled = CompiledPyMCModel(
            dims={},
            compiled_logp_func=self.function,
            compiled_expand_func=compile_identity(),
            initial_point_func=lambda seed: z,
            shared_data={},
            shared_var_keys={},
            user_data=whitened_data(plan.whitening.center, plan.whitening.axes, self.data),
            n_expanded=size,
            shape_info=(["z"], [slice(0, size)], [(size,)]),
            logp_func=None,
            expand_func=None,
            _n_dim=size,
            _shapes={"z": (size,)},
            _coords={},
            reparameterized_names=None,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run: xr.DataTree = nutpie.sample(
                compiled,
                draws=draws,
                tune=plan.warmup,
                chains=1,
                cores=1,
                seed=seed,
                adaptation=plan.adaptation,
                target_accept=target_accept,
                progress_bar=False,
                save_warmup=False,
            )
        return run


class _Clock:
    """Seconds of each step."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
