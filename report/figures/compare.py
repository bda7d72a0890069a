"""Figures of a comparison: specimens and levels, ranks, pairs, and what the spread does."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...inference.caution.general import variable
from ...inference.residuals import NORMAL_94
from ...inference.verdict import Verdict
from ...units import percent_spaced
from ..numbers import axis_scale
from .posterior import density, refuse_untrusted
from .specimen_spread import spread_axis
from .style import BLUE, CHAINS, GREY, INK, MARKERS, new_figure, percents, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

WIDE = 30.0
"""Values that span this factor are drawn over a logarithmic axis."""

MOST_PAIRS = 15
"""Of more pairs only those with the group that is probably best are drawn."""


def by_chance(tree: xr.DataTree) -> list[str]:
    """Return the groups, the one that is most probably best first; as they are if untrusted."""
    names = [str(name) for name in variable(tree, "posterior", "level")["group"].values]
    if "ranking" not in tree.children:
        return names
    ranking = tree.children["ranking"].dataset
    # Of groups that are hardly ever best, the one that costs least.
    order = np.lexsort((ranking["loss"].values, -ranking["p_best"].values.round(2)))
    return [names[k] for k in order]


def forest(tree: xr.DataTree) -> "Figure":
    """Draw each specimen, and where trusted the level of each group and further specimens."""
    figure = new_figure(1.0 + 0.55 * len(by_chance(tree)))
    draw_groups(figure.subplots(), tree)
    return figure


def draw_groups(axes: "Axes", item: xr.DataTree | xr.Dataset, size: float = 4.5) -> None:
    """Draw specimens by group, of a result or of data before it; `size` is that of the points."""
    names, of_group, value, low, high = _specimens(item)
    data = item.attrs if isinstance(item, xr.DataTree) else item["value"].attrs
    unit = str(data["unit" if isinstance(item, xr.DataTree) else "units"])
    quantity = str(data["quantity" if isinstance(item, xr.DataTree) else "long_name"])
    scale = axis_scale(value, unit)
    for place, name in enumerate(reversed(names)):
        own = of_group == name
        if isinstance(item, xr.DataTree) and Verdict.of(item).passed:
            _level(axes, item, name, place, scale.divisor, _color(names, name))
        offsets = 0.2 + 0.09 * np.linspace(-1, 1, own.sum()) if own.sum() > 1 else np.array([0.2])
        x, left, right = (each[own] / scale.divisor for each in (value, low, high))
        axes.hlines(
            place + offsets, left, right, color=INK, linewidth=0.8, alpha=0.6,
            label=f"_{name}: 94 % of the errors",
        )  # fmt: skip
        axes.plot(
            x, place + offsets, "o", color="white", markeredgecolor=INK, markersize=size, zorder=4,
            label=f"_{name}: specimens",
        )  # fmt: skip
    _rows(axes, [shown_label(name, 22) for name in reversed(names)], 0.0)
    axes.set_ylim(-0.5, len(names) - 0.3)
    if value.min() > 0 and value.max() / value.min() > WIDE:
        axes.set_xscale("log")
    axes.set_xlabel(scale.label(shown_label(quantity[:1].upper() + quantity[1:])))


def _specimens(item: xr.DataTree | xr.Dataset) -> tuple[list[str], Any, Array, Array, Array]:
    """Return groups, and of each specimen its group, its value and the ends of its error."""
    if not isinstance(item, xr.DataTree):
        value = item["value"].values
        sd = item["value_sd"].values if "value_sd" in item else np.zeros_like(value)
        of_group = item["group"].values.astype(str)
        names = [*dict.fromkeys(of_group.tolist())]
        return names, of_group, value, value - NORMAL_94 * sd, value + NORMAL_94 * sd
    data = item.children["constant_data"].dataset
    groups = np.array(variable(item, "posterior", "level")["group"].values, dtype=str)
    value, sd = data["measured_value"].values, data["own_sd"].values
    low, high = value - NORMAL_94 * sd, value + NORMAL_94 * sd
    if item.attrs["log"]:
        value, low, high = np.exp(value), np.exp(low), np.exp(high)
    return by_chance(item), groups[data["group_of_specimen"].values], value, low, high


def _level(
    axes: "Axes", tree: xr.DataTree, name: str, place: int, divisor: float, color: str
) -> None:
    """Draw the interval of a level, and that of further specimens."""
    levels = variable(tree, "posterior", "level").sel(group=name).values.ravel()
    scatter = variable(tree, "posterior", "scatter").sel(group=name).values.ravel()
    nu = variable(tree, "posterior", "nu").values.ravel()
    z = np.random.default_rng(0).standard_t(nu) * scatter
    new = levels * np.exp(z) if tree.attrs["log"] else levels + z
    first, last = np.quantile(new, [0.03, 0.97]) / divisor
    low, middle, high = np.quantile(levels, [0.03, 0.5, 0.97]) / divisor
    y, called = place - 0.08, f"_{name}: "
    axes.hlines(y, first, last, color=color, linewidth=1.0, label=f"{called}94 % of new specimens")
    axes.hlines(
        y, low, high, color=color, linewidth=5.0, alpha=0.75, label=f"{called}94 % of the level"
    )
    axes.plot(
        [middle], [y], "|", color=INK, markersize=11, markeredgewidth=1.5,
        label=f"{called}median of the level",
    )  # fmt: skip


def ridge(tree: xr.DataTree) -> "Figure":
    """Draw the density of each level, one row each."""
    refuse_untrusted(tree)
    names = by_chance(tree)
    draws = {n: variable(tree, "posterior", "level").sel(group=n).values.ravel() for n in names}
    scale = axis_scale(np.concatenate(list(draws.values())), str(tree.attrs["unit"]))
    draws = {name: values / scale.divisor for name, values in draws.items()}
    ends = np.array([np.quantile(values, [0.002, 0.998]) for values in draws.values()])
    low, high = float(ends.min()), float(ends.max())
    at = np.linspace(low - 0.05 * (high - low), high + 0.05 * (high - low), 400)
    support = (0.0, np.inf) if low > 0 else (-np.inf, np.inf)
    figure = new_figure(1.0 + 0.62 * max(len(names), 2))
    axes = figure.subplots()
    heights = {name: density(values, at, support) for name, values in draws.items()}
    top = 1.15 / max(float(height.max()) for height in heights.values())
    for place, name in enumerate(reversed(names)):
        color, height = _color(names, name), top * heights[name]
        axes.fill_between(
            at, place, place + height, color=color, alpha=0.5, linewidth=0, zorder=9 - place
        )
        axes.plot(at, place + height, color=color, linewidth=1.0, zorder=9 - place)
        first, middle, last = np.quantile(draws[name], [0.03, 0.5, 0.97])
        axes.hlines(place, first, last, color=color, linewidth=2.5, zorder=10)
        axes.plot([middle], [place], "|", color=INK, markersize=8, markeredgewidth=1.3, zorder=11)
    _rows(axes, [shown_label(name, 22) for name in reversed(names)], 0.0)
    axes.set_xlim(at[0], at[-1])
    axes.set_ylim(-0.25, len(names) + 0.3)
    axes.set_xlabel(scale.label(shown_label(str(tree.attrs["quantity"]))))
    return figure


def rank_bars(tree: xr.DataTree) -> "Figure":
    """Draw the probabilities of the ranks of each group as one bar each."""
    refuse_untrusted(tree)
    from matplotlib import colormaps

    names = by_chance(tree)
    found = tree.children["ranking"].dataset["rank_probability"]
    count = found.sizes["rank"]
    shades = colormaps["Blues"](np.linspace(0.95, 0.12, count))
    figure = new_figure(1.35 + 0.45 * len(names))
    axes = figure.subplots()
    for rank in range(count):
        chances = np.array([float(found.sel(group=name)[rank]) for name in reversed(names)])
        before = np.array([float(found.sel(group=name)[:rank].sum()) for name in reversed(names)])
        axes.barh(
            np.arange(len(names)), chances, left=before, height=0.62, color=shades[rank],
            edgecolor="white", linewidth=0.6, label=f"{rank + 1}",
        )  # fmt: skip
        for place, (chance, start) in enumerate(zip(chances, before, strict=True)):
            if chance > 0.09:
                color = "white" if rank < count / 2 else INK
                axes.text(
                    start + chance / 2, place, f"{100 * chance:.0f}", color=color, fontsize=8,
                    ha="center", va="center",
                )  # fmt: skip
    _rows(axes, [shown_label(name, 22) for name in reversed(names)], 0.0)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(percents())
    axes.set_xlabel("Probability of each rank")
    handles, labels = axes.get_legend_handles_labels()
    shown = (handles, labels) if count <= 8 else ([handles[0], handles[-1]], ["1", f"{count}"])
    figure.legend(
        *shown, loc="outside upper right", ncols=min(count, 8), fontsize=8, frameon=False,
        title="rank, 1 is best", title_fontsize=8, handlelength=1.0, columnspacing=0.9,
    )  # fmt: skip
    return figure


def rope(tree: xr.DataTree) -> "Figure":
    """Draw the ratio, or difference, of each pair against the region that does not matter."""
    refuse_untrusted(tree)
    ranking = tree.children["ranking"].to_dataset()
    best = by_chance(tree)[0]
    pairs = [ranking.isel(pair=k) for k in range(ranking.sizes["pair"])]
    if len(pairs) > MOST_PAIRS:
        pairs = [each for each in pairs if best in (str(each["a"].values), str(each["b"].values))]
    as_ratio = bool(np.isfinite(ranking["ratio"].values).all())
    unit = "" if as_ratio else str(tree.attrs["unit"])
    rows = [_ends(each, as_ratio) for each in pairs]
    rows.sort(key=lambda row: row[1][1])
    figure = new_figure(1.0 + 0.42 * len(rows))
    axes = figure.subplots()
    size = _rope_ends(tree, as_ratio)
    if size is not None:
        axes.axvspan(*size, color="#E3E3E3", linewidth=0, zorder=0)
    axes.axvline(1.0 if as_ratio else 0.0, color=GREY, linewidth=0.9, linestyle=(0, (4, 2)))
    for place, (_, (low, middle, high), inside) in enumerate(rows):
        axes.hlines(place, low, high, color=BLUE, linewidth=2.5)
        axes.plot([middle], [place], "o", color=BLUE, markersize=5.5)
        axes.text(
            1.015, place, f"{100 * inside:.0f} %", transform=axes.get_yaxis_transform(),
            fontsize=8.5, va="center", color=INK,
        )  # fmt: skip
    _rows(axes, [label for label, _, _ in rows], 0.0)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlabel("Ratio" if as_ratio else f"Difference ({unit})" if unit else "Difference")
    # No title: the layout takes its width for nothing, and the picture's edge would cut it.
    axes.text(
        1.015, 1.0, f"within {percent_spaced(str(tree.attrs['rope']))}", transform=axes.transAxes,
        fontsize=8.5, va="bottom", color=INK,
    )  # fmt: skip
    return figure


def _ends(pair: xr.Dataset, as_ratio: bool) -> tuple[str, tuple[float, float, float], float]:
    """Return label, interval and probability of the rope, the larger group first."""
    a, b = (str(pair[name].values) for name in ("a", "b"))
    low, middle, high = (float(each) for each in pair["ratio" if as_ratio else "difference"].values)
    if float(pair["p_larger"]) < 0.5:
        a, b = b, a
        low, middle, high = (1 / high, 1 / middle, 1 / low) if as_ratio else (-high, -middle, -low)
    joint = " / " if as_ratio else " − "
    if max(len(a), len(b)) > 14:
        joint = f"{joint.rstrip()}\n"
    label = f"{shown_label(a, 22)}{joint}{shown_label(b, 22)}"
    return label, (low, middle, high), float(pair["p_rope"])


def _rope_ends(tree: xr.DataTree, as_ratio: bool) -> tuple[float, float] | None:
    """Return the ends of the rope on the axis, or None where it has another kind of size."""
    from ...inference.comparison.ranking import Rope

    region = Rope(str(tree.attrs["rope"]), str(tree.attrs["unit"]))
    if region.relative != as_ratio:
        return None
    if not as_ratio:
        return -region.size, region.size
    edge = (1 + region.size / 2) / (1 - region.size / 2)
    return 1 / edge, edge


def sensitivity(tree: xr.DataTree) -> "Figure":
    """Draw the probability of being best against the spread between specimens."""
    refuse_untrusted(tree)
    names = by_chance(tree)
    found = tree.children["sensitivity"].dataset
    levels = found["assumed_spread"].values
    figure = new_figure(3.1)
    axes = figure.subplots()
    prior = tree.children["prior"].dataset
    if "scatter_mean" in prior and tree.attrs["log"]:
        low, high = np.quantile(prior["scatter_mean"].values, [0.03, 0.97])
        axes.axvspan(low, high, color="#EEEEEE", linewidth=0, zorder=0)
    for name in names:
        place = names.index(name)
        axes.plot(
            levels, found["p_best"].sel(group=name).values, color=_color(names, name),
            linewidth=1.6, marker=MARKERS[place % len(MARKERS)], markersize=5,
            label=shown_label(name, 22),
        )  # fmt: skip
    spread_axis(axes, levels)
    relative = " made alike" if tree.attrs["log"] else ", of the largest value"
    axes.set_xlabel(f"Spread between specimens{relative}")
    axes.set_ylabel("Probability of being best")
    figure.legend(loc="outside upper left", ncols=min(len(names), 4), fontsize=8, frameon=False)
    return figure


def _rows(axes: "Axes", labels: list[str], shift: float) -> None:
    """Make the y axis one of rows with labels."""
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(np.arange(len(labels)) + shift, labels, fontsize=9)


def _color(names: list[str], name: str) -> str:
    return CHAINS[names.index(name) % len(CHAINS)]
