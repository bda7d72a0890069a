"""Impedances written as one complex number, such as ``12.3-4.5j``, to two columns."""

import re
from dataclasses import replace

from ..schemas.spectrum_titles import recognise
from ..tables.cells import DELIMITERS, cells_of
from ..tables.text import FileText

_SIZE = r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?"
_COMPLEX = re.compile(rf"\(?(?P<real>[+-]?{_SIZE}) ?(?P<sign>[+-]) ?(?P<imag>{_SIZE})[*·]?[ij]\)?")
_WITHIN = 2000  # lines


def parts_apart(text: FileText) -> FileText:
    """Return a table whose complex impedances, if it has any, are in two columns Z' and Z''."""
    for delimiter in DELIMITERS[:-1]:
        for k, line in enumerate(text.lines[:_WITHIN]):
            cells = cells_of(line, delimiter) if line.rstrip(' )"').endswith(("i", "j")) else ()
            places = [place for place, cell in enumerate(cells) if _COMPLEX.fullmatch(cell[:99])]
            titles = cells_of(text.lines[k - 1], delimiter) if k and len(places) == 1 else ()
            if not titles or len(titles) != len(cells):
                continue
            column = recognise(titles[places[0]])
            if column is None or column.role != "modulus" or column.logarithm:
                continue
            unit = column.unit or "ohm"
            header = _replaced(titles, places[0], (f"Z' ({unit})", f"Z'' ({unit})"), delimiter)
            lines = (_parted(each, places[0], delimiter) for each in text.lines[k:])
            said = f"columns: complex numbers of '{titles[places[0]]}' parted into Z' and Z''"
            return replace(
                text,
                lines=(*text.lines[: k - 1], header, *lines),
                messages=(*text.messages, said),
            )
    return text


def _parted(line: str, place: int, delimiter: str) -> str:
    """Return a row with two numbers for one; a line that has none is told where it is read."""
    cells = cells_of(line, delimiter)
    match = _COMPLEX.fullmatch(cells[place][:99]) if place < len(cells) else None
    if match is None:
        return line
    return _replaced(cells, place, (match["real"], match["sign"] + match["imag"]), delimiter)


def _replaced(cells: tuple[str, ...], place: int, by: tuple[str, str], delimiter: str) -> str:
    return delimiter.join((*cells[:place], *by, *cells[place + 1 :]))
