"""Which points of a table are taken."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError, Setting
from .tables.points import told

Labels = Mapping[str, str | Sequence[str]]
"""Values by the name of a label, one or several."""


def select(
    data: xr.Dataset,
    *,
    where: Labels | None = None,
    without: Labels | None = None,
    skip: int = 0,
    drop: Sequence[str | float] = (),
) -> xr.Dataset:
    """Keep some points of a table, or leave some out.

    Parameters
    ----------
    data
        Of the dimension ``point``, such as from `read_cycling` or `read_table`.
    where
        Labels whose points are kept: ``{"kind": "aging"}``, of several values ``{"cell": ["A",
        "B"]}``.
    without
        Labels whose points are left out.
    skip
        So many cycles of each cell are left out, counted by their numbers from the first
        measured one on.
    drop
        Single cycles, ``12`` of all cells or ``"cell1:12"`` of one.

    Returns
    -------
    xarray.Dataset
        The points that are left. The attribute ``messages`` says what was done.

    Raises
    ------
    PosterionError
        If there is no such label, value or cycle, or no point is left.

    Examples
    --------
    >>> import posterion as po
    >>> cells = po.read_cycling("cells.csv")  # doctest: +SKIP
    >>> aged = po.select(cells, where={"kind": "aging"}, skip=3)  # doctest: +SKIP
    """
    for text in drop:
        data = _dropped(data, str(text))
    if skip:
        data = _skipped(data, skip)
    for name, values in _several(where):
        held = _held(data, name, values, "where")
        data = told(
            data.isel(point=np.isin(held, values)),
            f"kept are the points with {name} = {listed(values)}",
        )
    for name, values in _several(without):
        for value in values:
            out = _held(data, name, [value], "without") == value
            said = f"left out are {int(out.sum())} points with {name} = {value}"
            data = told(data.isel(point=~out), said)
    if not data.sizes["point"]:
        raise PosterionError(
            "no point is left; keep more of them with ", Setting("where"), " or ",
            Setting("without"), ".",
        )  # fmt: skip
    return data


def require_label(data: xr.Dataset, name: str, asked_by: str) -> None:
    """Refuse the name of a label that the points do not have."""
    known = [str(each) for each, value in data.coords.items() if value.dtype.kind in "UO"]
    if name not in known:
        raise PosterionError(
            Setting(asked_by),
            f" names '{name}', which is no label of this table; it has "
            f"{', '.join(known) or 'none'}. ",
            Setting("columns", {name: "HEADER"}),
            " makes a column one.",
        )


def listed(values: Sequence[str]) -> str:
    """Write the first few values, and how many more there are."""
    return ", ".join(values[:8]) + (f" and {len(values) - 8} more" if len(values) > 8 else "")


def _several(labels: Labels | None) -> list[tuple[str, list[str]]]:
    return [
        (name, [values] if isinstance(values, str) else [*map(str, values)])
        for name, values in (labels or {}).items()
    ]


def _held(data: xr.Dataset, name: str, values: Sequence[str], asked_by: str) -> NDArray[np.str_]:
    """Return the label of each point, one of which each value is."""
    require_label(data, name, asked_by)
    held = data[name].values.astype(str)
    for value in values:
        if value not in held:
            raise PosterionError(
                Setting(asked_by, {name: value}),
                f": there is no such point; '{name}' is {listed([*dict.fromkeys(held.tolist())])}.",
            )
    return np.asarray(held)


def _dropped(data: xr.Dataset, text: str) -> xr.Dataset:
    label, colon, number = text.rpartition(":")
    try:
        cycle = float(number)
    except ValueError as error:
        raise PosterionError(
            Setting("drop"), f" '{text}' names no cycle; write ", Setting("drop", 12), ", or ",
            Setting("drop", "cell1:12"), " for one cell.",
        ) from error  # fmt: skip
    out = data["cycle"].values == cycle
    if colon:
        out &= data["cell"].values.astype(str) == label
    if not out.any():
        raise PosterionError(
            Setting("drop"), f" {text}: there is no such point; look with data inspect."
        )
    return told(data.isel(point=~out), f"cycle {text} is left out, {int(out.sum())} point(s)")


def _skipped(data: xr.Dataset, skip: int) -> xr.Dataset:
    if skip < 0:
        raise PosterionError(
            Setting("skip"), f" is {skip}; it must be the number of cycles to leave out."
        )
    cycle, cell = data["cycle"].values, data["cell"].values.astype(str)
    first = {label: cycle[cell == label].min() for label in dict.fromkeys(cell.tolist())}
    start = np.array([first[label] + skip for label in cell])
    whole = {label for label in first if not (cycle[cell == label] >= first[label] + skip).any()}
    if whole:
        raise PosterionError(
            Setting("skip"),
            f" {skip} leaves nothing of {', '.join(sorted(whole)[:8])}; skip fewer cycles.",
        )
    return told(
        data.isel(point=cycle >= start),
        f"the first {skip} cycle(s) of each cell are left out, {int((cycle < start).sum())} points",
    )
