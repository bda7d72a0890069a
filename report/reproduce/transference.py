"""Claims on the transference number and the polarization that it is taken from."""

import numpy as np

from ...models.transference import READINGS, elasticities, transference_number
from .claim import (
    Case,
    Claim,
    Finding,
    cannot_be_checked,
    case,
    judge_number,
    judge_statement,
    quantiles,
)
from .inputs import LEVELS, Array, Inputs
from .text import span, value_text

TOPIC = "Transference number"
KEYS = {name: f"transference_{name.replace('_', '').lower()}" for name in READINGS}
_SHOWN = {"I_0": "uA", "I_ss": "uA", "R_0": "ohm", "R_ss": "ohm"}
_HIGH = 0.5


def readings(inputs: Inputs) -> dict[str, Array]:
    """Draw what the transference number is calculated from, in SI units."""
    return {name: inputs.draw(KEYS[name], unit) for name, unit in READINGS.items()}


def _number(inputs: Inputs) -> Finding:
    drawn = readings(inputs)
    middle = {name: inputs.number(KEYS[name], unit).value for name, unit in READINGS.items()}
    printed = inputs.number("transference_number")
    plain_ratio = drawn["I_ss"] / drawn["I_0"]
    errors = {
        name: elasticities(middle)[name] * inputs.number(KEYS[name], unit).step / middle[name]
        for name, unit in READINGS.items()
    }
    total = sum(error**2 for error in errors.values())
    largest = max(errors, key=lambda name: abs(errors[name]))
    more = (
        f"Nearly all of the width ({100 * errors[largest] ** 2 / total:.0f} % of the variance) is "
        f"the rounding of {largest}. The plain ratio I_ss/I_0 is "
        f"{span(*quantiles(plain_ratio), '')}."
    )
    draws = np.asarray(transference_number(drawn))
    found = judge_number(printed, draws, "t by Equation 3", more, _errors(inputs, drawn))
    if found.verdict != "not supported":
        return found
    needed = _needed(middle, printed.value)
    texts = []
    for name, unit in _SHOWN.items():
        factor = 1e6 if unit == "uA" else 1.0
        texts.append(
            f"{name} {value_text(needed[name] * factor, unit)} "
            f"(printed {inputs.number(KEYS[name]).printed})"
        )
    extra = f"A single other reading that gives it would be {', '.join(texts)}."
    return judge_number(printed, draws, "t by Equation 3", f"{more} {extra}", found.sensitivity)


def _needed(values: dict[str, float], t: float) -> dict[str, float]:
    """Return, for each reading, the value that gives t with the others as they are."""
    I_0, I_ss, R_0, R_ss, dV = (values[name] for name in READINGS)
    steady = dV - I_ss * R_ss
    return {
        "I_0": I_ss * dV / (t * steady + I_ss * R_0),
        "I_ss": t * I_0 * dV / (dV - I_0 * R_0 + t * I_0 * R_ss),
        "R_0": (dV - t * I_0 * steady / I_ss) / I_0,
        "R_ss": (dV - I_ss * (dV - I_0 * R_0) / (t * I_0)) / I_ss,
    }


def _errors(inputs: Inputs, drawn: dict[str, Array]) -> list[Case]:
    cases = [case("printed digits alone", np.asarray(transference_number(drawn)))]
    unit_normals = {name: inputs.normal() for name in drawn}
    for level in LEVELS[:2]:
        noisy = {name: v * (1 + level * unit_normals[name]) for name, v in drawn.items()}
        label = f"each reading has an error of {100 * level:g} %"
        cases.append(case(label, np.asarray(transference_number(noisy))))
    return cases


def _high(inputs: Inputs) -> Finding:
    drawn = readings(inputs)
    t = np.asarray(transference_number(drawn))
    cases = []
    for level in LEVELS[:2]:
        noisy = {name: v * (1 + level * inputs.normal()) for name, v in drawn.items()}
        numbers = np.asarray(transference_number(noisy))
        label = f"each reading has an error of {100 * level:g} %"
        cases.append(case(label, numbers, float(np.mean(numbers > _HIGH))))
    return judge_statement(
        float(np.mean(t > _HIGH)),
        t,
        "t by Equation 3",
        f"High: above {_HIGH}, so that sodium carries most of the current. It is the number of one "
        "cell with electrolyte and two polymer layers in series.",
        cases,
        by_digits=True,
    )


def _same_cell(inputs: Inputs) -> Finding:
    """Ask whether the initial current fits the resistances of such a cell."""
    drawn = readings(inputs)
    whole = drawn["dV"] / drawn["I_0"]
    pellet = inputs.draw("resistance_7ul_rt", "ohm")
    # The current leaves through the sodium, which covers a part of the pellet only.
    widest = (
        inputs.draw("pellet_diameter", "mm") / inputs.draw("na_electrode_diameter", "mm")
    ) ** 2
    expected = 1e6 * drawn["dV"] / (drawn["R_0"] + pellet * widest)
    return judge_number(
        inputs.number(KEYS["I_0"], "uA"),
        expected,
        "ΔV/(R_0 + pellet)",
        f"By Ohm's law {inputs.number(KEYS['dV']).printed} mV over the printed current are "
        f"{value_text(float(np.median(whole)), 'ohm', 4)}, of which R_0 is "
        f"{value_text(float(np.median(drawn['R_0'])), 'ohm', 4)}; Table 1 leaves at most "
        f"{value_text(float(np.median(pellet * widest)), 'ohm')} for the pellet (room temperature, "
        "on the area of the sodium). Most of the cell's resistance is in neither, or the first "
        "current was read late.",
    )


def _flux(inputs: Inputs) -> Finding:
    return cannot_be_checked(
        "No local current was measured; a transference number of a whole cell says nothing on how "
        "evenly the current is spread.",
    )


CLAIMS = (
    Claim("transference", TOPIC, "The transference number follows from the five readings", _number),
    Claim("transference-high", TOPIC, "The transference number is relatively high", _high),
    Claim(
        "transference-current",
        TOPIC,
        "The initial current belongs to a cell with the printed resistances of interfaces and "
        "pellet",
        _same_cell,
    ),
    Claim(
        "transference-flux",
        TOPIC,
        "The polymer makes the flux of sodium ions at the interface more uniform",
        _flux,
    ),
)
