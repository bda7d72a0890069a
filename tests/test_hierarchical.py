"""Many spectra in one model: what they share, and what each keeps for itself."""

import json

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

import posterion as po
from posterion import PosterionError, Verdict
from posterion.datasets.schema import spectrum_dataset
from posterion.inference.caution.cautions import cautions
from posterion.inference.cells import cells
from posterion.inference.engine.centring import weights_near
from posterion.inference.engine.density import Density, interpreted
from posterion.inference.engine.parts import Explanation, Parts
from posterion.inference.engine.simulate import simulate_prior
from posterion.inference.engine.target import Target
from posterion.inference.noise.independent import Proportional
from posterion.inference.pooling import pooled_parameters, pooled_variable
from posterion.inference.prior import Prior
from posterion.models.parameter import Parameter
from posterion.report.figures import stacked as stacked_figures
from posterion.report.pages.page import content
from posterion.report.pages.subject import pooling_in_words

Array = NDArray[np.float64]

CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")
TWO_ARCS = po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)")
TRUTH = {
    "one": {"R0": 10.0, "R1": 100.0, "CPE1_Q": 1.0e-5, "CPE1_n": 0.85},
    "two": {"R0": 12.0, "R1": 120.0, "CPE1_Q": 0.9e-5, "CPE1_n": 0.87},
    "three": {"R0": 9.0, "R1": 90.0, "CPE1_Q": 1.1e-5, "CPE1_n": 0.84},
    "poor": {"R0": 11.0, "R1": 105.0, "CPE1_Q": 1.0e-5, "CPE1_n": 0.86},
}
SAMPLE = ("chain", "draw")


def spectrum(name: str, truth: dict[str, float], f_min: float = 1.0, points: int = 30):
    f = np.logspace(5, np.log10(f_min), points)
    Q = truth["R1"] * truth["CPE1_Q"] * (2j * np.pi * f) ** truth["CPE1_n"]
    Z = truth["R0"] + truth["R1"] / (1 + Q)
    rng = np.random.default_rng(sum(map(ord, name)))
    Z = Z + 0.01 * abs(Z) * (rng.normal(size=points) + 1j * rng.normal(size=points))
    return spectrum_dataset(f, Z, source=name, format="simulated")


@pytest.fixture(scope="module")
def spectra() -> dict[str, xr.Dataset]:
    """Four spectra; of one the arc lies below the measured frequencies but for its beginning."""
    return {
        name: spectrum(name, truth, 4e3 if name == "poor" else 1.0, 10 if name == "poor" else 30)
        for name, truth in TRUTH.items()
    }


@pytest.fixture(scope="module")
def stacked(spectra) -> xr.Dataset:
    return po.stack_spectra(spectra, labels={"pellet": ["A", "A", "B", "B"]})


@pytest.fixture(scope="module")
def pooled(stacked) -> xr.DataTree:
    return po.fit(CIRCUIT, stacked, pool="spectrum", noise=po.Proportional(), seed=1)


@pytest.fixture(scope="module")
def alone(spectra) -> dict[str, xr.DataTree]:
    return {
        name: po.fit(CIRCUIT, one, noise=po.Proportional(), seed=1) for name, one in spectra.items()
    }


def log_of(tree: xr.DataTree, name: str, label: str | None = None) -> Array:
    values = tree["posterior"][name]
    return np.log(values.values if label is None else values.sel(spectrum=label).values).ravel()


def test_truth_is_recovered(pooled) -> None:
    assert Verdict.of(pooled).passed, Verdict.of(pooled)
    z = [
        (np.log(value) - log_of(pooled, name, label).mean()) / log_of(pooled, name, label).std()
        for label, truth in TRUTH.items()
        for name, value in truth.items()
    ]
    assert np.sum(np.abs(z)) / len(z) < 1.2 and np.max(np.abs(z)) < 3.5  # 16 of them
    assert pooled["posterior"]["R1"].dims == (*SAMPLE, "spectrum")
    assert pooled["posterior"]["R1"].attrs["units"] == "ohm"
    assert pooled["posterior"]["R1_spread"].attrs["long_name"].startswith("standard deviation of")


