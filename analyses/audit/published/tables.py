"""Tables of published numbers, a line each."""

import csv
import math
import re
from collections.abc import Mapping

from ....errors import PosterionError
from ....units import registry
from .value import Published, ends_in_vague_zeros, rounding_step

_WHOLE, _POSITIVE, _DECIMAL = r"[0-9]+", r"[1-9][0-9]*", r"-?[0-9]+(?:\.[0-9]+)?"
COLUMNS = (
    "key", "quantity", "sample", "coating_volume_uL", "temperature_C", "cycle", "value", "unit",
    "step", "approximate", "reference", "where", "note",
)  # fmt: skip


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
    if tuple(header) != COLUMNS:
        raise PosterionError(f"{name}: the header is {header}; expected {', '.join(COLUMNS)}.")
    found: dict[str, Published] = {}
    for number, cells in enumerate(lines, start=2):
        where = f"{name}, line {number}"
        if len(cells) != len(COLUMNS):
            raise PosterionError(
                f"{where}: {len(cells)} cells; expected {len(COLUMNS)}, so put text with a "
                "comma in quotes."
            )
        try:
            row = published_of(dict(zip(COLUMNS, cells, strict=True)))
        except PosterionError as error:
            raise PosterionError(f"{where}: {error}") from error
        if row.key in found:
            raise PosterionError(f"{where}: the key '{row.key}' stands twice; rename one.")
        found[row.key] = row
    return tuple(found.values())


def published_of(cells: Mapping[str, str]) -> Published:
    """Read one number from its cells by column.

    Raises
    ------
    PosterionError
        If a cell or the unit cannot be used.
    """
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
    if not math.isfinite(float(printed)):
        raise PosterionError(f"the value {printed} is too large; write it in a larger unit.")
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
