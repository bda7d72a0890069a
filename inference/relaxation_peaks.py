"""Peaks of a distribution of relaxation times, and how probable it is that there is one."""

import json
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from ..errors import PosterionError
from .discrepancy import POLARIZATION, spread_before
from .relaxation_times import relaxation_times

Array = NDArray[np.float64]

LISTED = 0.1
"""Peaks of a smaller probability are not listed; they belong to their neighbours."""

SHOWN = 0.5
"""Peaks of at least this probability are marked and counted."""


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
    minima on either side, in ohm. Where there is no peak that is zero; where there is one it is
    what the Gaussian process expects, which is broad. Both are equally probable before the data,
    and the ratio of the densities of zero after and before the data weighs them (Savage and
    Dickey; Verdinelli and Wasserman 1995, doi:10.1080/01621459.1995.10476554). So a ripple is
    no peak because the mean happens to have a maximum there. The least probable candidate is left
    out, and its neighbours reach further, until all have a probability of at least 0.1.

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
    tops = [place for place in _maxima(mean) if first < place < last]
    while tops:
        valleys = _valleys(mean, [first, *tops, last])
        chances = [
            _probability(tree, times.tau, times.left_out, *ends) for ends in pairwise(valleys)
        ]
        least = int(np.argmin(chances))
        if chances[least] >= LISTED:
            return tuple(_peaks(times.tau, times.left_out, tops, valleys, chances))
        del tops[least]
    return ()


def _maxima(curve: Array) -> list[int]:
    rises = np.diff(curve) > 0
    return [int(place) for place in np.flatnonzero(rises[:-1] & ~rises[1:]) + 1]


def _valleys(curve: Array, bounds: list[int]) -> list[int]:
    """Return where a curve is lowest between places."""
    return [start + int(np.argmin(curve[start : stop + 1])) for start, stop in pairwise(bounds)]


def _probability(tree: xr.DataTree, tau: Array, gamma: Array, start: int, stop: int) -> float:
    """Return the probability that γ rises above the line between two minima."""
    step = np.log(tau[1] / tau[0])
    along = np.linspace(0, 1, stop - start + 1)
    weights = np.zeros(len(tau))
    weights[start : stop + 1] = step
    weights[start] -= step * (1 - along).sum()
    weights[stop] -= step * along.sum()
    above = gamma @ weights
    middle, sd = above.mean(), above.std()
    # Normal densities of zero: before the data over after them.
    factor = np.log(sd / spread_before(tree, tau, weights)) + (middle / sd) ** 2 / 2
    return float(expit(factor) * norm.cdf(middle / sd))


def _peaks(
    tau: Array, gamma: Array, tops: list[int], valleys: list[int], chances: list[float]
) -> list[Peak]:
    """Measure each peak in every draw; what lies before the first and after the last is theirs."""
    step, log_tau = np.log(tau[1] / tau[0]), np.log(tau)
    outer = [0, *tops, len(tau) - 1]
    # In each draw its own minima, searched between the maxima of the mean.
    cuts = [
        start + np.argmin(gamma[:, start : stop + 1], axis=1) for start, stop in pairwise(outer)
    ]
    cuts[0][:], cuts[-1][:] = 0, len(tau)
    summed = np.concatenate([np.zeros((len(gamma), 1)), gamma.cumsum(axis=1) * step], axis=1)
    rows = np.arange(len(gamma))
    found = []
    for (first, last), (start, stop), chance in zip(
        pairwise(cuts), pairwise(valleys), chances, strict=True
    ):
        top = start + np.argmax(gamma[:, start : stop + 1], axis=1)
        resistance = summed[rows, last] - summed[rows, first]
        found.append(Peak(np.exp(log_tau[top]), resistance, chance))
    return found
