"""What was typed, in the one form that the parser reads."""

import re
from collections.abc import Sequence

KINDS = ("groups", "dose", "factorial", "models")

_NEGATIVE = re.compile(r"-[\d.]")
"""A value such as -20 C, which is no option."""


def as_read(typed: Sequence[str]) -> list[str]:
    """Return what was typed with negative values behind ``=``, and comparisons by their kind."""
    read: list[str] = []
    for each in typed:
        if _NEGATIVE.match(each) and read and read[-1].startswith("--") and "=" not in read[-1]:
            read[-1] += f"={each}"
        else:
            read.append(each)
    return _as_spelled_now(read)


def _as_spelled_now(typed: list[str]) -> list[str]:
    """Return a comparison with its kind as a word of its own.

    Until version 0.2 options alone may tell what is compared: ``--models``, ``--dose``, ``--by``.
    """
    if len(typed) < 2 or typed[0] != "compare" or typed[1] in (*KINDS, "--help", "-h"):
        return typed
    options = {each.partition("=")[0] for each in typed if each.startswith("--")}
    if "--models" in options:
        return ["compare", "models", *(each for each in typed[1:] if each != "--models")]
    kind = "dose" if "--dose" in options else "factorial" if "--by" in options else "groups"
    return ["compare", kind, *typed[1:]]
