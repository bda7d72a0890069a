"""Numbers that were rounded when they were printed."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...models.parameter import Parameter, Values
from .independent import Gaussian, Independent
from .intervals import log_normal_below, log_normal_interval


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
    return log_normal_interval((value - mean) / sigma, step / (2 * sigma))


def _rounded_log_logp(value: Any, mean: Any, sigma: Any, step: Any) -> Any:
    import pytensor.tensor as pt

    # A number of half a step or less, such as a printed 0.00, stands for all below it.
    all_below = value <= step / 2
    top = log_normal_below((pt.log(value + step / 2) - pt.log(mean)) / sigma)
    # Middle and half of the interval between the logarithms of both ends, which themselves
    # would lose the digits of a narrow one.
    above = pt.where(all_below, step, value)
    ratio = step / (2 * above)
    middle = pt.log(above) + pt.log1p(-(ratio**2)) / 2
    inside = log_normal_interval((middle - pt.log(mean)) / sigma, pt.arctanh(ratio) / sigma)
    return pt.where(all_below, top, inside)


def _rounded_draws(
    mean: Any, sigma: Any, step: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
) -> Any:
    return np.round(rng.normal(mean, sigma, size=size) / step) * step


def _rounded_log_draws(
    mean: Any, sigma: Any, step: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
) -> Any:
    return np.round(rng.lognormal(np.log(mean), sigma, size=size) / step) * step
