"""The figure of activation energies: a density for each group, over that of the prior."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ...inference.caution.general import variable
from ...inference.caution.law import energies
from ...inference.revive import model_of
from ...inference.scalars import scalars, stem
from ...models.transport import KJ_PER_MOL
from .posterior import density, refuse_untrusted
from .style import BLUE, CHAINS, GREY, INK, new_figure, shown_label, tidy
from .transport import TOGETHER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

LABELLED = 60
"""Rows that have a label each; more would not be read."""


def activation_energies(tree: xr.DataTree) -> "Figure":
    """Draw the density of each activation energy, one row each, over that of its prior.

    Rows have the same width in eV and each its own height, that of its density. Many rows
    are in the order of their medians.
    """
    refuse_untrusted(tree)
    names = energy_names(tree)
    draws = {name: variable(tree, "posterior", name).values.ravel() for name in names}
    if len(names) > TOGETHER:
        names = sorted(names, key=lambda name: float(np.median(draws[name])))
    low = min(float(np.quantile(draws[name], 0.002)) for name in names)
    high = max(float(np.quantile(draws[name], 0.998)) for name in names)
    pad = 0.08 * (high - low)
    at = np.linspace(max(low - pad, 0.0), high + pad, 400)
    row = 0.62 if len(names) <= TOGETHER else 0.22
    figure = new_figure(1.15 + row * max(len(names), 1.6))
    axes = figure.subplots()
    many = len(names) > TOGETHER
    for place, name in enumerate(reversed(names)):
        color = BLUE if many else CHAINS[len(names) - 1 - place]
        _draw_row(axes, at, draws[name], variable(tree, "prior", name).values.ravel(), place, color)
    axes.set_xlim(at[0], at[-1])
    axes.set_ylim(-0.12, len(names) + 0.05)
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    labels = [_row_label(name) for name in reversed(names)]
    axes.set_yticks(
        np.arange(len(names)) + 0.3 if len(names) <= LABELLED else [],
        labels if len(names) <= LABELLED else [],
        fontsize=7 if many else 9,
    )
    axes.set_xlabel("Activation energy (eV)")
    above = axes.secondary_xaxis("top", functions=(_per_mole, _per_ion))
    above.set_xlabel("Activation energy (kJ/mol)")
    above.tick_params(labelsize=9, color=GREY)
    above.spines["top"].set_color(GREY)
    return figure


def energy_names(tree: xr.DataTree) -> list[str]:
    """Return the activation energies of a law, one of each group."""
    law: Any = model_of(tree)
    posterior = tree.children["posterior"].to_dataset()
    names = [name for name in energies(law) if name in posterior]
    return [str(name) for name in scalars(posterior[names])]


def _draw_row(axes: "Axes", at: Array, draws: Array, prior: Array, place: int, color: str) -> None:
    height = density(draws, at, (0.0, np.inf))
    top = 0.88 / float(height.max())
    low, middle, high = np.quantile(draws, [0.03, 0.5, 0.97])
    axes.fill_between(at, place, place + top * height, color=color, alpha=0.45, linewidth=0)
    axes.plot(at, place + top * height, color=color, linewidth=0.8)
    before = np.minimum(top * density(prior, at, (0.0, np.inf)), 0.95)
    axes.plot(at, place + before, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), alpha=0.6)
    axes.plot([low, high], [place, place], color=color, linewidth=2.2, solid_capstyle="butt")
    axes.plot([middle], [place], "|", color=INK, markersize=7, markeredgewidth=1.2)


def _row_label(name: str) -> str:
    vector = stem(name)
    return shown_label(name if name == vector else name[len(vector) + 1 : -1], 24)


def _per_mole(energy: ArrayLike) -> Array:
    return np.asarray(energy) * KJ_PER_MOL


def _per_ion(energy: ArrayLike) -> Array:
    return np.asarray(energy) / KJ_PER_MOL
