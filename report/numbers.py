"""Numbers and units as they are written for people: rounded, with SI prefixes."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

_PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
_UPWARDS = {"ohm", "Hz"}
"""Units that take k, M and G; nobody writes ks or MF."""

_SPELLED = {
    "ohm": "Ω",
    "S*s^n": "S·sⁿ",
    "H*s^(n-1)": "H·sⁿ⁻¹",
    "ohm/s^0.5": "Ω/√s",
    "S * K / cm": "S·K/cm",
    "S * K**0.5 / cm": "S·√K/cm",
}
_PREFIXED = {"ohm", "Hz", "s", "F", "H", "S/cm", "A", "V"}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
WIDE = 3.0
"""An interval of which one end is so many times the other is given to two digits."""


@dataclass(frozen=True)
class Scale:
    """What to divide values by, and the unit in which they then are."""

    divisor: float
    unit: str

    def label(self, name: str) -> str:
        """Return an axis label such as ``R1 (kΩ)``; a pure number has no unit."""
        return f"{name} ({self.unit})" if self.unit else name


def scale_of(values: ArrayLike, unit: str) -> Scale:
    """Choose the SI prefix by the middle of the values' sizes."""
    spelled = _SPELLED.get(unit, unit.replace("**2", "²").replace("**3", "³"))
    sizes = np.abs(np.asarray(values, dtype=float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if unit not in _PREFIXED or not sizes.size:
        return Scale(1.0, spelled)
    top = max(_PREFIXES) if unit in _UPWARDS else 0
    power = 3 * math.floor(math.log10(float(np.median(sizes))) / 3 + 1e-9)
    power = min(max(power, min(_PREFIXES)), top)
    return Scale(10.0**power, _PREFIXES[power] + spelled)


def axis_scale(values: ArrayLike, unit: str) -> Scale:
    """Choose what the numbers of an axis are divided by: a prefix, or else a power of ten."""
    scale = scale_of(values, unit)
    sizes = np.abs(np.asarray(values, dtype=float)) / scale.divisor
    largest = float(sizes.max())
    if not math.isfinite(largest) or largest == 0 or 1e-2 <= largest < 1e5:
        return scale
    power = math.floor(math.log10(largest))
    text = f"10{str(power).translate(_SUPERSCRIPT)} {scale.unit}".strip()
    return Scale(scale.divisor * 10.0**power, text)


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """Write one value with its unit: ``3.24 MHz``, ``10 mHz``."""
    scale = scale_of(value, unit)
    text = number(value / scale.divisor, digits)
    if "." in text and "×" not in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {scale.unit}".strip()


def number(value: float, digits: int = 3) -> str:
    """Write a number to so many significant digits, in powers of ten where it is long."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    power = _power(value, digits)
    if -3 <= power < 5:
        return _fixed(value, digits - 1 - power)
    return f"{_fixed(value / 10.0**power, digits - 1)}×10{str(power).translate(_SUPERSCRIPT)}"


def power_of_ten(value: float) -> str:
    """Write the decade of a value: ``10⁻⁴``."""
    return f"10{str(round(math.log10(value))).translate(_SUPERSCRIPT)}"


def interval(
    median: float, low: float, high: float, unit: str, scale: Scale | None = None
) -> tuple[str, str, str, str]:
    """Write a median and the ends of its interval alike, and their unit.

    Two digits of the standard deviation that the interval would have if it were normal
    are kept; where it is so wide that they say nothing, two of each number. The prefix of the
    unit is chosen by the median, or by the larger end of an interval that holds zero, unless a
    scale that several rows share is given.

    Examples
    --------
    >>> interval(145101.9, 122961.3, 171903.6, "ohm")
    ('145', '123', '172', 'kΩ')
    """
    scale = scale or scale_of(median if low * high > 0 else max(abs(low), abs(high)), unit)
    median, low, high = (value / scale.divisor for value in (median, low, high))
    size = max(abs(low), abs(high))
    if low == high:
        return f"{median:g}", f"{low:g}", f"{high:g}", scale.unit
    if low > 0 and high > WIDE * low:
        return number(median, 2), number(low, 2), number(high, 2), scale.unit
    spread = min(high - median, median - low) or high - low
    decimals = 1 - _power(spread / 1.88, 2)
    power = _power(size, 3)
    if -3 <= power < 5:
        return (*(_fixed(v, decimals) for v in (median, low, high)), scale.unit)  # type: ignore[return-value]
    # All three share one power of ten, which stands with the unit.
    unit_text = f"×10{str(power).translate(_SUPERSCRIPT)} {scale.unit}".strip()
    texts = [_fixed(v / 10.0**power, decimals + power) for v in (median, low, high)]
    return texts[0], texts[1], texts[2], unit_text


def _power(value: float, digits: int) -> int:
    """Return the power of ten of the first digit, after rounding."""
    return int(f"{abs(value):.{digits - 1}e}".partition("e")[2])


def _fixed(value: float, decimals: int) -> str:
    text = f"{round(value, decimals) + 0.0:.{max(decimals, 0)}f}"
    return text.replace("-", "−")
