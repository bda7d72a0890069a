"""What a claim is checked with: draws of printed numbers, and priors of what is not printed."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from zlib import crc32

import numpy as np

from ...inference.comparison.specimens import BARRIERS, CELLS, PELLETS
from ...inference.noise.specimens import WITHIN
from ...inference.prior import Prior
from ...report.numbers import number
from .fits import Array, Fits
from .published import Published, rounding_step

Numbers = Mapping[str, Published]

DRAWS = 40_000
_SPREADS = 50  # a divisor of it, see `normal_grid`

PRIORS: Mapping[str, Prior] = MappingProxyType(
    {
        "scatter": Prior.parse(WITHIN.prior),
        "pellets": PELLETS,
        "barriers": BARRIERS,
        "cells": CELLS,
    }
)
"""Of what is not printed: the scatter of one pellet's conductivity around a law, and how much
specimens made alike differ."""

LEVELS = (0.03, 0.10, 0.30)
"""Scatters or spreads at which an answer is shown beside the one under the prior."""


class Undecided(Exception):
    """A sentence on why something cannot be told from what is printed."""


class Inputs:
    """Draws for one claim; those of other claims do not change them.

    Parameters
    ----------
    numbers
        The printed numbers by key.
    claim
        Name of the claim, which the random numbers depend on.
    seed
        The same seed gives the same draws.
    fits
        Fits that claims share.

    Attributes
    ----------
    varied
        Key of the one number that varies, empty where none does; None where all do.
    """

    def __init__(self, numbers: Numbers, claim: str, seed: int, fits: Fits) -> None:
        self.fits = fits
        self.numbers = numbers
        self.varied: str | None = None
        self._rng = np.random.default_rng([seed, crc32(claim.encode())])
        self._drawn: dict[tuple[str, float | None], Array] = {}
        self._used: dict[str, None] = {}

    @property
    def used(self) -> tuple[str, ...]:
        """Keys of the printed numbers that were asked for, in that order."""
        return tuple(self._used)

    def number(self, key: str, unit: str | None = None) -> Published:
        """Return a printed number, in another unit if wanted."""
        self._used[key] = None
        found = self.numbers[key]
        return found if unit is None else found.to(unit)

    def draw(self, key: str, unit: str | None = None, step: float | None = None) -> Array:
        """Draw evenly from the interval that the digits of a printed number stand for.

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
        if self.varied not in (None, key):
            return np.asarray(np.float64(printed.value))
        place = (key, step)
        if place not in self._drawn:
            self._drawn[place] = self._rng.uniform(-0.5, 0.5, DRAWS)
        return printed.value + (printed.step if step is None else step) * self._drawn[place]

    def uniform(self, low: float, high: float) -> Array:
        """Draw evenly between two numbers; their mean where nothing but numbers varies."""
        if self.varied is not None:
            return np.asarray(np.float64((low + high) / 2))
        return self._rng.uniform(low, high, DRAWS)

    def normal(self) -> Array:
        """Draw from the standard normal distribution; 0 where nothing but numbers varies."""
        if self.varied is not None:
            return np.asarray(np.float64(0.0))
        return self._rng.normal(size=DRAWS)


def altered(numbers: Numbers, key: str, printed: str, unit: str | None = None) -> Numbers:
    """Return the same numbers with one printed otherwise, to see whether a verdict turns."""
    new = replace(
        numbers[key],
        printed=printed,
        value=float(printed),
        step=rounding_step(printed),
        unit=unit or numbers[key].unit,
    )
    return {**numbers, key: new}


def quantiles(draws: Array) -> tuple[float, float, float]:
    """Return median and ends of the 94 % interval."""
    low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
    return float(middle), float(low), float(high)


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
