"""Leaving out a frequency with both parts of Z: against fits without it."""

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

import posterion as po
from posterion.inference.model_comparison.elpd import leave_one_out
from posterion.inference.model_comparison.same_data import match

CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")
LEFT_OUT = (0, 9, 13)


@pytest.fixture(scope="module")
def spectrum() -> xr.Dataset:
    f = np.geomspace(1e5, 1, 16)
    Z = 20 + 300 / (1 + 300 * 2e-6 * (2j * np.pi * f) ** 0.85)
    rng = np.random.default_rng(3)
    Z = Z + 0.01 * np.abs(Z) * (rng.normal(size=16) + 1j * rng.normal(size=16))
    return xr.Dataset(
        {"Z": (("frequency", "part"), np.stack([Z.real, Z.imag], axis=-1))},
        coords={"frequency": f, "part": ["real", "imag"]},
    )


def test_elpd_is_that_of_fits_without_the_frequency(spectrum) -> None:
    tree = po.fit(CIRCUIT, spectrum, noise=po.Proportional(), seed=1)
    found = leave_one_out(tree, match({"a": tree})[0]["a"])
    assert found.elpd_i.shape == (16,) and found.n_data_points == 16
    smallest = float(np.hypot(*spectrum["Z"].transpose("part", "frequency").values).min())
    reliable = [place for place in LEFT_OUT if found.pareto_k.values[place] < 0.7]
    assert len(reliable) >= 2  # the first point alone tells R0
    for place in reliable:
        post = po.fit(
            CIRCUIT, spectrum.drop_isel(frequency=place), noise=po.Proportional(), seed=2
        )["posterior"]
        omega = 2 * np.pi * float(spectrum["frequency"][place])
        drawn = {name: post[name].values.ravel() for name in ("R0", "R1", "CPE1_Q", "CPE1_n")}
        arc = 1 + drawn["R1"] * drawn["CPE1_Q"] * (1j * omega) ** drawn["CPE1_n"]
        Z = drawn["R0"] + drawn["R1"] / arc
        noise, floor = (post[name].values.ravel() for name in ("noise", "floor"))
        sd = np.hypot(noise * np.abs(Z), floor * smallest)
        real, imag = spectrum["Z"].isel(frequency=place).sel(part=["real", "imag"]).values
        logs = stats.norm(Z.real, sd).logpdf(real) + stats.norm(Z.imag, sd).logpdf(imag)
        exact = special.logsumexp(logs) - np.log(logs.size)
        assert float(found.elpd_i[place]) == pytest.approx(exact, abs=0.25)
