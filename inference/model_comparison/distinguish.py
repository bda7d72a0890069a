"""Which frequencies, temperatures or cycles tell two models apart."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .same_data import written

Array = NDArray[np.float64]

MOST = 0.8
"""Share of a difference that its range holds at least."""

LOCAL = 0.5
"""A range of more than this share of all places is no longer one place among others."""

WIDER = 1.2
"""A scatter that is wider by less does not explain a difference at all places."""

_PLURAL = {"frequency": "frequencies"}


@dataclass(frozen=True)
class Region:
    """The shortest run of neighbouring places that holds most of the difference of two models.

    Attributes
    ----------
    better, worse
        Names of the models.
    axis
        Name of the input along which places are neighbours.
    low, high
        Its ends, in the unit of the model.
    count, of
        Places within it, and in all; data at one input, such as those of several cells at one
        cycle, are one.
    share
        Of the difference; above one where the rest of the data prefer the other model.
    wider
        How many times wider the worse model takes the scatter to be, where the difference is
        spread by that over all places and the range is that of the misfit alone; else None.
    """

    better: str
    worse: str
    axis: str
    low: float
    high: float
    count: int
    of: int
    share: float
    wider: float | None = None

    @property
    def local(self) -> bool:
        """Whether the range is short enough to name it."""
        return self.count <= LOCAL * self.of

    def __str__(self) -> str:
        """Say where the difference comes from."""
        several = _PLURAL.get(self.axis, f"{self.axis}s")
        if not self.local:
            return (
                f"What sets {self.better} apart from {self.worse} is spread over the {several} and "
                "has no place of its own."
            )
        share = "all" if self.share >= 0.995 else f"{100 * self.share:.0f} %"
        ends = [written(end, self.axis) for end in (self.low, self.high)]
        where = f"{ends[0]} to {ends[1].removeprefix(f'{self.axis} ')}"
        if self.count == 1:
            where = f"{ends[0]} alone"
        held = f"{where} ({self.count} of {self.of} {several}, {share} of {{}})"
        if self.wider is not None:
            return (
                f"What {self.worse} misses lies at {held.format('the misfit')}; it makes up for "
                f"that by taking the scatter to be {self.wider:.2g} times as wide everywhere, so "
                f"{self.better} predicts better at other {several} too."
            )
        more = ": look at that point" if self.count == 1 else ""
        return (
            f"What sets {self.better} apart from {self.worse} lies at "
            f"{held.format('the difference')}{more}."
        )


def region(
    better: str, worse: str, axis: str, at: Array, differences: Array, most: float = MOST
) -> Region | None:
    """Return the shortest run of places that holds most of a difference.

    Parameters
    ----------
    better, worse, axis
        Names of the models, and of the input.
    at, differences
        Shape (n,): the input, and by how much the one model does better than the other there.
    most
        Share of the sum of `differences` that the run holds at least. Of runs as short the one
        with the largest share is taken.

    Returns
    -------
    Region or None
        None where the sum is not positive.
    """
    places, index = np.unique(at, return_inverse=True)
    total = float(differences.sum())
    if total <= 0:
        return None
    sums = np.concatenate([[0.0], np.cumsum(np.bincount(index, differences))])
    for length in range(1, places.size + 1):
        held = sums[length:] - sums[:-length]
        start = int(np.argmax(held))
        if held[start] >= most * total:
            break
    return Region(
        better,
        worse,
        axis,
        low=float(places[start]),
        high=float(places[start + length - 1]),
        count=length,
        of=int(places.size),
        share=float(held[start]) / total,
    )


def misfit_region(spread: Region, at: Array, misfit: Array, wider: float) -> Region:
    """Return where the worse model misses the data, if a difference has no place of its own.

    A model that misses the data at some places has to take the scatter to be wider, and pays
    for that at all of them. On the scatter of the better model the misfit has a place.

    Parameters
    ----------
    spread
        The region of the difference itself.
    at, misfit
        Shape (n,): the input, and by how much the half squared residuals of the worse model
        exceed those of the better one, in units of the better one's variance.
    wider
        Ratio of the two standard deviations.
    """
    if spread.local or wider < WIDER:
        return spread
    found = region(spread.better, spread.worse, spread.axis, at, misfit)
    return replace(found, wider=wider) if found is not None and found.local else spread
