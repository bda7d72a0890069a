"""What stands below a header: rows, comments, titles of blocks, text below the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import PosterionError
from .cells import (
    BLANK,
    Row,
    cells_of,
    is_comment,
    is_marked,
    lines_in_words,
    numbered,
    require_numbers,
    trimmed,
    without_cut_end,
)
from .fields import field_of, is_number
from .numbers import Marks, number
from .text import FileText
from .units import is_unit
from .wanted import Wanted

_DASHES = ("-", "--", "–", "—", "−")


@dataclass(frozen=True)
class Body:
    """The rows below a header, as they stand in the file."""

    rows: tuple[Row, ...]
    units: Row | None
    titles: tuple[str, ...]
    messages: tuple[str, ...]
    delimiter: str

    def checked(
        self,
        text: FileText,
        titles: Sequence[str],
        positions: Sequence[int],
        marks: Marks,
        wanted: Wanted,
    ) -> tuple[list[Row], list[str]]:
        """Return rows of the width of the table with numbers where they are needed.

        Raises
        ------
        PosterionError
            If a row is wider or narrower, or a needed cell holds no number.
        """
        rows, said = list(self.rows), list[str]()
        width = len(titles)
        last = rows[-1]
        short = len(rows) > 1 and len(last.cells) < min(width, len(rows[-2].cells))
        if short and not wanted.whole:
            rows, said = rows[:-1], [f"incomplete last line {last.line} dropped"]
        elif not text.ended and last.line == _last_line(text):
            rows, said = without_cut_end(rows, marks, text.lines[last.line - 1])
        spare, dashed = None, list[int]()
        found = []
        for row in rows:
            cells = row.cells
            if len(cells) > width and len(trimmed(cells)) <= width:
                cells = cells[:width]
            if len(cells) < width:
                if wanted.whole:
                    raise _width(text, row, titles)
                spare = _spare(rows, width, positions, marks) if spare is None else spare
                if self.delimiter == BLANK or width - len(cells) > spare:
                    raise _width(text, row, titles)
                cells = (*cells, *[""] * (width - len(cells)))
            elif len(cells) > width:
                raise _width(text, row, titles)
            if wanted.blanks and (dashes := {k for k in positions[1:] if cells[k] in _DASHES}):
                cells = tuple("" if k in dashes else cell for k, cell in enumerate(cells))
                dashed.append(row.line)
            row = Row(row.line, cells, row.block)
            needed = [
                k for k in positions if not (wanted.blanks and k != positions[0] and not cells[k])
            ]
            require_numbers(text.name, row, needed, titles, marks)
            found.append(row)
        if dashed:
            said = [*said, f"a dash read as a blank cell ({lines_in_words(dashed)})"]
        return found, said


def _width(text: FileText, row: Row, titles: Sequence[str]) -> PosterionError:
    found = len(row.cells)
    ends = f", so it ends before its column '{titles[found]}'" if found < len(titles) else ""
    return PosterionError(
        f"{text.name}, line {row.line}: {found} cells where the table has {len(titles)} "
        f"columns{ends}; correct or remove this line, or say the delimiter if it is another."
    )


def _last_line(text: FileText) -> int:
    return next((k for k in range(len(text.lines), 0, -1) if text.lines[k - 1].strip()), 0)


def _spare(rows: Sequence[Row], width: int, positions: Sequence[int], marks: Marks) -> int:
    """Return how many columns at the end a row may lack: unused ones that hold remarks.

    Where they hold numbers in other rows, any cell of a narrow row may be the one that is gone.
    """
    full = [row for row in rows if len(row.cells) >= width]
    count = 0
    while full and width - 1 - count > max(positions):
        cells = [row.cells[width - 1 - count] for row in full]
        if any(cell and number(cell, marks) is not None for cell in cells):
            break
        count += 1
    return count


def bodied(
    text: FileText,
    index: int,
    titles: Sequence[str],
    positions: Sequence[int],
    delimiter: str,
    wanted: Wanted,
) -> Body:
    """Sort the lines below a header.

    Parameters
    ----------
    text
        The file.
    index
        Of the header's line, from 0; -1 where the first line is a row.
    titles, positions
        Titles of the columns, and which must hold numbers.
    delimiter
        Between cells.
    wanted
        Whether text between rows is the title of a block. Where it is not, the line stays a row,
        which will not fit.
    """
    width = len(titles)
    header = text.lines[index].strip() if index >= 0 else None
    rows: list[Row] = []
    blocks: list[str] = [_above(text, index)]
    pending: list[_Words] = []
    told: dict[str, list[int]] = {"comments left out": [], "header repeated": []}
    counts: list[str] = []
    units: Row | None = None
    below_header, before = True, index + 1
    for line, content in numbered(text.lines, index + 1):
        cells = cells_of(content, delimiter)
        gap, before = line > before + 1, line
        if content.strip() == header:
            told["header repeated"].append(line)
            below_header = True
            if wanted.blocks and rows:
                blocks.append(" ".join(words.text for words in pending))
                pending = []
        elif not trimmed(cells):
            before = line - 1  # delimiters alone are a blank line
        elif below_header and _is_units(cells, positions, width):
            units = units or Row(line, cells)
        elif is_comment(content, cells, width):
            told["comments left out"].append(line)
        elif below_header and width > 1 and _is_count(cells, text, line):
            counts.append(f"line {line} left out: it counts the rows")
        elif said := _words(cells, positions, width, gap or bool(pending), wanted, delimiter):
            pending.append(_Words(line, content.strip(), said))
        else:
            if wanted.blocks and pending and all(words.is_title for words in pending):
                if rows:
                    blocks.append("")
                blocks[-1] = " ".join(words.text for words in pending)
            else:  # no text below the table, so rows that do not fit
                rows += [Row(words.line, cells_of(words.text, delimiter)) for words in pending]
            pending, below_header = [], False
            rows.append(Row(line, cells, len(blocks) - 1))
    if rows and pending:
        told["text below the table left out"] = [words.line for words in pending]
    elif pending:
        rows = [Row(words.line, cells_of(words.text, delimiter)) for words in pending]
    left = (f"{what} ({lines_in_words(lines)})" for what, lines in told.items() if lines)
    return Body(tuple(rows), units, tuple(blocks), (*counts, *left), delimiter)


@dataclass(frozen=True)
class _Words:
    """A line that is no row: a title, or what may only stand below the table."""

    line: int
    text: str
    kind: str

    @property
    def is_title(self) -> bool:
        return self.kind == "title"


def _words(
    cells: Sequence[str],
    positions: Sequence[int],
    width: int,
    apart: bool,
    wanted: Wanted,
    delimiter: str,
) -> str:
    """Tell if a line is no row: "title" or "trailer", or empty if it is one.

    ``apart`` says that a blank line or words stand above it.
    """
    found = trimmed(cells)
    needed = [found[k] for k in positions if k < len(found)]
    if needed and _is_value(needed[0]) and positions[0] < len(found):
        return ""
    numbers, other = any(map(_is_value, needed)), len(found) != width
    alone = len(found) == 1 and delimiter != BLANK
    if other and not numbers and (wanted.blocks or alone or apart):
        return "title"
    if apart and (other or not numbers):
        return "trailer"
    return "trailer" if wanted.blocks and not any(map(_is_value, found)) else ""


def _is_value(cell: str) -> bool:
    return is_number(cell) or field_of(cell) is not None


def _above(text: FileText, index: int) -> str:
    """Return the line above a header, if it may be the title of a block."""
    return text.lines[index - 1].strip() if index > 0 else ""


def _is_units(cells: Sequence[str], positions: Sequence[int], width: int) -> bool:
    """Tell if the line below a header is one of units: no number, and a unit that is needed."""
    if not max(positions) < len(cells) or len(trimmed(cells)) > width:
        return False
    needed = [cells[position] for position in positions]
    if is_marked(cells[0]) and not all(is_unit(cell) for cell in cells[1:] if cell):
        return False  # words behind # or %
    return any(map(is_unit, needed)) and not any(map(_is_value, needed))


def _is_count(cells: Sequence[str], text: FileText, line: int) -> bool:
    """Tell if a line holds but the number of rows that follow, as in files of Eco Chemie."""
    found = trimmed(cells)
    if len(found) != 1 or not found[0].isdecimal() or len(found[0]) > 9:
        return False
    below = sum(bool(content.strip()) for content in text.lines[line:])
    return int(found[0]) <= below
