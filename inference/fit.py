"""From a model and a data set to a posterior that says whether it can be trusted."""

import hashlib
import json
from collections.abc import Hashable
from dataclasses import replace
from importlib.metadata import version

import numpy as np
import xarray as xr

from ..models.circuit import Circuit
from ..models.parameter import OF_DATA, Model, Parameter, Quantity
from .arrange import arrange, output_unit, uncertain
from .build import Priors, build, choose_priors, given_priors, parameters_of, set_data
from .caution.general import enumerated
from .cells import Cells, Kind, Pool, cells
from .digests import code, data_digest
from .discrepancy import condition
from .doubts.judge import judge
from .engine.descents import Shrunk
from .engine.parts import Parts, search_parts
from .engine.sample import Progress, Sampler
from .foot import count_to_foot
from .impossible import refuse_impossible
from .measured import keep_labels
from .noise.discrepant import Discrepant
from .noise.independent import Noise, suited_noise
from .partly import accept_total
from .pooling import MEAN, pooled_parameters
from .prior import Prior
from .scalars import is_coordinate

PACKAGES = ("posterion", "pymc", "pytensor", "nutpie", "arviz", "numba", "numpy", "xarray")


def fit(
    model: Model,
    data: xr.Dataset,
    *,
    priors: Priors | None = None,
    noise: Noise | None = None,
    pool: Pool | None = None,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Fit a model to data by Markov chain Monte Carlo, whatever kind of data these are.

    What is asked of one kind comes on top in `posterion.fit`, where the arguments, the result
    and the errors are described; here everything is shared unless `pool` is given.
    """
    noise = suited_noise(noise, model, data, pooled=pool is not None)
    given = given_priors(priors or {}, parameters_of(model, noise))
    data = arrange(model, data)
    if isinstance(model, Circuit):
        refuse_impossible(data)
    groups = cells(data, model.output_dims[-1], pool)
    sampler = compiled_sampler(model, given, noise, data, pool)
    parts = None
    if isinstance(model, Circuit) and groups is not None:
        parts = _parts(model, given, noise, data, groups, seed, progress)
    tree = sampler.sample(
        seed=seed,
        draws=draws,
        chains=chains,
        starts=parts.starts() if parts else None,
        progress=progress,
    )
    unit = output_unit(model, data)
    describe(tree, model, noise, groups, unit)

    window = {name: float(f"{value:.4g}") for name, value in model.window(data).items()}
    chosen = choose_priors(model, noise, given, model.coordinates(given), groups)
    named = {
        name: f"{name}_{MEAN}" if f"{name}_{MEAN}" in tree["prior"] else name for name in chosen
    }
    tree.attrs |= {
        "model": str(model),
        "parameters": json.dumps([p.name for p in (*model.parameters, *noise.parameters)]),
        "unit": unit,
        "window": json.dumps(model.window(data)),
        "pool": json.dumps({"pool": pool}),
        **({"labels": json.dumps(_labels(data, model, groups))} if groups else {}),
        "noise": repr(noise),
        "noise_description": noise.description,
        "priors": json.dumps(
            {named[name]: str(prior.at(window)) for name, prior in chosen.items()}
        ),
        "priors_given": json.dumps(sorted(named[name] for name in given)),
        "source": str(data.attrs.get("source", "data in memory")),
        "messages": str(data.attrs.get("messages", "")),
        "sha256": str(data.attrs.get("sha256") or data_digest(data)),
        **{name: data.attrs[name] for name in ("temperature_c", "left_out") if name in data.attrs},
        "n": int(data[model.output].sizes[model.output_dims[-1]]),
        "versions": json.dumps({name: version(name) for name in PACKAGES}),
    }
    if isinstance(noise, Discrepant):
        tree = condition(tree)
        count_to_foot(tree)
        accept_total(tree)
    _leave_out_vectors(tree)
    if parts and parts.ambiguous:
        few = enumerated(parts.ambiguous)
        line = f"taken alone, {few} would allow more than one explanation of comparable weight"
        tree.attrs["messages"] = "\n".join(filter(None, (tree.attrs["messages"], line)))
    keep_labels(tree, data)
    judge(tree, data)
    return tree


def _leave_out_vectors(tree: xr.DataTree) -> None:
    """Leave out the vectors that some parameters are sampled in; each has a name of its own too."""
    for group in ("posterior", "prior"):
        held = tree.children[group].to_dataset()
        own = [name for name in held.variables if is_coordinate(str(name))]
        tree[group] = xr.DataTree(held.drop_vars(own))


def _labels(data: xr.Dataset, model: Model, groups: Cells) -> dict[str, list[str | float]]:
    """Return every label of the points that is the same all over each group, by group."""
    point = model.output_dims[-1]
    known = {}
    for name, label in data.coords.items():
        if label.dims != (point,) or name == point or name in model.inputs:
            continue
        values = [np.unique(label.values[groups.of_point == c]) for c in range(len(groups.labels))]
        if all(len(each) == 1 for each in values):
            known[str(name)] = [each[0].item() for each in values]
    return known


def _parts(
    model: Model,
    given: dict[str, Prior],
    noise: Noise,
    data: xr.Dataset,
    groups: Cells,
    seed: int,
    progress: Progress | None,
) -> Parts | None:
    """Look at each group alone; None where its priors are not those of the model of all."""
    if any(isinstance(value, Prior) for prior in given.values() for _, value in prior.arguments):
        return None  # what a hyperprior governs is no value of one group
    if progress:
        progress(f"Looking at each of {len(groups.labels)} groups alone")
    coordinates = model.coordinates(given)
    known = {p.name for p in (*coordinates.parameters, *noise.parameters)}
    own = {name: prior for name, prior in given.items() if name in known}
    one = data.isel({model.output_dims[-1]: groups.of_point == 0})
    alone = compiled_sampler(model, own, noise, one)
    return search_parts(alone, model, noise, data, groups, coordinates, seed)


class _Cache:
    """The compiled samplers of the last few models; data are put in place at each fit."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.samplers: dict[Hashable, Sampler] = {}

    def sampler(
        self,
        model: Model,
        given: dict[str, Prior],
        noise: Noise,
        data: xr.Dataset,
        pool: Pool | None = None,
    ) -> Sampler:
        # What the data decide of the model beside their values: groups, and errors of inputs.
        groups = cells(data, model.output_dims[-1], pool)
        errors = tuple((name, data[name].shape) for name in uncertain(model, data))
        shape = (groups.shape if groups else None, errors)
        key: Hashable = (model, tuple(sorted(given.items())), noise, shape)
        sampler = self.samplers.pop(key, None)
        if sampler is None:
            pymc_model = build(model, data, priors=given, noise=noise, pool=pool)
            named = density_key(str(model), given, noise, shape)
            leading = tuple(p.name for p in noise.parameters)
            funnel, shrunk = False, Shrunk()
            if isinstance(noise, Discrepant) and groups is None:
                funnel, shrunk = True, Shrunk(noise.amplitudes, noise.skews)
            sampler = Sampler(pymc_model, named, leading, funnel, shrunk)
        else:
            set_data(sampler.model, model, data, pool)
        self.samplers[key] = sampler
        while len(self.samplers) > self.size:
            self.samplers.pop(next(iter(self.samplers)))
        return sampler


_cache = _Cache(size=8)
compiled_sampler = _cache.sampler


def density_key(model: str, given: dict[str, Prior], noise: Noise, shape: Hashable) -> str:
    """Name a log density by all that it is made of: what was asked for, and the code."""
    parts = (model, sorted(given.items()), noise, shape, code())
    digest = hashlib.sha256(repr(parts).encode())
    return digest.hexdigest()


def describe(
    tree: xr.DataTree,
    model: Model,
    noise: Noise,
    groups: Cells | None = None,
    unit: str = "",
) -> None:
    """Give every variable of a result its unit, symbol and meaning.

    What a model takes as it was measured has the `unit` of the data.
    """
    sampled = model.coordinates().parameters
    known: list[Parameter | Quantity] = [
        *model.quantities,
        *sampled,
        *noise.parameters,
        *model.parameters,
    ]
    if groups:
        below = model.coordinates().below
        own = (*sampled, *model.parameters, *noise.parameters)
        for each in own:
            kind: Kind = "complete" if each in noise.parameters else "partial"
            known += pooled_parameters(each, groups.of(each.name, kind), below.get(each.name))
        known += [
            replace(p, name=f"{p.name}_{MEAN}", description=f"{p.description}, typical value")
            for p in own
        ]
        known += [
            replace(
                p,
                name=f"{p.name}_{MEAN}_{group}",
                description=f"{p.description}, typical value of the {group}",
            )
            for p in own
            for group in groups.partial
        ]
    for group in ("posterior", "prior"):
        dataset = tree.children[group].to_dataset()
        for parameter in known:
            if parameter.name in dataset:
                dataset[parameter.name].attrs = {
                    "units": parameter.unit.replace(OF_DATA, unit),
                    "long_name": parameter.description,
                    "symbol": parameter.symbol,
                }
        tree.children[group].dataset = dataset
