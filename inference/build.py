"""The one place that turns model, priors, noise and data into a PyMC model."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ..errors import PosterionError
from ..models.parameter import Coordinates, Model, Parameter
from .arrange import arrange, beside_output, input_sd, uncertain
from .asked import asked_data, asked_model
from .cells import Cells, Pool, cells
from .given_prior import given_prior
from .noise.discrepant import Discrepant
from .noise.independent import Noise, suited_noise
from .pooling import CENTRING, MEAN, pooled_parameters, pooled_variable
from .prior import Prior
from .transforms import SumAndShares

if TYPE_CHECKING:
    import pymc as pm

Priors = Mapping[str, Any]
"""By the name of a parameter, each as `given_prior` takes it."""

WINDOW = "window"


def build(
    model: Model | str,
    data: xr.Dataset,
    *,
    priors: Priors | None = None,
    noise: Noise | None = None,
    pool: Pool | None = None,
) -> "pm.Model":
    """Return the posterior as a plain PyMC model.

    Data and the quantities of the measured window are ``pm.Data``, so `set_data` can put
    another data set in their place. The model can be simulated: forward draws of
    exchangeable parts come in the same order as the posterior's. An input whose error the
    data state (such as ``temperature_sd``) is a variable around its measured value.

    Parameters
    ----------
    model
        What is fitted, such as a `Circuit` or its text.
    data
        With the variable that the model predicts and its coordinates.
    priors
        Priors by parameter name, each as `posterion.fit` takes it; the others keep their defaults.
    noise
        What such data usually have unless given; see `usual_noise`.
    pool
        What groups of the data share; everything unless given. See `cells`.

    Raises
    ------
    PosterionError
        If a prior names no parameter or reaches beyond its support, or the data lack
        what the model needs.
    """
    import pymc as pm

    model, data = asked_model(model, noise), asked_data(data)
    noise = suited_noise(noise, model, data, pooled=pool is not None)
    given = given_priors(priors or {}, parameters_of(model, noise))
    coordinates = model.coordinates(given)
    data = arrange(model, data)
    groups = cells(data, model.output_dims[-1], pool)
    chosen = choose_priors(model, noise, given, coordinates, groups)
    window_values = model.window(data)
    dims = model.output_dims

    coords: dict[str, Any] = {dim: data[dim].values for dim in dims}
    coords |= {WINDOW: list(window_values)} | (groups.coords if groups else {})
    # Values reach the likelihood only through transforms that keep them in range, so the
    # checks of every argument at every gradient are left out.
    with pm.Model(coords=coords, check_bounds=False) as pymc_model:
        inputs = {name: _input(name, data) for name in model.inputs}
        window = _window(window_values)
        observed = pm.Data(
            f"measured_{model.output}", data[model.output].transpose(*dims).values, dims=dims
        )

        indices = {
            name: pm.Data(name, index) for name, index in (groups.indices if groups else {}).items()
        }
        summed = _summed_names(coordinates, chosen, noise, groups)
        values = _variables(coordinates, chosen, window, window_values, groups, indices, summed)
        parameters = coordinates.to_parameters(values, window)
        derived = {q.name: q.value(parameters) for q in model.quantities}
        for name, value in (parameters | derived).items():
            if name not in values:
                pm.Deterministic(name, value, dims=_cell_dims(value, groups))
        for name, value in values.items():
            if name not in pymc_model.named_vars:
                pm.Deterministic(name, value, dims=_cell_dims(value, groups))
        if groups:
            place = indices[f"{groups.dim}_of_point"]
            parameters = {
                k: v[place] if _cell_dims(v, groups) else v for k, v in parameters.items()
            }
        if groups:
            derived = {k: v[place] if _cell_dims(v, groups) else v for k, v in derived.items()}
        scatter = derived | _scatter(noise, chosen, window, groups, indices)
        if groups:
            scatter["group"] = place
        scatter |= {
            suffix: pm.Data(name, beside_output(model, data, name))
            for suffix, name in ((suffix, f"{model.output}_{suffix}") for suffix in noise.inputs)
        }
        shapes = {name: scatter[name] for name in getattr(noise, "skews", ())}
        mean = model.response(inputs, parameters | shapes)
        noise.observe(
            model.output, mean, model.magnitude(mean), scatter, window, observed=observed, dims=dims
        )
    return pymc_model


def set_data(
    pymc_model: "pm.Model", model: Model, data: xr.Dataset, pool: Pool | None = None
) -> None:
    """Put another data set of the same kind in the place of the one in a built model.

    It must have as many groups, and the same inputs with stated errors.

    Raises
    ------
    PosterionError
        If the data lack what the model needs.
    """
    import pymc as pm

    data = arrange(model, data)
    new = {f"measured_{name}": data[name].values for name in model.inputs}
    new[f"measured_{model.output}"] = data[model.output].transpose(*model.output_dims).values
    new |= {f"measured_{name}_sd": input_sd(name, data) for name in uncertain(model, data)}
    for name in (variable.name for variable in pymc_model.data_vars):
        if name.startswith(f"{model.output}_") and f"_{CENTRING}" not in name:
            # What the noise needs beside the output.
            new[name] = beside_output(model, data, name)
    coords: dict[str, Any] = {dim: data[dim].values for dim in model.output_dims}
    groups = cells(data, model.output_dims[-1], pool)
    if groups:
        new |= groups.indices
        for dim, labels in groups.coords.items():  # which no data have, so set_data leaves them
            pymc_model.set_dim(dim, len(labels), coord_values=labels)
    new[f"{WINDOW}_values"] = np.array(list(model.window(data).values()))
    pm.set_data(new, model=pymc_model, coords=coords)


def _input(name: str, data: xr.Dataset) -> Any:
    """Create an input: data, or where its error is stated a variable around them."""
    import pymc as pm

    dims = data[name].dims
    measured = pm.Data(f"measured_{name}", data[name].values, dims=dims)
    if f"{name}_sd" not in data.variables:
        return measured
    scale = pm.Data(f"measured_{name}_sd", input_sd(name, data), dims=dims)
    return measured + scale * pm.Normal(f"{name}_offset", dims=dims)


def _cell_dims(value: Any, groups: Cells | None) -> str | None:
    """Return the dimension of a value that differs from cell to cell."""
    return groups.dim if groups and getattr(value, "ndim", 0) == 1 else None


def choose_priors(
    model: Model,
    noise: Noise,
    given: Mapping[str, Prior],
    coordinates: Coordinates,
    groups: Cells | None = None,
) -> dict[str, Prior]:
    """Return the prior of every sampled parameter: the one given, or its default."""
    spreads = []
    if groups:
        below = coordinates.below
        spreads = [
            *(pooled_parameters(p, groups.of(p.name), below.get(p.name))
              for p in coordinates.parameters),
            *(pooled_parameters(p, groups.of(p.name, "complete")) for p in noise.parameters),
        ]  # fmt: skip
        groups.check([p.name for p in (*coordinates.parameters, *noise.parameters)])
    parameters = (
        *coordinates.parameters,
        *(spread for each in spreads for spread in each),
        *noise.parameters,
    )
    names = [parameter.name for parameter in parameters]
    for name in given:
        if name not in names:
            own = [p.name for p in model.parameters if p.name not in names]
            near = get_close_matches(name, [*names, *own], n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join([*names, *own])}."
            raise PosterionError(f"a prior is given for '{name}', which the model lacks; {hint}")
    chosen = {p.name: given.get(p.name) or Prior.parse(p.prior) for p in parameters}
    for parameter in parameters:
        chosen[parameter.name].check_support(parameter.name, parameter.support)
    return chosen


def _window(values: Mapping[str, float]) -> dict[str, Any]:
    """Hold the quantities of the window in one ``pm.Data``; each costs time at every call."""
    import pymc as pm

    data = pm.Data(f"{WINDOW}_values", np.array(list(values.values())), dims=WINDOW)
    return {name: data[place] for place, name in enumerate(values)}


def given_priors(priors: Priors, parameters: Iterable[Parameter] = ()) -> dict[str, Prior]:
    """Read priors as they are given, those of known parameters by their unit and support."""
    if not isinstance(priors, Mapping):
        raise PosterionError(
            f"the priors are {priors!r}; give a dictionary such as {{'R1': 'LogNormal(5, 2)'}}."
        )
    known = {parameter.name: parameter for parameter in parameters}
    return {name: given_prior(prior, known.get(name)) for name, prior in priors.items()}


def parameters_of(model: Model, noise: Noise) -> tuple[Parameter, ...]:
    """Return all that a prior may be given for, but for what groups share."""
    return (*model.parameters, *model.coordinates().parameters, *noise.parameters)


def _variables(
    coordinates: Coordinates,
    chosen: Mapping[str, Prior],
    window: Mapping[str, Any],
    window_values: Mapping[str, float],
    groups: Cells | None,
    indices: Mapping[str, Any],
    summed: Sequence[str] = (),
) -> dict[str, Any]:
    """Create the sampled variables, ordered groups as one vector each."""
    import pymc as pm

    typical: dict[str, Any] = {}
    for group in coordinates.ordered:
        separate = _alike(group, groups).separate if groups else None
        vector = _ordered(group, chosen[group[0]], window, window_values, groups, separate)
        typical |= {name: vector[..., place] for place, name in enumerate(group)}
    if summed:
        vector = _summed(summed, chosen, window)
        typical |= {name: vector[place] for place, name in enumerate(summed)}
    values: dict[str, Any] = {}
    in_order = [name for group in coordinates.ordered for name in group]
    parameters = {p.name: p for p in coordinates.parameters}
    for name in (*in_order, *(name for name in parameters if name not in in_order)):
        prior = chosen[name].at(window)
        if groups:
            lower = coordinates.below.get(name)
            own = groups.of(name)
            if name in typical and own.partial:
                pm.Deterministic(f"{name}_{MEAN}", typical[name], dims=own.separate)
            spreads = pooled_parameters(parameters[name], own, lower)
            values[name] = pooled_variable(
                parameters[name],
                prior,
                {p.name: chosen[p.name].at(window) for p in spreads},
                own,
                indices,
                typical.get(name),
                (typical[lower], values[lower]) if lower else None,
            )
        else:
            values[name] = typical[name] if name in typical else prior.variable(name)
    return {name: values[name] for name in parameters}


def _summed(names: Sequence[str], chosen: Mapping[str, Prior], window: Mapping[str, Any]) -> Any:
    """Create log-normal values that are sampled as their sum and its parts.

    Of overlapping arcs data determine the sum of the resistances, and hardly the share of each.
    """
    import pymc as pm
    import pytensor.tensor as pt

    arguments = [dict(chosen[name].at(window).arguments) for name in names]
    mu, sigma = (pt.stack([each[key] for each in arguments]) for key in ("mu", "sigma"))
    return pm.LogNormal(
        f"summed_{'_'.join(names)}",
        mu,
        sigma,
        shape=(len(names),),
        default_transform=SumAndShares(),
        initval=np.ones(len(names)),
    )


def _summed_names(
    coordinates: Coordinates, chosen: Mapping[str, Prior], noise: Noise, groups: Cells | None
) -> list[str]:
    """Return what is sampled as a sum and its parts: where a discrepancy leaves the parts open."""
    names = [name for name in coordinates.summed if _is_plain(chosen[name])]
    return names if isinstance(noise, Discrepant) and not groups and len(names) > 1 else []


def _is_plain(prior: Prior) -> bool:
    """Tell whether a prior is log-normal with arguments that are no priors themselves."""
    return prior.family == "LogNormal" and not any(
        isinstance(value, Prior) for _, value in prior.arguments
    )


def _alike(group: tuple[str, ...], groups: Cells) -> Cells:
    """Return how an ordered group is pooled, which is the same for all of it."""
    each = [groups.of(name) for name in group]
    if any((e.separate, e.partial) != (each[0].separate, each[0].partial) for e in each):
        raise PosterionError(
            f"{' and '.join(group)} are kept in order and cannot be pooled in different ways; "
            "give them one kind of pooling."
        )
    return each[0]


def _scatter(
    noise: Noise,
    chosen: Mapping[str, Prior],
    window: Mapping[str, Any],
    groups: Cells | None,
    indices: Mapping[str, Any],
) -> dict[str, Any]:
    """Create the parameters of the noise: shared, unless groups share nothing or are told to."""
    if groups is None:
        return {p.name: chosen[p.name].at(window).variable(p.name) for p in noise.parameters}
    place = indices[f"{groups.dim}_of_point"]
    values = {}
    for p in noise.parameters:
        own = groups.of(p.name, "complete")
        spreads = {each.name: chosen[each.name].at(window) for each in pooled_parameters(p, own)}
        value = pooled_variable(p, chosen[p.name].at(window), spreads, own, indices)
        values[p.name] = value[place] if _cell_dims(value, groups) else value
    return values


def _ordered(
    group: tuple[str, ...],
    prior: Prior,
    window: Mapping[str, Any],
    window_values: Mapping[str, float],
    groups: Cells | None = None,
    separate: str | None = None,
) -> Any:
    """Create positive values that ascend: independent draws of one prior, sorted.

    One set of them, or one for each group where they differ freely by a label. The density
    is that of the order statistics, k! times the product, and forward draws are sorted;
    PyMC's ``ordered`` transform alone would leave those as they fall.
    """
    import pymc as pm
    import pytensor.tensor as pt
    from pymc.distributions.shape_utils import rv_size_is_none
    from scipy.special import gammaln

    count = len(group)
    family = getattr(pm, prior.family)
    names = [name for name, _ in prior.arguments]

    def logp(value: Any, *arguments: Any) -> Any:
        each = pm.logp(family.dist(**dict(zip(names, arguments, strict=True))), value)
        return each.sum(axis=-1) + gammaln(count + 1)

    def dist(*arguments: Any) -> Any:
        *values, size = arguments
        shape = (count,) if rv_size_is_none(size) else (*size, count)
        draws = family.dist(**dict(zip(names, values, strict=True)), size=shape)
        return pt.sort(draws, axis=-1)

    at = prior.at(window_values)
    start = dict(at.arguments)["mu"] + np.linspace(-0.5, 0.5, count) * dict(at.arguments)["sigma"]
    shape = (len(groups.groups[separate]), count) if groups and separate else (count,)
    transforms = pm.distributions.transforms
    return pm.CustomDist(
        f"ordered_{'_'.join(group)}",
        *(value for _, value in prior.at(window).arguments),
        logp=logp,
        dist=dist,
        signature="(),()->(k)",
        transform=transforms.Chain([transforms.log, transforms.ordered]),
        initval=np.broadcast_to(np.exp(start), shape),
        shape=shape,
    )
