"""Tables of published numbers: their names, their rows, and a single number by its key."""

import csv
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from ...errors import PosterionError
from ...units import registry
from .value import Published, ends_in_vague_zeros, rounding_step

if TYPE_CHECKING:
    import pandas as pd

CITATION = (
    "Thairiyarayar, C. B.; Wang, F. M.; Kheawhom, S.; Chang, J. K.; Liu, W. R. "
    "Energy Mater. 2026, 6, 600053"
)
DOI = "10.20517/energymater.2026.32"
LICENCE = "CC BY 4.0"

TABLES: Mapping[str, str] = MappingProxyType(
    {
        "na3sbs4-preparation": "pellets, polymer coating and electrodes",
        "na3sbs4-measurement": "settings and temperatures of the measurements",
        "na3sbs4-conductivity": "conductivity, what it comes from, activation energy (Table 1)",
        "na3sbs4-transference": "what the sodium transference number was calculated from",
        "na3sbs4-stripping": "overpotential and resistance during stripping and plating",
        "na3sbs4-limits": "critical current and onset of oxidation",
        "na3sbs4-voltammetry": "currents and resistances over five cycles (Table 2)",
        "na3sbs4-cell-impedance": "resistances of cells before and after 50 cycles",
        "na3sbs4-cycling": "capacities, retention and Coulombic efficiency of cells",
        "na3sbs4-spectroscopy": "bands and peaks of Raman, FTIR and XPS",
        "na3sbs4-literature": "what the text compares with, from other papers",
        "na3sbs4-comparison": "cells of others beside the paper's own (Table 3)",
    }
)
"""Names of the tables, and what is in them."""

_WHOLE, _POSITIVE, _DECIMAL = r"[0-9]+", r"[1-9][0-9]*", r"-?[0-9]+(?:\.[0-9]+)?"
_COLUMNS = (
    "key", "quantity", "sample", "coating_volume_uL", "temperature_C", "cycle", "value", "unit",
    "step", "approximate", "reference", "where", "note",
)  # fmt: skip


def csv_text(name: str) -> str:
    """Return the CSV file of a table, as it is stored.

    Raises
    ------
    PosterionError
        If there is no such table.
    """
    if name not in TABLES:
        raise PosterionError(f"there is no table '{name}'; {_hint(name, TABLES)}")
    return resources.files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")


@cache
def rows(name: str) -> tuple[Published, ...]:
    """Return the numbers of a table.

    Raises
    ------
    PosterionError
        If there is no such table, or it cannot be read.
    """
    return read_rows(csv_text(name), name)


def table(name: str) -> "pd.DataFrame":
    """Return a table with the attributes of `Published` as columns.

    Raises
    ------
    PosterionError
        If there is no such table, or it cannot be read.
    """
    import pandas as pd

    return pd.DataFrame([vars(row) for row in rows(name)])


def lookup(key: str) -> Published:
    """Return one number of any table.

    Raises
    ------
    PosterionError
        If no table has the key.
    """
    index = _index()
    if key not in index:
        raise PosterionError(f"there is no published number '{key}'; {_hint(key, index)}")
    return index[key]


def read_rows(text: str, name: str) -> tuple[Published, ...]:
    """Read a table from the text of its CSV file.

    Parameters
    ----------
    text
        A header, and a line for each number.
    name
        Name for error messages.

    Raises
    ------
    PosterionError
        If a column is missing, a cell or unit cannot be used, or a key stands twice.
    """
    header, *lines = list(csv.reader(text.splitlines())) or [[]]
    if tuple(header) != _COLUMNS:
        raise PosterionError(f"{name}: the header is {header}; expected {', '.join(_COLUMNS)}.")
    found: dict[str, Published] = {}
    for number, cells in enumerate(lines, start=2):
        where = f"{name}, line {number}"
        if len(cells) != len(_COLUMNS):
            raise PosterionError(
                f"{where}: {len(cells)} cells; expected {len(_COLUMNS)}, so put text with a "
                "comma in quotes."
            )
        try:
            row = _row(dict(zip(_COLUMNS, cells, strict=True)))
        except PosterionError as error:
            raise PosterionError(f"{where}: {error}") from error
        if row.key in found:
            raise PosterionError(f"{where}: the key '{row.key}' stands twice; rename one.")
        found[row.key] = row
    return tuple(found.values())


def _row(cells: Mapping[str, str]) -> Published:
    for column in ("key", "quantity", "sample", "unit", "where"):
        if not cells[column]:
            raise PosterionError(f"'{column}' is empty; fill it in.")
    if cells["approximate"] not in ("", "yes"):
        raise PosterionError(f"approximate is '{cells['approximate']}'; write yes, or nothing.")
    approximate = cells["approximate"] == "yes"
    printed = cells["value"]
    vague = approximate and ends_in_vague_zeros(printed)
    if vague != bool(cells["step"]):
        raise PosterionError(
            f"the step of {printed} is '{cells['step']}'; write one for an approximate integer "
            "that ends in 0, and none where the printed digits tell it."
        )
    step = _optional(cells, "step", _POSITIVE) or rounding_step(printed)
    try:
        registry().parse_units(cells["unit"])
    except Exception as error:  # pint raises many kinds on text it cannot read
        raise PosterionError(f"the unit '{cells['unit']}' is unknown to pint.") from error
    cycle = _optional(cells, "cycle", _WHOLE)
    return Published(
        key=cells["key"],
        quantity=cells["quantity"],
        sample=cells["sample"],
        coating_volume_uL=_optional(cells, "coating_volume_uL", _DECIMAL),
        temperature_C=_optional(cells, "temperature_C", _DECIMAL),
        cycle=None if cycle is None else int(cycle),
        printed=printed,
        value=float(printed),
        unit=cells["unit"],
        step=step,
        approximate=approximate,
        reference=cells["reference"],
        where=cells["where"],
        note=cells["note"],
    )


def _optional(cells: Mapping[str, str], column: str, form: str) -> float | None:
    cell = cells[column]
    if not cell:
        return None
    if not re.fullmatch(form, cell):
        raise PosterionError(f"{column} is '{cell}'; write a plain number, or nothing.")
    return float(cell)


@cache
def _index() -> Mapping[str, Published]:
    found: dict[str, Published] = {}
    for name in TABLES:
        for row in rows(name):
            if row.key in found:
                raise PosterionError(f"{name}: another table has the key '{row.key}' too.")
            found[row.key] = row
    return found


def _hint(wanted: str, known: Iterable[str]) -> str:
    near = get_close_matches(wanted, list(known), cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else "`posterion data list` names all."
