"""What a fitted spectrum says of the discrepancies that its likelihood integrates out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from ..models.relaxation import Relaxations
from .arrange import discrepancy_modes
from .measured import group_dim
from .noise.discrepant import Discrepant
from .noise.independent import Proportional
from .noise.low_rank import amplitudes_given
from .prior import Prior
from .revive import model_of, noise_of

Array = NDArray[np.float64]
SAMPLE = ("chain", "draw")

OFFSET = "discrepancy_offset"
"""Standardized amplitudes of all discrepancies, drawn with the other parameters."""

MODE = "discrepancy_mode"
"""Dimension of these amplitudes."""

LEFT_OUT = "R_left_out"
"""What the discrepancy adds to the resistance to direct current."""

LEFT_OUT_ATTRS = {
    "units": "ohm",
    "long_name": "resistance to direct current that the elements of the circuit leave out",
    "symbol": r"R_{\mathrm{left\,out}}",
}

POLARIZATION = "R_polarization"
"""What a distribution of relaxation times in a circuit adds to the resistance to direct current."""

POLARIZATION_ATTRS = {
    "units": "ohm",
    "long_name": "resistance of the distribution of relaxation times",
    "symbol": r"R_{\mathrm{p}}",
}

AT_ONCE = 20_000_000
"""Numbers in an array of all modes for many draws at once; more draws are taken in turn."""


def is_discrepant(tree: xr.DataTree) -> bool:
    """Tell whether discrepancies were drawn with the parameters of a result."""
    return OFFSET in tree.children["posterior"].dataset


def condition(tree: xr.DataTree) -> xr.DataTree:
    """Draw the discrepancies of each draw of a fit, and what follows from them.

    Given all parameters, what the data say of the amplitudes is normal, so that these draws are
    exact. The posterior gains them, and ``R_left_out``; ``R_total`` becomes that of circuit and
    discrepancy together. The log likelihood becomes that of each datum given the discrepancy, and
    the posterior predictive that of a second measurement of the same specimen by the same
    instrument. Where many spectra were fitted together each has discrepancies of its own.

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`, with predictions or without.
    """
    model, window = model_of(tree), json.loads(tree.attrs["window"])
    posterior = tree.children["posterior"].to_dataset()
    constant = tree.children["constant_data"].dataset
    dims = model.output_dims
    value = constant[f"measured_{model.output}"].transpose(*dims).values
    frequency = constant["measured_frequency"].values
    rng = np.random.default_rng([int(tree.attrs["seed"]), 15])
    noise = _discrepant(tree)
    resistance = noise.relaxations(window).resistance
    name, attrs_of_added = (
        (POLARIZATION, POLARIZATION_ATTRS) if noise.free else (LEFT_OUT, LEFT_OUT_ATTRS)
    )
    shape = tuple(posterior.sizes[dim] for dim in SAMPLE)
    predicted, likelihood = (np.empty((int(np.prod(shape)), *value.shape)) for _ in range(2))
    offsets, left_out = [], []
    for group, points in points_of_groups(tree):
        own = value[:, points]
        for part in portions(tree, frequency[points], group=group):
            amplitude = amplitudes_given(own, part.mean, part.sigma, part.factor, rng)
            middle = part.mean + np.einsum("dpnk,dk->dpn", part.factor, amplitude)
            offsets.append(amplitude)
            left_out.append((part.causal * amplitude[:, : len(resistance)]) @ resistance)
            fresh = part.sigma * rng.normal(size=middle.shape)
            predicted[part.draws][..., points] = middle + fresh
            likelihood[part.draws][..., points] = stats.norm.logpdf(own, middle, part.sigma)
    dim = group_dim(tree)
    grouped = () if dim is None else (dim,)
    each = (*(posterior.sizes[dim] for dim in grouped), *shape)

    def drawn(found: list[Array], *last: str) -> xr.DataArray:
        flat = np.concatenate(found)
        values = xr.DataArray(flat.reshape(*each, *flat.shape[1:]), dims=(*grouped, *SAMPLE, *last))
        return values.transpose(*SAMPLE, *grouped, *last)

    posterior[OFFSET] = drawn(offsets, MODE)
    if "R_total" in posterior:
        posterior[name] = drawn(left_out).assign_attrs(attrs_of_added)
        attrs = posterior["R_total"].attrs
        posterior["R_total"] = (posterior["R_total"] + posterior[name]).assign_attrs(attrs)
    parts = {name: child.to_dataset() for name, child in tree.children.items()}
    parts["posterior"] = posterior
    for name, values in (("posterior_predictive", predicted), ("log_likelihood", likelihood)):
        if name in parts:
            full = xr.DataArray(
                values.reshape(*shape, *value.shape),
                dims=(*SAMPLE, *dims),
                coords={dim: posterior[dim] for dim in SAMPLE},
            )
            known = parts[name][model.output].transpose(*SAMPLE, *dims)
            parts[name][model.output] = known.copy(data=full.sel(draw=known["draw"]).values)
    if "log_prior" in parts:
        parts["log_prior"] = _by_name(
            parts["log_prior"], posterior, json.loads(tree.attrs["priors"])
        )
    result = xr.DataTree.from_dict(parts)
    result.attrs = tree.attrs
    return result


def _by_name(log_prior: xr.Dataset, posterior: xr.Dataset, priors: Mapping[str, str]) -> xr.Dataset:
    """Return the log priors of values that are sampled as their sum, one variable each."""
    together = [str(name) for name in log_prior if str(name).startswith("summed_")]
    for own in (own for own in priors for name in together if f"_{own}_" in f"{name}_"):
        known = dict(Prior.parse(priors[own]).arguments)
        height = stats.lognorm.logpdf(posterior[own], known["sigma"], scale=np.exp(known["mu"]))
        log_prior[own] = (posterior[own].dims, height)
    return log_prior.drop_vars(together)


def modes_of(tree: xr.DataTree) -> Relaxations:
    """Return the modes of relaxation over the measured window of a result."""
    return _discrepant(tree).relaxations(json.loads(tree.attrs["window"]))


def points_of_groups(tree: xr.DataTree) -> Iterator[tuple[int | None, NDArray[np.int64]]]:
    """Yield each group of a result with the places of its points; None where there is one."""
    constant = tree.children["constant_data"].dataset
    dim = group_dim(tree)
    if dim is None:
        yield None, np.arange(constant["measured_frequency"].size)
        return
    of_point = constant[f"{dim}_of_point"].values
    for group in range(tree.children["posterior"].dataset.sizes[dim]):
        yield group, np.flatnonzero(of_point == group)


def of_group(tree: xr.DataTree, group: int | None) -> xr.Dataset:
    """Return the posterior of one group of a result, or of all where there are no groups."""
    posterior = tree.children["posterior"].to_dataset()
    dim = group_dim(tree)
    if dim is None or group is None:
        return posterior
    constant = tree.children["constant_data"].dataset
    coarse = {
        other: int(constant[f"{other}_of_{dim}"].values[group])
        for other in map(str, posterior.dims)
        if f"{other}_of_{dim}" in constant
    }
    return posterior.isel({dim: group, **coarse})


@dataclass(frozen=True)
class Portion:
    """Predictions at some draws: the circuit's own, and what the discrepancies may add.

    Attributes
    ----------
    draws
        Which of the draws asked for.
    mean, sigma
        Of the circuit with its skewed arcs, and of the noise, of shape (draws, 2, n).
    factor
        Of shape (draws, 2, n, k), see `Discrepant.factor`.
    causal
        Amplitude of each mode of relaxation, in ohm, of shape (draws, count).
    values
        Parameters of circuit and noise by name, of shape (draws, 1).
    """

    draws: slice
    mean: Array
    sigma: Array
    factor: Array
    causal: Array
    values: Mapping[str, Array]


def portions(
    tree: xr.DataTree,
    frequency: Array,
    *,
    group: int | None = None,
    taken: NDArray[np.int64] | slice = slice(None),
) -> Iterator[Portion]:
    """Yield predictions of a fitted spectrum, so many draws at a time as memory allows.

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`.
    frequency
        In Hz, of shape (n,).
    group
        Number of the spectrum, where many were fitted together.
    taken
        Which draws, counted through the chains.
    """
    drawn = _drawn(tree, of_group(tree, group))
    yield from _portions(tree, {name: value[taken] for name, value in drawn.items()}, frequency)


def _drawn(tree: xr.DataTree, posterior: xr.Dataset) -> dict[str, Array]:
    """Return the parameters of circuit and noise, and the circuit's own R_total, as columns."""
    parameters = (*model_of(tree).parameters, *_discrepant(tree).parameters)
    return _with_total(tree, {p.name: posterior[p.name].values.reshape(-1, 1) for p in parameters})


