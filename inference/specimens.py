"""How much specimens made alike differ, where there are too few to tell."""

import numpy as np

from .noise_censored import CELL_SCATTER
from .prior import Prior

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
