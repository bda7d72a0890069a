"""Figures for a paper, each by one call: of results, or of data before any fit."""

from .cycles import efficiency, fade
from .draws import corner, forest
from .groups import compare, survival
from .laws import arrhenius
from .spectra import bode, drt, nyquist, residuals
from .written import save, table

__all__ = [
    "arrhenius",
    "bode",
    "compare",
    "corner",
    "drt",
    "efficiency",
    "fade",
    "forest",
    "nyquist",
    "residuals",
    "save",
    "survival",
    "table",
]
