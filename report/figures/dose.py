"""The figure of a dose: response with band and points, and below it where the optimum lies."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...inference.factors.dose import RESPONSE
from ...inference.factors.dose_answers import Best, dose_answers, of_each_dose, question_of_dose
from ...inference.verdict import Verdict
from ..numbers import axis_scale
from ..words.dose import dose_name, dose_unit, with_unit
from .posterior import density
from .style import CHAINS, GREY, MARKERS, decades_axis, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BEYOND = 0.035
"""Width of the bars of what lies at or beyond an end, as a share of the axis."""


def dose_curve(tree: xr.DataTree) -> "Figure":
    """Draw the response against the dose, and below it the density of the best dose.

    Where the checks failed the points are drawn and nothing else.
    """
    passed = Verdict.of(tree).passed
    question, points = question_of_dose(tree), tree.children["dose_data"].dataset
    name, levels = dose_name(tree), question["levels"] or [""]
    rows = len(levels) if passed else 0
    figure = new_figure(3.3 + 0.65 * rows)
    grid: Any = figure.subplots(
        1 + rows,
        1,
        sharex=True,
        squeeze=False,
        gridspec_kw={"height_ratios": [3.4, *([0.8] * rows)]},
    )[:, 0]
    axes = grid[0]
    values, doses = points[RESPONSE].values, points[str(question["name"])].values
    scale = axis_scale(values, str(tree.attrs["unit"]))
    for place, level in enumerate(levels):
        color = CHAINS[place % len(CHAINS)]
        own = points["temperature"].values == level if level else np.ones(values.size, dtype=bool)
        if passed:
            curve = tree.children["dose"].dataset.sel(level=level)
            low, middle, high = np.quantile(
                curve["curve"] / scale.divisor, [0.03, 0.5, 0.97], (0, 1)
            )
            axes.fill_between(curve["grid"], low, high, color=color, alpha=0.22, linewidth=0)
            axes.plot(curve["grid"], middle, color=color, linewidth=1.4)
        error = points[f"{RESPONSE}_sd"].values[own] if f"{RESPONSE}_sd" in points else None
        axes.errorbar(
            doses[own],
            values[own] / scale.divisor,
            yerr=None if error is None else 1.88 * error / scale.divisor,
            fmt=MARKERS[place % len(MARKERS)],
            color=color,
            markersize=5.5,
            markeredgecolor="white",
            markeredgewidth=0.7,
            elinewidth=1.0,
            label=shown_label(level) or "measured",
            zorder=3,
        )
    axes.set_xscale("log")
    decades_axis(axes)
    what = str(points[RESPONSE].attrs.get("long_name", "") or "response")
    axes.set_ylabel(scale.label(shown_label(what).capitalize()))
    edge = (doses.max() / doses.min()) ** (1.6 * BEYOND)
    axes.set_xlim(doses.min() / edge, doses.max() * edge)
    for place, best in enumerate(dose_answers(tree) if passed else ()):
        _optimum(grid[1 + place], best, CHAINS[place % len(CHAINS)], name)
    for each in grid:
        tidy(each)
    for each in grid[1:]:
        each.grid(visible=False)
        each.spines["left"].set_visible(False)
        each.set_yticks([])
    _dose_axis(grid[-1], np.array(sorted(of_each_dose(tree))))
    unit = dose_unit(tree)
    grid[-1].set_xlabel(f"{name.capitalize()} ({unit})" if unit else name.capitalize())
    if levels != [""]:
        figure.legend(
            *axes.get_legend_handles_labels(),
            loc="outside upper center",
            ncols=min(len(levels), 4),
            fontsize=9,
            frameon=False,
        )
    return figure


def _optimum(axes: "Axes", best: Best, color: str, name: str) -> None:
    """Draw the density of the best dose, and as bars at the ends what lies there or beyond."""
    low, high = np.log(best.tested[[0, -1]])
    inner = np.log(best.draws[(best.draws > best.tested[0]) & (best.draws < best.tested[-1])])
    width = BEYOND * (high - low)
    ends = ((low - width / 2, best.below), (high + width / 2, best.above))
    top = max(best.below, best.above) / width
    if inner.size > 10 and np.ptp(inner) > 0:
        at = np.linspace(low, high, 200)
        height = best.inside * density(inner, at, (low, high))
        top = max(top if best.inside < 0.5 else 0.0, float(height.max()))
        axes.fill_between(np.exp(at), 0, height / top, color=color, alpha=0.4, linewidth=0)
        axes.plot(np.exp(at), height / top, color=color, linewidth=1.0)
    for place, (middle, share) in enumerate(ends):
        left, right = np.exp([middle - width / 2, middle + width / 2])
        tall = min(share / width / top, 1.0)
        axes.fill_between([left, right], 0, tall, color=color, alpha=0.8, linewidth=0)
        if share >= 0.005:
            axes.annotate(
                f"{100 * share:.0f} % {'at it or above' if place else 'at it or below'}",
                (right if not place else left, 0.78),
                xytext=(4 if not place else -4, 0),
                textcoords="offset points",
                ha="left" if not place else "right",
                fontsize=7.5,
                color="#444444",
            )
    axes.set_ylim(0, 1.15)
    label = f"Best {name}" + (f"\n{shown_label(best.level, 14)}" if best.level else "")
    axes.set_ylabel(label, fontsize=8, rotation=0, ha="right", va="center")


def _dose_axis(axes: "Axes", tested: Any) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    kept = [tested[0]]
    for dose in tested[1:]:
        if np.log(dose / kept[-1]) > 0.05 * np.log(tested[-1] / tested[0]):
            kept.append(dose)
    axes.xaxis.set_major_locator(FixedLocator(kept))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: with_unit(value, "")))
    axes.tick_params(axis="x", color=GREY)
