"""What a model is made of: parameters, coordinates in which they are sampled, quantities."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import xarray as xr

Values = Mapping[str, Any]
"""Values by name: floats, NumPy arrays or PyTensor variables."""

OF_DATA = "unit of the data"
"""Unit of what a model takes as it was measured, in mAh as well as in mAh/g."""

Support = Literal["real", "positive", "unit"]
"""Where a parameter lives: the real line, above zero, or between zero and one."""


@dataclass(frozen=True)
class Parameter:
    """A quantity that a model is parametrized by.

    Attributes
    ----------
    name
        Name in results and on the command line, such as ``CPE1_n``.
    symbol
        The same in LaTeX, without dollar signs.
    unit
        Unit in pint's spelling; empty for a pure number.
    support
        The values it can take.
    description
        One line in plain words.
    prior
        The default prior as text. It may name quantities of the measured window
        (see `Model.window`), never the result of a fit. Empty where no default exists
        because another coordinate is sampled in its place.
    spread
        The default prior of its standard deviation between groups that are pooled: of its
        logarithm where it is positive, of its logit between zero and one.
    """

    name: str
    symbol: str
    unit: str
    support: Support
    description: str
    prior: str = ""
    spread: str = "HalfNormal(1)"


@dataclass(frozen=True)
class Quantity:
    """A number that follows from the parameters: name, unit, meaning and formula."""

    name: str
    symbol: str
    unit: str
    description: str
    value: Callable[[Values], Any]


@dataclass(frozen=True)
class Coordinates:
    """The coordinates that are sampled in place of a model's parameters.

    Attributes
    ----------
    parameters
        The sampled coordinates, each with its default prior.
    ordered
        Groups of names whose values ascend, so that exchangeable parts keep their place.
    to_parameters
        Maps coordinates and the measured window to the model's own parameters.
    summed
        Positive coordinates, among them none that is ordered, whose sum data determine better
        than each of them. They are sampled as their sum and their shares in it.
    """

    parameters: tuple[Parameter, ...]
    ordered: tuple[tuple[str, ...], ...]
    to_parameters: Callable[[Values, Values], dict[str, Any]]
    summed: tuple[str, ...] = ()

    @property
    def below(self) -> dict[str, str]:
        """The one before it by the name of each coordinate that is kept above another."""
        return {
            upper: lower
            for group in self.ordered
            for lower, upper in zip(group, group[1:], strict=False)
        }


class Model(Protocol):
    """What `posterion.fit` needs of a model: no random variable, no file, no plot."""

    @property
    def output(self) -> str:
        """Name of the data variable that the model predicts."""

    @property
    def output_unit(self) -> str:
        """Unit of the output, in pint's spelling, or `OF_DATA`."""

    @property
    def output_labels(self) -> Mapping[str, tuple[str, ...]]:
        """Dimensions of the output whose entries have names, in the order of `response`."""

    @property
    def output_dims(self) -> tuple[str, ...]:
        """Dimensions of the output, in the order of `response`; points come last."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the coordinates of the data that the model takes."""

    @property
    def noise(self) -> str:
        """Name of the noise that such data usually have, one of `posterion.inference.noise`."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The model's own parameters, in the order of its text."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Derived quantities."""

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return the sampled coordinates, keeping the `named` parameters as they are."""

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the scales of the measured window that default priors may name."""

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Predict the output."""

    def magnitude(self, response: Any) -> Any:
        """Return the size of each predicted value, which proportional noise scales with."""
