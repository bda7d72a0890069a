"""Peaks of a distribution of relaxation times, and how probable it is that there is one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from ..errors import PosterionError
from .discrepancy import POLARIZATION, spread_before
from .relaxation_times import RelaxationTimes, relaxation_times

Array = NDArray[np.float64]

LISTED = 0.5
"""Peaks of a smaller probability are not listed; what they carry belongs to their neighbours."""

REACH = 1.0
"""Decades of τ to either side of a maximum in which its minima are looked for. In a wider stretch
what the straight line between them carries is known too poorly to tell a peak from it."""

ODDS = 1 / 2
"""Before the data, of a peak at a maximum of the mean: more of these are ripples than processes. Of
18 spectra of ``benchmarks/drt_coverage.py`` with 35 peaks even odds list 4 that are not there and
miss 2; these list none and miss 4."""


@dataclass(frozen=True)
class Peak:
    """A maximum of γ(ln τ).

    Attributes
    ----------
    tau
        Where γ is largest in each draw, in s, of shape (draws,).
    resistance
        Integral of γ between the minima on either side, in ohm, of shape (draws,).
    probability
        That there is a peak; see `relaxation_peaks`.
    """

    tau: Array
    resistance: Array
    probability: float


def has_distribution(tree: xr.DataTree) -> bool:
    """Tell whether a distribution of relaxation times stands in the circuit of a result."""
    return POLARIZATION in tree.children["posterior"].dataset


def relaxation_peaks(tree: xr.DataTree) -> tuple[Peak, ...]:
    """Return the peaks of the distribution of relaxation times of a fitted spectrum.

    Candidates are the maxima of the posterior mean of γ inside the measured window: what stands
    beyond it may rise on. Of each is asked what it carries above the straight line between the
    minima within a decade on either side, in ohm. Where there is no peak that is zero; where there
    is one it is what the Gaussian process expects, which is broad. Before the data the odds of a
    peak are one to two, and the ratio of the densities of zero before and after the data weighs
    them (Savage and Dickey; Verdinelli and Wasserman 1995, doi:10.1080/01621459.1995.10476554). So
    a ripple is no peak because the mean happens to have a maximum there. The least probable
    candidate is left out, and its neighbours reach further, until all have a probability of at
    least one half.

    Parameters
    ----------
    tree
        A circuit with the element DRT, such as `posterion.DRT`, fitted to one spectrum.

    Returns
    -------
    tuple of Peak
        In the order of their relaxation times.

    Raises
    ------
    PosterionError
        If no distribution of relaxation times stands in the circuit.
    """
    if not has_distribution(tree):
        raise PosterionError(
            f"'{tree.attrs['model']}' holds no distribution of relaxation times; fit po.DRT()."
        )
    times = relaxation_times(tree)
    window = json.loads(tree.attrs["window"])
    mean = times.left_out.mean(axis=0)
    edges = np.searchsorted(times.tau, [1 / window["omega_max"], 1 / window["omega_min"]])
    first, last = (int(edge) for edge in edges)
    reach = round(REACH / np.log10(times.tau[1] / times.tau[0]))
    tops = [place for place in _maxima(mean) if first < place < last]
    while tops:
        basins = [*_basins(mean, [first, *tops, last], reach)]
        chances = [_probability(tree, times, *basin) for basin in basins]
        least = int(np.argmin(chances))
        if chances[least] >= LISTED:
            return tuple(_peaks(times, tops, basins, chances))
        del tops[least]
    return ()


def _maxima(curve: Array) -> list[int]:
    rises = np.diff(curve) > 0
    return [int(place) for place in np.flatnonzero(rises[:-1] & ~rises[1:]) + 1]


def _basins(curve: Array, bounds: list[int], reach: int) -> Iterator[tuple[int, int]]:
    """Yield the minima around each maximum, which lie between its neighbours and within reach."""
    for before, top, after in zip(bounds, bounds[1:], bounds[2:], strict=False):
        start, stop = max(before, top - reach), min(after, top + reach)
        yield (
            start + int(np.argmin(curve[start : top + 1])),
            top + int(np.argmin(curve[top : stop + 1])),
        )


def _probability(tree: xr.DataTree, times: RelaxationTimes, start: int, stop: int) -> float:
    """Return the probability that γ rises above the straight line between two places."""
    step = np.log(times.tau[1] / times.tau[0])
    along = np.linspace(0, 1, stop - start + 1)
    weights = np.zeros(len(times.tau))
    weights[start : stop + 1] = step
    weights[start] -= step * (1 - along).sum()
    weights[stop] -= step * along.sum()
    above = times.left_out @ weights
    middle, sd = above.mean(), above.std()
    # Of normal densities of zero: that before the data over that after them.
    factor = np.log(sd / spread_before(tree, times.tau, weights)) + (middle / sd) ** 2 / 2
    return float(expit(factor + np.log(ODDS)) * norm.cdf(middle / sd))


def _peaks(
    times: RelaxationTimes, tops: list[int], basins: list[tuple[int, int]], chances: list[float]
) -> Iterator[Peak]:
    """Measure each peak in every draw; what lies before the first and after the last is theirs."""
    gamma, step = times.left_out, np.log(times.tau[1] / times.tau[0])
    summed = np.concatenate([np.zeros((len(gamma), 1)), gamma.cumsum(axis=1) * step], axis=1)
    rows = np.arange(len(gamma))
    # Each draw has minima of its own between the maxima of the mean.
    between = [a + np.argmin(gamma[:, a : b + 1], axis=1) for a, b in pairwise(tops)]
    cuts = [np.zeros_like(rows), *between, np.full_like(rows, gamma.shape[1])]
    for (first, last), (start, stop), chance in zip(pairwise(cuts), basins, chances, strict=True):
        top = start + np.argmax(gamma[:, start : stop + 1], axis=1)
        yield Peak(times.tau[top], summed[rows, last] - summed[rows, first], chance)
