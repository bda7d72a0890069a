"""The resistance before blocking electrodes, where a slow arc may stand for part of their tail."""

import numpy as np
import xarray as xr
from scipy.signal import find_peaks

from ..models.circuit import Circuit
from ..models.coordinates import blocking_elements, peaks_of_arcs
from .discrepancy import LEFT_OUT, drawn_amplitudes, modes_of
from .partly import SHARP, TOTAL
from .revive import model_of

FOOT = "foot_Hz"
"""Attribute of a result whose R_total is what relaxes faster than this."""

PROMINENT = 0.05
"""-Im Z/|Z| rises by so much on both sides of the foot of a tail, about three degrees of phase."""


def count_to_foot(tree: xr.DataTree) -> None:
    """Count to R_total what is faster than the foot of the tail, where the rest leaves it open.

    In series with blocking electrodes a slow arc of any resistance may take the place of part of
    their tail, so that the sum of all resistances has no upper end. What is asked of a specimen is
    the resistance that is read where the arcs end and the tail begins: there the phase angle has
    its minimum. Arcs and discrepancies slower than that count to the electrodes. Where the sum of
    all is known to a factor of `SHARP` it stays.

    Parameters
    ----------
    tree
        A single spectrum fitted with the noise `Discrepant`, with its discrepancies drawn.
    """
    circuit = model_of(tree)
    posterior = tree.children["posterior"].to_dataset()
    if not isinstance(circuit, Circuit) or LEFT_OUT not in posterior:
        return
    low, high = np.quantile(posterior[TOTAL], [0.03, 0.97])
    foot = foot_of_tail(tree) if blocking_elements(circuit) else None
    if foot is None or 0 < high <= SHARP * low:
        return
    faster = modes_of(tree).resistance_to(-np.log10(2 * np.pi * foot))
    left_out = (drawn_amplitudes(tree) @ faster).reshape(posterior[TOTAL].shape)
    total = posterior[TOTAL] - posterior[LEFT_OUT] + left_out
    for resistance, peak in peaks_of_arcs(circuit):
        total = total - posterior[resistance].where(posterior[peak] < foot, 0.0)
    posterior[TOTAL] = total.assign_attrs(posterior[TOTAL].attrs)
    posterior[LEFT_OUT] = posterior[LEFT_OUT].copy(data=left_out)
    tree.children["posterior"].dataset = posterior
    tree.attrs[FOOT] = foot


def foot_of_tail(tree: xr.DataTree) -> float | None:
    """Return the frequency in Hz where a tail begins, or None where the phase shows no such place.

    It is the slowest minimum of the phase angle from which it rises to the slow end of the data.
    """
    constant = tree.children["constant_data"].dataset
    frequency = constant["measured_frequency"].values
    real, imaginary = constant["measured_Z"].transpose("part", "frequency").values
    slow_last = np.argsort(-frequency)
    lag = (-imaginary / np.hypot(real, imaginary))[slow_last]
    minima, _ = find_peaks(-lag, prominence=PROMINENT)
    maxima, _ = find_peaks(lag, prominence=PROMINENT)
    if not minima.size or (maxima > minima[-1]).any():
        return None
    return float(frequency[slow_last][minima[-1]])
