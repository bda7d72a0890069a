"""How much specimens made alike differ, where there are too few to tell."""

from dataclasses import dataclass

import numpy as np

from ...units import registry
from ..noise.censored import CELL_SCATTER
from ..prior import Prior

PELLETS = Prior("LogNormal", round(float(np.log(0.10)), 4), 0.7)
"""Relative spread of conductivity between pellets made alike, of capacity between cells. 94 % of
it lie within 2.7 and 37 %; between laboratories 35 to 50 % were found for sulfides (Ohno et al.
2020, ACS Energy Lett. 5, 910, doi:10.1021/acsenergylett.9b02764), which is an upper end."""

CELLS = Prior.parse(CELL_SCATTER)
"""Relative spread of resistances, lifetimes and thresholds between cells made alike: the
package's default for such data."""

BARRIERS = Prior("LogNormal", round(float(np.log(0.0725)), 4), 0.39)
"""Relative spread of the activation energy between pellets: 94 % within 3.5 and 15 %, what the
study of Ohno et al. found between laboratories."""


@dataclass(frozen=True)
class Spread:
    """A prior of the relative spread between specimens, and where it comes from."""

    prior: Prior
    source: str


_OHNO = "Ohno et al. 2020, doi:10.1021/acsenergylett.9b02764"
_SPREADS = {
    "ohm": Spread(CELLS, "resistances of cells made alike; a judgement"),
    "ohm*cm**2": Spread(CELLS, "resistances of cells made alike; a judgement"),
    "second": Spread(CELLS, "lifetimes of cells made alike; a judgement"),
    "A/cm**2": Spread(CELLS, "thresholds of cells made alike; a judgement"),
    "A": Spread(CELLS, "thresholds of cells made alike; a judgement"),
    "eV": Spread(BARRIERS, f"activation energies between laboratories, {_OHNO}"),
    "J/mol": Spread(BARRIERS, f"activation energies between laboratories, {_OHNO}"),
}
_OTHERS = Spread(
    PELLETS,
    f"conductivities of pellets, or capacities of cells, made alike; a judgement, below the 35 to "
    f"50 % between laboratories of {_OHNO}",
)


def usual_spread(unit: str) -> Spread:
    """Return how much specimens made alike usually differ in a quantity of this unit."""
    ureg = registry()
    if unit in ("cycle", "cycles"):
        return _SPREADS["second"]
    dimension = ureg.parse_units(unit or "1").dimensionality
    return next(
        (
            found
            for own, found in _SPREADS.items()
            if ureg.parse_units(own).dimensionality == dimension
        ),
        _OTHERS,
    )
