"""Claims on the work of others: Table 3, Figure 12, and what the introduction quotes."""

from functools import partial

import numpy as np

from ...datasets.published import Published, missing_for, specific_current
from ...inference.comparison.specimens import PELLETS
from .claim import SLIGHT, Claim, Finding, cannot_be_checked, case, judge_number, judge_statement
from .inputs import LEVELS, Array, Inputs, typical
from .specimens import two_specimens

TOPIC = "Literature"
OWN = "aam950"
OTHERS = ("pvdf_hfp", "bmtfsi", "pyr", "alucone", "ppp", "peo", "diglyme")
SYSTEMS = (OWN, *OTHERS)
_ORDINALS = {1: "first", 2: "second", 3: "third"}


def _rank(own: Array, others: list[Array]) -> Array:
    return np.asarray(1 + sum((other > own).astype(float) for other in others))


def _spread_ranks(inputs: Inputs, values: list[Array], spread: Array | float) -> Array:
    """Draw the rank of the first of several cells whose like differ by a relative spread."""
    factors = [np.exp(spread * inputs.normal()) for _ in values]
    own, *others = (v * f for v, f in zip(values, factors, strict=True))
    return _rank(own, others)


def rank_probabilities(inputs: Inputs) -> dict[str, Array]:
    """Return the probability of each rank by capacity, of each cell of Table 3.

    Cells made alike are taken to differ as the prior between specimens says, and what else
    the cells differ in is left as it is.
    """
    spread = inputs.from_prior(PELLETS)
    values = [
        inputs.draw(f"table3_{name}_capacity", "mAh/g") * np.exp(spread * inputs.normal())
        for name in SYSTEMS
    ]
    ranks = {
        name: _rank(own, [other for other in values if other is not own])
        for name, own in zip(SYSTEMS, values, strict=True)
    }
    places = np.arange(1, len(SYSTEMS) + 1)
    return {
        name: np.array([float(np.mean(rank == place)) for place in places])
        for name, rank in ranks.items()
    }


def current_of(inputs: Inputs, name: str) -> Published | None:
    """Return the current of a cell of Table 3 in A/g, or None where that cannot be known."""
    printed = inputs.number(f"table3_{name}_current")
    return None if missing_for(printed) else specific_current(printed)


def _competitive(key: str, inputs: Inputs) -> Finding:
    own = inputs.draw(key, "mAh/g")
    others = [inputs.draw(f"table3_{name}_capacity", "mAh/g") for name in OTHERS]
    half = (len(others) + 1) / 2
    rank = _rank(own, others)
    cases = [case("these cells alone, by their printed digits", rank, float(np.mean(rank <= half)))]
    for level in LEVELS:
        drawn = _spread_ranks(inputs, [own, *others], level)
        label = f"cells made alike differ by {100 * level:g} %"
        cases.append(case(label, drawn, float(np.mean(drawn <= half))))
    drawn = _spread_ranks(inputs, [own, *others], inputs.from_prior(PELLETS))
    cycles = inputs.number("table3_aam950_cycles").value
    longer = sum(inputs.number(f"table3_{name}_cycles").value > cycles for name in OTHERS)
    place = int(np.median(rank))
    return judge_statement(
        float(np.mean(drawn <= half)),
        drawn,
        "rank by capacity",
        "Competitive: in the upper half of Table 3. As printed it is "
        f"{_ORDINALS.get(place, f'{place}th')} of {len(others) + 1}, by single numbers of cells "
        "with other cathodes, voltages, currents and temperatures, of which "
        f"{longer} were cycled longer. Cells made alike are taken to differ by {typical(PELLETS)}.",
        cases,
    )


def _same_current(inputs: Inputs) -> Finding:
    """Compare with those cells of Table 3 that have the same current per mass."""
    own_current = current_of(inputs, OWN)
    known = {name: current_of(inputs, name) for name in OTHERS}
    if own_current is None:
        return cannot_be_checked("The current of the paper's own cell is not one per mass.")
    alike = [
        name
        for name, current in known.items()
        if current is not None
        and current.interval[0] <= own_current.interval[1]
        and own_current.interval[0] <= current.interval[1]
    ]
    unknown = sum(current is None for current in known.values())
    if not alike:
        return cannot_be_checked(
            f"No other cell of Table 3 is known to have been cycled at {own_current.value:g} A/g; "
            f"of {unknown} the current per mass is not known."
        )
    own = inputs.draw("table3_aam950_capacity", "mAh/g")
    others = [inputs.draw(f"table3_{name}_capacity", "mAh/g") for name in alike]
    best = np.maximum.reduce(others)
    verb = "is" if len(alike) == 1 else "are"
    samples = " and ".join(inputs.number(f"table3_{name}_capacity").sample for name in alike)
    return two_specimens(
        np.log(own / best),
        PELLETS,
        lambda ratio: ratio > 1,
        "capacity / that of the other",
        f"{len(alike)} of the {len(OTHERS)} others {verb} known to have the same current, "
        f"{own_current.value:g} A/g ({samples}); {unknown} are rates whose capacity of reference "
        "is not printed. Cathode, window of voltage, temperature and number of cycles differ, so "
        "the ratio is not one of coatings.",
        kind="cell",
    )


