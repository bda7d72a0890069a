"""The one representation of conductivities at temperatures, and the checks that hold it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError, Setting
from .conductivity_columns import (
    ConductivityUnit,
    Degrees,
    conductivity_unit_of,
    degrees_of,
)
from .tables.points import check_points, columns_of, sha256_of

Array = npt.NDArray[np.float64]

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
    source: str = "data in memory",
    sha256: str | None = None,
    format: str = "memory",
    messages: Sequence[str] = (),
    where: Callable[[str, int], str] | None = None,
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
    source
        File name without its directory, or a name for data made in memory.
    sha256
        Hash of the file's bytes, in hex; None hashes the bytes of the values.
    format
        How the data were stored.
    messages
        Decisions taken on the way here, one each.
    where
        Says where the value of a variable at a point comes from, for error messages.

    Returns
    -------
    xr.Dataset
        ``conductivity`` (point) in S/cm, and where given its ``_sd`` and ``_step``; the
        coordinate ``temperature`` (point) in K, its ``temperature_sd``, and a coordinate for
        each label. The other arguments are attributes, the messages joined by newlines.

    Raises
    ------
    PosterionError
        If shapes differ, a unit is not understood, or a value is not finite or physically
        impossible.
    """
    degrees = require_degrees(temperature_unit)
    unit = require_conductivity_unit(conductivity_unit)
    given = {
        "temperature": temperature,
        "conductivity": conductivity,
        "temperature_sd": temperature_sd,
        "conductivity_sd": conductivity_sd,
        "conductivity_step": conductivity_step,
    }
    arrays = columns_of(given, source)
    check_points("conductivity", arrays, labels or {}, {*VARIABLES, "point"}, source)
    if sha256 is None:
        sha256 = sha256_of(*arrays.values())
    if degrees == "degC":
        arrays["temperature"] = arrays["temperature"] + ZERO_CELSIUS
    place = where or (lambda variable, point: f"{source}, point {point + 1}")
    _check_values("temperature", arrays["temperature"], place)
    per_kelvin = arrays["temperature"] if unit.times_temperature else 1.0
    for name in ("conductivity", "conductivity_sd", "conductivity_step"):
        if name in arrays:
            arrays[name] = arrays[name] * unit.factor / per_kelvin
    for name, values in arrays.items():
        _check_values(name, values, place)
    dataset = xr.Dataset(
        {name: ("point", values) for name, values in arrays.items()},
        coords={
            name: ("point", np.array([str(value) for value in values]))
            for name, values in (labels or {}).items()
        },
        attrs={
            "source": source,
            "format": format,
            "sha256": sha256,
            "messages": "\n".join(messages),
        },
    ).set_coords("temperature")
    for name in arrays:
        dataset[name].attrs.update(zip(("units", "long_name"), VARIABLES[name], strict=True))
    return dataset


def require_degrees(unit: str) -> Degrees:
    """Return the unit of a temperature that a user gave in one spelling."""
    degrees = degrees_of(unit)
    if degrees is None:
        raise PosterionError(Setting("temperature_unit", unit), "; expected 'C' or 'K'.")
    return degrees


def require_conductivity_unit(unit: str) -> ConductivityUnit:
    """Return what a unit of conductivity that a user gave means."""
    meaning = conductivity_unit_of(unit)
    if meaning is None:
        raise PosterionError(
            Setting("conductivity_unit", unit),
            " is not understood; expected one such as 'S/cm', 'mS/cm', 'S/m', or 'S K/cm' for σT.",
        )
    return meaning


def _check_values(name: str, values: Array, where: Callable[[str, int], str]) -> None:
    """Raise a PosterionError for the first value that is not possible."""
    possible = np.isfinite(values) & (values > 0)
    if name == "temperature":
        possible &= values <= HIGHEST_TEMPERATURE
    for point in np.flatnonzero(~possible)[:1]:
        value = float(values[point])
        if name == "temperature":
            said = f"the temperature is {value:g} K ({value - ZERO_CELSIUS:g} °C)"
            wanted = f"one above absolute zero and up to {HIGHEST_TEMPERATURE:g} K"
            remedy = "correct this value or the unit of its column"
        else:
            said = f"{name} is {value:g} S/cm" if name[0] == "c" else f"{name} is {value:g} K"
            wanted = "a positive finite number"
            remedy = "correct or remove this point"
        raise PosterionError(f"{where(name, int(point))}: {said}; expected {wanted}, so {remedy}.")
