"""Conductivities at temperatures that were asked for."""

from collections.abc import Mapping, Sequence

import xarray as xr

from ..inference.caution_law import ROOM, celsius_range, extrapolated
from ..inference.diagnose import Verdict
from ..inference.measured import measured_series
from ..inference.predict import predict

ZERO_CELSIUS = 273.15


def predicted(
    tree: xr.DataTree, celsius: Sequence[float]
) -> tuple[xr.Dataset | None, tuple[str, ...]]:
    """Return the draws of conductivities at temperatures in °C, and what to beware of.

    The draws are those of the law, without the scatter of a measurement; None where there
    are no temperatures, or the checks failed.
    """
    series = measured_series(tree)
    ranges = f" ({celsius_range(series[0])})" if len(series) == 1 else " of some groups"
    beyond = tuple(
        f"Caution: {degrees:g} °C lies beyond the measured temperatures{ranges}; the conductivity "
        "there is extrapolated."
        for degrees in celsius
        if any(extrapolated(each, degrees + ZERO_CELSIUS) for each in series)
    )
    if not celsius or not Verdict.of(tree).passed:
        return None, beyond
    kelvin = [degrees + ZERO_CELSIUS for degrees in celsius]
    drawn = predict(tree, temperature=kelvin)["conductivity"].drop_vars("temperature")
    result = {}
    for place, degrees in enumerate(celsius):
        name = f"conductivity at {degrees:g} °C"
        value = drawn.isel(point=place, drop=True)
        result[name] = value.assign_attrs(
            units="S/cm", long_name=f"{name}, by the law", temperature=kelvin[place]
        )
    return xr.Dataset(result), beyond


def temperatures_of(extra: xr.Dataset | None) -> Mapping[str, float]:
    """Return the temperature in K of each conductivity that holds at one, by its name."""
    asked = extra.items() if extra is not None else ()
    return {"conductivity_25C": ROOM} | {
        str(name): float(value.attrs["temperature"])
        for name, value in asked
        if "temperature" in value.attrs
    }
