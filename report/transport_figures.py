"""Figures of a law of temperature: conductivity against temperature.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..inference.caution_law import ROOM
from ..inference.diagnose import Verdict
from ..inference.measured import Series, group_dim, measured_series
from ..inference.predict import predict
from .figures import BLUE, CHAINS, GREY, INK, WIDE_AXIS, decades_axis, new_figure, shown_label, tidy
from .numbers import Scale, scale_of

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

GRID = 60
QUANTITY = "Ionic conductivity"
MARKERS = ("o", "s", "^", "D", "v", "P")
ZERO_CELSIUS = 273.15


@dataclass(frozen=True)
class Prediction:
    """What a law says of one group, on a grid of 1000/T.

    ``law`` and ``new`` are the 3rd, 50th and 97th percentiles, of shape (3, n), of the law
    and of new measurements.
    """

    inverse: Array
    law: Array
    new: Array

    def between(self, low: float, high: float) -> "Prediction":
        """Return the part of it within a range of 1000/T."""
        inside = (self.inverse >= low - 1e-9) & (self.inverse <= high + 1e-9)
        return Prediction(self.inverse[inside], self.law[:, inside], self.new[:, inside])


def conductivity(tree: xr.DataTree) -> "Figure":
    """Draw conductivity against 1000/T, with the law and the band of new measurements.

    Groups share a panel while their colours can be told apart; many have small panels.
    """
    series = measured_series(tree)
    predicted = _predictions(tree, series) if Verdict.of(tree).passed else {}
    if TOGETHER < len(series) <= PANELS:
        return _panels(series, predicted)
    figure = new_figure(4.4)
    axes = figure.subplots()
    few = len(series) <= TOGETHER
    scale = _scale(series)
    for place, each in enumerate(series):
        color = CHAINS[place] if few else BLUE
        marker = MARKERS[place] if few else "."
        _draw(axes, each, predicted.get(each.label), scale, color, marker, bands=few)
    _axes_of_temperature(axes)
    axes.set_ylabel(scale.label(QUANTITY))
    if few:
        _legend(figure, axes, series, predicted)
    return figure


def _panels(series: Sequence[Series], predicted: dict[str, Prediction]) -> "Figure":
    """Draw each group in a small panel; all have the same axes, so slopes can be compared."""
    columns = 3 if len(series) <= 12 else 5
    rows = -(-len(series) // columns)
    scale = _scale(series)
    figure = new_figure(0.9 + (1.2 if columns == 3 else 1.0) * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, each in zip(grid.flat, series, strict=False):
        _draw(axes, each, predicted.get(each.label), scale, BLUE, "o", bands=True, size=2.5)
        axes.set_title(
            _in_two_lines(each.label, 22 if columns == 3 else 13),
            fontsize=8 if columns == 3 else 7,
            loc="left",
            pad=2,
        )
    for place, axes in enumerate(grid.flat):
        _axes_of_temperature(axes, small=True, top=place < columns)
        axes.tick_params(labelsize=7)
        if place >= len(series):
            axes.set_visible(False)
        elif place + columns >= len(series):
            axes.tick_params(labelbottom=True)
    figure.supxlabel("1000/T (K⁻¹); above the panels temperature (°C)", fontsize=9)
    figure.supylabel(scale.label(QUANTITY), fontsize=9)
    return figure


def _in_two_lines(label: str, length: int) -> str:
    lines = (label[:length], label[length:])
    return "\n".join(shown_label(line, length) for line in lines if line)


def _draw(
    axes: "Axes",
    series: Series,
    predicted: Prediction | None,
    scale: Scale,
    color: str,
    marker: str,
    *,
    bands: bool,
    size: float = 4.5,
) -> None:
    """Draw the points of a group, and where the law is known its line and bands."""
    inverse = 1000 / series.temperature
    if predicted is not None:
        if bands:
            x = predicted.inverse
            new, law = predicted.new / scale.divisor, predicted.law / scale.divisor
            axes.fill_between(x, *new[[0, 2]], color=color, alpha=0.13, linewidth=0)
            axes.fill_between(x, *law[[0, 2]], color=color, alpha=0.33, linewidth=0)
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
            )
    axes.errorbar(
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
        markeredgecolor=color if predicted is not None or bands else INK,
        markeredgewidth=0.9,
        ecolor=color,
        elinewidth=0.8,
        zorder=3,
    )


def _error(series: Series, scale: Scale) -> Any:
    if series.conductivity_sd is None:
        return None
    # On a logarithmic axis an error larger than the value would reach down for ever.
    down = np.minimum(series.conductivity_sd, 0.9 * series.conductivity)
    return np.stack([down, series.conductivity_sd]) / scale.divisor


def _scale(series: Sequence[Series]) -> Scale:
    """Choose mS/cm or the like where plain numbers will do, and else S/cm."""
    values = np.concatenate([each.conductivity for each in series])
    if values.max() > WIDE_AXIS / 10 * values.min():
        return Scale(1.0, "S/cm")
    return scale_of(values, "S/cm")


def _axes_of_temperature(axes: "Axes", *, small: bool = False, top: bool = True) -> None:
    """Write 1000/T below and temperatures in °C above; conductivity goes by decades."""
    low, high = axes.get_xlim()
    decades_axis(axes)
    tidy(axes)
    axes.locator_params(axis="x", nbins=3 if small else 7)
    if not small:
        axes.set_xlabel("1000/T (K⁻¹)")
    if not top:
        return
    above = axes.secondary_xaxis("top", functions=(_celsius, _thousand_over))
    above.set_xticks(_celsius_ticks(low, high, 3 if small else 7))
    above.tick_params(labelsize=7 if small else 9, color=GREY)
    above.spines["top"].set_color(GREY)
    if not small:
        above.set_xlabel("Temperature (°C)")


def _celsius(inverse: Array) -> Array:
    return 1000 / np.maximum(inverse, 1e-6) - ZERO_CELSIUS


def _thousand_over(celsius: Array) -> Array:
    return 1000 / np.maximum(celsius + ZERO_CELSIUS, 1e-6)


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


def _predictions(tree: xr.DataTree, series: Sequence[Series]) -> dict[str, Prediction]:
    """Return what the law says of each group: along its data, and on to 25 °C where near."""
    reaches = [_reach(each) for each in series]
    edges = [1000 / t for each in series for t in each.temperature[[0, -1]]]
    grid = np.linspace(min(r[0] for r in reaches), max(r[1] for r in reaches), GRID)
    inverse = np.unique(np.concatenate([grid, edges, np.ravel(reaches)]))
    drawn = predict(_thinned(tree, len(series)), temperature=1000 / inverse)
    dim = group_dim(tree)
    result = {}
    for place, (each, reach) in enumerate(zip(series, reaches, strict=True)):
        own = drawn if dim is None else drawn.isel({dim: place})
        law, new = (
            np.quantile(own[name].transpose("chain", "draw", "point"), [0.03, 0.5, 0.97], (0, 1))
            for name in ("conductivity", "conductivity_new")
        )
        result[each.label] = Prediction(inverse, law, new).between(*reach)
    return result


def _reach(series: Series) -> tuple[float, float]:
    """Return how far in 1000/T the line of a group is drawn.

    As far as 25 °C where that is no further from the data than they span, and a little
    beyond them everywhere.
    """
    low, high = float(1000 / series.temperature[-1]), float(1000 / series.temperature[0])
    span = (high - low) or 0.1
    ends = [low - 0.06 * span, high + 0.06 * span]
    room = 1000 / ROOM
    if low - span <= room <= high + span:
        ends.append(room)
    return min(ends), max(ends)


def _thinned(tree: xr.DataTree, groups: int) -> xr.DataTree:
    posterior = tree.children["posterior"].to_dataset()
    wanted = DRAWS if groups <= TOGETHER else DRAWS_OF_MANY
    step = max(1, posterior.sizes["chain"] * posterior.sizes["draw"] // wanted)
    thin = posterior.isel(draw=slice(None, None, step))
    result = xr.DataTree.from_dict({"posterior": thin})
    result.attrs = tree.attrs
    return result


def _legend(
    figure: "Figure", axes: "Axes", series: Sequence[Series], predicted: dict[str, Prediction]
) -> None:
    """Name the groups by their colours, and what lines and bands are once for all of them."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    grouped = len(series) > 1
    color = GREY if grouped else CHAINS[0]
    for place, each in enumerate(series):
        label = shown_label(each.label) if grouped else "measured"
        style: dict[str, Any] = {"marker": MARKERS[place], "markerfacecolor": "white"}
        line = "-" if predicted and grouped else ""
        handles.append(Line2D([], [], color=CHAINS[place], linestyle=line, label=label, **style))
    if predicted:
        if not grouped:
            handles.append(Line2D([], [], color=color, label="law (median)"))
        handles += [
            Line2D([], [], color=color, linestyle="--", label="extrapolated"),
            Patch(color=color, alpha=0.45, linewidth=0, label="94 % of the law"),
            Patch(color=color, alpha=0.13, linewidth=0, label="94 % of new measurements"),
        ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, fontsize=9, frameon=False)
