"""What a law says of temperatures that were not measured: along a line, and where asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..inference.caution.law import ROOM, celsius_range, extrapolated
from ..inference.measured import Series, group_dim, measured_series
from ..inference.predict import predict
from ..inference.verdict import Verdict

Array = NDArray[np.float64]

ZERO_CELSIUS = 273.15
GRID = 60
"""Temperatures that a line is drawn through."""


@dataclass(frozen=True)
class Prediction:
    """What a law says of one group, on a grid of 1000/T.

    ``law`` and ``new`` are the 3rd, 50th and 97th percentiles, of shape (3, n), of the law
    and of new measurements.
    """

    inverse: Array
    law: Array
    new: Array

    def between(self, low: float, high: float) -> "Prediction":
        """Return the part of it within a range of 1000/T."""
        inside = (self.inverse >= low - 1e-9) & (self.inverse <= high + 1e-9)
        return Prediction(self.inverse[inside], self.law[:, inside], self.new[:, inside])


def bands(tree: xr.DataTree, series: Sequence[Series], draws: int) -> dict[str, Prediction]:
    """Return what the law says of each group: along its data, and on to 25 °C where near."""
    reaches = [_reach(each) for each in series]
    edges = [1000 / t for each in series for t in each.temperature[[0, -1]]]
    grid = np.linspace(min(r[0] for r in reaches), max(r[1] for r in reaches), GRID)
    inverse = np.unique(np.concatenate([grid, edges, np.ravel(reaches)]))
    drawn = predict(thinned(tree, draws), temperature=1000 / inverse)
    dim = group_dim(tree)
    result = {}
    for place, (each, reach) in enumerate(zip(series, reaches, strict=True)):
        own = drawn if dim is None else drawn.isel({dim: place})
        law, new = (
            np.quantile(own[name].transpose("chain", "draw", "point"), [0.03, 0.5, 0.97], (0, 1))
            for name in ("conductivity", "conductivity_new")
        )
        result[each.label] = Prediction(inverse, law, new).between(*reach)
    return result


def _reach(series: Series) -> tuple[float, float]:
    """Return how far in 1000/T the line of a group is drawn.

    As far as 25 °C where that is no further from the data than they span, and a little
    beyond them everywhere.
    """
    low, high = float(1000 / series.temperature[-1]), float(1000 / series.temperature[0])
    span = (high - low) or 0.1
    ends = [low - 0.06 * span, high + 0.06 * span]
    room = 1000 / ROOM
    if low - span <= room <= high + span:
        ends.append(room)
    return min(ends), max(ends)


def thinned(tree: xr.DataTree, draws: int) -> xr.DataTree:
    """Return the posterior of a result with about so many of its draws."""
    posterior = tree.children["posterior"].to_dataset()
    step = max(1, posterior.sizes["chain"] * posterior.sizes["draw"] // draws)
    thin = posterior.isel(draw=slice(None, None, step))
    result = xr.DataTree.from_dict({"posterior": thin})
    result.attrs = tree.attrs
    return result


def predicted(tree: xr.DataTree, celsius: Sequence[float]) -> xr.Dataset | None:
    """Return the draws of conductivities at temperatures in °C.

    The draws are those of the law, without the scatter of a measurement; None where there
    are no temperatures, or the checks failed.
    """
    if not celsius or not Verdict.of(tree).passed:
        return None
    kelvin = [degrees + ZERO_CELSIUS for degrees in celsius]
    drawn = predict(tree, temperature=[f"{each!r} K" for each in kelvin])["conductivity"].drop_vars(
        "temperature"
    )
    result = {}
    for place, degrees in enumerate(celsius):
        name = f"conductivity at {degrees:g} °C"
        value = drawn.isel(point=place, drop=True)
        result[name] = value.assign_attrs(
            units="S/cm", long_name=f"{name}, by the law", temperature=kelvin[place]
        )
    return xr.Dataset(result)


def beyond_data(tree: xr.DataTree, celsius: Sequence[float]) -> list[str]:
    """Say of temperatures in °C which of them lie beyond the measured ones."""
    series = measured_series(tree)
    ranges = f" ({celsius_range(series[0])})" if len(series) == 1 else " of some groups"
    return [
        f"Caution: {degrees:g} °C lies beyond the measured temperatures{ranges}; the conductivity "
        "there is extrapolated."
        for degrees in celsius
        if any(extrapolated(each, degrees + ZERO_CELSIUS) for each in series)
    ]


def temperatures_of(extra: xr.Dataset | None) -> Mapping[str, float]:
    """Return the temperature in K of each conductivity that holds at one, by its name."""
    asked = extra.items() if extra is not None else ()
    return {"conductivity_25C": ROOM} | {
        str(name): float(value.attrs["temperature"])
        for name, value in asked
        if "temperature" in value.attrs
    }
