"""Many spectra on the command line: which there are, their labels, and what they share."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import PosterionError
from .options import Reading, Sign, read_pairs
from .spectra import Window, spectra_in

if TYPE_CHECKING:
    import xarray as xr


def stacked(
    files: Sequence[str],
    sign: Sign = "auto",
    labels: Mapping[str, Sequence[str]] | None = None,
    window: Window = Window(),
    reading: Reading = Reading(),
) -> "xr.Dataset":
    """Return all spectra of some files as one data set, of each the points within a window.

    A spectrum is called by its label in the file, after the name of the file where there are
    several, and by that name alone where the file holds one.

    Raises
    ------
    PosterionError
        If a file cannot be read, a spectrum cannot be fitted, or there are fewer than two.
    """
    from ..datasets.stack import stack_spectra
    from ..datasets.temperatures import temperature_of_name

    spectra: dict[str, Any] = {}
    for file in files:
        found = spectra_in(file, sign, reading)
        degrees = temperature_of_name(Path(file).name)
        for own, spectrum in found.items():
            if degrees is not None and len(found) == 1:
                spectrum.attrs.setdefault("temperature_c", degrees)
            name = own if len(files) == 1 else Path(file).stem
            name = f"{name}: {own}" if len(files) > 1 and len(found) > 1 else name
            if name in spectra:
                raise PosterionError(
                    f"two spectra are called '{name}'; give each file a name of its own."
                )
            spectra[name] = window.take(spectrum, name)
    if len(spectra) < 2:
        raise PosterionError(
            f"{', '.join(map(str, files))} holds one spectrum, and pooling needs several; leave "
            "out --pool."
        )
    return stack_spectra(spectra, labels=labels or {})


def read_labels(given: Sequence[str]) -> dict[str, list[str]]:
    """Read ``pellet=A,A,B``: a label of each spectrum."""
    pairs = read_pairs(given, "--label", "pellet=A,A,B")
    return {name: [text.strip() for text in values.split(",")] for name, values in pairs}


def pooling(pool: Sequence[str], free: Sequence[str], same: Sequence[str]) -> dict[str, Any]:
    """Return the kind of pooling by label, and by parameter where one has its own.

    Raises
    ------
    PosterionError
        If a parameter is said to be both, or is free along several labels.
    """
    both = sorted({*free} & {*same})
    if both:
        raise PosterionError(f"{both[0]} is given to --free and to --same; choose one.")
    if free and len(pool) > 1:
        raise PosterionError(
            f"--free {free[0]} differs along one label, and --pool names {len(pool)}; fit it in "
            "Python, where each label takes its own."
        )
    own = dict.fromkeys(free, "none") | dict.fromkeys(same, "complete")
    return {name: own or "partial" for name in pool}
