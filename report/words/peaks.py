"""What is told of the peaks of a distribution of relaxation times: a sentence, a table, JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.discrepancy import POLARIZATION
from ...inference.relaxation_peaks import Peak, relaxation_peaks
from ...inference.verdict import Verdict
from ..number_texts import chance
from ..numbers import interval
from ..pages.subject import GroupTable
from ..tables import QUANTILES

_COUNTS = ("No peak", "One peak", "Two peaks", "Three peaks", "Four peaks", "Five peaks")


def peaks_sentence(peaks: Sequence[Peak]) -> str:
    """Say how many peaks there are, of which resistance and where."""
    count = _COUNTS[len(peaks)] if len(peaks) < len(_COUNTS) else f"{len(peaks)} peaks"
    if not peaks:
        return f"{count} of a probability of one half or more."
    each = []
    for peak in peaks:
        ohm, low, high, unit = _written(peak.resistance, "ohm")
        tau, *_, second = _written(peak.tau, "s")
        unsure = "" if peak.probability >= 0.95 else f" (probability {chance(peak.probability)})"
        each.append(f"{ohm} {unit} ({low} to {high}) at {tau} {second}{unsure}")
    return f"{count}: {'; '.join(each)}."


def peaks_table(peaks: Sequence[Peak]) -> GroupTable:
    """Return a row each peak: resistance, relaxation time and probability."""
    rows = []
    for place, peak in enumerate(peaks, start=1):
        cells = []
        for draws, unit in ((peak.resistance, "ohm"), (peak.tau, "s")):
            middle, low, high, scaled = _written(draws, unit)
            cells.append((f"{middle} {scaled}", f"{low} to {high}", False))
        cells.append((chance(peak.probability), "", False))
        rows.append((str(place), tuple(cells)))
    return GroupTable("peak", ("resistance", "relaxation time", "probability"), tuple(rows))


def peaks_json(tree: xr.DataTree) -> list[dict[str, Any]]:
    """Return the peaks for a JSON document; none where the checks failed."""
    verdict = Verdict.of(tree)
    if not verdict.passed:
        return []
    doubtful = not verdict.trusts(POLARIZATION)
    return [
        {
            "tau": _quantiles(peak.tau, "s"),
            "resistance": _quantiles(peak.resistance, "ohm"),
            "probability": peak.probability,
            "doubtful": doubtful,
        }
        for peak in relaxation_peaks(tree)
    ]


def _quantiles(draws: NDArray[np.float64], unit: str) -> dict[str, Any]:
    found = {name: float(np.quantile(draws, q)) for name, q in QUANTILES.items()}
    return {**found, "unit": unit}


def _written(draws: NDArray[np.float64], unit: str) -> tuple[str, str, str, str]:
    low, middle, high = (float(q) for q in np.quantile(draws, [0.03, 0.5, 0.97]))
    return interval(middle, low, high, unit)
