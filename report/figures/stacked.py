"""Figures of many spectra that were fitted together: each in a panel, and what differs.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.pooling import MEAN
from ...inference.unstack import spectrum_dim, unstack
from ...inference.verdict import Verdict
from ...models.circuit import Circuit
from ..numbers import scale_of
from .nyquist import arcs_of, bounds_of, draw_nyquist
from .spectrum import Spectrum
from .style import BLUE, GREY, INK, decades_axis, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

PANELS = 24
"""Spectra that have a panel each; of more, so many are shown, evenly from first to last."""

COLUMNS = 4
INTERVAL = (0.03, 0.5, 0.97)

LABELLED = 12
"""More labels than these are turned."""

NAMED = 30
"""Of more labels some are left out."""

WIDE = 10.0
"""Values over more than this factor are drawn over a logarithmic axis."""


def shown_spectra(tree: xr.DataTree) -> list[str]:
    """Return the labels of the spectra that have a panel."""
    labels = [*unstack(tree)]
    if len(labels) <= PANELS:
        return labels
    places = np.unique(np.linspace(0, len(labels) - 1, PANELS).round().astype(int))
    return [labels[place] for place in places]


def nyquist_panels(tree: xr.DataTree) -> "Figure":
    """Draw each spectrum in the complex plane, without its blocking tail."""
    results = unstack(tree)
    spectra = {label: Spectrum.of(results[label]) for label in shown_spectra(tree)}
    columns = min(COLUMNS, len(spectra))
    rows = -(-len(spectra) // columns)
    figure = new_figure(0.55 + 1.3 * rows * (COLUMNS / columns) ** 0.6)
    grid = figure.subplots(rows, columns, squeeze=False)
    scale = scale_of([np.median(np.hypot(*s.measured)) for s in spectra.values()], "ohm")
    for axes, (label, spectrum) in zip(grid.flat, spectra.items(), strict=False):
        arcs = arcs_of(spectrum)
        left, right, bottom, top = bounds_of(spectrum.measured if arcs is None else arcs)
        draw_nyquist(axes, spectrum, scale.divisor, size=2.0)
        middle, half = (bottom + top) / 2, max(top - bottom, right - left) / 2
        axes.set_xlim((left + right) / 2 / scale.divisor - half / scale.divisor,
                      (left + right) / 2 / scale.divisor + half / scale.divisor)  # fmt: skip
        low = min(bottom, middle - half) if bottom < 0 else bottom
        axes.set_ylim(low / scale.divisor, (low + 2 * half) / scale.divisor)
        axes.set_aspect("equal", adjustable="box")
        axes.set_title(shown_label(label, 16), fontsize=8, loc="left", pad=2)
        axes.locator_params(nbins=3)
        tidy(axes)
        axes.tick_params(labelsize=7)
    for axes in grid.flat[len(spectra) :]:
        axes.remove()
    figure.supxlabel(f"Z′ ({scale.unit})", fontsize=10)
    figure.supylabel(f"−Z″ ({scale.unit})", fontsize=10)
    handles, names = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=2, fontsize=9, frameon=False)
    return figure


def by_spectrum(tree: xr.DataTree) -> "Figure":
    """Draw each resistance of each spectrum with its interval, and the typical one."""
    names = resistances(tree)
    posterior = tree.children["posterior"].dataset
    dim = str(spectrum_dim(tree))
    labels = [str(label) for label in posterior[dim].values]
    turned = 0.25 + 0.05 * min(max(map(len, labels)), 16) if len(labels) > LABELLED else 0.35
    figure = new_figure(1.45 * len(names) + 0.3 + turned)
    panels = figure.subplots(len(names), 1, squeeze=False, sharex=True)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        _draw_values(axes, posterior, name, dim)
    step = -(-len(labels) // NAMED)
    panels[-1].set_xticks(
        range(0, len(labels), step),
        [shown_label(label, 16) for label in labels[::step]],
        rotation=90 if len(labels) > LABELLED else 0,
        fontsize=8,
    )
    panels[-1].set_xlabel(shown_label(dim))
    panels[-1].set_xlim(-0.7, len(labels) - 0.3)
    handles, found = panels[0].get_legend_handles_labels()
    figure.legend(handles, found, loc="outside upper center", ncols=3, fontsize=9, frameon=False)
    return figure


def _draw_values(axes: "Axes", posterior: xr.Dataset, name: str, dim: str) -> None:
    low, middle, high = posterior[name].quantile(INTERVAL, ("chain", "draw")).values
    scale = scale_of(middle, str(posterior[name].attrs.get("units", "")))
    x = np.arange(len(middle))
    if f"{name}_{MEAN}" in posterior:
        ends = posterior[f"{name}_{MEAN}"].quantile(INTERVAL).values / scale.divisor
        axes.axhspan(ends[0], ends[2], color=BLUE, alpha=0.15, linewidth=0, label="typical, 94 %")
        axes.axhline(ends[1], color=BLUE, linewidth=1)
    axes.vlines(x, low / scale.divisor, high / scale.divisor, color=GREY, linewidth=1.6,
                label="94 % interval")  # fmt: skip
    axes.plot(x, middle / scale.divisor, "o", color=INK, markersize=3.5, label="median")
    if high.max() > WIDE * low.min() > 0:
        decades_axis(axes)
    tidy(axes)
    axes.set_ylabel(scale.label(name))


def resistances(tree: xr.DataTree) -> list[str]:
    """Return the names of what has a value in ohm in each spectrum."""
    circuit = Circuit.parse(str(tree.attrs["model"]))
    dim = spectrum_dim(tree)
    posterior = tree.children["posterior"].dataset
    names = [*(p.name for p in circuit.parameters if p.unit == "ohm"), "R_total"]
    found = [name for name in names if name in posterior and dim in posterior[name].dims]
    alone = len(found) == 2 and "R_total" in found  # which says the same twice
    if found and not (alone and Verdict.of(tree).passed):
        return found
    return [name for name in found if name != "R_total"]
