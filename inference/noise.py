"""How data scatter around what a model predicts: frozen values that build the likelihood."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ..models.parameter import Parameter, Values

_RELATIVE = f"LogNormal({np.log(0.01):.4f}, 1.5)"
# About 0.03 % of the smallest |Z|, what a good instrument adds. A wide prior would let a
# large floor explain away the points at one end of a spectrum, and with them an arc.
_FLOOR = "LogNormal(-8, 0.5)"


class Noise(Protocol):
    """A distribution of the data around the prediction."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the noise with their default priors."""

    @property
    def description(self) -> str:
        """One sentence for reports."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Suffixes of further data variables that it needs, such as ``step`` of ``Z_step``."""

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable in the PyMC model of the context.

        Parameters
        ----------
        name
            Name of the observed variable.
        mean, size
            Prediction, and the magnitude of each predicted value.
        values
            Variables of `parameters` by name, and data of `inputs` by suffix.
        window
            Quantities of the measured window; ``typical`` and ``smallest`` are sizes of the data.
        options
            Passed on to PyMC: ``observed`` and ``dims``.
        """


@dataclass(frozen=True)
class Gaussian:
    """Normal noise of one standard deviation, the same for all data.

    It is sampled as a fraction of the typical size of the data, so that it knows no unit.
    """

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The standard deviation over the typical size of the data."""
        return (_relative("noise", "standard deviation over the typical size of the data"),)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Nothing but the data themselves."""
        return ()

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return "independent normal noise of one standard deviation for all data"

    def scale(self, size: Any, values: Values, window: Values) -> Any:
        """Return the standard deviation of each datum."""
        return values["noise"] * window["typical"] + 0 * size

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        return pm.Normal(name, mean, self.scale(size, values, window), **options)


@dataclass(frozen=True)
class Proportional:
    """Normal noise that grows with the predicted magnitude, above a floor; both estimated.

    The standard deviation of each component (real and imaginary parts are two data) is
    √((noise·|Z|)² + (floor·|Z|min)²), where |Z| is the *model's* modulus and |Z|min the
    smallest measured one. Both are pure numbers, so data in other units give the same
    relative widths. The variance structure is that of
    Macdonald, Schoonman and Lehnen (1982), doi:10.1016/0022-0728(82)85063-7.
    """

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The noise over |Z|, and the floor over the smallest |Z|."""
        return (
            _relative("noise", "standard deviation of each component over |Z|"),
            Parameter(
                "floor",
                r"\sigma_0",
                "",
                "positive",
                "least standard deviation, over the smallest measured |Z|",
                _FLOOR,
            ),
        )

    @property
    def inputs(self) -> tuple[str, ...]:
        """Nothing but the data themselves."""
        return ()

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return (
            "independent normal noise on real and imaginary part, proportional to the model's "
            "|Z| above a floor, both estimated"
        )

    def scale(self, size: Any, values: Values, window: Values) -> Any:
        """Return the standard deviation of each datum."""
        floor = values["floor"] * window["smallest"]
        return ((values["noise"] * size) ** 2 + floor**2) ** 0.5

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        return pm.Normal(name, mean, self.scale(size, values, window), **options)


@dataclass(frozen=True)
class StudentT:
    """Heavy-tailed noise: Student's t with the scale of another noise.

    Outliers lose their pull. The prior of the degrees of freedom is that of Juárez and
    Steel (2010), doi:10.1198/jbes.2009.07145.
    """

    base: Gaussian | Proportional = field(default_factory=Proportional)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base, and the degrees of freedom."""
        nu = Parameter(
            "nu", r"\nu", "", "positive", "degrees of freedom of the noise", "Gamma(2, 0.1)"
        )
        return (*self.base.parameters, nu)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Nothing but the data themselves."""
        return ()

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return self.base.description.replace("normal noise", "Student-t noise (robust)")

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        sigma = self.base.scale(size, values, window)
        return pm.StudentT(name, nu=values["nu"], mu=mean, sigma=sigma, **options)


