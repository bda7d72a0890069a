"""Data in: instrument files, tables and simulated cells, as datasets with units."""

from .conductivity_schema import conductivity_dataset
from .cut import cut
from .simulate import simulated_pellet
from .spectrum_files import read_spectra, read_spectrum
from .table_files import read_table

__all__ = [
    "conductivity_dataset",
    "cut",
    "read_spectra",
    "read_spectrum",
    "read_table",
    "simulated_pellet",
]
