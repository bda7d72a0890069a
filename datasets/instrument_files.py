"""Gamry, BioLogic, ZPlot and VersaStudio files, read by impedance.py.

impedance.py's readers expect one complete, undamaged spectrum, columns at fixed places and
decimal points. So the table is found and checked here, and each sweep is handed to the reader
as a small file of the plainest kind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ..errors import PosterionError
from .column_names import recognise, unit_factor
from .delimited_text import Row, number, require_numbers, without_incomplete_end
from .file_text import FileText
from .impedance_table import label_of
from .instrument_layouts import (
    ZPLOT_HEADER,
    Section,
    biologic_sections,
    gamry_sections,
    versastudio_sections,
    zplot_sections,
)
from .sweep import Convention, Sweep


@dataclass(frozen=True)
class Instrument:
    """How the files of one instrument are recognised and handed to impedance.py.

    ``sections`` finds the tables; ``places`` are where the reader takes frequency, Z' and Z'';
    ``index`` names columns that part sweeps; ``template`` turns titles and rows into the text
    of a plain file for the function ``reader``.
    """

    format: str
    recognised: Callable[[Sequence[str]], bool]
    sections: Callable[[FileText], list[Section]]
    reader: str
    template: Callable[[Sequence[str], Sequence[str]], str]
    places: tuple[int, int, int] | None
    index: tuple[str, ...] = ()
    joint: str = "\t"
    convention: Convention = "as_written"


def instrument_of(text: FileText) -> Instrument | None:
    """Tell the instrument from the content of a file; None for a plain table."""
    return next((kind for kind in INSTRUMENTS if kind.recognised(text.lines)), None)


def read_instrument_sweeps(text: FileText, kind: Instrument) -> list[Sweep]:
    """Read the sweeps of an instrument's file.

    Raises
    ------
    PosterionError
        If the file holds no impedance, is cut off before its first row, or a cell that is
        needed is no number.
    """
    sweeps = []
    for section in kind.sections(text):
        places = _places(text.name, section, kind)
        rows, dropped = without_incomplete_end(section.rows)
        if not rows:
            raise PosterionError(
                f"{text.name} has an impedance table without rows; it may be truncated, so "
                f"export it again from {kind.format}."
            )
        rows = [_with_points(row) for row in rows]
        for row in rows:
            require_numbers(text.name, row, places, section.titles, ".")
        messages = [*text.messages, *section.messages, *dropped]
        if any("," in cell for row in section.rows for cell in _at(row, places)):
            messages.append("decimal commas read as points")
        measured = [row for row in rows if number(row.cells[places[0]]) != 0]
        if len(measured) < len(rows) and measured:
            messages.append(
                f"{len(rows) - len(measured)} row(s) at 0 Hz dropped: direct current, no impedance"
            )
            rows = measured
        for label, part in _parts(rows, section, kind):
            f, Z = _through_impedance_py(text.name, part, section.titles, kind)
            sweeps.append(
                Sweep(
                    label=label,
                    frequency=f,
                    Z=Z,
                    lines=tuple(row.line for row in part),
                    column=f"Z'' column '{section.titles[places[2]]}'",
                    convention=kind.convention,
                    stated=f"the convention of {kind.format} files",
                    messages=tuple(messages),
                )
            )
    return sweeps


def _through_impedance_py(
    name: str, rows: Sequence[Row], titles: Sequence[str], kind: Instrument
) -> tuple[np.ndarray, np.ndarray]:
    from impedance import preprocessing

    content = kind.template(titles, [kind.joint.join(row.cells) for row in rows])
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "sweep.txt"
        plain.write_text(content, encoding="ascii", errors="replace")
        try:
            f, Z = getattr(preprocessing, kind.reader)(str(plain))
        except Exception as error:  # its readers raise whatever their lines of code raise
            raise PosterionError(
                f"{name} looks like a {kind.format} file, but impedance.py cannot read it "
                f"({type(error).__name__}: {error}); export the table as CSV."
            ) from error
    if len(f) != len(rows):
        raise PosterionError(
            f"{name}: impedance.py read {len(f)} of {len(rows)} rows of this {kind.format} file; "
            "export the table as CSV."
        )
    return np.asarray(f, dtype=np.float64), np.asarray(Z, dtype=np.complex128)


def _at(row: Row, places: Sequence[int]) -> list[str]:
    return [row.cells[place] for place in places if place < len(row.cells)]


def _with_points(row: Row) -> Row:
    """Return a row with decimal points in all its cells, as all of impedance.py's readers need."""
    return Row(row.line, tuple(cell.replace(",", ".") for cell in row.cells))


