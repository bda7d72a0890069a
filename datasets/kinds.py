"""What kind of data a file holds: each kind is tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import PosterionError
from .schemas.conductivity import read_table
from .schemas.conductivity_titles import conductivity_unit_of
from .schemas.conductivity_titles import meaning_of as meaning_of_conductivity
from .schemas.cycling import read_cycling
from .schemas.cycling_titles import is_of_capacity
from .schemas.cycling_titles import meaning_of as meaning_of_cycling
from .schemas.growth import is_value_of_growth, read_growth
from .schemas.limits import is_column_of_limits, read_limits
from .schemas.spectrum import read_spectra
from .schemas.spectrum_titles import recognise
from .schemas.voltammogram import is_column_of_voltammogram, read_voltammogram
from .tables.names import LONGEST, splits
from .tables.wanted import NotThisTable

Options = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of data: its name, its reader, and whether a title is one of its columns."""

    name: str
    read: Callable[..., Any]
    knows: Callable[[str], bool]


def _of_cycles(title: str) -> bool:
    meaning = meaning_of_cycling(title)
    if meaning is None:
        return is_of_capacity(title)
    return meaning.role not in ("series", "other")


def _of_conductivities(title: str) -> bool:
    units = (unit for _, unit, _ in splits(title[:LONGEST]))
    return meaning_of_conductivity(title) is not None or any(map(conductivity_unit_of, units))


KINDS: tuple[Kind, ...] = (
    Kind("impedance spectra", read_spectra, lambda title: recognise(title) is not None),
    Kind("capacities by cycle", read_cycling, _of_cycles),
    Kind("conductivities", read_table, _of_conductivities),
    Kind("resistances or overpotentials by cycle", read_growth, is_value_of_growth),
    Kind("limits of cells", read_limits, is_column_of_limits),
    Kind("a voltammogram", read_voltammogram, is_column_of_voltammogram),
)


def told(path: str | Path, options: Options) -> tuple[Kind, Any]:
    """Return the kind of data that a file holds, and the data.

    Parameters
    ----------
    path
        The file.
    options
        Arguments of the readers by the name of the kind; those under ``""`` are of all.

    Raises
    ------
    PosterionError
        That of the kind which came nearest: whose header was found, or of whose columns most
        titles are.
    """
    found: list[tuple[Kind, PosterionError]] = []
    titles: dict[str, None] = {}
    for kind in KINDS:
        try:
            return kind, kind.read(path, **options.get("", {}), **options.get(kind.name, {}))
        except PosterionError as error:
            found.append((kind, error))
            titles |= dict.fromkeys(getattr(error, "titles", ()))

    def nearness(place: int) -> tuple[bool, int, int]:
        kind, error = found[place]
        known = sum(map(kind.knows, titles))  # those of the later kinds are the rarer ones
        return not isinstance(error, NotThisTable), known, place if known else -place

    raise found[max(range(len(found)), key=nearness)][1]
