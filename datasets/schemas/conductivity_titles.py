"""What a column of a table of conductivities holds, told from its header."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..tables.names import LONGEST, key_of, plain, splits
from ..tables.units import Unit
from .spectrum_titles import role_of, unit_factor

Quantity = Literal["temperature", "conductivity", "resistance"]
Scale = Literal["linear", "log10", "ln", "inverse", "percent", "reciprocal"]
Degrees = Literal["K", "degC"]

_LETTER = r"[^\W\d_]"
_ERROR = re.compile(
    rf"(?<!{_LETTER})(std\.?\s*dev\.?|standard[\s_]*(deviation|error)|std(dev|err)?|stdev|sd|"
    rf"errors?|err|uncertainty|unc)(?!{_LETTER})([\s_]*(of|in)(?=[\s_]))?",
    re.I,
)
_ERROR_SIGN = re.compile(rf"^(±|\+/?-|Δ|δ|u(?=\()|d(?=(T|sigma|σ)(?!{_LETTER})))\s*")
_LOGARITHM = re.compile(r"(log[\s_]?10|log|lg|ln)(.*)", re.I)
_INVERSE = re.compile(
    rf"(?P<top>1000|103|10(\^|\*\*)3|1e3|1)\s*(?P<kelvin>K|kelvin)?\s*/\s*\(?"
    rf"(T|temp(erature)?)(?!{_LETTER})(?P<unit>.*)"
    rf"|(T|temperature)\s*\^?-1(?!\d)(?P<unit1>.*)"
    rf"|(inverse|reciprocal|inv)[\s_]*(T|temp(erature)?)(?!{_LETTER})(?P<unit2>.*)",
    re.I,
)
_QUALIFIER = (
    r"(ion(ic)?|离子|イオン|이온|li(thium)?|na|sodium|total|tot|bulk|gb|grainboundary|dc|"
    r"electrical|specific)"
)
_RESISTIVITY = re.compile(
    r"(ionic|total|bulk|specific)?(resistivity|ρ|rho)|spezifischerwiderstand|电阻率"
)
_CONDUCTIVITY = re.compile(
    rf"{_QUALIFIER}?(sigma|σ|conductivit(y|ies)|cond|kappa|κ|leitfähigkeit|"
    r"conductivité|conductividad|conducibilità|condutividade|проводимость|电导率|導電率|伝導[度率]|"
    r"전도도)"
    rf"{_QUALIFIER}?"
)
_PREFIX = {"": 1.0, "d": 0.1, "m": 1e-3, "µ": 1e-6, "u": 1e-6, "n": 1e-9, "p": 1e-12}


@dataclass(frozen=True)
class Meaning:
    """What the numbers of one column are.

    Attributes
    ----------
    quantity
        What is measured.
    scale
        What was done to it.
    times_temperature
        Whether the name says that a conductivity is multiplied by the temperature.
    unit
        As written, empty where the header has none.
    error
        Whether this is the error of the quantity.
    numerator
        What an inverse is the inverse of: 1000 of 1000/T.
    """

    quantity: Quantity
    scale: Scale = "linear"
    times_temperature: bool = False
    unit: str = ""
    error: bool = False
    numerator: float = 1.0


@dataclass(frozen=True)
class ConductivityUnit(Unit):
    """A unit as written; times `factor` it is S/cm, or S K/cm."""

    times_temperature: bool = False

    def is_same(self, other: Unit) -> bool:
        """Tell if two units are one, however they were written."""
        own = getattr(other, "times_temperature", False) == self.times_temperature
        return own and math.isclose(self.factor, other.factor)


@lru_cache(4096)
def meaning_of(header: str) -> Meaning | None:
    """Tell what a column holds from its header, or return None.

    Examples
    --------
    >>> meaning = meaning_of("log10(sigma / S cm-1)")
    >>> meaning.quantity, meaning.scale, meaning.unit
    ('conductivity', 'log10', 'S cm-1')
    """
    if len(header) > LONGEST or not re.search(_LETTER, header):
        return None
    text, error = _without_error_words(_tidy(header))
    inverse = None if error else _inverse_of(text)
    if inverse is not None:
        return inverse
    scale, rest = _without_logarithm(text)
    for name, unit, _ in splits(rest):
        known = _RESISTIVITY.fullmatch(key_of(name)) and resistivity_unit_of(unit) is not None
        if known and scale == "linear" and not error:
            return Meaning("conductivity", "reciprocal", unit=unit.strip())
    for name, unit, explicit in splits(rest):
        named = _named(name, unit, error)
        if named is None or (named[0] != "conductivity" and scale != "linear"):
            continue
        quantity, times_temperature = named
        if error and quantity == "conductivity" and unit in ("%", "percent"):
            return Meaning(quantity, "percent", unit=unit, error=True)
        if explicit or not unit or _KNOWN[quantity](unit):
            return Meaning(quantity, scale, times_temperature, unit.strip(), error)
    return None


def resistivity_unit_of(unit: str) -> float | None:
    """Return what to multiply a resistivity by to have it in ohm cm, or None."""
    text = re.sub(r"[\s·.*×⋅∙_]+", "", _tidy(unit))
    match = re.fullmatch(r"(?P<prefix>[mkKM]?)(?i:ohms?|Ω)(?P<length>c?m)", text)
    if match is None:
        return None
    prefixes = {"": 1.0, "m": 1e-3, "k": 1e3, "K": 1e3, "M": 1e6}
    return prefixes[match["prefix"]] * (1.0 if match["length"] == "cm" else 100.0)


def meaning_as(header: str, quantity: Quantity, error: bool) -> Meaning:
    """Tell what a column holds that is known from elsewhere to be `quantity` or its error."""
    known = meaning_of(header)
    if known is not None and (known.quantity, known.error) == (quantity, error):
        return known
    if len(header) > LONGEST:
        return Meaning(quantity, error=error)
    text = _tidy(header)
    if error:
        text, _ = _without_error_words(text)
    scale: Scale = "linear"
    if quantity == "conductivity":
        scale, text = _without_logarithm(text, words=True)
    units = (unit for _, unit, _ in splits(text) if unit and _KNOWN[quantity](unit))
    return Meaning(quantity, scale, unit=next(units, "").strip(), error=error)


def degrees_of(unit: str) -> Degrees | None:
    """Return the unit of a temperature in one spelling, or None if it is not understood."""
    text = _tidy(unit)
    if not text or unit_factor(text, "temperature") is None:
        return None
    return "K" if text.lower() in ("k", "kelvin") else "degC"


def conductivity_unit_of(unit: str) -> ConductivityUnit | None:
    """Return what a unit of σ or σT means, or None if it is not understood.

    The case of the prefix matters: ``mS`` is not ``MS``.
    """
    text = re.sub(r"_?per_?", "/", re.sub(r"[\s·.*×⋅∙•^]+", "", _tidy(unit)))
    text = re.sub(r"(?<=[sS])_(?=c?m$)", "/", text).replace("_", "")
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    power = re.match(r"(?:10|1e)(-\d{1,2})(?=[a-zµΩ(])", text, re.I)  # units of 10^-5 S/cm
    if power:
        own = conductivity_unit_of(text[power.end() :])
        factor = own and own.factor * 10.0 ** int(power[1])
        return own and ConductivityUnit(unit.strip(), float(factor or 0), own.times_temperature)
    siemens = r"(?P<prefix>[dmµunp]?)(?i:siemens|s)"
    ohm = r"(?i:ohms?|Ω)"
    for pattern in (
        rf"(K?){siemens}(K?)(?:/(?P<length>c?m)|(?P<length1>c?m)-1)(K?)",
        rf"(K?){ohm}-1(K?)(?P<length>c?m)-1(K?)",
        rf"(K?)1/\({ohm}(?P<length>c?m)\)(K?)",
        rf"(K?)\({ohm}(?P<length>c?m)\)-1(K?)",
    ):
        match = re.fullmatch(pattern, text)
        kelvins = match.groups().count("K") if match else 2
        if match and kelvins < 2:
            parts = match.groupdict()
            per_cm = 1.0 if (parts["length"] or parts["length1"]) == "cm" else 0.01
            factor = _PREFIX[parts.get("prefix") or ""] * per_cm
            return ConductivityUnit(unit.strip(), factor, kelvins == 1)
    return None


def _tidy(header: str) -> str:
    """Return a header with one spelling, without quotes, marks of comments, and TeX."""
    text = plain(header.strip().strip('"')).strip(" #%*:")
    text = text.replace(r"\circ", "°").replace(r"\sigma", "σ").replace(r"\cdot", " ")
    text = re.sub(r"\^?[({]\s*(-\s*\d)\s*[)}]", r"\1", text)
    return re.sub(r"\^(?=-\d|°)|[${}\\]", "", text).strip()


def _without_error_words(text: str) -> tuple[str, bool]:
    bare = _ERROR_SIGN.sub("", _ERROR.sub(" ", text, count=1).strip(" _"), count=1)
    bare = re.sub(r"__+", "_", re.sub(r"_? +_", "_", bare)).strip(" _")
    return (bare, True) if bare != text.strip(" _") else (text, False)


def _inverse_of(text: str) -> Meaning | None:
    match = _INVERSE.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    unit = "".join(parts[name] or "" for name in ("unit", "unit1", "unit2"))
    unit = "K" if parts["kelvin"] else re.sub(r"^[\s_/,([]+|[\s)\]]+$", "", unit)
    bare = re.sub(r"[\s_^*·.()]", "", unit).lower().replace("per", "/")
    thousand = parts["top"] not in ("1", None)
    if not thousand and re.fullmatch(r"(1000|103|1e3)/k|(10-3|1e-3)(k-1|/k)", bare):
        thousand, bare = True, "1/k"
    inverse_kelvin = bare in ("1/k", "/k", "k-1", "1/kelvin", "/kelvin")
    if parts["unit1"] is not None and not inverse_kelvin:
        return None  # T-1 may be the first of several thermometers
    unit = "K" if inverse_kelvin or bare in ("k", "kelvin") else unit
    return Meaning("temperature", "inverse", unit=unit, numerator=1000.0 if thousand else 1.0)


def _without_logarithm(text: str, *, words: bool = False) -> tuple[Scale, str]:
    """Return the scale and what the logarithm is of; a bare ``log`` is taken as log10.

    With `words`, letters that follow without a gap belong to the same word: ``logged``.
    """
    match = _LOGARITHM.fullmatch(text)
    if match is None or (words and match[2][:1].isalpha()):
        return "linear", text
    scale: Scale = "ln" if match[1].lower() == "ln" else "log10"
    rest = match[2].lstrip(" _")
    depth = 0
    for place, character in enumerate(rest if rest.startswith("(") else ""):
        depth += (character == "(") - (character == ")")
        if depth == 0:  # log(sigma) (S/cm)
            return scale, f"{rest[1:place]} {rest[place + 1 :]}".strip()
    return scale, rest


def _named(name: str, unit: str, error: bool) -> tuple[Quantity, bool] | None:
    """Return the quantity that a name stands for, and whether the name says times T."""
    bare = re.sub(r"[()\[\]*·×⋅∙•]", "", name)
    key = key_of(bare)
    if not key:  # "Error (S/cm)"
        quantity = next((q for q, known in _KNOWN.items() if error and known(unit)), None)
        return (quantity, False) if quantity else None
    if key == "t":  # t is time, but t/°C a temperature
        is_temperature = bare.strip() == "T" or degrees_of(unit) == "degC"
        return ("temperature", False) if is_temperature else None
    if role_of(bare) == "temperature":
        return "temperature", False
    if _CONDUCTIVITY.fullmatch(key):
        return "conductivity", False
    # sigma_t is the total conductivity, sigma_T the product.
    times = re.sub(r"[\s_]*T$|^T[\s_]*", "", bare.strip())
    if times != bare.strip() and _CONDUCTIVITY.fullmatch(key_of(times)):
        return "conductivity", True
    if key.endswith("t") and _CONDUCTIVITY.fullmatch(key[:-1]):
        return "conductivity", False
    if key in ("resistance", "rtotal", "rbulk") or (
        key in ("r", "rb", "rt") and _KNOWN["resistance"](unit)
    ):
        return "resistance", False
    return None


_KNOWN: dict[Quantity, Callable[[str], bool]] = {
    "conductivity": lambda unit: conductivity_unit_of(unit) is not None,
    "temperature": lambda unit: degrees_of(unit) is not None,
    "resistance": lambda unit: bool(unit) and unit_factor(unit, "real") is not None,
}
