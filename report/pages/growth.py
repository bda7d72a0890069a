"""What a page says of a law of growth."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...inference.caution.general import variable
from ...inference.cycling.cycle_series import cycle_series, question_of
from ...inference.cycling.growth_answers import FACTOR, chances
from ...inference.measured import group_dim
from ...inference.revive import model_of
from ...inference.scalars import stem
from ..cycle_subjects import series_of, subjects
from ..figures import growth as growth_figures
from ..number_texts import chance
from ..numbers import interval
from ..threshold_answers import THRESHOLD, percent
from .fade import cycle_range, cycles_in_words, threshold_drawings
from .law import formula
from .subject import Drawing, GroupTable, Subject, pooling_in_words

if TYPE_CHECKING:
    import pandas as pd


class GrowthSubject(Subject):
    """Results of laws by which a resistance or an overpotential changes over cycles."""

    ranges = "the measured ranges of cycles and values"
    clean = "None: the data outweigh the priors."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many points there are, over which cycles, and of how many series."""
        series = cycle_series(tree)
        groups = f", {len(series)} series" if series[0].label else ""
        return f"{int(tree.attrs['n'])} points, {cycle_range(series)}{groups}"

    first_columns = MappingProxyType({"factor": "factor", "probability": "it grows", "cycles": ""})

    def read(self, tree: xr.DataTree, extra: xr.Dataset | None) -> str:
        """Say how many points there are, and by which law they are described."""
        return f"{self.measured(tree)}; {formula(model_of(tree))}"

    def asked(self, table: "pd.DataFrame") -> list[str]:
        """Return the factor over the cycles, then when the threshold is reached, then the rate."""
        return [name for name in (FACTOR, THRESHOLD, "rate") if name in table.index]

    def called(self, tree: xr.DataTree, name: str) -> str:
        """Return what a quantity is called on a screen."""
        waited = f"cycles to {percent(question_of(tree).threshold)}"
        return {FACTOR: "factor over the cycles", THRESHOLD: waited}.get(name, name)

    def note(
        self, tree: xr.DataTree, name: str, row: "pd.Series[Any]", extra: xr.Dataset | None
    ) -> str:
        """Say that the threshold lies beyond the data."""
        beyond = name == THRESHOLD and row["median"] > cycle_series(tree)[0].last
        return "extrapolated" if beyond else ""

    def statement(self, tree: xr.DataTree) -> str:
        """Say the law as a formula, and what the factor is."""
        law: Any = model_of(tree)
        return (
            f"{formula(law)}, where R is the {law.output}. The factor over the measured cycles is "
            "its value at the last over that at the first, both by the law."
        )

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        law = model_of(tree)
        return (
            f"The {law.output} over cycles ({self.measured(tree)}) was described by "
            f"{formula(law)} ({tree.attrs['model']})"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say what series share, and which errors the data brought."""
        said = pooling_in_words(tree)
        if f"{model_of(tree).output}_covariance" in tree.children["constant_data"].dataset:
            said += "The posterior covariance of the fitted spectra was carried along. "
        return said

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top: not what has one for each series."""
        shown = (FACTOR, THRESHOLD, "rate", "initial_value", "final_change")
        return name == stem(name) and name in shown

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return factor and rate of each series, and the probability that it grows."""
        dim = group_dim(tree)
        if dim is None or extra is None or FACTOR not in extra:
            return None
        probable, whom, series = chances(extra), subjects(tree), cycle_series(tree)
        law: Any = model_of(tree)
        rows = []
        for label in whom.labels:
            each, cells = series_of(label, series, whom), []
            for name in (FACTOR, law.solved):
                if f"{name}[{label}]" not in table.index:  # of a typical or a new one
                    cells.append(("", "", False))
                    continue
                row = table.loc[f"{name}[{label}]"]
                middle, low, high, unit = interval(
                    row["median"], row["q03"], row["q97"], row["unit"]
                )
                cells.append((f"{middle} {unit}".strip(), f"{low} to {high}", False))
            words = f"cycles {each.first:g} to {each.last:g}"
            cells.append((chance(probable[label]), words, False))
            row = table.loc[f"{THRESHOLD}[{label}]"]
            cells.append((*cycles_in_words(row, extra), bool(row["median"] > each.last)))
            rows.append((label, tuple(cells)))
        waited = f"cycles to {percent(question_of(tree).threshold)}"
        headings = (
            "factor over the cycles", law.solved.replace("_", " "), "probability of growth", waited
        )  # fmt: skip
        return GroupTable(dim, headings, tuple(rows))

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return the values against cycles, with the law and its bands where trusted."""
        bands = (
            " Lines are the median of the law, dashed beyond the last measured cycle. The dark "
            "band is the 94 % interval of the law, the light band 94 % of new "
            "measurements."
            if passed
            else " Only the data are drawn."
        )
        output = model_of(tree).output
        drawing = Drawing(
            "growth",
            growth_figures.growth,
            f"{output.capitalize()} against the number of cycles",
            f"{output.capitalize()} against cycle, series of one path in one panel.{bands}",
        )
        if not passed:
            return ((drawing,),)
        return ((drawing,), *threshold_drawings(tree))

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of the points in the 94 % band of new data."""
        output = model_of(tree).output
        replicas = variable(tree, "posterior_predictive", output)
        low, high = np.quantile(
            replicas.transpose("chain", "draw", "point").values, [0.03, 0.97], axis=(0, 1)
        )
        observed = variable(tree, "observed_data", output).values
        return float(np.mean((low <= observed) & (observed <= high)))
