"""Where one sweep of frequencies ends and the next begins."""

import numpy as np
import numpy.typing as npt

_SHORTEST = 3


def runs_of(frequency: npt.NDArray[np.float64]) -> list[list[int]]:
    """Part points into runs of rising or falling frequency, where frequencies recur.

    A sweep from high to low that begins anew, and one that goes up again, are two. Points stay
    together where no frequency recurs, or runs would be too short to be sweeps: an order by
    chance, or a repeated point.

    Examples
    --------
    >>> runs_of(np.array([100.0, 10, 1, 100, 10, 1]))
    [[0, 1, 2], [3, 4, 5]]
    """
    size = frequency.size
    whole = [list(range(size))]
    if np.unique(frequency).size == size or not np.isfinite(frequency).all():
        return whole
    runs: list[list[int]] = [[0]]
    way = 0.0
    for k in range(1, size):
        step = float(np.sign(frequency[k] - frequency[k - 1]))
        if way and step == -way:
            runs.append([k])
            way = 0.0
            continue
        way = way or step
        runs[-1].append(k)
    *full, last = runs
    if not full or min(map(len, full)) < _SHORTEST or len(full) == 1 and len(last) < _SHORTEST:
        return whole
    return runs
