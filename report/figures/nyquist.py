"""The Nyquist plot of an impedance spectrum.

Where the checks of a result failed, the data are drawn and nothing else.
"""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..numbers import scale_of
from .spectrum import QUANTILES, Prediction, Spectrum, legend
from .style import ALONE, FIFTY, INK, NEW, Look, hertz, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

TAIL_SHARE = 0.35
"""Arcs that take a smaller share of a Nyquist plot get a panel of their own."""

STEEP = 1.4
"""A whole spectrum taller than wide by this factor stands beside its arcs, not above them."""

TAIL_RISE = 15.0
"""Degrees by which the phase must rise again towards low frequency to make a tail."""


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
    steep = arcs is not None and height_to_width(bounds[0]) > STEEP
    if steep:
        figure, shapes = new_figure(3.6), [2.3, 0.9]
        all_axes = figure.subplots(1, 2, width_ratios=[0.9 / 2.3, 1])
    else:
        shapes = [min(max(height_to_width(bound), 0.45), 0.8) for bound in bounds]
        figure = new_figure(0.5 + sum(0.5 + 4.2 * shape for shape in shapes))
        all_axes = np.atleast_1d(figure.subplots(len(panels), 1, height_ratios=shapes))
    for axes, title, bound, shape in zip(all_axes, panels, bounds, shapes, strict=False):
        left, right, bottom, top = filled(bound, shape)
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
        width = 72 * (4.2 if shape < 0.8 else 2.6 if shape < 1 else 1.0)
        label_decades(axes, spectrum, scale.divisor, (width, width * shape))
    legend(figure, all_axes[0])
    return figure


def draw_nyquist(
    axes: "Axes", spectrum: Spectrum, divisor: float, size: float = 4.0, look: Look = ALONE
) -> None:
    """Draw a spectrum with model and bands; `size` is that of the points."""
    predicted = spectrum.prediction
    if predicted is not None:
        x, y = predicted.curve[0] / divisor, -predicted.curve[1] / divisor
        offsets, normal = _sideways(spectrum.frequency, predicted)
        for low, high, style in ((0, 3, NEW), (1, 2, FIFTY)):
            edges = [
                (x + offsets[k] * normal[0] / divisor, y + offsets[k] * normal[1] / divisor)
                for k in (low, high)
            ]
            axes.fill(
                np.r_[edges[0][0], edges[1][0][::-1]],
                np.r_[edges[0][1], edges[1][1][::-1]],
                **look.of_band(style),
            )
        axes.plot(x, y, **look.median())
    real, imaginary = spectrum.measured / divisor
    axes.plot(real, -imaginary, **look.measured(size))


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


def height_to_width(bounds: tuple[float, float, float, float]) -> float:
    """Return the shape of bounds."""
    left, right, bottom, top = bounds
    return (top - bottom) / (right - left)


def filled(
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


def label_decades(
    axes: "Axes", spectrum: Spectrum, divisor: float, room: tuple[float, float], size: float = 4.0
) -> None:
    """Write the frequency beside points near a decade, where there is room.

    The room is about the width and height of the axes in points.
    """
    width, height = room
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    points = np.stack(
        [
            (spectrum.measured[0] / divisor - left) / (right - left) * width,
            (-spectrum.measured[1] / divisor - bottom) / (top - bottom) * height,
        ]
    )
    between = np.linspace(0, spectrum.frequency.size - 1, 20 * spectrum.frequency.size)
    occupied = np.stack([np.interp(between, np.arange(len(part)), part) for part in points])
    log = np.log10(spectrum.frequency)
    for decade in range(int(np.floor(log.min())), int(np.ceil(log.max())) + 1):
        point = int(np.argmin(np.abs(log - decade)))
        u, v = points[:, point]
        if abs(log[point] - decade) > 0.15 or not (0 <= u <= width and 0 <= v <= height):
            continue
        for (dx, dy), (ha, va) in _PLACES:
            x0 = u + dx - {"left": 0, "center": 0.5, "right": 1}[ha] * _LABEL[0]
            y0 = v + dy - {"bottom": 0, "center": 0.5, "top": 1}[va] * _LABEL[1]
            x1, y1 = x0 + _LABEL[0], y0 + _LABEL[1]
            inside = (occupied[0] > x0 - 2) & (occupied[0] < x1 + 2)
            inside &= (occupied[1] > y0 - 2) & (occupied[1] < y1 + 2)
            if x0 < 1 or y0 < 1 or x1 > width + 12 or y1 > height or inside.any():
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
                markersize=size,
                label="_labelled",
                zorder=3.1,
            )
            rows = np.linspace(y0, y1, 5)
            columns = np.linspace(x0, x1, 12)
            block = np.stack([np.tile(columns, 5), np.repeat(rows, 12)])
            occupied = np.concatenate([occupied, block], axis=1)
            break
