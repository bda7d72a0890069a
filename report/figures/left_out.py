"""The distribution of relaxation times: arcs of the circuit, and what the circuit leaves out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ...inference.relaxation_peaks import Peak, relaxation_peaks
from ...inference.relaxation_times import (
    RelaxationTimes,
    leaves_out_anything,
    relaxation_times,
)
from ..numbers import Scale, power_of_ten, quantity, scale_of
from .style import BAND, BLUE, GREY, INK, MEDIAN, ORANGE, Look, hertz, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]


def left_out(tree: xr.DataTree) -> "Figure":
    """Draw γ(ln τ) of the circuit's arcs, and beneath it what the circuit leaves out.

    Each has an axis of its own: what is left out may be a hundredth of the arcs.
    """
    times = relaxation_times(tree)
    figure = new_figure(4.6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    arcs = np.median(times.arcs, axis=0)
    scale = _framed(upper, times.tau, arcs, "Arcs of the circuit (median)")
    upper.plot(times.tau, arcs / scale.divisor, color=INK, linewidth=1.4)
    told = ", with its 94 % band" if leaves_out_anything(times) else ": its 94 % band holds zero"
    _band(lower, times, f"What the circuit leaves out{told}")
    lower.set_xlabel("Relaxation time τ (s)")
    _frequencies(upper)
    return figure


def distributed(tree: xr.DataTree) -> "Figure":
    """Draw the distribution of relaxation times γ(ln τ) that stands in a circuit."""
    figure = new_figure(3.2)
    axes = figure.subplots()
    _band(axes, relaxation_times(tree), "Distribution of relaxation times, with its 94 % band")
    _marks(axes, relaxation_peaks(tree))
    axes.set_xlabel("Relaxation time τ (s)")
    _frequencies(axes)
    return figure


def _marks(axes: "Axes", peaks: Sequence[Peak]) -> None:
    """Mark peaks above the curve, with the interval of their relaxation time and their ohm."""
    bottom, top = axes.get_ylim()
    for place, peak in enumerate(peaks):
        low, middle, high = np.quantile(peak.tau, [0.03, 0.5, 0.97])
        height = top + (0.05 + 0.09 * (place % 2)) * (top - bottom)
        axes.plot([low, high], [height, height], color=INK, linewidth=1.4)
        axes.plot(middle, height, marker="v", markersize=5, color=INK)
        axes.annotate(
            quantity(float(np.median(peak.resistance)), "ohm"),
            (middle, height),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=INK,
        )
    axes.set_ylim(bottom, top + (0.28 if peaks else 0.0) * (top - bottom))


def _band(axes: "Axes", times: RelaxationTimes, title: str) -> None:
    """Draw the median and the 94 % band of what is no arc of the circuit."""
    low, median, high = np.quantile(times.left_out, [0.03, 0.5, 0.97], axis=0)
    scale = _framed(axes, times.tau, np.stack([low, high]), title)
    axes.fill_between(
        times.tau, low / scale.divisor, high / scale.divisor, color=BLUE, alpha=0.25, linewidth=0
    )
    axes.plot(times.tau, median / scale.divisor, color=ORANGE, linewidth=1.4)


def _framed(axes: "Axes", tau: Array, values: Array, title: str) -> Scale:
    """Set up axes of γ over τ, and return the scale that suits values."""
    scale = scale_of([float(np.abs(values).max()) / 3 or 1.0], "ohm")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_ylabel(f"γ ({scale.unit})")
    _decades(axes)
    axes.set_xlim(tau.min(), tau.max())
    tidy(axes)
    return scale


def _frequencies(axes: "Axes") -> None:
    """Put the frequency of the top of an arc above its relaxation time."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    top_axis = axes.secondary_xaxis("top", functions=(_inverse, _inverse))
    top_axis.xaxis.set_major_locator(LogLocator(base=100, numticks=12))
    top_axis.xaxis.set_major_formatter(FuncFormatter(lambda f, _: hertz(f, unit=False)))
    top_axis.minorticks_off()
    top_axis.tick_params(labelsize=9, color=GREY)
    top_axis.spines["top"].set_color(GREY)
    top_axis.set_xlabel("Frequency 1/(2πτ) (Hz)", fontsize=9)


def _decades(axes: "Axes") -> None:
    """Make the x axis one of relaxation times, with every second decade written as a power."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(base=100, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tau, _: power_of_ten(tau)))


def _inverse(value: ArrayLike) -> Array:
    """Turn a relaxation time into the frequency of the top of its arc, and back."""
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (2 * np.pi * np.asarray(value, dtype=float)))


def draw_whole(axes: "Axes", times: RelaxationTimes, scale: Scale, look: Look) -> None:
    """Draw the arcs together with what they leave out: the median and the 94 % band."""
    low, median, high = np.quantile(times.arcs + times.left_out, [0.03, 0.5, 0.97], axis=0)
    axes.fill_between(
        times.tau, low / scale.divisor, high / scale.divisor, color=look.band, alpha=0.25,
        linewidth=0, label=look.called(BAND),
    )  # fmt: skip
    axes.plot(
        times.tau, median / scale.divisor, color=look.line, linewidth=1.4,
        label=look.label or MEDIAN,
    )  # fmt: skip
    framed = not axes.child_axes
    axes.set_ylabel(f"γ ({scale.unit})")
    axes.set_xlabel("Relaxation time τ (s)")
    _decades(axes)
    tidy(axes)
    if framed:
        axes.axhline(0, color=GREY, linewidth=0.8)
        _frequencies(axes)
