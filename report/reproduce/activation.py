"""Claims on the activation energy, for both forms of Arrhenius's law."""

from functools import partial

import numpy as np

from ...inference.comparison.specimens import BARRIERS
from ...models.temperature_law import BOLTZMANN, Form
from ...models.transport import KJ_PER_MOL
from .arrhenius import PELLET, Points, between, energy, line, position
from .claim import (
    Case,
    Claim,
    Finding,
    cannot_be_checked,
    case,
    judge_number,
    judge_statement,
    quantiles,
    verdict_of_number,
)
from .conductivity import from_geometry
from .inputs import LEVELS, SCATTER, Array, Inputs, typical
from .specimens import last_over_first, one_specimen, rises
from .text import chance, span, value_text

TOPIC = "Activation energy"
LEFT_SIDE = {"sigma": "σ", "sigmaT": "σT"}
FORMS: tuple[Form, ...] = ("sigma", "sigmaT")


def _published(sample: str) -> str:
    return f"activation_energy_{PELLET[sample]}"


def _energy(sample: str, form: Form, inputs: Inputs) -> Finding:
    points, printed = Points.of(inputs, sample), inputs.number(_published(sample), "eV")
    exact = energy(points, form, 0.0, inputs)
    _, low, high = quantiles(exact)
    gap = max(printed.interval[0] - high, low - printed.interval[1], 0.0)
    tail = 1.881 * np.sqrt(2) * BOLTZMANN / float(np.median(1 / points.T_cold - 1 / points.T_hot))
    more = f"That is {span(*quantiles(KJ_PER_MOL * exact), 'kJ/mol')}."
    if gap:
        more += (
            f" Conductivities that scatter by about {100 * gap / tail:.1f} % or more around the "
            "law would make room for it, so it could be the slope through further points, which "
            "are not printed."
        )
    quantity = f"E_a of {LEFT_SIDE[form]} = A exp(−E_a/kT)"
    return judge_number(printed, exact, quantity, more, _scatters(points, form, inputs))


def _scatters(points: Points, form: Form, inputs: Inputs) -> list[Case]:
    cases = [case("no scatter, printed digits alone", energy(points, form, 0.0, inputs))]
    cases += [
        case(f"each conductivity scatters by {100 * s:g} %", energy(points, form, s, inputs))
        for s in LEVELS
    ]
    unknown = energy(points, form, inputs.from_prior(SCATTER), inputs)
    return [*cases, case(f"scatter unknown, taken as {typical(SCATTER)}", unknown)]


def _one_law(inputs: Inputs) -> Finding:
    """Ask whether one form gives both printed energies."""
    off, meets, texts = {}, {}, []
    for form in FORMS:
        agree = []
        for sample in PELLET:
            printed = inputs.number(_published(sample), "eV")
            drawn = energy(Points.of(inputs, sample), form, 0.0, inputs)
            _, low, high = quantiles(drawn)
            agree.append(verdict_of_number(low, high, printed) == "supported")
            verb = "gives" if agree[-1] else "does not give"
            texts.append(
                f"{LEFT_SIDE[form]} {verb} the {printed.printed} eV of the {sample} pellet"
            )
        meets[form], off[form] = all(agree), _deviation(form, 0.0, inputs)
    better = min(FORMS, key=lambda form: (not meets[form], float(np.median(off[form]))))
    cases = [case("no scatter, printed digits alone", off[better])]
    cases += [
        case(f"each conductivity scatters by {100 * s:g} %", _deviation(better, s, inputs))
        for s in LEVELS
    ]
    more = "" if meets[better] else " The two look as if they came from two different forms."
    return judge_statement(
        float(meets[better]),
        off[better],
        f"larger deviation from the two printed energies, {LEFT_SIDE[better]} form",
        f"With conductivities as printed, {', '.join(texts)}.{more}",
        cases,
        "eV",
        by_digits=True,
    )


