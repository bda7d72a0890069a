"""Figure of a transference number."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ...inference.transference import readings_formula
from .posterior import density, refuse_untrusted
from .style import BLUE, INK, ORANGE, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def transference(tree: xr.DataTree) -> "Figure":
    """Draw the density of t, its median and interval, and what the formula gives."""
    refuse_untrusted(tree)
    draws = tree.children["posterior"].dataset["t"].values.ravel()
    low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
    ends = np.quantile(draws, [0.001, 0.999])
    at = np.linspace(
        max(ends[0] - 0.1 * np.ptp(ends), 0), min(ends[1] + 0.1 * np.ptp(ends), 1), 400
    )
    height = density(draws, at, (0.0, 1.0))
    figure = new_figure(2.6)
    axes = figure.subplots()
    axes.fill_between(at, 0, height, color=BLUE, alpha=0.45, linewidth=0)
    axes.plot(at, height, color=BLUE, linewidth=0.9)
    axes.plot([low, high], [0, 0], color=BLUE, linewidth=4, solid_capstyle="butt", label="94 %")
    axes.plot([middle], [0], "|", color=INK, markersize=11, markeredgewidth=1.5, label="median")
    axes.axvline(readings_formula(tree), color=ORANGE, linestyle="--", linewidth=1, label="formula")
    axes.set_ylim(bottom=-0.02 * float(height.max()))
    tidy(axes)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Transference number t")
    figure.legend(loc="outside upper center", ncols=3, fontsize=9, frameon=False)
    return figure
