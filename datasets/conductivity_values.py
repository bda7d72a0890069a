"""Numbers of a table of conductivities, brought to K and S/cm."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..errors import PosterionError, Setting
from .conductivity_columns import (
    ConductivityUnit,
    Degrees,
    Meaning,
    conductivity_unit_of,
    degrees_of,
    meaning_as,
    resistivity_unit_of,
)
from .conductivity_roles import ROLES, Column
from .conductivity_schema import ZERO_CELSIUS
from .tables.cells import require_numbers
from .tables.numbers import last_digit, number
from .tables.search import Table

Array = npt.NDArray[np.float64]


_NO_UNIT = ("", "-")


def refuse_bad_first_row(name: str, table: Table, chosen: Collection[Column]) -> None:
    """Raise a PosterionError if the line below the header is a row without a good number.

    It holds units where the header lacks one of them and does not have others.
    """
    if table.units is None:
        return
    cells = [table.units.cells[column.position].strip("[]()") for column in chosen]
    units = [column.meaning.unit for column in chosen]
    fits = all(
        not unit or cell in (*_NO_UNIT, unit) for cell, unit in zip(cells, units, strict=True)
    )
    if not fits or all(cell in _NO_UNIT for cell in cells):
        positions = [column.position for column in chosen]
        require_numbers(name, table.units, positions, table.header or (), table.marks)


def with_unit_below(column: Column, role: str, table: Table) -> Column:
    """Return the column with the unit from a line below the header, if there is one."""
    below = table.units.cells[column.position].strip("[]()") if table.units else ""
    if below in _NO_UNIT or column.meaning.unit or column.meaning.quantity == "resistance":
        return column
    return replace(column, meaning=meaning_as(f"{column.header} ({below})", *ROLES[role]))


def _values(table: Table, column: Column) -> Array:
    cells = (number(row.cells[column.position], table.marks) for row in table.rows)
    return np.array([np.nan if cell is None else cell for cell in cells])


def temperatures(
    name: str, table: Table, column: Column, given: Degrees | None, messages: list[str]
) -> Array:
    """Return the temperatures in K."""
    meaning = column.meaning
    written = degrees_of(meaning.unit)
    if meaning.unit and written is None:
        raise PosterionError(
            f"{name}: the unit '{meaning.unit}' of column '{column.header}' is not understood; "
            "expected K or °C, or 1/K of an inverse temperature."
        )
    inverse = meaning.scale == "inverse"
    said = written or ("K" if inverse and given else None)
    if said and given and said != given:
        raise PosterionError(
            f"{name}: column '{column.header}' is in {said}, but the temperature unit given is "
            f"{given}; leave out the one that is wrong."
        )
    degrees = said or given
    if degrees is None:
        raise PosterionError(
            f"{name}: the column '{column.header}' has no unit; say which with ",
            Setting("temperature_unit", "C"),
            " or ",
            Setting("temperature_unit", "K"),
            ", or write it in the header, as in 'T [K]'.",
        )
    values = _values(table, column)
    if not written:
        messages.append(f"units: column '{column.header}' is in {degrees}, as was given")
    if inverse:
        messages.append(f"temperature: {meaning.numerator:g} divided by column '{column.header}'")
        with np.errstate(divide="ignore", over="ignore"):  # refused where the line is known
            return meaning.numerator / values
    if degrees == "degC":
        messages.append(f"units: column '{column.header}' converted from degC to K")
        values = values + ZERO_CELSIUS
    return values


def temperature_errors(
    name: str, table: Table, chosen: Mapping[str, Column], messages: list[str]
) -> Array:
    """Return the errors of the temperatures in K; one degree is as large in K as in °C."""
    column = chosen["temperature_sd"]
    unit = column.meaning.unit
    if (unit and degrees_of(unit) is None) or (
        not unit and chosen["temperature"].meaning.scale == "inverse"
    ):
        raise PosterionError(
            f"{name}: column '{column.header}' is an error of the temperature whose unit is not "
            "clear; write K or °C in its header."
        )
    messages.append(f"temperature_sd: column '{column.header}' is one standard deviation")
    return _values(table, column)


def conductivities(
    name: str,
    table: Table,
    chosen: Mapping[str, Column],
    given: ConductivityUnit | None,
    temperature: Array,
    messages: list[str],
) -> dict[str, Array]:
    """Return conductivities, the units in their last digits and their errors, in S/cm."""
    column = chosen["conductivity"]
    meaning = column.meaning
    if meaning.quantity == "resistance":
        raise PosterionError(
            f"{name}: column '{column.header}' is a resistance, which tells a conductivity only "
            "with the geometry; add a column of thickness / (resistance × area), such as "
            "'conductivity_S_per_cm'."
        )
    resistivity = resistivity_unit_of(meaning.unit) if meaning.scale == "reciprocal" else None
    if resistivity is not None:
        unit = ConductivityUnit(meaning.unit, resistivity)
        messages.append(f"conductivity: one over column '{column.header}', a resistivity")
    else:
        unit = _conductivity_unit(name, column, given, messages)
    with np.errstate(all="ignore"):  # what is infinite is refused where the line is known
        sigma = _values(table, column)
        if meaning.scale in ("log10", "ln"):
            messages.append(
                f"conductivity: column '{column.header}' is taken as {meaning.scale} of it"
            )
            sigma = 10.0**sigma if meaning.scale == "log10" else np.exp(sigma)
        sigma = sigma * unit.factor if resistivity is None else 1 / (sigma * resistivity)
        if unit.times_temperature:
            messages.append(
                f"conductivity: column '{column.header}' is σT, divided by the temperature"
            )
            sigma = sigma / temperature
        steps = [last_digit(row.cells[column.position], table.marks) for row in table.rows]
        numbers = {
            "conductivity": sigma,
            "conductivity_step": np.array(steps) * _slope(meaning, unit, sigma, temperature),
        }
        if "conductivity_sd" in chosen:
            error = chosen["conductivity_sd"]
            if error.meaning.scale == "linear":
                unit = _error_unit(name, error, meaning, unit)
            messages.append(f"conductivity_sd: column '{error.header}' is one standard deviation")
            slope = _slope(error.meaning, unit, sigma, temperature)
            numbers["conductivity_sd"] = _values(table, error) * slope
    behind = [table.errors.get((row.line, column.position), "") for row in table.rows]
    if any(behind):
        if "conductivity_sd" in chosen:
            raise PosterionError(
                f"{name}: the conductivities have errors behind ±, and column "
                f"'{chosen['conductivity_sd'].header}' holds others; leave one of them out."
            )
        errors = (number(cell, table.marks) for cell in behind)
        values = np.array([np.nan if error is None else error for error in errors])
        numbers["conductivity_sd"] = values * _slope(meaning, unit, sigma, temperature)
        messages.append("conductivity_sd: what stands behind ± is one standard deviation")
    return numbers


def _slope(meaning: Meaning, unit: ConductivityUnit, sigma: Array, temperature: Array) -> Array:
    """Return how much σ in S/cm changes with the number in a column."""
    if meaning.scale == "reciprocal":
        return sigma**2 * unit.factor
    if meaning.scale == "linear":
        return np.full_like(sigma, unit.factor) / (temperature if unit.times_temperature else 1.0)
    return sigma * {"log10": math.log(10), "ln": 1.0, "percent": 0.01}[meaning.scale]


def _conductivity_unit(
    name: str, column: Column, given: ConductivityUnit | None, messages: list[str]
) -> ConductivityUnit:
    """Return the unit of a column, by its header or as was given."""
    meaning = column.meaning
    written = _written_unit(name, column)
    if written is None:
        if given is None:
            raise PosterionError(
                f"{name}: the column '{column.header}' has no unit; say which of S/cm, mS/cm or "
                "S/m, as in ",
                Setting("conductivity_unit", "S/cm"),
                ", or write it in the header, as in 'sigma [S/cm]'.",
            )
        messages.append(f"units: column '{column.header}' is in {given.text}, as was given")
        return replace(
            given, times_temperature=given.times_temperature or meaning.times_temperature
        )
    if given and not (
        math.isclose(given.factor, written.factor)
        and given.times_temperature == written.times_temperature
    ):
        raise PosterionError(
            f"{name}: column '{column.header}' is in {meaning.unit}, but the conductivity unit "
            "given is another; leave out the one that is wrong."
        )
    if written.factor != 1:
        messages.append(f"units: column '{column.header}' converted from {meaning.unit} to S/cm")
    return written


def _error_unit(name: str, column: Column, of: Meaning, unit: ConductivityUnit) -> ConductivityUnit:
    """Return the unit of an error, which may be the one of what it is the error of."""
    written = _written_unit(name, column)
    if written is not None:
        return written
    alike = column.meaning.times_temperature == unit.times_temperature
    if of.scale != "linear" or not alike:
        raise PosterionError(
            f"{name}: column '{column.header}' is an error of the conductivity without a unit; "
            "write it in the header, as in 'sigma_sd [S/cm]'."
        )
    return unit


def _written_unit(name: str, column: Column) -> ConductivityUnit | None:
    """Return the unit that a header states, if any."""
    meaning = column.meaning
    if not meaning.unit:
        return None
    written = conductivity_unit_of(meaning.unit)
    if written is None:
        raise PosterionError(
            f"{name}: the unit '{meaning.unit}' of column '{column.header}' is not understood; "
            "expected one such as S/cm, mS/cm, S/m, or S K/cm of σT."
        )
    if meaning.times_temperature and not written.times_temperature:
        raise PosterionError(
            f"{name}: column '{column.header}' is named as σT, but its unit {meaning.unit} has no "
            "K; rename it to 'sigma', or write the unit of σT, such as S K/cm."
        )
    return written
