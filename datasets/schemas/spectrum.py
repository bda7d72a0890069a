"""Read impedance spectra from text tables and instrument files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr

from ...errors import PosterionError, Setting
from ..formats.complex_numbers import parts_apart
from ..formats.impedance import Instrument, instrument_of
from ..schema import spectrum_dataset
from ..tables.columns import checked_names
from ..tables.dialect import Dialect
from ..tables.in_memory import NAME, Source
from ..tables.text import FileText, read_file_text
from .spectrum_table import SCHEMA, Provenance, sweeps_of
from .sweep import Sign, Sweep, refuse_too_many, settle_sign


def read_spectrum(
    path: Source,
    *,
    sign: Sign = "auto",
    which: int | str | None = None,
    columns: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> xr.Dataset:
    """Read one impedance spectrum from a file.

    Parameters
    ----------
    path
        A file, or a table in memory (pandas, polars, xarray, a dictionary of columns): a table
        of text, with or without header, or a file of Gamry (.DTA), BioLogic (.mpt, or
        the same as .txt), ZPlot (.z) or VersaStudio (.par). The content tells which.
    sign
        ``"as_written"``: the column is Z'', ``"negated"``: it is -Z''. ``"auto"`` keeps to the
        header or to the convention of the instrument, and where there is none decides from the
        data.
    which
        The spectrum to read from a file with several: its label (see `read_spectra`). An
        integer is a label where all labels are integers, such as cycle numbers; else it counts
        spectra from 0.
    columns
        Names of the columns for ``frequency`` (or ``omega``), ``real`` and ``imag`` (or
        ``modulus`` and ``phase``, or ``conductance`` and ``susceptance``) and ``temperature``
        where their headers are not understood, as in ``{"imag": "-X [kohm]"}``: a minus and a
        unit in brackets may be said with the name. Any other key names a column that tells
        sweeps apart.
    dialect
        How the table is written, where the file does not decide it.

    Returns
    -------
    xr.Dataset
        ``Z`` (frequency, part) in ohm, with frequencies in Hz from high to low and a negative
        imaginary part for a capacitor. The attribute ``messages`` tells what was decided.

    Raises
    ------
    PosterionError
        If the file cannot be read, holds no impedance or a value that cannot be used, or holds
        several spectra and `which` does not choose one.
    """
    spectra = read_spectra(path, sign=sign, columns=columns, dialect=dialect)
    labels = list(spectra)
    if which is None:
        if len(labels) == 1:
            return spectra[labels[0]]
        raise PosterionError(
            f"{_name(path)} holds {len(labels)} spectra; choose one with ",
            Setting("which", labels[0]),
            f" (the labels are {_shortened(labels)}), or read all with read_spectra.",
        )
    label: str | None = str(which)
    if isinstance(which, int) and not all(text.lstrip("-").isdecimal() for text in labels):
        label = labels[which] if 0 <= which < len(labels) else None
    if label not in spectra:
        raise PosterionError(
            f"{_name(path)} holds no spectrum {which!r} among its {len(labels)}; "
            f"the labels are {_shortened(labels)}."
        )
    return spectra[label]


def read_spectra(
    path: Source,
    *,
    sign: Sign = "auto",
    columns: Mapping[str, str] | None = None,
    dialect: Dialect | None = None,
) -> dict[str, xr.Dataset]:
    """Read all impedance spectra of a file.

    Sweeps may stand one after another, side by side, or be told apart by a column. A sweep that
    cannot be used is left out, and the others say so.

    Parameters
    ----------
    path, sign, columns, dialect
        As for `read_spectrum`.

    Returns
    -------
    dict[str, xr.Dataset]
        The spectra in the order of the file. Labels are the values of the columns that part the
        table (cycle, spectrum, sample, temperature, ...), titles between sweeps or numbers of
        sweeps, joined by ", "; the name of the file without its ending where there is one.

    Raises
    ------
    PosterionError
        If the file cannot be read, holds no impedance or a value that cannot be used.
    """
    if sign not in ("auto", "as_written", "negated"):
        raise PosterionError(Setting("sign", sign), "; expected 'auto', 'as_written' or 'negated'.")
    named = checked_names(columns or {}, SCHEMA.roles)
    text = read_file_text(path, dialect)
    instrument = None if named else instrument_of(text)
    if instrument:
        sweeps = _sweeps_of_sections(text, instrument)
    else:
        sweeps = sweeps_of(SCHEMA.sheet(text if named else parts_apart(text), named))
    refuse_too_many(text.name, len(sweeps))
    spectra: dict[str, xr.Dataset] = {}
    bad: list[str] = []
    for count, sweep in enumerate(_settled(sweeps, sign), 1):
        label = sweep.label or text.stem
        if label in spectra:
            label = f"{label} ({count})"
        part = f"spectrum {count} of {len(sweeps)} in the file: {label}"
        messages = [part, *sweep.messages] if len(sweeps) > 1 else sweep.messages
        try:
            spectra[label] = _dataset(text, sweep, messages, instrument)
        except PosterionError as error:
            if len(sweeps) == 1 or (count == len(sweeps) and not spectra):
                raise
            bad.append(f"spectrum {count} ({label}) left out: {error}")
    for each, spectrum in spectra.items():
        said = [*bad, *_repeats(each, spectra)]
        if said:
            spectrum.attrs["messages"] = "\n".join([*said, spectrum.attrs["messages"]])
    return spectra


def _sweeps_of_sections(text: FileText, kind: Instrument) -> list[Sweep]:
    """Return the sweeps of the tables in an instrument's file."""
    sweeps: list[Sweep] = []
    for section in kind.sections(text):
        stated = f"the convention of {kind.format} files"
        source = Provenance(stated, section.label, section.messages, kind.index)
        sweeps += sweeps_of(SCHEMA.sheet(text, {}, section.table), source)
    return sweeps


