"""Comparison of groups of specimens: closed forms, a published example, and honesty."""

import json

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

import posterion as po
from posterion.inference.comparison.specimen_model import Assumptions, build_specimens
from posterion.inference.comparison.specimen_table import Specimens
from posterion.inference.comparison.specimens import BARRIERS, CELLS, PELLETS, usual_spread
from posterion.inference.comparison.words import pair_words, verdict_words

ONE_EACH = {"bare": "0.21 mS/cm", "5 uL": "0.26 mS/cm", "7 uL": "0.31 mS/cm", "10 uL": "0.28 mS/cm"}
NORMAL = {"nu_minus_one": "LogNormal(13, 0.1)"}

# Kruschke 2013, doi:10.1037/a0029146, the example of two groups, as it comes with the program.
DRUG = [101, 100, 102, 104, 102, 97, 105, 105, 98, 101, 100, 123, 105, 103, 100, 95, 102, 106, 109,
        102, 82, 102, 100, 102, 102, 101, 102, 102, 103, 103, 97, 97, 103, 101, 97, 104, 96, 103,
        124, 101, 101, 100, 101, 101, 104, 100, 101]  # fmt: skip
PLACEBO = [99, 101, 100, 101, 102, 100, 97, 101, 104, 101, 102, 102, 100, 105, 88, 101, 100, 104,
           100, 100, 100, 101, 102, 103, 97, 101, 101, 100, 101, 99, 101, 100, 100, 101, 100, 99,
           101, 100, 102, 99, 100, 99]  # fmt: skip


@pytest.fixture(scope="module")
def one_each() -> xr.DataTree:
    return po.compare(ONE_EACH, "conductivity", seed=1)


def test_balanced_normal_groups_agree_with_the_closed_form() -> None:
    rng = np.random.default_rng(5)
    values = {
        name: rng.normal(mean, 2.0, 5) for name, mean in zip("abc", (10, 11, 13), strict=True)
    }
    tree = po.compare(
        values,
        unit="mV",
        scale="linear",
        spread="2 mV",
        rope="1 mV",
        priors={"level": "Normal(10, 3)", **NORMAL},
        seed=2,
        draws=2000,
    )
    weight = (5 / 2.0**2) / (5 / 2.0**2 + 1 / 3.0**2)
    sd = np.sqrt(1 / (5 / 2.0**2 + 1 / 3.0**2))
    means = np.array([10 + weight * (each.mean() - 10) for each in values.values()])
    level = tree["posterior"]["level"]
    assert level.mean(("chain", "draw")).values == pytest.approx(means, abs=0.05)
    assert level.std(("chain", "draw")).values == pytest.approx([sd] * 3, rel=0.05)
    ranking = tree["ranking"].to_dataset()
    for k, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
        law = stats.norm(means[i] - means[j], sd * np.sqrt(2))
        pair = ranking.isel(pair=k)
        assert pair["difference"].values == pytest.approx(law.ppf([0.03, 0.5, 0.97]), abs=0.15)
        assert float(pair["p_larger"]) == pytest.approx(law.sf(0), abs=0.02)
        assert float(pair["p_rope"]) == pytest.approx(law.cdf(1) - law.cdf(-1), abs=0.02)
    x = np.linspace(0, 25, 4001)
    densities = [stats.norm(m, sd).pdf(x) for m in means]
    below = [stats.norm(m, sd).cdf(x) for m in means]
    best = [
        np.trapezoid(densities[k] * np.prod([below[j] for j in range(3) if j != k], axis=0), x)
        for k in range(3)
    ]
    assert ranking["p_best"].values == pytest.approx(best, abs=0.02)
    assert "sensitivity" not in tree.children  # there are replicates of all


def test_two_groups_agree_with_the_published_example() -> None:
    both = np.array([*DRUG, *PLACEBO], dtype=float)
    middle, sd = float(both.mean()), float(both.std(ddof=1))
    priors = {
        "level": f"Normal({middle!r}, {1000 * sd!r})",
        "scatter": f"Uniform({sd / 1000!r}, {sd * 1000!r})",
        "nu_minus_one": f"Exponential({1 / 29!r})",
    }
    tree = po.compare(
        {"drug": DRUG, "placebo": PLACEBO}, unit="", scale="linear", rope="0.1", priors=priors,
        seed=3, draws=2000,
    )  # fmt: skip
    assert po.Verdict.of(tree).passed
    posterior = tree["posterior"].to_dataset()
    level, scatter = posterior["level"], posterior["scatter"]
    difference = (level.sel(group="drug") - level.sel(group="placebo")).values.ravel()
    # Figure 3 of the paper: mean 1.03, 95 % HDI 0.16 to 1.89, 98.9 % above zero; a quadrature
    # over a grid of all five parameters gives 1.02, 0.16 to 1.88, and 98.9 %.
    assert difference.mean() == pytest.approx(1.03, abs=0.04)
    assert hdi(difference) == pytest.approx((0.16, 1.88), abs=0.08)
    assert float(tree["ranking"]["p_larger"][0]) == pytest.approx(0.989, abs=0.006)
    # Of the same quadrature: effect size 0.636 (median), spreads 2.06 and 1.05, nu 1.84.
    assert float(tree["ranking"]["effect_size"].sel(quantile="median")[0]) == pytest.approx(
        0.636, abs=0.03
    )
    assert scatter.mean(("chain", "draw")).values == pytest.approx([2.06, 1.05], abs=0.05)
    assert float(posterior["nu"].mean()) == pytest.approx(1.84, abs=0.05)
    assert verdict_words(tree).startswith("drug has the largest")