def test_a_poor_spectrum_is_pulled_to_the_others_and_a_good_one_is_not(pooled, alone) -> None:
    typical = np.log([truth["R1"] for name, truth in TRUTH.items() if name != "poor"]).mean()
    before, after = log_of(alone["poor"], "R1"), log_of(pooled, "R1", "poor")
    assert after.std() < 0.6 * before.std()
    assert abs(np.median(after) - typical) < abs(np.median(before) - typical)
    for label in ("one", "two", "three"):
        before, after = log_of(alone[label], "R1"), log_of(pooled, "R1", label)
        assert abs(after.mean() - before.mean()) < 0.5 * before.std()
        assert after.std() / before.std() == pytest.approx(1, abs=0.25)


@pytest.mark.slow
def test_without_sharing_it_is_as_if_each_were_fitted_alone(stacked, alone) -> None:
    separate = po.fit(CIRCUIT, stacked, pool={"spectrum": "none"}, noise=po.Proportional(), seed=2)
    assert Verdict.of(separate).passed, Verdict.of(separate)
    for label in ("one", "two", "three"):
        for name in ("R0", "R1", "CPE1_Q", "noise"):
            one, many = log_of(alone[label], name), log_of(separate, name, label)
            assert abs(one.mean() - many.mean()) < 0.12 * one.std(), (label, name)
            assert many.std() / one.std() == pytest.approx(1, abs=0.08), (label, name)


def test_a_result_parts_into_those_of_its_spectra(pooled, spectra, stacked) -> None:
    parts = po.unstack(pooled)
    assert [*parts] == [*TRUTH]
    for label, tree in parts.items():
        own = pooled["posterior"].sel(spectrum=label)
        np.testing.assert_array_equal(tree["posterior"]["R1"], own["R1"])
        assert tree["posterior"]["noise"].dims == SAMPLE
        assert not any("mean" in n or "spread" in n for n in map(str, tree["posterior"]))
        np.testing.assert_array_equal(
            tree["constant_data"]["measured_frequency"], spectra[label]["frequency"]
        )
        np.testing.assert_array_equal(tree["observed_data"]["Z"].T, spectra[label]["Z"])
        assert tree["posterior_predictive"]["Z"].sizes["frequency"] == tree.attrs["n"]
        assert tree.attrs["source"] == label
    assert json.loads(pooled.attrs["labels"])["pellet"] == ["A", "A", "B", "B"]
    assert po.unstack(po.unstack(pooled)["one"]) == {}


def test_a_caution_says_of_which_spectrum_it_holds(pooled) -> None:
    window = [each for each in cautions(pooled) if each.kind == "window"]
    assert window and all("poor" in each.text for each in window)
    assert {p for each in window for p in each.parameters} >= {"R1[poor]"}
    assert not any("R1[one]" in each.parameters for each in window)


def test_conductivity_of_each_spectrum_has_one_geometry(pooled) -> None:
    sigma = po.conductivity(pooled, thickness="1 mm ± 0.05 mm", diameter="8 mm")
    assert sigma["thickness"].dims == SAMPLE
    R = pooled["posterior"]["R_total"].sel(spectrum="two")
    expected = sigma["thickness"] / (R * np.pi * 0.8**2 / 4)
    np.testing.assert_allclose(sigma["conductivity"].sel(spectrum="two").values, expected.values)


# --- What the model states ------------------------------------------------------------------


@pytest.mark.parametrize(
    "pool",
    [
        "spectrum",
        {"spectrum": "none"},
        {"pellet": "partial", "spectrum": "partial"},
        {"pellet": "none", "spectrum": "partial"},
        {"spectrum": {"CPE1_tau": "none", "CPE2_tau": "none", "R1": "complete"}},
        {"spectrum": {"CPE1_tau": "complete", "CPE2_tau": "complete", "noise": "partial"}},
    ],
)
def test_arcs_keep_their_order_in_every_spectrum(stacked, pool) -> None:
    prior, points = simulate_prior(
        po.build(TWO_ARCS, stacked, pool=pool, noise=po.Proportional()), 400, 0
    )
    assert (prior["CPE1_tau"] < prior["CPE2_tau"]).all()
    assert np.isfinite(prior["CPE2_tau"]).all() and np.isfinite(points).all()
    assert np.isfinite(prior["Z"]).mean() > 0.99


