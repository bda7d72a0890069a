"""Figures of what a paper's own numbers say: kinds of drawings that a claims file asks for."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import PosterionError
from ...inference.predict import predict
from ...inference.verdict import Verdict
from ...report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    as_svg,
    decades_axis,
    new_figure,
    tidy,
)
from . import systems
from .expression import Scope
from .inputs import Inputs
from .rows import Row
from .run import Audit
from .template import sentences

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLORS = (ORANGE, BLUE)
_SHAPES = ((GREY, "v", "-"), (BLUE, "o", "-"), (GREEN, "^", "-"), (INK, "s", "--"))
_ZERO = 273.15
_ROWS = 60


def drawn_figures(done: Audit) -> list[dict[str, str]]:
    """Return each figure of the paper as an image with its description and caption.

    Raises
    ------
    PosterionError
        If a figure lacks something, or a formula in it is wrong.
    """
    asked = done.paper.figures or (_OVERVIEW,) * any(map(_compared, done.rows))
    return [_drawn(done, content) for content in asked]


def summary_figure(done: Audit) -> "Figure | None":
    """Draw the figures that make up the paper's one picture, side by side."""
    asked = [each for each in done.paper.figures if each.get("name") in done.paper.summary]
    if not asked:
        return None
    figure = new_figure(4.0)
    figure.set_size_inches(5.0 * len(asked), 4.0)
    halves: Any = np.atleast_1d(np.asarray(figure.subfigures(1, len(asked))))
    for half, content in zip(halves, asked, strict=True):
        draw(done, content, half)
        half.suptitle(content.get("title", ""), fontsize=11)
    return figure


def _drawn(done: Audit, content: Mapping[str, Any]) -> dict[str, str]:
    try:
        height, _ = KINDS[content["kind"]]
        figure = new_figure(height)
        draw(done, content, figure)
        return {
            "image": as_svg(figure),
            "alt": str(content.get("alt", "")),
            "caption": sentences(scope_of(done, content), content.get("caption", "")),
        }
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, PosterionError):
            raise
        raise PosterionError(
            f"the figure '{content.get('name', '')}' cannot be drawn ({error!r}); its kind is one "
            f"of {', '.join(KINDS)}, and has what docs/audit.md says."
        ) from error


def draw(done: Audit, content: Mapping[str, Any], onto: Any) -> None:
    """Draw one figure onto another or a part of it."""
    if len(content.get("rows", ())) > _ROWS:
        raise ValueError(f"more than {_ROWS} rows")
    KINDS[content["kind"]][1](onto, content, scope_of(done, content), done)


def scope_of(done: Audit, content: Mapping[str, Any]) -> Scope:
    """Return what names mean in a figure."""
    inputs = Inputs(done.numbers, "figures", done.seed, done.fits)
    shared = done.paper.shared
    return Scope(inputs, shared.defined, shared.series, f"figure '{content.get('name', '')}'")


def _pairs(figure: Any, content: Mapping[str, Any], scope: Scope, done: Audit) -> None:
    """Draw, for each of several samples, what is printed and what follows."""
    axes, rows, gap = figure.subplots(), content["rows"], float(content["gap"])
    for place, row in enumerate(rows):
        printed = scope.inputs.number(row["printed"], content["unit"])
        low, middle, high = np.quantile(scope.value(row["value"]), [0.03, 0.5, 0.97])
        for where, color, ends, value, mark, label in (
            (place - 0.13, ORANGE, printed.interval, printed.value, "D", content["printed"]),
            (place + 0.13, BLUE, (low, high), middle, "o", content["follows"]),
        ):
            axes.plot(ends, [where] * 2, color=color, linewidth=3)
            axes.plot(value, where, mark, color=color, markersize=6, label=None if place else label)
        if not (printed.interval[0] <= high and printed.interval[1] >= low):
            off = f"{100 * (printed.value / middle - 1):+.0f} %".replace("-", "−")
            axes.text(max(printed.value, high) + gap, place, off, va="center", fontsize=9)
    _lines(axes, [row["label"] for row in rows], 10)
    axes.set_xlim(*content["range"])
    axes.set_xlabel(content["axis"])
    axes.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)


