"""Where the tail of blocking electrodes begins, and what counts to the resistance before it."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.inference.discrepancy import distribution
from posterion.inference.foot import FOOT, count_to_foot, foot_of_tail

FREQUENCY = np.logspace(6, -1, 36)


def arc(R: float, tau: float) -> np.ndarray:
    return R / (1 + (2j * np.pi * FREQUENCY * tau) ** 0.9)


def tail(Q: float) -> np.ndarray:
    return 1 / (Q * (2j * np.pi * FREQUENCY) ** 0.7)


def scattered(Z: np.ndarray) -> np.ndarray:
    return Z + 1e-3 * np.abs(Z) * (np.random.default_rng(1).normal(size=(Z.size, 2)) @ [1, 1j])


def measured(Z: np.ndarray) -> xr.DataTree:
    parts = ("part", "frequency"), np.stack([Z.real, Z.imag])
    constant = xr.Dataset({"measured_Z": parts, "measured_frequency": ("frequency", FREQUENCY)})
    return xr.DataTree.from_dict({"constant_data": constant})


@pytest.mark.parametrize(
    ("Z", "foot"),
    [
        (arc(1e3, 1e-4) + tail(1e-4), (20, 200)),
        (200 + arc(1e3, 1e-5) + arc(500, 0.01) + tail(1e-2), None),  # the tail hardly shows
        (arc(1e3, 1e-5) + arc(500, 0.1) + tail(5e-2), None),  # between two arcs is no foot
        (arc(1e3, 1e-4) + 0j, None),
        (tail(1e-4), None),
    ],
)
def test_the_foot_is_where_the_phase_rises_to_the_slow_end(
    Z: np.ndarray, foot: tuple[float, float] | None
) -> None:
    found = foot_of_tail(measured(scattered(Z)))
    assert found is None if foot is None else foot[0] < found < foot[1]


def test_what_is_slower_than_the_foot_counts_to_the_electrodes() -> None:
    Z = scattered(arc(1e3, 1e-4) + tail(1e-4))
    tree = po.fit("p(R1,CPE1)-CPE2", po.spectrum(FREQUENCY, Z), seed=1, draws=100)
    assert FOOT not in tree.attrs  # R_total is known, and stays as it is
    posterior = tree["posterior"].to_dataset()
    slow = xr.zeros_like(posterior["R1"], dtype=bool)
    slow[:, ::2] = True
    for name, factor in (("R1", 30.0), ("CPE1_f_peak", 1e-6)):
        posterior[name] = posterior[name].where(~slow, factor * posterior[name])
    posterior["R_total"] = posterior["R1"] + posterior["R_left_out"]
    tree["posterior"].dataset = posterior
    count_to_foot(tree)
    foot = tree.attrs[FOOT]
    ln_tau = np.linspace(-25, -np.log(2 * np.pi * foot), 20_000)
    faster = np.trapezoid(distribution(tree, np.exp(ln_tau)), ln_tau, axis=1)
    expected = np.where(slow.values.ravel(), 0, posterior["R1"].values.ravel()) + faster
    np.testing.assert_allclose(tree["posterior"]["R_total"].values.ravel(), expected, atol=1)
