"""Residuals of any data in standard deviations, and of data simulated from the posterior."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .measured import group_dim
from .revive import model_of, noise_of

Array = NDArray[np.float64]

NORMAL_94 = 1.8808
"""Half the width of the central 94 % of a normal distribution, in standard deviations."""

REPLICAS = 1000


@dataclass(frozen=True)
class Residuals:
    """Distances from the middle of the prediction, in standard deviations of new data.

    Attributes
    ----------
    observed
        Of the data, shape (n,), in order of `place` within each series.
    replicas
        Of simulated data, shape (draws, n).
    series
        Number of the series that a datum belongs to: real or imaginary part, or cell.
    place
        Where it was measured: log10 of the frequency, temperature, cycle.
    size
        How large it is predicted to be.
    unit
        Name of the input that `place` is of.
    """

    observed: Array
    replicas: Array
    series: NDArray[np.int64]
    place: Array
    size: Array
    unit: str

    @property
    def neighbours(self) -> NDArray[np.bool_]:
        """Which data have the next one in the same series, of shape (n - 1,)."""
        return np.asarray(self.series[1:] == self.series[:-1])

    @property
    def window(self) -> float:
        """Width of what is looked at together: a decade of frequency, or a quarter of the range."""
        return 1.0 if self.unit == "frequency" else float(np.ptp(self.place)) / 4

    @property
    def tail(self) -> NDArray[np.bool_]:
        """Which data are the end that extrapolations start from: low frequency, cold, late."""
        late = self.unit not in ("frequency", "temperature")
        place = -self.place if late else self.place
        return np.asarray(place <= place.min() + self.window * (1 + 1e-9))

    def words(self, index: int) -> str:
        """Say where a datum was measured."""
        place = float(self.place[index])
        return _in_words(self.unit, 10**place if self.unit == "frequency" else place)


def residuals_of(tree: xr.DataTree) -> Residuals:
    """Return standardized residuals of the data and of data simulated from the posterior.

    The middle is the median of the posterior predictive, and the central 94 % of it reach
    from -1.88 to 1.88. What scatters by a factor is taken as its logarithm.
    """
    model = model_of(tree)
    dims = model.output_dims
    observed = tree.children["observed_data"].dataset[model.output].transpose(*dims)
    replicas = tree.children["posterior_predictive"].dataset[model.output]
    drawn = replicas.transpose("chain", "draw", *dims).values.reshape(-1, observed.size)
    drawn = drawn[:: max(1, len(drawn) // (4 * REPLICAS))]
    values = observed.values.ravel()
    middle = np.median(drawn, axis=0).reshape(observed.shape)
    size = np.broadcast_to(np.asarray(model.magnitude(middle)), observed.shape).ravel()
    if is_logarithmic(tree) and (values > 0).all():
        drawn, values = np.log(drawn), np.log(values)
    low, median, high = np.quantile(drawn, [0.03, 0.5, 0.97], axis=0)
    spread = (high - low) / (2 * NORMAL_94)
    constant = tree.children["constant_data"].dataset
    unit = model.inputs[0]
    place = np.asarray(constant[f"measured_{unit}"].values, dtype=float)
    place = np.log10(place) if unit == "frequency" else place
    points = place.size
    parts = observed.size // points
    series = np.repeat(np.arange(parts), points) * points + np.tile(_series(tree, points), parts)
    place = np.tile(place, parts)
    order = np.lexsort((place, series))
    thinned = drawn[:: max(1, len(drawn) // REPLICAS)]
    return Residuals(
        ((values - median) / spread)[order],
        ((thinned - median) / spread)[:, order],
        series[order],
        place[order],
        np.abs(size)[order],
        unit,
    )


def place_in_words(tree: xr.DataTree, index: int) -> str:
    """Say where a datum was measured, counted through the parts of a response."""
    unit = model_of(tree).inputs[0]
    places = tree.children["constant_data"].dataset[f"measured_{unit}"].values
    return _in_words(unit, float(places[index % places.size]))


def _in_words(unit: str, place: float) -> str:
    if unit == "frequency":
        return hertz(place)
    return f"{place - 273.15:.0f} °C" if unit == "temperature" else f"{unit} {place:g}"


def _series(tree: xr.DataTree, points: int) -> NDArray[np.int64]:
    """Return the number of the series of each point: group, or cell whose cycles follow."""
    constant = tree.children["constant_data"].dataset
    dim = group_dim(tree)
    if dim is not None:
        return np.asarray(constant[f"{dim}_of_point"].values)
    gap = next((value for name, value in constant.items() if str(name).endswith("_gap")), None)
    if gap is None:
        return np.zeros(points, dtype=np.int64)
    return np.asarray(np.isinf(gap.values).cumsum())


def is_logarithmic(tree: xr.DataTree) -> bool:
    """Tell whether data scatter by a factor."""
    noise: Any = noise_of(tree)
    while getattr(noise, "base", None) is not None:
        noise = noise.base
    return bool(getattr(noise, "logarithmic", False))


def hertz(frequency: float) -> str:
    """Write a frequency to three digits with its prefix."""
    prefixes = ((1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"))
    factor, prefix = next((p for p in prefixes if frequency >= 0.9995 * p[0]), prefixes[-1])
    return f"{frequency / factor:.3g} {prefix}Hz"
