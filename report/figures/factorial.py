"""Figures of two factors: response by both, and the ratios that follow."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...inference.factors.factorial import FIRST, OUTPUT, SECOND
from ...inference.factors.factorial_answers import ratios
from ...inference.verdict import Verdict
from ..numbers import axis_scale
from ..words.factorial import factors_of, response_name
from .posterior import refuse_untrusted
from .style import BLUE, CHAINS, GREY, INK, MARKERS, decades_axis, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 30
"""More ratios than these are in the table, not in the figure."""


def interaction_plot(tree: xr.DataTree) -> "Figure":
    """Draw the response at each level of the second factor, a line for each of the first.

    Where the checks failed the points are drawn and nothing else.
    """
    passed = Verdict.of(tree).passed
    points = tree.children["cell_data"].dataset
    scale = axis_scale(points[OUTPUT].values, str(tree.attrs["unit"]))
    source: Any = tree.children["cells"].dataset if passed else None
    rows, columns = (
        list(map(str, source[name].values))
        if passed
        else list(dict.fromkeys(points[name].values.tolist()))
        for name in (FIRST, SECOND)
    )
    figure = new_figure(3.6)
    axes = figure.subplots()
    for place, label in enumerate(rows):
        color, marker = CHAINS[place % len(CHAINS)], MARKERS[place % len(MARKERS)]
        shift = 0.12 * (place - (len(rows) - 1) / 2) / max(len(rows) - 1, 1) * 2
        at = np.arange(len(columns)) + shift
        own = points[FIRST].values == label
        where = np.array([columns.index(each) for each in points[SECOND].values[own]])
        axes.plot(
            where + shift + 0.05,
            points[OUTPUT].values[own] / scale.divisor,
            marker,
            color=color,
            markersize=3.5,
            alpha=0.6,
            markeredgewidth=0,
            label=None if passed else shown_label(label),
        )
        if passed:
            drawn = source["response"].sel({FIRST: label}) / scale.divisor
            low, middle, high = np.quantile(drawn.values, [0.03, 0.5, 0.97], axis=(0, 1))
            known = np.isfinite(middle)
            axes.errorbar(
                at[known],
                middle[known],
                yerr=[(middle - low)[known], (high - middle)[known]],
                fmt=marker + "-",
                color=color,
                markersize=6,
                linewidth=1.2,
                elinewidth=1.6,
                label=shown_label(label),
            )
    axes.set_xticks(np.arange(len(columns)), [shown_label(each, 20) for each in columns])
    axes.set_xlim(-0.45, len(columns) - 0.55)
    decades_axis(axes)
    tidy(axes)
    axes.grid(visible=False, axis="x")
    axes.set_xlabel(shown_label(factors_of(tree)[1]).capitalize())
    axes.set_ylabel(scale.label(response_name(tree).capitalize()))
    figure.legend(loc="outside upper center", ncols=min(len(rows), 4), fontsize=9, frameon=False)
    return figure


def ratio_plot(tree: xr.DataTree) -> "Figure":
    """Draw each ratio of two levels of the first factor, a row each."""
    refuse_untrusted(tree)
    from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

    shown = ratios(tree)[:SHOWN]
    figure = new_figure(1.0 + 0.42 * max(len(shown), 2))
    axes = figure.subplots()
    ends = [1.0]
    for place, ratio in enumerate(reversed(shown)):
        low, middle, high = np.quantile(ratio.draws.values, [0.03, 0.5, 0.97])
        ends += [low, high]
        axes.plot([low, high], [place, place], color=BLUE, linewidth=2.4, solid_capstyle="butt")
        axes.plot(middle, place, "o", color=BLUE, markersize=6, markeredgecolor="white")
    names = [
        f"{shown_label(r.above, 16)} / {shown_label(r.below, 16)}, {shown_label(r.at, 12)}"
        for r in reversed(shown)
    ]
    axes.axvline(1.0, color=INK, linewidth=1.0, linestyle="--")
    axes.set_yticks(range(len(shown)), names, fontsize=9)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xscale("log")
    pad = (max(ends) / min(ends)) ** 0.06
    axes.set_xlim(min(ends) / pad, max(ends) * pad)
    axes.xaxis.set_major_locator(_round_ratios(min(ends), max(ends)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, color=GREY)
    axes.set_xlabel(f"Ratio of {response_name(tree)}")
    return figure


def _round_ratios(low: float, high: float) -> Any:
    from matplotlib.ticker import FixedLocator

    known = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10, 20, 50, 100)
    return FixedLocator([each for each in known if low / 1.2 <= each <= high * 1.2])
