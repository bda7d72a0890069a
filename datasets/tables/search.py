"""Find the table of numbers in a text file: delimiter, marks, header, rows, blocks."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from ...errors import PosterionError
from .body import Body, bodied
from .cells import BLANK, COMMENTS, DELIMITERS, Row, cells_of, is_marked, numbered, trimmed
from .fields import apart, field_of
from .numbers import COMMA, POINT, READINGS, Marks, decided, number
from .text import FileText
from .wanted import NotThisTable, Wanted

_HEADER_WITHIN = 2000
_HEADER_LENGTH = 10_000
_HEADER_SEARCH = 500_000  # characters, so that a hostile file cannot hold the reader up
_SAMPLE = 2000
_LINES = 500  # that tell the width of a table without a header
_HEADERLESS = 100_000  # characters of them
_HEADERS = 5  # lines that may be headers and are tried
_TITLES = 2  # lines above a header, of which one may look like it


@dataclass(frozen=True)
class Table:
    """A table of text cells; ``header`` is None where the file has none.

    ``units`` is a first row of units; ``titles`` are the lines above each block of rows;
    ``errors`` are those behind ± by line and position.
    """

    header: tuple[str, ...] | None
    units: Row | None
    rows: tuple[Row, ...]
    marks: Marks
    messages: tuple[str, ...]
    titles: tuple[str, ...] = ("",)
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)


def find_table(text: FileText, wanted: Wanted) -> Table:
    """Find the table in a file.

    Parameters
    ----------
    text
        The file.
    wanted
        The table to look for.

    Raises
    ------
    PosterionError
        If there is no table, its header is not understood, two readings of its numbers are
        possible, or a line of it does not fit.
    """
    headers = _headers(text, wanted)
    if not headers:
        return _without_header(text, wanted)
    # The last of those with most numbers below: a title may hold the words of a header.
    best = max(reversed(headers), key=lambda header: header.rows)
    return _with_header(text, best if best.rows else headers[0], wanted)


@dataclass(frozen=True)
class _Header:
    """A line that may be the header, and how many rows fit it with the best delimiter."""

    index: int
    cells: tuple[str, ...]
    positions: tuple[int, ...]
    rows: int
    delimiter: str


def _delimiters(text: FileText) -> tuple[str, ...]:
    return (text.dialect.delimiter,) if text.dialect.delimiter else DELIMITERS


def _readings(text: FileText) -> tuple[Marks, ...]:
    said = text.dialect
    return tuple(
        marks
        for marks in READINGS
        if said.decimal in (None, marks.decimal) and said.thousands in (None, marks.thousands)
    )


def _headers(text: FileText, wanted: Wanted) -> list[_Header]:
    """Return the lines that may be the header, up to shortly below the first that has rows."""
    found: list[_Header] = []
    last = len(text.lines)
    lengths = accumulate(map(len, text.lines[:_HEADER_WITHIN]))
    within = sum(length <= _HEADER_SEARCH for length in lengths)
    for index, line in enumerate(text.lines[: max(within, 1)]):
        if index > last:
            break
        for delimiter in DELIMITERS:
            for cells in header_cells(line, delimiter):
                positions = wanted.needed(cells)
                if positions is not None:
                    found.append(_header(text, index, cells, positions, delimiter, wanted))
                    if found[-1].rows:
                        last = min(last, index + _TITLES)
                        break
                    if len(found) == _HEADERS:
                        return found
            else:
                continue
            break
    return found


def _header(
    text: FileText,
    index: int,
    cells: tuple[str, ...],
    positions: tuple[int, ...],
    own_delimiter: str,
    wanted: Wanted,
) -> _Header:
    body = numbered(text.lines, index + 1)[:_SAMPLE]

    def fits(delimiter: str) -> int:
        rows = [
            found
            for _, line in body
            if max(positions) < len(found := cells_of(line, delimiter))
            and (len(found) >= len(cells) or not wanted.whole)
            and len(trimmed(found)) <= len(cells)
        ]
        return max(
            sum(_are_numbers(row, positions, marks, wanted.blanks) for row in rows)
            for marks in _readings(text)
        )

    # The header's own delimiter first: it wins ties.
    order = sorted(_delimiters(text), key=lambda delimiter: delimiter != own_delimiter)
    counts = {delimiter: fits(delimiter) for delimiter in order}
    best = max(order, key=lambda delimiter: counts[delimiter])
    return _Header(index, cells, positions, counts[best], best)


def table_of(
    text: FileText, titles: Sequence[str], rows: Sequence[Row], delimiter: str, wanted: Wanted
) -> Table:
    """Make a table of rows that were found by the layout of an instrument's files.

    Raises
    ------
    PosterionError
        If there is no row, the titles are not understood, or a row does not fit.
    """
    positions = wanted.needed(titles)
    if positions is None:
        raise NotThisTable(
            f"{text.name} holds no {wanted.kind} in its columns; found "
            + ", ".join(f"'{title[:40]}'" for title in titles[:40] if title)
            + "; ",
            *wanted.columns,
            ".",
        )
    if not rows:
        raise PosterionError(
            f"{text.name} has an {wanted.kind} without rows; it may be truncated, so export it "
            "again."
        )
    body = Body(tuple(rows), None, ("",), (), delimiter)
    return table_in(text, body, titles, positions, wanted)


def header_cells(line: str, delimiter: str) -> list[tuple[str, ...]]:
    """Return the ways to part a line into the titles of columns."""
    if len(line) > _HEADER_LENGTH:
        return []
    line = line.strip("\ufeff")
    if is_marked(line):
        line = line.lstrip().lstrip(COMMENTS + " ")
    if delimiter != BLANK:
        return [trimmed(cells_of(line, delimiter))]
    # One pair of quotes around all titles.
    line = re.sub(r'^\s*"([^"]*)"\s*$', r"\1", line)
    # "Freq (Hz)" is one name, and so is "sigma (S cm-1)".
    joined = re.sub(r"\s+(?=[\[(])", "", line)
    joined = re.sub(r"[\[(][^\[\]()]*[\])]", lambda match: "".join(match[0].split()), joined)
    wide = tuple(cell for cell in re.split(r"\s{2,}", line.strip()) if cell)
    narrow = cells_of(joined, BLANK)
    return [narrow] if wide == narrow or len(wide) < 2 else [narrow, wide]


def _with_header(text: FileText, header: _Header, wanted: Wanted) -> Table:
    titles = header.cells
    body = bodied(text, header.index, titles, header.positions, header.delimiter, wanted)
    if not body.rows:
        raise PosterionError(f"{text.name} has a header but no row below it; it may be truncated.")
    return table_in(text, body, titles, header.positions, wanted)


def _marks(text: FileText, rows: Sequence[Row], positions: Sequence[int]) -> Marks:
    cells = [[row.cells[k] for row in rows if k < len(row.cells)] for k in positions]
    others = (cell for row in rows for cell in row.cells)
    return decided(cells, others, text.name, text.dialect.decimal, text.dialect.thousands)


def _are_numbers(
    cells: Sequence[str], positions: Sequence[int], marks: Marks, blanks: bool
) -> bool:
    return all(
        number(cells[k], marks) is not None
        or (blanks and k != positions[0] and not cells[k])
        or ((parted := field_of(cells[k])) is not None and number(parted.value, marks) is not None)
        for k in positions
    )


def _without_header(text: FileText, wanted: Wanted) -> Table:
    body = [(k, line) for k, line in numbered(text.lines, 0) if not is_marked(line)]

    def numeric(line: str, delimiter: str, marks: Marks) -> int:
        cells = trimmed(cells_of(line, delimiter))
        return len(cells) if all(number(cell, marks) is not None for cell in cells) else 0

    lengths = accumulate(len(line) for _, line in body[:_LINES])
    within = sum(length <= _HEADERLESS for length in lengths)
    sample = [line for _, line in body[: max(within, 1)]]
    best = (0, 0, "\t", POINT)
    for delimiter in _delimiters(text):
        for marks in _readings(text)[:2]:  # without thousands, as some numbers always are
            counts = Counter(numeric(line, delimiter, marks) for line in sample)
            for width, count in counts.items():
                if width >= 1 and (width >= 3, count, width) > (best[1] >= 3, *best[:2]):
                    best = (count, width, delimiter, marks)
    count, width, delimiter, marks = best
    first = next(
        (
            k
            for k, (_, line) in enumerate(body)
            if width and numeric(line, delimiter, marks) == width
        ),
        None,
    )
    line = None if first is None else body[first][0]
    unknown = _unknown_header(text.lines, body, line, width)
    if unknown is not None:
        shown = ", ".join(f"'{cell[:40]}'" for cell in unknown.cells[:20])
        raise NotThisTable(
            f"{text.name}, line {unknown.line}: the columns found are {shown}; ",
            *wanted.columns,
            ".",
            titles=unknown.cells,
        )
    if first is None or width == 0:
        raise NotThisTable(
            f"{text.name} holds no {wanted.kind} that can be read; ", *wanted.columns, "."
        )
    if width != len(wanted.bare):
        what = "one column" if width == 1 else f"{width} columns"
        other = f", or without header: {', '.join(wanted.bare)}" if wanted.bare else ""
        raise NotThisTable(
            f"{text.name} holds {what} of numbers without a header; ",
            *wanted.columns,
            f"{other}.",
        )
    # A line of the same width just above holds a bad number rather than a title.
    while first > 0 and len(trimmed(cells_of(body[first - 1][1], delimiter))) == width:
        first -= 1
    positions = tuple(range(width))
    start = body[first][0] - 2
    found = bodied(text, start, wanted.bare, positions, delimiter, wanted)
    return replace(table_in(text, found, wanted.bare, positions, wanted), header=None)


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
            for cells in header_cells(text, delimiter)
            if len(cells) > 1
        ]
        # A title above it may hold commas, but seldom as many.
        return max(candidates, key=lambda found: found[0], default=(False, None))[1]
    above = [line for line in range(1, first) if lines[line - 1].strip()]
    for line in above[-1:]:
        for delimiter in "\t;," + BLANK:
            for cells in header_cells(lines[line - 1], delimiter)[:1]:
                if len(cells) == width and _all_text(cells):
                    return Row(line, cells)
    return None


def _all_text(cells: Sequence[str]) -> bool:
    return all(number(cell, marks) is None for cell in cells for marks in (POINT, COMMA))


def table_in(
    text: FileText,
    body: Body,
    titles: Sequence[str],
    positions: Sequence[int],
    wanted: Wanted,
) -> Table:
    """Check the rows of a body, and bring them to one width."""
    parted = apart(text.name, body.rows, positions, errors=wanted.errors)
    body = replace(body, rows=parted.rows, units=_with_units(body.units, parted.units, titles))
    # A number that may be cut off decides nothing.
    sure = body.rows if text.ended or len(body.rows) < 2 else body.rows[:-1]
    marks = _marks(text, sure, positions)
    messages = list(body.messages)
    if marks.thousands:
        messages.append(f"numbers: read with {marks}")
    elif marks.decimal == ",":
        messages.append("decimal commas read as points")
    rows, said = body.checked(text, titles, positions, marks, wanted)
    units = body.units
    if units is not None:
        where = f"line {units.line} taken as a row of units" if units.line else "as in the cells"
        messages.append(f"units: {where}")
    return Table(
        tuple(titles), units, tuple(rows), marks, (*messages, *said), body.titles, parted.errors
    )


def _with_units(below: Row | None, units: Mapping[int, str], titles: Sequence[str]) -> Row | None:
    """Return the row of units with those that stand in the cells themselves."""
    if not units:
        return below
    cells = list(below.cells) if below else [""] * len(titles)
    for position, unit in units.items():
        cells[position] = unit
    return Row(below.line if below else 0, tuple(cells))
