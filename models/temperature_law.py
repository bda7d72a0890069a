"""What the laws of conductivity against temperature share."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .complexpair import namespace
from .parameter import Parameter, Quantity, Values

BOLTZMANN = 8.617333262e-5
"""In eV/K, exact since the SI of 2019."""

Form = Literal["sigma", "sqrtT", "sigmaT"]
_POWER: Mapping[str, float] = {"sigma": 0.0, "sqrtT": 0.5, "sigmaT": 1.0}
_PREFACTOR_UNIT = {"sigma": "S/cm", "sqrtT": "S * K**0.5 / cm", "sigmaT": "S * K / cm"}
_LEFT_SIDE = {"sigma": "σ", "sqrtT": "σ√T", "sigmaT": "σT"}


@dataclass(frozen=True)
class TemperatureLaw:
    """What the laws of conductivity against temperature share.

    All are sampled as the conductivity at a reference temperature, the middle of the
    measured range of 1/T, where the data determine it; a prefactor lies at infinite
    temperature, far from any datum.
    """

    form: Form = "sigmaT"

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
