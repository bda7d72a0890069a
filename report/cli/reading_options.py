"""Options on how a file is read, and what errors of reading are called on the command line."""

import re
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from .terminal import read_pairs

if TYPE_CHECKING:
    from ...datasets.tables.dialect import Dialect

SpectrumColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help="'frequency=f/Hz' where a header is not understood; also real, imag, modulus, phase, "
        "with a sign and a unit as in 'imag=-X [kohm]'; several times.",
    ),
]
DecimalOption = Annotated[
    str | None, typer.Option(help="The decimal mark, '.' or ',', where the file does not decide.")
]
ThousandsOption = Annotated[
    str | None, typer.Option(help="The mark between thousands: ',', '.', blank, apostrophe, none.")
]
DelimiterOption = Annotated[
    str | None, typer.Option(help="Between cells: ',', ';', tab, '|', ':' or blank.")
]


def read_dialect(
    decimal: str | None, thousands: str | None, delimiter: str | None
) -> "Dialect | None":
    """Return what the user said of how a table is written, None where that is nothing."""
    if decimal is thousands is delimiter is None:
        return None
    from ...datasets.tables.dialect import Dialect

    return Dialect(decimal, thousands, delimiter)


def read_columns(given: list[str] | None) -> dict[str, str]:
    """Read ``frequency=f/Hz``: the column of each role."""
    return dict(read_pairs(given or [], "--column", "frequency=f/Hz"))


def with_flags(message: str) -> str:
    """Name options in place of the arguments in Python."""
    message = re.sub(r" \(in Python dialect=po\.[^)]*\)[^)]*\)\)", "", message)
    message = re.sub(
        r"columns=\{'(\w+)': (['\"])(.*?)\2\}",
        lambda match: f"--column {_quoted(f'{match[1]}={match[3]}')}",
        message,
    )
    message = re.sub(r"which='([^']*)' \(the", r"--which '\1' (the", message)
    return message.replace("columns= names", "--column names")


def _quoted(text: str) -> str:
    """Quote a word for the shell, plainly where a title has primes."""
    plain = not any(character in text for character in '"$`\\!')
    return f'"{text}"' if "'" in text and plain else shlex.quote(text)
