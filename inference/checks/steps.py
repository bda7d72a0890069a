"""Whether residuals step or break at one place, as across a phase transition."""

import numpy as np
from numpy.typing import NDArray

from ..residuals import Residuals

Array = NDArray[np.float64]

SIDE = 3
"""Points on either side: fewer make a line of themselves."""


def largest_step(residuals: Residuals, values: Array) -> Array:
    """Return how much better two lines describe residuals than one: ln of the sums of squares.

    Of shape (...,) for values (..., n); of the place, and of the series, where it is most.
    """
    return np.asarray(np.max([each for _, each in _steps(residuals, values)] or [_none(values)], 0))


def place_of_step(residuals: Residuals) -> tuple[float, float]:
    """Return the two neighbouring places between which the observed residuals step most."""
    found = list(_steps(residuals, residuals.observed))
    (series, at), _ = max(found, key=lambda each: float(each[1]))
    place = residuals.place[residuals.series == series]
    return float(place[at - 1]), float(place[at])


def _steps(residuals: Residuals, values: Array) -> list[tuple[tuple[int, int], Array]]:
    """Return for each series and number of points below a step how much it explains."""
    found = []
    for series in np.unique(residuals.series):
        own = residuals.series == series
        place, drawn = residuals.place[own], values[..., own]
        whole = _left(place, drawn)
        for at in range(SIDE, place.size - SIDE + 1):
            if place[at] == place[at - 1]:
                continue
            parts = _left(place[:at], drawn[..., :at]) + _left(place[at:], drawn[..., at:])
            found.append(((int(series), at), np.log(whole / np.maximum(parts, _TINY * whole))))
    return found


def _left(place: Array, values: Array) -> Array:
    """Return the sum of squares that a straight line leaves."""
    line, _ = np.linalg.qr(np.stack([np.ones_like(place), place - place.mean()], axis=1))
    left = values - values @ line @ line.T
    return np.asarray((left**2).sum(-1) + np.finfo(float).tiny)


def _none(values: Array) -> Array:
    return np.zeros(values.shape[:-1])


_TINY = 1e-12
