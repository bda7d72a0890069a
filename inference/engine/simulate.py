"""Forward simulation of a PyMC model: the prior, and replicated data."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from ...errors import PosterionError
from .density import interpreted, points_of
from .portions import in_portions

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]

ATTEMPTS, ANEW = 64, 7919
"""Draws of the prior that a transform excludes are drawn anew up to so often, with other seeds."""

LEAST_INSIDE = 0.02
"""Where fewer draws than this are in order they are put in order."""

COMPILED = 8
"""Priors of so many models are kept compiled: most of a second of each fit by a model again."""

AT_ONCE = 40_000_000
"""Numbers in an array of all data for many draws at once; more draws are simulated in turn."""


def simulate_prior(model: "pm.Model", draws: int, seed: int) -> tuple[dict[str, Array], Array]:
    """Draw from the prior.

    Some transforms restrict a prior, as `ordered` does that of several means: PyMC's density is
    zero beyond, but its draws are there. Those are drawn anew.

    Returns
    -------
    dict
        Free variables, deterministics and observed variables (prior predictive), of shape
        (draws, ...), by name.
    array
        The same draws as raveled unconstrained points, of shape (draws, size).
    """
    names = [rv.name for rv in (*model.free_RVs, *model.deterministics, *model.observed_RVs)]
    found, inside = _inside(_drawn(model, draws, seed))
    in_order = False
    for attempt in range(1, ATTEMPTS):
        if inside >= draws:
            break
        # Of many means in order, draws of which hardly any are, the sorted ones are the same.
        in_order = in_order or inside < LEAST_INSIDE * attempt * draws
        more, own = _inside(_drawn(model, draws, seed + ANEW * attempt, in_order))
        found = [np.concatenate(each) for each in zip(found, more, strict=True)]
        inside += own
    if not inside:
        unusual = ", ".join(rv.name for rv in model.free_RVs if model.rvs_to_transforms[rv])
        raise PosterionError(
            f"of {ATTEMPTS * draws} draws of the prior none is in the range of the transforms of "
            f"{unusual}; give priors and transforms that go together."
        )
    *values, points = [each[np.arange(draws) % inside] for each in found]
    return dict(zip(names, values, strict=True)), points


def _inside(found: list[Array]) -> tuple[list[Array], int]:
    """Keep the draws whose unconstrained points, the last, are numbers; and count them."""
    inside = np.isfinite(found[-1]).all(axis=1)
    kept = found if inside.all() else [each[inside] for each in found]
    return kept, int(inside.sum())


def _drawn(model: "pm.Model", draws: int, seed: int, in_order: bool = False) -> list[Array]:
    """Return draws of all variables of a model, and last the raveled unconstrained points.

    What has to be in order is put in order if asked for.
    """

    def simulate(part: slice, own_seed: int) -> tuple[Array, ...]:
        count = part.stop - part.start
        try:
            return tuple(
                _seeded(_compiled_prior(model, tuple(model.named_vars), count, in_order), own_seed)
            )
        except (ValueError, NotImplementedError):  # PyTensor cannot batch every random variable
            return tuple(_repeat(_prior(model), count, own_seed))

    return in_portions(points_of(model), draws, simulate, seed)


@lru_cache(maxsize=COMPILED)
def _compiled_prior(
    model: "pm.Model", names: tuple[str, ...], draws: int, in_order: bool
) -> tuple[Any, list[Any]]:
    """Compile the prior of a model as it is now, of these variables, for any seed and data."""
    return _compiled(_batched_prior(model, draws, in_order))


def _prior(model: "pm.Model") -> list[Any]:
    """Return all variables of a model, and last the raveled unconstrained point."""
    import pytensor.tensor as pt

    raveled = [_unconstrain(model, rv).ravel() for rv in model.free_RVs]
    variables = [*model.free_RVs, *model.deterministics, *model.observed_RVs]
    return [*variables, pt.concatenate(raveled)]


def _batched_prior(model: "pm.Model", draws: int, in_order: bool) -> list[Any]:
    """Return the same with all draws as the first dimension, so that one call makes them."""
    import pytensor.tensor as pt
    from pymc.distributions.shape_utils import change_dist_size
    from pymc.distributions.transforms import Ordered
    from pytensor.graph.replace import vectorize_graph

    batched: dict[Any, Any] = {}
    raveled = []
    for rv in model.free_RVs:
        many = vectorize_graph(rv, batched) if batched else rv
        if many.ndim == rv.ndim:  # depends on no other variable
            many = change_dist_size(rv, (draws,), expand=True)
        if in_order and isinstance(model.rvs_to_transforms[rv], Ordered):
            many = pt.sort(many, axis=-1)
        batched[rv] = many
        raveled.append(vectorize_graph(_unconstrain(model, rv), batched).reshape((draws, -1)))
    rest = vectorize_graph([*model.deterministics, *model.observed_RVs], batched)
    return [*batched.values(), *rest, pt.concatenate(raveled, axis=1)]


def _unconstrain(model: "pm.Model", rv: Any) -> Any:
    transform = model.rvs_to_transforms[rv]
    return rv if transform is None else transform.forward(rv, *rv.owner.inputs)


def unconstrained_points(model: "pm.Model", values: Sequence[Mapping[str, npt.ArrayLike]]) -> Array:
    """Return the raveled unconstrained points of values of the free variables.

    Raises
    ------
    PosterionError
        If a free variable is missing.
    """
    import pymc as pm

    missing = {rv.name for rv in model.free_RVs} - set(values[0])
    if missing:
        raise PosterionError(f"the starts lack {', '.join(sorted(missing))}; give all variables.")
    function = pm.compile(
        list(model.free_RVs),
        [_unconstrain(model, rv).ravel() for rv in model.free_RVs],
        mode=interpreted(),
        on_unused_input="ignore",
    )
    return np.stack(
        [np.concatenate(function(*(each[rv.name] for rv in model.free_RVs))) for each in values]
    )


def replicate(model: "pm.Model", values: Mapping[str, Array], seed: int) -> dict[str, Array]:
    """Simulate the observed variables at given values of the free ones.

    Parameters
    ----------
    values
        Arrays of shape (draws, ...) by the name of each free variable.

    Returns
    -------
    dict
        Arrays of shape (draws, ...) by the name of each observed variable.
    """
    import pytensor.tensor as pt
    from pytensor.graph.replace import vectorize_graph

    draws = len(next(iter(values.values())))
    rows = max(1, AT_ONCE // max(1, sum(v.get_value().size for v in model.data_vars)))
    if draws > rows:
        parts = [
            replicate(model, {n: v[start : start + rows] for n, v in values.items()}, seed + start)
            for start in range(0, draws, rows)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    names = [variable.name for variable in model.observed_RVs]
    given = [np.asarray(values[rv.name]) for rv in model.free_RVs]

    def simulate(part: slice, own_seed: int) -> list[Array]:
        own = [value[part] for value in given]
        try:
            batched = dict(zip(model.free_RVs, map(pt.as_tensor, own), strict=True))
            return _seeded(_compiled(vectorize_graph(model.observed_RVs, batched)), own_seed)
        except (ValueError, NotImplementedError):
            return _repeat(model.observed_RVs, len(own[0]), own_seed, model.free_RVs, own)

    found = in_portions(points_of(model), len(given[0]), simulate, seed)
    return dict(zip(names, found, strict=True))


def _compiled(outputs: list[Any]) -> tuple[Any, list[Any]]:
    """Return a function of random variables, and the generators that it draws from."""
    import pymc as pm

    function, updates = pm.compile(
        [], outputs, mode=interpreted(), random_seed=False, return_updates=True
    )
    return function, list(updates)


def _seeded(compiled: tuple[Any, list[Any]], seed: int) -> list[Array]:
    from pymc.pytensorf import reseed_rngs

    function, generators = compiled
    reseed_rngs(generators, seed)
    return [np.asarray(value) for value in function()]


def _repeat(
    outputs: list[Any], draws: int, seed: int, inputs: Any = (), values: Any = ()
) -> list[Array]:
    import pymc as pm

    function = pm.compile(
        list(inputs), outputs, mode=interpreted(), random_seed=seed, on_unused_input="ignore"
    )
    rows = [function(*(value[i] for value in values)) for i in range(draws)]
    return [np.stack(column) for column in zip(*rows, strict=True)]
