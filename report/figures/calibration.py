"""Figures of a calibration: ranks, coverage, bias and contraction."""

from typing import TYPE_CHECKING

import numpy as np

from ...inference.calibration.ranks import COVERED, FEW, band, calibration_table, ecdf_differences
from .style import AMBER, BLUE, GREY, INK, ORANGE, new_figure, shown_label, tidy

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"50": AMBER, "80": BLUE, "94": INK}
COLUMNS = 2


def rank_figure(result: "xr.Dataset") -> "Figure":
    """Draw how the ranks of each quantity differ from uniform ones, and the band of chance."""
    table = calibration_table(result)
    trusted, refused = ecdf_differences(result), ecdf_differences(result, refused=True)
    count = int((~result["refused"]).sum())
    edges, low, high = band(count, len(table))
    rows = -(-len(table) // COLUMNS)
    figure = new_figure(1.35 * rows + 0.7)
    grid = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=True)
    for axes, (name, row) in zip(grid.flat, table.iterrows(), strict=False):
        axes.fill_between(edges, low, high, color="#DDDDDD", linewidth=0)
        axes.axhline(0, color=GREY, linewidth=0.8)
        colour = BLUE if row["uniform"] else ORANGE
        difference = trusted.sel(quantity=name)
        axes.plot(edges, difference, color=colour, drawstyle="steps-mid", linewidth=1.4)
        if shows_refused(result):
            other = refused.sel(quantity=name)
            axes.plot(edges, other, color=GREY, linestyle=":", linewidth=1.2)
        title = str(name) if row["uniform"] else f"{name}: outside"
        axes.set_title(shown_label(title), fontsize=9)
        tidy(axes)
        axes.set_xlim(0, 1)
    for axes in grid.flat[len(table) :]:
        axes.remove()
    figure.supxlabel("Share of the draws below the truth", fontsize=10)
    figure.supylabel("ECDF of ranks − uniform", fontsize=10)
    return figure


def coverage_figure(result: "xr.Dataset") -> "Figure":
    """Draw how often the intervals of each quantity hold the truth, with two standard errors."""
    table = calibration_table(result)
    figure = new_figure(0.32 * len(table) + 1.3)
    axes = figure.subplots()
    y = _rows(axes, [str(name) for name in table.index])
    for place, percent in enumerate(COVERED):
        shift = 0.22 * (place - 1)
        error = 2 * table[f"error_{percent}"].to_numpy()
        axes.axvline(float(percent), color=COLOURS[percent], linewidth=0.8, alpha=0.6)
        axes.errorbar(
            100 * table[f"coverage_{percent}"],
            y + shift,
            xerr=100 * error,
            fmt="o",
            markersize=4,
            color=COLOURS[percent],
            linewidth=1.2,
            label=f"{percent} %",
        )
    axes.set_xlabel("Intervals that hold the truth (%)", fontsize=10)
    figure.legend(loc="outside upper right", ncols=3, frameon=False, fontsize=9)
    return figure


def bias_figure(result: "xr.Dataset") -> "Figure":
    """Draw bias, with two standard errors, and contraction of each quantity."""
    table = calibration_table(result)
    figure = new_figure(0.27 * len(table) + 0.9)
    left, right = figure.subplots(1, 2, sharey=True)
    y = _rows(left, [str(name) for name in table.index])
    left.axvline(0, color=GREY, linewidth=0.8)
    error = 2 * table["bias_error"]
    left.errorbar(table["bias"], y, xerr=error, fmt="o", markersize=4, color=BLUE, linewidth=1.2)
    widest = 1.1 * float(np.nanmax(np.abs(table["bias"]) + error, initial=0.1))
    left.set_xlim(-widest, widest)
    left.set_xlabel("Bias (posterior sd)", fontsize=10)
    right.barh(y, table["contraction"].clip(lower=0), height=0.55, color=BLUE)
    right.set_xlim(0, 1)
    right.set_xlabel("Contraction", fontsize=10)
    tidy(right)
    right.tick_params(axis="y", length=0)
    return figure


def _rows(axes: "Axes", names: list[str]) -> np.ndarray:
    """Give each quantity a line, the first one at the top."""
    y = np.arange(len(names))
    axes.set_yticks(y, [shown_label(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    tidy(axes)
    return y


def shows_refused(result: "xr.Dataset") -> bool:
    """Tell whether there are so many refused runs with draws that their ranks are drawn."""
    drawn = result["rank"].notnull().all("quantity") & result["refused"]
    return int(drawn.sum()) >= FEW
