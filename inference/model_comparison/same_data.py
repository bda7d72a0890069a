"""Whether results are of the same data, place by place, and in what their data differ."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...models.limits import HIGH, LOW
from ...units import registry
from ..noise.censored import Censored
from ..noise.rounded import Rounded
from ..revive import model_of, noise_of

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Likelihood = Literal["density", "rounded", "censored"]

SAME = 1e-6
"""Relative difference up to which two numbers are one, written by different programs."""

SHARED = 0.5
"""Share of all places that results must have in common to be compared at these."""

_POWERS = {1.0: "T", 0.5: "√T", -1.0: "1/T", -0.5: "1/√T"}


@dataclass(frozen=True)
class Places:
    """What a result was fitted to.

    A place is what is left out as one: a frequency with both parts of Z, a temperature, a cycle.

    Attributes
    ----------
    inputs
        Where was measured, of shape (n,) each by name.
    output, unit
        Name and unit of what was measured.
    values
        Of shape (parts, n); a datum that is an interval has its bounds as further parts.
    parts
        How many data a place holds.
    likelihood
        Whether the log likelihood is of densities or of intervals of rounded or censored data.
    """

    inputs: Mapping[str, Array]
    output: str
    unit: str
    values: Array
    parts: int
    likelihood: Likelihood

    @classmethod
    def of(cls, tree: xr.DataTree) -> "Places":
        """Read the data that a result holds."""
        model, noise = model_of(tree), noise_of(tree)
        data = tree.children["constant_data"].to_dataset()
        observed = tree.children["observed_data"].dataset[model.output]
        values = np.atleast_2d(observed.transpose(*model.output_dims).values)
        kind: Likelihood = "rounded" if isinstance(noise, Rounded) else "density"
        parts = len(values)
        if isinstance(noise, Censored):
            kind = "censored"
            bounds = [data[f"{model.output}_{end}"].values for end in (LOW, HIGH)]
            values = np.stack([*values, *bounds])
        inputs = {name: data[f"measured_{name}"].values for name in model.inputs}
        return cls(inputs, model.output, str(tree.attrs["unit"]), values, parts, kind)

    @property
    def count(self) -> int:
        """Number of places."""
        return int(self.values.shape[1])

    def order(self) -> Indices:
        """Return the places in ascending order of the inputs, and then of the values."""
        return np.lexsort([*self.values[::-1], *[*self.inputs.values()][::-1]])

    def named(self, places: Indices) -> str:
        """Name places by their first input: ``3 at 0.1, 0.2 and 0.5 Hz``."""
        plural = "s" if len(places) > 1 else ""
        if not self.inputs:
            return f"{len(places)} point{plural}"
        name, values = next(iter(self.inputs.items()))
        shown = sorted(set(values[places].tolist()))
        if len(shown) > 4:
            text = f"{written(shown[0], name)} to {written(shown[-1], name)}"
        else:
            *head, last = (written(value, name) for value in shown)
            text = f"{', '.join(head)} and {last}" if head else last
        return f"{len(places)} point{plural} at {text}"


@dataclass(frozen=True)
class Match:
    """How the data of a result stand to the places that all results share.

    Attributes
    ----------
    common
        The place in the result of each shared one.
    only
        Places that not all others have.
    named
        These in words.
    log_scale
        What to add to the log density of each shared place to have it in the unit and form
        of the first result: the logarithm of a Jacobian.
    """

    common: Indices
    only: Indices
    named: str
    log_scale: Array


def match(fits: Mapping[str, xr.DataTree]) -> tuple[dict[str, Match], tuple[str, ...]]:
    """Bring the data of results together, the first of which gives unit and order.

    A factor between data, such as that of another unit or of σT in place of σ, changes
    densities by a known Jacobian. Places that one result lacks are left out of all.

    Returns
    -------
    matches, messages
        By the names of the results, and in what their data differ.

    Raises
    ------
    PosterionError
        If the data differ in such a way that nothing can be compared.
    """
    first, *others = fits
    places = {name: Places.of(tree) for name, tree in fits.items()}
    reference = places[first]
    at = {first: np.arange(reference.count)}
    scales = {first: np.zeros(reference.count)}
    messages = []
    for name in others:
        at[name], scales[name], said = _matched(first, reference, name, places[name])
        messages += said
    shared = np.flatnonzero(np.all([each >= 0 for each in at.values()], axis=0))
    most = max(each.count for each in places.values())
    if len(shared) < max(2, SHARED * most):
        raise PosterionError(_too_few(places, at, len(shared)))
    matches = {}
    for name, own in places.items():
        common = at[name][shared]
        only = np.setdiff1d(np.arange(own.count), common)
        named = own.named(only) if len(only) else ""
        if named:
            messages.append(
                f"of the data of {name}, {named} "
                f"{'are' if len(only) > 1 else 'is'} masked or different elsewhere and "
                f"left out: {len(shared)} points are compared"
            )
        matches[name] = Match(common, only, named, scales[name][shared])
    return matches, tuple(messages)


def written(value: float, axis: str) -> str:
    """Write a place on an axis for people: ``2 kHz``, ``25 °C``, ``cycle 300``."""
    if axis == "frequency":
        return f"{registry().Quantity(value, 'Hz').to_compact():.3g~P}"
    if axis == "temperature":
        return f"{value - 273.15:.4g} °C".replace("-", "−")
    return f"{axis} {value:g}"


def _matched(
    first: str, reference: Places, name: str, own: Places
) -> tuple[Indices, Array, list[str]]:
    """Return the place in a result of each of the first one's, or -1, and the log Jacobians."""
    pair = f"{first} and {name} were fitted to different data"
    if own.output != reference.output:
        raise PosterionError(
            f"{pair}: {reference.output} and {own.output}; compare fits of one quantity."
        )
    if own.likelihood != reference.likelihood:
        raise PosterionError(
            f"{first} and {name} cannot be compared: the data of one are intervals (rounded or "
            "censored), which have probabilities, and those of the other points, which have "
            "densities; fit both with one kind of noise."
        )
    factor = _factor(first, reference.unit, name, own.unit)
    messages = []
    if own.unit != reference.unit:
        messages.append(
            f"{name} was fitted in {own.unit} and {first} in {reference.unit}; densities were "
            "converted"
        )
    values = own.values * factor
    at = _by_inputs(reference, own)
    ratio = np.ones((1, reference.count))
    if at is not None:
        found = _transformation(pair, reference, values[:, at])
        if found is not None:
            ratio, said = found
            messages.append(
                f"{name} was fitted to {reference.output} {said}, and {first} was not; densities "
                "were converted"
            )
    if at is None or np.allclose(ratio, 1.0, rtol=SAME):
        at = _by_values(reference, own, values)
    if messages and own.likelihood != "density":
        raise PosterionError(
            f"{pair}: {messages[-1].partition(';')[0]}, which cannot be converted where data are "
            "intervals; fit both to one of them."
        )
    scale = np.log(ratio).sum(axis=0) * reference.parts / len(ratio)
    return at, scale - np.log(factor) * reference.parts, messages


