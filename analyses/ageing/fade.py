"""What is asked of capacities over cycles: retention at cycles, and the cycle of a threshold."""

from typing import Any

import xarray as xr

from ...inference.cycling.ageing import retention, told, value_at
from ...inference.cycling.cycle_series import asked_cycles, cycle_series, question_of
from ...inference.cycling.efficiency import efficiency_of
from ...inference.doubts.cycles import asked
from ...inference.revive import model_of
from ...inference.verdict import Verdict
from ...report.cycle_subjects import of_all, series_of, subjects
from ...report.tables import EMPTY
from ...report.threshold_answers import THRESHOLD, extrapolated, reached, threshold_rows
from ..analysis import Analysis
from .fade_words import efficiency, remarks
from .laws import with_laws
from .pooling import pooling_of_cells
from .questions import fade_question


def answers(tree: xr.DataTree) -> xr.Dataset | None:
    """Return draws of what is asked, one of each subject; None where the checks failed.

    Returns
    -------
    xarray.Dataset
        ``retention at cycle N`` and the capacity there for each cycle that is asked for, and
        ``cycles_to_threshold``, whose attribute ``censored_at`` is the last cycle looked at.
    """
    if not Verdict.of(tree).passed:
        return None
    law, question = model_of(tree), question_of(tree)
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
    document: dict[str, Any], tree: xr.DataTree, extra: xr.Dataset | None
) -> dict[str, Any]:
    """Return a JSON document whose answers are under the names of what they tell.

    ``derived`` holds ``retention``, the capacity, and ``cycles_to_threshold``, each with an
    entry for each cycle or threshold and subject, such as ``cycle 100[cell 3]``.
    """
    derived, question = dict(document["derived"]), question_of(tree)
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
    charged = efficiency(tree)[0]
    more = {} if charged is None else {"coulombic_efficiency": charged}
    return with_laws({**document, "derived": sections | derived}, tree) | more


def keep_efficiency(tree: xr.DataTree, data: xr.Dataset) -> None:
    """Keep the Coulombic efficiency with a result, where charge was measured too."""
    measured = efficiency_of(data)
    if measured is not None:
        tree["coulombic_efficiency"] = xr.DataTree(measured)


FADE = Analysis(
    outputs=("capacity",),
    pooling=pooling_of_cells,
    keep=keep_efficiency,
    question=fade_question,
    asked=asked,
    answers=answers,
    remarks=remarks,
    document=with_answers,
)
