"""The parts that a claims file is made of; what is of another shape is refused by one sentence."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import PosterionError
from .expression import hint

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
ID = re.compile(r"[a-zA-Z0-9-]{1,60}")


def refuse_controls(content: Any, where: str) -> None:
    """Refuse what would steer a terminal."""
    if isinstance(content, str) and any(
        c < " " and c not in "\n\t" or c == "\x7f" for c in content
    ):
        raise PosterionError(f"{where}: {content[:40]!r} has control characters; take them out.")
    parts = [*content, *content.values()] if isinstance(content, dict) else content
    for part in parts if isinstance(parts, list) else ():
        refuse_controls(part, where)


def named(content: Any, where: str) -> dict[str, str]:
    """Return texts by names that formulas can have."""
    found = texts(content, where)
    for name in found:
        if not NAME.fullmatch(name):
            raise PosterionError(f"{where}: '{name}' is no name; use letters, digits and _.")
    return found


def texts(content: Any, where: str) -> dict[str, str]:
    """Return texts by name."""
    found = dict(mapping(content, where))
    for name, text in found.items():
        if not isinstance(text, str):
            raise PosterionError(f"{where}: `{name}` is {text!r:.40}; write it as text in quotes.")
    return found


def mapping(content: Any, where: str) -> Mapping[str, Any]:
    """Return a table of names."""
    if not isinstance(content, dict):
        raise PosterionError(f"{where} is no table of names; write [{where}].")
    return content


def rows(content: Any, where: str) -> Sequence[Mapping[str, Any]]:
    """Return a list of tables."""
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise PosterionError(f"{where} is no list of tables; write [[{where}]].")
    return content


def refuse_unknown(content: Mapping[str, Any], known: Any, where: str) -> None:
    """Refuse a name that is not known."""
    for name in content:
        if name not in known:
            raise PosterionError(f"{where} has '{name}', which is not known; {hint(name, known)}")
