"""Spectra of many files: folders and patterns, sweeps of each file, and their temperatures."""

from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path
from typing import Any

import xarray as xr

from ..errors import PosterionError
from .schemas.samples import Sample, sample_of
from .schemas.spectrum import read_spectra
from .temperatures import temperature_of_name


def files_of(given: Sequence[str | Path]) -> list[Path]:
    """Return the files of folders and of patterns such as ``pellet_*.csv``, each once.

    Raises
    ------
    PosterionError
        If a folder or pattern has no file.
    """
    found: dict[Path, None] = {}
    for each in map(Path, given):
        if each.is_dir():
            own = [path for path in sorted(each.iterdir()) if path.is_file()]
            own = [path for path in own if not path.name.startswith(".")]
        elif not each.exists() and any(mark in str(each) for mark in "*?["):
            own = [Path(path) for path in sorted(glob(str(each), recursive=True))]
        else:
            own = [each]
        if not own:
            raise PosterionError(f"{each} has no file; check the path.")
        found |= dict.fromkeys(own)
    return list(found)


def gathered(
    given: Sequence[str | Path],
    *,
    samples: Mapping[str, Sample] | None = None,
    **reading: Any,
) -> tuple[dict[str, xr.Dataset], list[str]]:
    """Read all spectra of files, folders and patterns.

    Parameters
    ----------
    given
        Files, folders, and patterns such as ``pellet_*.csv``.
    samples
        What is known of each file by its name, as from `samples_of`.
    **reading
        Arguments of `read_spectra`.

    Returns
    -------
    tuple[dict[str, xr.Dataset], list[str]]
        The spectra by the name of their file, and their label where it holds several; and what
        was left out. ``temperature_c`` is that of the table of samples, else of the file, else
        of its name.

    Raises
    ------
    PosterionError
        If a file that was named itself cannot be read, or none of a folder can.
    """
    named = {*map(Path, given)}
    spectra: dict[str, xr.Dataset] = {}
    left: list[str] = []
    for file in files_of(given):
        try:
            found = read_spectra(file, **reading)
        except PosterionError as error:
            if file in named:
                raise
            left.append(f"{file.name} is left out: {error}")
            continue
        for label, spectrum in found.items():
            several = len(found) > 1
            name = f"{file.stem}, {label}" if several else file.stem
            if name in spectra:
                name = f"{file.name}, {label}" if several else file.name
            if name in spectra:
                raise PosterionError(
                    f"two spectra are called '{name}'; give each file a name of its own."
                )
            degrees = sample_of(samples or {}, file).temperature_c
            if degrees is None and "temperature_c" not in spectrum.attrs and not several:
                degrees = temperature_of_name(file.name)
            if degrees is not None:
                spectrum.attrs["temperature_c"] = degrees
            spectra[name] = spectrum
    if not spectra:
        raise PosterionError("no file holds a spectrum: " + " ".join(left[:3]))
    return spectra, left
