"""The frame of a figure for a paper: its size on the page, one size of text, its legend."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from ...units import Measured
from ..figures.style import ALONE, BAND, FIFTY, MEASURED, MEDIAN, NEW, Look, look
from .shown import Item

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 8.0
"""Size of text in a figure of its own, in points."""

NOTES = 0.875
"""Text inside the axes, to that of their labels."""

COLUMN, PAGE = 84.0, 174.0
"""Widths of one and of two columns of a journal, in mm."""

MARKER = 4.0
"""Of points in a legend."""

NAMED = {"one": COLUMN, "two": PAGE}
NARROWEST, WIDEST = 30.0, 1000.0
TALLEST = 110.0
"""A wider figure grows in height no further than to this, in mm."""

Width = str | float


@dataclass(frozen=True)
class Frame:
    """Axes to draw on.

    Attributes
    ----------
    axes
        One below another.
    own
        Whether the figure was made for them.
    text
        Size of their labels, in points.
    room
        About the width and height of each in points, where the figure is their own.
    """

    axes: "Sequence[Axes]"
    own: bool
    text: float
    room: tuple[float, float]

    @classmethod
    def of(
        cls, ax: Any, count: int, width: Width, ratio: float, figure: str, margin: float = 0.0
    ) -> "Frame":
        """Take the axes that were given, or make a figure of a width and a ratio of height to it.

        The margin, in mm, is added to the height whatever the width.

        Raises
        ------
        PosterionError
            If these are not as many axes as are needed, or the width is none.
        """
        from matplotlib import pyplot

        if ax is not None:
            given = [*ax] if isinstance(ax, Iterable) else [ax]
            if len(given) != count or not all(hasattr(each, "get_xlim") for each in given):
                raise PosterionError(
                    f"{figure} draws on {count} axes; give ax=fig.subplots({count}, 1)."
                    if count > 1
                    else f"{figure} draws on one axes; give ax=fig.subplots()."
                )
            box = given[0].get_window_extent()
            scale = 72 / given[0].figure.dpi
            size = float(given[0].xaxis.label.get_size())
            return cls(given, False, size, (scale * box.width, scale * box.height))
        mm = millimetres(width)
        high = margin + min(ratio * mm, max(TALLEST, ratio * COLUMN))
        inches = (mm / 25.4, high / 25.4)
        # Paths of letters in place of fonts: the file looks alike everywhere.
        with pyplot.rc_context({"font.size": POINTS, "axes.linewidth": 0.6}):
            made = pyplot.figure(figsize=inches, layout="constrained", facecolor="white")
            axes = made.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        room = (72 * inches[0] - 45, (72 * inches[1] - 40) / count)
        return cls([*axes], True, POINTS, room)

    def looks(self, items: Mapping[str, Item]) -> list[Look]:
        """Return how each is drawn: alone, or in colours that are not yet on the axes."""
        known = self.axes[0].get_legend_handles_labels()[1]
        before = sum(label not in (MEDIAN, NEW, FIFTY, BAND) for label in known)
        if {MEASURED, MEDIAN} & set(known):  # of one that was alone, with two colours
            before = 2
        if before == 0 and [*items] == [""]:
            return [ALONE]
        return [
            look(before + place, label or str(item.attrs.get("source", before + place + 1)))
            for place, (label, item) in enumerate(items.items())
        ]

    def finish(self, *, where: str = "above", handles: Sequence[Any] | None = None) -> None:
        """Write all text at one size, and a legend that tells what was drawn.

        Handles are added to those of an earlier legend in place of what the axes hold.
        """
        for axes in self.axes:
            for each in (axes, *axes.child_axes):
                each.tick_params(which="both", labelsize=self.text)
                for text in (each.xaxis.label, each.yaxis.label, each.title):
                    text.set_fontsize(self.text)
            for text in axes.texts:
                text.set_fontsize(NOTES * self.text)
        shown: list[Any] = [*self.axes[0].get_legend_handles_labels()[0]]
        if handles is not None:
            earlier = self.axes[0].get_legend()
            shown = [*(earlier.legend_handles if earlier else ()), *handles]
        by_label = {str(each.get_label()): each for each in sorted(shown, key=_rank)}
        if len(by_label) < 2:
            return
        style: dict[str, Any] = {"loc": where}
        if where == "above":
            style = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderaxespad": 0.1}
            style["ncols"] = _columns([*by_label], (self.room[0] + 25) / (NOTES * self.text))
        legend: Any = self.axes[0].legend(
            [*by_label.values()], [*by_label], frameon=False, fontsize=NOTES * self.text,
            handlelength=1.4, columnspacing=1.0, handletextpad=0.5, labelspacing=0.3, **style,
        )  # fmt: skip
        for each in legend.legend_handles:
            if hasattr(each, "set_markersize"):
                each.set_markersize(MARKER)


def _columns(labels: Sequence[str], room: float) -> int:
    """Return the most columns of a legend that stand side by side, in widths of its text."""
    for columns in range(len(labels), 1, -1):
        rows = -(-len(labels) // columns)
        longest = [
            max(map(len, labels[first : first + rows])) for first in range(0, len(labels), rows)
        ]
        if sum(0.55 * length + 3.2 for length in longest) < room:
            return len(longest)
    return 1


def _rank(handle: Any) -> int:
    """Put points before lines, and lines before bands."""
    if not hasattr(handle, "get_marker"):
        return 2 if hasattr(handle, "get_facecolor") else 0
    return 0 if handle.get_marker() not in ("None", "", None) else 1


def millimetres(width: Width) -> float:
    """Return a width in mm.

    Raises
    ------
    PosterionError
        If it is no length, or none that a page has.
    """
    if isinstance(width, str) and width in NAMED:
        return NAMED[width]
    try:
        bare = isinstance(width, str) and re.fullmatch(r"[\d.]+", width.strip())
        mm = float(width) if bare or not isinstance(width, str) else _length(width)
    except (TypeError, ValueError) as error:
        raise PosterionError(
            f"the width is {width!r}; write a length such as '84mm', or 'one' or 'two' columns."
        ) from error
    if not (math.isfinite(mm) and NARROWEST <= mm <= WIDEST):
        raise PosterionError(
            f"the width is {mm:g} mm; it must lie between {NARROWEST:g} and {WIDEST:g} mm "
            f"(one column is {COLUMN:g} mm, two are {PAGE:g} mm)."
        )
    return mm


def _length(text: str) -> float:
    return Measured.parse(text, "mm", "width").value
