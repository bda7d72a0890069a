"""The functions that a claim's formula may call: what its operators cannot say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from ...inference.prior import Prior
from ...models.limits import CriticalCurrent, Lifetime
from ...models.temperature_law import BOLTZMANN, Form
from ...models.transference import READINGS, transference_number
from ...models.transport import Arrhenius, conductivity, disc_area
from . import currents, laws
from .dose import DoseCurve
from .fits import Array
from .inputs import PRIORS, Inputs, at_normal, quantiles
from .limits import Medians, medians
from .published import Published
from .verdict import verdict_of_number

ROWS = 100
"""Bound on the rows of a list."""


@dataclass(frozen=True)
class Function:
    """A function of the grammar.

    Attributes
    ----------
    apply
        What it does.
    draws
        Whether it takes the draws of the claim as its first argument.
    numbers
        Whether names of printed numbers are given to it as such, not as draws.
    used
        Whether all of these count as used; else those that it draws do.
    """

    apply: Callable[..., Any]
    draws: bool = False
    numbers: bool = False
    used: bool = True


def _agrees(printed: Published, draws: Array) -> bool:
    return verdict_of_number(*quantiles(draws)[1:], printed) == "supported"


def _refuted(printed: Published, draws: Array) -> bool:
    return verdict_of_number(*quantiles(draws)[1:], printed) == "not supported"


def _overlap(one: Published, other: Published) -> bool:
    (low, high), (lower, upper) = one.interval, other.interval
    return low <= upper + 1e-12 and lower <= high + 1e-12


def _rounded(inputs: Inputs, printed: Published, step: float) -> Array:
    """Draw a number as if its last digit counted so much in its unit."""
    return inputs.draw(printed.key, printed.unit, float(step))


def _prior(inputs: Inputs, name: str) -> Array:
    return at_normal(PRIORS[name], inputs.normal())


def _transference_number(*readings: Array) -> Array:
    return np.asarray(transference_number(dict(zip(READINGS, readings, strict=True))))


def _activation_energy(
    inputs: Inputs, cold: Array, hot: Array, T_cold: Array, T_hot: Array, form: Form, scatter: Array
) -> Array:
    """Draw it from conductivities at two temperatures that scatter around the law by a factor.

    With a flat prior on the energy and on the logarithm of the conductivity, the posterior is
    that of the difference of two logarithms.
    """
    noise = np.sqrt(2) * scatter * inputs.normal()
    rise = np.log(hot / cold) + Arrhenius(form).power * np.log(T_hot / T_cold) + noise
    return np.asarray(BOLTZMANN * rise / (1 / T_cold - 1 / T_hot))


def _straight(off: Array, spread: Any, free: Any, scatter: Any, distance: Any) -> float:
    """Return how probable a straight line is, beside any value about it, before alike.

    Parameters
    ----------
    off
        Draws of the distance of the logarithm from the line; only their variance counts.
    spread
        Square of the scatters of all points together, in scatters of one.
    free
        Standard deviation of the logarithm where there is no law.
    scatter
        Of each point around the law.
    distance
        From the line.
    """
    variance = spread * np.square(scatter) + np.var(off)
    straight, bent = (
        float(np.mean(np.exp(-(distance**2) / (2 * v)) / np.sqrt(v)))
        for v in (variance, variance + free**2)
    )
    return straight / (straight + bent)


def _rows(rows: Array) -> Array:
    """Return rows as they are; a single number's draws are none, and too many to go through."""
    if len(rows) > ROWS:
        raise ValueError(f"{len(rows)} rows are too many")
    return rows


def _rank(inputs: Inputs, values: Array, spread: Any = None) -> Array:
    """Draw the rank of the first of several values, were their like to differ by a factor."""
    values = _rows(values)
    if spread is not None:
        values = values * np.array([np.exp(spread * inputs.normal()) for _ in values])
    return np.asarray(1 + sum((other > values[0]).astype(float) for other in values[1:]))


def _limits(inputs: Inputs, *bounds_and: Any) -> Medians:
    low, high, lower, upper, width, spread = bounds_and
    prior = PRIORS[spread] if isinstance(spread, str) else float(spread)
    ends = (float(low), float(high)), (float(lower), float(upper))
    return medians(inputs, *ends, float(width), prior)


