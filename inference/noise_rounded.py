"""Numbers that were rounded when they were printed."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..models.parameter import Parameter, Values
from .noise import Gaussian, Independent


@dataclass(frozen=True)
class Rounded:
    """A printed number stands for the interval of half a unit in its last digit around it.

    The data variable ``<output>_step`` holds the unit in the last digit of each number: a
    printed 0.31 with a step of 0.01 is the interval from 0.305 to 0.315. The likelihood is
    the probability of that interval under the noise of the base.
    """

    base: Independent = field(default_factory=Gaussian)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base."""
        return self.base.parameters

    @property
    def inputs(self) -> tuple[str, ...]:
        """The unit in the last digit of each number."""
        return (*self.base.inputs, "step")

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return f"{self.base.description}; numbers are rounded to their printed digits"

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        sigma = self.base.scale(size, values, window)
        log = self.base.logarithmic
        return pm.CustomDist(
            name,
            mean,
            sigma,
            values["step"],
            logp=_rounded_log_logp if log else _rounded_logp,
            random=_rounded_log_draws if log else _rounded_draws,
            **options,
        )


def _rounded_logp(value: Any, mean: Any, sigma: Any, step: Any) -> Any:
    return _log_probability((value - mean) / sigma, step / (2 * sigma))


def _rounded_log_logp(value: Any, mean: Any, sigma: Any, step: Any) -> Any:
    import pytensor.tensor as pt

    upper, lower = pt.log(value + step / 2), pt.log(value - step / 2)
    return _log_probability(
        ((upper + lower) / 2 - pt.log(mean)) / sigma, (upper - lower) / 2 / sigma
    )


def _log_probability(middle: Any, half: Any) -> Any:
    """Return the log probability of an interval of the standard normal distribution."""
    import pymc as pm
    import pytensor.tensor as pt

    # Both ends are mirrored into the lower tail, where the difference keeps its digits.
    middle = -abs(middle)
    normal = pm.Normal.dist(0.0, 1.0)
    upper, lower = pm.logcdf(normal, middle + half), pm.logcdf(normal, middle - half)
    return upper + pt.log1mexp(lower - upper)


def _rounded_draws(
    mean: Any, sigma: Any, step: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
) -> Any:
    return np.round(rng.normal(mean, sigma, size=size) / step) * step


def _rounded_log_draws(
    mean: Any, sigma: Any, step: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
) -> Any:
    return np.round(rng.lognormal(np.log(mean), sigma, size=size) / step) * step
