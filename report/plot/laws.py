"""The figure of conductivity against temperature for a paper."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...inference.measured import Series, measured_series
from ...inference.verdict import Verdict
from ..figures.style import BLUE, CHAINS, INK, MARKERS
from ..figures.transport import (
    DRAWS,
    QUANTITY,
    TOGETHER,
    draw_series,
    legend_handles,
    series_scale,
    temperature_axes,
)
from ..law_predictions import Prediction, bands
from .frame import COLUMN, Frame, Width
from .shown import LAW, groups_of, joined, shown_items

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 3.6
"""Of the points."""


def arrhenius(what: Any, ax: "Axes | None" = None, *, width: Width = COLUMN) -> "Axes":
    """Draw ionic conductivity against 1000/T, by decades, with temperatures in °C above.

    Parameters
    ----------
    what
        A result of `fit`, data of `read_table`, or a path; or several of these, in a list or by
        label in a dict. Groups have a colour and a symbol each. Of a result the median of the law
        is drawn, dashed where no data lie, and the bands that hold 94 % of the law and of new
        measurements; where its checks failed, the data alone.
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
        If there is nothing to draw, or it is no conductivity against temperature.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.arrhenius(po.load("sigma.nc"))  # doctest: +SKIP
    """
    drawn: list[tuple[Series, Prediction | None]] = []
    for label, item in shown_items(what, "arrhenius", LAW).items():
        found = measured_series(item) if isinstance(item, xr.DataTree) else _measured(item)
        known = {}
        if isinstance(item, xr.DataTree) and Verdict.of(item).passed:
            known = bands(item, found, DRAWS)
        drawn += [(_named(each, label), known.get(each.label)) for each in found]
    frame = Frame.of(ax, 1, width, 0.85, "arrhenius")
    (axes,) = frame.axes
    series = [each for each, _ in drawn]
    # Axes that were drawn on before keep their unit.
    scale, before = series_scale(series), len(axes.containers)
    few = before + len(series) <= TOGETHER
    for place, (each, predicted) in enumerate(drawn, before):
        color = CHAINS[place] if few else BLUE
        if predicted is None and len(drawn) == 1 and not before:
            color = INK
        marker = MARKERS[place] if few else "."
        draw_series(
            axes, each, predicted, scale, color, marker, banded=few, size=SIZE, name=each.label
        )
    temperature_axes(axes, again=before > 0)
    axes.set_ylabel(scale.label(QUANTITY))
    predictions = {each.label: known for each, known in drawn if known is not None}
    handles = legend_handles(series, predictions, before) if few else []
    frame.finish(where="best", handles=handles)
    return axes


def _measured(data: xr.Dataset) -> list[Series]:
    """Return the series of a table, a group each."""
    found = []
    for label, own in groups_of(data):
        order = np.argsort(own["temperature"].values, kind="stable")
        own = own.isel(point=order)
        sd = {
            name: own[name].values for name in ("conductivity_sd", "temperature_sd") if name in own
        }
        found.append(Series(label, own["temperature"].values, own["conductivity"].values, **sd))
    return found


def _named(series: Series, label: str) -> Series:
    return replace(series, label=joined(label, series.label))
