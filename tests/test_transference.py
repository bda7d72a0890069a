"""The transference number: the formula, what the digits allow, and where the error comes from."""

import json
import re
import sys
from itertools import product

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import posterion as po
from posterion import cli
from posterion.inference import diagnose
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.simulate import simulate_prior
from posterion.inference.fit_each import fit_each
from posterion.inference.transference import (
    SHARP,
    readings,
    total_sd,
    transference,
    variance_shares,
)
from posterion.models.transference import BruceVincent, elasticities, transference_number

INPUTS = ("I_0", "I_ss", "R_0", "R_ss", "dV")
PAPER = {"I_0": "47.80 uA", "I_ss": "36 uA", "R_0": "1342 ohm", "R_ss": "1041 ohm", "dV": "500 mV"}
VALUES = {"I_0": 47.80e-6, "I_ss": 36e-6, "R_0": 1342.0, "R_ss": 1041.0, "dV": 0.5}
EVEN = {
    "I_0": "47.80 uA ± 0.5 uA",
    "I_ss": "36 uA ± 0.4 uA",
    "R_0": "1342 ohm ± 60 ohm",
    "R_ss": "1041 ± 60 ohm",
    "dV": "500 mV ± 1 %",
}
"""Errors by which all five readings count."""

EVEN_SD = {"I_0": 0.5e-6, "I_ss": 0.4e-6, "R_0": 60.0, "R_ss": 60.0, "dV": 0.005}


def formula(I_0, I_ss, R_0, R_ss, dV):
    """Write Equation 3 of the paper as it stands there."""
    return I_ss * (dV - I_0 * R_0) / (I_0 * (dV - I_ss * R_ss))


def differences(values: dict[str, float]) -> dict[str, float]:
    """Differentiate the formula by central differences."""
    result = {}
    for name, value in values.items():
        step = 1e-5 * value
        up, down = (formula(**values | {name: value + sign * step}) for sign in (1, -1))
        result[name] = (up - down) / (2 * step)
    return result


def draws(tree: xr.DataTree, name: str) -> np.ndarray:
    return tree["posterior"][name].values.ravel()


@pytest.fixture(scope="module")
def digits() -> xr.DataTree:
    return transference(**PAPER, seed=1)


@pytest.fixture(scope="module")
def even() -> xr.DataTree:
    return transference(**EVEN, seed=1, draws=5000)


def test_response_is_ohms_law_of_electrolyte_and_interfaces() -> None:
    rng = np.random.default_rng(1)
    t, R_0, R_ss, electrolyte = rng.uniform(0.01, 0.99, 50), *(10 ** rng.uniform(1, 4, (3, 50)))
    dV = 0.01
    I_0 = dV / (electrolyte + R_0)
    found = BruceVincent().response(
        {}, {"t": t, "I_0": I_0, "R_0": R_0, "R_ss": R_ss, "dV": np.full(50, dV)}
    )
    # In the steady state one ion of conductance t over the electrolyte's carries the current.
    I_ss = dV / (1 / (t / electrolyte) + R_ss)
    np.testing.assert_allclose(found, np.stack([I_0, I_ss, R_0, R_ss, np.full(50, dV)], -1))
    np.testing.assert_allclose(formula(*np.moveaxis(found, -1, 0)), t)


def test_number_of_the_paper_and_limits() -> None:
    by_hand = 36 / 47.80 * (0.5 - 47.80e-6 * 1342) / (0.5 - 36e-6 * 1041)
    assert transference_number(VALUES) == pytest.approx(by_hand, rel=1e-12)
    assert by_hand == pytest.approx(0.7097, abs=5e-5)
    blank = VALUES | {"R_0": 0.0, "R_ss": 0.0}
    assert transference_number(blank) == pytest.approx(36 / 47.80)
    assert transference_number(blank | {"I_ss": VALUES["I_0"]}) == 1