def _places(name: str, section: Section, kind: Instrument) -> tuple[int, int, int]:
    """Return where frequency, Z' and Z'' are, checking that the reader looks there."""
    columns = {}
    for position, title in enumerate(section.titles):
        column = recognise(title, position)
        if column and column.role not in columns and unit_factor(column.unit, column.role) == 1:
            columns[column.role] = column
    found = [columns.get(role) for role in ("frequency", "real", "imag")]
    places = tuple(column.position for column in found if column)
    minus = kind.convention == "negated"
    if len(places) != 3 or kind.places not in (None, places) or (columns["imag"].negated != minus):
        raise PosterionError(
            f"{name} holds no impedance in the columns that {kind.format} files have; found "
            + ", ".join(f"'{title}'" for title in section.titles if title)
            + "; export an impedance measurement, or these columns as CSV."
        )
    return places[0], places[1], places[2]


def _parts(rows: Sequence[Row], section: Section, kind: Instrument) -> list[tuple[str, list[Row]]]:
    """Part the rows into sweeps by the instrument's index columns."""
    places = [k for k, title in enumerate(section.titles) if title.strip() in kind.index]
    parts: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        key = tuple(label_of(row.cells[k]) if k < len(row.cells) else "" for k in places)
        parts.setdefault(key, []).append(row)
    varied = [k for k in range(len(places)) if len({key[k] for key in parts}) > 1]
    start = [section.label] if section.label else []
    return [(", ".join([*start, *(key[k] for k in varied)]), part) for key, part in parts.items()]


def _starts_with(*starts: str) -> Callable[[Sequence[str]], bool]:
    return lambda lines: lines[0].strip().startswith(starts)


INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument(
        format="Gamry",
        recognised=_starts_with("EXPLAIN"),
        sections=gamry_sections,
        reader="readGamry",
        template=lambda titles, rows: "\n".join(["ZCURVE\tTABLE", "names", "units", *rows, ""]),
        places=(2, 3, 4),
    ),
    Instrument(
        format="BioLogic",
        recognised=_starts_with("EC-Lab ASCII FILE", "BT-Lab ASCII FILE"),
        sections=biologic_sections,
        reader="readBioLogic",
        template=lambda titles, rows: "\n".join(
            ["EC-Lab ASCII FILE", "Nb header lines : 3", "\t".join(titles) + "\t", *rows, ""]
        ),
        places=None,
        index=("cycle number", "z cycle"),
        convention="negated",
    ),
    Instrument(
        format="ZPlot",
        recognised=lambda lines: any(ZPLOT_HEADER.match(line) for line in lines[:2000]),
        sections=zplot_sections,
        reader="readZPlot",
        template=lambda titles, rows: "\n".join(["\t".join(titles), "End Comments", *rows, ""]),
        places=(0, 4, 5),
    ),
    Instrument(
        format="VersaStudio",
        recognised=lambda lines: (
            lines[0].strip() == "<Application>" and "Name=VersaStudio" in lines[:20]
        ),
        sections=versastudio_sections,
        reader="readVersaStudio",
        template=lambda titles, rows: "\n".join(
            [
                *("Segments=0", "Segments=1", "<Segment1>", "Type=2", "Version=3"),
                *(f"Definition={','.join(titles)}", *rows, "</Segment1>", ""),
            ]
        ),
        places=(9, 14, 15),
        index=("Segment #",),
        joint=",",
    ),
)
