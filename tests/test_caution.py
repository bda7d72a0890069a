"""Each caution is raised by a case made for it, and by no clean one."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import posterion as po
from posterion.inference.caution.cautions import cautions
from posterion.inference.caution.general import contraction
from posterion.inference.caution.spectrum import standardized_residuals

_spec = importlib.util.spec_from_file_location(
    "synthetic", Path(__file__).with_name("synthetic.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)
result, SHAPE = synthetic.result, (synthetic.CHAINS, synthetic.DRAWS)


def kinds(tree):
    return {caution.kind for caution in cautions(tree)}


def only(tree, kind):
    """Return the one caution of a kind."""
    found = [caution for caution in cautions(tree) if caution.kind == kind]
    assert len(found) == 1, cautions(tree)
    return found[0]


def test_clean_result_raises_none():
    assert cautions(result()) == ()


def test_clean_result_raises_none_for_any_scatter():
    # Neighbours that are alike by chance must not look like a feature.
    assert sum("misfit" in kinds(result(seed=seed)) for seed in range(40)) == 0


@pytest.fixture(scope="module")
def pellet():
    spectrum = po.simulated_pellet()
    return po.fit(
        po.Circuit.parse(spectrum.attrs["circuit"]),
        spectrum,
        noise=po.Proportional(),
        seed=1,
        draws=500,
    )


def test_clean_simulated_pellet_raises_none(pellet):
    assert po.Verdict.of(pellet).passed
    assert cautions(pellet) == ()


def test_uninformed_floor_is_no_caution(pellet):
    assert contraction(pellet, "floor") > 0.7


def test_residuals_of_a_true_model_are_standard(pellet):
    frequency, residuals = standardized_residuals(pellet)
    assert frequency[0] == frequency.max() and residuals.shape == (2, frequency.size)
    assert 0.8 < residuals.std() < 1.2
    assert np.mean(np.abs(residuals) < 1.88) > 0.88


@pytest.mark.parametrize(
    ("peak", "said"),
    [(4e6, "lies above the highest"), (7e5, "lies close to the highest")],
)
def test_arc_above_the_window(peak, said):
    tau = 1 / (2 * np.pi * peak)
    caution = only(result(truth={"CPE1_Q": tau**0.85 / 300}), "window")
    assert said in caution.text and "(1 MHz)" in caution.text
    assert caution.parameters == ("R1", "CPE1_tau")


@pytest.mark.parametrize(
    ("peak", "said"), [(0.03, "lies below the lowest"), (0.15, "lies close to the lowest")]
)
def test_arc_below_the_window(peak, said):
    tau = 1 / (2 * np.pi * peak)
    caution = only(result(truth={"CPE1_Q": tau**0.85 / 300}), "window")
    assert said in caution.text and "(100 mHz)" in caution.text


def test_arc_well_inside_the_window_is_no_caution():
    tau = 1 / (2 * np.pi * 4e5)
    assert "window" not in kinds(result(truth={"CPE1_Q": tau**0.85 / 300}))


def test_slow_diffusion():
    text = "R0-p(R1,CPE1)-Wo1"
    truth = {"Wo1_Z0": 500.0, "Wo1_tau": 300.0}
    along = np.random.default_rng(1).normal(0, 0.3, size=SHAPE)
    open_end = {"Wo1_Z0": 500 * np.exp(along), "Wo1_tau": 300 * np.exp(2 * along)}
    caution = only(result(text, truth=truth, replace=open_end), "window")
    assert "Wo1_Z0/√Wo1_tau" in caution.text
    known = only(result(text, truth=truth), "window")
    assert "rests on the shape" in known.text and "neither of the two" not in known.text
    fast = result(text, truth={"Wo1_Z0": 500.0, "Wo1_tau": 0.05})
    assert "window" not in kinds(fast)


def test_prior_that_did_not_move():
    rng = np.random.default_rng(1)
    wide = {"R0": 20 * np.exp(4 * rng.normal(size=SHAPE))}
    assert only(result(replace=wide), "prior").parameters == ("R0",)
    half = {"R0": 20 * np.exp(2 * rng.normal(size=SHAPE))}
    assert "prior" not in kinds(result(replace=half))


def test_an_exponent_known_near_one_is_not_the_priors():
    near_one = np.random.default_rng(1).beta(60, 1.5, size=SHAPE)  # 0.98 ± 0.02, a wide logit
    assert "prior" not in kinds(result(replace={"CPE1_n": near_one}))


def test_prior_of_an_exponent_is_compared_on_the_scale_of_sampling():
    rng = np.random.default_rng(1)
    tree = result(replace={"CPE1_n": rng.beta(4, 1.5, size=SHAPE)})
    assert contraction(tree, "CPE1_n") == pytest.approx(1, abs=0.1)
    assert "CPE1_n" in only(tree, "prior").parameters


TWO = {"R2": 100.0, "CPE2_Q": 1e-4, "CPE2_n": 0.8}


@pytest.mark.parametrize(("sign", "said"), [(-1, "only their sum"), (1, "only their ratio")])
def test_resistances_that_cannot_be_told_apart(sign, said):
    rng = np.random.default_rng(2)
    shift = 5 * rng.normal(size=SHAPE)
    own = 0.5 * rng.normal(size=SHAPE)
    replace = {"R1": 300 + shift + own, "R2": 100 + sign * shift}
    tree = result("R0-p(R1,CPE1)-p(R2,CPE2)", TWO, replace=replace)
    caution = only(tree, "correlation")
    assert set(caution.parameters) == {"R1", "R2"} and said in caution.text


def test_moderate_correlation_is_no_caution():
    rng = np.random.default_rng(2)
    shift = 5 * rng.normal(size=SHAPE)
    replace = {"R1": 300 + shift, "R2": 100 - shift + 3 * rng.normal(size=SHAPE)}
    tree = result("R0-p(R1,CPE1)-p(R2,CPE2)", TWO, replace=replace)
    assert "correlation" not in kinds(tree)


def test_what_hangs_together_by_construction_is_no_caution():
    rng = np.random.default_rng(2)
    z = rng.normal(size=SHAPE)
    n = 1 / (1 + np.exp(-(1.7 + 0.1 * z)))
    tree = result(replace={"R1": 300 * np.exp(0.02 * z), "CPE1_n": n})
    assert "correlation" not in kinds(tree)


def test_several_modes():
    failed = result(modes=3, passed=False, max_r_hat=1.3, messages=["3 modes"])
    assert "3 different explanations" in only(failed, "modes").text
    mixed = result(modes=2)
    assert "All chains visit" in only(mixed, "modes").text


def test_feature_that_the_circuit_misses():
    caution = only(result(misfit=6.0), "misfit")
    place = float(caution.text.split("around ")[1].split(" ")[0])
    unit = caution.text.split("around ")[1].split(" ")[1].rstrip(":")
    assert 200 < place * {"Hz": 1, "kHz": 1e3}[unit] < 5e3


def test_few_points_raise_no_misfit():
    found = [kinds(result(n=8, seed=seed)) for seed in range(40)]
    assert sum("misfit" in kind for kind in found) == 0


def test_exponent_of_a_capacitor():
    assert "capacitor" in only(result(truth={"CPE1_n": 0.995}), "exponent").text
    assert "exponent" not in kinds(result(truth={"CPE1_n": 0.95}))


def test_lone_element_that_looks_like_diffusion():
    lone = {"CPE2_Q": 1e-3, "CPE2_n": 0.52}
    caution = only(result("R0-p(R1,CPE1)-CPE2", lone), "exponent")
    assert caution.parameters == ("CPE2_n",) and "Warburg" in caution.text
    blocking = result("R0-p(R1,CPE1)-CPE2", lone | {"CPE2_n": 0.9})
    assert "exponent" not in kinds(blocking)
    # In an arc an exponent of one half is depressed, but no diffusion.
    assert "exponent" not in kinds(result(truth={"CPE1_n": 0.52, "CPE1_Q": 2e-5}))


def test_texts_hold_no_estimate():
    tau = 1 / (2 * np.pi * 4.321e6)
    tree = result(truth={"CPE1_Q": tau**0.85 / 300}, passed=False, messages=["x"])
    assert all("4.3" not in caution.text for caution in cautions(tree))
