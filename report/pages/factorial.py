"""What a page says of two factors with interaction."""

from typing import TYPE_CHECKING

import xarray as xr

from ...inference.factors.factorial import FIRST, SECOND
from ...inference.factors.factorial_answers import interactions, ratios
from ..certainty import interval_of
from ..figures.factorial import interaction_plot, ratio_plot
from ..figures.specimen_spread import open_answers
from ..number_texts import chance
from ..words.factorial import factorial_sentences, factors_of, ratios_by_spread, response_name
from .spread_drawing import by_spread_drawing
from .subject import Drawing, GroupTable, Subject

if TYPE_CHECKING:
    import pandas as pd


class FactorialSubject(Subject):
    """Results of a response under two factors."""

    ranges = "the measured range of the response"
    clean = "None: the data outweigh the priors."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many points of how many specimens there are, and of which levels."""
        points, (first, second) = tree.children["cell_data"].dataset, factors_of(tree)
        specimens, rows, columns = (
            len(set(points[name].values.tolist())) for name in ("specimen", FIRST, SECOND)
        )
        return (
            f"{int(tree.attrs['n'])} points of {specimens} specimens, {rows} levels of {first} and "
            f"{columns} of {second}"
        )

    def statement(self, tree: xr.DataTree) -> str:
        """Say what the logarithm of the response is made of."""
        first, second = factors_of(tree)
        return (
            f"ln y = level + effect of the {first} + effect of the {second} + what depends on both "
            "(interaction) + deviation of the specimen + scatter. A specimen that was measured at "
            "several levels keeps its deviation."
        )

    def answers(self, tree: xr.DataTree) -> tuple[str, ...]:
        """Return what follows of ratios and their change."""
        return factorial_sentences(tree)

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        first, second = factors_of(tree)
        return (
            f"The {response_name(tree)} ({self.measured(tree)}) was described by effects of "
            f"{first} and {second} and their interaction, normal in the logarithm with estimated "
            "scales"
        )

    def is_headline(self, name: str, unit: str) -> bool:
        """Leave the top to the table of ratios."""
        return False

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return all ratios with their probabilities."""
        rows = []
        for ratio in ratios(tree):
            middle, low, high = interval_of(ratio.draws.values)
            label = f"{ratio.above} / {ratio.below}, {ratio.at}"
            rows.append(
                (label, ((middle, f"{low} to {high}", False), (chance(ratio.p_above), "", False)))
            )
        for each in interactions(tree):
            middle, low, high = interval_of(each.draws.values)
            label = f"{each.above} / {each.below}, {each.end} over {each.start}"
            cells = ((middle, f"{low} to {high}", False), (chance(each.p_rises), "", False))
            rows.append((label, cells))
        if not rows:
            return None
        name = f"ratio of {response_name(tree)}"
        return GroupTable("compared", (name, "probability that it is above one"), tuple(rows))

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return response by both factors, and the ratios, where trusted."""
        known = (
            " Bars are 94 % intervals of what specimens made alike have; lines join "
            "medians, and would be parallel without interaction. Small points are the data."
            if passed
            else " Only the data are drawn."
        )
        first = Drawing(
            "interaction",
            interaction_plot,
            "Response by both factors",
            f"Response at each level of the second factor.{known}",
        )
        if not passed or not ratios(tree):
            return ((first,),)
        second = Drawing(
            "ratios",
            ratio_plot,
            "Ratios with intervals",
            "Ratios of one level to another, with median and 94 % interval; at the dashed line "
            "they are the same.",
        )
        if not open_answers(ratios_by_spread(tree)):
            return ((first,), (second,))
        return ((first,), (second,), (by_spread_drawing(ratios_by_spread),))
