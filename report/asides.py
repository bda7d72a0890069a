"""What was left out of the data of a result, or compared beside it."""

import json
from collections.abc import Mapping
from typing import Any

import xarray as xr

from ..datasets.cut import left_out


def asides(tree: xr.DataTree) -> list[str]:
    """Return sentences that stand on the shortest screen too, the most important first.

    They stand also where the checks failed, so they hold no estimate.
    """
    compared = json.loads(str(tree.attrs.get("compared", "{}"))).get("comparison", "")
    points = points_left_out(tree.attrs)
    fits = str(tree.attrs.get("left_out", "")).splitlines()
    return [*([compared] if compared else []), *points, *fits]


def points_left_out(attrs: Mapping[Any, Any]) -> list[str]:
    """Return what the messages of data or of a result say of points that were left out."""
    return left_out(str(attrs.get("messages", "")))
