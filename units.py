"""Quantities with units and uncertainty, read from text by pint."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .errors import PosterionError

if TYPE_CHECKING:
    import pint


@cache
def registry() -> "pint.UnitRegistry[float]":
    """Return the pint registry of the package, with temperatures read as written (``140 degC``)."""
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


@dataclass(frozen=True)
class Measured:
    """A measured value and its standard deviation, both in ``unit``."""

    value: float
    sd: float
    unit: str

    @classmethod
    def parse(cls, text: str, unit: str, what: str = "quantity") -> "Measured":
        """Read ``"2.1 mm"`` or ``"2.1 mm ± 0.02 mm"`` and convert it to `unit`.

        Parameters
        ----------
        text
            A value with its unit; an uncertainty (one standard deviation) may follow after
            ``±`` or ``+/-``, with a unit of its own or in the unit of the value.
        unit
            The unit of the result, such as ``"cm"``.
        what
            What the text stands for, used in error messages.

        Raises
        ------
        PosterionError
            If a number or a unit cannot be read, the unit has the wrong dimension, or the
            uncertainty is negative.
        """
        head, *tail = text.replace("+/-", "±").split("±")
        if len(tail) > 1:
            raise PosterionError(f"{what} '{text}': more than one ±; write '2.1 mm ± 0.02 mm'.")
        value, written = _convert(head, unit, what)
        sd = 0.0
        if tail:
            margin = tail[0].strip()
            sd, _ = _convert(margin if _has_unit(margin) else f"{margin} {written}", unit, what)
            if sd < 0:
                raise PosterionError(
                    f"{what} '{text}': the uncertainty is negative; give a positive one."
                )
        return cls(value, sd, unit)

    def __str__(self) -> str:
        """Write as ``0.21 ± 0.002 cm``, or without ± where the value is taken as exact."""
        margin = f" ± {self.sd:g}" if self.sd else ""
        return f"{self.value:g}{margin} {self.unit}"


def _has_unit(text: str) -> bool:
    return any(character.isalpha() for character in text.replace("e", "").replace("E", ""))


def _convert(text: str, unit: str, what: str) -> tuple[float, str]:
    import pint

    try:
        quantity = registry().Quantity(text.strip())
        written = str(quantity.units)
        return float(quantity.to(unit).magnitude), written
    except pint.DimensionalityError as error:
        raise PosterionError(
            f"{what} '{text.strip()}': its unit is not one of {unit}; write it like '1.0 {unit}'."
        ) from error
    except Exception as error:  # pint raises many kinds on text it cannot read
        raise PosterionError(
            f"{what} '{text.strip()}' cannot be read; write a number and a unit, like '1.0 {unit}'."
        ) from error
