"""Figures of draws: marginals over their priors, pairs, ranks, traces."""

import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...inference.caution.general import UNMOVED, contraction, on_line, support_of, variable
from ...inference.scalars import scalars, stem
from ...inference.verdict import Verdict
from ..numbers import Scale, axis_scale, scale_of
from ..tables import hyperparameters
from .style import BLUE, CHAINS, INK, new_figure, shown_label, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

LOG_FROM = 8.0
"""A posterior that spans this factor is drawn over a logarithmic axis."""

PAIRED = 4
DRAWN = 16
"""More densities than these are those of what groups share; the others are in the table."""

RANKED = 8
BINS = 20
"""Rank bins of each chain."""


def own_quantities(tree: xr.DataTree) -> list[str]:
    """Return the parameters of the model and its noise, and the total resistance.

    What groups share is among them, and what each group has where that is not too much.
    """
    names = [*json.loads(tree.attrs["parameters"]), *hyperparameters(tree)]
    own = _varying(tree, [*names, "R_total"])
    return own if len(own) <= DRAWN else [name for name in own if name == stem(name)]


def marginals(tree: xr.DataTree) -> "Figure":
    """Draw the posterior of each parameter, filled, over the line of its prior.

    Each panel shows where the posterior lies. There the prior is flat and near zero if
    the data said much, and as high as the posterior if they said nothing.
    """
    refuse_untrusted(tree)
    names = own_quantities(tree)
    rows = -(-len(names) // 2)
    height = 1.35 * rows + 0.45
    figure = new_figure(height, layout=None)
    grid = figure.subplots(rows, 2, squeeze=False)
    figure.subplots_adjust(
        left=0.04, right=0.97, bottom=0.5 / height, top=1 - 0.28 / height, hspace=1.05, wspace=0.12
    )
    for axes, name in zip(grid.flat, names, strict=False):
        _draw_marginal(axes, tree, name)
    for axes in grid.flat[len(names) :]:
        axes.remove()
    return figure


def pairs(tree: xr.DataTree) -> "Figure":
    """Draw the most strongly correlated parameters, two by two."""
    refuse_untrusted(tree)
    from matplotlib.ticker import MaxNLocator

    names = most_correlated(tree)
    shown = {name: _for_axis(tree, name) for name in names}
    count = len(names) - 1
    figure = new_figure(0.4 + 1.55 * max(count, 1))
    grid = figure.subplots(count, count, squeeze=False, sharex="col", sharey="row")
    for row, below in enumerate(names[1:]):
        for column, beside in enumerate(names[:-1]):
            axes = grid[row, column]
            if column > row:
                axes.remove()
                continue
            (x, wide_x, scale_x), (y, wide_y, scale_y) = shown[beside], shown[below]
            step = max(1, x.size // 800)
            axes.plot(
                x[::step],
                y[::step],
                ".",
                color=BLUE,
                alpha=0.35,
                markersize=3,
                markeredgewidth=0,
            )
            r = _correlation(tree, beside, below)
            axes.set_title(f"r = {r:.2f}".replace("-", "−"), fontsize=9, pad=3)
            axes.set_xscale("log" if wide_x else "linear")
            axes.set_yscale("log" if wide_y else "linear")
            tidy(axes, grid=False)
            for axis, values, wide in ((axes.xaxis, x, wide_x), (axes.yaxis, y, wide_y)):
                if wide:
                    _few_decades(axis, float(values.min()), float(values.max()), 3)
                else:
                    axis.set_major_locator(MaxNLocator(3))
            if row == count - 1:
                axes.set_xlabel(scale_x.label(beside), fontsize=9)
            if column == 0:
                axes.set_ylabel(scale_y.label(below), fontsize=9)
    return figure


def ranks(tree: xr.DataTree) -> "Figure":
    """Draw how the ranks of each chain's draws spread: evenly, if the chains agree.

    The parameters with the largest R-hat are shown.
    """
    names = _least_mixed(tree)[:RANKED]
    rows = -(-len(names) // 2)
    height = 1.15 * rows + 0.75
    figure = new_figure(height, layout=None)
    grid = figure.subplots(rows, 2, squeeze=False, sharex=True, sharey=True)
    figure.subplots_adjust(
        left=0.13, right=0.98, bottom=0.5 / height, top=1 - 0.5 / height, hspace=0.45, wspace=0.08
    )
    tallest = 150.0
    for axes, name in zip(grid.flat, names, strict=False):
        draws = variable(tree, "posterior", name).transpose("chain", "draw").values
        chains, length = draws.shape
        rank = draws.ravel().argsort().argsort().reshape(draws.shape) / draws.size
        edges = np.linspace(0, 1, BINS + 1)
        expected = length / BINS
        # A bin of a chain of independent draws stays within three standard deviations.
        slack = 3 * np.sqrt((1 - 1 / BINS) / expected)
        axes.axhspan(100 * max(0, 1 - slack), 100 * (1 + slack), color="#EEEEEE", linewidth=0)
        for chain in range(chains):
            share = 100 * np.histogram(rank[chain], edges)[0] / expected
            color = CHAINS[chain % len(CHAINS)]
            axes.stairs(
                share,
                100 * edges,
                color=color,
                linewidth=1.2,
                baseline=None,
                label=f"chain {chain + 1}",
            )
            tallest = max(tallest, float(share.max()))
        axes.set_title(shown_label(name, 24), fontsize=10, loc="left", pad=3)
        axes.set_xlim(0, 100)
        tidy(axes, grid=False)
    grid[0, 0].set_ylim(0, 1.08 * tallest)
    used = list(grid.flat[: len(names)])
    for axes in grid.flat[len(names) :]:
        axes.remove()
    for axes in used[-2:]:
        axes.set_xticks([0, 25, 50, 75])
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("Rank among all draws (%)", fontsize=9)
    for axes in grid[:, 0]:
        axes.set_ylabel("Share (%)", fontsize=9)
    handles, labels = used[0].get_legend_handles_labels()
    figure.legend(handles[:6], labels[:6], loc="upper center", ncols=4, fontsize=9, frameon=False)
    return figure


def traces(tree: xr.DataTree) -> "Figure":
    """Draw the chains of the parameter that they agree on least, one below another."""
    name = _least_mixed(tree)[0]
    flat, log, scale = _for_axis(tree, name)
    shown = flat.reshape(variable(tree, "posterior", name).transpose("chain", "draw").shape)[:8]
    figure = new_figure(0.7 + 0.85 * len(shown))
    grid = figure.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    step = max(1, shown.shape[1] // 1000)
    places = np.arange(shown.shape[1])
    for number, (axes, chain) in enumerate(zip(grid, shown, strict=True)):
        axes.plot(
            places[::step],
            chain[::step],
            color=CHAINS[number % len(CHAINS)],
            linewidth=0.5,
        )
        axes.set_title(f"chain {number + 1}", fontsize=9, loc="left", pad=2)
        if log:
            axes.set_yscale("log")
        tidy(axes, grid=False)
    figure.supylabel(scale.label(shown_label(name)), fontsize=10)
    grid[-1].set_xlabel("Draw (number)")
    grid[-1].set_xlim(0, shown.shape[1])
    return figure


def _draw_marginal(axes: "Axes", tree: xr.DataTree, name: str) -> None:
    draws, log, scale = _for_axis(tree, name)
    prior = variable(tree, "prior", name).values.ravel() / scale.divisor
    support = support_of(tree, name)
    low, high = np.quantile(draws, [0.005, 0.995])
    if log:
        draws, prior, (low, high) = np.log(draws), np.log(prior), np.log([low, high])
    pad = 0.35 * (high - low)
    low, high = low - pad, high + pad
    if support == "unit":
        low, high = max(low, 0.0), min(high, 1.0)
    elif support == "positive" and not log:
        low = max(low, 0.0)
    walls = (
        0.0 if support != "real" and not log else -np.inf,
        1.0 if support == "unit" else np.inf,
    )
    at = np.linspace(low, high, 150)
    height = density(draws, at, walls)
    below = density(prior, at, walls)
    x = np.exp(at) if log else at
    axes.fill_between(x, height / height.max(), color=BLUE, alpha=0.45, linewidth=0)
    axes.plot(x, height / height.max(), color=BLUE, linewidth=1.2)
    axes.plot(x, below / height.max(), color=INK, linewidth=1.4, linestyle=(0, (4, 2)))
    if log:
        axes.set_xscale("log")
        _few_decades(axes.xaxis, float(x[0]), float(x[-1]), 4)
    else:
        axes.locator_params(axis="x", nbins=5)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(0, max(1.08, 1.05 * float((below / height.max()).max())))
    axes.set_yticks([])
    axes.set_title(_learned(tree, name), fontsize=9, loc="right", pad=3, color="#555555")
    tidy(axes, grid=False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(scale.label(shown_label(name, 18)), labelpad=2)


def density(draws: Array, at: Array, walls: tuple[float, float]) -> Array:
    """Return the density of draws at places, mirrored at walls that they cannot cross."""
    spread = min(draws.std(), np.subtract(*np.quantile(draws, [0.75, 0.25])) / 1.34) or draws.std()
    # Quantiles stand for all draws, and leave less scatter than as many draws would.
    some = np.quantile(draws, (np.arange(1000) + 0.5) / 1000)
    width = max(0.9 * spread * len(some) ** -0.2, 0.5 * (at[1] - at[0]))
    known = np.concatenate([some, *(2 * wall - some for wall in walls if np.isfinite(wall))])
    kernel = np.exp(-0.5 * ((at[:, None] - known) / width) ** 2)
    result = kernel.sum(axis=1) / (len(some) * width * np.sqrt(2 * np.pi))
    return np.where((at >= walls[0]) & (at <= walls[1]), result, 0.0)


def _learned(tree: xr.DataTree, name: str) -> str:
    """Say how much narrower the posterior is than its prior."""
    share = contraction(tree, name)
    if share > UNMOVED:
        return "as wide as its prior"
    times = 1 / max(share, 1e-9)
    if times > 1000:
        return "prior over 1000× wider"
    return f"prior {times:.0f}× wider" if times >= 9.5 else f"prior {times:.1f}× wider"


def _for_axis(tree: xr.DataTree, name: str) -> tuple[Array, bool, Scale]:
    """Return draws in the unit of an axis, and whether they are so wide as to need decades."""
    posterior = variable(tree, "posterior", name)
    draws = posterior.values.ravel()
    low, high = np.quantile(draws, [0.005, 0.995])
    wide = support_of(tree, name) == "positive" and bool(0 < LOG_FROM * low < high)
    scale = (scale_of if wide else axis_scale)(draws, posterior.attrs.get("units", ""))
    return draws / scale.divisor, wide, scale


def _few_decades(axis: "Axis", low: float, high: float, count: int) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    decades = int(np.ceil(np.log10(high / low)))
    axis.set_major_locator(LogLocator(base=10.0 ** max(1, -(-decades // count)), numticks=6))
    axis.set_minor_locator(NullLocator())
    if low > 1e-4 and high < 1e5:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def sampled(tree: xr.DataTree) -> list[str]:
    """Return the sampled coordinates that vary, one of each group."""
    return _varying(tree, [*json.loads(tree.attrs["priors"])])


def paired(tree: xr.DataTree) -> list[str]:
    """Return the sampled coordinates without those of single groups, whose pairs are many."""
    return [name for name in sampled(tree) if name == stem(name)]


def _varying(tree: xr.DataTree, names: list[str]) -> list[str]:
    """Return the scalars and elements of vectors of these names that are not constant."""
    posterior = tree.children["posterior"].to_dataset()
    found = scalars(posterior[[name for name in names if name in posterior]])
    return [str(name) for name, draws in found.items() if np.ptp(draws.values) > 0]


def _correlation(tree: xr.DataTree, a: str, b: str) -> float:
    lines = [
        on_line(variable(tree, "posterior", n).values.ravel(), support_of(tree, n)) for n in (a, b)
    ]
    return float(np.corrcoef(lines[0], lines[1])[0, 1])


def most_correlated(tree: xr.DataTree) -> list[str]:
    """Return the pair that hangs together most, and the next that hang with it."""
    names = paired(tree)
    if len(names) < 2:
        raise PosterionError("a model of one parameter has no pairs to draw.")
    lines = [
        on_line(variable(tree, "posterior", n).values.ravel(), support_of(tree, n)) for n in names
    ]
    strength = np.abs(np.corrcoef(lines)) - np.eye(len(names))
    chosen = [int(k) for k in np.unravel_index(np.argmax(strength), strength.shape)]
    while len(chosen) < min(PAIRED, len(names)):
        reach = strength[chosen].max(axis=0)
        reach[chosen] = -1
        chosen.append(int(np.argmax(reach)))
    return [names[k] for k in sorted(chosen)]


def _least_mixed(tree: xr.DataTree) -> list[str]:
    """Return the sampled coordinates, those with the largest R-hat first."""
    import arviz_stats

    names = sampled(tree)
    r_hat = arviz_stats.rhat(scalars(tree.children["posterior"].to_dataset())[names])
    return sorted(names, key=lambda name: -float(r_hat[name]))


def refuse_untrusted(tree: xr.DataTree) -> None:
    """Raise where the checks failed."""
    if not Verdict.of(tree).passed:
        raise PosterionError(
            "the checks of this result failed, so its distributions are not drawn; look at the "
            "ranks and traces."
        )
