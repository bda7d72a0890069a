"""Two factors with interaction: closed forms, and what a shared specimen cancels."""

import json

import numpy as np
import pytest
import xarray as xr

from posterion import PosterionError, Verdict
from posterion.analyses.factorial import factorial_document
from posterion.inference.factors.components import LEVEL
from posterion.inference.factors.factorial import FIRST, OUTPUT, SECOND, design, factorial
from posterion.inference.factors.factorial_answers import interactions, ratios
from posterion.inference.factors.prior_levels import Level
from posterion.report.figures.factorial import interaction_plot, ratio_plot
from posterion.report.figures.specimen_spread import answers_by_spread, open_answers
from posterion.report.pages.page import render
from posterion.report.words.factorial import factorial_sentences, ratios_by_spread

COLD, HOT = 298.15, 328.15


def pellets(
    values: list[float], sample: list[str], kelvin: list[float], specimen: list[str]
) -> xr.Dataset:
    """Return replicates as the reader makes them."""
    return xr.Dataset(
        {"value": ("point", values, {"units": "mS/cm", "long_name": "conductivity"})},
        coords={
            "group": ("point", sample),
            "specimen": ("point", specimen),
            "temperature": ("point", kelvin, {"units": "K"}),
        },
    )


def cells(specimen: list[float]) -> tuple[xr.Dataset, dict[str, np.ndarray]]:
    """Return one measurement of each of two samples at each of two temperatures."""
    data = xr.Dataset(
        {
            OUTPUT: ("point", [0.3, 0.6, 0.15, 0.45]),
            f"{OUTPUT}_specimen": ("point", specimen),
        },
        coords={"point": np.arange(4)},
    )
    return data, {FIRST: np.array([0.0, 0, 1, 1]), SECOND: np.array([0.0, 1, 0, 1])}


FLAT = {"first_spread": 30.0, "second_spread": 30.0, "interaction_spread": 30.0}
TAU, SIGMA = 0.12, 0.03


@pytest.mark.parametrize("shared", [True, False])
def test_a_specimen_measured_at_both_temperatures_cancels_in_the_ratio_of_ratios_alone(
    shared: bool,
) -> None:
    """With effects left free, variances are those of the data: the balanced normal case."""
    data, places = cells([1.0, 1, 2, 2] if shared else [1.0, 2, 3, 4])
    scales = {**FLAT, "specimen_spread": TAU, "noise": SIGMA}
    each = {name: np.array([value]) for name, value in scales.items()}
    mean, covariance = design("group", "temperature").conditional(each, data, places, places)

    def of(contrast: list[float]) -> tuple[float, float]:
        c = np.array(contrast)
        return float(c @ mean[0]), float(c @ covariance[0] @ c)

    middle, variance = of([-1, 0, 1, 0])
    assert middle == pytest.approx(np.log(0.15 / 0.3), abs=1e-3)
    assert variance == pytest.approx(2 * (TAU**2 + SIGMA**2), rel=1e-3)
    middle, variance = of([1, -1, -1, 1])
    assert middle == pytest.approx(np.log(0.45 * 0.3 / (0.15 * 0.6)), abs=1e-3)
    expected = 4 * SIGMA**2 if shared else 4 * (TAU**2 + SIGMA**2)
    assert variance == pytest.approx(expected, rel=1e-3)


def test_cells_given_their_scales_are_those_of_bayesian_least_squares() -> None:
    """By effects as coefficients with normal priors, in place of covariances."""
    rng = np.random.default_rng(3)
    row, column = np.repeat([0, 1, 2], 4), np.tile([0, 0, 1, 1], 3)
    specimen = np.array([0, 1, 0, 1, 2, 3, 2, 3, 4, 4, 5, 5])
    y = rng.normal(size=12)
    values = np.exp(y)
    data = xr.Dataset(
        {
            OUTPUT: ("point", values),
            f"{OUTPUT}_specimen": ("point", specimen + 1.0),
            f"{OUTPUT}_sd": ("point", 0.05 * values),
        },
        coords={"point": np.arange(12)},
    )
    scales = {"first_spread": 0.4, "second_spread": 0.7, "interaction_spread": 0.2,
              "specimen_spread": 0.15, "noise": 0.08}  # fmt: skip
    wanted = {FIRST: np.repeat([0.0, 1, 2], 2), SECOND: np.tile([0.0, 1], 3)}
    places = {FIRST: row.astype(float), SECOND: column.astype(float)}
    each = {name: np.array([value]) for name, value in scales.items()}
    mean, covariance = design("a", "b").conditional(each, data, places, wanted)

    def matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        both = 2 * a + b
        return np.column_stack(
            [np.ones(a.size), a[:, None] == np.arange(3), b[:, None] == np.arange(2),
             both[:, None] == np.arange(6)]
        ).astype(float)  # fmt: skip

    X = np.column_stack([matrix(row, column), specimen[:, None] == np.arange(6)])
    prior = np.r_[LEVEL, [0.4] * 3, [0.7] * 2, [0.2] * 6, [0.15] * 6]
    error = 0.08**2 + 0.05**2
    precision = X.T @ X / error + np.diag(prior**-2.0)
    middle = (y.min() + y.max()) / 2
    coefficients = np.linalg.solve(precision, X.T @ (y - middle) / error)
    Q = np.column_stack([matrix(np.repeat([0, 1, 2], 2), np.tile([0, 1], 3)), np.zeros((6, 6))])
    np.testing.assert_allclose(mean[0], middle + Q @ coefficients, rtol=1e-8)
    np.testing.assert_allclose(covariance[0], Q @ np.linalg.inv(precision) @ Q.T, atol=1e-10)