def hdi(draws: np.ndarray) -> tuple[float, float]:
    ordered = np.sort(draws)
    count = int(0.95 * len(ordered))
    start = np.argmin(ordered[count:] - ordered[:-count])
    return ordered[start], ordered[start + count]


def test_one_specimen_each_agrees_with_weighted_draws_of_the_prior(one_each) -> None:
    """The whole default model, written anew: draws of its prior, weighted by the likelihood."""
    rng, size = np.random.default_rng(0), 1_500_000
    y = np.log([0.21, 0.26, 0.31, 0.28])
    own = 0.01 / np.sqrt(12) / np.exp(y)
    typical = stats.norm((y.min() + y.max()) / 2, 1 + np.ptp(y))
    near = stats.norm(y.mean(), 0.2)  # a proposal; the prior would hit the data too seldom
    mean = near.rvs(size, random_state=rng)
    tau = rng.lognormal(np.log(0.2), 1.0, size)
    apart = rng.normal(size=(4, size))
    levels = mean + tau * (apart - apart.mean(axis=0))
    spread = rng.lognormal(np.log(0.1), 0.7, size) * np.exp(0.4 * rng.normal(size=(4, size)))
    nu = 1 + rng.lognormal(np.log(20), 1.0, size)
    scale = np.sqrt(spread**2 + own[:, None] ** 2)
    z = (y[:, None] - levels) / scale
    density = -np.log(scale) - (nu + 1) / 2 * np.log1p(z**2 / nu)
    density += special.gammaln((nu + 1) / 2) - special.gammaln(nu / 2) - np.log(nu * np.pi) / 2
    weight = np.exp(density.sum(axis=0))
    weight *= typical.pdf(mean) / near.pdf(mean)
    weight /= weight.sum()
    assert 1 / (weight**2).sum() > 2000
    best = [(weight * (levels.argmax(axis=0) == k)).sum() for k in range(4)]
    assert one_each["ranking"]["p_best"].values == pytest.approx(best, abs=0.025)
    medians = one_each["posterior"]["level"].median(("chain", "draw")).values
    expected = [weighted_median(np.exp(each), weight) for each in levels]
    assert medians == pytest.approx(expected, rel=0.02)


def weighted_median(values: np.ndarray, weight: np.ndarray) -> float:
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weight[order]), 0.5)])


def test_one_specimen_each_cannot_tell(one_each) -> None:
    said = verdict_words(one_each)
    assert said.startswith("Can't tell which has the largest conductivity: 7 uL")
    assert "one specimen of each: the spread between specimens is assumed, not measured" in said
    assert any("Can't tell" in each for each in pair_words(one_each))
    assert "doi:10.1021/acsenergylett.9b02764" in one_each.attrs["spread_source"]


def test_the_answer_is_asked_again_at_several_spreads(one_each) -> None:
    best = one_each["sensitivity"]["p_best"].sel(group="7 uL")
    assert best.sel(assumed_spread=0.01) > 0.99  # 0.31 against 0.28 is ten times 1 %
    assert best.sel(assumed_spread=0.3) < 0.5
    assert (np.diff(best.values) < 0).all()


@pytest.mark.slow
def test_a_seed_repeats_the_answer(one_each) -> None:
    again = po.compare(ONE_EACH, "conductivity", seed=1)
    xr.testing.assert_equal(again["ranking"].to_dataset(), one_each["ranking"].to_dataset())


