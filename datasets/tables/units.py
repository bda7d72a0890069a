"""What a unit looks like in a cell."""

import re

from .names import plain

_UNIT = re.compile(
    r"(1/)?(?:[pnµumkcdMGK]?(?:[Hh]ertz|H[Zz]|[Oo]hms?|OHM|Ω|ω|S|A|V|W|F|H|J|Pa|bar|g|m|L|l|eV|mol)|"
    r"hz|HZ|khz|KHZ|kOhm|°C?|K|C|deg(?:C|rees?)?|grad|rad(?:ians?)?|%|[Cc]ycles?|s|sec|min|h|hrs?|"
    r"[mµu]?Ah|m?Wh|[mM]?[Ss]iemens|[Vv]olts?|[Aa]mps?|[Aa]mperes?|seconds?|hours?|days?|d)"
    r"(?:\^?-?[1-4])?"
)


def is_unit(cell: str) -> bool:
    """Tell if a cell below a header holds a unit, such as ``mA/cm2`` or ``[Ohm]``."""
    text = plain(cell.strip().strip("[]()").strip())
    parts = [part for part in re.split(r"[\s*/·.]+", text.removeprefix("1/")) if part]
    return 0 < len(parts) < 5 and all(_UNIT.fullmatch(part) for part in parts)
