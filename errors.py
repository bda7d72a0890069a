"""The one family of errors that posterion raises for bad input, and the arguments they speak of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LONGEST = 1500


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
    """

    name: str
    value: Any = None
    within: str = ""

    def __str__(self) -> str:
        """Spell it as in Python."""
        spelled = f"{self.name}={'' if self.value is None else repr(self.value)}"
        return f"{self.within}({spelled})" if self.within else spelled


class PosterionError(ValueError):
    """Input that cannot be used.

    The message names the value, what was expected, and the remedy. The middle of a very long
    one, such as may quote a file, is left out.
    """

    def __init__(self, *said: str | Setting) -> None:
        """Keep the message, in parts where it speaks of arguments."""
        self.said = said
        super().__init__(self.spelled(str))

    def spelled(self, spell: Callable[[Setting], str]) -> str:
        """Return the message with its arguments spelled by a function."""
        message = "".join(spell(each) if isinstance(each, Setting) else each for each in self.said)
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - 500]} ... {message[-490:]}"
        return message
