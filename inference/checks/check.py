"""Checks of a model against its data: prior, fit, and what each datum says."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from ...errors import PosterionError
from ..revive import is_of_points
from ..verdict import Verdict
from .kramers_kronig import KramersKronig, relations_of, worst
from .leave_one_out import LeaveOneOut, leave_one_out, leave_one_out_checks
from .one_check import Check
from .posterior_checks import PredictiveCheck, posterior_checks
from .prior_checks import prior_checks
from .sensitivity import sensitivity, sensitivity_checks


@dataclass(frozen=True)
class Checks:
    """What checks of a model found.

    Attributes
    ----------
    checks
        One after the other.
    parameters
        See `sensitivity`.
    predictive
        Test quantities of the data and of simulated data, see `posterior_checks`.
    leave_one_out, kramers_kronig
        Or None where the data have none. Of many spectra the latter is that of the one which
        breaks the relations most.
    """

    checks: tuple[Check, ...]
    parameters: pd.DataFrame
    predictive: tuple[PredictiveCheck, ...]
    leave_one_out: LeaveOneOut | None
    kramers_kronig: KramersKronig | None

    @property
    def table(self) -> pd.DataFrame:
        """A row a check: ``value``, ``limit``, ``p_value`` and ``passed``."""
        rows = [(c.name, c.value, c.limit, c.p_value, c.passed) for c in self.checks]
        columns = ["check", "value", "limit", "p_value", "passed"]
        return pd.DataFrame(rows, columns=columns).set_index("check")

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is off and what to do, empty where nothing is."""
        return tuple(check.sentence for check in self.checks if check.sentence)


def check(tree: xr.DataTree) -> Checks:
    """Check a model against the data that it was fitted to.

    These are no checks of the sampling: they ask whether the model, its noise and its priors can
    have made such data. None of them refits. Those that put the result in doubt its `Verdict`
    tells; the others are remarks.

    Parameters
    ----------
    tree
        A fitted model.

    Returns
    -------
    Checks
        Prior predictive, posterior predictive by quantities that suit the data,
        leave-one-out, sensitivity to the prior, and of spectra the Kramers-Kronig relations.

    Raises
    ------
    PosterionError
        If the run failed its checks.

    Examples
    --------
    >>> import posterion as po
    >>> po.check(po.load("pellet.nc")).table  # doctest: +SKIP
    """
    if not Verdict.of(tree).passed:
        raise PosterionError(
            "the run failed its checks, so its draws say nothing of the model; see its messages."
        )
    held = tree.children  # a result of an earlier version lacks some groups
    relations = worst(relations_of(tree))
    predictive = posterior_checks(tree)
    left_out = leave_one_out(tree) if "log_likelihood" in held else None
    parameters = sensitivity(tree) if "log_prior" in held else pd.DataFrame()

    def found() -> Iterator[Check]:
        if relations is not None:
            yield relations.check
        yield from (each.check for each in predictive)
        if left_out is not None:
            yield from leave_one_out_checks(tree, left_out)
        if "prior_predictive" in held:
            yield from prior_checks(tree)
        if not parameters.empty:
            yield from sensitivity_checks(parameters)

    return Checks(tuple(found()), parameters, predictive, left_out, relations)


def checks_of(tree: xr.DataTree) -> Checks | None:
    """Return what `check` finds; None where the run failed, or the model is none of points."""
    return check(tree) if Verdict.of(tree).passed and is_of_points(tree) else None
