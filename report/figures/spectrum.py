"""Figures of an impedance spectrum over frequency: Bode, residuals.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.caution.general import variable
from ...inference.caution.spectrum import standardized_residuals
from ...inference.discrepancy import added, is_discrepant
from ...inference.residuals import NORMAL_94
from ...inference.verdict import Verdict
from ...models.circuit import Circuit
from ..numbers import Scale, scale_of
from .style import (
    ALONE,
    BLUE,
    FIFTY,
    GREY,
    INK,
    NEW,
    ORANGE,
    Look,
    frequency_axis,
    new_figure,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

QUANTILES = (0.03, 0.25, 0.75, 0.97)
DRAWS = 1000
"""Draws that bands are computed from; more move them by less than a line's width."""


@dataclass(frozen=True)
class Prediction:
    """What the model predicts for a spectrum.

    ``replicas`` are draws of the posterior predictive, of shape (draw, 2, n), and ``curve``
    the median prediction without noise on the frequencies ``grid``.
    """

    replicas: Array
    grid: Array
    curve: Array


@dataclass(frozen=True)
class Spectrum:
    """A measured spectrum from high to low frequency, predicted where the checks passed."""

    frequency: Array
    measured: Array
    prediction: Prediction | None = None

    @classmethod
    def of(cls, tree: xr.DataTree) -> "Spectrum":
        """Read a result."""
        frequency = variable(tree, "constant_data", "measured_frequency").values
        order = np.argsort(-frequency)
        alone = cls.measured_in(variable(tree, "observed_data", "Z"), frequency)
        if not Verdict.of(tree).passed:
            return alone
        dims = ("chain", "draw", "part", "frequency")
        replicas = variable(tree, "posterior_predictive", "Z").transpose(*dims).values[..., order]
        grid = np.geomspace(alone.frequency[0], alone.frequency[-1], 250)
        prediction = Prediction(_thin(replicas, DRAWS), grid, median_prediction(tree, grid))
        return replace(alone, prediction=prediction)

    @classmethod
    def measured_in(cls, Z: xr.DataArray, frequency: Array) -> "Spectrum":
        """Put what was measured in order, as it is before any fit."""
        order = np.argsort(-frequency)
        return cls(frequency[order], Z.transpose("part", "frequency").values[:, order])


