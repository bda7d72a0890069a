"""The rules of the verdicts."""

from typing import Literal

from ...report.certainty import SURE
from .published import Published

Verdict = Literal["supported", "not supported", "cannot be checked"]
VERDICTS: tuple[Verdict, ...] = ("supported", "not supported", "cannot be checked")

RULES = (
    "A printed number stands for all numbers that would be rounded to it, each equally likely. "
    "They go through the formula together; 94 % of the results lie in the interval that is given.",
    "A number is supported where that interval meets the printed number's own, and not supported "
    "where it does not. An interval wider than the number itself could not have contradicted it: "
    "then the claim cannot be checked.",
    f"A statement is supported if its probability is {SURE} or more, not supported if it is "
    f"{1 - SURE:.2f} or less; in between the numbers cannot tell.",
    "A statement on one specimen is judged by the printed digits of that specimen. A statement on "
    "what a treatment does, such as a coating, is about all specimens, and there is one of each "
    "kind: how much specimens made alike differ is a parameter with a prior that is given. Where "
    "treatment and temperature change together, the treatment cannot be checked.",
    "Words are given numbers: slightly, relatively constant and stable are by less than 20 %, "
    "substantially is by more than 20 %, moderately is by less than a factor of two.",
)
"""What decides on the verdicts, in plain words."""


def verdict_of_number(low: float, high: float, printed: Published) -> Verdict:
    """Compare the 94 % interval of the draws with what a printed number stands for."""
    if high - low > abs(printed.value):
        return "cannot be checked"
    at_least, at_most = printed.interval
    return "supported" if low <= at_most and high >= at_least else "not supported"


def verdict_of_statement(probability: float) -> Verdict:
    """Compare the probability of a statement with the limits."""
    if probability >= SURE:
        return "supported"
    return "not supported" if probability <= 1 - SURE else "cannot be checked"
