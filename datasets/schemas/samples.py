"""A table of samples beside the files: temperature, pellet and size of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import PosterionError
from ..tables.cells import Row
from ..tables.names import key_of, plain, splits
from ..tables.numbers import number
from ..tables.search import Table, find_table
from ..tables.text import read_file_text
from ..tables.wanted import Wanted
from .spectrum_titles import recognise


@dataclass(frozen=True)
class Sample:
    """What a table of samples says of one file; empty where it says nothing.

    ``thickness`` and ``diameter`` are text with a unit, such as ``"2.1 mm ± 0.02 mm"``.
    """

    temperature_c: float | None = None
    pellet: str = ""
    thickness: str = ""
    diameter: str = ""


_NEEDED = (
    "a table of samples needs a column 'file' with the names of files and one of temperatures with "
    "a unit, such as 'temperature (C)'; 'pellet', 'thickness (mm)' and 'diameter (mm)' may follow",
)
_NUMBERS = ("temperature", "thickness", "diameter")
_LENGTHS = ("mm", "cm", "µm", "um", "m")
_TITLES = {
    "file": re.compile(r"file(s|name)?|spectrum|datei|文件(名)?"),
    "pellet": re.compile(r"(pellet|sample|specimen|cell|probe|样品)(name|id|no|nr|number|#|编号)?"),
    "thickness": re.compile(r"(pellet)?(thickness|dicke|height|厚度)|l"),
    "diameter": re.compile(r"(pellet)?(diameter|durchmesser|直径)"),
}


def samples_of(path: str | Path) -> dict[str, Sample]:
    """Read a table of samples: what it says of each file, by the file's name.

    Parameters
    ----------
    path
        A table with the columns ``file``, a temperature with a unit, and, where wanted,
        ``pellet``, ``thickness`` and ``diameter`` with a unit in the title or in each cell.

    Raises
    ------
    PosterionError
        If the table cannot be read, or lacks a column, a unit or a number.
    """
    text = read_file_text(path)

    def places(header: Sequence[str]) -> dict[str, tuple[int, str]] | None:
        found: dict[str, tuple[int, str]] = {}
        for k, title in enumerate(header):
            column = recognise(title, k)
            if column is not None and column.role == "temperature" and column.unit:
                found.setdefault("temperature", (k, column.unit))
            for name, unit, explicit in splits(plain(title)):
                for what, names in _TITLES.items():
                    if (explicit or unit in _LENGTHS) and names.fullmatch(key_of(name)):
                        found.setdefault(what, (k, unit))
        useful = {"temperature", "thickness", "diameter"} & found.keys()
        return found if "file" in found and useful else None

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        found = places(header)
        if found is None:
            return None
        numbers = (found[what][0] for what in _NUMBERS if what in found)
        return tuple(numbers)

    table = find_table(text, Wanted("table of samples", _NEEDED, needed, errors=True))
    found = places(table.header or ()) or {}
    samples: dict[str, Sample] = {}
    for row in table.rows:
        file = row.cells[found["file"][0]]
        if not file or file in samples:
            raise PosterionError(
                f"{text.name}, line {row.line}: the file '{file}' is missing or stands twice; give "
                "each file one line."
            )
        degrees = None
        if "temperature" in found:
            place, unit = found["temperature"]
            degrees = float(number(row.cells[place], table.marks) or 0.0)
            degrees -= 273.15 if unit.lower() in ("k", "kelvin") else 0.0
        sizes = {
            what: _length(text.name, table, row, what, *found[what])
            for what in ("thickness", "diameter")
            if what in found
        }
        pellet = row.cells[found["pellet"][0]] if "pellet" in found else ""
        samples[file] = Sample(degrees, pellet, **sizes)
    return samples


def _length(name: str, table: Table, row: Row, what: str, place: int, unit: str) -> str:
    """Return a length with its unit and its error."""
    unit = unit or (table.units.cells[place].strip("[]() ") if table.units else "")
    if plain(unit) not in _LENGTHS:
        raise PosterionError(
            f"{name}: the {what} has no unit of length; write it in the title, as in '{what} (mm)'."
        )
    value = number(row.cells[place], table.marks)
    error = number(table.errors.get((row.line, place), ""), table.marks)
    return f"{value!r} {unit}" + (f" ± {error!r} {unit}" if error is not None else "")


def sample_of(samples: Mapping[str, Sample], file: Path) -> Sample:
    """Return what a table says of a file, by its name or its name without the ending."""
    return samples.get(file.name, samples.get(file.stem, Sample()))


def geometry_of(samples: Mapping[str, Sample], files: Sequence[Path]) -> tuple[str, str]:
    """Return thickness and diameter of the one pellet of files, empty where none is told.

    Raises
    ------
    PosterionError
        If the files are of several pellets, or of one with several sizes.
    """
    told = [sample_of(samples, file) for file in files]
    pellets = {each.pellet for each in told if each.pellet}
    if len(pellets) > 1:
        raise PosterionError(
            f"the files are of {len(pellets)} pellets ({', '.join(sorted(pellets)[:5])}); give "
            "those of one."
        )
    sizes = {(each.thickness, each.diameter) for each in told}
    if len(sizes) > 1:
        raise PosterionError(
            f"the table of samples gives one pellet {len(sizes)} sizes; a file that it lacks has "
            "none, so name each file, with one thickness and one diameter."
        )
    return sizes.pop()
