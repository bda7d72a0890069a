"""Figures of a law of temperature: conductivity against temperature.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ...inference.measured import Series, measured_series
from ...inference.verdict import Verdict
from ..law_predictions import ZERO_CELSIUS, Prediction, bands
from ..numbers import Scale, scale_of
from .style import (
    BLUE,
    CHAINS,
    GREY,
    INK,
    MARKERS,
    MEASURED,
    WIDE_AXIS,
    decades_axis,
    new_figure,
    shown_label,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

TOGETHER = 6
"""Groups that are drawn in one panel, each in a colour; more get panels of their own."""

PANELS = 60
"""More groups than these are drawn in one panel and one colour."""

DRAWS, DRAWS_OF_MANY = 4000, 1000
"""Draws that bands are computed from, the fewer for many small panels."""

QUANTITY = "Ionic conductivity"

LAW, EXTRAPOLATED = "law (median)", "extrapolated"
OF_LAW, NEW_POINTS = "94 % of the law", "94 % of new measurements"


def conductivity(tree: xr.DataTree) -> "Figure":
    """Draw conductivity against 1000/T, with the law and the band of new measurements.

    Groups share a panel while their colours can be told apart; many have small panels.
    """
    series = measured_series(tree)
    few = len(series) <= TOGETHER
    draws = DRAWS if few else DRAWS_OF_MANY
    predicted = bands(tree, series, draws) if Verdict.of(tree).passed else {}
    if TOGETHER < len(series) <= PANELS:
        return _panels(series, predicted)
    figure = new_figure(4.4)
    axes = figure.subplots()
    scale = series_scale(series)
    for place, each in enumerate(series):
        color = CHAINS[place] if few else BLUE
        marker = MARKERS[place] if few else "."
        draw_series(axes, each, predicted.get(each.label), scale, color, marker, banded=few)
    temperature_axes(axes)
    axes.set_ylabel(scale.label(QUANTITY))
    if few:
        figure.legend(
            handles=legend_handles(series, predicted),
            loc="outside upper center", ncols=2, fontsize=9, frameon=False,
        )  # fmt: skip
    return figure


def _panels(series: Sequence[Series], predicted: dict[str, Prediction]) -> "Figure":
    """Draw each group in a small panel; all have the same axes, so slopes can be compared."""
    columns = 3 if len(series) <= 12 else 5
    rows = -(-len(series) // columns)
    scale = series_scale(series)
    height = 1.1 + (1.2 if columns == 3 else 1.05) * rows
    # Axes that share, and a layout that settles, would take seconds with so many panels.
    figure = new_figure(height, layout=None)
    grid = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(
        left=0.14, right=0.985, bottom=0.55 / height, top=1 - 0.55 / height, hspace=0.6, wspace=0.2
    )
    x, y = _limits(series, predicted, scale)
    size, length = (8, 22) if columns == 3 else (7, 13)
    for place, axes in enumerate(grid.flat):
        if place >= len(series):
            axes.remove()
            continue
        each = series[place]
        axes.set(xlim=x, ylim=y, autoscale_on=False)
        temperature_axes(axes, small=True, top=place < columns)
        axes.tick_params(
            labelsize=7, labelleft=place % columns == 0, labelbottom=place + columns >= len(series)
        )
        draw_series(axes, each, predicted.get(each.label), scale, BLUE, "o", banded=True, size=2.5)
        axes.set_title(_in_two_lines(each.label, length), fontsize=size, loc="left", pad=2)
    below = "1000/T (K⁻¹); above the panels temperature (°C)"
    figure.supxlabel(below, fontsize=9, y=0.08 / height, va="bottom")
    figure.supylabel(scale.label(QUANTITY), fontsize=9, x=0.005, ha="left")
    return figure


def _limits(
    series: Sequence[Series], predicted: dict[str, Prediction], scale: Scale
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return limits of 1000/T and of conductivity that hold all groups."""
    x = [1000 / each.temperature for each in series]
    y = [each.conductivity for each in series]
    for each in predicted.values():
        x.append(each.inverse)
        y.append(each.new[each.new > 0])
    inverse, values = np.concatenate(x), np.concatenate(y) / scale.divisor
    pad, ratio = 0.05 * np.ptp(inverse), (values.max() / values.min()) ** 0.05
    return (inverse.min() - pad, inverse.max() + pad), (values.min() / ratio, values.max() * ratio)


def _in_two_lines(label: str, length: int) -> str:
    lines = (label[:length], label[length:])
    return "\n".join(shown_label(line, length) for line in lines if line)


