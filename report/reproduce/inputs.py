"""What a claim is checked with: draws of printed numbers, and priors of what is not printed."""

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ...datasets.published import Published
from ...inference.noise.specimens import WITHIN
from ...inference.prior import Prior
from ..numbers import number
from .published_numbers import Numbers

if TYPE_CHECKING:
    from .fits import Fits

Array = NDArray[np.float64]

DRAWS = 40_000
_SPREADS = 50  # a divisor of it, see `normal_grid`

SCATTER = Prior.parse(WITHIN.prior)
"""Of one pellet's conductivity between temperatures: the package's default for such data."""

LEVELS = (0.03, 0.10, 0.30)
"""Scatters or spreads at which an answer is shown beside the one under the prior."""


class Inputs:
    """Draws for one claim; those of other claims do not change them.

    Parameters
    ----------
    numbers
        The published numbers.
    claim
        Name of the claim, which the random numbers depend on.
    seed
        The same seed gives the same draws.
    fits
        Fits that claims share.
    """

    def __init__(self, numbers: Numbers, claim: str, seed: int, fits: "Fits") -> None:
        self.fits = fits
        self._numbers = numbers
        self._rng = np.random.default_rng([seed, crc32(claim.encode())])
        self._drawn: dict[tuple[str, float | None], Array] = {}
        self._used: dict[str, None] = {}

    @property
    def used(self) -> tuple[str, ...]:
        """Keys of the published numbers that were asked for, in that order."""
        return tuple(self._used)

    def number(self, key: str, unit: str | None = None) -> Published:
        """Return a published number, in another unit if wanted."""
        self._used[key] = None
        found = self._numbers[key]
        return found if unit is None else found.to(unit)

    def draw(self, key: str, unit: str | None = None, step: float | None = None) -> Array:
        """Draw evenly from the interval that the digits of a published number stand for.

        Parameters
        ----------
        key
            Of the number. The same key gives the same draws again.
        unit
            Of the draws; the number's own unless given.
        step
            What its last digit counts in that unit, where this is not what is printed.
        """
        printed = self.number(key, unit)
        place = (key, step)
        if place not in self._drawn:
            self._drawn[place] = self.uniform(-0.5, 0.5)
        return printed.value + (printed.step if step is None else step) * self._drawn[place]

    def uniform(self, low: float, high: float) -> Array:
        """Draw evenly between two numbers."""
        return self._rng.uniform(low, high, DRAWS)

    def normal(self) -> Array:
        """Draw from the standard normal distribution."""
        return self._rng.normal(size=DRAWS)

    def from_prior(self, prior: Prior) -> Array:
        """Draw from one of the log-normal priors of this module."""
        return at_normal(prior, self.normal())


def normal_grid() -> tuple[Array, Array]:
    """Return two standard normal variables on a grid of equal probabilities, the first finer.

    In place of random draws they keep chance out of a probability, and so out of a verdict
    near its limit.
    """
    from scipy.special import ndtri  # loads slowly

    fine, coarse = (
        ndtri((np.arange(count) + 0.5) / count) for count in (DRAWS // _SPREADS, _SPREADS)
    )
    first, second = np.meshgrid(fine, coarse)
    return first.ravel(), second.ravel()


def at_normal(prior: Prior, z: Array) -> Array:
    """Return the values of a log-normal prior at values of a standard normal variable."""
    values = dict(prior.arguments)
    return np.asarray(np.exp(values["mu"] + values["sigma"] * z))


def typical(prior: Prior) -> str:
    """Write the median of a log-normal prior and where 94 % of it lie: ``10 % (2.7 to 37 %)``."""
    texts = (number(100 * each, 2) for each in at_normal(prior, np.array([0, -1.881, 1.881])))
    return "{} % ({} to {} %)".format(*texts)