@pytest.mark.parametrize("change", [{}, {"R_0": 9000.0}, {"I_ss": 5e-6, "R_ss": 60000.0}])
def test_elasticities_are_the_differences_of_the_formula(change) -> None:
    values = VALUES | change
    slopes = differences(values)
    expected = {name: slopes[name] * values[name] / formula(**values) for name in INPUTS}
    assert elasticities(values) == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_likelihood_is_that_of_scipy() -> None:
    data = readings(EVEN)
    model = po.build(BruceVincent(), data, noise=po.Stated())
    point = {"t": 0.6, "I_0": 49e-6, "R_ss": 1000.0, "dV": 0.51, "interface_fraction": 0.13}
    logp = model.logp(vars=model.observed_RVs, sum=False)
    given = {
        model.rvs_to_values[rv].name: model.rvs_to_transforms[rv]
        .forward(np.float64(point[rv.name]), *rv.owner.inputs)
        .eval(mode=interpreted())
        for rv in model.free_RVs
    }
    found = model.compile_fn(logp, inputs=model.value_vars, mode=interpreted())(given)[0]
    R_0 = 0.13 * 0.51 / 49e-6
    I_ss = 0.6 * 49e-6 * 0.51 / (0.51 - 49e-6 * R_0 + 0.6 * 49e-6 * 1000)
    truth = [49e-6, I_ss, R_0, 1000.0, 0.51]
    expected = stats.norm(truth, list(EVEN_SD.values())).logpdf(list(VALUES.values()))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("named", [(), ("R_0",), ("I_0", "R_0"), ("R_0", "dV"), ("t", "I_0")])
def test_prior_draws_obey_ohms_law_whatever_is_named(named) -> None:
    own = {
        "t": "Beta(2, 3)",
        "I_0": "LogNormal(-10, 1)",
        "R_0": "LogNormal(7, 1)",
        "dV": "LogNormal(-1, 1)",
    }
    priors = {name: own[name] for name in named}
    model = po.build(BruceVincent(), readings(PAPER), priors=priors, noise=po.Stated())
    values, _ = simulate_prior(model, 4000, seed=1)
    fraction = values["I_0"] * values["R_0"] / values["dV"]
    np.testing.assert_allclose(fraction, values["interface_fraction"], rtol=1e-9)
    assert stats.kstest(fraction, "uniform").pvalue > 1e-3
    np.testing.assert_allclose(formula(*(values[name] for name in INPUTS)), values["t"], rtol=1e-6)
    if "R_0" in named:
        assert stats.kstest(np.log(values["R_0"]), stats.norm(7, 1).cdf).pvalue > 1e-3


def test_three_of_ohms_law_cannot_all_have_priors() -> None:
    priors = dict.fromkeys(("I_0", "R_0", "dV"), "LogNormal(0, 1)")
    with pytest.raises(po.PosterionError, match="leave one of them out"):
        transference(**PAPER, priors=priors)


def test_small_errors_propagate_as_by_hand(even) -> None:
    slopes = differences(VALUES)
    sd = np.sqrt(sum((slopes[name] * EVEN_SD[name]) ** 2 for name in INPUTS))
    t = draws(even, "t")
    assert po.Verdict.of(even).passed
    # Some 20,000 draws: 0.007 sd of the mean, 0.5 % of the sd; curvature moves both by a little.
    assert t.mean() == pytest.approx(formula(**VALUES), abs=0.1 * sd)
    assert t.std() == pytest.approx(sd, rel=0.03)


def test_digits_of_the_paper_exclude_its_number(digits) -> None:
    assert po.Verdict.of(digits).passed
    low, high = np.quantile(draws(digits, "t"), [0.03, 0.97])
    assert 0.695 < low < 0.7097 < high < 0.74
    # Not for the shape of the error: no numbers that are printed so give 0.74.
    half = {"I_0": 0.005e-6, "I_ss": 0.5e-6, "R_0": 0.5, "R_ss": 0.5, "dV": 0.5e-3}
    corners = [
        formula(**dict(zip(INPUTS, corner, strict=True)))
        for corner in product(*((VALUES[n] - half[n], VALUES[n] + half[n]) for n in INPUTS))
    ]
    assert max(corners) < 0.725
    assert draws(digits, "t").std() == pytest.approx(
        0.5e-6 / np.sqrt(3) * differences(VALUES)["I_ss"], rel=0.05
    )


