"""The points that a law of temperature was fitted to, one series for each group."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]

_OF_POINT = "_of_point"
_LABEL = "kind_of_point_"


@dataclass(frozen=True)
class Series:
    """Conductivity against temperature of one group of points.

    Attributes
    ----------
    label
        Of the group; empty where the data have none.
    temperature, conductivity
        Shape (n,), in K and S/cm, from low to high temperature.
    conductivity_sd, temperature_sd
        Standard deviations that came with the data, or None.
    """

    label: str
    temperature: Array
    conductivity: Array
    conductivity_sd: Array | None = None
    temperature_sd: Array | None = None

    @property
    def temperatures(self) -> int:
        """How many temperatures there are; what differs by less than 0.5 K counts once."""
        return int(1 + (np.diff(self.temperature) > 0.5).sum())

    @property
    def span(self) -> float:
        """From the lowest to the highest temperature, in K."""
        return float(self.temperature[-1] - self.temperature[0])

    @property
    def form_shift(self) -> float:
        """How much larger E_a/k is, in K, where σT is the form and not σ.

        That is the slope of the straight line through ln T against -1/T, about the mean
        temperature.
        """
        if self.span == 0:
            return float(self.temperature.mean())
        return float(np.polyfit(-1 / self.temperature, np.log(self.temperature), 1)[0])


def group_dim(tree: xr.DataTree) -> str | None:
    """Return the dimension of the groups that have parameters of their own."""
    names = map(str, tree.children["constant_data"].dataset)
    return next((n.removesuffix(_OF_POINT) for n in names if n.endswith(_OF_POINT)), None)


def keep_labels(tree: xr.DataTree, data: xr.Dataset) -> None:
    """Keep with a result the labels of its points, such as the kind of each cycle."""
    labels = {
        f"{_LABEL}{name}": ("point", value.values.astype(str))
        for name, value in data.coords.items()
        if value.dims == ("point",) and value.dtype.kind in "UO"
    }
    constant = tree.children["constant_data"].to_dataset()
    tree["constant_data"] = xr.DataTree(constant.assign(labels))


def labels_of_points(tree: xr.DataTree) -> dict[str, NDArray[np.str_]]:
    """Return the labels of the points of a result, by the name of what they are."""
    return {
        str(name).removeprefix(_LABEL): each.values.astype(str)
        for name, each in tree.children["constant_data"].dataset.items()
        if str(name).startswith(_LABEL)
    }


def measured_series(tree: xr.DataTree) -> tuple[Series, ...]:
    """Return the measured points of a fitted law, in the order of the groups."""
    data = tree.children["constant_data"].to_dataset()
    temperature, values = (
        data[f"measured_{name}"].values for name in ("temperature", "conductivity")
    )
    sd = _conductivity_sd(data)
    degrees = data["measured_temperature_sd"].values if "measured_temperature_sd" in data else None
    dim = group_dim(tree)
    labels, of_point = [""], np.zeros(temperature.size, dtype=int)
    if dim is not None:
        labels = [str(label) for label in tree.children["posterior"].dataset[dim].values]
        of_point = data[f"{dim}{_OF_POINT}"].values
    series = []
    for group, label in enumerate(labels):
        places = np.flatnonzero(of_point == group)
        places = places[np.argsort(temperature[places], kind="stable")]
        series.append(
            Series(
                label,
                temperature[places],
                values[places],
                None if sd is None else sd[places],
                None if degrees is None else degrees[places],
            )
        )
    return tuple(series)


def _conductivity_sd(data: xr.Dataset) -> Array | None:
    if "conductivity_sd" in data:
        return np.asarray(data["conductivity_sd"].values)
    if "conductivity_covariance" in data:  # of the logarithms
        relative = np.sqrt(np.diag(data["conductivity_covariance"].values))
        return np.asarray(data["measured_conductivity"].values * relative)
    return None
