"""Numbers as text: which marks part decimals and thousands, decided for a table as a whole."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...errors import PosterionError, Setting

_LONGEST = 100  # characters; no number is printed with more
_SPACES = "\u00a0\u2007\u2009\u202f"
_LOOK_ALIKES = str.maketrans({"−": "-", "’": "'", **dict.fromkeys(_SPACES, " ")})
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SHAPE = str.maketrans("123456789", "999999999")


@dataclass(frozen=True)
class Marks:
    """The mark before decimals, and the one between thousands, empty where there is none."""

    decimal: str = "."
    thousands: str = ""

    def __str__(self) -> str:
        """Return the marks in words."""
        decimals = "decimal commas" if self.decimal == "," else "decimal points"
        if not self.thousands:
            return decimals
        between = {",": "commas", ".": "points", " ": "blanks", "'": "apostrophes"}
        return f"{between[self.thousands]} between thousands and {decimals}"


POINT = Marks()
COMMA = Marks(",")
READINGS = (
    POINT,
    COMMA,
    Marks(".", ","),
    Marks(",", "."),
    Marks(".", " "),
    Marks(",", " "),
    Marks(".", "'"),
    Marks(",", "'"),
)


@lru_cache
def _pattern(marks: Marks) -> re.Pattern[str]:
    decimal = re.escape(marks.decimal)
    # A comma that ends a number is one of a list.
    after = r"(\.\d*)?" if marks.decimal == "." else rf"({decimal}\d+)?"
    plain = rf"(\d+{after}|{decimal}\d+)([eEdD][+-]?\d+)?"
    grouped = rf"|[1-9]\d{{0,2}}({re.escape(marks.thousands)}\d{{3}})+({decimal}\d*)?"
    whole = plain + (grouped if marks.thousands else "")
    return re.compile(rf"[+-]?({whole})|[+-]?(nan|inf(inity)?)", re.I | re.A)


_POWER = re.compile(
    r"(?P<mantissa>[+-]?[0-9.,]+)?\s*(?P<times>[x×·⋅*])?\s*10(?P<caret>\^|\*\*)?\(?"
    r"(?P<power>[+-]?[0-9]{1,3})\)?"
)


def number(text: str, marks: Marks = POINT) -> float | None:
    """Return the number that a cell holds (NaN and infinity included), or None.

    Examples
    --------
    >>> number("1.2E-3"), number("1.234,5", Marks(",", ".")), number("3 × 10^-4")
    (0.0012, 1234.5, 0.0003)
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if not text.isascii():
        text = text.translate(_LOOK_ALIKES)
    if _pattern(marks).fullmatch(text):
        return float(_plain(text, marks))
    if "10" not in text or len(text) > 40:
        return None
    return _with_power(text, marks)


def _plain(text: str, marks: Marks) -> str:
    if marks.thousands:
        text = text.replace(marks.thousands, "")
    return text.replace(marks.decimal, ".").lower().replace("d", "e")


def _with_power(text: str, marks: Marks) -> float | None:
    """Return a number such as 3·10⁻⁴."""
    match = _POWER.fullmatch(_raised(text))
    if match is None or (match["mantissa"] is None) != (match["times"] is None):
        return None
    if not match["caret"] and (match["mantissa"] is None or match["power"][0] not in "+-"):
        return None
    mantissa = match["mantissa"] or "1"
    if not _pattern(marks).fullmatch(mantissa):
        return None
    return float(f"{_plain(mantissa, marks)}e{match['power']}")


def _raised(text: str) -> str:
    """Return 10⁻⁴ as 10^-4."""
    return re.sub(r"(?<=10)(?=[⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹])", "^", text).translate(_SUPERSCRIPTS)


def last_digit(text: str, marks: Marks = POINT) -> float:
    """Return the unit in the last digit of a printed number: 0.01 of ``0.31``."""
    text = _plain(text.strip().translate(_LOOK_ALIKES), marks)
    mantissa, _, exponent = text.partition("e")
    power = _POWER.fullmatch(_raised(text))
    if power and power["caret"]:
        mantissa, exponent = power["mantissa"] or "1", power["power"]
    decimals = len(mantissa.partition(".")[2])
    return float(f"1e{int(exponent[:20] or 0) - decimals}")


