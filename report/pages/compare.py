"""What a page says of a comparison of groups of specimens."""

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ...inference.caution.general import variable
from ...inference.comparison.words import pair_words, verdict_words
from ...units import percent_spaced
from ..figures import compare as figures
from ..number_texts import chance
from ..numbers import interval
from .subject import Drawing, GroupTable, Subject

if TYPE_CHECKING:
    import pandas as pd


class ComparisonSubject(Subject):
    """Results of comparing specimens of several groups."""

    ranges = "the range of the values and, of the spread between specimens, other studies"
    clean = "None: there are replicates enough to tell how much specimens differ."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many specimens of which groups there are."""
        counts = json.loads(tree.attrs["specimens"])
        total = sum(counts.values())
        each = ", ".join(f"{name}: {count}" for name, count in counts.items())
        return f"{total} specimens of {len(counts)} groups ({each})"

    first_columns = MappingProxyType(
        {"typical level": "", "probability": "best", "expected loss": "loss", "specimens": "n"}
    )

    def statement(self, tree: xr.DataTree) -> str:
        """Say what is compared."""
        rope = percent_spaced(str(tree.attrs["rope"]))
        return (
            f"Compared is the {tree.attrs['quantity']} of the typical specimen of each group, the "
            f"{tree.attrs['better']} the better. Differences below {rope} are taken "
            "not to matter."
        )

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        scale = "logarithmic" if tree.attrs["log"] else "linear"
        return (
            f"The {tree.attrs['quantity']} ({self.measured(tree)}) was compared on the {scale} "
            "scale by a hierarchical model of specimens in groups (Kruschke 2013, "
            "doi:10.1037/a0029146, with levels of the groups from one distribution)"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say where the spread between specimens comes from."""
        return f"Spread between specimens of one group: {tree.attrs['spread_source']}. "

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top: the groups have a table."""
        return False

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return level, probability of being best and expected loss of each group."""
        ranking = tree.children["ranking"].dataset
        counts = json.loads(tree.attrs["specimens"])
        rows = []
        for name in figures.by_chance(tree):
            row = table.loc[f"level[{name}]"]
            middle, low, high, unit = interval(row["median"], row["q03"], row["q97"], row["unit"])
            best = float(ranking["p_best"].sel(group=name))
            lost = float(ranking["relative_loss"].sel(group=name))
            loss = f"{float(ranking['loss'].sel(group=name)):.2g} {tree.attrs['unit']}"
            cells = (
                (f"{middle} {unit}".strip(), f"{low} to {high}", False),
                (chance(best), "", False),
                (loss if np.isnan(lost) else f"{100 * lost:.1f} %", "", False),
                (str(counts[name]), "", False),
            )
            rows.append((name, cells))
        headings = ("typical level", "probability of being best", "expected loss", "specimens")
        return GroupTable("group", headings, tuple(rows))

    def answers(self, tree: xr.DataTree) -> tuple[str, ...]:
        """Return the verdict, and a sentence for each pair."""
        return (verdict_words(tree), *pair_words(tree))

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return the specimens with the levels, and where trusted what is said of them."""
        known = (
            " The thick bar is the 94 % interval of the level of the group, its mark is "
            "the median; the thin line holds 94 % of further specimens made alike."
            if passed
            else " Only the data are drawn."
        )
        forest = Drawing(
            "forest",
            figures.forest,
            "Each specimen and the level of each group",
            f"Each dot is a specimen, with the error of its own number.{known}",
        )
        if not passed:
            return ((forest,),)
        found = [
            (forest,),
            (
                Drawing(
                    "ridge",
                    figures.ridge,
                    "Posterior density of the level of each group",
                    "What is known of each level: its density, with median and 94 % interval.",
                ),
                Drawing(
                    "rank_bars",
                    figures.rank_bars,
                    "Probability of each rank of each group",
                    "Probability of each rank: dark is best. A group whose bar has all shades "
                    "could be anywhere.",
                ),
            ),
            (
                Drawing(
                    "rope",
                    figures.rope,
                    "Difference of each pair against the region that does not matter",
                    "Each pair: median and 94 % interval. In the grey band differences do not "
                    "matter; the number is the probability of being there.",
                ),
            ),
        ]
        if "sensitivity" in tree.children:
            found.append(
                (
                    Drawing(
                        "sensitivity",
                        figures.sensitivity,
                        "Probability of being best against the assumed spread between specimens",
                        "The same question with the spread between specimens known instead. The "
                        "grey band is what this result took for plausible; above the dashed line a "
                        "group is called best.",
                    ),
                )
            )
        return tuple(found)

    def inside(self, tree: xr.DataTree) -> float:
        """Return the share of the specimens in the 94 % band of new ones."""
        name = "specimen_value"
        replicas = variable(tree, "posterior_predictive", name)
        low, high = np.quantile(
            replicas.transpose("chain", "draw", "specimen").values, [0.03, 0.97], axis=(0, 1)
        )
        observed = variable(tree, "observed_data", name).values
        return float(np.mean((low <= observed) & (observed <= high)))
