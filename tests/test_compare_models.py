"""Comparison of models: the right one wins where data can tell, and is not named where not."""

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

import posterion as po

BOLTZMANN = 8.617333262e-5
LAWS = {"Arrhenius": po.Arrhenius("sigma"), "VTF": po.VTF("sigma")}


def conductivities(curved: bool, n: int = 12, noise: float = 0.02, seed: int = 0) -> xr.Dataset:
    T = np.linspace(253.15, 333.15, n)
    sigma = 0.4 * np.exp(-600 / (T - 170)) if curved else 300 * np.exp(-0.25 / (BOLTZMANN * T))
    sigma = sigma * np.exp(noise * np.random.default_rng(seed).normal(size=n))
    return xr.Dataset({"conductivity": ("point", sigma)}, coords={"temperature": ("point", T)})


def fits(data: xr.Dataset) -> dict[str, xr.DataTree]:
    return {name: po.fit(law, data, seed=1) for name, law in LAWS.items()}


@pytest.fixture(scope="module")
def curved() -> dict[str, xr.DataTree]:
    return fits(conductivities(curved=True))


@pytest.fixture(scope="module")
def straight() -> dict[str, xr.DataTree]:
    return fits(conductivities(curved=False))


def test_curved_data_prefer_the_curved_law(curved) -> None:
    found = po.compare_models(curved)
    assert found.table.index[0] == "VTF"
    assert found.table.loc["VTF", "probability"] > 0.99
    assert found.table.loc["VTF", "weight"] > 0.9
    assert found.sentence.startswith("The data prefer VTF, by prediction and by evidence")


def test_straight_data_are_not_said_to_prefer_the_curved_law(straight) -> None:
    found = po.compare_models(straight)
    assert "prefer VTF" not in found.sentence
    assert found.table.loc["Arrhenius", "probability"] > 0.5
    assert abs(found.table["elpd_diff"].iloc[1]) < 4


def test_elpd_is_that_of_leaving_each_point_out_in_turn(straight) -> None:
    data = conductivities(curved=False)
    exact = 0.0
    for left_out in range(data.sizes["point"]):
        kept = data.isel(point=[i for i in range(data.sizes["point"]) if i != left_out])
        post = po.fit(LAWS["Arrhenius"], kept, seed=1)["posterior"]
        T, sigma = (float(data[name][left_out]) for name in ("temperature", "conductivity"))
        mean = np.log(post["A"]) - post["E_a"] / (BOLTZMANN * T)
        density = stats.lognorm(post["noise"].values.ravel(), scale=np.exp(mean.values.ravel()))
        logs = density.logpdf(sigma)
        exact += special.logsumexp(logs) - np.log(logs.size)
    row = po.compare_models(straight).table.loc["Arrhenius"]
    assert row["elpd"] == pytest.approx(exact, abs=0.5)
    assert 1.5 < row["p_loo"] < 4.5  # two parameters and the scatter


def test_probabilities_follow_from_the_evidences(curved) -> None:
    table = po.compare_models(curved).table
    expected = special.softmax(table["log_evidence"].to_numpy(dtype=float))
    assert table["probability"].to_numpy() == pytest.approx(expected)


def test_different_data_are_refused(curved, straight) -> None:
    with pytest.raises(po.PosterionError, match="different data"):
        po.compare_models({"VTF": curved["VTF"], "Arrhenius": straight["Arrhenius"]})


def test_one_model_is_no_comparison(curved) -> None:
    with pytest.raises(po.PosterionError, match="two or more"):
        po.compare_models({"VTF": curved["VTF"]})


def test_a_fit_that_failed_is_not_compared(curved) -> None:
    broken = curved["VTF"].copy()
    broken.attrs["verdict"] = (
        broken.attrs["verdict"]
        .replace('"passed": true', '"passed": false')
        .replace('"messages": []', '"messages": ["The chains disagree."]')
    )
    with pytest.raises(po.PosterionError, match="VTF failed its checks"):
        po.compare_models({"VTF": broken, "Arrhenius": curved["Arrhenius"]})


