"""Laws of fade and growth, AR(1) noise over cycles, retention and cycles to a threshold."""

from types import MappingProxyType

import numpy as np
import pytensor
import pytest
import xarray as xr
from scipy import stats

import posterion as po
from posterion.inference.engine.density import interpreted
from posterion.inference.fit_each import fit_each
from posterion.inference.revive import model_of
from posterion.models.ageing import FADE_LAWS
from posterion.models.growth import GROWTH_LAWS

LAWS = [*(law() for law in FADE_LAWS), *(law() for law in GROWTH_LAWS)]
FADE = [law() for law in FADE_LAWS]
CYCLE = np.arange(1.0, 101.0)
TRUTH = MappingProxyType(
    {
        "initial_capacity": 2.0,
        "initial_value": 30.0,
        "rate": 0.002,
        "exponent": 0.7,
        "final_loss": 0.3,
        "final_change": -0.4,
        "cycle_scale": 60.0,
        "knee": 55.0,
        "acceleration": 4.0,
        "knee_width": 0.1,
        "early_loss": -0.05,
        "early_cycles": 8.0,
    }
)


def written_out(name: str, n: np.ndarray, p) -> np.ndarray:
    """Return the laws as the literature writes them, apart from the package."""
    Q0, R0, k = p["initial_capacity"], p["initial_value"], p["rate"]
    K, s = p["knee"], p["knee"] * p["knee_width"]
    knee = s * (np.log(1 + np.exp((n - K) / s)) - np.log(1 + np.exp(-K / s)))
    return {
        "LinearFade": Q0 * (1 - k * n),
        "SquareRootFade": Q0 - Q0 * k * np.sqrt(n),
        "PowerFade": Q0 - Q0 * k * np.exp(p["exponent"] * np.log(n)),
        "ExponentialFade": Q0 * (1 - p["final_loss"])
        + Q0 * p["final_loss"] * np.exp(-n / p["cycle_scale"]),
        "StretchedFade": Q0 * np.exp(-np.exp(p["exponent"] * np.log(n / p["cycle_scale"]))),
        "KneeFade": Q0 * (1 - k * n - k * p["acceleration"] * knee),
        "TwoProcessFade": Q0
        - Q0 * p["early_loss"]
        + Q0 * p["early_loss"] * np.exp(-n / p["early_cycles"])
        - Q0 * k * n,
        "LinearGrowth": R0 + R0 * k * n,
        "ParabolicGrowth": R0 * (1 + k * n**0.5),
        "ExponentialGrowth": R0 + R0 * p["final_change"] * (1 - np.exp(-n / p["cycle_scale"])),
    }[name]


def parameters_of(law) -> dict[str, float]:
    return {p.name: TRUTH[p.name] for p in law.parameters}


def one_cell(capacity: np.ndarray, cycle: np.ndarray = CYCLE, cell: str = "A") -> xr.Dataset:
    return xr.Dataset(
        {"capacity": ("point", capacity, {"units": "Ah"})},
        coords={"cycle": ("point", cycle), "cell": ("point", [cell] * len(cycle))},
    )


def wandering(rng: np.random.Generator, sd: float, rho: float, count: int) -> np.ndarray:
    """Return AR(1) residuals of a standard deviation, by its recursion."""
    residual = np.empty(count)
    residual[0] = rng.normal(0, sd)
    for place in range(1, count):
        residual[place] = rho * residual[place - 1] + rng.normal(0, sd * np.sqrt(1 - rho**2))
    return residual


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_laws_are_those_of_the_literature(law) -> None:
    found = law.response({"cycle": CYCLE}, parameters_of(law))
    assert found == pytest.approx(written_out(type(law).__name__, CYCLE, TRUTH), rel=1e-12)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_at_cycle_zero_nothing_has_changed(law) -> None:
    assert law.response({"cycle": 0.0}, parameters_of(law)) == pytest.approx(TRUTH[law.initial])


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_coordinates_give_the_parameters_back(law) -> None:
    last = 100.0
    values = dict(parameters_of(law))
    amount = float(law.change(last, values))
    values[law.at_last.name] = {
        "loss_last": -amount + values.get("early_loss", 0) * np.expm1(-last / 8.0),
        "log_loss_last": -np.log1p(amount),
        "growth_factor": 1 + amount,
    }[law.at_last.name]
    del values[law.solved]
    found = law.coordinates().to_parameters(values, {"cycle_last": last})
    assert found == pytest.approx(parameters_of(law), rel=1e-10)
    assert law.coordinates({law.solved}).to_parameters(parameters_of(law), {}) == pytest.approx(
        parameters_of(law)
    )


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_numpy_and_pytensor_agree(law) -> None:
    import pytensor.tensor as pt

    symbols = {name: pt.dscalar(name) for name in parameters_of(law)}
    response = law.response({"cycle": pt.as_tensor(CYCLE)}, symbols)
    function = pytensor.function([*symbols.values()], response, mode=interpreted())
    expected = law.response({"cycle": CYCLE}, parameters_of(law))
    assert function(*parameters_of(law).values()) == pytest.approx(expected, rel=1e-12)


