"""Dose and response: the parabola, the process, and what they say of the optimum."""

import json
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

from posterion import PosterionError, Verdict
from posterion.analyses.dose import dose_document
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import replicate
from posterion.inference.factors.components import LEVEL
from posterion.inference.factors.dose import _peak, dose_response
from posterion.inference.factors.dose_answers import dose_answers
from posterion.inference.factors.dose_process import places_of, process
from posterion.inference.factors.prior_levels import at_spreads
from posterion.inference.noise.specimens import BySpecimen
from posterion.models.dose import DoseResponse, dose_window
from posterion.report.figures.dose import dose_curve
from posterion.report.pages.page import render
from posterion.report.words.dose import dose_sentences

VOLUMES = np.array([5.0, 7.0, 10.0, 12.0])


def pellets(
    values: np.ndarray,
    dose: np.ndarray,
    specimen: list[str] | None = None,
    temperature: np.ndarray | None = None,
) -> xr.Dataset:
    """Return replicates as the reader makes them."""
    names = specimen or [f"p{number}" for number in range(len(values))]
    coords = {
        "volume": ("point", dose, {"units": "uL"}),
        "specimen": ("point", names),
        "group": ("point", [f"{each:g} uL" for each in dose]),
    }
    if temperature is not None:
        coords["temperature"] = ("point", temperature, {"units": "K"})
    attrs = {"units": "mS/cm", "long_name": "conductivity"}
    return xr.Dataset({"value": ("point", values, attrs)}, coords=coords)


def parabola(dose: np.ndarray, best: float, curvature: float) -> np.ndarray:
    """Return the law as it is written in the issue, in plain NumPy."""
    return 0.3 * np.exp(-curvature * np.log(dose / best) ** 2)


# The model


def test_the_response_is_best_at_its_optimum_and_falls_alike_to_both_sides() -> None:
    values = {"best_response": 0.3, "best_dose": 8.0, "curvature": 1.5}
    dose = np.array([4.0, 8.0, 16.0])
    for better, factor in (
        ("larger", np.exp(-1.5 * np.log(2) ** 2)),
        ("smaller", np.exp(1.5 * np.log(2) ** 2)),
    ):
        response = DoseResponse(better=better).response({"volume": dose}, values)
        np.testing.assert_allclose(response, 0.3 * np.array([factor, 1.0, factor]))


@pytest.mark.parametrize("better", ["larger", "smaller"])
def test_the_sampled_coordinate_is_the_response_at_the_middle_dose(better: str) -> None:
    model = DoseResponse(better=better)
    window = dose_window(VOLUMES)
    values = {"response_mid": 0.2, "best_dose": 20.0, "curvature": 0.4}
    own = model.coordinates().to_parameters(values, window)
    middle = np.exp(window["log_dose_mid"])
    assert middle == pytest.approx(np.sqrt(60.0))
    assert model.response({"volume": middle}, own) == pytest.approx(0.2)


def test_the_prior_of_the_optimum_is_wider_than_the_tested_doses() -> None:
    window = dose_window(VOLUMES)
    z = np.random.default_rng(0).normal(size=100_000)
    best = np.exp(window["log_dose_mid"] + window["dose_width"] * z)
    inside = np.mean((best > 5) & (best < 12))
    assert inside == pytest.approx(0.383, abs=0.01)


# The noise


