"""Calibration: uniform where everything is right, and what is broken on purpose is caught."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import PosterionError
from posterion.inference.arrange import beside_output
from posterion.inference.calibrate import calibrate
from posterion.inference.calibration import experiment
from posterion.inference.calibration.designs import MODELS, NOISES, Steps, design_of
from posterion.inference.calibration.experiment import BLOCK, KEPT
from posterion.inference.calibration.ranks import (
    EDGES,
    band,
    calibration_table,
    calibration_verdict,
    ecdf_differences,
)
from posterion.inference.engine.simulate import simulate_prior
from posterion.models.parameter import Coordinates, Parameter

X = np.linspace(-1, 1, 10)
SD = 0.8


@dataclass(frozen=True)
class Line:
    """y = level + slope x with errors that are known: the posterior is normal.

    `fault` stands in the text of the model, so that a broken density is never taken from disk
    for the right one.
    """

    support: str = "real"
    fault: str = ""

    output: ClassVar[str] = "y"
    output_unit: ClassVar[str] = ""
    output_dims: ClassVar[tuple[str, ...]] = ("point",)
    output_labels: ClassVar[Any] = MappingProxyType({})
    inputs: ClassVar[tuple[str, ...]] = ("x",)
    noise: ClassVar[str] = "Gaussian"
    quantities: ClassVar[tuple[Any, ...]] = ()

    @property
    def parameters(self):
        slope = "LogNormal(0, 1)" if self.support == "positive" else "Normal(0, 1)"
        return (
            Parameter("level", "a", "", "real", "level", "Normal(1, 2)"),
            Parameter("slope", "b", "", self.support, "slope", slope),
        )

    def coordinates(self, named=()):
        return Coordinates(self.parameters, (), lambda values, window: dict(values))

    def window(self, data):
        return {"typical": 1.0, "smallest": 1.0}

    def response(self, inputs, parameters):
        return parameters["level"] + parameters["slope"] * inputs["x"]

    def magnitude(self, response):
        return abs(response)


def line_data(sd: float = SD, middle: float = 0.0) -> xr.Dataset:
    return xr.Dataset(
        {"y": ("point", X), "y_sd": ("point", np.full(10, sd))},
        coords={"x": ("point", X + middle)},
    )


def calibrated(
    model: Any, n: int = 50, sd: float = SD, middle: float = 0.0, **options: Any
) -> xr.Dataset:
    given = {"noise": po.Stated(), "chains": 2, "workers": 1, "seed": 3} | options
    return calibrate(model, line_data(sd, middle), n=n, **given)


@pytest.fixture(scope="module")
def right() -> xr.Dataset:
    return calibrated(Line())


# --- What is right --------------------------------------------------------------------------


def test_a_posterior_of_closed_form_is_found_and_calibrated(right) -> None:
    """Of a normal line the posterior sds are known, and with them contraction and bias."""
    assert calibration_verdict(right)[0], calibration_table(right)
    assert not right["refused"].any()
    expected = {"level": 1 / np.sqrt(1 / 4 + 10 / SD**2), "slope": 1 / np.sqrt(1 + X @ X / SD**2)}
    table = calibration_table(right)
    for (name, sd), prior in zip(expected.items(), (2.0, 1.0), strict=True):
        own = right.sel(quantity=name)
        np.testing.assert_allclose(own["sd"], sd, rtol=0.15)
        assert float(own["sd"].mean()) == pytest.approx(sd, rel=0.01)
        # The truths are 50 draws of the prior, whose variance is known to 20 % from them.
        assert table.loc[name, "contraction"] == pytest.approx(1 - (sd / prior) ** 2, abs=0.12)
        # Half of the standard normal lies within 0.674 of its mean.
        width = own["quantile"].sel(probability=[0.25, 0.75]).diff("probability")
        assert float(width.mean()) == pytest.approx(2 * 0.6745 * sd, rel=0.03)
        assert abs(table.loc[name, "bias"]) < 3 * table.loc[name, "bias_error"]
    assert right["truth"].sel(quantity="level").std() == pytest.approx(2, rel=0.4)


def test_ranks_are_counts_of_independent_draws(right) -> None:
    ranks = right["rank"].values
    assert ranks.min() >= 0 and ranks.max() <= KEPT and (ranks == ranks.round()).all()
    own = right.sel(quantity="slope")
    # The rank agrees with where the truth lies among the quantiles of all draws.
    pull = (own["mean"] - own["truth"]) / own["sd"]
    from scipy.stats import norm

    np.testing.assert_allclose(own["rank"] / KEPT, norm.cdf(-pull), atol=0.2)
    assert set(map(str, right["quantity"].values)) == {"level", "slope", "log_likelihood"}
    assert np.isnan(calibration_table(right).loc["log_likelihood", "contraction"])


def test_ends_of_intervals_leave_out_as_many_truths_as_their_ranks(right) -> None:
    """The log likelihood is known of 99 draws: 94 of 100 truths lie from the 3rd to the 97th."""
    own = right.sel(quantity="log_likelihood")
    low, high = (own["quantile"].sel(probability=p).values for p in (0.03, 0.97))
    held = (low <= own["truth"].values) & (own["truth"].values <= high)
    rank = own["rank"].values
    assert held.sum() > 0 and (held == ((rank >= 3) & (rank <= 96))).all()


def test_the_band_holds_uniform_ranks_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    _, low, high = band(200, 3)
    ranks = rng.integers(0, KEPT + 1, (400, 3, 200))
    below = (ranks[..., None] < np.round(EDGES * (KEPT + 1))).mean(axis=2)
    difference = below - EDGES
    held = ((difference >= low - 1e-12) & (difference <= high + 1e-12)).all(axis=(1, 2)).mean()
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400) < held < 1
    shifted = (ranks[..., None] ** 1.3 / 100**0.3 < np.round(EDGES * 100)).mean(axis=2) - EDGES
    assert ((shifted > high) | (shifted < low)).any(axis=(1, 2)).mean() > 0.9


# --- What is broken on purpose --------------------------------------------------------------


def test_a_missing_jacobian_is_caught(monkeypatch) -> None:
    """A positive slope, of which the data tell little, so that the prior counts."""
    good = calibrated(Line("positive"), sd=3.0)
    assert calibration_verdict(good)[0]
    assert abs(calibration_table(good).loc["slope", "bias"]) < 3 / np.sqrt(50)
    import pymc as pm

    whole = pm.Model.logp

    def without(self, vars=None, jacobian=True, sum=True):
        return whole(self, vars, jacobian=False, sum=sum)

    monkeypatch.setattr(pm.Model, "logp", without)
    broken = calibrated(Line("positive", "jacobian"), sd=3.0)
    good, said = calibration_verdict(broken)
    assert not good and "slope" in said, calibration_table(broken)
    table = calibration_table(broken)
    assert not table.loc["slope", "uniform"] and table.loc["level", "uniform"]
    # Without the Jacobian the logarithm of the slope comes out too low, by up to its variance.
    assert -1.5 < table.loc["slope", "bias"] < -3 * table.loc["slope", "bias_error"]


@pytest.mark.slow
def test_a_derivative_of_the_wrong_sign_is_caught(monkeypatch) -> None:
    """The sampler cannot follow it: its runs are refused, and that is no calibration."""
    # Level and slope depend on each other. A run that fails takes seconds, so there are few.
    where = {"sd": 0.05, "middle": 10.0, "n": 6}
    assert not calibrated(Line(), **where)["refused"].any()
    import pytensor

    right_grad = pytensor.grad

    def wrong(cost, wrt, **options):
        level, slope = right_grad(cost, wrt, **options)
        return [level, -slope]

    monkeypatch.setattr(pytensor, "grad", wrong)
    broken = calibrated(Line(fault="gradient"), **where)
    assert broken["refused"].all()
    assert calibration_verdict(broken)[1].startswith("Only 0 of 6 runs were trusted")


@pytest.mark.slow
def test_a_truncated_prior_is_caught(monkeypatch) -> None:
    """Truths come from a normal prior, of which the fits know only the upper part."""
    model, design = Line(), line_data()
    whole = po.build(model, design, noise=po.Stated())

    def of_whole(fitted, draws, seed):
        values, _ = simulate_prior(whole, draws, seed)
        return values, simulate_prior(fitted, draws, seed)[1]

    monkeypatch.setattr(experiment, "simulate_prior", of_whole)
    same = calibrate(model, design, noise=po.Stated(), n=50, chains=2, workers=1)
    cut = {"slope": "TruncatedNormal(0, 1, -0.5)"}
    broken = calibrate(model, design, noise=po.Stated(), priors=cut, n=50, chains=2, workers=1)
    # The point of a truth is not a point of the other model, so its likelihood is left out.
    for result, uniform in ((same, True), (broken, False)):
        table = calibration_table(result)
        assert bool(table.loc["slope", "uniform"]) is uniform, table
        assert table.loc["level", "uniform"]


@dataclass(frozen=True)
class Once:
    """Proportional noise whose width is counted once for each pair of real and imaginary part."""

    base: po.Proportional = field(default_factory=po.Proportional)
    inputs: ClassVar[tuple[str, ...]] = ()
    description: ClassVar[str] = "noise counted once for each pair"

    @property
    def parameters(self):
        return self.base.parameters

    def observe(self, name, mean, size, values, window, **options):
        import pymc as pm
        import pytensor.tensor as pt

        def logp(value, mean, sigma):
            real = pt.concatenate([pt.ones_like(value[:1]), pt.zeros_like(value[1:])])
            return -(((value - mean) / sigma) ** 2) / 2 - real * pt.log(sigma)

        def draws(mean, sigma, rng, size=None):
            return rng.normal(mean, sigma, size=size)

        sigma = self.base.scale(size, values, window)
        return pm.CustomDist(name, mean, sigma, logp=logp, random=draws, **options)


@pytest.mark.slow
def test_noise_counted_once_for_the_complex_pair_is_caught() -> None:
    frequency = np.geomspace(1e4, 1, 12)
    data = xr.Dataset(
        {"Z": (("part", "frequency"), np.array([np.full(12, 100.0), np.geomspace(-1, -1e3, 12)]))},
        coords={"part": ["real", "imag"], "frequency": frequency},
    )
    circuit = po.Circuit.parse("R0-C1")
    priors = {"R0": "LogNormal(4.6, 0.7)", "noise": "LogNormal(-4, 0.7)"}
    options = {"priors": priors, "n": 50, "workers": 1, "chains": 2}
    good = calibrate(circuit, data, noise=po.Proportional(), **options)
    assert calibration_verdict(good)[0], calibration_table(good)
    bad = calibrate(circuit, data, noise=Once(), **options)
    assert not calibration_table(bad).loc["noise", "uniform"]
    assert not calibration_verdict(bad)[0]


# --- Going on, and refusing -----------------------------------------------------------------


def test_it_goes_on_where_it_stopped_and_ends_the_same(right, tmp_path: Path) -> None:
    """What a killed run left is not done again; more simulations may be asked for."""
    path = tmp_path / "line.nc"
    right.isel(simulation=slice(0, BLOCK)).to_netcdf(path, engine="h5netcdf")
    told: list[str] = []
    again = calibrated(Line(), resume=path, progress=told.append)
    assert told == ["Compiling the model (slow the first time on a machine)",
                    "50 of 50 simulations, 0 refused"]  # fmt: skip
    xr.testing.assert_identical(again.drop_vars("seconds"), right.drop_vars("seconds"))
    assert (again["seconds"] == right["seconds"])[:BLOCK].all()
    told.clear()
    few = calibrated(Line(), n=30, resume=path, progress=told.append)
    assert not told
    xr.testing.assert_identical(few, again.isel(simulation=slice(0, 30)))
    with pytest.raises(PosterionError, match="its seed is 3, not 4"):
        calibrated(Line(), seed=4, resume=path)
    with pytest.raises(PosterionError, match="another calibration: its priors"):
        calibrated(Line(), priors={"slope": "Normal(0, 2)"}, resume=path)
    path.write_text("no NetCDF")
    with pytest.raises(PosterionError, match="not a NetCDF file"):
        calibrated(Line(), resume=path)


def test_why_a_later_run_was_refused_is_kept_in_full(right, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "line.nc"
    first = right.isel(simulation=slice(0, BLOCK))
    assert not first["refused"].any()
    first.to_netcdf(path, engine="h5netcdf")
    run = experiment.Experiment.run

    def refused(self, numbers):
        found = run(self, numbers)
        return found.assign(reason=("simulation", ["a reason of some length"] * len(numbers)))

    monkeypatch.setattr(experiment.Experiment, "run", refused)
    calibrated(Line(), resume=path)
    kept = xr.load_dataset(path, engine="h5netcdf")["reason"].values
    assert {*kept[:BLOCK]} == {""} and {*kept[BLOCK:]} == {"a reason of some length"}


@pytest.mark.slow
def test_a_killed_command_goes_on_and_leaves_no_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "posterion", "calibrate", "arrhenius", "--n", "100",
               "--seed", "2", "--workers", "2", "--json", "--out"]  # fmt: skip
    environment = os.environ | {"POSTERION_TEST": tmp_path.name}

    def alive() -> int:
        marks = (p / "environ" for p in Path("/proc").iterdir() if p.name.isdigit())
        found = 0
        for mark in marks:
            try:
                found += tmp_path.name.encode() in mark.read_bytes()
            except OSError:
                continue
        return found

    killed, whole = tmp_path / "killed", tmp_path / "whole"
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, str(killed)], env=environment, **silent) as process:
        deadline = time.monotonic() + 600
        while not (killed / "calibration.nc").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    left = xr.load_dataset(killed / "calibration.nc", engine="h5netcdf")
    assert 0 < left.sizes["simulation"] < 100
    deadline = time.monotonic() + 30
    while alive() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert alive() == 0
    for folder in (killed, whole):
        subprocess.run([*command, str(folder)], check=True, capture_output=True)
    results = [
        xr.load_dataset(folder / "calibration.nc", engine="h5netcdf") for folder in (killed, whole)
    ]
    xr.testing.assert_identical(*(result.drop_vars("seconds") for result in results))


def test_refused_runs_are_counted_and_kept(right) -> None:
    result = right.copy(deep=True)
    result["refused"][:10] = True
    result["reason"][:10] = "The chains disagree."
    result["rank"][:5] = np.nan  # of runs without draws
    result["quantile"][:10] = np.nan
    table = calibration_table(result)
    assert np.isfinite(table["coverage_94"]).all()
    assert table.loc["slope", "error_94"] == pytest.approx(np.sqrt(0.94 * 0.06 / 40))
    differences = ecdf_differences(result, refused=True).sel(quantity="slope")
    own = right["rank"].sel(quantity="slope").values[5:10]
    assert float(differences[49]) == pytest.approx(np.mean(own < 50) - 0.5)
    result["refused"][:] = True
    good, said = calibration_verdict(result)
    assert not good and "Only 0 of 50" in said
    assert calibration_table(result)["coverage_94"].isna().all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n is 0"),
        ({"seed": -1}, "seed -1"),
        ({"draws": 50}, "50 draws of 2 chains"),
        ({"workers": 0}, "workers is 0"),
        ({"priors": {"slop": "Normal(0, 1)"}}, "did you mean slope"),
        ({"priors": {"slope": "Normal(0, 0)"}}, "sigma is 0"),
        ({"resume": "/nowhere/line.nc"}, "there is no folder /nowhere"),
    ],
)
def test_bad_input(options, message) -> None:
    with pytest.raises(PosterionError, match=message):
        calibrated(Line(), **({"n": 25} | options))


def test_a_design_must_suit_the_model() -> None:
    with pytest.raises(PosterionError, match="have no 'y'"):
        calibrate(Line(), line_data().drop_vars("y"), noise=po.Stated(), workers=1)


# --- Designs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["eis", "arrhenius-pooled", "two-regimes", "fade-knee", "lifetime", "transference", "dose"],
)
def test_designs_simulate(name: str) -> None:
    design = design_of(name)
    model = po.build(
        design.model, design.data, priors=design.priors, noise=design.noise, pool=design.pool
    )
    values, _ = simulate_prior(model, 50, 1)
    simulated = values[design.model.output]
    assert np.isfinite(simulated).all()
    assert (np.ptp(simulated, axis=0) > 0).all()


def test_every_model_and_noise_has_a_design() -> None:
    for name in MODELS:
        design = design_of(name)
        assert design.model.window(design.data)["typical" if name != "transference" else "log_dV"]
    for noise in NOISES:
        design = design_of("lifetime" if noise == "weibull" else "arrhenius", noise=noise)
        assert type(design.noise).__name__.lower() in (noise.replace("-", ""), "censored")
        for suffix in design.noise.inputs:
            name = f"{design.model.output}_{suffix}"
            beside = beside_output(design.model, design.data, name)
            assert len(beside) == design.data.sizes["point"] and not np.isnan(beside).any()


def test_names_of_designs() -> None:
    with pytest.raises(PosterionError, match="no model 'fade'; there are eis, "):
        design_of("fade")
    with pytest.raises(PosterionError, match="no noise 'loud'"):
        design_of("eis", noise="loud")
    with pytest.raises(PosterionError, match="does not suit arrhenius"):
        design_of("arrhenius", noise="weibull")
    with pytest.raises(PosterionError, match="vtf has no circuit"):
        design_of("vtf", circuit="R0")
    two = design_of("eis", circuit="p(R1,CPE1)-p(R2,CPE2)")
    assert two.priors["CPE1_tau"] == two.priors["CPE2_tau"]


def test_limits_are_found_in_steps() -> None:
    limits = xr.Dataset({"lifetime": ("point", [3.0, 27.0, 30.0, 99.0, 140.0])})
    found = Steps(10.0, 100.0)(limits)
    assert found["lifetime_low"].values.tolist() == [0, 20, 30, 90, 100]
    assert found["lifetime_high"].values.tolist() == [10, 30, 40, 100, np.inf]


# --- Page and command -----------------------------------------------------------------------


def test_the_page_shows_coverage_and_what_was_refused(right, tmp_path: Path) -> None:
    from posterion.report.pages.calibration import write

    result = right.copy(deep=True)
    result["refused"][:10] = True
    result["reason"] = result["reason"].astype(object)  # which holds text of any length
    result["reason"][:10] = "The posterior has 2 <b>modes</b>: the data allow 2 explanations."
    write(result, "ten <points>", tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "40 of these runs were trusted, 10 refused" in page
    assert "2 &lt;b&gt;modes" in page and "<b>modes" not in page and "&lt;points&gt;" in page
    assert page.count("data:image/svg+xml") == 3
    table = calibration_table(result)
    covered = f"{100 * table.loc['slope', 'coverage_94']:.1f} ± 3.8"
    assert covered in page
    said = json.loads((tmp_path / "summary.json").read_text())
    assert (said["n"], said["trusted"], said["refused"]) == (50, 40, 10)
    assert said["quantities"]["slope"]["coverage_94"] == pytest.approx(
        table.loc["slope", "coverage_94"], abs=1e-6
    )
    result["refused"][:] = True
    write(result, "ten points", tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "Only 0 of 50 runs were trusted" in page
    assert "image/svg" not in page and "± " not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ei"], "there is no model 'ei'"),
        (["vtf", "--circuit", "R0"], "vtf has no circuit"),
        (["eis", "--circuit", "R0-"], "R0-"),
        (["eis", "--noise", "loud"], "there is no noise 'loud'"),
        (["eis", "--prior", "R9=LogNormal(5, 2)"], "'R9', which the model lacks"),
        (["eis", "--prior", "LogNormal(5, 2)"], "names no parameter"),
        (["vtf", "--like", "a.csv"], "call posterion.calibrate"),
        (["eis", "--like", "no_such.csv"], "no_such.csv"),
        (["eis", "--draws", "10"], "10 draws of 4 chains"),
    ],
)
def test_bad_input_at_the_command_line(arguments, message, monkeypatch, capsys) -> None:
    from posterion import cli

    monkeypatch.setattr(sys, "argv", ["posterion", "calibrate", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    printed = capsys.readouterr()
    assert left.value.code == 2 and message in printed.err and not printed.out


@pytest.mark.slow
def test_the_command_prints_one_document_and_goes_on(monkeypatch, capsys, tmp_path: Path) -> None:
    from posterion import cli

    arguments = ["calibrate", "lifetime", "--n", "50", "--workers", "1", "--json", "--out"]
    documents = []
    for _ in range(2):
        monkeypatch.setattr(sys, "argv", ["posterion", *arguments, str(tmp_path)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        assert left.value.code == 0, printed
        documents.append(json.loads(printed.out))
    assert "Compiling" not in printed.err
    assert documents[0] == documents[1]
    assert documents[0]["n"] == 50 and "median_lifetime" in documents[0]["quantities"]
    assert {p.name for p in tmp_path.glob("[!.]*")} == {
        "calibration.nc", "report.html", "summary.csv", "summary.json",
    }  # fmt: skip
