"""What a table of two factors says in words, and its JSON document."""

import json

import numpy as np
import xarray as xr

from ...inference.factors.factorial import FIRST, OUTPUT, SECOND
from ...inference.factors.factorial_answers import (
    Interaction,
    Ratio,
    interactions,
    ratios,
    sensitivity,
)
from ...inference.factors.prior_levels import Level
from ...inference.verdict import Verdict
from ..certainty import LIKELY, at_known_spreads, said, spread_in_words
from ..number_texts import chance, span

MOST_PAIRS = 6
"""Of more ratios those are told whose direction is likely; all are in the table."""


def factors_of(tree: xr.DataTree) -> tuple[str, str]:
    """Return the names of the two factors."""
    names = json.loads(tree.attrs["factors"])
    return str(names["first"]), str(names["second"])


def response_name(tree: xr.DataTree) -> str:
    """Return what was measured, in words."""
    points = tree.children["cell_data"].dataset
    return str(points[OUTPUT].attrs.get("long_name", "") or "response")


def specimens_of(tree: xr.DataTree, first: str, second: str) -> frozenset[str]:
    """Return the specimens that were measured of one combination."""
    points = tree.children["cell_data"].dataset
    own = (points[FIRST].values == first) & (points[SECOND].values == second)
    return frozenset(points["specimen"].values[own].tolist())


def factorial_sentences(tree: xr.DataTree) -> tuple[str, ...]:
    """Return what follows, in sentences; none where the checks failed."""
    if not Verdict.of(tree).passed:
        return ()
    what, pairs, changes = response_name(tree), ratios(tree), interactions(tree)
    told, said_of = pairs, changes
    if len(pairs) > MOST_PAIRS:
        told = tuple(each for each in pairs if _is_told(each.p_above))
        said_of = tuple(each for each in changes if _is_told(each.p_rises))
    lines = [_ratio(ratio, what) for ratio in told]
    lines += [line for found in said_of for line in _interaction(tree, found)]
    if untold := len(pairs) - len(told) + len(changes) - len(said_of):
        lines.append(f"Of the other {untold} ratios the data can't tell the direction.")
    points = tree.children["cell_data"].dataset
    counts = [
        len(set(points["specimen"].values[points[FIRST].values == label].tolist()))
        for label in np.unique(points[FIRST].values)
    ]
    lines.append(spread_in_words(tree, max(counts) == 1, factors_of(tree)[0]))
    if len(pairs) <= MOST_PAIRS:
        lines += [at_known_spreads(of, levels) for of, levels in ratios_by_spread(tree).items()]
    return tuple(filter(None, lines))


def _is_told(probability: float) -> bool:
    return max(probability, 1 - probability) >= LIKELY


def ratios_by_spread(tree: xr.DataTree) -> dict[str, tuple[Level, ...]]:
    """Return the likelier side of each ratio, and how probable it is at fixed spreads."""
    found = {}
    for ratio in ratios(tree):
        way = "above" if ratio.p_above >= 0.5 else "below"
        found[f"{ratio.above} is {way} {ratio.below} at {ratio.at}"] = sensitivity(tree, ratio)
    return found


def _ratio(ratio: Ratio, what: str) -> str:
    middle, low, high = np.quantile(ratio.draws.values, [0.5, 0.03, 0.97])
    words = said(
        ratio.p_above, "higher", "lower", "the data can't tell whether it is higher or lower"
    )
    more = max(ratio.p_above, 1 - ratio.p_above)
    return (
        f"At {ratio.at} the {what} of {ratio.above} is {span(middle, low, high, '')} times that of "
        f"{ratio.below}: {words} (probability {chance(more)})."
    )


def _interaction(tree: xr.DataTree, found: Interaction) -> tuple[str, str]:
    rises = found.p_rises
    middle, low, high = np.quantile(found.draws.values, [0.5, 0.03, 0.97])
    words = said(rises, "rising", "falling", "the data can't tell whether it rises or falls")
    alike = all(
        specimens_of(tree, label, found.start) & specimens_of(tree, label, found.end)
        for label in (found.above, found.below)
    )
    cancels = (
        "The same specimens were measured at both, so that their spread cancels here."
        if alike
        else "Different specimens were measured, so that their spread is part of this."
    )
    both = [
        f"{one} than {found.below} at {found.start} and {other} at {found.end}: probability "
        f"{chance(probability)}"
        for one, other, probability in (
            ("lower", "higher", found.p_falls_then_rises),
            ("higher", "lower", found.p_rises_then_falls),
        )
    ]
    return (
        f"From {found.start} to {found.end} the ratio of {found.above} to {found.below} changes by "
        f"a factor of {span(middle, low, high, '')}: {words} (probability "
        f"{chance(max(rises, 1 - rises))}). {cancels}",
        f"{found.above} is {both[0]}; {both[1]}.",
    )