def test_the_likelihood_is_that_of_a_shared_deviation() -> None:
    from scipy.stats import multivariate_normal

    data = xr.Dataset(
        {
            "response": ("point", [0.2, 0.5, 0.3, 0.9]),
            "response_specimen": ("point", [1.0, 1.0, 2.0, 2.0]),
            "response_sd": ("point", [0.01, 0.02, 0.01, 0.05]),
        },
        coords={"volume": ("point", [5.0, 5.0, 10.0, 10.0])},
    )
    from posterion import build

    noise = BySpecimen(repeated=True, stated=True)
    model = build(DoseResponse(), data, noise=noise)
    values = {"response_mid": 0.4, "best_dose": 6.0, "curvature": 0.8,
              "specimen_spread": 0.15, "noise": 0.04}  # fmt: skip
    with model:
        point = {f"{name}_log__": np.log(value) for name, value in values.items()}
        logp = model.compile_logp(vars=model.observed_RVs, mode=interpreted())(point)
    mid = np.sqrt(50.0)
    best = 0.4 * np.exp(0.8 * np.log(mid / 6.0) ** 2)
    mean = best * np.exp(-0.8 * np.log(data["volume"].values / 6.0) ** 2)
    alike = np.kron(np.eye(2), np.ones((2, 2)))
    own = np.diag(0.04**2 + (data["response_sd"].values / mean) ** 2)
    y = data["response"].values
    expected = multivariate_normal(np.log(mean), 0.15**2 * alike + own).logpdf(np.log(y))
    assert logp == pytest.approx(expected - np.log(y).sum(), rel=1e-9)

    many = {name: np.full(4000, value) for name, value in values.items()}
    covariance = np.cov(np.log(replicate(model, many, 1)["response"]).T)
    np.testing.assert_allclose(covariance, 0.15**2 * alike + own, atol=0.0015)


# The process


SCALES = {"amplitude": 0.3, "length_scale": 0.5, "level_spread": 0.6, "shared": 0.7,
          "specimen_spread": 0.1, "noise": 0.03}  # fmt: skip


def two_temperatures() -> tuple[xr.Dataset, dict[str, np.ndarray]]:
    """Return four pellets at two temperatures as the process takes them."""
    values = np.array([0.25, 0.31, 0.28, 0.24, 0.6, 0.79, 0.7, 0.55])
    data = xr.Dataset(
        {
            "response": ("point", values),
            "response_specimen": ("point", np.tile([1.0, 2.0, 3.0, 4.0], 2)),
        },
        coords={"point": np.arange(8)},
    )
    return data, places_of(np.tile(VOLUMES, 2), np.repeat([0.0, 1.0], 4))


