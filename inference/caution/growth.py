"""What a reader of a fitted law of growth should beware of."""

import json
from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from ...models.growth import GrowthLaw
from ..cycling.cycle_series import CycleSeries, cycle_series
from ..revive import model_of
from ..scalars import scalars
from ..settings import PRIORS
from .general import Caution, enumerated, open_spreads, unmoved_priors

_PARTS = ("path", "series")


def growth_cautions(tree: xr.DataTree) -> Iterator[Caution]:
    """Yield cautions on a fitted law of growth, the gravest first."""
    law = model_of(tree)
    if not isinstance(law, GrowthLaw):
        return
    series = cycle_series(tree)
    found = [*_few(tree, law, series), *_two_cycles(series), *open_spreads(tree)]
    yield from found
    told = {name for caution in found for name in caution.parameters}
    yield from unmoved_priors(
        tree, f"Give a prior that you can defend ({PRIORS}), or measure at more cycles.", told
    )
    yield from _specimens(series)


def _few(tree: xr.DataTree, law: GrowthLaw, series: Sequence[CycleSeries]) -> Iterator[Caution]:
    own = len(law.parameters)
    prior = json.loads(tree.attrs["priors"]).get("noise")
    posterior = tree.children["posterior"].to_dataset()
    names = [str(name) for name in scalars(posterior[["noise"]])] if "noise" in posterior else []
    few = [each for each in series if each.cycle.size <= own]
    common = names == ["noise"]
    if not prior or not few or (common and len(few) < len(series)):
        return
    labels = [each.label for each in few if each.label]
    brackets = [f"[{label}]" for label in labels] or [""]
    whose = f" of {enumerated(labels)}" if labels else ""
    most = max(each.cycle.size for each in few)
    yield Caution(
        "points",
        (
            *(["noise"] if common else [f"noise{bracket}" for bracket in brackets]),
            *(f"factor_over_cycles{bracket}" for bracket in brackets),
        ),
        f"{most} points{whose} leave nothing to tell their scatter by, for a law of {own} "
        f"parameters. The scatter is that of its prior, noise ~ {prior}, and the intervals rest on "
        "it: quote them together with that prior, or give noise one from repeated measurements.",
    )


def _two_cycles(series: Sequence[CycleSeries]) -> Iterator[Caution]:
    two = [each for each in series if np.unique(each.cycle).size <= 2]
    if two:
        labels = [each.label for each in two if each.label]
        whose = f" {enumerated(labels)} was" if len(labels) == 1 else " Each was"
        yield Caution(
            "form",
            (),
            f"With two cycles nothing shows how something grows in between.{whose} measured before "
            "and after only: the factor between both stands, a rate per cycle is an average, and "
            "nothing can be said of later cycles.",
        )


def _specimens(series: Sequence[CycleSeries]) -> Iterator[Caution]:
    """Say that paths are parts of one specimen, and other series one specimen each."""
    others = [
        tuple(str(labels[0]) for name, labels in each.kinds.items() if name not in _PARTS)
        for each in series
    ]
    yield Caution(
        "points",
        (),
        "Each series is of one specimen. How much specimens made alike differ is not known from "
        "it: a difference between two of them is no difference between two ways to make them."
        if len(set(others)) > 1
        else "There is one specimen: the intervals say nothing of another one made alike.",
    )
