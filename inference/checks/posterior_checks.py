"""Do data look like those that the fitted model makes? Posterior predictive checks.

A quantity that the model was not fitted to is taken of the data and of data simulated from the
posterior; its p-value is how often the simulated ones reach that of the data (Gelman, Meng and
Stern 1996, Statistica Sinica 6, 733). As the data were used for the fit, these p-values would lie
nearer to 1/2 than those of a test (Robins, van der Vaart and Ventura 2000,
doi:10.1080/01621459.2000.10474310), and miss what can be seen; so simulated data are fitted too, to
first order. Where noise is correlated they are not, and a small p-value says all the more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..noise.discrepant import Discrepant
from ..residuals import Residuals, replicas_of, residuals_of
from ..revive import model_of, noise_of
from ..scalars import scalars, stem
from ..settings import CIRCUIT, CUT, ONE_POINT, TWO_PHASES
from .one_check import RARE, Check
from .other_noise import of_another_size, with_heavy_tails
from .steps import largest_step, place_of_step

Array = NDArray[np.float64]

INTERVALS = ("critical_current", "lifetime")
"""Of these an interval is known, and there is no residual."""

TEST_QUANTITIES = "test_quantities"
"""The group of a result that keeps them."""

STEP = "step"
"""Name of the check for a temperature that parts the data."""

FEWEST = 5
"""Data of fewer points have no pattern."""


@dataclass(frozen=True)
class PredictiveCheck:
    """A test quantity of the data beside that of simulated data, of shape (draws,)."""

    check: Check
    replicas: Array


def posterior_checks(tree: xr.DataTree) -> tuple[PredictiveCheck, ...]:
    """Compare the data with data simulated from the posterior, by quantities that tell.

    Neighbours that are alike, runs of residuals on one side, and of tables a bend over the whole
    range show what the model misses; the tail is what extrapolations start from; the largest
    residual shows outliers; and the scatter of large data beside that of small ones shows noise
    of another kind.

    Parameters
    ----------
    tree
        A fitted model.

    Returns
    -------
    tuple of PredictiveCheck
        None where the data are intervals, or fewer than five.
    """
    model = model_of(tree)
    if model.output in INTERVALS or int(tree.attrs["n"]) < FEWEST:
        return ()
    residuals = residuals_of(tree)
    noise, quantities = noise_of(tree), _quantities(residuals)
    kept = _kept(tree)
    if kept is not None and {each.name for each in quantities} <= {*kept["test_quantity"].values}:
        simulated = [kept.sel(test_quantity=each.name).values for each in quantities]
    else:
        replicas = replicas_of(tree)
        simulated = [each.of(residuals, replicas) for each in quantities]
    harmless = _harmless(tree)
    return tuple(
        _checked(residuals, quantity, drawn, noise, "" if quantity is _OUTLIER else harmless)
        for quantity, drawn in zip(quantities, simulated, strict=True)
    )


def _harmless(tree: xr.DataTree) -> str:
    """Return why no interval depends on how residuals scatter, or nothing where one may.

    Discrepancies widen the intervals of resistances by more than the noise where it is small.
    """
    if not isinstance(noise_of(tree), Discrepant):
        return ""
    drawn = scalars(tree.children["posterior"].to_dataset())
    noise = max(float(value.median()) for n, value in drawn.items() if stem(str(n)) == "noise")
    resistances = [value for value in drawn.values() if value.attrs.get("units") == "ohm"]
    sharpest = min(float(value.std() / abs(value.median())) for value in resistances)
    if noise > sharpest:
        return ""
    return (
        f"Residuals scatter otherwise than the noise of the model, but both are {100 * noise:.2g} "
        f"% of |Z|, less than any resistance is uncertain by ({100 * sharpest:.2g} % or more): no "
        "interval depends on it."
    )


def _kept(tree: xr.DataTree) -> xr.DataArray | None:
    """Return the quantities of simulated data that a result keeps; an earlier one lacks some."""
    held = tree.children.get(TEST_QUANTITIES)
    return None if held is None else held.dataset["replicas"]


def kept_quantities(checks: Sequence[PredictiveCheck]) -> xr.Dataset:
    """Return test quantities of simulated data to keep with a result: they take time."""
    return xr.Dataset(
        {"replicas": (("test_quantity", "replica"), np.stack([c.replicas for c in checks]))},
        coords={"test_quantity": [each.check.name for each in checks]},
    )


def _quantities(residuals: Residuals) -> tuple["_Quantity", ...]:
    shape = _RUN if residuals.unit == "frequency" else _BEND
    step = (_STEP,) if residuals.unit == "temperature" else ()
    return (_AUTOCORRELATION, shape, *step, _TAIL, _OUTLIER, _SCATTER)


@dataclass(frozen=True)
class _Quantity:
    """A test quantity: its name, its value of many data sets, its meaning and consequence."""

    name: str
    meaning: str
    of: Callable[[Residuals, Array], Array]
    sentence: Callable[[Residuals, float, Any], str]
    both_sides: bool = False


def _checked(
    residuals: Residuals, quantity: _Quantity, replicas: Array, noise: Any, harmless: str
) -> PredictiveCheck:
    value = float(quantity.of(residuals, residuals.observed))
    above = (1 + int((replicas >= value).sum())) / (1 + len(replicas))
    p = (
        min(1.0, 2 * min(above, 1 - above + 1 / (1 + len(replicas))))
        if quantity.both_sides
        else above
    )
    ordered = np.sort(replicas)
    rare = RARE / 2 if quantity.both_sides else RARE
    end = max(1, int((1 + len(replicas)) * rare))  # so many may lie beyond where p is above RARE
    passed = p > RARE
    check = Check(
        quantity.name,
        value,
        float(ordered[end - 1]) if quantity.both_sides else None,
        float(ordered[-end]),
        p,
        passed,
        quantity.meaning,
        "" if passed else (harmless or quantity.sentence(residuals, value, noise)),
        matters=not harmless,
    )
    return PredictiveCheck(check, replicas)


def _autocorrelation(residuals: Residuals, values: Array) -> Array:
    """Return the mean product of data near each other over the mean square."""
    near = residuals.near
    if not near.sum():
        return np.zeros(values.shape[:-1])
    products = (values @ near * values).sum(-1) / near.sum()
    return np.asarray(products / (values**2).mean(-1))


def _runs(residuals: Residuals, values: Array) -> Array:
    """Return mean residuals times √m over windows around each datum, of shape (..., n)."""
    near = residuals.series[:, None] == residuals.series
    distance = np.abs(residuals.place[:, None] - residuals.place)
    near &= distance <= residuals.window / 2 * (1 + 1e-9)
    return np.asarray(values @ near.T / np.sqrt(near.sum(1)))


def _largest_run(residuals: Residuals, values: Array) -> Array:
    return np.asarray(np.abs(_runs(residuals, values)).max(-1))


def _bend(residuals: Residuals, values: Array) -> Array:
    """Return the correlation with a parabola in each series, straight lines being taken out."""
    values, shape = values.copy(), np.zeros_like(residuals.place)
    for series in np.unique(residuals.series):
        own = residuals.series == series
        x = residuals.place[own] - residuals.place[own].mean()
        line, _ = np.linalg.qr(np.stack([np.ones_like(x), x], axis=1))
        shape[own] = x**2 - line @ (line.T @ x**2)
        values[..., own] -= values[..., own] @ line @ line.T
    size = np.linalg.norm(shape) * np.linalg.norm(values, axis=-1)
    return np.asarray(values @ shape / np.maximum(size, np.finfo(float).tiny))


def _tail(residuals: Residuals, values: Array) -> Array:
    """Return the largest mean residual times √m of the tails of all series."""
    means = []
    for series in np.unique(residuals.series):
        own = residuals.tail & (residuals.series == series)
        if own.any():
            means.append(values[..., own].sum(-1) / np.sqrt(own.sum()))
    return np.asarray(np.abs(means).max(0))


def _largest(residuals: Residuals, values: Array) -> Array:
    return np.asarray(np.abs(values).max(-1))


def _scatter_with_size(residuals: Residuals, values: Array) -> Array:
    """Return the log of how much more the larger half of the data scatters than the smaller."""
    large = residuals.size > np.median(residuals.size)
    if large.all() or not large.any():
        return np.zeros(values.shape[:-1])
    power = [(values[..., half] ** 2).mean(-1) for half in (large, ~large)]
    return np.asarray(0.5 * np.log(power[0] / power[1]))


def _remedy(residuals: Residuals) -> str:
    return _REMEDIES.get(residuals.unit, "Take a model that bends otherwise, or look at the data.")


_REMEDIES: Mapping[str, str] = {
    "frequency": f"Add or exchange an element ({CIRCUIT}), or leave out where the cell drifted "
    f"({CUT}).",
    "temperature": "Try VTF, two regimes or two phases.",
    "cycle": "Try another law of ageing, or leave out the cycles in which the test was changed.",
}


def _say_autocorrelation(residuals: Residuals, value: float, noise: Any) -> str:
    return (
        f"Residuals near each other are more alike (correlation {value:.2f}) than the noise of "
        f"the model makes them: it misses a feature, and its intervals are too narrow. "
        f"{_remedy(residuals)}"
    )


def _say_run(residuals: Residuals, value: float, noise: Any) -> str:
    place = residuals.words(int(np.argmax(np.abs(_runs(residuals, residuals.observed)))))
    return (
        f"Around {place} the data lie on one side of the model over a decade, by {value:.1f} "
        f"standard errors of their mean: a process is missing or has another shape there. "
        f"{_remedy(residuals)}"
    )


def _say_bend(residuals: Residuals, value: float, noise: Any) -> str:
    ends, middle = ("above", "below") if value > 0 else ("below", "above")
    return (
        f"Both ends of the data lie {ends} the model and their middle {middle} it (correlation "
        f"with a parabola {abs(value):.2f}): the law bends otherwise. {_remedy(residuals)}"
    )


def _say_step(residuals: Residuals, value: float, noise: Any) -> str:
    low, high = (place - 273.15 for place in place_of_step(residuals))
    return (
        f"Between {low:.1f} and {high:.1f} °C the points leave one line for another, as at a phase "
        f"transition: two lines leave {np.exp(-value / 2):.2g} of the scatter. Take "
        f"{TWO_PHASES}, or fit the points of each side by themselves."
    )


def _say_tail(residuals: Residuals, value: float, noise: Any) -> str:
    where = {"frequency": "low-frequency end", "temperature": "cold end"}
    end = where.get(residuals.unit, "late end")
    return (
        f"At the {end} the data leave the model by {value:.1f} standard errors of their mean: "
        "what is extrapolated from there cannot be relied on. Measure further, or take a model "
        "that describes this end."
    )


def _say_outlier(residuals: Residuals, value: float, noise: Any) -> str:
    place = residuals.words(int(np.argmax(np.abs(residuals.observed))))
    heavy = with_heavy_tails(noise, residuals.unit)
    ways = [f"leave it out with {ONE_POINT}"] if residuals.unit == "frequency" else []
    ways += [f"take {heavy}"] if heavy else []
    return (
        f"The point at {place} lies {value:.1f} standard deviations off the model: an outlier, "
        "which widens all intervals and may pull the result. "
        f"{', '.join(['Look at it', *ways, 'or measure it again'])}."
    )


def _say_scatter(residuals: Residuals, value: float, noise: Any) -> str:
    more, less = ("large", "small") if value > 0 else ("small", "large")
    return (
        f"{more.capitalize()} values scatter {np.exp(abs(value)):.1f} times as much, beside what "
        f"the model expects, as {less} ones: the noise depends on size in another way than "
        "assumed, and the data are weighted wrongly. Take another noise: "
        f"{of_another_size(noise, residuals.unit)}."
    )


_AUTOCORRELATION = _Quantity(
    "residual autocorrelation",
    "points near each other scatter independently",
    _autocorrelation,
    _say_autocorrelation,
)
_RUN = _Quantity(
    "largest misfit",
    "no stretch of the data lies on one side of the model",
    _largest_run,
    _say_run,
)
_BEND = _Quantity(
    "bend",
    "the data do not bend away from the model over their range",
    _bend,
    _say_bend,
    both_sides=True,
)
_STEP = _Quantity(
    STEP,
    "no temperature parts the data into two lines",
    largest_step,
    _say_step,
)
_TAIL = _Quantity(
    "tail",
    "the model follows the data where extrapolations start",
    _tail,
    _say_tail,
)
_OUTLIER = _Quantity(
    "largest residual",
    "no point is far off",
    _largest,
    _say_outlier,
)
_SCATTER = _Quantity(
    "scatter with size",
    "large and small values scatter as assumed",
    _scatter_with_size,
    _say_scatter,
    both_sides=True,
)
