"""Statements on specimens: on one, by its digits; on what a coating does, by one of each."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...datasets.published import Published
from ...inference.prior import Prior
from .claim import Case, Finding, case, judge_statement
from .inputs import LEVELS, Array, Inputs, at_normal, normal_grid, typical

Holds = Callable[[Any], NDArray[np.bool_]]


def two_specimens(
    log_ratio: Array,
    spread: Prior,
    holds: Holds,
    quantity: str,
    more: str = "",
    kind: str = "pellet",
    published: Published | None = None,
) -> Finding:
    """Judge a statement on the ratio of two kinds of specimens, of which one each was measured.

    What a kind has is spread log-normally between specimens, and any ratio of the two kinds
    is as likely as another before. The logarithm of the ratio is then normal around the
    measured one, with √2 times the spread.

    Parameters
    ----------
    log_ratio
        Draws of the logarithm of the measured ratio.
    spread
        Prior of the relative spread between specimens of one kind.
    holds
        Whether the statement is true of a ratio.
    quantity
        What the ratio is of.
    more
        What else is to be said.
    kind
        What one specimen is.
    published
        The published number of the claim, if it has one.
    """
    z, of_spread = normal_grid()
    unit_normal = np.sqrt(2) * z

    def ratio(each: Array | float) -> Array:
        return np.asarray(np.exp(log_ratio + each * unit_normal))

    cases = [_case(f"{kind}s made alike differ by {100 * s:g} %", ratio(s), holds) for s in LEVELS]
    own = _case("these two alone, by their printed digits", ratio(0.0), holds)
    drawn = ratio(at_normal(spread, of_spread))
    prior = f"One {kind} each; {kind}s made alike are taken to differ by {typical(spread)}."
    return judge_statement(
        float(np.mean(holds(drawn))),
        drawn,
        quantity,
        f"{more} {prior}".strip(),
        [own, *cases],
        published=published,
    )


def one_specimen(
    inputs: Inputs,
    series: Sequence[Array],
    holds: Callable[[Sequence[Array]], NDArray[np.bool_]],
    shown: Callable[[Sequence[Array]], Array],
    quantity: str,
    more: str = "",
    unit: str = "",
) -> Finding:
    """Judge a statement on numbers of one specimen by their digits.

    Parameters
    ----------
    inputs
        For the random numbers.
    series
        Draws of positive numbers.
    holds
        Whether the statement is true of such a series.
    shown
        The quantity to show.
    quantity
        What that is.
    more
        What else is to be said.
    unit
        Of the quantity.
    """
    factors = [inputs.normal() for _ in series]
    cases = []
    for level in LEVELS:
        noisy = [value * np.exp(level * z) for value, z in zip(series, factors, strict=True)]
        label = f"each number scatters by {100 * level:g} %"
        cases.append(case(label, shown(noisy), float(np.mean(holds(noisy)))))
    drawn = shown(series)
    probability = float(np.mean(holds(series)))
    return judge_statement(probability, drawn, quantity, more, cases, unit, by_digits=True)


def rises(series: Sequence[Array]) -> NDArray[np.bool_]:
    """Whether each number is above the one before."""
    steps = [after > before for before, after in zip(series, series[1:], strict=False)]
    return np.asarray(np.logical_and.reduce(steps))


def falls(series: Sequence[Array]) -> NDArray[np.bool_]:
    """Whether each number is below the one before."""
    return rises(series[::-1])


def smallest_step(series: Sequence[Array]) -> Array:
    """Return the smallest ratio of a number to the one before."""
    steps = [after / before for before, after in zip(series, series[1:], strict=False)]
    return np.asarray(np.minimum.reduce(steps))


def largest_step(series: Sequence[Array]) -> Array:
    """Return the largest ratio of a number to the one before."""
    return 1 / smallest_step(series[::-1])


def last_over_first(series: Sequence[Array]) -> Array:
    """Return the ratio of the last number to the first."""
    return series[-1] / series[0]


def _case(assumption: str, drawn: Array, holds: Holds) -> Case:
    return case(assumption, drawn, float(np.mean(holds(drawn))))
