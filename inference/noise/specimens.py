"""Specimens that differ: all that is measured of one shares its deviation."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...models.parameter import Parameter, Values
from ..comparison.specimens import PELLETS
from .correlated import correlated_variable
from .independent import Relative

SPECIMEN_SPREAD = Parameter(
    "specimen_spread",
    r"\tau_\mathrm{s}",
    "",
    "positive",
    "relative spread between specimens made alike",
    str(PELLETS),
)
# Pressing, contacts and temperature scatter by 0.5 % to 20 %; single data beside specimens that
# differ say little of it.
WITHIN = replace(
    Relative().parameters[0],
    prior=f"LogNormal({np.log(0.03):.4f}, 1)",
    description="relative scatter of the measurements of one specimen, and of what conditions "
    "do to one and to another",
)


@dataclass(frozen=True)
class BySpecimen:
    """Specimens made alike that differ, each measured once or under several conditions.

    The logarithms of all data of one specimen share a normal deviation. The data variable
    ``<output>_specimen`` numbers the specimens from one on.

    Parameters
    ----------
    repeated
        Whether a specimen was measured more than once. Then a scatter of the single data is
        estimated beside; one datum each cannot tell the two apart, and has the spread alone.
    stated
        Whether the data bring errors of their own, as ``<output>_sd``.
    """

    repeated: bool = False
    stated: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The spread between specimens, and the scatter of single data."""
        return (SPECIMEN_SPREAD, *((WITHIN,) if self.repeated else ()))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The specimen of each datum, and its stated error."""
        return ("specimen", *(("sd",) if self.stated else ()))

    @property
    def description(self) -> str:
        """One sentence for reports."""
        scatter = ", a scatter of the single measurements" if self.repeated else ""
        errors = ", and the errors that come with the data" if self.stated else ""
        return (
            "log-normal deviations of each specimen from what those made alike have, which all "
            f"its measurements share{scatter}{errors}"
        )

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        sigma, covariance = self.errors(size, values)
        return correlated_variable(name, mean, sigma, covariance, log=True, **options)

    def errors(self, size: Any, values: Values) -> tuple[Any, Any]:
        """Return errors of single data, and the covariance by shared specimens, of logarithms.

        Parameters
        ----------
        size
            Of each datum, which stated errors are relative to.
        values
            See `Noise.observe`.
        """
        import pytensor.tensor as pt

        specimen = values["specimen"]
        alike = pt.eq(specimen[:, None], specimen[None, :])
        shared = values[SPECIMEN_SPREAD.name] ** 2 * pt.cast(alike, "float64")
        parts = [values[WITHIN.name]] if self.repeated else []
        parts += [values["sd"] / size] if self.stated else []
        if not parts:  # the root of a sum of nothing would have no gradient
            return pt.zeros_like(specimen), shared
        return sum(part**2 for part in parts) ** 0.5 + pt.zeros_like(specimen), shared
