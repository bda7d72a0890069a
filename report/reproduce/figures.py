"""Figures of what the paper's own numbers say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...inference.predict import predict
from ...inference.verdict import Verdict
from ..figures.style import BLUE, GREEN, GREY, INK, ORANGE, decades_axis, new_figure, tidy
from .activation import FORMS, LEFT_SIDE
from .arrhenius import PELLET, Points, energy
from .conductivity import SAMPLES, from_geometry
from .inputs import Array, Inputs
from .run import Reproduction
from .voltammetry import table2

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLORS = {"bare": ORANGE, "coated": BLUE}
_NAMES = {"bare": "bare", "coated": "coated, 7 µL"}
_MARKERS = {"bare": "s", "coated": "o"}
_TEMPERATURES = {"bare": (25, 80), "coated": (25, 55, 80)}
SCATTER_SHOWN = 0.03
_ZERO = 273.15
_ENERGIES = 0.14, 0.37  # eV, of the axis


def conductivity_figure(done: Reproduction) -> "Figure":
    """Draw the published conductivities against temperature, with the law fitted to them."""
    from matplotlib.ticker import FixedLocator, NullLocator

    figure = new_figure(4.2)
    axes = figure.subplots()
    grid = np.linspace(20.0, 85.0, 40) + _ZERO
    for sample, degrees in _TEMPERATURES.items():
        keys = [f"conductivity_{PELLET[sample]}_{T}c_text" for T in degrees]
        numbers = [done.numbers[key].to("S/cm") for key in keys]
        points = tuple(zip(map(float, degrees), numbers, strict=True))
        tree = done.fits.series("sigma", points).tree
        color = _COLORS[sample]
        if Verdict.of(tree).passed:
            law = predict(tree, temperature=grid)["conductivity"].values.reshape(-1, grid.size)
            low, middle, high = 1e3 * np.quantile(law, [0.03, 0.5, 0.97], axis=0)
            axes.fill_between(1e3 / grid, low, high, color=color, alpha=0.2, linewidth=0)
            axes.plot(1e3 / grid, middle, color=color, linewidth=1.5)
        axes.plot(
            [1e3 / (T + _ZERO) for T in degrees],
            [1e3 * n.value for n in numbers],
            _MARKERS[sample],
            color=color,
            markeredgecolor="white",
            markersize=8,
            label=f"{_NAMES[sample]} (printed: {', '.join(map(str, degrees))} °C)",
        )
    axes.set_xlim(1e3 / grid.max(), 1e3 / grid.min())
    decades_axis(axes)
    tidy(axes)
    axes.set_xlabel("1000/T (K⁻¹)")
    axes.set_ylabel("Ionic conductivity (mS/cm)")
    shown = np.array([20.0, 40.0, 60.0, 80.0])
    top = axes.secondary_xaxis("top")
    top.xaxis.set_major_locator(FixedLocator(list(1e3 / (shown + _ZERO))))
    top.xaxis.set_minor_locator(NullLocator())
    top.set_xticklabels([f"{T:.0f}" for T in shown])
    top.set_xlabel("Temperature (°C)")
    top.tick_params(labelsize=9, color=GREY)
    top.spines["top"].set_color(GREY)
    axes.legend(frameon=False, fontsize=9, loc="lower left")
    return figure


def table1_figure(done: Reproduction) -> "Figure":
    """Draw, for each sample of Table 1, the printed conductivity and what L/(R·A) gives."""
    figure = new_figure(3.4)
    axes = figure.subplots()
    _table1(axes, done)
    return figure


def energy_figure(done: Reproduction) -> "Figure":
    """Draw the activation energy of both pellets by both forms, with the printed numbers."""
    figure = new_figure(4.6)
    panels = figure.subplots(2, 1, sharex=True)
    _energies(panels, done)
    return figure


def resistance_figure(done: Reproduction) -> "Figure":
    """Draw the resistances of Table 2 against the cycle."""
    figure = new_figure(3.9)
    panels = figure.subplots(1, 2, sharey=True)
    inputs = _inputs(done)
    titles = {"bare": "Bare, room temperature", "7ul": "Coated (7 µL), 55 °C"}
    parts = {
        "r1": ("R1", GREY, "v"),
        "r2": ("R2", BLUE, "o"),
        "r3": ("R3", GREEN, "^"),
        "sum": ("R1 + R2 + R3", INK, "s"),
    }
    for axes, (sample, title) in zip(panels, titles.items(), strict=True):
        for part, (name, color, marker) in parts.items():
            values = [float(np.median(each)) for each in table2(inputs, part, sample)]
            style = "--" if part == "sum" else "-"
            axes.plot(range(6), values, style, marker=marker, color=color, markersize=5, label=name)
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_xticks(range(6), ["fresh", "1", "2", "3", "4", "5"])
        axes.set_xlabel("Cycle")
    panels[0].set_ylabel("Resistance (Ω)")
    for axes in panels:
        axes.set_ylim(10, 1.3e4)
        decades_axis(axes)
        tidy(axes)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles[::-1], labels[::-1], loc="outside lower center", ncols=4, frameon=False, fontsize=9
    )
    return figure


def summary_figure(done: Reproduction) -> "Figure":
    """Draw Table 1 beside the activation energies, as one picture."""
    figure = new_figure(4.0)
    figure.set_size_inches(10.0, 4.0)
    halves: Any = figure.subfigures(1, 2)
    left, right = halves
    axes = left.subplots()
    _table1(axes, done)
    left.suptitle("Conductivity: what is printed, and what follows", fontsize=11)
    panels = right.subplots(2, 1, sharex=True)
    _energies(panels, done)
    right.suptitle("Activation energy: what is printed, and two laws", fontsize=11)
    return figure


def _inputs(done: Reproduction) -> Inputs:
    return Inputs(done.numbers, "figures", done.seed, done.fits)


def _table1(axes: "Axes", done: Reproduction) -> None:
    inputs = _inputs(done)
    labels = {
        "bare": "bare, 25 °C",
        "7ul_rt": "7 µL, RT",
        "10ul_rt": "10 µL, RT",
        "10ul_55c": "10 µL, 55 °C",
        "7ul_55c": "7 µL, 55 °C",
    }
    for place, sample in enumerate(SAMPLES):
        printed = inputs.number(f"conductivity_{sample}_table1", "mS/cm")
        low, middle, high = np.quantile(from_geometry(inputs, sample, 10.0), [0.03, 0.5, 0.97])
        axes.plot(printed.interval, [place - 0.13] * 2, color=ORANGE, linewidth=3)
        axes.plot(
            printed.value,
            place - 0.13,
            "D",
            color=ORANGE,
            markersize=6,
            label="printed in Table 1" if not place else None,
        )
        axes.plot([low, high], [place + 0.13] * 2, color=BLUE, linewidth=3)
        axes.plot(
            middle,
            place + 0.13,
            "o",
            color=BLUE,
            markersize=6,
            label="from its R and L (± 5 µm)" if not place else None,
        )
        right = max(printed.value, high) + 0.012
        gap = 100 * (printed.value / middle - 1)
        if not (printed.interval[0] <= high and printed.interval[1] >= low):
            axes.text(right, place, f"{gap:+.0f} %".replace("-", "−"), va="center", fontsize=9)
    axes.set_yticks(range(len(SAMPLES)), [labels[sample] for sample in SAMPLES])
    axes.set_ylim(len(SAMPLES) - 0.5, -0.5)
    axes.set_xlim(0.08, 0.41)
    tidy(axes)
    axes.tick_params(axis="y", labelsize=10, length=0)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("Ionic conductivity (mS/cm)")
    axes.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)


def _energies(panels: Sequence["Axes"], done: Reproduction) -> None:
    from matplotlib.ticker import MultipleLocator
    from scipy.stats import gaussian_kde

    inputs = _inputs(done)
    colors, hatches = {"sigma": BLUE, "sigmaT": ORANGE}, {"sigma": "", "sigmaT": "///"}
    grid = np.linspace(*_ENERGIES, 400)
    for axes, sample in zip(panels, PELLET, strict=True):
        points = Points.of(inputs, sample)
        printed = inputs.number(f"activation_energy_{PELLET[sample]}", "eV")
        top = 0.0
        for form in FORMS:
            drawn = energy(points, form, SCATTER_SHOWN, inputs)
            density: Array = gaussian_kde(drawn[::5], 0.25)(grid)
            top = max(top, float(density.max()))
            style: dict[str, Any] = {"color": colors[form], "hatch": hatches[form]}
            axes.fill_between(grid, density, alpha=0.25, linewidth=0, **style)
            axes.plot(grid, density, color=colors[form], linewidth=1.5)
            side = -1 if form == "sigma" else 1
            axes.text(
                float(np.quantile(drawn, 0.5 + side * 0.42)) + side * 0.002,
                float(density.max()) * 0.5,
                f"{LEFT_SIDE[form]} = A exp(−E/kT)",
                ha="right" if side < 0 else "left",
                color=colors[form],
                fontsize=9,
            )
        axes.axvspan(*printed.interval, color=INK, alpha=0.15, linewidth=0)
        axes.axvline(printed.value, color=INK, linewidth=1.2, linestyle="--")
        beside = 0.007 if sample == "coated" else -0.007
        axes.text(
            printed.value + beside,
            1.2 * top,
            f"printed {printed.printed} eV",
            ha="left" if beside > 0 else "right",
            va="top",
            fontsize=9,
        )
        axes.set_ylim(0, 1.25 * top)
        axes.set_xlim(*_ENERGIES)
        axes.xaxis.set_major_locator(MultipleLocator(0.05))
        axes.set_yticks([])
        tidy(axes)
        axes.spines["left"].set_visible(False)
        axes.set_ylabel(_NAMES[sample], fontsize=10)
    panels[-1].set_xlabel("Activation energy (eV)")
