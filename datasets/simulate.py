"""Simulated spectra of the coated pellets, for examples and tests: never measured data."""

import json
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .schema import spectrum_dataset

CIRCUIT = "p(R1,CPE1)-p(R2,CPE2)-CPE3"
THICKNESS = {"7uL": "450 um", "10uL": "470 um"}
DIAMETER = "10 mm"
NOISE = 0.005

# R1 + R2 is the total resistance that Table 1 of Thairiyarayar et al. (2026),
# doi:10.20517/energymater.2026.32, gives for each pellet; how it divides, and all the
# rest, is made up.
_RESISTANCES = {
    ("7uL", 25): (110.0, 257.0),
    ("7uL", 55): (47.2, 125.0),
    ("10uL", 25): (130.0, 339.15),
    ("10uL", 55): (58.0, 150.6),
}
_COMMON = {
    "CPE1_Q": 4e-9,
    "CPE1_n": 0.92,
    "CPE2_Q": 2e-6,
    "CPE2_n": 0.85,
    "CPE3_Q": 5e-5,
    "CPE3_n": 0.88,
}

EXAMPLES: Mapping[str, tuple[str, int]] = MappingProxyType(
    {f"simulated-{volume}-{celsius}C": (volume, celsius) for volume, celsius in _RESISTANCES}
)
"""Names of the embedded spectra: coating volume and temperature in degrees Celsius."""


def simulated_pellet(name: str = "simulated-7uL-55C") -> xr.Dataset:
    """Return the simulated spectrum of a coated pellet, with its truth.

    A pellet between blocking electrodes, 60 frequencies from 7 MHz to 10 mHz as in the
    paper that the package grew out of, and noise of 0.5 % of |Z| on each component.

    Parameters
    ----------
    name
        One of `EXAMPLES`.

    Returns
    -------
    xarray.Dataset
        Like that of `read_spectrum`; the attribute ``truth`` holds the parameters that
        were put in, as JSON, and ``circuit``, ``thickness`` and ``diameter`` the rest.

    Raises
    ------
    PosterionError
        If there is no such example.
    """
    if name not in EXAMPLES:
        raise PosterionError(f"there is no example '{name}'; there are {', '.join(EXAMPLES)}.")
    volume, celsius = EXAMPLES[name]
    R1, R2 = _RESISTANCES[volume, celsius]
    truth = {"R1": R1, "R2": R2, **_COMMON, "noise": NOISE}
    frequency = np.logspace(np.log10(7e6), -2, 60)
    s = 2j * np.pi * frequency
    # Written out here in complex numbers, so that a simulation and the model that is fitted
    # to it do not share a formula.
    Z = R1 / (1 + R1 * truth["CPE1_Q"] * s ** truth["CPE1_n"])
    Z += R2 / (1 + R2 * truth["CPE2_Q"] * s ** truth["CPE2_n"])
    Z += 1 / (truth["CPE3_Q"] * s ** truth["CPE3_n"])
    rng = np.random.default_rng(list(EXAMPLES).index(name))
    scatter = rng.normal(size=(2, frequency.size))
    Z += NOISE * np.abs(Z) * (scatter[0] + 1j * scatter[1])
    spectrum = spectrum_dataset(
        frequency,
        Z,
        source=name,
        format="simulated",
        messages=("simulated, not measured: the truth is in the attribute 'truth'",),
        temperature_c=celsius,
    )
    spectrum.attrs |= {
        "truth": json.dumps(truth),
        "circuit": CIRCUIT,
        "thickness": THICKNESS[volume],
        "diameter": DIAMETER,
    }
    return spectrum
