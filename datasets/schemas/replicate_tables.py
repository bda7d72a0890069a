"""Read numbers of specimens from tidy tables: a row for each number, a column for each meaning."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache

import xarray as xr

from ...errors import PosterionError, Setting
from ...units import registry
from ..tables.columns import label_of
from ..tables.dialect import Dialect
from ..tables.in_memory import Source
from ..tables.names import key_of, plain, same, splits
from ..tables.numbers import number
from ..tables.roles import Column
from ..tables.sheet import Schema, Sheet
from ..tables.text import FileText, read_file_text
from .replicate_checks import refuse_points_of_one, refuse_repeated_rows
from .replicates import replicates

_Sheet = Sheet[dict[str, Column]]

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
    kept = dict(where or {})
    names = {"group": group, "value": value}
    names |= {role: each for role, each in (("specimen", specimen), ("sd", sd)) if each}
    names |= {f"factor {each}": each for each in (*factors, *kept)}
    sheet = _sheet(read_file_text(path, dialect), names)
    columns, header = dict(sheet.columns), sheet.header
    if "specimen" not in columns:
        found = [k for k, title in enumerate(header) if _SPECIMENS.fullmatch(key_of(title))]
        if found and found[0] not in {column.position for column in columns.values()}:
            columns["specimen"] = Column(found[0], header[found[0]])
            sheet.messages.append(f"specimens are told apart by the column '{header[found[0]]}'")
    sheet = _kept(sheet, kept)
    rows = sheet.table.rows
    refuse_repeated_rows(sheet.name, rows)
    quantity, own_unit = _unit_of_rows(sheet, columns["value"], unit)

    def labels(role: str) -> list[str]:
        return [label_of(cell, sheet.table) if cell else "" for cell in sheet.cells(columns[role])]

    groups, specimens = labels("group"), labels("specimen") if "specimen" in columns else None
    used = {column.position for column in columns.values()}
    refuse_points_of_one(sheet, used, groups, specimens)
    errors = sheet.errors(columns["value"])
    if errors is not None and sd:
        raise PosterionError(
            f"{sheet.name}: the numbers have errors behind ±, and sd='{sd}' names others; leave "
            "one of them out."
        )
    dataset = replicates(
        sheet.numbers(columns["value"]),
        groups,
        unit=own_unit,
        specimen=specimens,
        sd=sheet.numbers(columns["sd"]) if sd else errors,
        step=sheet.steps(columns["value"]),
        factors={factor_name(each): _factor(sheet, columns[f"factor {each}"]) for each in factors},
        quantity=quantity,
        **sheet.origin(lambda _, point: f"{sheet.name}, line {rows[point].line}, column '{value}'"),
    )
    for each in factors:
        units = (unit for _, unit in _meanings(columns[f"factor {each}"].title) if unit)
        dataset[factor_name(each)].attrs["units"] = next(units, "")
    return dataset


def _sheet(text: FileText, names: Mapping[str, str]) -> _Sheet:
    """Find the table that has the named columns, or say which it lacks."""
    nearest: dict[int, Sequence[str]] = {}  # by how many of the names a header has

    def choose(header: Sequence[str], _: Mapping[str, str]) -> dict[str, Column] | None:
        found = {role: _position(header, name) for role, name in names.items()}
        places = {role: place for role, place in found.items() if place is not None}
        nearest[len(places)] = max(nearest.get(len(places), ()), tuple(header), key=len)
        if len(places) < len(names):
            return None
        return {role: Column(place, header[place], role) for role, place in places.items()}

    told = " and ".join(f"'{names[role]}'" for role in ("group", "value"))
    needs = (f"a header with the columns {told} is needed",)
    schema = Schema(
        "table of replicates", needs, (), choose, lambda columns: [columns["value"]], errors=True
    )
    try:
        return schema.sheet(text, {})
    except PosterionError as error:
        header = nearest[max(nearest)] if any(nearest) else ()
        known = [title for title in header if title]
        missing = [each for each in names.values() if _position(header, each) is None]
        if not missing or len(header) < 2:
            raise
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


def _unit_of_rows(sheet: _Sheet, column: Column, given: str | None) -> tuple[str, str]:
    """Return the name of the values and their unit, from the header, below it, or a column."""
    source, title = sheet.name, column.title
    own = _meanings(title)[:1]
    name = own[0][0] if own else title.strip()
    found = [(unit, f"the header '{title}'") for _, unit in own]
    if sheet.table.units and (below := sheet.below(column)):
        found.append((_known(below, source), f"line {sheet.table.units.line}"))
    for other, heading in enumerate(sheet.header):
        if key_of(heading) in ("unit", "units") and other != column.position:
            found += [
                (_known(row.cells[other], source), f"line {row.line}")
                for row in sheet.table.rows
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


def _kept(sheet: _Sheet, wanted: Mapping[str, str]) -> _Sheet:
    """Return the rows that have the wanted values."""
    for name, value in wanted.items():
        held = sheet.cells(sheet.columns[f"factor {name}"])
        label = label_of(value, sheet.table)
        pairs = zip(sheet.table.rows, held, strict=True)
        rows = tuple(row for row, cell in pairs if label_of(cell, sheet.table) == label)
        if not rows:
            known = ", ".join(dict.fromkeys(held[:20]))
            raise PosterionError(
                f"{sheet.name}: no row has '{name}' = {value}; the column holds {known}."
            )
        sheet = replace(sheet, table=replace(sheet.table, rows=rows))
    return sheet


def factor_name(name: str) -> str:
    """Return the name of a factor: that of its column without the unit."""
    bare = next((own for own, unit in _meanings(name) if unit), name)
    return re.sub(r"\W+", "_", bare).strip("_") or "factor"


def _factor(sheet: _Sheet, column: Column) -> list[float] | list[str]:
    numbers = [number(cell, sheet.table.marks) for cell in sheet.cells(column)]
    known = [each for each in numbers if each is not None]
    return known if len(known) == len(numbers) else sheet.cells(column)
