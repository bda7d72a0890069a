"""What is known of a circuit whose explanations the chains weighed only roughly."""

from dataclasses import replace

import numpy as np
import xarray as xr

from .diagnose import MAX_R_HAT, MIN_ESS, convergence
from .engine.independence import WALKED, early
from .verdict import Verdict

TOTAL = "R_total"
"""What a circuit is asked for, where it has one."""

SHARP = 1.5
"""Ratio of the ends of the interval of R_total, within which all explanations agree on it."""

FOUND = 0.5
"""In log evidence a last run may find so much more; what it finds agrees on R_total too."""


def accept_total(tree: xr.DataTree) -> None:
    """Accept the total resistance of a circuit of which nothing else was sampled well.

    How resistance parts between overlapping arcs may have many explanations, and chains that walk
    between them may not know the weight of each to a hundredth. Where all of them agree on the
    total resistance, its interval does not depend on these weights. It is held to the thresholds
    that all parameters are held to otherwise; `posterion.inference.doubts` doubts the others.

    Parameters
    ----------
    tree
        A fit whose noise is `Discrepant`, with its checks as the attribute ``verdict``.
    """
    verdict = Verdict.of(tree)
    if verdict.passed or tree.attrs["sampler"] != WALKED or tree.attrs["grew"] > FOUND:
        return
    posterior = tree.children["posterior"].dataset
    if TOTAL not in posterior or not all(np.isfinite(value).all() for value in posterior.values()):
        return
    total = posterior[TOTAL].transpose("chain", "draw").values
    if _agrees(total):
        notes = (*verdict.notes, *verdict.messages)
        found = replace(verdict, passed=True, messages=(), notes=notes, partly=(TOTAL,))
        tree.attrs["verdict"] = found.text


def _agrees(total: np.ndarray) -> bool:
    """Tell whether draws of shape (chain, draw) agree, and are near each other."""
    low, high = np.quantile(total, [0.03, 0.97])
    first = early(total.shape[1])
    halves = np.concatenate([total[:, first], total[:, ~first][:, : first.sum()]])
    both, parts = (
        convergence(xr.Dataset({TOTAL: (("chain", "draw"), each)})) for each in (total, halves)
    )
    (_, r_hat), (_, bulk), (_, tail) = both
    agree = max(r_hat, parts[0][1]) <= MAX_R_HAT and min(bulk, tail) >= MIN_ESS
    return bool(agree and 0 < high <= SHARP * low)
