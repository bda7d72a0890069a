"""The one family of errors that posterion raises for bad input, and the arguments they speak of."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LONGEST = 1500
_OPEN, _CLOSE = "⟦", "⟧"


@dataclass(frozen=True)
class Setting:
    """An argument that a message speaks of, spelled by each surface in its own way.

    As text it is spelled as in Python, ``columns={'imag': 'b'}``; the command line makes
    ``--column imag=b`` of it.

    Attributes
    ----------
    name
        Of the argument.
    value
        What to give, as an example; None where only the name is spoken of.
    within
        The call that takes the argument where that is no function that reads or fits.
    code
        How it is written in Python, where neither name nor value are those of a command.
    """

    name: str
    value: Any = None
    within: str = ""
    code: str = ""

    def __str__(self) -> str:
        """Spell it as in Python."""
        if self.code:
            return self.code
        spelled = f"{self.name}={'' if self.value is None else repr(self.value)}"
        return f"{self.within}({spelled})" if self.within else spelled

    @property
    def mark(self) -> str:
        """What stands for it within a text that `Said.of` reads."""
        fields = [self.name, self.value, self.within, self.code]
        return f"{_OPEN}{json.dumps(fields)}{_CLOSE}"


class Said(str):
    """A text that may speak of arguments, which are spelled in it as in Python.

    Attributes
    ----------
    parts
        What it is made of.
    """

    parts: tuple[str | Setting, ...]

    @classmethod
    def of(cls, marked: str) -> "Said":
        """Return a text whose arguments were marked; see `Setting.mark`."""
        if isinstance(marked, cls):
            return marked
        first, *others = marked.split(_OPEN)
        parts: list[str | Setting] = [first]
        for each in others:
            inside, _, rest = each.partition(_CLOSE)
            try:
                parts += [Setting(*json.loads(inside)), rest]
            except (TypeError, ValueError):  # such signs stood in it before, of a label
                parts.append(_OPEN + each)
        made = cls("".join(map(str, parts)))
        made.parts = tuple(part for part in parts if part)
        return made

    @property
    def marked(self) -> str:
        """The text with its arguments marked, as it is stored and joined with others."""
        return "".join(each.mark if isinstance(each, Setting) else each for each in self.parts)


Spell = Callable[[Setting], str]
"""How a surface writes an argument; Python by ``str``."""


def spelled(text: str, spell: Spell) -> str:
    """Return a text with the arguments that it speaks of spelled by a function."""
    if not isinstance(text, Said):
        return text
    return "".join(spell(each) if isinstance(each, Setting) else each for each in text.parts)


def marked(value: Any) -> Any:
    """Return texts, lists and dictionaries of such with their arguments marked."""
    return _mapped(value, lambda text: text.marked if isinstance(text, Said) else text)


def all_spelled(value: Any, spell: Spell) -> Any:
    """Return texts, lists and dictionaries of such with their arguments spelled by a function."""
    return _mapped(value, lambda text: spelled(text, spell))


def with_arguments(value: Any) -> Any:
    """Return marked texts, lists and dictionaries of such as they were before; see `Said.of`."""
    return _mapped(value, Said.of)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(each, change) for each in value]
    return value


class PosterionError(ValueError):
    """Input that cannot be used.

    The message names the value, what was expected, and the remedy. The middle of a very long
    one, such as may quote a file, is left out.
    """

    def __init__(self, *said: str | Setting) -> None:
        """Keep the message, in parts where it speaks of arguments."""
        self.said = said
        super().__init__(self.spelled(str))

    def spelled(self, spell: Spell) -> str:
        """Return the message with its arguments spelled by a function."""
        message = "".join(spell(each) if isinstance(each, Setting) else each for each in self.said)
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - 500]} ... {message[-490:]}"
        return message
