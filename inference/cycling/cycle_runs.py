"""Cells one by one, and what their capacities show without any law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cycle_series import CycleSeries

Array = NDArray[np.float64]

FAR = 10.0
"""Standard deviations off both neighbours that make a spike."""

ALIKE = 0.0005
"""Capacities within this share of their median are the same."""

DIFFERENT = 0.005
"""Another kind of cycle gives a capacity that differs by more."""

RISE = 0.001
"""A smaller rise of the first capacities does no harm."""

SHORT = 8
"""Of fewer points nothing is said."""


@dataclass(frozen=True)
class Run:
    """The points of one cell, cycles rising.

    Attributes
    ----------
    name
        Of the cell or of its group; empty where neither has one.
    cycle, value
        Shape (n,).
    kinds
        Shape (n,) each, labels of the points by name.
    """

    name: str
    cycle: Array
    value: Array
    kinds: Mapping[str, NDArray[np.str_]]

    @property
    def scatter(self) -> float:
        """Standard deviation of a point, from the differences of neighbours."""
        steps = np.diff(self.value)
        if not steps.size:
            return 0.0
        spread = 1.4826 * float(np.median(np.abs(steps - np.median(steps)))) / np.sqrt(2)
        return float(max(spread, 1e-4 * float(np.median(self.value))))

    @property
    def smooth(self) -> Array:
        """Running median of five, from which single spikes are gone."""
        n = self.value.size
        return np.array(
            [np.median(self.value[max(0, k - 2) : max(0, k - 2) + 5]) for k in range(n)]
        )


def runs_of(series: Sequence[CycleSeries]) -> list[Run]:
    """Part each series where its cycles begin anew."""
    found = []
    for each in series:
        starts = np.flatnonzero(np.diff(each.cycle) <= 0) + 1
        for places in np.split(np.arange(each.cycle.size), starts):
            kinds = {name: labels[places] for name, labels in each.kinds.items()}
            own = str(kinds["cell"][0]) if "cell" in kinds and len(starts) else each.label
            found.append(Run(own, each.cycle[places], each.value[places], kinds))
    return found


SPURIOUS = 0.2
"""No cell loses or gains so large a share of its capacity in one cycle, to have it back the next;
and none has so much more or less in its first or its last cycle than in the two beside."""


def spurious(run: Run) -> list[float]:
    """Return the cycles of single points that no cell can show, the ends among them."""
    if run.value.size < SHORT:
        return []
    value, middle = run.value, SPURIOUS * float(np.median(run.value))
    ends = [
        float(run.cycle[end])
        for end, *beside in ((0, 1, 2), (-1, -2, -3))
        if np.abs(value[end] - value[beside]).min() > max(middle, FAR * run.scatter)
        and np.ptp(value[beside]) < middle
    ]
    steps = np.abs(np.diff(value))
    far = dict(zip(run.cycle[1:-1].tolist(), np.minimum(steps[:-1], steps[1:]), strict=True))
    return sorted({*ends, *(cycle for cycle in spikes(run) if far[cycle] > middle)})


def spikes(run: Run) -> list[float]:
    """Return the cycles of single points that lie far off both neighbours of their kind."""
    if run.value.size < SHORT:
        return []
    before, here, after = run.value[:-2], run.value[1:-1], run.value[2:]
    off = np.minimum(np.abs(here - before), np.abs(here - after))
    alone = (here - before) * (here - after) > 0
    same = np.ones(here.size, dtype=bool)
    for labels in run.kinds.values():
        if len(set(labels.tolist())) <= labels.size / 2:  # more are no kinds
            same &= (labels[1:-1] == labels[:-2]) & (labels[1:-1] == labels[2:])
    found = run.cycle[1:-1][(off > FAR * run.scatter) & alone & same]
    return [float(cycle) for cycle in found]


def rises_first(run: Run) -> bool:
    """Tell whether the capacity grows at first, by more than scatter."""
    if run.value.size < SHORT:
        return False
    smooth = run.smooth
    rise = float(smooth.max() - smooth[0])
    return bool(rise > max(5 * run.scatter / np.sqrt(5), RISE * float(smooth[0])))


def limited(run: Run) -> bool:
    """Tell whether most capacities are the same, as where the charge is set.

    A cell that hardly fades looks alike; so cycles of another kind must differ, or nearly all
    capacities be the same.
    """
    middle = float(np.median(run.value))
    share = float((np.abs(run.value / middle - 1) < ALIKE).mean())
    enough = run.value.size >= SHORT
    return enough and (share > 0.8 or (share > 0.5 and bool(other_kinds(run))))


def other_kinds(run: Run) -> dict[str, str]:
    """Return kinds of cycles whose capacity differs from most, the label by its value."""
    middle = np.median(run.value)
    return {
        value: name
        for name, labels in run.kinds.items()
        for value in dict.fromkeys(labels.tolist())
        if (labels == value).sum() > 1
        and abs(np.median(run.value[labels == value]) / middle - 1) > DIFFERENT
    }
