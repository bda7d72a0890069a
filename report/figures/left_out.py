"""The distribution of relaxation times: arcs of the circuit, and what the circuit leaves out."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.relaxation_times import leaves_out_anything, relaxation_times
from ..numbers import power_of_ten, scale_of
from .style import BLUE, GREY, INK, ORANGE, hertz, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def left_out(tree: xr.DataTree) -> "Figure":
    """Draw γ(ln τ) of the circuit's arcs, and beneath it what the circuit leaves out.

    Each has an axis of its own: what is left out may be a hundredth of the arcs.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator

    times = relaxation_times(tree)
    figure = new_figure(4.6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    arcs = np.median(times.arcs, axis=0)
    low, median, high = np.quantile(times.left_out, [0.03, 0.5, 0.97], axis=0)
    for axes, values in ((upper, arcs), (lower, np.stack([low, high]))):
        top = float(np.abs(values).max())
        scale = scale_of([top / 3 or 1.0], "ohm")
        axes.axhline(0, color=GREY, linewidth=0.8)
        if axes is upper:
            axes.plot(times.tau, arcs / scale.divisor, color=INK, linewidth=1.4)
            axes.set_title("Arcs of the circuit (median)", fontsize=10, loc="left")
        else:
            axes.fill_between(
                times.tau, low / scale.divisor, high / scale.divisor, color=BLUE, alpha=0.25,
                linewidth=0,
            )  # fmt: skip
            axes.plot(times.tau, median / scale.divisor, color=ORANGE, linewidth=1.4)
            zero = "" if leaves_out_anything(times) else ": the band holds zero everywhere"
            axes.set_title(
                f"What the circuit leaves out, with its 94 % band{zero}", fontsize=10, loc="left"
            )
        axes.set_ylabel(f"γ ({scale.unit})")
        _decades(axes)
        axes.set_xlim(times.tau.min(), times.tau.max())
        tidy(axes)
    lower.set_xlabel("Relaxation time τ (s)")
    top_axis = upper.secondary_xaxis("top", functions=(_inverse, _inverse))
    top_axis.xaxis.set_major_locator(LogLocator(base=100, numticks=12))
    top_axis.xaxis.set_major_formatter(FuncFormatter(lambda f, _: hertz(f, unit=False)))
    top_axis.minorticks_off()
    top_axis.tick_params(labelsize=9)
    top_axis.set_xlabel("Frequency 1/(2πτ) (Hz)", fontsize=9)
    return figure


def _decades(axes: "Axes") -> None:
    """Make the x axis one of relaxation times, with every second decade written as a power."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(base=100, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tau, _: power_of_ten(tau)))


def _inverse(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn a relaxation time into the frequency of the top of its arc, and back."""
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (2 * np.pi * np.asarray(value, dtype=float)))
