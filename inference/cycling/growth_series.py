"""From fits of spectra taken over cycles to resistances against the number of cycles."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ..doubts.inherited import of_fits
from ..series import resistance_draws

TOTAL = "sum"
"""Name of the sum of the resistances that are followed."""


def resistance_series(
    fits: Sequence[xr.DataTree],
    *,
    cycles: Sequence[float],
    paths: Mapping[str, str],
    total: bool = False,
) -> xr.Dataset:
    """Collect the resistances of one cell over cycles.

    The result carries the covariance of the logarithms of the resistances of one spectrum,
    from its posterior draws; spectra are independent of each other. A law of growth fitted to
    it, with ``pool={"path": "none"}``, takes these errors along beside a scatter of its own.

    Parameters
    ----------
    fits
        Fitted circuits of one cell, in any order.
    cycles
        Number of cycles at each fit.
    paths
        Resistances by the name of what they stand for: ``{"interphase": "R1"}``.
    total
        Whether to return their sum alone, which holds no more than its parts and has its own
        error.

    Returns
    -------
    xarray.Dataset
        ``resistance`` (point) in ohm with the coordinates ``cycle`` and ``path``, path by path
        and in order of the cycles, and ``resistance_covariance`` (point, other), a pure number.
        What is doubted of the resistances goes along in the attribute ``doubts``.

    Raises
    ------
    PosterionError
        If a fit failed its checks or has no such resistance, or cycles repeat.
    """
    if len(cycles) != len(fits) or not fits:
        raise PosterionError(f"{len(fits)} fits have {len(cycles)} cycles; give one each.")
    order = np.argsort(cycles, kind="stable")
    at = np.asarray(cycles, dtype=float)[order]
    if (np.diff(at) == 0).any():
        again = at[1:][np.diff(at) == 0][0]
        raise PosterionError(f"cycle {again:g} is given to two spectra; number them apart.")
    labels = [TOTAL] if total else list(paths)
    followed = {TOTAL: [*paths.values()]} if total else {k: [name] for k, name in paths.items()}
    count, times = len(labels), len(at)
    means, covariance = np.zeros((count, times)), np.zeros((count, times, count, times))
    for time, place in enumerate(order):
        where = f"at cycle {cycles[place]:g}"
        own = np.array([resistance_draws(fits[place], name, where) for name in paths.values()])
        logs = np.log(own.sum(axis=0, keepdims=True) if total else own)
        means[:, time] = logs.mean(axis=1)
        covariance[:, time, :, time] = np.atleast_2d(np.cov(logs))
    result = xr.Dataset(
        {
            "resistance": ("point", np.exp(means).ravel()),
            "resistance_covariance": (
                ("point", "other"),
                covariance.reshape(count * times, count * times),
            ),
        },
        coords={
            "cycle": ("point", np.tile(at, count)),
            "path": ("point", np.repeat(labels, times)),
        },
        attrs=of_fits(fits, followed)
        | {"source": f"{len(fits)} spectra, {fits[order[0]].attrs['source']} and on"},
    )
    result["resistance"].attrs = {"units": "ohm", "long_name": "resistance"}
    return result
