"""Figures of draws for a paper: quantities of several results, and how they hang together."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ...inference.scalars import scalars, stem
from ..figures.posterior import most_correlated, own_quantities, refuse_untrusted
from ..figures.style import BLUE, CHAINS, shown_label, tidy
from ..numbers import axis_scale
from .frame import COLUMN, NOTES, POINTS, Frame, Width, millimetres
from .shown import shown_items

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 30
"""More rows than these are not read."""

CROWDED = 25.0
"""In panels less wide than this, in mm, numbers beside each other are turned."""

MARGIN = 20.0
"""Beside and below pairs, in mm."""

PAIRED = 6
"""More quantities than these leave no room for their numbers on a page."""


def forest(
    what: Any,
    ax: "Axes | None" = None,
    *,
    quantities: Sequence[str] | str | None = None,
    width: Width = COLUMN,
) -> "Axes":
    """Draw medians with their 50 % and 94 % intervals, a row for each quantity.

    Parameters
    ----------
    what
        A result, or several, in a list or by label in a dict: rows then hold one of each, in the
        colours of the results.
    ax
        Axes to draw on; new ones unless given.
    quantities
        Names of quantities in one unit, such as ``["R1", "R2"]``; ``"E_a"`` stands for that of
        each group. Those in the unit of the first parameter unless given.
    width
        Of a new figure: a length such as ``"84mm"``, a number of mm, or ``"one"`` or ``"two"``
        columns (84 and 174 mm).

    Returns
    -------
    matplotlib.axes.Axes
        With a row for each quantity.

    Raises
    ------
    PosterionError
        If there is no such quantity, they are of several units, or the checks of a result failed.

    Examples
    --------
    >>> import posterion as po
    >>> both = {"25 °C": po.load("cold.nc"), "55 °C": po.load("warm.nc")}  # doctest: +SKIP
    >>> ax = po.plot.forest(both, quantities=["R1", "R2"])  # doctest: +SKIP
    """
    items = _trusted(what, "forest")
    draws = {label: _chosen(tree, quantities) for label, tree in items.items()}
    values = [value for own in draws.values() for value in own.values()]
    units = list(dict.fromkeys(str(value.attrs.get("units", "")) for value in values))
    if quantities is None:
        units = units[:1]
        draws = {
            label: {n: v for n, v in own.items() if str(v.attrs.get("units", "")) == units[0]}
            for label, own in draws.items()
        }
    names = [*dict.fromkeys(name for own in draws.values() for name in own)]
    if len(units) > 1:
        raise PosterionError(
            f"{', '.join(names)} are in several units ({', '.join(units)}), which one axis cannot "
            "show; draw those of one unit."
        )
    if len(names) > MOST:
        raise PosterionError(
            f"these are {len(names)} quantities, and more than {MOST} rows are not read; name some."
        )
    scale = axis_scale(
        [float(np.median(v)) for own in draws.values() for v in own.values()], *units
    )
    rows = len(names) * (len(items) + 0.8)
    frame = Frame.of(ax, 1, width, 0.0, "forest", 13 + 3.0 * rows + 5 * (len(items) > 1))
    (axes,) = frame.axes
    for number, (label, own) in enumerate(draws.items()):
        shift = 0.7 * (number - (len(items) - 1) / 2) / len(items)
        for name, value in own.items():
            key = shown_label(label) if label and name == next(iter(own)) else ""
            called = f"_{label}: {name}" if label else f"_{name}"
            ends = np.quantile(value, [0.03, 0.25, 0.5, 0.75, 0.97]) / scale.divisor
            _row(axes, ends, names.index(name) + shift, CHAINS[number % len(CHAINS)], called, key)
    axes.set_yticks(range(len(names)), [shown_label(name, 24) for name in names])
    axes.set_ylim(len(names) - 0.45, -0.55)
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    (first, *others) = {stem(name) for name in names}
    axes.set_xlabel(scale.label(_QUANTITIES.get(units[0], "Value") if others else first))
    frame.finish()
    return axes


def _row(axes: "Axes", ends: np.ndarray, place: float, color: str, called: str, key: str) -> None:
    """Draw a median with its intervals; only what has a key stands in the legend."""
    low, first, middle, third, high = ends
    axes.hlines(place, low, high, color=color, linewidth=1.0, label=f"{called}, 94 %")
    axes.hlines(place, first, third, color=color, linewidth=3.0, label=f"{called}, 50 %")
    axes.plot(
        [middle], [place], "o", color=color, markerfacecolor="white", markersize=4,
        label=key or f"{called}, median",
    )  # fmt: skip


def corner(
    what: Any, *, quantities: Sequence[str] | None = None, width: Width = COLUMN
) -> "np.ndarray[Any, Any]":
    """Draw the draws of quantities two by two, with the density of each on the diagonal.

    Drawn by ``plot_pair`` of ArviZ.

    Parameters
    ----------
    what
        A result.
    quantities
        Two to six names; the four that hang together most unless given.
    width
        As for `forest`.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Shape (n, n); None above the diagonal.

    Raises
    ------
    PosterionError
        If there is no such quantity, there are too few or too many, or the checks of the result
        failed.

    Examples
    --------
    >>> import posterion as po
    >>> axes = po.plot.corner(po.load("pellet.nc"), quantities=["R1", "R2"])  # doctest: +SKIP
    """
    import arviz_plots
    from matplotlib import pyplot
    from matplotlib.ticker import MaxNLocator

    items = _trusted(what, "corner")
    if len(items) > 1:
        raise PosterionError(f"corner draws one result, and was given {len(items)}; draw each.")
    (tree,) = items.values()
    chosen = _chosen(tree, quantities or most_correlated(tree))
    if not 2 <= len(chosen) <= PAIRED:
        raise PosterionError(
            f"corner draws 2 to {PAIRED} quantities, and was given {len(chosen)}; name some."
        )
    shown, labels = {}, []
    for number, (name, value) in enumerate(chosen.items()):
        scale = axis_scale(value.values, str(value.attrs.get("units", "")))
        labels.append(scale.label(shown_label(name, 16)).replace(" (", "\n("))
        shown[f"quantity {number}"] = value / scale.divisor  # a label may hold a slash
    side = millimetres(width) / 25.4
    with pyplot.rc_context({"font.size": POINTS, "axes.linewidth": 0.6}):
        drawn = arviz_plots.plot_pair(
            xr.DataTree.from_dict({"posterior": xr.Dataset(shown)}),
            backend="matplotlib",
            figure_kwargs={"figsize": (side, 0.95 * side)},
            visuals={
                "scatter": {"alpha": 0.25, "size": 1.5, "color": BLUE},
                "dist": {"color": BLUE},
                "divergence": False,
            },
        )
    grid = np.array(drawn.viz["plot"].values, dtype=object)
    for (row, column), axes in np.ndenumerate(grid):
        if axes is None or row < column:
            grid[row, column] = None
            continue
        tidy(axes, grid=False)
        axes.tick_params(labelsize=NOTES * POINTS, labelbottom=row == len(grid) - 1, length=2)
        axes.xaxis.set_major_locator(MaxNLocator(2, prune="both"))
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.set_xlabel(labels[column], fontsize=POINTS, visible=row == len(grid) - 1)
        label = "Density" if row == column else labels[row]
        axes.set_ylabel(label, fontsize=POINTS, visible=column == 0 < row)
        if 25.4 * side < CROWDED * len(grid):
            axes.tick_params(axis="x", rotation=45)
        if row == column:
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
        elif column:
            axes.tick_params(labelleft=False)
    figure = grid[0, 0].figure
    # Margins hold the labels, at whatever width.
    edge, low = MARGIN / (25.4 * side), MARGIN / (25.4 * 0.95 * side)
    figure.subplots_adjust(left=edge, right=0.98, bottom=low, top=0.98, wspace=0.2, hspace=0.2)
    figure.align_ylabels([*grid[:, 0]])
    figure.align_xlabels([*grid[-1]])
    return grid


_QUANTITIES: Mapping[str, str] = {
    "ohm": "Resistance",
    "eV": "Energy",
    "S/cm": "Conductivity",
    "kJ/mol": "Energy",
    "K": "Temperature",
    "s": "Time",
}


def _trusted(what: Any, figure: str) -> dict[str, xr.DataTree]:
    found: dict[str, xr.DataTree] = {}
    for label, item in shown_items(what, figure).items():
        if not isinstance(item, xr.DataTree):
            raise PosterionError(f"{figure} draws results of fits, and these are data; fit them.")
        refuse_untrusted(item)
        found[label] = item
    return found


def _chosen(tree: xr.DataTree, quantities: Sequence[str] | str | None) -> dict[str, xr.DataArray]:
    """Return the draws of quantities by name; of a vector those of its elements."""
    posterior = scalars(tree.children["posterior"].to_dataset())
    known = {str(name): value for name, value in posterior.items()}
    if quantities is None:
        return {name: known[name] for name in own_quantities(tree)}
    names = [quantities] if isinstance(quantities, str) else [*quantities]
    found: dict[str, xr.DataArray] = {}
    for name in names:
        own = [each for each in known if name in (each, stem(each))]
        if not own:
            near = get_close_matches(name, [*known, *{stem(each) for each in known}])
            hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}."
            raise PosterionError(f"the result has no quantity '{name}'; {hint}")
        found |= {each: known[each] for each in own}
    return found