def test_the_likelihood_can_be_simulated() -> None:
    from posterion.inference.engine.simulate import simulate_prior

    data = po.replicates(
        [1.0, 1.1, 1.2, 0.9, 2.0, 2.2], ["a"] * 4 + ["b"] * 2, unit="V",
        specimen=["1", "1", "2", "2", "3", "4"], sd=[0.05] * 6,
    )  # fmt: skip
    specimens = Specimens.of(data, log=True)
    assert len(specimens.labels) == 4 and len(specimens.contrasts) == 2
    model = build_specimens(specimens, Assumptions(True, PELLETS, repeated=True))
    prior, points = simulate_prior(model, 4000, 1)
    assert points.shape[0] == 4000
    scatter, repeat = prior["scatter"][:, 0], prior["repeat_scatter"]
    own = 0.05 * np.sqrt(1 + 1 / 1.1**2) / 2
    scale = np.sqrt(scatter**2 + repeat**2 / 2 + own**2)
    law = stats.t(prior["nu"], np.log(prior["level"][:, 0]), scale)
    ranks = law.cdf(prior["specimen_value"][:, 0])
    assert stats.kstest(ranks, "uniform").pvalue > 0.001
    assert stats.kstest(prior["repeat_difference"][:, 0] / repeat, "norm").pvalue > 0.001


def test_repeated_measurements_say_the_same_as_their_mean_and_contrasts() -> None:
    """Joint normal density of three readings of one specimen = that of what they are turned to."""
    readings, spread, repeat = np.array([0.3, 0.1, 0.45]), 0.2, 0.1
    data = po.replicates(
        [*np.exp(readings), 1.0], ["a"] * 3 + ["b"], unit="V", specimen=["1", "1", "1", "2"]
    )
    made = Specimens.of(data, log=True)
    whole = stats.multivariate_normal(
        np.zeros(3), spread**2 * np.ones((3, 3)) + repeat**2 * np.eye(3)
    ).logpdf(readings)
    parts = stats.norm(0, np.sqrt(spread**2 + repeat**2 / 3)).logpdf(made.value[0])
    parts += stats.norm(0, repeat).logpdf(made.contrasts).sum() - np.log(3) / 2
    assert parts == pytest.approx(whole)


def test_published_means_of_several_specimens_have_their_mean_and_spread() -> None:
    from posterion.inference.comparison.specimen_data import gathered

    table = gathered(
        {"a": "0.30 ± 0.01 eV (n=3)", "b": ["310 meV", "0.29 ± 0.02 eV"]}, None, None, None
    )
    of_a = table["value"].values[:3]
    assert (of_a.mean(), of_a.std(ddof=1)) == pytest.approx((0.30, 0.01))
    assert table["value"].values[3:] == pytest.approx([0.31, 0.29])
    assert table["value_step"].values[3:] == pytest.approx([0.001, 0.0])
    assert table["value_sd"].values[3:] == pytest.approx([0.0, 0.02])
    assert table["value"].attrs["units"] == "eV"
    alone = gathered({"a": "0.30 eV (n=4)", "b": "0.31 eV"}, None, None, None)
    assert alone["value_n"].values.tolist() == [4.0, 1.0]


def fitted(values: np.ndarray, sha256: str, passed: bool = True) -> xr.DataTree:
    """A result as far as a comparison reads it."""
    draws = xr.DataArray(values.reshape(2, -1), dims=("chain", "draw"), attrs={"units": "S/cm"})
    verdict = {
        "passed": passed, "divergences": 0, "max_r_hat": 1.0, "min_ess": 1e3, "min_bfmi": 1.0,
        "modes": 1, "messages": [] if passed else ["The chains disagree."],
    }  # fmt: skip
    return xr.DataTree.from_dict(
        {"/": xr.Dataset(attrs={"sha256": sha256, "verdict": json.dumps({**verdict, "notes": []})}),
         "posterior": xr.Dataset({"R1": draws}),
         "conductivity": xr.Dataset({"conductivity": draws})}
    )  # fmt: skip


def test_fits_enter_with_their_error_in_one_unit() -> None:
    from posterion.inference.comparison.specimen_data import gathered

    draws = np.exp(np.random.default_rng(0).normal(np.log(3e-4), 0.04, 4000))
    table = gathered(
        {"a": [fitted(draws, "1"), fitted(2 * draws, "2")], "b": "0.5 mS/cm"}, "conductivity",
        None, True,
    )  # fmt: skip
    assert table["value"].values == pytest.approx([3e-4, 6e-4, 5e-4], rel=0.01)
    assert (table["value_sd"] / table["value"]).values[:2] == pytest.approx([0.04] * 2, rel=0.05)


