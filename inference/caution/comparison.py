"""What a reader of a comparison of specimens should beware of."""

import json
from collections.abc import Iterator

import numpy as np
import xarray as xr

from .general import Caution, contraction, enumerated

HEAVY = 5.0
"""Tails of so few degrees of freedom mean that some specimens lie far from the others."""

MOVED = 0.5
"""A spread whose posterior is wider than this share of its prior rests on it."""

BIG_ERROR = 0.5
"""Errors of single numbers above this share of the spread hide the spread."""


def comparison_cautions(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield what holds for comparisons."""
    single = json.loads(tree.attrs["single"])
    groups = [str(name) for name in tree.children["posterior"].dataset["group"].values]
    assumed = str(tree.attrs["spread_source"])
    if len(single) == len(groups):
        yield Caution(
            "prior",
            ("scatter", "scatter_mean"),
            "There is one specimen of each group. How much specimens made alike differ is assumed, "
            f"not measured ({assumed}). What is said of the groups holds as far as that does; what "
            "would settle it is a second specimen of each.",
        )
    elif single:
        yield Caution(
            "prior",
            tuple(f"scatter[{name}]" for name in single),
            f"There is one specimen of {enumerated(single)}. How much such specimens differ is "
            f"taken from the other groups and from what is assumed ({assumed}).",
        )
    elif (
        "scatter_mean" in tree.children["prior"].dataset
        and contraction(tree, "scatter_mean") > MOVED
    ):
        yield Caution(
            "prior",
            ("scatter", "scatter_mean"),
            "There are too few specimens to tell how much they differ: the spread between them "
            f"rests in part on its prior ({assumed}).",
        )
    nu = float(np.median(tree.children["posterior"].dataset["nu"].values))
    if nu < HEAVY:
        yield Caution(
            "misfit",
            ("nu",),
            "Some specimens lie far from the others of their group. They have little weight; look "
            "at what happened to them.",
        )
    data = tree.children["constant_data"].dataset
    scatter = tree.children["posterior"].dataset["scatter"].median(("chain", "draw")).values
    worst = data["own_sd"].values / scatter[data["group_of_specimen"].values]
    if np.median(worst) > BIG_ERROR:
        yield Caution(
            "points",
            (),
            "The errors of the single numbers are not small against the spread between specimens: "
            "a better measurement of each would sharpen the answer.",
        )
