"""Figures of Table 3: the capacities of several systems, and what their order is worth."""

from typing import TYPE_CHECKING

import numpy as np

from ...inference.comparison.specimens import PELLETS
from ..figures.style import BLUE, GREY, INK, ORANGE, new_figure, tidy
from .inputs import Inputs
from .literature import OWN, SYSTEMS, current_of, rank_probabilities
from .run import Reproduction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROOM = "RT"


def systems_figure(done: Reproduction) -> "Figure":
    """Draw the capacity of each cell of Table 3, with rounding, spread, and what else differs."""
    inputs = Inputs(done.numbers, "literature figure", done.seed, done.fits)
    order = _by_capacity(inputs)
    figure = new_figure(0.9 + 0.62 * len(order))
    axes = figure.subplots()
    spread = inputs.from_prior(PELLETS) * inputs.normal()
    for place, name in enumerate(order):
        printed = inputs.number(f"table3_{name}_capacity", "mAh/g")
        low, high = np.quantile(
            inputs.draw(f"table3_{name}_capacity", "mAh/g") * np.exp(spread), [0.03, 0.97]
        )
        color = ORANGE if name == OWN else INK
        axes.plot(
            [low, high], [place] * 2, color=GREY, linewidth=1.2,
            label="94 % of cells made alike, by the prior" if not place else None,
        )  # fmt: skip
        axes.plot(printed.interval, [place] * 2, color=color, linewidth=5, solid_capstyle="butt")
        axes.plot(
            printed.value, place, "o", color=color, markersize=6,
            label="printed, one cell" if not place else None,
        )  # fmt: skip
        axes.annotate(
            f"{printed.sample}\n{_conditions(inputs, name)}",
            (-0.02, place),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center",
            fontsize=8,
            color=color,
            linespacing=1.25,
            annotation_clip=False,
        )
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xlabel("Capacity (mAh/g)")
    tidy(axes)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def ranks_figure(done: Reproduction) -> "Figure":
    """Draw the probability of each rank by capacity, were cells of a kind to differ."""
    from matplotlib.colors import LinearSegmentedColormap

    inputs = Inputs(done.numbers, "ranks figure", done.seed, done.fits)
    found = rank_probabilities(inputs)
    order = _by_capacity(inputs)
    values = np.array([found[name] for name in order])
    figure = new_figure(0.9 + 0.36 * len(order))
    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list("", ["white", BLUE])
    axes.imshow(values, cmap=shades, vmin=0, vmax=0.8, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if value >= 0.005:
            dark = value > 0.45
            axes.text(
                column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=9,
                color="white" if dark else INK,
            )  # fmt: skip
    axes.set_xticks(range(len(order)), [str(k + 1) for k in range(len(order))])
    axes.set_yticks(
        range(len(order)), [inputs.number(f"table3_{n}_capacity").sample for n in order]
    )
    for label, name in zip(axes.get_yticklabels(), order, strict=True):
        label.set_color(ORANGE if name == OWN else INK)
    axes.set_xlabel("Rank by capacity (probability in %)")
    tidy(axes, grid=False)
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    return figure


def _by_capacity(inputs: Inputs) -> list[str]:
    return sorted(SYSTEMS, key=lambda name: -inputs.number(f"table3_{name}_capacity").value)


def _conditions(inputs: Inputs, name: str) -> str:
    """Name temperature, current and cycles of a cell, as far as they are printed."""
    capacity = inputs.number(f"table3_{name}_capacity")
    degrees = _ROOM if capacity.temperature_C is None else f"{capacity.temperature_C:g} °C"
    current = current_of(inputs, name)
    printed = inputs.number(f"table3_{name}_current")
    rate = f"{printed.printed} C" if current is None else f"{current.value:g} A/g"
    cycles = inputs.number(f"table3_{name}_cycles").printed
    return f"{degrees}, {rate}, {cycles} cycles"
