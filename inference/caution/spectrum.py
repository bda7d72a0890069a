"""What a reader of a fitted impedance spectrum should beware of."""

import json
from collections.abc import Iterator
from itertools import chain, combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import marked
from ...models.circuit import Circuit, Leaf
from ...models.coordinates import PEAK, find_arcs
from ...units import hertz
from ..discrepancy import MODE, OFFSET, is_discrepant, modes_of
from ..foot import FOOT
from ..pooling import SPREAD
from ..relaxation_times import missing_process
from ..residuals import residuals_of
from ..settings import CUT, PRIORS
from ..unstack import unstack
from ..verdict import Verdict
from .general import (
    Caution,
    enumerated,
    on_line,
    open_spreads,
    unmoved_priors,
    variable,
)

Array = NDArray[np.float64]

EDGE = 2.0
"""Closer to the edge of the measured window than this factor, half an arc is missing."""

CORRELATED = 0.95
"""Beyond it the width of each parameter is over three times what it is with the other known."""

CORRELATIONS_TOLD = 3
"""More pairs than these add nothing: the circuit is too rich."""

NEIGHBOURS = 0.5
"""Residuals of independent noise stay well below this autocorrelation."""

NEIGHBOURS_SD = 3.0
"""And so many standard errors (1/√n) above zero, so that few points raise no alarm."""

NEARLY_ONE = 0.98
"""An exponent above it cannot be told from a capacitor's in most spectra."""

KNOWN = 0.1
"""So narrow a number is determined, wherever the sweep ends."""

NEARLY_HALF = 0.05
"""So near 0.5 an element behaves like diffusion."""

_TRACED = ("Wo", "Ws", "G", "Gs")
"""Elements that follow Z0/√(jωτ) above their characteristic frequency."""


