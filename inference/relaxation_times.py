"""The distribution of relaxation times of a fitted circuit, and what the circuit leaves out."""

import json
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..models.circuit import Circuit
from ..models.coordinates import find_arcs
from ..models.relaxation import havriliak_negami_distribution
from .discrepancy import LEFT_OUT, distribution, modes_of

Array = NDArray[np.float64]

POINTS = 300
DRAWS = 1000
"""Draws that bands are computed from."""

TOP = 0.98
"""An arc with a larger exponent is drawn with this one: that of a capacitor is one sharp line."""

WORTH_TELLING = 0.02
"""Of R_total. A process that carries less is not spoken of."""


@dataclass(frozen=True)
class RelaxationTimes:
    """Distributions γ(ln τ) in ohm over `tau` in s, of shape (draws, n)."""

    tau: Array
    arcs: Array
    left_out: Array


def relaxation_times(tree: xr.DataTree) -> RelaxationTimes:
    """Return the distributions of one fitted spectrum over the measured window."""
    modes = modes_of(tree)
    tau = np.logspace(modes.low, modes.high, POINTS)
    posterior = tree.children["posterior"].dataset
    whole = distribution(tree, tau)
    thin = slice(None, None, max(1, len(whole) // DRAWS))
    arcs = np.zeros_like(whole[thin])
    for resistance, time, exponent, skew in _arcs(Circuit.parse(tree.attrs["model"])):
        R, tau_0 = (posterior[name].values.ravel()[thin][:, None] for name in (resistance, time))
        n, beta = TOP, np.ones_like(R)
        if exponent:
            n = np.minimum(posterior[exponent].values.ravel()[thin][:, None], TOP)
        if skew in posterior:
            beta = np.exp(posterior[skew].values.ravel()[thin][:, None])
        arcs = arcs + havriliak_negami_distribution(tau, R, tau_0, n, beta)
    return RelaxationTimes(tau, arcs, whole[thin])


def leaves_out_anything(times: RelaxationTimes) -> bool:
    """Tell whether the 94 % band of what is left out is away from zero anywhere."""
    low, high = np.quantile(times.left_out, [0.03, 0.97], axis=0)
    return bool(((low > 0) | (high < 0)).any())


@dataclass(frozen=True)
class Missing:
    """A process that a circuit lacks.

    Attributes
    ----------
    frequency
        Where it is, in Hz.
    ohm
        Median and ends of the 94 % interval of its resistance.
    below
        Whether it lies at the lowest measured frequencies or below.
    """

    frequency: float
    ohm: tuple[float, float, float]
    below: bool


def missing_process(tree: xr.DataTree) -> Missing | None:
    """Return the process that a fitted circuit leaves out; None where none can be seen.

    It is where the band of what is left out is away from zero, and the ohm are the integral of
    that stretch, out to where the median changes its sign. Nothing is told of less than 2 % of
    R_total, or where the interval of the ohm holds zero.
    """
    posterior = tree.children["posterior"].dataset
    if LEFT_OUT not in posterior:
        return None
    times = relaxation_times(tree)
    low, median, high = np.quantile(times.left_out, [0.03, 0.5, 0.97], axis=0)
    sure = (low > 0) | (high < 0)
    if not sure.any():
        return None
    place = int(np.argmax(np.where(sure, np.abs(median), 0)))
    alike = np.sign(median) == np.sign(median[place])
    others = np.flatnonzero(~alike)
    first = int(others[others < place].max(initial=-1)) + 1
    last = int(others[others > place].min(initial=median.size))
    step = float(np.log(times.tau[1] / times.tau[0]))
    ohm = times.left_out[:, first:last].sum(axis=1) * step
    lower, middle, upper = (float(q) for q in np.quantile(ohm, [0.03, 0.5, 0.97]))
    total = float(np.median(posterior["R_total"].values))
    if abs(middle) < WORTH_TELLING * total or lower < 0 < upper:
        return None
    frequency = 1 / (2 * np.pi * float(times.tau[place]))
    lowest = json.loads(tree.attrs["window"])["omega_min"] / (2 * np.pi)
    return Missing(frequency, (middle, lower, upper), frequency < 3 * lowest)


def _arcs(circuit: Circuit) -> list[tuple[str, str, str | None, str]]:
    """Return the names of resistance, time constant, exponent and skew of each closed arc."""
    found: list[tuple[str, str, str | None, str]] = []
    for arc in find_arcs(circuit):
        if arc.closed and arc.capacitive.code in ("C", "CPE", "Q"):
            exponent = arc.capacitive.own_parameters[-1].name if arc.has_exponent else None
            found.append((arc.resistance, arc.tau, exponent, arc.capacitive.skew))
    for leaf in circuit.leaves():
        if leaf.code == "Zarc":
            R, tau, n = (p.name for p in leaf.own_parameters)
            found.append((R, tau, n, leaf.skew))
    return found
