"""A comparison in plain words, which say "can't tell" where the data cannot."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from ...units import percent_spaced

CLEAR = 0.97
"""A difference is claimed that the central 94 % interval holds to one side of zero."""

PROBABLE = 0.8
SAME = 0.94
"""Two groups are practically the same where their difference is within the rope so probably."""

ASSUMED = "one specimen of each: the spread between specimens is assumed, not measured"


def verdict_words(tree: xr.DataTree) -> str:
    """Say which group is best, or that it cannot be told; empty where the checks failed.

    Parameters
    ----------
    tree
        As from `posterion.compare`.
    """
    if "ranking" not in tree.children:
        return ""
    ranking = tree.children["ranking"].to_dataset()
    chance = ranking["p_best"]
    order = np.argsort(-chance.values, kind="stable")
    names = [str(name) for name in chance["group"].values[order]]
    best, runner = names[:2]
    p = float(chance.values[order[0]])
    superlative = "largest" if tree.attrs["better"] == "larger" else "smallest"
    kind = f"the {superlative} {tree.attrs['quantity']}"
    same = _all_same(ranking)
    if same:
        rope = percent_spaced(tree.attrs["rope"])
        said = (
            f"The groups are practically the same: all differ by less than {rope} "
            "with high probability"
        )
    elif p >= CLEAR:
        said = f"{best} has {kind} (probability {_chance(p)})"
    elif p >= PROBABLE:
        said = f"{best} probably has {kind} (probability {_chance(p)}), but this is not settled"
    else:
        said = (
            f"Can't tell which has {kind}: {best} with a probability of {_chance(p)}, "
            f"{runner} with {_chance(float(chance.values[order[1]]))}"
        )
    return f"{said}{_of_assumption(tree, best, p >= CLEAR or same)}."


def _all_same(ranking: xr.Dataset) -> bool:
    return bool((ranking["p_rope"] >= SAME).all())


def _of_assumption(tree: xr.DataTree, best: str, settled: bool) -> str:
    """Say what rests on the spread that was assumed."""
    single = json.loads(tree.attrs["single"])
    if not single:
        return ""
    whose = ASSUMED
    if len(single) < tree.children["ranking"].sizes["group"]:
        whose = (
            f"one specimen of {_listed(single)}: there the spread between specimens rests on what "
            "is assumed, and on the other groups"
        )
    if "sensitivity" not in tree.children or not settled:
        return f" ({whose})"
    found = tree.children["sensitivity"].dataset
    levels = found["assumed_spread"].values
    sure = found["p_best"].sel(group=best).values >= CLEAR
    if sure.all():
        return f" ({whose}; it stays so up to a spread of {100 * levels[-1]:g} %)"
    if not sure.any():
        return f" ({whose}; with any one spread from {100 * levels[0]:g} % on it can't be told)"
    first = levels[~sure][0]
    return f" ({whose}; if it is {100 * first:g} % it can't be told)"


def rank_words(tree: xr.DataTree) -> str:
    """Say how probably each group is best, and what choosing it would cost; empty if untrusted."""
    if "ranking" not in tree.children:
        return ""
    ranking = tree.children["ranking"].to_dataset()
    said = []
    for place in np.argsort(-ranking["p_best"].values, kind="stable"):
        own = ranking.isel(group=place)
        share = float(own["relative_loss"])
        lost = f"{100 * share:.1f} %" if np.isfinite(share) else f"{float(own['loss']):.2g}"
        lost = lost if np.isfinite(share) else f"{lost} {tree.attrs['unit']}"
        said.append(f"{own['group'].values} {_chance(float(own['p_best']))} ({lost})")
    return f"Probability of being best, and in brackets the expected loss: {', '.join(said)}."


def pair_words(tree: xr.DataTree) -> tuple[str, ...]:
    """Say of each pair which is larger, by how much, and whether that matters.

    None where the checks failed.
    """
    if "ranking" not in tree.children:
        return ()
    ranking = tree.children["ranking"].to_dataset()
    return tuple(_pair(ranking.isel(pair=k), tree.attrs) for k in range(ranking.sizes["pair"]))


def _pair(pair: xr.Dataset, attrs: Mapping[Any, Any]) -> str:
    a, b = str(pair["a"].values), str(pair["b"].values)
    p = float(pair["p_larger"])
    matters = float(pair["p_larger_by_rope"])
    name = "ratio" if np.isfinite(pair["ratio"].values).all() else "difference"
    low, middle, high = (float(each) for each in pair[name].values)
    if p < 0.5:
        a, b, p, matters = b, a, 1 - p, float(pair["p_smaller_by_rope"])
        ends = (high, middle, low)
        low, middle, high = (1 / each if name == "ratio" else -each for each in ends)
    unit = f" {attrs['unit']}" if name == "difference" else ""
    size = f"{name} {middle:.3g} ({low:.3g} to {high:.3g}){unit}"
    rope, same, what = percent_spaced(attrs["rope"]), float(pair["p_rope"]), attrs["quantity"]
    single = json.loads(attrs["single"])
    if same >= SAME:
        return (
            f"{a} and {b} are practically the same, within {rope} (probability {_chance(same)}; "
            f"{size})."
        )
    if p < PROBABLE:
        return (
            f"Can't tell {a} and {b} apart (probability that {a} is larger {_chance(p)}; {size})."
        )
    if p < CLEAR:
        return f"{a} probably has a larger {what} than {b} (probability {_chance(p)}; {size})."
    surely = "" if matters >= CLEAR else "probably " if matters >= PROBABLE else "not surely "
    assumed = " If specimens differ by no more than assumed:" if a in single and b in single else ""
    return (
        f"{assumed} {a} has a larger {what} than {b}, {surely}by more than {rope} (probability "
        f"that it is larger {_chance(p)}, that it matters {_chance(matters)}; {size})."
    ).strip()


def _chance(p: float) -> str:
    """Write a probability, never as certain."""
    if not 0.001 <= p <= 0.999:
        return "above 0.999" if p > 0.5 else "below 0.001"
    return f"{p:.3f}" if not 0.01 <= p <= 0.99 else f"{p:.2f}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
