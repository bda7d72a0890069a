"""The figure of a voltammogram: current, the law, and where its onset lies."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.caution.general import variable
from ...inference.measured import group_dim
from ...inference.revive import model_of
from ...inference.verdict import Verdict
from ..numbers import axis_scale
from .posterior import density
from .style import BLUE, CHAINS, GREY, INK, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

TOGETHER = 6
"""Sweeps that have a colour each."""

DRAWS = 400
GRID = 300


@dataclass(frozen=True)
class Sweep:
    """Measured points of one group, from low to high potential."""

    label: str
    potential: Array
    current: Array


def sweeps(tree: xr.DataTree) -> tuple[Sweep, ...]:
    """Return the measured points of each group."""
    data = tree.children["constant_data"].dataset
    potential, current = data["measured_potential"].values, data["measured_current"].values
    dim = group_dim(tree)
    labels, of_point = [""], np.zeros(potential.size, dtype=int)
    if dim is not None:
        labels = [str(label) for label in tree.children["posterior"].dataset[dim].values]
        of_point = data[f"{dim}_of_point"].values
    found = []
    for place, label in enumerate(labels):
        own = np.flatnonzero(of_point == place)
        own = own[np.argsort(potential[own], kind="stable")]
        found.append(Sweep(label, potential[own], current[own]))
    return tuple(found)


def voltammogram(tree: xr.DataTree) -> "Figure":
    """Draw current against potential with the law, and below it what is known of the onset.

    Where the checks failed the points are drawn and nothing else.
    """
    measured = sweeps(tree)
    passed = Verdict.of(tree).passed
    figure = new_figure(4.6 if passed else 3.4)
    rows = figure.subplots(
        2 if passed else 1,
        1,
        sharex=True,
        squeeze=False,
        gridspec_kw={"height_ratios": [3, 1]} if passed else {},
    )[:, 0]
    scale = axis_scale(np.concatenate([s.current for s in measured]), str(tree.attrs["unit"]))
    few = len(measured) <= TOGETHER
    for place, sweep in enumerate(measured):
        color = CHAINS[place] if few else BLUE
        rows[0].plot(
            sweep.potential,
            sweep.current / scale.divisor,
            "o" if sweep.potential.size < 150 else ".",
            color=GREY if len(measured) == 1 else color,
            markersize=3,
            alpha=0.7,
            markeredgewidth=0,
            zorder=2,
        )
        if passed:
            _law(rows[0], tree, sweep, scale.divisor, color)
            _onset(rows, tree, sweep, color)
    rows[0].set_ylabel(scale.label("Current density" if "/" in scale.unit else "Current"))
    rows[-1].set_xlabel("Potential (V)")
    for axes in rows:
        tidy(axes)
    if passed:
        rows[1].set_yticks([])
        rows[1].spines["left"].set_visible(False)
        rows[1].set_ylabel("Onset", fontsize=9)
        rows[1].set_ylim(0, 1.1)
        _legend(figure, measured, few)
    return figure


def _parameters(tree: xr.DataTree, label: str) -> dict[str, Array]:
    names = [p.name for p in model_of(tree).parameters]
    values = {
        name: variable(tree, "posterior", f"{name}[{label}]" if label else name).values.ravel()
        for name in names
    }
    step = max(1, len(values["onset"]) // DRAWS)
    return {name: draws[::step, None] for name, draws in values.items()}


def _law(axes: Any, tree: xr.DataTree, sweep: Sweep, divisor: float, color: str) -> None:
    model, values = model_of(tree), _parameters(tree, sweep.label)
    at = np.linspace(sweep.potential[0], sweep.potential[-1], GRID)
    current = model.response({"potential": at}, values) / divisor
    low, middle, high = np.quantile(current, [0.03, 0.5, 0.97], axis=0)
    straight = values["background"] + values["background_slope"] * (at - values["onset"])
    background = np.median(straight / divisor, axis=0)
    axes.fill_between(at, low, high, color=color, alpha=0.3, linewidth=0, zorder=2.4)
    axes.plot(at, middle, color=color, linewidth=1.3, zorder=2.5)
    axes.plot(at, background, "--", color=INK, linewidth=0.9, zorder=2.3)


def _onset(rows: Any, tree: xr.DataTree, sweep: Sweep, color: str) -> None:
    name = f"onset[{sweep.label}]" if sweep.label else "onset"
    draws = variable(tree, "posterior", name).values.ravel()
    low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
    # A density may be much narrower than the axis.
    at = np.linspace(float(draws.min()), float(draws.max()), 300)
    height = density(draws, at, (-np.inf, np.inf))
    shown = height / height.max()
    rows[1].fill_between(at, 0, shown, color=color, alpha=0.4, linewidth=0)
    rows[1].plot(at, shown, color=color, linewidth=1.1)
    rows[0].axvspan(low, high, color=color, alpha=0.12, linewidth=0)
    for axes in rows:
        axes.axvline(middle, color=color, linewidth=0.9, linestyle=":")


def _legend(figure: "Figure", measured: tuple[Sweep, ...], few: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    single = len(measured) == 1
    color = CHAINS[0] if single else GREY
    handles: list[Any] = []
    if single:
        point: dict[str, Any] = {"marker": "o", "markersize": 3, "linestyle": ""}
        handles.append(Line2D([], [], color=GREY, label="measured", **point))
    elif few:
        handles += [
            Line2D([], [], color=CHAINS[place], label=shown_label(s.label))
            for place, s in enumerate(measured)
        ]
    handles += [
        Line2D([], [], color=color, label="law (median, 94 %)"),
        Line2D([], [], color=INK, linestyle="--", label="background"),
        Patch(color=color, alpha=0.3, linewidth=0, label="onset (94 %)"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, fontsize=9, frameon=False)