def test_laws_contain_each_other() -> None:
    def loss(law, **values: float) -> np.ndarray:
        return law.response({"cycle": CYCLE}, {"initial_capacity": 2.0, **values})

    line = loss(po.LinearFade(), rate=0.002)
    assert loss(po.PowerFade(), rate=0.002, exponent=1.0) == pytest.approx(line)
    root = loss(po.SquareRootFade(), rate=0.002)
    assert loss(po.PowerFade(), rate=0.002, exponent=0.5) == pytest.approx(root)
    late = {"knee": 1e5, "acceleration": 4.0, "knee_width": 0.02}
    assert loss(po.KneeFade(), rate=0.002, **late) == pytest.approx(line)
    none = {"early_loss": 0.0, "early_cycles": 5.0}
    assert loss(po.TwoProcessFade(), rate=0.002, **none) == pytest.approx(line)
    slow = loss(po.ExponentialFade(), final_loss=2e4, cycle_scale=1e7)
    assert slow == pytest.approx(line, rel=1e-5)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_a_law_is_read_back_from_its_text(law) -> None:
    assert model_of(xr.DataTree(xr.Dataset(attrs={"model": str(law)}))) == law


def test_autocorrelation_over_gaps_and_cells_is_that_of_the_full_covariance() -> None:
    rng = np.random.default_rng(2)
    cycle = np.r_[[1.0, 2, 4, 9, 10], [3.0, 4, 7]]
    capacity = 2 + 0.01 * rng.normal(size=8)
    data = one_cell(capacity, cycle).assign_coords(cell=("point", list("AAAAABBB")))
    model = po.build(po.LinearFade(), data)
    rho, noise, window = 0.8, 0.004, float(np.median(capacity))
    lag = np.abs(np.subtract.outer(cycle, cycle))
    same = np.equal.outer([*"AAAAABBB"], [*"AAAAABBB"])
    covariance = (noise * window) ** 2 / (1 - rho**2) * rho**lag * same
    loss = 0.05
    mean = 2.01 * (1 - loss * cycle / cycle.max())
    expected = stats.multivariate_normal(mean, covariance).logpdf(capacity)
    values = {
        "initial_capacity_log__": np.log(2.01),
        "loss_last_log__": np.log(loss),
        "noise_log__": np.log(noise),
        "rho_logodds__": np.log(rho / (1 - rho)),
    }
    density = model.logp(vars=model.observed_RVs)
    logp = model.compile_fn(density, inputs=model.value_vars, mode=interpreted())
    assert float(logp(values)) == pytest.approx(expected, rel=1e-9)


def test_cells_whose_cycles_are_not_in_order_are_refused() -> None:
    data = one_cell(np.linspace(2, 1.9, 100)).isel(point=[0, 1, 3, 2, *range(4, 100)])
    with pytest.raises(po.PosterionError, match=r"cycle 3 of A follows cycle 4.*sort"):
        po.build(po.LinearFade(), data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"capacity": 0.0}, "above zero"),
        ({"capacity": -1.0}, "above zero"),
        ({"capacity": np.nan}, "NaN"),
        ({"cycle": -1.0}, "count them from zero or one"),
    ],
)
def test_bad_data_are_refused(change, message) -> None:
    data = one_cell(np.linspace(2, 1.9, 100))
    for name, value in change.items():
        values = data[name].values.copy()
        values[0] = value
        data[name] = (data[name].dims, values)
    with pytest.raises(po.PosterionError, match=message):
        po.build(po.LinearFade(), data)


def test_one_cycle_is_no_series() -> None:
    data = one_cell(np.array([2.0, 2.1]), np.array([5.0, 5.0])).assign_coords(
        cell=("point", ["A", "B"])
    )
    with pytest.raises(po.PosterionError, match="needs two cycles"):
        po.build(po.LinearFade(), data)


QUICK = (po.SquareRootFade(), po.KneeFade())
"""Laws whose fits run by default; each takes its own compilation."""


