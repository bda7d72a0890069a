"""Claims on conductivity: Table 1, the abstract's headline, and what the coating does to it."""

from dataclasses import replace
from functools import partial

import numpy as np

from ...inference.comparison.specimens import PELLETS
from ...models.transport import conductivity, disc_area
from .arrhenius import Points, interpolated
from .claim import (
    SLIGHT,
    Claim,
    Finding,
    cannot_be_checked,
    case,
    judge_number,
    judge_statement,
    quantiles,
    verdict_of_number,
)
from .inputs import SCATTER, Array, Inputs
from .specimens import last_over_first, one_specimen, two_specimens
from .text import plain, span, value_text

TOPIC = "Conductivity"
SAMPLES = {
    "bare": "the bare pellet at 25 °C",
    "7ul_rt": "the pellet with 7 µL at room temperature",
    "10ul_rt": "the pellet with 10 µL at room temperature",
    "10ul_55c": "the pellet with 10 µL at 55 °C",
    "7ul_55c": "the pellet with 7 µL at 55 °C",
}
_SAME = (
    ("conductivity_7ul_55c_table1", "conductivity_7ul_55c_text"),
    ("conductivity_7ul_55c_abstract", "conductivity_7ul_55c_text"),
    ("conductivity_bare_table1", "conductivity_bare_25c_text"),
    ("conductivity_7ul_rt_table1", "conductivity_7ul_25c_text"),
)
_COARSE = 10.0
"""In µm; all printed thicknesses end in 0."""


def from_geometry(inputs: Inputs, sample: str, step: float | None = None) -> Array:
    """Draw the conductivity in mS/cm that resistance, thickness and area of Table 1 give."""
    R = inputs.draw(f"resistance_{sample}", "ohm")
    L = inputs.draw(f"thickness_{sample}", "um", step) * 1e-4
    return 1e3 * np.asarray(conductivity(R, L, inputs.draw("pellet_area", "cm**2")))


def _table1(sample: str, key: str, inputs: Inputs) -> Finding:
    printed = inputs.number(key, "mS/cm")
    draws = from_geometry(inputs, sample)
    coarse = from_geometry(inputs, sample, _COARSE)
    cases = [
        case("thickness known to 1 µm, as printed", draws),
        case("thickness known to 10 µm", coarse),
    ]
    _, low, high = quantiles(draws)
    verdict = verdict_of_number(low, high, printed)
    more = ""
    if verdict == "not supported":
        _, low, high = quantiles(coarse)
        survives = verdict_of_number(low, high, printed) == verdict
        more = (
            f"{_needed(inputs, sample, printed.value)} Were the thickness known to 10 µm only, "
            f"the verdict would {'stay' if survives else 'turn'}."
        )
    return judge_number(printed, draws, "σ = L/(R·A)", more, cases)


def _needed(inputs: Inputs, sample: str, sigma: float) -> str:
    """Say which other resistance or thickness would give a conductivity."""
    R = inputs.number(f"resistance_{sample}", "ohm").value
    L = inputs.number(f"thickness_{sample}", "um").value
    A = inputs.number("pellet_area", "cm**2").value
    text = (
        f"{value_text(sigma, 'mS/cm')} would need {value_text(L * 1e-1 / (sigma * A), 'ohm', 4)} "
        f"in place of {R:g} Ω, or {value_text(sigma * R * A * 10, 'um')} in place of {L:g} µm."
    )
    own = inputs.number(f"conductivity_{sample}_table1", "mS/cm")
    alike = sample.rpartition("_")[2]  # first of those at the same temperature
    for other, name in sorted(SAMPLES.items(), key=lambda item: not item[0].endswith(alike)):
        thickness = inputs.number(f"thickness_{other}", "um").value
        result = float(1e3 * conductivity(R, thickness * 1e-4, A))
        if thickness != L and own.interval[0] <= result <= own.interval[1]:
            return (
                f"{text} With {thickness:g} µm, which Table 1 has for {name}, it comes out as "
                f"{value_text(result, 'mS/cm', 4)}."
            )
    return text


