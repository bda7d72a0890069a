"""When a law of cycles reaches a threshold, for tables, text and JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..inference.cycling.ageing import cycles_to, told
from ..inference.cycling.cycle_series import CycleSeries, Question, cycle_series
from ..inference.revive import model_of
from ..inference.scalars import element
from .cycle_subjects import of_all, series_of, subjects
from .tables import EMPTY

THRESHOLD = "cycles_to_threshold"


def percent(share: float) -> str:
    """Write a share as ``80 %``."""
    return f"{100 * share:.4g} %"


def extrapolated(each: CycleSeries, cycle: float) -> bool:
    """Tell whether a cycle lies beyond those of a series."""
    return not each.first <= cycle <= each.last


def reached(tree: xr.DataTree, question: Question) -> xr.DataArray:
    """Return draws of the cycle at which the threshold is reached, one of each subject."""
    drawn = of_all(
        subjects(tree),
        lambda who, of: cycles_to(
            tree, question.threshold, reference=question.reference, who=who, of=of
        ),
    )
    output, relative = model_of(tree).output, told(tree, question.reference)
    meaning = f"cycle at which the {output} is {percent(question.threshold)} of that {relative}"
    return drawn.assign_attrs(units="cycle", long_name=meaning)


def threshold_rows(
    derived: dict[str, Any], tree: xr.DataTree, question: Question, extra: xr.Dataset | None
) -> dict[str, Any]:
    """Take the cycles to the threshold out of a JSON document, and add what they mean."""
    whom, series = subjects(tree), cycle_series(tree)
    relative = f"{model_of(tree).output} {told(tree, question.reference)}"
    rows = {}
    for label in whom.labels:
        bracket = f"[{label}]" if label else ""
        rows[f"{percent(question.threshold)}{bracket}"] = {
            **derived.pop(f"{THRESHOLD}{bracket}", EMPTY),
            whom.dim: label or None,
            "who": whom.who(label),
            "threshold": question.threshold,
            "reference": relative,
            **reaching(extra, label, question.cycles, series_of(label, series, whom)),
        }
    return rows


def reaching(
    extra: xr.Dataset | None, label: str, cycles: Sequence[float], own: CycleSeries
) -> dict[str, Any]:
    """Return what censoring and cycles say of a threshold; None where nothing is known."""
    if extra is None:
        names = ("censored_at", "p_not_reached", "extrapolated")
        return dict.fromkeys(names) | {"p_reaches_cycle": {f"{c:g}": None for c in cycles}}
    draws = element(extra, f"{THRESHOLD}[{label}]" if label else THRESHOLD).values
    horizon = float(extra[THRESHOLD].attrs["censored_at"])
    return {
        "censored_at": horizon,
        "p_not_reached": float(np.mean(draws >= horizon)),
        "extrapolated": bool(np.median(draws) > own.last),
        "p_reaches_cycle": {
            f"{c:g}": float(np.mean(draws > c)) if c < horizon else None for c in cycles
        },
    }


def unreached(label: str, extra: xr.Dataset, whose: str) -> list[str]:
    """Say how many draws do not reach the threshold; nothing where all do."""
    draws = element(extra, f"{THRESHOLD}[{label}]" if label else THRESHOLD).values
    horizon = float(extra[THRESHOLD].attrs["censored_at"])
    share = float(np.mean(draws >= horizon))
    if not share:
        return []
    return [
        f"In {100 * share:.2g} % of the draws{whose} the threshold is not reached within "
        f"{horizon:.0f} cycles."
    ]
