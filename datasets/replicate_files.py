"""Read numbers of specimens from tidy tables: a row for each number, a column for each meaning."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

import numpy as np
import xarray as xr

from ..errors import PosterionError, Setting
from ..units import registry
from .replicate_checks import refuse_points_of_one, refuse_repeated_rows
from .replicates import replicates
from .tables.cells import Row
from .tables.columns import label_of, refuse_duplicates
from .tables.dialect import Dialect
from .tables.in_memory import Source
from .tables.names import key_of, plain, same, splits
from .tables.numbers import Marks, last_digit, number
from .tables.search import Table, find_table
from .tables.text import FileText, read_file_text
from .tables.wanted import Wanted

_SPECIMENS = re.compile(r"(specimen|pellet|cell)(s?)(id|no|number|label|name)?#?")


def read_replicates(
    path: Source,
    *,
    group: str,
    value: str,
    unit: str | None = None,
    specimen: str | None = None,
    sd: str | None = None,
    factors: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read numbers of specimens, one in each row, from a table.

    Parameters
    ----------
    path
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns): a table
        of text with a header (comma, semicolon, tab or blanks; decimal points or
        commas).
    group, value
        Names of the columns that say what was made alike, and that hold the numbers. The unit
        stands in the header, as in ``sigma (mS/cm)``, which may be named without it.
    unit
        Such as ``"mS/cm"`` where the header has none. It is never guessed.
    specimen
        Name of the column that says which pellet or cell a row is of; a column called
        specimen, pellet or cell is taken unless another is named. Several rows of one specimen
        are repeated measurements of it.
    sd
        Name of a column with one standard deviation of each number.
    factors
        Names of columns with further conditions, such as a volume or a temperature.
    where
        Values of columns by their names: the rows to keep.
    dialect
        How the table is written (decimal and thousands marks, delimiter), where the file does not
        decide it.

    Returns
    -------
    xarray.Dataset
        As from `replicates`, with ``value_step``, the unit in the last printed digit.

    Raises
    ------
    PosterionError
        If the file cannot be read, a column or unit is missing, units are mixed, a value is no
        number, rows are repeated, or rows are points of one measurement and no replicates.
    """
    text = read_file_text(path, dialect)
    kept = dict(where or {})
    names = {"group": group, "value": value}
    names |= {role: each for role, each in (("specimen", specimen), ("sd", sd)) if each}
    names |= {f"factor {each}": each for each in (*factors, *kept)}
    table = _table(text, names)
    header = table.header or ()
    refuse_duplicates(text.name, header)
    at = {role: _position(header, each) for role, each in names.items()}
    places = {role: place for role, place in at.items() if place is not None}
    messages = [*text.messages, *table.messages]
    if "specimen" not in places:
        found = [k for k, title in enumerate(header) if _SPECIMENS.fullmatch(key_of(title))]
        if found and found[0] not in places.values():
            places["specimen"] = found[0]
            messages.append(f"specimens are told apart by the column '{header[found[0]]}'")
    rows = _chosen(table, {name: places[f"factor {name}"] for name in kept}, kept, text.name)
    refuse_repeated_rows(text.name, rows)
    units = _unit_of_rows(text.name, table, rows, places["value"], unit)
    name, own_unit = units

    def column(role: str) -> list[str]:
        return [row.cells[places[role]] for row in rows]

    def numbers(role: str) -> list[float]:
        found = (number(cell, table.marks) for cell in column(role))
        return [np.nan if each is None else each for each in found]

    def labels(role: str) -> list[str]:
        return [label_of(cell, table) if cell else "" for cell in column(role)]

    groups, specimens = labels("group"), labels("specimen") if "specimen" in places else None
    refuse_points_of_one(text.name, table, rows, set(places.values()), groups, specimens)
    values = column("value")
    behind = [table.errors.get((row.line, places["value"]), "") for row in rows]
    if any(behind) and "sd" in places:
        raise PosterionError(
            f"{text.name}: the numbers have errors behind ±, and sd='{sd}' names others; leave "
            "one of them out."
        )
    dataset = replicates(
        numbers("value"),
        groups,
        unit=own_unit,
        specimen=specimens,
        sd=numbers("sd") if "sd" in places else _errors(behind, table),
        step=[last_digit(cell, table.marks) for cell in values],
        factors={
            factor_name(each): _factor(column(f"factor {each}"), table.marks) for each in factors
        },
        quantity=name,
        source=text.name,
        sha256=text.sha256,
        messages=messages,
        where=lambda point: f"{text.name}, line {rows[point].line}, column '{value}'",
    )
    for each in factors:
        title = header[places[f"factor {each}"]]
        dataset[factor_name(each)].attrs["units"] = next(
            filter(None, (u for _, u in _meanings(title))), ""
        )
    return dataset


@dataclass
class _Seen:
    """The line that looked most like the header."""

    cells: tuple[str, ...] = ()
    known: int = 0
    names: Sequence[str] = field(default_factory=tuple)

    def __call__(self, header: Sequence[str]) -> tuple[int, ...] | None:
        found = [_position(header, name) for name in self.names]
        known = sum(place is not None for place in found)
        if (known, len(header)) > (self.known, len(self.cells)) and (known or not self.cells):
            self.cells, self.known = tuple(header), known
        value = found[1]
        return None if None in found or value is None else (value,)


