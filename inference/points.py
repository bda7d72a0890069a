"""Where a fitted model is asked: numbers, texts with units and quantities of pint, as numbers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from ..models.parameter import Model
from ..units import Measured, celsius

ZERO_CELSIUS = 273.15
COLD, FAR, NEAR = 100.0, 3.0, 100.0
"""A bare temperature below 100 K, a factor of 3 beyond the data, or within 100 K of them only
if it is read in °C, is hardly meant in kelvin."""

UNITS: Mapping[str, str] = MappingProxyType({"frequency": "Hz", "potential": "V", "cycle": ""})
"""Units of the inputs of models, but for the temperature in kelvin."""


def points_of(tree: xr.DataTree, model: Model, given: Mapping[str, Any]) -> dict[str, xr.DataArray]:
    """Return the inputs of a model by name, each of shape (n,), in its units.

    Raises
    ------
    PosterionError
        If an input is missing, unknown or not finite, has a wrong unit, or is a temperature
        without a unit that is hardly meant in kelvin.
    """
    if set(given) != set(model.inputs):
        raise PosterionError(
            f"{model} predicts at given {', '.join(model.inputs)}, not at "
            f"{', '.join(given) or 'nothing'}."
        )
    points = {}
    for name, value in given.items():
        values = np.atleast_1d(_numbers(tree, name, value))
        if values.ndim != 1 or not np.isfinite(values).all():
            raise PosterionError(f"'{name}' must be finite numbers in one dimension.")
        points[name] = xr.DataArray(values, dims=model.output_dims[-1])
    return points


def _numbers(tree: xr.DataTree, name: str, value: Any) -> NDArray[np.float64]:
    """Return values in the unit of the model; bare temperatures are looked at."""
    if hasattr(value, "to") and hasattr(value, "magnitude"):
        return _converted(name, value)
    if isinstance(value, str):
        return np.asarray(_written(name, value))
    several = isinstance(value, list | tuple)
    if several and any(isinstance(each, str) or hasattr(each, "magnitude") for each in value):
        return np.array([float(_numbers(tree, name, each)) for each in value])
    values = np.asarray(value, dtype=float)
    if name == "temperature":
        _require_kelvin(tree, values)
    return values


def _converted(name: str, quantity: Any) -> NDArray[np.float64]:
    """Return a quantity of pint in the unit of the model."""
    import pint

    try:
        return np.asarray(quantity.to(_unit(name)).magnitude, dtype=float)
    except pint.DimensionalityError as error:
        raise PosterionError(
            f"{name} '{quantity}': its unit is not one of {_unit(name) or 'pure numbers'}."
        ) from error


def _unit(name: str) -> str:
    return "kelvin" if name == "temperature" else UNITS.get(name, "")


def _written(name: str, text: str) -> float:
    if name == "temperature":
        return celsius(text) + ZERO_CELSIUS
    return Measured.parse(text, _unit(name), name).value


def _require_kelvin(tree: xr.DataTree, values: NDArray[np.float64]) -> None:
    if "constant_data" not in tree.children:  # of draws alone there are no data to be far from
        return
    measured = tree.children["constant_data"].dataset["measured_temperature"].values
    low, high = float(measured.min()), float(measured.max())
    for value in values[np.isfinite(values)]:
        as_celsius = low - NEAR <= value + ZERO_CELSIUS <= high + NEAR
        if low / FAR <= value <= FAR * high and (
            value >= low / 1.5 or (value >= COLD and not as_celsius)
        ):
            continue
        raise PosterionError(
            f"temperature={value:g} has no unit and would be {value:g} K "
            f"({value - ZERO_CELSIUS:.4g} °C), far from the data ({low - ZERO_CELSIUS:.4g} to "
            f"{high - ZERO_CELSIUS:.4g} °C); write temperature='{value:g} C' or '{value:g} K'."
        )
