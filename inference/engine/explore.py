"""Finding the modes of a posterior by many descents from dispersed starts."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Evaluate = Callable[[Array], tuple[float, Array]]
Descend = Callable[[Array], tuple[Array, float]]

FIRST_DESCENTS = 16
MIN_DESCENTS = 48
MAX_DESCENTS = 384
MANY = 40
"""Above so many dimensions, those of models of many groups, the least number of descents is also
the most: each is slow, and their ends differ in what the data leave open."""

HUGE, FEW_DESCENTS = 100, 4
"""Above so many dimensions a descent takes seconds, and a few tell where the posterior is."""

ALIKE = 0.5
"""Descents that end within so many log units of each other may have ended in the same mode."""

TIMES_FOUND = 4
"""Descents stop when the best mode was found this often, but not before the least number."""

FAR = 8.0
"""So many standard deviations of the prior one coordinate of the best mode is moved at a time."""

SHORTEST = 0.01
"""Least part of the way that a late restart goes from a mode towards a draw of the prior."""

DROP = 5.0
"""Modes are kept whose mass, by Laplace's approximation, is within this many log units of
the largest: a smaller one holds under one percent of the posterior."""


@dataclass(frozen=True)
class Mode:
    """A local maximum of the log density.

    Attributes
    ----------
    x
        Where it is, in unconstrained space.
    logp
        How high.
    found
        How many descents ended there that did not start a short way from it.
    """

    x: Array
    logp: float
    found: int


def explore(
    evaluate: Evaluate,
    descend: Descend,
    draws: Array,
    seed: int,
    is_maximum: Callable[[Mode], bool] = lambda mode: True,
    near: float = np.inf,
) -> list[Mode]:
    """Find the modes of a log density, the highest first.

    Every third descent starts from a draw of the prior; the others restart from a mode
    already found, with a random part of its coordinates redrawn from the prior: what
    holds a descent in a poor mode is most often a few coordinates (an arc that sits where
    another belongs), which downhill steps cannot carry over.

    After the first few, each coordinate of the best mode by itself is moved far, out of the prior
    both ways, whatever the seed. An explanation by another part of the noise, of which a draw of
    the prior is rarely near enough, lies beyond: a descent that starts with hardly any scatter in
    proportion ends at a floor, and the other way round.

    After the least number of descents, these go on while the next one would more likely end
    in a mode not seen yet, as Good (1953, doi:10.1093/biomet/40.3-4.237) estimates from the
    modes seen once, than in the best. Then restarts go a random part of their way only,
    down to a hundredth: of many maxima side by side, as of a sum of sinusoids, the better
    ones are most often near good ones.

    Parameters
    ----------
    evaluate
        Log density and gradient at an unconstrained point.
    descend
        Descent from a start to a point and its log density.
    draws
        Dispersed points of shape (n, size), such as draws from the prior.
    seed
        Of the random choices.
    is_maximum
        Whether the density falls off in all directions. Where no two of the first descents
        agree and the best ended on a slope, as in the funnel of a hierarchical model, more
        of them would tell no more.
    near
        Modes so many log units below the best do not ask for further descents.

    Returns
    -------
    list of Mode
        All distinct modes found; empty if no descent ended at a finite density.
    """
    rng = np.random.default_rng(seed)
    found: list[Mode] = []
    size = draws.shape[1]
    most = MAX_DESCENTS if size <= MANY else MIN_DESCENTS if size <= HUGE else FIRST_DESCENTS
    first = FIRST_DESCENTS if size <= HUGE else FEW_DESCENTS
    spread = draws.std(axis=0)
    moved_from: Mode | None = None
    count = -1
    while (count := count + 1) < most:
        late = count >= MIN_DESCENTS
        if late and settled(found, near):
            break
        if count == first and not _promising(found, is_maximum):
            break
        if count == first and size <= MANY:
            while found and (moved_from is None or found[0].logp > moved_from.logp + ALIKE):
                moved_from = found[0]
                height = moved_from.logp
                for start in _moved_far(moved_from.x, spread):
                    x, logp = descend(start)
                    if np.isfinite(logp):
                        left = min(found, key=lambda mode: abs(mode.logp - height))
                        found = _add(evaluate, found, Mode(x, logp, 1), left)
                    count += 1
        start = draws[rng.integers(len(draws))].copy()
        home: Mode | None = None
        if found and count % 3:
            known = found[min(int(rng.exponential(1.0)), len(found) - 1)]
            kept = rng.permutation(len(start)) >= rng.integers(1, len(start) // 2 + 2)
            start[kept] = known.x[kept]
            if late:
                home = known
                start = home.x + SHORTEST ** rng.uniform() * (start - home.x)
        x, logp = descend(start)
        if np.isfinite(logp):
            found = _add(evaluate, found, Mode(x, logp, 1), home)
    return found


def _moved_far(x: Array, spread: Array) -> Array:
    """Return a point with one coordinate moved far, for each coordinate up and down."""
    far = FAR * np.diag(spread)
    return np.concatenate([x + far, x - far])


def settled(found: list[Mode], near: float = np.inf) -> bool:
    """Tell whether one more descent would rather end in the best mode than in a new one."""
    once = sum(mode.found == 1 and mode.logp > found[0].logp - near for mode in found)
    return bool(found) and found[0].found >= max(TIMES_FOUND, once)


def ends_of(evaluate: Evaluate, descend: Descend, starts: Array) -> list[Mode]:
    """Find the modes below given starts, one descent from each, the highest first.

    Parameters
    ----------
    evaluate, descend
        As for `explore`.
    starts
        Points of shape (n, size).
    """
    found: list[Mode] = []
    for start in starts:
        x, logp = descend(start)
        if np.isfinite(logp):
            found = _add(evaluate, found, Mode(x, logp, 1), None)
    return found


def _promising(found: list[Mode], is_maximum: Callable[[Mode], bool]) -> bool:
    return any(mode.found > 1 for mode in found) or bool(found and is_maximum(found[0]))


def _add(evaluate: Evaluate, found: list[Mode], new: Mode, home: Mode | None) -> list[Mode]:
    """Add a mode, or count it where no valley lies between it and a known one.

    A short way back to the mode it came from, its home, is no finding of it.
    """
    for place, known in enumerate(found):
        # Far below the best nothing is kept, so equal height is enough to tell modes apart.
        alike = abs(known.logp - new.logp) < ALIKE
        near = max(known.logp, new.logp) > found[0].logp - 20
        if alike and (not near or _connected(evaluate, known, new)):
            better = max(known, new, key=lambda mode: mode.logp)
            found[place] = Mode(better.x, better.logp, known.found + (known is not home))
            break
    else:
        found = [*found, new]
    return sorted(found, key=lambda mode: -mode.logp)


def _connected(evaluate: Evaluate, a: Mode, b: Mode) -> bool:
    """Tell whether the log density nowhere falls below both ends on the line between them."""
    floor = min(a.logp, b.logp) - 0.5
    return all(evaluate(a.x + t * (b.x - a.x))[0] > floor for t in (0.25, 0.5, 0.75))
