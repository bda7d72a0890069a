"""Marks on axes of cycles: bands, laws, points, what is extrapolated, thresholds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.cycling.cycle_series import CycleSeries
from .style import GREY, MEASURED, ORANGE, Look, plain_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

SHADE = "#F1F1F1"
NEW, LAW = 0.13, 0.36

OF_MEDIAN, EXTRAPOLATED = "law (median)", "extrapolated"
OF_LAW, OF_NEW = "94 % of the law", "94 % of new measurements"
UNNAMED = Look(label="_")
"""Of what has no legend of its own."""


def draw_band(
    axes: "Axes", x: Array, quantiles: Array, color: str, alpha: float, name: str = "_band"
) -> None:
    """Fill between the first and the last quantile."""
    axes.fill_between(
        x, quantiles[0], quantiles[-1], color=color, alpha=alpha, linewidth=0, label=name
    )


def draw_law(
    axes: "Axes",
    x: Array,
    quantiles: Array,
    last: float,
    color: str,
    alpha: float = LAW,
    names: Look = UNNAMED,
) -> None:
    """Draw the band of a law and its median, dashed beyond the last measured cycle."""
    draw_band(axes, x, quantiles, color, alpha, names.called(OF_LAW))
    draw_median(axes, x, quantiles[1], last, color, 1.3, names)


def draw_median(
    axes: "Axes",
    x: Array,
    middle: Array,
    last: float,
    color: str,
    width: float,
    names: Look = UNNAMED,
) -> None:
    """Draw a line, dashed beyond the last measured cycle."""
    for part, style, what in ((x <= last, "-", OF_MEDIAN), (x >= last, "--", EXTRAPOLATED)):
        if part.any():
            label = names.called(what)
            axes.plot(
                x[part], middle[part], style, color=color, linewidth=width, zorder=2.6, label=label
            )


def draw_points(
    axes: "Axes",
    series: CycleSeries,
    divisor: float,
    color: str,
    size: float = 3.0,
    names: Look = UNNAMED,
) -> None:
    """Draw what was measured, on axes whose limits are set; see `mark_beyond`."""
    values = series.value / divisor
    beyond = mark_beyond(axes, series.cycle, values, color)
    axes.plot(
        series.cycle[~beyond],
        values[~beyond],
        marker=".",
        markersize=size,
        alpha=0.6,
        linestyle="",
        color=color,
        zorder=2.2,
        label=names.called(MEASURED),
    )


def mark_beyond(axes: "Axes", x: Array, values: Array, color: str) -> NDArray[np.bool_]:
    """Draw values that lie beyond the axis as arrows at its edge, and return which they are.

    The limits have to be set before: an axis that still grows loses none.
    """
    low, high = axes.get_ylim()
    above, below = values > high, values < low
    for beyond, edge, marker in ((above, high, "^"), (below, low, "v")):
        if beyond.any():
            axes.plot(
                x[beyond],
                np.full(int(beyond.sum()), edge),
                marker=marker,
                markersize=5,
                clip_on=False,
                linestyle="",
                color=color,
                zorder=2.2,
            )
    return np.asarray(above | below)


def mark_extrapolated(axes: "Axes", last: float, end: float, small: bool = False) -> None:
    """Shade what lies beyond the last measured cycle, and say what it is where there is room."""
    axes.axvspan(last, end, color=SHADE, linewidth=0, zorder=0)
    axes.axvline(last, color=GREY, linewidth=0.8, zorder=1)
    axes.set_xlim(right=end)
    low, _ = axes.get_xlim()
    roomy = (end - last) / (end - low) > (0.45 if small else 0.25)
    if roomy:
        axes.annotate(
            "extrapolated",
            (last, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            fontsize=7 if small else 8.5,
            color="#555555",
        )


def mark_threshold(axes: "Axes", value: float, text: str) -> None:
    """Draw the line of a threshold where the axis holds it."""
    low, high = axes.get_ylim()
    if low <= value <= high:
        axes.axhline(value, color=ORANGE, linewidth=1.1, linestyle=(0, (5, 2)), zorder=1.5)
        axes.annotate(
            f"threshold {text}" if text else "",
            (0.0, value),
            xycoords=("axes fraction", "data"),
            xytext=(4, 2),
            textcoords="offset points",
            fontsize=8,
            color=ORANGE,
        )


def retention_axis(axes: "Axes", reference: float) -> None:
    """Write on the right how much of a reference is left, in percent."""
    right = axes.secondary_yaxis(
        "right",
        functions=(
            lambda q: 100 * np.asarray(q) / reference,
            lambda r: np.asarray(r) * reference / 100,
        ),
    )
    right.set_ylabel("Retention (%)")
    right.tick_params(labelsize=9, color=GREY)
    right.spines["right"].set_color(GREY)
    right.yaxis.set_major_formatter(plain_numbers())


def set_limits(
    axes: "Axes",
    values: Sequence[Array],
    law: xr.DataArray | None,
    threshold: float | None,
    in_percent: bool = False,
) -> None:
    """Set limits that hold the data but their spikes, and the law down to a little below all."""
    each = np.concatenate([*values])
    low, high = np.quantile(each, [0.01, 0.99])
    inside = each[(each > low - 0.5 * (high - low) - 1e-9) & (each < 1.5 * high - 0.5 * low + 1e-9)]
    low, high = float(inside.min()), float(inside.max())
    if law is not None:
        least = float(law.min())
        floor = min(low, threshold) if threshold is not None else low
        low = min(low, max(least, floor - 0.35 * (high - floor)))
        high = max(high, min(float(law.max()), high + 0.3 * (high - low)))
    pad = 0.06 * ((high - low) or abs(high))
    factor = 100 if in_percent else 1
    axes.set_ylim(factor * (low - pad), factor * (high + 2 * pad))
