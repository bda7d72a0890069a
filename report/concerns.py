"""One list of what speaks against a result, the gravest first: for the terminal and the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..inference.caution.general import Caution
from ..inference.checks.check import Checks
from ..inference.verdict import ALL, Doubt, Verdict, enumerated_quantities

Kind = Literal["Failed", "Doubt", "Caution", "Remark"]


@dataclass(frozen=True)
class Concern:
    """One entry of the list.

    Attributes
    ----------
    kind
        ``"Failed"`` of the sampling, a ``"Doubt"`` about the model, a ``"Caution"`` on what the
        data leave open, or a ``"Remark"`` by a check that is milder than a doubt.
    text
        What it says.
    subject
        What it is about, where that is not everything: ``"R1 and R2"``.
    """

    kind: Kind
    text: str
    subject: str = ""


def concerns(
    verdict: Verdict, cautions: Sequence[Caution], checks: Checks | None
) -> tuple[Concern, ...]:
    """Return what failed, what is doubted, what to beware of, and what else checks found.

    Each is told once.
    """
    found = [
        *(Concern("Failed", each) for each in verdict.messages),
        *(
            Concern("Doubt", each.text, enumerated_quantities([each]) if _is_few(each) else "")
            for each in verdict.doubts
        ),
        *(Concern("Caution", each.text) for each in cautions),
        *(Concern("Remark", each) for each in (checks.sentences if checks else ())),
    ]
    once: dict[str, Concern] = {}
    for each in found:
        once.setdefault(each.text, each)
    return tuple(once.values())


FEW = 4


def _is_few(doubt: Doubt) -> bool:
    """Tell whether a doubt is about so few quantities that they can be named."""
    return doubt.about != ALL and len(doubt.about) <= FEW