def _factor(first: str, wanted: str, name: str, unit: str) -> float:
    if unit == wanted:
        return 1.0
    try:
        return float(registry().Quantity(1.0, unit).to(wanted).magnitude)
    except Exception as error:  # pint raises many kinds on text it cannot read
        raise PosterionError(
            f"{first} and {name} were fitted to different data: in {wanted or 'no unit'} and in "
            f"{unit or 'no unit'}, which cannot be converted; fit both to one of them."
        ) from error


def _by_inputs(reference: Places, own: Places) -> Indices | None:
    """Return the place of each of the first result's where all inputs are the same."""
    if own.count != reference.count:
        return None
    at = np.empty(reference.count, dtype=np.intp)
    at[reference.order()] = own.order()
    same = all(
        np.allclose(own.inputs[name][at], values, rtol=SAME, atol=0)
        for name, values in reference.inputs.items()
    )
    return at if same else None


def _transformation(pair: str, reference: Places, values: Array) -> tuple[Array, str] | None:
    """Find a factor between data at the same places that is constant or a power of T."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = values[: reference.parts] / reference.values[: reference.parts]
    if np.allclose(ratio, 1.0, rtol=SAME):
        return None
    if reference.output == "Z" and np.allclose(ratio, [[1.0], [-1.0]], rtol=SAME):
        raise PosterionError(
            f"{pair}: the imaginary part of Z has the opposite sign in one; read both files with "
            "the same sign."
        )
    powers = {0.0: np.ones(reference.count)}
    if "temperature" in reference.inputs:
        powers |= {power: reference.inputs["temperature"] ** power for power in _POWERS}
    for power, shape in powers.items():
        rest = ratio / shape
        constant = float(np.median(rest))
        if constant > 0 and np.allclose(rest, constant, rtol=10 * SAME):
            factors = [] if abs(constant - 1) < 10 * SAME else [f"{constant:.6g}"]
            factors += [_POWERS[power]] if power else []
            return ratio, f"times {' times '.join(factors)}"
    return None


def _by_values(reference: Places, own: Places, values: Array) -> Indices:
    """Return the place of each of the first result's by inputs and values, or -1."""
    waiting: dict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(_keys(own, values)):
        waiting[key].append(place)
    return np.array(
        [waiting[key].pop(0) if waiting[key] else -1 for key in _keys(reference, reference.values)],
        dtype=np.intp,
    )


def _keys(places: Places, values: Array) -> list[str]:
    rows = np.stack([*places.inputs.values(), *values], axis=1)
    return [" ".join(f"{value:.6e}" for value in row) for row in rows]


def _too_few(places: Mapping[str, Places], at: Mapping[str, Indices], shared: int) -> str:
    """Say which results differ most, and in what."""
    first = next(iter(places))
    worst = min(at, key=lambda name: int((at[name] >= 0).sum()))
    reference, own = places[first], places[worst]
    wheres = [
        Counter(f"{v:.6e}" for v in next(iter(p.inputs.values()), np.zeros(p.count)))
        for p in (reference, own)
    ]
    same_places = (wheres[0] & wheres[1]).total()
    differ = same_places - int((at[worst] >= 0).sum())
    what = (
        f"at {same_places} places they share, the values differ at {differ}"
        if differ
        else f"{reference.count} and {own.count} points, of which {shared} are the same"
    )
    return (
        f"{first} and {worst} were fitted to different data: {what}; fit both to the same points, "
        "neither transformed nor masked."
    )