def test_distances_of_time_constants_scatter_by_their_spread(stacked) -> None:
    prior, _ = simulate_prior(
        po.build(TWO_ARCS, stacked, pool="spectrum", noise=po.Proportional()), 1000, 0
    )
    typical = prior["ordered_CPE1_tau_CPE2_tau"]
    gap = np.log(np.log(prior["CPE2_tau"] / prior["CPE1_tau"]))
    middle = np.log(np.log(typical[:, 1] / typical[:, 0]))
    z = (gap[:, 0] - middle) / prior["CPE2_tau_spread"]
    assert stats.kstest(z, "norm").pvalue > 1e-3
    z = (np.log(prior["CPE1_tau"][:, 1]) - np.log(typical[:, 0])) / prior["CPE1_tau_spread"]
    assert stats.kstest(z, "norm").pvalue > 1e-3


def test_pooling_by_parameter_makes_the_variables_that_it_says(stacked) -> None:
    pool = {"spectrum": {"R1": "none", "CPE1_n": "complete", "noise": "partial"}}
    model = po.build(CIRCUIT, stacked, pool=pool, noise=po.Proportional())
    shapes = {rv.name: tuple(model.initial_point()[model.rvs_to_values[rv].name].shape)
              for rv in model.free_RVs}  # fmt: skip
    assert shapes["R1"] == (4,) and shapes["CPE1_n"] == () and shapes["floor"] == ()
    assert {"R0_mean", "R0_spread", "noise_mean", "noise_spread"} <= set(shapes)
    assert not {"R1_spread", "CPE1_n_spread", "floor_spread", "noise"} & set(shapes)
    # A spectrum's own parameter moves the predictions of its own points and of no others.
    logp = model.compile_logp(vars=model.observed_RVs, sum=False, mode=interpreted())
    start = model.initial_point()
    moved = {k: v.copy() for k, v in start.items()}
    moved["R1_log__"][2] += 0.1
    changed = (logp(start)[0] != logp(moved)[0]).any(axis=0)
    assert set(stacked["spectrum"].values[changed]) == {"three"}
    moved = {k: v.copy() for k, v in start.items()}
    moved["noise_offset"][0] += 0.1
    changed = (logp(start)[0] != logp(moved)[0]).any(axis=0)
    assert set(stacked["spectrum"].values[changed]) == {"one"}


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        ({"spectrum": {"R7": "none"}}, "names 'R7', which is not sampled"),
        ({"spectrum": {"R1": "some"}}, "the pooling of R1 over 'spectrum' is 'some'"),
        ({"spectrum": {"CPE1_tau": "none"}}, "CPE1_tau and CPE2_tau are kept in order"),
        ({"spectrum": {"R1": "none"}, "pellet": {"R1": "none"}}, "R1 is to differ freely by"),
    ],
)
def test_pooling_that_makes_no_sense_is_refused(stacked, pool, message) -> None:
    with pytest.raises(PosterionError, match=message):
        po.build(TWO_ARCS, stacked, pool=pool)


# --- Where it is looked for -----------------------------------------------------------------


def parts_of(explanations: list[list[tuple[float, float]]]) -> Parts:
    """Return explanations of groups by their masses and their values of R1."""
    circuit = po.Circuit.parse("R1")
    data = xr.Dataset(coords={"g": ("frequency", [*map(str, range(len(explanations)))])})
    groups = cells(data.assign(Z=("frequency", np.zeros(len(explanations)))), "frequency", "g")
    assert groups is not None
    rest = {"noise": -5.0, "floor": -8.0}
    found = tuple(
        tuple(
            Explanation(mass, {"R1": value, **rest}, dict.fromkeys(("R1", *rest), 1e-4))
            for mass, value in each
        )
        for each in explanations
    )
    return Parts(groups, circuit.coordinates(), Proportional(), found)


