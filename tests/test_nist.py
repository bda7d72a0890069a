"""Posteriors against the certified nonlinear fits of NIST.

The curves and the comparison are in tests/nist.py, the figures in docs/nist.md.
"""

import importlib.util
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import posterion as po

_spec = importlib.util.spec_from_file_location("nist", Path(__file__).with_name("nist.py"))
assert _spec is not None and _spec.loader is not None
nist = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(nist)

DATA = Path(__file__).parents[2] / "shared" / "data"
IN_CI = os.environ.get("CI") == "true"

pytestmark = pytest.mark.skipif(not DATA.is_dir() and not IN_CI, reason="no certified data here")

DEFAULT = ("MGH09", "MGH10")
"""Two of NIST's higher level of difficulty; the others are slow together."""


def marks(name):
    return [] if name in DEFAULT else [pytest.mark.slow]


SETS = [pytest.param(name, marks=marks(name)) for name in nist.CURVES]


def certified(name):
    return nist.read(DATA / "nist_strd" / f"{name}.dat", nist.CURVES[name])


@cache
def outcome(name):
    """Fit a set once for all tests: the result, what is certified, and the rows beside it."""
    values, data = certified(name)
    post = nist.fit(nist.CURVES[name], data)
    return post, values, nist.compare(nist.CURVES[name], values, data, post)


def test_every_certified_set_is_here() -> None:
    files = {path.stem for path in (DATA / "nist_strd").glob("*.dat")}
    assert files == set(nist.CURVES)


@pytest.mark.parametrize("name", nist.CURVES)
def test_formula_leaves_the_certified_residuals(name) -> None:
    curve, (values, data) = nist.CURVES[name], certified(name)
    predicted = curve.response({n: data[n].values for n in curve.inputs}, values.values)
    residuals = data["y"].values - predicted
    assert len(residuals) - len(values.values) == values.dof
    assert np.sqrt((residuals**2).sum() / values.dof) == pytest.approx(values.residual_sd, rel=1e-8)


@pytest.mark.parametrize("name", SETS)
def test_run_is_trusted(name) -> None:
    post, *_ = outcome(name)
    verdict = po.Verdict.of(post)
    assert verdict.passed, verdict.messages


@pytest.mark.parametrize("name", SETS)
def test_highest_likelihood_is_at_the_certified_values(name) -> None:
    *_, rows = outcome(name)
    assert {row.name: row.digits for row in rows if row.digits < 9} == {}


@pytest.mark.parametrize("name", SETS)
def test_weak_priors_pull_the_mode_by_little(name) -> None:
    *_, rows = outcome(name)
    assert {row.name: row.pull for row in rows if abs(row.pull) > 0.1} == {}


@pytest.mark.parametrize("name", SETS)
def test_near_linear_posterior_is_students_t_of_the_certified_errors(name) -> None:
    _, values, rows = outcome(name)
    rows = [row for row in rows if row.name not in nist.BENT.get(name, ())]
    # The Monte Carlo error of a median is 1.25 standard deviations over the root of the ESS.
    off = [row for row in rows if abs(row.shift) > 0.1 + 3 * 1.25 / np.sqrt(row.ess)]
    off += [row for row in rows if abs(row.width_ratio - 1) > 0.1]
    # With four degrees of freedom a sample's standard deviation has no finite error.
    off += [row for row in rows if values.dof > 4 and abs(row.sd_ratio - 1) > 0.1]
    assert off == []


@pytest.mark.parametrize("name", SETS)
def test_posterior_agrees_with_importance_sampling(name) -> None:
    *_, rows = outcome(name)
    off = [row for row in rows if abs(row.exact_shift) > 0.1]
    off += [row for row in rows if abs(row.exact_ratio - 1) > 0.12]
    assert off == []


@pytest.mark.slow
def test_a_search_that_found_new_maxima_to_its_end_says_so() -> None:
    notes = po.Verdict.of(outcome("ENSO")[0]).notes
    assert any("a higher one may be left" in note for note in notes), notes
