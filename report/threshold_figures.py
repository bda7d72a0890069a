"""Figures of when a threshold is reached, and of several laws side by side."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..inference.ageing import Who, cycles_to, told
from ..inference.cycle_series import cycle_series, question_of
from ..inference.scalars import element
from .cycle_axes import (
    draw_law,
    draw_median,
    draw_points,
    mark_extrapolated,
    mark_threshold,
    set_limits,
)
from .fade_answers import THRESHOLD, answers, percent, subjects
from .fade_figures import PANELS
from .figures import BLUE, GREY, INK, ORANGE, new_figure, shown_label, tidy
from .posterior_figures import density, refuse_untrusted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

WIDE = 8.0
"""Cycles that spread over more than this factor are drawn over a logarithmic axis."""

FEW = 0.005


def cycles_to_threshold(tree: xr.DataTree) -> "Figure":
    """Draw what is known of the cycle at which the threshold is reached, a row each.

    The share of the draws that do not reach it before the horizon stands beside it.
    """
    refuse_untrusted(tree)
    question, whom = question_of(tree), subjects(tree)
    asked = answers(tree, question) or xr.Dataset()
    horizon = float(asked[THRESHOLD].attrs["censored_at"])
    labels = whom.labels if len(whom.measured) <= PANELS or not whom.typical else whom.labels[-2:]
    labels = labels[:PANELS] if not whom.typical else labels
    draws = {
        label: element(asked, f"{THRESHOLD}[{label}]" if label else THRESHOLD).values.ravel()
        for label in labels
    }
    known = np.concatenate([each[each < horizon] for each in draws.values()])
    if not known.size:
        known = np.array([horizon / 2, horizon])
    low, high = (float(q) for q in np.quantile(known, [FEW, 1 - FEW]))
    some = any((each >= horizon).mean() > FEW for each in draws.values())
    high = horizon if some else high
    last = max(each.last for each in cycle_series(tree))
    low, high = min(low, last), max(high, last)
    log = high > WIDE * low
    figure = new_figure(1.35 + 0.62 * max(len(draws), 1.6))
    axes = figure.subplots()
    if log:
        axes.set_xscale("log")
    pad = (high / low) ** 0.04 if log else 0.06 * (high - low)
    left, right = (low / pad, high * pad) if log else (max(low - pad, 0.0), high + pad)
    for place, label in enumerate(reversed(labels)):
        color = BLUE if whom.who(label) == "measured" else ORANGE if label == whom.new else INK
        _row(axes, draws[label], horizon, (left, right), place, color, log)
    axes.set_xlim(left, right)
    axes.set_ylim(-0.12, len(draws) + 0.15)
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    names = [shown_label(label, 24) or "this cell" for label in reversed(labels)]
    axes.set_yticks(np.arange(len(draws)) + 0.3, names, fontsize=9)
    axes.set_xlabel(f"Cycle at which {percent(question.threshold)} is left")
    axes.axvline(last, color=GREY, linewidth=0.9, linestyle=":")
    beside = [(last, "last measured", 3, "left")]
    if some:
        axes.axvline(horizon, color=ORANGE, linewidth=0.9)
        beside.append((horizon, f"looked no further than {horizon:.0f}", -3, "right"))
    for at, text, shift, side in beside:
        axes.annotate(
            text,
            (at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(shift, 2),
            textcoords="offset points",
            fontsize=8,
            color="#555555",
            ha=side,
        )
    if log:
        _decades(axes)
    return figure


def laws(tree: xr.DataTree) -> "Figure":
    """Draw the laws that were compared side by side, the most probable first."""
    refuse_untrusted(tree)
    question, whole = question_of(tree), tree.children["laws"].to_dataset()
    series, whom = cycle_series(tree), subjects(tree)
    names = [str(name) for name in whole["law"].values]
    columns = 2
    rows = -(-len(names) // columns)
    figure = new_figure(0.75 + 1.75 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    shown = [whom.typical] if whom.typical else [*whom.measured]
    of_best = whole["reference"].sel(law=names[0]).values
    measured = [each.value / divisor for each, divisor in zip(series, of_best, strict=True)]
    best = whole["retention"].sel(law=names[0], subject=shown)
    set_limits(grid[0, 0], measured, best, question.threshold, True)
    last = max(each.last for each in series)
    for place, axes in enumerate(grid.flat):
        if place >= len(names):
            axes.remove()
            continue
        own = whole.sel(law=names[place])
        for subject in shown:
            quantiles = 100 * own["retention"].sel(subject=subject).values
            if len(shown) == 1:
                draw_law(axes, own["cycle"].values, quantiles, last, BLUE)
            else:
                draw_median(axes, own["cycle"].values, quantiles[1], last, BLUE, 0.8)
        for each, divisor in zip(series, own["reference"].values, strict=True):
            if len(series) <= PANELS:
                draw_points(axes, each, float(divisor) / 100, INK, size=1.8)
        axes.set_title(_titled(own, names[place]), fontsize=9, loc="left", pad=3)
        mark_extrapolated(axes, last, float(own["cycle"].max()), small=True)
        tidy(axes)
        axes.tick_params(labelsize=8, labelbottom=place + columns >= len(names))
        text = "" if place else percent(question.threshold)
        mark_threshold(axes, 100 * question.threshold, text)
    figure.supxlabel("Cycle", fontsize=10)
    figure.supylabel("Retention (%)", fontsize=10)
    return figure


def horizon_sentence(tree: xr.DataTree) -> str:
    """Say what the threshold is relative to, and how far was looked."""
    question = question_of(tree)
    whom = subjects(tree)
    who: Who = "typical" if whom.typical else "measured"
    horizon = cycles_to(tree, question.threshold, reference=question.reference, who=who)
    return (
        f"{percent(question.threshold)} of the capacity {told(tree, question.reference)}, by the "
        f"law. Nobody is asked beyond cycle {horizon.attrs['censored_at']:.0f}; the share that is "
        "not there by then is written beside"
    )


def _row(
    axes: "Axes",
    draws: Array,
    horizon: float,
    ends: tuple[float, float],
    place: int,
    color: str,
    log: bool,
) -> None:
    """Draw a density with median and interval, and how much of it lies beyond the horizon."""
    known = draws[draws < horizon]
    beyond = 1 - known.size / draws.size
    to_line: Any = np.log if log else np.asarray
    left, right = (float(to_line(end)) for end in ends)
    at = np.linspace(left, right, 400)
    x = np.exp(at) if log else at
    if known.size > 10 and np.ptp(known) > 0:
        height = density(to_line(known), at, (-np.inf, float(to_line(horizon))))
        top = 0.8 * (1 - beyond) / float(height.max())
        axes.fill_between(x, place, place + top * height, color=color, alpha=0.45, linewidth=0)
        axes.plot(x, place + top * height, color=color, linewidth=0.8)
    low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
    axes.plot([low, high], [place, place], color=color, linewidth=2.2, solid_capstyle="butt")
    if middle < horizon:
        axes.plot([middle], [place], "|", color=INK, markersize=7, markeredgewidth=1.2)
    if beyond > FEW:
        axes.annotate(
            f"{100 * beyond:.0f} % not by then",
            (horizon, place),
            xytext=(-4, 16),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color="#555555",
        )


def _titled(own: xr.Dataset, name: str) -> str:
    probability = float(own["probability"])
    digits = 1 if probability > 0.99 else 0
    shown = f"{100 * probability:.{digits}f} %" if probability >= 0.005 else "below 0.5 %"
    return f"{name}: {shown}" + (f", weight {float(own['weight']):.2f}" if "weight" in own else "")


def _decades(axes: "Axes") -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = axes.get_xlim()
    subs = (1.0, 2.0, 5.0) if high < 60 * low else (1.0, 3.0) if high < 1000 * low else (1.0,)
    axes.xaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
