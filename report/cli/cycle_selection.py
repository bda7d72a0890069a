"""Which points of a table of cycles are taken."""

import numpy as np
import xarray as xr

from ...errors import PosterionError
from .series_labels import chosen, require_label


def selected(
    data: xr.Dataset,
    kept: list[tuple[str, str]],
    left_out: list[tuple[str, str]],
    skip: int = 0,
) -> xr.Dataset:
    """Keep what ``--cell`` and ``--where`` name, and leave out ``--skip`` and ``--without``.

    Cycles are skipped by their numbers, from the first measured one of each cell on.
    """
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


def _skipped(data: xr.Dataset, skip: int) -> xr.Dataset:
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


def _told(data: xr.Dataset, message: str) -> xr.Dataset:
    earlier = [str(data.attrs["messages"])] if data.attrs.get("messages") else []
    return data.assign_attrs(messages="\n".join([*earlier, message]))
