"""What a page says of limits of cells, and of the onset in a voltammogram."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...inference.caution.general import variable
from ...inference.caution.limit import tested_groups
from ...inference.measured import group_dim
from ...inference.noise.censored import Censored, Weibull
from ...inference.predict import predict
from ...inference.revive import model_of, noise_of
from ...inference.scalars import stem
from ..figures import limit as limit_figures
from ..figures import onset as onset_figures
from ..numbers import interval, scale_of
from .subject import Drawing, GroupTable, Subject, pooling_in_words

if TYPE_CHECKING:
    import pandas as pd

WORDS = {"critical_current": "critical current", "lifetime": "lifetime"}
"""Limits as they are called in a sentence."""


class LimitSubject(Subject):
    """Results of critical currents and lifetimes."""

    ranges = "the range of what was tested"
    clean = "None: the cells tell how much they differ, and some of every kind failed."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many cells there are, how many failed, and over which range."""
        groups = tested_groups(tree)
        count, failed = sum(g.low.size for g in groups), sum(g.failed for g in groups)
        ends = np.concatenate([each for g in groups for each in (g.low, g.high)])
        if model_of(tree).output == "lifetime":  # known to the cycle of the last look
            ends = np.concatenate([np.where(np.isfinite(g.high), g.high, g.low) for g in groups])
        ends = ends[np.isfinite(ends) & (ends > 0)]
        unit = scale_of(1.0, str(tree.attrs["unit"])).unit.replace("cycle", "cycles")
        kinds = f", {len(groups)} groups ({group_dim(tree)})" if group_dim(tree) else ""
        cells = f"{count} cell" + ("s" if count > 1 else "")
        return f"{cells}, {failed} of them failed, {ends.min():g} to {ends.max():g} {unit}{kinds}"

    def asked(self, table: "pd.DataFrame") -> list[str]:
        """Return what half of the cells exceed, and how much they scatter."""
        return sorted(super().asked(table), key=lambda name: not name.startswith("median"))

    def called(self, tree: xr.DataTree, name: str) -> str:
        """Return what a quantity is called on a screen."""
        if name.startswith("median"):
            return "half of the cells exceed"
        return "relative scatter" if name == "noise" else name

    def statement(self, tree: xr.DataTree) -> str:
        """Say how cells scatter around what half of them exceed."""
        noise = noise_of(tree)
        weibull = isinstance(noise, Censored) and isinstance(noise.base, Weibull)
        kind = "a Weibull" if weibull else "a log-normal"
        return (
            f"The {WORDS[model_of(tree).output]} of cells made alike has {kind} distribution "
            "around its median. Of each cell only an interval is known, open where it had not "
            "failed."
        )

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        return (
            f"The {WORDS[model_of(tree).output]} ({self.measured(tree)}) was described by its "
            f"median over cells ({tree.attrs['model']})"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say what groups share."""
        return pooling_in_words(tree)

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top: not what has one for each group."""
        return name == stem(name) and not name.endswith("_mean")

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return the median and the next cell of each group."""
        dim = group_dim(tree)
        if dim is None:
            return None
        model: Any = model_of(tree)
        new = predict(tree)[f"{model.output}_new"].isel(point=0)
        rows = []
        for place, group in enumerate(tested_groups(tree)):
            row = table.loc[f"{model.median.name}[{group.label}]"]
            (own,) = set(new.dims) - {"chain", "draw"}
            low, middle, high = np.quantile(new.isel({own: place}), [0.03, 0.5, 0.97])
            cells = []
            for values in ((row["median"], row["q03"], row["q97"]), (middle, low, high)):
                shown, first, last, unit = interval(*values, str(tree.attrs["unit"]))
                cells.append((f"{shown} {unit}", f"{first} to {last}", False))
            rows.append((group.label, tuple(cells)))
        return GroupTable(dim, ("half of the cells exceed", "the next cell"), tuple(rows))

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return the cells, with median and next cell where trusted."""
        known = (
            " The density is that of the median of such cells, its line the middle; the bar below "
            "holds 94 % of new cells. It ends at the edge where it goes on."
            if passed
            else " Only the data are drawn."
        )
        output = model_of(tree).output
        drawing = Drawing(
            "limits",
            limit_figures.limits_of_cells,
            f"Interval of the {WORDS[output]} of each cell",
            f"What is known of each cell: its {WORDS[output]} lies within the black bar, or beyond "
            f"the beginning of the arrow.{known}",
        )
        return ((drawing,),)

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of the cells whose interval meets the 94 % band of new cells."""
        output = model_of(tree).output
        replicas = variable(tree, "posterior_predictive", output)
        low, high = np.quantile(
            replicas.transpose("chain", "draw", "point").values, [0.03, 0.97], axis=(0, 1)
        )
        data = tree.children["constant_data"].dataset
        bounds = [f"{output}_{end}" for end in ("low", "high")]
        first, last = (
            data[name].values if name in data else data[f"measured_{output}"].values
            for name in bounds
        )
        return float(np.mean((last >= low) & (first <= high)))


class OnsetSubject(Subject):
    """Results of onset potentials."""

    ranges = "the measured ranges of potential and current"
    clean = "None: the data outweigh the priors, and the current follows the law."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many points there are, over which potentials."""
        potential = tree.children["constant_data"].dataset["measured_potential"].values
        return (
            f"{int(tree.attrs['n'])} points, {potential.min():.3g} to {potential.max():.3g} V"
        ).replace("-", "−")

    def statement(self, tree: xr.DataTree) -> str:
        """Say the law as a formula."""
        law: Any = model_of(tree)
        return f"{law.formula.replace('-', '−')}: a straight background, and from V_on on a rise."

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        law: Any = model_of(tree)
        return (
            f"The voltammogram ({self.measured(tree)}) was described by "
            f"{law.formula.replace('-', '−')}, with the onset V_on as a parameter"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say what groups share."""
        return pooling_in_words(tree)

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top."""
        return stem(name) in ("onset", "width", "bend")

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return current against potential, with the law where trusted."""
        known = (
            " The line is the median of the law, its band 94 % of it; the dashed line is the "
            "background, and the shaded potentials are the 94 % interval of the onset. "
            "Below is the density of the onset."
            if passed
            else " Only the data are drawn."
        )
        drawing = Drawing(
            "voltammogram",
            onset_figures.voltammogram,
            "Current against potential",
            f"Current against potential.{known}",
        )
        return ((drawing,),)

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of the points in the 94 % band of new data."""
        replicas = variable(tree, "posterior_predictive", "current")
        low, high = np.quantile(
            replicas.transpose("chain", "draw", "point").values, [0.03, 0.97], axis=(0, 1)
        )
        observed = variable(tree, "observed_data", "current").values
        return float(np.mean((low <= observed) & (observed <= high)))
