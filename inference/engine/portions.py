"""Work on many draws of models of many data, part by part."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PORTION = 16_000_000
"""Values of the data at once: each step of a model, taken for all draws, holds so many."""


def in_portions(
    points: int, draws: int, work: Callable[[slice, int], Sequence[Array]], seed: int = 0
) -> list[Array]:
    """Join what `work` returns for parts of the draws, each with a seed of its own.

    The steps of a model, each for all draws and all data, would need many times the memory of
    what is kept in the end.
    """
    size = max(1, PORTION // max(1, points))
    parts = [slice(start, min(start + size, draws)) for start in range(0, draws, size)]
    found = [work(part, seed + 1000 * number) for number, part in enumerate(parts)]
    return [
        np.concatenate(each) if len(found) > 1 else each[0] for each in zip(*found, strict=True)
    ]
