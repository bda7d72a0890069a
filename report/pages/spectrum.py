"""What a page says of an impedance spectrum."""

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ...inference.caution.general import variable
from ...inference.caution.spectrum import standardized_residuals
from ...inference.discrepancy import LEFT_OUT, is_discrepant
from ...inference.pooling import MEAN
from ...inference.relaxation_peaks import has_distribution, relaxation_peaks
from ...inference.residuals import NORMAL_94
from ...inference.scalars import stem
from ...inference.unstack import spectrum_dim, unstack
from ...inference.verdict import Verdict
from ..figures import left_out as left_out_figures
from ..figures import nyquist as nyquist_figures
from ..figures import spectrum as spectrum_figures
from ..figures import stacked as stacked_figures
from ..numbers import interval, quantity
from ..words.peaks import peaks_sentence, peaks_table
from .subject import Drawing, GroupTable, Section, Subject, pooling_in_words

if TYPE_CHECKING:
    import pandas as pd

PEAKS = (
    "Maxima of the distribution of relaxation times. The resistance is the area down to the minima "
    "on either side. The probability is that there is a peak, and not a straight line from one of "
    "these minima to the other; before the data it is one in three."
)


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
        dim = spectrum_dim(tree)
        if dim is None:
            return f"{int(tree.attrs['n'])} frequencies from {high} to {low}"
        groups = tree.children["posterior"].dataset.sizes[dim]
        return f"{groups} groups ({dim}), {int(tree.attrs['n'])} points from {high} to {low}"

    first_columns = MappingProxyType({"conductivity": "", "R_total": ""})

    def read(self, tree: xr.DataTree, extra: xr.Dataset | None) -> str:
        """Say how many frequencies there are, and temperature and geometry as they were typed."""
        said = [self.measured(tree)]
        if "temperature_c" in tree.attrs:
            said.append(f"{float(tree.attrs['temperature_c']):g} °C")
        if extra is not None and {"thickness", "diameter"} <= set(extra.attrs):
            said.append(f"{extra.attrs['thickness']} × ⌀ {extra.attrs['diameter']}")
        return ", ".join(said)

    def asked(self, table: "pd.DataFrame") -> list[str]:
        """Return conductivity and resistance of the whole, then the single resistances."""
        units = table["unit"].to_dict()
        first = [name for name in ("conductivity", "R_total") if name in units]
        parts = [
            str(name)
            for name, unit in units.items()
            if unit == "ohm" and self.is_headline(str(name), unit) and name != LEFT_OUT
        ]
        return [*dict.fromkeys([*first, *parts])]

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        many = spectrum_dim(tree) is not None
        return (
            f"The impedance {'spectra' if many else 'spectrum'} ({self.measured(tree)}) "
            f"{'were' if many else 'was'} described by the model {tree.attrs['model']}"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say what the spectra share."""
        return pooling_in_words(tree) if spectrum_dim(tree) else ""

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top: of many spectra, what is typical."""
        typical = name.removesuffix(f"_{MEAN}")
        return "[" not in name and super().is_headline(typical, unit)

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return resistances and conductivities of each spectrum, or None where there is one."""
        dim = spectrum_dim(tree)
        if dim is None:
            return None
        labels = [str(label) for label in tree.children["posterior"].dataset[dim].values]
        columns = [
            name
            for name in dict.fromkeys(stem(each) for each in map(str, table.index) if "[" in each)
            if all(f"{name}[{label}]" in table.index for label in labels)
            and super().is_headline(name, str(table.loc[f"{name}[{labels[0]}]", "unit"]))
        ]
        if "conductivity" in columns:  # that of the whole stands for its parts, which are rows
            columns = [name for name in columns if not name.startswith("conductivity_")]
        rows = []
        for label in labels:
            cells = []
            for column in columns:
                row = table.loc[f"{column}[{label}]"]
                middle, low, high, unit = interval(
                    row["median"], row["q03"], row["q97"], row["unit"]
                )
                cells.append((f"{middle} {unit}", f"{low} to {high}", False))
            rows.append((label, tuple(cells)))
        return GroupTable(dim, tuple(columns), tuple(rows)) if columns else None

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return Nyquist and Bode plots, and the residuals where the model is trusted."""
        bands = (
            "The bands hold 94 % and 50 % of new measurements that the model expects, noise "
            "included."
            if passed
            else "Only the data are drawn."
        )
        if spectrum_dim(tree) is not None:
            return _of_many(tree, passed, bands)
        nyquist = Drawing(
            "nyquist",
            nyquist_figures.nyquist,
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
        if not passed:
            return ((nyquist, bode),)
        if not is_discrepant(tree):
            return ((nyquist, bode), (_residuals(),))
        if has_distribution(tree):
            return ((nyquist, _distributed()), (bode, _residuals()))
        return ((nyquist, bode), (_left_out(), _residuals()))

    def answers(self, tree: xr.DataTree) -> tuple[str, ...]:
        """Say which peaks a distribution of relaxation times has."""
        if not has_distribution(tree) or Verdict.of(tree).word == "refused":
            return ()
        return (peaks_sentence(relaxation_peaks(tree)),)

    def section(self, tree: xr.DataTree) -> Section | None:
        """Return the peaks of a distribution of relaxation times."""
        if not has_distribution(tree) or Verdict.of(tree).word == "refused":
            return None
        peaks = relaxation_peaks(tree)
        return Section("Peaks", PEAKS, peaks_table(peaks)) if peaks else None

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of real and imaginary parts in the 94 % band."""
        _, residuals = standardized_residuals(tree)
        return float(np.mean(np.abs(residuals) <= NORMAL_94))


def _left_out() -> Drawing:
    return Drawing(
        "left_out_times",
        left_out_figures.left_out,
        "Distribution of relaxation times of the arcs of the circuit and of what it leaves out",
        "Which processes there are: resistance over relaxation time, the area under a line in "
        "ohm. Above the arcs of the circuit, below what it leaves out. A process is missing where "
        "the blue band does not hold zero.",
    )


def _distributed() -> Drawing:
    return Drawing(
        "distribution_of_times",
        left_out_figures.distributed,
        "Distribution of relaxation times with its band",
        "Which processes there are: resistance over relaxation time, the area under the line in "
        "ohm. A process is sure where the blue band does not hold zero. Marked are peaks of a "
        "probability of one half or more, with median and 94 % interval of the relaxation time.",
    )


def _residuals() -> Drawing:
    return Drawing(
        "residuals",
        spectrum_figures.residuals,
        "Standardized residuals of real and imaginary part against frequency",
        "What the model leaves unexplained, in standard deviations of the predicted scatter. "
        "94 % of the points should lie in the blue band and they should scatter without a "
        "pattern; a wave means that the circuit misses something. Orange diamonds lie outside.",
    )


def _of_many(tree: xr.DataTree, passed: bool, bands: str) -> tuple[tuple[Drawing, ...], ...]:
    """Return a panel for each spectrum, and where trusted what differs and what is left."""
    shown, all_of_them = len(stacked_figures.shown_spectra(tree)), len(unstack(tree))
    few = f" {shown} of {all_of_them} spectra are drawn." if shown < all_of_them else ""
    nyquist = Drawing(
        "nyquist",
        stacked_figures.nyquist_panels,
        "Nyquist plots of the spectra, a panel each",
        f"Nyquist plots, without what lies beyond the arcs. {bands}{few}",
    )
    if not passed:
        return ((nyquist,),)
    values = Drawing(
        "by_spectrum",
        stacked_figures.by_spectrum,
        "Resistances of each spectrum with their intervals",
        "Resistances of each spectrum: median and 94 % interval. The blue band holds the typical "
        "value of the distribution that they come from, where they share one.",
    )
    drawn = (values,) if stacked_figures.resistances(tree) else ()
    return ((nyquist,), *((each,) for each in drawn), (_residuals(),))
