"""Claims on cyclic voltammetry: currents, and the resistances of Table 2."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...inference.comparison.specimens import CELLS
from .claim import MODERATE, SLIGHT, Claim, Finding, cannot_be_checked, quantiles
from .inputs import Array, Inputs
from .specimens import (
    falls,
    largest_step,
    last_over_first,
    one_specimen,
    rises,
    smallest_step,
    two_specimens,
)
from .text import chance, span, value_text

TOPIC = "Interfaces: voltammetry"
CYCLES = ("fresh", *(f"cycle{n}" for n in range(1, 6)))
_Series = Sequence[Array]


def table2(inputs: Inputs, part: str, sample: str) -> list[Array]:
    """Draw one resistance of Table 2 over its six rows, or the sum of the three."""
    if part == "sum":
        each = [table2(inputs, name, sample) for name in ("r1", "r2", "r3")]
        return [np.asarray(sum(values)) for values in zip(*each, strict=True)]
    return [inputs.draw(f"cv_{part}_{sample}_{cycle}", "ohm") for cycle in CYCLES]


def _of_table2(
    part: str,
    sample: str,
    holds: Callable[[_Series], NDArray[np.bool_]],
    shown: Callable[[_Series], Array],
    quantity: str,
    inputs: Inputs,
    more: str = "",
) -> Finding:
    series = table2(inputs, part, sample)
    path = " → ".join(f"{np.median(value):.4g}" for value in series)
    return one_specimen(
        inputs,
        series,
        holds,
        shown,
        quantity,
        f"In Ω: {path}. {_law(part, sample, inputs)} {more}".strip(),
    )


def _law(part: str, sample: str, inputs: Inputs) -> str:
    """Say what a law through all rows of the table makes of them."""
    parts = ("r1", "r2", "r3") if part == "sum" else (part,)
    points = []
    for number, cycle in enumerate(CYCLES):
        printed = [inputs.number(f"cv_{each}_{sample}_{cycle}", "ohm") for each in parts]
        total, step = (sum(getattr(p, what) for p in printed) for what in ("value", "step"))
        points.append((float(number), total, step))
    drawn = inputs.fits.growth(tuple(points))
    if drawn is None:
        return "Linear growth with scatter does not describe the six numbers to trust."
    return (
        f"By linear growth with scatter, cycle 5 has {span(*quantiles(drawn), '')} times the fresh "
        f"value; it grows with probability {chance(float(np.mean(drawn > 1)))}."
    )


def _constant(series: _Series) -> NDArray[np.bool_]:
    return np.asarray(np.maximum.reduce(series) < (1 + SLIGHT) * np.minimum.reduce(series))


def _moderate(series: _Series) -> NDArray[np.bool_]:
    ratio = series[-1] / series[0]
    return np.asarray((ratio > 1 + SLIGHT) & (ratio < MODERATE))


def _substantial_fall(series: _Series) -> NDArray[np.bool_]:
    return np.asarray(series[-1] < (1 - SLIGHT) * series[0])


def _cv(sample: str, inputs: Inputs) -> list[Array]:
    return [np.abs(inputs.draw(f"cv_current_{sample}_cycle{n}", "mA")) for n in (1, 5)]


def _cv_bare(inputs: Inputs) -> Finding:
    return one_specimen(
        inputs,
        _cv(sample="bare", inputs=inputs),
        _substantial_fall,
        last_over_first,
        "cycle 5 / cycle 1",
    )


def _cv_stable(inputs: Inputs) -> Finding:
    return one_specimen(
        inputs,
        _cv("7ul", inputs),
        _constant,
        last_over_first,
        "cycle 5 / cycle 1",
        "Called cathodic, the two currents are printed without the minus sign that those of the "
        "bare cell have.",
    )


def _apart(
    coated: Sequence[Array], bare: Sequence[Array], holds: Any, quantity: str, inputs: Inputs
) -> Finding:
    """Compare two cells that were measured at two temperatures: never a verdict on the coating."""
    log_ratio = np.log(last_over_first(coated) / last_over_first(bare))
    found = two_specimens(log_ratio, CELLS, holds, quantity, "", "cell")
    return cannot_be_checked(
        "The coated cell was at 55 °C and the bare one at room temperature, so what the coating "
        f"does cannot be told from what the temperature does. Of the two cells as they were, the "
        f"ratio is {value_text(float(np.median(np.exp(log_ratio))), '')}.",
        np.exp(log_ratio),
        quantity,
        cases=found.sensitivity,
    )


def _cv_stabler(inputs: Inputs) -> Finding:
    return _apart(
        _cv("7ul", inputs),
        _cv("bare", inputs),
        lambda ratio: ratio > 1,
        "current kept, coated / bare",
        inputs,
    )


def _slower(inputs: Inputs) -> Finding:
    return _apart(
        table2(inputs, "sum", "7ul"),
        table2(inputs, "sum", "bare"),
        lambda ratio: ratio < 1,
        "growth of R1 + R2 + R3, coated / bare",
        inputs,
    )


def _claim2(name: str, text: str, part: str, sample: str, holds: Any, more: str = "") -> Claim:
    shown, quantity = _SHOWN[holds]
    evaluate = partial(_of_table2, part, sample, holds, shown, quantity, more=more)
    return Claim(name, TOPIC, text, evaluate)


def _range(series: _Series) -> Array:
    return np.asarray(np.maximum.reduce(series) / np.minimum.reduce(series))


_SHOWN: Mapping[Any, tuple[Callable[[_Series], Array], str]] = {
    rises: (smallest_step, "smallest ratio of a cycle to the one before"),
    falls: (largest_step, "largest ratio of a cycle to the one before"),
    _constant: (_range, "largest / smallest"),
    _moderate: (last_over_first, "last / first"),
}
"""What to show of a statement on a series."""


CLAIMS = (
    Claim("cv-bare", TOPIC, "The current of the bare cell falls substantially", _cv_bare),
    Claim("cv-coated-stable", TOPIC, "The current of the coated cell is stable", _cv_stable),
    Claim("cv-stabler", TOPIC, "The coating keeps the current more stable", _cv_stabler),
    _claim2("r2-bare", "R2 of the bare cell rises continuously", "r2", "bare", rises),
    _claim2("r3-bare", "R3 of the bare cell rises continuously", "r3", "bare", rises),
    _claim2(
        "sum-bare",
        "The resistance of the bare cell as a whole rises continuously",
        "sum",
        "bare",
        rises,
        "R1, which the text passes over, falls by half.",
    ),
    _claim2("r1-coated", "R1 of the coated cell is relatively constant", "r1", "7ul", _constant),
    _claim2("r2-coated", "R2 of the coated cell rises moderately", "r2", "7ul", _moderate),
    _claim2("r3-coated", "R3 of the coated cell falls from cycle to cycle", "r3", "7ul", falls),
    _claim2(
        "sum-coated",
        "The resistance of the coated cell as a whole falls from cycle to cycle",
        "sum",
        "7ul",
        falls,
    ),
    Claim("growth-slower", TOPIC, "The coating keeps the resistances from growing", _slower),
)
