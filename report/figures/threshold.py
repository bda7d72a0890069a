"""Figure of when a threshold is reached."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.cycling.ageing import Who, cycles_to, told
from ...inference.cycling.cycle_series import cycle_series, question_of
from ...inference.revive import model_of
from ..cycle_subjects import subjects
from ..threshold_answers import percent, reached
from .fade import PANELS
from .posterior import density, refuse_untrusted
from .style import BLUE, GREY, INK, ORANGE, new_figure, shown_label, tidy

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
    asked = reached(tree, question)
    horizon = float(asked.attrs["censored_at"])
    labels = whom.labels if len(whom.measured) <= PANELS else whom.others or whom.measured
    labels = labels if whom.others else labels[:PANELS]
    draws = {
        label: (asked.sel({whom.dim: label}) if label else asked).values.ravel() for label in labels
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
        color = {"measured": BLUE, "typical": INK, "new": ORANGE}[whom.who(label)]
        _row(axes, draws[label], horizon, (left, right), place, color, log)
    axes.set_xlim(left, right)
    axes.set_ylim(-0.12, len(draws) + 0.15)
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    names = [shown_label(label, 28) or "measured" for label in reversed(labels)]
    axes.set_yticks(np.arange(len(draws)) + 0.3, names, fontsize=9)
    end = "left" if question.threshold < 1 else "reached"
    axes.set_xlabel(f"Cycle at which {percent(question.threshold)} is {end}")
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


def horizon_sentence(tree: xr.DataTree) -> str:
    """Say what the threshold is relative to, and how far was looked."""
    question = question_of(tree)
    whom, output = subjects(tree), model_of(tree).output
    who: Who = "typical" if whom.pairs else "measured"
    horizon = cycles_to(tree, question.threshold, reference=question.reference, who=who)
    return (
        f"{percent(question.threshold)} of the {output} {told(tree, question.reference)}, by the "
        f"law. No answer is given beyond cycle {horizon.attrs['censored_at']:.0f}; the share that "
        "has not reached it by then is written beside it"
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


def _decades(axes: "Axes") -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = axes.get_xlim()
    subs = (1.0, 2.0, 5.0) if high < 60 * low else (1.0, 3.0) if high < 1000 * low else (1.0,)
    axes.xaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
