"""Which frequencies, temperatures or cycles tell two models apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .same_data import written

Array = NDArray[np.float64]

MOST = 0.8
"""Share of a difference that its range holds at least."""

LOCAL = 0.5
"""A range of more than this share of all places is no longer one place among others."""

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
    """

    better: str
    worse: str
    axis: str
    low: float
    high: float
    count: int
    of: int
    share: float

    @property
    def local(self) -> bool:
        """Whether the range is short enough to name it."""
        return self.count <= LOCAL * self.of

    def __str__(self) -> str:
        """Say where the difference comes from."""
        pair = f"What sets {self.better} apart from {self.worse}"
        several = _PLURAL.get(self.axis, f"{self.axis}s")
        if not self.local:
            return f"{pair} is spread over the {several} and has no place of its own."
        share = "all" if self.share >= 0.995 else f"{100 * self.share:.0f} %"
        if self.count == 1:
            return (
                f"{pair} is one {self.axis}, {written(self.low, self.axis)}, with {share} of the "
                "difference: look at that point."
            )
        ends = f"{written(self.low, self.axis)} to {written(self.high, self.axis)}"
        return (
            f"{pair} lies at {ends.replace(f'to {self.axis} ', 'to ')}, {self.count} of {self.of} "
            f"{several} with {share} of the difference."
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