def _table(text: FileText, names: Mapping[str, str]) -> Table:
    """Find the table that has the named columns, or say which it lacks."""
    seen = _Seen(names=list(names.values()))
    told = " and ".join(f"'{names[role]}'" for role in ("group", "value"))
    wanted = Wanted(
        "table of replicates", f"a header with the columns {told} is needed", seen, errors=True
    )
    try:
        return find_table(text, wanted)
    except PosterionError as error:
        missing = [each for each in names.values() if _position(seen.cells, each) is None]
        if not missing or len(seen.cells) < 2:
            raise
        known = [title for title in seen.cells if title]
        close = get_close_matches(missing[0], known, 1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        listed = ", ".join(f"'{title[:40]}'" for title in known[:20])
        raise PosterionError(
            f"{text.name} has no column '{missing[0]}'; {hint}It has {listed}."
        ) from error


def _position(header: Sequence[str], name: str) -> int | None:
    """Return the place of a column by its header, or by its header without the unit."""
    for way in (_same_title, _same_name):
        found = [place for place, title in enumerate(header) if way(title, name)]
        if len(found) == 1:
            return found[0]
    return None


def _same_title(title: str, name: str) -> bool:
    return same(title).lower() == same(name).lower()


def _same_name(title: str, name: str) -> bool:
    return any(key_of(own) == key_of(name) for own, unit in _meanings(title) if unit)


def _meanings(title: str) -> list[tuple[str, str]]:
    """Return the ways to part a header into name and unit as pint spells it."""
    found = []
    for name, unit, explicit in splits(plain(title.strip().strip('"'))[:60]):
        known = pint_unit(unit) if unit else None
        if known is not None and (explicit or len(unit) > 1):
            found.append((name.strip(), known))
    return found


@lru_cache(4096)
def pint_unit(text: str) -> str | None:
    """Return a unit as pint spells it, or None.

    Examples
    --------
    >>> pint_unit("mS cm⁻¹"), pint_unit("Ω·cm²"), pint_unit("S_per_cm")
    ('mS*cm**-1', 'Ω*cm**2', 'S/cm')
    """
    text = re.sub(r"[\s_]*\bper\b[\s_]*|_per_", "/", plain(text.strip()))
    text = re.sub(r"\^|\*\*", "", text).replace("°C", "degC")
    text = re.sub(r"([A-Za-zµΩΩ%])(-?[1-4])(?![0-9])", r"\1**\2", text)
    text = re.sub(r"[\s·∙⋅×.]+", "*", text)
    if text in ("", "-"):
        return ""
    if re.fullmatch(r"[A-Za-zµΩΩ%*/()1-4-]{1,40}", text) is None:
        return None
    try:
        registry().parse_units(text)
    except Exception:  # pint raises many kinds on text it cannot read
        return None
    return "" if text == "1" else text


def _unit_of_rows(
    source: str, table: Table, rows: Sequence[Row], place: int, given: str | None
) -> tuple[str, str]:
    """Return the name of the values and their unit, from the header, below it, or a column."""
    header = table.header or ()
    title = header[place]
    name, found = title.strip(), []
    for own, unit in _meanings(title):
        name, found = own, [(unit, f"the header '{title}'")]
        break
    if table.units and (below := table.units.cells[place].strip("[]() ")):
        found.append((_known(below, source), f"line {table.units.line}"))
    for other, heading in enumerate(header):
        if key_of(heading) in ("unit", "units") and other != place:
            found += [
                (_known(row.cells[other], source), f"line {row.line}")
                for row in rows
                if row.cells[other]
            ]
    if given is not None:
        found.append((_known(given, source), "the unit given"))
    if not found:
        raise PosterionError(
            f"{source}: the column '{title}' has no unit; say which with ",
            Setting("unit", "mS/cm"),
            ", or ",
            Setting("unit", "1"),
            f" for a pure number, or write it in the header, as in '{title} (mS/cm)'.",
        )
    first, where = found[0]
    for unit, other_place in found[1:]:
        if registry().parse_units(unit or "1") != registry().parse_units(first or "1"):
            raise PosterionError(
                f"{source}: units are mixed: '{first or '1'}' by {where} and '{unit or '1'}' by "
                f"{other_place}; give all values in one unit."
            )
    return name, first


def _known(unit: str, source: str) -> str:
    known = pint_unit(unit)
    if known is None:
        raise PosterionError(
            f"{source}: the unit '{unit[:40]}' is not understood; expected one such as mS/cm, "
            "ohm*cm**2, eV, or 1 for a pure number."
        )
    return known


def _chosen(
    table: Table, places: Mapping[str, int], kept: Mapping[str, str], source: str
) -> tuple[Row, ...]:
    """Return the rows that have the wanted values."""
    rows = table.rows
    for name, place in places.items():
        held = [row.cells[place] for row in rows]
        wanted = label_of(str(kept[name]), table)
        rows = tuple(
            row for row, cell in zip(rows, held, strict=True) if label_of(cell, table) == wanted
        )
        if not rows:
            known = ", ".join(dict.fromkeys(held[:20]))
            raise PosterionError(
                f"{source}: no row has '{name}' = {kept[name]}; the column holds {known}."
            )
    return rows


def factor_name(name: str) -> str:
    """Return the name of a factor: that of its column without the unit."""
    bare = next((own for own, unit in _meanings(name) if unit), name)
    return re.sub(r"\W+", "_", bare).strip("_") or "factor"


def _errors(behind: Sequence[str], table: Table) -> list[float] | None:
    """Return the errors behind ±, or None where there is none."""
    found = [number(cell, table.marks) for cell in behind]
    return [np.nan if each is None else each for each in found] if any(behind) else None


def _factor(cells: Sequence[str], marks: Marks) -> list[float] | list[str]:
    found = [number(cell, marks) for cell in cells]
    numbers = [each for each in found if each is not None]
    return numbers if len(numbers) == len(cells) else list(cells)
