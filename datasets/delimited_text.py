"""Cells and numbers of delimited text."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import PosterionError

BLANK = ""  # the delimiter that stands for any run of blanks
DELIMITERS = ("\t", ";", ",", BLANK)
DECIMALS = (".", ",")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eEdD][+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.I)


@dataclass(frozen=True)
class Row:
    """The cells of one line; ``line`` counts from 1."""

    line: int
    cells: tuple[str, ...]


def number(text: str, decimal: str = ".") -> float | None:
    """Return the number that a cell holds (NaN and infinity included), or None."""
    text = text.strip().replace("−", "-")
    if decimal == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    return float(text.lower().replace("d", "e"))


def last_digit(text: str, decimal: str = ".") -> float:
    """Return the unit in the last digit of a printed number: 0.01 of ``0.31``."""
    text = text.strip().lower().replace(decimal, ".").replace("d", "e").replace("−", "-")
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(f"1e{int(exponent[:20] or 0) - decimals}")


def cells_of(line: str, delimiter: str) -> tuple[str, ...]:
    """Split a line into cells."""
    if delimiter == BLANK:
        return tuple(line.split())
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:  # a cell longer than csv's limit
        return (line,)


def trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Return cells without the empty ones that a trailing delimiter leaves."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return tuple(cells[:end])


def body_of(lines: Sequence[str], start: int) -> list[tuple[int, str]]:
    """Return the numbered lines that are neither blank nor a comment."""
    return [
        (index + 1, line)
        for index, line in enumerate(lines)
        if index >= start and line.strip() and line.lstrip()[0] not in "#%"
    ]


def without_incomplete_end(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """Drop a last row that has fewer cells than the row before it, and say so."""
    if len(rows) > 1 and len(rows[-1].cells) < len(rows[-2].cells):
        return list(rows[:-1]), [f"incomplete last line {rows[-1].line} dropped"]
    return list(rows), []


def require_numbers(
    name: str, row: Row, positions: Sequence[int], titles: Sequence[str], decimal: str
) -> None:
    """Raise a PosterionError that names line and column unless the cells hold numbers."""
    for position in positions:
        cell = row.cells[position] if position < len(row.cells) else ""
        if number(cell, decimal) is None:
            found = f"'{cell[:40]}' is not a number" if cell else "a number is missing"
            raise PosterionError(
                f"{name}, line {row.line}, column {position + 1} ('{titles[position]}'): {found}; "
                "correct or remove this line."
            )