def decided(
    columns: Sequence[Sequence[str]],
    others: Iterable[str],
    name: str,
    decimal: str | None = None,
    thousands: str | None = None,
) -> Marks:
    """Return the marks with which most cells are numbers.

    Parameters
    ----------
    columns
        Cells of the columns that hold numbers.
    others
        All cells of the table: they choose between readings that the first leave open.
    name
        Of the file, for error messages.
    decimal, thousands
        What the user said.

    Raises
    ------
    PosterionError
        If two readings are left that give other numbers.

    Notes
    -----
    ``1,234`` is 1.234 with decimal commas and 1234 with commas between thousands; ``0,234``,
    ``1,5`` and ``1234,5`` are possible with the first alone, ``1,234,567`` and ``1,234.5`` with
    the second. A point is a decimal point unless ``1.234.567`` or ``1.234,5`` says otherwise; it
    is in doubt where all stand before three digits and, in one column, beside short numbers
    without any, as in 1.515 and 994.
    """
    possible = [
        marks
        for marks in READINGS
        if decimal in (None, marks.decimal) and thousands in (None, marks.thousands)
    ]
    shapes = _shapes(cell for column in columns for cell in column)
    best = _best(possible, shapes)
    readings = _apart(best, shapes)
    if len(readings) > 1 and POINT not in best:
        readings = _apart(_best(best, _shapes(others)), shapes)
    doubtful = Marks(",", ".") in best and any(map(_may_be_thousands, columns))
    if len(readings) == 1 or (POINT in readings and not doubtful):
        return POINT if POINT in readings else readings[0]
    first, second = readings[:2]
    example = next(
        cell for _, cell in shapes.values() if number(cell, first) != number(cell, second)
    )
    what = "decimal" if first.decimal != second.decimal else "thousands"
    one, other = (getattr(marks, what) or "none" for marks in (first, second))
    raise PosterionError(
        f"{name}: '{example[:40]}' is {number(example, first):g} with {first} and "
        f"{number(example, second):g} with {second}, and no number of this table says which; say "
        "it with ",
        Setting(what, one, within="dialect=po.Dialect"),
        " or ",
        Setting(what, other, within="dialect=po.Dialect"),
        ".",
    )


def _may_be_thousands(column: Sequence[str]) -> bool:
    """Tell if 1.515 in a column may be 1515: where 994 has no decimals, and no number is long."""
    whole = [cell.strip().lstrip("+-") for cell in column if "." not in cell]
    long = any(len(cell) > 4 for cell in whole)
    return 0 < len(whole) < len(column) and any(cell != "0" for cell in whole) and not long


def _shapes(cells: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return how often each shape of a cell occurs, such as 9,999, and one cell of it."""
    found: dict[str, tuple[int, str]] = {}
    for cell in cells:
        text = cell.strip()
        shape = text.translate(_SHAPE)
        count, first = found.get(shape, (0, text))
        found[shape] = (count + 1, first)
    return found


def _best(possible: Sequence[Marks], shapes: dict[str, tuple[int, str]]) -> list[Marks]:
    """Return the marks with which most cells are numbers."""

    def score(marks: Marks) -> int:
        return sum(n for n, cell in shapes.values() if number(cell, marks) is not None)

    scores = [score(marks) for marks in possible]
    return [marks for marks, own in zip(possible, scores, strict=True) if own == max(scores)]


def _apart(marks: Sequence[Marks], shapes: dict[str, tuple[int, str]]) -> list[Marks]:
    """Return the first of all marks that read the cells alike."""
    found: dict[tuple[float | None, ...], Marks] = {}
    for each in marks:
        values = tuple(number(cell, each) for _, cell in shapes.values())
        found.setdefault(tuple(None if v is None or v != v else v for v in values), each)
    return list(found.values())