@dataclass(frozen=True)
class Autocorrelated:
    """Normal noise that remembers: neighbouring residuals are correlated, AR(1).

    With ρ the correlation of neighbours along the last dimension and the scale of another
    noise as the standard deviation of each residual. A fit that takes such residuals as
    independent is overconfident by about √((1 + ρ)/(1 - ρ)).
    """

    base: Gaussian | Proportional = field(default_factory=Gaussian)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base, and the correlation of neighbours."""
        rho = Parameter("rho", r"\rho", "", "unit", "correlation of neighbours", "Beta(1.5, 1.5)")
        return (*self.base.parameters, rho)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Nothing but the data themselves."""
        return ()

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return self.base.description.replace("independent", "autocorrelated (AR(1))")

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        sigma = self.base.scale(size, values, window)
        return pm.CustomDist(
            name, mean, sigma, values["rho"], logp=_ar1_logp, random=_ar1_draws, **options
        )


def _ar1_logp(value: Any, mean: Any, sigma: Any, rho: Any) -> Any:
    """Return the log density of each datum given the one before it."""
    import pymc as pm
    import pytensor.tensor as pt

    z = (value - mean) / sigma
    before = pt.concatenate([pt.zeros_like(z[..., :1]), z[..., :-1]], axis=-1)
    first = pt.concatenate([pt.ones_like(z[..., :1]), pt.zeros_like(z[..., 1:])], axis=-1)
    spread = pt.sqrt(pt.switch(pt.eq(first, 1), 1.0, 1 - rho**2))
    return pm.logp(pm.Normal.dist(rho * before, spread), z) - pt.log(sigma)


def _ar1_draws(
    mean: Any, sigma: Any, rho: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
) -> Any:
    shape = np.broadcast_shapes(np.shape(mean), np.shape(sigma), np.shape(rho), size or ())
    fresh = rng.normal(size=shape)
    rho = np.broadcast_to(rho, shape)
    z = fresh.copy()
    for place in range(1, shape[-1]):
        share = rho[..., place]
        z[..., place] = share * z[..., place - 1] + np.sqrt(1 - share**2) * fresh[..., place]
    return mean + sigma * z


@dataclass(frozen=True)
class Rounded:
    """A printed number stands for the interval of half a unit in its last digit around it.

    The data variable ``<output>_step`` holds the unit in the last digit of each number: a
    printed 0.31 with a step of 0.01 is the interval from 0.305 to 0.315. The likelihood is
    the probability of that interval under the normal noise of the base.
    """

    base: Gaussian | Proportional = field(default_factory=Gaussian)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base."""
        return self.base.parameters

    @property
    def inputs(self) -> tuple[str, ...]:
        """The unit in the last digit of each number."""
        return ("step",)

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
        return pm.CustomDist(
            name, mean, sigma, values["step"], logp=_rounded_logp, random=_rounded_draws, **options
        )


def _rounded_logp(value: Any, mean: Any, sigma: Any, step: Any) -> Any:
    import pymc as pm
    import pytensor.tensor as pt

    # Both ends are mirrored into the lower tail, where the difference keeps its digits.
    middle, half = -abs(value - mean) / sigma, step / (2 * sigma)
    normal = pm.Normal.dist(0.0, 1.0)
    upper, lower = pm.logcdf(normal, middle + half), pm.logcdf(normal, middle - half)
    return upper + pt.log1mexp(lower - upper)


def _rounded_draws(
    mean: Any, sigma: Any, step: Any, rng: np.random.Generator, size: tuple[int, ...] | None = None
) -> Any:
    return np.round(rng.normal(mean, sigma, size=size) / step) * step


def _relative(name: str, description: str) -> Parameter:
    return Parameter(name, r"\sigma", "", "positive", description, _RELATIVE)
