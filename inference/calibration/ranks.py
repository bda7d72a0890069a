"""What ranks say: coverage, bias and contraction, and whether the ranks are uniform."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..caution.general import on_line
from .experiment import KEPT, LOG_LIKELIHOOD, PROBABILITIES

Array = NDArray[np.float64]

COVERED = {"50": (2, 4), "80": (1, 5), "94": (0, 6)}
"""Percent by the places in `PROBABILITIES` of the ends of an interval."""

TOGETHER = 0.95
"""Probability that the ranks of all quantities stay within their bands if they are uniform."""

FEW, LEAST = 20, 0.2
"""So many runs, and this share of them, must be trusted."""

SIMULATED = 2000
EDGES: Array = np.arange(1, KEPT + 1) / (KEPT + 1)
"""Where the distribution of ranks is looked at: between any two of them."""


def calibration_table(result: xr.Dataset, probability: float = TOGETHER) -> pd.DataFrame:
    """Summarize a calibration, of trusted runs alone.

    Parameters
    ----------
    result
        As of `calibrate`.
    probability
        With which the ranks of all quantities stay within their bands, if they are uniform.

    Returns
    -------
    pandas.DataFrame
        A row a quantity. ``coverage_50``, ``coverage_80`` and ``coverage_94`` are shares of
        intervals that hold the truth, with the standard error that they would have by chance
        if calibrated (``error_50``, ...). ``bias`` is the mean of (posterior mean - truth) over
        the posterior sd, zero if calibrated, with its error; ``spread`` the root mean square
        of that, one if calibrated; ``contraction`` the median of 1 - (posterior sd / prior
        sd)², zero where data teach nothing and one where they teach all (Betancourt 2018,
        arXiv:1803.08393); both on the scale where the quantity is real. ``excess`` is how far
        the distribution of ranks leaves its band, relative to the width of the band there;
        ``uniform`` whether it stays inside.
    """
    trusted = result.isel(simulation=~result["refused"].values)
    count = trusted.sizes["simulation"]
    names = [str(name) for name in result["quantity"].values]
    differences = ecdf_differences(result)
    _, low, high = band(count, len(names), probability)
    rows = []
    for name in names:
        own = trusted.sel(quantity=name)
        row: dict[str, Any] = {"quantity": name}
        for percent, (first, last) in COVERED.items():
            ends = own["quantile"].values[:, [first, last]]
            held = (ends[:, 0] <= own["truth"].values) & (own["truth"].values <= ends[:, 1])
            nominal = PROBABILITIES[last] - PROBABILITIES[first]
            row[f"coverage_{percent}"] = held.mean() if count else np.nan
            row[f"error_{percent}"] = _error(nominal, count)
        truth = on_line(own["truth"].values, str(own["support"].values))
        pull = (own["mean"].values - truth) / own["sd"].values
        row["bias"], row["bias_error"] = _mean(pull), 1 / np.sqrt(count) if count else np.nan
        row["spread"] = np.sqrt(_mean(pull**2))
        # A log likelihood has no distribution before there are data.
        known = name != LOG_LIKELIHOOD and count > 1
        every = on_line(result["truth"].sel(quantity=name).values, str(own["support"].values))
        row["contraction"] = (
            float(np.median(1 - own["sd"].values ** 2 / np.var(every))) if known else np.nan
        )
        difference = differences.sel(quantity=name).values
        beyond = np.maximum(difference - high, low - difference) / (high - low)
        row["excess"] = float(beyond.max()) if count else np.nan
        row["uniform"] = bool(count and row["excess"] <= 1e-9)
        rows.append(row)
    return pd.DataFrame(rows).set_index("quantity")


def calibration_verdict(result: xr.Dataset) -> tuple[bool, str]:
    """Return whether the ranks of all quantities are uniform as far as can be told, in words.

    Too few trusted runs tell nothing, and where most are refused the sampler and the density do
    not agree, or the data do not tell the parameters: neither counts as calibrated.
    """
    refused = result["refused"].values
    trusted, count = int((~refused).sum()), refused.size
    if trusted < max(FEW, count * LEAST):
        return False, (
            f"Only {trusted} of {count} runs were trusted: nothing can be said of the calibration."
        )
    table = calibration_table(result)
    outside = [str(name) for name in table.index[~table["uniform"]]]
    if outside:
        return False, f"Not calibrated: the ranks of {', '.join(outside)} leave their bands."
    return True, f"Calibrated as far as {trusted} runs tell: all ranks stay in their bands."


def ecdf_differences(result: xr.Dataset, refused: bool = False) -> xr.DataArray:
    """Return how far the distribution of ranks is from the uniform one, at `EDGES`.

    Parameters
    ----------
    result
        As of `calibrate`.
    refused
        Whether to take the refused runs that have draws, in place of the trusted ones.

    Returns
    -------
    xarray.DataArray
        Of dims (quantity, edge): the share of ranks below less the share expected.
    """
    from arviz_stats.ecdf_utils import compute_ecdf

    wanted = result["refused"].values == refused
    ranks = result["rank"].isel(simulation=wanted).dropna("simulation", how="all")
    count = ranks.sizes["simulation"]
    rows = [
        compute_ecdf((ranks.sel(quantity=name).values + 0.5) / (KEPT + 1), EDGES) - EDGES
        if count
        else np.full(KEPT, np.nan)
        for name in ranks["quantity"].values
    ]
    return xr.DataArray(
        np.array(rows),
        dims=("quantity", "edge"),
        coords={"quantity": ranks["quantity"], "edge": EDGES},
    )


@cache
def band(
    count: int, quantities: int = 1, probability: float = TOGETHER
) -> tuple[Array, Array, Array]:
    """Return where differences stay, over all edges and quantities with a probability.

    The band is that of Säilynoja, Bürkner and Vehtari (2022), doi:10.1007/s11222-022-10090-6, by
    simulation, at a level for which independent quantities stay inside together. Those
    of one posterior depend on each other, which makes it a little wide.

    Parameters
    ----------
    count
        Of ranks.
    quantities
        How many distributions are looked at.
    probability
        That all stay inside if all are uniform.

    Returns
    -------
    edges, low, high
        NaN without any ranks.
    """
    from arviz_stats.ecdf_utils import get_pointwise_confidence_band, simulate_confidence_bands

    if not count:
        return EDGES, np.full(KEPT, np.nan), np.full(KEPT, np.nan)
    rng = np.random.default_rng(0)
    each = probability ** (1 / quantities)
    pointwise = simulate_confidence_bands(count, 1, EDGES, each, SIMULATED, rng)
    low, high = get_pointwise_confidence_band(pointwise, count, EDGES)
    return EDGES, low - EDGES, high - EDGES


def _error(share: float, count: int) -> float:
    return float(np.sqrt(share * (1 - share) / count)) if count else np.nan


def _mean(values: Array) -> float:
    return float(np.mean(values)) if values.size else np.nan
