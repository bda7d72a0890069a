"""The engine on plain models of PyMC, against the reference posteriors of posteriordb.

Magnusson, Torgander, Bürkner, Zhang, Carpenter and Vehtari (2025), arXiv:2407.04967. Each has ten
chains of a thousand reference draws, thinned until nearly independent. Flat priors of Stan are
here uniform or normal, and so wide that they change nothing by a thousandth of a standard error.
"""

import json
import os
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy import stats

import posterion as po
from posterion import Verdict

DATA = Path(__file__).parents[2] / "shared" / "data" / "posteriordb"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir() and os.environ.get("CI") != "true", reason="no reference posteriors here"
)

COMPARED = 19 * 5
"""Nineteen parameters, of each a mean, a standard deviation and three quantiles."""

LIMIT = float(stats.norm.isf(0.001 / COMPARED / 2))
"""4.4 standard errors: a right engine is blamed by all comparisons together in 0.1 % of runs."""


def line(x: Any, y: Any, sigma: Callable[[], Any]) -> pm.Model:
    with pm.Model() as model:
        b = pm.Normal("beta", 0, 1000, shape=2)
        pm.Normal("y", b[0] + b[1] * pm.Data("x", x), sigma(), observed=pm.Data("y_seen", y))
    return model


def flat_sigma() -> Any:
    return pm.Uniform("sigma", 0, 100)


def earnings() -> pm.Model:
    data = read("earnings-logearn_height")
    return line(data["height"], np.log(data["earn"]), flat_sigma)


def kidiq() -> pm.Model:
    data = read("kidiq-kidscore_momiq")
    return line(data["mom_iq"], data["kid_score"], lambda: pm.HalfCauchy("sigma", 2.5))


def mesquite() -> pm.Model:
    data = read("mesquite-logmesquite_logvolume")
    volume = data["diam1"] * data["diam2"] * data["canopy_height"]
    return line(np.log(volume), np.log(data["weight"]), flat_sigma)


def eight_schools(centered: bool = False, mu_sd: float = 5.0) -> pm.Model:
    data = read("eight_schools-eight_schools_noncentered")
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, pm.Data("mu_sd", mu_sd))
        tau = pm.HalfCauchy("tau", 5)
        if centered:
            theta = pm.Normal("theta", mu, tau, shape=8)
        else:
            theta = pm.Deterministic("theta", mu + tau * pm.Normal("theta_trans", shape=8))
        pm.Normal("y", theta, data["sigma"], observed=data["y"])
    return model


MODELS = {
    "earnings-logearn_height": earnings,
    "kidiq-kidscore_momiq": kidiq,
    "mesquite-logmesquite_logvolume": mesquite,
    "eight_schools-eight_schools_noncentered": eight_schools,
}


def read(name: str) -> dict[str, Any]:
    data = json.loads((DATA / f"{name}.data.json").read_text())
    return {key: np.asarray(value, dtype=float) for key, value in data.items()}


@cache
def reference(name: str) -> dict[str, xr.DataArray]:
    """Read the reference draws, of dims (chain, draw), by names such as beta[1]."""
    with zipfile.ZipFile(DATA / f"{name}.draws.json.zip") as archive:
        chains = json.loads(archive.read(f"{name}.json"))
    return {
        key: xr.DataArray([chain[key] for chain in chains], dims=("chain", "draw"))
        for key in chains[0]
    }


def drawn(tree: xr.DataTree, key: str) -> xr.DataArray:
    name, _, place = key.rstrip("]").partition("[")
    draws = tree["posterior"][name]
    return draws[..., int(place) - 1] if place else draws


def off(tree: xr.DataTree, name: str, deviations: Callable[..., Any]) -> dict[str, Any]:
    """Return what is further from the reference than `LIMIT` standard errors."""
    found = {
        (key, what): z
        for key, truth in reference(name).items()
        for what, z in deviations(drawn(tree, key), truth).items()
    }
    return {key: z for key, z in found.items() if abs(z) > LIMIT}


def test_the_parameters_are_counted() -> None:
    assert sum(len(reference(name)) for name in MODELS) * 5 == COMPARED


@pytest.mark.parametrize("name", MODELS)
def test_posterior_is_the_reference(name: str, deviations: Callable[..., Any]) -> None:
    tree = po.sample(MODELS[name](), seed=3)
    assert Verdict.of(tree).passed, Verdict.of(tree)
    assert off(tree, name, deviations) == {}


def test_another_prior_is_seen(deviations: Callable[..., Any]) -> None:
    """The mean of eight schools moves with its prior: of width 6 instead of 5."""
    tree = po.sample(eight_schools(mu_sd=6.0), seed=3)
    assert Verdict.of(tree).passed, Verdict.of(tree)
    seen = off(tree, "eight_schools-eight_schools_noncentered", deviations)
    assert ("mu", "mean") in seen, seen


def test_centered_eight_schools_are_right_or_refused() -> None:
    """Its funnel is what samplers fail at without a sign: then log τ misses its low end."""
    tree = po.sample(eight_schools(centered=True), seed=6)
    if Verdict.of(tree).passed:
        log_tau = np.log(tree["posterior"]["tau"].values.ravel())
        truth = np.log(reference("eight_schools-eight_schools_noncentered")["tau"].values)
        np.testing.assert_allclose(
            np.quantile(log_tau, [0.05, 0.25, 0.5, 0.75, 0.95]),
            np.quantile(truth, [0.05, 0.25, 0.5, 0.75, 0.95]),
            atol=0.2 * truth.std(),
        )
