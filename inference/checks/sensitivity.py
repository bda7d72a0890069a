"""How much of a result comes from its priors."""

import json
from collections.abc import Iterator

import pandas as pd
import xarray as xr

from ..caution.general import NOISE, UNMOVED, contraction, enumerated, variable
from ..pooling import SPREAD
from ..scalars import scalars, stem
from .one_check import Check

FAR_OUT = 0.05
"""Of a prior. Where a truth comes from the prior it lies further out in one of twenty."""

SENSITIVE = 0.05
"""Above it a posterior moves with its prior, below it the data hardly move it."""


def sensitivity(tree: xr.DataTree) -> pd.DataFrame:
    """Return how each sampled parameter hangs on its prior and on the data.

    Power scaling raises prior or likelihood to powers near one and measures how far the
    posterior moves (Kallioinen, Paananen, Bürkner and Vehtari 2024,
    doi:10.1007/s11222-023-10366-5), by ArviZ. Of pooled parameters the priors of typical
    values and spreads are scaled.

    Parameters
    ----------
    tree
        A fitted model.

    Returns
    -------
    pandas.DataFrame
        A row a parameter: ``prior`` and ``likelihood`` (sensitivities; 0.05 is much), and
        ``contraction``, 1 - var(posterior)/var(prior) on the scale of sampling (Schad,
        Betancourt and Vasishth 2021, doi:10.1037/met0000275): 1 where the data decided, 0
        where they said nothing; and ``tail``, the share of the prior that lies as far out as the
        median of the posterior, on both sides.
    """
    import arviz_stats

    posterior = tree.children["posterior"].to_dataset()
    names = [name for name in json.loads(tree.attrs["priors"]) if name in posterior]
    kept = tree.children["log_prior"].dataset["draw"]  # of many data, not every draw
    sampled = scalars(posterior[names].sel(draw=kept))
    numbered = {name: f"number {place}" for place, name in enumerate(sampled)}
    scaled = xr.DataTree.from_dict(  # whose variables cannot be called "R1 / bare"
        {"posterior": sampled.rename(numbered)}
        | {group: tree.children[group].to_dataset() for group in ("log_prior", "log_likelihood")}
    )
    moved = {part: arviz_stats.psense(scaled, group=part) for part in ("prior", "likelihood")}
    rows = {
        str(name): {part: float(values[numbered[name]]) for part, values in moved.items()}
        | {"contraction": 1 - contraction(tree, str(name)) ** 2, "tail": _tail(tree, str(name))}
        for name in sampled
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter")


def sensitivity_checks(table: pd.DataFrame) -> Iterator[Check]:
    """Yield whether results move with their priors, and whether the data said something.

    Those of the noise and of spreads between groups are left out: few data leave them open
    without harm to the rest.
    """
    own = table[[_counts(str(name)) for name in table.index]]
    if own.empty:
        return
    moved = own[own["prior"] > SENSITIVE]
    yield Check(
        "prior sensitivity",
        float(own["prior"].max()),
        None,
        SENSITIVE,
        None,
        moved.empty,
        "results do not move when the priors are made a little wider or narrower",
        "" if moved.empty else _sensitive(moved),
    )
    least = 1 - UNMOVED**2
    unmoved = own[own["contraction"] < least]
    yield Check(
        "contraction, least",
        float(own["contraction"].min()),
        least,
        None,
        None,
        unmoved.empty,
        "the data said more of each parameter than its prior",
        ""
        if unmoved.empty
        else f"The data say little about {enumerated([*map(str, unmoved.index)])}: what is said "
        "of it is the prior's. Do not quote it as measured.",
    )


def _tail(tree: xr.DataTree, name: str) -> float:
    below = float(
        (variable(tree, "prior", name) < variable(tree, "posterior", name).median()).mean()
    )
    return 2 * min(below, 1 - below)


def _sensitive(moved: pd.DataFrame) -> str:
    names = enumerated([*map(str, moved.index)])
    # Any narrow prior moves a result; it disagrees with the data where these lie in its tail.
    both = (moved["likelihood"] > SENSITIVE) & (moved["tail"] < FAR_OUT)
    conflict = [str(name) for name in moved.index[both]]
    if conflict:
        return (
            f"The prior moves {names}, and prior and data may disagree on "
            f"{enumerated(conflict)}: look whether the prior is right, widen it, and state it with "
            "the result."
        )
    return (
        f"The prior moves {names}: state it with the result and defend it, or measure what tells "
        "more about it."
    )


def _counts(name: str) -> bool:
    return stem(name) not in NOISE and f"_{SPREAD}" not in name
