"""Claims on cells with a cathode: impedance before and after cycling, capacity, efficiency."""

from functools import partial

import numpy as np

from ...inference.comparison.specimens import CELLS, PELLETS
from .claim import (
    MODERATE,
    SLIGHT,
    Claim,
    Finding,
    cannot_be_checked,
    judge_number,
    quantiles,
)
from .inputs import Array, Inputs
from .specimens import last_over_first, one_specimen, two_specimens
from .text import span

TOPIC = "Cells"


def _intercept_falls(sample: str, inputs: Inputs) -> Finding:
    series = [inputs.draw(f"intercept_{sample}_{when}", "ohm") for when in ("rt", "55c")]
    return one_specimen(
        inputs, series, lambda s: s[1] < s[0], last_over_first, "intercept at 55 °C / at RT"
    )


def _intercept_higher(inputs: Inputs) -> Finding:
    cold, hot = (
        inputs.draw(f"intercept_7ul_{when}", "ohm") / inputs.draw(f"intercept_bare_{when}", "ohm")
        for when in ("rt", "55c")
    )
    return two_specimens(
        np.log(cold),
        CELLS,
        lambda ratio: ratio > 1,
        "intercept coated / bare at room temperature",
        f"At 55 °C the ratio of the two cells is {span(*quantiles(hot), '')}.",
        "cell",
    )


def _bare(inputs: Inputs) -> list[Array]:
    return [inputs.draw(f"charge_transfer_bare_{when}", "ohm") for when in ("before", "after")]


def _coated(inputs: Inputs) -> list[Array]:
    return [inputs.draw(f"cell_resistance_7ul_{when}", "ohm") for when in ("before", "after")]


def _grows_bare(inputs: Inputs) -> Finding:
    return one_specimen(
        inputs,
        _bare(inputs),
        lambda s: s[1] > (1 + SLIGHT) * s[0],
        last_over_first,
        "after / before 50 cycles",
    )


def _grows_coated(inputs: Inputs) -> Finding:
    return one_specimen(
        inputs,
        _coated(inputs),
        lambda s: (s[1] > (1 + SLIGHT) * s[0]) & (s[1] < MODERATE * s[0]),
        last_over_first,
        "after / before 50 cycles",
    )


def _mitigated(inputs: Inputs) -> Finding:
    ratio = last_over_first(_coated(inputs)) / last_over_first(_bare(inputs))
    return two_specimens(
        np.log(ratio),
        CELLS,
        lambda r: r < 1,
        "growth in 50 cycles, coated / bare",
        "Both cells were at 55 °C. Read as growth by a factor.",
        "cell",
    )


def _contact(inputs: Inputs) -> Finding:
    ratio = _coated(inputs)[0] / _bare(inputs)[0]
    return two_specimens(
        np.log(ratio),
        CELLS,
        lambda r: r < 1,
        "resistance before cycling at 55 °C, coated / bare",
        "Better contact is read as a lower resistance of the fresh cell. For the bare cell it is "
        "called charge transfer, for the coated one resistance.",
        "cell",
    )


def _capacity_places(inputs: Inputs) -> Finding:
    return judge_number(
        inputs.number("discharge_capacity_7ul_conclusions", "mAh/g"),
        inputs.draw("discharge_capacity_7ul_results", "mAh/g"),
        "capacity in abstract and results",
    )


def _capacity_higher(inputs: Inputs) -> Finding:
    coated, bare = (
        inputs.draw(f"discharge_capacity_{s}", "mAh/g") for s in ("7ul_results", "bare")
    )
    return two_specimens(
        np.log(coated / bare),
        PELLETS,
        lambda r: r > 1,
        "first discharge capacity, coated / bare",
        "A bare cell that degrades from the first cycle on may scatter more; the table shows what "
        "that would mean.",
        "cell",
    )


def _retention(inputs: Inputs) -> Finding:
    kept = inputs.draw("capacity_retention_7ul", "dimensionless")
    left = kept * inputs.draw("discharge_capacity_7ul_results", "mAh/g")
    return cannot_be_checked(
        "No capacity at cycle 50 is published, nor which cycle it refers to; of the first "
        f"discharge {span(*quantiles(left), 'mAh/g')} would be left. A law of fade with one "
        "parameter would reach 80 % at cycle "
        f"{_cycles(kept, 1.0):.0f} if the loss were the same in each cycle, and at "
        f"{_cycles(kept, 0.5):.0f} if it went with the root of their number: the number alone "
        "does not say which, and other cells may fade otherwise.",
        unit="percent",
        published=inputs.number("capacity_retention_7ul", "percent"),
    )


def _retention_higher(inputs: Inputs) -> Finding:
    kept = inputs.draw("capacity_retention_7ul", "percent")
    return cannot_be_checked(
        f"{span(*quantiles(kept), 'percent')} after 50 cycles is printed for the coated cell; for "
        "the bare one neither a retention nor a capacity after its first cycle is published.",
        unit="percent",
        published=inputs.number("capacity_retention_7ul", "percent"),
    )


