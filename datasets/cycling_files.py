"""Read capacities by cycle from tables and files of cyclers."""

from collections.abc import Mapping
from pathlib import Path

import xarray as xr

from ..errors import PosterionError
from .cycling_roles import ROLES
from .cycling_schema import cycling_dataset, require_capacity_unit
from .cycling_tables import Convention, read_cycle_table
from .file_text import read_file_text
from .table_columns import checked_names

_CONVENTIONS = ("auto", "as_written", "swapped")


def read_cycling(
    path: str | Path,
    *,
    capacity_unit: str | None = None,
    columns: Mapping[str, str] | None = None,
    convention: Convention = "auto",
    cell: str | None = None,
) -> xr.Dataset:
    """Read the capacities of battery cells by cycle.

    A discharge is the half-cycle in which the cell delivers current and its voltage falls. A
    half cell of graphite or silicon against lithium begins with one, and takes lithium up in it.

    Parameters
    ----------
    path
        A table of text with a header (comma, semicolon, tab or blanks; decimal points or
        commas): a row for each cycle, with the cycle number, the capacity of discharge and, if
        measured, that of charge, and a column that tells cells apart; or a column of cycle
        numbers and one of discharge capacities for each of several cells.
    capacity_unit
        Such as ``"mAh"`` or ``"mAh/g"`` where the header has no unit. It is never guessed.
    columns
        Names of the columns for ``cycle``, ``capacity`` (of discharge), ``charge_capacity`` and
        ``cell``, where their headers are not understood or there are several. Any other key
        makes a column a label of that name: ``{"electrolyte": "E"}``.
    convention
        ``"auto"`` and ``"as_written"`` take charge and discharge as written, ``"swapped"``
        exchanges them. ``"auto"`` adds a message where the data speak against what is written.
    cell
        Label of the cell, where the file does not tell cells apart; else the file's name
        without its ending.

    Returns
    -------
    xr.Dataset
        ``capacity`` (point), of discharge, and ``charge_capacity`` where measured, in the unit
        of the file, with coordinates ``cycle``, ``cell`` and the labels. The attribute
        ``convention`` tells how charge and discharge were told apart, ``messages`` what was
        decided.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column or unit is missing, cycles do not rise within a
        cell, or a value cannot be used.

    See Also
    --------
    cycling_dataset : The same from arrays.
    """
    if convention not in _CONVENTIONS:
        raise PosterionError(
            f"convention='{convention}'; expected 'auto', 'as_written' or 'swapped'."
        )
    alias = {"discharge_capacity": "capacity"}
    given = {alias.get(role, role): name for role, name in (columns or {}).items()}
    named = checked_names(given, ROLES)
    unit = None if capacity_unit is None else require_capacity_unit(capacity_unit)
    text = read_file_text(path)
    return cycling_dataset(**read_cycle_table(text, named, unit, convention, cell))
