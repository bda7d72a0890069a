"""What a curve over doses says in words, and its JSON document."""

import numpy as np
import xarray as xr

from ...inference.factors.dose_answers import Best, dose_answers, of_each_dose, question_of_dose
from ...inference.factors.prior_levels import Level
from ...inference.verdict import Verdict
from ..certainty import LIKELY, SURE, at_known_spreads, said, spread_in_words
from ..number_texts import chance

UNITS = {"uL": "µL", "um": "µm", "degC": "°C"}


def dose_name(tree: xr.DataTree) -> str:
    """Return what the dose is, in words: names of columns have underscores."""
    return str(question_of_dose(tree)["name"]).replace("_", " ")


def dose_unit(tree: xr.DataTree) -> str:
    """Return the unit of the dose as it is written."""
    unit = str(question_of_dose(tree)["unit"])
    return UNITS.get(unit, unit)


def dose_sentences(tree: xr.DataTree) -> tuple[str, ...]:
    """Return what follows of the best dose, in sentences; none where the checks failed."""
    if not Verdict.of(tree).passed:
        return ()
    name, unit = dose_name(tree), dose_unit(tree)
    answers = dose_answers(tree)
    lines = [line for best in answers for line in _about(best, name, unit)]
    lines.append(spread_in_words(tree, max(of_each_dose(tree).values()) == 1, name))
    lines += [at_known_spreads(what, levels) for what, levels in dose_by_spread(tree).items()]
    return tuple(filter(None, lines))


def dose_by_spread(tree: xr.DataTree) -> dict[str, tuple[Level, ...]]:
    """Return the statements on the best tested dose, and how probable each is at fixed spreads."""
    name, unit = dose_name(tree), dose_unit(tree)
    found = {}
    for best in dose_answers(tree):
        at = f" at {best.level}" if best.level else ""
        what = f"{with_unit(best.tested[best.likeliest], unit)} is the best tested {name}{at}"
        found[what] = best.sensitivity
    return found


def _about(best: Best, name: str, unit: str) -> tuple[str, str]:
    at = f"At {best.level}: " if best.level else ""
    place = best.likeliest
    order = np.argsort(-best.p_best)
    shares = ", ".join(f"{with_unit(best.tested[k], unit)} {chance(best.p_best[k])}" for k in order)
    tested = with_unit(best.tested[place], unit)
    sure = said(
        best.p_best[place],
        f"{tested} is the best of the tested {name}s",
        "",
        f"the data can't tell which of the tested {name}s is best",
    )
    low, high = (with_unit(best.tested[k], unit) for k in (0, -1))
    within = "{} ({} to {}) {}".format(*dose_interval(best), unit).strip()
    chances = (
        f"inside with probability {chance(best.inside)}, at {low} or below {chance(best.below)}, "
        f"at {high} or above {chance(best.above)}"
    )
    if best.inside >= LIKELY:
        sureness = "" if best.inside >= SURE else "probably "
        where = f"the optimum {sureness}lies among the tested {name}s, at {within} ({chances})"
    elif max(best.below, best.above) >= LIKELY:
        end, way = (low, "smaller") if best.below > best.above else (high, "larger")
        where = (
            f"the response goes on improving towards {way} {name}s: the best of the range is its "
            f"end, {end}, and the optimum may lie outside what was tested ({chances})"
        )
    else:
        where = (
            f"whether the optimum lies among the tested {name}s, the data can't tell ({chances}); "
            f"in this range it is at {within}"
        )
    behind, least, most = (
        f"{100 * (gain - 1):.1f}" for gain in np.quantile(best.gain[place], [0.5, 0.03, 0.97])
    )
    loss = f"{tested} falls short of it by {behind} % ({least} to {most} %)"
    return (
        sentence(f"{at}{sure} (probability of each: {shares})"),
        sentence(f"{at}{where}; {loss}"),
    )


def dose_interval(best: Best) -> tuple[str, str, str]:
    """Write the median of the best dose and the ends of its interval, to three digits.

    Where an end of the tested range is one of them, they lie so close that more would be shown.
    """
    low, middle, high = (f"{each:.3g}" for each in np.quantile(best.draws, [0.03, 0.5, 0.97]))
    return middle, low, high


def with_unit(dose: float, unit: str) -> str:
    """Write a dose with its unit."""
    return f"{dose:g} {unit}".strip()


def sentence(text: str) -> str:
    """Begin with a capital letter and end with a full stop."""
    return f"{text[:1].upper()}{text[1:]}."