def draw_series(
    axes: "Axes",
    series: Series,
    predicted: Prediction | None,
    scale: Scale,
    color: str,
    marker: str,
    *,
    banded: bool,
    size: float = 4.5,
    name: str = "",
) -> None:
    """Draw the points of a group, and where the law is known its line and bands.

    The name stands in tables of what is drawn, not in the legend.
    """
    inverse = 1000 / series.temperature
    called = f"_{name}: " if name else "_"
    if predicted is not None:
        if banded:
            x = predicted.inverse
            new, law = predicted.new / scale.divisor, predicted.law / scale.divisor
            fill: dict[str, Any] = {"color": color, "linewidth": 0}
            axes.fill_between(x, *new[[0, 2]], alpha=0.13, label=f"{called}{NEW_POINTS}", **fill)
            axes.fill_between(x, *law[[0, 2]], alpha=0.33, label=f"{called}{OF_LAW}", **fill)
        low, high = float(inverse.min()), float(inverse.max())
        for part, style in (
            (predicted.between(low, high), "-"),
            (predicted.between(-np.inf, low), "--"),
            (predicted.between(high, np.inf), "--"),
        ):
            axes.plot(
                part.inverse,
                part.law[1] / scale.divisor,
                style,
                color=color,
                linewidth=1.2,
                zorder=2.5,
                label=f"{called}{LAW}" if style == "-" else f"{called}{EXTRAPOLATED}",
            )
    drawn = axes.errorbar(
        inverse,
        series.conductivity / scale.divisor,
        yerr=_error(series, scale),
        xerr=None
        if series.temperature_sd is None
        else inverse * series.temperature_sd / series.temperature,
        linestyle="",
        marker=marker,
        markersize=size,
        markerfacecolor="white",
        markeredgecolor=color if predicted is not None or banded else INK,
        markeredgewidth=0.9,
        ecolor=color,
        elinewidth=0.8,
        zorder=3,
    )
    drawn.lines[0].set_label(f"{called}{MEASURED}")


def _error(series: Series, scale: Scale) -> Any:
    if series.conductivity_sd is None:
        return None
    # On a logarithmic axis an error larger than the value would reach down for ever.
    down = np.minimum(series.conductivity_sd, 0.9 * series.conductivity)
    return np.stack([down, series.conductivity_sd]) / scale.divisor


def series_scale(series: Sequence[Series]) -> Scale:
    """Choose mS/cm or the like where plain numbers will do, and else S/cm."""
    values = np.concatenate([each.conductivity for each in series])
    if values.max() > WIDE_AXIS / 10 * values.min():
        return Scale(1.0, "S/cm")
    return scale_of(values, "S/cm")


def temperature_axes(
    axes: "Axes", *, small: bool = False, top: bool = True, again: bool = False
) -> None:
    """Write 1000/T below and temperatures in °C above; conductivity goes by decades."""
    low, high = axes.get_xlim()
    decades_axis(axes)
    tidy(axes)
    axes.locator_params(axis="x", nbins=3 if small else 7)
    if not small:
        axes.set_xlabel("1000/T (K⁻¹)")
    if not top:
        return
    if again:
        axes.child_axes[0].remove()
    above = axes.secondary_xaxis("top", functions=(_celsius, _thousand_over))
    above.set_xticks(_celsius_ticks(low, high, 3 if small else 7))
    above.tick_params(labelsize=7 if small else 9, color=GREY)
    above.spines["top"].set_color(GREY)
    if not small:
        above.set_xlabel("Temperature (°C)")


def _celsius(inverse: ArrayLike) -> Array:
    return np.asarray(1000 / np.maximum(inverse, 1e-6) - ZERO_CELSIUS)


def _thousand_over(celsius: ArrayLike) -> Array:
    return np.asarray(1000 / np.maximum(np.asarray(celsius) + ZERO_CELSIUS, 1e-6))


def _celsius_ticks(low: float, high: float, count: int) -> list[int]:
    """Return round temperatures within a range of 1000/T that keep their distance."""
    cold, hot = 1000 / high - ZERO_CELSIUS, 1000 / low - ZERO_CELSIUS
    step = next((s for s in (1, 2, 5, 10, 20, 25, 50, 100) if (hot - cold) / s <= 2 * count), 200)
    ticks: list[int] = []
    for tick in range(int(np.ceil(cold / step)) * step, int(hot) + 1, step):
        place = 1000 / (tick + ZERO_CELSIUS)
        if not ticks or (1000 / (ticks[-1] + ZERO_CELSIUS) - place) * count > 0.7 * (high - low):
            ticks.append(tick)
    return ticks


def legend_handles(
    series: Sequence[Series], predicted: dict[str, Prediction], first: int = 0
) -> list[Any]:
    """Name the groups by their colours, and what lines and bands are once for all of them."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    grouped = len(series) > 1 or first > 0
    color = GREY if grouped else CHAINS[0]
    for place, each in enumerate(series, first):
        label = shown_label(each.label) if grouped else MEASURED
        style: dict[str, Any] = {"marker": MARKERS[place], "markerfacecolor": "white"}
        line = "-" if predicted and grouped else ""
        handles.append(Line2D([], [], color=CHAINS[place], linestyle=line, label=label, **style))
    if predicted:
        if not grouped:
            handles.append(Line2D([], [], color=color, label=LAW))
        handles += [
            Line2D([], [], color=color, linestyle="--", label=EXTRAPOLATED),
            Patch(color=color, alpha=0.45, linewidth=0, label=OF_LAW),
            Patch(color=color, alpha=0.13, linewidth=0, label=NEW_POINTS),
        ]
    return handles
