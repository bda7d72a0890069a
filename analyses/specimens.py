"""What is asked of specimens of several groups: which is best, how surely, and does it matter."""

import json
from typing import Any

import numpy as np
import xarray as xr

from ..inference.comparison.words import pair_words, rank_words, verdict_words
from .analysis import Analysis

_OF_PAIR = ("p_larger", "p_rope", "p_larger_by_rope", "p_smaller_by_rope")
_INTERVALS = ("difference", "ratio", "effect_size")


def remarks(tree: xr.DataTree, answers: xr.Dataset | None) -> list[str]:
    """Return which group is best, its rank, and a sentence for each pair."""
    verdict = verdict_words(tree)
    return [verdict, rank_words(tree), *pair_words(tree)] if verdict else []


def with_ranking(
    document: dict[str, Any], tree: xr.DataTree, answers: xr.Dataset | None
) -> dict[str, Any]:
    """Add the comparison to a JSON document; empty of numbers where the checks failed."""
    return document | _ranking(tree)


def _ranking(tree: xr.DataTree) -> dict[str, Any]:
    attrs = tree.attrs
    shared = {
        "quantity": attrs["quantity"],
        "unit": attrs["unit"],
        "better": attrs["better"],
        "rope": attrs["rope"],
        "specimens": json.loads(attrs["specimens"]),
        "spread": attrs["spread_source"],
    }
    if "ranking" not in tree.children:
        return {"p_best": {}, "pairs": [], "verdict": "not trusted", **shared}
    ranking = tree.children["ranking"].to_dataset()
    found = {
        "p_best": _by_group(ranking["p_best"]),
        "pairs": [
            _pair(ranking.isel(pair=k)) | {"sentence": said}
            for k, said in enumerate(pair_words(tree))
        ],
        "verdict": verdict_words(tree),
        "ranks": {
            str(group): ranking["rank_probability"].sel(group=group).values.tolist()
            for group in ranking["group"].values
        },
        "expected_loss": _by_group(ranking["loss"]),
        "relative_loss": _by_group(ranking["relative_loss"]),
        **shared,
    }
    if "sensitivity" in tree.children:
        answers = tree.children["sensitivity"].to_dataset()
        found["sensitivity"] = [
            {"spread": float(level), "p_best": _by_group(answers["p_best"].isel(assumed_spread=k))}
            for k, level in enumerate(answers["assumed_spread"].values)
        ]
    return found


def _pair(pair: xr.Dataset) -> dict[str, Any]:
    intervals = {
        name: {str(q): _number(pair[name].sel(quantile=q).values) for q in pair["quantile"].values}
        for name in _INTERVALS
    }
    chances = {name: float(pair[name].values) for name in _OF_PAIR}
    return {"a": str(pair["a"].values), "b": str(pair["b"].values), **intervals, **chances}


def _by_group(values: xr.DataArray) -> dict[str, float | None]:
    return {
        str(group): _number(each)
        for group, each in zip(values["group"].values, values.values, strict=True)
    }


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


COMPARISON = Analysis(outputs=("specimen_value",), remarks=remarks, document=with_ranking)
