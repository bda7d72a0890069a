"""Where to look for the posterior of many groups: at what each of them says by itself.

In many dimensions descents from the prior get stuck: each of many spectra has wrong explanations
of its own, and all would have to be right at once. One by one they are found in milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...models.parameter import Coordinates, Model, Parameter, Values
from ..build import set_data
from ..cells import Cells, Kind
from ..noise.independent import Noise
from ..pooling import MEAN, OFFSET, link, spread_name, unlink
from .explore import DROP, Mode, explore
from .precondition import Whitening, log_mass, whiten
from .sample import PRIOR_DRAWS, Sampler, Starts
from .simulate import simulate_prior
from .target import Target

Array = NDArray[np.float64]

CANDIDATES = 4
"""Explanations of a group that are kept, the most probable ones."""

ALTERNATIVES = 8
"""Other explanations that are tried in the model of all groups, the most probable first."""

LIKELY = 20.0
"""Only where its mass is within so many log units of the first; the estimate is a rough one."""

SAMPLES = 100
PASSES = 5
LEAST = 0.1
"""A spread starts at no less than this share of the error of one group: near zero is a funnel."""


@dataclass(frozen=True)
class Explanation:
    """A mode of the posterior of one group alone.

    Attributes
    ----------
    mass
        Logarithm of its mass, by Laplace's approximation.
    values, variances
        Of each parameter on the scale on which groups scatter; see `pooled_variable`.
    """

    mass: float
    values: dict[str, float]
    variances: dict[str, float]


@dataclass(frozen=True)
class Parts:
    """The explanations of each group, the most probable first."""

    groups: Cells
    coordinates: Coordinates
    noise: Noise
    explanations: tuple[tuple[Explanation, ...], ...]

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """Labels of the groups that by themselves have two explanations of comparable mass."""
        return tuple(
            label
            for label, each in zip(self.groups.labels, self.explanations, strict=True)
            if len(each) > 1 and each[1].mass > each[0].mass - DROP
        )

    def starts(self) -> Starts:
        """Return values of the free variables of the model of all groups, in several ways.

        First with the explanation of each group that is the most probable in view of the
        others; then with another one of one group in its place.
        """
        best = [0] * len(self.explanations)
        scores = [np.array([e.mass for e in each]) for each in self.explanations]
        for _ in range(PASSES):
            center, width = self._typical(best)
            scores = [
                np.array([e.mass + _likeness(e, center, width) for e in each])
                for each in self.explanations
            ]
            chosen = [int(np.argmax(score)) for score in scores]
            if chosen == best:
                break
            best = chosen
        others = [
            (float(score[place] - score[first]), group, place)
            for group, (score, first) in enumerate(zip(scores, best, strict=True))
            for place in range(len(score))
            if place != first and score[place] > score[first] - LIKELY
        ]
        ways = [best]
        for _, group, place in sorted(others, reverse=True)[:ALTERNATIVES]:
            ways.append([*best[:group], place, *best[group + 1 :]])
        return [self._start(way) for way in ways]

    def _chosen(self, way: Sequence[int]) -> list[Explanation]:
        return [each[place] for each, place in zip(self.explanations, way, strict=True)]

    def _typical(self, way: Sequence[int]) -> tuple[dict[str, float], dict[str, float]]:
        """Return middle and width of each parameter that groups share, by robust measures."""
        chosen = self._chosen(way)
        center, width = {}, {}
        for p in self.coordinates.parameters:
            if self.groups.of(p.name).separate is None:
                values = np.array([e.values[p.name] for e in chosen])
                center[p.name] = float(np.median(values))
                width[p.name] = max(1.48 * float(np.median(np.abs(values - center[p.name]))), 0.1)
        return center, width

    def _start(self, way: Sequence[int]) -> dict[str, Any]:
        chosen = self._chosen(way)
        kinds: dict[Kind, tuple[Parameter, ...]] = {
            "partial": self.coordinates.parameters,
            "complete": self.noise.parameters,
        }
        start: dict[str, Any] = {}
        typical: dict[str, Any] = {}
        ordered = [name for group in self.coordinates.ordered for name in group]
        for kind, parameters in kinds.items():
            for p in parameters:
                values = np.array([e.values[p.name] for e in chosen])
                variances = np.array([e.variances[p.name] for e in chosen])
                own = self.groups.of(p.name, kind)
                typical[p.name], offsets = _split(p.name, own, values, variances)
                start |= offsets
                if p.name not in ordered:
                    name = f"{p.name}_{MEAN}" if own.partial else p.name
                    start[name] = unlink(p.support, typical[p.name])
        for group in self.coordinates.ordered:
            ascending = [np.exp(typical[group[0]])]
            for name in group[1:]:
                ascending.append(ascending[-1] * np.exp(np.exp(typical[name])))
            start[f"ordered_{'_'.join(group)}"] = np.stack(ascending, axis=-1)
        return start


def search_parts(
    sampler: Sampler, model: Model, noise: Noise, data: xr.Dataset, groups: Cells,
    coordinates: Coordinates, seed: int,
) -> Parts:  # fmt: skip
    """Find the explanations of each group by itself.

    Parameters
    ----------
    sampler
        Of the model of one group.
    model, noise, coordinates
        What it was built of.
    data
        Of all groups, as `arrange` returns them.
    groups
        Which point belongs to which.
    seed
        Of the search.
    """
    point = model.output_dims[-1]
    pieces = [
        data.isel({point: np.flatnonzero(groups.of_point == cell)})
        for cell in range(len(groups.labels))
    ]
    set_data(sampler.model, model, data)  # whose window holds those of all groups
    _, points = simulate_prior(sampler.model, PRIOR_DRAWS, seed)
    spread = np.maximum(points.std(axis=0), 1e-3)
    found: list[list[Mode]] = []
    for piece in pieces:
        set_data(sampler.model, model, piece)
        target = Target.of(sampler.density)
        is_maximum = partial(_is_maximum, target, spread)
        descend = partial(target.descend, np.sqrt(spread))
        found.append(explore(target.evaluate, descend, points, seed, is_maximum)[:CANDIDATES])
    # What most groups say is one more place to look in each.
    middle = np.median([modes[0].x for modes in found if modes], axis=0)
    parameters = (*coordinates.parameters, *noise.parameters)
    explanations = []
    for piece, modes in zip(pieces, found, strict=True):
        set_data(sampler.model, model, piece)
        target = Target.of(sampler.density)
        x, logp = target.descend(np.sqrt(spread), middle)
        if all(abs(mode.logp - logp) > 0.5 for mode in modes):
            modes = [*modes, Mode(x, logp, 1)]
        maps = [(mode, whiten(target.evaluate, mode, spread)) for mode in modes]
        each = [
            _explanation(sampler, parameters, coordinates.below, mode, shape, seed)
            for mode, shape in maps
            if shape is not None
        ]
        explanations.append(tuple(sorted(each, key=lambda e: -e.mass)))
    return Parts(groups, coordinates, noise, tuple(explanations))


def _is_maximum(target: Target, spread: Array, mode: Mode) -> bool:
    return whiten(target.evaluate, mode, spread) is not None


def _explanation(
    sampler: Sampler,
    parameters: Sequence[Parameter],
    below: dict[str, str],
    mode: Mode,
    shape: Whitening,
    seed: int,
) -> Explanation:
    """Describe a mode by its normal approximation, on the scale on which groups scatter."""
    z = np.random.default_rng(seed).normal(size=(SAMPLES, len(mode.x)))
    drawn = sampler.density.expand(np.vstack([mode.x, shape.to_x(z)]))
    scaled = {p.name: _on_scale(p, below.get(p.name), drawn) for p in parameters}
    # Robust: the approximation may reach to where nothing is known.
    widths = {name: np.diff(np.quantile(v[1:], [0.16, 0.84]))[0] / 2 for name, v in scaled.items()}
    return Explanation(
        log_mass(mode, shape),
        {name: float(v[0]) for name, v in scaled.items()},
        {name: float(width**2) for name, width in widths.items()},
    )


def _on_scale(parameter: Parameter, below: str | None, drawn: Values) -> Array:
    if below is not None:
        return np.asarray(np.log(np.log(drawn[parameter.name] / drawn[below])))
    return np.asarray(link(parameter.support, drawn[parameter.name]))


def _likeness(one: Explanation, center: dict[str, float], width: dict[str, float]) -> float:
    """Return the log density of an explanation among those of the other groups."""
    total = 0.0
    for name, middle in center.items():
        variance = width[name] ** 2 + one.variances[name]
        total -= ((one.values[name] - middle) ** 2 / variance + np.log(variance)) / 2
    return total


def _split(name: str, groups: Cells, values: Array, variances: Array) -> tuple[Any, dict[str, Any]]:
    """Split values of the cells into a typical one, and spreads and offsets by coordinate."""
    if groups.separate is None:
        typical: Any = _middle(values, variances)
        left = values - typical
    else:
        member = groups.members[groups.separate]
        count = len(groups.groups[groups.separate])
        own = [member == label for label in range(count)]
        typical = np.array([_middle(values[of], variances[of]) for of in own])
        left = values - typical[member]
    offsets: dict[str, Any] = {}
    for group in sorted(groups.partial, key=lambda each: each == groups.dim):  # the finest last
        member = groups.members[group]
        own = [member == label for label in range(len(groups.groups[group]))]
        effect = np.array([_middle(left[of], variances[of]) for of in own])
        error = np.array([1 / np.sum(1 / variances[of]) for of in own])
        spread = _spread(effect, error)
        suffix = "" if len(groups.partial) == 1 else f"_{group}"
        offsets[spread_name(name, group, groups.partial)] = spread
        offsets[f"{name}_{OFFSET}{suffix}"] = effect * spread / (spread**2 + error)
        left = left - effect[member]
    return typical, offsets


def _middle(values: Array, variances: Array) -> float:
    """Return the mean with the weights of values that scatter beside their errors."""
    spread = _spread(values, variances)
    return float(np.average(values, weights=1 / (spread**2 + variances)))


def _spread(values: Array, variances: Array) -> float:
    """Return the standard deviation of values beyond their errors (DerSimonian and Laird 1986).

    doi:10.1016/0197-2456(86)90046-2.
    """
    weights = 1 / np.maximum(variances, 1e-12)
    middle = np.average(values, weights=weights)
    excess = (weights * (values - middle) ** 2).sum() - (len(values) - 1)
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    between = excess / scale if len(values) > 1 else 0.0
    return float(np.sqrt(max(between, LEAST**2 * np.median(variances), 1e-8)))
