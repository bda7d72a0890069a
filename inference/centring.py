"""How pooled parameters are sampled: by how much the data of a group say of it by themselves."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .density import interpreted
from .explore import Evaluate
from .pooling import CENTRING, OFFSET

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]

STEP = 1e-3


def is_pooled(model: "pm.Model") -> bool:
    """Tell whether a model has parameters whose coordinates can be chosen."""
    return bool(_weights(model))


def uncentre(model: "pm.Model") -> None:
    """Put all pooled parameters into the non-centred form; see `pooled_variable`."""
    import pymc as pm

    pm.set_data({n: np.zeros_like(v.get_value()) for n, v in _weights(model).items()}, model=model)


def centre(
    model: "pm.Model", evaluate: Evaluate, mode: Array, points: tuple[Array, ...]
) -> tuple[Array, ...]:
    """Choose the weights between the non-centred and the centred form.

    In the non-centred form an offset has a standard normal prior, and the curvature of the
    log density along it is one more than the ratio of the variance between groups to the
    variance that the data of its own group leave. The weight 1 - 1/curvature makes the
    offset independent of mean and spread where all is normal. It changes the coordinates,
    not the posterior.

    Parameters
    ----------
    model
        In the non-centred form, see `uncentre`.
    evaluate
        Its log density and gradient at an unconstrained point.
    mode
        Unconstrained point of high density, at which the weights are taken.
    points
        Unconstrained points, such as starts of chains.

    Returns
    -------
    tuple of array
        The same points in the coordinates that were chosen.
    """
    import pymc as pm

    places = _places(model)
    offsets = {name: _offset(model, name) for name in _weights(model)}
    chosen = {
        name: np.array([_weight(evaluate, mode, place) for place in places[offset.name]])
        for name, offset in offsets.items()
    }
    pm.set_data(chosen, model=model)
    # With the same mean and spread the same value has another offset: x = w·m + s^w·z.
    means = [offset.owner.op.dist_params(offset.owner) for offset in offsets.values()]
    function = pm.compile(
        list(model.value_vars),
        model.replace_rvs_by_values([each for pair in means for each in pair]),
        mode=interpreted(),
        on_unused_input="ignore",
    )
    moved = []
    for point in points:
        new = point.copy()
        values = function(*_split(model, point))
        for offset, mean, scale in zip(offsets.values(), values[::2], values[1::2], strict=True):
            own = places[offset.name]
            new[own] = mean + scale * point[own]
        moved.append(new)
    return tuple(moved)


def _weights(model: "pm.Model") -> dict[str, Any]:
    return {str(v.name): v for v in model.data_vars if str(v.name).endswith(f"_{CENTRING}")}


def _offset(model: "pm.Model", weight: str) -> Any:
    """Return the offsets that a weight belongs to: those with the dimension of the cells."""
    stem = f"{weight.removesuffix(CENTRING)}{OFFSET}"
    dims = model.named_vars_to_dims[weight]
    return next(
        rv
        for rv in model.free_RVs
        if str(rv.name).startswith(stem) and model.named_vars_to_dims.get(rv.name) == dims
    )


def _weight(evaluate: Evaluate, x: Array, place: int) -> float:
    step = np.zeros(len(x))
    step[place] = STEP
    below, above = (evaluate(x + sign * step)[1][place] for sign in (-1, 1))
    curvature = (below - above) / (2 * STEP)
    return 1 - 1 / curvature if np.isfinite(curvature) and curvature > 1 else 0.0


def _places(model: "pm.Model") -> dict[str, NDArray[np.int64]]:
    """Return where each free variable stands in the raveled point."""
    point, start, places = model.initial_point(), 0, {}
    for variable in model.free_RVs:
        size = int(np.size(point[model.rvs_to_values[variable].name]))
        places[str(variable.name)] = np.arange(start, start + size)
        start += size
    return places


def _split(model: "pm.Model", x: Array) -> list[Array]:
    point, places = model.initial_point(), _places(model)
    return [
        x[places[str(rv.name)]].reshape(np.shape(point[model.rvs_to_values[rv].name]))
        for rv in model.free_RVs
    ]
