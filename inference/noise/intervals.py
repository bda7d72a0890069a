"""Log probabilities of intervals, with all their digits in both tails."""

from typing import Any

import numpy as np


def log_normal_interval(middle: Any, half: Any) -> Any:
    """Return the log probability of an interval of the standard normal distribution.

    Parameters
    ----------
    middle, half
        Middle and half of the interval. Both ends would lose the digits of a narrow one.
    """
    import pytensor.tensor as pt

    # Both ends are mirrored into the lower tail, where the difference keeps its digits.
    middle = -abs(middle)
    # Of a narrow interval it would not: there density times width, to third order in the width.
    narrow = half * (1 - middle) < 1e-3
    density = -(middle**2) / 2 - np.log(2 * np.pi) / 2
    thin = density + pt.log(2 * half) + half**2 * (middle**2 - 1) / 6
    wide = pt.where(narrow, 1.0, half)  # keeps the gradient of what is not taken finite
    upper, lower = log_normal_below(middle + wide), log_normal_below(middle - wide)
    return pt.where(narrow, thin, upper + pt.log1mexp(lower - upper))


def log_normal_below(z: Any) -> Any:
    """Return the log of the normal distribution function; PyMC's has but eight digits."""
    import pytensor.tensor as pt

    root = np.sqrt(2.0)
    below = pt.minimum(z, -1.0)
    tail = pt.log(pt.erfcx(-below / root) / 2) - below**2 / 2
    return pt.where(z < -1, tail, pt.log1p(-pt.erfc(pt.maximum(z, -1.0) / root) / 2))
