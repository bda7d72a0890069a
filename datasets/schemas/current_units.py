"""Units of currents and current densities, as they are written and as pint spells them."""

import re

from ..tables.names import plain
from ..tables.units import Unit, Units

_CURRENT = re.compile(r"([mµunpk]?)A(?:mps?|mperes?)?(?:/?(cm|mm|m)(2|-2))?")


def current_unit_of(unit: str) -> Unit | None:
    """Return a unit of current or current density as pint spells it, or None.

    Examples
    --------
    >>> current_unit_of("mA cm⁻²").text
    'mA/cm**2'
    """
    text = re.sub(r"[\s·.*×⋅∙^()_]+|per", lambda m: "/" if m[0] == "per" else "", plain(unit))
    match = _CURRENT.fullmatch(text)
    if match is None:
        return None
    prefix, length, power = match.groups()
    if length and ("/" in text) == (power == "-2"):  # mA/cm-2, or mAcm2
        return None
    return Unit(f"{prefix.replace('u', 'µ')}A" + (f"/{length}**2" if length else ""))


CURRENT = Units(
    "current",
    current_unit_of,
    ("mA/cm2",),
    "one such as mA, mA/cm2 or µA",
    "j (mA/cm2)",
    "current_unit",
)
