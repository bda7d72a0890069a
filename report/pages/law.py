"""What a page says of a law of conductivity against temperature."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...inference.caution.general import variable
from ...inference.caution.law import celsius_range, extrapolated
from ...inference.measured import Series, group_dim, measured_series
from ...inference.revive import model_of
from ...inference.scalars import stem
from ...models.transport import KJ_PER_MOL
from ..figures import energy as energy_figures
from ..figures import transport as transport_figures
from ..law_predictions import temperatures_of
from ..numbers import interval
from .subject import Drawing, GroupTable, Subject, pooling_in_words

if TYPE_CHECKING:
    import pandas as pd

_WORDS: Mapping[str, str] = {
    "Arrhenius": "{} is thermally activated with one activation energy (Arrhenius)",
    "VTF": "{} follows the motion of its surroundings, which would end at T_0 "
    "(Vogel, Tammann and Fulcher)",
    "TwoRegimes": "{} is thermally activated, with one activation energy below the temperature "
    "T_c and another above it",
    "TwoPhases": "{} is thermally activated in two phases, each with an activation energy of its "
    "own, and jumps at the temperature T_c where one turns into the other",
}
_PRODUCTS: Mapping[str, str] = {
    "sigma": "the conductivity σ",
    "sqrtT": "the conductivity times the root of the temperature, σ√T,",
    "sigmaT": "the conductivity times the temperature, σT,",
}
_HEADLINE_UNITS = ("eV", "kJ/mol", "K", "S/cm")
_AUXILIARY = ("conductivity_ref", "E_ref")
"""What is sampled in place of a prefactor, at a temperature that nobody asked for."""

_GROUPED: Mapping[str, tuple[str, ...]] = {
    "Arrhenius": ("E_a", "E_a_kJ"),
    "VTF": ("B", "T_0"),
    "TwoRegimes": ("E_low", "E_high", "T_c"),
    "TwoPhases": ("E_low", "E_high", "T_c", "jump"),
}
"""What stands in the table of groups, before the conductivities."""


class LawSubject(Subject):
    """Results of laws of temperature."""

    ranges = "the measured ranges of temperature and conductivity"
    clean = "None: the data outweigh the priors, and 25 °C lies between the measured temperatures."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many points there are, over which temperatures, and of how many groups."""
        series = measured_series(tree)
        low = min(series, key=lambda each: each.temperature[0])
        high = max(series, key=lambda each: each.temperature[-1])
        whole = Series("", np.r_[low.temperature[0], high.temperature[-1]], np.empty(2))
        groups = f", {len(series)} groups ({group_dim(tree)})" if group_dim(tree) else ""
        return f"{int(tree.attrs['n'])} points, {celsius_range(whole)}{groups}"

    first_columns = MappingProxyType(
        dict.fromkeys(("E_a", "E_low", "B", "conductivity", "E_high", "T_c", "T_0"), "")
    )

    def read(self, tree: xr.DataTree, extra: xr.Dataset | None) -> str:
        """Say how many points there are, and by which law they are described."""
        return f"{self.measured(tree)}; {formula(model_of(tree))}"

    def asked(self, table: "pd.DataFrame") -> list[str]:
        """Return the energies and temperatures of the law, then the conductivities."""
        names = [name for name in super().asked(table) if table.loc[name, "unit"] != "kJ/mol"]
        names = [name for name in names if "_spread" not in name]
        return sorted(names, key=lambda name: name.startswith("conductivity"))

    def called(self, tree: xr.DataTree, name: str) -> str:
        """Return what a quantity is called on a screen."""
        return name.replace("conductivity_25C", "conductivity at 25 °C")

    def note(
        self, tree: xr.DataTree, name: str, row: "pd.Series[Any]", extra: xr.Dataset | None
    ) -> str:
        """Say that a conductivity is extrapolated."""
        temperature = temperatures_of(extra).get(name)
        each = measured_series(tree)[0]
        beyond = temperature is not None and extrapolated(each, temperature)
        return "extrapolated" if beyond else ""

    def statement(self, tree: xr.DataTree) -> str:
        """Say the law in words and as a formula."""
        law: Any = model_of(tree)
        words = _WORDS[type(law).__name__].format(_PRODUCTS[law.form])
        return f"{formula(law)}: {words}."

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        return (
            f"The ionic conductivities ({self.measured(tree)}) were described by "
            f"{formula(model_of(tree))} ({tree.attrs['model']})"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say what groups share, and which errors the data brought."""
        said = pooling_in_words(tree)
        data = tree.children["constant_data"].dataset
        if "measured_temperature_sd" in data:
            said += "The errors stated for the temperatures were carried along. "
        return said

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top: not what has one for each group."""
        if name != stem(name) or name == "A" or name.startswith(_AUXILIARY):
            return False
        return unit in _HEADLINE_UNITS or "_spread" in name

    def description(
        self, tree: xr.DataTree, name: str, written: str, extra: xr.Dataset | None
    ) -> str:
        """Say of a conductivity at one temperature whether it is extrapolated."""
        temperature = temperatures_of(extra).get(stem(name))
        if temperature is None:
            return written
        own = written if stem(name) != "conductivity_25C" else "conductivity at 25 °C"
        series = measured_series(tree)
        each = next((s for s in series if name == f"{stem(name)}[{s.label}]"), series[0])
        if not extrapolated(each, temperature):
            return own
        return f"{own}, extrapolated from {celsius_range(each)}"

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return activation energies and conductivities of each group."""
        dim = group_dim(tree)
        if dim is None:
            return None
        at = temperatures_of(extra)
        columns = [*_GROUPED[type(model_of(tree)).__name__], *at]
        measured = measured_series(tree)
        shown = {each.label: each for each in measured}
        own = f"{columns[0]}["
        for name in map(str, table.index):  # such as the total of the series, a fit of its own
            if name.startswith(own):
                shown.setdefault(name.removeprefix(own).removesuffix("]"), measured[0])
        rows = []
        for label, series in shown.items():
            cells = []
            for column in columns:
                row = table.loc[f"{column}[{label}]"]
                middle, low, high, unit = interval(
                    row["median"], row["q03"], row["q97"], row["unit"]
                )
                beyond = column in at and extrapolated(series, at[column])
                cells.append((f"{middle} {unit}", f"{low} to {high}", beyond))
            rows.append((label, tuple(cells)))
        headings = ("conductivity at 25 °C" if c == "conductivity_25C" else c for c in columns)
        return GroupTable(dim, tuple(headings), tuple(rows))

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return conductivity against temperature, and activation energies where trusted."""
        bands = (
            "Lines are the median of the law, dashed where no data lie. The dark band is the "
            "94 % interval of the law, the light band 94 % of new measurements, "
            "their scatter included."
            if passed
            else "Only the data are drawn."
        )
        errors = any(each.conductivity_sd is not None for each in measured_series(tree))
        line = Drawing(
            "conductivity",
            transport_figures.conductivity,
            "Ionic conductivity against the inverse of the temperature",
            f"Conductivity against temperature; warmer is left. {bands}"
            + (" Bars are one standard deviation, as stated with the data." if errors else ""),
        )
        if not (passed and energy_figures.energy_names(tree)):
            return ((line,),)
        energy = Drawing(
            "energies",
            energy_figures.activation_energies,
            "Density of each activation energy over the density of its prior",
            "What is known of each activation energy: density, median and 94 % interval. The "
            "dashed line is what was taken to be plausible before (the prior); where it is flat "
            f"on the axis, the data decided. 1 eV is {KJ_PER_MOL:.2f} kJ/mol.",
        )
        return ((line, energy),)

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of the points in the 94 % band of new data."""
        replicas = variable(tree, "posterior_predictive", "conductivity")
        low, high = np.quantile(
            replicas.transpose("chain", "draw", "point").values, [0.03, 0.97], axis=(0, 1)
        )
        observed = variable(tree, "observed_data", "conductivity").values
        return float(np.mean((low <= observed) & (observed <= high)))


def formula(law: Any) -> str:
    """Write the formula of a law with minus signs."""
    return str(law.formula).replace("-", "−")
