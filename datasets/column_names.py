"""What a column of an impedance table holds, told from its header."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal["frequency", "omega", "real", "imag", "modulus", "phase", "temperature", "index"]

# Names as `key_of` leaves them.
_NAMES: dict[str, Role] = {
    **dict.fromkeys(
        ("f", "freq", "freqs", "frequency", "frequencies", "frequenz", "fréquence"), "frequency"
    ),
    **dict.fromkeys(("omega", "ω", "w", "angularfrequency", "angfreq"), "omega"),
    **dict.fromkeys(
        (
            *("z'", "zs'", "z'(a)", "re", "real", "re(z)", "re[z]", "rez", "real(z)", "realz"),
            *("realpart", "zre", "zreal", "z(re)", "z(real)", "z're", "rez'", "zr", "zprime"),
            *("realimpedance", "impedancereal", "re{z}"),
        ),
        "real",
    ),
    **dict.fromkeys(
        (
            *("z''", "zs''", "z''(b)", "im", "imag", "im(z)", "im[z]", "imz", "imag(z)", "imagz"),
            *("imaginary", "imaginarypart", "imagpart", "zim", "zimag", "zimg", "z(im)", "z(imag)"),
            *("z''im", "imz''", "zi", "zdoubleprime", "imagimpedance", "impedanceimag", "im{z}"),
        ),
        "imag",
    ),
    **dict.fromkeys(
        ("|z|", "z", "zmod", "mod(z)", "modulus", "abs(z)", "absz", "zabs", "zmag", "magnitude"),
        "modulus",
    ),
    **dict.fromkeys(
        (
            *("phase", "phase(z)", "phasez", "zphase", "zphz", "phz", "phaseangle", "arg(z)"),
            *("theta", "θ", "phi", "φ", "ϕ"),
        ),
        "phase",
    ),
    **dict.fromkeys(("temperature", "temp", "temperatur", "température", "t"), "temperature"),
    **dict.fromkeys(
        (
            *("cycle", "cyclenumber", "cycleindex", "cycleno", "zcycle", "loop", "loopnumber"),
            *("spectrum", "spectrumindex", "spectrumnumber", "spectrumid", "sweep", "sweepnumber"),
            *("scan", "scannumber", "experiment", "experimentid", "experimentnumber", "segment"),
            *("measurement", "measurementid", "sample", "sampleid", "cell", "cellid", "pellet"),
        ),
        "index",
    ),
}
# BioLogic's sequence number and a temperature say "another sweep" only where frequencies recur.
_WEAK_INDEX = "ns"
LONGEST = 60

_PREFIXES = {"": 1.0, "m": 1e-3, "µ": 1e-6, "u": 1e-6, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
_QUANTITIES: dict[Role, Literal["frequency", "angular", "impedance", "angle", "temperature"]] = {
    "frequency": "frequency",
    "omega": "angular",
    "real": "impedance",
    "imag": "impedance",
    "modulus": "impedance",
    "phase": "angle",
    "temperature": "temperature",
}


@dataclass(frozen=True)
class Column:
    """What one column holds.

    ``unit`` is as written, empty where the header has none; ``negated`` where the header says
    minus.
    """

    position: int
    header: str
    role: Role
    unit: str = ""
    negated: bool = False
    weak: bool = False


def recognise(header: str, position: int = 0) -> Column | None:
    """Tell what a column holds from its header, or return None.

    Examples
    --------
    >>> recognise("-Im(Z)/Ohm")
    Column(position=0, header='-Im(Z)/Ohm', role='imag', unit='Ohm', negated=True, weak=False)
    """
    bare = header.strip()
    if len(bare) > LONGEST:
        return None
    if len(bare) > 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    text = plain(bare).strip(" #%*:")
    stripped = re.sub(r"^(-\s*1\s*\*|-|minus[ _]|neg(ative)?[ _])\s*", "", text, flags=re.I)
    negated = stripped != text
    if key_of(stripped) == _WEAK_INDEX:
        return Column(position, header, "index", weak=True)
    for name, unit, explicit in splits(stripped):
        role = role_of(name)
        if role is None or (role == "index" and unit):
            continue
        known = unit_factor(unit, role) is not None
        # "T/K" is a temperature, "t/s" a time.
        if key_of(name) == "t" and not (unit and known and name.strip() == "T"):
            continue
        if unit and not explicit and not known:
            continue
        if negated and role not in ("real", "imag", "phase"):
            continue
        weak = role == "temperature"
        return Column(position, header, role, unit.strip(), negated, weak)
    return None


def columns_of(header: Sequence[str]) -> tuple[Column, ...]:
    """Return the recognised columns of a header."""
    found = (recognise(text, position) for position, text in enumerate(header))
    return tuple(column for column in found if column is not None)


def role_of(name: str) -> Role | None:
    """Return what a name without its unit stands for."""
    return _NAMES.get(key_of(name))


def unit_factor(unit: str, role: Role) -> float | None:
    """Return what to multiply by for Hz, ohm or degrees; None if the unit is not understood.

    The case of the prefix matters: ``mHz`` is not ``MHz``. An angular frequency in rad/s is
    not divided by 2 pi here.
    """
    text = re.sub(r"\s+", "", plain(unit)).strip(".")
    if not text:
        return 1.0
    quantity = _QUANTITIES.get(role)
    if quantity == "angle":
        if re.fullmatch(r"°|degs?|degrees?|grad", text, flags=re.I):
            return 1.0
        return 57.29577951308232 if re.fullmatch(r"rads?|radians?", text, flags=re.I) else None
    if quantity == "angular":
        return 1.0 if re.fullmatch(r"rad(/s|s-1|s\^-1|\*s-1)|1/s|s-1|s\^-1", text) else None
    if quantity == "temperature":
        celsius = r"(°|o|deg|degrees?)?_?C|(degrees?)?celsius"
        return 1.0 if re.fullmatch(f"{celsius}|K|kelvin", text, flags=re.I) else None
    base = r"hertz|hz" if quantity == "frequency" else r"ohms?|Ω|ω"
    match = re.fullmatch(f"([mµukKMG]?)({base})", text, flags=re.I)
    if match is None:
        return None
    prefix, name = match.groups()
    # A header in one case throughout does not tell milli from mega.
    if prefix + name in ("mhz", "MHZ", "MOHM", "MOHMS"):
        return None
    return _PREFIXES.get(prefix)


def plain(text: str) -> str:
    """Return text with one spelling for primes, minus signs, degrees and ohm signs."""
    text = text.replace("º", "°")  # else a plain o, as it is a superscript
    for look_alikes, one in (("′’‘´`ʹ", "'"), ('″”“"ʺ', "''")):
        for character in look_alikes:
            text = text.replace(character, one)
    text = unicodedata.normalize("NFKC", text)
    for character in "−–—‐‑":  # superscripts are plain by now
        text = text.replace(character, "-")
    return text.replace("μ", "µ")


def key_of(name: str) -> str:
    """Return a name in lower case, without blanks, underscores, dots and colons."""
    return re.sub(r"[\s_.:]+", "", name).lower()


def splits(text: str) -> list[tuple[str, str, bool]]:
    """Return the ways to part a header into name and unit, and if the unit is marked as one."""
    ways = [(text, "", True)]
    bracket = re.fullmatch(r"(.*?)[\s/_,]*[\[(]((?:[^\[\]()]|\([^\[\]()]*\))*)[\])]\.?", text)
    if bracket:
        ways.append((bracket[1], bracket[2], True))
    name, slash, unit = text.partition("/")
    if slash:
        ways.append((name, unit.strip(), True))
    for mark in (",", " in "):
        name, found, unit = text.rpartition(mark)
        if found:
            ways.append((name, _bare(unit), True))
    for mark in ("_", " "):
        # The unit may be several words, as in sigma_S_per_cm; the shortest comes first.
        words = text.split(mark)
        ways += [
            (mark.join(words[:k]), _bare(mark.join(words[k:])), False)
            for k in range(len(words) - 1, 0, -1)
        ]
    return ways


def _bare(unit: str) -> str:
    return re.sub(r"^[\[(](.*)[\])]$", r"\1", unit.strip())
