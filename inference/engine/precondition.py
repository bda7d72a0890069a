"""Making a posterior round before it is sampled: x = center + axes z."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from .explore import Evaluate, Mode

Array = NDArray[np.float64]

STEP = 1e-4
"""Step of the differences of the gradient, in units of the prior's spread."""

NOTHING = 1e-6
"""Second derivatives that are smaller than this share of those on the diagonal are none."""

LEAST_CURVATURE = 1e-4
"""Directions that are flatter than this share of the usual curvature count as if they were not."""

TRIALS = 200
MAX_MISMATCH = 1.5
"""The normal approximation guides the sampler where the root-mean-square error of its log
density, per root of dimension, is below this at its own draws."""


@dataclass(frozen=True)
class Whitening:
    """An affine map from round coordinates z to unconstrained x = center + axes z.

    Axes along the coordinates are a vector of their lengths.
    """

    center: Array
    axes: Array

    def to_x(self, z: Array) -> Array:
        """Map points of shape (..., size)."""
        return self.center + (z @ self.axes.T if self.axes.ndim == 2 else z * self.axes)

    def to_z(self, x: Array) -> Array:
        """Map a point of shape (size,) back."""
        shift = x - self.center
        return np.linalg.solve(self.axes, shift) if self.axes.ndim == 2 else shift / self.axes


def hessian(evaluate: Evaluate, x: Array, step: Array) -> Array:
    """Return minus the second derivatives of a log density, by differences of its gradient."""
    size = len(x)
    result = np.empty((size, size))
    with np.errstate(invalid="ignore"):  # far out slopes are infinite, which callers look for
        for i, moved in enumerate(np.diag(step)):
            result[i] = (evaluate(x - moved)[1] - evaluate(x + moved)[1]) / (2 * step[i])
    return (result + result.T) / 2


def whiten(evaluate: Evaluate, mode: Mode, spread: Array) -> Whitening | None:
    """Return the map that makes the posterior round at a mode.

    Returns None where the curvature at the mode is not finite or not positive.
    """
    curvature = hessian(evaluate, mode.x, STEP * np.minimum(spread, 1.0))
    if not np.isfinite(curvature).all():
        return None
    values, vectors = np.linalg.eigh(curvature)
    if values[0] <= 1e-8 * values[-1] * np.finfo(float).eps ** 0.25:
        return None
    return Whitening(mode.x, vectors / np.sqrt(values))


def mean_curvature(evaluate: Evaluate, places: Array, step: Array) -> Whitening:
    """Return the map that the mean curvature at some places makes round.

    Where there is no mode, as of spreads between groups, the curvature at draws still tells how
    the many parameters of groups hang together. Groups meet in the few parameters that they
    share, so that few entries of the map are not zero where those come last. If a density bends
    upwards along some direction, that counts by its size.

    Parameters
    ----------
    evaluate
        The log density and its gradient.
    places
        Of shape (n, size).
    step
        Of the differences, in each coordinate.
    """
    center = np.mean(places, axis=0)
    curvature = np.mean([hessian(evaluate, x, step) for x in places], axis=0)
    size = np.sqrt(np.abs(np.diag(curvature)))
    curvature[np.abs(curvature) < NOTHING * np.outer(size, size)] = 0.0
    shared_last = np.argsort(np.count_nonzero(curvature, axis=0), kind="stable")
    try:
        lower = np.linalg.cholesky(curvature[np.ix_(shared_last, shared_last)])
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(curvature)
        bent = np.maximum(np.abs(values), LEAST_CURVATURE * np.median(np.abs(values)))
        return Whitening(center, vectors / np.sqrt(bent))
    axes = np.empty_like(curvature)
    axes[shared_last] = solve_triangular(lower, np.eye(len(lower)), lower=True).T
    return Whitening(center, axes)


def log_mass(mode: Mode, whitening: Whitening) -> float:
    """Return Laplace's approximation to the log of the mass around a mode."""
    size = len(mode.x)
    return float(
        mode.logp + size / 2 * np.log(2 * np.pi) + np.linalg.slogdet(whitening.axes).logabsdet
    )


def mass_near(evaluate: Evaluate, x: Array, logp: float, spread: Array) -> float:
    """Return how much mass is around a point, mode or not: a log, by the curvature there.

    Along a direction in which the density does not fall off, or only beyond the prior's spread,
    that spread bounds it. In the neck of a funnel the density is without bound, and its mass is
    nothing.
    """
    curvature = hessian(evaluate, x, STEP * np.minimum(spread, 1.0)) * np.outer(spread, spread)
    if not (np.isfinite(logp) and np.isfinite(curvature).all()):
        return -np.inf
    values = np.maximum(np.linalg.eigvalsh(curvature), 1.0)
    return float(logp + (len(x) * np.log(2 * np.pi) - np.log(values).sum()) / 2)


def mismatch(evaluate: Evaluate, mode: Mode, whitening: Whitening, seed: int) -> float:
    """Return how far the normal approximation at a mode is from the density.

    The root mean square, over draws of the approximation, of the error of its log density,
    over the root of the dimension. Infinite where any draw has no density.
    """
    z = np.random.default_rng(seed).normal(size=(TRIALS, len(mode.x)))
    logp = np.array([evaluate(x)[0] for x in whitening.to_x(z)])
    error = np.clip(logp - mode.logp, -1e10, None) + (z**2).sum(axis=1) / 2
    return float(np.sqrt(np.median(error**2) / len(mode.x)))
