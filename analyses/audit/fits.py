"""Fits that claims and figures share: each model is compiled once, each fit done once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...models.temperature_law import Form
from ...models.transport import Arrhenius
from .published import Published

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

Series = tuple[tuple[float, Published], ...]
"""Temperatures in °C with conductivities in S/cm."""

Steps = tuple[tuple[float, float, float], ...]
"""Cycles with resistances in ohm, and what the last digit of each counts."""

FEW = "LogNormal(-2.2, 0.5)"
"""Prior of the scatter where two temperatures cannot tell it: about what the three of the coated
pellet show, 11 % (4 to 28 %)."""


@dataclass(frozen=True)
class SeriesFit:
    """Draws of activation energy in eV and of scatter; none where the checks failed."""

    tree: "xr.DataTree"
    draws: Array | None
    scatter: Array
    failure: str


class Fits:
    """Fits done so far.

    Parameters
    ----------
    seed
        Of the sampler.
    progress
        Called with one line before each step.
    """

    def __init__(self, seed: int, progress: Callable[[str], None] | None = None) -> None:
        self._seed = seed
        self._progress = progress
        self._done: dict[tuple[Form, Series], SeriesFit] = {}
        self._grown: dict[Steps, Array | None] = {}

    def series(self, form: Form, points: Series) -> SeriesFit:
        """Fit a law to conductivities at some temperatures, rounded as they are printed."""
        if (form, points) not in self._done:
            self._done[form, points] = self._fit(form, points)
        return self._done[form, points]

    def growth(self, points: Steps) -> Array | None:
        """Fit linear growth to resistances over cycles, rounded as they are printed.

        Returns draws of the last value over the first, by the law; None where the checks
        failed.
        """
        if points not in self._grown:
            self._grown[points] = self._grow(points)
        return self._grown[points]

    def _grow(self, points: Steps) -> Array | None:
        import xarray as xr

        from ...inference.fit_each import fit_each
        from ...inference.noise.independent import Relative
        from ...inference.noise.rounded import Rounded
        from ...inference.verdict import Verdict
        from ...models.growth import LinearGrowth

        cycles, values, steps = zip(*points, strict=True)
        data = xr.Dataset(
            {
                "resistance": ("point", [*values], {"units": "ohm"}),
                "resistance_step": ("point", [*steps]),
            },
            coords={"cycle": ("point", [*map(float, cycles)])},
        )
        noise = Rounded(Relative())
        (tree,) = fit_each(LinearGrowth(), [data], noise=noise, seed=self._seed, draws=1000)
        drawn = tree.children["posterior"].dataset["growth_factor"].values
        return np.ravel(drawn) if Verdict.of(tree).passed else None

    def _fit(self, form: Form, points: Series) -> SeriesFit:
        import xarray as xr

        from ...inference.fit import fit
        from ...inference.noise.independent import Relative
        from ...inference.noise.rounded import Rounded
        from ...inference.verdict import Verdict

        numbers = [number for _, number in points]
        data = xr.Dataset(
            {
                "conductivity": ("point", [n.value for n in numbers], {"units": "S/cm"}),
                "conductivity_step": ("point", [n.step for n in numbers]),
                "temperature": ("point", [T + 273.15 for T, _ in points]),
            },
            attrs={"source": "published conductivities"},
        )
        tree = fit(
            Arrhenius(form),
            data,
            noise=Rounded(Relative()),
            priors={"noise": FEW} if len(points) == 2 else None,
            seed=self._seed,
            progress=self._progress,
        )
        verdict, posterior = Verdict.of(tree), tree.children["posterior"].dataset
        return SeriesFit(
            tree,
            np.ravel(posterior["E_a"].values) if verdict.passed else None,
            np.ravel(posterior["noise"].values),
            "" if verdict.passed else verdict.messages[0],
        )
