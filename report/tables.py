"""The numbers of a result as tables and JSON; intervals only where the checks passed."""

import json
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..inference.doubts.labels import label_of
from ..inference.pooling import MEAN, SPREAD
from ..inference.scalars import scalars, stem
from ..inference.verdict import ALL, Verdict

QUANTILES = {"q03": 0.03, "median": 0.5, "q97": 0.97}
STATISTICS = ("mean", "sd", *QUANTILES)
EMPTY: dict[str, Any] = dict.fromkeys((*STATISTICS, "unit", "ess_bulk", "ess_tail", "r_hat")) | {
    "doubtful": True
}
"""The entry in a JSON document of what is not known."""


def summary(tree: xr.DataTree, extra: xr.Dataset | None = None) -> pd.DataFrame:
    """Summarize every scalar of a result, and every element of what has one for each group.

    Parameters
    ----------
    tree
        A fitted model.
    extra
        Further draws of dims (chain, draw), such as conductivities, or of one labelled
        dimension more.

    Returns
    -------
    pandas.DataFrame
        A row a quantity, in the order parameters of the model, parameters of the noise,
        what groups share, derived quantities, further draws; elements of a vector are called
        such as ``E_a[bulk]``. The column ``kind`` is ``"parameter"`` or
        ``"derived"``, and ``doubtful`` tells what may not be quoted as it is; see
        `Verdict.trusts`. Mean, sd and quantiles are NaN where the checks failed. Of further
        draws with the attribute ``censored_at`` mean and sd are NaN where one reaches it.

    Raises
    ------
    PosterionError
        If `tree` is no result.

    Examples
    --------
    >>> import posterion as po
    >>> po.summary(po.load("pellet.nc"))[["median", "q03", "q97", "unit"]]  # doctest: +SKIP
    """
    import arviz_stats

    verdict = Verdict.of(tree)
    posterior = scalars(tree.children["posterior"].to_dataset())
    own = [*json.loads(tree.attrs["parameters"]), *hyperparameters(tree)]
    order = sorted(map(str, posterior), key=lambda name: _place(own, stem(name)))
    doubtful = {str(name): not verdict.trusts(str(name)) for name in posterior}
    values: dict[Hashable, xr.DataArray] = {}
    statistics: dict[str, dict[Hashable, float]] = {}
    # Further draws may be those of another run, with a number of their own.
    for part in (posterior[order], *([scalars(extra)] if extra is not None else [])):
        values |= dict(part)
        # An exponent may be fixed, and a threshold lie beyond the horizon in all draws.
        varying = part[[name for name, value in part.items() if np.ptp(value.values) > 0]]
        for label, found in (
            ("ess_bulk", arviz_stats.ess(varying, method="bulk")),
            ("ess_tail", arviz_stats.ess(varying, method="tail")),
            ("r_hat", arviz_stats.rhat(varying)),
        ):
            statistics.setdefault(label, {}).update((n, float(v)) for n, v in found.items())
    rows = []
    for name, value in values.items():
        draws = value.values.ravel()
        row: dict[str, Any] = {
            "name": name,
            "kind": "parameter" if stem(str(name)) in own else "derived",
            "mean": draws.mean(),
            "sd": draws.std(ddof=1),
            **{label: np.quantile(draws, q) for label, q in QUANTILES.items()},
            "unit": value.attrs.get("units", ""),
            **{label: each.get(name, np.nan) for label, each in statistics.items()},
            "description": value.attrs.get("long_name", ""),
            "doubtful": doubtful[name] if name in doubtful else _follows(value, name, verdict),
        }
        if not verdict.passed:
            row |= dict.fromkeys(STATISTICS, np.nan)
        elif draws.max() >= value.attrs.get("censored_at", np.inf):
            row |= {"mean": np.nan, "sd": np.nan}  # of what lies beyond the horizon
        rows.append(row)
    return pd.DataFrame(rows).set_index("name")


def as_json(tree: xr.DataTree, table: pd.DataFrame) -> dict[str, Any]:
    """Return a result as a JSON document."""
    verdict = Verdict.of(tree)
    shown = [*STATISTICS, "unit", "ess_bulk", "ess_tail", "r_hat", "doubtful"]

    def section(kind: str) -> dict[str, Any]:
        rows = table[table["kind"] == kind][shown].to_dict(orient="index")
        return {str(name): {k: _plain(v) for k, v in row.items()} for name, row in rows.items()}

    return {
        "model": tree.attrs["model"],
        "data": {name: _plain(tree.attrs[name]) for name in ("source", "sha256", "n", "messages")},
        "parameters": section("parameter"),
        "derived": section("derived"),
        "diagnostics": {
            "verdict": verdict.word,
            "sentence": str(verdict),
            "doubts": doubts_json(verdict),
            "sampled": verdict.passed,
            "described": verdict.described,
            "undetermined": [*verdict.undetermined],
            "passed": verdict.passed,
            "divergences": verdict.divergences,
            "max_r_hat": verdict.max_r_hat,
            "min_ess": verdict.min_ess,
            "min_bfmi": verdict.min_bfmi,
            "modes": verdict.modes,
            "messages": [*verdict.messages],
            "notes": [*verdict.notes],
        },
        "priors": json.loads(tree.attrs["priors"]),
        "timing": json.loads(tree.attrs["timing"]),
        "seed": int(tree.attrs["seed"]),
        "versions": json.loads(tree.attrs["versions"]),
    }


def doubts_json(verdict: Verdict) -> list[dict[str, Any]]:
    """Return doubts for a JSON document."""
    return [
        {"text": each.text, "about": each.about if each.about == ALL else [*each.about]}
        for each in verdict.doubts
    ]


def hyperparameters(tree: xr.DataTree) -> list[str]:
    """Return the names of what groups share: typical values, and spreads between groups."""
    names = json.loads(tree.attrs["priors"])
    return [name for name in names if name.endswith(f"_{MEAN}") or f"_{SPREAD}" in name]


def _follows(value: xr.DataArray, name: Hashable, verdict: Verdict) -> bool:
    """Tell whether what was computed from a result is doubtful.

    It says so itself, or is by its group, or as everything is.
    """
    if not verdict.passed:
        return True
    if "doubtful" in value.attrs:
        return bool(value.attrs["doubtful"])
    ending = f"[{label_of(str(name))}]"
    return not verdict.trusts(str(name)) or any(
        each.endswith(ending) for doubt in verdict.doubts for each in doubt.about
    )


def _place(own: list[str], name: str) -> int:
    return own.index(name) if name in own else len(own)


def _plain(value: Any) -> Any:
    """Return a JSON value; a number that does not exist is null."""
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
