"""Numbers of a table of conductivities, brought to K and S/cm."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ...errors import PosterionError
from ..tables.cells import require_numbers
from ..tables.points import Array
from ..tables.roles import Column
from ..tables.sheet import Sheet
from ..tables.units import Unit
from .conductivity_points import CONDUCTIVITY, TEMPERATURE, ZERO_CELSIUS
from .conductivity_titles import (
    ConductivityUnit,
    Meaning,
    Quantity,
    degrees_of,
    meaning_as,
    resistivity_unit_of,
)

_NO_UNIT = ("", "-")


@dataclass(frozen=True)
class Meant(Column):
    """A column and what it means."""

    meaning: Meaning = Meaning("conductivity")

    @classmethod
    def of(cls, position: int, title: str, meaning: Meaning) -> Self:
        """Return the column of a title."""
        return cls(position, title, unit=meaning.unit, meaning=meaning)


Columns = Mapping[str, Meant]


def refuse_bad_first_row(sheet: Sheet[Columns]) -> None:
    """Raise a PosterionError if the line below the header is a row without a good number.

    It holds units where the header lacks one of them and does not have others.
    """
    units, columns = sheet.table.units, sheet.columns.values()
    if units is None:
        return
    below = [(column.unit, sheet.below(column)) for column in columns]
    fits = all(not unit or cell in (*_NO_UNIT, unit) for unit, cell in below)
    if not fits or all(cell in _NO_UNIT for _, cell in below):
        positions = [column.position for column in columns]
        require_numbers(sheet.name, units, positions, sheet.header, sheet.table.marks)


def with_unit_below(sheet: Sheet[Columns], column: Meant, quantity: Quantity, error: bool) -> Meant:
    """Return the column with the unit from a line below the header, if there is one."""
    below = sheet.below(column)
    if below in _NO_UNIT or column.unit or column.meaning.quantity == "resistance":
        return column
    meaning = meaning_as(f"{column.title} ({below})", quantity, error)
    return Meant.of(column.position, column.title, meaning)


def temperatures(sheet: Sheet[Columns], column: Meant, given: Unit | None) -> Array:
    """Return the temperatures in K."""
    inverse, numerator = column.meaning.scale == "inverse", column.meaning.numerator
    if inverse and given and not column.unit:
        sheet.messages.append(f"units: column '{column.title}' is in {given.text}, as was given")
        column = replace(column, unit="K")
    unit = sheet.unit_of(column, TEMPERATURE, given)
    values = sheet.numbers(column)
    if inverse:
        sheet.messages.append(f"temperature: {numerator:g} divided by column '{column.title}'")
        with np.errstate(divide="ignore", over="ignore"):  # refused where the line is known
            return numerator / values
    if unit.text == "degC":
        sheet.messages.append(f"units: column '{column.title}' converted from degC to K")
        values = values + ZERO_CELSIUS
    return values


def temperature_errors(sheet: Sheet[Columns], chosen: Columns) -> Array:
    """Return the errors of the temperatures in K; one degree is as large in K as in °C."""
    column = chosen["temperature_sd"]
    inverse = chosen["temperature"].meaning.scale == "inverse"
    if (inverse and not column.unit) or (column.unit and degrees_of(column.unit) is None):
        raise PosterionError(
            f"{sheet.name}: column '{column.title}' is an error of the temperature whose unit is "
            "not clear; write K or °C in its header."
        )
    sheet.messages.append(f"temperature_sd: column '{column.title}' is one standard deviation")
    return sheet.numbers(column)


def conductivities(
    sheet: Sheet[Columns], chosen: Columns, given: ConductivityUnit | None, temperature: Array
) -> dict[str, Array]:
    """Return conductivities, the units in their last digits and their errors, in S/cm."""
    column, error, said = chosen["conductivity"], chosen.get("conductivity_sd"), sheet.messages
    meaning, title = column.meaning, f"column '{column.title}'"
    if meaning.quantity == "resistance":
        raise PosterionError(
            f"{sheet.name}: {title} is a resistance, which tells a conductivity only with the "
            "geometry; add a column of thickness / (resistance × area), such as "
            "'conductivity_S_per_cm'."
        )
    resistivity = resistivity_unit_of(meaning.unit) if meaning.scale == "reciprocal" else None
    if resistivity is not None:
        unit = ConductivityUnit(meaning.unit, resistivity)
        said.append(f"conductivity: one over {title}, a resistivity")
    else:
        unit = _unit_of(sheet, column, given)
        if column.unit and unit.factor != 1:
            said.append(f"units: {title} converted from {meaning.unit} to S/cm")
    with np.errstate(all="ignore"):  # what is infinite is refused where the line is known
        sigma = sheet.numbers(column)
        if meaning.scale in ("log10", "ln"):
            said.append(f"conductivity: {title} is taken as {meaning.scale} of it")
            sigma = 10.0**sigma if meaning.scale == "log10" else np.exp(sigma)
        sigma = sigma * unit.factor if resistivity is None else 1 / (sigma * resistivity)
        if unit.times_temperature:
            said.append(f"conductivity: {title} is σT, divided by the temperature")
            sigma = sigma / temperature
        slope = _slope(meaning, unit, sigma, temperature)
        numbers = {"conductivity": sigma, "conductivity_step": sheet.steps(column) * slope}
        behind = sheet.errors(column)
        if error is not None and behind is not None:
            raise PosterionError(
                f"{sheet.name}: the conductivities have errors behind ±, and column "
                f"'{error.title}' holds others; leave one of them out."
            )
        if error is not None:
            if error.meaning.scale == "linear":
                unit = _unit_of_error(sheet, error, meaning, unit)
            said.append(f"conductivity_sd: column '{error.title}' is one standard deviation")
            slope = _slope(error.meaning, unit, sigma, temperature)
            numbers["conductivity_sd"] = sheet.numbers(error) * slope
        if behind is not None:
            said.append("conductivity_sd: what stands behind ± is one standard deviation")
            numbers["conductivity_sd"] = behind * slope
    return numbers


def _slope(meaning: Meaning, unit: ConductivityUnit, sigma: Array, temperature: Array) -> Array:
    """Return how much σ in S/cm changes with the number in a column."""
    if meaning.scale == "reciprocal":
        return sigma**2 * unit.factor
    if meaning.scale == "linear":
        return np.full_like(sigma, unit.factor) / (temperature if unit.times_temperature else 1.0)
    return sigma * {"log10": math.log(10), "ln": 1.0, "percent": 0.01}[meaning.scale]


def _unit_of(
    sheet: Sheet[Columns], column: Meant, given: ConductivityUnit | None
) -> ConductivityUnit:
    """Return the unit of a column, by its header or as was given."""
    unit = sheet.unit_of(column, CONDUCTIVITY, given)
    if column.meaning.times_temperature and not unit.times_temperature:
        if column.unit:
            raise PosterionError(
                f"{sheet.name}: column '{column.title}' is named as σT, but its unit {column.unit} "
                "has no K; rename it to 'sigma', or write the unit of σT, such as S K/cm."
            )
        return replace(unit, times_temperature=True)
    return unit


def _unit_of_error(
    sheet: Sheet[Columns], column: Meant, of: Meaning, unit: ConductivityUnit
) -> ConductivityUnit:
    """Return the unit of an error, which may be the one of what it is the error of."""
    if column.unit:
        return _unit_of(sheet, column, None)
    alike = column.meaning.times_temperature == unit.times_temperature
    if of.scale != "linear" or not alike:
        raise PosterionError(
            f"{sheet.name}: column '{column.title}' is an error of the conductivity without a "
            "unit; write it in the header, as in 'sigma_sd [S/cm]'."
        )
    return unit
