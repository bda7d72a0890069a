"""Currents of several cells, as far as they are known in A/g."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .fits import Array
from .inputs import Inputs, Undecided
from .published import Published, missing_for, specific_current

Flags = NDArray[np.bool_]
_SHOWN = {"1/hour": "C (the rate)"}


def current_of(printed: Published) -> Published | None:
    """Return a current in A/g, or None where that cannot be known."""
    return None if missing_for(printed) else specific_current(printed)


def known_current(printed: Sequence[Published]) -> Flags:
    """Return of which currents the value in A/g is known."""
    return np.array([current_of(each) is not None for each in printed])


def same_current(own: Published, others: Sequence[Published]) -> Flags:
    """Return which others have the same current within their digits.

    Raises
    ------
    Undecided
        If no other is known to have it, or the own one is not known.
    """
    mine, known = current_of(own), [current_of(each) for each in others]
    if mine is None:
        raise Undecided("The current of the paper's own cell is not one per mass.")
    low, high = mine.interval
    alike = [c is not None and c.interval[0] <= high and low <= c.interval[1] for c in known]
    if not any(alike):
        raise Undecided(
            f"No other cell is known to have been cycled at {mine.value:g} A/g; of "
            f"{sum(each is None for each in known)} the current per mass is not known."
        )
    return np.array(alike)


def ampere_per_gram(printed: Published) -> float:
    """Return a current in A/g."""
    return specific_current(printed).value


def best_of(inputs: Inputs, printed: Sequence[Published], chosen: Flags) -> Array:
    """Draw the largest of the numbers that are chosen."""
    drawn = [inputs.draw(p.key, p.unit) for p, one in zip(printed, chosen, strict=True) if one]
    return np.asarray(np.maximum.reduce(drawn))


def samples(printed: Sequence[Published], chosen: Flags) -> str:
    """Name what the chosen numbers were measured on."""
    return " and ".join(p.sample for p, one in zip(printed, chosen, strict=True) if one)


def known_currents(printed: Sequence[Published]) -> str:
    """Name each known current with what it was measured on."""
    known = ((each.sample, current_of(each)) for each in printed)
    return "; ".join(f"{sample}: {c.value:g} A/g" for sample, c in known if c is not None)


def distinct_units(printed: Sequence[Published]) -> float:
    """Return how many units there are."""
    return float(len({each.unit for each in printed}))


def units(printed: Sequence[Published]) -> str:
    """Say how many numbers are in each unit."""
    found = [each.unit for each in printed]
    return ", ".join(
        f"{found.count(unit)} in {_SHOWN.get(unit, unit)}" for unit in sorted(set(found))
    )
