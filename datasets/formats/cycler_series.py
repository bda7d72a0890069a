"""What a cycler records over time, and the increments of its capacity counters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .cycler_states import signs_of

Array = npt.NDArray[np.float64]

WAY = {"charge": 1.0, "discharge": -1.0}
"""Sign of the direction that a counter is for."""

_FALL = 1e-3  # of the largest capacity; a counter that falls by more has started anew


@dataclass(frozen=True)
class Series:
    """Records of one cell over time, all of shape (n,).

    Attributes
    ----------
    cycle
        Number of the cycle, as the instrument counts.
    step
        Number of the step; that of a following step differs.
    time
        Time in s, of the test or of the step.
    current
        Current in A, with the sign as written.
    voltage
        Voltage in V.
    charge, discharge
        What the counters of capacity show, in `unit`; the same where there is one for both.
    state
        1 in charge, -1 in discharge, 0 else, as the instrument says; None where it says so only
        by its two counters.
    unit
        Unit of the counters: ``"Ah"``, ``"mAh"`` or ``"µAh"``.
    stated
        How the instrument says charge and discharge, for messages.
    """

    cycle: Array
    step: Array
    time: Array
    current: Array
    voltage: Array
    charge: Array
    discharge: Array
    state: Array | None
    unit: str
    stated: str

    @property
    def same_step(self) -> npt.NDArray[np.bool_]:
        """Whether a record belongs to the step and cycle of the one before it."""
        same = np.zeros(self.cycle.size, bool)
        same[1:] = (np.diff(self.cycle) == 0) & (np.diff(self.step) == 0)
        return same

    @property
    def directions(self) -> Array:
        """1 where the cell is charged, -1 where it is discharged, 0 else; shape (n,)."""
        if self.state is not None:
            return self.state
        change = self.increments("charge") - self.increments("discharge")
        sign = signs_of(self.current)
        if np.min(sign) < 0 < np.max(sign):
            # The counters say which sign is that of charge.
            return sign * (1.0 if np.sum(self.current * change) >= 0 else -1.0)
        steps = np.cumsum(~self.same_step) - 1
        return np.abs(sign) * np.sign(np.bincount(steps, change))[steps]

    def increments(self, counter: str) -> Array:
        """Return what a counter gains with each record, shape (n,), 0 at the first.

        A counter that shows less at the start of a step has started anew from 0.
        """
        shown: Array = getattr(self, counter)
        gained = np.diff(shown, prepend=shown[:1])
        gained = np.where(self._anew(counter), shown, np.maximum(gained, 0.0))
        return gained if self.state is None else np.where(self.state == WAY[counter], gained, 0.0)

    def _anew(self, counter: str) -> npt.NDArray[np.bool_]:
        """Tell the records with which a step begins and a counter starts anew."""
        shown: Array = getattr(self, counter)
        fall = -np.diff(shown, prepend=shown[:1])
        return ~self.same_step & (fall > _FALL * np.max(shown))

    def at_start(self, counter: str) -> float:
        """Return what a counter shows at the first record, 0 where it counts the other way."""
        if self.state is not None and self.state[0] != WAY[counter]:
            return 0.0
        return float(getattr(self, counter)[0])

    def restarts(self, counter: str) -> str:
        """Return when a counter starts anew, in words."""
        fell = self._anew(counter)
        boundary = np.zeros(fell.size, bool)
        boundary[1:] = np.diff(self.cycle) != 0
        if np.any(fell & ~boundary):
            return "starts anew in each step"
        if np.any(fell):
            return "starts anew in each cycle"
        if np.any(boundary):
            return "runs on over the cycles"
        return "does not start anew in the one cycle"

    def integrals(self) -> tuple[Array, Array]:
        """Return charge and discharge between records by the current, shape (n,) each, in `unit`.

        The trapezoid rule holds within a step; from the last record of a step to the first of
        the next flows the current of the next.
        """
        elapsed = np.diff(self.time, prepend=self.time[:1])
        # The time may be that of a step, which starts at 0.
        elapsed = np.where(elapsed < 0, self.time, elapsed)
        size = np.abs(self.current)
        before = np.where(self.same_step, np.roll(size, 1), size)
        per_second = {"Ah": 1 / 3600, "mAh": 1e3 / 3600, "µAh": 1e6 / 3600}[self.unit]
        passed = 0.5 * (size + before) * elapsed * per_second
        directions = self.directions
        return np.where(directions > 0, passed, 0.0), np.where(directions < 0, passed, 0.0)
