"""What a reader of a law of fade or growth is warned of."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import posterion as po
from posterion.cli.spelling import as_flag
from posterion.errors import spelled
from posterion.inference.caution.cautions import cautions
from posterion.inference.cycling.cycle_runs import Run, limited, rises_first, spikes, spurious
from posterion.inference.cycling.cycle_series import Question, keep_question
from posterion.inference.doubts.cycles import FAR, asked, impossible_points

_spec = importlib.util.spec_from_file_location(
    "synthetic_cycles", Path(__file__).with_name("synthetic_cycles.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)
cycle_result, N = synthetic.cycle_result, synthetic.N
CELLS = dict.fromkeys("ABC", N)


def fading(scatter=0.1, seed=1):
    """Return capacities that fall by 10 % over 100 cycles."""
    return 150 * (1 - 0.001 * N) + scatter * np.random.default_rng(seed).normal(size=N.size)


def of_three(one):
    return np.concatenate([one, fading(seed=2), fading(seed=3)])


def texts(tree, words=""):
    return [c.text for c in cautions(tree) if words in c.text]


def only(tree, words):
    """Return the one caution whose text holds some words."""
    found = [c for c in cautions(tree) if words in c.text]
    assert len(found) == 1, texts(tree)
    return found[0]


def test_spikes_are_named_with_cell_and_cycle_and_robust_noise_bears_them():
    values = fading()
    values[12] -= 10.0
    tree = cycle_result(cycles=CELLS, values=of_three(values))
    text = only(tree, "off both neighbours").text
    assert "A at cycle 13." in text
    assert "out with select(drop=['A:13']), or take noise=StudentT(...)" in text
    assert "leave them out with --drop A:13, or take --robust" in spelled(text, as_flag)
    assert not texts(cycle_result(cycles=CELLS), "off both neighbours")
    tree.attrs["noise"] = "Autocorrelated(base=StudentT(base=Gaussian()))"
    assert not texts(tree, "off both neighbours")


@pytest.mark.parametrize(("place", "factor"), [(0, 2.0), (12, 31.0), (99, 0.2)])
def test_points_that_no_cell_can_show_are_doubted_and_named_first(place, factor):
    values = fading()
    values[place] *= factor
    tree = cycle_result(cycles=CELLS, values=of_three(values))
    (doubt,) = impossible_points(tree)
    assert f"A at cycle {N[place]:g} (" in doubt.text
    assert f"--drop A:{N[place]:g}" in spelled(doubt.text, as_flag)
    assert cautions(tree)[0].text == doubt.text
    tree.attrs["noise"] = "Autocorrelated(base=StudentT(base=Gaussian()))"
    assert not list(impossible_points(tree))


def test_a_first_cycle_of_formation_and_a_knee_are_no_wrong_points():
    values = fading()
    values[0] *= 1.1
    assert spurious(Run("A", N, values, {})) == []
    falling = np.where(N[-4] < N, values * (1 - 0.15 * (N - N[-4])), values)
    assert spurious(Run("A", N, falling, {})) == []


def test_a_step_and_a_check_cycle_are_no_spikes():
    values = fading()
    step = np.where(N > 50, values - 5, values)
    assert spikes(Run("A", N, step, {})) == []
    kinds = np.where(N == 40, "check", "aging")
    values[39] += 5
    assert spikes(Run("A", N, values, {"kind": kinds})) == []
    assert spikes(Run("A", N, values, {})) == [40.0]


def test_capacity_that_rises_first_is_named_unless_the_law_can_rise():
    rising = fading() + 3 * (np.minimum(N, 15) - 15) / 15 * 1.0
    tree = cycle_result(cycles=CELLS, values=of_three(rising))
    caution = only(tree, "rises at first")
    assert "capacity of A rises" in caution.text and "select(skip=...)" in caution.text
    assert "--skip, or take --law two-process" in spelled(caution.text, as_flag)
    other = cycle_result(po.TwoProcessFade(), cycles=CELLS, values=of_three(rising))
    assert not texts(other, "rises at first")
    assert not rises_first(Run("A", N, fading(), {}))


def test_a_single_cell_says_nothing_of_others():
    assert only(cycle_result(), "There is one cell").kind == "points"
    assert not texts(cycle_result(cycles=CELLS), "There is one cell")


def test_set_charges_hide_fade_and_check_cycles_show_it():
    check = np.isin(N, [20, 60, 95])
    rng = np.random.default_rng(0)
    values = np.where(check, 150 - 0.05 * N, 130 * (1 + 1e-4 * rng.normal(size=N.size)))
    kinds = np.where(check, "Capacity check", "Aging cycle")
    tree = cycle_result(values=values, kinds={"Label": kinds})
    text = only(tree, "cycled with a set charge").text
    assert "--where 'Label=Capacity check'" in spelled(text, as_flag)
    assert "'Label' is Aging cycle and Capacity check" in only(tree, "several kinds").text
    assert limited(Run("", N, 130 + 0 * N, {}))
    assert not limited(Run("", N, fading(), {}))


def test_cells_of_different_kinds_are_not_one_kind():
    kinds = {"electrolyte": np.repeat(["x", "x", "y"], N.size)}
    tree = cycle_result(cycles=CELLS, kinds=kinds)
    text = only(tree, "taken as cells of one kind").text
    assert "--pool electrolyte --pool cell" in spelled(text, as_flag)
    assert "pool={'electrolyte': 'partial', 'cell': 'partial'}" in text and "--" not in text
    apart = cycle_result(cycles=CELLS, kinds=kinds, pool="none")
    assert not texts(apart, "taken as cells of one kind")


def test_what_lies_beyond_the_data_is_extrapolated():
    tree = cycle_result(cycles=CELLS)
    caution = only(tree, "cannot foresee")
    assert caution.kind == "window"
    assert {"cycles_to_threshold[A]", "cycles_to_threshold[C]"} <= set(caution.parameters)
    # 10 % at cycle 100 with the power 0.8 are 20 % at cycle 238.
    assert "80 % lies beyond 2 times the measured cycles." in caution.text
    keep_question(tree, Question(threshold=0.95))
    assert not texts(tree, "extrapolated")
    keep_question(tree, Question(threshold=0.95, cycles=(50.0, 400.0)))
    caution = only(tree, "Cycle 400 was not measured")
    assert "retention at cycle 400[B]" in caution.parameters
    assert "retention at cycle 50[B]" not in caution.parameters


def test_extrapolation_of_some_cells_names_them():
    tree = cycle_result(cycles={"A": N, "B": N[:40]})
    keep_question(tree, Question(threshold=0.92))
    caution = only(tree, "cannot foresee")
    assert caution.parameters == ("cycles_to_threshold[B]",)
    assert "of B." in caution.text


def test_a_knee_beyond_the_data_rests_on_its_prior():
    seen = cycle_result(po.KneeFade())
    assert not texts(seen, "no knee")
    hidden = cycle_result(po.KneeFade(), truth={"knee": 300.0})
    caution = only(hidden, "show no knee")
    assert caution.kind == "prior" and "knee ~ LogNormal" in caution.text
    assert {"knee", "acceleration"} <= set(caution.parameters)
    # As wide as its prior, though its middle lies among the data.
    wide = cycle_result(po.KneeFade(), wide=0.7)
    assert texts(wide, "show no knee")


def test_independent_residuals_are_overconfident():
    tree = cycle_result(attrs={"noise": "Gaussian()"})
    assert "too narrow" in only(tree, "taken as independent").text
    assert not texts(cycle_result(), "taken as independent")


def test_a_failed_run_is_cautioned_without_its_draws():
    tree = cycle_result(passed=False, messages=["The chains disagree."])
    assert "80 % lies beyond the measured cycles" in only(tree, "extrapolated").text


def test_growth_of_two_points_rests_on_the_prior_of_the_noise():
    two = {"R1 / bare": [0, 50], "R1 / coated": [0, 50]}
    kinds = {"sample": np.repeat(["bare", "coated"], 2), "path": np.repeat(["R1"], 4)}
    tree = cycle_result(po.LinearGrowth(), cycles=two, pool="none", dim="series", kinds=kinds)
    assert "noise ~ LogNormal" in only(tree, "tell their scatter by").text
    assert texts(tree, "two cycles nothing shows")
    assert "of one specimen" in only(tree, "specimen").text
    whole = cycle_result(po.LinearGrowth(), cycles=[0, 10, 20, 30])
    assert not texts(whole, "scatter") and not texts(whole, "two cycles")
    assert "There is one specimen" in only(whole, "specimen").text


def test_severson_cells_that_spike(shared_data):
    path = shared_data("severson_mattia", "train_discharge_capacity_Ah.csv")
    data = po.read_cycling(path, capacity_unit="Ah")
    for cell in ("cell2", "cell9"):
        own = data.isel(point=data["cell"].values == cell)
        run = Run(cell, own["cycle"].values, own["capacity"].values, {})
        assert 13.0 in spikes(run), cell
        assert not limited(run)


def test_p492_is_cycled_with_a_set_charge(shared_data):
    path = shared_data("battery_data_toolkit", "p492-13-summary.csv")
    data = po.read_cycling(path, capacity_unit="Ah", columns={"capacity": "Q_dis"})
    labels = data["Cycle_Label"].values
    run = Run("", data["cycle"].values, data["capacity"].values, {"Cycle_Label": labels})
    assert limited(run)
    checks = data.isel(point=labels == "Capacity check")
    assert not limited(Run("", checks["cycle"].values, checks["capacity"].values, {}))


@pytest.mark.parametrize("law", [po.PowerFade(), po.LinearGrowth()], ids=str)
def test_cautions_hold_no_estimate(law):
    tree = cycle_result(law)
    posterior = tree["posterior"].to_dataset()
    numbers = {f"{float(v.median()):.3g}" for v in posterior.values()}
    said = " ".join(texts(tree))
    assert said and not [n for n in numbers if "." in n and n in said]


def test_cycles_to_a_threshold_beyond_twice_the_data_are_doubted_and_nothing_else():
    tree = cycle_result(cycles=CELLS)
    asked(tree, Question(threshold=0.5))
    verdict = po.Verdict.of(tree)
    (doubt,) = [each for each in verdict.doubts if each.about == ("cycles_to_threshold",)]
    assert f"50 % lies beyond {FAR:g} times" in doubt.text
    assert not verdict.trusts("cycles_to_threshold[A]") and verdict.trusts("retention")
    asked(tree, Question(threshold=0.95))
    assert po.Verdict.of(tree).trusts("cycles_to_threshold")
