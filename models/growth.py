"""Laws by which a resistance, or an overpotential, changes over cycles."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .cycle_law import CycleLaw, saturation
from .parameter import OF_DATA, Parameter, Values

_RATE_OF = "change per cycle as a share of the initial value; below zero where it falls"


@dataclass(frozen=True)
class GrowthLaw(CycleLaw):
    """What the laws of growth share: R(N) = R_0 (1 + growth(N)), in either direction.

    They are sampled as R at the last measured cycle over R_0, of which growth and decline by
    the same factor are equally probable a priori.

    Parameters
    ----------
    output
        Name of what grows in the data.
    """

    output: str = "resistance"

    output_unit: ClassVar[str] = OF_DATA
    noise: ClassVar[str] = "Relative"
    initial: ClassVar[str] = "initial_value"
    at_last: ClassVar[Parameter] = Parameter(
        "growth_factor",
        "f",
        "",
        "positive",
        "value at the last measured cycle over that at cycle zero, by the law",
        "LogNormal(0, 1)",
    )


_INITIAL = Parameter(
    "initial_value",
    "R_0",
    OF_DATA,
    "positive",
    "value at cycle zero, by the law",
    "LogNormal(log_typical, 2)",
    spread=f"LogNormal({np.log(0.2):.4f}, 1)",
)


@dataclass(frozen=True)
class LinearGrowth(GrowthLaw):
    """The same change in every cycle: R = R_0 (1 + k N)."""

    equation: ClassVar[str] = "R = R_0 (1 + k N)"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        Parameter("rate", "k", "1/cycle", "real", _RATE_OF),
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return the change."""
        return parameters["rate"] * cycle

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the change per cycle."""
        return (values["growth_factor"] - 1) / cycle


@dataclass(frozen=True)
class ParabolicGrowth(GrowthLaw):
    """Growth of a layer by diffusion through itself: R = R_0 (1 + k √N).

    Tammann (1920, doi:10.1002/zaac.19201110107), for the time that N cycles take.
    """

    equation: ClassVar[str] = "R = R_0 (1 + k √N)"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        Parameter(
            "rate",
            "k",
            "",
            "real",
            "change in the first cycle as a share of the initial value; below zero where it falls",
        ),
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return the change."""
        return parameters["rate"] * cycle**0.5

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the change in the first cycle."""
        return (values["growth_factor"] - 1) / cycle**0.5


@dataclass(frozen=True)
class ExponentialGrowth(GrowthLaw):
    """A change that comes to an end: R = R_0 (1 + a (1 - exp(-N/n)))."""

    equation: ClassVar[str] = "R = R_0 (1 + a (1 - exp(-N/n)))"
    solved: ClassVar[str] = "final_change"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        Parameter(
            "final_change",
            "a",
            "",
            "real",
            "change in the end as a share of the initial value; below zero where it falls",
        ),
        Parameter(
            "cycle_scale",
            "n",
            "cycle",
            "positive",
            "cycles after which 63 % of the change has happened",
            "LogNormal(log_cycle_last, 1)",
        ),
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return the change."""
        return parameters["final_change"] * saturation(cycle, parameters["cycle_scale"])

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the change in the end."""
        return (values["growth_factor"] - 1) / saturation(cycle, values["cycle_scale"])


GROWTH_LAWS: tuple[type[GrowthLaw], ...] = (LinearGrowth, ParabolicGrowth, ExponentialGrowth)