def test_pointwise_differences_add_up_to_that_of_the_table(curved) -> None:
    found = po.compare_models(curved)
    assert [*found.pointwise["model"].values] == [*found.table.index]
    assert found.pointwise.sum("place").values == pytest.approx(found.table["elpd"].to_numpy())
    measured = conductivities(curved=True)["temperature"].values
    assert found.pointwise["temperature"].values == pytest.approx(measured)
    difference = found.pointwise.sel(model="Arrhenius") - found.pointwise.sel(model="VTF")
    # The standard error of a sum of n independent terms.
    expected = np.sqrt(difference.size) * float(difference.std())
    assert found.table.loc["Arrhenius", "dse"] == pytest.approx(expected)


def test_no_place_is_named_where_data_cannot_tell(straight) -> None:
    assert po.compare_models(straight).regions == ()


def test_where_a_straight_law_misses_curved_data_is_named() -> None:
    # A straight line but for the two lowest temperatures, which are a factor of two below it.
    data = conductivities(curved=False, n=30)
    bent = np.where(np.arange(30) < 4, [0.3, 0.45, 0.6, 0.8] + [1.0] * 26, 1.0)
    data = data.assign(conductivity=data["conductivity"] * bent)
    found = po.compare_models(fits(data))
    assert found.table.index[0] == "VTF"
    (region,) = found.regions
    assert region.local and region.high < data["temperature"].values[8]


def test_a_point_that_one_fit_lacks_is_taken_out_of_the_other(curved) -> None:
    data = conductivities(curved=True)
    masked = {n: po.fit(law, data.drop_isel(point=5), seed=1) for n, law in LAWS.items()}
    mixed = po.compare_models({"VTF": curved["VTF"], "Arrhenius": masked["Arrhenius"]})
    exact = po.compare_models(masked)
    assert "1 point at 16.36 °C" in mixed.messages[0] and "11 points" in mixed.messages[0]
    assert mixed.pointwise.sizes["place"] == 11
    for column, error in (("elpd", 1.0), ("p_loo", 1.0), ("log_evidence", 0.3)):
        assert mixed.table[column].to_numpy() == pytest.approx(exact.table[column], abs=error)
    # Without taking it out the evidence would be that of twelve points.
    whole = po.compare_models(curved).table
    assert whole.loc["VTF", "log_evidence"] - exact.table.loc["VTF", "log_evidence"] > 3


@pytest.mark.slow
def test_a_fit_to_other_values_of_the_same_quantity_is_converted(curved) -> None:
    data = conductivities(curved=True)
    times_T = data.assign(conductivity=data["conductivity"] * data["temperature"])
    of_times_T = po.fit(LAWS["VTF"], times_T, seed=1)
    found = po.compare_models({"Arrhenius": curved["Arrhenius"], "VTF": of_times_T})
    # What σT = A exp(...) says of σ, which has a form of its own.
    form = po.fit(po.VTF("sigmaT"), data, seed=1)
    same = po.compare_models({"Arrhenius": curved["Arrhenius"], "VTF": form})
    assert "conductivity times T" in found.messages[0]
    for column in ("elpd", "log_evidence"):
        assert found.table.loc["VTF", column] == pytest.approx(
            same.table.loc["VTF", column], abs=0.4
        )


def test_data_that_share_errors_are_compared_by_evidence_alone() -> None:
    data = conductivities(curved=True)
    shared = np.full((12, 12), 0.05**2) + 1e-6 * np.eye(12)
    data = data.assign(conductivity_covariance=(("point", "other"), shared))
    found_fits = fits(data)
    found = po.compare_models(found_fits)
    assert found.table["elpd"].isna().all()
    assert found.table.index[0] == "VTF"
    assert found.sentence.startswith("The data prefer VTF by evidence (")
    assert "share errors" in found.messages[0]
    assert found.pointwise.name == "log_likelihood"
    assert 1.5 < found.table.loc["Arrhenius", "p_waic"] < 4.5
    masked = po.fit(LAWS["Arrhenius"], conductivities(curved=True).isel(point=slice(1, 12)), seed=1)
    with pytest.raises(po.PosterionError, match="depend on each other"):
        po.compare_models({"a": found_fits["VTF"], "b": masked})
