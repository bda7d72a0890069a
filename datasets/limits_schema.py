"""The one representation of limits of cells: an interval for each, open where none failed."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from ..errors import PosterionError
from ..units import registry
from .current_units import current_unit_of
from .tables.points import numbers_of, sha256_of

Array = npt.NDArray[np.float64]
Labels = str | Sequence[object]

RESERVED = ("critical_current", "lifetime", "survived", "failed", "running", "point")
"""Names that no label may have."""


def stepped_test(
    survived: npt.ArrayLike,
    failed: npt.ArrayLike,
    *,
    unit: str,
    cell: Labels | None = None,
    sample: Labels | None = None,
    labels: Mapping[str, Sequence[object]] | None = None,
    source: str = "data in memory",
    sha256: str | None = None,
    format: str = "memory",
    messages: Sequence[str] = (),
    where: Callable[[int], str] | None = None,
) -> xr.Dataset:
    """Build the data of a test that raises the current in steps until a cell fails.

    Parameters
    ----------
    survived
        Shape (n,), the highest current that each cell survived; 0 or NaN where it failed at
        the first step.
    failed
        Shape (n,), the current at which it failed; NaN where it survived the last step.
    unit
        Such as ``"mA/cm**2"`` or ``"mA cm-2"``. It is never guessed.
    cell, sample
        Shape (n,), labels of the cells, and of what they are made of (bare or coated); or one
        for all. Cells are numbered unless named.
    labels
        Shape (n,) each: what else is known of the cells.
    source, sha256, format, messages
        Where the data come from, as for `cycling_dataset`.
    where
        Says where a cell stands in a file, for error messages.

    Returns
    -------
    xr.Dataset
        ``critical_current`` (point) with ``critical_current_low`` and ``critical_current_high``
        in `unit`: the limit of a cell lies above the one and at most at the other, which is
        infinite where the cell did not fail. The value itself only stands for them: the
        geometric middle, or the end that is known.

    Raises
    ------
    PosterionError
        If shapes differ, the unit is not understood, a step is not possible, or a cell failed
        at a current that it survived.

    Examples
    --------
    >>> import posterion as po
    >>> cells = po.stepped_test([0.6, 1.5], [0.65, float("nan")], unit="mA/cm**2")
    >>> cells["critical_current_high"].values
    array([0.65,  inf])
    """
    meaning = current_unit_of(unit) if isinstance(unit, str) else None
    if meaning is None:
        raise PosterionError(
            f"the unit of current '{unit}' is not understood; expected one such as 'mA/cm**2'."
        )
    place = where or (lambda point: f"{source}, cell {point + 1}")
    low, high = (
        np.atleast_1d(numbers_of(values, np.dtype(np.float64), f"{source}: {name}"))
        for name, values in (("survived", survived), ("failed", failed))
    )
    _same_shape(low, high, "survived", "failed", source)
    for name, values in (("survived", low), ("failed", high)):
        nothing = (values == 0) if name == "failed" else False
        for point in np.flatnonzero((values < 0) | np.isinf(values) | nothing):
            raise PosterionError(
                f"{place(int(point))}: {name} is {values[point]:g}; expected a finite current "
                "above zero, or none."
            )
    low, high = np.nan_to_num(low, nan=0.0), np.where(np.isnan(high), np.inf, high)
    for point in np.flatnonzero(low >= high):
        raise PosterionError(
            f"{place(int(point))}: the cell failed at {high[point]:g}, which is not above the "
            f"{low[point]:g} that it survived; correct it, or exchange the columns."
        )
    for point in np.flatnonzero((low == 0) & np.isinf(high)):
        raise PosterionError(
            f"{place(int(point))}: the cell neither survived nor failed at any current; leave it "
            "out."
        )
    return _dataset(
        "critical_current", low, high, meaning, "Critical current density" if "/" in meaning else
        "Critical current", _labels(cell, sample, labels, low.size, source),
        source, sha256, format, messages,
    )  # fmt: skip


def lifetimes(
    lived: npt.ArrayLike,
    running: npt.ArrayLike,
    *,
    unit: str = "cycle",
    seen_every: float | None = None,
    cell: Labels | None = None,
    sample: Labels | None = None,
    labels: Mapping[str, Sequence[object]] | None = None,
    source: str = "data in memory",
    sha256: str | None = None,
    format: str = "memory",
    messages: Sequence[str] = (),
    where: Callable[[int], str] | None = None,
) -> xr.Dataset:
    """Build the data of cells that failed, or were still running when the test ended.

    Parameters
    ----------
    lived
        Shape (n,), cycles or time at which each cell had failed, or until which it ran.
    running
        Shape (n,), whether it had not failed then.
    unit
        ``"cycle"``, or a unit of time such as ``"hour"``.
    seen_every
        How often a failure could be seen: a cell found failed at N has failed after
        N - seen_every. One cycle where cycles are counted and nothing else is given; 0 takes
        N as exact, as of a time.
    cell, sample, labels, source, sha256, format, messages, where
        As for `stepped_test`.

    Returns
    -------
    xr.Dataset
        ``lifetime`` (point) with ``lifetime_low`` and ``lifetime_high`` in `unit`, as for
        `stepped_test`.

    Raises
    ------
    PosterionError
        If shapes differ, the unit is none of time or cycles, or a lifetime is not possible.

    Examples
    --------
    >>> import posterion as po
    >>> po.lifetimes([10, 40], [False, True])["lifetime_low"].values
    array([ 9., 40.])
    """
    unit = _time_unit(unit)
    place = where or (lambda point: f"{source}, cell {point + 1}")
    end = np.atleast_1d(numbers_of(lived, np.dtype(np.float64), f"{source}: lived"))
    runs = np.atleast_1d(np.asarray(running))
    _same_shape(end, runs, "lived", "running", source)
    if runs.dtype != bool:
        raise PosterionError(f"{source}: running is {runs!r:.60}; expected True or False of each.")
    for point in np.flatnonzero(~(np.isfinite(end) & (end > 0))):
        raise PosterionError(
            f"{place(int(point))}: the lifetime is {end[point]:g} {unit}; expected a finite number "
            "above zero."
        )
    every = (1.0 if unit == "cycle" else 0.0) if seen_every is None else float(seen_every)
    if not (np.isfinite(every) and every >= 0):
        raise PosterionError(f"seen_every is {every:g}; expected zero or above, in {unit}.")
    low = np.where(runs, end, np.maximum(end - every, 0.0))
    high = np.where(runs, np.inf, end)
    return _dataset(
        "lifetime", low, high, unit, "Lifetime",
        _labels(cell, sample, labels, end.size, source), source, sha256, format, messages,
    )  # fmt: skip


def _dataset(
    output: str,
    low: Array,
    high: Array,
    unit: str,
    meaning: str,
    named: Mapping[str, list[str]],
    source: str,
    sha256: str | None,
    format: str,
    messages: Sequence[str],
) -> xr.Dataset:
    with np.errstate(invalid="ignore", over="ignore"):
        middle = np.sqrt(low * high)
    value = np.where(np.isinf(high), low, np.where(low == 0, high, middle))
    unfailed = int(np.isinf(high).sum())
    said = [*messages]
    if unfailed:
        said.append(f"{unfailed} of {low.size} cells had not failed")
    bounds = {output: value, f"{output}_low": low, f"{output}_high": high}
    dataset = xr.Dataset(
        {name: ("point", values, {"units": unit}) for name, values in bounds.items()},
        coords={name: ("point", np.array(column)) for name, column in named.items()},
        attrs={
            "source": source,
            "format": format,
            "sha256": sha256 or sha256_of(low, high),
            "messages": "\n".join(said),
        },
    )
    dataset[output].attrs["long_name"] = meaning
    dataset[f"{output}_low"].attrs["long_name"] = f"{meaning}, above"
    dataset[f"{output}_high"].attrs["long_name"] = f"{meaning}, at most"
    return dataset


def _labels(
    cell: Labels | None,
    sample: Labels | None,
    labels: Mapping[str, Sequence[object]] | None,
    count: int,
    source: str,
) -> dict[str, list[str]]:
    given: dict[str, Labels] = {
        "cell": [str(k + 1) for k in range(count)] if cell is None else cell
    }
    if sample is not None:
        given["sample"] = sample
    for name, values in (labels or {}).items():
        if name in (*RESERVED, *given):
            raise PosterionError(
                f"{source}: a label cannot be called '{name}', which is a name of the data; choose "
                "another."
            )
        given[name] = values
    result = {}
    for name, each in given.items():
        column = [each] * count if isinstance(each, str) else [*each]
        if len(column) != count:
            raise PosterionError(
                f"{source}: '{name}' needs {count} labels, one for each cell; it has {len(column)}."
            )
        result[name] = [str(label) for label in column]
    return result


def _same_shape(a: npt.NDArray[np.generic], b: npt.NDArray[np.generic], *names: str) -> None:
    first, second, source = names
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise PosterionError(
            f"{source}: {first} has the shape {a.shape} and {second} {b.shape}; give one of each "
            "for each cell."
        )


def _time_unit(unit: str) -> str:
    if unit in ("cycle", "cycles"):
        return "cycle"
    try:
        known = registry().Quantity(1.0, unit).check("[time]")
    except Exception:  # pint raises many kinds on text it cannot read
        known = False
    if not known:
        raise PosterionError(
            f"the unit of lifetimes '{unit}' is not understood; expected 'cycle', or a unit of "
            "time such as 'hour'."
        )
    return unit
