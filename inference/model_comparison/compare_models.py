"""Comparing models of the same data: which do they prefer, by what, and can they tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ...errors import PosterionError
from ..caution.general import enumerated
from ..engine.evidence import Evidence
from ..noise.dependence import is_dependent
from ..revive import noise_of
from ..verdict import Verdict
from .distinguish import Region, misfit_region, region
from .elpd import PLACE, evidence_of, leave_one_out, mean_log_likelihood, p_waic
from .misfit import misfit
from .same_data import Match, Places, match

GOOD_K_HAT = 0.7
CLEAR = 2.0
"""A difference counts that is this many standard errors, and a factor of about 20 in odds."""

CLEAR_LOG_ODDS = 3.0
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
        ``dse``, ``p_loo`` (effective number of parameters, by leaving out), ``weight``
        (stacking), ``k_hat`` (largest) and ``bad_k`` (places above 0.7), ``p_waic`` (the same
        number without leaving out, for data that depend on each other), ``log_evidence`` with
        ``evidence_se`` and ``evidence_k_hat``, and ``probability`` (from the evidences, models
        being equally probable before).
    sentence
        What the table says, in plain words.
    messages
        What limits it: which models do not describe the data, what could not be computed well,
        and in what the data of the fits differ.
    pointwise
        Of dims (model, place), in the order of the table: the elpd of each place, called
        ``elpd``; where data depend on each other the mean ``log_likelihood`` of each given
        those before it. The inputs are coordinates of the places. A frequency with both
        parts of Z is one place.
    regions
        Which places set the best model apart from each of the others that it is clearly
        ahead of.
    """

    table: pd.DataFrame
    sentence: str
    messages: tuple[str, ...]
    pointwise: xr.DataArray
    regions: tuple[Region, ...]


def compare_models(fits: Mapping[str, xr.DataTree]) -> Comparison:
    """Compare models that were fitted to the same data.

    By Pareto-smoothed importance-sampling leave-one-out cross-validation (Vehtari, Gelman
    and Gabry 2017, doi:10.1007/s11222-016-9696-4), stacking weights (Yao, Vehtari, Simpson
    and Gelman 2018, doi:10.1214/17-BA1091), both from ArviZ, and the evidence. Data that
    share errors cannot be left out one at a time, and are compared by the evidence alone.

    Both parts of Z at one frequency are left out together. Fits in another unit, or of σT
    and σ, are converted by their Jacobian. Places that one fit lacks are taken out of the
    others by importance weights, as if those had not seen them either. Messages say so.

    Parameters
    ----------
    fits
        Results of `posterion.fit` by name.

    Raises
    ------
    PosterionError
        If there are fewer than two, one failed its checks, or the data differ such that
        nothing can be compared.
    """
    if len(fits) < 2:
        raise PosterionError(f"{len(fits)} model cannot be compared; fit two or more.")
    _, refused = trusted(fits)
    for name, reason in refused.items():
        raise PosterionError(f"{name} failed its checks and is not compared: {reason}")
    matches, differences = match(fits)
    dependent = any(is_dependent(noise_of(tree)) for tree in fits.values())
    masked = any(len(found.only) for found in matches.values())
    if dependent and masked:
        raise PosterionError(
            f"the fits are of different data: {differences[-1]}; but these data depend on each "
            "other, so none can be taken out afterwards. Fit all models to the same points."
        )
    table = _evidences(fits, matches)
    table["p_waic"] = [p_waic(tree, matches[name]) for name, tree in fits.items()]
    loo = {} if dependent else {n: leave_one_out(tree, matches[n]) for n, tree in fits.items()}
    predictive = _predictive(loo) if loo else _nothing(table)
    order = predictive["elpd"] if loo else table["log_evidence"]
    table = predictive.join(table).loc[order.sort_values(ascending=False).index]
    _refuse_heavy(table, matches)
    pointwise = _pointwise(fits, matches, loo).sel(model=[*table.index])
    messages = (*differences, *_messages(table), *_doubtful(fits, [*map(str, table.index)]))
    regions = _regions(fits, matches, table, pointwise)
    return Comparison(table, _sentence(table), messages, pointwise, regions)


def trusted(
    fits: Mapping[str, xr.DataTree],
) -> tuple[dict[str, xr.DataTree], dict[str, str]]:
    """Return the results that were sampled well, and why the others are refused.

    Among the former are doubtful ones: a comparison is what shows that another model is better.
    """
    verdicts = {name: Verdict.of(tree) for name, tree in fits.items()}
    passed = {name: tree for name, tree in fits.items() if verdicts[name].passed}
    refused = {name: each.messages[0] for name, each in verdicts.items() if not each.passed}
    return passed, refused


