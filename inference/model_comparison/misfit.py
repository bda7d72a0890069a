"""What a model leaves of each datum, and how wide it takes the scatter to be."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..residuals import NORMAL_94
from ..revive import model_of
from .same_data import Match

Array = NDArray[np.float64]

DRAWS = 4000


def predictive(tree: xr.DataTree) -> tuple[Array, Array]:
    """Return the median of new data and their standard deviation, of shape (parts, n).

    The latter is a standard deviation for normal scatter, and the like of one, from the
    central 94 %, where tails are heavy.
    """
    model = model_of(tree)
    drawn = tree.children["posterior_predictive"].dataset[model.output]
    flat = drawn.transpose("chain", "draw", *model.output_dims).values
    flat = flat.reshape(flat.shape[0] * flat.shape[1], -1, flat.shape[-1])
    flat = flat[:: max(1, len(flat) // DRAWS)]
    low, middle, high = np.quantile(flat, [0.03, 0.5, 0.97], axis=0)
    return middle, (high - low) / (2 * NORMAL_94)


def observed(tree: xr.DataTree) -> Array:
    """Return the data that a result was fitted to, of shape (parts, n)."""
    model = model_of(tree)
    values = tree.children["observed_data"].dataset[model.output]
    return np.atleast_2d(values.transpose(*model.output_dims).values)


def residuals(tree: xr.DataTree) -> Array:
    """Return data minus median in standard deviations of new data, of shape (parts, n)."""
    middle, sd = predictive(tree)
    return np.asarray((observed(tree) - middle) / sd)


def misfit(
    better: xr.DataTree, own: Match, worse: xr.DataTree, other: Match
) -> tuple[Array, float]:
    """Return what a model misses at each shared place on the scatter of a better one.

    Returns
    -------
    misfit, wider
        By how much its half squared residuals exceed those of the better model, in units of
        the better one's variance, of shape (n,), and how many times wider its scatter is.
    """
    converted = bool(own.log_scale.any() or other.log_scale.any())
    squares, widths = [], []
    for tree, found in ((better, own), (worse, other)):
        measured, middle, sd = (
            each[:, found.common] for each in (observed(tree), *predictive(tree))
        )
        # Relative to the data where the units of the two differ.
        size = np.abs(measured) if converted else np.ones_like(measured)
        squares.append(((measured - middle) / size) ** 2)
        widths.append(sd / size)
    missed = (squares[1] - squares[0]) / (2 * widths[0] ** 2)
    return missed.sum(axis=0), float(np.median(widths[1] / widths[0]))
