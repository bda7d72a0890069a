"""Spectra of many files: folders and patterns, sweeps of each file, and their temperatures."""

from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path
from typing import Any

import xarray as xr

from ..errors import PosterionError
from .column_names import recognise
from .spectrum_files import read_spectra
from .tables.cells import require_numbers
from .tables.names import key_of
from .tables.numbers import number
from .tables.search import find_table
from .tables.text import read_file_text
from .tables.wanted import Wanted
from .temperatures import temperature_of_name

_NEEDED = (
    "a table of samples needs a column 'file' with the names of files and one of temperatures with "
    "a unit, such as 'temperature (C)'"
)


def files_of(given: Sequence[str | Path]) -> list[Path]:
    """Return the files of folders and of patterns such as ``pellet_*.csv``, each once.

    Raises
    ------
    PosterionError
        If a folder or pattern has no file.
    """
    found: dict[Path, None] = {}
    for each in map(Path, given):
        if each.is_dir():
            own = [path for path in sorted(each.iterdir()) if path.is_file()]
            own = [path for path in own if not path.name.startswith(".")]
        elif not each.exists() and any(mark in str(each) for mark in "*?["):
            own = [Path(path) for path in sorted(glob(str(each), recursive=True))]
        else:
            own = [each]
        if not own:
            raise PosterionError(f"{each} has no file; check the path.")
        found |= dict.fromkeys(own)
    return list(found)


def gathered(
    given: Sequence[str | Path],
    *,
    temperatures: Mapping[str, float] | None = None,
    **reading: Any,
) -> tuple[dict[str, xr.Dataset], list[str]]:
    """Read all spectra of files, folders and patterns.

    Parameters
    ----------
    given
        Files, folders, and patterns such as ``pellet_*.csv``.
    temperatures
        In °C by the name of a file, as from `temperatures_of_files`.
    **reading
        Arguments of `read_spectra`.

    Returns
    -------
    tuple[dict[str, xr.Dataset], list[str]]
        The spectra by the name of their file, and their label where it holds several; and what
        was left out. ``temperature_c`` is that of the table of samples, else of the file, else
        of its name.

    Raises
    ------
    PosterionError
        If a file that was named itself cannot be read, or none of a folder can.
    """
    named = {*map(Path, given)}
    spectra: dict[str, xr.Dataset] = {}
    left: list[str] = []
    for file in files_of(given):
        try:
            found = read_spectra(file, **reading)
        except PosterionError as error:
            if file in named:
                raise
            left.append(f"{file.name} is left out: {error}")
            continue
        for label, spectrum in found.items():
            several = len(found) > 1
            name = f"{file.stem}, {label}" if several else file.stem
            if name in spectra:
                name = f"{file.name}, {label}" if several else file.name
            if name in spectra:
                raise PosterionError(
                    f"two spectra are called '{name}'; give each file a name of its own."
                )
            degrees = (temperatures or {}).get(file.name, (temperatures or {}).get(file.stem))
            if degrees is None and "temperature_c" not in spectrum.attrs and not several:
                degrees = temperature_of_name(file.name)
            if degrees is not None:
                spectrum.attrs["temperature_c"] = degrees
            spectra[name] = spectrum
    if not spectra:
        raise PosterionError("no file holds a spectrum: " + " ".join(left[:3]))
    return spectra, left


def temperatures_of_files(path: str | Path) -> dict[str, float]:
    """Read a table of samples: the temperature in °C of each file, by its name.

    Raises
    ------
    PosterionError
        If the table cannot be read, or lacks a column, a unit or a number.
    """
    text = read_file_text(path)

    def places(header: Sequence[str]) -> tuple[int, int] | None:
        names = [k for k, title in enumerate(header) if key_of(title) in ("file", "filename")]
        columns = [recognise(title, k) for k, title in enumerate(header)]
        degrees = [c.position for c in columns if c and c.role == "temperature" and c.unit]
        return (names[0], degrees[0]) if names and degrees else None

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        found = places(header)
        return None if found is None else (found[1],)

    table = find_table(text, Wanted("table of samples", _NEEDED, needed))
    header = table.header or ()
    name, place = places(header) or (0, 1)
    column = recognise(header[place])
    zero = 273.15 if column is not None and column.unit.lower() in ("k", "kelvin") else 0.0
    found: dict[str, float] = {}
    for row in table.rows:
        require_numbers(text.name, row, [place], header, table.marks)
        value = number(row.cells[place], table.marks)
        if not row.cells[name] or row.cells[name] in found:
            raise PosterionError(
                f"{text.name}, line {row.line}: the file '{row.cells[name]}' is missing or stands "
                "twice; give each file one line."
            )
        found[row.cells[name]] = float(value or 0.0) - zero
    return found
