"""What a column of a table of cycles holds, told from its header."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..tables.names import LONGEST, key_of, plain, splits
from ..tables.units import Unit, Units
from .spectrum_titles import columns_of, role_of

Role = Literal["cycle", "capacity", "charge_capacity", "cell", "efficiency", "series", "other"]

_CYCLE = re.compile(
    r"(cycle|cyc|zyklus|zyklen|ciclo|循环|循環|サイクル|사이클)s?"
    r"(number|numb|num|no|nr|n°|index|idx|id|count|#|c|号|序号|次数|数|수|번호)?s?"
    r"|(number|num|no|count)ofcycles?|(n|no|nr)(cycles?|zyklen)"
)
_CELL = re.compile(
    r"(cell|battery|coincell|pouchcell|zelle|batterie)"
    r"(id|name|number|num|no|nr|label|code|barcode|index|serial(number)?|#)?"
)
_EFFICIENCY = re.compile(r"(coulombic|coulomb|columbic|faradaic)?(efficiency|eff|ce)|ce|.*效率")
# Longest first, so that "discharge" is not read as "dis" and "charge".
_WORDS = {
    "discharge": r"discarica|discharging|discharged|discharge|dischrg|dischg|dischr|dischar|disch|"
    r"dchrg|dchg|dch|dis|entlade|décharge|descarga|scarica|放电|放電|방전",
    "charge": r"charging|charged|charge|chrg|chg|lade|carga|carica|充电|充電|충전",
    "capacity": r"capacities|capacity|capacité|capacidade?|capacità|capa|cap|kapazität|"
    r"retention|soh|容量|용량|保持率|q",
    "other": r"gravimetric|volumetric|specific|reversible|spec|spe|areal|area|total|of|"
    r"end|final|maximum|max|measured|cell|per|cycle|the|in|"
    r"relative|normalized|normalised|remaining|de|di|比|面积|质量|비",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items()))
# LAND writes CapD and SpeCapD.
_SHORT = {
    **dict.fromkeys(("dcap", "qd", "capd", "specapd", "arecapd"), "discharge"),
    **dict.fromkeys(("ccap", "qc", "capc", "specapc", "arecapc"), "charge"),
}
# What is measured every second. Repeated cycles beside one of these are no table of cycles.
_SERIES = re.compile(
    r"(test|step|total|elapsed|relative|rel|run|record|rec|load|real|cycle)?(time|zeit|temps)"
    r"|(datapoint|datetime|timestamp|testtime|steptime|dpttime|date)"
    r"|(cell)?(voltage|potential|volts|volt|current|amps|amp)|ewe|ecell"
)
_OTHER = re.compile(
    r".*(energy|efficiency|resistance|dcir|acir|acr|power|temperature|throughput|retention|soh|"
    r"voltage|current|time|impedance|rate|pressure|thickness|mass|area|hysteresis|slippage|"
    r"volts|amps|date|irreversible).*"
    r"|(temp|[vitpeqr](min|max|avg|mean|end|start)|delta[vqe]|ir|dcr|ee|rct|rs|r0|step|stepindex|"
    r"index|no|number|id|n|#|row|rec#?|record|stepid)"
)
_OTHER_UNITS = ("ohm", "Ohm", "Ω", "mV", "mA", "Wh", "mWh", "W", "s", "h", "°C", "degC", "K", "%")
# Words of a capacity. A title with one of them is no name of a cell.
_OF_CAPACITY = re.compile(
    r"char?ge|chg|capac|kapaz|lade|lithiat|sodiat|interca|insert|extract|oxidation|reduction|"
    r"strip|plating|carica|carga|[充放容]|[충방]전",
    re.I,
)
_COUNTS = ("", "-", "1", "#", "no", "no.")
_PREFIX = {"": "", "m": "m", "µ": "µ", "u": "µ", "n": "n", "k": "k"}
_PER = {
    **{mass: mass for mass in ("g", "mg", "kg", "L", "mL")},
    **{"cm2": "cm**2", "m2": "m**2", "mm2": "mm**2", "cm3": "cm**3"},
    **{"g-1": "g", "kg-1": "kg", "L-1": "L", "cm-2": "cm**2", "m-2": "m**2", "cm-3": "cm**3"},
}
_AMPERE_HOURS = re.compile(
    r"([mµunk]?)(?i:a|amps?|ampere)[-_]?(?i:h|hrs?|hours?)"
    r"(?:[/_](kg|g|mg|L|mL|cm2|m2|mm2|cm3)|[/_]?((?:k?g|L)-1|c?m-2|cm-3))?"
)


@dataclass(frozen=True)
class Meaning:
    """What the numbers of one column are.

    Attributes
    ----------
    role
        What is measured; ``"series"`` where it changes within a cycle, such as a voltage,
        ``"other"`` where it is known not to be a capacity.
    unit
        As written, empty where the header has none.
    stated
        Whether the header of a capacity says that it is one of charge or of discharge.
    """

    role: Role
    unit: str = ""
    stated: bool = True


@lru_cache(4096)
def meaning_of(header: str) -> Meaning | None:
    """Tell what a column holds from its header, or return None.

    Examples
    --------
    >>> meaning_of("Discharge Capacity [mAh/g]")
    Meaning(role='capacity', unit='mAh/g', stated=True)
    """
    if len(header) > LONGEST:
        return None
    ways = splits(_tidy(header))
    for name, unit, explicit in ways:
        meaning = _named(name, unit.strip())
        if meaning is not None and (explicit or not unit or _fits(meaning.role, unit)):
            return meaning
    for name, unit, _ in ways:
        if _is_series(key_of(name), unit):
            return Meaning("series")
    names = [header, *(name for name, _, explicit in ways if explicit)]
    other = (
        any(_OTHER.fullmatch(key_of(name)) for name in names)
        or any(explicit and unit in _OTHER_UNITS for _, unit, explicit in ways)
        or (columns_of([header]) and role_of(header) != "index")
    )
    return Meaning("other") if other else None


def is_of_capacity(title: str) -> bool:
    """Tell if a title has a word of charges or capacities, so that it names no cell."""
    return _OF_CAPACITY.search(title[:LONGEST]) is not None


def is_cycle(title: str) -> bool:
    """Tell if a title is that of cycle numbers."""
    ways = splits(_tidy(title[:LONGEST]))
    return any(
        _CYCLE.fullmatch(key_of(name)) and unit.strip() in _COUNTS
        for name, unit, explicit in ways
        if explicit
    )


def capacity_as(header: str) -> Meaning:
    """Tell the unit of a column that is known from elsewhere to be a capacity."""
    text = _tidy(header) if len(header) <= LONGEST else ""
    units = (unit for _, unit, _ in splits(text) if capacity_unit_of(unit) is not None)
    return Meaning("capacity", next(units, "").strip())


def without_unit(header: str) -> tuple[str, str]:
    """Part a header such as ``cell 3 (mAh)`` into a name and a unit of capacity, if any."""
    if len(header) <= LONGEST:
        for name, unit, _ in splits(header.strip()):
            if name.strip() and capacity_unit_of(unit) is not None:
                return name.strip(), unit.strip()
    return header.strip(), ""


def capacity_unit_of(unit: str) -> str | None:
    """Return a unit of capacity as pint spells it, or None if it is not understood.

    Understood are Ah with a prefix, such as ``mAh``, and those per mass, area or volume, such
    as ``mAh g⁻¹`` and ``mAh/cm²``; ``percent`` of a capacity that is not named.
    """
    if unit.strip() in ("%", "percent"):
        return "percent"
    text = re.sub(r"_?per_?", "/", re.sub(r"[\s·.*×⋅∙•^()]+", "", _tidy(unit)))
    match = _AMPERE_HOURS.fullmatch(text)
    if match is None:
        return None
    prefix, over, inverse = match.groups()
    per = "/" + _PER[over or inverse] if over or inverse else ""
    return f"{_PREFIX[prefix]}Ah{per}"


def _capacity(unit: str) -> Unit | None:
    known = capacity_unit_of(unit)
    return None if known is None else Unit(known)


CAPACITY = Units(
    "capacity",
    _capacity,
    ("mAh",),
    "one such as 'Ah', 'mAh', 'mAh/g' or 'mAh/cm**2'",
    "Q_dis [mAh]",
    "capacity_unit",
)


def _named(name: str, unit: str) -> Meaning | None:
    """Return what a name that matters here stands for, beside its unit."""
    key = key_of(name).replace("(", "").replace(")", "")
    if not key:
        return None
    if _CYCLE.fullmatch(key) and unit in _COUNTS:
        return Meaning("cycle")
    if _CELL.fullmatch(key) and unit in _COUNTS:
        return Meaning("cell")
    if _EFFICIENCY.fullmatch(key):
        return Meaning("efficiency", unit)
    directions = _directions(key, unit)
    if directions is None:
        return None
    role: Role = "charge_capacity" if directions == {"charge"} else "capacity"
    return Meaning(role, unit, bool(directions))


def _fits(role: Role, unit: str) -> bool:
    """Tell if words that follow a name without a mark are its unit."""
    if role == "efficiency":
        return unit.lower() in ("%", "percent", "pct")
    return capacity_unit_of(unit) is not None


def _is_series(key: str, unit: str) -> bool:
    return bool(_SERIES.fullmatch(key)) or (bool(unit) and key in ("i", "v", "u", "t"))


def _directions(key: str, unit: str) -> set[str] | None:
    """Return "charge", "discharge" or neither if a name is one of a capacity, else None."""
    if key in _SHORT:
        return {_SHORT[key]}
    place, kinds = 0, []
    while place < len(key):
        match = _TOKEN.match(key, place)
        if match is None:
            return None
        kinds.append(str(match.lastgroup))
        place = match.end()
    directions = {"charge", "discharge"} & set(kinds)
    # "Discharge (mAh/g)" is a capacity by its unit, "Charge" alone could be anything.
    named = "capacity" in kinds or (bool(directions) and capacity_unit_of(unit) is not None)
    return directions if named and len(directions) < 2 else None


def _tidy(header: str) -> str:
    """Return a header with one spelling, without quotes and marks of comments."""
    text = plain(header.strip().strip('"')).strip(" %*:")
    return re.sub(r"[${}\\]", "", text).strip()
