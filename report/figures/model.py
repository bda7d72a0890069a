"""Figures of models beside each other: differences, where they lie, and the fits."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.caution.general import variable
from ...inference.measured import group_dim
from ...inference.model_comparison import misfit
from ...inference.model_comparison.compare_models import Comparison
from ...inference.model_comparison.distinguish import Region
from ...inference.residuals import NORMAL_94
from ...inference.revive import model_of
from ..numbers import scale_of
from .spectrum import median_prediction
from .style import (
    AMBER,
    BLUE,
    CHAINS,
    GREY,
    INK,
    ORANGE,
    decades_axis,
    frequency_axis,
    new_figure,
    shown_label,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Fits = Mapping[str, xr.DataTree]

MOST = 6
"""Candidates that are drawn, the best ones; more are in the table."""

_ZERO = 273.15


def differences(found: Comparison) -> "Figure":
    """Draw how far each model is behind the best one, with the error of the difference."""
    table, predicted = found.table, bool(found.table["elpd"].notna().all())
    if predicted:
        behind, error, title = table["elpd_diff"], table["dse"], "Difference of elpd to the best"
    else:
        behind = table["log_evidence"] - table["log_evidence"].max()
        error, title = table["evidence_se"], "Difference of log evidence to the best"
    count = len(table)
    figure = new_figure(1.1 + 0.62 * count)
    axes = figure.subplots()
    axes.axvline(0, color=GREY, linewidth=0.8)
    for place, (name, middle, sd) in enumerate(zip(table.index, behind, error, strict=True)):
        color = BLUE if not place else INK
        axes.plot([middle - 2 * sd, middle + 2 * sd], [place] * 2, color=color, linewidth=1)
        axes.plot([middle - sd, middle + sd], [place] * 2, color=color, linewidth=3.5)
        axes.plot(middle, place, "o", color=color, markersize=6)
        row = table.loc[name]
        known = row["p_loo"] if predicted else row["p_waic"]
        told = f"{known:.1f} effective parameters"
        told += f", weight {row['weight']:.2f}" if predicted else ""
        axes.annotate(
            f"{shown_label(str(name), 40)}  ({told})",
            (0, place),
            xycoords=("axes fraction", "data"),
            xytext=(2, 9),
            textcoords="offset points",
            fontsize=9,
            va="bottom",
        )
    axes.set_ylim(count - 0.55, -0.75)
    axes.set_yticks([])
    axes.set_xlabel(f"{title} (± 1 and 2 standard errors)")
    axes.margins(x=0.06)
    tidy(axes)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    return figure


def places(found: Comparison) -> "Figure":
    """Draw at each place by how much the best model does better than each of the others."""
    axis = str(axis_of(found))
    best, *others = (str(name) for name in found.table.index[:MOST])
    regions = {each.worse: each for each in found.regions}
    figure = new_figure(1.15 + 1.55 * len(others))
    panels = np.atleast_1d(figure.subplots(len(others), 1, sharex=True))
    at, label = _along(found.pointwise[axis].values, axis)
    for axes, other in zip(panels, others, strict=True):
        gained = (found.pointwise.sel(model=best) - found.pointwise.sel(model=other)).values
        axes.axhline(0, color=GREY, linewidth=0.8)
        region = regions.get(other)
        if region is not None and region.local:
            axes.axvspan(*_around(region, at, axis), color=AMBER, alpha=0.3, linewidth=0)
        up = gained >= 0
        for chosen, color, marker in ((up, BLUE, "o"), (~up, ORANGE, "D")):
            axes.vlines(at[chosen], 0, gained[chosen], color=color, linewidth=1)
            axes.plot(at[chosen], gained[chosen], marker, color=color, markersize=3.5)
        total = f"{gained.sum():+.1f}".replace("-", "−")
        axes.set_title(f"over {shown_label(other, 44)}: {total} in all", fontsize=10, loc="left")
        axes.margins(y=0.1)
        _x_axis(axes, at, axis)
        tidy(axes)
    panels[-1].set_xlabel(label)
    kind = "elpd" if found.pointwise.name == "elpd" else "log likelihood"
    figure.suptitle(f"{shown_label(best, 50)} does better", fontsize=10)
    figure.supylabel(f"Gain in {kind} at each place", fontsize=10)
    return figure


def fitted(fits: Fits) -> "Figure":
    """Draw the data with what each model makes of them."""
    tree = next(iter(fits.values()))
    if model_of(tree).output == "Z":
        return _nyquists(fits)
    figure = new_figure(3.7)
    axes = figure.subplots()
    axis, model = model_of(tree).inputs[0], model_of(tree)
    scale = scale_of(misfit.observed(tree)[0], str(tree.attrs["unit"]))
    for place, (name, each) in enumerate(fits.items()):
        shown = shown_label(name)
        own = scale_of(misfit.observed(each)[0], str(each.attrs["unit"]))
        for x, y in _lines(each):
            axes.plot(
                _reciprocal(x, axis), y / own.divisor, color=CHAINS[place], label=shown,
                linestyle=("-", "--", "-.", ":", "-", "--")[place], linewidth=1.5, zorder=2.5,
            )  # fmt: skip
            shown = "_"
    x, y = _inputs(tree, axis), misfit.observed(tree)[0]
    axes.plot(
        _reciprocal(x, axis), y / scale.divisor, "o", color=INK, markerfacecolor="none",
        markersize=4, label="measured",
    )  # fmt: skip
    if axis == "temperature":
        decades_axis(axes)
    tidy(axes)
    axes.set_xlabel("1000/T (K⁻¹)" if axis == "temperature" else _along(x, axis)[1])
    axes.set_ylabel(scale.label(model.output.replace("_", " ").capitalize()))
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def residuals(fits: Fits) -> "Figure":
    """Draw what each model leaves of each datum, in predicted standard deviations."""
    figure = new_figure(0.9 + 1.45 * len(fits))
    panels = np.atleast_1d(figure.subplots(len(fits), 1, sharex=True, sharey=True))
    limit, label = 3.5, ""
    for axes, (name, tree) in zip(panels, fits.items(), strict=True):
        axis = model_of(tree).inputs[0]
        at, label = _along(_inputs(tree, axis), axis)
        parts = misfit.residuals(tree)
        limit = max(limit, 1.1 * float(np.abs(parts).max()))
        axes.axhspan(-NORMAL_94, NORMAL_94, color=BLUE, alpha=0.13, linewidth=0)
        axes.axhline(0, color=GREY, linewidth=0.8)
        styles = (("Z′", "o", INK), ("Z″", "^", ORANGE)) if len(parts) > 1 else (("", "o", INK),)
        for values, (part, marker, color) in zip(parts, styles, strict=True):
            axes.plot(at, values, marker, color=color, markersize=3.5, label=part)
        axes.set_title(shown_label(name, 48), fontsize=10, loc="left")
        _x_axis(axes, at, axis)
        tidy(axes)
    panels[0].set_ylim(-limit, limit)
    panels[-1].set_xlabel(label)
    figure.supylabel("Data − model (standard dev.)", fontsize=10)
    handles, labels = panels[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside upper right", ncols=2, frameon=False)
    return figure


def axis_of(found: Comparison) -> str | None:
    """Return the input along which places are neighbours, or None where there is none."""
    return next((str(name) for name in found.pointwise.coords if name != "model"), None)


def _nyquists(fits: Fits) -> "Figure":
    """Draw the spectrum once for each circuit, all on one scale."""
    tree = next(iter(fits.values()))
    frequency = variable(tree, "constant_data", "measured_frequency").values
    measured = misfit.observed(tree)
    real, imag = measured[0], -measured[1]
    width = float(np.ptp(np.r_[real, 0.0])) if real.min() >= 0 else float(np.ptp(real))
    height = float(np.ptp(np.r_[imag, 0.0]))
    left = min(0.0, float(real.min()))
    bottom = min(0.0, float(imag.min()))
    shape = min(max(height / width, 0.4), 1.6)
    rows = -(-len(fits) // 2)
    figure = new_figure(0.45 + rows * (0.6 + 1.9 * shape))
    panels = np.ravel(figure.subplots(rows, 2, sharex=True, sharey=True))
    scale = scale_of([max(width, height) / 2], "ohm")
    grid = np.geomspace(frequency.max(), frequency.min(), 250)
    for axes, (name, each) in zip(panels, fits.items(), strict=False):
        curve = median_prediction(each, grid) / scale.divisor
        axes.plot(
            real / scale.divisor, imag / scale.divisor, "o", color=INK, markerfacecolor="none",
            markersize=3.2, markeredgewidth=0.8, label="measured",
        )  # fmt: skip
        axes.plot(curve[0], -curve[1], color=ORANGE, linewidth=1.4, label="model (median)")
        axes.set_title(shown_label(name, 30), fontsize=9, loc="left")
        axes.set_xlim((left - 0.04 * width) / scale.divisor, (left + 1.06 * width) / scale.divisor)
        axes.set_ylim(
            (bottom - 0.04 * height) / scale.divisor,
            (bottom + max(1.1 * height, shape * 1.1 * width)) / scale.divisor,
        )
        axes.set_aspect("equal", adjustable="box")
        axes.locator_params(nbins=5)
        tidy(axes)
    for axes in panels[len(fits) :]:
        axes.set_visible(False)
    for axes in panels[max(0, len(fits) - 2) : len(fits)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(f"Z′ ({scale.unit})")
    for axes in panels[::2]:
        axes.set_ylabel(f"−Z″ ({scale.unit})")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def _inputs(tree: xr.DataTree, name: str) -> Array:
    return np.asarray(variable(tree, "constant_data", f"measured_{name}").values)


def _lines(tree: xr.DataTree) -> Iterable[tuple[Array, Array]]:
    """Yield the median prediction at the data of each group, from low to high input."""
    at, middle = _inputs(tree, model_of(tree).inputs[0]), misfit.predictive(tree)[0][0]
    dim = group_dim(tree)
    group = np.zeros(at.size, dtype=int)
    if dim is not None:
        group = variable(tree, "constant_data", f"{dim}_of_point").values
    for each in np.unique(group):
        own = np.flatnonzero(group == each)
        own = own[np.argsort(at[own], kind="stable")]
        yield at[own], middle[own]


def _along(values: Array, axis: str) -> tuple[Array, str]:
    """Return the places along an axis, and its label."""
    if axis == "temperature":
        return values - _ZERO, "Temperature (°C)"
    labels = {"frequency": "Frequency (Hz)", "potential": "Potential (V)"}
    return values, labels.get(axis, axis.capitalize())


def _x_axis(axes: "Axes", at: Array, axis: str) -> None:
    if axis == "frequency":
        frequency_axis(axes, at)


def _around(region: Region, at: Array, axis: str) -> tuple[float, float]:
    """Return the ends of a region, half a step beyond its places."""
    (low, high), _ = _along(np.array([region.low, region.high]), axis)
    grid = np.unique(at)
    grid = np.log(grid) if axis == "frequency" else grid
    ends = np.log([low, high]) if axis == "frequency" else np.array([low, high])
    half = 0.5 * float(np.median(np.diff(grid))) if grid.size > 1 else 0.5
    low, high = ends[0] - half, ends[1] + half
    return (np.exp(low), np.exp(high)) if axis == "frequency" else (low, high)


def _reciprocal(values: Array, axis: str) -> Any:
    return 1000 / values if axis == "temperature" else values