def _unified(inputs: Inputs) -> Finding:
    names = SYSTEMS
    units = [inputs.number(f"table3_{name}_current").unit for name in names]
    found = sorted(set(units))
    shown = {"A/g": "A/g", "mA/g": "mA/g", "1/hour": "C (the rate)"}
    counts = [f"{units.count(unit)} in {shown.get(unit, unit)}" for unit in found]
    more = (
        f"Table 3 prints under one header of mA/g {', '.join(counts)}, told apart by symbols in a "
        "footnote."
        if len(found) > 1
        else f"All are in {shown.get(found[0], found[0])}."
    )
    return judge_statement(
        float(len(found) == 1),
        np.full(1, float(len(found))),
        "units of current",
        more,
        by_digits=True,
    )


def _converted(inputs: Inputs) -> Finding:
    known = {name: current_of(inputs, name) for name in OTHERS}
    found = [
        f"{inputs.number(f'table3_{name}_current').sample}: {current.value:g} A/g"
        for name, current in known.items()
        if current is not None
    ]
    if len(found) == len(OTHERS):
        shown = [f"table3_{name}_current" for name in OTHERS]
        return judge_statement(
            1.0, np.concatenate([inputs.draw(key, "A/g") for key in shown]), "current",
            unit="A/g", by_digits=True,
        )  # fmt: skip
    return cannot_be_checked(
        f"{len(OTHERS) - len(found)} of the {len(OTHERS)} currents of others are rates in C. What "
        "they are in A/g needs the capacity that the rate refers to, or mass and thickness of the "
        f"electrodes; neither is published. The others are currents per mass ({'; '.join(found)})."
    )


def _fes2(inputs: Inputs) -> Finding:
    return judge_number(
        inputs.number("literature_capacity_fes2", "mAh/g"),
        inputs.draw("table3_pyr_capacity", "mAh/g"),
        "capacity in Table 3",
        "Both are ascribed to the same reference; different cycles or currents would explain it, "
        f"and {inputs.number('table3_pyr_cycles').printed} is the number of cycles in Table 3.",
    )


def _voltage(inputs: Inputs) -> Finding:
    own = inputs.draw("cycling_voltage_high", "V")
    other = inputs.draw("literature_cathode_voltage_high", "V")
    return judge_statement(
        float(np.mean(own > other)),
        own - other,
        "difference of the upper voltages",
        "A higher voltage means more energy for the same charge, and less charge within a window.",
        unit="V",
        by_digits=True,
    )


def _slightly_ppp(inputs: Inputs) -> Finding:
    key = "literature_conductivity_{}".format
    ratio = inputs.draw(key("ppp"), "mS/cm") / inputs.draw(key("nss_ref25"), "mS/cm")
    return two_specimens(
        np.log(ratio),
        PELLETS,
        lambda r: (r < 1) & (r > 1 - SLIGHT),
        "σ with PPP / σ without",
        f"Quoted from another paper; the two have a ratio of {np.median(ratio):.2f}.",
    )


def _barrier_ppp(inputs: Inputs) -> Finding:
    low, high = (inputs.number(f"literature_activation_ppp_{end}", "eV") for end in ("low", "high"))
    return cannot_be_checked(
        f"{low.printed} and {high.printed} eV are printed as a range; whether these are values "
        "without and with polymer, or of several polymers, is not said."
    )


CLAIMS = (
    Claim(
        "competitive-charge",
        TOPIC,
        "The cell is competitive with others by charge capacity",
        partial(_competitive, "table3_aam950_capacity"),
    ),
    Claim(
        "competitive-discharge",
        TOPIC,
        "It is so too by the capacity that it delivers",
        partial(_competitive, "discharge_capacity_7ul_results"),
    ),
    Claim(
        "competitive-current",
        TOPIC,
        "At the same current per mass it has more capacity than the others",
        _same_current,
    ),
    Claim("currents-unified", TOPIC, "All current densities are given in one unit", _unified),
    Claim(
        "currents-converted",
        TOPIC,
        "The currents of others were recalculated to A/g from thickness and loading",
        _converted,
    ),
    Claim(
        "fes2-capacity",
        TOPIC,
        "Introduction and Table 3 agree on the capacity of the FeS₂ cell of Ref. 29",
        _fes2,
    ),
    Claim(
        "voltage-higher",
        TOPIC,
        "The cell works at a higher voltage than those with FeS₂ or TiS₂",
        _voltage,
    ),
    Claim(
        "ppp-slightly",
        TOPIC,
        "A PPP coating lowers the conductivity of Na₃SbS₄ slightly (Ref. 25)",
        _slightly_ppp,
    ),
    Claim(
        "ppp-barrier", TOPIC, "A PPP coating raises the activation energy (Ref. 25)", _barrier_ppp
    ),
)
