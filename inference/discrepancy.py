"""What a fitted spectrum says of the discrepancies that its likelihood integrates out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from ..models.parameter import Values
from ..models.relaxation import MODES, Relaxations
from .arrange import discrepancy_modes
from .noise.independent import Proportional
from .noise.low_rank import amplitudes_given
from .revive import model_of, noise_of

Array = NDArray[np.float64]
SAMPLE = ("chain", "draw")

OFFSET = "discrepancy_offset"
"""Standardized amplitudes of all discrepancies, drawn with the other parameters."""

LEFT_OUT = "R_left_out"
"""What the discrepancy adds to the resistance to direct current."""

LEFT_OUT_ATTRS = {
    "units": "ohm",
    "long_name": "resistance to direct current that the elements of the circuit leave out",
    "symbol": r"R_{\mathrm{left\,out}}",
}

AT_ONCE = 20_000_000
"""Numbers in an array of all modes for many draws at once; more draws are taken in turn."""


def condition(tree: xr.DataTree) -> xr.DataTree:
    """Draw the discrepancies of each draw of a fit, and what follows from them.

    Given all parameters, what the data say of the amplitudes is normal, so that these draws are
    exact. The posterior gains them, and ``R_left_out``; ``R_total`` becomes that of circuit and
    discrepancy together. The log likelihood becomes that of each datum given the discrepancy, and
    the posterior predictive that of a second measurement of the same specimen by the same
    instrument.

    Parameters
    ----------
    tree
        A circuit fitted to one spectrum with the noise `Discrepant`, with predictions or without.
    """
    model, window = model_of(tree), json.loads(tree.attrs["window"])
    posterior = tree.children["posterior"].to_dataset()
    constant = tree.children["constant_data"].dataset
    dims = model.output_dims
    value = constant[f"measured_{model.output}"].transpose(*dims).values
    rng = np.random.default_rng([int(tree.attrs["seed"]), 15])
    resistance = modes_of(window).resistance
    offsets, left_out, predicted, likelihood = [], [], [], []
    for part in portions(tree, constant["measured_frequency"].values):
        amplitude = amplitudes_given(value, part.mean, part.sigma, part.factor, rng)
        middle = part.mean + np.einsum("dpnk,dk->dpn", part.factor, amplitude)
        offsets.append(amplitude)
        left_out.append(part.scale * (amplitude[:, :MODES] @ resistance))
        predicted.append(middle + part.sigma * rng.normal(size=middle.shape))
        likelihood.append(stats.norm.logpdf(value, middle, part.sigma))
    shape = tuple(posterior.sizes[dim] for dim in SAMPLE)
    drawn = np.concatenate(offsets)
    posterior[OFFSET] = ((*SAMPLE, "discrepancy_mode"), drawn.reshape(*shape, -1))
    if "R_total" in posterior:
        extra = (SAMPLE, np.concatenate(left_out).reshape(shape), LEFT_OUT_ATTRS)
        posterior[LEFT_OUT] = extra
        posterior["R_total"] = posterior["R_total"] + posterior[LEFT_OUT]
    parts = {name: child.to_dataset() for name, child in tree.children.items()}
    parts["posterior"] = posterior
    for group, values in (("posterior_predictive", predicted), ("log_likelihood", likelihood)):
        if group in parts:
            drawn = np.concatenate(values).reshape(*shape, *value.shape)
            full = xr.DataArray(drawn, dims=(*SAMPLE, *dims), coords=posterior[list(SAMPLE)].coords)
            known = parts[group][model.output].transpose(*SAMPLE, *dims)
            parts[group][model.output] = known.copy(data=full.sel(draw=known["draw"]).values)
    result = xr.DataTree.from_dict(parts)
    result.attrs = tree.attrs
    return result


def modes_of(window: Values) -> Relaxations:
    """Return the modes of relaxation over a measured window."""
    return Relaxations.over(window["omega_min"], window["omega_max"])


@dataclass(frozen=True)
class Portion:
    """Predictions at some draws: the circuit's own, and what the discrepancies may add.

    Attributes
    ----------
    draws
        Which draws, counted through the chains.
    mean, sigma
        Of the circuit with its skewed arcs, and of the noise, of shape (draws, 2, n).
    factor
        Of shape (draws, 2, n, k), see `Discrepant.factor`.
    scale
        Amplitude of the distribution of relaxation times, in ohm per decade, of shape (draws,).
    """

    draws: slice
    mean: Array
    sigma: Array
    factor: Array
    scale: Array


def portions(tree: xr.DataTree, frequency: Array, every: int = 1) -> Iterator[Portion]:
    """Yield predictions of a fitted spectrum, so many draws at a time as memory allows.

    Parameters
    ----------
    tree
        A circuit fitted with the noise `Discrepant`.
    frequency
        In Hz, of shape (n,).
    every
        Take every so many draws.
    """
    model, noise, window = model_of(tree), noise_of(tree), json.loads(tree.attrs["window"])
    posterior = tree.children["posterior"].dataset
    names = [p.name for p in (*model.parameters, *noise.parameters)]
    values = {name: posterior[name].values.reshape(-1, 1)[::every] for name in names}
    if "R_total" in posterior:
        values["R_total"] = _circuit_resistance(tree).reshape(-1, 1)[::every]
    data = {"modes": discrepancy_modes(frequency, window)}
    count = len(values[names[0]])
    rows = max(1, AT_ONCE // data["modes"][0].size)
    for start in range(0, count, rows):
        part = slice(start, min(start + rows, count))
        own = {name: value[part] for name, value in values.items()}
        flat = {name: value[:, 0] for name, value in own.items()}
        mean = model.response({"frequency": frequency}, own)
        size = model.magnitude(mean)
        shaped = {name: value[..., None] for name, value in own.items()}
        sigma = np.broadcast_to(Proportional().scale(size, shaped, window), mean.shape)
        scale = noise.causal_scale(flat, window)
        yield Portion(part, mean, sigma, noise.factor(mean, flat | data, window), scale)


def added(tree: xr.DataTree, frequency: Array, *, instrument: bool) -> Array:
    """Return what a fitted circuit and its discrepancies predict, of shape (draws, 2, n).

    Parameters
    ----------
    tree
        A circuit fitted to one spectrum with the noise `Discrepant`.
    frequency
        In Hz, of shape (n,).
    instrument
        Whether with the errors of the instrument, as it would measure the impedance.
    """
    offsets = tree.children["posterior"].dataset[OFFSET].values
    offsets = offsets.reshape(-1, offsets.shape[-1])
    kept = slice(None) if instrument else slice(MODES + 1)
    found = [
        part.mean + np.einsum("dpnk,dk->dpn", part.factor[..., kept], offsets[part.draws][:, kept])
        for part in portions(tree, frequency)
    ]
    return np.concatenate(found)


def distribution(tree: xr.DataTree, tau: Array) -> Array:
    """Return the distribution of relaxation times that the circuit leaves out.

    Parameters
    ----------
    tree
        A circuit fitted to one spectrum with the noise `Discrepant`.
    tau
        Relaxation times in s, of shape (m,).

    Returns
    -------
    array
        γ(ln τ) in ohm, of shape (draws, m): its integral over ln τ is a resistance.
    """
    window = json.loads(tree.attrs["window"])
    posterior = tree.children["posterior"].dataset
    offsets = posterior[OFFSET].values.reshape(-1, posterior[OFFSET].shape[-1])[:, :MODES]
    values = {name: posterior[name].values.ravel() for name in ("discrepancy",)}
    if "R_total" in posterior:
        values["R_total"] = _circuit_resistance(tree).ravel()
    scale = noise_of(tree).causal_scale(values, window)
    per_decade = offsets @ modes_of(window).density(np.log10(tau)).T
    return np.asarray(scale[:, None] * per_decade / np.log(10))


def _circuit_resistance(tree: xr.DataTree) -> Array:
    """Return the resistance of the circuit alone, which the discrepancy is measured by."""
    posterior = tree.children["posterior"].dataset
    total = posterior["R_total"].values
    return np.asarray(total - posterior[LEFT_OUT].values if LEFT_OUT in posterior else total)
