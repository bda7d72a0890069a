"""Limits of a cell: the current and the number of cycles that it survives."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from .parameter import OF_DATA, Coordinates, Parameter, Quantity, Values

LOW, HIGH = "low", "high"
"""Suffixes of what is known of each datum: it lies above the one and at most at the other."""


@dataclass(frozen=True)
class Limit(ABC):
    """What the limits of cells share: a typical value that cells made alike scatter around.

    A test seldom measures a limit itself. It finds that a cell survived one value and failed
    at another, or that it still ran when the test ended. Of each cell the data therefore hold
    an interval, as ``<output>_low`` and ``<output>_high``, and the noise `Censored` takes the
    probability of it. The one parameter is the median over cells, so that the law has no
    inputs, and `posterion.predict` needs none.

    Samples are compared with ``pool={"sample": "partial"}``: each has a median of its own, and
    the scatter between cells, which a few cells hardly tell, is one for all. With
    ``{"sample": "none"}`` each sample has a scatter of its own as well.
    """

    output_unit: ClassVar[str] = OF_DATA
    output_dims: ClassVar[tuple[str, ...]] = ("point",)
    output_labels: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
    inputs: ClassVar[tuple[str, ...]] = ()
    quantities: ClassVar[tuple[Quantity, ...]] = ()
    noise: ClassVar[str] = "Censored"
    median: ClassVar[Parameter]
    """The parameter."""

    @property
    @abstractmethod
    def output(self) -> str:
        """Name of the limit."""

    def __str__(self) -> str:
        """Write as it is constructed."""
        return f"{type(self).__name__}()"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The median over cells."""
        return (self.median,)

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return the median, which is sampled as it is."""
        return Coordinates(self.parameters, (), lambda values, window: dict(values))

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the range of what was tested.

        Raises
        ------
        PosterionError
            If a bound is below zero, or the lower one is above the upper one.
        """
        known = np.concatenate(self._bounds(data))
        tested = known[np.isfinite(known) & (known > 0)]
        return {
            "lowest": float(tested.min()),
            "highest": float(tested.max()),
            "log_mid": float(np.mean(np.log([tested.min(), tested.max()]))),
            "typical": float(np.exp(np.log(tested).mean())),
            "smallest": float(tested.min()),
        }

    def _bounds(self, data: xr.Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        values = data[self.output].values
        if not (values > 0).all():
            raise PosterionError(f"a {self.output} is {values.min():g}; it must be above zero.")
        low, high = (
            data[name].values if name in data else values
            for name in (f"{self.output}_{end}" for end in (LOW, HIGH))
        )
        wrong = ~((low >= 0) & (low <= high) & (high > 0) & (low < np.inf))
        for place in np.flatnonzero(wrong)[:1]:
            raise PosterionError(
                f"a {self.output} is said to lie above {low[place]:g} and at most at "
                f"{high[place]:g}; the first must be zero or more, and not above the second."
            )
        return low, high

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Return the median, which holds for every cell."""
        return parameters[self.median.name]

    def magnitude(self, response: Any) -> Any:
        """Return the median itself."""
        return response


@dataclass(frozen=True)
class CriticalCurrent(Limit):
    """The current density at which a cell fails, by a test that raises it in steps.

    The data come from `posterion.stepped_test`. A cell that survived one step and failed at
    the next has its limit in between; one that survived the last step has it above.

    The limit is that of the test: it depends on the charge that each step passes
    (doi:10.1038/s42004-023-01002-4) and on what the cell went through before. Compare only
    cells that went through the same steps.

    Examples
    --------
    How probable it is that the coating raises the critical current:

    >>> import posterion as po
    >>> cells = po.read_limits("steps.csv")  # doctest: +SKIP
    >>> post = po.fit(po.CriticalCurrent(), cells, pool={"sample": "partial"})  # doctest: +SKIP
    >>> median = post["posterior"]["median_current"]  # doctest: +SKIP
    >>> (median.sel(sample="coated") > median.sel(sample="bare")).mean()  # doctest: +SKIP
    """

    output: ClassVar[str] = "critical_current"
    median: ClassVar[Parameter] = Parameter(
        "median_current",
        r"\tilde{\jmath}_c",
        OF_DATA,
        "positive",
        "critical current that half of the cells exceed",
        # 94 % within a factor of 17 of the middle of the tested range.
        "LogNormal(log_mid, 1.5)",
    )


@dataclass(frozen=True)
class Lifetime(Limit):
    """How many cycles, or hours, a cell lives; some cells may still be running.

    The data come from `posterion.lifetimes`. With stripping and plating, where the overpotential
    drifts until a cell fails, the drift is one question and the failures are another: a law such
    as ``LinearGrowth(output="overpotential")`` describes the first, over the cycles before the
    failure (`posterion.stripping`), and this model the second, with the cells that had not failed
    as running (`posterion.lifetimes_of`).

    Examples
    --------
    >>> import posterion as po
    >>> cells = po.lifetimes([10, 40], running=[False, True], sample=["bare", "coated"])
    >>> post = po.fit(po.Lifetime(), cells, pool={"sample": "partial"})  # doctest: +SKIP
    """

    output: ClassVar[str] = "lifetime"
    median: ClassVar[Parameter] = Parameter(
        "median_lifetime",
        r"\tilde{N}",
        OF_DATA,
        "positive",
        "lifetime that half of the cells exceed",
        # Cells are stopped early more often than late, so that wider than a current: 94 %
        # within a factor of 43.
        "LogNormal(log_mid, 2)",
    )


LIMITS: tuple[type[Limit], ...] = (CriticalCurrent, Lifetime)
