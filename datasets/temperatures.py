"""Temperatures in names of files, titles and lines of text."""

import re
from collections.abc import Sequence

# A number that stands alone, and its unit: not the "7u" of 7uL, nor the "2C" of a C-rate in "C2C".
_TEMPERATURE = re.compile(
    r"(?<![0-9A-Za-z.])(-?[0-9]+(?:[._][0-9]+)?)[ _]?(°C|deg[ _]?C|degC?|C|K)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"[#%\s\"]*(?:T|temp|temperature|temperatur|温度)\s*[=:\t;,]\s*\"?(-?\d{1,4}(?:[.,]\d+)?)\s*"
    r"(°\s?C|deg\.?\s?C|C|K)\b.{0,40}",
    re.IGNORECASE,
)
_ABOVE = 300


def temperature_of_name(name: str) -> float | None:
    """Return the temperature in °C that a file name tells, such as that of ``a-140degC.txt``.

    None where it tells none, or two.
    """
    found = {
        _celsius(number.replace("_", "."), unit)
        for number, unit in _TEMPERATURE.findall(name[:1000])
    }
    return found.pop() if len(found) == 1 else None


def temperature_above(lines: Sequence[str], before: int) -> float | None:
    """Return the temperature in °C that a line above a table states, such as ``T = 40 °C``."""
    matches = (_SAID.fullmatch(line.strip()) for line in lines[: min(before, _ABOVE)] if line[:200])
    found = {_celsius(match[1].replace(",", "."), match[2]) for match in matches if match}
    return found.pop() if len(found) == 1 else None


def _celsius(number: str, unit: str) -> float:
    return float(number) - (273.15 if unit.lower() == "k" else 0.0)
