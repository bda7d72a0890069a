"""Limits of cells: an interval for each, open where none failed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np
import numpy.typing as npt
import xarray as xr

from ...errors import PosterionError
from ...units import registry
from ..tables.dialect import Dialect
from ..tables.in_memory import Source
from ..tables.points import Array, Labels, Origin, Points, points_of, repeated, sha256_of, source_of
from ..tables.roles import Column, Role, column_of, columns_of, firsts
from ..tables.sheet import Schema, Sheet
from ..tables.units import Unit, Units
from .current_units import CURRENT, current_unit_of

RESERVED = ("critical_current", "lifetime", "survived", "failed", "running", "point")
"""Names that no label may have."""

_TIMES = {"hours": "hour", "hour": "hour", "h": "hour", "hr": "hour", "hrs": "hour", "d": "day",
          "day": "day", "days": "day", "min": "minute", "s": "second"}  # fmt: skip
_YES = {"yes", "y", "true", "1", "x", "running", "alive", "censored"}
_NO = {"no", "n", "false", "0", "", "failed", "dead"}


def stepped_test(
    survived: npt.ArrayLike,
    failed: npt.ArrayLike,
    *,
    unit: str,
    cell: Labels | None = None,
    sample: Labels | None = None,
    labels: Mapping[str, Labels] | None = None,
    **origin: Unpack[Origin],
) -> xr.Dataset:
    """Build the data of a test that raises the current in steps until a cell fails.

    Parameters
    ----------
    survived
        Shape (n,), the highest current that each cell survived; 0 or NaN where it failed at
        the first step.
    failed
        Shape (n,), the current at which it failed; NaN where it survived the last step.
    unit
        Such as ``"mA/cm**2"`` or ``"mA cm-2"``. It is never guessed.
    cell, sample
        Shape (n,), labels of the cells, and of what they are made of (bare or coated); or one
        for all. Cells are numbered unless named.
    labels
        Shape (n,) each: what else is known of the cells.
    **origin
        Where the data come from, as for `conductivity_dataset`.

    Returns
    -------
    xr.Dataset
        ``critical_current`` (point) with ``critical_current_low`` and ``critical_current_high``
        in `unit`: the limit of a cell lies above the one and at most at the other, which is
        infinite where the cell did not fail. The value itself only stands for them: the
        geometric middle, or the end that is known.

    Raises
    ------
    PosterionError
        If shapes differ, the unit is not understood, a step is not possible, or a cell failed
        at a current that it survived.

    Examples
    --------
    >>> import posterion as po
    >>> cells = po.stepped_test([0.6, 1.5], [0.65, float("nan")], unit="mA/cm**2")
    >>> cells["critical_current_high"].values
    array([0.65,  inf])
    """
    known = CURRENT.require(unit).text
    points = _points(
        {"survived": _several(survived), "failed": _several(failed)}, cell, sample, labels, origin
    )
    for name, values in points.arrays.items():
        impossible = (values < 0) | np.isinf(values) | ((name == "failed") & (values == 0))
        points.require(name, ~impossible, "a finite current above zero, or none", known)
    low = np.nan_to_num(points.arrays["survived"], nan=0.0)
    high = np.where(np.isnan(points.arrays["failed"]), np.inf, points.arrays["failed"])
    for point in np.flatnonzero(low >= high).tolist():
        raise PosterionError(
            f"{points.where('failed', point)}: the cell failed at {high[point]:g}, which is not "
            f"above the {low[point]:g} that it survived; correct it, or exchange the columns."
        )
    for point in np.flatnonzero((low == 0) & np.isinf(high)).tolist():
        raise PosterionError(
            f"{points.where('failed', point)}: the cell neither survived nor failed at any "
            "current; leave it out."
        )
    meaning = "Critical current density" if "/" in known else "Critical current"
    return _dataset("critical_current", low, high, (known, meaning), points, origin)


def lifetimes(
    lived: npt.ArrayLike,
    running: npt.ArrayLike,
    *,
    unit: str = "cycle",
    seen_every: float | None = None,
    cell: Labels | None = None,
    sample: Labels | None = None,
    labels: Mapping[str, Labels] | None = None,
    **origin: Unpack[Origin],
) -> xr.Dataset:
    """Build the data of cells that failed, or were still running when the test ended.

    Parameters
    ----------
    lived
        Shape (n,), cycles or time at which each cell had failed, or until which it ran.
    running
        Shape (n,), whether it had not failed then.
    unit
        ``"cycle"``, or a unit of time such as ``"hour"``.
    seen_every
        How often a failure could be seen: a cell found failed at N has failed after
        N - seen_every. One cycle where cycles are counted and nothing else is given; 0 takes
        N as exact, as of a time.
    cell, sample, labels, **origin
        As for `stepped_test`.

    Returns
    -------
    xr.Dataset
        ``lifetime`` (point) with ``lifetime_low`` and ``lifetime_high`` in `unit`, as for
        `stepped_test`.

    Raises
    ------
    PosterionError
        If shapes differ, the unit is none of time or cycles, or a lifetime is not possible.

    Examples
    --------
    >>> import posterion as po
    >>> po.lifetimes([10, 40], [False, True])["lifetime_low"].values
    array([ 9., 40.])
    """
    unit = _time_unit(unit)
    runs = np.atleast_1d(np.asarray(running))
    if runs.dtype != bool:
        raise PosterionError(
            f"{source_of(origin)}: running is {runs!r:.60}; expected True or False of each."
        )
    points = _points({"lived": _several(lived), "running": runs}, cell, sample, labels, origin)
    end = points.arrays["lived"]
    possible = np.isfinite(end) & (end > 0)
    points.require("lived", possible, "a finite number above zero", unit, said="the lifetime")
    every = (1.0 if unit == "cycle" else 0.0) if seen_every is None else float(seen_every)
    if not (np.isfinite(every) and every >= 0):
        raise PosterionError(f"seen_every is {every:g}; expected zero or above, in {unit}.")
    low = np.where(runs, end, np.maximum(end - every, 0.0))
    return _dataset(
        "lifetime", low, np.where(runs, np.inf, end), (unit, "Lifetime"), points, origin
    )


def _several(values: npt.ArrayLike) -> npt.ArrayLike:
    return [values] if isinstance(values, float | int) else values


def _points(
    given: Mapping[str, npt.ArrayLike],
    cell: Labels | None,
    sample: Labels | None,
    labels: Mapping[str, Labels] | None,
    origin: Origin,
) -> Points:
    count = np.size(next(iter(given.values())))
    named = {"cell": [str(k + 1) for k in range(count)] if cell is None else cell}
    named |= {} if sample is None else {"sample": sample}
    twice = named.keys() & (labels or {}).keys()
    every = {name: repeated(each, count) for name, each in {**named, **(labels or {})}.items()}
    return points_of(given, every, {*RESERVED, *twice}, origin)


def _dataset(
    output: str, low: Array, high: Array, variable: tuple[str, str], points: Points, origin: Origin
) -> xr.Dataset:
    with np.errstate(invalid="ignore", over="ignore"):
        middle = np.sqrt(low * high)
    value = np.where(np.isinf(high), low, np.where(low == 0, high, middle))
    arrays = {output: value, f"{output}_low": low, f"{output}_high": high}
    unit, meaning = variable
    unfailed = int(np.isinf(high).sum())
    origin = {**origin, "sha256": origin.get("sha256") or sha256_of(low, high)}
    return Points(arrays, points.labels, origin).dataset(
        {
            output: (unit, meaning),
            f"{output}_low": (unit, f"{meaning}, above"),
            f"{output}_high": (unit, f"{meaning}, at most"),
        },
        messages=[f"{unfailed} of {low.size} cells had not failed"] * (unfailed > 0),
    )


def _time_unit(unit: str) -> str:
    if unit in ("cycle", "cycles"):
        return "cycle"
    try:
        known = registry().Quantity(1.0, unit).check("[time]")
    except Exception:  # pint raises many kinds on text it cannot read
        known = False
    if not known:
        raise PosterionError(
            f"the unit of lifetimes '{unit}' is not understood; expected 'cycle', or a unit of "
            "time such as 'hour'."
        )
    return unit


def _time(unit: str) -> Unit | None:
    known = "cycle" if unit.startswith("cycle") else _TIMES.get(unit)
    return Unit(known) if known else None


def _lifetime(unit: str) -> Unit | None:
    """Return a unit that a user gives, which may be any of time."""
    try:
        return _time(unit) or Unit(_time_unit(unit))
    except PosterionError:
        return None


_CURRENTS = replace(
    CURRENT, quantity="currents", argument="unit", header="survived (mA/cm2), failed (mA/cm2)"
)
_LIVES = Units(
    "lifetimes", _lifetime, ("cycle", "h"), "one such as 'cycle' or 'h'", "lifetime (cycles)"
)
_STEP = "(at|step|current|currentdensity)?"
_ROLES = tuple(
    Role(name, re.compile(names), is_unit)
    for name, names, is_unit in (
        ("survived", rf"(last)?(survived|passed){_STEP}", current_unit_of),
        ("failed", rf"(failed|failure|shorted|short){_STEP}", current_unit_of),
        ("lived", r"lived|life|lifetime|(?P<unit>cycles?|hours?|h)(life|tofailure)?", _time),
        ("running", r"(still)?(running|censored|alive)", lambda unit: None),
    )
)


def is_column_of_limits(title: str) -> bool:
    """Tell if a title is one of what cells survived, failed at or lived."""
    return column_of(title, _ROLES) is not None


def _chosen(header: Sequence[str], named: Mapping[str, str]) -> tuple[Column, Column] | None:
    found = firsts(columns_of(header, named, _ROLES) or [])
    ways = (("survived", "failed"), ("lived", "running"))
    return next(((found[a], found[b]) for a, b in ways if {a, b} <= found.keys()), None)


SCHEMA = Schema(
    "table of limits",
    (
        "limits of cells need the columns survived and failed (blank where a cell did not fail), "
        "as in 'cell,sample,survived (mA/cm2),failed (mA/cm2)'; or lifetimes and whether cells "
        "still run, as in 'cell,sample,cycles,running'",
    ),
    [role.name for role in _ROLES],
    _chosen,
    lambda columns: columns[: 1 if columns[1].role == "running" else 2],
    blanks=True,
)


def read_limits(
    path: Source,
    *,
    unit: str | None = None,
    seen_every: float | None = None,
    columns: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read at which current cells failed, or after how many cycles.

    Parameters
    ----------
    path
        A table with a header, a row for each cell: the columns ``survived`` and ``failed``, blank
        where the cell survived the last step; or ``cycles`` (or ``hours``) and ``running`` (yes
        or no). Columns of text, and ``cell`` and ``sample``, become labels.
    unit
        Of the currents, such as ``"mA/cm2"``, or of the lifetimes, where the header has none.
    seen_every
        How often a failure could be seen; see `lifetimes`.
    columns
        Names of the columns for ``survived``, ``failed``, ``lived`` and ``running`` where their
        headers are not understood. Any other key makes a column a label of that name.
    dialect
        How the table is written, where the file does not decide it.

    Returns
    -------
    xr.Dataset
        ``critical_current`` as from `stepped_test`, or ``lifetime`` as from `lifetimes`.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column or unit is missing, or a value cannot be used.
    """
    sheet = SCHEMA.read(path, columns, dialect)
    first, second = sheet.columns
    labels = sheet.labels([column.position for column in sheet.columns], RESERVED)
    cell, sample = (labels.pop(name, None) for name in ("cell", "sample"))
    origin = sheet.origin(lambda _, point: f"{sheet.name}, line {sheet.table.rows[point].line}")
    if second.role == "running":
        own = sheet.unit_of(first, _LIVES, _LIVES.given(unit)).text
        runs = _runs(sheet, second)
        every = seen_every
        return lifetimes(
            sheet.numbers(first), runs, unit=own, seen_every=every, cell=cell, sample=sample,
            labels=labels, **origin,
        )  # fmt: skip
    given = _CURRENTS.given(unit)
    told = [c for c in sheet.columns if c.unit or sheet.below(c)] or [first]
    units = [sheet.unit_of(column, _CURRENTS, given) for column in told]
    if units[0] != units[-1]:
        raise PosterionError(
            f"{sheet.name}: survived is in {units[0].text} and failed in {units[1].text}; give "
            "both in one unit."
        )
    return stepped_test(
        sheet.numbers(first), sheet.numbers(second), unit=units[0].text, cell=cell, sample=sample,
        labels=labels, **origin,
    )  # fmt: skip


def _runs(sheet: Sheet[tuple[Column, Column]], column: Column) -> list[bool]:
    for row, cell in zip(sheet.table.rows, sheet.cells(column), strict=True):
        if cell.strip().lower() not in _YES | _NO:
            raise PosterionError(
                f"{sheet.name}, line {row.line}: running is '{cell[:40]}'; write yes or no."
            )
    return [cell.strip().lower() in _YES for cell in sheet.cells(column)]
