"""Capacities of each cycle, from what a cycler recorded over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..schemas.cycling_points import cycles_in_words
from .cycler_series import WAY, Series

Array = npt.NDArray[np.float64]

_DISAGREEMENT = 0.01  # between a counter and the integral of the current
_NOTHING = 1e-3  # of the largest capacity; less is no half-cycle
_STARTED = 0.01  # of what follows; a counter that shows more at the start has counted before
_OF_THE_WINDOW = 0.05  # of the range of voltages; a half-cycle that ends closer to others is whole


@dataclass(frozen=True)
class Summary:
    """Capacities by cycle, shape (m,), in the unit of the series; NaN where none is whole.

    ``left_out`` says which are not and why, ``doubts`` what speaks against what is called
    charge and discharge, ``messages`` what else was found.
    """

    cycle: Array
    discharge: Array
    charge: Array
    left_out: tuple[str, ...]
    doubts: tuple[str, ...]
    messages: tuple[str, ...]


@dataclass(frozen=True)
class _Half:
    """The half-cycles of one direction: records of each cycle, and what the counter gained."""

    name: str
    gained: Array
    integral: Array
    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]


def summarised(series: Series) -> Summary:
    """Return the capacities of each cycle by the counters of the instrument.

    Half-cycles that began before the first record or went on after the last are left out, and
    so is a first discharge that starts from a lower voltage than all others and without a
    charge before it: the cell was not full.
    """
    cycles, numbers = np.unique(series.cycle, return_inverse=True)
    charged, discharged = series.integrals()
    discharge = _half(series, "discharge", numbers, cycles.size, discharged)
    charge = _half(series, "charge", numbers, cycles.size, charged)
    largest = max(float(discharge.gained.max()), float(charge.gained.max()))
    messages: list[str] = []
    left_out: list[str] = []
    results = {}
    for half in (discharge, charge):
        values = half.gained.copy()
        none = (half.first < 0) | (values <= _NOTHING * largest)
        values[none] = np.nan
        reasons = _incomplete(series, half, none)
        if half.name == "discharge" and np.any(none):
            left_out.append(f"left out, without a discharge: {cycles_in_words(cycles[none])}")
        for number, why in reasons.items():
            left_out.append(
                f"{half.name} of cycle {cycles[number]:g} left out ({values[number]:.6g} "
                f"{series.unit}): {why}"
            )
            values[number] = np.nan
        messages += _compared(cycles, half, values)
        results[half.name] = values
    restarts = sorted({series.restarts("discharge"), series.restarts("charge")})
    messages.append(f"capacity: by the counter of the instrument, which {' or '.join(restarts)}")
    rises, doubts = _by_voltage(series)
    return Summary(
        cycles,
        results["discharge"],
        results["charge"],
        tuple(left_out),
        tuple(doubts),
        (*messages, *rises),
    )


def _half(
    series: Series, name: str, numbers: npt.NDArray[np.intp], cycles: int, passed: Array
) -> _Half:
    active = np.flatnonzero(series.directions == WAY[name])
    first, last = np.full(cycles, -1), np.full(cycles, -1)
    last[numbers[active]] = active
    first[numbers[active[::-1]]] = active[::-1]
    gained = np.bincount(numbers, series.increments(name), cycles)
    # What the first record shows was gained in its cycle, unless the file begins within it.
    shown = series.at_start(name)
    if active.size and active[0] == 0 and shown <= _STARTED * gained[numbers[0]]:
        gained[numbers[0]] += shown
    return _Half(name, gained, np.bincount(numbers, passed, cycles), first, last)


def _incomplete(series: Series, half: _Half, none: npt.NDArray[np.bool_]) -> dict[int, str]:
    """Return why half-cycles are not whole, by their number."""
    found: dict[int, str] = {}
    whole = [k for k in range(none.size) if not none[k]]
    if not whole:
        return found
    begins = int(np.searchsorted(np.unique(series.cycle), series.cycle[0]))
    ends = int(np.searchsorted(np.unique(series.cycle), series.cycle[-1]))
    shown = series.at_start(half.name)
    counted = shown > _STARTED * half.gained[begins]
    anew = series.restarts(half.name) == "starts anew in each cycle"
    if begins in whole and counted and (anew or half.first[begins] == 0):
        found[begins] = f"the file begins within it, at {shown:.6g} {series.unit}"
    whole = [k for k in whole if k not in found]
    voltage = series.voltage
    window = _OF_THE_WINDOW * float(np.ptp(voltage))
    if ends in whole and half.last[ends] == voltage.size - 1:
        others = [float(voltage[half.last[k]]) for k in whole if k != ends]
        at = float(voltage[-1])
        if half.name == "charge" or not others:
            found[ends] = f"the file ends with it, at {at:.4g} V, so it may be incomplete"
        elif at > max(others) + window:
            found[ends] = (
                f"the file ends within it, at {at:.4g} V, the others end at {max(others):.4g} V "
                "or less"
            )
    k = whole[0] if whole else ends
    charged = bool(np.any(series.directions[: half.first[k]] > 0))
    if half.name == "discharge" and k not in found and not charged:
        others = [float(voltage[half.first[j]]) for j in whole[1:] if j not in found]
        start = float(voltage[half.first[k]])
        if others and start < min(others) - window:
            found[k] = (
                f"it starts at {start:.4g} V without a charge before it, the others at "
                f"{min(others):.4g} V or more"
            )
    return found


def _compared(cycles: Array, half: _Half, values: Array) -> list[str]:
    """Return a message on capacities that differ from the integral of the current."""
    measured = np.isfinite(values)
    apart = np.zeros(values.size)
    apart[measured] = np.abs(half.integral[measured] / values[measured] - 1.0)
    bad = apart > _DISAGREEMENT
    if not np.any(bad):
        return []
    return [
        f"{half.name}: counter and integral of the current over time differ by more than "
        f"{_DISAGREEMENT:.0%} in {cycles_in_words(cycles[bad])} (up to {apart.max():.2g} of the "
        "capacity); the counter is used"
    ]


def _by_voltage(series: Series) -> tuple[list[str], list[str]]:
    """Return what the voltage says for and against what is called charge and discharge."""
    change = np.where(series.same_step, np.diff(series.voltage, prepend=series.voltage[:1]), 0.0)
    directions = series.directions
    rise = float(change[directions > 0].sum())
    fall = float(change[directions < 0].sum())
    if rise > 0 > fall:
        return ["convention: the voltage rises in charge and falls in discharge"], []
    if rise >= 0 >= fall:
        return [], []
    return [], [
        f"convention: the voltage changes by {rise:+.3g} V in all that is called charge and by "
        f"{fall:+.3g} V in all that is called discharge, as where the two are exchanged; nothing "
        "was exchanged, convention='swapped' would"
    ]


def sign_in_words(series: Series) -> str:
    """Return which sign a charging current has in the file."""
    directions = series.directions
    charging, discharging = series.current[directions > 0], series.current[directions < 0]
    signs: Sequence[float] = [float(np.sign(part.sum())) for part in (charging, discharging)]
    return {
        (1.0, -1.0): "charging currents are positive",
        (-1.0, 1.0): "charging currents are negative",
        (1.0, 1.0): "currents have no sign",
    }.get((signs[0], signs[1]), "")
