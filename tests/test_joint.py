"""Two stages lose nothing: one model of all spectra of a pellet gives the same energies."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr

import posterion as po
from posterion.datasets.schema import spectrum_dataset
from posterion.inference.prior import Prior

BOLTZMANN = 8.617333262e-5
CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")
PATHS = {"bulk": "R0", "boundary": "R1"}
KELVIN = np.array([293.15, 313.15, 333.15, 353.15, 373.15])
MIDDLE = 2 / (1 / KELVIN[0] + 1 / KELVIN[-1])
GEOMETRY = 0.1 / (np.pi * 0.4**2)  # of a disc, 1 mm thick and 8 mm wide, in 1/cm
SCATTER = "LogNormal(-3.9, 0.5)"  # about 2 %, of both: a scatter near zero is a funnel at once


def spectra() -> list[xr.Dataset]:
    """Two activated resistances that scatter by 2 % about their laws, and noise of 1 %."""
    rng = np.random.default_rng(4)
    f = np.logspace(5, -1, 30)
    found = []
    for T in KELVIN:
        step = (1 / T - 1 / KELVIN[0]) / BOLTZMANN
        R0, R1 = (
            R * T / KELVIN[0] * np.exp(E * step + 0.02 * rng.normal())
            for R, E in ((60, 0.25), (1000, 0.4))
        )
        Z = R0 + R1 / (1 + R1 * 1e-6 * (2j * np.pi * f) ** 0.85)
        Z = Z + 0.01 * abs(Z) * (rng.normal(size=30) + 1j * rng.normal(size=30))
        found.append(
            spectrum_dataset(f, Z, source=f"{T} K", format="simulated", temperature_c=T - 273.15)
        )
    return found


def joint_model(data: list[xr.Dataset]) -> pm.Model:
    """Write out the whole: laws, scatter about them, circuits, noise."""
    f = np.concatenate([each["frequency"].values for each in data])
    of = np.repeat(np.arange(len(data)), [each.sizes["frequency"] for each in data])
    observed = np.concatenate([e["Z"].transpose("part", "frequency").values for e in data], axis=1)
    windows = [CIRCUIT.window(each) for each in data]
    window = {name: np.array([w[name] for w in windows]) for name in windows[0]}
    coordinates, noise = CIRCUIT.coordinates(), po.Proportional()
    with pm.Model() as model:
        values = {}
        for p in coordinates.parameters:
            if p.name not in PATHS.values():
                prior = Prior.parse(p.prior).at(window)
                values[p.name] = prior.variable(p.name, shape=len(data))
        for name in PATHS.values():
            level = pm.LogNormal(f"level_{name}", np.log(1e-3), 3)
            energy = pm.LogNormal(f"E_a_{name}", np.log(0.4), 0.7)
            scatter = Prior.parse(SCATTER).variable(f"scatter_{name}")
            sigma = level * MIDDLE / KELVIN
            log_R = np.log(GEOMETRY) - pm.math.log(sigma)
            log_R = log_R + energy / BOLTZMANN * (1 / KELVIN - 1 / MIDDLE)
            values[name] = pm.LogNormal(name, log_R, scatter, shape=len(data))
        parameters = coordinates.to_parameters(values, window)
        at = {k: v[of] if getattr(v, "ndim", 0) else v for k, v in parameters.items()}
        mean = CIRCUIT.response({"frequency": f}, at)
        spread = {
            p.name: Prior.parse(p.prior).variable(p.name, shape=len(data))[of]
            for p in noise.parameters
        }
        here = {name: value[of] for name, value in window.items()}
        noise.observe("Z", mean, CIRCUIT.magnitude(mean), spread, here, observed=observed)
    return model


@pytest.mark.slow
def test_two_stages_agree_with_one_joint_model() -> None:
    data = spectra()
    fits = [po.fit(CIRCUIT, each, noise=po.Proportional(), seed=1) for each in data]
    series = po.conductivity_series(fits, thickness="1 mm", diameter="8 mm", paths=PATHS)
    two = po.fit(
        po.Arrhenius("sigmaT"),
        series,
        priors={"noise": SCATTER},
        pool={"path": "none"},
        seed=1,
        draws=4000,
    )

    model = joint_model(data)
    rng = np.random.default_rng(0)
    starts = []
    for draw in rng.integers(1000, size=40):
        start = {
            rv.name: np.array([tree["posterior"][rv.name].values[0, draw] for tree in fits])
            for rv in model.free_RVs
            if rv.name in fits[0]["posterior"]
        }
        for path, name in PATHS.items():
            own = two["posterior"].sel(path=path).isel(chain=0, draw=draw)
            start[f"E_a_{name}"] = float(own["E_a"])
            start[f"level_{name}"] = float(own["conductivity_ref"])
            start[f"scatter_{name}"] = float(own["noise"])
        starts.append(start)
    one = po.sample(model, starts=starts, seed=1, draws=3000)

    for tree in (*fits, two, one):
        assert po.Verdict.of(tree).passed, po.Verdict.of(tree)
    for path, name in PATHS.items():
        staged, joint = two["posterior"]["E_a"].sel(path=path), one["posterior"][f"E_a_{name}"]
        print(f"{path}: {staged.mean():.4f} ± {staged.std():.4f} in two stages, "
              f"{joint.mean():.4f} ± {joint.std():.4f} at once")  # fmt: skip
        assert abs(float(staged.mean() - joint.mean())) < 0.1 * float(joint.std())
        # The tails are heavy where five temperatures tell the scatter, and a standard deviation
        # follows the few largest draws.
        widths = [float(np.diff(np.quantile(draws, [0.1, 0.9]))[0]) for draws in (staged, joint)]
        assert widths[0] / widths[1] == pytest.approx(1, abs=0.08)
