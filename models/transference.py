"""The transference number by Bruce and Vincent: what is measured on a cell of two ion metals."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import xarray as xr

from ..errors import PosterionError
from .complexpair import namespace
from .parameter import Coordinates, Parameter, Quantity, Values

READINGS: Mapping[str, str] = MappingProxyType(
    {"I_0": "A", "I_ss": "A", "R_0": "ohm", "R_ss": "ohm", "dV": "V"}
)
"""What is measured, in this order, and the unit of each."""


def transference_number(values: Values) -> Any:
    """Return t = I_ss (ΔV - I_0 R_0) / (I_0 (ΔV - I_ss R_ss)).

    Bruce and Vincent (1987), doi:10.1016/0022-0728(87)80001-3; Evans, Vincent and Bruce
    (1987), doi:10.1016/0032-3861(87)90394-6.

    Parameters
    ----------
    values
        `READINGS` by name, in their units.

    Returns
    -------
    array
        A pure number, of the shape that the values broadcast to.
    """
    I_0, I_ss, R_0, R_ss, dV = (values[name] for name in READINGS)
    return I_ss * (dV - I_0 * R_0) / (I_0 * (dV - I_ss * R_ss))


def elasticities(values: Values) -> dict[str, Any]:
    """Return by how many percent `transference_number` changes with one percent of each reading.

    Parameters
    ----------
    values
        `READINGS` by name, in their units.

    Returns
    -------
    dict
        The derivative of ln t by the logarithm of each reading, a pure number.
    """
    I_0, I_ss, R_0, R_ss, dV = (values[name] for name in READINGS)
    first, steady = I_0 * R_0 / dV, I_ss * R_ss / dV  # what the interfaces take of the bias
    return {
        "I_0": -1 / (1 - first),
        "I_ss": 1 / (1 - steady),
        "R_0": -first / (1 - first),
        "R_ss": steady / (1 - steady),
        "dV": 1 / (1 - first) - 1 / (1 - steady),
    }


@dataclass(frozen=True)
class BruceVincent:
    """The steady-state method: a constant bias ΔV on a cell with two electrodes of the ion's metal.

    At first the whole electrolyte conducts, R = ΔV/I_0 - R_0 beside the interfaces' R_0. In
    the steady state only the ion of the electrodes carries current, so the electrolyte has
    R/t, the interfaces R_ss, and I_ss = ΔV / (R/t + R_ss) flows. Solved for t this is
    `transference_number`.

    The five readings are the data, of the dimension ``quantity``, each in its SI unit with
    an error of its own: fit with the noise ``Stated()``, as `posterion.transference` does.
    The interfaces take a fraction I_0 R_0/ΔV of the bias that is sampled in place of R_0;
    between zero and one, it keeps R positive.
    """

    output: ClassVar[str] = "reading"
    output_unit: ClassVar[str] = ""
    output_dims: ClassVar[tuple[str, ...]] = ("quantity",)
    output_labels: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {"quantity": tuple(READINGS)}
    )
    inputs: ClassVar[tuple[str, ...]] = ()
    noise: ClassVar[str] = "Relative"
    """The readings have units of their own, so scatter beside the errors is a factor."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The transference number and the true values, but that of I_ss, which follows."""
        return (_NUMBER, _INITIAL_CURRENT, _INITIAL_RESISTANCE, _STEADY_RESISTANCE, _BIAS)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The steady current."""
        return (Quantity("I_ss", r"I_\mathrm{ss}", "A", "steady-state current", _steady_current),)

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return the parameters, with a fraction of the bias in place of one of them.

        R_0 follows from it, or where that is named I_0, or dV.

        Raises
        ------
        PosterionError
            If all three are named.
        """
        follows = next((name for name in ("R_0", "I_0", "dV") if name not in named), None)
        if follows is None:
            raise PosterionError(
                f"priors are given for R_0, I_0 and dV, and {_FRACTION.name} = I_0 R_0/dV has one "
                "of its own; leave one of them out."
            )
        sampled = tuple(p for p in self.parameters if p.name != follows)

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            drop = values[_FRACTION.name]
            own = {name: values[name] for name in values if name != _FRACTION.name}
            if follows == "dV":
                return {**own, "dV": own["I_0"] * own["R_0"] / drop}
            other = own["I_0" if follows == "R_0" else "R_0"]
            return {**own, follows: drop * own["dV"] / other}

        return Coordinates((*sampled, _FRACTION), (), to_parameters)

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the logarithms of the readings that are scales of priors.

        Raises
        ------
        PosterionError
            If one of them is not positive.
        """
        readings = data["reading"]
        return {
            f"log_{name}": _log(name, float(readings.sel(quantity=name)))
            for name in ("I_0", "R_ss", "dV")
        }

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the true values of the readings in their order, along the last dimension."""
        I_0, R_0, R_ss, dV = (parameters[name] for name in ("I_0", "R_0", "R_ss", "dV"))
        readings = [I_0, _steady_current(parameters), R_0, R_ss, dV]
        return namespace(*readings).stack(readings, axis=-1)

    def magnitude(self, response: Any) -> Any:
        """Return the readings themselves, which are positive."""
        return response


def _steady_current(values: Values) -> Any:
    electrolyte = values["dV"] / values["I_0"] - values["R_0"]
    return values["dV"] / (electrolyte / values["t"] + values["R_ss"])


def _log(name: str, value: float) -> float:
    if not value > 0:
        raise PosterionError(
            f"the reading of {name} is {value:g} {READINGS[name]}; it must be above zero: give "
            "its size without a sign."
        )
    return float(namespace(value).log(value))


_NUMBER = Parameter(
    "t", "t_+", "", "unit", "transference number of the ion of the electrodes", "Beta(1, 1)"
)
_INITIAL_CURRENT = Parameter(
    "I_0", "I_0", "A", "positive", "current at once after the step", "LogNormal(log_I_0, 2)"
)
_INITIAL_RESISTANCE = Parameter(
    "R_0", "R_0", "ohm", "positive", "resistance of the interfaces before the step"
)
_STEADY_RESISTANCE = Parameter(
    "R_ss",
    r"R_\mathrm{ss}",
    "ohm",
    "positive",
    "resistance of the interfaces in the steady state",
    "LogNormal(log_R_ss, 2)",
)
_BIAS = Parameter("dV", r"\Delta V", "V", "positive", "constant bias", "LogNormal(log_dV, 2)")
_FRACTION = Parameter(
    "interface_fraction",
    r"I_0 R_0/\Delta V",
    "",
    "unit",
    "what the interfaces take of the bias at first, I_0 R_0/ΔV",
    "Beta(1, 1)",
)
