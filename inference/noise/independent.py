"""How data scatter around what a model predicts: frozen values that build the likelihood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ...models.circuit import Circuit
from ...models.complexpair import namespace
from ...models.parameter import Model, Parameter, Values

_RELATIVE = f"LogNormal({np.log(0.01):.4f}, 1.5)"
# About 0.03 % of the smallest |Z|, what a good instrument adds. Where a circuit is taken as exact,
# a wide prior would let a large floor explain away the points at one end of a spectrum, and with
# them an arc.
_FLOOR = "LogNormal(-8, 0.5)"
# 0.8 % to 80 %: pellets scatter by 1 to 15 %, and under a narrower prior the intervals of a slope
# through few points hold too seldom at the upper end of that (benchmarks/law_coverage.py).
_SCATTER = f"LogNormal({np.log(0.08):.4f}, 1.25)"


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
        """Suffixes of further data variables that it needs, such as ``step`` of ``Z_step``.

        They go with the output, datum by datum; a ``covariance`` has its last dimension twice.
        """

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

    logarithmic: ClassVar[bool] = False

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

    logarithmic: ClassVar[bool] = False

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
class Relative:
    """Scatter by a factor: the logarithm of a datum is normal around that of the prediction.

    For what is positive and spans decades, such as a conductivity.
    """

    logarithmic: ClassVar[bool] = True

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The standard deviation of the logarithm."""
        return (
            Parameter("noise", r"\sigma", "", "positive", "relative scatter of the data", _SCATTER),
        )

    @property
    def inputs(self) -> tuple[str, ...]:
        """Nothing but the data themselves."""
        return ()

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return "independent log-normal noise of one relative standard deviation, estimated"

    def scale(self, size: Any, values: Values, window: Values) -> Any:
        """Return the standard deviation of the logarithm of each datum."""
        return values["noise"] + 0 * size

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        sigma = self.scale(size, values, window)
        return pm.LogNormal(name, namespace(mean).log(mean), sigma, **options)


@dataclass(frozen=True)
class Stated:
    """Errors that come with the data, on top of the scatter that is estimated.

    The data variable ``<output>_sd`` holds one standard deviation of each datum; it adds in
    quadrature to that of the base. Without a base the stated errors are all there is.
    """

    base: "Gaussian | Proportional | Relative | None" = None

    @property
    def logarithmic(self) -> bool:
        """Whether the scatter is that of a logarithm."""
        return self.base is not None and self.base.logarithmic

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base."""
        return () if self.base is None else self.base.parameters

    @property
    def inputs(self) -> tuple[str, ...]:
        """One standard deviation of each datum."""
        return ("sd",)

    @property
    def description(self) -> str:
        """One sentence for reports."""
        if self.base is None:
            return "independent normal noise of the standard deviations that come with the data"
        return f"{self.base.description}, beside the errors that come with the data"

    def scale(self, size: Any, values: Values, window: Values) -> Any:
        """Return the standard deviation of each datum, or of its logarithm."""
        if self.base is None:
            return values["sd"] + 0 * size
        stated = values["sd"] / size if self.logarithmic else values["sd"]
        return (self.base.scale(size, values, window) ** 2 + stated**2) ** 0.5

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        sigma = self.scale(size, values, window)
        if self.logarithmic:
            return pm.LogNormal(name, namespace(mean).log(mean), sigma, **options)
        return pm.Normal(name, mean, sigma, **options)


Independent = Gaussian | Proportional | Relative | Stated
"""Noises that give each datum, or its logarithm, a standard deviation of its own."""


@dataclass(frozen=True)
class StudentT:
    """Heavy-tailed noise: Student's t with the scale of another noise.

    Outliers lose their pull. The prior of the degrees of freedom is that of Juárez and
    Steel (2010), doi:10.1198/jbes.2009.07145.
    """

    base: Independent = field(default_factory=Proportional)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base, and the degrees of freedom."""
        nu = Parameter(
            "nu", r"\nu", "", "positive", "degrees of freedom of the noise", "Gamma(2, 0.1)"
        )
        return (*self.base.parameters, nu)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Those of the base."""
        return self.base.inputs

    @property
    def description(self) -> str:
        """One sentence for reports."""
        return self.base.description.replace(
            "log-normal noise", "log-Student-t noise (robust)"
        ).replace("normal noise", "Student-t noise (robust)")

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pymc as pm

        sigma, nu = self.base.scale(size, values, window), values["nu"]
        if not self.base.logarithmic:
            return pm.StudentT(name, nu=nu, mu=mean, sigma=sigma, **options)
        log_mean = namespace(mean).log(mean)
        return pm.CustomDist(
            name, nu, log_mean, sigma, logp=_log_t_logp, random=_log_t_draws, **options
        )


def _log_t_logp(value: Any, nu: Any, log_mean: Any, sigma: Any) -> Any:
    import pymc as pm
    import pytensor.tensor as pt

    log = pt.log(value)
    return pm.logp(pm.StudentT.dist(nu=nu, mu=log_mean, sigma=sigma), log) - log


def _log_t_draws(
    nu: Any, log_mean: Any, sigma: Any, rng: np.random.Generator, size: Any = None
) -> Any:
    shape = np.broadcast_shapes(np.shape(nu), np.shape(log_mean), np.shape(sigma), size or ())
    with np.errstate(over="ignore"):  # few degrees of freedom scatter over any number of decades
        return np.exp(log_mean + sigma * rng.standard_t(np.broadcast_to(nu, shape)))


def suited_noise(
    noise: Noise | None, model: Model, data: xr.Dataset, *, pooled: bool = False
) -> Noise:
    """Return the noise that is given or usual, with what it takes from the model.

    Of pooled spectra the usual one is the plain one: discrepancies of each would take too long.
    """
    from .discrepant import Discrepant

    distributed = isinstance(model, Circuit) and model.is_distributed
    if noise is None:
        noise = usual_noise(model, data)
        if pooled and isinstance(noise, Discrepant):
            noise = Proportional()
    if distributed and (pooled or not isinstance(noise, Discrepant)):
        raise PosterionError(
            f"'{model}' holds a distribution of relaxation times, which is fitted to one spectrum "
            "at a time, with the usual noise of spectra."
        )
    return noise.of(model) if isinstance(noise, Discrepant) else noise


def usual_noise(model: Model, data: xr.Dataset) -> Noise:
    """Return the noise that data of a model usually have, with the errors they come with."""
    from .censored import Censored
    from .correlated import Autocorrelated, Correlated
    from .discrepant import Discrepant

    if model.noise == "Autocorrelated":
        return Autocorrelated()
    if model.noise == "Censored":
        return Censored()
    if model.noise == "Discrepant":
        return Discrepant()
    bases: Mapping[str, type[Gaussian | Proportional | Relative]] = {
        "Proportional": Proportional,
        "Gaussian": Gaussian,
        "Relative": Relative,
    }
    base = bases[model.noise]()
    if f"{model.output}_covariance" in data:
        return Correlated(base)
    return Stated(base) if f"{model.output}_sd" in data else base


def _relative(name: str, description: str) -> Parameter:
    return Parameter(name, r"\sigma", "", "positive", description, _RELATIVE)