def test_posterior_near_one_is_cut_off_there() -> None:
    # Without interfaces to speak of t = I_ss/I_0, here 0.98 ± 0.05, which cannot exceed one.
    tree = transference(
        I_0="100 uA ± 0.01 uA",
        I_ss="98 uA ± 5 uA",
        R_0="1 ohm ± 0.1 ohm",
        R_ss="1 ohm ± 0.1 ohm",
        dV="500 mV ± 0.1 mV",
        seed=1,
        draws=10000,
    )
    assert po.Verdict.of(tree).passed
    t = draws(tree, "t")
    assert 0 < t.min() < t.max() < 1
    expected = stats.truncnorm(-0.98 / 0.05, 0.02 / 0.05, 0.98, 0.05)
    levels = [0.03, 0.25, 0.5, 0.75, 0.97]
    np.testing.assert_allclose(np.quantile(t, levels), expected.ppf(levels), atol=0.003)
    low, middle, high = np.quantile(t, [0.03, 0.5, 0.97])
    assert middle - low > 1.5 * (high - middle)


def test_more_than_one_is_said_and_squeezed() -> None:
    tree = transference(**PAPER | {"I_ss": "53 uA ± 1 uA"}, seed=1)
    assert formula(**VALUES | {"I_ss": 53e-6}) == pytest.approx(1.086, abs=1e-3)
    assert "gives t = 1.086" in tree.attrs["messages"]
    verdict = po.Verdict.of(tree)
    assert verdict.passed and verdict.word == "doubtful"
    assert "above one" in verdict.doubts[0].text and "I_ss is above I_0" in verdict.doubts[0].text
    assert 0.95 < np.quantile(draws(tree, "t"), 0.03) < draws(tree, "t").max() < 1


def test_a_printed_number_is_even_within_its_last_digit() -> None:
    """Against draws of the readings themselves, each even within its last digit."""
    texts = {"I_0": "20 uA", "I_ss": "8 uA", "R_0": "100 ohm", "R_ss": "120 ohm", "dV": "10 mV"}
    values = {"I_0": (20e-6, 1e-6), "I_ss": (8e-6, 1e-6), "R_0": (100.0, 1.0)}
    values |= {"R_ss": (120.0, 1.0), "dV": (10e-3, 1e-3)}
    rng = np.random.default_rng(3)
    drawn = {name: v + step * rng.uniform(-0.5, 0.5, 400_000) for name, (v, step) in values.items()}
    t = draws(transference(**texts, seed=1), "t")
    # Uniform in t, not in the reading that it follows from.
    weight = formula(**drawn) / drawn["I_ss"]
    order = np.argsort(formula(**drawn))
    exact = np.interp(
        [0.03, 0.5, 0.97], np.cumsum(weight[order]) / weight.sum(), formula(**drawn)[order]
    )
    np.testing.assert_allclose(np.quantile(t, [0.03, 0.5, 0.97]), exact, atol=0.004)


def test_shares_are_those_of_the_derivatives(even, digits) -> None:
    for tree, errors in ((even, EVEN_SD), (digits, {"I_ss": 0.5e-6 / np.sqrt(3)})):
        shares = variance_shares(tree)
        assert shares.dims == ("input",)
        assert tuple(shares["input"].values) == INPUTS
        assert float(shares.sum()) == pytest.approx(1)
        parts = {name: (differences(VALUES)[name] * sd) ** 2 for name, sd in errors.items()}
        for name, part in parts.items():
            share = float(shares.sel(input=name))
            assert share == pytest.approx(part / sum(parts.values()), rel=0.02)


def test_shares_are_those_of_a_regression_on_the_draws(even) -> None:
    """Squared standardized regression coefficients say the same by another way."""
    columns = np.stack([draws(even, name) for name in INPUTS], axis=1)
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    t = draws(even, "t")
    coefficients, *_ = np.linalg.lstsq(columns, (t - t.mean()) / t.std())
    np.testing.assert_allclose(variance_shares(even), coefficients**2, atol=0.03)


