"""What a page says of a curve over doses."""

from typing import TYPE_CHECKING

import xarray as xr

from ...inference.factors.dose_answers import dose_answers, of_each_dose, question_of_dose
from ...models.dose import DoseResponse
from ..figures.dose import dose_curve
from ..figures.specimen_spread import open_answers
from ..number_texts import chance
from ..words.dose import (
    dose_by_spread,
    dose_interval,
    dose_name,
    dose_sentences,
    dose_unit,
    with_unit,
)
from .spread_drawing import by_spread_drawing
from .subject import Drawing, GroupTable, Subject, pooling_in_words

if TYPE_CHECKING:
    import pandas as pd

BEST = "best_dose_tested"


class DoseSubject(Subject):
    """Results of a response against a dose."""

    ranges = "the tested doses and the measured range of the response"
    clean = "None: the data outweigh the priors."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many points of how many specimens there are, and over which doses."""
        question, counts = question_of_dose(tree), of_each_dose(tree)
        doses = ", ".join(f"{dose:g}" for dose in counts)
        specimens = len(set(tree.children["dose_data"].dataset["specimen"].values.tolist()))
        levels = f", {len(question['levels'])} levels" if question["levels"] else ""
        return (
            f"{int(tree.attrs['n'])} points of {specimens} specimens, {dose_name(tree)} "
            f"{doses} {dose_unit(tree)}{levels}"
        )

    def statement(self, tree: xr.DataTree) -> str:
        """Say what curve it is."""
        question = question_of_dose(tree)
        if question["curve"] == "quadratic":
            law = DoseResponse(better=question["better"]).formula.replace("-", "−")
            return f"{law}: one best dose, which may lie outside the tested ones."
        return (
            "A Gaussian process in the logarithm of the dose: any smooth curve, without a law. "
            "Only the tested range is looked at."
        )

    def answers(self, tree: xr.DataTree) -> tuple[str, ...]:
        """Return what follows of the best dose."""
        return dose_sentences(tree)

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        return (
            f"The response to the dose ({self.measured(tree)}) was described by "
            f"{tree.attrs['model']}"
        )

    def structure(self, tree: xr.DataTree) -> str:
        """Say what levels share."""
        question = question_of_dose(tree)
        if question["curve"] == "gp" and question["levels"]:
            return (
                "Each level of the second factor has a level of its own and a curve that is "
                "correlated with the others; the correlation was estimated. "
            )
        return pooling_in_words(tree)

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top."""
        return name == BEST

    def group_table(
        self, tree: xr.DataTree, table: "pd.DataFrame", extra: xr.Dataset | None
    ) -> GroupTable | None:
        """Return the best dose of each level, and the likeliest of the tested ones."""
        levels = question_of_dose(tree)["levels"]
        if not levels:
            return None
        unit = dose_unit(tree)
        rows = []
        for best in dose_answers(tree):
            middle, low, high = dose_interval(best)
            likeliest = with_unit(best.tested[best.likeliest], unit)
            cells = (
                (f"{middle} {unit}", f"{low} to {high}", False),
                (chance(best.inside), "", False),
                (likeliest, f"probability {chance(best.p_best[best.likeliest])}", False),
            )
            rows.append((best.level, cells))
        name = dose_name(tree)
        headings = (f"best {name} in the tested range", "it lies inside", f"best tested {name}")
        return GroupTable("level", headings, tuple(rows))

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return response against dose, with the curve and its optimum where trusted."""
        known = (
            " Lines are the median of the curve, bands are its 94 % interval: it is "
            "that of all specimens made alike, so single ones scatter further. Below is the "
            "density of the best dose within the tested range; bars at the ends stand for what "
            "is best there or beyond."
            if passed
            else " Only the data are drawn."
        )
        drawing = Drawing(
            "dose", dose_curve, "Response against dose", f"Response against dose.{known}"
        )
        if not passed or not open_answers(dose_by_spread(tree)):
            return ((drawing,),)
        return ((drawing,), (by_spread_drawing(dose_by_spread),))
