"""The one representation of what grows over cycles, and the checks that hold it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError
from .tables.points import check_points, columns_of, sha256_of

SERIES = "series"
"""Name of the label that joins all labels of a series."""


def growth_dataset(
    cycle: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    output: str = "resistance",
    unit: str = "ohm",
    step: npt.ArrayLike | None = None,
    sd: npt.ArrayLike | None = None,
    labels: Mapping[str, Sequence[str]] | None = None,
    source: str = "data in memory",
    sha256: str | None = None,
    messages: Sequence[str] = (),
    where: Callable[[int], str] | None = None,
) -> xr.Dataset:
    """Build and validate resistances, or overpotentials, against the number of cycles.

    Parameters
    ----------
    cycle, value
        Shape (n,), numbers of cycles from 0 up and positive values.
    output
        ``"resistance"`` or ``"overpotential"``.
    unit
        Of the values, as pint spells it.
    step, sd
        Shape (n,) each: the unit in the last printed digit, and one standard deviation.
    labels
        Shape (n,) each: what tells series apart, such as ``{"path": [...], "sample": [...]}``.
    source, sha256, messages
        Where the data come from, and what was decided on the way here.
    where
        Says where a point comes from, for error messages.

    Returns
    -------
    xarray.Dataset
        The output (point) with the coordinates ``cycle``, the labels, and ``series``, which joins
        them, series by series and in order of the cycles.

    Raises
    ------
    PosterionError
        If shapes differ, or a value is not possible.
    """
    given = {"cycle": cycle, output: value, f"{output}_step": step, f"{output}_sd": sd}
    arrays = columns_of(given, source)
    size = arrays[output].size
    named = {name: [str(label) for label in each] for name, each in (labels or {}).items()}
    for name, length in ((n, len(v)) for n, v in named.items()):
        if length != size:
            raise PosterionError(f"{source}: {name} has {length} values, and {output} {size}.")
    check_points(output, arrays, named, {*given, SERIES, "point"}, source)
    place = where or (lambda point: f"{source}, point {point + 1}")
    for name, array in arrays.items():
        good = np.isfinite(array) & ((array >= 0) if name == "cycle" else (array > 0))
        if not good.all():
            point = int(np.flatnonzero(~good)[0])
            least = "a number from 0 up" if name == "cycle" else "above zero"
            raise PosterionError(f"{place(point)}: {name} is {array[point]:g}; it must be {least}.")
    columns = [named[name] for name in sorted(named, key=lambda name: name != "path")]
    joined = [" / ".join(parts) for parts in zip(*columns, strict=True)] if columns else [""] * size
    rank = {label: number for number, label in enumerate(dict.fromkeys(joined))}
    order = np.lexsort((arrays["cycle"], np.array([rank[label] for label in joined])))
    if sha256 is None:
        sha256 = sha256_of(*arrays.values())
    coords = {name: ("point", np.array(each)[order]) for name, each in named.items()}
    if columns:
        coords[SERIES] = ("point", np.array(joined)[order])
    dataset = xr.Dataset(
        {name: ("point", each[order]) for name, each in arrays.items()},
        coords=coords,
        attrs={"source": source, "sha256": sha256, "messages": "\n".join(messages)},
    ).set_coords("cycle")
    for name in (output, f"{output}_step", f"{output}_sd"):
        if name in dataset:
            dataset[name].attrs["units"] = unit
    return dataset
