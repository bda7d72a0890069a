"""Data brought into the unit and the order that a model's response has."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from ..models.limits import HIGH, LOW
from ..models.parameter import OF_DATA, Model, Values
from ..models.relaxation import Relaxations, smooth_modes
from ..units import Measured

SERIES = ("cell", "path")
"""Coordinates whose labels part the data into series: cells, and quantities followed in one."""


BESIDE = ("sd", "step", LOW, HIGH)
"""What goes with an output in its unit."""


def arrange(model: Model, data: xr.Dataset) -> xr.Dataset:
    """Return the data in the unit and the order that the model's response has.

    An output without the attribute ``units`` is taken to be in the model's unit; of a model
    that takes any unit it stays in its own.

    Raises
    ------
    PosterionError
        If something is missing or not finite, the dimensions or the unit are wrong, or
        there are fewer points than parameters.
    """
    require_variables(model, data)
    for name in (model.output, *model.inputs):
        if not np.isfinite(data[name].values).all():
            raise PosterionError(f"'{name}' of the data holds NaN or infinity; leave those out.")
    found = data[model.output].dims
    if set(found) != set(model.output_dims):
        raise PosterionError(
            f"'{model.output}' of the data has the dimensions ({', '.join(map(str, found))}); "
            f"it must have ({', '.join(model.output_dims)})."
        )
    for dim, labels in model.output_labels.items():
        if sorted(map(str, data[dim].values)) != sorted(labels):
            raise PosterionError(
                f"'{dim}' of the data is ({', '.join(map(str, data[dim].values))}); it must be "
                f"({', '.join(labels)})."
            )
        data = data.sel({dim: list(labels)})
    points, own = data.sizes[model.output_dims[-1]], len(model.parameters)
    if points < own:
        raise PosterionError(
            f"{points} points cannot determine the {own} parameters of {model}; "
            "measure more points or take a smaller model."
        )
    wanted = output_unit(model, data)
    given = data[model.output].attrs.get("units", wanted)
    for name in (model.output, *(f"{model.output}_{suffix}" for suffix in BESIDE)):
        if name in data.variables:
            data = data.assign({name: _in_unit(data[name], given, wanted)})
    return data


def require_variables(model: Model, data: xr.Dataset) -> None:
    """Refuse data that lack what a model predicts, or over what.

    Raises
    ------
    PosterionError
        With the names that they hold.
    """
    for name in (model.output, *model.inputs):
        if name not in data.variables:
            raise PosterionError(
                f"the data have no '{name}'; they hold {', '.join(map(str, data.variables))}."
            )


def output_unit(model: Model, data: xr.Dataset) -> str:
    """Return the unit in which a model is fitted to data."""
    if model.output_unit == OF_DATA:
        return str(data[model.output].attrs.get("units", ""))
    return model.output_unit


def _in_unit(values: xr.DataArray, given: str, wanted: str) -> xr.DataArray:
    """Convert values to a unit, from their own or else from the one `given`."""
    unit = values.attrs.get("units", given)
    if unit == wanted:
        return values
    factor = Measured.parse(f"1 {unit}", wanted, f"the unit of '{values.name}'")
    return (values * factor.value).assign_attrs(units=wanted)


def uncertain(model: Model, data: xr.Dataset) -> tuple[str, ...]:
    """Return the inputs of a model whose errors the data state."""
    return tuple(name for name in model.inputs if f"{name}_sd" in data.variables)


def input_sd(name: str, data: xr.Dataset) -> NDArray[np.float64]:
    """Return the stated errors of an input."""
    sd: NDArray[np.float64] = data[f"{name}_sd"].values
    if not (np.isfinite(sd).all() and (sd >= 0).all()):
        raise PosterionError(f"'{name}_sd' of the data must be zero or above everywhere.")
    return sd


def beside_output(model: Model, data: xr.Dataset, name: str) -> NDArray[np.float64]:
    """Return what goes with the output, datum by datum: a data variable, its covariance, gaps."""
    if name == f"{model.output}_gap":
        return gaps(model, data)
    if name == f"{model.output}_measured":
        return np.asarray(data[model.output].transpose(*model.output_dims).values)
    if name in (f"{model.output}_modes", f"{model.output}_free_modes"):
        free, window = name.endswith("free_modes"), model.window(data)
        relaxations = Relaxations.over(window["omega_min"], window["omega_max"], free=free)
        return discrepancy_modes(data["frequency"].values, window, relaxations)
    if name not in data.variables:
        raise PosterionError(f"the noise needs '{name}' of each datum, which the data lack.")
    if name.endswith("_covariance"):
        square: NDArray[np.float64] = data[name].values
        points = data.sizes[model.output_dims[-1]]
        if square.shape != (points, points) or not np.isfinite(square).all():
            raise PosterionError(
                f"'{name}' of the data has the shape {square.shape}; it must be "
                f"{(points, points)}, of finite numbers."
            )
        if np.linalg.eigvalsh(square).min() < -1e-10 * np.trace(square):
            raise PosterionError(f"'{name}' of the data is not a covariance: not positive.")
        return square
    values: NDArray[np.float64] = data[name].transpose(*model.output_dims).values
    if name.endswith((f"_{LOW}", f"_{HIGH}")):
        if not (values >= 0).all():
            raise PosterionError(f"'{name}' of the data must be zero or above everywhere.")
        return values
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise PosterionError(f"'{name}' of the data must be above zero everywhere.")
    return values


def gaps(model: Model, data: xr.Dataset) -> NDArray[np.float64]:
    """Return how far each datum is from its neighbour before it; infinite for the first.

    Counted in cycles where the model takes them, and in data elsewhere. Each cell is a series
    of its own, and so is each quantity that was followed.

    Raises
    ------
    PosterionError
        If the cycles of a cell are not in order.
    """
    count = data.sizes[model.output_dims[-1]]
    if "cycle" not in model.inputs:
        return np.concatenate([[np.inf], np.ones(count - 1)])
    cycle = data["cycle"].values.astype(float)
    distance = np.diff(cycle, prepend=np.nan)
    labels = [data[c].values.astype(str) for c in SERIES if c in data.coords]
    names = np.array(labels).reshape(len(labels), count)
    new = np.ones(count, dtype=bool)
    new[1:] = (names[:, 1:] != names[:, :-1]).any(axis=0)
    if not (distance[~new] > 0).all():
        place = int(np.flatnonzero(~new & ~(distance > 0))[0])
        label = f" of {', '.join(names[:, place])}" if len(names) else ""
        raise PosterionError(
            f"cycle {cycle[place]:g}{label} follows cycle {cycle[place - 1]:g}; sort the data by "
            "cell and cycle, and name the cells in a coordinate 'cell'."
        )
    return np.where(new, np.inf, distance)


def discrepancy_modes(
    frequency: NDArray[np.float64], window: Values, relaxations: Relaxations
) -> NDArray[np.float64]:
    """Return what unit amplitudes of discrepancies add to a spectrum.

    Parameters
    ----------
    frequency
        In Hz, of shape (n,).
    window
        Of the measured spectrum, see `Circuit.window`.
    relaxations
        The modes of relaxation.

    Returns
    -------
    array
        Of shape (3, 2, n, k): in ohm what is added by itself, and what is added for each ohm of the
        real and of the imaginary part. Along k first the modes of relaxation; then the reactance
        of an inductance over that at the highest frequency; then errors of magnitude and of phase.
    """
    ends = window["omega_min"], window["omega_max"]
    omega = 2 * np.pi * frequency
    own = relaxations.impedance(omega)
    inductive = np.stack([0 * omega, omega / ends[1]])[..., None]
    smooth = smooth_modes(omega, *ends)
    none, no_more = np.zeros_like(smooth), np.zeros((2, *smooth.shape))
    by_real = np.concatenate([np.stack([smooth, none]), np.stack([none, smooth])], axis=-1)
    by_imag = np.concatenate([np.stack([none, smooth]), np.stack([-smooth, none])], axis=-1)
    left = np.zeros((2, len(omega), own.shape[-1] + 1))
    return np.stack(
        [
            np.concatenate([own, inductive, no_more, no_more], axis=-1),
            np.concatenate([left, by_real], axis=-1),
            np.concatenate([left, by_imag], axis=-1),
        ]
    )