@pytest.mark.parametrize(
    "law", [pytest.param(x, marks=() if x in QUICK else pytest.mark.slow) for x in FADE], ids=str
)
def test_known_truth_is_recovered_with_correlated_noise(law) -> None:
    """The posteriors of eight cells cover what each cell would have without noise."""
    rng = np.random.default_rng(4)
    mean = written_out(type(law).__name__, CYCLE, TRUTH)
    cells = [one_cell(mean + wandering(rng, 0.006, 0.7, 100)) for _ in range(6)]
    middle = []
    for tree in fit_each(law, cells, seed=3, draws=250):
        kept = po.retention(tree, [50.0, 100.0], reference="initial")
        truth = written_out(type(law).__name__, np.array([50.0, 100.0]), TRUTH) / 2.0
        rank = (kept < xr.DataArray(truth, dims="cycle")).mean(("chain", "draw"))
        middle.append(rank.values)
    ranks = np.array(middle)
    assert ((ranks > 0.005) & (ranks < 0.995)).all()
    assert np.abs(ranks.mean(axis=0) - 0.5).max() < 0.35


@pytest.fixture(scope="module")
def faded():
    """Fit a cell of known fade with correlated noise, and take its points as independent too."""
    rng = np.random.default_rng(11)
    mean = written_out("LinearFade", CYCLE, TRUTH)
    data = one_cell(mean + wandering(rng, 0.01, 0.8, 100))
    noises = (None, po.Gaussian())
    return [po.fit(po.LinearFade(), data, noise=noise, seed=1) for noise in noises]


def test_taking_cycles_as_independent_is_overconfident(faded) -> None:
    wide, narrow = (float(tree["posterior"]["rate"].std()) for tree in faded)
    rho = float(faded[0]["posterior"]["rho"].mean())
    assert 0.6 < rho < 0.95
    # √((1 + ρ)/(1 - ρ)) holds for a mean over long series; ends matter for a slope over 100.
    assert 2.0 < wide / narrow < 1.3 * np.sqrt((1 + rho) / (1 - rho))


def test_retention_and_threshold_follow_from_the_draws(faded) -> None:
    tree = faded[0]
    k = tree["posterior"]["rate"]
    kept = po.retention(tree, [1.0, 500.0])
    assert kept.dims == ("chain", "draw", "cycle")
    assert kept.sel(cycle=500.0).values == pytest.approx(
        np.maximum((1 - 500 * k) / (1 - k), 0).values
    )
    assert (kept.sel(cycle=1.0) == 1).all()
    assert po.retention(tree, 50, reference="initial").values[..., 0] == pytest.approx(
        (1 - 50 * k).values
    )
    assert po.retention(tree, 50, reference=20).values[..., 0] == pytest.approx(
        ((1 - 50 * k) / (1 - 20 * k)).values
    )
    reached = po.cycles_to(tree, 0.8)
    assert reached.values == pytest.approx(((1 - 0.8 * (1 - k)) / k).values, rel=1e-6)
    assert reached.attrs["censored_at"] == 1e4
    assert "first measured cycle (1)" in reached.attrs["long_name"]


def test_what_is_not_reached_is_censored_at_the_horizon(faded) -> None:
    late = po.cycles_to(faded[0], 0.8, horizon=60)
    assert (late == 60).all()
    assert late.attrs["censored_at"] == 60


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tree: po.retention(tree, -3), "not below zero"),
        (lambda tree: po.retention(tree, 10, reference="last"), "reference is 'last'"),
        (lambda tree: po.cycles_to(tree, 0), "above zero"),
        (lambda tree: po.cycles_to(tree, 0.8, horizon=0), "horizon"),
        (lambda tree: po.retention(tree, 10, who="new"), "pool them"),
    ],
)
def test_questions_without_an_answer_are_refused(faded, call, message) -> None:
    with pytest.raises(po.PosterionError, match=message):
        call(faded[0])


def test_units_are_those_of_the_data(faded) -> None:
    assert faded[0]["posterior"]["initial_capacity"].attrs["units"] == "Ah"
    assert po.predict(faded[0], cycle=[200.0])["capacity"].attrs["units"] == "Ah"


def test_new_measurements_scatter_as_residuals_do(faded) -> None:
    drawn = po.predict(faded[0], cycle=[50.0], seed=2)
    scatter = float((drawn["capacity_new"] - drawn["capacity"]).std())
    assert scatter == pytest.approx(0.01, rel=0.6)
    assert scatter > 1.2 * float((faded[0]["posterior"]["noise"] * 1.8).mean())


