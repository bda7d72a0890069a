"""Read impedance spectra from text tables and instrument files."""

import re
from pathlib import Path

import xarray as xr

from ..errors import PosterionError
from .file_text import read_file_text
from .impedance_table import read_table_sweeps
from .instrument_files import instrument_of, read_instrument_sweeps
from .schema import spectrum_dataset
from .sweep import Sign, settle_sign


def read_spectrum(
    path: str | Path, *, sign: Sign = "auto", which: int | str | None = None
) -> xr.Dataset:
    """Read one impedance spectrum from a file.

    Parameters
    ----------
    path
        A table of text (comma, semicolon, tab or blanks; decimal points or commas; with or
        without header), or a file of Gamry (.DTA), BioLogic (.mpt, or the same as .txt), ZPlot
        (.z) or VersaStudio (.par). The content tells which.
    sign
        ``"as_written"``: the column is Z'', ``"negated"``: it is -Z''. ``"auto"`` keeps to the
        header or to the convention of the instrument, and where there is none decides from the
        data.
    which
        The spectrum to read from a file with several: its label (see `read_spectra`). An
        integer is a label where all labels are integers, such as cycle numbers; else it counts
        spectra from 0.

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
    spectra = read_spectra(path, sign=sign)
    labels = list(spectra)
    if which is None:
        if len(labels) == 1:
            return spectra[labels[0]]
        raise PosterionError(
            f"{Path(path).name} holds {len(labels)} spectra; choose one with which='{labels[0]}' "
            f"(the labels are {_shortened(labels)}), or read all with read_spectra."
        )
    label: str | None = str(which)
    if isinstance(which, int) and not all(text.lstrip("-").isdecimal() for text in labels):
        label = labels[which] if 0 <= which < len(labels) else None
    if label not in spectra:
        raise PosterionError(
            f"{Path(path).name} holds no spectrum {which!r} among its {len(labels)}; "
            f"the labels are {_shortened(labels)}."
        )
    return spectra[label]


def read_spectra(path: str | Path, *, sign: Sign = "auto") -> dict[str, xr.Dataset]:
    """Read all impedance spectra of a file.

    Parameters
    ----------
    path, sign
        As for `read_spectrum`.

    Returns
    -------
    dict[str, xr.Dataset]
        The spectra in the order of the file. Labels are the values of the columns that part the
        table (cycle, spectrum, sample, temperature, ...), joined by ", "; the name of the file
        without its ending where there is one spectrum.

    Raises
    ------
    PosterionError
        If the file cannot be read, holds no impedance or a value that cannot be used.
    """
    if sign not in ("auto", "as_written", "negated"):
        raise PosterionError(f"sign='{sign}'; expected 'auto', 'as_written' or 'negated'.")
    text = read_file_text(path)
    instrument = instrument_of(text)
    sweeps = read_instrument_sweeps(text, instrument) if instrument else read_table_sweeps(text)
    spectra = {}
    for number, sweep in enumerate(settle_sign(sweeps, sign), 1):
        label = sweep.label or text.stem
        if label in spectra:
            label = f"{label} ({number})"
        part = f"spectrum {number} of {len(sweeps)} in the file: {label}"
        spectra[label] = spectrum_dataset(
            sweep.frequency,
            sweep.Z,
            source=text.name,
            sha256=text.sha256,
            format=instrument.format if instrument else "text",
            messages=[part, *sweep.messages] if len(sweeps) > 1 else sweep.messages,
            temperature_c=sweep.temperature_c,
            lines=sweep.lines,
        )
    return spectra


def _shortened(labels: list[str]) -> str:
    shown = labels if len(labels) <= 6 else [*labels[:3], "...", *labels[-2:]]
    return ", ".join(label if label == "..." else f"'{label}'" for label in shown)


def temperature_of_name(name: str) -> float | None:
    """Return the temperature in °C that a file name tells, such as that of ``a-140degC.txt``.

    None where it tells none, or two.
    """
    found = {
        float(number.replace("_", ".")) - (273.15 if unit.lower() == "k" else 0.0)
        for number, unit in _TEMPERATURE.findall(name)
    }
    return found.pop() if len(found) == 1 else None


# A number that stands alone, and its unit: not the "7u" of 7uL, nor the "2C" of a C-rate in "C2C".
_TEMPERATURE = re.compile(
    r"(?<![0-9A-Za-z.])(-?[0-9]+(?:[._][0-9]+)?)[ _]?(°C|deg[ _]?C|degC?|C|K)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
