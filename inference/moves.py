"""What small changes of a circuit's parameters add to a fitted spectrum."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..models.circuit import Circuit
from .discrepancy import Portion

Array = NDArray[np.float64]

STEP = 1e-4
"""Relative change of a parameter by which differences are taken."""

FREE = 0.3
"""Relative standard deviation by which each parameter may move: much wider than what data leave
open."""

SKEW = 0.05
"""The same of a skew ln β, whose prior holds it near zero."""


def difference(
    circuit: Circuit, part: Portion, frequency: Array, changed: Mapping[str, Array]
) -> Array:
    """Return what parameters that are changed by `STEP` add, of shape (draws, 2, n)."""
    return np.asarray(circuit.response({"frequency": frequency}, changed) - part.mean) / STEP


def moves(circuit: Circuit, skews: Sequence[str], part: Portion, frequency: Array) -> Array:
    """Return what each parameter adds that moves by a standard deviation.

    Returns
    -------
    array
        Of shape (draws, 2, n, k): the parameters of the circuit in their order, and its skews.
    """
    values = part.values
    found = [
        FREE * difference(circuit, part, frequency, {**values, p.name: values[p.name] * (1 + STEP)})
        for p in circuit.parameters
    ]
    for skew in skews:
        wide = np.maximum(SKEW, np.abs(values[skew]))[..., None]
        changed = {**values, skew: values[skew] + STEP}
        found.append(wide * difference(circuit, part, frequency, changed))
    return np.stack(found, axis=-1)
