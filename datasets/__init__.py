"""Data in: instrument files and simulated cells, as datasets with units."""

from .simulate import simulated_pellet
from .spectrum_files import read_spectra, read_spectrum

__all__ = ["read_spectra", "read_spectrum", "simulated_pellet"]
