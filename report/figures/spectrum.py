"""Figures of an impedance spectrum: Nyquist, Bode, residuals.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
from ..numbers import scale_of
from .style import BLUE, GREY, INK, ORANGE, frequency_axis, hertz, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

QUANTILES = (0.03, 0.25, 0.75, 0.97)
DRAWS = 1000
"""Draws that bands are computed from; more move them by less than a line's width."""

TAIL_SHARE = 0.35
"""Arcs that take a smaller share of a Nyquist plot get a panel of their own."""

STEEP = 1.4
"""A whole spectrum taller than wide by this factor stands beside its arcs, not above them."""

TAIL_RISE = 15.0
"""Degrees by which the phase must rise again towards low frequency to make a tail."""


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
        measured = (
            variable(tree, "observed_data", "Z").transpose("part", "frequency").values[:, order]
        )
        frequency = frequency[order]
        if not Verdict.of(tree).passed:
            return cls(frequency, measured)
        dims = ("chain", "draw", "part", "frequency")
        replicas = variable(tree, "posterior_predictive", "Z").transpose(*dims).values[..., order]
        grid = np.geomspace(frequency[0], frequency[-1], 250)
        prediction = Prediction(_thin(replicas, DRAWS), grid, median_prediction(tree, grid))
        return cls(frequency, measured, prediction)


def nyquist(tree: xr.DataTree) -> "Figure":
    """Draw the spectrum in the complex plane, with the model and its predictive band.

    Where a blocking tail makes the arcs small, they get a second panel.
    """
    spectrum = Spectrum.of(tree)
    panels = {"": spectrum.measured}
    arcs = arcs_of(spectrum)
    if arcs is not None:
        panels = {"Whole spectrum": spectrum.measured, "The arcs": arcs}
    bounds = [bounds_of(Z) for Z in panels.values()]
    steep = arcs is not None and _height_to_width(bounds[0]) > STEEP
    if steep:
        figure, shapes = new_figure(3.6), [2.3, 0.9]
        all_axes = figure.subplots(1, 2, width_ratios=[0.9 / 2.3, 1])
    else:
        shapes = [min(max(_height_to_width(bound), 0.45), 0.8) for bound in bounds]
        figure = new_figure(0.5 + sum(0.5 + 4.2 * shape for shape in shapes))
        all_axes = np.atleast_1d(figure.subplots(len(panels), 1, height_ratios=shapes))
    for axes, title, bound, shape in zip(all_axes, panels, bounds, shapes, strict=False):
        left, right, bottom, top = _filled(bound, shape)
        scale = scale_of([max(abs(right), abs(top)) / 2], "ohm")
        draw_nyquist(axes, spectrum, scale.divisor)
        axes.set_xlim(left / scale.divisor, right / scale.divisor)
        axes.set_ylim(bottom / scale.divisor, top / scale.divisor)
        axes.set_aspect("equal", adjustable="box")
        axes.set_xlabel(f"Z′ ({scale.unit})")
        axes.set_ylabel(f"−Z″ ({scale.unit})")
        axes.set_title(title, fontsize=10, loc="left")
        axes.locator_params(axis="x", nbins=3 if shape > 1 else 7)
        tidy(axes)
        _label_decades(axes, spectrum, scale.divisor, shape)
    _legend(figure, all_axes[0])
    return figure


