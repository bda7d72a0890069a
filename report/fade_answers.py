"""What is asked of a law of fade: retention at cycles, and the cycle of a threshold."""

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from ..inference.cycling.ageing import retention, told, value_at
from ..inference.cycling.cycle_series import CycleSeries, Question, cycle_series
from ..inference.revive import model_of
from ..inference.verdict import Verdict
from .cycle_subjects import of_all, series_of, subjects
from .tables import EMPTY
from .threshold_answers import THRESHOLD, extrapolated, reached, threshold_rows


def asked_cycles(question: Question, series: Sequence[CycleSeries]) -> tuple[float, ...]:
    """Return the cycles that are asked for; the last measured one where there are none."""
    return question.cycles or (max(each.last for each in series),)


def answers(tree: xr.DataTree, question: Question) -> xr.Dataset | None:
    """Return draws of what is asked, one of each subject; None where the checks failed.

    Returns
    -------
    xarray.Dataset
        ``retention at cycle N`` and the capacity there for each cycle that is asked for, and
        ``cycles_to_threshold``, whose attribute ``censored_at`` is the last cycle looked at.
    """
    if not Verdict.of(tree).passed:
        return None
    law = model_of(tree)
    whom = subjects(tree)
    cycles = asked_cycles(question, cycle_series(tree))
    relative = told(tree, question.reference)
    reference = question.reference
    kept = of_all(
        whom, lambda who, of: retention(tree, cycles, reference=reference, who=who, of=of)
    )
    value = of_all(whom, lambda who, of: value_at(tree, cycles, who=who, of=of))
    found: dict[str, xr.DataArray] = {}
    for place, cycle in enumerate(cycles):
        for name, draws, unit, meaning in (
            ("retention", kept, "", f"share of the {law.output} {relative}"),
            (law.output, value, str(tree.attrs["unit"]), f"{law.output} by the law"),
        ):
            found[f"{name} at cycle {cycle:g}"] = draws.isel(cycle=place, drop=True).assign_attrs(
                units=unit, long_name=f"{meaning}, without scatter", quantity=name, cycle=cycle
            )
    found[THRESHOLD] = reached(tree, question)
    return xr.Dataset(found)


def with_answers(
    document: Mapping[str, Any],
    tree: xr.DataTree,
    question: Question,
    extra: xr.Dataset | None,
) -> dict[str, Any]:
    """Return a JSON document whose answers are under the names of what they tell.

    ``derived`` holds ``retention``, the capacity, and ``cycles_to_threshold``, each with an
    entry for each cycle or threshold and subject, such as ``cycle 100[cell 3]``.
    """
    derived = dict(document["derived"])
    whom, series = subjects(tree), cycle_series(tree)
    output = model_of(tree).output
    relative = f"{output} {told(tree, question.reference)}"
    sections: dict[str, Any] = {"retention": {}, output: {}}
    for label in whom.labels:
        bracket = f"[{label}]" if label else ""
        own = series_of(label, series, whom)
        subject = {whom.dim: label or None, "who": whom.who(label)}
        for cycle in asked_cycles(question, series):
            for name in ("retention", output):
                row = derived.pop(f"{name} at cycle {cycle:g}{bracket}", EMPTY)
                sections[name][f"cycle {cycle:g}{bracket}"] = {
                    **row,
                    **subject,
                    "cycle": cycle,
                    **({"reference": relative} if name == "retention" else {}),
                    "extrapolated": extrapolated(own, cycle),
                }
    sections[THRESHOLD] = threshold_rows(derived, tree, question, extra)
    return {**document, "derived": sections | derived}
