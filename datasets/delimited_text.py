"""Find the table of numbers in a text file: delimiter, decimal mark, header, rows."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import PosterionError

_BLANK = ""  # the delimiter that stands for any run of blanks
DELIMITERS = ("\t", ";", ",", _BLANK)
DECIMALS = (".", ",")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eEdD][+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.I)
_HEADER_WITHIN = 2000
_HEADER_LENGTH = 10_000
_SAMPLE = 2000


@dataclass(frozen=True)
class Row:
    """The cells of one line; ``line`` counts from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of text cells; ``header`` is None where the file has none."""

    header: tuple[str, ...] | None
    units: tuple[str, ...] | None
    rows: tuple[Row, ...]
    decimal: str
    messages: tuple[str, ...]


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


def cells_of(line: str, delimiter: str) -> tuple[str, ...]:
    """Split a line into cells."""
    if delimiter == _BLANK:
        return tuple(line.split())
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:  # a cell longer than csv's limit
        return (line,)


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Return cells without the empty ones that a trailing delimiter leaves."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return tuple(cells[:end])


def find_table(
    lines: Sequence[str],
    name: str,
    needed: Callable[[Sequence[str]], tuple[int, ...] | None],
    wanted: str,
) -> Table:
    """Find the table in the lines of a file.

    Parameters
    ----------
    lines
        Lines of the file, without line ends.
    name
        The file's name, for error messages.
    needed
        Returns the positions of the columns that must hold numbers if its argument is a
        header of the table, else None.
    wanted
        What a header needs, in words, for error messages.

    Raises
    ------
    PosterionError
        If there is no table, its header is not understood, or a line of it does not fit.
    """
    for index, line in enumerate(lines[:_HEADER_WITHIN]):
        for delimiter in DELIMITERS:
            header = _header_cells(line, delimiter)
            positions = needed(header)
            if positions is not None:
                return _with_header(lines, name, index, header, positions, delimiter)
    return _without_header(lines, name, needed, wanted)


def _header_cells(line: str, delimiter: str) -> tuple[str, ...]:
    if len(line) > _HEADER_LENGTH:
        return ()
    line = line.strip("\ufeff").lstrip("#% ") if line.lstrip()[:1] in ("#", "%") else line
    if delimiter == _BLANK:
        line = re.sub(r"\s+(?=[\[(])", "", line)  # "Freq (Hz)" is one name
    return _trimmed(cells_of(line, delimiter))


def _with_header(
    lines: Sequence[str],
    name: str,
    index: int,
    header: tuple[str, ...],
    positions: tuple[int, ...],
    header_delimiter: str,
) -> Table:
    body = _body(lines, index + 1)
    # The header's own delimiter first: it wins ties.
    order = sorted(DELIMITERS, key=lambda delimiter: delimiter != header_delimiter)

    def fits(dialect: tuple[str, str]) -> int:
        return sum(
            _fits(cells_of(line, dialect[0]), len(header), positions, dialect[1])
            for _, line in body[:_SAMPLE]
        )

    delimiter, decimal = max(((d, c) for d in order for c in DECIMALS), key=fits)
    rows = [Row(line, cells_of(text, delimiter)) for line, text in body]
    units = None
    if len(rows) > 1 and max(positions) < len(_trimmed(rows[0].cells)) <= len(header):
        first = rows[0].cells
        if all(number(cell, decimal) is None for cell in first):
            units, rows = first, rows[1:]
    return _checked(name, header, units, rows, positions, decimal, delimiter)


def _fits(cells: Sequence[str], width: int, positions: Sequence[int], decimal: str) -> bool:
    return (
        max(positions) < len(cells)
        and len(_trimmed(cells)) <= width
        and all(number(cells[position], decimal) is not None for position in positions)
    )


def _without_header(
    lines: Sequence[str],
    name: str,
    needed: Callable[[Sequence[str]], tuple[int, ...] | None],
    wanted: str,
) -> Table:
    body = _body(lines, 0)

    def numeric(line: str, dialect: tuple[str, str]) -> int:
        cells = _trimmed(cells_of(line, dialect[0]))
        every = all(number(cell, dialect[1]) is not None for cell in cells)
        return len(cells) if every else 0

    best = (0, 0, "\t", ".")
    for delimiter in DELIMITERS:
        for decimal in DECIMALS:
            widths = Counter(numeric(line, (delimiter, decimal)) for _, line in body[:_SAMPLE])
            for width, count in widths.items():
                if width >= 1 and (width >= 3, count, width) > (best[1] >= 3, *best[:2]):
                    best = (count, width, delimiter, decimal)
    count, width, delimiter, decimal = best
    first = next(
        (k for k, (_, line) in enumerate(body) if width and numeric(line, best[2:]) == width), None
    )
    header = _unknown_header(lines, body, None if first is None else body[first][0], width)
    if header is not None:
        raise PosterionError(
            f"{name}, line {header.line}: the columns found are "
            + ", ".join(f"'{cell[:40]}'" for cell in header.cells[:20])
            + f"; {wanted}."
        )
    if first is None:
        raise PosterionError(f"{name} holds no impedance table that can be read; {wanted}.")
    if width != 3:
        what = "one column" if width == 1 else f"{width} columns"
        raise PosterionError(
            f"{name} holds {what} of numbers without a header; {wanted}, or three columns "
            "without header: frequency, Z', Z''."
        )
    # A line of the same width just above holds a bad number rather than a title.
    while first > 0 and len(_trimmed(cells_of(body[first - 1][1], delimiter))) == width:
        first -= 1
    rows = [Row(line, cells_of(text, delimiter)) for line, text in body[first:]]
    return _checked(name, None, None, rows, (0, 1, 2), decimal, delimiter)


def _unknown_header(
    lines: Sequence[str], body: Sequence[tuple[int, str]], first: int | None, width: int
) -> Row | None:
    """Return the line that looks like the header of a table, though not of an impedance.

    ``first`` is the line of the first row of numbers. Comments count: three columns of numbers
    below ``# time, voltage, current`` are no impedance.
    """
    if first is None or width < 2:
        rows = [Row(line, _header_cells(text, d)) for line, text in body[:1] for d in "\t;,"]
        widest = max(rows, key=lambda row: len(row.cells), default=None)
        return widest if widest is not None and len(widest.cells) > 1 else None
    above = [line for line in range(1, first) if lines[line - 1].strip()]
    for line in above[-1:]:
        for delimiter in DELIMITERS:
            cells = _header_cells(lines[line - 1], delimiter)
            texts = all(number(cell, decimal) is None for cell in cells for decimal in DECIMALS)
            if len(cells) == width and texts:
                return Row(line, cells)
    return None


def _body(lines: Sequence[str], start: int) -> list[tuple[int, str]]:
    """Return the numbered lines that are neither blank nor a comment."""
    return [
        (index + 1, line)
        for index, line in enumerate(lines)
        if index >= start and line.strip() and line.lstrip()[0] not in "#%"
    ]


def _checked(
    name: str,
    header: tuple[str, ...] | None,
    units: tuple[str, ...] | None,
    rows: list[Row],
    positions: tuple[int, ...],
    decimal: str,
    delimiter: str,
) -> Table:
    """Check that rows have the width of the table and numbers where they are needed."""
    titles = header or ("frequency", "Z'", "Z''")
    if not rows:
        raise PosterionError(f"{name} has a header but no row below it; it may be truncated.")
    messages = ["decimal commas read as points"] if decimal == "," else []
    rows, dropped = without_incomplete_end(rows)
    messages += dropped
    for row in rows:
        if len(_trimmed(row.cells)) > len(titles) or (
            delimiter == _BLANK and len(row.cells) < len(titles)
        ):
            raise PosterionError(
                f"{name}, line {row.line}: {len(row.cells)} cells where the table has "
                f"{len(titles)} columns; correct or remove this line."
            )
        require_numbers(name, row, positions, titles, decimal)
    return Table(header, units, tuple(rows), decimal, tuple(messages))


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
