"""Find the table of numbers in a text file: delimiter, decimal mark, header, rows."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from ..errors import PosterionError
from .delimited_text import (
    BLANK,
    DECIMALS,
    DELIMITERS,
    Row,
    body_of,
    cells_of,
    number,
    require_numbers,
    trimmed,
    without_incomplete_end,
)

_HEADER_WITHIN = 2000
_HEADER_LENGTH = 10_000
_HEADER_SEARCH = 500_000  # characters, so that a hostile file cannot hold the reader up
_SAMPLE = 2000
_HEADERS = 5  # lines that may be headers and are tried


@dataclass(frozen=True)
class Table:
    """A table of text cells; ``header`` is None where the file has none.

    ``units`` is a first row without a number.
    """

    header: tuple[str, ...] | None
    units: Row | None
    rows: tuple[Row, ...]
    decimal: str
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """The table that a file should hold.

    Attributes
    ----------
    kind
        Its name in error messages.
    columns
        What its header needs, in words, for error messages.
    needed
        Returns the positions of the columns that must hold numbers if its argument is a
        header of the table, else None.
    bare
        What the columns are where there is no header; empty where one is needed.
    whole
        Whether a short row is an error. An instrument that was stopped leaves one at the end.
    blanks
        Whether cells of the needed columns other than the first may be blank.
    """

    kind: str
    columns: str
    needed: Callable[[Sequence[str]], tuple[int, ...] | None]
    bare: tuple[str, ...] = ()
    whole: bool = True
    blanks: bool = False


def find_table(lines: Sequence[str], name: str, wanted: Wanted) -> Table:
    """Find the table in the lines of a file.

    Parameters
    ----------
    lines
        Lines of the file, without line ends.
    name
        The file's name, for error messages.
    wanted
        The table to look for.

    Raises
    ------
    PosterionError
        If there is no table, its header is not understood, or a line of it does not fit.
    """
    headers = _headers(lines, wanted)
    if not headers:
        return _without_header(lines, name, wanted)
    # The first with numbers below it: a title may hold the words of a header.
    return _with_header(lines, name, next((h for h in headers if h.rows), headers[0]), wanted)


@dataclass(frozen=True)
class _Header:
    """A line that may be the header, and how many rows fit it in the best dialect."""

    index: int
    cells: tuple[str, ...]
    positions: tuple[int, ...]
    rows: int
    delimiter: str
    decimal: str


def _headers(lines: Sequence[str], wanted: Wanted) -> list[_Header]:
    """Return the lines that may be the header, up to the first that has rows below it."""
    found: list[_Header] = []
    lengths = accumulate(map(len, lines[:_HEADER_WITHIN]))
    within = sum(length <= _HEADER_SEARCH for length in lengths)
    for index, line in enumerate(lines[: max(within, 1)]):
        for delimiter in DELIMITERS:
            cells = _header_cells(line, delimiter)
            positions = wanted.needed(cells)
            if positions is not None:
                found.append(_header(lines, index, cells, positions, delimiter, wanted))
                if found[-1].rows or len(found) == _HEADERS:
                    return found
    return found


def _header(
    lines: Sequence[str],
    index: int,
    cells: tuple[str, ...],
    positions: tuple[int, ...],
    own_delimiter: str,
    wanted: Wanted,
) -> _Header:
    body = body_of(lines, index + 1)[:_SAMPLE]
    # The header's own delimiter first: it wins ties.
    order = sorted(DELIMITERS, key=lambda delimiter: delimiter != own_delimiter)

    def fits(dialect: tuple[str, str]) -> int:
        return sum(
            _fits(found, len(cells), positions, dialect[1], wanted.blanks)
            for _, line in body
            if len(found := cells_of(line, dialect[0])) >= len(cells) or not wanted.whole
        )

    best = max(((d, c) for d in order for c in DECIMALS), key=fits)
    return _Header(index, cells, positions, fits(best), *best)


def _header_cells(line: str, delimiter: str) -> tuple[str, ...]:
    if len(line) > _HEADER_LENGTH:
        return ()
    line = line.strip("\ufeff").lstrip("#% ") if line.lstrip()[:1] in ("#", "%") else line
    if delimiter == BLANK:
        # "Freq (Hz)" is one name, and so is "sigma (S cm-1)".
        line = re.sub(r"\s+(?=[\[(])", "", line)
        return tuple(re.sub(r"[\[(][^\[\]()]*[\])]", _without_blanks, line).split())
    return trimmed(cells_of(line, delimiter))


def _without_blanks(match: re.Match[str]) -> str:
    return "".join(match[0].split())


def _with_header(lines: Sequence[str], name: str, header: _Header, wanted: Wanted) -> Table:
    rows = [
        Row(line, cells_of(text, header.delimiter))
        for line, text in body_of(lines, header.index + 1)
    ]
    units = None
    if len(rows) > 1 and max(header.positions) < len(trimmed(rows[0].cells)) <= len(header.cells):
        first = rows[0].cells
        if all(number(cell, header.decimal) is None for cell in first):
            units, rows = rows[0], rows[1:]
    return _checked(name, header, units, rows, wanted)


def _fits(
    cells: Sequence[str], width: int, positions: Sequence[int], decimal: str, blanks: bool
) -> bool:
    return (
        max(positions) < len(cells)
        and len(trimmed(cells)) <= width
        and all(
            number(cells[position], decimal) is not None
            for position in _to_check(cells, positions, blanks)
        )
    )


def _to_check(cells: Sequence[str], positions: Sequence[int], blanks: bool) -> list[int]:
    """Return the positions that must hold numbers in one row."""
    if not blanks:
        return list(positions)
    return [k for k in positions if k == positions[0] or (k < len(cells) and cells[k])]


def _without_header(lines: Sequence[str], name: str, wanted: Wanted) -> Table:
    body = body_of(lines, 0)

    def numeric(line: str, dialect: tuple[str, str]) -> int:
        cells = trimmed(cells_of(line, dialect[0]))
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
    unknown = _unknown_header(lines, body, None if first is None else body[first][0], width)
    if unknown is not None:
        raise PosterionError(
            f"{name}, line {unknown.line}: the columns found are "
            + ", ".join(f"'{cell[:40]}'" for cell in unknown.cells[:20])
            + f"; {wanted.columns}."
        )
    if first is None:
        raise PosterionError(f"{name} holds no {wanted.kind} that can be read; {wanted.columns}.")
    if width != len(wanted.bare):
        what = "one column" if width == 1 else f"{width} columns"
        other = f", or without header: {', '.join(wanted.bare)}" if wanted.bare else ""
        raise PosterionError(
            f"{name} holds {what} of numbers without a header; {wanted.columns}{other}."
        )
    # A line of the same width just above holds a bad number rather than a title.
    while first > 0 and len(trimmed(cells_of(body[first - 1][1], delimiter))) == width:
        first -= 1
    rows = [Row(line, cells_of(text, delimiter)) for line, text in body[first:]]
    positions = tuple(range(width))
    header = _Header(first - 1, wanted.bare, positions, count, delimiter, decimal)
    return replace(_checked(name, header, None, rows, wanted), header=None)


def _unknown_header(
    lines: Sequence[str], body: Sequence[tuple[int, str]], first: int | None, width: int
) -> Row | None:
    """Return the line that looks like the header of a table, though not of the wanted one.

    ``first`` is the line of the first row of numbers; where there are only rows with text among
    the numbers, a header has as many cells as the line below. Comments count: three columns of
    numbers below ``# time, voltage, current`` are no impedance.
    """
    if first is None or width < 2:
        candidates = [
            (
                len(cells) >= len(trimmed(cells_of(below, delimiter))) > 1 and _all_text(cells),
                Row(line, cells),
            )
            for (line, text), (_, below) in pairwise([*body[:_HEADERS], (0, "")])
            for delimiter in "\t;,"
            if len(cells := _header_cells(text, delimiter)) > 1
        ]
        # A title above it may hold commas, but seldom as many.
        return max(candidates, key=lambda found: found[0], default=(False, None))[1]
    above = [line for line in range(1, first) if lines[line - 1].strip()]
    for line in above[-1:]:
        for delimiter in DELIMITERS:
            cells = _header_cells(lines[line - 1], delimiter)
            if len(cells) == width and _all_text(cells):
                return Row(line, cells)
    return None


def _all_text(cells: Sequence[str]) -> bool:
    return all(number(cell, decimal) is None for cell in cells for decimal in DECIMALS)


def _checked(
    name: str,
    header: _Header,
    units: Row | None,
    rows: list[Row],
    wanted: Wanted,
) -> Table:
    """Check that rows have the width of the table and numbers where they are needed."""
    titles = header.cells
    if not rows:
        raise PosterionError(f"{name} has a header but no row below it; it may be truncated.")
    messages = ["decimal commas read as points"] if header.decimal == "," else []
    if not wanted.whole:
        rows, dropped = without_incomplete_end(rows)
        messages += dropped
    for row in rows:
        short = wanted.whole or header.delimiter == BLANK
        if len(trimmed(row.cells)) > len(titles) or (short and len(row.cells) < len(titles)):
            raise PosterionError(
                f"{name}, line {row.line}: {len(row.cells)} cells where the table has "
                f"{len(titles)} columns; correct or remove this line."
            )
        checked = _to_check(row.cells, header.positions, wanted.blanks)
        require_numbers(name, row, checked, titles, header.decimal)
    return Table(titles, units, tuple(rows), header.decimal, tuple(messages))
