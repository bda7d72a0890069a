"""Figures of several cells of a table: their capacities, and what their order is worth."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...inference.comparison.specimens import PELLETS
from ...report.figures.style import BLUE, GREY, INK, ORANGE, tidy
from .currents import current_of
from .expression import Scope
from .fits import Array
from .inputs import Inputs, at_normal
from .published import Published

_ROOM = "RT"


def rank_probabilities(inputs: Inputs, keys: tuple[str, ...]) -> Array:
    """Return the probability of each rank, largest first, of each of some printed numbers.

    Specimens made alike are taken to differ as the prior between them says, and what else they
    differ in is left as it is.

    Returns
    -------
    array
        A row for each number, a column for each rank.
    """
    spread = at_normal(PELLETS, inputs.normal())
    values = np.array([inputs.draw(key) * np.exp(spread * inputs.normal()) for key in keys])
    ranks = np.array([1 + (values > own).sum(axis=0) for own in values])
    return np.stack([(ranks == place).mean(axis=1) for place in range(1, len(keys) + 1)], axis=1)


def draw_systems(figure: Any, content: Mapping[str, Any], scope: Scope, done: Any) -> None:
    """Draw the capacity of each cell, with rounding, spread, and what else differs."""
    series, inputs = done.paper.shared.series, scope.inputs
    keys = (series[content[each]] for each in ("values", "currents", "cycles"))
    rows = sorted(zip(*keys, strict=True), key=lambda row: -inputs.number(row[0]).value)
    axes = figure.subplots()
    spread = at_normal(PELLETS, inputs.normal()) * inputs.normal()
    for place, (value, current, cycles) in enumerate(rows):
        printed = inputs.number(value)
        low, high = np.quantile(inputs.draw(value) * np.exp(spread), [0.03, 0.97])
        color = ORANGE if value == content["own"] else INK
        axes.plot(
            [low, high], [place] * 2, color=GREY, linewidth=1.2,
            label=None if place else "94 % of cells made alike, by the prior",
        )  # fmt: skip
        axes.plot(printed.interval, [place] * 2, color=color, linewidth=5, solid_capstyle="butt")
        axes.plot(
            printed.value, place, "o", color=color, markersize=6,
            label=None if place else "printed, one cell",
        )  # fmt: skip
        axes.annotate(
            f"{printed.sample}\n"
            f"{_conditions(printed, inputs.number(current), inputs.number(cycles))}",
            (-0.02, place),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center",
            fontsize=8,
            color=color,
            linespacing=1.25,
            annotation_clip=False,
        )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xlabel(content["axis"])
    tidy(axes)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)


def draw_ranks(figure: Any, content: Mapping[str, Any], scope: Scope, done: Any) -> None:
    """Draw the probability of each rank, were cells of a kind to differ."""
    from matplotlib.colors import LinearSegmentedColormap

    inputs, keys = scope.inputs, done.paper.shared.series[content["values"]]
    order = sorted(range(len(keys)), key=lambda place: -inputs.number(keys[place]).value)
    values = rank_probabilities(inputs, keys)[order]
    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list("", ["white", BLUE])
    axes.imshow(values, cmap=shades, vmin=0, vmax=0.8, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if value >= 0.005:
            axes.text(
                column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=9,
                color="white" if value > 0.45 else INK,
            )  # fmt: skip
    axes.set_xticks(range(len(order)), [str(k + 1) for k in range(len(order))])
    axes.set_yticks(range(len(order)), [inputs.number(keys[place]).sample for place in order])
    for label, place in zip(axes.get_yticklabels(), order, strict=True):
        label.set_color(ORANGE if keys[place] == content["own"] else INK)
    axes.set_xlabel(content["axis"])
    tidy(axes, grid=False)
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _conditions(capacity: Published, current: Published, cycles: Published) -> str:
    """Name temperature, current and cycles of a cell, as far as they are printed."""
    degrees = _ROOM if capacity.temperature_C is None else f"{capacity.temperature_C:g} °C"
    known = current_of(current)
    rate = f"{current.printed} C" if known is None else f"{known.value:g} A/g"
    return f"{degrees}, {rate}, {cycles.printed} cycles"
