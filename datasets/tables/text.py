"""The text of a file from a stranger: bounded in size, checked to be text, decoded."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ...errors import PosterionError
from .dialect import Dialect
from .grids import lines_of
from .in_memory import NAME, Source, lines_in_memory

MAX_BYTES = 50_000_000
MAX_LINE = 100_000

_BINARY_KINDS = (
    (b"\x89HDF", "an HDF5 or NetCDF file", "open it with xarray"),
    (b"CDF", "a NetCDF file", "open it with xarray"),
)


@dataclass(frozen=True)
class FileText:
    """The lines of a text file, without line ends, and the hash of its bytes.

    ``ended`` tells if the last line has a line end, ``dialect`` what the user said of it.
    """

    name: str
    stem: str
    sha256: str
    lines: tuple[str, ...]
    messages: tuple[str, ...] = ()
    ended: bool = True
    dialect: Dialect = Dialect()


def read_file_text(path: Source, dialect: Dialect | None = None) -> FileText:
    """Read text in UTF-8, UTF-16, GB 18030, Shift-JIS or Windows-1252, a sheet, Parquet or JSON.

    A table in memory is read as the lines that it would have in a file.

    Raises
    ------
    PosterionError
        If the file is missing, no file, empty, binary, larger than ``MAX_BYTES``, or a line of
        it longer than ``MAX_LINE``.
    """
    lines = lines_in_memory(path)
    if lines is not None:
        return _of_grid(Path(NAME), "\n".join(lines).encode(), lines, [], dialect or Dialect())
    path = Path(path)
    name = path.name
    data = file_bytes(path, MAX_BYTES)
    grid = lines_of(data, name)
    if grid is not None:
        return _of_grid(path, data, *grid, dialect or Dialect())
    text, messages = _decode(data, name)
    if not text.strip():
        raise PosterionError(f"{name} is empty; expected a table of measured values.")
    # Some exports end lines with \r\r\n; str.splitlines would also split at form feeds.
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    written = tuple(text.split("\n"))
    for number, line in enumerate(written, 1):
        if len(line) > MAX_LINE:
            raise PosterionError(
                f"{name}, line {number}: {len(line)} characters; expected a table with one "
                "point in each line, so export the data as text or CSV."
            )
    sha256 = hashlib.sha256(data).hexdigest()
    ended = not written[-1].strip()
    return FileText(name, path.stem, sha256, written, messages, ended, dialect or Dialect())


def _of_grid(
    path: Path, data: bytes, lines: list[str], messages: list[str], dialect: Dialect
) -> FileText:
    """Return the lines of a file whose cells and numbers are known."""
    plain = Dialect(decimal=dialect.decimal or ".", thousands=dialect.thousands, delimiter="tab")
    sha256 = hashlib.sha256(data).hexdigest()
    return FileText(path.name, path.stem, sha256, tuple(lines), tuple(messages), True, plain)


def file_bytes(path: Path, limit: int) -> bytes:
    """Return the content of a file of at most `limit` bytes.

    Raises
    ------
    PosterionError
        If the file is missing, no file, empty, or too large.
    """
    name = path.name
    if os.path.isdir(path):  # Path.is_dir fails at a name that is too long
        raise PosterionError(f"{name} is a directory; give the path of one file in it.")
    if not os.path.exists(path):
        raise PosterionError(f"{path}: no such file; check the path.")
    if not path.is_file():
        raise PosterionError(f"{name} is not a regular file; give the path of a data file.")
    size = path.stat().st_size
    if size > limit:
        raise PosterionError(
            f"{name} has {size} bytes, more than the limit of {limit}; a table of measured "
            "values is much smaller, so export only that."
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PosterionError(f"{name} cannot be opened ({error.strerror}).") from error
    if not data.strip():
        raise PosterionError(f"{name} is empty; expected a table of measured values.")
    return data


def _decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    for start, kind, remedy in _BINARY_KINDS:
        if data.startswith(start):
            raise PosterionError(f"{name} is {kind}, which is not read here; {remedy}.")
    encoding = _utf16(data)
    if encoding:
        try:
            return data.decode(encoding).lstrip("\ufeff"), ("encoding: read as UTF-16",)
        except UnicodeDecodeError as error:
            raise PosterionError(
                f"{name} is neither text nor UTF-16 (byte {error.start}); export it as text."
            ) from error
    # Control characters other than tab, line ends, form feed and the old end-of-file mark.
    if any(byte in data for byte in (*range(9), 11, *range(14, 26), *range(27, 32))):
        raise PosterionError(
            f"{name} is a binary file; expected text, so export the data as text or CSV."
        )
    data = data.rstrip(b"\x1a")
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return _eight_bits(data)


# Marks of units and letters of the languages of headers, in the order of the code page.
_WESTERN = "°µ²³±·ΩÄÖÜäöüßéèêàâçñáíóúôî‰–’“”"


def _is_chinese(character: str) -> bool:
    """Tell if a character is usual in Chinese text: its own, Greek, signs and wide forms."""
    return (
        character.isascii()
        or "\u4e00" <= character <= "\u9fff"
        or "\u0391" <= character <= "\u03c9"
        or "\u2010" <= character <= "\u2266"
        or "\u3000" <= character <= "\u30ff"
        or "\uff00" <= character <= "\uffef"
        or character in "°±×÷·"
    )


def _eight_bits(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode text in Chinese (GB 18030), Japanese (Shift-JIS) or in a western code page.

    Japanese has kana. Two bytes above 127 in a row are a Chinese character, if the page has it;
    in western text they hardly follow each other, but for the marks of a unit.
    """
    try:
        chinese = data.decode("gb18030")
    except UnicodeDecodeError:
        chinese = ""
    try:
        japanese = data.decode("cp932")
    except UnicodeDecodeError:
        japanese = ""
    if any("ぁ" <= c <= "ヿ" for c in japanese) and not any("｡" <= c <= "ﾟ" for c in japanese):
        return japanese, ("encoding: read as Shift-JIS",)
    western = [c for c in data.decode("cp1252", errors="ignore") if not c.isascii()]
    odd = sum(character not in _WESTERN for character in western)
    if chinese and 2 * odd > len(western) and all(map(_is_chinese, chinese)):
        return chinese, ("encoding: read as GB 18030",)
    try:
        return data.decode("cp1252"), ("encoding: read as Windows-1252",)
    except UnicodeDecodeError:
        return data.decode("latin-1"), ("encoding: read as latin-1",)


def _utf16(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:2000]
    even, odd = start[::2].count(0), start[1::2].count(0)
    # Latin letters and digits have one zero byte in two.
    if odd > 0.4 * len(start) and not even:
        return "utf-16-le"
    if even > 0.4 * len(start) and not odd:
        return "utf-16-be"
    return None
