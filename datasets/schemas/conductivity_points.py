"""The one representation of conductivities at temperatures, and the checks that hold it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError
from ..tables.points import Origin, Points, points_of
from ..tables.units import Unit, Units
from .conductivity_titles import (
    conductivity_unit_of,
    degrees_of,
)

ZERO_CELSIUS = 273.15
HIGHEST_TEMPERATURE = 3000.0  # in K; no ion conductor is measured beyond
VARIABLES: Mapping[str, tuple[str, str]] = {
    "temperature": ("kelvin", "Temperature"),
    "conductivity": ("S/cm", "Ionic conductivity"),
    "temperature_sd": ("kelvin", "Standard deviation of the temperature"),
    "conductivity_sd": ("S/cm", "Standard deviation of the conductivity"),
    "conductivity_step": ("S/cm", "Unit in the last printed digit of the conductivity"),
}
"""Unit and long name of each variable."""

_SHOWN = {name: "K" if unit == "kelvin" else unit for name, (unit, _) in VARIABLES.items()}


def _degrees(text: str) -> Unit | None:
    known = degrees_of(text)
    return None if known is None else Unit(known)


TEMPERATURE = Units(
    "temperature",
    _degrees,
    ("C", "K"),
    "'C' or 'K' (K or °C in a header, or 1/K of an inverse temperature)",
    "T [K]",
    "temperature_unit",
)
CONDUCTIVITY = Units(
    "conductivity",
    conductivity_unit_of,
    ("S/cm",),
    "one such as 'S/cm', 'mS/cm', 'S/m', or 'S K/cm' for σT",
    "sigma [S/cm]",
    "conductivity_unit",
)


def conductivity_dataset(
    temperature: npt.ArrayLike,
    conductivity: npt.ArrayLike,
    *,
    temperature_unit: str,
    conductivity_unit: str,
    temperature_sd: npt.ArrayLike | None = None,
    conductivity_sd: npt.ArrayLike | None = None,
    conductivity_step: npt.ArrayLike | None = None,
    labels: Mapping[str, Sequence[object]] | None = None,
    **origin: Unpack[Origin],
) -> xr.Dataset:
    """Build and validate conductivities at temperatures.

    Parameters
    ----------
    temperature
        Shape (n,); a temperature may occur several times.
    conductivity
        Shape (n,).
    temperature_unit
        ``"K"`` or ``"C"``; it is never guessed.
    conductivity_unit
        Such as ``"S/cm"``, ``"mS/cm"``, ``"S/m"``; ``"S K/cm"`` where the values are σT.
    temperature_sd, conductivity_sd
        Shape (n,), standard deviations in the units of the values.
    conductivity_step
        Shape (n,), the unit in the last printed digit of each value, in the same unit.
    labels
        Shape (n,) each: what the points belong to, such as ``{"pellet": ["a", "a", "b"]}``.
    **origin
        Where the data come from: ``source`` (a file's name, or one for data made in memory),
        ``sha256`` (of the file's bytes; of those of the values unless given), ``format``,
        ``messages`` (decisions taken on the way, one each) and ``where`` (a function that says
        where the value of a variable at a point comes from, for error messages).

    Returns
    -------
    xr.Dataset
        ``conductivity`` (point) in S/cm, and where given its ``_sd`` and ``_step``; the
        coordinate ``temperature`` (point) in K, its ``temperature_sd``, and a coordinate for
        each label. The origin is in the attributes, the messages joined by newlines.

    Raises
    ------
    PosterionError
        If shapes differ, a unit is not understood, or a value is not finite or physically
        impossible.
    """
    degrees = TEMPERATURE.require(temperature_unit, "temperature_unit").text
    unit = CONDUCTIVITY.require(conductivity_unit, "conductivity_unit")
    given = {
        "temperature": temperature,
        "conductivity": conductivity,
        "temperature_sd": temperature_sd,
        "conductivity_sd": conductivity_sd,
        "conductivity_step": conductivity_step,
    }
    points = points_of(given, labels or {}, {*VARIABLES, "point"}, origin)
    arrays = dict(points.arrays)
    if degrees == "degC":
        arrays["temperature"] = arrays["temperature"] + ZERO_CELSIUS
    points = replace(points, arrays=arrays)
    _require_temperatures(points)
    per_kelvin = arrays["temperature"] if unit.times_temperature else 1.0
    for name in ("conductivity", "conductivity_sd", "conductivity_step"):
        if name in arrays:
            arrays[name] = arrays[name] * unit.factor / per_kelvin
    for name, values in arrays.items():
        possible = np.isfinite(values) & (values > 0)
        points.require(name, possible, "a positive finite number", _SHOWN[name], said=name)
    return points.dataset(VARIABLES, coords=["temperature"])


def _require_temperatures(points: Points) -> None:
    kelvin = points.arrays["temperature"]
    possible = np.isfinite(kelvin) & (kelvin > 0) & (kelvin <= HIGHEST_TEMPERATURE)
    for point in np.flatnonzero(~possible)[:1].tolist():
        raise PosterionError(
            f"{points.where('temperature', point)}: the temperature is {kelvin[point]:g} K "
            f"({kelvin[point] - ZERO_CELSIUS:g} °C); expected one above absolute zero and up to "
            f"{HIGHEST_TEMPERATURE:g} K, so correct this value or the unit of its column."
        )
