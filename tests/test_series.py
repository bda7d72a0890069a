"""From fits of spectra to conductivity against temperature, with the whole covariance."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import xarray as xr

import posterion as po

GEOMETRY = {"thickness": "2.0 mm ± 0.04 mm", "diameter": "8 mm ± 0.08 mm"}
PATHS = {"bulk": "R1", "grain boundary": "R2"}


def fitted(R1: np.ndarray, R2: np.ndarray, degrees: float, passed: bool = True) -> xr.DataTree:
    """Return what a fit of a circuit leaves behind, with given draws."""
    draws = {"R1": R1, "R2": R2}
    posterior = xr.Dataset(
        {
            name: (("chain", "draw"), value.reshape(4, -1), {"units": "ohm"})
            for name, value in draws.items()
        }
    )
    tree = xr.DataTree.from_dict({"posterior": posterior})
    verdict = po.Verdict(
        passed, 0, 1.0, 1000.0, 1.0, 1, () if passed else ("The chains disagree.",)
    )
    tree.attrs = {"verdict": json.dumps(asdict(verdict)), "source": f"{degrees} C"}
    tree.attrs["temperature_c"] = degrees
    return tree


@pytest.fixture
def two_temperatures() -> list[xr.DataTree]:
    """Draws of anticorrelated resistances, as overlapping arcs give them."""
    rng = np.random.default_rng(0)
    trees = []
    for degrees, middle in ((25.0, (1000.0, 5000.0)), (60.0, (300.0, 900.0))):
        z = rng.multivariate_normal([0, 0], [[0.01, -0.006], [-0.006, 0.04]], size=4000)
        trees.append(fitted(*(np.exp(z) * middle).T, degrees))
    return trees


def test_conductivities_are_those_of_the_geometry(two_temperatures) -> None:
    series = po.conductivity_series(two_temperatures, **GEOMETRY, paths=PATHS)
    area = np.pi * 0.4**2
    expected = 0.2 / (np.array([1000.0, 5000.0, 300.0, 900.0]) * area)
    assert series["conductivity"].values == pytest.approx(expected, rel=0.02)
    assert series["path"].values.tolist() == ["bulk", "grain boundary"] * 2
    assert series["temperature"].values.tolist() == [298.15, 298.15, 333.15, 333.15]
    assert series["conductivity"].attrs["units"] == "S/cm"


def test_covariance_holds_spectra_and_shared_geometry(two_temperatures) -> None:
    series = po.conductivity_series(two_temperatures, **GEOMETRY, paths=PATHS)
    geometry = (0.04 / 2.0) ** 2 + (2 * 0.08 / 8) ** 2
    block = np.array([[0.01, -0.006], [-0.006, 0.04]])
    expected = np.kron(np.eye(2), block) + geometry
    assert series["conductivity_covariance"].values == pytest.approx(expected, abs=2e-3)
    between = series["conductivity_covariance"].values[:2, 2:]
    assert between == pytest.approx(np.full((2, 2), geometry), rel=1e-9)


def test_geometry_shifts_the_conductivity_and_leaves_the_activation_energy(
    two_temperatures,
) -> None:
    energies, levels = [], []
    for error in ("0 mm", "0.4 mm"):
        series = po.conductivity_series(
            two_temperatures, thickness=f"2 mm ± {error}", diameter="8 mm", paths={"bulk": "R1"}
        )
        priors = {"noise": "LogNormal(-6, 0.1)"}
        law, pool = po.Arrhenius("sigmaT"), {"path": "none"}
        post = po.fit(law, series, pool=pool, priors=priors, seed=1, draws=4000)
        assert po.Verdict.of(post).passed
        energies.append(post["posterior"]["E_a"])
        levels.append(np.log(post["posterior"]["conductivity_ref"]))
    assert float(energies[0].std()) == pytest.approx(float(energies[1].std()), rel=0.06)
    assert float(levels[0].std()) == pytest.approx(0.1 / np.sqrt(2), rel=0.1)
    assert float(levels[1].std()) == pytest.approx(np.hypot(0.2, 0.1 / np.sqrt(2)), rel=0.1)


def test_paths_that_share_a_spectrum_stay_correlated(two_temperatures) -> None:
    series = po.conductivity_series(two_temperatures, **GEOMETRY, paths=PATHS)
    priors = {"noise": "LogNormal(-6, 0.1)"}
    post = po.fit(po.Arrhenius("sigma"), series, pool={"path": "none"}, priors=priors, seed=1)
    energy = post["posterior"]["E_a"]
    r = np.corrcoef(
        energy.sel(path="bulk").values.ravel(), energy.sel(path="grain boundary").values.ravel()
    )
    assert r[0, 1] == pytest.approx(-0.006 / np.sqrt(0.01 * 0.04), abs=0.07)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"paths": {"bulk": "R7"}}, "R7.*R1, R2"),
        ({"thickness": "2"}, "thickness"),
        ({"thickness": "0 mm"}, "not positive"),
        ({"temperatures_c": [25.0]}, "1 temperatures"),
    ],
)
def test_wrong_input_is_one_sentence(two_temperatures, change, message) -> None:
    arguments = {**GEOMETRY, "paths": PATHS} | change
    with pytest.raises(po.PosterionError, match=message):
        po.conductivity_series(two_temperatures, **arguments)


def test_a_fit_that_failed_gives_no_conductivity() -> None:
    ones = np.linspace(1, 2, 400)
    with pytest.raises(po.PosterionError, match="failed its checks"):
        po.conductivity_series(
            [fitted(ones, ones, 25.0), fitted(ones, ones, 60.0, passed=False)],
            **GEOMETRY,
            paths=PATHS,
        )


def test_a_spectrum_without_temperature_asks_for_one() -> None:
    ones = np.linspace(1, 2, 400)
    tree = fitted(ones, ones, 25.0)
    del tree.attrs["temperature_c"]
    with pytest.raises(po.PosterionError, match="temperatures_c"):
        po.conductivity_series([tree], **GEOMETRY, paths=PATHS)
