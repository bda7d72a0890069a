"""Figures of a law of fade: capacity against cycle, with what is extrapolated marked.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.cycling.cycle_series import CycleSeries, cycle_series, question_of
from ...inference.verdict import Verdict
from ..cycle_subjects import Pair, subjects
from ..numbers import scale_of
from ..threshold_answers import percent
from .cycle_axes import (
    NEW,
    draw_band,
    draw_law,
    draw_median,
    draw_points,
    mark_beyond,
    mark_extrapolated,
    mark_threshold,
    retention_axis,
    set_limits,
)
from .cycle_curves import bands, curves, references
from .style import BLUE, INK, ORANGE, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

PANELS = 8
"""Cells, or samples, that have a panel each; of more, the typical and the new one are shown."""


def capacity(tree: xr.DataTree) -> "Figure":
    """Draw capacity against cycle, with the law, its band, and that of new measurements."""
    series = cycle_series(tree)
    passed = Verdict.of(tree).passed
    if len(series) == 1:
        return _of_one(tree, series[0], passed)
    if len(series) <= PANELS:
        return _panels(tree, series, passed)
    return _together(tree, series, passed)


def _of_one(tree: xr.DataTree, series: CycleSeries, passed: bool) -> "Figure":
    question, scale = question_of(tree), scale_of(1.0, str(tree.attrs["unit"]))
    figure = new_figure(3.9)
    axes = figure.subplots()
    drawn = bands(tree, question).isel(subject=0) if passed else None
    if drawn is not None:
        draw_band(axes, drawn["cycle"].values, drawn["new"].values, BLUE, NEW)
        draw_law(axes, drawn["cycle"].values, drawn["law"].values, series.last, BLUE)
        reference = references(tree, question)[series.label]
        set_limits(axes, [series.value], drawn["law"], question.threshold * reference)
        mark_threshold(axes, question.threshold * reference, percent(question.threshold))
        retention_axis(axes, reference)
        mark_extrapolated(axes, series.last, float(drawn["cycle"].max()))
    else:
        set_limits(axes, [series.value], None, None)
    draw_points(axes, series, 1.0, INK)
    tidy(axes)
    axes.set_xlabel("Cycle")
    axes.set_ylabel(scale.label("Discharge capacity"))
    legend(figure, passed)
    return figure


def _panels(tree: xr.DataTree, series: Sequence[CycleSeries], passed: bool) -> "Figure":
    """Draw each cell in a panel; all have the same axes, so that fades can be compared."""
    question, whom = question_of(tree), subjects(tree)
    drawn = bands(tree, question) if passed else None
    pairs = whom.pairs[-PANELS:] if passed else ()
    used = len(series) + len(pairs)
    rows = -(-used // 2)
    height = 1.05 + 1.75 * rows
    figure = new_figure(height)
    grid = figure.subplots(rows, 2, squeeze=False, sharex=True, sharey=True)
    divisors = references(tree, question) if passed else {}
    values = [each.value / divisors.get(each.label, 1.0) for each in series]
    law = None if drawn is None else _relative(drawn["law"], divisors)
    set_limits(grid[0, 0], values, law, question.threshold, passed)
    for axes, each in zip(grid.flat, series, strict=False):
        divisor = divisors.get(each.label, 1.0) / (100 if passed else 1)
        if drawn is not None:
            own = drawn.sel(subject=each.label)
            x = own["cycle"].values
            draw_band(axes, x, own["new"].values / divisor, BLUE, NEW)
            draw_law(axes, x, own["law"].values / divisor, each.last, BLUE)
            mark_extrapolated(axes, each.last, float(x.max()), small=True)
        draw_points(axes, each, divisor, INK, size=2.2)
        axes.set_title(shown_label(each.label, 30), fontsize=9, loc="left", pad=3)
    whole = curves(tree, question) if pairs else None
    for axes, pair in zip(grid.flat[len(series) :], pairs, strict=False):
        _draw_pair(axes, whole, pair, whom.dim, series, small=True)
    for axes in grid.flat[used:]:
        axes.remove()
    for place, axes in enumerate(grid.flat[:used]):
        tidy(axes)
        axes.tick_params(labelbottom=place + 2 >= used, labelsize=8)
        if passed:
            text = "" if place else percent(question.threshold)
            mark_threshold(axes, 100 * question.threshold, text)
    unit = scale_of(1.0, str(tree.attrs["unit"]))
    figure.supxlabel("Cycle", fontsize=10)
    figure.supylabel("Retention (%)" if passed else unit.label("Discharge capacity"), fontsize=10)
    legend(figure, passed, new=f"new {whom.dim}" if pairs else "")
    return figure


def _together(tree: xr.DataTree, series: Sequence[CycleSeries], passed: bool) -> "Figure":
    """Draw many cells, thin, with the typical and the new one; a panel for each sample."""
    question, whom = question_of(tree), subjects(tree)
    pairs = whom.pairs[-PANELS:] if passed else ()
    columns = 1 if len(pairs) < 2 else 2
    rows = max(1, -(-len(pairs) // columns))
    figure = new_figure(4.1 if columns == 1 else 1.2 + 2.1 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    divisors = references(tree, question) if passed else {}
    groups = [pair.members for pair in pairs] or [whom.measured]
    last = max(each.last for each in series)
    whole = curves(tree, question) if passed else None
    shown = None if whole is None else whole["retention"]
    if shown is not None and pairs:
        shown = shown.sel(subject=[*whom.others])
    relative = [each.value / divisors.get(each.label, 1.0) for each in series]
    set_limits(grid[0, 0], relative, shown, question.threshold, passed)
    for axes, members in zip(grid.flat, groups, strict=False):
        for each, share in zip(series, relative, strict=True):
            if each.label in members:
                values = share * (100 if passed else 1)
                style: Any = {"linewidth": 0.5}
                if not each.single:
                    style = {"linestyle": "", "marker": "."}
                axes.plot(
                    each.cycle, values, color=INK, alpha=0.35, markersize=2, zorder=2, **style
                )
                mark_beyond(axes, each.cycle, values, INK)
    for axes, pair in zip(grid.flat, pairs, strict=False):
        _draw_pair(axes, whole, pair, whom.dim, series, small=columns > 1)
        text = percent(question.threshold) if pair == pairs[0] else ""
        mark_threshold(axes, 100 * question.threshold, text)
    if whole is not None and not pairs:
        for each in series:
            middle = 100 * whole["retention"].sel(subject=each.label, quantile=0.5)
            draw_median(grid[0, 0], whole["cycle"].values, middle.values, each.last, BLUE, 0.7)
        mark_threshold(grid[0, 0], 100 * question.threshold, percent(question.threshold))
        mark_extrapolated(grid[0, 0], last, float(whole["cycle"].max()))
    for place, axes in enumerate(grid.flat):
        if place >= len(groups):
            axes.remove()
            continue
        tidy(axes)
        axes.tick_params(labelbottom=place + columns >= len(groups))
    if columns == 1:
        grid[0, 0].set_title("", loc="left")
    unit = scale_of(1.0, str(tree.attrs["unit"]))
    figure.supxlabel("Cycle", fontsize=10)
    figure.supylabel("Retention (%)" if passed else unit.label("Discharge capacity"), fontsize=10)
    new = f"new {whom.dim}" if whom.pairs else ""
    legend(figure, passed, new=new, many=len(series))
    return figure


def legend(figure: "Figure", passed: bool, *, new: str = "", many: int = 0) -> None:
    """Say what points, lines and bands are, once for all panels."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    measured = (
        Line2D([], [], color=INK, linewidth=0.7, label=f"{many} measured")
        if many
        else Line2D([], [], color=INK, marker=".", linestyle="", label="measured")
    )
    handles: list[Any] = [measured]
    if passed:
        whose = "typical" if many and new else "law"
        handles += [
            Line2D([], [], color=BLUE, label=f"{whose} (median)"),
            Line2D([], [], color=BLUE, linestyle="--", label="extrapolated"),
        ]
        if not many or new:
            handles.append(Patch(color=BLUE, alpha=0.45, linewidth=0, label=f"94 % of the {whose}"))
        if not many:
            handles.append(
                Patch(color=BLUE, alpha=NEW, linewidth=0, label="94 % of new measurements")
            )
        if new:
            handles.append(Patch(color=ORANGE, alpha=0.2, linewidth=0, label=f"94 % of a {new}"))
    figure.legend(handles=handles, loc="outside upper center", ncols=2, fontsize=9, frameon=False)


def _draw_pair(
    axes: "Axes", whole: Any, pair: Pair, dim: str, series: Sequence[CycleSeries], small: bool
) -> None:
    """Draw the typical and the new one of all, or of one sample."""
    x = whole["cycle"].values
    last = max(each.last for each in series if each.label in pair.members)
    draw_band(axes, x, 100 * whole["retention"].sel(subject=pair.new).values, ORANGE, 0.2)
    draw_law(axes, x, 100 * whole["retention"].sel(subject=pair.typical).values, last, BLUE, 0.45)
    mark_extrapolated(axes, last, float(x.max()), small)
    group = "" if pair.group is None else f" of {shown_label(pair.group, 20)}"
    axes.set_title(f"typical and new {dim}{group}", fontsize=9, loc="left", pad=3)


def _relative(drawn: xr.DataArray, divisors: dict[str, float]) -> xr.DataArray:
    by = xr.DataArray([divisors[str(s)] for s in drawn["subject"].values], dims="subject")
    return drawn / by
