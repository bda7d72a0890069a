"""Numbers beside the limit that they were held against, in as many digits as decide."""

import math

MOST_DECIMALS = 10


def beside_limit(value: float, limit: float, decimals: int = 2) -> tuple[str, str]:
    """Write a value and a limit alike, so that rounding does not change which is larger.

    Parameters
    ----------
    value, limit
        What was found, and what it was held against.
    decimals
        The least number of them.

    Examples
    --------
    >>> beside_limit(0.42, 1.0), beside_limit(1.004, 1.0)
    (('0.42', '1.00'), ('1.004', '1.000'))
    """
    shown = decimals_beside(value, (limit,), decimals)
    return f"{value:.{shown}f}", f"{limit:.{shown}f}"


def decimals_beside(value: float, limits: tuple[float, ...], decimals: int = 2) -> int:
    """Return how many decimals tell on which side of each limit a value lies."""
    if not math.isfinite(value):
        return decimals
    while decimals < MOST_DECIMALS and any(
        _side(value, limit) != _side(round(value, decimals), round(limit, decimals))
        for limit in limits
        if math.isfinite(limit)
    ):
        decimals += 1
    return decimals


def _side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)
