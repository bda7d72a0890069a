"""The onset of oxidation or reduction in a voltammogram, as a change point."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .complexpair import namespace
from .parameter import OF_DATA, Coordinates, Parameter, Quantity, Values

Direction = Literal["oxidation", "reduction"]

_ONSET = Parameter(
    "onset",
    r"V_\mathrm{on}",
    "V",
    "real",
    "potential at which the current leaves its background",
    "Uniform(potential_min, potential_max)",
    spread="HalfNormal(0.3)",
)
_WIDTH = Parameter(
    "width",
    "w",
    "V",
    "positive",
    "potential over which the rise grows by a factor of e",
    "LogNormal(log_tenth, 1)",
    spread="HalfNormal(0.5)",
)
_AMPLITUDE = Parameter(
    "amplitude", "A", OF_DATA, "positive", "current that the exponential rise starts from"
)
_BACKGROUND = Parameter(
    "background", r"I_\mathrm{on}", OF_DATA, "real", "background current at the onset"
)
_SLOPE = Parameter(
    "background_slope", r"b", f"{OF_DATA}/V", "real", "slope of the background with the potential"
)
_RISE_LAST = Parameter(
    "rise_last",
    r"\Delta I",
    OF_DATA,
    "positive",
    "current above the background at the end of the sweep, by the law",
    "LogNormal(log_range, 1)",
)
_BACKGROUND_FIRST = Parameter(
    "background_first",
    r"I_0",
    OF_DATA,
    "real",
    "background current at the start of the sweep",
    "Normal(0, largest)",
)
_BACKGROUND_CHANGE = Parameter(
    "background_change",
    r"\Delta I_0",
    OF_DATA,
    "real",
    "change of the background from the start to the end of the sweep",
    "Normal(0, largest)",
)
_IN_PLACE = {"amplitude": _RISE_LAST, "background": _BACKGROUND_FIRST,
             "background_slope": _BACKGROUND_CHANGE}  # fmt: skip


@dataclass(frozen=True)
class OnsetPotential:
    """A straight background, and from the onset on an exponential rise.

    I = I_on + b (V - V_on), and beyond the onset A (exp(±(V - V_on)/w) - 1) on top of it,
    upwards in oxidation and downwards in reduction. The rise is that of an irreversible
    electron transfer (Tafel 1905, doi:10.1515/zpch-1905-5043), less its value at the onset, so
    that the current is one line with a bend. The law ends where the resistance of the cell or
    the supply of what is oxidized limits the current; leave out potentials beyond.

    Where a tangent is drawn by eye, its place depends on how far the sweep went, and a limit of
    current is arbitrary (Méry et al. 2021, doi:10.3390/ma14143840). Here the onset is where the
    bend is, with the uncertainty that noise and background leave. An exponential alone has none:
    where the background hides the bend, or there is no bend, the onset stays open.

    Sampled are the background at the start of the sweep and its change over it, and the rise at
    its end, which data determine, in place of what they are made of. The scatter is normal and of
    one size; ``noise=posterion.Autocorrelated(posterion.Gaussian())`` suits a current that drifts.

    Parameters
    ----------
    direction
        ``"oxidation"``, with the potential going up, or ``"reduction"``, with it going down.
    """

    direction: Direction = "oxidation"

    output: ClassVar[str] = "current"
    output_unit: ClassVar[str] = OF_DATA
    output_dims: ClassVar[tuple[str, ...]] = ("point",)
    output_labels: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
    inputs: ClassVar[tuple[str, ...]] = ("potential",)
    noise: ClassVar[str] = "Gaussian"
    equation: ClassVar[str] = "I = I_on + b (V - V_on) + A (exp((V - V_on)/w) - 1) beyond V_on"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _ONSET,
        _WIDTH,
        _AMPLITUDE,
        _BACKGROUND,
        _SLOPE,
    )

    def __post_init__(self) -> None:
        """Refuse an unknown direction."""
        if self.direction not in get_args(Direction):
            raise PosterionError(
                f"direction is '{self.direction}'; it must be 'oxidation' or 'reduction'."
            )

    def __str__(self) -> str:
        """Write as it is constructed."""
        return f"OnsetPotential(direction={self.direction!r})"

    @property
    def formula(self) -> str:
        """The law in one line."""
        if self.direction == "oxidation":
            return self.equation
        return self.equation.replace("+ A", "- A").replace("((V - V_on)", "((V_on - V)")

    @property
    def sign(self) -> float:
        """Direction of the sweep, and of the current beyond the onset."""
        return 1.0 if self.direction == "oxidation" else -1.0

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """How much steeper the current is just beyond the onset than before."""
        return (
            Quantity(
                "bend",
                "A/w",
                f"{OF_DATA}/V",
                "by how much the slope of the current changes at the onset",
                lambda values: values["amplitude"] / values["width"],
            ),
        )

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return onset, width, rise at the end, and background at start and end."""
        parameters = tuple(
            p if p.name in named else _IN_PLACE.get(p.name, p) for p in self.parameters
        )

        def to_parameters(values: Values, window: Values) -> dict[str, Any]:
            onset, width = values["onset"], values["width"]
            start, end = window["potential_start"], window["potential_end"]
            own: dict[str, Any] = {"onset": onset, "width": width}
            own["amplitude"] = (
                values["amplitude"]
                if "amplitude" in values
                else values["rise_last"] / _grown(self.sign * (end - onset) / width)
            )
            slope = (
                values["background_slope"]
                if "background_slope" in values
                else values["background_change"] / (end - start)
            )
            own["background"] = (
                values["background"]
                if "background" in values
                else values["background_first"] + slope * (onset - start)
            )
            return own | {"background_slope": slope}

        return Coordinates(parameters, (), to_parameters)

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the range of potential, and sizes of the current.

        Raises
        ------
        PosterionError
            If the potentials are in another unit than volt, or potentials or currents are all
            one.
        """
        unit = str(data["potential"].attrs.get("units", "V"))
        if unit not in ("V", "volt"):
            raise PosterionError(f"the potentials are in {unit}; give them in V.")
        potential, current = data["potential"].values, data["current"].values
        low, high = float(potential.min()), float(potential.max())
        spread = float(np.ptp(current))
        if low == high or spread == 0:
            raise PosterionError(
                "all points have one potential or one current; an onset needs a sweep."
            )
        up = self.direction == "oxidation"
        return {
            "potential_min": low,
            "potential_max": high,
            "potential_start": low if up else high,
            "potential_end": high if up else low,
            "log_tenth": float(np.log((high - low) / 10)),
            "log_range": float(np.log(spread)),
            "largest": float(np.abs(current).max()),
            "typical": spread,
            "smallest": spread,
        }

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the current at ``potential`` in V."""
        V, onset = inputs["potential"], parameters["onset"]
        xp = namespace(V, *parameters.values())
        beyond = xp.maximum(self.sign * (V - onset), 0.0) / parameters["width"]
        background = parameters["background"] + parameters["background_slope"] * (V - onset)
        return background + self.sign * parameters["amplitude"] * _grown(beyond)

    def magnitude(self, response: Any) -> Any:
        """Return the size of the current."""
        return abs(response)

    def potential_at(self, rise: float, parameters: Values) -> Any:
        """Return the potential in V at which the current exceeds its background by so much.

        Parameters
        ----------
        rise
            In the unit of the data, above zero.
        parameters
            Such as the posterior of a fit.
        """
        ratio = rise / parameters["amplitude"]
        return parameters["onset"] + self.sign * parameters["width"] * np.log1p(ratio)


def _grown(beyond: Any) -> Any:
    """Return exp(x) - 1, kept from overflowing where a rise is all but a step."""
    xp = namespace(beyond)
    return xp.expm1(xp.minimum(beyond, 600.0))
