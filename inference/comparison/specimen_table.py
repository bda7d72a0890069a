"""The specimens of a comparison on the scale of its model."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError, Setting

Array = NDArray[np.float64]

GROUP, SPECIMEN = "group", "specimen"

SHARES = {"fifth": 0.2, "tenth": 0.1, "thirtieth": 0.03}
"""Shares of the size of the values that default priors of scales name, as logarithms."""


@dataclass(frozen=True)
class Specimens:
    """The numbers of specimens on the scale of the model, repeated measurements averaged.

    Attributes
    ----------
    log
        Whether the scale is logarithmic.
    groups
        Their labels, in the order in which they occur.
    labels
        Of the specimens.
    group
        Shape (specimens,), the place of each one's group.
    value, sd
        Shape (specimens,), its number, or the mean of its repeated measurements, and the
        standard deviation that came with it, rounding included.
    n
        Shape (specimens,), of how many specimens the number is the mean.
    measured
        Shape (specimens,), how often it was measured.
    contrasts
        Shape (measurements - specimens,), what repeated measurements say beside their mean:
        orthonormal differences, each with the standard deviation of one measurement.
    size
        What the relative priors are multiplied by: 1 on a logarithmic scale, else the largest
        modulus of a value.
    """

    log: bool
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    group: NDArray[np.int64]
    value: Array
    sd: Array
    n: Array
    measured: Array
    contrasts: Array
    size: float

    @classmethod
    def of(cls, data: xr.Dataset, log: bool) -> "Specimens":
        """Arrange a data set of replicates.

        Raises
        ------
        PosterionError
            If a value has no logarithm.
        """
        values = data["value"].values.astype(float)
        if log and values.min() <= 0:
            raise PosterionError(
                f"{data.attrs.get('source', 'the data')}: a value is {values.min():g}, which has "
                "no logarithm; compare with ",
                Setting("scale", "linear"),
                ".",
            )
        sd = _column(data, "value_sd", 0.0)
        step = _column(data, "value_step", 0.0)
        error = np.sqrt(sd**2 + step**2 / 12)
        value, error = (np.log(values), error / values) if log else (values, error)
        names = data[SPECIMEN].values.astype(str).tolist()
        of_group = data[GROUP].values.astype(str).tolist()
        labels = tuple(dict.fromkeys(names))
        groups = tuple(dict.fromkeys(of_group))
        places = [[k for k, name in enumerate(names) if name == label] for label in labels]
        contrasts = [_contrasts(value[place]) for place in places]
        return cls(
            log,
            groups,
            labels,
            np.array([groups.index(of_group[place[0]]) for place in places]),
            np.array([value[place].mean() for place in places]),
            np.array([np.sqrt((error[place] ** 2).sum()) / len(place) for place in places]),
            np.array([_column(data, "value_n", 1.0)[place[0]] for place in places]),
            np.array([float(len(place)) for place in places]),
            np.concatenate(contrasts),
            1.0 if log else float(np.abs(values).max()) or 1.0,
        )

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many specimens each group has, of shape (groups,)."""
        return np.asarray(
            np.bincount(self.group, weights=self.n, minlength=len(self.groups)), dtype=np.int64
        )

    @property
    def single(self) -> tuple[str, ...]:
        """The groups of one specimen, whose spread no data tell."""
        counts = np.bincount(self.group, minlength=len(self.groups))
        return tuple(g for g, count in zip(self.groups, counts, strict=True) if count < 2)

    @property
    def window(self) -> dict[str, float]:
        """What default priors may name: middle and width of the values, and logs of scales."""
        low, high = float(self.value.min()), float(self.value.max())
        unit = 1.0 if self.log else self.size
        return {
            "value_mid": (low + high) / 2,
            "value_width": unit + high - low,
            "centring": self._centring,
            **{name: float(np.log(share * self.size)) for name, share in SHARES.items()},
        }

    @property
    def _centring(self) -> float:
        """Between the non-centred form of the levels, 0, and the centred one, 1.

        By how well the typical group is measured, if specimens differ by a tenth, against how
        much groups differ; see `posterion.inference.pooling.pooled_variable`. The posterior does
        not depend on it.
        """
        count = len(self.groups)
        within = SHARES["tenth"] * self.size
        precision = 1 / (within**2 / self.n + self.sd**2)
        total = np.bincount(self.group, weights=precision, minlength=count)
        means = np.bincount(self.group, weights=precision * self.value, minlength=count) / total
        between = max(SHARES["fifth"] * self.size, float(means.std(ddof=1)))
        return float(between**2 / (between**2 + np.median(1 / total)))


def _column(data: xr.Dataset, name: str, otherwise: float) -> Array:
    size = data.sizes["point"]
    return data[name].values.astype(float) if name in data else np.full(size, otherwise)


def _contrasts(values: Array) -> Array:
    """Return the orthonormal differences of repeated measurements (Helmert's).

    Together with the mean they say the same as the values: they are independent of it and of
    each other, each with the standard deviation of one measurement.
    """
    count = np.arange(1, len(values))
    before = np.cumsum(values)[:-1] / count
    return np.asarray((values[1:] - before) * np.sqrt(count / (count + 1)))