def spectrum_cautions(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield cautions on a fitted circuit, the gravest first."""
    circuit = Circuit.parse(tree.attrs["model"])
    spectra = unstack(tree)
    if spectra:
        yield from _of_each(spectra, circuit)
        shared = [name for name in json.loads(tree.attrs["priors"]) if f"_{SPREAD}" in name]
        yield from unmoved_priors(tree, "Leave its element out, or measure where it shows.", shared)
        yield from open_spreads(tree)
        return
    yield from _unasked_misfit(tree)
    yield from _missing(tree)
    yield from _to_foot(tree)
    yield from _outside_window(tree, circuit)
    yield from unmoved_priors(
        tree,
        "Leave its element out, give a prior that you can defend, or measure where it shows.",
    )
    yield from _correlations(tree, circuit)
    yield from _parted(tree, circuit)
    yield from _exponents(tree, circuit)


def _of_each(spectra: dict[str, xr.DataTree], circuit: Circuit) -> Iterator[Caution]:
    """Yield what holds for single spectra, once for all that it holds for."""
    found: dict[tuple[str, tuple[str, ...]], list[tuple[str, Caution]]] = {}
    for label, tree in spectra.items():
        own = (_unasked_misfit(tree), _missing(tree), _outside_window(tree, circuit),
               _correlations(tree, circuit), _parted(tree, circuit),
               _exponents(tree, circuit))  # fmt: skip
        for caution in chain.from_iterable(own):
            found.setdefault((caution.kind, caution.parameters), []).append((label, caution))
    for each in found.values():
        labels, (first, *_) = zip(*each, strict=True)
        whose = "all spectra" if len(labels) == len(spectra) else enumerated(labels)
        example = "" if len(labels) == 1 else f" (in the words of {labels[0]})"
        yield Caution(
            first.kind,
            tuple(f"{name}[{label}]" for name in first.parameters for label in labels),
            f"Of {whose}{example}: {marked(first.text)}",
        )


def standardized_residuals(tree: xr.DataTree) -> tuple[Array, Array]:
    """Return the frequencies from high to low and the residuals, of shape (2, n).

    A residual is the distance of a datum from the median of the posterior predictive, in
    units in which the central 94 % of it reach from -1.88 to 1.88: standard deviations
    for normal noise, and the like for noise with heavy tails.
    """
    residuals = residuals_of(tree).observed.reshape(2, -1)
    frequency = variable(tree, "constant_data", "measured_frequency").values
    return np.sort(frequency)[::-1], residuals[:, ::-1]


def _unasked_misfit(tree: xr.DataTree) -> Iterator[Caution]:
    """Hint at a misfit where no doubt tells it: of a run that failed, or an earlier version's."""
    if Verdict.of(tree).compared or "posterior_predictive" not in tree.children:
        return
    if not is_discrepant(tree):
        yield from _misfit(tree)


def _missing(tree: xr.DataTree) -> Iterator[Caution]:
    """Say where a process is missing, how large it is, and which element to try."""
    if not is_discrepant(tree) or not Verdict.of(tree).passed:
        return
    found = missing_process(tree)
    if found is not None:
        low, high = sorted(map(abs, found.ohm[1:]))
        ohm = f"{abs(found.ohm[0]):.3g} ohm (94 % interval {low:.3g} to {high:.3g})"
        if found.ohm[0] < 0:
            what = f"has {ohm} more around {hertz(found.frequency)} than the cell"
            remedy = "Take its arc there for two smaller ones, or for another element."
        else:
            what = f"leaves out a process around {hertz(found.frequency)} that carries {ohm}"
            remedy = (
                "Try a Warburg element (W, Wo or Ws) at the low end."
                if found.below
                else "Try a further arc there, p(R,CPE)."
            )
        yield Caution("misfit", (), f"The circuit {what}. R_total counts it in. {remedy}")
    elif _induces(tree):
        yield Caution(
            "misfit",
            (),
            "At the highest frequencies the leads act as an inductance that the circuit leaves "
            "out. Try an inductor in series (L).",
        )


def _to_foot(tree: xr.DataTree) -> Iterator[Caution]:
    """Say where R_total ends, if that is the foot of a tail; see `count_to_foot`."""
    if FOOT in tree.attrs and Verdict.of(tree).passed:
        yield Caution(
            "window",
            ("R_total",),
            f"R_total is of what is faster than {hertz(tree.attrs[FOOT])}, where the "
            "phase angle is smallest and the tail of the blocking electrodes begins: whether a "
            "slower arc is one or part of that tail, these data cannot tell.",
        )


LEAD = 0.05
"""Of |Z|. A reactance of the leads that is larger at the highest frequency deserves an element."""


def _induces(tree: xr.DataTree) -> bool:
    """Tell whether the spectrum shows an inductance that the circuit lacks."""
    posterior = tree.children["posterior"].dataset
    if any(leaf.code in ("L", "La") for leaf in Circuit.parse(tree.attrs["model"]).leaves()):
        return False
    share = posterior["lead"] * posterior[OFFSET].isel({MODE: modes_of(tree).count})
    low, high = np.quantile(share.values, [0.03, 0.97])
    return bool(min(abs(low), abs(high)) > 0 and low * high > 0 and abs(low + high) / 2 > LEAD)


def _parted(tree: xr.DataTree, circuit: Circuit) -> Iterator[Caution]:
    """Say that of overlapping arcs the sum is known and not its parts."""
    posterior = tree.children["posterior"].dataset
    if "R_total" not in posterior or not is_discrepant(tree):
        return
    total = posterior["R_total"].values.ravel()
    draws = {arc.resistance: posterior[arc.resistance].values.ravel() for arc in find_arcs(circuit)}
    sharp = total.std() / abs(total.mean())
    broad = [name for name, R in draws.items() if R.std() / R.mean() > BROAD * sharp]
    for a, b in combinations(broad, 2):
        r = float(np.corrcoef(draws[a], draws[b])[0, 1])
        if r < PARTED and abs(r) <= CORRELATED:  # beyond that `_correlations` says it
            yield Caution(
                "correlation",
                (a, b),
                f"The arcs of {a} and {b} overlap: their sum is known, and not how it parts "
                "between them. Quote R_total, or the sum of the two.",
            )


BROAD = 5.0
"""A resistance so much wider than R_total, relatively, is part of a sum that is known better."""

PARTED = -0.6
"""Correlation of two resistances that part a known sum between them."""


def _misfit(tree: xr.DataTree) -> Iterator[Caution]:
    frequency, residuals = standardized_residuals(tree)
    limit = max(NEIGHBOURS, NEIGHBOURS_SD / np.sqrt(frequency.size))
    alike = [_autocorrelation(part) for part in residuals]
    worst = int(np.argmax(alike))
    if not alike[worst] > limit:
        return
    width = max(3, frequency.size // 12)
    runs = np.convolve(residuals[worst], np.ones(width) / width, "same")
    place = float(frequency[np.argmax(np.abs(runs))])
    part = ("real", "imaginary")[worst]
    yield Caution(
        "misfit",
        (),
        f"The circuit misses a feature, most of all around {hertz(place)}: neighbouring points "
        f"of the {part} part lie on the same side of the model, which noise does not do. The "
        "intervals are then too narrow. Look at the residuals, add or exchange an element, or "
        f"leave out frequencies at which the cell drifted ({CUT}).",
    )


def _outside_window(tree: xr.DataTree, circuit: Circuit) -> Iterator[Caution]:
    frequency = variable(tree, "constant_data", "measured_frequency").values
    low, high = float(frequency.min()), float(frequency.max())
    for name, element, resistance, characteristic in _characteristic_frequencies(tree, circuit):
        middle = float(np.median(characteristic))
        traced = element.code in _TRACED
        subject = f"The arc of {element}"
        if traced or element.code in ("T", "TLMQ"):
            subject = f"The bend in the response of {element}"
        elif name.endswith("_tau") and f"{element}{PEAK}" not in tree.children["posterior"].dataset:
            subject = f"The relaxation of {element}"
        if middle > high / EDGE:
            where = "lies above" if middle > high else "lies close to"
            text = (
                f"{subject} {where} the highest measured frequency ({hertz(high)}), so "
                f"{resistance} rests on the shape that the circuit assumes. Measure to higher "
                "frequencies, or cool the cell, which brings the process into the window."
            )
        elif middle < low * EDGE:
            where = "lies below" if middle < low else "lies close to"
            rests = (
                f"only {resistance}/√{name} is determined, and neither of the two by itself"
                if traced and middle < low and not _known(tree, resistance, name)
                else f"{resistance} rests on the shape that the circuit assumes"
            )
            text = (
                f"{subject} {where} the lowest measured frequency ({hertz(low)}): {rests}. "
                "Measure to lower frequencies, or warm the cell, which brings the process into "
                "the window."
            )
        else:
            continue
        yield Caution("window", (resistance, name), text)


def _known(tree: xr.DataTree, *names: str) -> bool:
    """Tell whether the data say each of some positive numbers to a tenth."""
    logs = [np.log(variable(tree, "posterior", name).values) for name in names]
    return all(float(np.std(each)) < KNOWN for each in logs)


def _characteristic_frequencies(
    tree: xr.DataTree, circuit: Circuit
) -> Iterator[tuple[str, Leaf, str, Array]]:
    """Yield time constant, element, resistance and draws of the frequency of each process."""
    posterior = tree.children["posterior"].dataset
    pairs = [(arc.tau, arc.capacitive, arc.resistance) for arc in find_arcs(circuit)]
    for leaf in circuit.leaves():
        times = [p.name for p in leaf.own_parameters if p.unit == "s"]
        ohms = [p.name for p in leaf.own_parameters if p.unit == "ohm"]
        if times and ohms:
            pairs.append((times[0], leaf, ohms[0]))
    for time, leaf, resistance in pairs:
        peak = f"{leaf}{PEAK}"
        if peak in posterior:
            yield time, leaf, resistance, posterior[peak].values
        else:
            yield time, leaf, resistance, 1 / (2 * np.pi * posterior[time].values)


def _correlations(tree: xr.DataTree, circuit: Circuit) -> Iterator[Caution]:
    element = {p.name: str(leaf) for leaf in circuit.leaves() for p in leaf.own_parameters}
    for arc in find_arcs(circuit):
        element[arc.resistance] = str(arc.capacitive)
    reported = {
        p.name: on_line(variable(tree, "posterior", p.name).values.ravel(), p.support)
        for p in circuit.parameters
        if p.unit == "ohm" or p.support == "unit"
    }
    reported = {name: draws for name, draws in reported.items() if draws.std() > 0}
    # R, Q, n and τ of one arc hang together by construction.
    pairs = [
        (float(np.corrcoef(reported[a], reported[b])[0, 1]), a, b)
        for a, b in combinations(reported, 2)
        if element[a] != element[b]
    ]
    units = {p.name: p.unit for p in circuit.parameters}
    pairs.sort(key=lambda pair: -abs(pair[0]))
    for r, a, b in pairs[:CORRELATIONS_TOLD]:
        if not abs(r) > CORRELATED:
            return
        ohms = units[a] == units[b] == "ohm"
        what = f"{'sum' if r < 0 else 'ratio'} is" if ohms else "combination is"
        yield Caution(
            "correlation",
            (a, b),
            f"{a} and {b} cannot be told apart (correlation {_signed(r)}): only their {what} "
            "determined well. Do not read them one by one: "
            + ("quote the sum, " if ohms and r < 0 else "quote them with their correlation, ")
            + f"give one of them a prior ({PRIORS}) from another experiment, or take a simpler "
            "circuit.",
        )


def _exponents(tree: xr.DataTree, circuit: Circuit) -> Iterator[Caution]:
    arcs = {str(arc.capacitive): arc for arc in find_arcs(circuit)}
    for leaf in circuit.leaves():
        name = f"{leaf}_n"
        if leaf.code not in ("CPE", "Q", "Zarc") or name not in tree.children["posterior"].dataset:
            continue
        draws = variable(tree, "posterior", name).values
        if float(np.mean(draws > NEARLY_ONE)) > 0.5:
            plain = "an RC relaxation (K)" if leaf.code == "Zarc" else "a capacitor (C)"
            yield Caution(
                "exponent",
                (name,),
                f"{name} piles up at 1: {plain} in place of {leaf} says the same with one "
                "parameter less.",
            )
        elif str(leaf) not in arcs and abs(float(np.median(draws)) - 0.5) < NEARLY_HALF:
            yield Caution(
                "exponent",
                (name,),
                f"{name} is near 0.5: {leaf} looks like diffusion rather than a blocking "
                "interface. Try a Warburg element (W, Wo or Ws) in its place.",
            )


def _autocorrelation(values: Array) -> float:
    """Return the correlation of neighbours."""
    centered = values - values.mean()
    power = float((centered**2).sum())
    return float((centered[1:] * centered[:-1]).sum()) / power if power > 0 else 0.0


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