def covariance_by_hand(x: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return the covariance of the curve, entry by entry."""
    found = np.empty((x.size, x.size))
    for i in range(x.size):
        for j in range(x.size):
            smooth = 0.3**2 * np.exp(-((x[i] - x[j]) ** 2) / (2 * 0.5**2))
            found[i, j] = LEVEL**2 + (0.6**2 + smooth if level[i] == level[j] else 0.7 * smooth)
    return found


def test_the_curve_given_its_scales_is_the_conditional_normal() -> None:
    data, places = two_temperatures()
    wanted = places_of(np.array([6.0, 8.5, 6.0]), np.array([0.0, 0.0, 1.0]))
    each = {name: np.full(3, value) for name, value in SCALES.items()}
    mean, covariance = process("larger", "volume", True).conditional(each, data, places, wanted)

    # By the precision of data and curve together, in place of their covariance.
    x = np.r_[places["log_dose"], wanted["log_dose"]]
    level = np.r_[places["level"], wanted["level"]]
    joint = covariance_by_hand(x, level)
    specimen = data["response_specimen"].values
    joint[:8, :8] += 0.1**2 * (specimen[:, None] == specimen) + 0.03**2 * np.eye(8)
    precision = np.linalg.inv(joint)
    own = np.linalg.inv(precision[8:, 8:])
    y = np.log(data["response"].values)
    middle = np.log(0.24 * 0.79) / 2
    np.testing.assert_allclose(mean[0], middle - own @ precision[8:, :8] @ (y - middle), rtol=1e-6)
    np.testing.assert_allclose(covariance[1], own, rtol=1e-5, atol=1e-8)

    many = {name: np.full(20_000, value) for name, value in SCALES.items()}
    drawn = process("larger", "volume", True).draw(many, data, places, wanted, seed=3)
    error = np.sqrt(np.diag(own) / 20_000)
    assert (np.abs(drawn.mean(axis=0) - mean[0]) < 4 * error).all()
    np.testing.assert_allclose(np.cov(drawn.T), own, atol=4 * own.max() * np.sqrt(2 / 20_000))


def test_the_peak_of_a_curve_lies_between_the_places_of_a_grid() -> None:
    x = np.linspace(np.log(5), np.log(12), 41)
    score = -((x - np.log(7.77)) ** 2) * np.array([[1.0], [3.0]]) + 0.5
    where, top = _peak(score, x, score.argmax(axis=-1))
    np.testing.assert_allclose(np.exp(where), 7.77)
    np.testing.assert_allclose(top, 0.5)
    rising = np.array([x, x])
    where, top = _peak(rising, x, rising.argmax(axis=-1))
    np.testing.assert_allclose(where, np.log(12))
    np.testing.assert_allclose(top, np.log(12))


@pytest.fixture(scope="module")
def by_process() -> xr.DataTree:
    """Return a process through four pellets that were measured at two temperatures."""
    data, _ = two_temperatures()
    replicates = pellets(
        data["response"].values,
        np.tile(VOLUMES, 2),
        [*"abcd"] * 2,
        np.repeat([298.15, 328.15], 4),
    )
    return dose_response(replicates, temperature="temperature", seed=1)


def test_the_posterior_is_that_of_importance_sampling_from_the_prior(
    by_process: xr.DataTree,
) -> None:
    from scipy.stats import multivariate_normal

    assert Verdict.of(by_process).passed
    rng = np.random.default_rng(5)
    count = 30_000
    half = np.log(12 / 5) / 2

    def lognormal(middle: float, width: float) -> np.ndarray:
        return middle * np.exp(width * rng.normal(size=count))

    scales = {
        "amplitude": lognormal(0.3, 0.7),
        "length_scale": lognormal(half, 0.5),
        "level_spread": lognormal(0.5, 1.0),
        "shared": rng.beta(2, 1, size=count),
        "specimen_spread": lognormal(0.1, 0.7),
        "noise": lognormal(0.03, 1.0),
    }
    data, places = two_temperatures()
    x, level = places["log_dose"], places["level"]
    distance, alike = np.subtract.outer(x, x), np.equal.outer(level, level)
    specimen = data["response_specimen"].values
    s = {name: draws[:, None, None] for name, draws in scales.items()}
    smooth = s["amplitude"] ** 2 * np.exp(-(distance**2) / (2 * s["length_scale"] ** 2))
    total = LEVEL**2 + s["level_spread"] ** 2 * alike
    total = total + smooth * np.where(alike, 1.0, s["shared"])
    total = total + s["specimen_spread"] ** 2 * np.equal.outer(specimen, specimen)
    total = total + s["noise"] ** 2 * np.eye(8)
    y = np.log(data["response"].values)
    residual = y - (y.min() + y.max()) / 2
    logp = process("larger", "volume", True).log_likelihood(scales, data, places)
    reference = [multivariate_normal(np.zeros(8), each).logpdf(residual) for each in total[:50]]
    np.testing.assert_allclose(logp[:50], reference, rtol=1e-9)
    weight = np.exp(logp - logp.max())
    weight /= weight.sum()
    assert 1 / (weight**2).sum() > 500
    posterior = by_process["posterior"].dataset
    for name, draws in scales.items():
        mean = weight @ np.log(draws)
        sd = np.sqrt(weight @ (np.log(draws) - mean) ** 2)
        found = np.log(posterior[name].values)
        # Both have some thousand effective draws at the least: errors of 0.04 and 0.03 sd.
        assert found.mean() == pytest.approx(mean, abs=0.2 * sd), name
        assert found.std() == pytest.approx(sd, rel=0.15), name


def test_forward_draws_of_the_prior_are_those_of_the_covariance(by_process: xr.DataTree) -> None:
    drawn = np.log(by_process["prior_predictive"]["response"].values[0])
    prior = {name: value.values[0] for name, value in by_process["prior"].dataset.items()}
    y = by_process["observed_data"]["response"].values
    middle = np.log(y.min() * y.max()) / 2
    variance = LEVEL**2 + prior["level_spread"] ** 2 + prior["amplitude"] ** 2
    variance = variance + prior["specimen_spread"] ** 2 + prior["noise"] ** 2
    z = (drawn[:, 0] - middle) / np.sqrt(variance)
    assert z.std() == pytest.approx(1.0, abs=0.1)
    assert z.mean() == pytest.approx(0.0, abs=0.13)
    # The two temperatures of one pellet share its deviation and a part of the curve.
    within = drawn[:, 0] - drawn[:, 4]
    expected = 2 * (
        prior["level_spread"] ** 2
        + (1 - prior["shared"]) * prior["amplitude"] ** 2
        + prior["noise"] ** 2
    )
    assert (within / np.sqrt(expected)).std() == pytest.approx(1.0, abs=0.1)


def test_four_pellets_of_one_dose_each_leave_the_best_one_open(by_process: xr.DataTree) -> None:
    answers = dose_answers(by_process)
    assert [best.level for best in answers] == ["25 °C", "55 °C"]
    for best in answers:
        assert best.tested[best.likeliest] == 7
        assert 0.3 < best.p_best[best.likeliest] < 0.8
        assert best.p_best.sum() == pytest.approx(1.0)
        assert best.below + best.inside + best.above == pytest.approx(1.0)
        assert (best.gain >= 1).all()
        assert ((best.draws >= 5) & (best.draws <= 12)).all()
        # The more pellets made alike differ, the less is known.
        shown = [level.probability for level in best.sensitivity if level.probability is not None]
        assert len(shown) >= 2
        assert all(before > after for before, after in pairwise(shown))
    text = " ".join(dose_sentences(by_process))
    assert "the data can't tell which of the tested volumes is best" in text
    assert "There is one specimen of each volume" in text


def test_a_known_spread_gives_the_probability_of_draws_near_it() -> None:
    rng = np.random.default_rng(2)
    spread = 0.1 * np.exp(0.8 * rng.normal(size=(4, 5000)))
    # The statement holds with a probability that falls with the spread.
    holds = rng.random((4, 5000)) < np.exp(-5 * spread)
    tree = xr.DataTree.from_dict(
        {"posterior": xr.Dataset({"specimen_spread": (("chain", "draw"), spread)})}
    )
    found = at_spreads(tree, xr.DataArray(holds, dims=("chain", "draw")))
    for level in found:
        assert level.probability == pytest.approx(np.exp(-5 * level.spread), abs=0.04)
    tree["posterior"]["specimen_spread"] = 0.1 + 0 * tree["posterior"]["specimen_spread"]
    none = at_spreads(tree, xr.DataArray(holds, dims=("chain", "draw")))
    assert [level.probability is None for level in none] == [True, False, True]


# The parabola through the whole of `fit`

ALIKE = "LogNormal(-5.5, 0.3)"
"""Pellets that differ by four per thousand."""


@pytest.fixture(scope="module")
def by_parabola() -> xr.DataTree:
    """Return a parabola through six pellets that hardly scatter."""
    rng = np.random.default_rng(4)
    dose = np.array([4.0, 5.0, 7.0, 9.0, 10.0, 12.0])
    values = parabola(dose, 8.0, 1.2) * np.exp(0.004 * rng.normal(size=6))
    return dose_response(pellets(values, dose), curve="quadratic", spread=ALIKE, seed=1)


def test_with_little_scatter_the_parabola_is_that_of_least_squares(
    by_parabola: xr.DataTree,
) -> None:
    assert Verdict.of(by_parabola).passed
    points = by_parabola["dose_data"].dataset
    a, b, c = np.polyfit(np.log(points["volume"]), np.log(points["response"]), 2)
    posterior = by_parabola["posterior"].dataset
    for name, expected in (
        ("curvature", -a),
        ("best_dose", np.exp(-b / (2 * a))),
        ("best_response", np.exp(c - b**2 / (4 * a))),
    ):
        draws = posterior[name].values
        assert draws.mean() == pytest.approx(expected, abs=0.2 * draws.std()), name
        assert draws.std() < 0.03 * expected, name
    (best,) = dose_answers(by_parabola)
    assert best.inside == 1.0
    assert np.median(best.draws) == pytest.approx(8.0, rel=0.01)
    assert dose_sentences(by_parabola)[1].startswith("The optimum lies among the tested volumes")


def test_of_a_response_that_only_rises_the_optimum_lies_outside() -> None:
    dose = np.array([4.0, 5.0, 7.0, 9.0, 10.0, 12.0])
    rng = np.random.default_rng(6)
    values = 0.1 * (dose / 7) ** 1.5 * np.exp(0.004 * rng.normal(size=6))
    tree = dose_response(pellets(values, dose), curve="quadratic", spread=ALIKE, seed=2)
    assert Verdict.of(tree).passed
    assert float((tree["posterior"]["best_dose"] > 12).mean()) > 0.9
    (best,) = dose_answers(tree)
    assert best.above > 0.9
    assert best.p_best[-1] > 0.97
    sentences = dose_sentences(tree)
    assert "12 µL is the best of the tested volumes" in sentences[0]
    assert "the optimum may lie outside what was tested" in sentences[1]


@pytest.mark.slow
def test_a_parabola_at_two_temperatures_shares_what_the_data_share() -> None:
    rng = np.random.default_rng(7)
    dose = np.array([4.0, 5.0, 7.0, 9.0, 10.0, 12.0])
    pellet = 0.03 * rng.normal(size=6)
    cold = parabola(dose, 7.0, 1.0) * np.exp(pellet + 0.005 * rng.normal(size=6))
    hot = 2.5 * parabola(dose, 8.0, 1.0) * np.exp(pellet + 0.005 * rng.normal(size=6))
    tree = dose_response(
        pellets(
            np.r_[cold, hot], np.tile(dose, 2), [*"abcdef"] * 2, np.repeat([298.15, 328.15], 6)
        ),
        curve="quadratic",
        temperature="temperature",
        spread="LogNormal(-3.5, 0.5)",
        seed=3,
    )
    assert Verdict.of(tree).passed
    for best, truth in zip(dose_answers(tree), (7.0, 8.0), strict=True):
        low, high = np.quantile(best.draws, [0.03, 0.97])
        assert low < truth < high
        assert high < 1.6 * low


# Input


def test_input_that_has_no_answer_is_refused_in_one_sentence() -> None:
    good = pellets(parabola(VOLUMES, 8.0, 1.0), VOLUMES)
    bare = good.assign_coords(volume=("point", [0.0, 7.0, 10.0, 12.0]))
    text = good.assign_coords(volume=("point", [*"abcd"]))
    alike = good.assign_coords(volume=("point", np.full(4, 7.0)))
    two = good.isel(point=[1, 2])
    below = good.assign(value=-good["value"])
    several = good.assign(value_n=("point", [1, 3, 1, 1]))
    for data, options, message in (
        (bare, {}, "a volume is 0, which has no logarithm; nothing applied is no small dose"),
        (text, {}, "'volume' holds text"),
        (alike, {}, "a curve needs two doses"),
        (two, {"curve": "quadratic"}, "2 doses do not show how a curve bends"),
        (below, {}, "all must be finite and above zero"),
        (several, {}, "mean of several specimens"),
        (good.drop_vars("specimen"), {}, "the data have no 'specimen'"),
        (good, {"curve": "cubic"}, "the curve is 'cubic'"),
        (good, {"better": "more"}, "better is 'more'"),
        (good, {"temperature": "temperature"}, "the data have no 'temperature'"),
        (good, {"priors": {"amplitud": "LogNormal(0, 1)"}}, "'amplitud', which the model lacks"),
        (good, {"spread": "Normal(0, 1)"}, "reaches below zero"),
    ):  # fmt: skip
        with pytest.raises(PosterionError, match=message):
            dose_response(data, **options)


# Words, page and command line


def untrusted(tree: xr.DataTree) -> xr.DataTree:
    """Return a result as a run that failed its checks leaves it."""
    failed = tree.copy()
    verdict = json.loads(tree.attrs["verdict"])
    failed.attrs["verdict"] = json.dumps(verdict | {"passed": False, "messages": ["It failed."]})
    return failed.filter(lambda node: node.name != "dose")


def test_the_page_says_and_draws_the_answer_and_nothing_without_trust(
    by_process: xr.DataTree,
) -> None:
    page = render(by_process)
    assert "There is one specimen of each volume" in page
    assert "8 points of 4 specimens, volume 5, 7, 10, 12 µL, 2 levels" in page
    assert len(dose_curve(by_process).axes) == 3
    failed = untrusted(by_process)
    failed.attrs["source"] = "<script>alert(1)</script>"
    page = render(failed)
    assert "<script>alert" not in page
    assert "There is one specimen" not in page
    assert "Only the data are drawn" in page
    assert len(dose_curve(failed).axes) == 1
    document = dose_document(failed)
    assert document["dose"]["answers"] is None
    assert document["sentences"] == []
    with pytest.raises(PosterionError, match="failed its checks"):
        dose_answers(failed)


def test_the_document_holds_every_answer(by_process: xr.DataTree) -> None:
    document = json.loads(json.dumps(dose_document(by_process)))["dose"]
    cold, hot = document["answers"]
    assert (cold["level"], hot["level"]) == ("25 °C", "55 °C")
    assert set(cold["p_best"]) == {"5", "7", "10", "12"}
    assert cold["gain"]["7"]["q03"] >= 1
    assert cold["best_dose"]["unit"] == "uL"


def test_the_command_prints_one_document(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    from posterion.cli import main

    out = tmp_path_factory.mktemp("dose")
    table = tmp_path_factory.mktemp("table") / "pellets.csv"
    table.write_text("volume (uL),sigma (mS/cm)\n7,0.156\n10,0.109\n")
    arguments = ["--dose", "volume", "--value", "sigma", "--seed", "1", "--json"]
    with pytest.raises(SystemExit) as left:
        main(["compare", "dose", str(table), *arguments, "--out", str(out)])
    assert left.value.code == 0
    document = json.loads(capsys.readouterr().out)
    (answer,) = document["dose"]["answers"]
    assert answer["p_best"]["7"] > 0.7
    assert document["parameters"]["specimen_spread"]["median"] < 0.4
    assert sorted(path.name for path in out.glob("[!.]*")) == [
        "posterior.nc", "report.html", "summary.csv",
    ]  # fmt: skip
    from posterion import load

    assert dose_sentences(load(out / "posterior.nc")) == tuple(document["sentences"])


@pytest.mark.slow
def test_intervals_of_the_optimum_and_probabilities_of_the_best_dose_hold() -> None:
    rng = np.random.default_rng(11)
    designs = 60
    grid = np.exp(np.linspace(np.log(5), np.log(12), 41))
    grid[[0, -1]] = 5, 12
    at = np.r_[grid, VOLUMES]
    half = np.log(12 / 5) / 2
    covered, ranks, claimed, hits, inside, was_inside = 0, [], [], [], [], []
    for number in range(designs):
        amplitude = 0.3 * np.exp(0.7 * rng.normal())
        length = half * np.exp(0.5 * rng.normal())
        spread = 0.1 * np.exp(0.7 * rng.normal())
        distance = np.subtract.outer(np.log(at), np.log(at)) / length
        root = np.linalg.cholesky(np.exp(-(distance**2) / 2) + 1e-9 * np.eye(at.size))
        curve = amplitude * root @ rng.normal(size=at.size)
        values = np.exp(curve[41:] + spread * rng.normal(size=4))
        tree = dose_response(pellets(values, VOLUMES), seed=number, draws=500)
        assert Verdict.of(tree).passed
        (best,) = dose_answers(tree)
        place = curve[:41].argmax()
        truth = grid[place]
        jitter = 1e-3 * rng.normal(size=best.draws.size)
        ranks.append(np.mean(np.log(best.draws) + jitter < np.log(truth)))
        low, high = np.quantile(best.draws, [0.03, 0.97])
        step = grid[1] / grid[0]  # the truth is known to a place of the grid
        covered += low / step <= truth <= high * step
        claimed.append(best.p_best[best.likeliest])
        hits.append(curve[41:].argmax() == best.likeliest)
        inside.append(best.inside)
        was_inside.append(0 < place < 40)
    assert covered >= 51  # of 60 with 94 %: fewer in 1 of 400
    for said, true in ((claimed, hits), (inside, was_inside)):
        p, found = np.array(said), np.array(true)
        error = np.sqrt((p * (1 - p)).sum())
        assert abs(found.sum() - p.sum()) < 3 * error
    assert abs(np.mean(ranks) - 0.5) < 3 * np.sqrt(1 / 12 / designs)