@pytest.mark.parametrize("name", INPUTS)
def test_a_poor_reading_takes_the_variance(name) -> None:
    tight = {key: f"{value!r} {unit} ± 0.001 %" for (key, value), unit in zip(
        VALUES.items(), ("A", "A", "ohm", "ohm", "V"), strict=True)}  # fmt: skip
    poor = tight[name].replace("0.001 %", "3 %")
    shares = variance_shares(transference(**tight | {name: poor}, seed=1))
    assert float(shares.sel(input=name)) > 0.99


def test_shares_need_this_model() -> None:
    x = np.linspace(300, 400, 8)
    data = xr.Dataset(
        {"conductivity": ("point", 1e-3 * np.exp(-0.3 / 8.617e-5 * (1 / x - 1 / 350)))},
        coords={"temperature": ("point", x), "point": np.arange(8)},
    )
    tree = po.fit(po.Arrhenius("sigma"), data, seed=1)
    with pytest.raises(po.PosterionError, match="Arrhenius.*transference"):
        variance_shares(tree)


@pytest.mark.parametrize(
    ("name", "text", "step", "said"),
    [
        ("I_0", "47.80 uA", 0.01e-6, "0.005 uA"),
        ("I_0", "4.780e-5 A", 1e-8, "0.000000005 A"),
        ("I_0", "0.048mA", 1e-6, "0.0005 mA"),
        ("R_0", "1.2e3 ohm", 100.0, "50 ohm"),
        ("R_0", "1342 ohm", 1.0, "0.5 ohm"),
        ("dV", "500 mV", 1e-3, "0.5 mV, zeros at its end counted as digits"),
        ("dV", ".5 V", 0.1, "0.05 V"),
    ],
)
def test_error_without_one_is_that_of_the_digits(name, text, step, said) -> None:
    stated = EVEN | {name: text}
    data = readings(stated)
    own = data.sel(quantity=name)
    assert float(own["reading_step"]) == pytest.approx(step, rel=1e-9)
    assert float(own["reading_sd"]) == pytest.approx(SHARP * step / 2, rel=1e-9)
    assumed = [line for line in data.attrs["messages"].splitlines() if "no ±" in line]
    assert assumed == [f"{name} {text} has no ±: taken as rounded, right to within {said}"]


def test_stated_errors_are_taken_as_they_are() -> None:
    data = readings(EVEN)
    np.testing.assert_allclose(data["reading_sd"], list(EVEN_SD.values()))
    np.testing.assert_allclose(total_sd(data), list(EVEN_SD.values()), rtol=1e-6)
    np.testing.assert_allclose(data["reading"], list(VALUES.values()))
    assert data.attrs["formula"] == pytest.approx(formula(**VALUES))
    assert data.attrs["messages"] == "at the measured values the formula gives t = 0.7097"


BAD = {
    "no unit": ("I_0", "47.80", "unit"),
    "dimension": ("I_ss", "36 V", "unit is not one of A"),
    "no number": ("R_0", "large", "cannot be read"),
    "zero": ("R_ss", "0 ohm", "above zero"),
    "negative": ("I_0", "-47.80 uA", "above zero"),
    "not finite": ("dV", "1e999 V", "finite"),
    "error above the value": ("I_ss", "36 uA ± 40 uA", "below the value"),
    "error of zero": ("I_ss", "36 uA ± 0 uA", "above zero"),
    "negative error": ("dV", "500 mV ± -1 mV", "negative"),
    "decimal comma": ("R_0", "1342,5 ohm", "cannot be read"),
    "no electrolyte": ("R_0", "13420 ohm", "nothing is left"),
    "none at the end": ("R_ss", "50 kohm", "nothing is left"),
    "bias in mV": ("dV", "0.5 mV", "nothing is left"),
}
FLAGS = {"I_0": "--i0", "I_ss": "--iss", "R_0": "--r0", "R_ss": "--rss", "dV": "--dv"}


@pytest.fixture
def command(monkeypatch, capsys):
    def run(texts, *options):
        arguments = [word for name in INPUTS for word in (FLAGS[name], texts[name])]
        monkeypatch.setattr(sys, "argv", ["posterion", "transference", *arguments, *options])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_message_that_names_it(case, command) -> None:
    name, text, word = BAD[case]
    with pytest.raises(po.PosterionError, match=word) as raised:
        transference(**PAPER | {name: text})
    assert name in str(raised.value)
    status, out, err = command(PAPER | {name: text})
    assert (status, out) == (2, "")
    assert FLAGS[name] in err
    assert word in err
    assert "Traceback" not in err
    assert err.count("Error:") == 1


