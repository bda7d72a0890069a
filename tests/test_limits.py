"""Limits of cells: probabilities of intervals, known truths, and what one cell cannot tell."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy import integrate, stats

import posterion as po
from posterion import PosterionError
from posterion.inference.build import set_data
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import replicate, simulate_prior
from posterion.inference.noise import censored as noise_censored

NAN = float("nan")
INF = float("inf")
LOW = np.array([0.6, 0.0, 1.5, 0.8, 3.0, 1e-4, 0.9999999, 40.0])
HIGH = np.array([0.65, 0.4, INF, 0.8, 3.5, 2e-4, 1.0, INF])


def limits(low, high, **labels) -> xr.Dataset:
    """Return limits as they are, without the checks of the builders."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    value = np.where(np.isinf(high), low, high)
    return xr.Dataset(
        {
            "critical_current": ("point", value, {"units": "mA/cm**2"}),
            "critical_current_low": ("point", low),
            "critical_current_high": ("point", high),
        },
        coords={name: ("point", np.array(column)) for name, column in labels.items()},
    )


def likelihood(model: pm.Model, **point: float) -> np.ndarray:
    logp = model.logp(vars=model.observed_RVs, sum=False)
    values = {
        model.rvs_to_values[rv].name: model.rvs_to_transforms[rv]
        .forward(point[rv.name])
        .eval(mode=interpreted())
        for rv in model.free_RVs
    }
    options = {"on_unused_input": "ignore", "mode": interpreted()}
    return model.compile_fn(logp, inputs=model.value_vars, **options)(values)[0]


def expected(distribution, low, high) -> np.ndarray:
    """Return log probabilities by SciPy, of intervals in the tail in which they lie."""
    result = []
    for a, b in zip(low, high, strict=True):
        if a == b:
            result.append(distribution.logpdf(a))
            continue
        left = distribution.logcdf(b) < distribution.logsf(a)
        near, far = (
            (distribution.logcdf(b), distribution.logcdf(a))
            if left
            else (distribution.logsf(a), distribution.logsf(b))
        )
        result.append(near + np.log1p(-np.exp(far - near)))
    return np.array(result)


def weibull(median: float, shape: float):
    return stats.weibull_min(shape, scale=median / np.log(2) ** (1 / shape))


# --- Likelihood -----------------------------------------------------------------------------


