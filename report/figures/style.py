"""How figures look and how they are put into a page."""

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): colours that the colour-blind tell apart.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, AMBER, GREY, INK = "#56B4E9", "#E69F00", "#8A8A8A", "#222222"
CHAINS = (BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER)
MARKERS = ("o", "s", "^", "D", "v", "P")
"""Beside the colours, one for each."""

WIDTH = 5.0
"""Width of every figure in inches: text of 10 points is still read at the width of a phone."""


WIDE_AXIS = 1e4
"""An axis over more than this factor has powers of ten; one over less has plain numbers."""


MEASURED, MEDIAN = "measured", "model (median)"
NEW, FIFTY = "94 % of new data", "50 % of new data"
BAND = "94 % band"
"""What points, lines and bands are called in legends, and in tables of what is drawn."""


@dataclass(frozen=True)
class Look:
    """How what belongs to one result is drawn, so that it is told from others on the same axes.

    Where there is a label, the points carry it in the legend, and all else is left out of it.
    """

    points: str = INK
    line: str = ORANGE
    band: str = BLUE
    marker: str = "o"
    label: str = ""

    def called(self, what: str) -> str:
        """Return the name of an artist; one that begins with a low line has no legend."""
        if not self.label:
            return what
        return self.label if what == MEASURED and self.label != "_" else f"_{self.label}: {what}"

    def measured(self, size: float = 4.0) -> dict[str, Any]:
        """Return the style of measured points."""
        return {
            "linestyle": "",
            "marker": self.marker,
            "markersize": size,
            "markerfacecolor": "none",
            "markeredgecolor": self.points,
            "markeredgewidth": min(0.9, 0.22 * size),
            "label": self.called(MEASURED),
            "zorder": 3,
        }

    def median(self) -> dict[str, Any]:
        """Return the style of the line of a model."""
        return {
            "color": self.line,
            "linewidth": 1.4,
            "label": self.called(MEDIAN),
            "zorder": 2.5,
        }

    def of_band(self, what: str) -> dict[str, Any]:
        """Return the style of a band of new data."""
        alpha = 0.25 if what == NEW else 0.45
        return {"color": self.band, "alpha": alpha, "linewidth": 0, "label": self.called(what)}


ALONE = Look()


def look(place: int, label: str) -> Look:
    """Return the look of one of several: a colour and a symbol of its own."""
    color = CHAINS[place % len(CHAINS)]
    return Look(color, color, color, MARKERS[place % len(MARKERS)], shown_label(label))


def new_figure(height: float, layout: str | None = "constrained") -> "Figure":
    """Return an empty figure of the common width."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), layout=layout, facecolor="white")  # type: ignore[arg-type]


def tidy(axes: "Axes", *, grid: bool = True) -> None:
    """Take away what distracts, and offsets beside an axis, which are overread."""
    from matplotlib.ticker import ScalarFormatter

    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9, color=GREY)
    for spine in axes.spines.values():
        spine.set_color(GREY)
    for axis in (axes.xaxis, axes.yaxis):
        if isinstance(axis.get_major_formatter(), ScalarFormatter):
            axis.set_major_formatter(plain_numbers())
    if grid:
        axes.grid(color="#E6E6E6", linewidth=0.6)
        axes.set_axisbelow(True)


def percents() -> Any:
    """Return a formatter of shares as percent, written as in the text: ``20 %``."""
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1.0, symbol=" %")


def plain_numbers() -> Any:
    """Return a formatter of tick labels without offset."""
    from matplotlib.ticker import ScalarFormatter

    return ScalarFormatter(useOffset=False)


def shown_label(label: str, length: int = 36) -> str:
    """Shorten a label from a file, and keep its dollar signs from starting a formula."""
    text = " ".join(label.split())
    text = text if len(text) <= length else f"{text[: length - 1]}…"
    return text.replace("$", r"\$")


def decades_axis(axes: "Axes") -> None:
    """Make the y axis logarithmic, with numbers at more places of a decade the fewer it shows."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    from ..numbers import number, power_of_ten

    axes.set_yscale("log")
    low, high = axes.get_ylim()
    subs: tuple[float, ...] = (1.0,)
    if high / low < 300:
        subs = (1.0, 2.0, 5.0)
    if high / low < 10:
        subs = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
    wide = high / low > WIDE_AXIS
    axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: power_of_ten(value) if wide else _bare(number(value, 2)))
    )


def _bare(text: str) -> str:
    """Leave out zeros that end a number."""
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


def frequency_axis(axes: "Axes", frequency: Any) -> None:
    """Make the x axis that of a spectrum: decades with SI prefixes."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    decades = max(1, round(_decades(frequency)))
    axes.set_xscale("log")
    axes.set_xlim(frequency.min() / 1.5, frequency.max() * 1.5)
    axes.xaxis.set_major_locator(LogLocator(base=10.0 ** max(1, -(-decades // 6)), numticks=15))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda f, _: hertz(f, unit=False)))


def hertz(frequency: float, *, unit: bool = True) -> str:
    """Write a frequency as it stands at a decade: ``10 kHz``, or ``10k`` on an axis."""
    from ..numbers import quantity

    text = quantity(frequency, "Hz", 1)
    return text if unit else text.removesuffix("Hz").replace(" ", "")


def _decades(frequency: Any) -> float:
    import math

    return math.log10(float(frequency.max()) / float(frequency.min()))


def as_svg(figure: "Figure") -> str:
    """Return a figure as the address of an image that holds its drawing."""
    return _address(figure, "svg", "image/svg+xml")


def as_png(figure: "Figure") -> str:
    """Return a figure as the address of an image of pixels, for many points."""
    return _address(figure, "png", "image/png", dpi=170)


def _address(figure: "Figure", form: str, kind: str, **options: Any) -> str:
    # An image of its own: the ids inside one drawing cannot meet those of another.
    import matplotlib

    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type") if form == "svg" else ())
    buffer = io.BytesIO()
    # The layout settles in the second pass, once the aspect of the axes is known to it.
    figure.draw_without_rendering()
    with matplotlib.rc_context({"svg.hashsalt": "posterion", "svg.fonttype": "path"}):
        figure.savefig(buffer, format=form, metadata=metadata or {"Software": None}, **options)
    return f"data:{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
