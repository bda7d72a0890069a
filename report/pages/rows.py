"""The rows of a page's tables: quantities, priors, checks."""

import json
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ...inference.caution.general import variable
from ...inference.deciding import beside_limit
from ...inference.diagnose import MAX_R_HAT, MIN_BFMI, MIN_ESS
from ...inference.scalars import stem
from ...inference.verdict import Verdict
from ..answer_lines import shared_scales
from ..censored import ends_at, horizon_of
from ..numbers import Scale, interval, quantity, scale_of
from .methods import given_first
from .subject import Subject

Row = dict[str, Any]


def quantity_rows(
    tree: xr.DataTree, table: pd.DataFrame, extra: xr.Dataset | None, subject: Subject
) -> list[Row]:
    """Return the texts of every quantity of a table; those at the top share a unit by kind."""
    passed = Verdict.of(tree).passed
    together = headline_names(table, subject)
    scales = shared_scales(table, together)
    rows = []
    for name, row in table.iterrows():
        scale = scales.get(str(row["unit"])) if name in together else None
        written = subject.description(tree, str(name), str(row["description"]), extra)
        texts = _texts(str(name), row, passed, horizon_of(extra, str(name)), scale)
        rows.append(texts | {"description": written})
    return rows


def headline_names(table: pd.DataFrame, subject: Subject) -> list[str]:
    """Return what was asked for, in that order, then what else stands at the top."""
    units = table["unit"].map(str).to_dict()
    others = [str(name) for name, unit in units.items() if subject.is_headline(str(name), unit)]
    return [*dict.fromkeys([*subject.asked(table), *others])]


def _texts(
    name: str, row: "pd.Series[Any]", passed: bool, horizon: float | None, scale: Scale | None
) -> Row:
    unit = str(row["unit"])
    texts = {"median": "", "interval": "", "unit": scale_of(1.0, unit).unit}
    if passed:
        median, low, high, shown = interval(row["median"], row["q03"], row["q97"], unit, scale)
        ends = "constant" if row["q03"] == row["q97"] else f"{low} to {high}"
        if beyond := ends_at(row, horizon):
            median, low, high = (
                beyond.get(key, text)
                for key, text in (("median", median), ("q03", low), ("q97", high))
            )
            ends = low if low == high else f"{low} to {high}"
        texts = {"median": median, "interval": ends, "unit": shown}
    ess = row[["ess_bulk", "ess_tail"]].min()
    return {
        "name": name,
        "doubtful": bool(row["doubtful"]),
        "ess": "–" if np.isnan(ess) else f"{ess:.0f}",
        "r_hat": "–" if np.isnan(row["r_hat"]) else f"{row['r_hat']:.3f}",
        **texts,
    }


def mark(rows: list[Row], cautioned: set[str]) -> None:
    """Mark what a caution speaks of, and leave out descriptions that the row above has."""
    before = ("", "")
    for row in rows:
        name = row["name"]
        known = {name, stem(name), name.removeprefix("conductivity_")}
        row["cautioned"] = bool(known & cautioned)
        described = (stem(name), row["description"])
        row["repeated"] = name != stem(name) and described == before
        before = described


def prior_rows(tree: xr.DataTree) -> list[Row]:
    """Return each prior with its range in plain numbers."""
    given = set(json.loads(tree.attrs["priors_given"]))
    rows = []
    for name, prior in given_first(tree):
        drawn = tree.children["prior"].dataset.data_vars.get(name)
        row: Row = {"name": name, "prior": prior, "given": name in given, "range": ""}
        if drawn is not None:
            unit = variable(tree, "posterior", name).attrs.get("units", "")
            low, high = np.quantile(drawn.values, [0.03, 0.97])
            row["range"] = f"{quantity(low, unit, 2)} to {quantity(high, unit, 2)}"
        rows.append(row)
    return rows


def check_rows(tree: xr.DataTree, verdict: Verdict, subject: Subject) -> list[Row]:
    """Return what was checked: name, meaning, limit, value, and whether it passed."""
    draws = variable(tree, "sample_stats", "energy").size
    rows: list[Row] = [
        {
            "name": "R-hat, largest",
            "meaning": "the chains agree with each other",
            "limit": f"at most {MAX_R_HAT}",
            "value": beside_limit(verdict.max_r_hat, MAX_R_HAT, 3)[0],
            "passed": verdict.max_r_hat <= MAX_R_HAT,
        },
        {
            "name": "ESS, least",
            "meaning": "enough independent draws, also for the ends of the intervals",
            "limit": f"at least {MIN_ESS}",
            "value": beside_limit(verdict.min_ess, MIN_ESS, 0)[0],
            "passed": verdict.min_ess >= MIN_ESS,
        },
        {
            "name": "Divergences",
            "meaning": "no part of the posterior was out of reach",
            "limit": "none; in a repeated run 1 in 1000",
            "value": f"{verdict.divergences} of {draws}",
            "passed": not any("diverged" in message for message in verdict.messages),
        },
        {
            "name": "E-BFMI, least",
            "meaning": "the chains moved freely between the middle and the tails",
            "limit": f"at least {MIN_BFMI}",
            "value": beside_limit(verdict.min_bfmi, MIN_BFMI)[0],
            "passed": verdict.min_bfmi >= MIN_BFMI,
        },
        {
            "name": "Modes",
            "meaning": "one explanation of the data, or several that all chains move between",
            "limit": "1, or R-hat as above",
            "value": str(verdict.modes),
            "passed": verdict.modes <= 1 or verdict.max_r_hat <= MAX_R_HAT,
        },
    ]
    inside = subject.inside(tree) if verdict.passed else None
    if inside is not None:
        rows.append(
            {
                "name": "Data inside the band",
                "meaning": "share of the points in the 94 % band of the model (for information)",
                "limit": "about 94 %",
                "value": f"{100 * inside:.0f} %",
                "passed": None,
            }
        )
    return rows
