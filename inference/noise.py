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
            Variables of `parameters` by name.
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


def _relative(name: str, description: str) -> Parameter:
    return Parameter(name, r"\sigma", "", "positive", description, _RELATIVE)
