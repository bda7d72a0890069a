"""Data in: instrument files, tables and simulated cells, as datasets with units."""

from .cut import cut
from .schemas.conductivity import read_table
from .schemas.conductivity_points import conductivity_dataset
from .schemas.spectrum import read_spectra, read_spectrum
from .simulate import simulated_pellet

__all__ = [
    "conductivity_dataset",
    "cut",
    "read_spectra",
    "read_spectrum",
    "read_table",
    "simulated_pellet",
]
