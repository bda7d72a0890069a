"""What is asked of responses to a dose: which is best, how surely, and by how much."""

from typing import Any

import xarray as xr

from ..inference.factors.dose_answers import dose_answers, question_of_dose
from ..inference.verdict import Verdict
from ..report.certainty import statistics
from ..report.pages.dose import BEST
from ..report.words.dose import dose_sentences
from .analysis import Analysis


def dose_extra(tree: xr.DataTree) -> xr.Dataset | None:
    """Return draws of the best dose and of gains for tables; None where the checks failed."""
    if not Verdict.of(tree).passed:
        return None
    found, question = tree.children["dose"].dataset, question_of_dose(tree)
    best, gain = found[BEST], found["gain"]
    levels = [str(level) for level in found["level"].values]
    made = {}
    for dose in found["tested"].values:
        own = gain.sel(tested=dose, drop=True)
        made[f"gain_over_{dose:g}"] = own.assign_attrs(
            units="",
            long_name=f"factor by which the optimum is better than {dose:g} {question['unit']}",
        )
    every = xr.Dataset({BEST: best, **made})
    return every if levels != [""] else every.isel(level=0, drop=True)


def dose_document(tree: xr.DataTree) -> dict[str, Any]:
    """Return what the JSON document says of the best dose; null where the checks failed."""
    question = question_of_dose(tree)
    answers: list[dict[str, Any]] | None = None
    if Verdict.of(tree).passed:
        answers = [
            {
                "level": best.level or None,
                "best_dose": statistics(best.draws) | {"unit": question["unit"]},
                "p_inside": best.inside,
                "p_at_smallest_or_below": best.below,
                "p_at_largest_or_above": best.above,
                "p_best": {
                    f"{dose:g}": float(p) for dose, p in zip(best.tested, best.p_best, strict=True)
                },
                "gain": {
                    f"{dose:g}": statistics(gain)
                    for dose, gain in zip(best.tested, best.gain, strict=True)
                },
                "sensitivity": [
                    {"specimen_spread": each.spread, "p_best": each.probability}
                    for each in best.sensitivity
                ],
            }
            for best in dose_answers(tree)
        ]
    return {"dose": {**question, "answers": answers}, "sentences": [*dose_sentences(tree)]}


DOSE = Analysis(
    outputs=("response",),
    answers=dose_extra,
    remarks=lambda tree, answers: [*dose_sentences(tree)],
    document=lambda document, tree, answers: document | dose_document(tree),
)
