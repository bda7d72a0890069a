"""What a column of an impedance table holds, told from its header."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from ..tables import roles
from ..tables.names import LONGEST, is_index, key_of, plain, same, splits

Role = Literal[
    "frequency",
    "omega",
    "real",
    "imag",
    "modulus",
    "phase",
    "conductance",
    "susceptance",
    "temperature",
    "index",
]
Quantity = Literal["frequency", "angular", "impedance", "admittance", "angle", "temperature"]

# Names as `key_of` leaves them.
_SPELLINGS: Sequence[tuple[Role, str]] = (
    ("frequency", "f freq freqs frequency frequencies fr frequenz fréquence frecuencia "
                  "frequenza frequência частота 频率 頻率 周波数 测试频率 주파수"),
    ("omega", "omega ω w angularfrequency angfreq kreisfrequenz 角频率"),
    ("real", "z' zs' z'(a) re real re(z) re[z] rez real(z) realz realpart zre zreal z(re) "
             "z(real) z're rez' zr zprime realimpedance impedancereal re{z} z1 realteil "
             "z're z'real impedancerealpart realpartofimpedance realpartofz r rs ℜ(z) "
             "实部 z实部 阻抗实部 实部z' z'实部 實部 実部 実数部 zrealpart partieréelle"),
    ("imag", "z'' zs'' z''(b) im imag im(z) im[z] imz imag(z) imagz imaginary imaginarypart "
             "imagpart zim zimag zimg z(im) z(imag) z''im imz'' zi zdoubleprime zimaginary "
             "imagimpedance impedanceimag im{z} z2 imaginärteil imaginaryimpedance "
             "impedanceimaginary imaginarypartofimpedance imaginarypartofz x xs reactance "
             "虚部 z虚部 阻抗虚部 虚部z'' z''虚部 虛部 虚数部 zimagpart partieimaginaire ℑ(z)"),
    ("modulus", "|z| z zmod mod(z) modulus abs(z) absz zabs zmag magnitude mag(z) magz modz "
                "impedance impedanz |impedance| impedancemagnitude impedancemodulus betrag "
                "betragz zmodulus zmagnitude |z|mag impedanz|z| 阻抗 模 阻抗模 模值 阻抗模值 "
                "|z|阻抗 impedancia impédance"),
    ("phase", "phase phase(z) phasez zphase zphz phz phaseangle arg(z) theta θ phi φ ϕ "
              "theta-z θ-z thetaz θz phaseofz argz angle angle(z) phaseshift phasenwinkel "
              "impedancephase impedancephaseangle zangle 相位 相位角 相角 位相 phi(z) φ(z) "
              "phasenverschiebung phaseangle(z)"),
    ("conductance", "y' re(y) rey real(y) yre yreal y(re) conductance g gp"),
    ("susceptance", "y'' im(y) imy imag(y) yim yimag y(im) susceptance b bp"),
    ("temperature", "temperature temp temperatur température t 温度"),
)  # fmt: skip
_NAMES: Mapping[str, Role] = {name: role for role, names in _SPELLINGS for name in names.split()}
# What a unit in words makes of a name, as in "Impedance Phase Degrees (')".
_WORDS = {"degrees": "deg", "degree": "deg", "deg": "deg", "radians": "rad", "rad": "rad"}
# BioLogic's sequence number and a temperature say "another sweep" only where frequencies recur.
_WEAK_INDEX = "ns"
# Names that stand beside other quantities, and count only where no other column has their role.
_LETTERS = {"r", "rs", "x", "xs", "g", "gp", "b", "bp"}
_WEAK_NAMES = _LETTERS | {"z1", "z2", "reactance", "conductance", "susceptance"}

_PREFIXES = {"": 1.0, "n": 1e-9, "m": 1e-3, "µ": 1e-6, "u": 1e-6, "k": 1e3, "K": 1e3}
_PREFIXES |= {"M": 1e6, "G": 1e9}
_QUANTITIES: Mapping[Role, Quantity] = {
    "frequency": "frequency",
    "omega": "angular",
    "real": "impedance",
    "imag": "impedance",
    "modulus": "impedance",
    "phase": "angle",
    "conductance": "admittance",
    "susceptance": "admittance",
    "temperature": "temperature",
}
ROLES: Collection[Role] = tuple(_QUANTITIES)
PAIRS: Sequence[tuple[Role, Role]] = (
    ("real", "imag"),
    ("modulus", "phase"),
    ("conductance", "susceptance"),
)
NEGATABLE = ("real", "imag", "phase", "conductance", "susceptance")
_MINUS = re.compile(r"^(\(?-\)?(\s*1\s*[*·×])?|minus[ _]|neg(ative|\.)?[ _])\s*", re.I)
_LOGARITHM = re.compile(r"(?:log[\s_]?10|log|lg)[\s_]*(?P<open>[(\[]?)(?P<of>.+)", re.I)


@dataclass(frozen=True)
class Column(roles.Column):
    """What one column holds.

    ``negated`` where the header says minus; ``logarithm`` where it holds log10 of the quantity;
    ``weak`` where another column of its role comes first.
    """

    role: Role
    negated: bool = False
    weak: bool = False
    logarithm: bool = False


def recognise(header: str, position: int = 0) -> Column | None:
    """Tell what a column holds from its header, or return None.

    Examples
    --------
    >>> column = recognise("-Im(Z)/Ohm")
    >>> column.role, column.unit, column.negated
    ('imag', 'Ohm', True)
    """
    found = _recognised(header)
    return None if found is None else replace(found, position=position)


@lru_cache(4096)
def _recognised(header: str) -> Column | None:
    bare = header.strip()
    if len(bare) > LONGEST:
        return None
    if len(bare) > 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    text = re.sub(r"[-_\s]data$", "", plain(bare).strip(" #%*:"), flags=re.I)
    stripped = _MINUS.sub("", text)
    negated = stripped != text
    if key_of(stripped) == _WEAK_INDEX:
        return Column(0, header, "index", weak=True)
    logarithm = _LOGARITHM.fullmatch(stripped)
    if logarithm and not negated:
        return _logarithm_of(header, logarithm)
    for name, unit, explicit in splits(stripped):
        role = role_of(name)
        words = re.fullmatch(r"(.*?)[\s_]*(degrees?|deg|radians|rad)", name.strip(), re.I)
        if role is None and words and explicit and role_of(words[1]) == "phase":
            return Column(0, header, "phase", _WORDS[words[2].lower()], negated=negated)
        if role is None or (role == "index" and unit):
            continue
        known = unit_factor(unit, role) is not None
        # "T/K" is a temperature, "t/s" a time.
        if key_of(name) == "t" and not (unit and known and name.strip() == "T"):
            continue
        if unit and not explicit and not known:
            continue
        if negated and role not in NEGATABLE:
            continue
        if key_of(name) in _LETTERS and not (unit and known):
            continue  # what else may be called R, X, G or B
        weak = role == "temperature" or key_of(name) in _WEAK_NAMES
        return Column(0, header, role, unit.strip(), negated=negated, weak=weak)
    return None


def _logarithm_of(header: str, match: re.Match[str]) -> Column | None:
    """Return the column of a logarithm, such as ``log(freq/Hz)`` or ``log10 |Z|``."""
    inner, closing = match["of"], {"(": ")", "[": "]"}.get(match["open"], "")
    unit = ""
    if closing:
        if closing not in inner:
            return None
        inner, _, rest = inner.rpartition(closing)
        if rest.strip():  # log(f) (Hz)
            named = next(((n, u) for n, u, _ in splits(f"x {rest.strip()}") if n == "x"), None)
            unit = named[1].strip("[]()") if named else ""
    column = recognise(inner)
    if column is None or column.role not in ("frequency", "omega", "modulus") or column.negated:
        return None
    return replace(column, title=header, unit=column.unit or unit, logarithm=True)


def columns_of(header: Sequence[str], named: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """Return the recognised columns of a header.

    Parameters
    ----------
    header
        The titles.
    named
        Titles that the user gave by role. A title may be followed by a unit in brackets and
        stand behind a minus, as in ``{"imag": "-X [kohm]"}``; all other columns of that role
        are left out.
    """
    chosen = {}
    for role, text in (named or {}).items():
        column = _named(header, role, text)
        if column is not None:
            chosen[column.position] = column
    displaced = _displaced({*(named or {})})
    found = (chosen.get(k) or recognise(title, k) for k, title in enumerate(header))
    return tuple(
        column
        for column in found
        if column is not None and (column.position in chosen or column.role not in displaced)
    )


def _displaced(said: set[str]) -> set[str]:
    """Return the roles that no other column may have beside those the user named."""
    gone = set(said)
    if said & {"frequency", "omega"}:
        gone |= {"frequency", "omega"}
    for pair in PAIRS:
        if said & {*pair}:
            gone |= {role for other in PAIRS if other != pair for role in other}
    return gone


def _named(header: Sequence[str], role: str, text: str) -> Column | None:
    """Return the column that a user named, or None if there is none of that name."""
    position, minus, unit = place_of(header, text), False, ""
    if position is None:
        match = re.fullmatch(r"(?P<minus>-?)\s*(?P<name>.*?)\s*(\[(?P<unit>[^\[\]]*)\])?", text)
        if match is None:
            return None
        position = place_of(header, match["name"])
        minus, unit = bool(match["minus"]), match["unit"] or ""
    if position is None:
        return None
    title = plain(header[position].strip().strip('"'))
    known = recognise(title)
    own = role_named(role)
    if known is None or known.role != own:
        units = (u for _, u, _ in splits(title[:LONGEST]) if u and unit_factor(u, own) is not None)
        negated = bool(_MINUS.match(title)) and own in NEGATABLE
        known = Column(0, title, own, next(units, "").strip(), negated=negated)
    return replace(
        known,
        position=position,
        title=header[position],
        unit=unit or known.unit,
        negated=known.negated != minus,
        weak=False,
    )


def place_of(header: Sequence[str], name: str) -> int | None:
    """Return the place of the column of a name, None where no or more than one has it."""
    found = [k for k, title in enumerate(header) if same(title) == same(name)]
    return found[0] if len(found) == 1 else None


def role_named(role: str) -> Role:
    """Return the role that a user named; any other name says which sweep a row belongs to."""
    return next((own for own in ROLES if own == role), "index")


def role_of(name: str) -> Role | None:
    """Return what a name without its unit stands for."""
    key = key_of(name)
    return "index" if is_index(key) else _NAMES.get(key)


def unit_factor(unit: str, role: Role) -> float | None:
    """Return what to multiply by for Hz, ohm, S or degrees; None if the unit is not understood.

    The case of the prefix matters: ``mHz`` is not ``MHz``. An angular frequency in rad/s is
    not divided by 2 pi here.
    """
    text = re.sub(r"\s+", "", plain(unit)).strip(".")
    if not text:
        return 1.0
    quantity = _QUANTITIES.get(role)
    if quantity == "angle":
        if re.fullmatch(r"°|degs?|degrees?|grad|度", text, flags=re.I):
            return 1.0
        return 57.29577951308232 if re.fullmatch(r"rads?|radians?", text, flags=re.I) else None
    if quantity == "angular":
        return 1.0 if re.fullmatch(r"rad(/s|s-1|s\^-1|\*s-1)|1/s|s-1|s\^-1", text) else None
    if quantity == "temperature":
        celsius = r"(°|o|deg|degrees?)?_?C|(degrees?)?celsius"
        return 1.0 if re.fullmatch(f"{celsius}|K|kelvin", text, flags=re.I) else None
    base = {
        "frequency": r"hertz|hz",
        "impedance": r"ohms?|Ω|ω",
        "admittance": r"siemens|s|mho|ohms?\^?-1|[Ωω]\^?-1|1/ohms?|1/[Ωω]",
    }.get(str(quantity), "")
    match = re.fullmatch(f"([nmµukKMG]?)({base})", text, flags=re.I)
    if match is None or not base:
        return None
    prefix, name = match.groups()
    if quantity == "admittance" and re.fullmatch("s", name) and prefix:  # ms is a time
        return None
    # A header in one case throughout does not tell milli from mega.
    if prefix + name in ("mhz", "MHZ", "MOHM", "MOHMS"):
        return None
    if name.lower().startswith(("ohm", "ω")) and name.endswith("-1") and prefix:
        return 1 / _PREFIXES[prefix]
    return _PREFIXES.get(prefix)
