"""How an answer changes with the spread between specimens that it rests on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ...inference.comparison.words import CLEAR
from ...inference.factors.prior_levels import Level
from .style import CHAINS, GREY, MARKERS, new_figure, percents, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LINES = 6
"""More lines are not told apart; those whose answer changes most are drawn."""


def open_answers(answers: Mapping[str, Sequence[Level]]) -> dict[str, list[tuple[float, float]]]:
    """Return spreads and probabilities of the statements that several spreads are left open of."""
    known = {
        label: [(e.spread, e.probability) for e in levels if e.probability is not None]
        for label, levels in answers.items()
    }
    return {label: each for label, each in known.items() if len(each) > 1}


def answers_by_spread(answers: Mapping[str, Sequence[Level]]) -> "Figure":
    """Draw the probability of each of some statements against the spread between specimens."""
    lines = open_answers(answers)
    moving = sorted(lines, key=lambda label: -float(np.ptp([p for _, p in lines[label]])))
    kept = [label for label in lines if label in moving[:MOST_LINES]]
    figure = new_figure(2.5 + 0.2 * len(kept))
    axes = figure.subplots()
    for place, label in enumerate(kept):
        spreads, probabilities = zip(*lines[label], strict=True)
        axes.plot(
            spreads,
            probabilities,
            color=CHAINS[place],
            linewidth=1.6,
            marker=MARKERS[place],
            markersize=5,
            label=shown_label(label, 60),
        )
    spread_axis(axes, sorted({spread for each in lines.values() for spread, _ in each}))
    axes.set_xlabel("Spread between specimens made alike")
    axes.set_ylabel("Probability")
    figure.legend(loc="outside upper left", fontsize=8, frameon=False)
    return figure


def spread_axis(axes: "Axes", levels: ArrayLike) -> None:
    """Make the axes those of a probability against spreads, with the one of a clear answer."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    at = np.asarray(levels, dtype=float)
    axes.axhline(CLEAR, color=GREY, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(at.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    tidy(axes)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 * x:g} %"))
    axes.yaxis.set_major_formatter(percents())
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlim(at[0] / 1.25, at[-1] * 1.25)
