"""Impedance files of Gamry, BioLogic, ZPlot and VersaStudio: where their tables are."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...errors import PosterionError
from ..tables.cells import BLANK, Row, cells_of, trimmed
from ..tables.search import Table, table_of
from ..tables.text import FileText
from ..tables.wanted import Wanted

ZPLOT_HEADER = re.compile(r"\s*\"?Freq\(Hz\)\"?(\t|,\s?)\"?Ampl")


@dataclass(frozen=True)
class Section:
    """The table of one file or of one part of it."""

    label: str
    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str
    messages: tuple[str, ...] = ()

    def table(self, text: FileText, wanted: Wanted) -> Table:
        """Return the table with its rows checked."""
        return table_of(text, self.titles, self.rows, self.delimiter, wanted)


@dataclass(frozen=True)
class Instrument:
    """How the files of one instrument are recognised.

    ``sections`` finds the tables; ``index`` names columns that part sweeps.
    """

    format: str
    recognised: Callable[[Sequence[str]], bool]
    sections: Callable[[FileText], list[Section]]
    index: tuple[str, ...]


def instrument_of(text: FileText) -> Instrument | None:
    """Tell the instrument from the content of a file; None for a plain table."""
    return next((kind for kind in INSTRUMENTS if kind.recognised(text.lines)), None)


def gamry_sections(text: FileText) -> list[Section]:
    """Find the tables ZCURVE below the list of settings, each up to the first unindented line."""
    starts = [k for k, line in enumerate(text.lines) if re.match(r"ZCURVE\d*\s+TABLE", line)]
    if not starts:
        tables = [line.split()[0] for line in text.lines if re.match(r"\w+\s+TABLE", line)]
        raise PosterionError(
            f"{text.name} is a Gamry file without impedance: its tables are "
            f"{', '.join(tables) or 'none'}, and an impedance measurement has ZCURVE; choose the "
            "file of an EIS experiment."
        )
    aborted = any(line.startswith("EXPERIMENTABORTED") for line in text.lines)
    messages = ("the run was aborted: the points before that are kept",) if aborted else ()
    sections = []
    for start in starts:
        rows = []
        for line, content in enumerate(text.lines[start + 3 :], start + 4):
            # Rows are indented; the next table or setting is not.
            if not content[:1].isspace() or not content.strip():
                break
            rows.append(Row(line, cells_of(content, BLANK)))
        titles, units = (
            tuple(text.lines[k].split()) if k < len(text.lines) else ()
            for k in (start + 1, start + 2)
        )
        joined = tuple(f"{title} ({unit})" for title, unit in zip(titles, units, strict=False))
        label = text.lines[start].split()[0] if len(starts) > 1 else ""
        sections.append(Section(label, joined, tuple(rows), BLANK, messages))
    return sections


def biologic_sections(text: FileText) -> list[Section]:
    """Find the rows below a counted number of header lines, the last of which names columns."""
    match = re.search(r"\d+", text.lines[1]) if len(text.lines) > 1 else None
    last = int(match[0]) if match else 0
    if not 2 < last <= len(text.lines):
        raise PosterionError(
            f"{text.name} is cut off within the header of a BioLogic file; export it again "
            "from EC-Lab."
        )
    rows = [
        Row(line, cells_of(content, "\t"))
        for line, content in enumerate(text.lines[last:], last + 1)
        if content.strip()
    ]
    return [Section("", trimmed(cells_of(text.lines[last - 1], "\t")), tuple(rows), "\t")]


def zplot_sections(text: FileText) -> list[Section]:
    """Find the rows below the settings, which end with the column names and "End Comments"."""
    header = next(k for k, line in enumerate(text.lines) if ZPLOT_HEADER.match(line))
    ends = [k for k, line in enumerate(text.lines) if line.strip() == "End Comments"]
    start = ends[-1] if ends else header
    rows = [
        Row(line, _zplot_cells(content))
        for line, content in enumerate(text.lines[start + 1 :], start + 2)
        if content.strip()
    ]
    return [Section("", _zplot_cells(text.lines[header]), tuple(rows), ",")]


def _zplot_cells(line: str) -> tuple[str, ...]:
    delimiter = "\t" if "\t" in line else ","
    return tuple(cell.strip() for cell in cells_of(line, delimiter))


def versastudio_sections(text: FileText) -> list[Section]:
    """Find the rows in the XML-like sections <SegmentN>, whose first lines name the columns."""
    titles: tuple[str, ...] = ()
    rows = []
    inside = False
    for line, content in enumerate(text.lines, 1):
        if re.fullmatch(r"<Segment\d+>", content.strip()):
            inside = True
        elif content.startswith("</Segment"):
            inside = False
        elif inside and content.startswith("Definition="):
            # A count stands behind the last title.
            titles = cells_of(re.sub(r",\s*\d+\s*$", "", content[11:]), ",")
        elif inside and titles and content.strip():
            rows.append(Row(line, cells_of(content, ",")))
    if not titles:
        raise PosterionError(
            f"{text.name} is a VersaStudio file without a measured segment; choose the file of "
            "an EIS experiment, or export it again if it was truncated."
        )
    return [Section("", titles, tuple(rows), ",")]


def _starts_with(*starts: str) -> Callable[[Sequence[str]], bool]:
    return lambda lines: lines[0].strip().startswith(starts)


INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument("Gamry", _starts_with("EXPLAIN"), gamry_sections, ()),
    Instrument(
        "BioLogic",
        _starts_with("EC-Lab ASCII FILE", "BT-Lab ASCII FILE"),
        biologic_sections,
        ("cycle number", "z cycle"),
    ),
    Instrument(
        "ZPlot",
        lambda lines: any(ZPLOT_HEADER.match(line) for line in lines[:2000]),
        zplot_sections,
        (),
    ),
    Instrument(
        "VersaStudio",
        lambda lines: lines[0].strip() == "<Application>" and "Name=VersaStudio" in lines[:20],
        versastudio_sections,
        ("Segment #",),
    ),
)
