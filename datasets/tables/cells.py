"""Lines of a table, parted into cells."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import PosterionError
from .numbers import COMMA, POINT, Marks, number

BLANK = " "  # the delimiter that stands for any run of blanks
DELIMITERS = ("\t", ";", ",", "|", ":", BLANK)
COMMENTS = "#%"


@dataclass(frozen=True)
class Row:
    """The cells of one line; ``line`` counts from 1, ``block`` from 0."""

    line: int
    cells: tuple[str, ...]
    block: int = 0


def cells_of(line: str, delimiter: str) -> tuple[str, ...]:
    """Split a line into cells."""
    if delimiter == BLANK:
        cells = re.findall(r'"[^"]*"|\S+', line) if '"' in line else line.split()
        return tuple(cell.strip('"').strip() if '"' in cell else cell for cell in cells)
    if '"' not in line:
        return tuple(cell.strip() for cell in line.split(delimiter))
    try:
        rows = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
        return tuple(cell.strip() for cell in next(rows, []))
    except csv.Error:  # a cell longer than csv's limit
        return (line,)


def trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Return cells without the empty ones that a trailing delimiter leaves."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return tuple(cells[:end])


def numbered(lines: Sequence[str], start: int) -> list[tuple[int, str]]:
    """Return the lines from `start` on that are not blank, with their numbers."""
    return [(k, line) for k, line in enumerate(lines[start:], start + 1) if line.strip()]


def is_marked(line: str) -> bool:
    """Tell if a line begins with the mark of a comment."""
    return line.lstrip()[:1] in (*COMMENTS,)


def is_comment(line: str, cells: Sequence[str], width: int) -> bool:
    """Tell if a line below a header is a comment, and no row whose first cell is ``#1``."""
    if not is_marked(line):
        return False
    mark, *others = trimmed(cells) or ("",)
    if len(others) + 1 != width or mark in (*COMMENTS,):
        return True
    # "#N/A, 3.4e-4" is a row; "# a remark, and another" is none.
    held = any(number(cell, marks) is not None for cell in others for marks in (POINT, COMMA))
    return line.lstrip()[1:2].isspace() and not held


def lines_in_words(lines: Sequence[int]) -> str:
    """Return numbers of lines for a message, shortened where there are many."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    if lines[-1] - lines[0] == len(lines) - 1:
        return f"lines {lines[0]} to {lines[-1]}"
    shown = [*map(str, lines[:5]), *(["..."] if len(lines) > 5 else [])]
    return f"lines {', '.join(shown)}"


def without_cut_end(rows: Sequence[Row], marks: Marks, line: str) -> tuple[list[Row], list[str]]:
    """Drop the last row of a text without a last line end if its last cell looks cut off.

    That is a number with fewer digits and decimals than all above it in its column, one without
    the exponent that all of them have, a piece of a text that occurs above, or one whose quotes
    are not closed in the `line`.
    """
    *above, last = rows
    place = len(trimmed(last.cells)) - 1
    column = [row.cells[place] for row in above if place < len(row.cells) and row.cells[place]]
    cut = line.count('"') % 2 == 1 or (
        place >= 0 and len(column) > 0 and _is_cut(last.cells[place], column, marks)
    )
    found = last.cells[max(place, 0)][:40]
    if not cut and found.lstrip("+-").isdigit():
        return list(rows), [
            f"the file ends without a line end behind '{found}' in line {last.line}: nothing tells "
            "if a whole number is whole"
        ]
    if not cut:
        return list(rows), []
    return above, [
        f"last line {last.line} dropped: '{found}' is not as long as what stands above it, and the "
        "file ends there without a line end, so it may be cut off"
    ]


def _is_cut(cell: str, column: Sequence[str], marks: Marks) -> bool:
    if number(cell, marks) is None:
        if any(number(each, marks) is None for each in column):
            return cell not in column and any(each.startswith(cell) for each in column)
        return False  # no number where all others are: that is refused
    figures, decimals, powers = zip(*(_printed(each, marks) for each in column), strict=True)
    own_figures, own_decimals, own_power = _printed(cell, marks)
    if own_power < max(min(powers), powers[-1]) or cell.strip()[-1:] == marks.decimal:
        return True
    if own_power:
        return False
    if len({*decimals}) == 1:
        # A fixed number of decimals; of whole numbers only a very short one tells.
        return own_decimals < decimals[0] or (not decimals[0] and own_figures < min(figures))
    # As with %.6g: most numbers have all figures, as only trailing zeros are not printed. What
    # is gone behind the twelfth figure is no other number.
    share = 0.5 if len(figures) > 7 else 0.9
    return own_figures < 12 and sum(n > own_figures for n in figures) >= share * len(figures)


def _printed(cell: str, marks: Marks) -> tuple[int, int, int]:
    """Return the number of figures, of decimals, and of digits in the exponent."""
    mantissa, _, exponent = cell.strip().lower().replace("d", "e").partition("e")
    digits = re.sub(r"\D", "", mantissa).lstrip("0")
    return (
        len(digits),
        len(mantissa.partition(marks.decimal)[2]),
        sum(character.isdigit() for character in exponent),
    )


def require_numbers(
    name: str, row: Row, positions: Sequence[int], titles: Sequence[str], marks: Marks
) -> None:
    """Raise a PosterionError that names line and column unless the cells hold numbers."""
    for position in positions:
        cell = row.cells[position] if position < len(row.cells) else ""
        if number(cell, marks) is None:
            found = f"'{cell[:40]}' is not a number" if cell else "a number is missing"
            raise PosterionError(
                f"{name}, line {row.line}, column {position + 1} ('{titles[position]}'): {found}; "
                "correct or remove this line."
            )
