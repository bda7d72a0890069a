"""A law with a jump, and the check that finds one."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.inference.checks.steps import largest_step, place_of_step
from posterion.inference.residuals import Residuals

K = 8.617333262e-5
T = np.linspace(298.15, 373.15, 11)
LOW, HIGH, AT, FACTOR = 0.55, 0.30, 331.0, 30.0


def jumping(seed: int, scatter: float = 0.01, factor: float = FACTOR) -> xr.Dataset:
    """Return conductivities of two phases, by their own formula."""
    below = -LOW / (K * T)
    above = -LOW / (K * AT) + np.log(factor) - HIGH / K * (1 / T - 1 / AT)
    logs = np.log(1e3) + np.where(T < AT, below, above)
    sigma = np.exp(logs + scatter * np.random.default_rng(seed).normal(size=T.size))
    return xr.Dataset(
        {"conductivity": ("point", sigma, {"units": "S/cm"})},
        coords={"temperature": ("point", T, {"units": "K"})},
    )


def residuals(n: int) -> Residuals:
    place = np.linspace(300.0, 400.0, n)
    return Residuals(np.zeros(n), np.zeros(n, int), place, np.ones(n), "temperature")


def test_the_law_is_two_lines_with_a_jump() -> None:
    values = {"A": 1e3, "E_low": LOW, "E_high": HIGH, "T_c": AT, "step": np.log(FACTOR)}
    predicted = po.TwoPhases("sigma").response({"temperature": T}, values)
    np.testing.assert_allclose(predicted, jumping(0, 0.0)["conductivity"], rtol=1e-3)
    smooth = po.TwoPhases("sigma").response({"temperature": T}, values | {"step": 0.0})
    bent = po.TwoRegimes("sigma", width=0.01).response({"temperature": T}, values)
    np.testing.assert_allclose(smooth, bent, rtol=1e-3)


@pytest.mark.parametrize("named", [(), ("A",), ("T_c", "step")])
def test_what_is_sampled_gives_back_the_parameters(named: tuple[str, ...]) -> None:
    law = po.TwoPhases("sigmaT")
    window = law.window(jumping(0))
    step_ref = np.log(FACTOR) - (HIGH - LOW) / K * (1 / window["T_ref"] - 1 / AT)
    fraction = (AT - window["T_min"]) / (window["T_max"] - window["T_min"])
    low = 2e5 * np.exp(-LOW / (K * window["T_ref"])) / window["T_ref"]
    known = {"A": 2e5, "E_low": LOW, "E_high": HIGH, "T_c": AT, "step": np.log(FACTOR)}
    known |= {"conductivity_ref": low, "T_c_fraction": fraction, "step_ref": step_ref}
    coordinates = law.coordinates(named)
    sampled = {p.name: known[p.name] for p in coordinates.parameters}
    found = coordinates.to_parameters(sampled, window)
    assert found == pytest.approx({p.name: known[p.name] for p in law.parameters})


def test_a_step_is_found_where_it_is_and_chance_makes_few() -> None:
    flat = residuals(11)
    noise = np.random.default_rng(1).normal(size=(4000, 11))
    alone = largest_step(flat, noise)
    step = noise + 16 * (np.arange(11) >= 5)
    assert (largest_step(flat, step) > np.quantile(alone, 0.99)).mean() > 0.9
    found = Residuals(step[0], flat.series, flat.place, flat.size, "temperature")
    assert place_of_step(found) == (340.0, 350.0)
    assert (largest_step(residuals(5), noise[:, :5]) == 0).all()


def test_a_jump_is_doubted_under_one_line_and_found_by_two_phases() -> None:
    line = po.fit(po.Arrhenius("sigma"), jumping(1), seed=1)
    verdict = po.Verdict.of(line)
    assert verdict.word == "doubtful" and "TwoPhases" in verdict.doubts[0].text
    assert "Between 55.0 and 62.5 °C" in verdict.doubts[0].text
    tree = po.fit(po.TwoPhases("sigma"), jumping(1), seed=1)
    assert po.Verdict.of(tree).word == "trusted"
    posterior = tree.children["posterior"].dataset
    truth = {"E_low": LOW, "E_high": HIGH, "T_c": AT, "jump": FACTOR}
    for name, value in truth.items():
        low, high = np.quantile(posterior[name], [0.01, 0.99])
        assert low < value < high, name
    assert 3 < float(posterior["T_c"].quantile(0.97) - posterior["T_c"].quantile(0.03)) < 8
