"""Records over time of the text files of cyclers."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import PosterionError, Setting
from .cycling_headers import BY_DEFAULT, Header, parted
from .cycling_series import Series
from .cycling_states import are_halves, counted_apart, cycles_of, rising, signs_of, states_of
from .schemas.cycling_titles import capacity_unit_of
from .tables.cells import (
    Row,
    cells_of,
    is_comment,
    numbered,
    require_numbers,
    trimmed,
    without_cut_end,
    without_incomplete_end,
)
from .tables.numbers import Marks, decided, number
from .tables.text import FileText
from .tables.units import is_unit

Array = npt.NDArray[np.float64]

_CLOCK = re.compile(
    r"(?:(\d+)\s*(?:d\w*[\s,]+|-))?(\d+):(\d{1,2}):(\d{1,2}(?:[.,]\d*)?)", re.IGNORECASE
)
_SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "min": 60.0, "minutes": 60.0}
_SECONDS |= {"h": 3600.0, "hr": 3600.0, "hours": 3600.0}
_AMPERES = {"a": 1.0, "ma": 1e-3, "µa": 1e-6, "ua": 1e-6}
_VOLTS = {"v": 1.0, "mv": 1e-3}
_FAR = 5.0  # times that a counter and the current may differ in before a unit must be wrong


def read_series(
    text: FileText, header: Header, capacity_unit: str | None = None
) -> tuple[Series, list[str]]:
    """Read the records of a cycler, and say what was decided.

    Raises
    ------
    PosterionError
        If there is no row, a unit is not understood, a cell that is needed is no number, or the
        counters are far from the current over time.
    """
    name, places = text.name, header.places
    rows, units, messages = _rows(text, header)
    table = _Records(text, header, rows, units, _marks(text, header, rows))
    if not text.ended:
        rows, cut = without_cut_end(rows, table.marks, text.lines[rows[-1].line - 1])
        messages += cut
        table = _Records(text, header, rows, units, table.marks)
    if table.marks.decimal == ",":
        messages.append("decimal commas read as points")
    current = table.column("current", _AMPERES)
    step = table.numbers("step") if "step" in places else np.zeros(len(rows))
    voltage = table.column("voltage", _VOLTS)
    if "cell" in places and len(cells := {*table.cells("cell")}) > 1:
        told = ", ".join(f"'{cell[:20]}'" for cell in sorted(cells)[:4])
        raise PosterionError(
            f"{name} holds the records of {len(cells)} cells ({told}); give each its own file."
        )
    own, said = _directions(table, current, voltage, step)
    counters = [role for role in ("charge", "discharge", "capacity") if role in places]
    unit = table.capacity_unit(counters, capacity_unit)
    shown = [table.numbers(role) for role in counters]
    if len(shown) == 1 and not said:
        raise PosterionError(
            f"{name} has one counter of capacity and currents of one sign, so nothing tells "
            "charge from discharge; export it again with its column of states."
        )
    cycle = table.numbers("cycle") if "cycle" in places else None
    if "step" not in places:
        step = np.cumsum(np.diff(own, prepend=own[:1]) != 0).astype(float)
    counted = cycles_of(own, step)
    if cycle is None or (np.ptp(cycle) == 0 and counted[-1] > 1) or are_halves(cycle, own):
        cycle = counted
        messages.append("cycle: a new one with each charge that follows a discharge")
    for k in np.flatnonzero(np.diff(cycle) < 0)[:1]:
        raise PosterionError(
            f"{name}, line {rows[k + 1].line}: cycle {cycle[k + 1]:g} comes after cycle "
            f"{cycle[k]:g}, as where several tests are joined in one file; give each its own."
        )
    if len(shown) == 1:
        same = np.append(False, (np.diff(step) == 0) & (np.diff(own) == 0))
        shown = counted_apart(shown[0], own, same)
        # A counter that starts anew does so where the direction changes, too.
        step = np.cumsum(~same).astype(float)
    series = Series(
        cycle=cycle,
        step=step,
        time=table.time(),
        current=current,
        voltage=voltage,
        charge=shown[0],
        discharge=shown[1],
        state=own if len(counters) == 1 else None,
        unit=unit,
        stated=said if len(counters) == 1 else "by its two counters of capacity",
    )
    _refuse_far(name, series)
    return series, [*text.messages, *messages]


def _directions(
    table: "_Records", current: Array, voltage: Array, step: Array
) -> tuple[Array, str]:
    """Return 1 in charge, -1 in discharge, 0 else, and what says so; empty where nothing does."""
    signs = signs_of(current)
    signed = bool(np.min(signs) < 0 < np.max(signs))
    if "state" in table.header.places:
        states = states_of(table.cells("state"), signs if signed else np.zeros(signs.size))
        if states is not None or not signed:
            title = table.header.titles[table.header.places["state"]]
            return np.zeros(signs.size) if states is None else states, f"by its column '{title}'"
    if not signed:
        return signs, ""
    same = np.append(False, (np.diff(step) == 0) & (np.diff(signs) == 0))
    states = rising(voltage, signs, same)
    return states, "by the sign of the current" + (
        "" if states is signs else ", negative where the voltage rises"
    )


def _rows(text: FileText, header: Header) -> tuple[list[Row], Row | None, list[str]]:
    """Return the rows below a header, a row of units among them, and messages."""
    width = len(header.titles)
    rows = [
        Row(line, cells)
        for line, content in numbered(text.lines, header.line + 1)
        if not is_comment(content, cells := cells_of(content, header.delimiter), width)
    ]
    rows, messages = without_incomplete_end(rows)
    units = None
    if rows and _is_units(rows[0], header):
        units, rows = rows[0], rows[1:]
    if not rows:
        raise PosterionError(
            f"{text.name} has the header of a file of {header.format} but no row below it; "
            "it may be truncated, so export it again."
        )
    for row in rows:
        # PEC writes further channels, which have no title.
        if len(trimmed(row.cells)) > width and header.format != "PEC":
            raise PosterionError(
                f"{text.name}, line {row.line}: {len(row.cells)} cells where the header has "
                f"{width}; correct or remove this line, or export with another delimiter."
            )
    return rows, units, messages


def _is_units(row: Row, header: Header) -> bool:
    cells = [row.cells[k] for k in header.places.values() if k < len(row.cells)]
    return any(map(is_unit, cells)) and not any(cell[:1].isdigit() for cell in cells)


def _marks(text: FileText, header: Header, rows: Sequence[Row]) -> Marks:
    written = [
        [row.cells[k] for row in rows if k < len(row.cells)]
        for role, k in header.places.items()
        if role != "state"
    ]
    said = text.dialect
    return decided(written, sum(written, []), text.name, said.decimal, said.thousands)


@dataclass(frozen=True)
class _Records:
    """The rows of a cycler's file, and how they are read."""

    text: FileText
    header: Header
    rows: Sequence[Row]
    units: Row | None
    marks: Marks

    def unit(self, role: str) -> str:
        """Return the unit of a column, of its title or of the row of units."""
        place = self.header.places[role]
        below = self.units.cells[place] if self.units and place < len(self.units.cells) else ""
        return parted(self.header.titles[place])[1] or below.strip("[]() ")

    def cells(self, role: str) -> list[str]:
        """Return the text of a column."""
        place = self.header.places[role]
        for row in self.rows:
            if len(row.cells) <= place:
                raise PosterionError(
                    f"{self.text.name}, line {row.line}: the line ends before its column "
                    f"'{self.header.titles[place]}'; correct or remove it."
                )
        return [row.cells[place].strip() for row in self.rows]

    def numbers(self, role: str) -> Array:
        """Return the numbers of a column."""
        place, titles = self.header.places[role], self.header.titles
        values = np.empty(len(self.rows))
        for k, row in enumerate(self.rows):
            value = number(row.cells[place], self.marks) if place < len(row.cells) else None
            if value is None or not math.isfinite(value):
                require_numbers(self.text.name, row, [place], titles, self.marks)
                raise PosterionError(
                    f"{self.text.name}, line {row.line}, column {place + 1} ('{titles[place]}'): "
                    f"the value is {value}; expected a finite number, so correct or remove this "
                    "line."
                )
            values[k] = value
        return values

    def column(self, role: str, factors: Mapping[str, float]) -> Array:
        """Return the numbers of a column times the factor of its unit."""
        unit = self.unit(role)
        factor = factors.get(unit.lower(), 1.0 if not unit else None)
        if factor is None:
            raise PosterionError(
                f"{self.text.name}: the unit '{unit}' of column "
                f"'{self.header.titles[self.header.places[role]]}' is not understood; "
                f"expected one of {', '.join(factors)}."
            )
        return self.numbers(role) * factor

    def time(self) -> Array:
        """Return times in s, from numbers or clocks such as 12:00:00.5 or 1d 12:00:00."""
        place = self.header.places["time"]
        cells = self.cells("time")
        if _CLOCK.fullmatch(cells[0]) is None:
            return self.column("time", _SECONDS)
        values = np.empty(len(cells))
        for k, cell in enumerate(cells):
            match = _CLOCK.fullmatch(cell)
            if match is None:
                raise PosterionError(
                    f"{self.text.name}, line {self.rows[k].line}, column {place + 1} "
                    f"('{self.header.titles[place]}'): '{cell[:40]}' is no time like 12:00:00; "
                    "correct or remove this line."
                )
            days, hours, minutes, seconds = match.groups()
            clock = 3600 * int(hours) + 60 * int(minutes) + float(seconds.replace(",", "."))
            values[k] = 86400 * int(days or 0) + clock
        return values

    def capacity_unit(self, counters: Sequence[str], given: str | None) -> str:
        """Return the one unit of the counters."""
        name, found = self.text.name, set[str]()
        for role in counters:
            title = self.header.titles[self.header.places[role]]
            # Basytec names the counters of a cycle without their unit, which is Ah.
            known = self.header.format in BY_DEFAULT or parted(title)[0].startswith("ah")
            written = self.unit(role) or given or ("Ah" if known else "")
            if not written:
                raise PosterionError(
                    f"{name}: the column '{title}' has no unit; say which with ",
                    Setting("capacity_unit", "Ah"),
                    ".",
                )
            unit = capacity_unit_of(written)
            if unit not in ("Ah", "mAh", "µAh"):
                raise PosterionError(
                    f"{name}: the unit '{written}' of column '{title}' is not understood; "
                    "expected Ah or mAh."
                )
            found.add(unit)
        if len(found) > 1:
            raise PosterionError(
                f"{name}: the counters of capacity are in {' and '.join(sorted(found))}; export "
                "them in one unit."
            )
        return found.pop()


def _refuse_far(name: str, series: Series) -> None:
    """Raise a PosterionError where the counter of discharge cannot be that of the current."""
    passed = float(series.integrals()[1].sum())
    counted = float(series.increments("discharge").sum())
    if passed > 0 < counted and not 1 / _FAR < passed / counted < _FAR:
        raise PosterionError(
            f"{name}: the counter of discharge gains {counted:.4g} {series.unit}, but the current "
            f"over time {passed:.4g} {series.unit}; one of the columns is not what its title says, "
            "or a unit is wrong, so correct the header."
        )
