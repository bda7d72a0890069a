"""Comparing models of the same data: which do they prefer, and can they tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import PosterionError
from .diagnose import Verdict
from .evidence import Evidence
from .noise_correlated import Autocorrelated, Correlated
from .revive import model_of, noise_of

GOOD_K_HAT = 0.7
CLEAR = 2.0
"""A difference counts that is this many standard errors, and a factor of about 20 in odds."""

CLEAR_LOG_ODDS = 3.0
DEPENDENT = (Autocorrelated, Correlated)
SMALL_DATA = 4.0
"""Below this difference the normal approximation of its error is poor (Sivula, Magnusson,
Matamoros and Vehtari 2025, doi:10.1214/25-BA1569)."""


@dataclass(frozen=True)
class Comparison:
    """Models of the same data beside each other.

    Attributes
    ----------
    table
        A row a model, the best first: ``elpd`` (expected log predictive density
        of a new datum, summed over the data) with its ``se``, ``elpd_diff`` to the best with
        ``dse``, ``p_loo`` (effective number of parameters), ``weight`` (stacking), ``k_hat``
        (largest), ``log_evidence`` with ``evidence_se`` and ``evidence_k_hat``, and
        ``probability`` (from the evidences, models being equally probable before).
    sentence
        What the table says, in plain words.
    messages
        What limits it.
    """

    table: pd.DataFrame
    sentence: str
    messages: tuple[str, ...]


def compare_models(fits: Mapping[str, xr.DataTree]) -> Comparison:
    """Compare models that were fitted to the same data.

    By Pareto-smoothed importance-sampling leave-one-out cross-validation (Vehtari, Gelman
    and Gabry 2017, doi:10.1007/s11222-016-9696-4), stacking weights (Yao, Vehtari, Simpson
    and Gelman 2018, doi:10.1214/17-BA1091), both from ArviZ, and the evidence. Data that
    share errors cannot be left out one at a time, and are compared by the evidence alone.

    Parameters
    ----------
    fits
        Results of `posterion.fit` by name.

    Raises
    ------
    PosterionError
        If there are fewer than two, they are not of the same data, or one failed its checks.
    """
    _check(fits)
    dependent = any(isinstance(noise_of(tree), DEPENDENT) for tree in fits.values())
    table = _evidences(fits)
    predictive = _nothing(table) if dependent else _predictive(fits)
    order = predictive["elpd"] if not dependent else table["log_evidence"]
    table = predictive.join(table).loc[order.sort_values(ascending=False).index]
    return Comparison(table, _sentence(table), tuple(_messages(table)))


def _predictive(fits: Mapping[str, xr.DataTree]) -> pd.DataFrame:
    """Return what leaving out each datum says of the models."""
    import arviz_stats

    loo = {name: _loo(tree) for name, tree in fits.items()}
    compared = arviz_stats.compare(dict(loo), round_to="none")
    table = compared[["elpd", "se", "elpd_diff", "dse", "p", "weight"]].rename(
        columns={"p": "p_loo"}
    )
    table["k_hat"] = [float(np.max(loo[str(name)].pareto_k.values)) for name in table.index]
    return table.astype(float).rename_axis("model")


def _nothing(table: pd.DataFrame) -> pd.DataFrame:
    columns = ["elpd", "se", "elpd_diff", "dse", "p_loo", "weight", "k_hat"]
    return pd.DataFrame(np.nan, index=table.index, columns=columns)


def _evidences(fits: Mapping[str, xr.DataTree]) -> pd.DataFrame:
    """Return the evidences of the models, and their probabilities if equal before."""
    evidence = {name: Evidence.of(tree) for name, tree in fits.items()}
    table = pd.DataFrame(
        {
            "log_evidence": {name: each.log_evidence for name, each in evidence.items()},
            "evidence_se": {name: each.se for name, each in evidence.items()},
            "evidence_k_hat": {name: each.k_hat for name, each in evidence.items()},
        }
    )
    odds = np.exp(table["log_evidence"] - table["log_evidence"].max())
    table["probability"] = odds / odds.sum()
    return table.rename_axis("model")


def _check(fits: Mapping[str, xr.DataTree]) -> None:
    if len(fits) < 2:
        raise PosterionError(f"{len(fits)} model cannot be compared; fit two or more.")
    first, *others = fits.items()
    for name, tree in fits.items():
        verdict = Verdict.of(tree)
        if not verdict.passed:
            raise PosterionError(
                f"{name} failed its checks and is not compared: {verdict.messages[0]}"
            )
    for name, tree in others:
        same = all(
            np.array_equal(_observed(tree, part), _observed(first[1], part))
            for part in ("values", "output")
        )
        if not same:
            raise PosterionError(
                f"{first[0]} and {name} were fitted to different data; fit both to the same "
                "points, neither transformed nor masked."
            )


def _observed(tree: xr.DataTree, part: str) -> Any:
    output = model_of(tree).output
    return output if part == "output" else tree.children["observed_data"].dataset[output].values


def _loo(tree: xr.DataTree) -> Any:
    """Run ArviZ's PSIS-LOO; its warning of a large k̂ is told in the table."""
    import warnings

    import arviz_stats

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return arviz_stats.loo(tree, var_name=model_of(tree).output, pointwise=True)


