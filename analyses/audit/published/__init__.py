"""Published numbers, with the interval that their last digit stands for."""

from .currents import missing_for, specific_current
from .tables import COLUMNS, published_of, read_rows
from .value import Published, ends_in_vague_zeros, rounding_step

__all__ = [
    "COLUMNS",
    "Published",
    "ends_in_vague_zeros",
    "missing_for",
    "published_of",
    "read_rows",
    "rounding_step",
    "specific_current",
]
