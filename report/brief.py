"""A concern in a line or two: what was found, and what to type or do about it."""

import re
import textwrap
from dataclasses import dataclass

from ..errors import Said, Setting, Spell, marked, spelled
from .concerns import Concern

_SENTENCES = re.compile(r"(?<=[.?!])\s+(?=[A-Z⟦])")
_NOTHING = "…"

FEW_WORDS = 3
"""Fewer words before a colon are what a sentence is about."""


@dataclass(frozen=True)
class Brief:
    """What was found, and the remedy, which is empty where none is known."""

    found: str
    remedy: str
    short: str = ""
    """The remedy without the options that it names in brackets."""
    options: str = ""
    """The options that the remedy names, as they are typed."""

    @classmethod
    def of(cls, concern: Concern, spell: Spell = str) -> "Brief":
        """Take a concern apart: its beginning, and the sentence that says what to do.

        Where a sentence speaks of an argument it is that one, and otherwise the last.
        """
        sentences = _SENTENCES.split(marked(concern.text).strip())
        first, colon, rest = sentences[0].partition(": ")
        if len(first.split()) < FEW_WORDS:  # a name, not what was found
            first, colon, rest = sentences[0], "", ""
        others = [*map(Said.of, [*([rest] if colon else []), *sentences[1:]])]
        named = [each for each in others if _settings(each)]
        remedy = (named or others or [Said.of("")])[-1]
        about = f"{concern.subject}: " if concern.subject else ""
        found = spelled(Said.of(first), spell).rstrip(".")
        options = " or ".join(dict.fromkeys(map(spell, _settings(remedy))))
        whole, short = (_capital(spelled(e, spell)) for e in (remedy, _without_brackets(remedy)))
        return cls(f"{about}{found}", whole, short, options)

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
                told = shortened(self.short, max(room - len(tail), 12)) + tail
            return [start + shortened(self.found, room), " " * len(start) + shortened(told, room)]
        tail = f" (try {self.options})" if self.options else ""
        return [start + shortened(self.found, room - len(tail)) + tail]


def _settings(text: Said) -> list[Setting]:
    return [each for each in text.parts if isinstance(each, Setting)]


def _without_brackets(text: Said) -> Said:
    """Leave out the arguments that stand in brackets by themselves."""
    kept: list[str] = []
    parts = [*text.parts]
    for place, each in enumerate(parts):
        end = place + 1
        while end < len(parts) and (isinstance(parts[end], Setting) or parts[end] == ", "):
            end += 1
        after = parts[end] if end < len(parts) else ""
        if str(each).endswith(" (") and isinstance(after, str) and after.startswith(")"):
            parts[end] = after[1:]
            parts[place + 1 : end] = [""] * (end - place - 1)
            each = str(each)[:-2]
        kept.append(each.mark if isinstance(each, Setting) else each)
    return Said.of("".join(kept))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def shortened(text: str, width: int) -> str:
    """Shorten a text to whole words, with a sign where something is left out."""
    return textwrap.shorten(text, width, placeholder=f" {_NOTHING}") or text[:width]