@pytest.fixture(scope="module")
def pooled():
    """Fit six cells whose rates differ by a known factor."""
    rng = np.random.default_rng(8)
    rates = 0.002 * np.exp(0.4 * rng.normal(size=6))
    sizes = 2 * np.exp(0.02 * rng.normal(size=6))
    cells = [
        one_cell(Q * (1 - k * CYCLE[::2]) + wandering(rng, 0.004, 0.6, 50), CYCLE[::2], f"cell {i}")
        for i, (k, Q) in enumerate(zip(rates, sizes, strict=True))
    ]
    data = xr.concat(cells, "point")
    return rates, po.fit(po.LinearFade(), data, pool="cell", seed=1)


def test_pooled_cells_are_recovered(pooled) -> None:
    rates, tree = pooled
    assert po.Verdict.of(tree).passed
    found = tree["posterior"]["rate"]
    z = (found.mean(("chain", "draw")).values - rates) / found.std(("chain", "draw")).values
    assert np.abs(z).max() < 3.2
    assert float(tree["posterior"]["loss_last_spread"].median()) == pytest.approx(0.4, abs=0.25)


def test_the_next_cell_is_less_known_than_the_typical_one(pooled) -> None:
    _, tree = pooled
    typical, new = (
        np.quantile(np.log(po.cycles_to(tree, 0.8, who=who)), [0.05, 0.95])
        for who in ("typical", "new")
    )
    assert np.ptp(new) > 1.5 * np.ptp(typical)
    measured = po.cycles_to(tree, 0.8)
    assert measured.dims == ("chain", "draw", "cell")
    assert po.retention(tree, [50, 200], who="new").dims == ("chain", "draw", "cycle")


@pytest.mark.slow
@pytest.mark.parametrize("outer", ["partial", "none"])
def test_cells_within_samples_are_recovered(outer) -> None:
    """Two samples of five cells, one of which loses twice as much."""
    rng, cells = np.random.default_rng(0), []
    for sample, loss in (("bare", 0.15), ("coated", 0.08)):
        for number in range(5):
            k = loss * np.exp(0.2 * rng.normal()) / 10
            size = 1.1 * np.exp(0.01 * rng.normal())
            capacity = size * (1 - k * np.sqrt(CYCLE)) + wandering(rng, 0.002, 0.6, 100)
            cell = one_cell(capacity, CYCLE, f"{sample} {number}")
            cells.append(cell.assign_coords(sample=("point", [sample] * 100)))
    pool = {"sample": outer, "cell": "partial"}
    tree = po.fit(po.SquareRootFade(), xr.concat(cells, "point"), pool=pool, seed=1)
    assert po.Verdict.of(tree).passed
    for sample, loss in (("bare", 0.15), ("coated", 0.08)):
        asked = {"reference": "initial", "of": "sample"}
        lost = 1 - po.retention(tree, 100, who="typical", **asked).sel(sample=sample)
        new = 1 - po.retention(tree, 100, who="new", **asked).sel(sample=sample)
        low, high = np.quantile(np.log(lost), [0.005, 0.995])
        assert low < np.log(loss) < high
        assert np.log(new).std() > 1.3 * np.log(lost).std()


def test_a_spike_does_not_move_a_robust_fit() -> None:
    rng = np.random.default_rng(5)
    capacity = written_out("LinearFade", CYCLE, TRUTH) + wandering(rng, 0.004, 0.5, 100)
    capacity[40] = 31.0
    noise = po.Autocorrelated(po.StudentT(po.Gaussian()))
    tree = po.fit(po.LinearFade(), one_cell(capacity), noise=noise, seed=1)
    rate = tree["posterior"]["rate"]
    assert abs(float(rate.mean()) - 0.002) < 4 * float(rate.std())
    assert float(rate.std()) < 2e-4


def growing(rng: np.random.Generator, factor: float) -> xr.Dataset:
    cycle = np.array([0.0, 1, 2, 3, 4, 5])
    R = 100 * (1 + (factor - 1) * cycle / 5) * np.exp(0.01 * rng.normal(size=6))
    return xr.Dataset(
        {"resistance": ("point", R, {"units": "ohm"})}, coords={"cycle": ("point", cycle)}
    )


def test_direction_of_growth_and_its_factor_are_found() -> None:
    rng = np.random.default_rng(6)
    trees = [*fit_each(po.LinearGrowth(), [growing(rng, 1.5), growing(rng, 0.6)], draws=500)]
    for tree, factor in zip(trees, (1.5, 0.6), strict=True):
        drawn = tree["posterior"]["growth_factor"]
        assert abs(float(drawn.mean()) - factor) < 3 * float(drawn.std()) < 0.3
        grows = float((tree["posterior"]["rate"] > 0).mean())
        assert grows > 0.99 if factor > 1 else grows < 0.01
    doubled = po.cycles_to(trees[0], 2.0, reference="initial")
    assert float(doubled.median()) == pytest.approx(10, rel=0.15)
