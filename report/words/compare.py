"""A comparison of groups as the part of a JSON document that other results do not have."""

import json
from typing import Any

import numpy as np
import xarray as xr

from ...inference.comparison.words import pair_words, verdict_words

_OF_PAIR = ("p_larger", "p_rope", "p_larger_by_rope", "p_smaller_by_rope")
_INTERVALS = ("difference", "ratio", "effect_size")


def document(tree: xr.DataTree) -> dict[str, Any]:
    """Return what ``compare --json`` adds; empty of numbers where the checks failed."""
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
