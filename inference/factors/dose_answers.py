"""What a curve over doses says of the best one, and how sure that is."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...models.dose import sign_of
from .answered import require_answers
from .prior_levels import Level, at_spreads

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Best:
    """The best dose at one level of the second factor, within the tested range.

    Attributes
    ----------
    level
        Label of the level; empty where there is no second factor.
    draws
        The best dose.
    below, inside, above
        Probabilities that the response is best at the smallest tested dose or below it, between
        the ends, and at the largest or above it.
    tested
        The tested doses.
    p_best
        Probability that each tested dose is the best of them.
    gain
        Draws of the factor by which the optimum is better than each tested dose, of shape
        (doses, draws).
    sensitivity
        The largest of `p_best` at fixed spreads between specimens.
    """

    level: str
    draws: Array
    below: float
    inside: float
    above: float
    tested: Array
    p_best: Array
    gain: Array
    sensitivity: tuple[Level, ...]

    @property
    def likeliest(self) -> int:
        """Place of the tested dose that is most probably the best."""
        return int(self.p_best.argmax())


def dose_answers(tree: xr.DataTree) -> tuple[Best, ...]:
    """Return what a result of `dose_response` says of the best dose, for each level.

    Raises
    ------
    PosterionError
        If the run failed its checks.
    """
    require_answers(tree, "dose", "dose_response()", "no best dose is given by it")
    found = tree.children["dose"].dataset
    sign = sign_of(question_of_dose(tree)["better"])
    answers = []
    for level in found["level"].values:
        own = found.sel(level=level, drop=True)
        first = (sign * own["at_dose"]).argmax("tested")
        edge = own["edge"].values
        tested = own["tested"].values
        p_best = np.array([float((first == place).mean()) for place in range(tested.size)])
        answers.append(
            Best(
                level=str(level),
                draws=own["best_dose_tested"].values.ravel(),
                below=float((edge == -1).mean()),
                inside=float((edge == 0).mean()),
                above=float((edge == 1).mean()),
                tested=tested,
                p_best=p_best,
                gain=own["gain"]
                .transpose("tested", "chain", "draw")
                .values.reshape(tested.size, -1),
                sensitivity=at_spreads(tree, first == int(p_best.argmax())),
            )
        )
    return tuple(answers)


def question_of_dose(tree: xr.DataTree) -> dict[str, Any]:
    """Return name and unit of the dose, which response is better, the curve, and the levels."""
    question: dict[str, Any] = json.loads(tree.attrs["dose"])
    return question


def of_each_dose(tree: xr.DataTree) -> dict[float, int]:
    """Return how many specimens of each dose were measured."""
    points, name = tree.children["dose_data"].dataset, question_of_dose(tree)["name"]
    doses, specimens = points[name].values, points["specimen"].values
    return {float(dose): np.unique(specimens[doses == dose]).size for dose in np.unique(doses)}