def test_an_explanation_like_that_of_the_others_is_preferred() -> None:
    usual = [[(0.0, 1.0 + shift)] for shift in (-0.1, 0.0, 0.1, 0.05)]
    parts = parts_of([*usual, [(0.0, 6.0), (-3.0, 1.02)]])
    first, *others = parts.starts()
    R1 = np.exp(np.log(first["R1_mean"]) + first["R1_spread"] * first["R1_offset"])
    np.testing.assert_allclose(np.log(R1[-1]), 1.02, atol=0.05)
    assert not others  # the other one is too far from what the groups have in common
    assert parts.ambiguous == ("4",)
    assert first["noise"] == pytest.approx(np.exp(-5), rel=1e-6)


def test_two_explanations_of_one_group_are_both_tried() -> None:
    usual = [[(0.0, 1.0 + shift)] for shift in (-1.0, 0.0, 1.0, 0.5)]
    starts = parts_of([*usual, [(0.0, 1.9), (-1.0, 0.2)]]).starts()
    values = [np.log(s["R1_mean"]) + s["R1_spread"] * s["R1_offset"][-1] for s in starts]
    np.testing.assert_allclose(values, [1.9, 0.2], atol=0.05)


def test_weights_are_the_share_of_the_variance_between_groups() -> None:
    """Normal groups with known errors: the weight is s²/(s² + v)."""
    errors = np.array([0.01, 0.3, 2.0])
    data = xr.Dataset({"y": ("point", [0.0, 1.0, 2.0])}, coords={"g": ("point", ["a", "b", "c"])})
    groups = cells(data, "point", "g")
    assert groups is not None
    parameter = Parameter("a", "a", "", "real", "a", "Normal(0, 1)")
    with pm.Model(coords=groups.coords) as model:
        spreads = {p.name: Prior.parse(p.prior) for p in pooled_parameters(parameter, groups)}
        value = pooled_variable(parameter, Prior.parse("Normal(0, 1)"), spreads, groups, {})
        pm.Normal("y", value, errors, observed=data["y"].values, dims="g")
    density = Density(model)
    spread = 0.7
    point = np.array([0.5, np.log(spread), 0.1, -0.2, 0.3])
    (found,) = weights_near(model, Target.of(density).evaluate, point).values()
    np.testing.assert_allclose(found, spread**2 / (spread**2 + errors**2), rtol=1e-4)


@pytest.mark.slow
def test_two_dozen_spectra_in_one_model() -> None:
    rng = np.random.default_rng(7)
    f = np.logspace(6, -2, 60)
    s = 2j * np.pi * f
    typical = {"R1": 100.0, "R2": 250.0, "CPE1_Q": 4e-8, "CPE2_Q": 2e-5, "CPE3_Q": 5e-3,
               "CPE1_n": 0.92, "CPE2_n": 0.85, "CPE3_n": 0.88}  # fmt: skip
    spectra, truth = {}, {}
    for number in range(24):
        own = {
            name: stats.logistic.cdf(stats.logistic.ppf(value) + 0.15 * rng.normal())
            if name.endswith("_n")
            else value * np.exp(0.3 * rng.normal())
            for name, value in typical.items()
        }
        Z = sum(
            own[R] / (1 + own[R] * own[f"{cpe}_Q"] * s ** own[f"{cpe}_n"])
            for R, cpe in (("R1", "CPE1"), ("R2", "CPE2"))
        ) + 1 / (own["CPE3_Q"] * s ** own["CPE3_n"])
        Z = Z + 0.005 * abs(Z) * (rng.normal(size=60) + 1j * rng.normal(size=60))
        label = f"cell {number}"
        spectra[label] = spectrum_dataset(f, Z, source=label, format="simulated")
        truth[label] = own
    tree = po.fit(po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3"), po.stack_spectra(spectra),
                  pool="spectrum", noise=po.Proportional(), seed=1)  # fmt: skip
    assert Verdict.of(tree).passed, Verdict.of(tree)
    posterior = tree["posterior"]
    inside, spreads = [], {}
    for name in typical:
        ends = posterior[name].quantile([0.03, 0.97], SAMPLE)
        for label, own in truth.items():
            low, high = ends.sel(spectrum=label).values
            inside.append(low < own[name] < high)
    # 192 intervals of 94 %; four standard errors below.
    assert np.mean(inside) > 0.94 - 4 * np.sqrt(0.94 * 0.06 / 192)
    for name, true in (("R1", 0.3), ("R2", 0.3), ("CPE2_n", 0.15)):
        spreads[name] = posterior[f"{name}_spread"].quantile([0.005, 0.995]).values
        assert spreads[name][0] < true < spreads[name][1]
    assert float(posterior["noise"].mean()) == pytest.approx(0.005, rel=0.1)


