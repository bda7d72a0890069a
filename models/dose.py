"""How a response depends on a dose: a parabola in the logarithm, with its optimum."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from .complexpair import namespace
from .parameter import OF_DATA, Coordinates, Parameter, Quantity, Values

Better = Literal["larger", "smaller"]
"""Which of two responses is the better one."""


@dataclass(frozen=True)
class DoseResponse:
    """A response with one best dose: ln y = ln y_best ∓ c (ln(v/v_best))², with c > 0.

    The second-order polynomial of response surfaces (Box and Wilson 1951,
    doi:10.1111/j.2517-6161.1951.tb00067.x) in the logarithm of the dose, with its optimum as a
    parameter. It lies anywhere above zero: where the response only rises or only falls, it lies
    outside the tested doses, and the posterior goes there. A response that is worst in the
    middle has no such optimum and is not described.

    Parameters
    ----------
    output
        Name of the response in the data.
    dose
        Name of the dose in the data.
    dose_unit
        Its unit.
    better
        ``"larger"`` where the best response is the largest, ``"smaller"`` where it is the
        smallest.

    Raises
    ------
    PosterionError
        If `better` is neither.
    """

    output: str = "response"
    dose: str = "volume"
    dose_unit: str = "uL"
    better: Better = "larger"

    output_unit: ClassVar[str] = OF_DATA
    output_dims: ClassVar[tuple[str, ...]] = ("point",)
    output_labels: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
    quantities: ClassVar[tuple[Quantity, ...]] = ()
    noise: ClassVar[str] = "Relative"

    def __post_init__(self) -> None:
        """Check which response is better."""
        sign_of(self.better)

    def __str__(self) -> str:
        """Write as it is constructed."""
        arguments = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{type(self).__name__}({', '.join(arguments)})"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The dose."""
        return (self.dose,)

    @property
    def formula(self) -> str:
        """The law in one line."""
        sign = "-" if self.better == "larger" else "+"
        return f"ln y = ln y_best {sign} c (ln(v/v_best))²"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The best response, its dose, and the curvature."""
        return (
            Parameter(
                "best_response",
                r"y_\mathrm{best}",
                OF_DATA,
                "positive",
                "response at the best dose, by the law",
            ),
            Parameter(
                "best_dose",
                r"v_\mathrm{best}",
                self.dose_unit,
                "positive",
                "best dose, by the law; also outside the tested doses",
                # As wide as the window to either side: 38 % of it lie among the tested doses.
                "LogNormal(log_dose_mid, dose_width)",
                spread="HalfNormal(dose_half)",
            ),
            Parameter(
                "curvature",
                "c",
                "",
                "positive",
                "loss of ln y at e times the best dose",
                # A best dose in the middle is ahead of the ends by 3 to 130 % in ln y.
                "LogNormal(log_curvature_mid, 1)",
                spread="HalfNormal(0.5)",
            ),
        )

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return the response at the middle dose, where data determine it, and the others."""
        best, *others = self.parameters
        if "best_response" in named:
            return Coordinates(self.parameters, (), lambda values, window: dict(values))

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            loss = self._loss(window["log_dose_mid"], values)
            found = values["response_mid"] * namespace(loss).exp(sign_of(self.better) * loss)
            return {best.name: found} | {p.name: values[p.name] for p in others}

        return Coordinates((_MID, *others), (), to_parameters)

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the range of doses, and sizes of the response.

        Raises
        ------
        PosterionError
            If a response or a dose is not above zero, or there is one dose only.
        """
        values: NDArray[np.float64] = data[self.output].values
        if not (values > 0).all():
            raise PosterionError(
                f"a {self.output} is {values.min():g}; it must be above zero. Leave it out."
            )
        return dose_window(data[self.dose].values, self.dose) | {
            "log_typical": float(np.log(np.median(values))),
            "typical": float(np.median(values)),
            "smallest": float(values.min()),
        }

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the response at a dose."""
        dose, best = inputs[self.dose], parameters["best_response"]
        loss = self._loss(namespace(dose).log(dose), parameters)
        return best * namespace(loss).exp(-sign_of(self.better) * loss)

    def magnitude(self, response: Any) -> Any:
        """Return the response itself."""
        return response

    @staticmethod
    def _loss(log_dose: Any, values: Values) -> Any:
        best = values["best_dose"]
        return values["curvature"] * (log_dose - namespace(best).log(best)) ** 2


_MID = Parameter(
    "response_mid",
    r"y_\mathrm{mid}",
    OF_DATA,
    "positive",
    "response at the middle of the tested doses on a logarithmic scale, by the law",
    "LogNormal(log_typical, 1)",
)


def sign_of(better: str) -> int:
    """Return one where a larger response is better, minus one where a smaller one is.

    Raises
    ------
    PosterionError
        If it is neither.
    """
    signs = {"larger": 1, "smaller": -1}
    if better not in signs:
        raise PosterionError(f"better is '{better}'; it must be larger or smaller.")
    return signs[better]


def dose_window(dose: NDArray[np.float64], name: str = "dose") -> dict[str, float]:
    """Return the scales of a range of doses that priors may name.

    Raises
    ------
    PosterionError
        If a dose is not above zero, or there is one dose only.
    """
    if not (dose > 0).all():
        none = "; nothing applied is no small dose but another kind of specimen"
        raise PosterionError(
            f"a {name} is {dose.min():g}, which has no logarithm{none if dose.min() == 0 else ''}. "
            "Leave those points out, and compare them as groups."
        )
    low, high = float(dose.min()), float(dose.max())
    if low == high:
        raise PosterionError(f"all points have the {name} {low:g}; a curve needs two doses.")
    width = float(np.log(high / low))
    return {
        "dose_min": low,
        "dose_max": high,
        "log_dose_mid": float(np.log(low * high) / 2),
        "dose_width": width,
        "dose_half": width / 2,
        "log_dose_half": float(np.log(width / 2)),
        "log_curvature_mid": float(np.log(0.2 / (width / 2) ** 2)),
    }
