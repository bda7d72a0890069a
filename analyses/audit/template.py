"""Sentences of claims, with values in braces: ``{median(ratio):.2f}``, ``{t:span mS/cm}``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import PosterionError
from ...report.number_texts import chance, span, value_text
from .expression import Scope
from .inputs import PRIORS, Undecided, quantiles, typical

_FIELD = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
_PLAIN = re.compile(r"\.\d[fg]|g")
_ORDINALS = {1: "first", 2: "second", 3: "third"}


def sentences(scope: Scope, texts: str | Sequence[str | Mapping[str, str]]) -> str:
    """Return texts with their values put in, one after the other.

    A text whose value cannot be told gives way to the reason. One of the form
    ``{if = formula, says = text}`` is said only if the formula holds.

    Raises
    ------
    PosterionError
        If a formula or the form of a value is wrong.
    """
    found = []
    for text in [texts] if isinstance(texts, str) else texts:
        try:
            if not isinstance(text, str):
                if not _scalar(scope.value(text["if"])):
                    continue
                text = text["says"]
            found.append(_FIELD.sub(lambda field: _tried(scope, field), text))
        except Undecided as why:
            found.append(str(why))
    return " ".join(part.strip() for part in found if part.strip())


def _tried(scope: Scope, field: re.Match[str]) -> str:
    try:
        return _shown(scope, field)
    except PosterionError:
        raise
    except (TypeError, ValueError, ArithmeticError) as error:
        raise PosterionError(f"'{field[0][:60]}' cannot be written; check its form.") from error


def _shown(scope: Scope, field: re.Match[str]) -> str:
    formula, form = field[1], field[2] or ""
    verb, _, rest = form.partition(" ")
    if verb == "typical" and formula in PRIORS:
        return typical(PRIORS[formula])
    if verb == "printed":
        return scope.number(formula).printed
    value = scope.value(formula)
    if isinstance(value, str):
        return value
    if form.startswith("?"):
        return form[1:].split("|")[0 if _scalar(value) else 1]
    if verb == "span":
        return span(*quantiles(np.asarray(value, dtype=float)), rest)
    if verb == "value":
        unit, _, digits = rest.partition(" ")
        return value_text(_scalar(value), unit, int(digits or 3))
    if verb == "chance":
        return chance(_scalar(value))
    if verb == "ordinal":
        place = round(_scalar(value))
        return _ORDINALS.get(place, f"{place}th")
    if verb == "path":
        return " → ".join(f"{_scalar(row):.4g}" for row in value)
    if _PLAIN.fullmatch(form or "g"):
        return format(_scalar(value), form or "g")
    raise PosterionError(
        f"'{form[:30]}' in '{field[0][:60]}' is no form of a value; write .2f, g, span UNIT, "
        "value UNIT, chance, printed, typical, ordinal, path or ?yes|no."
    )


def _scalar(value: Any) -> float:
    """Return a number as it is, and of draws the median."""
    return float(np.median(value))
