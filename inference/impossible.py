"""Spectra that no cell can have measured: a sign or a column went wrong before they came here.

Such numbers can be fitted, with a noise that swallows them, and the result looks like one.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError, Setting
from ..units import hertz

Array = NDArray[np.float64]

THROUGHOUT = 0.9
"""Above this share of points below zero, it is no matter of single points."""

PHASE = 0.1
"""Over |Z|, about 6°: errors of the phase turn so much of a large Z'' into Z'."""

FLOOR = 0.01
"""Of the typical |Z|: what an instrument can be off by where |Z| is small beside its range."""

SCATTER = 6.0
"""Standard deviations of the scatter of neighbours that Z' may lie below zero."""

TOLD = 3
"""More points than these are counted, and not named."""


def refuse_impossible(data: xr.Dataset) -> None:
    """Refuse spectra that no cell can have measured.

    Parameters
    ----------
    data
        With ``Z`` (part, frequency) and the coordinate ``frequency`` in Hz. Points of several
        spectra are told apart by the coordinate ``spectrum`` along them.

    Raises
    ------
    PosterionError
        If Re Z is below zero, at all points or at some by more than noise explains, Im Z is
        zero at all, or Z is the same at all.
    """
    Z = data["Z"].transpose("part", "frequency").sel(part=["real", "imag"]).values
    frequency = data["frequency"].values
    source = str(data.attrs.get("source", "the spectrum"))
    labels = data.coords.get("spectrum")
    if labels is None or labels.dims != ("frequency",):
        _refuse(frequency, Z, source)
        return
    for label in dict.fromkeys(labels.values.tolist()):
        own = labels.values == label
        _refuse(frequency[own], Z[:, own], str(label))


def _refuse(frequency: Array, Z: Array, name: str) -> None:
    real, imag = Z
    count = real.size
    if count > 1 and not np.ptp(Z, axis=1).any():
        raise PosterionError(
            f"{name}: Z is {real[0]:g}{imag[0]:+g}j Ω at all {count} frequencies, which no "
            "measurement is; another column was taken for Z, or one value was filled in, so "
            "export the spectrum again."
        )
    if count > 1 and (imag == 0).all():
        raise PosterionError(
            f"{name}: Z'' is zero at all {count} frequencies; its column was not exported, or |Z| "
            "was taken for Z' and the phase is missing, so export both parts."
        )
    below = np.flatnonzero(real < -_tolerance(frequency, real, imag))
    if below.size and (real < 0).sum() > THROUGHOUT * count:
        _refuse_negative(real, imag, name)
    if below.size:
        places = [f"{real[i]:.3g} Ω at {hertz(float(frequency[i]))}" for i in below[:TOLD]]
        more = f" and {below.size - TOLD} more" if below.size > TOLD else ""
        points = "that point" if below.size == 1 else "those points"
        raise PosterionError(
            f"{name}: Z' is below zero at {below.size} of {count} points, further than noise "
            f"explains ({', '.join(places)}{more}), which no passive cell shows; leave {points} "
            "out with ",
            *(Setting("drop", within="po.cut"), ", ", Setting("fmin", within="po.cut"), " or "),
            *(Setting("fmax", within="po.cut"), ", or measure there again."),
        )


def _refuse_negative(real: Array, imag: Array, name: str) -> None:
    below, count = int((real < 0).sum()), real.size
    where = f"at all {count}" if below == count else f"at {below} of {count}"
    if (imag > 0).mean() > 0.5:
        raise PosterionError(
            f"{name}: Z' is below zero and Z'' above it {where} frequencies: both parts have the "
            "sign turned, as where the current is counted the other way round; multiply both "
            "columns by -1."
        )
    raise PosterionError(
        f"{name}: Z' is below zero {where} frequencies, which no cell shows: the column of Z' has "
        "the sign turned, or holds another quantity; multiply it by -1 or name the right column."
    )


def _tolerance(frequency: Array, real: Array, imag: Array) -> Array:
    """Return how far below zero noise and the instrument may bring Z'."""
    modulus = np.hypot(real, imag)
    allowed = np.maximum(PHASE * modulus, FLOOR * np.median(modulus))
    if real.size < 5:
        return np.asarray(allowed)
    order = np.argsort(frequency)
    x, y = np.log(frequency[order]), real[order]
    share = np.divide(
        x[1:-1] - x[:-2], x[2:] - x[:-2], out=np.full(x.size - 2, 0.5), where=x[2:] > x[:-2]
    )
    # From the line through both neighbours, whose own scatter adds to it.
    away = y[1:-1] - (1 - share) * y[:-2] - share * y[2:]
    scatter = float(np.median(np.abs(away))) / (0.6745 * np.sqrt(1.5))
    return np.asarray(np.maximum(allowed, SCATTER * scatter))
