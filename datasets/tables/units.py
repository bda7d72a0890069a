"""What a unit looks like in a cell, and the units that a quantity may have."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from ...errors import PosterionError, Setting
from .names import plain

_UNIT = re.compile(
    r"(1/)?(?:[pnµumkcdMGK]?(?:[Hh]ertz|H[Zz]|[Oo]hms?|OHM|Ω|ω|S|A|V|W|F|H|J|Pa|bar|g|m|L|l|eV|mol)|"
    r"hz|HZ|khz|KHZ|kOhm|°C?|K|C|deg(?:C|rees?)?|grad|rad(?:ians?)?|%|[Cc]ycles?|s|sec|min|h|hrs?|"
    r"[mµu]?Ah|m?Wh|[mM]?[Ss]iemens|[Vv]olts?|[Aa]mps?|[Aa]mperes?|seconds?|hours?|days?|d)"
    r"(?:\^?-?[1-4])?"
)


def is_unit(cell: str) -> bool:
    """Tell if a cell below a header holds a unit, such as ``mA/cm2`` or ``[Ohm]``."""
    text = plain(cell.strip().strip("[]()").strip())
    parts = [part for part in re.split(r"[\s*/·.]+", text.removeprefix("1/")) if part]
    return 0 < len(parts) < 5 and all(_UNIT.fullmatch(part) for part in parts)


@dataclass(frozen=True)
class Unit:
    """A unit as it is spelled in data, and what to multiply by to have it."""

    text: str
    factor: float = 1.0

    def is_same(self, other: "Unit") -> bool:
        """Tell if two units are one, however they were written."""
        return self.text == other.text and math.isclose(self.factor, other.factor)


@dataclass(frozen=True)
class Units[U: Unit]:
    """The units that a quantity may have.

    Attributes
    ----------
    quantity
        What it is called in messages.
    parse
        Returns what a unit means, or None if it is not understood.
    examples, argument
        Some of them, and the argument in which a user gives one where a file does not tell.
    expected
        Those that are understood, in words.
    header
        A title that tells it.
    """

    quantity: str
    parse: Callable[[str], U | None]
    examples: tuple[str, ...]
    expected: str
    header: str
    argument: str = "unit"

    @property
    def settings(self) -> tuple[str | Setting, ...]:
        """How a user gives a unit, in parts of a message."""
        told = [(" or ", Setting(self.argument, example)) for example in self.examples]
        return tuple(part for each in told for part in each)[1:]

    def require(self, text: str, argument: str = "") -> U:
        """Return what a unit means that a user gave, or raise a PosterionError."""
        said = (Setting(argument, text), ": ") if argument else ()
        unit = self.parse(text) if isinstance(text, str) else None
        if unit is None:
            raise PosterionError(
                *said,
                f"the unit of {self.quantity} '{text}' is not understood; expected "
                f"{self.expected}.",
            )
        return unit

    def given(self, text: str | None) -> U | None:
        """Return what a unit means that a user may have given."""
        return None if text is None else self.require(text, self.argument)
