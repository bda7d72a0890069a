"""Predictions at points that were not measured."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.errors import PosterionError
from posterion.inference.points import points_of
from posterion.inference.predict import predict_measured
from posterion.units import registry

BOLTZMANN = 8.617333262e-5


def conductivities(pellets: int = 1, seed: int = 0) -> xr.Dataset:
    rng = np.random.default_rng(seed)
    T = np.tile(np.linspace(298.15, 353.15, 6), pellets)
    energy = np.repeat(0.3 * np.exp(0.1 * rng.normal(size=pellets)), 6)
    sigma = 500 * np.exp(-energy / (BOLTZMANN * T)) * np.exp(0.03 * rng.normal(size=T.size))
    return xr.Dataset(
        {"conductivity": ("point", sigma)},
        coords={
            "temperature": ("point", T),
            "pellet": ("point", np.repeat([f"pellet {i}" for i in range(pellets)], 6)),
        },
    )


@pytest.fixture(scope="module")
def single() -> xr.DataTree:
    return po.fit(po.Arrhenius("sigmaT"), conductivities(), seed=1)


@pytest.fixture(scope="module")
def pooled() -> xr.DataTree:
    return po.fit(po.Arrhenius("sigmaT"), conductivities(6), pool="pellet", seed=1)


def test_prediction_is_the_formula_draw_by_draw(single) -> None:
    found = po.predict(single, temperature=[300.0, 400.0])["conductivity"]
    post = single["posterior"]
    for place, T in enumerate((300.0, 400.0)):
        expected = post["A"] / T * np.exp(-post["E_a"] / (BOLTZMANN * T))
        assert found.isel(point=place).values == pytest.approx(expected.values, rel=1e-9)


def test_a_new_measurement_scatters_as_was_estimated(single) -> None:
    found = po.predict(single, temperature=[325.0])
    residual = np.log(found["conductivity_new"] / found["conductivity"])
    expected = np.sqrt(float((single["posterior"]["noise"] ** 2).mean()))
    assert float(residual.std()) == pytest.approx(expected, rel=0.1)
    assert abs(float(residual.mean())) < 0.1 * expected


def test_bands_widen_beyond_the_data(single) -> None:
    found = np.log(po.predict(single, temperature=[325.0, 450.0])["conductivity"])
    inside, beyond = found.std(("chain", "draw")).values
    assert beyond > 3 * inside


def test_the_next_pellet_is_less_known_than_those_measured(pooled) -> None:
    found = po.predict(pooled, temperature=[330.0])
    assert found["conductivity"].sizes["pellet"] == 6
    assert "pellet" not in found["conductivity_new_pellet"].dims
    known = np.log(found["conductivity"]).std(("chain", "draw")).values.max()
    unknown = float(np.log(found["conductivity_new_pellet"]).std())
    between = float(np.log(found["conductivity"].median(("chain", "draw"))).std())
    assert unknown > 5 * known
    assert unknown > 0.9 * between


@pytest.mark.parametrize("errors", [0.0, 8.0])
def test_simulated_data_scatter_around_their_own_prediction_by_the_noise(pooled, errors) -> None:
    """Of each point's own pellet, and at the temperature that each draw takes for the true one."""
    tree = pooled
    if errors:
        data = conductivities(2).assign(temperature_sd=("point", np.full(12, errors)))
        data["temperature_sd"].attrs["units"] = "K"
        tree = po.fit(po.Arrhenius("sigmaT"), data, pool={"pellet": "none"}, seed=1)
    new = tree["posterior_predictive"]["conductivity"].values
    new = new.reshape(-1, new.shape[-1])
    places = np.arange(0, len(new), len(new) // 1000)
    scatter = np.log(new[places]) - np.log(predict_measured(tree, places))
    noise = tree["posterior"]["noise"]
    if errors:
        noise = noise.isel(pellet=tree["constant_data"]["pellet_of_point"].values)
    noise = noise.values.reshape(len(new), -1)[places]
    assert np.abs((scatter / noise).mean(0)).max() < 0.15
    assert (scatter / noise).std(0) == pytest.approx(1, abs=0.1)


def test_predictions_survive_saving(single, tmp_path) -> None:
    po.save(single, tmp_path / "a.nc")
    again = po.predict(po.load(tmp_path / "a.nc"), temperature=310.0)
    assert again["conductivity"].equals(po.predict(single, temperature=310.0)["conductivity"])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, "temperature"),
        ({"temperature": 300.0, "frequency": 1.0}, "frequency"),
        ({"temperature": [np.nan]}, "finite"),
    ],
)
def test_wrong_inputs_are_one_sentence(single, inputs, message) -> None:
    with pytest.raises(po.PosterionError, match=message):
        po.predict(single, **inputs)


def test_nothing_is_predicted_from_a_run_that_failed(single) -> None:
    failed = single.copy()
    failed.attrs["verdict"] = failed.attrs["verdict"].replace('"passed": true', '"passed": false')
    with pytest.raises(po.PosterionError, match="failed its checks"):
        po.predict(failed, temperature=300.0)


@pytest.mark.parametrize("given", ["40 C", ["40 C"], "313.15 K", ["40 °C"], "pint", ["pint"]])
def test_a_temperature_is_asked_for_with_its_unit(single, given) -> None:
    quantity = registry().Quantity(40, "degC")
    given = quantity if given == "pint" else [quantity] if given == ["pint"] else given
    found = po.predict(single, temperature=given)["conductivity"]
    expected = po.predict(single, temperature=[313.15])["conductivity"]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("bare", [40, [325.0, 40.0], 120.0, 3000.0, -20])
def test_a_bare_number_that_is_hardly_kelvin_is_refused(single, bare) -> None:
    with pytest.raises(PosterionError, match=r"has no unit and would be .* write temperature='"):
        po.predict(single, temperature=bare)


def test_what_is_far_is_predicted_where_its_unit_is_said(single) -> None:
    assert po.predict(single, temperature="40 K")["temperature"].values == [40.0]
    assert po.predict(single, temperature=[250.0]).sizes["point"] == 1


def test_a_frequency_may_have_a_prefix_and_no_wrong_unit() -> None:
    tree, circuit = xr.DataTree(), po.Circuit.parse("R0")
    for wrong in ("3 mS", registry().Quantity(3, "mS")):
        with pytest.raises(PosterionError, match="its unit is not one of Hz"):
            points_of(tree, circuit, {"frequency": wrong})
    (points,) = points_of(tree, circuit, {"frequency": ["1 kHz", "10 mHz"]}).values()
    assert points.values.tolist() == [1000.0, 0.01]
