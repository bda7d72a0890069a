"""Figures as files: the drawing, and beside it a table of what is drawn."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...errors import PosterionError
from ...inference.store import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMS = ("pdf", "svg", "png", "eps")
DPI = 600
"""Of drawings of pixels, as journals ask for."""

COLUMNS = ("panel", "curve", "x", "y", "y_low", "y_high", "x_axis", "y_axis")


def table(ax: "Axes | Iterable[Axes]") -> pd.DataFrame:
    """Return the numbers that are drawn on axes.

    Parameters
    ----------
    ax
        Axes that a function of `posterion.plot` returned, or several.

    Returns
    -------
    pandas.DataFrame
        A row for each point, vertex of a line, or place of a band: the number of its ``panel``,
        the ``curve`` that it belongs to, ``x`` and ``y`` or, of a band, ``y_low`` and ``y_high``,
        and what the axes are, with their units. The outline of a band in the complex plane has
        x and y.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.nyquist(po.simulated_pellet("simulated-7uL-55C"))
    >>> po.plot.table(ax)["y_axis"].unique()
    array(['−Z″ (kΩ)'], dtype=object)
    """
    panels = _panels(ax)
    rows = []
    for number, axes in enumerate(panels, 1):
        below = panels[-1].get_xlabel()
        for curve, columns in _curves(axes):
            part = pd.DataFrame(columns)
            part.insert(0, "panel", number)
            part.insert(1, "curve", curve)
            part["x_axis"] = (axes.get_xlabel() or below).replace("\n", " ")
            part["y_axis"] = axes.get_ylabel().replace("\n", " ")
            rows.append(part)
    found = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return found.reindex(columns=[*COLUMNS])


def save(ax: "Axes | Iterable[Axes]", path: str | Path, *, csv: bool = False) -> None:
    """Write the figure that axes belong to, at the width that it was drawn for.

    Parameters
    ----------
    ax
        Axes that a function of `posterion.plot` returned, or several.
    path
        File to write; its ending says whether it is PDF, SVG, PNG or EPS.
    csv
        Whether a table of what is drawn is written beside it; see `table`.

    Raises
    ------
    PosterionError
        If the ending is another, or the folder cannot be written to.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.bode(po.load("pellet.nc"), width="84mm")  # doctest: +SKIP
    >>> po.plot.save(ax, "bode.pdf", csv=True)  # doctest: +SKIP
    """
    import matplotlib

    path, figure = Path(path), _figure(ax)
    form = form_of(path)
    # Neither when nor by what version it was written: the same figure is the same file.
    metadata: dict[str, Any] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    metadata |= {"pdf": {"CreationDate": None, "Producer": None, "Creator": None}, "eps": {}}
    figure.draw_without_rendering()  # the layout settles once the aspect of the axes is known
    style = {"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "posterion"}
    with matplotlib.rc_context(style), replacing(path) as temporary:
        figure.savefig(temporary, format=form, dpi=DPI, metadata=metadata[form])
    if csv:
        with replacing(path.with_suffix(".csv")) as temporary:
            table(ax).to_csv(temporary, index=False)


def form_of(path: Path) -> str:
    """Return the form of a file by its ending.

    Raises
    ------
    PosterionError
        If there is no such form.
    """
    form = path.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise PosterionError(
            f"a figure cannot be written as '{path.name}'; end its name in "
            f"{', '.join(f'.{each}' for each in FORMS[:-1])} or .{FORMS[-1]}."
        )
    return form


def _panels(ax: Any) -> "list[Axes]":
    given = np.ravel(np.array(ax, dtype=object)) if isinstance(ax, Iterable) else [ax]
    return [axes for axes in given if axes is not None]


def _figure(ax: Any) -> Any:
    figure: Any = _panels(ax)[0].get_figure(root=True)
    return figure


def _curves(axes: "Axes") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and numbers of all that is drawn where the data are, in its order."""
    from matplotlib.collections import LineCollection, PathCollection, PolyCollection
    from matplotlib.patches import Polygon

    for line in axes.lines:
        if line.get_transform() == axes.transData and line.get_visible():
            yield _name(line, "line"), {"x": line.get_xdata(), "y": line.get_ydata()}
    for found in axes.collections:
        if isinstance(found, LineCollection):
            for segment in found.get_segments():
                yield _name(found, "interval"), {"x": segment[:, 0], "y": segment[:, 1]}
        elif isinstance(found, PathCollection):
            x, y = np.asarray(found.get_offsets()).T
            yield _name(found, "points"), {"x": x, "y": y}
        elif isinstance(found, PolyCollection):
            yield from ((_name(found, "band"), _edges(path.vertices)) for path in found.get_paths())
    for patch in axes.patches:
        if isinstance(patch, Polygon) and patch.get_transform() == axes.transData:
            x, y = np.asarray(patch.get_xy()).T
            yield _name(patch, "band"), {"x": x, "y": y}


def _edges(outline: Any) -> dict[str, Any]:
    """Return both edges of what lies between two lines over the same places.

    The outline goes along the one and back along the other.
    """
    places = (len(outline) - 3) // 2
    there, back = outline[1 : places + 1], outline[places + 2 : -1][::-1]
    if not np.array_equal(there[:, 0], back[:, 0]):
        return {"x": outline[:, 0], "y": outline[:, 1]}
    y = np.sort([there[:, 1], back[:, 1]], axis=0)
    return {"x": there[:, 0], "y_low": y[0], "y_high": y[1]}


def _name(artist: Any, otherwise: str) -> str:
    label = str(artist.get_label())
    return otherwise if label.startswith("_child") or label == "" else label.removeprefix("_")