@pytest.mark.parametrize("median", [0.7, 1e-2, 30.0])
@pytest.mark.parametrize("scatter", [0.08, 0.3, 1.5])
def test_log_normal_likelihood_is_that_of_scipy(median: float, scatter: float) -> None:
    model = po.build(po.CriticalCurrent(), limits(LOW, HIGH))
    found = likelihood(model, median_current=median, noise=scatter)
    oracle = expected(stats.lognorm(scatter, scale=median), LOW, HIGH)
    # Of the narrow step SciPy's difference keeps fewer digits than ours.
    np.testing.assert_allclose(found, oracle, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("median", [0.7, 1e-2, 30.0])
@pytest.mark.parametrize("shape", [0.7, 1.0, 4.0])
def test_weibull_likelihood_is_that_of_scipy(median: float, shape: float) -> None:
    model = po.build(po.CriticalCurrent(), limits(LOW, HIGH), noise=po.Censored(po.Weibull()))
    found = likelihood(model, median_current=median, shape=shape)
    oracle = expected(weibull(median, shape), LOW, HIGH)
    shown = np.isfinite(oracle)  # SciPy underflows before the logarithm does
    assert shown.sum() >= 6
    np.testing.assert_allclose(found[shown], oracle[shown], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("noise", [po.Censored(), po.Censored(po.Weibull())])
def test_probabilities_of_all_steps_add_up_to_one(noise) -> None:
    """Failed at the first step, at any later one, or at none."""
    steps = np.r_[0.0, 0.1 * np.arange(1, 16), INF]
    model = po.build(po.CriticalCurrent(), limits(steps[:-1], steps[1:]), noise=noise)
    found = likelihood(model, median_current=0.7, noise=0.4, shape=3.0)
    assert np.exp(found).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("noise", [po.Censored(), po.Censored(po.Weibull())])
def test_gradients_are_finite_and_those_of_differences(noise) -> None:
    from posterion.inference.engine.density import Density

    model = po.build(po.CriticalCurrent(), limits(LOW, HIGH), noise=noise)
    function = model.logp_dlogp_function(ravel_inputs=True, mode="FAST_COMPILE")
    start = Density(model).start
    rng = np.random.default_rng(1)
    for _ in range(20):
        x = start + rng.normal(size=start.size)
        height, gradient = function(x)
        assert np.isfinite(height) and np.isfinite(gradient).all()
        for place in range(x.size):
            h = 1e-5 * np.eye(x.size)[place]
            slope = (function(x + h)[0] - function(x - h)[0]) / 2e-5
            assert gradient[place] == pytest.approx(slope, rel=1e-3, abs=1e-3)


def test_a_median_far_from_all_cells_has_a_finite_gradient() -> None:
    """Where descents start, draws of the prior, nothing may come to be no number."""
    for noise in (po.Censored(), po.Censored(po.Weibull())):
        model = po.build(po.CriticalCurrent(), limits(LOW, HIGH), noise=noise)
        function = model.logp_dlogp_function(ravel_inputs=True, mode="FAST_COMPILE")
        for x in ([-9.0, -3.0], [9.0, -3.0], [-9.0, 3.0], [9.0, 3.0]):
            height, gradient = function(np.array(x))
            assert np.isfinite(height) and np.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("noise", "named", "distribution"),
    [
        (po.Censored(), {"noise": 0.4}, stats.lognorm(0.4, scale=0.7)),
        (po.Censored(po.Weibull()), {"shape": 3.0}, weibull(0.7, 3.0)),
    ],
)
def test_replicates_are_limits_of_the_same_distribution(noise, named, distribution) -> None:
    model = po.build(po.CriticalCurrent(), limits(LOW, HIGH), noise=noise)
    values = {k: np.full(4000, v) for k, v in ({"median_current": 0.7} | named).items()}
    drawn = replicate(model, values, 1)["critical_current"]
    assert drawn.shape == (4000, LOW.size)
    assert stats.kstest(drawn.ravel(), distribution.cdf).pvalue > 0.01
    assert np.abs(np.corrcoef(drawn.T) - np.eye(LOW.size)).max() < 0.1


def test_a_likelihood_broken_on_purpose_is_caught(monkeypatch) -> None:
    """Survival taken as failure: the comparison with SciPy tells."""
    real = noise_censored._chosen

    def broken(below, above, exact, failed, survived, density, inside):
        return real(below, above, exact, failed, failed, density, inside)

    monkeypatch.setattr(noise_censored, "_chosen", broken)
    model = po.build(po.CriticalCurrent(), limits(LOW, HIGH))
    found = likelihood(model, median_current=0.7, noise=0.3)
    oracle = expected(stats.lognorm(0.3, scale=0.7), LOW, HIGH)
    assert (np.abs(found - oracle) > 0.1).tolist() == np.isinf(HIGH).tolist()


def test_other_data_are_put_in_place() -> None:
    model = po.build(po.CriticalCurrent(), limits([0.6, 1.5], [0.65, INF]))
    new = limits([0.0, 0.2, 0.3], [0.1, 0.3, INF])
    set_data(model, po.CriticalCurrent(), new)
    found = likelihood(model, median_current=0.2, noise=0.3)
    oracle = expected(stats.lognorm(0.3, scale=0.2), [0.0, 0.2, 0.3], [0.1, 0.3, INF])
    np.testing.assert_allclose(found, oracle, rtol=1e-9)


# --- Posteriors -----------------------------------------------------------------------------


def grid_posterior(low, high, window, scatter=(-1.204, 0.7), spread=1.5):
    """Return median and scatter on a grid, with their posterior weights, by SciPy."""
    log_median = np.linspace(window["log_mid"] - 5 * spread, window["log_mid"] + 5 * spread, 500)
    log_scatter = np.linspace(scatter[0] - 4, scatter[0] + 4, 300)
    m, s = np.meshgrid(log_median, log_scatter, indexing="ij")
    weight = stats.norm(window["log_mid"], spread).logpdf(m) + stats.norm(*scatter).logpdf(s)
    for a, b in zip(low, high, strict=True):
        with np.errstate(divide="ignore"):
            z = [(np.log(end) - m) / np.exp(s) for end in (a, b)]
        right = z[0] > 0
        probability = np.where(
            right,
            stats.norm.sf(z[0]) - stats.norm.sf(z[1]),
            stats.norm.cdf(z[1]) - stats.norm.cdf(z[0]),
        )
        weight = weight + np.log(np.maximum(probability, 1e-300))
    weight = np.exp(weight - weight.max())
    return np.exp(log_median), np.exp(log_scatter), weight / weight.sum()


def grid_quantile(values, weight, share):
    return np.interp(share, np.cumsum(weight), values)


def one_cell() -> xr.Dataset:
    return po.stepped_test([0.6], [0.65], unit="mA/cm**2")


def test_the_posterior_is_that_of_a_grid() -> None:
    data = po.stepped_test([0.6, 0.7, 1.1, 0.5], [0.7, 0.8, NAN, 0.6], unit="mA/cm**2")
    low, high = (data[f"critical_current_{end}"].values for end in ("low", "high"))
    post = po.fit(po.CriticalCurrent(), data, seed=1)
    assert po.Verdict.of(post).passed
    median, scatter, weight = grid_posterior(low, high, po.CriticalCurrent().window(data))
    for share in (0.03, 0.5, 0.97):
        for name, values, own in (
            ("median_current", median, weight.sum(1)),
            ("noise", scatter, weight.sum(0)),
        ):
            found = float(post["posterior"][name].quantile(share))
            assert np.log(found) == pytest.approx(
                np.log(grid_quantile(values, own, share)), abs=0.08
            ), (name, share)


def test_one_cell_leaves_its_spread_to_the_prior_and_says_so() -> None:
    post = po.fit(po.CriticalCurrent(), one_cell(), seed=1)
    assert po.Verdict.of(post).passed
    noise = np.log(post["posterior"]["noise"].values.ravel())
    assert noise.mean() == pytest.approx(np.log(0.30), abs=0.12)
    assert noise.std() == pytest.approx(0.7, rel=0.12)
    # And with it the answer is wide: not the 8 % of the step but 0.3 and more.
    low, high = post["posterior"]["median_current"].quantile([0.03, 0.97])
    assert high / low > 4
    from posterion.inference.caution.cautions import cautions

    said = [c for c in cautions(post) if "one cell" in c.text]
    assert said and "noise" in said[0].parameters and "LogNormal" in said[0].text


def test_a_known_scatter_gives_the_interval_of_the_closed_form() -> None:
    """With one narrow step and 20 % between cells, ln of the median is normal around it."""
    data = po.stepped_test([0.649], [0.65], unit="mA/cm**2")
    post = po.fit(po.CriticalCurrent(), data, priors={"noise": "LogNormal(-1.6094, 0.01)"}, seed=2)
    log = np.log(post["posterior"]["median_current"].values.ravel())
    assert log.mean() == pytest.approx(np.log(0.6495), abs=0.02)
    assert log.std() == pytest.approx(1 / np.sqrt(1 / 0.2**2 + 1 / 1.5**2), rel=0.06)


def test_a_cell_that_did_not_fail_only_raises() -> None:
    """Against the prior alone every further survivor moves the median up, and none down."""
    window = {"log_mid": 0.0}
    shares = (0.03, 0.5, 0.97)
    before = None
    for count in range(4):
        median, _, weight = grid_posterior([1.0] * count, [INF] * count, window)
        now = np.array([grid_quantile(median, weight.sum(1), share) for share in shares])
        assert before is None or (now > before).all()
        before = now
    data = po.stepped_test([1.5, 1.5], [NAN, NAN], unit="mA/cm**2")
    post = po.fit(po.CriticalCurrent(), data, seed=1)
    assert float((post["posterior"]["median_current"] > 1.5).mean()) > 0.75
    from posterion.inference.caution.cautions import cautions

    assert any("lower bound" in c.text for c in cautions(post))


def stepped(threshold, steps):
    """Return what a test with these steps finds of thresholds."""
    place = np.searchsorted(steps, threshold)
    low = np.r_[0.0, steps][place]
    return low, np.r_[steps, NAN][place]


def design(rng, cells, median, scatter, steps):
    low, high = stepped(median * np.exp(scatter * rng.normal(size=cells)), steps)
    return po.stepped_test(low, high, unit="mA/cm**2")


def covered(runs, cells, seed) -> int:
    """Count the 94 % intervals that hold the truth, drawn from the prior of the scatter."""
    rng = np.random.default_rng(seed)
    steps = np.arange(0.1, 2.05, 0.1)
    hits = 0
    for run in range(runs):
        median, scatter = 0.7 * np.exp(0.3 * rng.normal()), 0.3 * np.exp(0.7 * rng.normal())
        data = design(rng, cells, median, scatter, steps)
        post = po.fit(po.CriticalCurrent(), data, seed=run)
        assert po.Verdict.of(post).passed
        low, high = post["posterior"]["median_current"].quantile([0.03, 0.97])
        hits += bool(low < median < high)
    return hits


def test_known_medians_are_covered() -> None:
    # Below 9 of 12 has a probability of 0.3 % where the interval holds 94 %.
    assert covered(12, 6, seed=1) >= 9


@pytest.mark.slow
@pytest.mark.parametrize("cells", [1, 3, 10])
def test_intervals_hold_what_they_say(cells: int) -> None:
    hits = covered(100, cells, seed=cells)
    assert stats.binomtest(hits, 100, 0.94, alternative="less").pvalue > 0.005, hits


@pytest.mark.slow
@pytest.mark.parametrize("cells", [2, 5])
def test_simulated_from_its_prior_the_posterior_is_calibrated(cells: int) -> None:
    """Ranks of truths among posterior draws by the grid, with data from the prior itself."""
    rng = np.random.default_rng(4)
    steps = np.arange(0.05, 3.0, 0.05)
    window = {"log_mid": np.log(0.7)}
    ranks = []
    for _ in range(400):
        median, scatter = (
            np.exp(window["log_mid"] + 1.5 * rng.normal()),
            0.3 * np.exp(0.7 * rng.normal()),
        )
        low, high = stepped(median * np.exp(scatter * rng.normal(size=cells)), steps)
        values, _, weight = grid_posterior(low, np.where(np.isnan(high), INF, high), window)
        ranks.append(np.interp(median, values, np.cumsum(weight.sum(1))))
    assert stats.kstest(ranks, "uniform").pvalue > 0.01


def test_weibull_lifetimes_with_cells_still_running() -> None:
    rng = np.random.default_rng(3)
    lived = 100 * (rng.exponential(size=40) / np.log(2)) ** (1 / 2.5)
    running = lived > 140
    data = po.lifetimes(np.where(running, 140, lived), running, unit="hour")
    post = po.fit(po.Lifetime(), data, noise=po.Censored(po.Weibull()), seed=1)
    assert po.Verdict.of(post).passed
    # The maximum of the likelihood by SciPy, for censored data.
    censored = stats.CensoredData(uncensored=lived[~running], right=np.full(running.sum(), 140.0))
    shape, _, scale = stats.weibull_min.fit(censored, floc=0)
    found = post["posterior"].dataset[["shape", "median_lifetime"]].median()
    assert float(found["shape"]) == pytest.approx(shape, rel=0.08)
    assert float(found["median_lifetime"]) == pytest.approx(
        scale * np.log(2) ** (1 / shape), rel=0.05
    )
    assert post["posterior"]["median_lifetime"].attrs["units"] == "hour"


def test_prior_draws_are_limits_that_could_be() -> None:
    model = po.build(po.CriticalCurrent(), one_cell())
    values, _ = simulate_prior(model, 2000, 1)
    drawn = values["critical_current"]
    assert drawn.shape == (2000, 1)
    assert 0.002 < np.quantile(drawn, 0.03) < np.quantile(drawn, 0.97) < 100


# --- The claim on two cells -----------------------------------------------------------------


def test_one_cell_each_by_quadrature_and_by_sampling() -> None:
    """Two samples that share nothing: the probability that the second median is higher.

    With medians that may be anywhere the logarithm of their ratio is normal around the measured
    one, with the scatters of both kinds of cells.
    """
    data = po.stepped_test([0.649, 1.5], [0.65, 1.501], unit="mA/cm**2", sample=["bare", "coated"])
    post = po.fit(
        po.CriticalCurrent(),
        data,
        pool={"sample": "none"},
        priors={"median_current": "LogNormal(0, 20)"},
        seed=1,
    )
    assert po.Verdict.of(post).passed
    median = post["posterior"]["median_current"]
    found = float((median.sel(sample="coated") > median.sel(sample="bare")).mean())
    ratio = np.log(1.5005 / 0.6495)

    def integrand(y: float, x: float) -> float:
        scatter = 0.3 * np.hypot(np.exp(0.7 * x), np.exp(0.7 * y))
        return stats.norm.pdf(x) * stats.norm.pdf(y) * stats.norm.cdf(ratio / scatter)

    by_hand, _ = integrate.dblquad(integrand, -6, 6, -6, 6, epsabs=1e-4)
    assert found == pytest.approx(by_hand, abs=0.03)
    assert post["posterior"]["noise"].dims[-1] == "sample"


# --- Onset ----------------------------------------------------------------------------------

CURVE = {"onset": 2.6, "width": 0.25, "amplitude": 0.3, "background": 0.2, "background_slope": 0.05}


def oracle(V, onset, width, amplitude, background, background_slope):
    """Return the current, point by point."""
    rise = [amplitude * (np.exp((v - onset) / width) - 1) if v > onset else 0.0 for v in V]
    return background + background_slope * (V - onset) + np.array(rise)


def sweep(seed=1, noise=0.05, count=120, **changes) -> xr.Dataset:
    V = np.linspace(1.5, 4.0, count)
    rng = np.random.default_rng(seed)
    return po.voltammogram(
        V, oracle(V, **(CURVE | changes)) + noise * rng.normal(size=count), unit="µA/cm**2"
    )


@pytest.mark.parametrize("direction", ["oxidation", "reduction"])
def test_response_is_a_background_and_a_rise_beyond_the_onset(direction) -> None:
    model, V = po.OnsetPotential(direction=direction), np.linspace(1.5, 4.0, 40)
    if direction == "oxidation":
        expected = oracle(V, **CURVE)
    else:  # the same seen from behind, and upside down
        turned = CURVE | {"onset": -2.6, "background": -0.2}
        expected = -oracle(-V, **turned)
    np.testing.assert_allclose(model.response({"potential": V}, CURVE), expected, rtol=1e-12)
    # What is sampled gives the same parameters back.
    window = model.window(sweep())
    start, end = window["potential_start"], window["potential_end"]
    sampled = {
        "onset": 2.6,
        "width": 0.25,
        "rise_last": 0.3 * np.expm1(abs(end - 2.6) / 0.25),
        "background_first": 0.2 + 0.05 * (start - 2.6),
        "background_change": 0.05 * (end - start),
    }
    assert [p.name for p in model.coordinates().parameters] == list(sampled)
    found = model.coordinates().to_parameters(sampled, window)
    assert found == pytest.approx(CURVE)
    assert model.coordinates(["amplitude"]).to_parameters(
        sampled | {"amplitude": 0.7}, window
    )["amplitude"] == 0.7  # fmt: skip
    at = model.potential_at(1.0, CURVE)
    beyond = model.response({"potential": at}, CURVE) - 0.2 - 0.05 * (at - 2.6)
    assert abs(beyond) == pytest.approx(1.0)


def test_the_onset_is_recovered_and_its_interval_covers() -> None:
    from posterion.inference.caution.cautions import cautions

    hits = 0
    for seed in range(6):
        post = po.fit(po.OnsetPotential(), sweep(seed), seed=seed)
        assert po.Verdict.of(post).passed
        low, high = post["posterior"]["onset"].quantile([0.03, 0.97])
        hits += bool(low < 2.6 < high)
        assert high - low < 0.1
        assert not any("onset" in c.parameters for c in cautions(post))
    assert hits >= 4  # fewer have a probability of 0.4 %


def test_an_onset_that_noise_hides_stays_open_and_says_so() -> None:
    from posterion.inference.caution.cautions import cautions

    post = po.fit(po.OnsetPotential(), sweep(noise=2.0, amplitude=0.01), seed=1)
    if po.Verdict.of(post).passed:
        low, high = post["posterior"]["onset"].quantile([0.03, 0.97])
        assert high - low > 0.6
    assert any("no onset" in c.text for c in cautions(post))


def test_a_current_that_wanders_is_told() -> None:
    from posterion.inference.caution.cautions import cautions

    data = sweep(noise=0.05)
    V = data["potential"].values
    data["current"] = data["current"] + 0.5 * np.sin(8 * V)
    post = po.fit(po.OnsetPotential(), data, seed=1)
    assert any("wanders" in c.text for c in cautions(post))


@pytest.mark.slow
def test_onsets_are_covered_as_often_as_said() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for run in range(60):
        truth = {"onset": rng.uniform(2.0, 3.4), "width": 0.25 * np.exp(0.4 * rng.normal())}
        data = sweep(run, noise=0.05 * np.exp(0.7 * rng.normal()), **truth)
        post = po.fit(po.OnsetPotential(), data, seed=run)
        low, high = post["posterior"]["onset"].quantile([0.03, 0.97])
        hits += bool(low < truth["onset"] < high)
    assert stats.binomtest(hits, 60, 0.94, alternative="less").pvalue > 0.005, hits


# --- Data -----------------------------------------------------------------------------------


def test_steps_become_intervals() -> None:
    data = po.stepped_test(
        [0.6, NAN, 1.5], [0.65, 0.1, NAN], unit="mA cm⁻²", cell=["a", "b", "c"], sample="bare"
    )
    assert data["critical_current_low"].values.tolist() == [0.6, 0.0, 1.5]
    assert data["critical_current_high"].values.tolist() == [0.65, 0.1, INF]
    assert data["critical_current"].values == pytest.approx([np.sqrt(0.6 * 0.65), 0.1, 1.5])
    assert data["critical_current"].attrs["units"] == "mA/cm**2"
    assert data["cell"].values.tolist() == ["a", "b", "c"]
    assert data.attrs["messages"] == "1 of 3 cells had not failed"


def test_a_failure_that_is_counted_in_cycles_happened_within_one() -> None:
    data = po.lifetimes([10, 40, 1], [False, True, False])
    assert data["lifetime_low"].values.tolist() == [9, 40, 0]
    assert data["lifetime_high"].values.tolist() == [10, INF, 1]
    exact = po.lifetimes([10.5], [False], unit="hour")
    assert exact["lifetime_low"].item() == exact["lifetime_high"].item() == 10.5
    every = po.lifetimes([100], [False], seen_every=25)
    assert every["lifetime_low"].item() == 75


@pytest.mark.parametrize(
    ("survived", "failed", "options", "said"),
    [
        ([0.65], [0.6], {}, "failed at 0.6, which is not above the 0.65"),
        ([0.6], [0.6], {}, "not above"),
        ([-0.1], [0.6], {}, "survived is -0.1"),
        ([0.1], [0.0], {}, "failed is 0"),
        ([NAN], [NAN], {}, "neither survived nor failed"),
        ([0.1, 0.2], [0.3], {}, "shape"),
        ([0.1], [0.2], {"unit": "S/cm"}, "unit of current"),
        ([0.1], [0.2], {"unit": None}, "unit of current"),
        ([0.1], [0.2], {"sample": ["a", "b"]}, "'sample' needs 1 labels"),
        ([0.1], [0.2], {"labels": {"failed": ["a"]}}, "cannot be called 'failed'"),
        (["x"], [0.2], {}, "type"),
    ],
)
def test_impossible_steps_are_refused(survived, failed, options, said) -> None:
    with pytest.raises(PosterionError, match=said):
        po.stepped_test(survived, failed, **({"unit": "mA/cm**2"} | options))


@pytest.mark.parametrize(
    ("lived", "running", "options", "said"),
    [
        ([0], [False], {}, "lifetime is 0"),
        ([INF], [True], {}, "lifetime is inf"),
        ([10], [1], {}, "True or False"),
        ([10], [False], {"unit": "mA"}, "unit of lifetimes"),
        ([10], [False], {"seen_every": -1}, "seen_every"),
    ],
)
def test_impossible_lifetimes_are_refused(lived, running, options, said) -> None:
    with pytest.raises(PosterionError, match=said):
        po.lifetimes(lived, running, **options)


def test_bounds_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(PosterionError, match=r"above 0\.7 and at most at 0\.6"):
        po.build(po.CriticalCurrent(), limits([0.7], [0.6]))
    with pytest.raises(PosterionError, match="critical_current_low"):
        po.build(po.CriticalCurrent(), limits([0.6], [0.7]).drop_vars("critical_current_low"))


@pytest.mark.parametrize(
    ("potential", "current", "unit", "said"),
    [
        ([1.0, 2.0, 1.5], [0, 1, 2], "mA", "turns round near 2 V"),
        ([1.0, 2.0], [0, NAN], "mA", "point 2"),
        ([1.0, 2.0], [0, 1], "V", "unit of current"),
        ([1.0], [0], "mA", "two points"),
    ],
)
def test_impossible_voltammograms_are_refused(potential, current, unit, said) -> None:
    with pytest.raises(PosterionError, match=said):
        po.voltammogram(potential, np.asarray(current, float), unit=unit)


def test_an_onset_needs_a_sweep_in_volt() -> None:
    data = sweep()
    data["potential"].attrs["units"] = "mV"
    with pytest.raises(PosterionError, match="in V"):
        po.build(po.OnsetPotential(), data)
    with pytest.raises(PosterionError, match="direction"):
        po.OnsetPotential(direction="up")


@pytest.mark.parametrize("noise", [po.Censored(), po.Censored(base=po.Weibull())])
@pytest.mark.parametrize(
    "model", [po.CriticalCurrent(), po.Lifetime(), po.OnsetPotential(direction="reduction")]
)
def test_what_a_result_names_is_read_back(model, noise) -> None:
    from posterion.inference.revive import model_of, noise_of

    tree = xr.DataTree()
    tree.attrs = {"model": str(model), "noise": repr(noise)}
    assert model_of(tree) == model
    assert noise_of(tree) == noise
