"""How sure a statement is, in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..inference.factors.prior_levels import Level
from ..inference.noise.specimens import SPECIMEN_SPREAD
from .number_texts import chance
from .numbers import interval
from .tables import STATISTICS

SURE = 0.97
LIKELY = 0.8


def said(probability: float, yes: str, no: str, undecided: str) -> str:
    """Say the more probable one of two opposites, or that the data can't tell.

    Parameters
    ----------
    probability
        Of `yes`.
    yes, no
        Such as ``"higher"`` and ``"lower"``.
    undecided
        Such as ``"the data can't tell whether it is higher or lower"``.
    """
    more, text = max((probability, yes), (1 - probability, no))
    if more >= SURE:
        return text
    return f"probably {text}" if more >= LIKELY else undecided


def spread_in_words(tree: xr.DataTree, single: bool, kind: str) -> str:
    """Say how much specimens made alike differ, and where that is known from.

    Parameters
    ----------
    tree
        A result with that spread.
    single
        Whether there is one specimen of each kind.
    kind
        Of what there is one each, such as ``"volume"``.
    """
    dataset = tree.children["prior" if single else "posterior"].dataset
    low, middle, high = 100 * np.quantile(dataset[SPECIMEN_SPREAD.name].values, [0.03, 0.5, 0.97])
    size = f"{middle:.2g} % ({low:.2g} to {high:.2g} %)"
    if single:
        return (
            f"There is one specimen of each {kind}, so the data do not tell how much specimens "
            f"made alike differ: that is taken from a prior, {size}."
        )
    return f"Specimens made alike differ by {size}, by the data and a prior."


def at_known_spreads(what: str, levels: Sequence[Level]) -> str:
    """Say which probability of a statement would follow from known spreads; empty without any."""
    known = [(each.spread, each.probability) for each in levels if each.probability is not None]
    cases = ", ".join(f"{chance(p)} if they differ by {100 * spread:g} %" for spread, p in known)
    return f"The probability that {what} is {cases}." if cases else ""


def interval_of(draws: Any) -> tuple[str, str, str]:
    """Write the median of draws without a unit, and the ends of their interval."""
    low, middle, high = (float(each) for each in np.quantile(draws, [0.03, 0.5, 0.97]))
    return interval(middle, low, high, "")[:3]


def statistics(draws: Any) -> dict[str, float]:
    """Return mean, sd and quantiles of draws, as in every JSON document."""
    low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
    values = (np.mean(draws), np.std(draws, ddof=1), low, middle, high)
    return dict(zip(STATISTICS, map(float, values), strict=True))