def _deviation(form: Form, scatter: float, inputs: Inputs) -> Array:
    """Draw by how much the worse of the two printed energies is missed."""
    each = [
        np.abs(
            energy(Points.of(inputs, sample), form, scatter, inputs)
            - inputs.number(_published(sample), "eV").value
        )
        for sample in PELLET
    ]
    return np.asarray(np.maximum(*each))


def _higher(form: Form, inputs: Inputs) -> Finding:
    bare, coated = Points.of(inputs, "bare"), Points.of(inputs, "coated")
    pellets = np.sqrt(2) * inputs.normal()
    cases = []

    def difference(scatter: Array | float, spread: Array | float) -> Array:
        one = energy(coated, form, scatter, inputs)
        other = energy(bare, form, scatter, inputs)
        return np.asarray(one - other + (one + other) / 2 * spread * pellets)

    def probability(draws: Array) -> float:
        return float(np.mean(draws > 0))

    alone = difference(0.0, 0.0)
    cases = [case("these two pellets, printed digits alone", alone, probability(alone))]
    for scatter in LEVELS:
        drawn = difference(scatter, 0.0)
        label = f"these two pellets, scatter between temperatures {100 * scatter:g} %"
        cases.append(case(label, drawn, probability(drawn)))
    for spread in (0.035, 0.15):
        drawn = difference(0.0, spread)
        label = f"no scatter, energies of pellets made alike differ by {100 * spread:g} %"
        cases.append(case(label, drawn, probability(drawn)))
    drawn = difference(inputs.from_prior(SCATTER), inputs.from_prior(BARRIERS))
    return judge_statement(
        probability(drawn),
        drawn,
        f"E_a coated − bare, {LEFT_SIDE[form]} form",
        f"Two temperatures and one pellet each. Conductivities are taken to scatter by "
        f"{typical(SCATTER)} around the law, energies of pellets made alike to differ by "
        f"{typical(BARRIERS)}. Of these two pellets alone the probability is "
        f"{chance(probability(alone))} if nothing scatters.",
        cases,
        "eV",
    )


def _straight(inputs: Inputs) -> Finding:
    """Compare a straight line with conductivities at 55 °C anywhere about it.

    Before the measurement either is as likely; if the law does not hold, ln σ at 55 °C lies off
    the line by half of its whole rise (one standard deviation).
    """
    points = Points.of(inputs, "coated")
    key = "conductivity_7ul_55c_text"
    middle = inputs.number(key).temperature_C
    T = (55.0 if middle is None else middle) + 273.15 + inputs.uniform(-0.5, 0.5)
    sigma = inputs.draw(key, "mS/cm")
    off = np.log(sigma) - line(points, T, "sigma")
    share = np.median(position(points, T))
    spread = 1 + share**2 + (1 - share) ** 2
    free = float(np.median(np.log(points.hot / points.cold))) / 2

    def probability(scatter: Array | float, distance: float = float(off.mean())) -> float:
        variance = spread * np.square(scatter) + np.var(off)
        straight, bent = (
            float(np.mean(np.exp(-(distance**2) / (2 * v)) / np.sqrt(v)))
            for v in (variance, variance + free**2)
        )
        return straight / (straight + bent)

    cases = [case("no scatter, printed digits alone", probability=probability(0.0))]
    cases += [
        case(f"each conductivity scatters by {100 * s:g} %", probability=probability(s))
        for s in LEVELS
    ]
    below = between(points.cold, points.T_cold, sigma, T, "sigma")
    above = between(sigma, T, points.hot, points.T_hot, "sigma")
    printed = inputs.number(key, "mS/cm").value
    table1 = float(np.median(np.log(from_geometry(inputs, "7ul_55c")) - line(points, T, "sigma")))
    need = abs(float(off.mean())) / np.sqrt(spread)
    unknown = inputs.from_prior(SCATTER)
    return judge_statement(
        probability(unknown),
        100 * (np.exp(off) - 1),
        "σ at 55 °C off the line between 25 and 80 °C",
        f"The printed {value_text(printed, 'mS/cm')} lie {_beside(float(off.mean()))} "
        f"the line, and what R and L of Table 1 give {_beside(table1)} it. The slope is "
        f"{value_text(float(np.median(below)), 'eV')} below 55 °C and "
        f"{value_text(float(np.median(above)), 'eV')} above. A straight line needs a scatter of "
        f"{100 * need:.0f} % or so; {typical(SCATTER)} is assumed. Without the law, any "
        "conductivity about the line is taken to be possible. One point right on the line would "
        f"bring the probability to {chance(probability(unknown, 0.0))} only.",
        cases,
        "percent",
    )


