"""Text files of Arbin, Maccor and PEC cyclers, as records over time."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import PosterionError
from .cycling_columns import capacity_unit_of
from .cycling_series import Series
from .tables.cells import (
    Row,
    cells_of,
    is_comment,
    numbered,
    require_numbers,
    without_cut_end,
    without_incomplete_end,
)
from .tables.numbers import Marks, decided, number
from .tables.text import FileText

Array = npt.NDArray[np.float64]

_HEADER_WITHIN = 200
_CLOCK = re.compile(r"(?:(\d+)\s*d\w*[\s,]+)?(\d+):(\d{1,2}):(\d{1,2}(?:\.\d*)?)", re.I)
_SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "min": 60.0, "minutes": 60.0}
_SECONDS |= {"h": 3600.0, "hr": 3600.0, "hours": 3600.0}
_AMPERES = {"a": 1.0, "ma": 1e-3, "µa": 1e-6, "ua": 1e-6}
_VOLTS = {"v": 1.0, "mv": 1e-3}


@dataclass(frozen=True)
class Instrument:
    """How the text files of a cycler look.

    Attributes
    ----------
    format
        Name of the format.
    columns
        Names of the columns by role, without units, blanks and underscores, in lower case.
    marks
        Names of other columns, of which the header has at least one.
    stated
        How charge and discharge are said.
    """

    format: str
    columns: Mapping[str, tuple[str, ...]]
    marks: tuple[str, ...]
    stated: str


_TWO_COUNTERS = {
    "current": ("current",),
    "voltage": ("voltage",),
    "charge": ("chargecapacity",),
    "discharge": ("dischargecapacity",),
}
INSTRUMENTS = (
    Instrument(
        "Arbin",
        {
            "cycle": ("cycleindex", "cycleid"),
            "step": ("stepindex", "stepid"),
            "time": ("testtime",),
            **_TWO_COUNTERS,
        },
        ("datapoint", "datetime", "steptime"),
        "by its two counters of capacity",
    ),
    Instrument(
        "PEC",
        {"cycle": ("cycle",), "step": ("step",), "time": ("totaltime",), **_TWO_COUNTERS},
        ("instructionname", "reasoncode", "loadontime"),
        "by its two counters of capacity",
    ),
    Instrument(
        "Maccor",
        {
            "cycle": ("cyc#", "cyclep", "cycle"),
            "step": ("step",),
            "time": ("test", "testtime"),
            "current": ("amps", "current"),
            "voltage": ("volts", "voltage"),
            "capacity": ("amp-hr", "cap", "capacity"),
            "state": ("state", "md"),
        },
        ("rec#", "rec", "recno"),
        "by the letters C and D of its state column",
    ),
)


@dataclass(frozen=True)
class _Header:
    instrument: Instrument
    line: int
    titles: tuple[str, ...]
    delimiter: str
    places: Mapping[str, int]


def instrument_header(text: FileText) -> _Header | None:
    """Return the header of a known cycler in the file, or None."""
    for index, line in enumerate(text.lines[:_HEADER_WITHIN]):
        for delimiter in "\t,;":
            titles = cells_of(line, delimiter)
            if len(titles) < 7:
                continue
            names = [_parted(title)[0] for title in titles]
            for instrument in INSTRUMENTS:
                places = {
                    role: next((names.index(name) for name in known if name in names), -1)
                    for role, known in instrument.columns.items()
                }
                if min(places.values()) >= 0 and {*instrument.marks} & {*names}:
                    return _Header(instrument, index, titles, delimiter, places)
    return None


def _parted(title: str) -> tuple[str, str]:
    """Return the name of a column in lower case without blanks, and its unit."""
    # No title is longer, and of many brackets the pattern takes long.
    found = re.fullmatch(r"(.*?)\s*[\[(](.*)[\])]\s*", title[:200])
    name, unit = (found[1], found[2]) if found else (title, "")
    return re.sub(r"[\s_.]+", "", name).lower(), unit.strip()


def read_series(text: FileText, header: _Header) -> tuple[Series, list[str]]:
    """Read the records of a cycler, and say what was decided.

    Raises
    ------
    PosterionError
        If there is no row, a unit is not understood, or a cell that is needed is no number.
    """
    name, places = text.name, header.places
    rows = [
        Row(line, cells)
        for line, content in numbered(text.lines, header.line + 1)
        if not is_comment(content, cells := cells_of(content, header.delimiter), len(header.titles))
    ]
    rows, messages = without_incomplete_end(rows)
    if not rows:
        raise PosterionError(
            f"{name} has the header of a file of {header.instrument.format} but no row below it; "
            "it may be truncated, so export it again."
        )
    written = [[row.cells[k] for row in rows if k < len(row.cells)] for k in places.values()]
    said = text.dialect
    marks = decided(written, sum(written, []), name, said.decimal, said.thousands)
    if not text.ended:
        rows, cut = without_cut_end(rows, marks, text.lines[rows[-1].line - 1])
        messages += cut
    if marks.decimal == ",":
        messages.append("decimal commas read as points")

    def column(role: str, factors: Mapping[str, float], unit: str = "") -> Array:
        place = places[role]
        unit = _parted(header.titles[place])[1] or unit
        factor = factors.get(unit.lower(), 1.0 if not unit else None)
        if factor is None:
            raise PosterionError(
                f"{name}: the unit '{unit}' of column '{header.titles[place]}' is not understood; "
                f"expected one of {', '.join(factors)}."
            )
        return _numbers(name, rows, place, header.titles, marks) * factor

    counters = [role for role in ("charge", "discharge", "capacity") if role in places]
    units = {_capacity_unit(name, header.titles[places[role]]) for role in counters}
    if len(units) > 1:
        raise PosterionError(
            f"{name}: the counters of capacity are in {' and '.join(sorted(units))}; export them "
            "in one unit."
        )
    shown = [_numbers(name, rows, places[role], header.titles, marks) for role in counters]
    state = None
    if "state" in places:
        short = next((row for row in rows if len(row.cells) <= places["state"]), None)
        if short is not None:
            raise PosterionError(
                f"{name}, line {short.line}: the line ends before its column "
                f"'{header.titles[places['state']]}'; correct or remove it."
            )
        letters = [row.cells[places["state"]].strip().upper() for row in rows]
        state = np.array([{"C": 1.0, "D": -1.0}.get(letter, 0.0) for letter in letters])
        shown = 2 * shown  # one counter for both
    cycle = _numbers(name, rows, places["cycle"], header.titles, marks)
    for k in np.flatnonzero(np.diff(cycle) < 0)[:1]:
        raise PosterionError(
            f"{name}, line {rows[k + 1].line}: cycle {cycle[k + 1]:g} comes after cycle "
            f"{cycle[k]:g}, as where several tests are joined in one file; give each its own."
        )
    clock = _CLOCK.fullmatch(rows[0].cells[places["time"]].strip())
    time = _clocks(name, rows, places["time"], header) if clock else column("time", _SECONDS)
    series = Series(
        cycle=cycle,
        step=_numbers(name, rows, places["step"], header.titles, marks),
        time=time,
        current=column("current", _AMPERES),
        voltage=column("voltage", _VOLTS),
        charge=shown[0],
        discharge=shown[1],
        state=state,
        unit=units.pop(),
        stated=header.instrument.stated,
    )
    return series, [*text.messages, *messages]


def _numbers(
    name: str, rows: Sequence[Row], place: int, titles: Sequence[str], marks: Marks
) -> Array:
    values = np.empty(len(rows))
    for k, row in enumerate(rows):
        value = number(row.cells[place], marks) if place < len(row.cells) else None
        if value is None or not math.isfinite(value):
            require_numbers(name, row, [place], titles, marks)
            raise PosterionError(
                f"{name}, line {row.line}, column {place + 1} ('{titles[place]}'): the value is "
                f"{value}; expected a finite number, so correct or remove this line."
            )
        values[k] = value
    return values


def _clocks(name: str, rows: Sequence[Row], place: int, header: _Header) -> Array:
    """Return times such as 12:00:00.5 or 1d 12:00:00 in s."""
    values = np.empty(len(rows))
    for k, row in enumerate(rows):
        cell = row.cells[place].strip() if place < len(row.cells) else ""
        match = _CLOCK.fullmatch(cell.replace(",", "."))
        if match is None:
            raise PosterionError(
                f"{name}, line {row.line}, column {place + 1} ('{header.titles[place]}'): "
                f"'{cell[:40]}' is no time like 12:00:00; correct or remove this line."
            )
        days, hours, minutes, seconds = match.groups()
        values[k] = 86400 * int(days or 0) + 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    return values


def _capacity_unit(name: str, title: str) -> str:
    """Return the unit of a counter, which is Ah where the header has none."""
    written = _parted(title)[1]
    unit = capacity_unit_of(written) if written else "Ah"
    if unit not in ("Ah", "mAh"):
        raise PosterionError(
            f"{name}: the unit '{written}' of column '{title}' is not understood; expected Ah or "
            "mAh."
        )
    return unit
