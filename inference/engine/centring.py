"""How pooled parameters are sampled: by how much the data of a group say of it by themselves."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..pooling import CENTRING, OFFSET
from .density import interpreted
from .explore import Evaluate

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]
Weights = dict[str, Array]

STEP = 1e-3
SHARE = 0.8
"""Of the weight that a mode asks for; a fully centred form may have a funnel where it is not."""


def is_pooled(model: "pm.Model") -> bool:
    """Tell whether a model has parameters whose coordinates can be chosen."""
    return bool(_weights(model))


def fewest_groups(model: "pm.Model") -> int:
    """Return how many groups there are of the label that has the fewest, such as samples."""
    return min(int(weights.get_value().size) for weights in _weights(model).values())


def uncentre(model: "pm.Model") -> None:
    """Put all pooled parameters into the non-centred form; see `pooled_variable`."""
    import pymc as pm

    pm.set_data(_zeros(model), model=model)


def weights_at(model: "pm.Model", evaluate: Evaluate, mode: Array) -> Weights:
    """Choose weights between the non-centred form, in which the model is, and the centred one.

    In the non-centred form an offset has a standard normal prior, and the curvature of the
    log density along it is one more than the ratio of the variance between groups to the
    variance that the data of its own group leave. The weight 1 - 1/curvature makes the
    offset independent of mean and spread where all is normal; a mode is often too sure of
    itself, and a part of it is taken.

    Parameters
    ----------
    model
        In the non-centred form, see `uncentre`.
    evaluate
        Its log density and gradient at an unconstrained point.
    mode
        Unconstrained point of high density.

    Returns
    -------
    dict
        Arrays of shape (groups,) by the names of the data that hold them.
    """
    places = _places(model)
    return {name: _curved(evaluate, mode, places[_offset_of(name)]) for name in _weights(model)}


def weights_near(model: "pm.Model", evaluate: Evaluate, point: Array) -> Weights:
    """Choose weights by the curvature in all offsets together, given means and spreads.

    As `weights_at`, at a point that is known to be near the posterior: what is left of the
    variance of an offset when the others of its group are not known either, which of
    parameters that the data hardly tell apart is much, although each alone is well determined.

    Parameters
    ----------
    model
        In the non-centred form.
    evaluate
        Its log density and gradient.
    point
        Unconstrained.
    """
    places = _places(model)
    own = {name: places[_offset_of(name)] for name in _weights(model)}
    every = np.concatenate([*own.values()])
    curvature = np.empty((len(every), len(every)))
    for row, place in enumerate(every):
        step = np.zeros(len(point))
        step[place] = STEP
        below, above = (evaluate(point + sign * step)[1][every] for sign in (-1, 1))
        curvature[row] = (below - above) / (2 * STEP)
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    # The prior alone gives a curvature of one; less is where the likelihood bends the other way.
    variance = np.diag((vectors / np.maximum(values, 1.0)) @ vectors.T)
    chosen = dict(zip(every.tolist(), np.clip(1 - variance, 0, 1), strict=True))
    return {name: np.array([chosen[place] for place in at.tolist()]) for name, at in own.items()}


def weights_of(model: "pm.Model", points: Array) -> Weights:
    """Choose weights by draws, which know more of a posterior than its mode does.

    With z the offset of the non-centred form, m the mean and s the spread, z = value/s - m/s:
    what is left of z after a regression on 1/s and m/s has its variance under one mean and
    spread, the inverse of the curvature in `weights_at`. It is that of a typical spread, and
    tells the error e of a group by itself. In the form of weight w an offset has the width
    s^w / sqrt(1 + (s/e)²); the weight that makes it the same at the least and the largest spread of
    the draws is taken. Of many groups these are about the same. Of few they are far apart, and a
    weight that suits one of them would leave a funnel at the other.

    Parameters
    ----------
    model
        In whichever form.
    points
        Unconstrained draws, of shape (n, size).
    """
    import pymc as pm

    before = {name: variable.get_value() for name, variable in _weights(model).items()}
    centred = move(model, (*points,), {name: np.ones_like(w) for name, w in before.items()})
    places, names = _places(model), [_offset_of(name) for name in before]
    located = _locations(model, names)
    known = [located(point) for point in centred]  # mean and spread themselves
    pm.set_data(before, model=model)
    chosen = {}
    for number, (weight, name) in enumerate(zip(before, names, strict=True)):
        mean, spread = (np.array([each[number][part] for each in known]) for part in (0, 1))
        z = (np.array(centred)[:, places[name]] - mean) / spread
        chosen[weight] = np.array(
            [
                _even_weight(
                    _residual_variance(z[:, group], mean[:, group], spread[:, group]),
                    spread[:, group],
                )
                for group in range(z.shape[1])
            ]
        )
    return chosen


def _even_weight(left: float, spread: Array) -> float:
    """Return the weight by which an offset is as wide at the least spread as at the largest."""
    if left >= 1:
        return 0.0
    error = np.median(spread) * np.sqrt(left / (1 - left))
    low, high = spread.min(), spread.max()
    if high - low < 1e-6 * high:
        return float(1 - left)
    return float(np.log(np.hypot(error, high) / np.hypot(error, low)) / np.log(high / low))


def _residual_variance(z: Array, mean: Array, spread: Array) -> float:
    known = np.column_stack([np.ones_like(z), 1 / spread, mean / spread])
    left = z - known @ np.linalg.lstsq(known, z)[0]
    return float(np.median(left**2) / stats.chi2(1).median())


def move(model: "pm.Model", points: tuple[Array, ...], weights: Weights) -> tuple[Array, ...]:
    """Set the weights, and return points in the new coordinates.

    Parameters
    ----------
    model
        In whichever form.
    points
        Unconstrained points.
    weights
        By the names of the data that hold them; see `weights_at`.
    """
    import pymc as pm

    places, names = _places(model), [_offset_of(name) for name in weights]
    located = _locations(model, names)
    before = [located(point) for point in points]
    pm.set_data(weights, model=model)
    # With the same means and spreads the same values have other offsets: x = w·m + s^w·z. The
    # means of cells follow from their samples, so coarse levels come first.
    levels = sorted({len(places[name]) for name in names})
    moved = []
    for point, old in zip(points, before, strict=True):
        result = point.copy()
        for level in levels:
            new = located(result)
            for name, (center, scale), (to, wide) in zip(names, old, new, strict=True):
                own = places[name]
                if len(own) == level:
                    result[own] = to + wide * (point[own] - center) / scale
        moved.append(result)
    return tuple(moved)


def _locations(model: "pm.Model", names: list[str]) -> Callable[[Array], list[Any]]:
    """Return the function from an unconstrained point to center and scale of each offset."""
    import pymc as pm

    owners = [model[name].owner for name in names]
    scales = [each for owner in owners for each in owner.op.dist_params(owner)]
    function = pm.compile(
        list(model.value_vars),
        model.replace_rvs_by_values(scales),
        mode=interpreted(),
        on_unused_input="ignore",
    )
    places, start = _places(model), model.initial_point()
    sizes = [len(places[name]) for name in names for _ in (0, 1)]
    shapes = [
        (places[str(rv.name)], np.shape(start[model.rvs_to_values[rv].name]))
        for rv in model.free_RVs
    ]

    def located(point: Array) -> list[Any]:
        values = function(*(point[place].reshape(shape) for place, shape in shapes))
        wide = [np.broadcast_to(value, size) for value, size in zip(values, sizes, strict=True)]
        return list(zip(wide[::2], wide[1::2], strict=True))

    return located


def _weights(model: "pm.Model") -> dict[str, Any]:
    return {str(v.name): v for v in model.data_vars if f"_{CENTRING}" in str(v.name)}


def _zeros(model: "pm.Model") -> Weights:
    return {name: np.zeros_like(v.get_value()) for name, v in _weights(model).items()}


def _offset_of(weight: str) -> str:
    """Return the name of the offsets that a weight belongs to."""
    return weight.replace(f"_{CENTRING}", f"_{OFFSET}")


def _curved(evaluate: Evaluate, x: Array, places: NDArray[np.int64]) -> Array:
    """Return the weights that a mode asks for, of offsets that are independent of each other."""
    step = np.zeros(len(x))
    step[places] = STEP
    below, above = (evaluate(x + sign * step)[1][places] for sign in (-1, 1))
    curvature = (below - above) / (2 * STEP)
    usable = np.isfinite(curvature) & (curvature > 1)
    return np.where(usable, SHARE * (1 - 1 / np.where(usable, curvature, 1.0)), 0.0)


def _places(model: "pm.Model") -> dict[str, NDArray[np.int64]]:
    """Return where each free variable stands in the raveled point."""
    point, start, places = model.initial_point(), 0, {}
    for variable in model.free_RVs:
        size = int(np.size(point[model.rvs_to_values[variable].name]))
        places[str(variable.name)] = np.arange(start, start + size)
        start += size
    return places
