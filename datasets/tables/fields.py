"""Cells that hold more than a number: its error behind ±, and a unit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import PosterionError
from .cells import Row
from .numbers import READINGS, number
from .units import is_unit

_DIGITS = r"[+-]?[\d.,]+(?:[eEdD][+-]?\d+)?"
_POWER = r"10(?:(?:\^|\*\*)\(?[-+]?\d+\)?|[-+]\d+|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
_NUMBER = rf"(?:{_POWER}|{_DIGITS}(?:\s*[x×·⋅*]\s*{_POWER})?)"
_FIELD = re.compile(
    rf"(?P<value>{_NUMBER})(?:\s*(?:±|\+/-|\+-)\s*(?P<error>{_NUMBER}))?(?:\s*(?P<unit>[^\W\d_].*|[%°].*))?"
)


@dataclass(frozen=True)
class Field:
    """A number, its error and its unit, each as text, empty where there is none."""

    value: str
    error: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Fields:
    """Rows whose needed cells hold numbers alone, and what stood beside them.

    Attributes
    ----------
    rows
        With numbers in the needed cells.
    errors
        The errors of numbers by line and position.
    units
        The unit in all cells of a column by position.
    """

    rows: tuple[Row, ...]
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)


_CONCISE = re.compile(
    r"(?P<head>[+-]?\d+(?:[.,](?P<decimals>\d+))?)\((?P<last>\d{1,3})\)"
    rf"(?P<tail>[eEdD][+-]?\d+|\s*[x×·⋅*]\s*{_POWER})?(?P<unit>\s.*)?"
)


def is_number(cell: str) -> bool:
    """Tell if a cell is a number with any marks."""
    return any(number(cell, marks) is not None for marks in READINGS)


def field_of(cell: str) -> Field | None:
    """Return what a cell such as ``7e-5 ± 3e-6 S/cm`` holds, or None."""
    if len(cell) > 60:
        return None
    text = cell.strip().replace("−", "-")
    concise = _CONCISE.fullmatch(text)
    if concise:  # 1.20(5)e-5 is 1.20e-5 ± 0.05e-5
        decimals, last = len(concise["decimals"] or ""), concise["last"]
        mark = "," if "," in concise["head"] else "."
        error = last.zfill(decimals + 1)
        error = f"{error[:-decimals]}{mark}{error[-decimals:]}" if decimals else error
        tail = concise["tail"] or ""
        text = f"{concise['head']}{tail} ± {error}{tail}{concise['unit'] or ''}"
    match = _FIELD.fullmatch(text)
    if match is None or not is_number(match["value"]):
        return None
    unit = match["unit"] or ""
    return None if unit and not is_unit(unit) else Field(match["value"], match["error"] or "", unit)


def apart(name: str, rows: Sequence[Row], positions: Sequence[int], *, errors: bool) -> Fields:
    """Part the needed cells into numbers, errors and units.

    A column is left as it is where a cell holds something else, its units differ, or it has
    errors and `errors` is false.

    Raises
    ------
    PosterionError
        If some numbers of a column have an error and others have none.
    """
    replaced: dict[tuple[int, int], Field] = {}
    units: dict[int, str] = {}
    for k in positions:
        cells = {row.line: row.cells[k] for row in rows if k < len(row.cells) and row.cells[k]}
        if all(map(is_number, cells.values())):
            continue
        found = {line: field_of(cell) for line, cell in cells.items()}
        whole = {line: each for line, each in found.items() if each is not None}
        if len(whole) < len(found) or len({each.unit for each in whole.values()}) > 1:
            continue
        told = [line for line, each in whole.items() if each.error]
        if told and not errors:
            continue
        if told and len(told) < len(whole):
            missing = next(line for line, each in whole.items() if not each.error)
            raise PosterionError(
                f"{name}, line {told[0]}: '{cells[told[0]][:40]}' has an error behind ±, and "
                f"'{cells[missing][:40]}' in line {missing} has none; write it for every number, "
                "or the errors in a column of their own."
            )
        replaced |= {(line, k): each for line, each in whole.items()}
        unit = next((each.unit for each in whole.values()), "")
        units |= {k: unit} if unit else {}
    if not replaced:
        return Fields(tuple(rows))
    numbers = tuple(
        Row(
            row.line,
            tuple(
                replaced[row.line, k].value if (row.line, k) in replaced else cell
                for k, cell in enumerate(row.cells)
            ),
            row.block,
        )
        for row in rows
    )
    return Fields(numbers, {at: each.error for at, each in replaced.items() if each.error}, units)
