"""Descents in two parts, for models of which some parameters are shrunk to nothing.

A discrepancy that is free from the start takes on the role of what the model has not found yet.
So it is left aside at first, and then let go from more than enough: from next to nothing an
amplitude finds no slope that leads up to where it is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from .explore import Descend
from .target import Target

Array = NDArray[np.float64]

HELD = 1e-6
"""Times its scale, a variable hardly moves in a descent."""

RELEASED = 3.5
"""Standard deviations of the prior above its mean from which an amplitude is let go."""

WIDE = 1.2
"""Shapes are tried up to so far from none. A prior that is narrow and has heavy tails lets them be
far off, with a pass in between that no descent crosses."""


@dataclass(frozen=True)
class Shrunk:
    """Names of variables whose priors favour none at all.

    Attributes
    ----------
    amplitudes
        Sampled by their logarithms.
    shapes
        Real numbers, such as the skews of arcs.
    """

    amplitudes: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()


def in_two_parts(
    target: Target,
    scale: Array,
    points: Array,
    amplitudes: Sequence[int],
    shapes: Sequence[int],
    rng: np.random.Generator,
) -> Descend:
    """Return a descent without amplitudes at first, and then with more than enough.

    By turns it starts from the shapes of its start, held in the first part; from others far from
    none, held; and from these, free. Each finds modes that the others miss.

    Parameters
    ----------
    target
        The log density.
    scale
        Of each variable, of shape (size,).
    points
        Draws of the prior, of shape (n, size).
    amplitudes, shapes
        The places of these variables.
    rng
        Of shapes far from none.
    """
    amplitudes, shapes = list(amplitudes), list(shapes)
    middle = points[:, amplitudes].mean(axis=0)
    most = middle + RELEASED * points[:, amplitudes].std(axis=0)
    far_and_held = cycle(((False, True), (True, True), (True, False)))

    def descend(start: Array) -> tuple[Array, float]:
        far, held = next(far_and_held)
        near, first = start.copy(), scale.copy()
        near[amplitudes] = middle
        first[amplitudes] *= HELD
        if far:
            near[shapes] = rng.uniform(-WIDE, WIDE, len(shapes))
        if held:
            first[shapes] *= HELD
        x, logp = target.descend(first, near)
        raised = (x if np.isfinite(logp) else start).copy()
        raised[amplitudes] = most
        end = target.descend(scale, raised)
        # From too far off it may lose what the first part has found.
        return end if not end[1] < logp else target.descend(scale, x)

    return descend
