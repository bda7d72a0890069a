"""What ``posterion fit growth`` says in words, and its JSON document."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from ..inference.growth_answers import FACTOR, chances, larger, spans
from ..inference.revive import model_of
from ..inference.scalars import element
from .law_page import formula
from .numbers import interval
from .tables import STATISTICS


def remarks_of(tree: xr.DataTree, extra: xr.Dataset | None) -> tuple[list[str], dict[str, Any]]:
    """Return lines of text, and what they say for a JSON document."""
    law = model_of(tree)
    lines = [formula(law)]
    if extra is None:
        return lines, {"p_grows": {}, "p_larger": []}
    probable = chances(tree, extra)
    for label, each in spans(tree).items():
        draws = element(extra, f"{FACTOR}[{label}]" if label else FACTOR).values
        low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
        shown, first, last, _ = interval(middle, low, high, "")
        p = probable[label]
        lines.append(
            f"{label or law.output.capitalize()}: by a factor of {shown} ({first} to {last}) from "
            f"cycle {each.first:g} to {each.last:g}; {in_words(p)} (probability of growth "
            f"{p:.3f})."
        )
    compared = larger(tree)
    for pair in compared:
        a, b, p = pair["a"], pair["b"], pair["p_larger"]
        if p < 0.5:
            a, b, p = b, a, 1 - p
        lines.append(
            f"From cycle {pair['from_cycle']:g} to {pair['to_cycle']:g} the factor of {a} is "
            f"larger than that of {b} with a probability of {p:.3f}. This is about these two "
            f"specimens, not about every {pair['label']} made alike."
        )
    return lines, {"p_grows": probable, "p_larger": compared}


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
    document: Mapping[str, Any], tree: xr.DataTree, extra: xr.Dataset | None
) -> dict[str, Any]:
    """Return a JSON document whose factors are under ``growth``, one of each series."""
    derived = dict(document["derived"])
    empty = dict.fromkeys((*STATISTICS, "unit", "ess_bulk", "ess_tail", "r_hat"))
    probable = {} if extra is None else chances(tree, extra)
    rows = {}
    for label, each in spans(tree).items():
        row = derived.pop(f"{FACTOR}[{label}]" if label else FACTOR, empty)
        rows[label or "factor"] = {
            **row,
            "series": label or None,
            "from_cycle": each.first,
            "to_cycle": each.last,
            "p_grows": probable.get(label),
        }
    return {**document, "derived": {"growth": rows, **derived}}
