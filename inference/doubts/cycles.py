"""Doubts about a law of fade beyond those of the predictive checks."""

from collections.abc import Callable, Iterator

import xarray as xr

from ..caution.fade import rises
from ..verdict import Doubt


def cannot_rise(tree: xr.DataTree) -> Iterator[Doubt]:
    """Doubt a law that can only fall where a capacity rises at first."""
    for caution in rises(tree):
        yield Doubt(caution.text, name="rise")


DOUBTS_OF_FADE: tuple[Callable[[xr.DataTree], Iterator[Doubt]], ...] = (cannot_rise,)
"""What is asked of every law of fade, the gravest first."""
