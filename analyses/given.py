"""What is fitted, as people give it: data, or a file or table that the model tells how to read."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import xarray as xr

from ..errors import PosterionError, Setting
from ..inference.arrange import require_variables
from ..inference.asked import asked_data
from ..models.parameter import Model

READERS: Mapping[str, tuple[str, str]] = {
    "Z": ("spectrum", "read_spectrum"),
    "conductivity": ("conductivity", "read_table"),
    "capacity": ("cycling", "read_cycling"),
    "resistance": ("growth", "read_growth"),
    "overpotential": ("growth", "read_growth"),
    "critical_current": ("limits", "read_limits"),
    "lifetime": ("limits", "read_limits"),
    "current": ("voltammogram", "read_voltammogram"),
}
"""Module and function that read what a model predicts."""


def given_data(model: Model, given: Any) -> xr.Dataset:
    """Return data as they are, or those of a file or a table that hold what a model predicts.

    Raises
    ------
    PosterionError
        If they are of another type, or cannot be read.
    """
    data: xr.Dataset
    held = isinstance(given, xr.Dataset) and not {"part", "point"}.isdisjoint(given.dims)
    if held or model.output not in READERS:
        data = asked_data(given)
        require_variables(model, data)
        return data
    module, name = READERS[model.output]
    read = getattr(import_module(f"...datasets.schemas.{module}", __name__), name)
    try:
        data = read(given)
    except PosterionError as error:
        if any(isinstance(part, Setting) for part in error.said):
            further = f" That is said to po.{name}(...); fit what it returns."
            raise PosterionError(*error.said, further) from error
        raise
    return data