def _cycles(kept: Array, power: float) -> float:
    """Return the cycle of 80 % where the loss goes with a power of the cycles, from cycle 50."""
    return float(np.median(50 * (0.2 / (1 - kept)) ** (1 / power)))


def _average(inputs: Inputs) -> Finding:
    """Judge the average efficiency by what the first cycle leaves possible."""
    printed = inputs.number("coulombic_efficiency_7ul", "percent")
    first = _first(inputs)
    cycles = inputs.number("cycling_cycles").value
    others = (cycles * inputs.draw("coulombic_efficiency_7ul", "percent") - first) / (cycles - 1)
    highest = (first + 100 * (cycles - 1)) / cycles
    if quantiles(highest)[2] < printed.interval[0]:
        return judge_number(
            printed,
            highest,
            "highest average that the first cycle leaves possible",
            "Even if no charge were lost after it.",
        )
    return cannot_be_checked(
        f"The first cycle has {span(*quantiles(first), 'percent')} by its own capacities, which "
        f"the text does not mention. If it is counted, the other {cycles - 1:.0f} must average "
        f"{span(*quantiles(others), 'percent')}, which is possible; whether it is counted is not "
        "said, and the efficiencies are not published.",
        others,
        f"average of the other {cycles - 1:.0f} cycles",
        "percent",
        printed,
    )


def _first(inputs: Inputs) -> Array:
    discharge = inputs.draw("discharge_capacity_7ul_results", "mAh/g")
    return 100 * discharge / inputs.draw("charge_capacity_7ul", "mAh/g")


def _both(inputs: Inputs) -> Finding:
    cycles = inputs.number("cycling_cycles").value
    kept = 100 * inputs.draw("coulombic_efficiency_7ul", "dimensionless") ** (cycles - 1)
    retention = inputs.number("capacity_retention_7ul", "percent")
    return cannot_be_checked(
        f"Were every lost charge lost capacity, {span(*quantiles(kept), 'percent')} would be left "
        f"after {cycles - 1:.0f} cycles, against {retention.printed} % claimed. Sodium metal in "
        "excess makes up for lost charge, so both can be true; how much excess there is, is not "
        "published.",
        kept,
        "retention without excess sodium",
        "percent",
        retention,
    )


def _efficiency_bare(inputs: Inputs) -> Finding:
    return cannot_be_checked(
        "One efficiency is printed, with neither the capacities behind it nor that of any other "
        "cycle.",
        unit="percent",
        published=inputs.number("coulombic_efficiency_bare", "percent"),
    )


def _unpublished(why: str, inputs: Inputs) -> Finding:
    return cannot_be_checked(why)


CLAIMS = (
    Claim(
        "intercept-bare",
        TOPIC,
        "The resistance of the fresh bare cell is lower at 55 °C than at room temperature",
        partial(_intercept_falls, "bare"),
    ),
    Claim(
        "intercept-coated",
        TOPIC,
        "The resistance of the fresh coated cell is lower at 55 °C than at room temperature",
        partial(_intercept_falls, "7ul"),
    ),
    Claim(
        "intercept-higher",
        TOPIC,
        "At room temperature the coated cell starts with the higher intercept",
        _intercept_higher,
    ),
    Claim(
        "contact",
        TOPIC,
        "The coating improves the contact at the interfaces of fresh cells",
        _contact,
    ),
    Claim(
        "growth-bare",
        TOPIC,
        "The resistance of the bare cell grows substantially in 50 cycles",
        _grows_bare,
    ),
    Claim(
        "growth-coated",
        TOPIC,
        "The resistance of the coated cell grows moderately in 50 cycles",
        _grows_coated,
    ),
    Claim("growth-mitigated", TOPIC, "The coating slows the growth of resistance", _mitigated),
    Claim(
        "capacity-places",
        TOPIC,
        "The conclusions give the same discharge capacity as abstract and results",
        _capacity_places,
    ),
    Claim(
        "capacity-higher",
        TOPIC,
        "The coating raises the first discharge capacity",
        _capacity_higher,
    ),
    Claim("retention", TOPIC, "The coated cell keeps 89.6 % of its capacity", _retention),
    Claim(
        "retention-higher",
        TOPIC,
        "The coated cell keeps more of its capacity than the bare one",
        _retention_higher,
    ),
    Claim(
        "efficiency-average",
        TOPIC,
        "The Coulombic efficiency of the coated cell averages 99.56 % over 50 cycles",
        _average,
    ),
    Claim(
        "efficiency-retention",
        TOPIC,
        "Efficiency and retention of the coated cell go together",
        _both,
    ),
    Claim(
        "efficiency-bare",
        TOPIC,
        "The efficiency of the bare cell falls to 44.6 % in 50 cycles",
        _efficiency_bare,
    ),
    Claim(
        "capacity-stable",
        TOPIC,
        "After a slight loss at first, the capacity of the coated cell is stable",
        partial(_unpublished, "Only the first capacities are published, none of a later cycle."),
    ),
    Claim(
        "polarization-smooth",
        TOPIC,
        "The voltage curves of the coated cell are smoother and less polarized",
        partial(_unpublished, "The voltage curves are not published as numbers."),
    ),
)