def _beside(log_ratio: float) -> str:
    share = 100 * (np.exp(log_ratio) - 1)
    return f"{abs(share):.0f} % {'below' if share < 0 else 'above'}"


def _three(form: Form, inputs: Inputs) -> Finding:
    keys = {
        25.0: "conductivity_7ul_25c_text",
        55.0: "conductivity_7ul_55c_text",
        80.0: "conductivity_7ul_80c_text",
    }
    printed = inputs.number(_published("coated"), "eV")
    fit = inputs.fits.series(
        form, tuple((T, inputs.number(key, "S/cm")) for T, key in keys.items())
    )
    if fit.draws is None:
        return cannot_be_checked(
            f"The fit failed its checks, so it says nothing: {fit.failure}", published=printed
        )
    scatter = span(*quantiles(100 * fit.scatter), "percent")
    return judge_number(
        printed,
        fit.draws,
        f"E_a of {LEFT_SIDE[form]} = A exp(−E_a/kT), fitted",
        f"Fitted by MCMC; the three conductivities scatter around the law by {scatter}. So wide an "
        "interval agrees with much.",
    )


def _two_only(inputs: Inputs) -> Finding:
    points = Points.of(inputs, "bare")
    return cannot_be_checked(
        "Conductivities of the bare pellet are printed at two temperatures, and a line always "
        "goes through two points.",
        energy(points, "sigma", 0.0, inputs),
        "E_a of σ = A exp(−E_a/kT)",
        "eV",
    )


def _activated(sample: str, inputs: Inputs) -> Finding:
    points = Points.of(inputs, sample)
    return one_specimen(
        inputs, [points.cold, points.hot], rises, last_over_first, "σ at 80 °C / σ at 25 °C"
    )


CLAIMS = (
    *(
        Claim(
            f"ea-{sample}-{form}",
            TOPIC,
            f"The activation energy of the {sample} pellet follows from its conductivities at 25 "
            f"and 80 °C by {LEFT_SIDE[form]} = A exp(−E_a/kT)"
            + (", the paper's Equation 2" if form == "sigma" else ""),
            partial(_energy, sample, form),
        )
        for sample in PELLET
        for form in FORMS
    ),
    Claim(
        "ea-one-law",
        TOPIC,
        "Both activation energies come from one and the same form of the law",
        _one_law,
    ),
    *(
        Claim(
            f"ea-coated-three-{form}",
            TOPIC,
            "The activation energy of the coated pellet agrees with its three printed "
            f"conductivities, 25, 55 and 80 °C, by {LEFT_SIDE[form]} = A exp(−E_a/kT)",
            partial(_three, form),
        )
        for form in FORMS
    ),
    *(
        Claim(
            f"ea-higher-{form}",
            TOPIC,
            f"The coating raises the activation energy ({LEFT_SIDE[form]} form)",
            partial(_higher, form),
        )
        for form in FORMS
    ),
    Claim(
        "arrhenius-coated",
        TOPIC,
        "The coated pellet follows Arrhenius from 25 to 80 °C",
        _straight,
    ),
    Claim("arrhenius-bare", TOPIC, "The bare pellet follows Arrhenius from 25 to 80 °C", _two_only),
    *(
        Claim(
            f"activated-{sample}",
            TOPIC,
            f"The conductivity of the {sample} pellet rises from 25 to 80 °C",
            partial(_activated, sample),
        )
        for sample in PELLET
    ),
)
