"""Quantities with units and uncertainty, read from text by pint."""

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from .errors import PosterionError

if TYPE_CHECKING:
    import pint


Quantity = Any
"""What `as_text` takes."""


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
    def parse(cls, text: Any, unit: str, what: str = "quantity") -> "Measured":
        """Read ``"2.1 mm"`` or ``"2.1 mm ± 0.02 mm"`` and convert it to `unit`.

        Parameters
        ----------
        text
            As `as_text` takes it: a value with its unit; an uncertainty (one standard
            deviation) may follow after ``±`` or ``+/-``, with a unit of its own, in the unit of
            the value, or in percent of the value. One unit at the end, ``"2.1 ± 0.02 mm"``,
            holds for both.
        unit
            The unit of the result, such as ``"cm"``.
        what
            What the text stands for, used in error messages.

        Raises
        ------
        PosterionError
            If a number or a unit cannot be read, the value is not finite, the unit has the
            wrong dimension, or the uncertainty is negative.
        """
        text = as_text(text, what)
        head, *tail = text.replace("+/-", "±").split("±")
        if len(tail) > 1:
            raise PosterionError(f"{what} '{text}': more than one ±; write '2.1 mm ± 0.02 mm'.")
        if tail and _NUMBER.fullmatch(head.strip()) and not tail[0].strip().endswith("%"):
            head = f"{head.strip()} {_NUMBER.sub('', tail[0], count=1).strip()}"  # 2.1 ± 0.02 mm
        value, written = _read(head, unit, what)
        sd = 0.0
        if tail:
            margin = tail[0].strip()
            if margin.endswith("%") and not written.endswith("%"):
                share, _ = _read(margin, "", what)
                sd = share * abs(value)
            else:
                bare = _NUMBER.fullmatch(margin)
                end, own = _read(f"{margin} {written}" if bare else margin, unit, what)
                sd = end - _convert(0.0, own, unit)  # a unit may have an offset, like degC
            if sd < 0:
                raise PosterionError(
                    f"{what} '{text}': the uncertainty is negative; give a positive one."
                )
        return cls(value, sd, unit)

    def __str__(self) -> str:
        """Write as ``0.21 ± 0.002 cm``, or without ± where the value is taken as exact."""
        margin = f" ± {self.sd:g}" if self.sd else ""
        return f"{self.value:g}{margin} {self.unit}"


def as_text(given: Any, what: str = "quantity") -> str:
    """Return a quantity as text: of text, ``(2.1, "mm")``, ``(2.1, 0.02, "mm")`` or pint.

    Raises
    ------
    PosterionError
        If it is none of these, such as a number without a unit.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, tuple) and len(given) in (2, 3) and isinstance(given[-1], str):
        *numbers, unit = given
        return f"{' ± '.join(f'{number!s}' for number in numbers)} {unit}"
    if hasattr(given, "magnitude") and hasattr(given, "units"):
        return f"{given.magnitude} {given.units}"
    raise PosterionError(
        f"the {what} {given!r} has no unit; write '2.1 mm ± 0.02 mm' or (2.1, 0.02, 'mm')."
    )


def celsius(given: Any) -> float:
    """Read a temperature such as ``140C``, ``140 °C`` or ``413 K`` and return it in °C.

    It may also be as `as_text` takes it, such as of pint.

    Raises
    ------
    PosterionError
        If the number or the unit cannot be read; a bare number is never guessed at.
    """
    if isinstance(given, int | float):
        given = str(given)
    text = as_text(given, "temperature").replace("degree_Celsius", "degC")
    degrees = re.sub(r"\s*°?\s*C$", " degC", text.strip())
    if _NUMBER.fullmatch(degrees):
        raise PosterionError(f"temperature '{text}' has no unit; write '{text} C' or '{text} K'.")
    value = Measured.parse(degrees, "degC", "temperature").value
    if value <= -273.15:
        raise PosterionError(f"temperature '{text}' is not above absolute zero.")
    return value


def share_of(written: str | float) -> float | None:
    """Read ``0.8`` or ``80%``; None where it is no finite number.

    Examples
    --------
    >>> share_of("80%"), share_of(0.5), share_of("most")
    (0.8, 0.5, None)
    """
    text = str(written).strip()
    share = number_of(text.removesuffix("%"))
    return share / 100 if share is not None and text.endswith("%") else share


def number_of(written: str | float) -> float | None:
    """Read a finite number; None where it is none."""
    try:
        value = float(written)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def hertz(frequency: float) -> str:
    """Write a frequency to three digits with its prefix."""
    prefixes = ((1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"))
    factor, prefix = next((p for p in prefixes if frequency >= 0.9995 * p[0]), prefixes[-1])
    return f"{frequency / factor:.3g} {prefix}Hz"


def percent_spaced(text: str) -> str:
    """Write a percentage that a user typed as every other one is written: ``5 %``.

    Examples
    --------
    >>> percent_spaced("5%"), percent_spaced("0.01 mS/cm")
    ('5 %', '0.01 mS/cm')
    """
    return re.sub(r"(?<=[0-9])%", " %", text)


_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_POWER_OF_NUMBER = re.compile(r"[0-9)]\s*(\*\*|\^|[⁰¹²³⁴-⁹⁻])")  # could take pint for ever


def _read(text: str, unit: str, what: str) -> tuple[float, str]:
    """Return the value in `unit`, and the unit that it is written in."""
    import pint

    text = text.strip()
    number = _NUMBER.match(text)
    try:
        if number is None or text[number.end() :].startswith(","):
            raise ValueError("no number, or a decimal comma")
        written = text[number.end() :].strip()
        if _POWER_OF_NUMBER.search(written):
            raise ValueError("a power of a number is no unit")
        value = _convert(float(number[0]), written, unit)
    except pint.DimensionalityError as error:
        raise PosterionError(
            f"{what} '{text}': its unit is not one of {unit}; write it like '1.0 {unit}'."
        ) from error
    except Exception as error:  # pint raises many kinds on text it cannot read
        raise PosterionError(
            f"{what} '{text}' cannot be read; write a number and a unit, like '1.0 {unit}'."
        ) from error
    if not math.isfinite(value):
        raise PosterionError(f"{what} '{text}' is not a finite number; give one that is.")
    return value, written


def _convert(value: float, written: str, unit: str) -> float:
    units = registry().parse_units(written)
    return float(registry().Quantity(value, units).to(unit).magnitude)