def _prior_width(limit: str) -> float:
    """Return the standard deviation of the logarithm of a limit before it is measured."""
    of = {"critical current": CriticalCurrent, "lifetime": Lifetime}[limit]
    return float(dict(Prior.parse(of.median.prior).arguments)["sigma"])


def _extreme(by: np.ufunc) -> Callable[..., Any]:
    """Return the extreme of several values, or of the rows of one."""
    return lambda *values: by.reduce(
        values[0] if len(values) == 1 else np.broadcast_arrays(*values)
    )


def _where(holds: Any, one: Any, other: Any) -> Any:
    if np.ndim(holds):
        return np.where(holds, one, other)
    return one if holds else other


def _rises(rows: Array) -> Any:
    return np.logical_and.reduce(_rows(rows)[1:] > rows[:-1])


def _smallest_step(rows: Array) -> Any:
    return np.minimum.reduce(_rows(rows)[1:] / rows[:-1])


def _explained_by(
    printed: Published, makes: Published, others: Sequence[Published], factor: Any
) -> float:
    """Return the first of other thicknesses that gives a conductivity as it is printed, or 0."""
    low, high = printed.interval
    for each in others:
        if each.value != makes.value and low <= float(factor) * each.value <= high:
            return each.value
    return 0.0


def _plain(function: Callable[..., Any]) -> Function:
    return Function(function)


def _of_numbers(function: Callable[..., Any]) -> Function:
    return Function(function, numbers=True)


def _drawing(function: Callable[..., Any]) -> Function:
    return Function(function, draws=True)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "log": _plain(np.log),
        "exp": _plain(np.exp),
        "sqrt": _plain(np.sqrt),
        "abs": _plain(np.abs),
        "max": _plain(_extreme(np.maximum)),
        "min": _plain(_extreme(np.minimum)),
        "where": _plain(_where),
        "sum": _plain(lambda rows: np.sum(rows, axis=0)),
        "mean": _plain(np.mean),
        "var": _plain(np.var),
        "median": _plain(np.median),
        "q03": _plain(lambda draws: np.quantile(draws, 0.03)),
        "q97": _plain(lambda draws: np.quantile(draws, 0.97)),
        "rises": _plain(_rises),
        "falls": _plain(lambda rows: _rises(rows[::-1])),
        "smallest_step": _plain(_smallest_step),
        "largest_step": _plain(lambda rows: 1 / _smallest_step(rows[::-1])),
        "conductivity": _plain(conductivity),
        "disc_area": _plain(disc_area),
        "transference_number": _plain(_transference_number),
        "straight": _plain(_straight),
        "prior_width": _plain(_prior_width),
        "first_median": _plain(lambda found: found.first),
        "second_over_first": _plain(lambda found: found.second / found.first),
        "second_higher": _plain(lambda found: found.probability),
        "lead": _plain(DoseCurve.lead),
        "normal": _drawing(Inputs.normal),
        "uniform": _drawing(Inputs.uniform),
        "prior": _drawing(_prior),
        "activation_energy": _drawing(_activation_energy),
        "rank": _drawing(_rank),
        "limits": _drawing(_limits),
        "dose_curve": _drawing(DoseCurve.of),
        "best_of": Function(currents.best_of, draws=True, numbers=True, used=False),
        "rounded": Function(_rounded, draws=True, numbers=True),
        "fitted_energy": Function(laws.fitted_energy, draws=True, numbers=True),
        "fitted_scatter": Function(laws.fitted_scatter, draws=True, numbers=True),
        "growth_factor": Function(laws.growth_factor, draws=True, numbers=True),
        "least": _of_numbers(lambda printed: printed.interval[0]),
        "most": _of_numbers(lambda printed: printed.interval[1]),
        "celsius": _of_numbers(lambda printed: printed.temperature_C),
        "agrees": _of_numbers(_agrees),
        "refuted": _of_numbers(_refuted),
        "overlap": _of_numbers(_overlap),
        "explained_by": _of_numbers(_explained_by),
        "samples": Function(currents.samples, numbers=True, used=False),
        "known_current": _of_numbers(currents.known_current),
        "known_currents": _of_numbers(currents.known_currents),
        "same_current": _of_numbers(currents.same_current),
        "ampere_per_gram": _of_numbers(currents.ampere_per_gram),
        "distinct_units": _of_numbers(currents.distinct_units),
        "units": _of_numbers(currents.units),
    }
)
"""Functions by the name that formulas have for them."""
