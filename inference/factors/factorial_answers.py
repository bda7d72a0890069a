"""What a table of two factors says: ratios, their ratios, and how sure each statement is."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .answered import require_answers
from .factorial import FIRST, SECOND
from .prior_levels import Level, at_spreads

Array = NDArray[np.float64]
SCALAR = ("chain", "draw")


@dataclass(frozen=True)
class Ratio:
    """A level of the first factor over another, at one level of the second.

    Attributes
    ----------
    above, below
        The two levels that are compared: ``above`` over ``below``.
    at
        Level of the second factor.
    draws
        Of the ratio, of dims (chain, draw).
    """

    above: str
    below: str
    at: str
    draws: xr.DataArray

    @property
    def p_above(self) -> float:
        """Probability that it is above one."""
        return float((self.draws > 1).mean())


@dataclass(frozen=True)
class Interaction:
    """How a ratio changes from one level of the second factor to another.

    Attributes
    ----------
    above, below
        The two levels of the first factor: ``above`` over ``below``.
    start, end
        Levels of the second factor.
    draws
        Of the ratio at `end` over that at `start`, of dims (chain, draw).
    p_falls_then_rises, p_rises_then_falls
        Probabilities that the ratio is below one at `start` and above one at `end`, and of the
        opposite.
    """

    above: str
    below: str
    start: str
    end: str
    draws: xr.DataArray
    p_falls_then_rises: float
    p_rises_then_falls: float

    @property
    def p_rises(self) -> float:
        """Probability that the ratio is larger at `end`."""
        return float((self.draws > 1).mean())


def ratios(tree: xr.DataTree) -> tuple[Ratio, ...]:
    """Return all ratios of two levels of the first factor at each level of the second.

    Levels that were not both measured there are left out.

    Raises
    ------
    PosterionError
        If the run failed its checks.
    """
    response = _response(tree)
    found = []
    for below, above in combinations(response[FIRST].values, 2):
        for at in response[SECOND].values:
            one, other = (
                response.sel({FIRST: each, SECOND: at}, drop=True) for each in (above, below)
            )
            ratio = one / other
            if np.isfinite(ratio.values).all():
                found.append(Ratio(str(above), str(below), str(at), ratio))
    return tuple(found)


def interactions(tree: xr.DataTree) -> tuple[Interaction, ...]:
    """Return how each ratio changes between two levels of the second factor.

    Raises
    ------
    PosterionError
        If the run failed its checks.
    """
    found = []
    for one, other in combinations(ratios(tree), 2):
        if (one.above, one.below) != (other.above, other.below):
            continue
        first, last = one.draws, other.draws
        found.append(
            Interaction(
                one.above,
                one.below,
                one.at,
                other.at,
                last / first,
                float(((first < 1) & (last > 1)).mean()),
                float(((first > 1) & (last < 1)).mean()),
            )
        )
    return tuple(found)


def sensitivity(tree: xr.DataTree, ratio: Ratio) -> tuple[Level, ...]:
    """Return the probability of the likelier side of a ratio at fixed spreads of specimens."""
    return at_spreads(tree, ratio.draws > 1 if ratio.p_above >= 0.5 else ratio.draws < 1)


def _response(tree: xr.DataTree) -> xr.DataArray:
    require_answers(tree, "cells", "factorial()", "nothing is compared by it")
    return tree.children["cells"].dataset["response"]
