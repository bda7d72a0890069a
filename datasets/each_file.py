"""Data sets of many files, one after another; a file that cannot be read costs only itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from os.path import commonpath
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .gathered import files_of
from .schemas.spectrum import read_spectra
from .temperatures import temperature_of_name

Read = Callable[..., xr.Dataset | Mapping[str, xr.Dataset]]
Take = Callable[[xr.Dataset], xr.Dataset]


def read_each(
    paths: str | Path | Sequence[str | Path],
    read: Read = read_spectra,
    *,
    by: str | None = None,
    take: Take | None = None,
    **reading: Any,
) -> Iterator[tuple[str, xr.Dataset | PosterionError]]:
    """Read the files of folders and patterns one after another, for `fit_many`.

    Parameters
    ----------
    paths
        Files, folders, and patterns such as ``"pellet_*.csv"``.
    read
        Reads a file: `read_spectra` unless given, `read_table`, `read_cycling`, or a function of
        your own that returns a data set, or several by their labels.
    by
        A label whose values make data sets of their own, such as ``"cell"``.
    take
        Takes of each data set what is fitted, such as a `partial` of `cut`.
    **reading
        Further arguments of `read`.

    Yields
    ------
    tuple
        The name of a data set, which is the path of its file below the folder that all files
        share, with its label where the file holds several; and the data set, or what was wrong
        with the file. Its attribute ``source`` is that path. A temperature in the name of a file
        is that of its spectrum, where the file tells none.

    Raises
    ------
    PosterionError
        If a folder or pattern has no file.

    Examples
    --------
    >>> import posterion as po
    >>> table = po.fit_many(
    ...     "R0-p(R1,CPE1)", po.read_each("cells/"), out="fits"
    ... )  # doctest: +SKIP
    """
    files = files_of([paths] if isinstance(paths, str | Path) else paths)
    folder = Path(commonpath([file.absolute().parent for file in files]))
    return _each(files, folder, partial(read, **reading), by, take or (lambda data: data))


def _each(
    files: Sequence[Path], folder: Path, read: Read, by: str | None, take: Take
) -> Iterator[tuple[str, xr.Dataset | PosterionError]]:
    for file in files:
        source = file.absolute().relative_to(folder).as_posix()
        try:
            found = read(file)
            sets = parted(found, by) if isinstance(found, xr.Dataset) else found
        except PosterionError as error:
            yield source, error
            continue
        for label, data in sets.items():
            data.attrs["source"] = source
            degrees = temperature_of_name(file.name) if "Z" in data and len(sets) == 1 else None
            if degrees is not None:
                data.attrs.setdefault("temperature_c", degrees)
            name = source if len(sets) == 1 else f"{source}: {label}"
            try:
                yield name, take(data)
            except PosterionError as error:
                yield name, error


def parted(data: xr.Dataset, by: str | None) -> dict[str, xr.Dataset]:
    """Return the points of each value of a label by it; all by no label where there is none."""
    if by is None or by not in data.coords:
        return {"": data}
    labels = data[by].values.astype(str)
    (dim,) = data[by].dims
    return {
        label: data.isel({dim: np.flatnonzero(labels == label)})
        for label in dict.fromkeys(labels.tolist())
    }
