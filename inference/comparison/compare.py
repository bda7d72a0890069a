"""Which group is best, by how much, and does that matter: the comparison of specimens."""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ...models.parameter import OF_DATA
from ...units import Measured
from ..build import Priors, given_priors
from ..doubts.inherited import brought
from ..engine.sample import Progress
from ..fit import PACKAGES
from ..prior import Prior
from ..verdict import Verdict
from .ranking import Better, Rope, compared_pairs, expected_loss, rank_probabilities
from .specimen_data import checked, gathered
from .specimen_model import Assumptions, sampler_of
from .specimen_table import GROUP, Specimens
from .specimens import Spread, usual_spread
from .spread_sensitivity import sensitivity

Scale = Literal["log", "linear"]
RANKING, SENSITIVITY = "ranking", "sensitivity"


def compare(
    data: xr.Dataset | Mapping[str, Any],
    quantity: str | None = None,
    *,
    unit: str | None = None,
    rope: str = "5%",
    better: Better = "larger",
    scale: Scale | None = None,
    spread: Prior | str | None = None,
    priors: Priors | None = None,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Compare groups of specimens, such as pellets with different coatings.

    Two kinds of scatter are kept apart: the error of each number, and the spread between
    specimens made alike, which only replicates tell. Where a group has one specimen the spread
    comes from a prior, and the result says how the answer changes with it.

    Parameters
    ----------
    data
        From `replicates` or `read_replicates`; or for each group by its name what is known of
        it: a fit or its file, a text such as ``"0.31 mS/cm"`` (its digits are its rounding) or
        ``"0.30 ± 0.01 eV (n=3)"``, numbers in `unit`, or a list of these, one of each specimen.
    quantity
        Which quantity of fits is compared, such as ``"R1"`` or ``"conductivity"``.
    unit
        Of bare numbers.
    rope
        Differences that do not matter: in percent of the mean of the two, or with a unit.
    better
        Whether ``"larger"`` or ``"smaller"`` is better.
    scale
        On which specimens scatter: ``"log"`` or ``"linear"``; logarithmic unless a value is zero
        or negative.
    spread
        Between specimens made alike, relative on the logarithmic scale: known, such as
        ``"10%"``, or a prior of it. See `posterion.inference.specimens` for the defaults.
    priors
        Of ``level_mean``, ``level_spread``, ``scatter_mean``, ``nu_minus_one`` and
        ``repeat_scatter``; or of ``level`` or ``scatter``, which then differ between groups
        without any relation.
    seed, draws, chains, progress
        As in `fit`.

    Returns
    -------
    xarray.DataTree
        As from `fit`, with ``level`` and ``scatter`` (group) in the posterior. Where the checks
        passed also the group ``ranking`` (probabilities of ranks, expected losses, all pairs), and
        where a group has one specimen ``sensitivity``, the answer at several spreads.

    Raises
    ------
    PosterionError
        If there are fewer than two groups, one has no data, units do not fit, points are no
        replicates, or an argument cannot be used.

    Examples
    --------
    >>> import posterion as po
    >>> po.compare({"bare": "0.21 mS/cm", "7 uL": "0.31 mS/cm"}, seed=1)  # doctest: +SKIP
    """
    if better not in ("larger", "smaller"):
        raise PosterionError(f"better is '{better}'; it must be larger or smaller.")
    if scale not in (None, "log", "linear"):
        raise PosterionError(f"scale is '{scale}'; it must be log or linear.")
    wanted = None if scale is None else scale == "log"
    if isinstance(data, xr.Dataset):
        table = checked(data)
    else:
        table = gathered(data, quantity, unit, wanted)
    groups = dict.fromkeys(table[GROUP].values.astype(str).tolist())
    if len(groups) < 2:
        raise PosterionError(
            f"{table.attrs['source']} has one group, '{next(iter(groups))}'; give two or more to "
            "compare."
        )
    log = bool(table["value"].min() > 0) if wanted is None else wanted
    specimens = Specimens.of(table, log)
    own_unit = str(table["value"].attrs.get("units", ""))
    region = Rope(rope, own_unit)
    given = given_priors(priors or {})
    known, assumed_spread = _spread(spread, specimens, own_unit, given)
    assumed = Assumptions(
        log,
        None if assumed_spread is None else assumed_spread.prior,
        tuple(sorted(given.items())),
        bool(len(specimens.contrasts)),
    )
    sampler = sampler_of(specimens, assumed, known)
    tree = sampler.sample(seed=seed, draws=draws, chains=chains, progress=progress)
    window = {name: float(f"{value:.4g}") for name, value in specimens.window.items()}
    _describe(tree, assumed, own_unit)
    tree.attrs |= {
        "model": f"Specimens(scale='{'log' if log else 'linear'}')",
        "parameters": json.dumps(["level", "scatter", *(p.name for p in assumed.parameters)]),
        "unit": own_unit,
        "quantity": str(table["value"].attrs.get("long_name", "value")),
        "rope": region.text,
        "better": better,
        "log": int(log),
        "single": json.dumps(list(specimens.single)),
        "specimens": json.dumps(
            dict(zip(specimens.groups, specimens.counts.tolist(), strict=True))
        ),
        "spread_source": _source(known, assumed_spread, log, own_unit),
        "window": json.dumps(window),
        "pool": json.dumps({"pool": None}),
        "noise": "",
        "noise_description": "Student-t scatter of specimens around the level of their group, with "
        "a spread of its own for each group, beside the error of each number",
        "priors": json.dumps({name: str(p.at(window)) for name, p in assumed.priors.items()}),
        "priors_given": json.dumps(
            sorted(given)
            + (["scatter_mean"] if isinstance(spread, Prior | str) and known is None else [])
        ),
        "source": str(table.attrs.get("source", "data in memory")),
        "messages": str(table.attrs.get("messages", "")),
        "sha256": str(table.attrs.get("sha256", "")),
        "n": int(table.sizes["point"]),
        "versions": json.dumps({name: version(name) for name in PACKAGES}),
    }
    verdict = Verdict.of(tree)
    if verdict.passed:
        tree.attrs["verdict"] = replace(verdict, doubts=tuple(brought(table, tree))).text
        tree[RANKING] = xr.DataTree(_ranking(tree, region, better, log))
        if specimens.single:
            say = progress or (lambda line: None)
            say("Asking how the answer changes with the spread between specimens")
            tree[SENSITIVITY] = xr.DataTree(
                sensitivity(
                    specimens, assumed, region, better, seed=seed, draws=draws, chains=chains
                )
            )
    return tree


def _ranking(tree: xr.DataTree, rope: Rope, better: Better, log: bool) -> xr.Dataset:
    posterior = tree.children["posterior"].dataset
    level, scatter = posterior["level"], posterior["scatter"]
    loss = expected_loss(level, better)
    loss["loss"].attrs["units"] = str(tree.attrs["unit"])
    found = xr.merge(
        [
            rank_probabilities(level, better).rename("rank_probability"),
            loss,
            compared_pairs(level, scatter, rope, log),
        ]
    )
    return found.assign(p_best=found["rank_probability"].sel(rank=1, drop=True))


def _spread(
    spread: Prior | str | None, specimens: Specimens, unit: str, given: Mapping[str, Prior]
) -> tuple[float | None, Spread | None]:
    """Return the spread between specimens where it is known, or else its prior."""
    if spread is None:
        usual = usual_spread(unit)
        if "scatter_mean" in given:
            return None, Spread(given["scatter_mean"], "given")
        if specimens.log:
            return None, usual
        arguments = dict(usual.prior.arguments)
        shifted = round(float(arguments["mu"] + np.log(specimens.size)), 2)
        return None, replace(usual, prior=Prior("LogNormal", shifted, arguments["sigma"]))
    if clash := {"scatter", "scatter_mean"} & set(given):
        raise PosterionError(
            f"the spread between specimens is given twice, by spread and by the prior of "
            f"{clash.pop()}; leave one out."
        )
    if isinstance(spread, Prior) or "(" in spread:
        prior = spread if isinstance(spread, Prior) else Prior.parse(spread)
        return None, Spread(prior, "given")
    if spread.strip().endswith("%"):
        size = Measured.parse(spread, "", "the spread").value * specimens.size
    elif specimens.log:
        raise PosterionError(
            f"the spread '{spread}' is no percentage; on the logarithmic scale give one such as "
            "'10%', or a prior such as 'LogNormal(-2.3, 0.7)'."
        )
    else:
        size = Measured.parse(spread, unit, "the spread").value
    if not size > 0:
        raise PosterionError(f"the spread is '{spread}'; it must be above zero.")
    return size, None


def _source(known: float | None, spread: Spread | None, log: bool, unit: str) -> str:
    """Say where the spread between specimens comes from."""
    if spread is None:
        shown = f"{100 * (known or 0):g} %" if log else f"{known:g} {unit}"
        return f"taken as {shown}, as given"
    told, arguments = "", dict(spread.prior.arguments)
    if log and spread.prior.family == "LogNormal":
        middle = 100 * np.exp(arguments["mu"])
        wide = np.exp(1.88 * arguments["sigma"])
        told = f": {middle:.2g} %, with 94 % within {middle / wide:.2g} and {middle * wide:.2g} %"
    return f"{spread.prior}{told}; {spread.source}"


def _describe(tree: xr.DataTree, assumed: Assumptions, unit: str) -> None:
    """Give the variables of a result their units and meanings."""
    relative = "" if assumed.log else unit
    said = "relative spread" if assumed.log else "spread"
    known = {
        "level": (unit, r"\mu", "typical value of a group: half of its specimens exceed it"),
        "scatter": (relative, r"\sigma", f"{said} between specimens of a group"),
        "nu": ("", r"\nu", "degrees of freedom of the spread: small is heavy tails"),
        **{
            p.name: (p.unit.replace(OF_DATA, unit), p.symbol, p.description)
            for p in assumed.parameters
            if p.name not in ("level", "scatter")
        },
    }
    for group in ("posterior", "prior"):
        dataset = tree.children[group].to_dataset()
        for name, (own, symbol, description) in known.items():
            if name in dataset:
                dataset[name].attrs = {"units": own, "long_name": description, "symbol": symbol}
        tree.children[group].dataset = dataset