def _with_total(tree: xr.DataTree, values: dict[str, Array]) -> dict[str, Array]:
    """Add the resistance of the circuit alone, which the discrepancy is measured by."""
    known = model_of(tree).quantities
    return values | {each.name: each.value(values) for each in known if each.name == "R_total"}


def _portions(
    tree: xr.DataTree, values: Mapping[str, Array], frequency: Array
) -> Iterator[Portion]:
    """Yield predictions for values of all parameters, each of shape (draws, 1)."""
    model, noise, window = model_of(tree), _discrepant(tree), json.loads(tree.attrs["window"])
    name = noise.inputs[0]
    modes = {name: discrepancy_modes(frequency, window, noise.relaxations(window))}
    if noise.free:
        modes["measured"] = _measured_at(tree, frequency)
    count = max(map(len, values.values()))
    rows = max(1, AT_ONCE // modes[name][0].size)
    for start in range(0, count, rows):
        part = slice(start, min(start + rows, count))
        own = {name: value[part] for name, value in values.items()}
        mean = model.response({"frequency": frequency}, own)
        shaped = {name: value[..., None] for name, value in own.items()}
        size = model.magnitude(noise.reference(mean, modes))
        sigma = Proportional().scale(size, shaped, window)
        causal = noise.causal_amplitudes(own, window).reshape(-1, noise.relaxations(window).count)
        causal = np.broadcast_to(causal, (part.stop - start, causal.shape[1]))
        factor = noise.factor(mean, {**own, **modes}, window)
        yield Portion(part, mean, np.broadcast_to(sigma, mean.shape), factor, causal, own)


def _measured_at(tree: xr.DataTree, frequency: Array) -> Array:
    """Return the measured impedance at frequencies, on lines between the points."""
    constant = tree.children["constant_data"].dataset
    known = np.log(constant["measured_frequency"].values)
    order = np.argsort(known)
    parts = constant["measured_Z"].transpose("part", "frequency").values
    return np.stack([np.interp(np.log(frequency), known[order], part[order]) for part in parts])


def added(
    tree: xr.DataTree,
    frequency: Array,
    *,
    instrument: bool,
    group: int | None = None,
    taken: NDArray[np.int64] | slice = slice(None),
    noise: np.random.Generator | None = None,
) -> Array:
    """Return what a fitted circuit and its discrepancies predict, of shape (draws, 2, n).

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`.
    frequency
        In Hz, of shape (n,).
    instrument
        Whether with the errors of the instrument, as it would measure the impedance.
    group
        Number of the spectrum, where many were fitted together.
    taken
        Which draws, counted through the chains.
    noise
        Where it is given the scatter of a new measurement is drawn with it and added.
    """
    offsets = of_group(tree, group)[OFFSET].transpose(*SAMPLE, MODE).values
    offsets = offsets.reshape(-1, offsets.shape[-1])[taken]
    kept = slice(None) if instrument else slice(modes_of(tree).count + 1)
    found = []
    for part in portions(tree, frequency, group=group, taken=taken):
        own = offsets[part.draws][:, kept]
        value = part.mean + np.einsum("dpnk,dk->dpn", part.factor[..., kept], own)
        if noise is not None:
            value = value + part.sigma * noise.normal(size=value.shape)
        found.append(value)
    return np.concatenate(found)


def added_measured(tree: xr.DataTree, taken: NDArray[np.int64]) -> Array:
    """Return what is predicted at the measured points, without scatter, of shape (draws, 2, n).

    With the errors of the instrument, which a second measurement would have too.

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`.
    taken
        Which draws, counted through the chains.
    """
    frequency = tree.children["constant_data"].dataset["measured_frequency"].values
    result = np.empty((len(taken), 2, frequency.size))
    for group, points in points_of_groups(tree):
        own = added(tree, frequency[points], instrument=True, group=group, taken=taken)
        result[..., points] = own
    return result


def added_unmeasured(
    tree: xr.DataTree, parameters: Mapping[str, xr.DataArray], frequency: Array, seed: int
) -> Array:
    """Return what is predicted of a spectrum that was not measured, of shape (draws, 2, n).

    Nothing is known of its own discrepancies but how large they are: they are drawn anew.

    Parameters
    ----------
    tree
        Many spectra fitted with the noise `Discrepant`.
    parameters
        Draws of the parameters of the circuit by name, of dims (chain, draw).
    frequency
        In Hz, of shape (n,).
    seed
        Of the discrepancies.
    """
    noise = _discrepant(tree)
    posterior = tree.children["posterior"].to_dataset()
    known = dict(parameters)
    for each in noise.parameters:
        value = posterior[each.name]
        known[each.name] = value.median([dim for dim in value.dims if dim not in SAMPLE])
    like = xr.broadcast(*known.values())[0]
    values = {
        name: value.broadcast_like(like).transpose(*SAMPLE).values.reshape(-1, 1)
        for name, value in known.items()
    }
    values = _with_total(tree, values)
    rng = np.random.default_rng([seed, 15])
    found = []
    for part in _portions(tree, values, frequency):
        factor = part.factor[..., : part.causal.shape[1] + 1]
        amplitude = rng.normal(size=(len(factor), factor.shape[-1]))
        found.append(part.mean + np.einsum("dpnk,dk->dpn", factor, amplitude))
    return np.concatenate(found)


def distribution(tree: xr.DataTree, tau: Array, *, group: int | None = None) -> Array:
    """Return the distribution of relaxation times that the circuit leaves out.

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`.
    tau
        Relaxation times in s, of shape (m,).
    group
        Number of the spectrum, where many were fitted together.

    Returns
    -------
    array
        γ(ln τ) in ohm, of shape (draws, m): its integral over ln τ is a resistance.
    """
    return np.asarray(
        drawn_amplitudes(tree, group) @ modes_of(tree).density(np.log10(tau)).T / np.log(10)
    )


def drawn_amplitudes(tree: xr.DataTree, group: int | None = None) -> Array:
    """Return each mode of relaxation as it was drawn, in ohm, of shape (draws, count)."""
    causal = _causal(tree, group)
    offsets = of_group(tree, group)[OFFSET].transpose(*SAMPLE, MODE).values
    return np.asarray(causal * offsets.reshape(-1, offsets.shape[-1])[:, : causal.shape[-1]])


def spread_before(tree: xr.DataTree, tau: Array, weights: Array) -> float:
    """Return how far a sum of γ(ln τ) may be from zero by the Gaussian process alone.

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`.
    tau
        Relaxation times in s, of shape (m,).
    weights
        Of γ at each of them, of shape (m,).

    Returns
    -------
    float
        Standard deviation, median over the amplitudes and length scales of the posterior.
    """
    each = _causal(tree, None) * (weights @ modes_of(tree).density(np.log10(tau)) / np.log(10))
    return float(np.median(np.linalg.norm(each, axis=1)))


def _causal(tree: xr.DataTree, group: int | None) -> Array:
    """Return the amplitude of each mode of relaxation in ohm, of shape (draws, count)."""
    values, noise = _drawn(tree, of_group(tree, group)), _discrepant(tree)
    causal = noise.causal_amplitudes(values, json.loads(tree.attrs["window"]))
    return np.asarray(causal.reshape(-1, modes_of(tree).count))


def _discrepant(tree: xr.DataTree) -> Discrepant:
    noise = noise_of(tree)
    if not isinstance(noise, Discrepant):
        raise TypeError(f"{noise} knows no discrepancy")
    return noise


def skews_of(tree: xr.DataTree) -> tuple[str, ...]:
    """Return the names of the parameters that skew the arcs of a fitted circuit."""
    return _discrepant(tree).skews
