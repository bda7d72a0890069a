"""Results made up by NumPy alone: draws around a truth, so that a test can bend any of them."""

import json

import numpy as np
import xarray as xr

import posterion as po

CHAINS, DRAWS = 4, 300

VERDICT = {
    "passed": True,
    "divergences": 0,
    "max_r_hat": 1.001,
    "min_ess": 900.0,
    "min_bfmi": 0.9,
    "modes": 1,
    "messages": [],
    "notes": [],
}


def result(
    text="R0-p(R1,CPE1)",
    truth=None,
    *,
    f_min=0.1,
    f_max=1e6,
    n=50,
    noise=0.005,
    replace=None,
    replace_prior=None,
    misfit=0.0,
    seed=0,
    attrs=None,
    **verdict,
):
    """Return a result like those of `posterion.fit`.

    `replace` and `replace_prior` hold draws, of shape (chain, draw), that stand in for a
    parameter's own. `misfit` is the height of a bump, in standard deviations of the noise,
    that the data have and the model lacks.
    """
    rng = np.random.default_rng(seed)
    circuit = po.Circuit.parse(text)
    truth = {"R0": 20.0, "R1": 300.0, "CPE1_Q": 2e-6, "CPE1_n": 0.85} | (truth or {})
    shape = (CHAINS, DRAWS)
    posterior, prior = {}, {}
    for parameter in circuit.parameters:
        name, value = parameter.name, truth[parameter.name]
        if parameter.support == "unit":
            logit = np.log(value / (1 - value)) + 0.02 * rng.normal(size=shape)
            posterior[name] = 1 / (1 + np.exp(-logit))
            prior[name] = rng.beta(4, 1.5, size=shape)
        else:
            posterior[name] = value * np.exp(0.01 * rng.normal(size=shape))
            prior[name] = value * np.exp(4 * rng.normal(size=shape))
    posterior |= replace or {}
    prior |= replace_prior or {}
    for values in (posterior, prior):
        values |= {q.name: q.value(values) for q in circuit.quantities}
        values |= {
            "noise": noise * np.exp(0.1 * rng.normal(size=shape)),
            "floor": 1e-4 * np.exp(rng.normal(size=shape)),
        }
    prior["noise"] = 0.01 * np.exp(1.5 * rng.normal(size=shape))

    frequency = np.geomspace(f_max, f_min, n)
    flat = {p.name: posterior[p.name].reshape(-1, 1) for p in circuit.parameters}
    inputs = {"frequency": frequency}
    mean = circuit.response(inputs, flat).reshape(*shape, 2, n)
    center = np.median(mean, axis=(0, 1))
    modulus = np.hypot(*center)
    bump = misfit * np.exp(-0.5 * (np.log10(frequency / 1e3) / 0.6) ** 2)
    measured = center + noise * modulus * (rng.normal(size=(2, n)) + bump)
    replicas = mean + noise * modulus * rng.normal(size=mean.shape)

    units = {p.name: (p.unit, p.description) for p in (*circuit.parameters, *circuit.quantities)}

    def dataset(values):
        return xr.Dataset(
            {
                name: (
                    ("chain", "draw"),
                    draws,
                    dict(zip(("units", "long_name"), units.get(name, ("", name)), strict=True)),
                )
                for name, draws in values.items()
            },
            coords={"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)},
        )

    coords = {"part": ["real", "imag"], "frequency": frequency}
    sample = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
    dims = ("chain", "draw", "part", "frequency")
    priors = {
        p.name: "Beta(alpha=4, beta=1.5)" if p.support == "unit" else "LogNormal(mu=3, sigma=4)"
        for p in circuit.coordinates().parameters
    }
    priors |= {"noise": "LogNormal(mu=-4.605, sigma=1.5)", "floor": "LogNormal(mu=-9.21, sigma=1)"}
    tree = xr.DataTree.from_dict(
        {
            "posterior": dataset(posterior),
            "prior": dataset(prior),
            "posterior_predictive": xr.Dataset({"Z": (dims, replicas)}, coords=coords | sample),
            "observed_data": xr.Dataset({"Z": (dims[2:], measured)}, coords=coords),
            "constant_data": xr.Dataset(
                {"measured_frequency": ("frequency", frequency)}, coords=coords
            ),
            "sample_stats": xr.Dataset({"energy": (dims[:2], rng.normal(size=shape))}),
        }
    )
    tree.attrs = {
        "verdict": json.dumps(VERDICT | verdict),
        "timing": "{}",
        "seed": 1,
        "model": str(circuit),
        "parameters": json.dumps([*(p.name for p in circuit.parameters), "noise", "floor"]),
        "noise": "Proportional()",
        "noise_description": "independent normal noise",
        "priors": json.dumps(priors),
        "priors_given": "[]",
        "source": "cell.csv",
        "messages": "",
        "sha256": "0" * 64,
        "n": n,
        "versions": json.dumps({"posterion": "0.1.0", "nutpie": "0.16", "pymc": "6.3"}),
    } | (attrs or {})
    return tree
