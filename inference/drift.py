"""Whether resistances changed during the sweep: what only time explains of a misfit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from ..models.circuit import Circuit
from ..models.coordinates import find_arcs
from .discrepancy import Portion, is_discrepant, points_of_groups, portions, skews_of
from .moves import STEP, difference, moves
from .revive import model_of

Array = NDArray[np.float64]

DRAWS = 100
"""Draws of the posterior at which both explanations are weighed."""

AMOUNT = 0.03
"""Standard deviation of the relative change of the resistances that is thought plausible."""


@dataclass(frozen=True)
class Drift:
    """How much better a drift explains a spectrum.

    Attributes
    ----------
    log_factor
        Logarithm of the Bayes factor for a drift, against none.
    change
        Relative change of the resistances from the first point to the last.
    group
        Number of the spectrum, where many were fitted together.
    """

    log_factor: float
    change: float
    group: int | None = None


def drifts(tree: xr.DataTree) -> Iterator[Drift]:
    """Weigh a drift during the sweep of each spectrum of a result, the better of two clocks.

    Given all parameters the data are normal, with the covariance σ² + FFᵀ of the noise
    `Discrepant`. A drift of all arcs' resistances and time constants, which grows evenly from the
    first point at the highest frequency to the last, adds one column to F. Its Bayes factor is
    exact for a response that is linear in the parameters, which may move in both explanations.

    Parameters
    ----------
    tree
        A fitted circuit; nothing is yielded of one without arcs, or with another noise.
    """
    circuit = model_of(tree)
    if not is_discrepant(tree) or not isinstance(circuit, Circuit) or not _arcs(circuit):
        return
    constant = tree.children["constant_data"].dataset
    value = constant["measured_Z"].transpose("part", "frequency").values
    frequency = constant["measured_frequency"].values
    sizes = tree.children["posterior"].sizes
    count = sizes["chain"] * sizes["draw"]
    taken = np.unique(np.linspace(0, count - 1, DRAWS).astype(np.int64))
    for group, points in points_of_groups(tree):
        found = [
            weighed
            for part in portions(tree, frequency[points], group=group, taken=taken)
            for weighed in _weighed(tree, circuit, part, value[:, points], frequency[points])
        ]
        factors, changes = np.transpose(found, (2, 1, 0))  # of each clock and draw
        averaged = [float(np.logaddexp.reduce(row) - np.log(row.size)) for row in factors]
        best = int(np.argmax(averaged))
        yield Drift(averaged[best], float(np.median(changes[best])), group)


def clocks(frequency: Array) -> tuple[Array, Array]:
    """Return two guesses of the time of each point, from 0 to 1, measured from high frequency.

    Evenly by the number of the point, and by how long its periods take.
    """
    order = np.argsort(-frequency)
    even, periods = np.empty_like(frequency), np.empty_like(frequency)
    even[order] = np.linspace(0, 1, frequency.size)
    periods[order] = np.cumsum(1 / frequency[order]) / np.sum(1 / frequency)
    return even, periods


def _arcs(circuit: Circuit) -> list[tuple[str, ...]]:
    """Return resistance, and prefactor and exponent or time constant, of each arc."""
    found = [
        (arc.resistance, arc.prefactor, arc.capacitive.own_parameters[-1].name)
        if arc.has_exponent
        else (arc.resistance,)
        for arc in find_arcs(circuit)
    ]
    zarcs = [leaf for leaf in circuit.leaves() if leaf.code == "Zarc"]
    own = [tuple(p.name for p in leaf.own_parameters[:2]) for leaf in zarcs]
    return [*(each for each in found if each[0] not in {names[0] for names in own}), *own]


def _changed(circuit: Circuit, values: Mapping[str, Array], amount: float) -> dict[str, Array]:
    """Return parameters with all arcs' resistances and time constants changed."""
    changed = dict(values)
    for resistance, *others in _arcs(circuit):
        changed[resistance] = values[resistance] * (1 + amount)
        if len(others) == 1:  # a time constant
            changed[others[0]] = values[others[0]] * (1 + amount)
        elif others:  # τ^n = RQ
            n = values[others[1]]
            changed[others[0]] = values[others[0]] * (1 + amount) ** (n - 1)
    return changed


def _weighed(
    tree: xr.DataTree, circuit: Circuit, part: Portion, value: Array, frequency: Array
) -> Iterator[list[tuple[float, float]]]:
    """Yield logarithms of Bayes factors and changes by both clocks, at each draw."""
    draws = len(part.mean)
    moved = moves(circuit, skews_of(tree), part, frequency)
    changed = _changed(circuit, part.values, STEP)
    drift = AMOUNT * difference(circuit, part, frequency, changed)
    base = np.concatenate([part.factor, moved], axis=-1)
    scaled = (base / part.sigma[..., None]).reshape(draws, value.size, -1)
    residual = ((value - part.mean) / part.sigma).reshape(draws, -1)
    columns = [(drift * clock / part.sigma).reshape(draws, -1) for clock in clocks(frequency)]
    for draw in range(draws):
        G, z = scaled[draw], residual[draw]
        root = cho_factor(np.eye(G.shape[1]) + G.T @ G)
        yield [_one_more(G, root, z, column[draw]) for column in columns]


def _one_more(G: Array, root: tuple[Array, bool], z: Array, column: Array) -> tuple[float, float]:
    """Return what one more column of a covariance I + GGᵀ is worth, and its amplitude.

    Of y ~ N(0, C + cc') against N(0, C): with a = c'C⁻¹c and b = c'C⁻¹z the logarithm of the ratio
    of the densities is b²/(2(1 + a)) - ln(1 + a)/2 (matrix determinant lemma, Sherman-Morrison),
    and the mean of the amplitude given the data is b/(1 + a).
    """
    weighted = column - G @ cho_solve(root, G.T @ column)
    a, b = float(weighted @ column), float(weighted @ z)
    return b * b / (2 * (1 + a)) - np.log1p(a) / 2, AMOUNT * b / (1 + a)
