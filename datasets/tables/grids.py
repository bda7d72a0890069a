"""Grids of cells that are no text: sheets of Excel, Parquet and JSON, as lines of text."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from ...errors import PosterionError
from .recorded import recorded_lines

MAX_UNPACKED = 500_000_000
MAX_CELLS = 20_000_000
_MOST_REPEATED = 1000
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"


def lines_of(data: bytes, name: str) -> tuple[list[str], list[str]] | None:
    """Return the lines of a grid with tabs between its cells, and messages; None if it is text.

    Raises
    ------
    PosterionError
        If the file is damaged, too large, or holds no table.
    """
    if data.startswith(b"PK\x03\x04"):
        return _sheet(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _of_book(data, name)
    if data.startswith(b"<?xml") and b"office:document" in data[:4000]:
        return _flat(data, name)
    if data.startswith(b"PAR1"):
        return _parquet(data, name)
    if name.lower().endswith(".json") and data.lstrip()[:1] in (b"{", b"["):
        return _json(data, name)
    return recorded_lines(data, name)


def _sheet(data: bytes, name: str) -> tuple[list[str], list[str]]:
    """Return the sheet of a zipped workbook that holds most numbers."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception as error:  # zipfile raises several kinds on a damaged file
        raise PosterionError(
            f"{name} is a damaged Excel workbook or ZIP archive; open it and save its sheet as CSV."
        ) from error
    if not {"xl/workbook.xml", "content.xml"} & {part.filename for part in parts}:
        raise PosterionError(
            f"{name} is a ZIP archive and no Excel workbook; unpack it and read the files in it, "
            "or save the table as CSV."
        )
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise PosterionError(f"{name} unpacks to more than {MAX_UNPACKED} bytes; save it as CSV.")
    return _of_book(data, name)


def _of_book(data: bytes, name: str) -> tuple[list[str], list[str]]:
    """Return the sheet with most numbers of a workbook, as .xlsx, .xls or .ods."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {
            title: book.get_sheet_by_name(title).to_python(skip_empty_area=False)
            for title in book.sheet_names
        }
    except Exception as error:  # calamine has errors of its own for each kind of damage
        raise PosterionError(
            f"{name} cannot be read as an Excel workbook ({' '.join(str(error).split())[:100]}); "
            "open it and save its sheet as CSV."
        ) from error
    return _fullest(sheets, name)


def _flat(data: bytes, name: str) -> tuple[list[str], list[str]]:
    """Return the sheet with most numbers of a flat OpenDocument spreadsheet (.fods)."""
    try:
        if b"<!" in data.replace(b"<!--", b""):
            raise ValueError("it declares entities")
        root = ElementTree.fromstring(data)
        sheets = _flat_sheets(root)
    except (ElementTree.ParseError, ValueError) as error:
        raise PosterionError(
            f"{name} is a damaged OpenDocument spreadsheet ({error}); save it as CSV."
        ) from error
    return _fullest(sheets, name)


def _flat_sheets(root: ElementTree.Element) -> dict[str, list[list[Any]]]:
    """Return the cells of each sheet."""
    table, office = (f"{{{_OPEN}:{part}:1.0}}" for part in ("table", "office"))
    sheets: dict[str, list[list[Any]]] = {}
    for sheet in root.iter(f"{table}table"):
        rows = sheets.setdefault(sheet.get(f"{table}name", "sheet"), [])
        for row in sheet.iter(f"{table}table-row"):
            cells: list[Any] = []
            blanks = 0
            for cell in row:
                written = cell.get(f"{office}value")
                value = " ".join("".join(cell.itertext()).split()) if written is None else written
                times = int(cell.get(f"{table}number-columns-repeated", "1"))
                if not value:  # thousands of them end a row
                    blanks += times
                    continue
                if blanks + times > _MOST_REPEATED:
                    raise ValueError(f"it repeats a cell {blanks + times} times")
                cells += [""] * blanks + [value if written is None else float(written)] * times
                blanks = 0
            again = int(row.get(f"{table}number-rows-repeated", "1")) if cells else 1
            if again > _MOST_REPEATED:
                raise ValueError(f"it repeats a row {again} times")
            rows += [cells] * again
    return sheets


def _fullest(
    sheets: Mapping[str, Sequence[Sequence[Any]]], name: str
) -> tuple[list[str], list[str]]:
    """Return the lines of the sheet with most numbers, and which it is."""
    counts = {title: _numbers(rows) for title, rows in sheets.items()}
    if not counts or not any(counts.values()):
        raise PosterionError(f"{name} is a workbook without numbers; expected a table.")
    best = max(counts, key=lambda title: counts[title])
    others = [f"'{title}'" for title, count in counts.items() if count and title != best]
    left = f", not {', '.join(others[:10])}" if others else ""
    return _lines(sheets[best]), [f"sheet '{best}' of the workbook read{left}"]


def _parquet(data: bytes, name: str) -> tuple[list[str], list[str]]:
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        if file.metadata.num_rows * file.metadata.num_columns > MAX_CELLS:
            raise PosterionError(f"{name} has more than {MAX_CELLS} cells; write fewer.")
        table = file.read().to_pydict()
    except PosterionError:
        raise
    except Exception as error:  # pyarrow has errors of its own for each kind of damage
        raise PosterionError(
            f"{name} cannot be read as Parquet ({type(error).__name__}); write it again, or as CSV."
        ) from error
    return _columns(table, name), []


def _json(data: bytes, name: str) -> tuple[list[str], list[str]]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PosterionError(
            f"{name} is no JSON ({str(error)[:80]}); write it again, or as CSV."
        ) from error
    if isinstance(found, dict) and {"columns", "data"} <= found.keys():
        rows = [found["columns"], *found["data"]] if isinstance(found["data"], list) else []
        if isinstance(found["columns"], list) and all(isinstance(row, list) for row in rows):
            return _lines(rows), []
    if (
        isinstance(found, dict)
        and all(isinstance(column, dict) for column in found.values())
        and len({tuple(column) for column in found.values()}) == 1
    ):  # as pandas writes it
        found = {title: list(column.values()) for title, column in found.items()}
    if isinstance(found, dict) and all(isinstance(each, list) for each in found.values()):
        return _columns(found, name), []
    if isinstance(found, list) and found and all(isinstance(each, dict) for each in found):
        titles = list(dict.fromkeys(title for row in found for title in row))
        return _lines([titles, *([row.get(title) for title in titles] for row in found)]), []
    raise PosterionError(
        f"{name} holds no table; expected an object with a list for each column, or a list of "
        "objects with the same keys."
    )


def _columns(table: dict[str, list[Any]], name: str) -> list[str]:
    sizes = {len(column) for column in table.values()}
    if len(sizes) != 1:
        raise PosterionError(f"{name} has columns of {len(sizes)} lengths; give them one.")
    return _lines([list(table), *map(list, zip(*table.values(), strict=True))])


def _numbers(rows: Sequence[Sequence[Any]]) -> int:
    return sum(isinstance(cell, float | int) for row in rows for cell in row)


def _lines(rows: Sequence[Sequence[Any]]) -> list[str]:
    return ["\t".join(map(_cell, row)) for row in rows]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list | dict):
        return "(several values)"
    return " ".join(str(value).split())
