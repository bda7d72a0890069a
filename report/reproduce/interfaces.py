"""Claims on sodium interfaces: stripping and plating, critical current, oxidation."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...inference.comparison.specimens import CELLS
from ...inference.prior import Prior
from ...models.limits import CriticalCurrent, Lifetime
from ...models.transport import disc_area
from .claim import (
    SLIGHT,
    Case,
    Claim,
    Finding,
    cannot_be_checked,
    case,
    judge_number,
    quantiles,
)
from .inputs import LEVELS, Array, Inputs, typical
from .specimens import (
    last_over_first,
    one_specimen,
    two_specimens,
)
from .text import chance, span
from .thresholds import Medians, median, medians, steps_below
from .voltammetry import table2

TOPIC = "Interfaces"
_Series = Sequence[Array]

CURRENT_WIDTH = float(dict(Prior.parse(CriticalCurrent.median.prior).arguments)["sigma"])
LIFETIME_WIDTH = float(dict(Prior.parse(Lifetime.median.prior).arguments)["sigma"])
"""Standard deviations of the priors of the medians, on the scale of the logarithm."""

STEPS = (0.05, 0.1, 0.2)
"""Sizes in mA/cm² that the steps of a critical-current test usually have."""

WIDTHS = (CURRENT_WIDTH / 2, 2 * CURRENT_WIDTH)
"""Half and twice as wide a prior of the median as the package's own."""


def _slight_fall(series: _Series) -> NDArray[np.bool_]:
    ratio = series[-1] / series[0]
    return np.asarray((ratio < 1) & (ratio > 1 - SLIGHT))


def _substantial_rise(series: _Series) -> NDArray[np.bool_]:
    return np.asarray(series[-1] > (1 + SLIGHT) * series[0])


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
    failed = inputs.number("failure_cycles_bare").value
    running = inputs.number("stable_cycles_7ul").value
    bare, coated = (failed - 1, failed), (running, np.inf)

    def at(label: str, width: float, spread: Prior | float) -> tuple[Case, Medians]:
        found = medians(inputs, bare, coated, width, spread)
        return case(label, found.second / found.first, found.probability), found

    own, found = at("one scatter between cells for both, estimated", LIFETIME_WIDTH, CELLS)
    levels = [at(f"cells made alike differ by {100 * s:g} %", LIFETIME_WIDTH, s)[0] for s in LEVELS]
    return cannot_be_checked(
        f"One cell failed after {inputs.number('failure_cycles_bare').printed} cycles and one had "
        f"not after {inputs.number('stable_cycles_7ul').printed}. The temperature of the bare cell "
        "is not stated, so coating and temperature may have changed together. Of the two kinds of "
        "cells as they were, half of the coated ones would live longer than half of the bare ones "
        f"with probability {chance(found.probability)}, if lifetimes are log-normal and cells made "
        f"alike differ by {typical(CELLS)}; how much longer is open upwards, since the coated cell "
        "did not fail.",
        found.second / found.first,
        "median lifetime coated / bare",
        cases=[own, *levels],
    )


def _critical_bare(inputs: Inputs) -> Finding:
    printed = inputs.number("critical_current_bare", "mA/cm**2")
    steps = steps_below(printed.value, STEPS)
    drawn = [median(inputs, step, CURRENT_WIDTH) for step in steps]
    narrow = median(inputs, steps[1], CURRENT_WIDTH, 0.10)
    cases = [
        case(f"steps of {size:g} mA/cm²", each) for size, each in zip(STEPS, drawn, strict=True)
    ]
    cases.append(case(f"steps of {STEPS[1]:g} mA/cm², cells differ by 10 %", narrow))
    return cannot_be_checked(
        "Neither the voltage curve nor the size of the current steps is published. One cell says "
        f"little of others: with steps of {STEPS[1]:g} mA/cm² half of such cells would fail below "
        f"{span(*quantiles(drawn[1]), 'mA/cm**2')}, and the size of the steps matters less than "
        f"how much cells made alike differ, taken to be {typical(CELLS)}.",
        drawn[1],
        "current at which half of the cells fail",
        "mA/cm**2",
        printed,
        cases,
    )


def _critical(inputs: Inputs) -> Finding:
    end = inputs.number("ccd_current_density_high").value
    printed = inputs.number("critical_current_bare")
    least = two_specimens(
        np.log(end / inputs.draw("critical_current_bare")),
        CELLS,
        lambda r: r > 1,
        "critical current coated / bare, at least",
        kind="cell",
    )
    cases, found = [], {}
    assumed = [*((size, CURRENT_WIDTH) for size in STEPS), *((STEPS[1], w) for w in WIDTHS)]
    for size, width in assumed:
        (step,) = steps_below(printed.value, [size])
        both = medians(inputs, step, (end, np.inf), width)
        found[size, width] = both.probability
        label = f"limits within steps of {size:g} mA/cm², {_apart(width)}"
        cases.append(case(label, both.second / both.first, both.probability))
    low, high = min(found.values()), max(found.values())
    return replace(
        least,
        why=f"{least.why} The bare cell failed at {printed.printed} mA/cm², the coated one not "
        "within the range, so this is the least probability, of a coated cell that would have "
        "failed right there. Taken as limits within their steps, the two cells give "
        f"{chance(found[STEPS[1], CURRENT_WIDTH])}; but from {chance(low)} to {chance(high)} as "
        "the size of the steps, which is not stated, and the range that critical currents were "
        "taken from before are chosen. One cell each leaves the answer to such choices.",
        sensitivity=(*least.sensitivity, *cases),
    )


def _apart(width: float) -> str:
    return f"medians known before to a factor of {np.exp(1.881 * width):.0f}"


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
        "No point of the curve is published, so that the bend of the curve cannot be fitted; an "
        "onset that is read by eye hangs on how far the sweep went and on the current that counts "
        "as noise.",
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
)