def bode(tree: xr.DataTree) -> "Figure":
    """Draw |Z| and phase against frequency, with the predictive band."""
    spectrum = Spectrum.of(tree)
    figure = new_figure(4.6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    draw_bode((upper, lower), spectrum, scale_of(np.hypot(*spectrum.measured), "ohm"))
    legend(figure, upper)
    return figure


def draw_bode(
    panels: "Sequence[Axes]",
    spectrum: Spectrum,
    scale: Scale,
    size: float = 4.0,
    look: Look = ALONE,
) -> None:
    """Draw |Z| on the first panel and the phase on the second."""
    views: tuple[Callable[[Any], Any], ...] = (
        lambda Z: np.hypot(Z[..., 0, :], Z[..., 1, :]) / scale.divisor,
        lambda Z: -np.degrees(np.arctan2(Z[..., 1, :], Z[..., 0, :])),
    )
    labels = (f"|Z| ({scale.unit})", "−Phase (°)")
    for axes, view, label in zip(panels, views, labels, strict=True):
        predicted = spectrum.prediction
        if predicted is not None:
            edges = np.quantile(view(predicted.replicas), QUANTILES, axis=0)
            axes.fill_between(spectrum.frequency, edges[0], edges[3], **look.of_band(NEW))
            axes.fill_between(spectrum.frequency, edges[1], edges[2], **look.of_band(FIFTY))
            axes.plot(predicted.grid, view(predicted.curve), **look.median())
        axes.plot(spectrum.frequency, view(spectrum.measured), **look.measured(size))
        axes.set_ylabel(label)
        frequency_axis(axes, spectrum.frequency)
        tidy(axes)
    panels[0].set_yscale("log")
    _log_ticks(panels[0])
    panels[-1].set_xlabel("Frequency (Hz)")


def residuals(tree: xr.DataTree) -> "Figure":
    """Draw what the model leaves of each point, in predicted standard deviations."""
    frequency, values = standardized_residuals(tree)
    figure = new_figure(4.0)
    panels = figure.subplots(2, 1, sharex=True, sharey=True)
    limit = max(3.5, 1.1 * float(np.abs(values).max()))
    for axes, part, label in zip(panels, values, ("Z′", "Z″"), strict=True):
        axes.axhspan(-NORMAL_94, NORMAL_94, color=BLUE, alpha=0.13, linewidth=0)
        axes.axhline(0, color=GREY, linewidth=0.8)
        inside = np.abs(part) <= NORMAL_94
        axes.plot(frequency[inside], part[inside], "o", color=INK, markersize=3.5)
        axes.plot(frequency[~inside], part[~inside], "D", color=ORANGE, markersize=4.5)
        axes.set_title(
            f"{label}: {inside.sum()} of {inside.size} points inside the 94 % band",
            fontsize=10,
            loc="left",
        )
        axes.set_ylabel("Data − model\n(standard dev.)")
        axes.set_ylim(-limit, limit)
        frequency_axis(axes, frequency)
        tidy(axes)
    panels[-1].set_xlabel("Frequency (Hz)")
    return figure


def draw_relative_residuals(
    panels: "Sequence[Axes]",
    frequency: Array,
    percent: Array,
    band: Sequence[Array] | None,
    size: float = 4.0,
    look: Look = ALONE,
) -> None:
    """Draw residuals of real and imaginary part in percent of |Z|, over 94 % of new data."""
    for part, (axes, name) in enumerate(zip(panels, ("Z′", "Z″"), strict=True)):
        if not axes.lines:
            axes.axhline(0, color=GREY, linewidth=0.8)
        if band is not None:
            axes.fill_between(frequency, band[0][part], band[1][part], **look.of_band(NEW))
        axes.plot(frequency, percent[part], **look.measured(size))
        axes.set_ylabel(f"Δ{name} (% of |Z|)")
        tidy(axes)
    panels[-1].set_xlabel("Frequency (Hz)")


def median_prediction(tree: xr.DataTree, frequency: Array, draws: int = 200) -> Array:
    """Return the median of what the model predicts without noise, of shape (2, n).

    With what the circuit leaves out, and without errors of the instrument.
    """
    if is_discrepant(tree):
        posterior = tree.children["posterior"].dataset
        count = posterior.sizes["chain"] * posterior.sizes["draw"]
        taken = slice(None, None, max(1, count // draws))
        return np.asarray(np.median(added(tree, frequency, instrument=False, taken=taken), axis=0))
    if is_discrepant(tree):
        posterior = tree.children["posterior"].dataset
        count = posterior.sizes["chain"] * posterior.sizes["draw"]
        taken = slice(None, None, max(1, count // draws))
        return np.asarray(np.median(added(tree, frequency, instrument=False, taken=taken), axis=0))
    circuit = Circuit.parse(tree.attrs["model"])
    values = {
        parameter.name: _thin(variable(tree, "posterior", parameter.name).values, draws)[:, None]
        for parameter in circuit.parameters
    }
    response = circuit.response({"frequency": frequency}, values)
    return np.asarray(np.median(response, axis=0), dtype=float)


def legend(figure: "Figure", axes: "Axes") -> None:
    """Say what points, lines and bands are, once for all panels."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=9, frameon=False)


def _log_ticks(axes: "Axes") -> None:
    """Write numbers at more places of a decade the fewer decades there are."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    low, high = axes.get_ylim()
    subs: tuple[float, ...] = (1.0,)
    if high / low < 300:
        subs = (1.0, 2.0, 5.0)
    if high / low < 10:
        subs = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
    axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:g}" if value < 1e3 else f"{value / 1e3:g}k")
    )


def _thin(values: Any, count: int) -> Array:
    """Return about `count` draws of an array of dims (chain, draw, ...), evenly taken."""
    flat = np.asarray(values, dtype=float).reshape(-1, *np.shape(values)[2:])
    return flat[:: max(1, len(flat) // count)]