@pytest.fixture(scope="module")
def crossed() -> xr.DataTree:
    """Return three pellets of each sample, of which the coated one loses cold and gains hot."""
    values, sample, kelvin, specimen = [], [], [], []
    for label, cold, hot in (("bare", 0.30, 0.60), ("coated", 0.18, 0.90)):
        for number in range(3):
            pellet, scatter = 0.08 * (number - 1), 0.02 * (number - 1) ** 2 - 0.013
            for value, T in ((cold * np.exp(scatter), COLD), (hot / np.exp(scatter), HOT)):
                values.append(value * np.exp(pellet))
                sample.append(label)
                kelvin.append(T)
                specimen.append(f"{label} {number}")
    return factorial(pellets(values, sample, kelvin, specimen), "group", "temperature", seed=1)


def test_an_interaction_of_opposite_signs_is_found(crossed: xr.DataTree) -> None:
    assert Verdict.of(crossed).passed
    cold, hot = ratios(crossed)
    assert (cold.above, cold.below, cold.at, hot.at) == ("coated", "bare", "25 °C", "55 °C")
    for ratio, truth in ((cold, 0.6), (hot, 1.5)):
        low, high = np.quantile(ratio.draws, [0.03, 0.97])
        assert low < truth < high
    (found,) = interactions(crossed)
    low, high = np.quantile(found.draws, [0.03, 0.97])
    assert low < 2.5 < high
    assert found.p_falls_then_rises > 0.97
    assert found.p_rises_then_falls < 0.01
    # Its logarithm is known better than those of the ratios, of which pellets are a part.
    assert np.log(found.draws).std() < 0.7 * np.log(hot.draws).std()
    text = " ".join(factorial_sentences(crossed))
    assert "At 25 °C the conductivity of coated is 0." in text
    assert "coated is lower than bare at 25 °C and higher at 55 °C: probability" in text
    assert "The same specimens were measured at both" in text
    assert "Specimens made alike differ by" in text


@pytest.fixture(scope="module")
def single() -> xr.DataTree:
    """Return a comparison of one bare and one coated pellet."""
    data = pellets(
        [0.30, 0.60, 0.27, 0.57], ["bare", "bare", "coated", "coated"],
        [COLD, HOT, COLD, HOT], ["b", "b", "c", "c"],
    )  # fmt: skip
    return factorial(data, "group", "temperature", seed=2)


def test_one_pellet_each_cannot_tell_a_small_ratio(single: xr.DataTree) -> None:
    assert Verdict.of(single).passed
    for ratio in ratios(single):
        assert 0.03 < ratio.p_above < 0.97
    text = " ".join(factorial_sentences(single))
    assert "the data can't tell whether it is higher or lower" in text
    assert "There is one specimen of each group" in text
    assert "if they differ by 3 %" in text


def test_of_many_ratios_those_are_told_whose_direction_is_likely(monkeypatch, crossed) -> None:
    whole = factorial_sentences(crossed)
    monkeypatch.setattr("posterion.report.words.factorial.MOST_PAIRS", 1)
    monkeypatch.setattr("posterion.report.words.factorial.LIKELY", 1.01)  # nothing is
    few = factorial_sentences(crossed)
    assert "Of the other 3 ratios the data can't tell the direction." in few
    assert len(few) == 2 < len(whole)


def test_the_figure_shows_each_statement_at_each_spread(single: xr.DataTree) -> None:
    told = ratios_by_spread(single)
    lines = {str(line.get_label()): line for line in answers_by_spread(told).axes[0].get_lines()}
    for text, levels in told.items():
        assert f"The probability that {text} is" in " ".join(factorial_sentences(single))
        known = [(e.spread, e.probability) for e in levels if e.probability is not None]
        np.testing.assert_allclose(lines[text].get_xydata(), known)
    assert open_answers({"known at one": [Level(0.1, 0.7), Level(0.3, None)]}) == {}


def test_a_combination_that_was_not_measured_is_not_compared(crossed: xr.DataTree) -> None:
    tree = crossed.copy()
    response = tree["cells"]["response"].copy()
    response.loc[{FIRST: "coated", SECOND: "55 °C"}] = np.nan
    tree["cells"]["response"] = response
    assert [ratio.at for ratio in ratios(tree)] == ["25 °C"]
    assert interactions(tree) == ()


