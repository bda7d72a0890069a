"""How the answer of a comparison changes with the spread between specimens that is assumed."""

from dataclasses import replace

import numpy as np
import xarray as xr

from ..engine.centring import uncentre
from ..engine.sample import PRIOR_DRAWS
from ..engine.simulate import simulate_prior
from .ranking import Better, Rope, compared_pairs, p_best
from .specimen_model import Assumptions, sampler_of
from .specimen_table import Specimens

LEVELS = (0.01, 0.03, 0.1, 0.3)
"""Relative spreads between specimens that are tried."""


def sensitivity(
    specimens: Specimens,
    assumed: Assumptions,
    rope: Rope,
    better: Better,
    *,
    seed: int,
    draws: int,
    chains: int,
) -> xr.Dataset:
    """Compare anew with the spread between specimens known, at several values of it.

    One compiled model serves all. Where the checks of a run failed its answers are NaN.

    Returns
    -------
    xarray.Dataset
        ``p_best`` (assumed_spread, group), and ``p_larger`` and ``p_rope`` (assumed_spread, pair)
        as from `compared_pairs`; the coordinate is relative, to the largest value where the scale
        is linear.
    """
    fixed = replace(
        assumed,
        scatter=None,
        given=tuple(item for item in assumed.given if not item[0].startswith("scatter")),
    )
    points, rows = None, []
    for number, level in enumerate(LEVELS):
        sampler = sampler_of(specimens, fixed, level * specimens.size)
        if points is None:
            uncentre(sampler.model)
            _, points = simulate_prior(sampler.model, PRIOR_DRAWS, seed)
        tree, verdict = sampler.draw(points, seed=seed + number, draws=draws, chains=chains)
        posterior = tree.children["posterior"].dataset
        pairs = compared_pairs(posterior["level"], posterior["scatter"], rope, assumed.log)
        found = xr.Dataset(
            {
                "p_best": p_best(posterior["level"], better),
                "p_larger": pairs["p_larger"],
                "p_rope": pairs["p_rope"],
            }
        )
        rows.append(found if verdict.passed else found * np.nan)
    return xr.concat(rows, xr.Variable("assumed_spread", list(LEVELS)))
