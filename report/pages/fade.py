"""What a page says of a law of capacity fade."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...inference.caution.general import variable
from ...inference.cycling.ageing import told
from ...inference.cycling.cycle_series import CycleSeries, cycle_series, question_of
from ...inference.doubts.labels import label_of
from ...inference.revive import model_of
from ...inference.scalars import stem
from ..censored import ends_at, horizon_of
from ..cycle_subjects import series_of, subjects
from ..figures import fade as fade_figures
from ..figures import laws as laws_figure
from ..figures import threshold as threshold_figures
from ..numbers import interval
from ..threshold_answers import THRESHOLD, extrapolated, percent
from . import efficiency_section
from .law import formula
from .subject import Drawing, GroupTable, Section, Subject, pooling_in_words

if TYPE_CHECKING:
    import pandas as pd

WORDS: Mapping[str, str] = {
    "LinearFade": "every cycle takes the same share of the initial capacity",
    "SquareRootFade": "the loss grows with the root of the number of cycles",
    "PowerFade": "the loss grows with a power p of the number of cycles, which is estimated",
    "ExponentialFade": "the loss comes to an end after about n cycles",
    "StretchedFade": "the capacity decays as a stretched exponential",
    "KneeFade": "the loss per cycle is constant and speeds up at the knee K",
    "TwoProcessFade": "an early change that comes to an end, and a loss that goes on",
}
TABLED = 60
"""Groups that have a row each; of more, the typical and the new one are shown."""


def cycle_range(series: Sequence[CycleSeries]) -> str:
    """Write the measured cycles as ``cycles 1 to 100``."""
    first, last = min(s.first for s in series), max(s.last for s in series)
    return f"cycles {first:g} to {last:g}"


class FadeSubject(Subject):
    """Results of laws of capacity fade."""

    ranges = "the measured ranges of cycles and capacity"
    clean = "None: the data outweigh the priors, and nothing is extrapolated."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many points there are, over which cycles, and of how many groups."""
        series, whom = cycle_series(tree), subjects(tree)
        groups = f", {len(series)} groups ({whom.dim})" if series[0].label else ""
        return f"{int(tree.attrs['n'])} points, {cycle_range(series)}{groups}"

    first_columns = MappingProxyType(dict.fromkeys(("retention", "cycles", "capacity"), ""))

    def read(self, tree: xr.DataTree, extra: xr.Dataset | None) -> str:
        """Say how many points there are, and by which law they are described."""
        return f"{self.measured(tree)}; {formula(model_of(tree))}"

    def asked(self, table: "pd.DataFrame") -> list[str]:
        """Return retentions, then when the threshold is reached, then capacities."""
        names = [name for name in map(str, table.index) if name == stem(name) and _is_answer(name)]
        order = ("retention", THRESHOLD)
        return sorted(
            names, key=lambda n: next((k for k, f in enumerate(order) if n.startswith(f)), 9)
        )

    def called(self, tree: xr.DataTree, name: str) -> str:
        """Return what a quantity is called on a screen."""
        return f"cycles to {percent(question_of(tree).threshold)}" if name == THRESHOLD else name

    def note(
        self, tree: xr.DataTree, name: str, row: "pd.Series[Any]", extra: xr.Dataset | None
    ) -> str:
        """Say that an answer is extrapolated."""
        own, cycle = cycle_series(tree)[0], _cycle_of(extra, name)
        beyond = row["median"] > own.last if cycle is None else extrapolated(own, cycle)
        return "extrapolated" if beyond and _is_answer(name) else ""

    def statement(self, tree: xr.DataTree) -> str:
        """Say the law in words and as a formula, and what retention is relative to."""
        law: Any = model_of(tree)
        relative = told(tree, question_of(tree).reference)
        return (
            f"{formula(law)}: {WORDS[type(law).__name__]}. Retention is the share of the "
            f"{law.output} {relative}, both by the law."
        )

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        law = model_of(tree)
        return (
            f"The discharge capacities ({self.measured(tree)}) were described by {formula(law)} "
            f"({tree.attrs['model']})"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say what groups share, what retention is relative to, and what was compared."""
        said = pooling_in_words(tree)
        relative = told(tree, question_of(tree).reference)
        said += f"Retention is relative to the capacity {relative}, by the law. "
        if "laws" in tree.children:
            names = tree.children["laws"].dataset["law"].values
            said += (
                f"Of the laws {', '.join(map(str, names))} it was the most probable one by the "
                "evidence, all being equally probable before. "
            )
        return said

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top: what was asked for, and of all cells."""
        if name != stem(name):
            return False
        return _is_answer(name) or name.endswith("_spread") or name == "exponent"

    def description(
        self, tree: xr.DataTree, name: str, written: str, extra: xr.Dataset | None
    ) -> str:
        """Say of an answer whether it is extrapolated."""
        cycle = _cycle_of(extra, name)
        if cycle is None:
            return written
        own = series_of(label_of(name), cycle_series(tree), subjects(tree))
        if not extrapolated(own, cycle):
            return written
        return f"{written}; extrapolated from {cycle_range([own])}"

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return what was asked for of each group, of the typical and of a new one."""
        whom, series = subjects(tree), cycle_series(tree)
        if extra is None or not whom.measured[0]:
            return None
        labels = whom.shown(TABLED) if whom.pairs else whom.labels
        names = [str(name) for name in extra if _is_answer(str(name))]
        rows = []
        for label in labels:
            own, cells = series_of(label, series, whom), []
            for name in names:
                row = table.loc[f"{name}[{label}]"]
                cycle = _cycle_of(extra, name)
                beyond = row["median"] > own.last if cycle is None else extrapolated(own, cycle)
                cells.append((*_texts(row, horizon_of(extra, name)), bool(beyond)))
            rows.append((label, tuple(cells)))
        shown = (
            f"cycles to {percent(question_of(tree).threshold)}" if name == THRESHOLD else name
            for name in names
        )
        return GroupTable(whom.dim, tuple(shown), tuple(rows))

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return capacity against cycle, and where trusted when the threshold is reached."""
        bands = (
            " Lines are the median of the law, dashed where nothing was measured: the grey part "
            "is extrapolated, and holds only if the law does. The dark band is the 94 % "
            "interval of the law, the light band 94 % of new measurements."
            if passed
            else " Only the data are drawn."
        )
        first = Drawing(
            "capacity",
            fade_figures.capacity,
            "Capacity against the number of cycles",
            f"Capacity against cycle. Arrows at the edge are points beyond it.{bands}",
        )
        if not passed:
            return ((first,),)
        (second, *rest), *others = threshold_drawings(tree)
        return ((first, second, *rest), *others)

    def section(self, tree: xr.DataTree) -> Section | None:
        """Return the Coulombic efficiency, where charge was measured too."""
        return efficiency_section.section(tree)

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of the points in the 94 % band of new data."""
        output = model_of(tree).output
        replicas = variable(tree, "posterior_predictive", output)
        low, high = np.quantile(
            replicas.transpose("chain", "draw", "point").values, [0.03, 0.97], axis=(0, 1)
        )
        observed = variable(tree, "observed_data", output).values
        return float(np.mean((low <= observed) & (observed <= high)))


def threshold_drawings(tree: xr.DataTree) -> tuple[tuple[Drawing, ...], ...]:
    """Return when the threshold is reached, and the laws side by side where there are several."""
    first = Drawing(
        "threshold",
        threshold_figures.cycles_to_threshold,
        "Density of the cycle at which the threshold is reached",
        "What is known of the cycle at which the threshold is reached: density, median and "
        f"94 % interval. The threshold is {threshold_figures.horizon_sentence(tree)}.",
    )
    if "laws" not in tree.children:
        return ((first,),)
    second = Drawing(
        "laws",
        laws_figure.laws,
        "The laws that were compared, side by side",
        "The laws that were fitted to the same data, with their probabilities by the evidence, "
        "the most probable first. Where they agree "
        "on the data and part beyond them, the data do not decide what is extrapolated. "
        "Everything else on this page is of the first.",
    )
    return ((first,), (second,))


def _is_answer(name: str) -> bool:
    return name == THRESHOLD or " at cycle " in name


def _cycle_of(extra: xr.Dataset | None, name: str) -> float | None:
    if extra is None or stem(name) not in extra:
        return None
    cycle = extra[stem(name)].attrs.get("cycle")
    return None if cycle is None else float(cycle)


def cycles_in_words(row: "pd.Series[Any]", extra: xr.Dataset) -> tuple[str, str]:
    """Return median and interval of the cycles to the threshold, for a table."""
    return _texts(row, horizon_of(extra, THRESHOLD))


def _texts(row: "pd.Series[Any]", horizon: float | None) -> tuple[str, str]:
    """Return the median and the interval of a row in words."""
    middle, low, high, unit = interval(row["median"], row["q03"], row["q97"], row["unit"])
    beyond = ends_at(row, horizon)
    middle, low, high = (
        beyond.get(key, text) for key, text in (("median", middle), ("q03", low), ("q97", high))
    )
    ends = low if beyond and low == high else f"{low} to {high}"
    return f"{middle} {unit.removesuffix('cycle')}".strip(), ends  # the heading says cycles