def _doubtful(fits: Mapping[str, xr.DataTree], order: Sequence[str]) -> list[str]:
    """Say which models do not describe the data: a comparison tells only which is less wrong."""
    doubtful = [name for name in order if Verdict.of(fits[name]).word == "doubtful"]
    if not doubtful:
        return []
    if len(doubtful) == len(fits):
        return [
            f"none of the models describes the data ({_failing(fits, doubtful)}), so the "
            "comparison tells which is least wrong, not which is right"
        ]
    several = len(doubtful) > 1
    return [
        f"{enumerated(doubtful)} {'do' if several else 'does'} not describe the data "
        f"({_failing(fits, doubtful)}): {'their' if several else 'its'} numbers are doubtful"
    ]


def _failing(fits: Mapping[str, xr.DataTree], names: Sequence[str]) -> str:
    found = [doubt.name for name in names for doubt in Verdict.of(fits[name]).doubts]
    return enumerated([*dict.fromkeys(filter(None, found))])


def _predictive(loo: Mapping[str, Any]) -> pd.DataFrame:
    """Return what leaving out each place says of the models."""
    from dataclasses import replace

    import arviz_stats

    # Weights do not change by what is added to a place in all models, and keep their digits.
    best = np.max([each.elpd_i.values for each in loo.values()], axis=0)
    shifted = {name: replace(each, elpd_i=each.elpd_i - best) for name, each in loo.items()}
    compared = arviz_stats.compare(shifted, round_to="none")
    table = compared[["elpd", "se", "elpd_diff", "dse", "p", "weight"]].rename(
        columns={"p": "p_loo"}
    )
    k_hats = [loo[str(name)].pareto_k.values for name in table.index]
    table["k_hat"] = [float(np.max(values)) for values in k_hats]
    table["bad_k"] = [int((values > GOOD_K_HAT).sum()) for values in k_hats]
    return table.astype(float).rename_axis("model")


def _nothing(table: pd.DataFrame) -> pd.DataFrame:
    columns = ["elpd", "se", "elpd_diff", "dse", "p_loo", "weight", "k_hat", "bad_k"]
    return pd.DataFrame(np.nan, index=table.index, columns=columns)


def _evidences(fits: Mapping[str, xr.DataTree], matches: Mapping[str, Match]) -> pd.DataFrame:
    """Return the evidences of the models, and their probabilities if equal before."""
    evidence: dict[str, Evidence] = {n: evidence_of(tree, matches[n]) for n, tree in fits.items()}
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


def _refuse_heavy(table: pd.DataFrame, matches: Mapping[str, Match]) -> None:
    """Refuse to take out places that weigh too much on a posterior."""
    for name, found in matches.items():
        k_hat = float(table.loc[name, "evidence_k_hat"])
        if len(found.only) and k_hat > GOOD_K_HAT:
            raise PosterionError(
                f"{name} was fitted to {found.named}, which others lack or have otherwise and that "
                f"weigh too much on it to be taken out afterwards (k̂ of the weights {k_hat:.2f}, "
                f"above {GOOD_K_HAT}); fit both to the same points."
            )


def _pointwise(
    fits: Mapping[str, xr.DataTree], matches: Mapping[str, Match], loo: Mapping[str, Any]
) -> xr.DataArray:
    """Return what each model makes of each place."""
    first = next(iter(fits))
    places = Places.of(fits[first])
    common = matches[first].common
    rows = [
        loo[name].elpd_i.values
        if loo
        else mean_log_likelihood(tree)[matches[name].common] + matches[name].log_scale
        for name, tree in fits.items()
    ]
    return xr.DataArray(
        np.stack(rows),
        dims=("model", PLACE),
        coords={
            "model": [*fits],
            **{name: (PLACE, each[common]) for name, each in places.inputs.items()},
        },
        name="elpd" if loo else "log_likelihood",
    )


def _regions(
    fits: Mapping[str, xr.DataTree],
    matches: Mapping[str, Match],
    table: pd.DataFrame,
    pointwise: xr.DataArray,
) -> tuple[Region, ...]:
    """Return which places set the best model apart from each that it is clearly ahead of."""
    axis = next((str(name) for name in pointwise.coords if name != "model"), None)
    best, *others = map(str, table.index)
    found = []
    for other in others if axis else ():
        differences = (pointwise.sel(model=best) - pointwise.sel(model=other)).values
        ahead = float(differences.sum())
        if np.isfinite(table.loc[other, "elpd_diff"]):
            clear = ahead > max(CLEAR * float(table.loc[other, "dse"]), SMALL_DATA)
        else:
            lead = table.loc[best, "log_evidence"] - table.loc[other, "log_evidence"]
            clear = min(float(lead), ahead) > CLEAR_LOG_ODDS
        at = pointwise[axis].values
        whole = region(best, other, str(axis), at, differences) if clear else None
        if whole is not None:
            missed = misfit(fits[best], matches[best], fits[other], matches[other])
            found.append(misfit_region(whole, at, *missed))
    return tuple(found)


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
                f"{name}: leaving out one datum changes the posterior much (at "
                f"{row['bad_k']:.0f} of them k̂ is above {GOOD_K_HAT}, up to {row['k_hat']:.2f}), "
                "so its elpd is uncertain beyond its standard error"
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
