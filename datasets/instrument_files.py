"""Impedance files of Gamry, BioLogic, ZPlot and VersaStudio: the tables in them, and the sign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .impedance_table import Source, sweeps_of, wanted_table
from .instrument_layouts import (
    ZPLOT_HEADER,
    Section,
    biologic_sections,
    gamry_sections,
    versastudio_sections,
    zplot_sections,
)
from .sweep import Sweep
from .tables.search import table_of
from .tables.text import FileText


@dataclass(frozen=True)
class Instrument:
    """How the files of one instrument are recognised.

    ``sections`` finds the tables; ``index`` names columns that part sweeps.
    """

    format: str
    recognised: Callable[[Sequence[str]], bool]
    sections: Callable[[FileText], list[Section]]
    index: tuple[str, ...] = ()


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
    sweeps: list[Sweep] = []
    for section in kind.sections(text):
        table = table_of(text, section.titles, section.rows, section.delimiter, wanted_table({}))
        stated = f"the convention of {kind.format} files"
        source = Source(stated, section.label, section.messages, kind.index)
        sweeps += sweeps_of(text, table, {}, source)
    return sweeps


def _starts_with(*starts: str) -> Callable[[Sequence[str]], bool]:
    return lambda lines: lines[0].strip().startswith(starts)


INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument("Gamry", _starts_with("EXPLAIN"), gamry_sections),
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
    ),
    Instrument(
        "VersaStudio",
        lambda lines: lines[0].strip() == "<Application>" and "Name=VersaStudio" in lines[:20],
        versastudio_sections,
        ("Segment #",),
    ),
)
