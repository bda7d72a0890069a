"""What a fitted model says of points that were not measured."""

import json
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import PosterionError
from ..models.parameter import Model
from .cells import pooling_kinds
from .discrepancy import added, added_measured, added_unmeasured, is_discrepant
from .engine.density import interpreted
from .measured import group_dim
from .noise.correlated import Autocorrelated
from .points import points_of
from .pooling import MEAN, link, spread_name, unlink
from .revive import model_of, noise_of, pool_of

SAMPLE = ("chain", "draw")


def predict(tree: xr.DataTree, *, seed: int = 0, **inputs: Any) -> xr.Dataset:
    """Predict what a fitted model says at other inputs.

    Parameters
    ----------
    tree
        A fitted model.
    seed
        Of the scatter of new measurements and of new groups.
    **inputs
        Where to predict, each of shape (n,) or a number: with a unit, ``temperature="40 C"`` or
        ``["25 C", "40 C"]`` or a quantity of pint, or in the units of the model:
        ``temperature=[298.15, 313.15]`` in K, ``frequency=[0.001]`` in Hz.

    Returns
    -------
    xarray.Dataset
        Draws of dims (chain, draw, point), of spectra (chain, draw, part, frequency), with
        the dimension of the groups before these where the model was pooled: the prediction
        under the model's own name of its output, and under ``<output>_new`` that of a new
        measurement, with its scatter. Where groups share a distribution,
        ``<output>_new_<group>`` is that of the next group, which was not measured. The attribute
        ``verdict`` is the word of the fit, and ``doubts`` says why where it is doubtful.

    Raises
    ------
    PosterionError
        If an input is missing, unknown or not finite, has a wrong unit or is a bare temperature
        that is hardly meant in kelvin, or the run failed its checks.
    """
    from .verdict import Verdict, carried

    verdict = Verdict.of(tree)
    if not verdict.passed:
        raise PosterionError(
            "the run failed its checks, and nothing is predicted from it; see its messages."
        )
    model = model_of(tree)
    points = points_of(tree, model, inputs)
    posterior = tree.children["posterior"].to_dataset()
    parameters = {p.name: posterior[p.name] for p in model.parameters}
    prediction = _respond(model, points, parameters).assign_coords(points)
    if is_discrepant(tree):
        prediction, new = _discrepant(tree, prediction, seed)
    else:
        new = _scatter(tree, model, prediction, seed)
    result = {model.output: prediction, f"{model.output}_new": new}
    shared = shared_labels(tree)
    if shared:
        drawn = unmeasured_group(tree, model, new=True, seed=seed)
        unmeasured = _respond(model, points, drawn)
        if is_discrepant(tree):
            values = added_unmeasured(tree, drawn, points["frequency"].values, seed)
            unmeasured = unmeasured.copy(data=values.reshape(unmeasured.shape))
        result[f"{model.output}_new_{shared[-1]}"] = unmeasured
    dataset = xr.Dataset(result, attrs=carried(verdict)).assign_coords(points)
    for value in dataset.data_vars.values():
        value.attrs["units"] = tree.attrs["unit"]
    return dataset


