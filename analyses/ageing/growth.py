"""What is asked of what grows over cycles: by which factor, how surely, and when by too much."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ...inference.cycling.ageing import Who, retention, told
from ...inference.cycling.cycle_series import cycle_series, question_of
from ...inference.cycling.growth_answers import FACTOR, chances, factors, larger
from ...inference.doubts.cycles import asked
from ...inference.revive import model_of
from ...inference.scalars import element
from ...report.censored import ends_at
from ...report.cycle_subjects import of_all, series_of, subjects
from ...report.number_texts import chance
from ...report.numbers import interval
from ...report.pages.law import formula
from ...report.tables import EMPTY, QUANTILES
from ...report.threshold_answers import THRESHOLD, percent, reached, threshold_rows, unreached
from ..analysis import Analysis
from .laws import lines_of_laws, with_laws
from .pooling import pooling_of_series
from .questions import growth_question


def answers(tree: xr.DataTree) -> xr.Dataset | None:
    """Return draws of the factor over the measured cycles and of the cycles to the threshold.

    One of each series, and where these share a distribution of the typical and of a new one,
    over all cycles that were measured. None where the checks failed.
    """
    measured = factors(tree)
    if measured is None:
        return None
    series = cycle_series(tree)
    first, last = min(s.first for s in series), max(s.last for s in series)

    def factor(who: Who, of: str | None) -> xr.DataArray:
        if who == "measured":
            return measured[FACTOR]
        drawn = retention(tree, last, reference=first, who=who, of=of)
        return drawn.isel(cycle=0, drop=True)

    drawn = of_all(subjects(tree), factor).assign_attrs(measured[FACTOR].attrs)
    return xr.Dataset({FACTOR: drawn, THRESHOLD: reached(tree, question_of(tree))})


def remarks(tree: xr.DataTree, extra: xr.Dataset | None) -> list[str]:
    """Return the law, by how much each series grows and when, and what else was compared."""
    return [*_of_law(tree, extra), *lines_of_laws(tree)]


def _of_law(tree: xr.DataTree, extra: xr.Dataset | None) -> list[str]:
    law, question = model_of(tree), question_of(tree)
    lines = [formula(law)]
    if extra is None:
        return lines
    probable = chances(extra)
    whom, series = subjects(tree), cycle_series(tree)
    for label in whom.labels:
        each = series_of(label, series, whom)
        draws = element(extra, f"{FACTOR}[{label}]" if label else FACTOR).values
        low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
        shown, first, last, _ = interval(middle, low, high, "")
        p = probable[label]
        lines.append(
            f"{label or law.output.capitalize()}: by a factor of {shown} ({first} to {last}) from "
            f"cycle {each.first:g} to {each.last:g}; {in_words(p)} (probability of growth "
            f"{chance(p)})."
        )
    lines.append(
        f"The threshold is {percent(question.threshold)} of the {law.output} "
        f"{told(tree, question.reference)}, by the law."
    )
    for label in whom.labels:
        lines += _of_threshold(label, extra, series_of(label, series, whom).last)
    for pair in larger(tree):
        a, b, p = pair["a"], pair["b"], pair["p_larger"]
        if p < 0.5:
            a, b, p = b, a, 1 - p
        lines.append(
            f"From cycle {pair['from_cycle']:g} to {pair['to_cycle']:g} the factor of {a} is "
            f"larger than that of {b} with a probability of {chance(p)}. This is about these two "
            f"specimens, not about every {pair['label']} made alike."
        )
    return lines


def in_words(probability: float) -> str:
    """Say how sure growth is."""
    if probability > 0.97:
        return "it grows"
    if probability > 0.8:
        return "it probably grows"
    if probability >= 0.2:
        return "the data do not tell whether it grows or falls"
    return "it probably falls" if probability >= 0.03 else "it falls"


def with_growth(
    document: dict[str, Any], tree: xr.DataTree, extra: xr.Dataset | None
) -> dict[str, Any]:
    """Return a JSON document whose factors are under ``growth``, one of each series.

    And the cycles to the threshold under ``cycles_to_threshold``.
    """
    derived = dict(document["derived"])
    probable = {} if extra is None else chances(extra)
    whom, series, rows = subjects(tree), cycle_series(tree), {}
    for label in whom.labels:
        each = series_of(label, series, whom)
        rows[label or "factor"] = {
            **derived.pop(f"{FACTOR}[{label}]" if label else FACTOR, EMPTY),
            "series": label or None,
            "who": whom.who(label),
            "from_cycle": each.first,
            "to_cycle": each.last,
            "p_grows": probable.get(label),
        }
    thresholds = threshold_rows(derived, tree, question_of(tree), extra)
    compared = larger(tree) if extra is not None else []
    told = {"derived": {"growth": rows, THRESHOLD: thresholds, **derived}}
    return with_laws(document | told | {"p_grows": probable, "p_larger": compared}, tree)


def _of_threshold(label: str, extra: xr.Dataset, last: float) -> list[str]:
    """Say when a series reaches the threshold, and how probably it does not."""
    draws = element(extra, f"{THRESHOLD}[{label}]" if label else THRESHOLD).values
    horizon = float(extra[THRESHOLD].attrs["censored_at"])
    row = pd.Series({name: float(np.quantile(draws, q)) for name, q in QUANTILES.items()})
    who = f"{label}: it" if label else "It"
    never = unreached(label, extra, "")
    beyond = ends_at(row, horizon)
    if "median" in beyond:
        return [f"{label}: {never[0][0].lower()}{never[0][1:]}" if label else never[0]]
    middle, low, high, _ = interval(row["median"], row["q03"], row["q97"], "")
    held = " (extrapolated)" if row["median"] > last else ""
    line = f"{who} is reached at cycle {middle} ({low} to {beyond.get('q97', high)}){held}."
    return [line, *never]


GROWTH = Analysis(
    outputs=("resistance", "overpotential"),
    inputs=("cycle",),
    pooling=pooling_of_series,
    question=growth_question,
    asked=asked,
    answers=answers,
    remarks=remarks,
    document=with_growth,
)
