"""Forward simulation of a PyMC model: the prior, and replicated data."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .density import interpreted

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]


def simulate_prior(
    model: "pm.Model", draws: int, seed: int
) -> tuple[dict[str, Array], Array]:
    """Draw from the prior.

    Returns
    -------
    dict
        Free variables, deterministics and observed variables (prior predictive), of shape
        (draws, ...), by name.
    array
        The same draws as raveled unconstrained points, of shape (draws, size).
    """
    import pytensor.tensor as pt
    from pymc.distributions.shape_utils import change_dist_size
    from pytensor.graph.replace import vectorize_graph

    batched: dict[Any, Any] = {}
    unconstrained = []
    for rv in model.free_RVs:
        many = vectorize_graph(rv, batched) if batched else rv
        if many.ndim == rv.ndim:  # depends on no other variable
            many = change_dist_size(rv, (draws,), expand=True)
        batched[rv] = many
        transform = model.rvs_to_transforms[rv]
        value = rv if transform is None else transform.forward(rv, *rv.owner.inputs)
        unconstrained.append(vectorize_graph(value, batched).reshape((draws, -1)))
    rest = [*model.deterministics, *model.observed_RVs]
    names = [variable.name for variable in (*model.free_RVs, *rest)]
    outputs = [*batched.values(), *vectorize_graph(rest, batched)]
    *values, points = _run([*outputs, pt.concatenate(unconstrained, axis=1)], seed)
    return dict(zip(names, values, strict=True)), points


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

    given = {rv: pt.as_tensor(values[rv.name]) for rv in model.free_RVs}
    names = [variable.name for variable in model.observed_RVs]
    return dict(zip(names, _run(vectorize_graph(model.observed_RVs, given), seed), strict=True))


def _run(outputs: list[Any], seed: int) -> list[Array]:
    import pymc as pm

    function = pm.compile([], outputs, mode=interpreted(), random_seed=seed)
    return [np.asarray(value) for value in function()]
