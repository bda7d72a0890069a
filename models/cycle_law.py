"""What the laws of ageing over cycles share."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .complexpair import namespace
from .parameter import Coordinates, Parameter, Quantity, Values


@dataclass(frozen=True)
class CycleLaw(ABC):
    """Something that changes over cycles: its value at cycle zero times one and a change.

    All are sampled as what the change amounts to at the last measured cycle, where the data
    determine it, in place of a rate whose size and unit depend on the law.
    """

    output_dims: ClassVar[tuple[str, ...]] = ("point",)
    output_labels: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
    inputs: ClassVar[tuple[str, ...]] = ("cycle",)
    quantities: ClassVar[tuple[Quantity, ...]] = ()
    equation: ClassVar[str] = ""
    initial: ClassVar[str] = ""
    """Name of the value at cycle zero."""

    solved: ClassVar[str] = "rate"
    """Name of the parameter that follows from the change at the last measured cycle."""

    at_last: ClassVar[Parameter]
    """What is sampled in its place."""

    @property
    @abstractmethod
    def output(self) -> str:
        """Name of what changes."""

    @property
    @abstractmethod
    def parameters(self) -> tuple[Parameter, ...]:
        """The value at cycle zero, and those of the change."""

    @abstractmethod
    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return the change since cycle zero, as a share of the value there."""

    @abstractmethod
    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the parameter `solved` from the others and `at_last` at a cycle."""

    def __str__(self) -> str:
        """Write as it is constructed."""
        arguments = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{type(self).__name__}({', '.join(arguments)})"

    @property
    def formula(self) -> str:
        """The law in one line."""
        return self.equation

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return the parameters, with `at_last` in the place of the one that it determines."""
        parameters = tuple(
            self.at_last if p.name == self.solved and p.name not in named else p
            for p in self.parameters
        )

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            own = {p.name: values[p.name] for p in self.parameters if p.name in values}
            if self.solved not in own:
                own[self.solved] = self.solve(values, window["cycle_last"])
            return {p.name: own[p.name] for p in self.parameters}

        return Coordinates(parameters, (), to_parameters)

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the last cycle, and sizes of the data.

        Raises
        ------
        PosterionError
            If a datum is not above zero, a cycle is below zero, or all cycles are one.
        """
        cycle, values = data["cycle"].values, data[self.output].values
        if not (values > 0).all():
            raise PosterionError(
                f"a {self.output} is {values.min():g} at cycle {cycle[values.argmin()]:g}; it "
                "must be above zero. Leave that point out."
            )
        if not (cycle >= 0).all():
            raise PosterionError(f"a cycle is {cycle.min():g}; count them from zero or one.")
        if cycle.min() == cycle.max():
            raise PosterionError(
                f"all points are of cycle {cycle.max():g}; a law of ageing needs two cycles."
            )
        return {
            "cycle_last": float(cycle.max()),
            "log_cycle_last": float(np.log(cycle.max())),
            "log_cycle_tenth": float(np.log(cycle.max() / 10)),
            "log_typical": float(np.log(np.median(values))),
            "typical": float(np.median(values)),  # a spike does not move it
            "smallest": float(values.min()),
        }

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the value at ``cycle``."""
        return parameters[self.initial] * (1 + self.change(inputs["cycle"], parameters))

    def magnitude(self, response: Any) -> Any:
        """Return the value itself."""
        return response


def saturation(cycle: Any, scale: Any) -> Any:
    """Return 1 - exp(-N/n), which approaches one."""
    return -namespace(cycle, scale).expm1(-cycle / scale)


def bend(cycle: Any, place: Any, width: Any) -> Any:
    """Return what a line of slope one has gained that sets in smoothly at a place.

    It is w ln(1 + exp((N - K)/w)), less its value at cycle zero.
    """
    xp = namespace(cycle, place, width)
    return width * (xp.logaddexp(0.0, (cycle - place) / width) - xp.logaddexp(0.0, -place / width))