# --- What is said of it ---------------------------------------------------------------------


def test_a_page_has_a_row_and_a_panel_for_each_spectrum(pooled) -> None:
    page = content(pooled, po.conductivity(pooled, thickness="1 mm", diameter="8 mm"))
    groups = page["groups"]
    assert groups.heading == "spectrum" and [label for label, _ in groups.rows] == [*TRUTH]
    assert groups.columns[:3] == ("R0", "R1", "R_total") and "conductivity" in groups.columns
    assert all("Ω" in cell[0] for _, cells in groups.rows for cell in cells[:3])
    assert {"nyquist", "by_spectrum", "residuals"} <= set(page["figures"])
    assert not any("[" in row["name"] for row in page["headline"])
    assert {"R0_mean", "R1_mean"} <= {row["name"] for row in page["headline"]}
    assert "4 groups (spectrum), 100 points" in page["measured"]
    assert "come from one distribution" in page["methods"]


def test_panels_are_as_many_as_spectra_and_have_one_scale_on_both_axes(pooled) -> None:
    figure = stacked_figures.nyquist_panels(pooled)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [*TRUTH]
    assert all(axes.get_aspect() == 1 for axes in figure.axes)


def test_without_trust_only_data_are_shown(pooled) -> None:
    failed = pooled.copy()
    verdict = json.loads(pooled.attrs["verdict"]) | {"passed": False, "messages": ["no"]}
    failed.attrs = pooled.attrs | {"verdict": json.dumps(verdict)}
    page = content(failed)
    assert page["groups"] is None and page["headline"] == []
    assert "by_spectrum" not in page["figures"]
    for axes in stacked_figures.nyquist_panels(failed).axes:
        assert len(axes.lines) == 1 and not axes.patches


def test_paragraph_tells_parameters_that_are_pooled_in_their_own_way(pooled) -> None:
    tree = xr.DataTree()
    kinds = {"R1": "none", "CPE1_n": "complete"}
    tree.attrs["pool"] = json.dumps({"pool": {"spectrum": kinds}})
    text = pooling_in_words(tree)
    assert "The values of R1 differ by spectrum, without any relation" in text
    assert "The values of CPE1_n are the same for every spectrum" in text
    assert "The other parameters differ" in text


def test_law_with_one_slope_for_all_predicts_the_next_pellet() -> None:
    """A parameter that is the same for all is that of the next group too."""
    T = np.tile(np.linspace(300, 400, 6), 4)
    pellet = np.repeat(["a", "b", "c", "d"], 6)
    rng = np.random.default_rng(3)
    level = np.repeat(np.exp(0.3 * rng.normal(size=4)), 6)
    sigma = 1e-3 * level * np.exp(-0.3 / 8.617e-5 * (1 / T - 1 / 343) + 0.03 * rng.normal(size=24))
    data = xr.Dataset(
        {"conductivity": ("point", sigma)},
        coords={"temperature": ("point", T), "pellet": ("point", pellet)},
    )
    kinds = {"pellet": {"E_a": "complete"}}
    tree = po.fit(po.Arrhenius("sigma"), data, pool=kinds, seed=1, draws=500)
    assert tree["posterior"]["E_a"].dims == SAMPLE
    assert float(tree["posterior"]["E_a"].mean()) == pytest.approx(0.3, abs=0.02)
    new = po.predict(tree, temperature=[300.0, 400.0])["conductivity_new_pellet"]
    slope = np.log(new[..., 1] / new[..., 0]) * 8.617333262e-5
    expected = tree["posterior"]["E_a"] * (1 / 300 - 1 / 400)
    np.testing.assert_allclose(slope, expected, rtol=1e-4)
