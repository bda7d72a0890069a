"""What was found of a claim."""

from dataclasses import asdict, dataclass
from typing import Any

from .verdict import Verdict


@dataclass(frozen=True)
class Case:
    """The answer under one assumption on what the paper does not report."""

    assumption: str
    median: float | None = None
    q03: float | None = None
    q97: float | None = None
    probability: float | None = None


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