def _name(path: Source) -> str:
    return Path(path).name if isinstance(path, str | Path) else NAME


def _settled(sweeps: Sequence[Sweep], sign: Sign) -> list[Sweep]:
    """Give the sweeps of each column their sign, in the order of the file."""
    found: dict[int, Sweep] = {}
    for column in dict.fromkeys(sweep.column for sweep in sweeps):
        places = [k for k, sweep in enumerate(sweeps) if sweep.column == column]
        found |= zip(places, settle_sign([sweeps[k] for k in places], sign), strict=True)
    return [found[k] for k in range(len(sweeps))]


def _dataset(
    text: FileText, sweep: Sweep, messages: Sequence[str], instrument: Instrument | None
) -> xr.Dataset:
    return spectrum_dataset(
        sweep.frequency,
        sweep.Z,
        source=text.name,
        sha256=text.sha256,
        format=instrument.format if instrument else "text",
        messages=messages,
        temperature_c=sweep.temperature_c,
        lines=sweep.lines,
    )


def _repeats(label: str, spectra: Mapping[str, xr.Dataset]) -> list[str]:
    """Say which other spectra of a file have the same numbers throughout."""
    own = spectra[label]
    if len(spectra) > 200:  # each with each would take long
        return []
    same = [
        other
        for other, spectrum in spectra.items()
        if other != label
        and spectrum.sizes == own.sizes
        and (spectrum["Z"].values == own["Z"].values).all()
        and (spectrum["frequency"].values == own["frequency"].values).all()
    ]
    told = ", ".join(f"'{other}'" for other in same[:5])
    return [f"the same numbers as in {told}: a copy, or no new measurement"] if same else []


def _shortened(labels: list[str]) -> str:
    shown = labels if len(labels) <= 6 else [*labels[:3], "...", *labels[-2:]]
    return ", ".join(label if label == "..." else f"'{label}'" for label in shown)
