"""A concern in a line or two: what was found, and what to type or do about it."""

import re
import textwrap
from dataclasses import dataclass

from .concerns import Concern

_IN_PYTHON = re.compile(r"\s*\(in Python [^()]*(?:\([^()]*\)[^()]*)*\)")
_SENTENCES = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_OPTION = re.compile(
    r"(?<![\w-])--[a-z][a-z-]*[a-z]"
    r"(?: (?!(?:and|or|in|to|with|where|for|once|as)\b)(?:'[^']*'|\w[^\s,;()]*[^\s,;().]))?"
)
"""An option, and the value that follows it."""

_IN_BRACKETS = re.compile(r" \(--[^()]*\)")
_NOTHING = "…"

FEW_WORDS = 3
"""Fewer words before a colon are what a sentence is about."""


@dataclass(frozen=True)
class Brief:
    """What was found, and the remedy, which is empty where none is known."""

    found: str
    remedy: str

    @classmethod
    def of(cls, concern: Concern) -> "Brief":
        """Take a concern apart: its beginning, and the sentence that says what to do.

        Where a sentence names an option of the command line it is that one, and otherwise the
        last.
        """
        sentences = _SENTENCES.split(_IN_PYTHON.sub("", concern.text).strip())
        first, colon, rest = sentences[0].partition(": ")
        if len(first.split()) < FEW_WORDS:  # a name, not what was found
            first, colon, rest = sentences[0], "", ""
        others = [*([rest] if colon else []), *sentences[1:]]
        named = [each for each in others if _OPTION.search(each)]
        about = f"{concern.subject}: " if concern.subject else ""
        remedy = (named or others or [""])[-1]
        return cls(f"{about}{first.rstrip('.')}", remedy[:1].upper() + remedy[1:])

    @property
    def options(self) -> str:
        """The options that the remedy names, as they are typed."""
        return " or ".join(dict.fromkeys(_OPTION.findall(self.remedy)))

    def lines(self, place: int, width: int, most: int) -> list[str]:
        """Return at most one or two numbered lines that keep to a width."""
        start = f"{place:2d} "
        room = width - len(start)
        whole = f"{self.found}. {self.remedy}" if self.remedy else self.found
        if len(whole) <= room:
            return [start + whole]
        if most > 1 and self.remedy:
            told = self.remedy
            if len(told) > room and self.options:
                tail = f" ({self.options})"
                told = shortened(_IN_BRACKETS.sub("", told), max(room - len(tail), 12)) + tail
            return [start + shortened(self.found, room), " " * len(start) + shortened(told, room)]
        tail = f" (try {self.options})" if self.options else ""
        return [start + shortened(self.found, room - len(tail)) + tail]


def shortened(text: str, width: int) -> str:
    """Shorten a text to whole words, with a sign where something is left out."""
    return textwrap.shorten(text, width, placeholder=f" {_NOTHING}") or text[:width]
