"""Published numbers as tables: the paper that the package grew out of.

All tables are taken from the text and tables of C. B. Thairiyarayar, F. M. Wang, S. Kheawhom,
J. K. Chang and W. R. Liu, Energy Mater. 2026, 6, 600053, doi:10.20517/energymater.2026.32,
© The Author(s) 2026, under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Changed:
only numbers and their conditions were taken over; thousands commas are left out, powers of ten
are written with e, units as pint spells them, and the notes are ours.
"""

from .currents import missing_for, specific_current
from .tables import CITATION, DOI, LICENCE, TABLES, csv_text, lookup, read_rows, rows, table
from .value import Published, ends_in_vague_zeros, rounding_step

__all__ = [
    "CITATION",
    "DOI",
    "LICENCE",
    "TABLES",
    "Published",
    "csv_text",
    "ends_in_vague_zeros",
    "lookup",
    "missing_for",
    "read_rows",
    "rounding_step",
    "rows",
    "specific_current",
    "table",
]
