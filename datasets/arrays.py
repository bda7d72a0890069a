"""Spectra and conductivities from arrays, with units as text or of pint."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError, Setting
from ..units import celsius
from .schema import spectrum_dataset
from .schemas.conductivity_points import conductivity_dataset


def spectrum(
    frequency: npt.ArrayLike,
    Z: npt.ArrayLike,
    *,
    temperature: Any = None,
    source: str = "data in memory",
) -> xr.Dataset:
    """Make a spectrum of arrays.

    Parameters
    ----------
    frequency
        Shape (n,), in Hz or a quantity of pint, in any order.
    Z
        Shape (n,), complex, in ohm or a quantity of pint. A capacitor has a negative imaginary
        part.
    temperature
        Of the measurement, such as ``"40 C"`` or ``"313 K"``, where known.
    source
        What the data are called.

    Returns
    -------
    xarray.Dataset
        As from `read_spectrum`.

    Raises
    ------
    PosterionError
        If shapes differ, Z is not complex, there are fewer than two points, a value is not
        finite, a frequency is not positive, or one frequency has two impedances.

    See Also
    --------
    read_spectrum : The same from a file or a table.

    Examples
    --------
    >>> import numpy as np, posterion as po
    >>> frequency = np.geomspace(1e6, 1, 61)
    >>> Z = 10 + 100 / (1 + 2j * np.pi * frequency * 1e-4)
    >>> po.spectrum(frequency, Z, temperature="25 C").sizes["frequency"]
    61
    """
    impedance = _in(Z, "ohm", "Z")
    if not np.iscomplexobj(impedance):
        raise PosterionError(f"{source}: Z is not complex; give Z' + 1j * Z''.")
    return spectrum_dataset(
        _in(frequency, "Hz", "frequency"),
        impedance,
        source=source,
        temperature_c=None if temperature is None else celsius(temperature),
    )


def conductivities(
    temperature: Any,
    conductivity: npt.ArrayLike,
    *,
    unit: str | None = None,
    temperature_unit: str | None = None,
    sd: npt.ArrayLike | None = None,
    labels: Mapping[str, Sequence[object]] | None = None,
    source: str = "data in memory",
) -> xr.Dataset:
    """Make a table of conductivities of arrays.

    Parameters
    ----------
    temperature
        Shape (n,): numbers, texts such as ``"40 C"``, or a quantity of pint.
    conductivity
        Shape (n,): numbers, or a quantity of pint.
    unit
        Of the conductivities, such as ``"mS/cm"``, or ``"S K/cm"`` for σT.
    temperature_unit
        ``"C"`` or ``"K"``, of temperatures that are bare numbers. It is never guessed.
    sd
        Shape (n,), the standard deviation of each conductivity, in its unit.
    labels
        Shape (n,) each: what the points belong to, such as ``{"pellet": ["a", "a", "b"]}``.
    source
        What the data are called.

    Returns
    -------
    xarray.Dataset
        As from `read_table`.

    Raises
    ------
    PosterionError
        If shapes differ, a unit is missing or not understood, or a value cannot be used.

    See Also
    --------
    read_table : The same from a file or a data frame.

    Examples
    --------
    >>> import posterion as po
    >>> data = po.conductivities(["25 C", "60 C"], [0.3, 1.1], unit="mS/cm")
    >>> data["temperature"].values.tolist()
    [298.15, 333.15]
    """
    own = "S K/cm" if unit is None and _of_dimension(conductivity, "S*K/cm") else "S/cm"
    if _is_quantity(conductivity):
        conductivity, unit = _in(conductivity, own.replace(" ", "*"), "conductivity"), own
    if unit is None:
        raise PosterionError(
            f"{source}: the conductivities have no unit; give it, as in ",
            Setting("unit", "mS/cm"),
            ".",
        )
    kelvin = _kelvin(temperature)
    if kelvin is None and temperature_unit is None:
        raise PosterionError(
            f"{source}: the temperatures have no unit; give it, as in ",
            Setting("temperature_unit", "C"),
            ".",
        )
    return conductivity_dataset(
        temperature if kelvin is None else kelvin,
        conductivity,
        temperature_unit=str(temperature_unit) if kelvin is None else "K",
        conductivity_unit=unit,
        conductivity_sd=sd,
        labels=labels,
        source=source,
    )


def _kelvin(temperature: Any) -> npt.ArrayLike | None:
    """Return temperatures in K where these say their unit; None of bare numbers."""
    if _is_quantity(temperature):
        return _in(temperature, "kelvin", "temperature")
    given = np.atleast_1d(np.asarray(temperature, dtype=object))
    if not any(isinstance(each, str) for each in given):
        return None
    return [celsius(each) + 273.15 for each in given]


def _is_quantity(values: Any) -> bool:
    return hasattr(values, "magnitude") and hasattr(values, "to")


def _of_dimension(values: Any, unit: str) -> bool:
    return _is_quantity(values) and bool(values.is_compatible_with(unit))


def _in(values: Any, unit: str, name: str) -> npt.ArrayLike:
    """Return the numbers of a quantity in a unit, or bare numbers as they are."""
    if not _is_quantity(values):
        return np.asarray(values)
    if not values.is_compatible_with(unit):
        raise PosterionError(f"the {name} is in {values.units}; give it in a unit such as {unit}.")
    return np.asarray(values.to(unit).magnitude)
