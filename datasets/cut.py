"""Leave frequencies of a spectrum out, and say which."""

import re
from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from ..units import Measured, hertz
from .schema import check_spectrum
from .tables.points import told

NEAR = 0.05
"""A frequency to drop is the nearest measured one within this share of it."""

FEWEST = 2
"""Fewer points are no spectrum."""

_SAID = "points were left out: "

_FREQUENCY = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*([mkMG]?Hz)?")


def cut(
    spectrum: xr.Dataset,
    *,
    fmin: str | float | None = None,
    fmax: str | float | None = None,
    drop: str | float | Sequence[str | float] = (),
    name: str = "",
) -> xr.Dataset:
    """Leave frequencies of a spectrum out.

    What was left out is said in the attribute ``messages``; the attribute ``sha256`` stays
    that of all that was measured.

    Parameters
    ----------
    spectrum
        One spectrum, such as the result of `read_spectrum`. Cut spectra before they are
        stacked.
    fmin, fmax
        The lowest and the highest frequency that are kept, such as ``"1 Hz"`` or ``"1 MHz"``;
        a bare number is in Hz.
    drop
        Single frequencies, such as ``["50 Hz"]`` for the hum of the mains: the nearest
        measured one is left out, within 5 %.
    name
        What to call the spectrum in what is said, where there are several.

    Returns
    -------
    xarray.Dataset
        The spectrum without these points, frequencies from high to low.

    Raises
    ------
    PosterionError
        If a frequency cannot be read, none was measured near one to drop, or fewer than two
        points are left.

    Examples
    --------
    >>> import posterion as po
    >>> spectrum = po.read_spectrum("pellet_140C.txt")  # doctest: +SKIP
    >>> po.cut(spectrum, fmax="1 MHz", drop=["50 Hz"])  # doctest: +SKIP
    """
    low = None if fmin is None else read_frequency(fmin, "fmin")
    high = None if fmax is None else read_frequency(fmax, "fmax")
    if low is not None and high is not None and not low < high:
        raise PosterionError(
            f"fmin is {hertz(low)} and fmax {hertz(high)}; fmin must lie below fmax."
        )
    dropped = [drop] if isinstance(drop, str | float | int) else drop
    places = [read_frequency(each, "drop") for each in dropped]
    whole = check_spectrum(spectrum)
    frequency = whole["frequency"].values
    subject = f"{name}: " if name else ""
    below = frequency < low if low is not None else np.zeros(frequency.shape, dtype=bool)
    above = frequency > high if high is not None else np.zeros(frequency.shape, dtype=bool)
    single = np.zeros(frequency.shape, dtype=bool)
    for place in places:
        single[_nearest(frequency, place, subject)] = True
    single &= ~(below | above)
    kept = ~(below | above | single)
    if kept.all():
        return whole
    if kept.sum() < FEWEST:
        raise PosterionError(
            f"{subject}{int(kept.sum())} of {kept.size} points would be left of a spectrum from "
            f"{hertz(frequency.max())} to {hertz(frequency.min())}; leave fewer out."
        )
    reasons = [f"below {hertz(low)}"] if low is not None and below.any() else []
    reasons += [f"above {hertz(high)}"] if high is not None and above.any() else []
    reasons += [f"at {hertz(each)}" for each in frequency[single]]
    said = f"{subject}{int((~kept).sum())} of {kept.size} {_SAID}"
    return told(whole.isel(frequency=np.flatnonzero(kept)), said + ", ".join(reasons))


def left_out(messages: str) -> list[str]:
    """Return what the messages of a spectrum, or of several, say of points that `cut` left out."""
    return [line for line in messages.splitlines() if _SAID in line]


def read_frequency(text: str | float, what: str) -> float:
    """Read a frequency such as ``"1 MHz"``, or a number of Hz, and return it in Hz.

    Raises
    ------
    PosterionError
        If it cannot be read, has another unit, or is not above zero.
    """
    written = str(text).strip()
    match = _FREQUENCY.fullmatch(written)
    if match is None:
        raise PosterionError(f"{what} '{text}' is no frequency; write it like '50 Hz' or '1 MHz'.")
    value = Measured.parse(written if match[1] else f"{written} Hz", "Hz", what).value
    if not value > 0:
        raise PosterionError(f"{what} '{text}' is not above zero; write it like '50 Hz'.")
    return value


def _nearest(frequency: NDArray[np.float64], place: float, subject: str) -> int:
    """Return the position of the measured frequency nearest to a place."""
    nearest = int(np.argmin(np.abs(np.log(frequency / place))))
    if abs(frequency[nearest] / place - 1) > NEAR:
        raise PosterionError(
            f"{subject}there is no point within {100 * NEAR:.0f} % of {hertz(place)} to drop; the "
            f"nearest one is at {hertz(frequency[nearest])}."
        )
    return nearest
