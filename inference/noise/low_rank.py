"""Normal data whose errors are independent ones and a few shared ones, marginalized."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def low_rank_variable(
    name: str, mean: Any, sigma: Any, factor: Any, group: Any, **options: Any
) -> Any:
    """Create an observed variable y = mean + F b + σ ε, with b and ε standard normal.

    The amplitudes b are integrated out in closed form: of n data and k amplitudes only matrices
    of k by k are decomposed (Woodbury's identity), so the cost grows linearly with the data. The
    log density of all data is shared out among them in equal parts, since it is no sum of terms
    of single data.

    Parameters
    ----------
    name
        Of the variable.
    mean, sigma
        Of each datum, of shape (p, n).
    factor
        F, of shape (p, n, k).
    group
        Number of the group of each point, of shape (n,); each has amplitudes of its own.
    options
        Passed on to PyMC: ``observed`` and ``dims``.
    """
    import pymc as pm

    return pm.CustomDist(
        name,
        mean,
        sigma,
        factor,
        group,
        logp=_logp,
        random=_draws,
        signature="(p,n),(p,n),(p,n,k),(n)->(p,n)",
        **options,
    )


def _logp(value: Any, mean: Any, sigma: Any, factor: Any, group: Any) -> Any:
    import pytensor.tensor as pt

    from .low_rank_op import low_rank

    logp, *_ = low_rank(value, mean, sigma, factor, group)
    return pt.zeros_like(value) + logp / value.size


def _draws(
    mean: Any, sigma: Any, factor: Any, group: Any, rng: np.random.Generator, size: Any = None
) -> Any:
    shape = (*(size or ()), *np.shape(mean)[-2:])
    shape = np.broadcast_shapes(shape, np.shape(mean), np.shape(sigma))
    groups = int(np.max(group)) + 1
    amplitude = rng.normal(size=(*shape[:-2], groups, np.shape(factor)[-1]))
    own = np.take(amplitude, np.asarray(group, dtype=int).reshape(-1)[: shape[-1]], axis=-2)
    shared = np.einsum("...pnk,...nk->...pn", factor, own)
    return mean + shared + sigma * rng.normal(size=shape)


def amplitudes_given(
    value: Array, mean: Array, sigma: Array, factor: Array, rng: np.random.Generator
) -> Array:
    """Draw the amplitudes b of one group from what its data say of them.

    Parameters
    ----------
    value
        The data, of shape (p, n).
    mean, sigma, factor
        As in `low_rank_variable`, with draws of the parameters along the first dimension.
    rng
        Of the draws.

    Returns
    -------
    array
        Of shape (draws, k).
    """
    draws, rank = len(mean), factor.shape[-1]
    z = ((value - mean) / sigma).reshape(draws, -1)
    scaled = (factor / sigma[..., None]).reshape(draws, -1, rank)
    turned = scaled.transpose(0, 2, 1)
    root = np.linalg.cholesky(np.eye(rank) + turned @ scaled)
    seen = np.linalg.solve(root, turned @ z[..., None])
    fresh = rng.normal(size=seen.shape)
    return np.asarray(np.linalg.solve(root.transpose(0, 2, 1), seen + fresh)[..., 0])
