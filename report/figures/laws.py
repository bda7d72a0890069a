"""Figure of several laws of cycles side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import xarray as xr

from ...inference.cycling.cycle_series import cycle_series, question_of
from ...inference.revive import model_of
from ..cycle_subjects import subjects
from ..threshold_answers import percent
from .cycle_axes import (
    draw_law,
    draw_median,
    draw_points,
    mark_extrapolated,
    mark_threshold,
    set_limits,
)
from .fade import PANELS
from .posterior import refuse_untrusted
from .style import BLUE, CHAINS, GREY, INK, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure


FEW = 20
"""Of fewer points each is drawn large."""


def laws(tree: xr.DataTree) -> "Figure":
    """Draw the laws that were compared side by side, the most probable first."""
    refuse_untrusted(tree)
    question, whole = question_of(tree), tree.children["laws"].to_dataset()
    series, whom = cycle_series(tree), subjects(tree)
    names = [str(name) for name in whole["law"].values]
    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    figure = new_figure(0.75 + 1.75 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    shown = [*(whom.typical or whom.measured)]
    colors = [BLUE] * len(shown) if len(shown) > len(CHAINS) else CHAINS
    of_best = whole["reference"].sel(law=names[0]).values
    measured = [each.value / divisor for each, divisor in zip(series, of_best, strict=True)]
    best = whole["retention"].sel(law=names[0], subject=shown)
    set_limits(grid[0, 0], measured, best, question.threshold, True)
    last = max(each.last for each in series)
    for place, axes in enumerate(grid.flat):
        if place >= len(names):
            axes.remove()
            continue
        own = whole.sel(law=names[place])
        for subject, color in zip(shown, colors, strict=False):
            quantiles = 100 * own["retention"].sel(subject=subject).values
            if len(shown) == 1:
                draw_law(axes, own["cycle"].values, quantiles, last, color)
            else:
                draw_median(axes, own["cycle"].values, quantiles[1], last, color, 1.0)
        for each, divisor in zip(series, own["reference"].values, strict=True):
            if len(series) <= PANELS:
                color = INK if each.label not in shown else colors[shown.index(each.label)]
                color = INK if len(series) == 1 else color
                size = 1.8 if each.cycle.size > FEW else 5.0
                draw_points(axes, each, float(divisor) / 100, color, size=size)
        axes.set_title(_titled(own, names[place]), fontsize=9, loc="left", pad=3)
        mark_extrapolated(axes, last, float(own["cycle"].max()), small=True)
        tidy(axes)
        axes.tick_params(labelsize=8, labelbottom=place + columns >= len(names))
        text = "" if place else percent(question.threshold)
        mark_threshold(axes, 100 * question.threshold, text)
    figure.supxlabel("Cycle", fontsize=10)
    output = model_of(tree).output
    share = "Retention" if output == "capacity" else f"{output.capitalize()} over the first"
    figure.supylabel(f"{share} (%)", fontsize=10)
    _legend(figure, shown if 1 < len(shown) <= len(CHAINS) else ())
    return figure


def _titled(own: xr.Dataset, name: str) -> str:
    probability = float(own["probability"])
    digits = 1 if probability > 0.99 else 0
    shown = f"{100 * probability:.{digits}f} %" if probability >= 0.005 else "below 0.5 %"
    return f"{name}: {shown}" + (f", weight {float(own['weight']):.2f}" if "weight" in own else "")


def _legend(figure: "Figure", names: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=color, label=shown_label(name, 28))
        for name, color in zip(names, CHAINS, strict=False)
    ]
    color = GREY if names else BLUE
    handles += [
        Line2D([], [], color=color, label="law (median)"),
        Line2D([], [], color=color, linestyle="--", label="extrapolated"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, fontsize=8, frameon=False)
