"""Claims on sodium interfaces: stripping and plating, critical current, oxidation, Table 2."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.transport import disc_area
from .claim import (
    MODERATE,
    SLIGHT,
    Claim,
    Finding,
    cannot_be_checked,
    case,
    judge_number,
    quantiles,
)
from .inputs import CELLS, Array, Inputs
from .specimens import (
    falls,
    largest_step,
    last_over_first,
    one_specimen,
    rises,
    smallest_step,
    two_specimens,
)
from .text import span, value_text

TOPIC = "Interfaces"
TABLE_2 = "Interfaces: Table 2"
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
        f"In Ω: {path}. {more}".strip(),
    )


def _constant(series: _Series) -> NDArray[np.bool_]:
    return np.asarray(np.maximum.reduce(series) < (1 + SLIGHT) * np.minimum.reduce(series))


def _moderate(series: _Series) -> NDArray[np.bool_]:
    ratio = series[-1] / series[0]
    return np.asarray((ratio > 1 + SLIGHT) & (ratio < MODERATE))


def _slight_fall(series: _Series) -> NDArray[np.bool_]:
    ratio = series[-1] / series[0]
    return np.asarray((ratio < 1) & (ratio > 1 - SLIGHT))


def _substantial_rise(series: _Series) -> NDArray[np.bool_]:
    return np.asarray(series[-1] > (1 + SLIGHT) * series[0])


def _substantial_fall(series: _Series) -> NDArray[np.bool_]:
    return np.asarray(series[-1] < (1 - SLIGHT) * series[0])


def _overpotential(inputs: Inputs) -> Finding:
    printed = inputs.number("overpotential_7ul", "V")
    resistance = _total(inputs)
    current = inputs.number("stripping_current_density", "A/cm**2").value  # set, not measured

    def volts(diameter: str) -> Array:
        return np.asarray(current * disc_area(inputs.draw(diameter, "cm")) * resistance)

    sodium, pellet = volts("na_electrode_diameter"), volts("pellet_diameter")
    cases = [
        case("area of the sodium, 8 mm", sodium),
        case("area of the pellet, 10 mm", pellet),
    ]
    return judge_number(
        printed,
        sodium,
        "current × (R_s + pellet)",
        f"R_s and pellet are {span(*quantiles(resistance), 'ohm')}. With the area of the pellet in "
        f"place of that of the sodium it would be {span(*quantiles(pellet), 'V')}.",
        cases,
    )


def _total(inputs: Inputs) -> Array:
    """Draw R_s, anywhere between first and later value, and the pellet under the sodium."""
    first, later = inputs.draw("rs_7ul_initial", "ohm"), inputs.draw("rs_7ul_later", "ohm")
    widest = (
        inputs.draw("pellet_diameter", "mm") / inputs.draw("na_electrode_diameter", "mm")
    ) ** 2
    pellet = inputs.draw("resistance_7ul_55c", "ohm") * (1 + inputs.uniform(0, 1) * (widest - 1))
    return later + (first - later) * inputs.uniform(0, 1) + pellet


def _overpotential_bare(inputs: Inputs) -> Finding:
    area = disc_area(inputs.draw("na_electrode_diameter", "cm"))
    current = inputs.number("stripping_current_density", "A/cm**2").value * area
    from_table2 = np.asarray(current * table2(inputs, "sum", "bare")[0])
    printed = inputs.number("overpotential_bare_initial", "V")
    return cannot_be_checked(
        "No resistance of this cell is printed, nor its temperature. The bare cell of Table 2, "
        f"fresh and at room temperature, would have {span(*quantiles(from_table2), 'V')} at this "
        f"current, {np.median(from_table2) / printed.value:.0f} times as much.",
        from_table2,
        "current × (R1 + R2 + R3 of Table 2, fresh)",
        "V",
        printed,
    )


def _bare_polarizes(inputs: Inputs) -> Finding:
    series = [inputs.draw(f"overpotential_bare_{when}", "V") for when in ("initial", "final")]
    return one_specimen(inputs, series, _substantial_rise, last_over_first, "final / initial")


def _rs(inputs: Inputs) -> Finding:
    series = [inputs.draw(f"rs_7ul_{when}", "ohm") for when in ("initial", "later")]
    return one_specimen(inputs, series, _slight_fall, last_over_first, "later / initial R_s")


def _stable(inputs: Inputs) -> Finding:
    printed = inputs.number("overpotential_7ul", "V")
    cycles = inputs.number("stable_cycles_7ul")
    return cannot_be_checked(
        f"One value stands for more than {cycles.printed} cycles; the curve is not published as "
        "numbers.",
        unit="V",
        published=printed,
    )


def _lifetime(inputs: Inputs) -> Finding:
    lived = inputs.draw("stable_cycles_7ul") / inputs.draw("failure_cycles_bare")
    found = two_specimens(
        np.log(lived),
        CELLS,
        lambda r: r > 1,
        "lifetime coated / bare, at least",
        "",
        "cell",
    )
    return cannot_be_checked(
        f"One cell failed after {inputs.number('failure_cycles_bare').printed} cycles and one had "
        f"not after {inputs.number('stable_cycles_7ul').printed}. The temperature of the bare cell "
        "is not stated, and the model of lifetimes with cells that did not fail is not part of the "
        "package yet. If lifetimes were log-normal, the table shows the least probability that "
        "coated cells live longer.",
        lived,
        "lifetime coated / bare, at least",
        cases=found.sensitivity,
    )


def _critical_bare(inputs: Inputs) -> Finding:
    return cannot_be_checked(
        "One cell, and neither the voltage curve nor the size of the current steps is published; "
        "the model of thresholds within a step is not part of the package yet.",
        unit="mA/cm**2",
        published=inputs.number("critical_current_bare", "mA/cm**2"),
    )


def _critical(inputs: Inputs) -> Finding:
    ratio = inputs.number("ccd_current_density_high").value / inputs.draw("critical_current_bare")
    return two_specimens(
        np.log(ratio),
        CELLS,
        lambda r: r > 1,
        "critical current coated / bare, at least",
        f"The bare cell failed at {inputs.number('critical_current_bare').printed} mA/cm², the "
        "coated one not within the range, so the probability is a lower bound. The size of the "
        "steps is not stated; a threshold below the step that failed raises it.",
        "cell",
    )


def _gradual(inputs: Inputs) -> Finding:
    low, high = inputs.draw("polarization_7ul_low", "V"), inputs.draw("polarization_7ul_high", "V")
    low_end, high_end = (
        inputs.number(f"ccd_current_density_{end}").value for end in ("low", "high")
    )
    rise = high_end / low_end
    exact = (
        inputs.number("polarization_7ul_high").value / inputs.number("polarization_7ul_low").value
    )
    return cannot_be_checked(
        "The curve is not published. Of its ends, the voltage grows by a factor of "
        f"{exact:.0f} while the current grows by "
        f"{rise:.0f}, so voltage over current falls; the digits "
        f"of the lower end leave {span(*quantiles(high / low / rise), '')} for that ratio. Fewer "
        "ohms at high current may be heat, better contact or the beginning of a short circuit.",
        high / low / rise,
        "voltage over current, high end / low end",
    )


def _in_supplement(what: str, inputs: Inputs) -> Finding:
    return cannot_be_checked(what)


def _onset(inputs: Inputs) -> Finding:
    return cannot_be_checked(
        "No point of the curve is published, and the model of a change in slope is not part of the "
        "package yet.",
        unit="V",
        published=inputs.number("oxidation_onset_bare", "V"),
    )


def _suppressed(inputs: Inputs) -> Finding:
    end = inputs.number("lsv_voltage_end_7ul", "V")
    T = inputs.number("lsv_temperature_7ul", "degC")
    return cannot_be_checked(
        f"No current is printed up to {end.printed} V, and the coated cell was at {T.printed} °C, "
        "the bare one at room temperature: coating and temperature change together.",
    )


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
    return Claim(name, TABLE_2, text, evaluate)


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
    Claim(
        "overpotential-coated",
        TOPIC,
        "The overpotential of the coated cell follows from current and resistances",
        _overpotential,
    ),
    Claim(
        "overpotential-bare",
        TOPIC,
        "The bare cell starts at a low overpotential",
        _overpotential_bare,
    ),
    Claim(
        "overpotential-stable",
        TOPIC,
        "The overpotential of the coated cell stays stable",
        _stable,
    ),
    Claim(
        "bare-polarizes", TOPIC, "The overpotential of the bare cell rises steeply", _bare_polarizes
    ),
    Claim(
        "lifetime",
        TOPIC,
        "Coated cells strip and plate for longer than bare ones",
        _lifetime,
    ),
    Claim("rs-slightly", TOPIC, "R_s of the coated cell falls slightly and stays stable", _rs),
    Claim("critical-bare", TOPIC, "The bare cell fails at 0.65 mA/cm²", _critical_bare),
    Claim("critical-higher", TOPIC, "The coating raises the critical current", _critical),
    Claim(
        "critical-gradual",
        TOPIC,
        "The coated cell polarizes gradually up to 1.5 mA/cm², without a collapse",
        _gradual,
    ),
    Claim(
        "critical-impedance",
        TOPIC,
        "After the critical-current test the bare cell is shorted, while the resistance of the "
        "coated one has risen",
        partial(_in_supplement, "The spectra and their fits are in the supplement only."),
    ),
    Claim("oxidation-bare", TOPIC, "The bare electrolyte is oxidized from 2.6 V on", _onset),
    Claim("oxidation-coated", TOPIC, "The coating suppresses the oxidation up to 7 V", _suppressed),
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
        "Laws of growth are not part of the package yet.",
    ),
    Claim("growth-slower", TABLE_2, "The coating keeps the resistances from growing", _slower),
)
