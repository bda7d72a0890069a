"""The figure of Coulombic efficiency."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from .cycle_axes import mark_beyond
from .style import CHAINS, INK, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROUP = "coulombic_efficiency"
"""The group of a result that keeps the efficiencies."""


def efficiency(tree: xr.DataTree) -> "Figure":
    """Draw the efficiency of each cell against cycle."""
    found = tree.children[GROUP].dataset["efficiency"]
    labels = [str(label) for label in found["cell"].values]
    figure = new_figure(3.2)
    axes = figure.subplots()
    draw_efficiency(axes, {label: found.sel(cell=label).dropna("cycle") for label in labels})
    if 1 < len(labels) <= len(CHAINS):
        figure.legend(loc="outside upper center", ncols=3, fontsize=9, frameon=False)
    return figure


def draw_efficiency(axes: "Axes", cells: Mapping[str, xr.DataArray]) -> None:
    """Draw the efficiency of cells by label; spikes are arrows at the edge."""
    few = len(cells) <= len(CHAINS)
    values = {label: 100 * each.values for label, each in cells.items()}
    low, high = np.quantile(np.concatenate([*values.values()]), [0.01, 0.99])
    pad = 0.15 * (high - low) or 0.05
    axes.set_ylim(low - pad, high + pad)
    for place, (label, each) in enumerate(cells.items()):
        color = CHAINS[place] if few else INK
        mark_beyond(axes, each["cycle"].values, values[label], color)
        axes.plot(
            each["cycle"].values,
            values[label],
            color=color,
            linewidth=0.9 if few else 0.5,
            alpha=1.0 if few else 0.4,
            marker="." if each.size < 2 else "",
            label=shown_label(label, 24) if few else f"_{label}",
        )
    tidy(axes)
    axes.set_xlabel("Cycle")
    axes.set_ylabel("Coulombic efficiency (%)")
