"""Read capacities by cycle from tables and files of cyclers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ...errors import PosterionError, Setting
from ..formats.cycler import read_series
from ..formats.cycler_headers import instrument_header, outline
from ..formats.cycler_series import Series
from ..formats.cycler_summary import sign_in_words, summarised
from ..formats.neware import is_neware, read_neware
from ..tables.columns import checked_names
from ..tables.dialect import Dialect
from ..tables.in_memory import Source
from ..tables.text import FileText, read_file_text
from ..tables.units import Unit
from .cycling_normal import normalized
from .cycling_points import cycling_dataset
from .cycling_roles import ROLES
from .cycling_tables import Convention, read_cycle_table
from .cycling_titles import CAPACITY

_CONVENTIONS = ("auto", "as_written", "swapped")


def read_cycling(
    path: Source,
    *,
    capacity_unit: str | None = None,
    columns: Mapping[str, str] | None = None,
    convention: Convention = "auto",
    mass: str | None = None,
    area: str | None = None,
    cell: str | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read the capacities of battery cells by cycle.

    A discharge is the half-cycle in which the cell delivers current and its voltage falls. A
    half cell of graphite or silicon against lithium begins with one, and takes lithium up in it.

    Parameters
    ----------
    path
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns): a table
        of text with a header (comma, semicolon, tab or blanks; decimal points or
        commas): a row for each cycle, with the cycle number, the capacity of discharge and, if
        measured, that of charge, and a column that tells cells apart; or a column of cycle
        numbers and one of discharge capacities for each of several cells. Or records over time
        of a Neware (.nda, .ndax), Arbin (CSV), Maccor (text) or PEC (CSV) cycler, which are
        brought to capacities by cycle by the instrument's own counters.
    capacity_unit
        Such as ``"mAh"`` or ``"mAh/g"`` where the header of a table has no unit. It is never
        guessed.
    columns
        Names of the columns of a table for ``cycle``, ``capacity`` (of discharge),
        ``charge_capacity`` and ``cell``, where their headers are not understood or there are
        several. Any other key makes a column a label of that name: ``{"electrolyte": "E"}``.
    convention
        ``"auto"`` and ``"as_written"`` take charge and discharge as the file has them,
        ``"swapped"`` exchanges them. ``"auto"`` adds a message where the data speak against
        what is written; it never exchanges them.
    mass, area
        One of them with a unit, such as ``"12.3 mg"`` or ``"0.785 cm^2"``, to have capacities
        in mAh/g or mAh/cm**2. Nothing is normalized otherwise.
    cell
        Label of the cell, where the file does not tell cells apart; else the file's name
        without its ending.
    dialect
        How the table is written (decimal and thousands marks, delimiter), where the file does not
        decide it.

    Returns
    -------
    xr.Dataset
        ``capacity`` (point), of discharge, and ``charge_capacity`` where measured, in the unit
        of the file or in that of the normalization, with coordinates ``cycle``, ``cell`` and
        the labels. The attribute ``convention`` tells how charge and discharge were told apart,
        ``messages`` what was decided and which cycles were left out.

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
            Setting("convention", convention), "; expected 'auto', 'as_written' or 'swapped'."
        )
    alias = {"discharge_capacity": "capacity"}
    given = {alias.get(role, role): name for role, name in (columns or {}).items()}
    named = checked_names(given, ROLES)
    unit = CAPACITY.given(capacity_unit)
    recorded = _recorded(path, dialect, unit)
    if isinstance(recorded, FileText):
        arguments = read_cycle_table(recorded, named, unit, convention, cell)
    else:
        _refuse_options(recorded, named, unit)
        arguments = _by_cycle(recorded, convention)
        arguments["cell"] = recorded.stem if cell is None else cell
    return normalized(cycling_dataset(**arguments), mass, area)


@dataclass(frozen=True)
class _Records:
    """What a cycler recorded, and where it comes from."""

    name: str
    stem: str
    format: str
    series: Series
    sha256: str
    messages: list[str]


def _recorded(path: Source, dialect: Dialect | None, unit: Unit | None) -> FileText | _Records:
    """Return the records of a cycler, or the text of what may be a table of cycles."""
    if isinstance(path, str | Path) and is_neware(Path(path)):
        name, stem = Path(path).name, Path(path).stem
        return _Records(name, stem, "Neware", *read_neware(Path(path)))
    text = outline(read_file_text(path, dialect))
    header = instrument_header(text)
    if header is None:
        return text
    series, messages = read_series(text, header, unit.text if unit else None)
    if 1 < np.unique(series.cycle).size == series.cycle.size:
        return text  # a summary with a row for each cycle has the same columns
    return _Records(text.name, text.stem, header.format, series, text.sha256, messages)


def _refuse_options(recorded: _Records, named: Mapping[str, str], unit: Unit | None) -> None:
    """Raise a PosterionError for options that hold for tables of cycles only."""
    if named:
        raise PosterionError(
            f"{recorded.name} is a file of {recorded.format} whose columns are known; leave out ",
            Setting("columns", dict(named)),
            ".",
        )
    if unit and unit.text != recorded.series.unit:
        raise PosterionError(
            f"{recorded.name} has capacities in {recorded.series.unit}, but the capacity unit "
            f"given is {unit.text}; leave it out."
        )


def _by_cycle(recorded: _Records, convention: Convention) -> dict[str, Any]:
    """Return the arguments of `cycling_dataset` for what a cycler recorded."""
    series = recorded.series
    summary = summarised(series)
    capacity, charge = summary.discharge, summary.charge
    said = f"{recorded.format} tells charge and discharge {series.stated}"
    signs = sign_in_words(series)
    said += f"; {signs}" if signs else ""
    if convention == "swapped":
        capacity, charge = charge, capacity
        said = f"exchanged as asked: what is called charge is discharge here, where {said}"
    whole = np.isfinite(capacity)
    if not np.any(whole):
        raise PosterionError(
            f"{recorded.name} is a file of {recorded.format} in which no cycle has a complete "
            f"discharge ({'; '.join(summary.left_out)}); expected a file with one or more."
        )
    return {
        "cycle": summary.cycle[whole],
        "capacity": capacity[whole],
        "charge_capacity": charge[whole] if np.any(np.isfinite(charge[whole])) else None,
        "unit": series.unit,
        "convention": said,
        "source": recorded.name,
        "sha256": recorded.sha256,
        "format": recorded.format,
        "messages": [
            *recorded.messages,
            f"convention: {said}",
            *(summary.doubts if convention == "auto" else ()),
            *summary.left_out,
            *summary.messages,
        ],
    }