def _area(inputs: Inputs) -> Finding:
    draws = np.asarray(disc_area(inputs.draw("pellet_diameter", "cm")))
    exact = float(disc_area(inputs.number("pellet_diameter", "cm").value))
    return judge_number(
        inputs.number("pellet_area", "cm**2"),
        draws,
        "area of a disc",
        f"A diameter of exactly that many millimetres has {exact:.4f} cm². If it is known to a "
        "millimetre only, every conductivity has an error of 10 % that all pellets share.",
    )


def _agree(inputs: Inputs) -> Finding:
    overlaps, ratios = [], []
    for first, second in _SAME:
        one, other = inputs.number(first, "mS/cm"), inputs.number(second, "mS/cm")
        overlaps.append(
            one.interval[0] <= other.interval[1] + 1e-12
            and other.interval[0] <= one.interval[1] + 1e-12
        )
        ratios.append(inputs.draw(first, "mS/cm") / inputs.draw(second, "mS/cm"))
    return judge_statement(
        float(all(overlaps)),
        ratios[int(np.argmin(overlaps))],
        "ratio of the same number at two places",
        f"{sum(overlaps)} of {len(overlaps)} pairs agree within their digits.",
        by_digits=True,
    )


def _log_ratio(inputs: Inputs, sample: str, other: str) -> Array:
    return np.log(from_geometry(inputs, sample) / from_geometry(inputs, other))


def _lowers(sample: str, inputs: Inputs) -> Finding:
    return two_specimens(
        _log_ratio(inputs, sample, "bare"),
        PELLETS,
        lambda ratio: ratio < 1,
        "σ coated / bare, from R and L",
    )


def _slightly(inputs: Inputs) -> Finding:
    ratio = _text_ratio(inputs, 25)
    return two_specimens(
        np.log(ratio),
        PELLETS,
        lambda r: (r < 1) & (r > 1 - SLIGHT),
        "σ coated / bare at 25 °C",
        f"The two pellets have a ratio of {np.median(ratio):.2f}. Slightly: by less than "
        f"{100 * SLIGHT:g} %.",
    )


def _text_ratio(inputs: Inputs, celsius: int) -> Array:
    coated, bare = (f"conductivity_{s}_{celsius}c_text" for s in ("7ul", "bare"))
    return inputs.draw(coated, "mS/cm") / inputs.draw(bare, "mS/cm")


def _no_increase(inputs: Inputs) -> Finding:
    cold, hot = _text_ratio(inputs, 25), _text_ratio(inputs, 80)
    return two_specimens(
        np.log(np.maximum(cold, hot)),
        PELLETS,
        lambda ratio: ratio < 1 + SLIGHT,
        "larger σ coated / bare of 25 and 80 °C",
        f"The ratio is {np.median(cold):.2f} at 25 °C and {np.median(hot):.2f} at 80 °C; an "
        f"increase would be one by more than {100 * SLIGHT:g} %. What is published is the total "
        "resistance, so of the bulk alone nothing can be said.",
    )


def _at_55(inputs: Inputs) -> Finding:
    points = Points.of(inputs, "bare")
    scatter = inputs.from_prior(SCATTER)
    bare = interpolated(points, 328.15, "sigma", scatter, inputs)
    coated = from_geometry(inputs, "7ul_55c")
    room = inputs.number("conductivity_bare_25c_text", "mS/cm").value
    return two_specimens(
        np.log(coated / bare),
        PELLETS,
        lambda ratio: ratio < 1,
        "σ coated / bare at 55 °C",
        f"Bare at 55 °C is not printed; by Arrhenius between 25 and 80 °C it is "
        f"{span(*quantiles(bare), 'mS/cm')}. The coated pellet at 55 °C is on a level with the "
        f"bare one at 25 °C ({plain(room, 0.001)} mS/cm), not with the bare one at 55 °C.",
    )


def _best_at_55(inputs: Inputs) -> Finding:
    return _beats_10(inputs, "55c")


def _optimum(inputs: Inputs) -> Finding:
    return _beats_10(inputs, "rt")


