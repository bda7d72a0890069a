"""A fitted model is held against its data once, and what was found travels with the result."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import xarray as xr

from ..caution.general import UNMOVED, contraction, is_of_noise
from ..checks.posterior_checks import STEP, TEST_QUANTITIES, kept_quantities, posterior_checks
from ..partly import TOTAL
from ..revive import is_of_points
from ..scalars import scalars
from ..verdict import Doubt, Verdict
from .cycles import DOUBTS_OF_FADE, first_answer
from .inherited import brought
from .predictive import failed_checks, failed_of_each
from .spectrum import DOUBTS_OF_SPECTRA
from .temperature import DOUBTS_OF_LAWS
from .transference import DOUBTS_OF_READINGS

Source = Callable[[xr.DataTree], Iterator[Doubt]]

_BY_OUTPUT: Mapping[str, tuple[Source, ...]] = {
    "Z": DOUBTS_OF_SPECTRA,
    "conductivity": DOUBTS_OF_LAWS,
    "capacity": DOUBTS_OF_FADE,
    "reading": DOUBTS_OF_READINGS,
}
"""What only results of one kind of data are asked, the gravest first."""


def judge(tree: xr.DataTree, data: xr.Dataset) -> None:
    """Ask whether a fitted model describes its data, and write the answer into its verdict.

    Doubts come from the data, which may follow from doubtful fits; from what is asked of one kind
    of data; and from the predictive checks, at the level `GRAVE` that all of them share. The
    test quantities of simulated data are kept in the group ``test_quantities``, so that nothing
    is computed twice. Nothing is asked of a run that failed its own checks.

    Parameters
    ----------
    tree
        As `fit` is about to return it.
    data
        What it was fitted to; of its attribute ``doubts`` see `inherited`.
    """
    verdict = Verdict.of(tree)
    if not verdict.passed:
        return
    observed = tree.children["observed_data"].dataset
    own = next((own for output, own in _BY_OUTPUT.items() if output in observed), ())
    doubts = [*brought(data, tree), *(doubt for source in own for doubt in source(tree))]
    compared = False
    if is_of_points(tree):
        checks = posterior_checks(tree)
        if checks:
            tree[TEST_QUANTITIES] = xr.DataTree(kept_quantities(checks))
        doubts += [*failed_checks(checks), *failed_of_each(tree)]
        # Where a law breaks says more than how far off it is.
        doubts.sort(key=lambda doubt: doubt.name != STEP)
        compared = bool(checks)
    found = replace(
        verdict,
        doubts=tuple(dict.fromkeys(doubts)),
        compared=compared,
        headline=_headline(tree),
        undetermined=_undetermined(tree),
    )
    tree.attrs["verdict"] = found.text


def _headline(tree: xr.DataTree) -> tuple[str, ...]:
    """Return what the word is about: of cells what is left, when a threshold comes or not."""
    if TOTAL in tree.children["posterior"].dataset:
        return (TOTAL,)
    return (first_answer(tree),) if "capacity" in tree.children["observed_data"].dataset else ()


def _undetermined(tree: xr.DataTree) -> tuple[str, ...]:
    """Return parameters, and the total resistance, that the data said little of."""
    posterior, prior = (tree.children[group].to_dataset() for group in ("posterior", "prior"))
    asked = [*json.loads(tree.attrs["parameters"]), TOTAL]
    known = [
        name
        for name in asked
        if name in posterior and name in prior and not is_of_noise(name)
        # A prior may reach beyond the numbers of a machine, such as that of a prefactor.
        if np.isfinite(prior[name].values).all()
    ]
    moving = [str(n) for n, value in scalars(posterior[known]).items() if np.ptp(value.values) > 0]
    return tuple(name for name in moving if contraction(tree, name) > UNMOVED)
