"""How much resistance a process may have that the data cannot show, and what it would change."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from ..models.circuit import Circuit
from .discrepancy import Portion, is_discrepant, points_of_groups, portions, skews_of
from .moves import FREE, moves
from .revive import model_of

Array = NDArray[np.float64]

DRAWS = 9
"""Draws of the posterior at which it is looked for."""

SMALL = 0.05
"""Of the total resistance: a process that is larger is not overlooked."""

UNSEEN = 2.0
"""Standard deviations by which all data together may differ, and nobody takes notice."""

PER_DECADE = 2
"""Time constants at which it is looked for, in a decade of the window."""

EXPONENT = 0.9
"""Of its constant phase element: no wider than most arcs, no narrower than what a window shows."""


@dataclass(frozen=True)
class Hidden:
    """What a small process, not seen beside the arcs of a circuit, would do to one of them.

    Attributes
    ----------
    name
        A resistance of the circuit.
    share
        How much the process may have, of the total resistance.
    change
        How much of the resistance it would take or give, relative.
    frequency
        Where the process relaxes, in Hz.
    """

    name: str
    share: float
    change: float
    frequency: float


def hidden(tree: xr.DataTree) -> Iterator[Hidden]:
    """Yield the worst that a process may do which is too small to be seen, for each arc.

    To first order: an arc of `SMALL` is added to the prediction, and the parameters of the circuit
    move so that the spectrum stays as it was, as far as they can. Where what is left is above
    the noise, so much less of the process may be there.

    Parameters
    ----------
    tree
        One fitted spectrum, with the noise `Discrepant`; nothing is yielded of another.
    """
    circuit = model_of(tree)
    if not is_discrepant(tree) or not isinstance(circuit, Circuit):
        return
    posterior = tree.children["posterior"].dataset
    (group, _), *others = points_of_groups(tree)
    arcs = tuple(circuit.arc_resistances())
    if others or "R_total" not in posterior or len(arcs) < 2:
        return
    frequency = tree.children["constant_data"].dataset["measured_frequency"].values
    taken = np.linspace(0, posterior["R_total"].size - 1, DRAWS).astype(np.int64)
    decades = np.log10(frequency.max() / frequency.min())
    at = np.geomspace(frequency.max(), frequency.min(), 1 + int(PER_DECADE * decades))
    found = [
        unseen(part, moves(circuit, skews_of(tree), part, frequency), frequency, at)
        for part in portions(tree, frequency, group=group, taken=taken)
    ]
    shares, changes = (np.median(np.concatenate(each), axis=0) for each in zip(*found, strict=True))
    names = [p.name for p in circuit.parameters]
    for name in arcs:
        change = np.abs(changes[names.index(name)])
        worst = int(np.argmax(change))
        yield Hidden(name, float(shares[worst]), float(change[worst]), float(at[worst]))


def unseen(part: Portion, moved: Array, frequency: Array, at: Array) -> tuple[Array, Array]:
    """Return how large processes may be, and what parameters give way to them.

    Parameters
    ----------
    part, moved
        Predictions at some draws, and what the parameters add to them; see `moves`.
    frequency, at
        Of the data, and where the processes relax.

    Returns
    -------
    shares, changes
        Of the total resistance, of shape (draws, len(at)); and relative, of each parameter, of
        shape (draws, parameters, len(at)).
    """
    arc = 1 / (1 + (1j * frequency / at[:, None]) ** EXPONENT)
    columns = np.concatenate([arc.real, arc.imag], axis=1).T
    shares, changes = [], []
    for draw, own in enumerate(moved):
        sigma = part.sigma[draw].ravel()[:, None]
        G = own.reshape(len(sigma), -1) / sigma
        column = SMALL * part.values["R_total"][draw] * columns / sigma
        given = cho_solve(cho_factor(np.eye(G.shape[1]) + G.T @ G), G.T @ column)
        small = np.minimum(1.0, UNSEEN / np.linalg.norm(column - G @ given, axis=0))
        shares.append(small * SMALL)
        changes.append(FREE * small * given)
    return np.stack(shares), np.stack(changes)