def _lines(axes: "Axes", labels: list[str], size: int) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    tidy(axes)
    axes.tick_params(axis="y", labelsize=size, length=0)
    axes.grid(axis="y", visible=False)


def _densities(figure: Any, content: Mapping[str, Any], scope: Scope, done: Audit) -> None:
    """Draw densities of two answers, with the printed number, for each of several samples."""
    from scipy.stats import gaussian_kde

    rows, ends = content["rows"], content["range"]
    panels = np.atleast_1d(figure.subplots(len(rows), 1, sharex=True))
    grid = np.linspace(float(ends[0]), float(ends[1]), 400)
    for axes, row in zip(panels, rows, strict=True):
        printed, top = scope.inputs.number(row["printed"], content["unit"]), 0.0
        answers = zip((BLUE, ORANGE), ("", "///"), (-1, 1), row["values"], strict=False)
        for color, hatch, side, answer in answers:
            drawn = np.asarray(scope.value(answer["value"]))
            density = gaussian_kde(drawn[::5], 0.25)(grid)
            top = max(top, float(density.max()))
            axes.fill_between(grid, density, alpha=0.25, linewidth=0, color=color, hatch=hatch)
            axes.plot(grid, density, color=color, linewidth=1.5)
            axes.text(
                float(np.quantile(drawn, 0.5 + side * 0.42)) + side * 0.01 * np.ptp(ends),
                float(density.max()) * 0.5,
                answer["label"],
                ha="right" if side < 0 else "left",
                color=color,
                fontsize=9,
            )
        axes.axvspan(*printed.interval, color=INK, alpha=0.15, linewidth=0)
        axes.axvline(printed.value, color=INK, linewidth=1.2, linestyle="--")
        right = printed.value > np.mean(ends)
        axes.text(
            printed.value + (0.03 if right else -0.03) * np.ptp(ends),
            1.2 * top,
            f"printed {printed.printed} {content['unit']}",
            ha="left" if right else "right",
            va="top",
            fontsize=9,
        )
        axes.set_ylim(0, 1.25 * top)
        axes.set_xlim(*ends)
        axes.set_yticks([])
        tidy(axes)
        axes.spines["left"].set_visible(False)
        axes.set_ylabel(row["label"], fontsize=10)
    panels[-1].set_xlabel(content["axis"])


