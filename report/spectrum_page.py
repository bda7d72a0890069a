"""What a page says of an impedance spectrum."""

import numpy as np
import xarray as xr

from ..inference.caution_general import variable
from ..inference.caution_spectrum import standardized_residuals
from ..inference.misfit import NORMAL_94
from . import spectrum_figures
from .numbers import quantity
from .subject import Drawing, Subject


class SpectrumSubject(Subject):
    """Results of impedance spectra."""

    computed = "This spectrum was computed, not measured."
    ranges = "the measured ranges of frequency and |Z|"
    clean = (
        "None: every process lies inside the measured window, the data outweigh the priors, and "
        "the residuals look like noise."
    )

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many frequencies there are, and from where to where."""
        frequency = variable(tree, "constant_data", "measured_frequency").values
        low, high = (quantity(float(edge), "Hz") for edge in (frequency.min(), frequency.max()))
        return f"{int(tree.attrs['n'])} frequencies from {high} to {low}"

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        return (
            f"The impedance spectrum ({self.measured(tree)}) was described by the model "
            f"{tree.attrs['model']}"
        )

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return Nyquist and Bode plots, and the residuals where the model is trusted."""
        bands = (
            "The bands hold 94 % and 50 % of new measurements that the model expects, noise "
            "included."
            if passed
            else "Only the data are drawn."
        )
        nyquist = Drawing(
            "nyquist",
            spectrum_figures.nyquist,
            "Nyquist plot: minus imaginary part against real part of the impedance",
            f"Nyquist plot. {bands} Filled points carry their frequency.",
        )
        bode = Drawing(
            "bode",
            spectrum_figures.bode,
            "Bode plot: modulus and phase of the impedance against frequency",
            "Bode plot: size and phase of the impedance."
            + (" Bands as in the Nyquist plot." if passed else ""),
        )
        residuals = Drawing(
            "residuals",
            spectrum_figures.residuals,
            "Standardized residuals of real and imaginary part against frequency",
            "What the model leaves unexplained, in standard deviations of the predicted scatter. "
            "94 % of the points should lie in the blue band and they should scatter without a "
            "pattern; a wave means that the circuit misses something. Orange diamonds lie outside.",
        )
        return ((nyquist, bode), (residuals,)) if passed else ((nyquist, bode),)

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of real and imaginary parts in the 94 % band."""
        _, residuals = standardized_residuals(tree)
        return float(np.mean(np.abs(residuals) <= NORMAL_94))
