"""What is said where the command line itself was written wrongly."""

import shlex
from collections.abc import Sequence
from typing import Any

from cyclopts import App, CoercionError, CycloptsError, MissingArgumentError

_NUMBERS: dict[Any, str] = {int: "a whole number", float: "a number"}


def in_words(error: CycloptsError, app: App, typed: Sequence[str]) -> str:
    """Return one sentence on what was typed.

    Parameters
    ----------
    error
        Of the parser.
    app
        The whole program.
    typed
        What was typed after its name.
    """
    if isinstance(error, CoercionError) and error.token and error.target_type in _NUMBERS:
        flag, value = error.token.keyword, error.token.value
        return f"{flag} is '{value}'; write {_NUMBERS[error.target_type]}."
    if not isinstance(error, MissingArgumentError) or error.argument is None:
        return str(error)
    if error.keyword is not None:
        return (
            f"{error.keyword} has no value; write one after it, or {error.keyword}=VALUE where it "
            "begins with a minus."
        )
    chain, apps, _ = app.parse_commands(typed)
    given = {each.partition("=")[0] for each in typed}
    names, words = [], []
    for argument in apps[-1].assemble_argument_collection():
        named = argument.name.startswith("-")
        missing = not given & {*argument.names} if named else argument.name == error.argument.name
        if argument.required and missing:
            value = "|".join(argument.get_choices() or ()) or argument.name.lstrip("-").upper()
            names.append(argument.name)
            words.append(f"{argument.name} {value}" if named else value)
    asked = f"posterion {shlex.join(typed)} {' '.join(words)}"
    told = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{' '.join(chain)} needs {told}. Type: {asked}"


def is_unfinished(app: App, typed: Sequence[str]) -> bool:
    """Tell whether a command is named that is nothing without one of its own, such as fit."""
    _, apps, rest = app.parse_commands(typed)
    return not rest and apps[-1].default_command is None
