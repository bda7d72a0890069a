"""Records over time of the text files of cyclers."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from ...errors import PosterionError, Setting
from ..schemas.cycling_titles import capacity_unit_of
from ..tables.body import bodied
from ..tables.cells import cells_of, numbered
from ..tables.points import Array
from ..tables.roles import Column
from ..tables.search import table_in
from ..tables.sheet import Sheet
from ..tables.text import FileText
from ..tables.wanted import Wanted
from .cycler_headers import BY_DEFAULT, Header, parted
from .cycler_series import Series
from .cycler_states import are_halves, counted_apart, cycles_of, rising, signs_of, states_of

_Records = Sheet[Mapping[str, Column]]

_CLOCK = re.compile(
    r"(?:(\d+)\s*(?:d\w*[\s,]+|-))?(\d+):(\d{1,2}):(\d{1,2}(?:[.,]\d*)?)", re.IGNORECASE
)
_SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "min": 60.0, "minutes": 60.0}
_SECONDS |= {"h": 3600.0, "hr": 3600.0, "hours": 3600.0}
_AMPERES = {"a": 1.0, "ma": 1e-3, "µa": 1e-6, "ua": 1e-6}
_VOLTS = {"v": 1.0, "mv": 1e-3}
_TEXTS = ("state", "cell")
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
    table = _records(text, header)
    name, places, messages = text.name, table.columns, table.messages
    size, lines = len(table.table.rows), [row.line for row in table.table.rows]
    current = _scaled(table, "current", _AMPERES)
    step = _finite(table, "step") if "step" in places else np.zeros(size)
    voltage = _scaled(table, "voltage", _VOLTS)
    if "cell" in places and len(cells := {*table.cells(places["cell"])}) > 1:
        told = ", ".join(f"'{cell[:20]}'" for cell in sorted(cells)[:4])
        raise PosterionError(
            f"{name} holds the records of {len(cells)} cells ({told}); give each its own file."
        )
    own, said = _directions(table, current, voltage, step)
    counters = [role for role in ("charge", "discharge", "capacity") if role in places]
    unit = _capacity_unit(table, header.format, counters, capacity_unit)
    shown = [_finite(table, role) for role in counters]
    if len(shown) == 1 and not said:
        raise PosterionError(
            f"{name} has one counter of capacity and currents of one sign, so nothing tells "
            "charge from discharge; export it again with its column of states."
        )
    cycle = _finite(table, "cycle") if "cycle" in places else None
    if "step" not in places:
        step = np.cumsum(np.diff(own, prepend=own[:1]) != 0).astype(float)
    counted = cycles_of(own, step)
    if cycle is None or (np.ptp(cycle) == 0 and counted[-1] > 1) or are_halves(cycle, own):
        cycle = counted
        messages.append("cycle: a new one with each charge that follows a discharge")
    for k in np.flatnonzero(np.diff(cycle) < 0)[:1]:
        raise PosterionError(
            f"{name}, line {lines[k + 1]}: cycle {cycle[k + 1]:g} comes after cycle "
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
        time=_times(table),
        current=current,
        voltage=voltage,
        charge=shown[0],
        discharge=shown[1],
        state=own if len(counters) == 1 else None,
        unit=unit,
        stated=said if len(counters) == 1 else "by its two counters of capacity",
    )
    _refuse_far(name, series)
    return series, messages


def _directions(table: _Records, current: Array, voltage: Array, step: Array) -> tuple[Array, str]:
    """Return 1 in charge, -1 in discharge, 0 else, and what says so; empty where nothing does."""
    signs = signs_of(current)
    signed = bool(np.min(signs) < 0 < np.max(signs))
    if "state" in table.columns:
        column = table.columns["state"]
        states = states_of(table.cells(column), signs if signed else np.zeros(signs.size))
        if states is not None or not signed:
            states = np.zeros(signs.size) if states is None else states
            return states, f"by its column '{column.title}'"
    if not signed:
        return signs, ""
    same = np.append(False, (np.diff(step) == 0) & (np.diff(signs) == 0))
    states = rising(voltage, signs, same)
    return states, "by the sign of the current" + (
        "" if states is signs else ", negative where the voltage rises"
    )


def _records(text: FileText, header: Header) -> _Records:
    """Return the table below a header."""
    titles, delimiter = header.titles, header.delimiter
    if header.format == "PEC":  # writes further channels, which have no title
        lines = (line for _, line in numbered(text.lines, header.line + 1))
        width = max((len(cells_of(line, delimiter)) for line in lines), default=0)
        titles += ("",) * (width - len(titles))
    columns = {
        role: Column(place, titles[place], role, parted(titles[place])[1])
        for role, place in header.places.items()
    }
    positions = tuple(c.position for role, c in columns.items() if role not in (*_TEXTS, "time"))
    wanted = Wanted(f"file of {header.format}", (), lambda _: positions, whole=False)
    body = bodied(text, header.line, titles, positions, delimiter, wanted)
    if not body.rows:
        raise PosterionError(
            f"{text.name} has the header of a file of {header.format} but no row below it; it may "
            "be truncated, so export it again."
        )
    table = table_in(text, body, titles, positions, wanted)
    return Sheet(text, table, columns, {}, [*text.messages, *table.messages])


def _finite(table: _Records, role: str) -> Array:
    """Return the numbers of a column."""
    values = table.numbers(table.columns[role])
    for row in np.flatnonzero(~np.isfinite(values))[:1].tolist():
        raise PosterionError(
            f"{table.place(table.columns[role], row)}: the value is {values[row]}; expected a "
            "finite number, so correct or remove this line."
        )
    return values


def _scaled(table: _Records, role: str, factors: Mapping[str, float]) -> Array:
    """Return the numbers of a column times the factor of its unit."""
    column = table.columns[role]
    unit = column.unit or table.below(column)
    factor = factors.get(unit.lower(), 1.0 if not unit else None)
    if factor is None:
        raise PosterionError(
            f"{table.name}: the unit '{unit}' of column '{column.title}' is not understood; "
            f"expected one of {', '.join(factors)}."
        )
    return _finite(table, role) * factor


def _times(table: _Records) -> Array:
    """Return times in s, from numbers or clocks such as 12:00:00.5 or 1d 12:00:00."""
    column = table.columns["time"]
    clocks = [_CLOCK.fullmatch(cell.strip()) for cell in table.cells(column)]
    if clocks[0] is None:
        return _scaled(table, "time", _SECONDS)
    values = np.empty(len(clocks))
    for row, clock in enumerate(clocks):
        if clock is None:
            raise PosterionError(
                f"{table.place(column, row)} is no time like 12:00:00; correct or remove this line."
            )
        days, hours, minutes, seconds = clock.groups()
        values[row] = 3600 * int(hours) + 60 * int(minutes) + float(seconds.replace(",", "."))
        values[row] += 86400 * int(days or 0)
    return values


def _capacity_unit(table: _Records, format: str, counters: Sequence[str], given: str | None) -> str:
    """Return the one unit of the counters."""
    found = set[str]()
    for column in (table.columns[role] for role in counters):
        # Basytec names the counters of a cycle without their unit, which is Ah.
        known = format in BY_DEFAULT or parted(column.title)[0].startswith("ah")
        written = column.unit or table.below(column) or given or ("Ah" if known else "")
        if not written:
            raise PosterionError(
                f"{table.name}: the column '{column.title}' has no unit; say which with ",
                Setting("capacity_unit", "Ah"),
                ".",
            )
        unit = capacity_unit_of(written)
        if unit not in ("Ah", "mAh", "µAh"):
            raise PosterionError(
                f"{table.name}: the unit '{written}' of column '{column.title}' is not understood; "
                "expected Ah or mAh."
            )
        found.add(unit)
    if len(found) > 1:
        raise PosterionError(
            f"{table.name}: the counters of capacity are in {' and '.join(sorted(found))}; export "
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
