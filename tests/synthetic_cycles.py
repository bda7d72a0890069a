"""Results of laws of cycles made up by NumPy alone, so that a test can bend any of them."""

import json

import numpy as np
import xarray as xr

import posterion as po

CHAINS, DRAWS = 4, 150
SHAPE = (CHAINS, DRAWS)
N = np.arange(1.0, 101.0)

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
    "LinearFade": {"initial_capacity": 150.0, "loss_last": 0.1},
    "SquareRootFade": {"initial_capacity": 150.0, "loss_last": 0.1},
    "PowerFade": {"initial_capacity": 150.0, "loss_last": 0.1, "exponent": 0.8},
    "KneeFade": {
        "initial_capacity": 150.0,
        "loss_last": 0.1,
        "knee": 60.0,
        "acceleration": 5.0,
        "knee_width": 0.1,
    },
    "TwoProcessFade": {
        "initial_capacity": 150.0,
        "early_loss": -0.01,
        "early_cycles": 8.0,
        "loss_last": 0.1,
    },
    "LinearGrowth": {"initial_value": 100.0, "growth_factor": 1.5},
}


def cycle_result(
    law=None,
    cycles=N,
    *,
    pool="partial",
    dim="cell",
    noise=0.002,
    wide=0.01,
    truth=None,
    prior=None,
    values=None,
    kinds=None,
    attrs=None,
    seed=0,
    **verdict,
):
    """Return a result like those of `posterion.fit`.

    `cycles` holds cycles, or cycles by the label of each group. `wide` is the relative spread
    of the posterior draws. `prior` holds draws that stand in for the prior of a coordinate,
    `values` measured values that stand in for those of the law, and `kinds` labels of points.
    """
    rng = np.random.default_rng(seed)
    law = law or po.PowerFade()
    truth = TRUTH[type(law).__name__] | (truth or {})
    grouped = isinstance(cycles, dict)
    groups = {key: np.asarray(each, dtype=float) for key, each in cycles.items()} if grouped else {
        None: np.asarray(cycles, dtype=float)
    }  # fmt: skip
    labels = [*groups] if grouped else []
    size = (*SHAPE, len(labels)) if grouped else SHAPE
    own = (dim,) if grouped else ()
    cycle = np.concatenate([*groups.values()])
    of_point = np.repeat(np.arange(len(groups)), [len(each) for each in groups.values()])
    output = law.output
    data = xr.Dataset({output: ("point", np.full(cycle.size, 150.0))}, {"cycle": ("point", cycle)})
    window = law.window(data)
    coordinates = law.coordinates()
    names = [p.name for p in coordinates.parameters]

    def around(name, spread):
        center = truth[name] + 0 * rng.normal(size=size)
        drawn = rng.normal(size=size)
        return center + spread * drawn if center.min() < 0 else center * np.exp(spread * drawn)

    posterior = {name: around(name, wide) for name in names}
    before = {name: around(name, 0.7) for name in names} | (prior or {})
    for drawn in (posterior, before):
        drawn |= coordinates.to_parameters(drawn, window)
    for drawn, spread in ((posterior, 0.1), (before, 1.0)):
        scatter = size if grouped and pool == "none" else SHAPE
        drawn["noise"] = noise * np.exp(spread * rng.normal(size=scatter))
        drawn["rho"] = 1 / (1 + np.exp(-spread * rng.normal(size=scatter)))
    priors = {name: "LogNormal(mu=-1, sigma=0.7)" for name in names}
    if "early_loss" in priors:
        priors["early_loss"] = "Normal(mu=0, sigma=0.1)"
    if grouped and pool == "partial":
        priors = {f"{name}_mean": text for name, text in priors.items()}
        priors |= {f"{name}_spread": "HalfNormal(sigma=1)" for name in names}
        for drawn, spread in ((posterior, 0.02), (before, 0.7)):
            for name in names:
                drawn[f"{name}_mean"] = truth[name] * np.exp(spread * rng.normal(size=SHAPE))
                drawn[f"{name}_spread"] = 0.05 * np.exp(spread * rng.normal(size=SHAPE))
    priors |= {"noise": "LogNormal(mu=-5, sigma=1)", "rho": "Beta(alpha=1.5, beta=1.5)"}

    parameters = {p.name: posterior[p.name] for p in law.parameters}
    place = (..., of_point) if grouped else (..., None)
    mean = law.response({"cycle": cycle}, {name: v[place] for name, v in parameters.items()})
    center = np.median(mean, axis=(0, 1))
    measured = center * np.exp(noise * rng.normal(size=cycle.size)) if values is None else values
    replicas = mean * np.exp(noise * rng.normal(size=mean.shape))
    unit = "ohm" if output == "resistance" else "mAh/g"
    described = (*coordinates.parameters, *law.parameters)
    meaning = {p.name: (p.unit.replace("unit of the data", unit), p.description) for p in described}

    def dataset(drawn):
        coords = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
        if grouped:
            coords[dim] = np.array(labels)
        variables = {}
        for name, each in drawn.items():
            units, long_name = meaning.get(name.removesuffix("_mean"), ("", name))
            dims = ("chain", "draw", *own)[: np.ndim(each)]
            variables[name] = (dims, each, {"units": units, "long_name": long_name})
        return xr.Dataset(variables, coords=coords)

    constant = {
        "measured_cycle": ("point", cycle),
        f"measured_{output}": ("point", measured),
    }
    constant |= {f"kind_of_point_{name}": ("point", each) for name, each in (kinds or {}).items()}
    if grouped:
        constant[f"{dim}_of_point"] = (f"{dim}_of_point_dim_0", of_point)
    tree = xr.DataTree.from_dict(
        {
            "posterior": dataset(posterior),
            "prior": dataset(before),
            "posterior_predictive": xr.Dataset({output: (("chain", "draw", "point"), replicas)}),
            "observed_data": xr.Dataset({output: ("point", measured)}),
            "constant_data": xr.Dataset(constant),
            "sample_stats": xr.Dataset({"energy": (("chain", "draw"), rng.normal(size=SHAPE))}),
        }
    )
    noises = {"Relative": "Relative()"}
    tree.attrs = {
        "verdict": json.dumps(VERDICT | verdict),
        "timing": "{}",
        "seed": 1,
        "model": str(law),
        "parameters": json.dumps([*(p.name for p in law.parameters), "noise", "rho"]),
        "pool": json.dumps({"pool": {dim: pool} if grouped else None}),
        "window": json.dumps(window),
        "noise": noises.get(law.noise, "Autocorrelated(base=Gaussian())"),
        "noise_description": "autocorrelated (AR(1)) normal noise",
        "priors": json.dumps(priors),
        "priors_given": "[]",
        "source": "cells.csv",
        "messages": "",
        "sha256": "0" * 64,
        "unit": unit,
        "n": cycle.size,
        "versions": json.dumps({"posterion": "0.1.0", "nutpie": "0.16", "pymc": "6.3"}),
    } | (attrs or {})
    return tree


