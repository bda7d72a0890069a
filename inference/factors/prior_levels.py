"""How an answer changes with the spread between specimens that it rests on."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..noise.specimens import SPECIMEN_SPREAD

LEVELS = (0.03, 0.10, 0.30)
"""Spreads between specimens at which an answer is shown beside the one under the prior."""

WIDTH = 0.15
"""Draws that lie closer to a level than this, in the logarithm, count most."""

ENOUGH = 50.0
"""Fewer draws near a level than these say nothing of it."""


@dataclass(frozen=True)
class Level:
    """The probability of a statement at one spread between specimens.

    It is None where the posterior has too few draws there: the data speak against it.
    """

    spread: float
    probability: float | None


def at_spreads(tree: xr.DataTree, holds: xr.DataArray) -> tuple[Level, ...]:
    """Return the probability of a statement at fixed spreads, from the draws near each.

    The posterior given the spread is that of a known spread. So the average over draws near a
    spread is what would follow from knowing it; no other run is needed.

    Parameters
    ----------
    tree
        A result with the parameter ``specimen_spread``.
    holds
        Whether the statement is true in each draw, of dims (chain, draw).
    """
    spread = np.log(tree.children["posterior"].dataset[SPECIMEN_SPREAD.name].values.ravel())
    true = holds.transpose("chain", "draw").values.ravel()
    found = []
    for level in LEVELS:
        weight = np.exp(-(((spread - np.log(level)) / WIDTH) ** 2) / 2)
        share = float(weight @ true / weight.sum()) if weight.sum() >= ENOUGH else None
        found.append(Level(level, share))
    return tuple(found)
