"""What a reader of limits of cells, and of an onset, should beware of."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...models.limits import Limit
from ...models.onset import OnsetPotential
from ..measured import group_dim
from ..noise.censored import Censored
from ..revive import model_of, noise_of
from ..scalars import scalars
from ..settings import PRIORS
from .general import UNMOVED, Caution, contraction, enumerated, open_spreads, unmoved_priors

Array = NDArray[np.float64]

HIDDEN = 1 / 3
"""An onset that may be anywhere in so much of the sweep is not seen."""

BEYOND = 5
"""Points that a rise needs beyond its onset."""

DRIFT = 0.3
"""Residuals of neighbours that are correlated by more narrow an interval by a quarter."""


@dataclass(frozen=True)
class Tested:
    """What is known of the cells of one group; the label is empty where there is one."""

    label: str
    low: Array
    high: Array

    @property
    def failed(self) -> int:
        """How many cells failed."""
        return int(np.isfinite(self.high).sum())


def tested_groups(tree: xr.DataTree) -> tuple[Tested, ...]:
    """Return the bounds of the cells of each group, in the order of the groups."""
    data = tree.children["constant_data"].dataset
    output = model_of(tree).output
    low, high = (
        np.asarray(data[name].values)
        for name in (
            f"{output}_{end}" if f"{output}_{end}" in data else f"measured_{output}"
            for end in ("low", "high")
        )
    )
    dim = group_dim(tree)
    if dim is None:
        return (Tested("", low, high),)
    of_point = data[f"{dim}_of_point"].values
    labels = tree.children["posterior"].dataset[dim].values
    return tuple(
        Tested(str(label), low[of_point == place], high[of_point == place])
        for place, label in enumerate(labels)
    )


def limit_cautions(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield cautions on limits of cells, the gravest first."""
    model = model_of(tree)
    if not isinstance(model, Limit):
        return
    groups = tested_groups(tree)
    found = [*_few_cells(tree, model, groups), *_one_sided(model, groups), *_spread(tree)]
    yield from found
    told = {name for caution in found for name in caution.parameters} | {"noise", "shape"}
    yield from unmoved_priors(
        tree, f"Give a prior that you can defend ({PRIORS}), or test more cells.", told
    )


def _few_cells(tree: xr.DataTree, model: Limit, groups: Sequence[Tested]) -> Iterator[Caution]:
    """Say where cells are too few to tell how much they differ."""
    noise = noise_of(tree)
    name = noise.parameters[0].name if isinstance(noise, Censored) else "noise"
    prior = json.loads(tree.attrs["priors"]).get(name)
    single = [g for g in groups if g.low.size == 1]
    unmoved = [each for each in _elements(tree, name) if contraction(tree, each) > UNMOVED]
    if prior and unmoved:
        cause = (
            f"There is one cell{_each(groups)}, so that nothing shows how much cells made alike "
            "differ."
            if len(single) == len(groups)
            else "The cells are too few, or too few of them failed within narrow steps, to show "
            "how much cells made alike differ."
        )
        yield Caution(
            "points",
            (*unmoved, *(f"{model.median.name}{_bracket(g)}" for g in groups)),
            f"{cause} That scatter is left to its prior, {name} ~ {prior}, and the answer is as "
            "wide as it makes it: quote both together, or test more cells.",
        )
    elif single and len(groups) > 1:
        labels = enumerated([g.label for g in single])
        yield Caution(
            "points",
            tuple(f"{model.median.name}{_bracket(g)}" for g in single),
            f"Of {labels} there is one cell only. How much such cells differ is taken from the "
            "other groups.",
        )


def _one_sided(model: Limit, groups: Sequence[Tested]) -> Iterator[Caution]:
    name = model.median.name
    surviving = [g for g in groups if not g.failed]
    if surviving:
        yield Caution(
            "window",
            tuple(f"{name}{_bracket(g)}" for g in surviving),
            f"No cell{_whose(surviving)} failed: the test gives a lower bound, and the upper end "
            "of the interval is that of the prior. Test further, or quote the lower end only.",
        )
    at_once = [g for g in groups if (g.low == 0).all() and g.failed]
    if at_once:
        yield Caution(
            "window",
            tuple(f"{name}{_bracket(g)}" for g in at_once),
            f"All cells{_whose(at_once)} failed at the first step: the test gives an upper bound, "
            "and the lower end of the interval is that of the prior. Begin lower.",
        )


