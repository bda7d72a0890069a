"""Tables with a row for each cycle, and those with a column for each cell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import PosterionError, Setting
from .cycling_points import Points, long_points, values_of, wide_points, with_units_below
from .cycling_roles import Choice, Column, chosen_columns
from .schemas.cycling_points import cycles_in_words
from .tables.columns import naming, refuse_duplicates, refuse_missing_names, wanting
from .tables.search import Table, find_table
from .tables.text import FileText
from .tables.wanted import Wanted

Array = npt.NDArray[np.float64]
Convention = Literal["auto", "as_written", "swapped"]

_WANTED = (
    "a table of cycles needs a column of cycle numbers and one of discharge capacities, for "
    "example 'cycle' and 'discharge_capacity_mAh', or told as in ",
    naming("capacity", "Q"),
    "; or a column of cycle numbers and one for each of several cells",
)
# Above this ratio of discharge to charge, a cell delivers more than it was charged with.
_EFFICIENT = 1.02


def read_cycle_table(
    text: FileText,
    named: Mapping[str, str],
    given_unit: str | None,
    convention: Convention,
    cell: str | None,
) -> dict[str, Any]:
    """Read a table of cycles and return the arguments of `cycling_dataset`.

    Parameters
    ----------
    text
        The file.
    named
        Names of columns that the user gave by role.
    given_unit
        Unit of the capacities that the user gave, as pint spells it.
    convention
        ``"swapped"`` exchanges charge and discharge.
    cell
        Label of the cell, where the table has no column for it.

    Raises
    ------
    PosterionError
        If the table is not understood, or a cell of it cannot be used.
    """
    name = text.name
    table, choice = _table_of(text, named)
    refuse_duplicates(name, table.header or ())
    if choice.rivals:
        role, columns = choice.rivals
        raise PosterionError(
            f"{name}: the columns {_titles(columns)} are all read as {role}; choose one, as in ",
            naming(role, columns[0].header),
            ".",
        )
    _refuse_series(name, table, choice)
    choice = with_units_below(name, choice, table)
    if choice.wide:
        points = wide_points(name, table, choice, given_unit)
    else:
        points = long_points(name, table, choice, named, given_unit)
    if points.cells is not None and cell is not None:
        raise PosterionError(
            f"{name} tells its cells apart itself, so cell='{cell}' cannot be their name; leave "
            "it out."
        )
    if points.cells is None:
        _refuse_missing_cells(name, points)
    capacity, charge, said = _settled(name, points, convention)
    return {
        "cycle": points.cycle,
        "capacity": capacity,
        "charge_capacity": charge,
        "unit": points.unit,
        "cell": points.cells or cell or text.stem,
        "labels": points.labels,
        "convention": said[0],
        "source": name,
        "sha256": text.sha256,
        "format": "text",
        "messages": [
            *text.messages,
            *table.messages,
            *choice.messages,
            *points.messages,
            f"convention: {said[0]}",
            *said[1:],
        ],
        "where": points.where,
    }


def _table_of(text: FileText, named: Mapping[str, str]) -> tuple[Table, Choice]:
    found: dict[tuple[str, ...], Choice] = {}
    titles: dict[str, None] = {}

    def needed(header: Sequence[str]) -> tuple[int, ...] | None:
        if named:
            titles.update(dict.fromkeys(header))
        choice = chosen_columns(header, named)
        if choice is None:
            return None
        found[tuple(header)] = choice
        positions = [choice.columns["cycle"].position, *(c.position for c in choice.wide)]
        both = (choice.columns.get(role) for role in ("capacity", "charge_capacity"))
        return (*positions, *(column.position for column in both if column))

    wanted = Wanted("table of cycles", wanting(named, _WANTED), needed, blanks=True)
    try:
        table = find_table(text, wanted)
    except PosterionError:
        refuse_missing_names(text.name, named, titles)
        raise
    return table, found[table.header or ()]


def _titles(columns: Sequence[Column]) -> str:
    return ", ".join(f"'{column.header}'" for column in columns)


def _refuse_series(name: str, table: Table, choice: Choice) -> None:
    """Raise a PosterionError if the table holds currents or voltages within cycles."""
    cycles = values_of(table, choice.columns["cycle"])
    cell = choice.columns.get("cell")
    cells = [row.cells[cell.position] if cell else "" for row in table.rows]
    counts = Counter(zip(cells, cycles.tolist(), strict=True))
    if choice.wide or (
        "capacity" in choice.columns and (not choice.series or len(cells) < 2 * len(counts))
    ):
        return
    told = ", ".join(f"'{title}'" for title in choice.series[:4])
    if "capacity" not in choice.columns and len(counts) == len(cells):
        raise PosterionError(
            f"{name} has a row for each cycle, with {told}, but no column of capacities that is "
            "understood; name it, as in ",
            naming("capacity", "Q"),
            ".",
        )
    raise PosterionError(
        f"{name} is a time series ({len(cells)} rows for {len(counts)} cycle(s), with {told}), "
        "and lacks the time, the current, the voltage or the counter of capacity of a cycler; "
        "export it with them, or the summary by cycle, with a discharge capacity for each."
    )


def _refuse_missing_cells(name: str, points: Points) -> None:
    """Raise a PosterionError if cycles recur as they do where there are several cells."""
    counts = Counter(points.cycle.tolist())
    again = [cycle for cycle, count in counts.items() if count > 1]
    if len(again) < 2 or 2 * len(again) < len(counts):
        return
    rows = range(len(points.cycle))
    fit = [
        label
        for label, values in points.labels.items()
        if len({(values[k], float(points.cycle[k])) for k in rows}) == len(rows)
        and 1 < len(set(values)) < len(rows)
    ]
    remedy = (
        (f"if '{fit[0]}' tells them apart, name it with ", naming("cell", fit[0]))
        if fit
        else (
            "add a column 'cell', or name the one that tells them apart with ",
            naming("cell", "sample"),
        )
    )
    raise PosterionError(
        f"{name}: {len(again)} of {len(counts)} cycle numbers occur more than once "
        f"({cycles_in_words(np.array(again))}), so a cell column is missing; ",
        *remedy,
        ".",
    )


def _settled(
    name: str, points: Points, convention: Convention
) -> tuple[Array, Array | None, list[str]]:
    """Return capacities of discharge and charge, and what to say on how they were told apart."""
    discharge, charge = points.titles
    if convention == "swapped":
        if points.charge is None:
            raise PosterionError(
                f"{name}: ",
                Setting("convention", "swapped"),
                " exchanges charge and discharge, but there is no column of charge capacities; "
                "name the column, as in ",
                naming("charge_capacity", "Q_chg"),
                ".",
            )
        said = f"exchanged as asked: discharge is column '{charge}', charge column '{discharge}'"
        return points.charge, points.capacity, [said]
    if not points.stated:
        what = f"column '{discharge}'" if discharge else "a column for each cell"
        said = f"{what} does not say charge or discharge and is taken as discharge"
        return points.capacity, points.charge, [said]
    both = f", charge column '{charge}'" if charge else ""
    said = f"as the header says: discharge is column '{discharge}'{both}"
    doubts = _doubts(points) if convention == "auto" else []
    return points.capacity, points.charge, [said, *doubts]


def _doubts(points: Points) -> list[str]:
    """Return a message if most cycles deliver more than they take up."""
    if points.charge is None:
        return []
    both = (points.capacity > 0) & (points.charge > 0)
    ratio = points.capacity[both] / points.charge[both]
    above = int(np.count_nonzero(ratio > _EFFICIENT))
    if 2 * above <= ratio.size:
        return []
    return [
        f"convention: in {above} of {ratio.size} cycles discharge / charge is above "
        f"{_EFFICIENT:g}, as where the two columns are exchanged or a half cell is cycled from "
        "the other side; nothing was exchanged, convention='swapped' would"
    ]