def test_the_page_and_the_document_hold_the_answers_and_nothing_without_trust(
    crossed: xr.DataTree,
) -> None:
    page = render(crossed)
    assert "coated is lower than bare at 25 °C" in page
    assert "12 points of 6 specimens, 2 levels of group and 2 of temperature" in page
    document = json.loads(json.dumps(factorial_document(crossed)))["factorial"]
    assert document["interactions"][0]["p_lower_then_higher"] > 0.97
    assert [each["at"] for each in document["ratios"]] == ["25 °C", "55 °C"]
    assert len(ratio_plot(crossed).axes[0].get_yticks()) == 2

    failed = crossed.filter(lambda node: node.name != "cells")
    verdict = json.loads(crossed.attrs["verdict"])
    failed.attrs["verdict"] = json.dumps(verdict | {"passed": False, "messages": ["It failed."]})
    failed.attrs["source"] = "<b>file</b>"
    page = render(failed)
    assert "coated is lower" not in page
    assert "<b>file" not in page
    assert not interaction_plot(failed).axes[0].containers  # no bars of intervals
    assert factorial_document(failed)["factorial"]["ratios"] is None
    with pytest.raises(PosterionError, match="failed its checks"):
        ratios(failed)


def test_input_that_has_no_answer_is_refused() -> None:
    good = pellets([0.3, 0.6, 0.2, 0.5], [*"aabb"], [COLD, HOT, COLD, HOT], [*"xxyy"])
    with pytest.raises(PosterionError, match="both factors are 'group'"):
        factorial(good, "group", "group")
    with pytest.raises(PosterionError, match="the data have no 'volume'"):
        factorial(good, "group", "volume")
    with pytest.raises(PosterionError, match="a factor needs two levels"):
        factorial(good.isel(point=[0, 1]), "group", "temperature")


def test_the_command_prints_one_document(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    from posterion.cli import main

    out = tmp_path_factory.mktemp("factorial")
    table = tmp_path_factory.mktemp("table") / "pellets.csv"
    table.write_text(
        "coating,temperature (C),pellet,sigma (mS/cm)\n"
        "a,25,x,0.3\na,55,x,0.6\nb,25,y,0.15\nb,55,y,0.55\n"
    )
    arguments = ["--group", "coating", "--by", "temperature", "--value", "sigma", "--seed", "1"]
    with pytest.raises(SystemExit) as left:
        main(["compare", "factorial", str(table), *arguments, "--specimen", "pellet",
              "--draws", "500", "--json", "--out", str(out)])  # fmt: skip
    document = json.loads(capsys.readouterr().out)
    assert left.value.code == 0
    assert document["diagnostics"]["passed"]
    assert "b over a at 25 C" in document["derived"]
    assert sorted(path.name for path in out.glob("[!.]*")) == [
        "posterior.nc", "report.html", "summary.csv",
    ]  # fmt: skip


@pytest.mark.slow
def test_probabilities_of_a_ratio_hold_over_simulated_designs() -> None:
    """One pellet each, twice measured; truths from the prior."""
    rng = np.random.default_rng(12)
    claimed, true, covered = [], [], 0
    designs = 60
    for number in range(designs):
        a = 0.3 * np.exp(rng.normal()) * rng.normal(size=2)
        b = 0.3 * np.exp(rng.normal()) * rng.normal(size=2)
        ab = 0.15 * np.exp(rng.normal()) * rng.normal(size=(2, 2))
        cell = a[:, None] + b + ab
        pellet = 0.1 * np.exp(0.7 * rng.normal()) * rng.normal(size=2)
        scatter = 0.03 * np.exp(rng.normal()) * rng.normal(size=(2, 2))
        values = np.exp(cell + pellet[:, None] + scatter).ravel().tolist()
        data = pellets(values, [*"aabb"], [COLD, HOT, COLD, HOT], [*"xxyy"])
        tree = factorial(data, "group", "temperature", seed=number)
        assert Verdict.of(tree).passed
        (found,) = interactions(tree)
        truth = np.exp(cell[1, 1] - cell[0, 1] - cell[1, 0] + cell[0, 0])
        low, high = np.quantile(found.draws, [0.03, 0.97])
        covered += low <= truth <= high
        for place, ratio in enumerate(ratios(tree)):
            claimed.append(max(ratio.p_above, 1 - ratio.p_above))
            true.append((cell[1, place] > cell[0, place]) == (ratio.p_above > 0.5))
    assert covered >= 51  # of 60 with 94 %: fewer in 1 of 400
    p = np.array(claimed)
    # The two ratios of one design share their pellets, so they count as one.
    assert abs(np.sum(true) - p.sum()) < 3 * np.sqrt(2 * (p * (1 - p)).sum())
