"""Figures of a law of growth: what grows, against cycle, bare beside coated.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.cycling.cycle_series import CycleSeries, cycle_series
from ...inference.measured import group_dim
from ...inference.predict import predict
from ...inference.revive import model_of
from ...inference.verdict import Verdict
from ..numbers import Scale, scale_of
from .cycle_axes import NEW, draw_band, draw_law
from .cycle_curves import QUANTILES, thinned_whole
from .style import BLUE, CHAINS, GREY, MARKERS, decades_axis, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

BEYOND = 0.2
"""Lines go on by so much of the measured cycles."""

DECADE = 8.0
"""Values that spread over more than this factor have a logarithmic axis."""


def growth(tree: xr.DataTree) -> "Figure":
    """Draw each path in a panel, its series in colours, with the law and its bands."""
    series = cycle_series(tree)
    drawn = _bands(tree, series) if Verdict.of(tree).passed else None
    panels = _by_path(series)
    columns = 1 if len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    figure = new_figure(1.3 + (2.9 if columns == 1 else 2.0) * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    scale = scale_of(np.concatenate([each.value for each in series]), str(tree.attrs["unit"]))
    names = list(dict.fromkeys(name for own in panels.values() for name, _ in own))
    for axes, (path, own) in zip(grid.flat, panels.items(), strict=False):
        for name, each in own:
            place = names.index(name)
            color = CHAINS[place % len(CHAINS)]
            if drawn is not None:
                _draw_law(axes, drawn.sel(subject=each.label), each.last, scale, color)
            axes.plot(
                each.cycle,
                each.value / scale.divisor,
                color=color,
                linestyle="",
                marker=MARKERS[place % len(MARKERS)],
                markerfacecolor="white",
                markersize=5,
                zorder=3,
            )
        values = np.concatenate([each.value for _, each in own]) / scale.divisor
        wide = bool(values.max() > DECADE * values.min())
        _limits(axes, values, wide)
        if wide:
            decades_axis(axes)
        tidy(axes)
        axes.set_title(shown_label(path, 30), fontsize=9, loc="left", pad=3)
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    for axes in grid.flat[max(0, len(panels) - columns) : len(panels)]:
        axes.tick_params(labelbottom=True)
    figure.supxlabel("Cycle", fontsize=10)
    figure.supylabel(scale.label(model_of(tree).output.capitalize()), fontsize=10)
    _legend(figure, names, drawn is not None)
    return figure


def _bands(tree: xr.DataTree, series: Sequence[CycleSeries]) -> xr.Dataset:
    first, last = min(s.first for s in series), max(s.last for s in series)
    ends = [value for each in series for value in (each.first, each.last)]
    grid = np.unique(np.r_[np.linspace(first, last + BEYOND * (last - first), 60), ends])
    output = model_of(tree).output
    drawn = predict(thinned_whole(tree, 2000), cycle=grid)
    found = {}
    for name, variable in (("law", output), ("new", f"{output}_new")):
        ordered = drawn[variable].transpose("chain", "draw", ..., "point").values
        quantiles = np.moveaxis(np.quantile(ordered, QUANTILES, axis=(0, 1)), 0, -2)
        found[name] = quantiles if group_dim(tree) else quantiles[None]
    return xr.Dataset(
        {name: (("subject", "quantile", "cycle"), values) for name, values in found.items()},
        coords={"subject": [each.label for each in series], "cycle": grid},
    )


def _by_path(series: Sequence[CycleSeries]) -> Mapping[str, list[tuple[str, CycleSeries]]]:
    """Return the series of each path, by what else tells them apart."""
    panels: dict[str, list[tuple[str, CycleSeries]]] = {}
    for each in series:
        own = {name: str(labels[0]) for name, labels in each.kinds.items() if name != "series"}
        path = own.pop("path", "")
        name = " / ".join(own.values()) or ("" if path else each.label)
        panels.setdefault(path, []).append((name, each))
    return panels


def _draw_law(axes: "Axes", own: xr.Dataset, last: float, scale: Scale, color: str) -> None:
    x = own["cycle"].values
    draw_band(axes, x, own["new"].values / scale.divisor, color, NEW)
    draw_law(axes, x, own["law"].values / scale.divisor, last, color)
    axes.set_xlim(right=float(x.max()))


def _limits(axes: "Axes", values: Array, wide: bool) -> None:
    """Hold the data, and of the bands what lies not far off them."""
    low, high = axes.get_ylim()
    if wide:
        axes.set_ylim(max(low, values.min() / 6, 1e-12), min(high, values.max() * 6))
    else:
        span = float(np.ptp(values)) or float(values.max())
        axes.set_ylim(max(low, values.min() - span, 0.0), min(high, values.max() + span))


def _legend(figure: "Figure", names: Sequence[str], known: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    color = GREY if len(names) > 1 else BLUE
    handles: list[Any] = [
        Line2D(
            [],
            [],
            color=CHAINS[place % len(CHAINS)],
            marker=MARKERS[place % len(MARKERS)],
            markerfacecolor="white",
            linestyle="",
            label=shown_label(name, 24) or "measured",
        )
        for place, name in enumerate(names[:12])
    ]
    if known:
        handles += [
            Line2D([], [], color=color, label="law (median)"),
            Line2D([], [], color=color, linestyle="--", label="extrapolated"),
            Patch(color=color, alpha=0.45, linewidth=0, label="94 % of the law"),
            Patch(color=color, alpha=NEW, linewidth=0, label="94 % of new measurements"),
        ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, fontsize=9, frameon=False)