def _spread(tree: xr.DataTree) -> Iterator[Caution]:
    """Say that medians of few cells lean on how far samples are apart beforehand."""
    for caution in open_spreads(tree):
        yield Caution(
            caution.kind,
            caution.parameters,
            "There are too few groups to tell how far their medians are apart: "
            f"{enumerated(caution.parameters)} rests on its prior. The fewer cells a group has, "
            "the more its median leans towards the others by it.",
        )


def onset_cautions(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield cautions on the onset in a voltammogram, the gravest first."""
    model = model_of(tree)
    if not isinstance(model, OnsetPotential):
        return
    found = [*_hidden(tree), *_few_beyond(tree, model), *_drift(tree), *open_spreads(tree)]
    yield from found
    told = {name for caution in found for name in caution.parameters}
    yield from unmoved_priors(
        tree, f"Give a prior that you can defend ({PRIORS}), or sweep over a wider range.", told
    )


def _hidden(tree: xr.DataTree) -> Iterator[Caution]:
    potential = tree.children["constant_data"].dataset["measured_potential"].values
    hidden = []
    for name in _elements(tree, "onset"):
        low, high = np.quantile(_draws(tree, name), [0.03, 0.97])
        if high - low > HIDDEN * np.ptp(potential):
            hidden.append(name)
    if hidden:
        yield Caution(
            "prior",
            tuple(hidden),
            f"{enumerated(hidden)} may lie anywhere in a large part of the sweep: the noise, or "
            "the background, hides where the rise begins, and an exponential alone has no onset. "
            "Quote the potential at which the current exceeds its background by a stated amount "
            "(OnsetPotential.potential_at), or measure with less noise.",
        )


def _few_beyond(tree: xr.DataTree, model: OnsetPotential) -> Iterator[Caution]:
    data = tree.children["constant_data"].dataset
    potential, dim = data["measured_potential"].values, group_dim(tree)
    few = []
    for place, name in enumerate(_elements(tree, "onset")):
        own = potential if dim is None else potential[data[f"{dim}_of_point"].values == place]
        if (model.sign * (own - np.median(_draws(tree, name))) > 0).sum() < BEYOND:
            few.append(name)
    if few:
        yield Caution(
            "points",
            tuple(few),
            f"Fewer than {BEYOND} points lie beyond {enumerated(few)}: what looks like an onset "
            "may be the scatter of single points. Sweep further.",
        )


def _drift(tree: xr.DataTree) -> Iterator[Caution]:
    if "rho" in json.loads(tree.attrs["priors"]) or "posterior_predictive" not in tree.children:
        return
    observed = tree.children["observed_data"].dataset["current"].values
    mean = tree.children["posterior_predictive"].dataset["current"].mean(("chain", "draw")).values
    order = np.argsort(tree.children["constant_data"].dataset["measured_potential"].values)
    residual = (observed - mean)[order]
    if group_dim(tree) is None and residual.std() > 0:
        correlation = float(np.corrcoef(residual[:-1], residual[1:])[0, 1])
        if correlation > max(DRIFT, 2 / np.sqrt(residual.size)):
            yield Caution(
                "misfit",
                ("onset",),
                "The current wanders around the law instead of scattering: the rise is no "
                "exponential up to the end of the sweep, or the background is not straight. The "
                "intervals are too narrow. Leave out potentials far beyond the onset, or take "
                "noise=Autocorrelated(Gaussian()).",
            )


def _draws(tree: xr.DataTree, name: str) -> Array:
    return np.ravel(scalars(tree.children["posterior"].to_dataset())[name].values)


def _elements(tree: xr.DataTree, name: str) -> list[str]:
    posterior = tree.children["posterior"].to_dataset()
    return [str(each) for each in scalars(posterior[[name]])] if name in posterior else []


def _bracket(group: Tested) -> str:
    return f"[{group.label}]" if group.label else ""


def _whose(groups: Sequence[Tested]) -> str:
    labels = [g.label for g in groups if g.label]
    return f" of {enumerated(labels)}" if labels else ""


def _each(groups: Sequence[Tested]) -> str:
    labels = [g.label for g in groups if g.label]
    if len(labels) < 2:
        return _whose(groups)
    return f" each of {enumerated(labels)}"