def test_command_prints_one_document(command, digits) -> None:
    status, out, err = command(PAPER, "--json", "--seed", "1")
    assert status == 0, err
    document = json.loads(out)
    assert list(document["parameters"]) == ["t", "I_0", "R_0", "R_ss", "dV"]
    assert document["parameters"]["t"]["mean"] == pytest.approx(draws(digits, "t").mean())
    assert document["derived"]["I_ss"]["unit"] == "A"
    assert document["diagnostics"]["passed"] is True
    assert document["formula"] == pytest.approx(0.7097, abs=5e-5)
    shares = dict(zip(INPUTS, variance_shares(digits).values, strict=True))
    assert document["shares"] == pytest.approx(shares)
    assert document["data"]["messages"].count("no ±") == 5


def test_command_prints_tables_and_writes_files(command, tmp_path) -> None:
    status, out, err = command(EVEN | {"dV": "500 mV"}, "--table", "--out", str(tmp_path / "cell"))
    assert status == 0, err
    assert "share of the variance of t" in out
    assert "Note: at the measured values the formula gives t = 0.7097." in out
    assert "Note: dV 500 mV has no ±" in out
    assert "Trusted" in out and max(map(len, out.splitlines()[:-1])) <= 80
    folder = tmp_path / "cell"
    assert sorted(path.name for path in folder.glob("[!.]*")) == [
        "posterior.nc", "report.html", "summary.csv",
    ]  # fmt: skip
    again = variance_shares(po.load(folder / "posterior.nc"))
    assert float(again.sum()) == pytest.approx(1)
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "transference number" in text
    assert re.search(r'<td class="name">(\w+)', text)[1] == "t"
    assert "share of the variance of t" in text and "1342 ohm" in text
    assert "dV 500 mV has no ±" in text


def test_untrusted_shows_no_share(command, monkeypatch) -> None:
    monkeypatch.setattr(diagnose, "MIN_ESS", 1e9)
    status, out, err = command(PAPER, "--json", "--draws", "100", "--chains", "2")
    assert status == 3, err
    document = json.loads(out)
    assert document["shares"] == dict.fromkeys(INPUTS)
    assert document["parameters"]["t"]["median"] is None
    status, out, _ = command(PAPER, "--draws", "100", "--chains", "2")
    assert status == 3
    assert "Refused:" in out
    assert "100.0 %" not in out


@pytest.mark.parametrize("count", [40, pytest.param(500, marks=pytest.mark.slow)])
def test_known_numbers_are_recovered_as_often_as_claimed(count) -> None:
    """Ranks of the truth among draws are uniform (Cook, Gelman and Rubin 2006)."""
    priors = {
        "I_0": "LogNormal(-10, 0.3)",
        "R_ss": "LogNormal(7, 0.5)",
        "dV": "LogNormal(-0.7, 0.2)",
        "interface_fraction": "Beta(2, 4)",
    }
    data = readings(PAPER).assign(reading_sd=("quantity", [1e-6, 1e-6, 100.0, 60.0, 0.01]))
    model = po.build(BruceVincent(), data, priors=priors, noise=po.Stated())
    truth, _ = simulate_prior(model, count, seed=5)
    simulated = (data.assign(reading=("quantity", reading)) for reading in truth["reading"])
    fits = fit_each(BruceVincent(), simulated, priors=priors, noise=po.Stated())
    ranks = []
    for true, tree in zip(truth["t"], fits, strict=True):
        t = draws(tree, "t")
        ranks.append((np.sum(t < true) + 0.5) / (t.size + 1))
    z = stats.norm.ppf(ranks)
    assert stats.kstest(ranks, "uniform").pvalue > 0.01
    assert abs(z.mean()) < 2.6 / np.sqrt(count)
    low, high = stats.chi2(count).ppf([0.005, 0.995])
    assert low < np.sum(z**2) < high
