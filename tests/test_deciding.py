"""A number never looks as if it lay on the other side of the limit that decided."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from posterion.inference.checks import posterior_checks
from posterion.inference.checks.check import Checks
from posterion.inference.checks.kramers_kronig import KramersKronig
from posterion.inference.checks.one_check import GRAVE, RARE, Check
from posterion.inference.deciding import beside_limit
from posterion.inference.diagnose import diagnose
from posterion.inference.verdict import Verdict
from posterion.report.pages.check_section import check_section
from posterion.report.pages.rows import check_rows
from posterion.report.pages.subject import Subject

_spec = importlib.util.spec_from_file_location("synthetic", Path(__file__).parent / "synthetic.py")
assert _spec is not None and _spec.loader is not None
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)


def sides(found: str, limit: str) -> bool:
    """Tell whether a printed value keeps to a printed limit."""
    ends = [float(each) for each in re.findall(r"-?\d+\.?\d*", limit.replace("−", "-"))]
    value = float(found.replace("−", "-"))
    if limit.startswith("at most"):
        return value <= ends[0]
    return value >= ends[0] if limit.startswith("at least") else ends[0] <= value <= ends[1]


@pytest.mark.parametrize(
    ("value", "limit"), [(1.04, 1.0), (1.0004, 1.0), (0.99996, 1.0), (399.7, 400.0), (1.0101, 1.01)]
)
def test_rounding_keeps_the_side(value: float, limit: float) -> None:
    shown = tuple(map(float, beside_limit(value, limit, 0)))
    assert (shown[0] > shown[1]) == (value > limit)
    assert (shown[0] < shown[1]) == (value < limit)


@pytest.mark.parametrize(
    ("value", "least", "most", "passed"),
    [
        (1.04, None, 1.0, False),
        (1.00004, None, 1.0, False),
        (0.50997, 0.51, None, False),
        (-0.1204, -0.12, 0.13, False),
        (0.2, -0.12, 0.2000001, True),
        (3.1868, None, 3.1853, False),
    ],
)
def test_a_check_does_not_gainsay_its_verdict(value, least, most, passed) -> None:
    check = Check("k", value, least, most, None, passed, "", "")
    assert sides(check.found, check.limit) is passed
    decimals = {len(each.partition(".")[2]) for each in re.findall(r"\d+\.\d+", check.limit)}
    assert decimals == {len(check.found.partition(".")[2])}


def test_limits_of_predictive_checks_are_those_by_which_they_pass() -> None:
    tree = synthetic.result(n=20)
    rng = np.random.default_rng(0)
    for seed in range(3):
        made = synthetic.result(n=20, seed=seed, misfit=0.002 * seed)
        for each in posterior_checks.posterior_checks(made):
            assert sides(each.check.found, each.check.limit) is each.check.passed
    residuals = posterior_checks.residuals_of(tree)
    for both in (False, True):
        replicas = np.sort(rng.normal(size=1000))
        for at in (4, 5, 9, 10, 989, 990, 994, 995):
            for value in (replicas[at] - 1e-9, replicas[at], replicas[at] + 1e-9):
                quantity = posterior_checks._Quantity(
                    "q", "", lambda *_, v=value: np.asarray(v), lambda *_: "off", both
                )
                check = posterior_checks._checked(residuals, quantity, replicas, None, "").check
                inside = check.least is None or value > check.least
                assert bool(inside and value <= check.most) is check.passed


@pytest.mark.parametrize("p", [0.00996, 0.01004, 0.00199, 0.00204])
def test_a_printed_probability_stays_on_its_side(p: float) -> None:
    check = Check("q", 1.0, None, 2.0, p, p > RARE, "", "" if p > RARE else "off")
    (row,) = check_section(Checks((check,), pd.DataFrame(), (), None, None))["rows"]
    shown = float(row["p"].removeprefix("≤ "))
    assert (shown > RARE) is (p > RARE) and (shown > GRAVE) is (p > GRAVE)
    assert row["p"].startswith("≤") is (p <= GRAVE)


def test_rows_of_the_sampling_do_not_gainsay_themselves() -> None:
    tree = synthetic.result(max_r_hat=1.01003, min_ess=399.8, min_bfmi=0.2999, passed=False)
    rows = check_rows(tree, Verdict.of(tree), Subject())
    for row in rows[:2] + rows[3:4]:
        assert sides(row["value"], row["limit"]) is row["passed"] is False


def test_messages_of_the_sampling_do_not_gainsay_themselves(monkeypatch) -> None:
    from posterion.inference import diagnose as module

    found = ("R1", 1.01004), ("R1", 399.7), ("R1", 900.0)
    monkeypatch.setattr(module, "convergence", lambda _: found)
    monkeypatch.setattr(module, "_bfmi", lambda _: 0.29997)
    tree = synthetic.result()
    stats = tree["sample_stats"].to_dataset()
    tree["sample_stats"] = xr.DataTree(stats.assign(diverging=stats["energy"] > np.inf))
    verdict = diagnose(tree)
    assert any("is 1.01004, above 1.01000" in each for each in verdict.messages)
    assert any("is 399.7, below 400.0" in each for each in verdict.messages)
    assert any("E-BFMI 0.29997, below 0.30000" in each for each in verdict.messages)


@pytest.mark.parametrize("systematic", [0.0, 0.001, 0.00150004, 0.004])
def test_kramers_kronig_says_the_number_that_it_is_held_to(systematic: float) -> None:
    frequency = np.geomspace(1e6, 1, 30)
    found = KramersKronig(frequency, np.zeros((2, 30)), 12, 0.0047, 0.0047, systematic, 0.0)
    pattern = float(re.search(r"([\d.]+) % of \|Z\| (?:is a pattern )?\(limit", found.sentence)[1])
    limit = float(re.search(r"\(limit ([\d.]+) %", found.sentence)[1])
    assert (pattern > limit) is (systematic > 0.0015)
    assert f"{found.check.found} %" in found.sentence
