"""A smooth curve over the logarithm of a dose: a Gaussian process."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...models.complexpair import namespace
from ...models.parameter import Parameter, Values
from ..noise.specimens import BySpecimen
from ..prior import Prior
from .components import Components, Places, by_chain, posterior_scales, same

Array = NDArray[np.float64]

_AMPLITUDE = Parameter(
    "amplitude",
    r"\eta",
    "",
    "positive",
    "standard deviation of the curve around its level, in ln y",
    # A dose changes a response by some 30 %; 94 % within 8 % and a factor of 3.
    f"LogNormal({np.log(0.3):.4f}, 0.7)",
)
_LENGTH = Parameter(
    "length_scale",
    r"\ell",
    "",
    "positive",
    "distance in the logarithm of the dose over which the curve changes",
    # Half of the tested range: neither a curve that turns between all doses nor a constant.
    "LogNormal(log_dose_half, 0.5)",
)
_LEVELS = Parameter(
    "level_spread",
    r"\tau_T",
    "",
    "positive",
    "standard deviation of the level of ln y between temperatures",
    f"LogNormal({np.log(0.5):.4f}, 1)",
)
_SHARED = Parameter(
    "shared",
    r"\rho",
    "",
    "unit",
    "correlation of the curves at two temperatures",
    "Beta(2, 1)",
)


def process(better: str, dose: str, levels: bool) -> Components:
    """Return the components of a curve over doses: any smooth one, a priori equally at each dose.

    The covariance is squared exponential in the logarithm of the dose. With `levels`, each
    has a level of its own and a curve that is correlated with the others.
    """

    def covariance(scales: Values, one: Places, other: Places) -> Any:
        distance = (one["log_dose"][:, None] - other["log_dose"][None, :]) / scales["length_scale"]
        smooth = scales["amplitude"] ** 2 * namespace(distance).exp(-(distance**2) / 2)
        if not levels:
            return smooth
        alike, shared = same(one["level"], other["level"]), scales["shared"]
        return scales["level_spread"] ** 2 * alike + smooth * (shared + (1 - shared) * alike)

    more = (_LEVELS, _SHARED) if levels else ()
    text = f"GaussianProcess(dose={dose!r}, better={better!r}, levels={levels})"
    return Components("response", text, (_AMPLITUDE, _LENGTH, *more), covariance)


def sample_process(
    points: xr.Dataset,
    noise: BySpecimen,
    dose: str,
    unit: str,
    better: str,
    levels: Sequence[str],
    given: Mapping[str, Prior | str],
    window: Mapping[str, float],
    **how: Any,
) -> xr.DataTree:
    """Sample the scales of the process; see `dose_response`."""
    places = places_of(points[dose].values, _level_of(points, levels))
    curve = process(better, dose, bool(levels))
    return curve.sample(points, places, noise, given=given, window=window, **how)


def draw_process(
    tree: xr.DataTree,
    points: xr.Dataset,
    dose: str,
    levels: Sequence[str],
    at: Array,
    seed: int,
) -> Array:
    """Draw the curve at some doses, of shape (chain, draw, levels, doses)."""
    count = max(len(levels), 1)
    wanted = places_of(np.tile(at, count), np.repeat(np.arange(float(count)), at.size))
    curve = process("", dose, bool(levels))
    places = places_of(points[dose].values, _level_of(points, levels))
    drawn = curve.draw(posterior_scales(tree), points, places, wanted, seed)
    return np.exp(by_chain(tree, drawn.reshape(-1, count, at.size)))


def places_of(dose: Array, level: Array) -> dict[str, Array]:
    """Return where points lie: the logarithm of their dose, and the number of their level."""
    return {"log_dose": np.log(dose), "level": np.asarray(level, dtype=float)}


def _level_of(points: xr.Dataset, levels: Sequence[str]) -> Array:
    if not levels:
        return np.zeros(points.sizes["point"])
    own = points["temperature"].values.astype(str)
    return np.array([list(levels).index(label) for label in own], dtype=float)