def predict_measured(tree: xr.DataTree, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what a fitted model predicts at the points that it was fitted to.

    Parameters
    ----------
    tree
        A fitted model.
    places
        Of the draws of the posterior predictive, counted through its chains, shape (m,).

    Returns
    -------
    array
        Shape (m, *output): the prediction of the same draws, without scatter.
    """
    model = model_of(tree)
    constant = tree.children["constant_data"].dataset
    drawn = tree.children["posterior_predictive"].dataset["draw"]
    if is_discrepant(tree):
        return added_measured(tree, _among_all(tree, drawn)[places])
    posterior = tree.children["posterior"].to_dataset().sel(draw=drawn)
    point, dim = model.output_dims[-1], group_dim(tree)

    def at_points(name: str) -> NDArray[np.float64]:
        value = posterior[name]
        if dim in value.dims:
            group = xr.DataArray(constant[f"{dim}_of_point"].values, dims=point)
            value = value.isel({dim: group}).drop_vars(point, errors="ignore")
        elif point not in value.dims:
            value = value.expand_dims(point)
        values = value.transpose(*SAMPLE, point).values
        return np.asarray(values.reshape(-1, values.shape[-1])[places])

    inputs = {name: constant[f"measured_{name}"].values for name in model.inputs}
    for name in model.inputs:
        if f"{name}_offset" in posterior:  # its own error was stated
            scale = constant[f"measured_{name}_sd"].values
            inputs[name] = inputs[name] + scale * at_points(f"{name}_offset")
    return np.asarray(model.response(inputs, {p.name: at_points(p.name) for p in model.parameters}))


def _among_all(tree: xr.DataTree, drawn: xr.DataArray) -> NDArray[np.int64]:
    """Return the places of some draws of each chain among all draws of the posterior."""
    posterior = tree.children["posterior"].dataset
    count = posterior.sizes["draw"]
    within = posterior.indexes["draw"].get_indexer(drawn.values)
    return np.asarray((np.arange(posterior.sizes["chain"])[:, None] * count + within).ravel())


def _discrepant(
    tree: xr.DataTree, circuit: xr.DataArray, seed: int
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the impedance with what the circuit leaves out, and a new measurement of it.

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`.
    circuit
        Like what is returned, at the frequencies of interest.
    seed
        Of the noise.
    """
    frequency = np.asarray(circuit["frequency"].values, dtype=float)
    dim, rng = group_dim(tree), np.random.default_rng(seed)
    groups: list[int | None] = [None] if dim is None else [*range(circuit.sizes[dim])]
    shape = tuple(circuit.sizes[each] for each in SAMPLE)

    def arranged(each: list[NDArray[np.float64]]) -> xr.DataArray:
        stacked = np.stack(each, axis=1).reshape(*shape, len(each), 2, frequency.size)
        ordered = circuit.transpose(*SAMPLE, ..., "part", "frequency")
        return ordered.copy(data=stacked.reshape(ordered.shape))

    exact = [added(tree, frequency, instrument=False, group=group) for group in groups]
    new = [added(tree, frequency, instrument=True, group=group, noise=rng) for group in groups]
    return arranged(exact), arranged(new)


def _respond(
    model: Model, points: dict[str, xr.DataArray], parameters: dict[str, xr.DataArray]
) -> xr.DataArray:
    """Return the response at all points, for each draw and group."""
    like = xr.broadcast(*parameters.values())[0]
    values = {
        name: value.broadcast_like(like).transpose(*like.dims).values[..., None]
        for name, value in parameters.items()
    }
    response = model.response({name: point.values for name, point in points.items()}, values)
    labels = {dim: list(names) for dim, names in model.output_labels.items()}
    return xr.DataArray(
        response, dims=(*like.dims, *model.output_dims), coords=like.coords
    ).assign_coords(labels)


def _scatter(tree: xr.DataTree, model: Model, prediction: xr.DataArray, seed: int) -> xr.DataArray:
    """Return new measurements around a prediction, with the scatter that was estimated."""
    import pymc as pm

    noise = noise_of(tree)
    base: Any = noise
    while base.inputs and getattr(base, "base", None) is not None:
        base = base.base  # errors and digits belong to the data that were there
    posterior = tree.children["posterior"].to_dataset()
    window = json.loads(tree.attrs["window"])
    values = {}
    for p in base.parameters:
        value = posterior[p.name]
        for dim in set(map(str, value.dims)) - set(
            map(str, prediction.dims)
        ):  # of the samples that hold the pellets
            own = str(prediction.dims[-2])
            place = tree.children["constant_data"].dataset[f"{dim}_of_{own}"].values
            value = value.isel({dim: xr.DataArray(place, dims=own)})
        values[p.name] = value.broadcast_like(prediction).transpose(*prediction.dims).values
    if base.inputs:
        return prediction
    if isinstance(noise, Autocorrelated):  # far from the cycles that were measured
        rho = posterior["rho"].broadcast_like(prediction).transpose(*prediction.dims).values
        values["noise"] = values["noise"] / np.sqrt(1 - rho**2)
    mean = prediction.values
    with pm.Model():
        new = base.observe("new", mean, model.magnitude(mean), values, window)
    drawn = pm.draw(new, random_seed=seed, mode=interpreted())
    return prediction.copy(data=drawn)


def shared_labels(tree: xr.DataTree) -> tuple[str, ...]:
    """Return the labels of the data whose groups share a distribution.

    None where some parameter differs freely: nothing is known of that of the next group.
    """
    kinds, own = pooling_kinds(pool_of(tree))
    if any("none" in each.values() for each in own.values()):
        return ()
    return tuple(name for name, kind in kinds.items() if kind == "partial")


def unmeasured_group(
    tree: xr.DataTree, model: Model, *, new: bool, of: str | None = None, seed: int = 0
) -> dict[str, xr.DataArray]:
    """Draw the parameters of a group that was not measured from what the groups share.

    Parameters
    ----------
    tree, model
        A result that was pooled partially, and its model.
    new
        One more group; otherwise the typical one, in the middle of the others.
    of
        One of the labels above the groups, such as ``"sample"`` above cells: one group within
        each of its members. Otherwise a new group is one of a new member.
    seed
        Of the new group.
    """
    rng = np.random.default_rng(seed)
    posterior = tree.children["posterior"].to_dataset()
    given = {name.removesuffix(f"_{MEAN}") for name in json.loads(tree.attrs["priors_given"])}
    coordinates, shared = model.coordinates(given), shared_labels(tree)
    held = set()
    if of is not None:
        constant = tree.children["constant_data"].dataset
        held = {name for name in shared if name == of or f"{name}_of_{of}" in constant}
    values = {}
    _, own = pooling_kinds(pool_of(tree))
    for p in coordinates.parameters:
        differing = [
            name for name in shared if own.get(name, {}).get(p.name, "partial") == "partial"
        ]
        if not differing:  # the same in all groups
            values[p.name] = posterior[p.name]
            continue
        typical = f"{p.name}_{MEAN}" + (f"_{of}" if of in differing else "")
        value = link(p.support, posterior[typical])
        for group in differing:
            if new and group not in held:
                spread = posterior[spread_name(p.name, group, differing)]
                # By itself in each member, so that two of them can be compared.
                fresh = value.copy(data=rng.normal(size=value.shape))
                value = value + spread * fresh
        values[p.name] = unlink(p.support, value)
    return coordinates.to_parameters(values, json.loads(tree.attrs["window"]))