def _beats_10(inputs: Inputs, when: str) -> Finding:
    """Compare 7 with 10 µL; a verdict on all volumes needs those that are not published."""
    found = two_specimens(
        _log_ratio(inputs, f"7ul_{when}", f"10ul_{when}"),
        PELLETS,
        lambda ratio: ratio > 1,
        "σ of 7 µL / σ of 10 µL, from R and L",
        "This is the probability that 7 µL beat 10 µL.",
    )
    lower = inputs.number(f"resistance_7ul_{when}").value
    higher = inputs.number(f"resistance_10ul_{when}").value
    return replace(
        found,
        verdict="cannot be checked",
        why=f"The main text has two of the volumes, {lower:g} Ω with 7 µL and {higher:g} Ω with "
        f"10 µL; 5 and 12 µL are in the supplement only. {found.why}",
    )


def _volume_32(inputs: Inputs) -> Finding:
    volume = inputs.number("coating_volume_32ul")
    made = [inputs.number(f"coating_volume_{v}ul").value for v in (5, 7, 10, 12)]
    ratio = inputs.draw("resistance_10ul_55c") / inputs.draw("resistance_7ul_55c")
    return cannot_be_checked(
        f"{volume.value:g} µL is none of the volumes that were made "
        f"({', '.join(f'{v:g}' for v in made)} µL), and no value is given for it. If 10 µL is "
        f"meant, the resistance is {100 * (np.median(ratio) - 1):.0f} % higher.",
        ratio,
        "R of 10 µL / R of 7 µL at 55 °C",
    )


def _falls_with_heat(volume: str, inputs: Inputs) -> Finding:
    series = [inputs.draw(f"resistance_{volume}_{when}", "ohm") for when in ("rt", "55c")]
    same = (
        inputs.number(f"thickness_{volume}_rt").value
        == inputs.number(f"thickness_{volume}_55c").value
    )
    return one_specimen(
        inputs,
        series,
        lambda s: s[1] < (1 - SLIGHT) * s[0],
        last_over_first,
        "R at 55 °C / R at room temperature",
        f"The thickness is {'the same' if same else 'not the same'} in both rows, so it "
        f"{'is probably one pellet' if same else 'may be two pellets'}.",
    )


CLAIMS = (
    *(
        Claim(
            f"sigma-{sample.replace('_', '-')}",
            TOPIC,
            f"Table 1: the conductivity of {name} follows from its resistance and thickness"
            + (" (the headline of the abstract)" if sample == "7ul_55c" else ""),
            partial(
                _table1,
                sample,
                "conductivity_7ul_55c_abstract"
                if sample == "7ul_55c"
                else f"conductivity_{sample}_table1",
            ),
        )
        for sample, name in SAMPLES.items()
    ),
    Claim("area", TOPIC, "The area of a pellet of 10 mm is 0.785 cm²", _area),
    Claim(
        "sigma-places",
        TOPIC,
        "Abstract, text and Table 1 print the same conductivities",
        _agree,
    ),
    Claim(
        "coating-lowers-7ul",
        TOPIC,
        "7 µL of coating lower the conductivity at room temperature",
        partial(_lowers, "7ul_rt"),
    ),
    Claim(
        "coating-lowers-10ul",
        TOPIC,
        "10 µL of coating lower the conductivity at room temperature",
        partial(_lowers, "10ul_rt"),
    ),
    Claim(
        "coating-slightly", TOPIC, "The coating lowers the conductivity only slightly", _slightly
    ),
    Claim(
        "no-increase",
        TOPIC,
        "The coating does not substantially raise the conductivity",
        _no_increase,
    ),
    Claim(
        "coating-lowers-55c",
        TOPIC,
        "The coating does not raise the conductivity at 55 °C either, where the cells run",
        _at_55,
    ),
    Claim(
        "best-at-55c",
        TOPIC,
        "At 55 °C, 7 µL have the lowest resistance and the highest conductivity of all volumes",
        _best_at_55,
    ),
    Claim("optimum", TOPIC, "7 µL is the optimum, at room temperature too", _optimum),
    Claim("volume-32ul", TOPIC, "32 µL have a slightly higher resistance", _volume_32),
    Claim(
        "heat-7ul",
        TOPIC,
        "With 7 µL the resistance falls substantially from room temperature to 55 °C",
        partial(_falls_with_heat, "7ul"),
    ),
    Claim(
        "heat-10ul",
        TOPIC,
        "With 10 µL the resistance falls substantially from room temperature to 55 °C",
        partial(_falls_with_heat, "10ul"),
    ),
)
