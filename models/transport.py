"""Ion transport: conductivity from resistance and geometry, and its laws of temperature."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import PosterionError
from .complexpair import namespace
from .parameter import Coordinates, Parameter, Quantity, Values
from .temperature_law import BOLTZMANN, TemperatureLaw

KJ_PER_MOL = 96.48533212
"""One eV per particle in kJ/mol."""

# Ions in solids hop over 0.1 to 1.5 eV; 94 % of this prior lie there.
_BARRIER = f"LogNormal({np.log(0.4):.4f}, 0.7)"


def conductivity(resistance: Any, thickness: Any, area: Any) -> Any:
    """Return the ionic conductivity σ = L/(R·A).

    Parameters
    ----------
    resistance
        R in ohm.
    thickness
        L in cm.
    area
        A in cm².

    Returns
    -------
    array
        σ in S/cm, of the shape that the arguments broadcast to.
    """
    return thickness / (resistance * area)


def disc_area(diameter: Any) -> Any:
    """Return the area of a disc, in the square of the unit of its diameter."""
    return np.pi * diameter**2 / 4


_REFERENCE = Parameter(
    "conductivity_ref",
    r"\sigma_\mathrm{ref}",
    "S/cm",
    "positive",
    "conductivity at the reference temperature, the middle of the measured range of 1/T",
    "LogNormal(log_conductivity_mid, 2)",
    spread="HalfNormal(3)",
)


@dataclass(frozen=True)
class Arrhenius(TemperatureLaw):
    """Thermally activated transport: σ = A exp(-E_a/kT), or σT = A exp(-E_a/kT).

    The form without T is Arrhenius's (1889, doi:10.1515/zpch-1889-0416); that with T follows
    from random walk and the Nernst–Einstein relation. The same data give E_a by the second
    that is larger by about k times the mean temperature (0.026 eV at room temperature), so
    the form belongs to the number.

    Parameters
    ----------
    form
        ``"sigma"`` or ``"sigmaT"``, which is usual; ``"sqrtT"`` for completeness.

    Raises
    ------
    PosterionError
        If the form is unknown.
    """

    equation: ClassVar[str] = "A exp(-E_a/kT)"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Prefactor and activation energy."""
        return (self._prefactor, _ACTIVATION_ENERGY)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The activation energy in kJ/mol, the prefactor's exponent, conductivity at 25 °C."""
        return (
            _per_mole("E_a", "activation energy"),
            _log_prefactor,
            self._room(self.response),
        )

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return conductivity at the reference temperature and activation energy."""
        if "A" in named:
            return Coordinates(self.parameters, (), lambda values, window: dict(values))

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            T = window["T_ref"]
            log_A = self._log_prefactor(values, -values["E_a"] / (BOLTZMANN * T), T)
            return {"A": namespace(log_A).exp(log_A), "E_a": values["E_a"]}

        return Coordinates((_REFERENCE, _ACTIVATION_ENERGY), (), to_parameters)

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the conductivity in S/cm at ``temperature`` in K."""
        A, T = parameters["A"], inputs["temperature"]
        exponent = -parameters["E_a"] / (BOLTZMANN * T)
        return self._conductivity(namespace(A).log(A), exponent, T)


@dataclass(frozen=True)
class VTF(TemperatureLaw):
    """Transport coupled to the motion of a melt or a polymer: σ = A exp(-B/(T - T_0)).

    Vogel (1921), Fulcher (1925, doi:10.1111/j.1151-2916.1925.tb16731.x), Tammann and Hesse
    (1926, doi:10.1002/zaac.19261560121); with σ√T in place of σ as polymer electrolytes are
    often treated. With T_0 = 0 it is `Arrhenius`.

    Parameters
    ----------
    form
        ``"sigma"``, ``"sqrtT"`` or ``"sigmaT"``.

    Raises
    ------
    PosterionError
        If the form is unknown.
    """

    equation: ClassVar[str] = "A exp(-B/(T - T_0))"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Prefactor, pseudo-activation temperature and Vogel temperature."""
        return (
            self._prefactor,
            Parameter("B", "B", "K", "positive", "pseudo-activation energy over k"),
            Parameter("T_0", "T_0", "K", "real", "Vogel temperature, where transport would end"),
        )

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The pseudo-activation energy in eV, the prefactor's exponent, conductivity at 25 °C."""
        return (
            Quantity(
                "E_pseudo",
                "E",
                "eV",
                "pseudo-activation energy kB",
                lambda values: BOLTZMANN * values["B"],
            ),
            _log_prefactor,
            self._room(self.response),
        )

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return conductivity and slope at the reference temperature, and T_0 over T_min."""
        A, B, T_0 = self.parameters
        parameters = (
            A if "A" in named else _REFERENCE,
            B if "B" in named else _SLOPE,
            T_0 if "T_0" in named else _VOGEL_FRACTION,
        )

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            T = window["T_ref"]
            T_0 = values["T_0"] if "T_0" in values else values["T_0_fraction"] * window["T_min"]
            B = values["B"] if "B" in values else self._pseudo(values["E_ref"], T, T_0)
            if "A" in values:
                return {"A": values["A"], "B": B, "T_0": T_0}
            log_A = self._log_prefactor(values, -B / (T - T_0), T)
            return {"A": namespace(log_A).exp(log_A), "B": B, "T_0": T_0}

        return Coordinates(parameters, (), to_parameters)

    @staticmethod
    def _pseudo(slope: Any, T: Any, T_0: Any) -> Any:
        """Return B from the apparent activation energy kB (T/(T - T_0))² at T."""
        return slope / BOLTZMANN * ((T - T_0) / T) ** 2

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the conductivity in S/cm at ``temperature`` in K; none at or below T_0."""
        A, T = parameters["A"], inputs["temperature"]
        above = T - parameters["T_0"]
        xp = namespace(above)
        mobile = above > 0
        exponent = -parameters["B"] / xp.where(mobile, above, 1.0)
        # Within the exponential, which PyTensor cancels against the logarithm of the noise: just
        # above T_0 the conductivity itself would round to zero.
        return self._conductivity(namespace(A).log(A), xp.where(mobile, exponent, -np.inf), T)


