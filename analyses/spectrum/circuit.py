"""What is asked of a spectrum: the conductivity of the pellet, where its size is known."""

import json
from dataclasses import asdict
from typing import Any

import xarray as xr

from ...inference.conductivity import conductivity
from ...inference.relaxation_peaks import has_distribution
from ...report.words.peaks import peaks_json
from ..analysis import Analysis
from .sizes import Size, size_question


def keep_size(tree: xr.DataTree, size: Size) -> None:
    """Keep the size of the pellet with a result."""
    tree.attrs["size"] = json.dumps(asdict(size))


def conductivities(tree: xr.DataTree) -> xr.Dataset | None:
    """Return the conductivities of the pellet; None where its size is not known."""
    size = Size(**json.loads(str(tree.attrs.get("size", "{}"))))
    if not size.thickness:
        return None
    return conductivity(tree, **asdict(size), seed=int(tree.attrs["seed"]))


def with_peaks(
    document: dict[str, Any], tree: xr.DataTree, answers: xr.Dataset | None
) -> dict[str, Any]:
    """Add the peaks of a distribution of relaxation times."""
    return document | ({"peaks": peaks_json(tree)} if has_distribution(tree) else {})


SPECTRUM = Analysis(
    outputs=("Z",),
    question=size_question,
    asked=keep_size,
    answers=conductivities,
    document=with_peaks,
)
