"""How well each datum is predicted by the others: leave-one-out, without fitting anew."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..noise.dependence import is_dependent
from ..residuals import place_in_words
from ..revive import model_of, noise_of
from .one_check import RARE, Check
from .other_noise import with_heavy_tails
from .posterior_checks import INTERVALS

Array = NDArray[np.float64]

SIMULATIONS = 1000

INFLUENTIAL = 1.0
"""Above 0.7 what k̂ says of its datum is a guess; above 1 the datum decides, and no line through
six points raises that by chance."""


@dataclass(frozen=True)
class LeaveOneOut:
    """Leave-one-out predictions of a result.

    Attributes
    ----------
    pit
        Probability of a value below each datum, predicted from all others; uniform where the
        model is right. With the dimensions of the data.
    k_hat
        How much the posterior hangs on each datum (k̂ of its importance weights).
    at, difference, low, high
        The ECDF of `pit` less that of a uniform distribution, at the points ``at``, and the
        simultaneous band that holds it in 99 % of all cases.
    """

    pit: xr.DataArray
    k_hat: xr.DataArray
    at: Array
    difference: Array
    low: Array
    high: Array

    @property
    def calibrated(self) -> bool:
        """Whether the ECDF stays within the band."""
        inside = (self.low - 1e-9 <= self.difference) & (self.difference <= self.high + 1e-9)
        return bool(inside.all())


def leave_one_out(tree: xr.DataTree) -> LeaveOneOut | None:
    """Predict each datum from the others, by importance sampling.

    Pareto-smoothed importance sampling by ArviZ (Vehtari, Gelman and Gabry 2017,
    doi:10.1007/s11222-016-9696-4); the band of the ECDF is that of Säilynoja, Bürkner and
    Vehtari (2022), doi:10.1007/s11222-022-10090-6. Real and imaginary part are two data.

    Returns
    -------
    LeaveOneOut or None
        None where the data are intervals, or share errors and cannot be left out one by one.
    """
    import arviz_stats
    from arviz_stats.ecdf_utils import ecdf_pit

    name = model_of(tree).output
    if name in INTERVALS or is_dependent(noise_of(tree)):
        return None
    with warnings.catch_warnings():  # of a large k̂, which has a check of its own
        warnings.simplefilter("ignore", UserWarning)
        loo: Any = arviz_stats.loo(tree, var_name=name, pointwise=True)
        pit = arviz_stats.loo_pit(
            tree,
            var_names=name,
            log_weights=loo.log_weights.to_dataset(name=name),
            pareto_k=loo.pareto_k.to_dataset(name=name),
        )[name]
    at, ecdf, low, high = ecdf_pit(
        pit.values.ravel(), 1 - RARE, SIMULATIONS, rng=np.random.default_rng(0)
    )
    return LeaveOneOut(pit, loo.pareto_k, at, ecdf - at, low - at, high - at)


def leave_one_out_checks(tree: xr.DataTree, found: LeaveOneOut) -> Iterator[Check]:
    """Yield whether new data would fall where they are predicted, and whether one datum rules."""
    worst = int(np.argmax(np.abs(found.difference)))
    yield Check(
        "LOO-PIT",
        float(found.difference[worst]),
        float(found.low[worst]),
        float(found.high[worst]),
        None,
        found.calibrated,
        "each point falls where the others predict it, as often as they say",
        "" if found.calibrated else _miscalibrated(tree, found.pit.values.ravel()),
    )
    k_hat = float(found.k_hat.max())
    sound = k_hat <= INFLUENTIAL
    yield Check(
        "influence of one point (k̂)",
        k_hat,
        None,
        INFLUENTIAL,
        None,
        sound,
        "the result does not hang on a single point",
        "" if sound else _influential(tree, found.k_hat),
    )


def _miscalibrated(tree: xr.DataTree, pit: Array) -> str:
    """Say how predictions from the other data miss: too narrow, too wide, or to one side."""
    spread, middle = float(pit.var() * 12), float(pit.mean())
    if spread > 1.15:
        how = "More points than expected lie far from what the others predict"
        what = "the scatter has heavy tails or the model misses a feature"
    elif spread < 0.85:
        how = "The points lie closer to what the others predict than they should"
        what = "the noise is overestimated, at least for most of the points"
    else:
        how = f"The points lie {'above' if middle > 0.5 else 'below'} what the others predict"
        what = "the model or its noise is skewed"
    heavy = with_heavy_tails(noise_of(tree), model_of(tree).inputs[0])
    instead = f"a noise with heavy tails, {heavy}, or another model" if heavy else "another model"
    return f"{how}: {what}. Look at the residuals; try {instead}."


def _influential(tree: xr.DataTree, k_hat: xr.DataArray) -> str:
    above = np.flatnonzero(k_hat.values.ravel() > INFLUENTIAL)
    places = dict.fromkeys(place_in_words(tree, int(i)) for i in above)
    shown = ", ".join([*places][:3]) + (" and others" if len(places) > 3 else "")
    return (
        f"The result hangs on single points ({shown}): leaving one out would change it much. "
        "Measure there again before you rely on it."
    )
