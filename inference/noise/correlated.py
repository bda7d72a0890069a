"""Data whose errors depend on each other: neighbours in a series, and a shared error."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...models.parameter import Parameter, Values
from .independent import Gaussian, Proportional, Relative, StudentT


@dataclass(frozen=True)
class Autocorrelated:
    """Noise that remembers: neighbouring residuals are correlated, AR(1).

    With ρ the correlation of neighbours along the last dimension, and the scale of another
    noise as the standard deviation of what is new in each residual: that of a residual by
    itself is larger by 1/√(1 - ρ²). Over a gap of g cycles the correlation is ρ^g. A fit that
    takes such residuals as independent is overconfident by about √((1 + ρ)/(1 - ρ)). On a
    base of `StudentT` what is new has heavy tails.
    """

    base: Gaussian | Proportional | Relative | StudentT = field(default_factory=Gaussian)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base, and the correlation of neighbours."""
        rho = Parameter("rho", r"\rho", "", "unit", "correlation of neighbours", "Beta(1.5, 1.5)")
        return (*self.base.parameters, rho)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The distance of each datum from its neighbour before it."""
        return ("gap",)

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return self.base.description.replace("independent", "autocorrelated (AR(1))")

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        independent = self.base.base if isinstance(self.base, StudentT) else self.base
        sigma = independent.scale(size, values, window)
        heavy = (values["nu"],) if isinstance(self.base, StudentT) else ()
        log = independent.logarithmic
        return pm.CustomDist(
            name,
            mean,
            sigma,
            values["rho"],
            values["gap"],
            *heavy,
            logp=_ar1_log_logp if log else _ar1_logp,
            random=_ar1_log_draws if log else _ar1_draws,
            **options,
        )


def _ar1_logp(value: Any, mean: Any, sigma: Any, rho: Any, gap: Any, *heavy: Any) -> Any:
    """Return the log density of each datum given the one before it."""
    import pymc as pm
    import pytensor.tensor as pt

    z = (value - mean) / sigma
    before = pt.concatenate([pt.zeros_like(z[..., :1]), z[..., :-1]], axis=-1)
    kept, spread = _kept(pt, rho, gap)
    new = z - kept * before
    fresh = pm.StudentT.dist(nu=heavy[0], sigma=spread) if heavy else pm.Normal.dist(0, spread)
    return pm.logp(fresh, new) - pt.log(sigma)


def _kept(xp: Any, rho: Any, gap: Any) -> tuple[Any, Any]:
    """Return what is kept of a residual over a gap, and the scale of what is new after it.

    Nothing is kept over an infinite gap. The scale is that over a gap of one.
    """
    finite = xp.where(xp.isinf(gap), 1.0, gap)
    kept = xp.where(xp.isinf(gap), 0.0, rho**finite)
    return kept, xp.sqrt((1 - kept**2) / (1 - rho**2))


def _ar1_draws(
    mean: Any,
    sigma: Any,
    rho: Any,
    gap: Any,
    *heavy: Any,
    rng: np.random.Generator,
    size: tuple[int, ...] | None = None,
) -> Any:
    shape = np.broadcast_shapes(np.shape(mean), np.shape(sigma), np.shape(gap), size or ())
    fresh = rng.standard_t(heavy[0], shape) if heavy else rng.normal(size=shape)
    kept, spread = (np.broadcast_to(each, shape) for each in _kept(np, rho, gap))
    z = spread * fresh
    for place in range(1, shape[-1]):
        z[..., place] += kept[..., place] * z[..., place - 1]
    return mean + sigma * z


def _ar1_log_logp(value: Any, mean: Any, *rest: Any) -> Any:
    import pytensor.tensor as pt

    log = pt.log(value)
    return _ar1_logp(log, pt.log(mean), *rest) - log


def _ar1_log_draws(mean: Any, *rest: Any, **options: Any) -> Any:
    return np.exp(_ar1_draws(np.log(mean), *rest, **options))


@dataclass(frozen=True)
class Correlated:
    """Errors that the data share, such as that of one pellet's geometry at all temperatures.

    The data variable ``<output>_covariance`` holds the covariance of the logarithms of the
    data (for a base on a linear scale, of the data). The scatter of the base adds to it.
    The log likelihood of a datum is conditional on those before it.
    """

    base: Gaussian | Proportional | Relative = field(default_factory=Relative)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base."""
        return self.base.parameters

    @property
    def inputs(self) -> tuple[str, ...]:
        """The covariance of the data."""
        return ("covariance",)

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return f"{self.base.description}, beside the covariance that comes with the data"

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        return correlated_variable(
            name,
            mean,
            self.base.scale(size, values, window),
            values["covariance"],
            log=self.base.logarithmic,
            **options,
        )


def correlated_variable(
    name: str, mean: Any, sigma: Any, covariance: Any, *, log: bool, **options: Any
) -> Any:
    """Create an observed variable that is normal, or whose logarithm is, with a covariance.

    Parameters
    ----------
    name
        Of the variable.
    mean
        Its median, of shape (n,).
    sigma, covariance
        Errors of the single data, of shape (n,), and the covariance that comes on top, of
        shape (n, n); of the logarithms where they are what is normal.
    log
        Whether they are.
    options
        Passed on to PyMC: ``observed`` and ``dims``.
    """
    import pymc as pm

    return pm.CustomDist(
        name,
        mean,
        sigma,
        covariance,
        logp=_correlated_log_logp if log else _correlated_logp,
        random=_correlated_log_draws if log else _correlated_draws,
        signature="(n),(n),(n,n)->(n)",
        **options,
    )


def _correlated_logp(value: Any, mean: Any, sigma: Any, covariance: Any) -> Any:
    """Return the log density of each datum given those before it."""
    import pytensor.tensor as pt
    from pytensor.tensor.linalg import cholesky, solve_triangular

    factor = cholesky(covariance + pt.diag(sigma**2))
    z = solve_triangular(factor, value - mean, lower=True)
    return -(z**2) / 2 - pt.log(pt.diag(factor)) - np.log(2 * np.pi) / 2


def _correlated_log_logp(value: Any, mean: Any, sigma: Any, covariance: Any) -> Any:
    import pytensor.tensor as pt

    log = pt.log(value)
    return _correlated_logp(log, pt.log(mean), sigma, covariance) - log


def _correlated_draws(
    mean: Any, sigma: Any, covariance: Any, rng: np.random.Generator, size: Any = None
) -> Any:
    # Of a vector of data the size counts the vectors.
    size = (*size, np.shape(mean)[-1]) if size else ()
    shape = np.broadcast_shapes(np.shape(mean), np.shape(sigma), size)
    own = np.broadcast_to(sigma, shape)[..., None] ** 2 * np.eye(shape[-1])
    factor = np.linalg.cholesky(covariance + own)
    return mean + (factor @ rng.normal(size=shape)[..., None])[..., 0]


def _correlated_log_draws(
    mean: Any, sigma: Any, covariance: Any, rng: np.random.Generator, size: Any = None
) -> Any:
    return np.exp(_correlated_draws(np.log(mean), sigma, covariance, rng, size))
