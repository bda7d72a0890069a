"""What draws of the levels of groups say of their order, and of the size of differences."""

from itertools import combinations
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...units import Measured

Array = NDArray[np.float64]
Better = Literal["larger", "smaller"]

GROUP = "group"
SAMPLE = ("chain", "draw")
QUANTILES = {"q03": 0.03, "median": 0.5, "q97": 0.97}


def ranks(levels: xr.DataArray, better: Better = "larger") -> xr.DataArray:
    """Return the rank of each group in each draw, the best being 1.

    Parameters
    ----------
    levels
        Draws of dims (chain, draw, group).
    better
        Whether a larger or a smaller level is better.

    Returns
    -------
    xarray.DataArray
        Integers of the same dims.
    """
    sign = -1 if better == "larger" else 1
    order = np.argsort(sign * levels.transpose(..., GROUP).values, axis=-1, kind="stable")
    return xr.DataArray(
        np.argsort(order, axis=-1) + 1, dims=(*SAMPLE, GROUP), coords={GROUP: levels[GROUP]}
    )


def rank_probabilities(levels: xr.DataArray, better: Better = "larger") -> xr.DataArray:
    """Return the probability of each rank of each group, of dims (group, rank)."""
    found, size = ranks(levels, better), levels.sizes[GROUP]
    places = xr.DataArray(
        np.arange(1, size + 1), dims="rank", coords={"rank": np.arange(1, size + 1)}
    )
    return (found == places).mean(SAMPLE)


def p_best(levels: xr.DataArray, better: Better = "larger") -> xr.DataArray:
    """Return the probability that each group is the best, of dims (group,)."""
    return rank_probabilities(levels, better).sel(rank=1, drop=True)


def expected_loss(levels: xr.DataArray, better: Better = "larger") -> xr.Dataset:
    """Return what choosing each group costs on average against the best one.

    Parameters
    ----------
    levels, better
        As in `ranks`.

    Returns
    -------
    xarray.Dataset
        ``loss`` (group), the mean of the distance to the best level, and ``relative_loss``, the
        mean of the share of the best level that is lost (of the own one where smaller is
        better); NaN where a level is not positive.
    """
    best = levels.max(GROUP) if better == "larger" else levels.min(GROUP)
    loss = abs(best - levels)
    whole = best if better == "larger" else levels
    positive = bool((levels > 0).all())
    relative = (loss / whole).mean(SAMPLE) if positive else loss.mean(SAMPLE) * np.nan
    return xr.Dataset({"loss": loss.mean(SAMPLE), "relative_loss": relative})


def compared_pairs(
    levels: xr.DataArray, scatter: xr.DataArray, rope: "Rope", log: bool
) -> xr.Dataset:
    """Compare all pairs of groups.

    Parameters
    ----------
    levels
        Draws of dims (chain, draw, group).
    scatter
        Draws of the spread between specimens of each group, of the same dims; relative where
        the scale is logarithmic.
    rope
        The differences that do not matter.
    log
        Whether the scale is logarithmic.

    Returns
    -------
    xarray.Dataset
        Of the dimension ``pair``, with the coordinates ``a`` and ``b``: of ``difference``
        (a - b), ``ratio`` (a/b; NaN where a level is not positive) and ``effect_size`` (the
        difference over the root mean square of the spreads, on the scale of the model; Kruschke
        2013, doi:10.1037/a0029146) the median and the ends of the central 94 % interval along
        ``quantile``; ``p_larger``, ``p_rope`` (the probability that the difference does not
        matter), and ``p_larger_by_rope`` and ``p_smaller_by_rope`` (that it matters).
    """
    names = [str(name) for name in levels[GROUP].values]
    draws = levels.transpose(..., GROUP).values.reshape(-1, len(names))
    spread = scatter.transpose(..., GROUP).values.reshape(-1, len(names))
    positive = bool((draws > 0).all())
    rows, shares = [], []
    for i, j in combinations(range(len(names)), 2):
        a, b = draws[:, i], draws[:, j]
        difference, ratio = a - b, a / b if positive else np.full(len(a), np.nan)
        distance = np.log(ratio) if log else difference
        effect = distance / np.sqrt((spread[:, i] ** 2 + spread[:, j] ** 2) / 2)
        inside = rope.holds(a, b)
        rows.append(
            [np.quantile(each, list(QUANTILES.values())) for each in (difference, ratio, effect)]
        )
        shares.append(
            [(a > b).mean(), inside.mean(), (~inside & (a > b)).mean(), (~inside & (a < b)).mean()]
        )
    pairs = list(combinations(names, 2))
    values, chances = np.array(rows), np.array(shares)
    quantiles = {"quantile": list(QUANTILES)}
    of_pair = ("p_larger", "p_rope", "p_larger_by_rope", "p_smaller_by_rope")
    return xr.Dataset(
        {
            **{
                name: (("pair", "quantile"), values[:, k])
                for k, name in enumerate(("difference", "ratio", "effect_size"))
            },
            **{name: ("pair", chances[:, k]) for k, name in enumerate(of_pair)},
        },
        coords={
            **quantiles,
            "a": ("pair", np.array([a for a, _ in pairs])),
            "b": ("pair", np.array([b for _, b in pairs])),
        },
    )


class Rope:
    """The region of practical equivalence: the differences that do not matter.

    Parameters
    ----------
    text
        In percent of the mean of the two, ``"5%"``, or as a difference with its unit,
        ``"0.01 mS/cm"``.
    unit
        Unit of the levels.

    Raises
    ------
    PosterionError
        If the text cannot be read, or its size is not above zero.
    """

    def __init__(self, text: str, unit: str) -> None:
        self.text = text.strip()
        self.relative = self.text.endswith("%")
        self.size = Measured.parse(self.text, "" if self.relative else unit, "the rope").value
        if not self.size > 0:
            raise PosterionError(f"the rope is '{text}'; give a size above zero, such as 5%.")

    def holds(self, a: Array, b: Array) -> NDArray[np.bool_]:
        """Tell whether the difference of two values lies inside."""
        size = self.size * (np.abs(a) + np.abs(b)) / 2 if self.relative else self.size
        return np.asarray(np.abs(a - b) < size)
