"""Figures of impedance spectra for a paper."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ...inference.checks.kramers_kronig import consistent_residuals
from ...inference.discrepancy import is_discrepant
from ...inference.relaxation_times import relaxation_times
from ..figures import left_out as left_out_figures
from ..figures.nyquist import (
    arcs_of,
    bounds_of,
    draw_nyquist,
    filled,
    height_to_width,
    label_decades,
)
from ..figures.posterior import refuse_untrusted
from ..figures.spectrum import Spectrum, draw_bode, draw_relative_residuals
from ..figures.style import frequency_axis, tidy
from ..numbers import Scale, scale_of
from .frame import COLUMN, Frame, Width
from .shown import SPECTRA, Item, shown_items

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 3.2
"""Of the points."""


def nyquist(
    what: Any, ax: "Axes | None" = None, *, whole: bool = False, width: Width = COLUMN
) -> "Axes":
    """Draw spectra in the complex plane: −Z″ up, against Z′, with equal scales.

    Parameters
    ----------
    what
        A result of `fit`, data of `read_spectrum` or `read_spectra`, or a path; or several of
        these, in a list or by label in a dict. Of a result the median of the model is drawn, and
        the bands that hold 94 % and 50 % of new data; where its checks failed, the data alone.
    ax
        Axes to draw on, for example those of an earlier call; new ones unless given.
    whole
        Whether the axes hold the blocking tail too where it dwarfs the arcs.
    width
        Of a new figure: a length such as ``"84mm"``, a number of mm, or ``"one"`` or ``"two"``
        columns (84 and 174 mm).

    Returns
    -------
    matplotlib.axes.Axes
        With one size of text, 8 points on new axes; see `save` and `table`.

    Raises
    ------
    PosterionError
        If there is nothing to draw, or it is no impedance.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.nyquist(po.simulated_pellet("simulated-7uL-55C"))
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Z′ (kΩ)', '−Z″ (kΩ)')
    """
    items, spectra = _spectra(what, "nyquist")
    shown = [None if whole else arcs_of(each) for each in spectra.values()]
    ends = np.array([
        bounds_of(each.measured if part is None else part)
        for each, part in zip(spectra.values(), shown, strict=True)
    ])  # fmt: skip
    left, bottom = map(float, ends[:, [0, 2]].min(0))
    right, top = map(float, ends[:, [1, 3]].max(0))
    shape = float(np.clip(height_to_width((left, right, bottom, top)), 0.45, 1.2))
    told = len(spectra) > 1 or any(each.prediction is not None for each in spectra.values())
    frame = Frame.of(ax, 1, width, 0.87 * shape, "nyquist", 17.0 if told else 11.0)
    if frame.own:
        left, right, bottom, top = filled((left, right, bottom, top), shape)
    (axes,) = frame.axes
    scale = _scale(axes.get_xlabel(), [max(abs(right), abs(top)) / 2])
    used = [] if not axes.lines else [*axes.get_xlim(), *axes.get_ylim()]
    for each, own in zip(spectra.values(), frame.looks(items), strict=True):
        draw_nyquist(axes, each, scale.divisor, SIZE, own)
    box = np.array([left, right, bottom, top]) / scale.divisor
    if used:
        box = np.array([
            min(box[0], used[0]), max(box[1], used[1]), min(box[2], used[2]), max(box[3], used[3])
        ])  # fmt: skip
    axes.set_xlim(box[0], box[1])
    axes.set_ylim(box[2], box[3])
    axes.set_aspect("equal", adjustable="box" if frame.own else "datalim")
    axes.set_xlabel(f"Z′ ({scale.unit})")
    axes.set_ylabel(f"−Z″ ({scale.unit})")
    steep = (box[3] - box[2]) / (box[1] - box[0])
    axes.locator_params(axis="x", nbins=max(2, min(6, int(6 / steep))))
    axes.locator_params(axis="y", nbins=6)
    tidy(axes)
    if len(spectra) == 1 and not used:
        (only,) = spectra.values()
        scales = frame.room[0] / (box[1] - box[0]), frame.room[1] / (box[3] - box[2])
        room = (min(scales) * (box[1] - box[0]), min(scales) * (box[3] - box[2]))
        label_decades(axes, only, scale.divisor, room, SIZE)
    frame.finish()
    return axes


def bode(what: Any, ax: Any = None, *, width: Width = COLUMN) -> "np.ndarray[Any, Any]":
    """Draw |Z| and the phase of spectra against frequency.

    Parameters
    ----------
    what
        As for `nyquist`.
    ax
        Two axes to draw on, one for |Z| and one for the phase; new ones unless given.
    width
        As for `nyquist`.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Shape (2,), of |Z| and of the phase.

    Raises
    ------
    PosterionError
        If there is nothing to draw, or it is no impedance.

    Examples
    --------
    >>> import posterion as po
    >>> upper, lower = po.plot.bode(po.simulated_pellet("simulated-7uL-55C"))
    >>> lower.get_xlabel()
    'Frequency (Hz)'
    """
    items, spectra = _spectra(what, "bode")
    frame = Frame.of(ax, 2, width, 0.95, "bode")
    moduli = np.concatenate([np.hypot(*each.measured) for each in spectra.values()])
    scale = _scale(frame.axes[0].get_ylabel(), moduli)
    before = _frequencies_on(frame)
    for each, own in zip(spectra.values(), frame.looks(items), strict=True):
        draw_bode(frame.axes, each, scale, SIZE, own)
    _over_all(frame, spectra, before)
    return np.array(frame.axes, dtype=object)


def residuals(what: Any, ax: Any = None, *, width: Width = COLUMN) -> "np.ndarray[Any, Any]":
    """Draw what is left of real and imaginary part, in percent of |Z|, against frequency.

    Of a result that is the distance from the median of new data, with the band that holds 94 % of
    them. Of data alone, before any fit, it is the distance from the best Kramers-Kronig
    consistent description (Boukamp 1995, doi:10.1149/1.2044210): what no circuit can describe.

    Parameters
    ----------
    what, width
        As for `nyquist`.
    ax
        Two axes to draw on, of the real and of the imaginary part; new ones unless given.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Shape (2,), of the real and of the imaginary part.

    Raises
    ------
    PosterionError
        If there is nothing to draw, it is no impedance, or the checks of a result failed.

    Examples
    --------
    >>> import posterion as po
    >>> real, _ = po.plot.residuals(po.simulated_pellet("simulated-7uL-55C"))
    >>> real.get_ylabel()
    'ΔZ′ (% of |Z|)'
    """
    items = shown_items(what, "residuals", SPECTRA)
    for item in items.values():
        if isinstance(item, xr.DataTree):
            refuse_untrusted(item)
    spectra = {label: _spectrum(item) for label, item in items.items()}
    frame = Frame.of(ax, 2, width, 0.85, "residuals")
    before = _frequencies_on(frame)
    for each, own in zip(spectra.values(), frame.looks(items), strict=True):
        modulus = np.hypot(*each.measured)
        if each.prediction is None:
            left = consistent_residuals(each.frequency, each.measured)
            draw_relative_residuals(frame.axes, each.frequency, 100 * left, None, SIZE, own)
            continue
        low, median, high = np.quantile(each.prediction.replicas, [0.03, 0.5, 0.97], axis=0)
        left, *band = (100 * (part - median) / modulus for part in (each.measured, low, high))
        draw_relative_residuals(frame.axes, each.frequency, left, band, SIZE, own)
    _over_all(frame, spectra, before)
    return np.array(frame.axes, dtype=object)


def drt(what: Any, ax: "Axes | None" = None, *, width: Width = COLUMN) -> "Axes":
    """Draw the distribution of relaxation times γ(ln τ) of fitted spectra, with its 94 % band.

    It is that of the arcs of the circuit together with what the circuit leaves out; of a fit of
    `DRT` it is that of the whole.

    Parameters
    ----------
    what
        Results of `fit`, as for `nyquist`. Data alone have no such distribution: it is fitted.
    ax, width
        As for `nyquist`.

    Returns
    -------
    matplotlib.axes.Axes
        γ in ohm over τ in s, with the frequency 1/(2πτ) above.

    Raises
    ------
    PosterionError
        If there is nothing to draw, it is no fit of an impedance, its checks failed, or its noise
        is one that lets the circuit leave out nothing.

    Examples
    --------
    >>> import posterion as po
    >>> ax = po.plot.drt(po.load("pellet.nc"))  # doctest: +SKIP
    """
    items = shown_items(what, "drt", SPECTRA)
    times = {}
    for label, item in items.items():
        if not isinstance(item, xr.DataTree):
            raise PosterionError(
                "a distribution of relaxation times is fitted, and these are data alone; draw "
                "that of po.fit(po.DRT(), spectrum), or of a circuit."
            )
        refuse_untrusted(item)
        if not is_discrepant(item):
            raise PosterionError(
                "this fit knows no distribution of relaxation times: its noise is "
                f"{item.attrs['noise_description']}. Fit it with the noise po.Discrepant()."
            )
        times[label] = relaxation_times(item)
    frame = Frame.of(ax, 1, width, 0.72, "drt")
    (axes,) = frame.axes
    tops = [np.median(each.arcs + each.left_out, axis=0).max() / 3 for each in times.values()]
    scale = _scale(axes.get_ylabel(), [max(*tops, 1e-300)] if len(tops) > 1 else tops)
    before = [] if not axes.lines else [np.array(axes.get_xlim())]
    for each, own in zip(times.values(), frame.looks(items), strict=True):
        left_out_figures.draw_whole(axes, each, scale, own)
    ends = np.concatenate([*before, *(each.tau for each in times.values())])
    axes.set_xlim(ends.min(), ends.max())
    frame.finish(where="best")
    return axes


def _spectra(what: Any, figure: str) -> tuple[dict[str, Item], dict[str, Spectrum]]:
    items = shown_items(what, figure, SPECTRA)
    return items, {label: _spectrum(item) for label, item in items.items()}


def _spectrum(item: Item) -> Spectrum:
    """Read a result, or data as they are before a fit."""
    if isinstance(item, xr.DataTree):
        return Spectrum.of(item)
    return Spectrum.measured_in(item["Z"], np.asarray(item["frequency"].values))


def _frequencies_on(frame: Frame) -> list[float]:
    axes = frame.axes[-1]
    return [*axes.get_xlim()] if axes.lines else []


def _over_all(frame: Frame, spectra: Mapping[str, Spectrum], before: list[float]) -> None:
    """Let the axes of frequency hold all that is drawn on them."""
    ends = np.concatenate([each.frequency for each in spectra.values()])
    if before:
        ends = np.r_[ends, before[0] * 1.5, before[1] / 1.5]
    for axes in frame.axes:
        frequency_axis(axes, ends)
    if frame.own:
        frame.axes[0].tick_params(labelbottom=False)
    frame.finish()


def _scale(label: str, values: Any) -> Scale:
    """Return the scale that axes have already, or else one that suits values."""
    for power, prefix in ((1.0, "Ω"), (1e3, "kΩ"), (1e6, "MΩ"), (1e9, "GΩ"), (1e-3, "mΩ")):
        if label.endswith(f"({prefix})"):
            return Scale(power, prefix)
    return scale_of(values, "ohm")