def _arrhenius(figure: Any, content: Mapping[str, Any], scope: Scope, done: Audit) -> None:
    """Draw conductivities against temperature, with the law fitted to them."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axes, keys = figure.subplots(), done.paper.shared.series
    numbers = [[done.numbers[k].to("S/cm") for k in keys[r["series"]]] for r in content["rows"]]
    degrees = [[float(n.temperature_C or 0) for n in each] for each in numbers]
    grid = np.linspace(min(map(min, degrees)) - 5, max(map(max, degrees)) + 5, 40) + _ZERO
    for row, own, at, color, mark in zip(
        content["rows"], numbers, degrees, _COLORS, "so", strict=False
    ):
        tree = done.fits.series("sigma", tuple(zip(at, own, strict=True))).tree
        if Verdict.of(tree).passed:
            law = predict(tree, temperature=grid)["conductivity"].values.reshape(-1, grid.size)
            low, middle, high = 1e3 * np.quantile(law, [0.03, 0.5, 0.97], axis=0)
            axes.fill_between(1e3 / grid, low, high, color=color, alpha=0.2, linewidth=0)
            axes.plot(1e3 / grid, middle, color=color, linewidth=1.5)
        axes.plot(
            [1e3 / (T + _ZERO) for T in at],
            [1e3 * n.value for n in own],
            mark,
            color=color,
            markeredgecolor="white",
            markersize=8,
            label=f"{row['label']} (printed: {', '.join(f'{T:g}' for T in at)} °C)",
        )
    axes.set_xlim(1e3 / grid.max(), 1e3 / grid.min())
    decades_axis(axes)
    tidy(axes)
    axes.set_xlabel("1000/T (K⁻¹)")
    axes.set_ylabel("Ionic conductivity (mS/cm)")
    shown = np.arange(np.ceil((grid[0] - _ZERO) / 20) * 20, grid[-1] - _ZERO, 20)
    top = axes.secondary_xaxis("top")
    top.xaxis.set_major_locator(FixedLocator(list(1e3 / (shown + _ZERO))))
    top.xaxis.set_minor_locator(NullLocator())
    top.set_xticklabels([f"{T:.0f}" for T in shown])
    top.set_xlabel("Temperature (°C)")
    top.tick_params(labelsize=9, color=GREY)
    top.spines["top"].set_color(GREY)
    axes.legend(frameon=False, fontsize=9, loc="lower left")


def _cycles(figure: Any, content: Mapping[str, Any], scope: Scope, done: Audit) -> None:
    """Draw numbers of several specimens against the cycle, a panel each."""
    rows, ticks = content["rows"], content["ticks"]
    panels = np.atleast_1d(figure.subplots(1, len(rows), sharey=True))
    for axes, row in zip(panels, rows, strict=True):
        for (color, mark, style), line in zip(_SHAPES, row["values"], strict=False):
            values = [float(np.median(each)) for each in scope.value(line["value"])]
            axes.plot(
                range(len(values)), values, style, marker=mark, color=color, markersize=5,
                label=line["label"],
            )  # fmt: skip
        axes.set_title(row["label"], fontsize=10, loc="left")
        axes.set_xticks(range(len(ticks)), ticks)
        axes.set_xlabel("Cycle")
        axes.set_ylim(*content["range"])
        decades_axis(axes)
        tidy(axes)
    panels[0].set_ylabel(content["axis"])
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles[::-1], labels[::-1], loc="outside lower center", ncols=4, frameon=False, fontsize=9
    )


def _compared(row: Row) -> bool:
    return bool(row.published) and row.median is not None


def _overview(figure: Any, content: Mapping[str, Any], scope: Scope, done: Audit) -> None:
    """Draw what the inputs give for each printed number, as a multiple of it."""
    rows = [row for row in done.rows if _compared(row)][:_ROWS]
    figure.set_size_inches(figure.get_size_inches()[0], 1.2 + 0.45 * len(rows))
    axes = figure.subplots()
    axes.axvline(1.0, color=INK, linewidth=1.2, linestyle="--")
    for place, row in enumerate(rows):
        color = {"supported": GREEN, "not supported": ORANGE}.get(row.verdict, GREY)
        low, middle, high = np.array([row.q03, row.median, row.q97]) / row.published
        axes.plot([low, high], [place] * 2, color=color, linewidth=3)
        axes.plot(middle, place, "o", color=color, markersize=6)
    _lines(axes, [f"{row.quantity}\n{row.printed}" for row in rows], 9)
    axes.set_xlabel("From the paper's own inputs / as printed")


_OVERVIEW: Mapping[str, Any] = MappingProxyType(
    {
        "name": "overview",
        "kind": "overview",
        "alt": "What the inputs give for each printed number, as a multiple of it",
        "caption": "What the paper's own inputs give for each printed number, as a multiple of "
        "it: median and 94 % interval. Green: supported; orange: not supported.",
    }
)

Drawing = Callable[[Any, Mapping[str, Any], Scope, Audit], None]
KINDS: Mapping[str, tuple[float, Drawing]] = MappingProxyType(
    {
        "pairs": (3.4, _pairs),
        "densities": (4.6, _densities),
        "arrhenius": (4.2, _arrhenius),
        "cycles": (3.9, _cycles),
        "systems": (5.9, systems.draw_systems),
        "ranks": (3.8, systems.draw_ranks),
        "overview": (3.0, _overview),
    }
)
"""Heights in inches and drawings by the kind of figure."""
