"""A claim held against the numbers of its paper.

What a claim says is evaluated in the order in which it is written, and judged by its kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from ...errors import PosterionError
from ...inference.prior import Prior
from ...report.number_texts import chance, ends, plain, span, unit_text
from .expression import Scope
from .fits import Array, Fits
from .functions import ROWS
from .inputs import (
    DRAWS,
    LEVELS,
    PRIORS,
    Inputs,
    Numbers,
    Undecided,
    at_normal,
    normal_grid,
    quantiles,
    typical,
)
from .published import Published
from .rows import Case, Row
from .template import sentences
from .verdict import Verdict, verdict_of_number, verdict_of_statement


@dataclass(frozen=True)
class Shared:
    """What the claims of a paper share: formulas and series of keys, by name."""

    defined: Mapping[str, str]
    series: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Claim:
    """Something that a paper says, and how to check it: a ``[[claim]]`` of a claims file."""

    id: str
    topic: str
    says: str
    kind: str
    fields: Mapping[str, Any]

    def check(self, paper: Shared, numbers: Numbers, seed: int, fits: Fits) -> Row:
        """Check the claim with the numbers given.

        Raises
        ------
        PosterionError
            If a formula of the claim is wrong.
        """
        inputs = Inputs(numbers, self.id, seed, fits)
        where = f"claim '{self.id}'"
        found = _Found(self, Scope(inputs, paper.defined, paper.series, where), where)
        try:
            for name, content in self.fields.items():
                found.take(name, content)
            KINDS[self.kind].judge(found)
        except Undecided as why:
            found.open_with(str(why))
        number = found.published
        about = "≈ " if number is not None and number.approximate else ""
        unit = "" if number is None else f" {unit_text(number.unit)}"
        shown = found.draws is not None or number is not None
        median, low, high = (None, None, None) if found.draws is None else quantiles(found.draws)
        return Row(
            id=self.id,
            topic=self.topic,
            claim=self.says,
            published=None if number is None else number.value,
            printed="" if number is None else f"{about}{plain(number.value, number.step)}{unit}",
            unit="" if found.unit == "dimensionless" or not shown else found.unit,
            quantity=found.quantity if found.draws is not None else "",
            median=median,
            q03=low,
            q97=high,
            probability=found.probability,
            verdict=found.verdict,
            why=found.why,
            sensitivity=tuple(found.cases),
            inputs=inputs.used,
        )


@dataclass
class _Found:
    """What has been found of a claim so far."""

    claim: Claim
    scope: Scope
    where: str
    published: Published | None = None
    draws: Array | None = None
    main: Any = None
    holds: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    quantity: str = ""
    unit: str = ""
    probability: float | None = None
    verdict: Verdict = "cannot be checked"
    why: str = ""

    def take(self, name: str, content: Any) -> None:
        """Evaluate one field of the claim."""
        match name:
            case "let" | "then":
                for own, formula in content.items():
                    self.scope.define(own, formula)
            case "printed":
                printed = self.scope.number(content, self.claim.fields.get("unit"))
                self.published, self.unit = printed, printed.unit
            case "value" | "ratio" | "series":
                self.main = self.numbers(content, 2 if name == "series" else 1)
                if name == "ratio" and (self.main.size not in (1, DRAWS) or self.main.min() <= 0):
                    raise PosterionError(
                        f"{self.where}: '{content}' is no positive ratio of printed numbers."
                    )
                self.scope.bind(name, self.main)
                self.draws = self.main if name == "value" else None
            case "probability":
                self.probability = self.chance(content)
            case "cases":
                for each in content:
                    self.add_cases(each)
            case "why" | "more" | "after" | "open" | "quantity":
                self.texts[name] = sentences(self.scope, content)
                self.quantity = self.texts.get("quantity", "")
            case "unit":
                self.unit = content

    def numbers(self, formula: str, axes: int = 1) -> Array:
        """Evaluate a formula that has to come to finite numbers, a series to few rows of them."""
        found = self.scope.value(formula)
        try:
            values = np.atleast_1d(np.asarray(found, dtype=float))
        except (TypeError, ValueError):
            values = np.zeros((1, 1, 1))
        if values.ndim > axes or (axes == 2 and len(values) > ROWS):
            raise PosterionError(
                f"{self.where}: '{formula}' comes to no number"
                f"{f', and to no series of up to {ROWS}' if axes == 2 else ''}; write one."
            )
        if not np.isfinite(values).all():
            raise PosterionError(
                f"{self.where}: '{formula}' comes to no finite number; does it divide by zero, or "
                "take the logarithm of a negative number?"
            )
        return values

    def chance(self, formula: str) -> float:
        """Evaluate a formula that comes to a probability, or to what is true of some draws."""
        probability = float(np.mean(self.numbers(formula)))
        if not 0 <= probability <= 1:
            raise PosterionError(
                f"{self.where}: '{formula}' is {probability:g}; a probability is from 0 to 1."
            )
        return probability

    def add_cases(self, content: Mapping[str, Any]) -> None:
        """Evaluate the answer under an assumption, or at several values of `at`."""
        for at in content.get("at", [None]):
            if at is not None:
                self.scope.bind("at", np.float64(at))
            for own, formula in content.get("let", {}).items():
                self.scope.define(own, formula)
            draws = self.numbers(content["value"]) if "value" in content else None
            if draws is not None:
                self.scope.bind("value", draws)
            probability = self.chance(content["probability"]) if "probability" in content else None
            self.cases.append(_case(sentences(self.scope, content["if"]), draws, probability))
        if self.draws is not None:
            self.scope.bind("value", self.draws)

    def judged(self, values: Mapping[str, Any]) -> float:
        """Return with what probability the statement holds of some values."""
        for name, value in values.items():
            self.scope.bind(name, value)
        if "holds" not in self.claim.fields:
            raise PosterionError(f"{self.where} has neither `holds` nor `probability`; write one.")
        return self.chance(self.claim.fields["holds"])

    def open_with(self, why: str) -> None:
        """Leave the claim open."""
        self.verdict, self.why, self.draws, self.cases = "cannot be checked", why, None, []

    def state(self, probability: float, more: str, *, by_digits: bool = False) -> None:
        """Judge a statement by its probability.

        The probability is said in words where the printed digits decide and leave no doubt.
        """
        self.probability, self.verdict = probability, verdict_of_statement(probability)
        if by_digits and probability in (0.0, 1.0):
            reason = f"The printed numbers say {'so' if probability else 'otherwise'}."
        else:
            reason = {
                "supported": f"It holds with probability {chance(probability)}.",
                "not supported": f"It holds with probability {chance(probability)} only.",
                "cannot be checked": f"The numbers cannot tell: probability {chance(probability)}.",
            }[self.verdict]
        self.why = f"{reason} {more}".strip()
        if "open" in self.texts:
            self.verdict, self.why = "cannot be checked", f"{self.texts['open']} {self.why}"
        self.why = f"{self.why} {self.texts.get('after', '')}".strip()


def _case(assumption: str, draws: Array | None, probability: float | None) -> Case:
    middle, low, high = (None, None, None) if draws is None else quantiles(draws)
    return Case(assumption, middle, low, high, probability)


def _nothing(found: _Found) -> None:
    """Say what is missing; what follows nevertheless is shown."""
    found.why = found.texts["why"]


def _number(found: _Found) -> None:
    """Judge a printed number by draws of the same quantity, in the unit that it has."""
    printed, draws = found.published, found.draws
    if printed is None or draws is None:
        raise PosterionError(f"{found.where} is a number; it needs `printed` and `value`.")
    if found.texts.get("open"):
        found.why = found.texts["open"]
        return
    median, low, high = quantiles(draws)
    found.verdict = verdict_of_number(low, high, printed)
    given = f"The inputs give {span(median, low, high, printed.unit)}"
    stands_for = ends(*printed.interval, printed.unit, printed.step)
    reason = {
        "supported": f"{given}, which agrees with what is printed.",
        "not supported": f"{given}; what is printed stands for {stands_for}.",
        "cannot be checked": f"{given}, too wide to contradict any number of this size.",
    }[found.verdict]
    found.why = f"{reason} {found.texts.get('more', '')}".strip()


def _statement(found: _Found) -> None:
    """Judge a statement by the draws of which it holds."""
    probability = found.probability
    if probability is None:
        probability = found.judged({"value": found.draws})
    by_digits = found.claim.kind == "printed digits"
    found.state(probability, found.texts.get("more", ""), by_digits=by_digits)


def _one_specimen(found: _Found) -> None:
    """Judge a statement on numbers of one specimen by their digits."""
    series, inputs = found.main, found.scope.inputs
    factors = [inputs.normal() for _ in series]
    for level in LEVELS:
        noisy = np.array([v * np.exp(level * z) for v, z in zip(series, factors, strict=True)])
        probability = found.judged({"series": noisy})
        label = f"each number scatters by {100 * level:g} %"
        found.cases.append(_case(label, found.numbers(found.claim.fields["shows"]), probability))
    probability = found.judged({"series": series})
    found.draws = found.numbers(found.claim.fields["shows"])
    found.state(probability, found.texts.get("more", ""), by_digits=True)


def _two_specimens(found: _Found) -> None:
    """Judge a statement on the ratio of two kinds of specimens, of which one each was measured.

    What a kind has is spread log-normally between specimens, and any ratio of the two kinds is
    as likely as another before. The logarithm of the ratio is then normal around the measured
    one, with √2 times the spread.
    """
    spread, kind = found.claim.fields["spread"], found.claim.fields.get("specimen", "pellet")
    prior = PRIORS[spread] if spread in PRIORS else Prior.parse(spread)
    if prior.family != "LogNormal" or not all(
        isinstance(v, float | int) for _, v in prior.arguments
    ):
        raise PosterionError(
            f"{found.where}: the spread '{spread}' is no LogNormal; write one, or "
            f"{' or '.join(PRIORS)}."
        )
    z, of_spread = normal_grid()
    log_ratio, unit_normal = np.log(found.main), np.sqrt(2) * z

    def at(each: Array | float) -> tuple[Array, float]:
        ratio = np.asarray(np.exp(log_ratio + each * unit_normal))
        return ratio, found.judged({"ratio": ratio})

    known = [_case(f"{kind}s made alike differ by {100 * s:g} %", *at(s)) for s in LEVELS]
    own = _case("these two alone, by their printed digits", *at(0.0))
    found.cases = [own, *known, *found.cases]
    found.draws, probability = at(at_normal(prior, of_spread))
    taken = f"One {kind} each; {kind}s made alike are taken to differ by {typical(prior)}."
    found.state(probability, f"{found.texts.get('more', '')} {taken}".strip())


def _two_conditions(found: _Found) -> None:
    """Show two specimens that differ in more than the claim is about: never a verdict on it."""
    log_ratio = np.log(found.main)
    _two_specimens(found)
    found.draws, found.probability, found.verdict = np.exp(log_ratio), None, "cannot be checked"
    found.why = found.texts["why"]


@dataclass(frozen=True)
class Kind:
    """A kind of claim: how it is judged, and the fields that it needs and may have."""

    judge: Callable[[_Found], None]
    needs: frozenset[str]
    may: frozenset[str] = frozenset()


_SHOWN = frozenset({"let", "then", "unit", "cases", "more", "quantity"})
_TWO = frozenset({"ratio", "spread", "holds", "quantity"})
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "cannot be checked": Kind(_nothing, frozenset({"why"}), _SHOWN | {"printed", "value"}),
        "number": Kind(_number, frozenset({"printed", "value", "quantity"}), _SHOWN | {"open"}),
        "statement": Kind(
            _statement, frozenset({"value", "quantity"}), _SHOWN | {"holds", "probability"}
        ),
        "printed digits": Kind(
            _statement, frozenset({"value", "quantity"}), _SHOWN | {"holds", "probability"}
        ),
        "one specimen": Kind(
            _one_specimen, frozenset({"series", "holds", "shows", "quantity"}), _SHOWN
        ),
        "two specimens": Kind(_two_specimens, _TWO, _SHOWN | {"specimen", "open", "after"}),
        "two conditions": Kind(_two_conditions, _TWO | {"why"}, _SHOWN | {"specimen"}),
    }
)
"""Kinds of claims by the name that a claims file has for them."""
