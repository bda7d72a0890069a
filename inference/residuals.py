"""Residuals of any data in standard deviations, and of data simulated from the posterior."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from ..units import hertz
from .measured import group_dim
from .noise.dependence import is_dependent
from .noise.discrepant import Discrepant
from .noise.independent import Gaussian, Proportional, Relative
from .predict import predict_measured
from .revive import model_of, noise_of

Array = NDArray[np.float64]

NORMAL_94 = 1.8808
"""Half the width of the central 94 % of a normal distribution, in standard deviations."""

FEWEST_REPLICAS, MOST_REPLICAS, NUMBERS = 1000, 4000, 1_000_000
"""Simulated data sets, and the numbers in all of them. A doubt is raised where two of a thousand
reach the data, and of a thousand the seed would decide whether two do."""


def one_in(drawn: Array, fewest: int) -> int:
    """Return which of many simulated data sets to take: every so many, at least so few of them."""
    most = int(np.clip(NUMBERS // drawn[0].size, fewest, MOST_REPLICAS))
    return max(1, len(drawn) // most)


TINY = 1e-12
"""Axes along which a prediction varies by less of the largest variance are those of rounding."""


@dataclass(frozen=True)
class Residuals:
    """Distances from the middle of the prediction, in standard deviations of new data.

    Attributes
    ----------
    observed
        Of the data, shape (n,), in order of `place` within each series.
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
    series: NDArray[np.int64]
    place: Array
    size: Array
    unit: str

    @property
    def near(self) -> sparse.csr_array:
        """How near data of one series lie to each other, from 0 to 1, of shape (n, n).

        Over log frequency within half a decade, where an arc shows, and elsewhere neighbours.
        Each pair stands there once.
        """
        places = np.split(self.place, np.flatnonzero(np.diff(self.series)) + 1)
        return sparse.block_diag([_near(x, self.unit) for x in places], format="csr")

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
    """Return standardized residuals of the data.

    The middle is the median of the posterior predictive, and the central 94 % of it reach
    from -1.88 to 1.88. What scatters by a factor is taken as its logarithm.
    """
    model, found = model_of(tree), _Predicted.of(tree)
    unit = model.inputs[0]
    series, place = _places(tree, found.values.size)
    order = np.lexsort((place, series))
    return Residuals(
        found.residuals[order],
        series[order],
        place[order],
        found.size[order],
        unit,
    )


def replicas_of(tree: xr.DataTree) -> Array:
    """Return the residuals of data simulated from the posterior, each from a fit of its own.

    Of shape (draws, n), in the order of `residuals_of`.

    A fit follows part of the scatter of its data, so that residuals are less alike than the
    scatter was. Each simulated data set is therefore fitted anew, to first order: of its scatter
    ε, in standard deviations, ε - Hε is left, with H the posterior covariance of the prediction,
    which is the projection on what parameters can follow where all is normal. Where the data say
    how large normal noise is, what is left is as large as that of the data. Where noise is
    correlated, distances from the middle are taken as they are.
    """
    found, noise = _Predicted.of(tree), noise_of(tree)
    fewer = one_in(found.drawn, FEWEST_REPLICAS)
    simulated = found.drawn[::fewer]
    if is_dependent(noise):
        left = (simulated - found.median) / found.spread
    else:
        predicted = predict_measured(tree, np.arange(len(simulated)) * found.every * fewer)
        predicted = predicted.reshape(simulated.shape)
        left = _left(simulated, np.log(predicted) if found.logarithmic else predicted)
        left = left / found.spread
    if isinstance(noise, Discrepant | Gaussian | Proportional | Relative):
        left *= np.sqrt((found.residuals**2).mean() / (left**2).mean(1, keepdims=True))
    series, place = _places(tree, found.values.size)
    return np.asarray(left[:, np.lexsort((place, series))])


@dataclass(frozen=True)
class _Predicted:
    """Data and draws of new data, flat and on the scale on which they scatter.

    Of the draws of the posterior predictive one in `every` is taken.
    """

    values: Array
    drawn: Array
    median: Array
    spread: Array
    size: Array
    every: int
    logarithmic: bool

    @classmethod
    def of(cls, tree: xr.DataTree) -> "_Predicted":
        """Read a result."""
        model = model_of(tree)
        dims = model.output_dims
        observed = tree.children["observed_data"].dataset[model.output].transpose(*dims)
        replicas = tree.children["posterior_predictive"].dataset[model.output]
        drawn = replicas.transpose("chain", "draw", *dims).values.reshape(-1, observed.size)
        every = max(1, len(drawn) // MOST_REPLICAS)
        drawn = drawn[::every]
        values = observed.values.ravel()
        middle = np.median(drawn, axis=0).reshape(observed.shape)
        size = np.broadcast_to(np.asarray(model.magnitude(middle)), observed.shape).ravel()
        logarithmic = bool(is_logarithmic(tree) and (values > 0).all())
        if logarithmic:
            drawn, values = np.log(drawn), np.log(values)
        low, median, high = np.quantile(drawn, [0.03, 0.5, 0.97], axis=0)
        spread = (high - low) / (2 * NORMAL_94)
        return cls(values, drawn, median, spread, np.abs(size), every, logarithmic)

    @property
    def residuals(self) -> Array:
        """Of the data, in their own order."""
        return np.asarray((self.values - self.median) / self.spread)


def _places(tree: xr.DataTree, count: int) -> tuple[NDArray[np.int64], Array]:
    """Return the series of each of so many data, and its place in it."""
    unit = model_of(tree).inputs[0]
    constant = tree.children["constant_data"].dataset
    place = np.asarray(constant[f"measured_{unit}"].values, dtype=float)
    place = np.log10(place) if unit == "frequency" else place
    points = place.size
    parts = count // points
    series = np.repeat(np.arange(parts), points) * points + np.tile(_series(tree, points), parts)
    return series, np.tile(place, parts)


def _near(place: Array, unit: str) -> sparse.sparray:
    if unit != "frequency" or place.size < 2:
        return sparse.eye_array(place.size, k=1)
    # Of few points in a decade, neighbours count still.
    width = max(0.5, 1.5 * float(np.diff(place).mean()))
    nearness = np.clip(1 - np.abs(place[:, None] - place) / width, 0, None)
    return sparse.csr_array(np.triu(nearness, 1))


def _left(simulated: Array, predicted: Array) -> Array:
    """Return what a fit leaves of the scatter of simulated data, to first order.

    Both are of shape (draws, n), and belong to the same draws.
    """
    scatter = simulated - predicted
    spread = np.ptp(np.quantile(scatter, [0.03, 0.97], axis=0), axis=0) / (2 * NORMAL_94)
    moved = (predicted - predicted.mean(0)) / spread / np.sqrt(len(predicted))
    axes, share = _principal(moved)
    followed = (scatter / spread) @ axes * np.minimum(share, 1.0) @ axes.T
    return np.asarray(scatter - followed * spread)


def _principal(rows: Array) -> tuple[Array, Array]:
    """Return the axes along which rows vary, of shape (n, k), and how much they do.

    From the smaller of the two products of the rows with themselves, which takes a tenth of the
    time of a singular value decomposition.
    """
    count, size = rows.shape
    power, axes = np.linalg.eigh(rows.T @ rows if size <= count else rows @ rows.T)
    kept = power > TINY * power[-1]
    power, axes = power[kept], axes[:, kept]
    return (axes if size <= count else rows.T @ axes / np.sqrt(power)), power


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
