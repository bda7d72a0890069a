"""A first-order transition: conductivity jumps, and its activation energy is another."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from .complexpair import namespace
from .parameter import Coordinates, Parameter, Quantity, Values
from .temperature_law import BOLTZMANN
from .transport import TwoRegimes


@dataclass(frozen=True)
class TwoPhases(TwoRegimes):
    """Two phases, each with an Arrhenius law of its own, and a jump of σ at T_c between them.

    Where AgI turns to its α phase, σ grows by four decades (Tubandt and Lorenz 1914,
    doi:10.1515/zpch-1914-8737). `TwoRegimes` is the law without the jump.

    It is sampled by the conductivities that both phases would have at one temperature, so that
    what is known of each does not depend on where between two points the transition lies.

    Parameters
    ----------
    form
        ``"sigma"``, ``"sqrtT"`` or ``"sigmaT"``; the same in both phases.
    width
        In K, over which one phase goes over into the other. Within six of them a point holds some
        of both, so a wide one pulls T_c to the middle between two points.

    Raises
    ------
    PosterionError
        If the form is unknown or the width not positive.
    """

    width: float = 0.2

    equation: ClassVar[str] = "A exp(-E/kT), E = E_low below T_c; E_high and e^step as much above"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of two regimes, and the step of ln σ at T_c."""
        return (*super().parameters, _STEP)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Those of two regimes, and the factor of the jump."""
        factor = Quantity(
            "jump",
            "e^s",
            "",
            "conductivity just above T_c over that just below",
            lambda values: namespace(values["step"]).exp(values["step"]),
        )
        return (*super().quantities, factor)

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return conductivity of the low phase and step at the reference, energies, and T_c."""
        parameters = (
            *super().coordinates(named).parameters,
            _STEP if "step" in named else _STEP_REF,
        )

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            T, span = window["T_ref"], window["T_max"] - window["T_min"]
            low, high = values["E_low"], values["E_high"]
            T_c = (
                values["T_c"]
                if "T_c" in values
                else window["T_min"] + values["T_c_fraction"] * span
            )
            step = (
                values["step"]
                if "step" in values
                else values["step_ref"] + (high - low) / BOLTZMANN * (1 / T - 1 / T_c)
            )
            if "A" in values:
                A = values["A"]
            else:
                log_A = self._log_prefactor(values, -low / (BOLTZMANN * T), T)
                A = namespace(log_A).exp(log_A)
            return {"A": A, "E_low": low, "E_high": high, "T_c": T_c, "step": step}

        return Coordinates(parameters, (), to_parameters)

    def _exponent(self, values: Values, T: Any) -> Any:
        """Return -E/kT of the low phase, and the difference of the high one where that is."""
        T_c, change = values["T_c"], values["E_high"] - values["E_low"]
        beyond = (T - T_c) / self.width
        xp = namespace(beyond)
        share = xp.exp(-xp.logaddexp(0.0, -beyond))
        between = change / BOLTZMANN * (1 / T_c - 1 / T)
        return -values["E_low"] / (BOLTZMANN * T) + share * (values["step"] + between)


_STEP = Parameter(
    "step",
    "s",
    "",
    "real",
    "logarithm of the conductivity just above T_c over that just below",
    "Normal(0, 3)",
)
_STEP_REF = Parameter(
    "step_ref",
    r"s_\mathrm{ref}",
    "",
    "real",
    "logarithm of the conductivity of the high phase over that of the low one, both carried to "
    "the reference temperature",
    "Normal(0, 3)",
)
