"""Titles of columns: one spelling of their signs, and ways to part them into name and unit."""

import re
import unicodedata

LONGEST = 60
_INDEX = re.compile(
    r"(z?cycles?|loops?|spectr(um|a)|sweeps?|scans?|segments?|repeats?|循环)"
    r"(number|num|index|idx|no|nr|id|#|号|序号)?"
    r"|(experiment|measurement|sample|cell|pellet|specimen|run)(number|index|no|nr|id|#)?"
)


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


def same(name: str) -> str:
    """Return the name of a column without what a delimiter of blanks takes from it."""
    return re.sub(r"\s+", "", name).strip('"')


def is_index(key: str) -> bool:
    """Tell if a column, by its name as `key_of` leaves it, says which sweep a row belongs to."""
    return _INDEX.fullmatch(key) is not None


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
