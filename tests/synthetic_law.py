"""Results of laws of temperature made up by NumPy alone, so that a test can bend any of them."""

import json

import numpy as np
import xarray as xr

import posterion as po

CHAINS, DRAWS = 4, 300
SHAPE = (CHAINS, DRAWS)

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
TRUTH = {
    "Arrhenius": {"conductivity_ref": 1e-3, "E_a": 0.3},
    "VTF": {"conductivity_ref": 1e-3, "E_ref": 0.3, "T_0_fraction": 0.7},
    "TwoRegimes": {"conductivity_ref": 1e-3, "E_low": 0.5, "E_high": 0.3, "T_c_fraction": 0.5},
}
WARM = np.arange(20.0, 91.0, 10.0)


def law_result(
    law=None,
    celsius=WARM,
    *,
    pool="partial",
    dim="pellet",
    noise=0.03,
    stated=None,
    truth=None,
    replace=None,
    attrs=None,
    seed=0,
    **verdict,
):
    """Return a result like those of `posterion.fit`.

    `celsius` holds temperatures, or temperatures by the label of each group. `replace` holds
    draws that stand in for those of a sampled coordinate. `stated` is the relative error that
    comes with each datum.
    """
    rng = np.random.default_rng(seed)
    law = law or po.Arrhenius("sigmaT")
    truth = TRUTH[type(law).__name__] | (truth or {})
    groups = {key: np.asarray(value, dtype=float) for key, value in celsius.items()} if (
        isinstance(celsius, dict)
    ) else {None: np.asarray(celsius, dtype=float)}  # fmt: skip
    grouped = None not in groups
    labels = [*groups] if grouped else []
    size = (*SHAPE, len(labels)) if grouped else SHAPE
    own = (dim,) if grouped else ()

    temperature = np.concatenate([*groups.values()]) + 273.15
    of_point = np.repeat(np.arange(len(groups)), [len(each) for each in groups.values()])
    data = xr.Dataset(
        {"conductivity": ("point", np.full(temperature.size, 1e-3))},
        coords={"temperature": ("point", temperature)},
    )
    window = law.window(data) if np.ptp(temperature) else {"T_ref": 300.0, "T_min": 300.0}
    names = [p.name for p in law.coordinates().parameters]
    posterior = {name: truth[name] * np.exp(0.01 * rng.normal(size=size)) for name in names}
    prior = {name: truth[name] * np.exp(0.7 * rng.normal(size=size)) for name in names}
    for fraction in ("T_0_fraction", "T_c_fraction"):
        if fraction in prior:
            prior[fraction] = rng.beta(2, 2, size=size)
    posterior |= replace or {}
    for values in (posterior, prior):
        values |= law.coordinates().to_parameters(values, window)
        with np.errstate(over="ignore"):
            values |= {q.name: q.value(values) for q in law.quantities}
    separate = grouped and pool == "none"
    for values, center, spread in ((posterior, noise, 0.1), (prior, 0.05, 1.0)):
        scatter = size if separate else SHAPE
        values["noise"] = center * np.exp(spread * rng.normal(size=scatter))
    priors = {name: "LogNormal(mu=-1, sigma=0.7)" for name in names}
    if grouped and pool == "partial":
        priors = {f"{name}_mean": prior for name, prior in priors.items()}
        priors |= {f"{name}_spread": "HalfNormal(sigma=1)" for name in names}
        for values, spread in ((posterior, 0.05), (prior, 0.7)):
            for name in names:
                values[f"{name}_mean"] = truth[name] * np.exp(spread * rng.normal(size=SHAPE))
                values[f"{name}_spread"] = 0.2 * np.exp(spread * rng.normal(size=SHAPE))
        posterior[f"{names[-1]}_offset"] = rng.normal(size=size)
    priors["noise"] = "LogNormal(mu=-3, sigma=1)"

    parameters = {p.name: posterior[p.name] for p in law.parameters}
    if grouped:
        parameters = {name: draws[..., of_point] for name, draws in parameters.items()}
    else:
        parameters = {name: draws[..., None] for name, draws in parameters.items()}
    mean = law.response({"temperature": temperature}, parameters)
    center = np.median(mean, axis=(0, 1))
    measured = center * np.exp(min(noise, 0.2) * rng.normal(size=temperature.size))
    replicas = mean * np.exp(noise * rng.normal(size=mean.shape))

    described = (*law.coordinates().parameters, *law.quantities, *law.parameters)
    meaning = {each.name: (each.unit, each.description) for each in described}

    def dataset(values):
        coords = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
        if grouped:
            coords[dim] = np.array(labels)
        variables = {}
        for name, draws in values.items():
            unit, long_name = meaning.get(name.removesuffix("_mean"), ("", name))
            dims = ("chain", "draw", *own)[: draws.ndim]
            variables[name] = (dims, draws, {"units": unit, "long_name": long_name})
        return xr.Dataset(variables, coords=coords)

    constant = {
        "measured_temperature": ("point", temperature),
        "measured_conductivity": ("point", measured),
    }
    if grouped:
        constant[f"{dim}_of_point"] = (f"{dim}_of_point_dim_0", of_point)
    if stated:
        constant["conductivity_sd"] = ("conductivity_sd_dim_0", stated * measured)
    dims = ("chain", "draw", "point")
    tree = xr.DataTree.from_dict(
        {
            "posterior": dataset(posterior),
            "prior": dataset(prior),
            "posterior_predictive": xr.Dataset({"conductivity": (dims, replicas)}),
            "observed_data": xr.Dataset({"conductivity": ("point", measured)}),
            "constant_data": xr.Dataset(constant),
            "sample_stats": xr.Dataset({"energy": (dims[:2], rng.normal(size=SHAPE))}),
        }
    )
    kinds = {"pool": {dim: pool} if grouped else None}
    tree.attrs = {
        "verdict": json.dumps(VERDICT | verdict),
        "timing": "{}",
        "seed": 1,
        "model": str(law),
        "parameters": json.dumps([*(p.name for p in law.parameters), "noise"]),
        "pool": json.dumps(kinds),
        "window": json.dumps(window),
        "unit": "S/cm",
        "noise": "Relative()",
        "noise_description": "independent log-normal noise",
        "priors": json.dumps(priors),
        "priors_given": "[]",
        "source": "sigma.csv",
        "messages": "",
        "sha256": "0" * 64,
        "n": temperature.size,
        "versions": json.dumps({"posterion": "0.1.0", "nutpie": "0.16", "pymc": "6.3"}),
    } | (attrs or {})
    return tree
