"""Measurements of specimens, with the conditions that they were made or measured under."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ..noise.specimens import BySpecimen

ZERO_CELSIUS = 273.15


def specimen_points(
    data: xr.Dataset, output: str, factors: Sequence[str]
) -> tuple[xr.Dataset, BySpecimen]:
    """Return the data as a likelihood takes them, and the noise that they have.

    Parameters
    ----------
    data
        Points with the positive variable ``value`` and the coordinate ``specimen``: points of
        one specimen share its deviation. ``value_sd`` is the error of each where it is known,
        ``value_step`` what its last digit counts where it is rounded.
    output
        New name of the values.
    factors
        Coordinates of which one level each is needed.

    Returns
    -------
    data, noise
        Values under their new name with specimens numbered from one on, the factors, and the
        attributes of the data.

    Raises
    ------
    PosterionError
        If something is missing, empty or not positive.
    """
    for name in ("value", "specimen", *factors):
        if name not in data.variables:
            raise PosterionError(
                f"the data have no '{name}'; they hold {', '.join(map(str, data.variables))}."
            )
        if missing := int(data[name].isnull().sum()):
            raise PosterionError(
                f"'{name}' is empty at {missing} of {data.sizes['point']} points; fill it or "
                "leave those out."
            )
    values = _positive("value", data)
    specimens = data["specimen"].values.astype(str)
    labels, numbers = np.unique(specimens, return_inverse=True)
    found = {
        output: ("point", values, dict(data["value"].attrs)),
        f"{output}_specimen": ("point", numbers + 1.0),
    }
    if "value_n" in data and (data["value_n"].values > 1).any():
        raise PosterionError(
            "a value is the mean of several specimens (value_n); give those of single specimens."
        )
    errors = [
        data[name].values.astype(float) / divisor
        for name, divisor in (("value_sd", 1.0), ("value_step", np.sqrt(12)))
        if name in data
    ]
    if errors:
        stated = np.sqrt(sum(error**2 for error in errors))
        if not (np.isfinite(stated).all() and (stated > 0).all()):
            raise PosterionError("an error of the values is missing or not above zero; fill it.")
        found[f"{output}_sd"] = ("point", stated, dict(data["value"].attrs))
    points = xr.Dataset(found, coords={"specimen": ("point", specimens)}, attrs=data.attrs)
    points = points.assign_coords(point=np.arange(values.size))
    points = points.assign_coords({name: ("point", data[name].values) for name in factors})
    return points, BySpecimen(repeated=labels.size < values.size, stated=bool(errors))


def _positive(name: str, data: xr.Dataset) -> NDArray[np.float64]:
    values = np.asarray(data[name].values, dtype=float)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise PosterionError(
            f"a {name} is {values.min():g}; all must be finite and above zero, as specimens are "
            "taken to differ by factors."
        )
    return values


def level_labels(data: xr.Dataset, name: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the levels of a factor as labels, numbers ascending, and the level of each point.

    A temperature in kelvin is written in °C.
    """
    values, unit = data[name].values, str(data[name].attrs.get("units", ""))
    levels, of_point = np.unique(values, return_inverse=True)
    if levels.dtype.kind in "fiu":
        if unit in ("K", "kelvin"):
            levels, unit = np.round(levels - ZERO_CELSIUS, 2), "degC"
        shown = {"degC": "°C", "uL": "µL"}.get(unit, unit)
        return tuple(f"{level:g} {shown}".strip() for level in levels), of_point
    # Labels keep the order in which they first occur.
    texts = values.astype(str)
    order = tuple(dict.fromkeys(texts.tolist()))
    return order, np.array([order.index(text) for text in texts])