@dataclass(frozen=True)
class TwoRegimes(TemperatureLaw):
    """Two Arrhenius regimes that meet at a crossover temperature T_c.

    A bent line in ln σ against 1/T, continuous, its corner rounded over a few kelvin:
    different charge carriers, phases or paths below and above T_c.

    Parameters
    ----------
    form
        ``"sigma"`` or ``"sigmaT"``; the same in both regimes.
    width
        In K, over which one regime goes over into the other.

    Raises
    ------
    PosterionError
        If the form is unknown or the width not positive.
    """

    width: float = 5.0

    equation: ClassVar[str] = "A exp(-E/kT), E = E_low below T_c and E_high above"

    def __post_init__(self) -> None:
        """Check the form and the width."""
        super().__post_init__()
        if not self.width > 0:
            raise PosterionError(f"the width is {self.width:g} K; it must be above zero.")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Prefactor of the low regime, both activation energies, the crossover temperature."""
        return (
            self._prefactor,
            _E_LOW,
            _E_HIGH,
            Parameter("T_c", "T_c", "K", "positive", "temperature where the regimes meet"),
        )

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Both energies in kJ/mol, their difference, the exponent of A, conductivity at 25 °C."""
        return (
            _per_mole("E_low", "activation energy below T_c"),
            _per_mole("E_high", "activation energy above T_c"),
            Quantity(
                "E_change",
                r"\Delta E",
                "eV",
                "activation energy above T_c less that below",
                lambda values: values["E_high"] - values["E_low"],
            ),
            _log_prefactor,
            self._room(self.response),
        )

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return conductivity at the reference, the energies, and T_c within the data."""
        A, low, high, T_c, *_ = self.parameters
        parameters = (
            A if "A" in named else _REFERENCE,
            low,
            high,
            T_c if "T_c" in named else _CROSSOVER_FRACTION,
        )

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            T, span = window["T_ref"], window["T_max"] - window["T_min"]
            energies = {"E_low": values["E_low"], "E_high": values["E_high"]}
            T_c = (
                values["T_c"]
                if "T_c" in values
                else window["T_min"] + values["T_c_fraction"] * span
            )
            if "A" in values:
                return {"A": values["A"], **energies, "T_c": T_c}
            log_A = self._log_prefactor(values, self._exponent(energies | {"T_c": T_c}, T), T)
            return {"A": namespace(log_A).exp(log_A), **energies, "T_c": T_c}

        return Coordinates(parameters, (), to_parameters)

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the conductivity in S/cm at ``temperature`` in K."""
        A, T = parameters["A"], inputs["temperature"]
        return self._conductivity(namespace(A).log(A), self._exponent(parameters, T), T)

    def _exponent(self, values: Values, T: Any) -> Any:
        """Return -E/kT of the low regime, and above T_c the change of slope on top."""
        T_c, change = values["T_c"], values["E_high"] - values["E_low"]
        width = self.width / (BOLTZMANN * T_c**2)
        beyond = (1 / T_c - 1 / T) / (BOLTZMANN * width)
        soft = namespace(beyond).logaddexp(0.0, beyond) * width
        return -values["E_low"] / (BOLTZMANN * T) + change * soft


_ACTIVATION_ENERGY = Parameter(
    "E_a", "E_a", "eV", "positive", "activation energy", _BARRIER, spread="HalfNormal(0.5)"
)
_SLOPE = Parameter(
    "E_ref",
    r"E_\mathrm{ref}",
    "eV",
    "positive",
    "apparent activation energy at the reference temperature",
    _BARRIER,
    spread="HalfNormal(0.5)",
)
_VOGEL_FRACTION = Parameter(
    "T_0_fraction",
    r"T_0/T_\mathrm{min}",
    "",
    "unit",
    "Vogel temperature over the lowest measured temperature",
    "Beta(2, 2)",
)
_E_LOW = Parameter(
    "E_low", r"E_\mathrm{low}", "eV", "positive", "activation energy below T_c", _BARRIER
)
_E_HIGH = Parameter(
    "E_high", r"E_\mathrm{high}", "eV", "positive", "activation energy above T_c", _BARRIER
)
_CROSSOVER_FRACTION = Parameter(
    "T_c_fraction",
    r"f_c",
    "",
    "unit",
    "place of the crossover within the measured range of temperature",
    "Beta(2, 2)",
)


def _per_mole(name: str, description: str) -> Quantity:
    return Quantity(
        f"{name}_kJ",
        name,
        "kJ/mol",
        f"{description}, per mole",
        lambda values: KJ_PER_MOL * values[name],
    )


def _log10_of_prefactor(values: Values) -> Any:
    A = values["A"]
    return namespace(A).log(A) / np.log(10)


_log_prefactor = Quantity(
    "log10_A", r"\log_{10} A", "", "decimal logarithm of the prefactor", _log10_of_prefactor
)