def within_samples(tree, samples, typical, wide=0.02, spread=(0.3, 0.05), pool="partial", seed=1):
    """Return a result of pooled cells as one whose cells were pooled within samples.

    `samples` holds the cells by sample, `typical` the typical values of parameters in each, which
    others have in common. `spread` is that between samples and between cells, on the scale of
    logarithms.
    """
    rng = np.random.default_rng(seed)
    tree, names = tree.copy(), [*samples]
    posterior = tree["posterior"].to_dataset().assign_coords(sample=names)
    cells = [str(cell) for cell in posterior["cell"].values]
    own = [next(k for k, name in enumerate(names) if cell in samples[name]) for cell in cells]
    for name in [str(n).removesuffix("_mean") for n in posterior if str(n).endswith("_mean")]:
        middle = np.array([typical.get(name, {}).get(s, TRUTH["PowerFade"][name]) for s in names])
        drawn = middle * np.exp(wide * rng.normal(size=(*SHAPE, len(names))))
        of_samples = (("chain", "draw", "sample"), drawn)
        if pool == "none":
            posterior[f"{name}_mean"] = of_samples
            posterior[f"{name}_spread"] = (("chain", "draw"), np.full(SHAPE, spread[1]))
            continue
        posterior = posterior.drop_vars(f"{name}_spread")
        posterior[f"{name}_mean_sample"] = of_samples
        for label, size in zip(("sample", "cell"), spread, strict=True):
            posterior[f"{name}_spread_{label}"] = (("chain", "draw"), np.full(SHAPE, size))
    tree["posterior"] = xr.DataTree(posterior)
    constant = tree["constant_data"].to_dataset()
    constant["sample_of_cell"] = ("sample_of_cell_dim_0", np.array(own))
    tree["constant_data"] = xr.DataTree(constant)
    told, before = json.loads(tree.attrs["priors"]), tree["prior"].to_dataset()
    for name in [each for each in told if each.endswith("_spread") and pool != "none"]:
        text = told.pop(name)
        told |= {f"{name}_{label}": text for label in ("sample", "cell")}
        before = before.assign({f"{name}_{label}": before[name] for label in ("sample", "cell")})
    tree["prior"] = xr.DataTree(before)
    tree.attrs["priors"] = json.dumps(told)
    tree.attrs["pool"] = json.dumps({"pool": {"sample": pool, "cell": "partial"}})
    return tree
