"""Figures of the checks of a model: test quantities, leave-one-out, Kramers-Kronig."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ...inference.checks.check import Checks
from ...inference.checks.kramers_kronig import KramersKronig
from ...inference.checks.leave_one_out import INFLUENTIAL, LeaveOneOut
from ...inference.residuals import NORMAL_94
from .style import BLUE, GREY, INK, ORANGE, frequency_axis, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 6.0
"""Test quantities further off than so many standard deviations stand at the edge."""

_PARTS = {"real": ("o", INK, "Z′"), "imag": ("D", ORANGE, "Z″")}
"""Marker, colour and name of the parts of a spectrum."""


def test_quantities(checks: Checks) -> "Figure":
    """Draw each test quantity of the data over its distribution in simulated data."""
    figure = new_figure(0.9 + 0.5 * len(checks.predictive))
    axes = figure.subplots()
    for place, each in enumerate(reversed(checks.predictive)):
        drawn = (each.replicas - each.replicas.mean()) / (each.replicas.std() or 1.0)
        value = (each.check.value - each.replicas.mean()) / (each.replicas.std() or 1.0)
        density, edges = np.histogram(np.clip(drawn, -SHOWN, SHOWN), 48, (-SHOWN, SHOWN))
        middle = (edges[1:] + edges[:-1]) / 2
        axes.fill_between(
            middle, place, place + 0.7 * density / density.max(), color=BLUE, alpha=0.3, linewidth=0
        )
        axes.axhline(place, color="#E6E6E6", linewidth=0.6)
        passed = each.check.passed
        beyond = abs(value) > SHOWN
        axes.plot(
            np.clip(value, -SHOWN, SHOWN),
            place + 0.18,
            (">" if value > 0 else "<") if beyond else "o" if passed else "D",
            color=INK if passed else ORANGE,
            markersize=6,
        )
    axes.set_yticks(
        np.arange(len(checks.predictive)) + 0.18,
        [each.check.name for each in reversed(checks.predictive)],
    )
    axes.set_xlim(-SHOWN - 0.3, SHOWN + 0.3)
    axes.set_ylim(-0.15, len(checks.predictive))
    axes.set_xlabel("Standard deviations from simulated data")
    tidy(axes, grid=False)
    axes.tick_params(axis="y", length=0)
    return figure


def left_out(found: LeaveOneOut, places: xr.DataArray) -> "Figure":
    """Draw the ECDF of the LOO-PIT, and k̂ of each datum over where it was measured."""
    figure = new_figure(4.8)
    upper, lower = figure.subplots(2, 1)
    upper.fill_between(found.at, found.low, found.high, color=BLUE, alpha=0.2, linewidth=0)
    colour = INK if found.calibrated else ORANGE
    upper.step(found.at, found.difference, where="post", color=colour, linewidth=1.4)
    upper.axhline(0, color=GREY, linewidth=0.8)
    upper.set_xlim(0, 1)
    upper.set_xlabel("Probability of a smaller value, from the other data (LOO-PIT)")
    upper.set_ylabel("ECDF − uniform")
    tidy(upper)

    for value, marker, color, label in _by_part(found.k_hat):
        lower.plot(places.values, value, marker, color=color, markersize=4, label=label)
    for limit, style in ((0.7, ":"), (INFLUENTIAL, "-")):
        lower.axhline(limit, color=GREY, linewidth=0.9, linestyle=style)
    lower.set_ylabel("Influence k̂")
    lower.set_xlabel(str(places.attrs["label"]))
    lower.set_ylim(
        min(-0.2, 1.1 * float(found.k_hat.min())), max(1.1, 1.1 * float(found.k_hat.max()))
    )
    if places.name == "frequency":
        frequency_axis(lower, places.values)
    if "part" in found.k_hat.dims:
        figure.legend(loc="outside lower center", ncols=2, fontsize=9, frameon=False)
    tidy(lower)
    return figure


def kramers_kronig(found: KramersKronig) -> "Figure":
    """Draw the residuals of the linear Kramers-Kronig fit."""
    figure = new_figure(3.0)
    axes = figure.subplots()
    band = 100 * NORMAL_94 * found.noise
    axes.axhspan(-band, band, color=BLUE, alpha=0.13, linewidth=0)
    axes.axhline(0, color=GREY, linewidth=0.8)
    for value, (marker, color, label) in zip(found.residuals, _PARTS.values(), strict=True):
        axes.plot(found.frequency, 100 * value, marker, color=color, markersize=3.5, label=label)
    limit = 1.15 * max(100 * float(np.abs(found.residuals).max()), min(band, 300 * found.scatter))
    axes.set_ylim(-limit, limit)
    axes.set_ylabel("Data − consistent\n(% of |Z|)")
    if found.label:
        axes.set_title(f"{found.label}, the worst of several", fontsize=9)
    axes.set_xlabel("Frequency (Hz)")
    frequency_axis(axes, found.frequency)
    figure.legend(loc="outside upper center", ncols=2, fontsize=9, frameon=False)
    tidy(axes)
    return figure


def _by_part(values: xr.DataArray) -> list[tuple[np.ndarray, str, str, str]]:
    """Return values, marker, colour and name of each part; of tables there is one."""
    if "part" not in values.dims:
        return [(values.values, "o", INK, "")]
    return [(values.sel(part=name).values, *style) for name, style in _PARTS.items()]
