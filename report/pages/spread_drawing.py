"""How answers change with the spread between specimens, as a figure of a page."""

from collections.abc import Callable, Mapping

import xarray as xr

from ...inference.factors.prior_levels import Level
from ..figures.specimen_spread import MOST_LINES, answers_by_spread
from .subject import Drawing


def by_spread_drawing(
    answers: Callable[[xr.DataTree], Mapping[str, tuple[Level, ...]]],
) -> Drawing:
    """Return the figure of the statements that a result makes.

    Parameters
    ----------
    answers
        Returns the statements of a result, and how probable each is at fixed spreads.
    """
    return Drawing(
        "spread",
        lambda tree: answers_by_spread(answers(tree)),
        "Probability against the spread between specimens",
        "How probable each statement is if specimens made alike differ by so much; dashed, what "
        "counts as clear. Where the data rule a spread out, nothing is drawn. Of more than "
        f"{MOST_LINES} statements, those that change most are drawn.",
    )
