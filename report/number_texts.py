"""How numbers stand in the sentences and tables of claims."""

import math
from decimal import ROUND_HALF_EVEN, Decimal

from .numbers import interval, number

_DIGITS = 4
"""Significant digits that a value keeps at most; its interval may be narrower than the last."""

_SMALL, _LARGE = 1e-3, 1e9

_UNITS = {
    "dimensionless": "",
    "percent": "%",
    "ohm": "Ω",
    "um": "µm",
    "uA": "µA",
    "cm**2": "cm²",
    "mA/cm**2": "mA/cm²",
}


def unit_text(unit: str) -> str:
    """Write a unit for people."""
    return _UNITS.get(unit, unit)


def span(median: float, low: float, high: float, unit: str) -> str:
    """Write a median with its interval: ``0.333 (0.331 to 0.334) mS/cm``."""
    middle, first, last, power = interval(median, low, high, "")
    if power == "" and median:
        step = 10.0 ** (math.floor(math.log10(abs(median))) - _DIGITS + 1)
        if len(middle.lstrip("−0.").replace(".", "")) > _DIGITS:
            middle, first, last = (plain(value, step) for value in (median, low, high))
    if first == last:
        return f"{middle} {unit_text(unit)}".strip()
    return " ".join(filter(None, (middle, f"({first} to {last})", power, unit_text(unit))))


def ends(low: float, high: float, unit: str, step: float) -> str:
    """Write the interval that printed digits stand for: ``0.3475 to 0.3485 mS/cm``."""
    texts = (plain(value, step / 10) for value in (low, high))
    return f"{' to '.join(texts)} {unit_text(unit)}".strip()


def plain(value: float, step: float) -> str:
    """Write a number with as many decimals as a step has, a small or large one in powers of ten."""
    if 0 < abs(value) < _SMALL or abs(value) >= _LARGE:
        kept = math.floor(math.log10(abs(value))) - math.floor(math.log10(step or 1)) + 1
        return number(value, max(kept, 1))
    last = Decimal(f"{step:.0e}")
    digits = Decimal(f"{value:.12g}")
    text = f"{digits.quantize(min(last, Decimal(1)), ROUND_HALF_EVEN):f}"
    return text.replace("-", "−")


def value_text(value: float, unit: str, digits: int = 3) -> str:
    """Write one number with its unit."""
    return f"{number(value, digits)} {unit_text(unit)}".strip()


def chance(probability: float) -> str:
    """Write a probability; what is nearly sure is not written as sure."""
    if probability > 0.999:
        return "above 0.999"
    return (
        "below 0.001"
        if probability < 0.001
        else f"{probability:.2g}"
        if (probability < 0.1)
        else f"{probability:.3f}".rstrip("0")
    )
