"""Claims, what was found about them, and the rules of the verdicts."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...datasets.published import Published
from .inputs import Array, Inputs
from .text import chance, ends, plain, span, unit_text

if TYPE_CHECKING:
    from .fits import Fits
    from .published_numbers import Numbers

Verdict = Literal["supported", "not supported", "cannot be checked"]
VERDICTS: tuple[Verdict, ...] = ("supported", "not supported", "cannot be checked")

SURE = 0.97
"""A statement is supported from this probability on, and not supported from one minus it down."""

RULES = (
    "A printed number stands for all numbers that would be rounded to it, each equally likely. "
    "They go through the formula together; 94 % of the results lie in the interval that is given.",
    "A number is supported where that interval meets the printed number's own, and not supported "
    "where it does not. An interval wider than the number itself could not have contradicted it: "
    "then the claim cannot be checked.",
    f"A statement is supported if its probability is {SURE} or more, not supported if it is "
    f"{1 - SURE:.2f} or less; in between the numbers cannot tell.",
    "A statement on one specimen is judged by the printed digits of that specimen. A statement on "
    "what the coating does is about all specimens, and the paper has one of each kind: how much "
    "specimens made alike differ is a parameter with a prior that is given. Where coating and "
    "temperature change together, the coating cannot be checked.",
    "Words are given numbers: slightly, relatively constant and stable are by less than 20 %, "
    "substantially is by more than 20 %, moderately is by less than a factor of two.",
)
"""What decides on the verdicts, in plain words."""

SLIGHT = 0.20
MODERATE = 2.0


@dataclass(frozen=True)
class Case:
    """The answer under one assumption on what the paper does not report."""

    assumption: str
    median: float | None = None
    q03: float | None = None
    q97: float | None = None
    probability: float | None = None


@dataclass(frozen=True)
class Finding:
    """What the paper's own inputs say of a claim."""

    verdict: Verdict
    why: str
    quantity: str = ""
    unit: str = ""
    published: Published | None = None
    median: float | None = None
    q03: float | None = None
    q97: float | None = None
    probability: float | None = None
    sensitivity: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Row:
    """A claim with its verdict.

    Attributes
    ----------
    id, topic, claim
        Name, heading under which it stands, and what is claimed, in our words.
    published, printed, unit
        The published number, as it is printed, and the unit of all numbers of the row; None
        and empty where there is no such number.
    quantity
        What median and interval are of.
    median, q03, q97
        Of the draws from the paper's own inputs, with the ends of the 94 % interval; None
        where nothing can be computed.
    probability
        Of a statement; None where the claim is a number.
    verdict, why
        ``"supported"``, ``"not supported"`` or ``"cannot be checked"``, and the reason.
    sensitivity
        The answer under other assumptions on what is not reported.
    inputs
        Keys of the published numbers that went in.
    """

    id: str
    topic: str
    claim: str
    published: float | None
    printed: str
    unit: str
    quantity: str
    median: float | None
    q03: float | None
    q97: float | None
    probability: float | None
    verdict: Verdict
    why: str
    sensitivity: tuple[Case, ...]
    inputs: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return what the JSON document says of the claim."""
        names = (
            "id", "topic", "claim", "published", "unit", "median", "q03", "q97", "verdict", "why",
            "quantity", "probability",
        )  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "sensitivity": [asdict(case) for case in self.sensitivity],
            "inputs": list(self.inputs),
        }


@dataclass(frozen=True)
class Claim:
    """Something that the paper says, and how to check it."""

    id: str
    topic: str
    text: str
    evaluate: Callable[[Inputs], Finding]

    def check(self, numbers: "Numbers", seed: int, fits: "Fits") -> Row:
        """Check the claim with the numbers given."""
        inputs = Inputs(numbers, self.id, seed, fits)
        found = self.evaluate(inputs)
        number = found.published
        about = "≈ " if number is not None and number.approximate else ""
        unit = "" if number is None else f" {unit_text(number.unit)}"
        return Row(
            id=self.id,
            topic=self.topic,
            claim=self.text,
            published=None if number is None else number.value,
            printed="" if number is None else f"{about}{plain(number.value, number.step)}{unit}",
            unit="" if found.unit == "dimensionless" else found.unit,
            quantity=found.quantity,
            median=found.median,
            q03=found.q03,
            q97=found.q97,
            probability=found.probability,
            verdict=found.verdict,
            why=found.why,
            sensitivity=found.sensitivity,
            inputs=inputs.used,
        )


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


def quantiles(draws: Array) -> tuple[float, float, float]:
    """Return median and ends of the 94 % interval."""
    low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
    return float(middle), float(low), float(high)


def case(assumption: str, draws: Array | None = None, probability: float | None = None) -> Case:
    """Return the line of a sensitivity table."""
    middle, low, high = (None, None, None) if draws is None else quantiles(draws)
    return Case(assumption, middle, low, high, probability)


def judge_number(
    printed: Published, draws: Array, quantity: str, more: str = "", cases: Sequence[Case] = ()
) -> Finding:
    """Judge a printed number by draws of the same quantity, in the unit that it has."""
    median, low, high = quantiles(draws)
    verdict = verdict_of_number(low, high, printed)
    given = f"The inputs give {span(median, low, high, printed.unit)}"
    at_least, at_most = printed.interval
    stands_for = ends(at_least, at_most, printed.unit, printed.step)
    reason = {
        "supported": f"{given}, which agrees with what is printed.",
        "not supported": f"{given}; what is printed stands for {stands_for}.",
        "cannot be checked": f"{given}, too wide to contradict any number of this size.",
    }[verdict]
    return Finding(
        verdict,
        f"{reason} {more}".strip(),
        quantity,
        printed.unit,
        printed,
        median,
        low,
        high,
        sensitivity=tuple(cases),
    )


def judge_statement(
    probability: float,
    draws: Array,
    quantity: str,
    more: str = "",
    cases: Sequence[Case] = (),
    unit: str = "",
    published: Published | None = None,
    *,
    by_digits: bool = False,
) -> Finding:
    """Judge a statement by its probability, and show the quantity that it is about.

    The probability is said in words where the printed digits decide and leave no doubt.
    """
    verdict = verdict_of_statement(probability)
    median, low, high = quantiles(draws)
    if by_digits and probability in (0.0, 1.0):
        reason = f"The printed numbers say {'so' if probability else 'otherwise'}."
    else:
        reason = {
            "supported": f"It holds with probability {chance(probability)}.",
            "not supported": f"It holds with probability {chance(probability)} only.",
            "cannot be checked": f"The numbers cannot tell: probability {chance(probability)}.",
        }[verdict]
    return Finding(
        verdict,
        f"{reason} {more}".strip(),
        quantity,
        unit,
        published,
        median,
        low,
        high,
        probability,
        tuple(cases),
    )


def cannot_be_checked(
    why: str,
    draws: Array | None = None,
    quantity: str = "",
    unit: str = "",
    published: Published | None = None,
    cases: Sequence[Case] = (),
) -> Finding:
    """Say what is missing, and show what follows nevertheless."""
    median, low, high = (None, None, None) if draws is None else quantiles(draws)
    return Finding(
        "cannot be checked",
        why,
        quantity,
        unit if draws is not None or published is not None else "",
        published,
        median,
        low,
        high,
        sensitivity=tuple(cases),
    )
