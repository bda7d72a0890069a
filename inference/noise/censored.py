"""Limits of cells that are known within an interval, or only from one side."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from ...models.limits import HIGH, LOW
from ...models.parameter import Parameter, Values
from .independent import Relative
from .intervals import log_normal_below, log_normal_interval

CELL_SCATTER = f"LogNormal({np.log(0.30):.4f}, 0.7)"
"""Prior of the relative scatter between cells made alike: 94 % within 8 % and a factor of 3.

A judgement: careful series of laboratory cells scatter by some 10 to 60 %. Of 24 commercial
cells, made with more care than any in a laboratory, the lifetimes differ widely (Harris, Harris
and Li 2017, Failure statistics for commercial lithium ion batteries: a study of 24 pouch cells).
"""

_LN2 = float(np.log(2))
_OF_LOG = float(np.pi / np.sqrt(6))
"""Standard deviation of the logarithm of a Weibull variable of shape one."""

_SHAPE = f"LogNormal({np.log(_OF_LOG / 0.30):.4f}, 0.7)"


@dataclass(frozen=True)
class Weibull:
    """The distribution of the weakest link: a cell of median t exceeds T with P = 2^-(T/t)^k.

    That of Weibull (1951, doi:10.1115/1.4010337), by its median in place of its scale. With a
    shape k above one a cell fails the more readily the longer it has lived; below one early
    failures prevail. The logarithm scatters by 1.28/k, and the prior of k says the same of it
    as that of log-normal limits.
    """

    logarithmic: ClassVar[bool] = True

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The shape."""
        return (
            Parameter("shape", "k", "", "positive", "shape of the Weibull distribution", _SHAPE),
        )

    @property
    def inputs(self) -> tuple[str, ...]:
        """Nothing but the data themselves."""
        return ()

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return "independent Weibull scatter of one shape, estimated"

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        shape = values["shape"]
        return pm.Weibull(name, alpha=shape, beta=mean / _LN2 ** (1 / shape), **options)


@dataclass(frozen=True)
class Censored:
    """Of each datum it is known only that it lies above one bound and at most at another.

    The data variables ``<output>_low`` and ``<output>_high`` hold the bounds. The likelihood is
    the probability of the interval: from zero on for a cell that failed at once, without an upper
    end (infinity) for one that had not failed when the test ended, and the density where both
    bounds are one number. That holds if tests ended for other reasons than the look of a cell:
    a cell that is taken out because it is about to fail has failed.

    Replicates are limits themselves, as steps without end and without width would find them. A
    datum agrees with them where its interval does. The values of the data (the middle of an
    interval, or its one end) count in the likelihood only where both bounds are that value.

    Parameters
    ----------
    base
        How cells made alike scatter: `Relative` (log-normal) or `Weibull`. The prior of the
        scatter, or shape, is weak (`CELL_SCATTER`). With few cells the answer rests on it;
        ``priors={"noise": "LogNormal(-1.6, 0.4)"}`` puts another in its place, of 20 %.
    """

    base: Relative | Weibull = field(default_factory=Relative)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base, with a prior of the scatter between cells."""
        if isinstance(self.base, Weibull):
            return self.base.parameters
        (scatter,) = self.base.parameters
        said = "relative scatter between cells made alike"
        return (replace(scatter, description=said, prior=CELL_SCATTER),)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Both bounds."""
        return (LOW, HIGH)

    @property
    def description(self) -> str:
        """One sentence for reports."""
        kind = "Weibull" if isinstance(self.base, Weibull) else "log-normal"
        return (
            f"{kind} scatter between cells, estimated; each datum is an interval, open where a "
            "cell had not failed"
        )

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        logp: Any
        draws: Any
        if isinstance(self.base, Weibull):
            scatter, logp, draws = values["shape"], _weibull_logp, _weibull_draws
        else:
            scatter, logp, draws = values["noise"], _normal_logp, _normal_draws
        return pm.CustomDist(
            name, mean, scatter, values[LOW], values[HIGH], logp=logp, random=draws, **options
        )


def _normal_logp(value: Any, mean: Any, sigma: Any, low: Any, high: Any) -> Any:
    import pytensor.tensor as pt

    below, above, exact, first, last = _known(low, high)
    z_low, z_high = ((pt.log(end) - pt.log(mean)) / sigma for end in (first, last))
    # Logarithms of the ratio of the ends keep the digits of a narrow step.
    inside = log_normal_interval((z_low + z_high) / 2, pt.log(last / first) / (2 * sigma))
    z = (pt.log(value) - pt.log(mean)) / sigma
    density = -(z**2) / 2 - pt.log(sigma * value) - np.log(2 * np.pi) / 2
    return _chosen(
        below, above, exact, log_normal_below(z_high), log_normal_below(-z_low), density, inside
    )


def _weibull_logp(value: Any, mean: Any, shape: Any, low: Any, high: Any) -> Any:
    import pytensor.tensor as pt

    below, above, exact, first, last = _known(low, high)

    def hazard(end: Any) -> Any:
        # Far beyond the median the probability is nothing in any case; its logarithm is finite.
        return _LN2 * pt.exp(pt.minimum(shape * (pt.log(end) - pt.log(mean)), 500.0))

    # What is added to the hazard within the step, which the difference of two would lose.
    gained = hazard(first) * pt.expm1(pt.minimum(shape * pt.log(last / first), 100.0))
    inside = -hazard(first) + pt.log1mexp(-gained)
    density = pt.log(hazard(value)) + pt.log(shape / value) - hazard(value)
    failed = pt.log1mexp(-hazard(last))
    return _chosen(below, above, exact, failed, -hazard(first), density, inside)


def _known(low: Any, high: Any) -> tuple[Any, ...]:
    """Return what kind each datum is, and ends that are finite and apart whatever it is.

    The second keeps the gradient of what is not taken finite.
    """
    import pytensor.tensor as pt

    below, above = pt.eq(low, 0), pt.isinf(high)
    exact = pt.eq(low, high)
    last = pt.where(above, 2 * low, high)
    first = pt.where(below | exact, last / 2, low)
    return below, above, exact, first, last


def _chosen(
    below: Any, above: Any, exact: Any, failed: Any, survived: Any, density: Any, inside: Any
) -> Any:
    import pytensor.tensor as pt

    nothing = pt.zeros_like(inside)  # of a cell that was not tested at all
    one_sided = pt.where(below, failed, survived)
    return pt.where(
        exact, density, pt.where(below & above, nothing, pt.where(below | above, one_sided, inside))
    )


def _shape(size: tuple[int, ...] | None, *arrays: Any) -> tuple[int, ...]:
    return np.broadcast_shapes(*(np.shape(each) for each in arrays), size or ())


def _normal_draws(
    mean: Any, sigma: Any, low: Any, high: Any, rng: np.random.Generator, size: Any = None
) -> Any:
    return rng.lognormal(np.log(mean), sigma, size=_shape(size, mean, sigma, low, high))


def _weibull_draws(
    mean: Any, shape: Any, low: Any, high: Any, rng: np.random.Generator, size: Any = None
) -> Any:
    drawn = rng.exponential(size=_shape(size, mean, shape, low, high))
    return mean * (drawn / _LN2) ** (1 / shape)