def _messages(table: pd.DataFrame) -> list[str]:
    messages = []
    if table["elpd"].isna().any():
        messages.append(
            "the data share errors and cannot be left out one at a time, so they are compared by "
            "the evidence alone"
        )
    for name, row in table.iterrows():
        if row["k_hat"] > GOOD_K_HAT:
            messages.append(
                f"{name}: leaving out one datum changes the posterior much (k̂ {row['k_hat']:.2f}, "
                f"above {GOOD_K_HAT}), so its elpd is uncertain beyond its standard error"
            )
        if row["evidence_k_hat"] > GOOD_K_HAT:
            messages.append(
                f"{name}: its evidence is not to be trusted (k̂ of the weights "
                f"{row['evidence_k_hat']:.2f}, above {GOOD_K_HAT})"
            )
    return messages


def _sentence(table: pd.DataFrame) -> str:
    """Say which model is preferred, by which measure, or that the data cannot tell."""
    best, *others = map(str, table.index)
    runner = table.loc[others[0]]
    ahead, error = -float(runner["elpd_diff"]), float(runner["dse"])
    by_prediction = ahead > max(CLEAR * error, SMALL_DATA)  # never, where there is no elpd
    evidence = table["log_evidence"]
    favourite = str(evidence.idxmax())
    lead = float(evidence[favourite] - evidence.drop(favourite).max())
    by_evidence = bool((table["evidence_k_hat"] <= GOOD_K_HAT).all()) and lead > CLEAR_LOG_ODDS
    measured = f"evidence in favour of {favourite} by a factor of {_factor(lead)}"
    if np.isfinite(ahead):
        measured = f"elpd ahead by {ahead:.1f} ± {error:.1f} of the next, {measured}"
    if by_prediction and by_evidence:
        if best == favourite:
            return f"The data prefer {best}, by prediction and by evidence ({measured})."
        return (
            f"Prediction prefers {best} and evidence {favourite}: the priors decide ({measured})."
        )
    if by_evidence:
        other = "while prediction cannot tell " if np.isfinite(ahead) else ""
        return f"The data prefer {favourite} by evidence {other}({measured})."
    if by_prediction:
        return f"The data prefer {best} by prediction, while evidence cannot tell ({measured})."
    return f"The data cannot tell {best} and {others[0]} apart ({measured})."


def _factor(log_odds: float) -> str:
    return f"{np.exp(log_odds):.3g}" if log_odds < 14 else f"10^{log_odds / np.log(10):.0f}"
