"""Ion transport: conductivity from resistance and geometry."""

from typing import Any

import numpy as np


def conductivity(resistance: Any, thickness: Any, area: Any) -> Any:
    """Return the ionic conductivity σ = L/(R·A).

    Parameters
    ----------
    resistance
        R in ohm.
    thickness
        L in cm.
    area
        A in cm².

    Returns
    -------
    array
        σ in S/cm, of the shape that the arguments broadcast to.
    """
    return thickness / (resistance * area)


def disc_area(diameter: Any) -> Any:
    """Return the area of a disc, in the square of the unit of its diameter."""
    return np.pi * diameter**2 / 4
