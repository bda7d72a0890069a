"""What is looked for in a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...errors import PosterionError, Setting

Words = Sequence[str | Setting]
"""Parts of a message."""


class NotThisTable(PosterionError):
    """A file without a table of the wanted kind; ``titles`` are those of a table of another."""

    def __init__(self, *said: str | Setting, titles: Sequence[str] = ()) -> None:
        """Keep the titles beside the message."""
        super().__init__(*said)
        self.titles = tuple(titles)


@dataclass(frozen=True)
class Wanted:
    """The table that a file should hold.

    Attributes
    ----------
    kind
        Its name in error messages.
    columns
        What its header needs, in words, for error messages.
    needed
        Returns the positions of the columns that must hold numbers if its argument is a
        header of the table, else None.
    bare
        What the columns are where there is no header; empty where one is needed.
    whole
        Whether a short row is an error. An instrument that was stopped leaves one at the end.
    blanks
        Whether cells of the needed columns other than the first may be blank.
    blocks
        Whether lines of text between the rows are titles of blocks, such as ``T = 40 C``.
    errors
        Whether a number may have its error beside it, as in ``7.1e-5 ± 3e-6``.
    """

    kind: str
    columns: Words
    needed: Callable[[Sequence[str]], tuple[int, ...] | None]
    bare: tuple[str, ...] = ()
    whole: bool = True
    blanks: bool = False
    blocks: bool = False
    errors: bool = False
