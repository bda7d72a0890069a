"""Which points of a table of cycles are taken."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import PosterionError
from .labels import chosen, require_label

if TYPE_CHECKING:
    import xarray as xr


def selected(
    data: "xr.Dataset",
    kept: list[tuple[str, str]],
    left_out: list[tuple[str, str]],
    skip: int = 0,
    drop: Sequence[str] = (),
) -> "xr.Dataset":
    """Keep what ``--cell`` and ``--where`` name; leave out ``--skip``, ``--drop``, ``--without``.

    Cycles are skipped by their numbers, from the first measured one of each cell on. Single ones
    are dropped as ``"12"``, of all cells, or ``"cell1:12"``.
    """
    for text in drop:
        data = _dropped(data, text)
    if skip:
        data = _skipped(data, skip)
    data = chosen(data, kept)
    for name, value in left_out:
        require_label(data, name, "--without")
        held = data[name].values.astype(str)
        if value not in held:
            found = ", ".join(dict.fromkeys(held.tolist()))
            raise PosterionError(
                f"--without {name}={value}: there is no such point; '{name}' is {found[:200]}."
            )
        data = data.isel(point=held != value)
        data = _told(
            data, f"left out are {int((held == value).sum())} points with {name} = {value}"
        )
    if not data.sizes["point"]:
        raise PosterionError("no point is left; keep more of them with --where or --without.")
    return data


def _dropped(data: "xr.Dataset", text: str) -> "xr.Dataset":
    label, colon, number = text.rpartition(":")
    try:
        cycle = float(number)
    except ValueError as error:
        raise PosterionError(
            f"--drop '{text}' names no cycle; write --drop 12, or --drop cell1:12 for one cell."
        ) from error
    out = data["cycle"].values == cycle
    if colon:
        out &= data["cell"].values.astype(str) == label
    if not out.any():
        raise PosterionError(f"--drop {text}: there is no such point; look with data inspect.")
    return _told(data.isel(point=~out), f"cycle {text} is left out, {int(out.sum())} point(s)")


def _skipped(data: "xr.Dataset", skip: int) -> "xr.Dataset":
    import numpy as np

    cycle, cell = data["cycle"].values, data["cell"].values.astype(str)
    first = {label: cycle[cell == label].min() for label in dict.fromkeys(cell.tolist())}
    start = np.array([first[label] + skip for label in cell])
    whole = {label for label in first if not (cycle[cell == label] >= first[label] + skip).any()}
    if whole:
        raise PosterionError(
            f"--skip {skip} leaves nothing of {', '.join(sorted(whole)[:8])}; skip fewer cycles."
        )
    return _told(
        data.isel(point=cycle >= start),
        f"the first {skip} cycle(s) of each cell are left out, {int((cycle < start).sum())} points",
    )


def _told(data: "xr.Dataset", message: str) -> "xr.Dataset":
    earlier = [str(data.attrs["messages"])] if data.attrs.get("messages") else []
    return data.assign_attrs(messages="\n".join([*earlier, message]))
