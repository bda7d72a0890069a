"""What is asked of two factors: by how much one matters, and whether that depends on the other."""

from typing import Any

import xarray as xr

from ..inference.factors.factorial_answers import interactions, ratios, sensitivity
from ..inference.verdict import Verdict
from ..report.certainty import statistics
from ..report.words.factorial import factorial_sentences, factors_of
from .analysis import Analysis


def factorial_extra(tree: xr.DataTree) -> xr.Dataset | None:
    """Return draws of ratios and of their ratios for tables; None where the checks failed."""
    if not Verdict.of(tree).passed:
        return None
    found = {}
    for ratio in ratios(tree):
        label = f"{ratio.above} over {ratio.below} at {ratio.at}"
        found[label] = ratio.draws.assign_attrs(units="", long_name=f"ratio of {label}")
    for each in interactions(tree):
        label = f"{each.above} over {each.below}, {each.end} over {each.start}"
        found[label] = each.draws.assign_attrs(units="", long_name="ratio of the two ratios")
    # A result takes no slash in a name, and labels come from files.
    return xr.Dataset({name.replace("/", "∕"): draws for name, draws in found.items()})


def factorial_document(tree: xr.DataTree) -> dict[str, Any]:
    """Return what the JSON document says of the factors; null where the checks failed."""
    first, second = factors_of(tree)
    document: dict[str, Any] = {
        "first": first,
        "second": second,
        "ratios": None,
        "interactions": None,
    }
    if Verdict.of(tree).passed:
        document["ratios"] = [
            {
                "a": ratio.above,
                "b": ratio.below,
                "at": ratio.at,
                "ratio": statistics(ratio.draws.values),
                "p_larger": ratio.p_above,
                "sensitivity": [
                    {"specimen_spread": each.spread, "p_likelier_side": each.probability}
                    for each in sensitivity(tree, ratio)
                ],
            }
            for ratio in ratios(tree)
        ]
        document["interactions"] = [
            {
                "a": found.above,
                "b": found.below,
                "from": found.start,
                "to": found.end,
                "ratio_of_ratios": statistics(found.draws.values),
                "p_rises": found.p_rises,
                "p_lower_then_higher": found.p_falls_then_rises,
                "p_higher_then_lower": found.p_rises_then_falls,
            }
            for found in interactions(tree)
        ]
    return {"factorial": document, "sentences": [*factorial_sentences(tree)]}


FACTORIAL = Analysis(
    outputs=("cell_response",),
    answers=factorial_extra,
    remarks=lambda tree, answers: [*factorial_sentences(tree)],
    document=lambda document, tree, answers: document | factorial_document(tree),
)
