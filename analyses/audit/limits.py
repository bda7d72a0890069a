"""Limits of which one cell each was tested: the posterior of `Censored`, by quadrature."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...inference.prior import Prior
from .fits import Array
from .inputs import Inputs, at_normal

Step = tuple[float, float]
"""Bounds of the limit of one cell: above the first, at most at the second."""

_GRID = 2001
_SPREADS = 60
_REACH = 6.0
"""Standard deviations of the prior that the grid spans on each side."""


@dataclass(frozen=True)
class Medians:
    """What one cell of each kind says of the medians of both kinds.

    Attributes
    ----------
    first, second
        Draws of the medians, in the unit of the bounds.
    probability
        That the second median is above the first, by quadrature.
    """

    first: Array
    second: Array
    probability: float


def medians(
    inputs: Inputs, first: Step, second: Step, width: float, spread: Prior | float
) -> Medians:
    """Return the posterior of the medians of two kinds of cells.

    Each median has the package's prior, log-normal around the middle of what was tested with
    the standard deviation `width` of its logarithm. Both kinds share the scatter between cells,
    whose prior, or value, is `spread`.
    """
    known = [end for step in (first, second) for end in step if 0 < end < np.inf]
    middle = np.mean(np.log([min(known), max(known)]))
    grid = middle + _REACH * width * np.linspace(-1, 1, _GRID)
    prior = np.exp(-(((grid - middle) / width) ** 2) / 2)
    scatters = _scatters(spread)
    weights = [prior * _probability(step, grid, scatters[:, None]) for step in (first, second)]
    mass = [each.sum(axis=1) for each in weights]
    # The probability to be above what has been added up so far; half of what is equal.
    below = np.cumsum(weights[0], axis=1) - weights[0] / 2
    above = (weights[1] * below).sum() / (mass[0] * mass[1]).sum()
    of_scatter = np.cumsum(mass[0] * mass[1])
    chosen = np.searchsorted(of_scatter / of_scatter[-1], inputs.uniform(0, 1)).astype(np.int64)
    drawn = [_drawn(grid, each, chosen, inputs.uniform(0, 1)) for each in weights]
    return Medians(drawn[0], drawn[1], min(float(above), 1.0))


def _scatters(spread: Prior | float) -> Array:
    if isinstance(spread, float):
        return np.array([spread])
    from scipy.special import ndtri  # loads slowly

    return at_normal(spread, ndtri((np.arange(_SPREADS) + 0.5) / _SPREADS))


def _probability(step: Step, log_median: Array, scatter: Array) -> Array:
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        low, high = ((np.log(end) - log_median) / scatter for end in step)
    # The tail that keeps its digits.
    upper = low > 0
    low, high = np.where(upper, -high, low), np.where(upper, -low, high)
    return np.asarray(ndtr(high) - ndtr(low))


def _drawn(grid: Array, weights: Array, chosen: NDArray[np.int64], u: Array) -> Array:
    """Draw from the rows of weights that were chosen, by their inverse distribution."""
    result = np.empty(len(u))
    for row in np.unique(chosen):
        own = chosen == row
        cumulative = np.cumsum(weights[row])
        result[own] = np.interp(u[own] * cumulative[-1], cumulative, grid)
    return np.exp(result)
