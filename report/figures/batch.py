"""Figures of a batch: each quantity over all data sets, and small ones of single data sets."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..numbers import axis_scale
from .style import AMBER, INK, ORANGE, decades_axis, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Chosen = NDArray[np.bool_]

DECADES = 8.0
"""An axis over more than this factor is logarithmic."""


def quantity_over(
    name: str,
    unit: str,
    label: str,
    x: Array,
    values: tuple[Array, Array, Array],
    doubtful: Chosen,
    apart: Chosen,
) -> "Figure":
    """Draw one quantity of all data sets: medians with 94 % intervals.

    Parameters
    ----------
    name, unit
        Of the quantity.
    label, x
        What it is drawn over, of shape (n,).
    values
        The lower end, the median and the upper end, of shape (n,) each.
    doubtful, apart
        Which are drawn as such, of shape (n,).
    """
    scale = axis_scale(values[1], unit)
    low, median, high = (each / scale.divisor for each in values)
    figure = new_figure(2.5)
    axes = figure.subplots()
    size = 4.0 if x.size <= 100 else 2.5
    sound = ~(doubtful | apart)
    for chosen, color, marker, said in (
        (sound, INK, "o", "trusted"),
        (doubtful & ~apart, AMBER, "s", "doubtful"),
        (apart, ORANGE, "D", "apart from its neighbours"),
    ):
        if chosen.any():
            errors = np.stack([median - low, high - median])[:, chosen]
            axes.errorbar(
                x[chosen],
                median[chosen],
                np.maximum(errors, 0),
                fmt=marker,
                color=color,
                markersize=size,
                markerfacecolor="none" if marker == "s" else color,
                elinewidth=0.8,
                label=said,
            )
    positive = low[low > 0]
    if positive.size == low.size and high.max() > DECADES * low.min():
        axes.set_yscale("log")
        decades_axis(axes)
    axes.set_xlabel(label)
    axes.set_ylabel(scale.label(name))
    axes.locator_params(axis="x", integer=bool((x == np.rint(x)).all()))
    tidy(axes)
    if not sound.all():
        figure.legend(loc="outside upper center", ncols=3, fontsize=9, frameon=False)
    return figure


def small(data: xr.Dataset, output: str) -> "Figure":
    """Draw what was measured, small: a spectrum in the complex plane, else over its input."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.4, 1.9), layout="constrained", facecolor="white")
    axes = figure.subplots()
    if output == "Z":
        Z = data["Z"].transpose("part", "frequency").sel(part=["real", "imag"]).values
        scale = axis_scale(np.abs(Z).max(axis=1), "ohm")
        axes.plot(Z[0] / scale.divisor, -Z[1] / scale.divisor, "o", color=INK, markersize=2.5)
        axes.set_aspect("equal", adjustable="datalim")
        names = (scale.label("Z′"), scale.label("−Z″"))
    else:
        over = "temperature" if "temperature" in data.variables else "cycle"
        axes.plot(data[over].values, data[output].values, "o", color=INK, markersize=2.5)
        names = (over.capitalize(), output.capitalize())
    axes.set_xlabel(names[0], fontsize=8)
    axes.set_ylabel(names[1], fontsize=8)
    tidy(axes)
    axes.tick_params(labelsize=7)
    axes.locator_params(nbins=4)
    return figure
