"""Which command wrote a folder, so that another does not write its result over that."""

from contextvars import ContextVar
from pathlib import Path

from ..errors import PosterionError

COMMAND: ContextVar[str] = ContextVar("COMMAND", default="")
"""The command that is run, such as ``fit eis``; empty where none was typed."""

_MARK = ".posterion"


def refuse_folder_of_another(folder: Path) -> None:
    """Refuse a folder that another command wrote.

    Raises
    ------
    PosterionError
        With the command that did.
    """
    try:
        owner = (folder / _MARK).read_text(encoding="utf-8")[:100].strip()
    except (OSError, UnicodeDecodeError):
        return
    if owner and COMMAND.get() and owner != COMMAND.get():
        raise PosterionError(
            f"{folder} holds the result of posterion {owner}; choose another folder for --out, or "
            "delete that one."
        )


def mark_folder(folder: Path) -> None:
    """Say which command wrote a folder."""
    if COMMAND.get():
        (folder / _MARK).write_text(f"{COMMAND.get()}\n", encoding="utf-8")
