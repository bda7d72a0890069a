"""Can a result be trusted? Three questions, one word, and what speaks against it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import xarray as xr

from ..errors import PosterionError, Said, marked
from .scalars import stem

Word = Literal["trusted", "doubtful", "refused"]

ALL: Literal["all"] = "all"

HOLDS = "the model does not describe the data, and the numbers hold only if it does"
"""What is said of a doubtful result."""


@dataclass(frozen=True)
class Doubt:
    """One reason why numbers of a well sampled fit may be wrong.

    Attributes
    ----------
    text
        A sentence: what was found, what it means, and what to do.
    about
        Names of the quantities that it concerns, such as ``("R1", "R2")`` or ``("E_a[bulk]",)``;
        a name without a label is that of each of its elements. Or ``"all"``.
    name
        In a few words, to count it among others: ``"residual autocorrelation"``.
    grave
        Whether the result is doubtful for it, even if what it is asked for is spared.
    """

    text: str
    about: tuple[str, ...] | Literal["all"] = ALL
    name: str = ""
    grave: bool = False

    def __post_init__(self) -> None:
        """Read the arguments that the text speaks of."""
        object.__setattr__(self, "text", Said.of(self.text))

    def concerns(self, quantity: str) -> bool:
        """Tell whether it is about a quantity."""
        return self.about == ALL or quantity in self.about or stem(quantity) in self.about

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Doubt":
        """Construct one from what JSON makes of it."""
        about = fields["about"]
        known = {name: fields[name] for name in ("name", "grave") if name in fields}
        return cls(fields["text"], ALL if about == ALL else tuple(about), **known)


@dataclass(frozen=True)
class Verdict:
    """Whether a result can be trusted, the numbers behind it, and why not.

    Three questions are answered apart. Was the posterior *sampled*? The thresholds are those of
    Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), doi:10.1214/20-BA1221, and of
    Betancourt (2016), arXiv:1604.00695, for E-BFMI. Does the model *describe* the data? See
    `posterion.inference.doubts`. And are the quantities *determined*, by the data and not by the
    priors?

    The word follows from the first two. A result is ``refused`` where it was not sampled: no
    interval of it is shown. It is ``doubtful`` where a doubt is about everything, or about what
    the result is asked for: the total resistance of a circuit that has one, and the conductivity
    that follows from it; the retention of a cell; and otherwise every quantity; and where it is
    grave, such as that the circuit leaves out a tenth of R_total. So milder doubts about R1
    and R2 alone, where only how the resistance parts between two arcs is open, mark these two and
    leave R_total and the word ``trusted``.

    Attributes
    ----------
    passed
        Whether it was sampled well, so that intervals may be shown.
    divergences
        Divergent transitions in all chains.
    max_r_hat
        The largest R-hat of any variable.
    min_ess
        The least effective sample size, bulk or tail, of any variable.
    min_bfmi
        The least energy fraction of missing information of any chain.
    modes
        Modes of comparable mass.
    messages
        What failed of the sampling, in plain words.
    notes
        What a reader should know although nothing failed.
    doubts
        What speaks against the model, the gravest first.
    compared
        Whether the model was held against its data; not where it was only sampled, or where
        there are too few data to see anything.
    headline
        Quantities that the word is about; all where it is empty.
    undetermined
        Quantities whose posterior is that of the prior.
    partly
        Quantities that were sampled well where others were not; empty where all were, or none.
    """

    passed: bool
    divergences: int
    max_r_hat: float
    min_ess: float
    min_bfmi: float
    modes: int
    messages: tuple[str, ...]
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    compared: bool = False
    headline: tuple[str, ...] = ()
    undetermined: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Read the arguments that the messages speak of."""
        for name in ("messages", "notes"):
            object.__setattr__(self, name, tuple(map(Said.of, getattr(self, name))))

    @classmethod
    def of(cls, tree: xr.DataTree) -> "Verdict":
        """Read the verdict that a result carries.

        Raises
        ------
        PosterionError
            If it carries none, or is no result.
        """
        check_result(tree)
        if "verdict" not in tree.attrs:
            raise PosterionError("the result carries no verdict; fit the model anew.")
        fields = json.loads(tree.attrs["verdict"])
        lists = ("messages", "notes", "headline", "undetermined", "partly")
        found = fields | {name: tuple(fields[name]) for name in lists if name in fields}
        doubts = tuple(map(Doubt.of, fields.get("doubts", ())))
        return cls(**(found | {"doubts": doubts}))

    @property
    def text(self) -> str:
        """All of it as the JSON that a result carries."""
        return json.dumps(marked(asdict(self)))

    @property
    def word(self) -> Word:
        """``"trusted"``, ``"doubtful"`` or ``"refused"``."""
        if not self.passed:
            return "refused"
        if not self.doubts:
            return "trusted"
        trusted = self._spared and not any(doubt.grave for doubt in self.doubts)
        return "trusted" if trusted else "doubtful"

    @property
    def _spared(self) -> str:
        """What the result is asked for, where no doubt is about it."""
        spared = all(self.trusts(name) for name in self.headline)
        return " and ".join(self.headline) if spared else ""

    @property
    def described(self) -> bool | None:
        """Whether the model describes the data; None where that was not asked."""
        if not self.passed or not (self.compared or self.doubts):
            return None
        return self.word == "trusted"

    def trusts(self, quantity: str) -> bool:
        """Tell whether a quantity may be quoted as it is: sampled, and no doubt is about it.

        Parameters
        ----------
        quantity
            Such as ``"R_total"``, ``"E_a[bulk]"`` or ``"E_a"`` for all of its elements.
        """
        if not self.passed:
            return False
        return not any(
            doubt.concerns(quantity) or quantity in map(stem, doubt.about) for doubt in self.doubts
        )

    def determines(self, quantity: str) -> bool:
        """Tell whether the data, and not the prior, say how large a quantity is."""
        return self.passed and quantity not in self.undetermined

    def __str__(self) -> str:
        """Say in a sentence whether the result can be trusted, and why not."""
        return Said.of(self._sentence())

    def _sentence(self) -> str:
        if not self.passed:
            return f"Refused: {' '.join(marked(self.messages))} No interval is shown."
        if self.word == "doubtful":
            first, *others = self.doubts
            more = f" ({len(others)} more)" if others else ""
            holds = f"the model does not describe the data, and only {self._spared} holds still"
            return (
                f"Doubtful: well sampled, but {holds if self._spared else HOLDS}. "
                f"{marked(first.text)}{more}"
            )
        if self.doubts:
            if self.partly:
                about = " and ".join(self.partly)
                return f"Trusted for {about} alone: {marked(self.doubts[0].text)}"
            about = enumerated_quantities(self.doubts)
            return f"Trusted, but for {about}: {marked(self.doubts[0].text)}"
        if self.compared:
            return "Trusted: well sampled, and the model describes the data."
        return "Trusted: well sampled. Whether the model describes the data was not asked."


def check_result(tree: Any) -> None:
    """Refuse what is no result.

    Raises
    ------
    PosterionError
        With what to give in its place.
    """
    if not isinstance(tree, xr.DataTree):
        raise PosterionError(
            f"a result is an xarray.DataTree, and this is of type {type(tree).__name__}; give what "
            "po.fit or po.load returns."
        )


def enumerated_quantities(doubts: Collection[Doubt]) -> str:
    """Name what doubts are about: ``R1 and R2``."""
    names = [*dict.fromkeys(name for doubt in doubts if doubt.about != ALL for name in doubt.about)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def carried(verdict: Verdict) -> dict[str, Any]:
    """Return attributes by which numbers that follow from a result carry its verdict.

    ``verdict`` is the word, and ``doubts`` are its doubts as JSON, where there are any.
    """
    doubts = {"doubts": as_text(verdict.doubts)} if verdict.doubts else {}
    return {"verdict": verdict.word} | doubts


def as_text(doubts: Collection[Doubt]) -> str:
    """Write doubts as JSON."""
    return json.dumps([marked(asdict(doubt)) for doubt in doubts])