@pytest.mark.parametrize(
    ("data", "more", "message"),
    [
        ({"a": [], "b": "1 V"}, {}, "group 'a' has no data"),
        ({"a": "1 V"}, {}, "has one group, 'a'"),
        ({"a": "1 V", "b": "1 A"}, {}, "cannot be converted to 'V'"),
        ({"a": "1 V", "b": [1.0, 2.0]}, {}, "'b' have no unit"),
        ({"a": "one V", "b": "2 V"}, {}, "'one V', cannot be read"),
        ({"a": [1.0, np.nan], "b": [2.0]}, {"unit": "V"}, "holds nan"),
        ({"a": [1.0, -1.0], "b": [2.0]}, {"unit": "V", "scale": "log"}, "has no logarithm"),
        ({"a": "1 V", "b": "2 V"}, {"better": "higher"}, "must be larger or smaller"),
        ({"a": "1 V", "b": "2 V"}, {"spread": "2 V"}, "is no percentage"),
        ({"a": "1 V", "b": "2 V"}, {"spread": "-2%"}, "must be above zero"),
        ({"a": "1 V", "b": "2 V"}, {"priors": {"sigma": "HalfNormal(1)"}}, "for 'sigma', which"),
        ({"a": "1 V", "b": "2 V"}, {"priors": {"level": "Normal(0, 1)"}}, "reaches below zero"),
        ({"a": fitted(np.ones(400), "1"), "b": "2 S/cm"}, {}, "say which of its quantities"),
        (
            {"a": fitted(np.ones(400), "1"), "b": "2 S/cm"},
            {"quantity": "conductivty"},
            "did you mean 'conductivity'",
        ),
        (
            {"a": fitted(np.ones(400), "1"), "b": fitted(np.ones(400), "1")},
            {"quantity": "R1"},
            "of the same data; two fits of one measurement",
        ),
        (
            {"a": fitted(np.ones(400), "1", passed=False), "b": "2 S/cm"},
            {"quantity": "R1"},
            "'a' failed its checks and is not compared",
        ),
    ],
)
def test_bad_input_is_one_sentence(data, more, message) -> None:
    quantity = more.pop("quantity", None)
    with pytest.raises(po.PosterionError, match=message) as caught:
        po.compare(data, quantity, **more)
    assert "\n" not in str(caught.value)


def test_points_of_a_measurement_are_no_replicates() -> None:
    spectrum = po.simulated_pellet()
    with pytest.raises(po.PosterionError, match="frequency .* no replicates: fit it first"):
        po.compare(spectrum)
    with pytest.raises(po.PosterionError, match="points of one measurement are no replicates"):
        po.compare({"a": spectrum, "b": "2 ohm"})
    data = po.replicates(
        [1.0, 2.0, 3.0], ["a", "a", "b"], unit="V", factors={"temperature": [25, 55, 25]}
    )
    with pytest.raises(po.PosterionError, match="Choose one temperature"):
        po.compare(data)


def test_the_usual_spread_goes_by_the_kind_of_quantity() -> None:
    assert usual_spread("mS/cm").prior == usual_spread("mAh/g").prior == PELLETS
    assert usual_spread("kohm").prior == usual_spread("hour").prior == CELLS
    assert usual_spread("meV").prior == usual_spread("kJ/mol").prior == BARRIERS


@pytest.mark.slow
def test_unknown_spreads_agree_with_student_t() -> None:
    """With p(level) flat and p(spread) ~ 1/spread a level is Student-t around the mean."""
    rng = np.random.default_rng(6)
    values = {"a": rng.normal(0, 1, 6), "b": rng.normal(1, 3, 6)}
    tree = po.compare(
        values, unit="mV", scale="linear", rope="1 mV", seed=4, draws=4000,
        priors={"level": "Normal(0, 1000)", "scatter": "LogNormal(0, 10)", **NORMAL},
    )  # fmt: skip
    for name, each in values.items():
        law = stats.t(5, each.mean(), each.std(ddof=1) / np.sqrt(6))
        found = tree["posterior"]["level"].sel(group=name).values.ravel()
        at = [0.03, 0.25, 0.5, 0.75, 0.97]
        assert np.quantile(found, at) == pytest.approx(law.ppf(at), abs=0.08 * law.std())


@pytest.mark.slow
def test_probabilities_of_being_best_are_calibrated_and_false_claims_rare() -> None:
    """A few designs of benchmarks/compare_calibration.py."""
    import importlib.util
    from pathlib import Path

    path = Path(__file__).parents[1] / "benchmarks" / "compare_calibration.py"
    spec = importlib.util.spec_from_file_location("compare_calibration", path)
    assert spec is not None and spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    rows = [row for row in benchmark.answers("from the priors", 200, 7) if row["trusted"]]
    assert len(rows) >= 195
    said = np.concatenate([row["p_best"] for row in rows])
    right = np.concatenate([np.arange(benchmark.GROUPS) == row["best"] for row in rows])
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.0)):
        inside = (said >= low) & (said <= high)
        error = np.sqrt((said[inside] * (1 - said[inside])).sum()) / inside.sum()
        assert abs(right[inside].mean() - said[inside].mean()) < 3 * error
    null = [row for row in benchmark.answers("no difference", 200, 8) if row["trusted"]]
    for n in benchmark.SPECIMENS:
        assert np.mean([row["claims"] for row in null if row["n"] == n]) < 0.06
