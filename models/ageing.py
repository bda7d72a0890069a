"""Laws of capacity fade: what share of its first capacity a cell has lost after N cycles."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .complexpair import namespace
from .cycle_law import CycleLaw, bend, saturation
from .parameter import OF_DATA, Parameter, Values

_INITIAL = Parameter(
    "initial_capacity",
    "Q_0",
    OF_DATA,
    "positive",
    "capacity at cycle zero, by the law",
    "LogNormal(log_typical, 1)",
    # Cells made alike differ by 0.3 % to 13 %. What they share may hide it, never make it zero.
    spread=f"LogNormal({np.log(0.02):.4f}, 1)",
)
# From 0.2 % to all of it: cells are measured for fifty cycles or for thousands.
_LOST = f"LogNormal({np.log(0.05):.4f}, 1.6)"
# Between the root of the number of cycles and somewhat more than proportional to it.
_EXPONENT = Parameter(
    "exponent",
    "p",
    "",
    "positive",
    "power of the number of cycles",
    f"LogNormal({np.log(0.75):.4f}, 0.4)",
    spread="HalfNormal(0.15)",  # cells made alike age by the same mechanism
)


def _rate(unit: str, description: str) -> Parameter:
    return Parameter("rate", "k", unit, "positive", description)


@dataclass(frozen=True)
class FadeLaw(CycleLaw):
    """What the laws of capacity fade share: Q(N) = Q_0 (1 - loss(N)).

    The capacity is in whichever unit it was measured, and N is the number of cycles. Losses
    are positive: capacity that grows in the first cycles needs `TwoProcessFade`, or those
    cycles left out.
    """

    output: ClassVar[str] = "capacity"
    output_unit: ClassVar[str] = OF_DATA
    noise: ClassVar[str] = "Autocorrelated"
    initial: ClassVar[str] = "initial_capacity"
    at_last: ClassVar[Parameter] = Parameter(
        "loss_last",
        r"\ell",
        "",
        "positive",
        "share of the initial capacity lost at the last measured cycle, by the law",
        _LOST,
    )


@dataclass(frozen=True)
class LinearFade(FadeLaw):
    """The same loss in every cycle: Q = Q_0 (1 - k N)."""

    equation: ClassVar[str] = "Q = Q_0 (1 - k N)"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        _rate("1/cycle", "share of the initial capacity lost per cycle"),
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return minus the loss."""
        return -parameters["rate"] * cycle

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the loss per cycle."""
        return values["loss_last"] / cycle


@dataclass(frozen=True)
class SquareRootFade(FadeLaw):
    """Loss with the root of the number of cycles: Q = Q_0 (1 - k √N).

    What a layer costs that grows by diffusion through itself, where cycles take equal times
    (Ploehn, Ramadass and White 2004, doi:10.1149/1.1644601).
    """

    equation: ClassVar[str] = "Q = Q_0 (1 - k √N)"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        _rate("", "share of the initial capacity lost in the first cycle"),
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return minus the loss."""
        return -parameters["rate"] * cycle**0.5

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the loss in the first cycle."""
        return values["loss_last"] / cycle**0.5


@dataclass(frozen=True)
class PowerFade(FadeLaw):
    """Loss with a power of the number of cycles: Q = Q_0 (1 - k N^p).

    It holds the linear law (p = 1) and that of the root (p = 1/2); what is said of cycles
    beyond the data carries the uncertainty of the power.
    """

    equation: ClassVar[str] = "Q = Q_0 (1 - k N^p)"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        _rate("", "share of the initial capacity lost in the first cycle"),
        _EXPONENT,
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return minus the loss."""
        return -parameters["rate"] * cycle ** parameters["exponent"]

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the loss in the first cycle."""
        return values["loss_last"] / cycle ** values["exponent"]


@dataclass(frozen=True)
class ExponentialFade(FadeLaw):
    """Loss that comes to an end: Q = Q_0 (1 - a (1 - exp(-N/n)))."""

    equation: ClassVar[str] = "Q = Q_0 (1 - a (1 - exp(-N/n)))"
    solved: ClassVar[str] = "final_loss"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        Parameter(
            "final_loss",
            "a",
            "",
            "positive",
            "share of the initial capacity that is lost in the end",
        ),
        Parameter(
            "cycle_scale",
            "n",
            "cycle",
            "positive",
            "cycles after which 63 % of the final loss has happened",
            "LogNormal(log_cycle_last, 1)",
        ),
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return minus the loss."""
        return -parameters["final_loss"] * saturation(cycle, parameters["cycle_scale"])

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the loss in the end."""
        return values["loss_last"] / saturation(cycle, values["cycle_scale"])


@dataclass(frozen=True)
class StretchedFade(FadeLaw):
    """A stretched exponential: Q = Q_0 exp(-(N/n)^p).

    The relaxation function of Kohlrausch (1854, doi:10.1002/andp.18541670103).
    """

    equation: ClassVar[str] = "Q = Q_0 exp(-(N/n)^p)"
    solved: ClassVar[str] = "cycle_scale"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        Parameter(
            "cycle_scale", "n", "cycle", "positive", "cycles after which 63 % of Q_0 is lost"
        ),
        _EXPONENT,
    )
    at_last: ClassVar[Parameter] = Parameter(
        "log_loss_last",
        r"\ell",
        "",
        "positive",
        "logarithm of initial capacity over that at the last measured cycle, by the law",
        _LOST,
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return minus the loss."""
        xp = namespace(cycle, *parameters.values())
        return xp.expm1(-((cycle / parameters["cycle_scale"]) ** parameters["exponent"]))

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the cycles after which 63 % is lost."""
        return cycle / values["log_loss_last"] ** (1 / values["exponent"])


@dataclass(frozen=True)
class KneeFade(FadeLaw):
    """Linear loss that speeds up at a knee.

    Q = Q_0 (1 - k (N + c w (ln(1 + exp((N - K)/w)) - ln(1 + exp(-K/w))))): slope k before
    the knee K and k (1 + c) after it, with a transition over w = K/s cycles on either side.
    Two lines with a smooth transition are due to Bacon and Watts (1971,
    doi:10.1093/biomet/58.3.525), for fade used by Fermín-Cueto et al. (2020,
    doi:10.1016/j.egyai.2020.100006).
    """

    equation: ClassVar[str] = "Q = Q_0 (1 - k (N + c·softplus(N - K)))"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        _rate("1/cycle", "share of the initial capacity lost per cycle before the knee"),
        Parameter(
            "knee",
            "K",
            "cycle",
            "positive",
            "cycle at which the loss speeds up",
            "LogNormal(log_cycle_last, 1)",
        ),
        Parameter(
            "acceleration",
            "c",
            "",
            "positive",
            "by how much the rate grows at the knee, as a multiple of the rate before it",
            f"LogNormal({np.log(5):.4f}, 1)",
        ),
        Parameter(
            "knee_width",
            "w/K",
            "",
            "positive",
            "half width of the transition over the cycle of the knee",
            f"LogNormal({np.log(0.1):.4f}, 0.5)",
            spread="HalfNormal(0.3)",
        ),
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return minus the loss."""
        return -parameters["rate"] * self._effective(cycle, parameters)

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the loss per cycle before the knee."""
        return values["loss_last"] / self._effective(cycle, values)

    def _effective(self, cycle: Any, values: Values) -> Any:
        """Return the cycles that would have lost as much at the rate before the knee."""
        knee = values["knee"]
        return cycle + values["acceleration"] * bend(cycle, knee, values["knee_width"] * knee)


@dataclass(frozen=True)
class TwoProcessFade(FadeLaw):
    """A change that comes to an end, and a linear loss: Q = Q_0 (1 - a (1 - exp(-N/n)) - k N).

    The first may be a gain (a below zero), as when a cell is wetted and broken in.
    """

    equation: ClassVar[str] = "Q = Q_0 (1 - a (1 - exp(-N/n)) - k N)"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INITIAL,
        Parameter(
            "early_loss",
            "a",
            "",
            "real",
            "share of the initial capacity that the early process takes in the end; a gain if "
            "below zero",
            "Normal(0, 0.1)",
            spread="HalfNormal(0.05)",
        ),
        Parameter(
            "early_cycles",
            "n",
            "cycle",
            "positive",
            "cycles after which 63 % of the early process has happened",
            "LogNormal(log_cycle_tenth, 0.8)",
        ),
        _rate("1/cycle", "share of the initial capacity lost per cycle by the lasting process"),
    )
    at_last: ClassVar[Parameter] = Parameter(
        "loss_last",
        r"\ell",
        "",
        "positive",
        "share of the initial capacity lost to the lasting process at the last measured cycle",
        _LOST,
    )

    def change(self, cycle: Any, parameters: Values) -> Any:
        """Return minus the loss."""
        early = parameters["early_loss"] * saturation(cycle, parameters["early_cycles"])
        return -early - parameters["rate"] * cycle

    def solve(self, values: Values, cycle: Any) -> Any:
        """Return the loss per cycle by the lasting process."""
        return values["loss_last"] / cycle


FADE_LAWS: tuple[type[FadeLaw], ...] = (
    LinearFade,
    SquareRootFade,
    PowerFade,
    ExponentialFade,
    StretchedFade,
    KneeFade,
    TwoProcessFade,
)
