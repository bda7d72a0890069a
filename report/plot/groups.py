"""Figures of cells and specimens for a paper: survival, and groups beside each other."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ...inference.caution.limit import Tested, tested_groups
from ...inference.verdict import Verdict
from ..figures.compare import by_chance, draw_groups
from ..figures.style import tidy
from ..figures.survival import draw_survival
from ..numbers import scale_of
from .frame import COLUMN, Frame, Width
from .shown import LIMITS, SPECIMENS, Item, groups_of, joined, shown_items

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BEYOND = 1.25
"""The axis goes on so far after what was tested."""


def survival(what: Any, ax: "Axes | None" = None, *, width: Width = COLUMN) -> "Axes":
    """Draw the share of cells that have not failed, against cycles, hours or current.

    Parameters
    ----------
    what
        A result of `fit` with `Lifetime` or `CriticalCurrent`, data of `read_limits`,
        `lifetimes` or `stepped_test`, or a path; or several of these, in a list or by label in a
        dict. Steps are the share of the tested cells (Kaplan and Meier; of failures within an
        interval Turnbull), with a mark for each that was stopped before it failed. Of a result
        the law is drawn with the band that holds 94 % of it; where its checks failed, the data
        alone.
    ax
        Axes to draw on; new ones unless given.
    width
        Of a new figure: a length such as ``"84mm"``, a number of mm, or ``"one"`` or ``"two"``
        columns (84 and 174 mm).

    Returns
    -------
    matplotlib.axes.Axes
        In percent of the cells.

    Raises
    ------
    PosterionError
        If there is nothing to draw, it is of another kind, or of several units.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.survival(po.lifetimes([210, 240, 400], running=[False, False, True]))
    >>> ax.get_ylabel()
    'Cells that have not failed (%)'
    """
    items = shown_items(what, "survival", LIMITS)
    drawn: dict[str, tuple[Item, Tested]] = {
        joined(label, each.label): (item, each)
        for label, item in items.items()
        for each in _tested(item)
    }
    names, units = zip(*map(_measured, items.values()), strict=True)
    if len({*names}) > 1 or len({*units}) > 1:
        raise PosterionError(
            f"these are {' and '.join(dict.fromkeys(names))} in {', '.join(dict.fromkeys(units))}, "
            "which one axis cannot show; draw them apart."
        )
    frame = Frame.of(ax, 1, width, 0.72, "survival")
    (axes,) = frame.axes
    ends = np.concatenate([each for _, own in drawn.values() for each in (own.low, own.high)])
    end = BEYOND * float(ends[np.isfinite(ends)].max())
    scale = scale_of(1.0, units[0])
    looks = frame.looks({label: item for label, (item, _) in drawn.items()})
    for (item, tested), own in zip(drawn.values(), looks, strict=True):
        fit = item if isinstance(item, xr.DataTree) and Verdict.of(item).passed else None
        draw_survival(axes, tested, fit, scale.divisor, end, own)
    tidy(axes)
    before = axes.get_xlim()[1] if axes.get_xlabel() else 0.0
    axes.set_xlim(0, max(end / scale.divisor, before))
    axes.set_ylim(0, 103)
    unit = {"cycle": "cycles"}.get(scale.unit, scale.unit)
    density = " density" if "/" in unit else ""
    axes.set_xlabel(
        f"Lifetime ({unit})" if names[0] == "lifetime" else f"Current{density} ({unit})"
    )
    axes.set_ylabel("Cells that have not failed (%)")
    frame.finish()
    return axes


def _tested(item: Item) -> list[Tested]:
    """Return the bounds of the cells of each group."""
    if isinstance(item, xr.DataTree):
        return [*tested_groups(item)]
    (name, _), found = _measured(item), []
    for label, own in groups_of(item, leave=("cell",)):
        bounds = (f"{name}_{end}" if f"{name}_{end}" in own else name for end in ("low", "high"))
        found.append(Tested(label, *(np.asarray(own[each].values, float) for each in bounds)))
    return found


def _measured(item: Item) -> tuple[str, str]:
    """Return what is measured, and its unit."""
    held = item.children["observed_data"].dataset if isinstance(item, xr.DataTree) else item
    name = next(each for each in LIMITS.names if each in held)
    known = item.attrs["unit"] if isinstance(item, xr.DataTree) else item[name].attrs["units"]
    return name, str(known)


def compare(what: Any, ax: "Axes | None" = None, *, width: Width = COLUMN) -> "Axes":
    """Draw groups of specimens, such as pellets with different coatings, a row each.

    Parameters
    ----------
    what
        A result of `posterion.compare`, data of `replicates` or `read_replicates`, or the path of a
        result.
        Circles are specimens with 94 % of their errors. Of a result the thick bar holds 94 % of
        the level of the group, and the thin one 94 % of further specimens; the group that is
        most probably best is on top. Where its checks failed, the data alone.
    ax, width
        As for `survival`.

    Returns
    -------
    matplotlib.axes.Axes
        With a row for each group.

    Raises
    ------
    PosterionError
        If there is nothing to draw, or it is no such comparison.

    Examples
    --------
    >>> import posterion as po
    >>> pellets = po.replicates([1.1, 1.2, 1.5], ["bare", "bare", "coated"], unit="mS/cm")
    >>> ax = po.plot.compare(pellets)
    """
    items = shown_items(what, "compare", SPECIMENS)
    if len(items) > 1:
        raise PosterionError(
            f"compare draws one comparison, and was given {len(items)}; compare all groups in one."
        )
    (item,) = items.values()
    count = len(
        by_chance(item) if isinstance(item, xr.DataTree) else np.unique(item["group"].values)
    )
    frame = Frame.of(
        ax, 1, width, 0.1 + 0.12 * min(count, 8), "compare", 8.0 + 4 * max(count - 8, 0)
    )
    draw_groups(frame.axes[0], item, 3.6)
    frame.finish()
    return frame.axes[0]
