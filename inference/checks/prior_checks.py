"""Whether the priors could have made such data, and make possible ones."""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from ..revive import model_of
from .one_check import Check
from .posterior_checks import INTERVALS

CENTRAL = (0.01, 0.99)
COVERED = 0.9
"""Least share of the data between these quantiles of the prior predictive."""

POSSIBLE = 0.5
"""Least share of prior draws that predict nothing impossible."""

PHYSICAL: Mapping[str, tuple[float, float]] = {
    "Z": (1e-6, 1e14),
    "conductivity": (1e-20, 1e4),
    "capacity": (0.0, np.inf),
    "resistance": (0.0, np.inf),
}
"""Sizes that such data can have, in the unit of the model: ohm, S/cm, that of the data."""


def prior_checks(tree: xr.DataTree) -> Iterator[Check]:
    """Yield whether the data lie where the prior predicts, and whether that is possible.

    Prior predictive checks (Box 1980, doi:10.2307/2982063; Gabry, Simpson, Vehtari, Betancourt
    and Gelman 2019, doi:10.1111/rssa.12378): the data range must be inside what the prior
    predicts.
    """
    model = model_of(tree)
    if model.output in INTERVALS:
        return
    dims = model.output_dims
    observed = tree.children["observed_data"].dataset[model.output].transpose(*dims).values
    predicted = tree.children["prior_predictive"].dataset[model.output]
    draws = predicted.transpose("chain", "draw", *dims).values
    draws = draws.reshape(-1, *draws.shape[2:])
    low, high = np.nanquantile(draws, CENTRAL, axis=0)
    inside = float(np.mean((low <= observed) & (observed <= high)))
    yield Check(
        "prior predictive",
        inside,
        COVERED,
        None,
        None,
        inside >= COVERED,
        "share of the data between the 1st and 99th percentile of what the priors predict",
        ""
        if inside >= COVERED
        else f"Only {100 * inside:.0f} % of the data lie where the priors expected them: a "
        "prior is too narrow or in the wrong place. Widen it, or check the unit of the data.",
    )
    least, most = PHYSICAL.get(model.output, (-np.inf, np.inf))
    size = np.asarray(model.magnitude(draws))
    size = size if model.output == "Z" else draws
    axes = tuple(range(1, size.ndim))
    possible = float(np.mean(((size >= least) & (size <= most)).all(axis=axes)))
    yield Check(
        "prior in the physical range",
        possible,
        POSSIBLE,
        None,
        None,
        possible >= POSSIBLE,
        "share of prior draws that predict nothing impossible",
        ""
        if possible >= POSSIBLE
        else f"{100 * (1 - possible):.0f} % of what the priors predict is impossible: they are too "
        "wide to be meant. Give narrower ones.",
    )
