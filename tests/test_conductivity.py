"""Conductivities from resistances and geometry."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import PosterionError
from posterion.models.transport import conductivity, disc_area

SHAPE = (4, 5000)


def fitted(spread: float = 0.0) -> xr.DataTree:
    """Make a result of two resistances and their sum, of a given relative spread."""
    rng = np.random.default_rng(12345)  # not the seed of the geometry
    R1, R2 = (mean * (1 + spread * rng.normal(size=SHAPE)) for mean in (100.0, 300.0))
    dims = ("chain", "draw")
    values = {"R1": R1, "R2": R2, "R_total": R1 + R2, "CPE3_Z": R1 / 7}
    posterior = xr.Dataset(
        {
            name: (dims, value, {"units": "ohm", "long_name": f"resistance {name}", "symbol": name})
            for name, value in values.items()
        },
        coords={"chain": range(SHAPE[0]), "draw": range(SHAPE[1])},
    )
    posterior["CPE1_Q"] = (dims, R1, {"units": "s^n/ohm", "long_name": "Q", "symbol": "Q"})
    return xr.DataTree.from_dict({"posterior": posterior})


def relative_variance(value: xr.DataArray) -> float:
    return float(value.var() / value.mean() ** 2)


def test_formulas() -> None:
    assert disc_area(2.0) == pytest.approx(3.14159265)
    # A cube of 1 cm of 1 ohm has 1 S/cm.
    assert conductivity(1.0, 1.0, 1.0) == 1.0
    assert conductivity(50.0, 0.2, 0.5) == pytest.approx(0.008)


def test_closed_form_with_exact_geometry() -> None:
    tree = fitted(0.1)
    sigma = po.conductivity(tree, thickness="450 um", diameter="10 mm")
    assert set(sigma.data_vars) == {"conductivity", "conductivity_R1", "conductivity_R2"}
    area = np.pi * 0.5**2  # cm²
    for name, resistance in (("", "R_total"), ("_R1", "R1"), ("_R2", "R2")):
        expected = 0.045 / (tree["posterior"][resistance] * area)
        np.testing.assert_allclose(sigma[f"conductivity{name}"], expected, rtol=1e-12)
        assert sigma[f"conductivity{name}"].attrs["units"] == "S/cm"
        assert sigma[f"conductivity{name}"].dims == ("chain", "draw")
    assert (sigma.attrs["thickness"], sigma.attrs["diameter"]) == ("450 um", "10 mm")


def test_units_of_length_do_not_matter() -> None:
    tree = fitted(0.1)
    a = po.conductivity(tree, thickness="450 um", diameter="10 mm")
    b = po.conductivity(tree, thickness="0.45 mm", diameter="0.01 m")
    np.testing.assert_allclose(a["conductivity"], b["conductivity"], rtol=1e-12)


def test_paper_value() -> None:
    """A pellet of 172.2 ohm, 450 µm and 10 mm has 3.33e-4 S/cm."""
    tree = fitted()
    sigma = po.conductivity(tree, thickness="450 um", diameter="10 mm")
    scaled = float(sigma["conductivity"].mean()) * 400 / 172.2
    assert scaled == pytest.approx(3.327e-4, rel=1e-3)


@pytest.mark.parametrize(
    ("thickness", "diameter", "expected"),
    [
        ("2 mm ± 0.06 mm", "8 mm", 0.03**2),
        ("2 mm", "8 mm ± 0.16 mm", 4 * 0.02**2),  # it is squared
        ("2 mm ± 3 %", "8 mm ± 2 %", 0.03**2 + 4 * 0.02**2),
    ],
)
def test_error_of_the_geometry_propagates(thickness: str, diameter: str, expected: float) -> None:
    """Relative variances add, to first order; the Monte Carlo error of a variance is √(2/n)."""
    exact = po.conductivity(fitted(0.02), thickness="2 mm", diameter="8 mm")
    sigma = po.conductivity(fitted(0.02), thickness=thickness, diameter=diameter)
    for name in ("conductivity", "conductivity_R1"):
        total = relative_variance(exact[name]) + expected
        assert relative_variance(sigma[name]) == pytest.approx(total, rel=0.05)


def test_one_geometry_for_all_resistances() -> None:
    tree = fitted(0.1)
    sigma = po.conductivity(tree, thickness="2 mm ± 0.2 mm", diameter="8 mm ± 0.4 mm")
    posterior = tree["posterior"]
    for a, b in (("R1", "R2"), ("R1", "R_total")):
        names = [f"conductivity_{r}" if r != "R_total" else "conductivity" for r in (a, b)]
        np.testing.assert_allclose(
            sigma[names[0]] / sigma[names[1]], posterior[b] / posterior[a], rtol=1e-12
        )
    np.testing.assert_allclose(
        sigma["conductivity_R1"],
        sigma["thickness"] / (posterior["R1"] * np.pi * (sigma["diameter"] / 2) ** 2),
        rtol=1e-12,
    )


def test_geometry_is_normal_and_its_lengths_independent() -> None:
    sigma = po.conductivity(fitted(), thickness="2 mm ± 0.1 mm", diameter="8 mm ± 0.2 mm")
    thickness, diameter = (sigma[name].values.ravel() for name in ("thickness", "diameter"))
    assert thickness.mean() == pytest.approx(0.2, abs=4 * 0.01 / np.sqrt(thickness.size))
    assert thickness.std() == pytest.approx(0.01, rel=0.03)
    assert diameter.std() == pytest.approx(0.02, rel=0.03)
    assert abs(np.corrcoef(thickness, diameter)[0, 1]) < 4 / np.sqrt(thickness.size)


def test_seed() -> None:
    lengths = {"thickness": "2 mm ± 0.1 mm", "diameter": "8 mm"}
    a, b, c = (po.conductivity(fitted(), **lengths, seed=seed) for seed in (1, 1, 2))
    xr.testing.assert_identical(a, b)
    assert not a["thickness"].equals(c["thickness"])


@pytest.mark.parametrize(
    ("thickness", "diameter", "message"),
    [
        ("0 mm", "8 mm", "thickness '0 mm' is not positive"),
        ("2 mm", "-8 mm", "diameter '-8 mm' is not positive"),
        ("2 mm", "8", "diameter '8'"),
        ("2 ohm", "8 mm", "thickness '2 ohm'"),
        ("thick", "8 mm", "thickness 'thick' cannot be read"),
        ("2 mm ± 0.6 mm", "8 mm", "uncertain by more than a quarter"),
        ("2 mm ± -0.1 mm", "8 mm", "negative"),
    ],
)
def test_bad_lengths(thickness: str, diameter: str, message: str) -> None:
    with pytest.raises(PosterionError, match=message):
        po.conductivity(fitted(), thickness=thickness, diameter=diameter)


def test_model_without_resistance() -> None:
    tree = fitted()
    posterior = tree["posterior"].to_dataset()[["CPE1_Q", "CPE3_Z"]]
    with pytest.raises(PosterionError, match="no resistance to make a conductivity of"):
        po.conductivity(
            xr.DataTree.from_dict({"posterior": posterior}), thickness="2 mm", diameter="8 mm"
        )