def bode(tree: xr.DataTree) -> "Figure":
    """Draw |Z| and phase against frequency, with the predictive band."""
    spectrum = Spectrum.of(tree)
    figure = new_figure(4.6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    scale = scale_of(np.hypot(*spectrum.measured), "ohm")
    views: list[tuple[Axes, Callable[[Any], Any]]] = [
        (upper, lambda Z: np.hypot(Z[..., 0, :], Z[..., 1, :]) / scale.divisor),
        (lower, lambda Z: -np.degrees(np.arctan2(Z[..., 1, :], Z[..., 0, :]))),
    ]
    for axes, view in views:
        predicted = spectrum.prediction
        if predicted is not None:
            low, lower_half, upper_half, high = np.quantile(
                view(predicted.replicas), QUANTILES, axis=0
            )
            axes.fill_between(spectrum.frequency, low, high, **_BAND_94)
            axes.fill_between(spectrum.frequency, lower_half, upper_half, **_BAND_50)
            axes.plot(predicted.grid, view(predicted.curve), **_MEDIAN)
        axes.plot(spectrum.frequency, view(spectrum.measured), **_DATA)
    upper.set_yscale("log")
    _log_ticks(upper)
    upper.set_ylabel(f"|Z| ({scale.unit})")
    lower.set_ylabel("−Phase (°)")
    lower.set_xlabel("Frequency (Hz)")
    for axes in (upper, lower):
        frequency_axis(axes, spectrum.frequency)
        tidy(axes)
    _legend(figure, upper)
    return figure


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


def median_prediction(tree: xr.DataTree, frequency: Array, draws: int = 200) -> Array:
    """Return the median of what the model predicts without noise, of shape (2, n).

    With what the circuit leaves out, and without errors of the instrument.
    """
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


_DATA: dict[str, Any] = {
    "linestyle": "",
    "marker": "o",
    "markersize": 4,
    "markerfacecolor": "none",
    "markeredgecolor": INK,
    "markeredgewidth": 0.9,
    "label": "measured",
    "zorder": 3,
}
_MEDIAN: dict[str, Any] = {
    "color": ORANGE,
    "linewidth": 1.4,
    "label": "model (median)",
    "zorder": 2.5,
}
_BAND_94: dict[str, Any] = {
    "color": BLUE,
    "alpha": 0.25,
    "linewidth": 0,
    "label": "94 % of new data",
}
_BAND_50: dict[str, Any] = {
    "color": BLUE,
    "alpha": 0.45,
    "linewidth": 0,
    "label": "50 % of new data",
}


def draw_nyquist(axes: "Axes", spectrum: Spectrum, divisor: float, size: float = 4.0) -> None:
    """Draw a spectrum with model and bands; `size` is that of the points."""
    predicted = spectrum.prediction
    if predicted is not None:
        x, y = predicted.curve[0] / divisor, -predicted.curve[1] / divisor
        offsets, normal = _sideways(spectrum.frequency, predicted)
        for low, high, style in ((0, 3, _BAND_94), (1, 2, _BAND_50)):
            edges = [
                (x + offsets[k] * normal[0] / divisor, y + offsets[k] * normal[1] / divisor)
                for k in (low, high)
            ]
            axes.fill(
                np.r_[edges[0][0], edges[1][0][::-1]],
                np.r_[edges[0][1], edges[1][1][::-1]],
                **style,
            )
        axes.plot(x, y, **_MEDIAN)
    points = _DATA | {"markersize": size, "markeredgewidth": min(0.9, 0.22 * size)}
    axes.plot(spectrum.measured[0] / divisor, -spectrum.measured[1] / divisor, **points)


def _sideways(frequency: Array, predicted: Prediction) -> tuple[Array, Array]:
    """Return the predictive quantiles across the curve on its grid, and its normals.

    At each frequency a band in the plane is what lies to either side of the curve.
    """
    at, grid = -np.log(frequency), -np.log(predicted.grid)
    curve = np.stack([predicted.curve[0], -predicted.curve[1]])
    tangent = np.gradient(curve, grid, axis=1)
    normal = np.stack([-tangent[1], tangent[0]]) / np.maximum(np.hypot(*tangent), 1e-300)
    center = np.stack([np.interp(at, grid, part) for part in curve])
    across = np.stack([np.interp(at, grid, part) for part in normal])
    drawn = np.stack([predicted.replicas[:, 0], -predicted.replicas[:, 1]], axis=1)
    aside = ((drawn - center) * across).sum(axis=1)
    quantiles = np.quantile(aside, QUANTILES, axis=0)
    return np.stack([np.interp(grid, at, quantile) for quantile in quantiles]), normal


def arcs_of(spectrum: Spectrum) -> Array | None:
    """Return the points left of a blocking tail, or None where the arcs can be seen."""
    real, imag = spectrum.measured
    phase = -np.degrees(np.arctan2(imag, real))
    if phase.size < 8:
        return None
    smooth = np.convolve(np.r_[phase[0], phase, phase[-1]], np.ones(3) / 3, "valid")
    interior = np.arange(2, phase.size - 2)
    lowest = interior[(smooth[2:-2] <= smooth[1:-3]) & (smooth[2:-2] <= smooth[3:-1])]
    lowest = lowest[[smooth[k:].max() - smooth[k] > TAIL_RISE for k in lowest]]
    if not lowest.size:
        return None
    arcs = spectrum.measured[:, : int(lowest[-1]) + 2]
    share = np.ptp(np.c_[arcs, [0, 0]], axis=1).max() / np.ptp(spectrum.measured, axis=1).max()
    return arcs if share < TAIL_SHARE else None


def bounds_of(Z: Array) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of a Nyquist plot, with the origin where it is near."""
    real, imag = Z[0], -Z[1]
    left, right = float(real.min()), float(real.max())
    if left > 0 and left < right - left:
        left = 0.0
    bottom, top = min(0.0, float(imag.min())), float(imag.max())
    pad = 0.06 * max(right - left, top - bottom)
    return left - pad * (left != 0), right + pad, bottom - pad * (bottom != 0), top + 1.5 * pad


def _height_to_width(bounds: tuple[float, float, float, float]) -> float:
    left, right, bottom, top = bounds
    return (top - bottom) / (right - left)


def _filled(
    bounds: tuple[float, float, float, float], ratio: float
) -> tuple[float, float, float, float]:
    """Widen bounds to the shape of the panel, so that equal scales fill it."""
    left, right, bottom, top = bounds
    width, height = right - left, top - bottom
    if height > ratio * width:
        grow = height / ratio - width
        return left - 0.15 * grow * (left != 0), right + grow, bottom, top
    return left, right, bottom, bottom + ratio * width


# Where a label can stand beside its point: shift in points, and which corner is held there.
_PLACES = (
    ((0, 6), ("center", "bottom")),
    ((6, 3), ("left", "bottom")),
    ((-6, 3), ("right", "bottom")),
    ((7, -1), ("left", "center")),
    ((-7, -1), ("right", "center")),
    ((6, -4), ("left", "top")),
    ((-6, -4), ("right", "top")),
)
_LABEL = (45.0, 12.0)
"""About the width and height of a frequency in points."""


def _label_decades(axes: "Axes", spectrum: Spectrum, divisor: float, shape: float) -> None:
    """Write the frequency beside points near a decade, where there is room."""
    width = 72 * 4.2 if shape < 0.8 else 72 * (2.6 if shape < 1 else 1.0)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    points = np.stack(
        [
            (spectrum.measured[0] / divisor - left) / (right - left) * width,
            (-spectrum.measured[1] / divisor - bottom) / (top - bottom) * width * shape,
        ]
    )
    between = np.linspace(0, spectrum.frequency.size - 1, 20 * spectrum.frequency.size)
    occupied = np.stack([np.interp(between, np.arange(len(part)), part) for part in points])
    log = np.log10(spectrum.frequency)
    for decade in range(int(np.floor(log.min())), int(np.ceil(log.max())) + 1):
        point = int(np.argmin(np.abs(log - decade)))
        u, v = points[:, point]
        if abs(log[point] - decade) > 0.15 or not (0 <= u <= width and 0 <= v <= width * shape):
            continue
        for (dx, dy), (ha, va) in _PLACES:
            x0 = u + dx - {"left": 0, "center": 0.5, "right": 1}[ha] * _LABEL[0]
            y0 = v + dy - {"bottom": 0, "center": 0.5, "top": 1}[va] * _LABEL[1]
            x1, y1 = x0 + _LABEL[0], y0 + _LABEL[1]
            inside = (occupied[0] > x0 - 2) & (occupied[0] < x1 + 2)
            inside &= (occupied[1] > y0 - 2) & (occupied[1] < y1 + 2)
            if x0 < 1 or y0 < 1 or x1 > width + 12 or y1 > width * shape or inside.any():
                continue
            axes.annotate(
                hertz(10.0**decade),
                (spectrum.measured[0, point] / divisor, -spectrum.measured[1, point] / divisor),
                xytext=(dx, dy),
                textcoords="offset points",
                ha=ha,
                va=va,
                fontsize=9,
                zorder=4,
            )
            axes.plot(
                spectrum.measured[0, point] / divisor,
                -spectrum.measured[1, point] / divisor,
                "o",
                color=INK,
                markersize=4,
                zorder=3.1,
            )
            rows = np.linspace(y0, y1, 5)
            columns = np.linspace(x0, x1, 12)
            block = np.stack([np.tile(columns, 5), np.repeat(rows, 12)])
            occupied = np.concatenate([occupied, block], axis=1)
            break


def _legend(figure: "Figure", axes: "Axes") -> None:
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
