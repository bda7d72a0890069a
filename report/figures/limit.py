"""The figure of limits of cells: what is known of each, and what follows of their median."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.caution.general import variable
from ...inference.caution.limit import Tested, tested_groups
from ...inference.predict import predict
from ...inference.revive import model_of
from ...inference.verdict import Verdict
from ..law_predictions import thinned
from ..numbers import number, scale_of
from .posterior import density
from .style import CHAINS, GREY, INK, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

TOGETHER = 6
"""Groups that have a colour and a density each; more are drawn as what was tested."""

BEYOND = 4.0
"""So many times beyond the tested range the axis may go, however wide the posterior is."""

DRAWS = 4000
_CELL, _DENSITY, _GAP = 0.16, 0.62, 0.3


def limits_of_cells(tree: xr.DataTree) -> "Figure":
    """Draw the interval of each cell, and per group the median and the next cell.

    Cells that had not failed have an arrow in place of an upper end. Where the checks failed
    only the cells are drawn.
    """
    groups = tested_groups(tree)
    known = Verdict.of(tree).passed and len(groups) <= TOGETHER
    heights = [_GAP + _CELL * g.low.size + (_DENSITY if known else 0.0) for g in groups]
    low, high = _reach(tree, groups, known)
    legend = 0.75 if known else 0.45
    figure = new_figure(min(0.75 + legend + 0.95 * sum(heights), 30.0))
    axes = figure.subplots()
    axes.set_xscale("log")
    top = sum(heights)
    places, labels = [], []
    medians, new = _draws(tree, groups) if known else ([], [])
    for place, group in enumerate(groups):
        color = CHAINS[place % len(CHAINS)]
        bottom = top - heights[place]
        if known:
            base = bottom + _CELL * group.low.size + 0.12
            _density(axes, np.log(medians[place]), (low, high), base, color)
            ends = np.quantile(new[place], [0.03, 0.97])
            axes.plot(ends, [base - 0.07] * 2, color=color, alpha=0.35, linewidth=5)
        _cells(axes, group, bottom, (low, high), color)
        places.append(bottom + _CELL * group.low.size / 2)
        labels.append(_label(group))
        top = bottom
    axes.set_xlim(low, high)
    axes.set_ylim(-0.1, sum(heights))
    _decades(axes, low, high)
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_yticks(places, labels, fontsize=9)
    axes.tick_params(axis="y", length=0)
    output = model_of(tree).output
    unit = scale_of(1.0, str(tree.attrs["unit"])).unit
    density_of = " density" if "/" in unit else ""
    name = f"Critical current{density_of}" if output == "critical_current" else "Lifetime"
    axes.set_xlabel(f"{name} ({'cycles' if unit == 'cycle' else unit})")
    _legend(figure, groups, known)
    return figure


def _draws(tree: xr.DataTree, groups: Sequence[Tested]) -> tuple[list[Array], list[Array]]:
    """Return draws of the median, and of the next cell, of each group."""
    model: Any = model_of(tree)
    drawn = predict(thinned(tree, DRAWS))[f"{model.output}_new"].isel(point=0)
    names = [f"{model.median.name}[{g.label}]" if g.label else model.median.name for g in groups]
    medians = [variable(tree, "posterior", name).values.ravel() for name in names]
    if not groups[0].label:
        return medians, [drawn.values.ravel()]
    (dim,) = set(drawn.dims) - {"chain", "draw"}
    return medians, [drawn.isel({dim: place}).values.ravel() for place in range(len(groups))]


def _reach(tree: xr.DataTree, groups: Sequence[Tested], known: bool) -> tuple[float, float]:
    """Return the ends of the axis: what was tested, and what follows where that is near."""
    ends = np.concatenate([each for g in groups for each in (g.low, g.high)])
    ends = ends[np.isfinite(ends) & (ends > 0)]
    low, high = float(ends.min()) / 1.3, float(ends.max()) * 1.3
    if known:
        medians, new = _draws(tree, groups)
        wanted = np.concatenate([np.quantile(each, [0.03, 0.97]) for each in (*medians, *new)])
        low = min(low, max(float(wanted.min()), low / BEYOND))
        high = max(high, min(float(wanted.max()), high * BEYOND))
    return low, high


def _density(
    axes: "Axes", log_draws: Array, ends: tuple[float, float], base: float, color: str
) -> None:
    at = np.linspace(float(np.log(ends[0])), float(np.log(ends[1])), 300)
    height = density(log_draws, at, (-np.inf, np.inf))
    shown = base + 0.42 * height / height.max()
    axes.fill_between(np.exp(at), base, shown, color=color, alpha=0.35, linewidth=0)
    axes.plot(np.exp(at), shown, color=color, linewidth=1.2)
    middle = float(np.exp(np.median(log_draws)))
    if ends[0] < middle < ends[1]:
        axes.plot([middle] * 2, [base, base + 0.42], color=color, linewidth=1.2)


def _cells(
    axes: "Axes", group: Tested, bottom: float, ends: tuple[float, float], color: str
) -> None:
    """Draw a bar for each cell; from the edge of the axis where it failed at once."""
    order = np.argsort(np.where(np.isinf(group.high), np.inf, group.high) + group.low)
    for row, cell in enumerate(order):
        y = bottom + _CELL * (row + 0.5)
        low, high = max(float(group.low[cell]), ends[0]), float(group.high[cell])
        if np.isinf(high):
            axes.annotate(
                "",
                (low * (ends[1] / low) ** 0.35, y),
                (low, y),
                arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.1, "shrinkA": 0},
            )
            axes.plot([low], [y], "|", color=INK, markersize=6)
        elif low == high:
            axes.plot([low], [y], "o", color=INK, markersize=3.5)
        else:
            axes.plot([low, high], [y, y], color=INK, linewidth=2.2, solid_capstyle="butt")
            axes.plot([low, high], [y, y], "|", color=INK, markersize=6)


def _label(group: Tested) -> str:
    count = group.low.size
    cells = f"{count} cell" + ("s" if count > 1 else "")
    return f"{shown_label(group.label, 18)}\n{cells}" if group.label else cells


def _decades(axes: "Axes", low: float, high: float) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    subs: tuple[float, ...] = (1.0,)
    if high / low < 1000:
        subs = (1.0, 3.0)
    if high / low < 60:
        subs = (1.0, 2.0, 5.0)
    if high / low < 6:
        subs = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
    axes.xaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:g}" if 1e-4 < value < 1e5 else number(value, 1))
    )


def _legend(figure: "Figure", groups: Sequence[Tested], known: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    finite = any(np.isfinite(g.high).any() for g in groups)
    handles: list[Any] = []
    if finite:
        handles.append(Line2D([], [], color=INK, linewidth=2.2, label="cell failed within"))
    if any(np.isinf(g.high).any() for g in groups):
        arrow = Line2D([], [], color=INK, marker=">", markersize=5, label="cell had not failed")
        handles.append(arrow)
    if known:
        color = CHAINS[0] if len(groups) == 1 else GREY
        handles += [
            Patch(color=color, alpha=0.45, linewidth=0, label="median of such cells"),
            Line2D([], [], color=color, alpha=0.45, linewidth=5, label="94 % of new cells"),
        ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, fontsize=9, frameon=False)
