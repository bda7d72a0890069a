"""Figures over cycles for a paper: capacity, what grows, Coulombic efficiency."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ...inference.cycling.cycle_series import CycleSeries, cycle_series, question_of
from ...inference.cycling.efficiency import coulombic_efficiency
from ...inference.revive import model_of
from ...inference.verdict import Verdict
from ..figures.cycle_axes import (
    EXTRAPOLATED,
    NEW,
    OF_LAW,
    OF_MEDIAN,
    OF_NEW,
    draw_band,
    draw_law,
    draw_points,
    mark_extrapolated,
    mark_threshold,
    retention_axis,
    set_limits,
)
from ..figures.cycle_curves import bands, references
from ..figures.efficiency import GROUP, draw_efficiency
from ..figures.style import ALONE, BLUE, CHAINS, INK, tidy
from ..numbers import scale_of
from ..threshold_answers import percent
from .frame import COLUMN, Frame, Width
from .shown import FADE, GROWTH, Item, groups_of, joined, shown_items

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 2.6
"""Of the points."""


@dataclass(frozen=True)
class _Cell:
    """What was measured of one cell, and what its law says; None before a fit, or untrusted."""

    series: CycleSeries
    law: xr.Dataset | None
    unit: str
    quantity: str


def fade(what: Any, ax: "Axes | None" = None, *, width: Width = COLUMN) -> "Axes":
    """Draw capacity, or what grows, against cycle.

    Parameters
    ----------
    what
        A result of `fit`, data of `read_cycling` or `read_growth`, or a path; or several of
        these, in a list or by label in a dict. Cells have a colour each while these can be told
        apart. Of a result the median of the law is drawn, dashed where nothing was measured, and
        the bands that hold 94 % of the law and of new measurements; of a single cell also the
        threshold and, on the right, the retention. Where its checks failed, the data alone.
    ax
        Axes to draw on; new ones unless given.
    width
        Of a new figure: a length such as ``"84mm"``, a number of mm, or ``"one"`` or ``"two"``
        columns (84 and 174 mm).

    Returns
    -------
    matplotlib.axes.Axes
        With one size of text, 8 points on new axes.

    Raises
    ------
    PosterionError
        If there is nothing to draw, it is of another kind, or of several units.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.fade(po.load("cells.nc"))  # doctest: +SKIP
    """
    items = shown_items(what, "fade", FADE, GROWTH)
    cells = [cell for label, item in items.items() for cell in _cells(label, item)]
    units = list(dict.fromkeys(each.unit for each in cells))
    if len(units) > 1:
        raise PosterionError(
            f"these are in several units ({', '.join(units)}), which one axis cannot show; draw "
            "them apart."
        )
    frame = Frame.of(ax, 1, width, 0.72, "fade")
    (axes,) = frame.axes
    scale = scale_of(np.concatenate([each.series.value for each in cells]), units[0])
    known = axes.get_legend_handles_labels()[1]
    before = len({*known} - {OF_MEDIAN, EXTRAPOLATED, OF_LAW, OF_NEW})
    few = before + len(cells) <= len(CHAINS)
    held = _held(axes)
    laws = [each.law["law"] for each in cells if each.law is not None]
    law = xr.concat(laws, "any", join="outer") / scale.divisor if laws else None
    values = [each.series.value / scale.divisor for each in cells]
    alone = items[""] if len(cells) == 1 and "" in items and not before else None
    threshold = _threshold(alone) if alone is not None and laws else None
    set_limits(axes, [*values, *held], law, threshold[0] if threshold else None)
    for place, each in enumerate(cells, before):
        color = CHAINS[place] if few and len(cells) > 1 or before else BLUE
        name = "" if len(cells) == 1 and not before else each.series.label
        _draw(axes, each, scale.divisor, color if few else INK, name, few)
    tidy(axes)
    axes.set_xlabel("Cycle")
    axes.set_ylabel(scale.label(cells[0].quantity))
    if threshold:
        reference, share = threshold[1:]
        mark_threshold(axes, threshold[0], percent(share))
        retention_axis(axes, reference)
        mark_extrapolated(axes, cells[0].series.last, float(laws[0]["cycle"].max()))
    frame.finish()
    return axes


def _draw(axes: "Axes", cell: _Cell, divisor: float, color: str, name: str, banded: bool) -> None:
    """Draw what was measured of a cell over the law and its bands."""
    look = replace(ALONE, label=name)
    if cell.law is not None:
        x, law = cell.law["cycle"].values, cell.law["law"].values / divisor
        if banded:
            new = cell.law["new"].values / divisor
            draw_band(axes, x, new, color, NEW, look.called(OF_NEW))
        draw_law(axes, x, law, cell.series.last, color, names=look)
    points = INK if not name else color
    draw_points(axes, cell.series, divisor, points, size=SIZE, names=look)


def _held(axes: "Axes") -> list[np.ndarray]:
    """Return the ends of what axes hold already."""
    return [np.array(axes.get_ylim())] if axes.lines else []


def _threshold(item: Item) -> tuple[float, float, float] | None:
    """Return where the threshold lies, the value that it is a share of, and the share."""
    if not isinstance(item, xr.DataTree) or model_of(item).output != "capacity":
        return None
    question = question_of(item)
    (reference,) = references(item, question).values()
    return question.threshold * reference, reference, question.threshold


def _cells(label: str, item: Item) -> list[_Cell]:
    """Return the cells of a result, or of data."""
    if isinstance(item, xr.DataTree):
        series, output = cycle_series(item), model_of(item).output
        drawn = bands(item, question_of(item)) if Verdict.of(item).passed else None
        laws = [None if drawn is None else drawn.sel(subject=each.label) for each in series]
        unit = str(item.attrs["unit"])
    else:
        output = next(name for kind in (FADE, GROWTH) for name in kind.names if name in item)
        series = tuple(
            CycleSeries(name, own["cycle"].values, own[output].values, {})
            for name, own in groups_of(item, leave=("kind",))
        )
        laws, unit = [None] * len(series), str(item[output].attrs["units"])
    quantity = "Discharge capacity" if output == "capacity" else output.capitalize()
    return [
        _Cell(replace(each, label=joined(label, each.label)), law, unit, quantity)
        for each, law in zip(series, laws, strict=True)
    ]


def efficiency(what: Any, ax: "Axes | None" = None, *, width: Width = COLUMN) -> "Axes":
    """Draw the Coulombic efficiency of cells against cycle.

    Parameters
    ----------
    what
        Data of `read_cycling` with charge capacities, a result that ``posterion fit fade`` made
        of them, or a path; or several of these, in a list or by label in a dict.
    ax, width
        As for `fade`.

    Returns
    -------
    matplotlib.axes.Axes
        In percent; arrows at the edge are cycles beyond it.

    Raises
    ------
    PosterionError
        If there is nothing to draw, or no charge capacity was measured.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.efficiency("cells.csv")  # doctest: +SKIP
    """
    cells = {}
    for label, item in shown_items(what, "efficiency", FADE).items():
        found = _efficiencies(item)
        for name in found["cell"].values.astype(str):
            own = found.sel(cell=name)["efficiency"].dropna("cycle")
            cells[joined(label, name) or name] = own
    frame = Frame.of(ax, 1, width, 0.62, "efficiency")
    (axes,) = frame.axes
    draw_efficiency(axes, cells)
    frame.finish()
    return axes


def _efficiencies(item: Item) -> xr.Dataset:
    if not isinstance(item, xr.DataTree):
        return coulombic_efficiency(item)
    if GROUP not in item.children:
        raise PosterionError(
            "this result keeps no Coulombic efficiency; draw that of its data, which need charge "
            "capacities: po.plot.efficiency(po.read_cycling(path))."
        )
    return item.children[GROUP].to_dataset()
