"""Doubts about a law of temperature beyond those of the predictive checks."""

from collections.abc import Callable, Iterator

import xarray as xr

from ..caution.law import scattered
from ..verdict import ALL, Doubt
from .labels import about_label, label_of


def far_off(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt a law that points leave by factors, as across a transition or in another unit."""
    for caution in scattered(tree):
        labels = [label_of(name) for name in caution.parameters if label_of(name)]
        about = tuple(each for label in labels for each in about_label(tree, label))
        yield Doubt(caution.text, about or ALL, "scatter")


DOUBTS_OF_LAWS: tuple[Callable[[xr.DataTree], Iterator[Doubt]], ...] = (far_off,)
"""What is asked of every law of temperature, the gravest first."""
