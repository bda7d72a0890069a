"""Ion transport: conductivity from resistance and geometry, and its laws of temperature."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .complexpair import namespace
from .parameter import Coordinates, Parameter, Quantity, Values

BOLTZMANN = 8.617333262e-5
"""In eV/K, exact since the SI of 2019."""

KJ_PER_MOL = 96.48533212
"""One eV per particle in kJ/mol."""

Form = Literal["sigma", "sqrtT", "sigmaT"]
_POWER: Mapping[str, float] = {"sigma": 0.0, "sqrtT": 0.5, "sigmaT": 1.0}
_PREFACTOR_UNIT = {"sigma": "S/cm", "sqrtT": "S * K**0.5 / cm", "sigmaT": "S * K / cm"}
_LEFT_SIDE = {"sigma": "σ", "sqrtT": "σ√T", "sigmaT": "σT"}

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


@dataclass(frozen=True)
class _Law:
    """What the laws of conductivity against temperature share.

    All are sampled as the conductivity at a reference temperature, the middle of the
    measured range of 1/T, where the data determine it; a prefactor lies at infinite
    temperature, far from any datum.
    """

    form: Form

    output: ClassVar[str] = "conductivity"
    output_unit: ClassVar[str] = "S/cm"
    output_dims: ClassVar[tuple[str, ...]] = ("point",)
    output_labels: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
    inputs: ClassVar[tuple[str, ...]] = ("temperature",)
    noise: ClassVar[str] = "Relative"
    equation: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Refuse an unknown form: the two usual ones give activation energies that differ."""
        if self.form not in get_args(Form):
            raise PosterionError(
                f"form is '{self.form}'; it must be sigma (σ = A exp(...)), sqrtT (σ√T = ...) or "
                "sigmaT (σT = ...)."
            )

    def __str__(self) -> str:
        """Write as it is constructed."""
        arguments = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{type(self).__name__}({', '.join(arguments)})"

    @property
    def formula(self) -> str:
        """The law in one line."""
        return f"{_LEFT_SIDE[self.form]} = {self.equation}"

    @property
    def power(self) -> float:
        """The power of T that the form multiplies σ by."""
        return _POWER[self.form]

    @property
    def _prefactor(self) -> Parameter:
        return Parameter(
            "A", "A", _PREFACTOR_UNIT[self.form], "positive", f"prefactor of {self.formula}"
        )

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the range of temperature, its middle in 1/T, and sizes of the data.

        Raises
        ------
        PosterionError
            If a temperature or a conductivity is not positive, all temperatures are one, or
            they are said to be in another unit than kelvin.
        """
        unit = str(data["temperature"].attrs.get("units", "kelvin"))
        if unit not in ("K", "kelvin"):
            raise PosterionError(f"the temperatures are in {unit}; give them in kelvin.")
        temperature, sigma = data["temperature"].values, data["conductivity"].values
        for name, values, unit in (
            ("temperature", temperature, "K"),
            ("conductivity", sigma, "S/cm"),
        ):
            if not (values > 0).all():
                raise PosterionError(
                    f"a {name} is {values.min():g} {unit}; it must be above zero. Leave that point "
                    "out or look at its unit."
                )
        low, high = float(temperature.min()), float(temperature.max())
        if low == high:
            raise PosterionError(
                f"all points were measured at {low:g} K; a law of temperature needs two "
                "temperatures at least."
            )
        return {
            "T_ref": 2 / (1 / low + 1 / high),
            "T_min": low,
            "T_max": high,
            "log_conductivity_mid": float(np.mean(np.log([sigma.min(), sigma.max()]))),
            "typical": float(np.exp(np.log(sigma).mean())),
            "smallest": float(sigma.min()),
        }

    def magnitude(self, response: Any) -> Any:
        """Return the conductivity itself."""
        return response

    def _conductivity(self, log_prefactor: Any, exponent: Any, temperature: Any) -> Any:
        """Return A exp(exponent) over the power of T, by logarithms: A alone may overflow."""
        xp = namespace(log_prefactor, exponent, temperature)
        return xp.exp(log_prefactor + exponent - self.power * xp.log(temperature))

    def _log_prefactor(self, values: Values, exponent: Any, temperature: Any) -> Any:
        """Return ln A from the conductivity at the reference temperature."""
        xp = namespace(values["conductivity_ref"], temperature)
        return xp.log(values["conductivity_ref"]) - exponent + self.power * xp.log(temperature)

    def _room(self, response: Any) -> Quantity:
        return Quantity(
            "conductivity_25C",
            r"\sigma_{25}",
            "S/cm",
            "conductivity at 25 °C, beyond the data where they do not reach there",
            lambda values: response({"temperature": 298.15}, values),
        )


_REFERENCE = Parameter(
    "conductivity_ref",
    r"\sigma_\mathrm{ref}",
    "S/cm",
    "positive",
    "conductivity at the reference temperature, the middle of the measured range of 1/T",
    "LogNormal(log_conductivity_mid, 2)",
    spread="HalfNormal(3)",
    level=True,
)


@dataclass(frozen=True)
class Arrhenius(_Law):
    """Thermally activated transport: σ = A exp(-E_a/kT), or σT = A exp(-E_a/kT).

    The form without T is Arrhenius's (1889, doi:10.1515/zpch-1889-0416); that with T follows
    from random walk and the Nernst–Einstein relation. The same data give E_a by the second
    that is larger by about k times the mean temperature (0.026 eV at room temperature), so
    the form must be said.

    Parameters
    ----------
    form
        ``"sigma"`` or ``"sigmaT"``; ``"sqrtT"`` for completeness.

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
class VTF(_Law):
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
class TwoRegimes(_Law):
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
        A, low, high, T_c = self.parameters
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
