"""How arguments that a message speaks of are spelled on the command line."""

import shlex
from collections.abc import Mapping

from ..errors import Setting

_FLAGS = {
    "columns": "--column",
    "current_unit": "--unit",
    "cycles": "--cycle",
    "priors": "--prior",
    "whole": "--table",
}
"""Of arguments that are not called as their options are."""


def as_flag(setting: Setting) -> str:
    """Return an argument as it is typed: ``--column imag=b``."""
    if setting.name == "pool" and isinstance(setting.value, Mapping):
        flags = {"none": "--group-by", "partial": "--pool"}
        named = [f"{flags[how]} {_quoted(str(name))}" for name, how in setting.value.items()]
        return " ".join(named) or "--together"
    flag = _FLAGS.get(setting.name, f"--{setting.name.replace('_', '-')}")
    if setting.value is None:
        return flag
    if isinstance(setting.value, Mapping):
        return " ".join(f"{flag} {_quoted(f'{k}={v}')}" for k, v in setting.value.items())
    if isinstance(setting.value, list):
        return " ".join(f"{flag} {_quoted(str(each))}" for each in setting.value)
    return f"{flag} {_quoted(str(setting.value))}"


def _quoted(text: str) -> str:
    """Quote a word for the shell, plainly where a title has primes."""
    plain = not any(character in text for character in '"$`\\!')
    return f'"{text}"' if "'" in text and plain else shlex.quote(text)
