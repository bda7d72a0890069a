"""Sums of normal components: what a curve over doses and a table of cells have in common.

The logarithm of a datum is a level, components that points share as far as they are alike
(one dose, one sample, one temperature), the deviation of its specimen, and a scatter. All are
normal given their scales, so that only the scales are sampled; the components follow from the
data by formula (Rasmussen and Williams 2006, section 2.2 and 2.7,
https://gaussianprocess.org/gpml/).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...models.parameter import Parameter, Values
from ..build import Priors, given_priors
from ..digests import data_digest
from ..engine.sample import Progress, Sampler
from ..fit import PACKAGES, density_key
from ..noise.correlated import correlated_variable
from ..noise.specimens import SPECIMEN_SPREAD, WITHIN, BySpecimen
from ..prior import Prior

if TYPE_CHECKING:
    import pymc as pm

Array = NDArray[np.float64]
Places = Mapping[str, Array]
"""Where points are: the dose and the level of each, or the levels of each, as numbers."""

LEVEL = 2.0
"""Standard deviation of the level around the middle of the data's range, in logarithms: 94 % of it
lie within a factor of 43."""

TOGETHER = 250
"""Draws whose components are computed at once."""


@dataclass(frozen=True)
class Components:
    """What the logarithm of a datum is made of, beside its specimen and its scatter.

    Attributes
    ----------
    name
        Of the observed variable.
    text
        The model as text.
    parameters
        The scales, with their default priors.
    covariance
        Of the components at some places and at others, from values of the parameters.
    """

    name: str
    text: str
    parameters: tuple[Parameter, ...]
    covariance: Callable[[Values, Places, Places], Any]

    def chosen(
        self, noise: BySpecimen, given: Mapping[str, Prior], window: Mapping[str, float]
    ) -> dict[str, Prior]:
        """Return the prior of every scale: the one given, or its default.

        Raises
        ------
        PosterionError
            If a prior names no scale or reaches below zero.
        """
        rounded = {name: float(f"{value:.4g}") for name, value in window.items()}
        known = {p.name: p for p in (*self.parameters, *noise.parameters)}
        for name, prior in given.items():
            if name not in known:
                raise PosterionError(
                    f"a prior is given for '{name}', which the model lacks; it has "
                    f"{', '.join(known)}."
                )
            prior.check_support(name, known[name].support)
        return {
            name: (given.get(name) or Prior.parse(parameter.prior)).at(rounded)
            for name, parameter in known.items()
        }

    def build(
        self, data: xr.Dataset, places: Places, noise: BySpecimen, priors: Mapping[str, Prior]
    ) -> "pm.Model":
        """Return the posterior of the scales as a plain PyMC model.

        Parameters
        ----------
        data
            With the variable `name`, positive, and beside it what the noise takes.
        places
            Of the points.
        noise, priors
            Of the data, and of every scale.
        """
        import pymc as pm
        import pytensor.tensor as pt

        values = data[self.name].values
        with pm.Model(coords={"point": data["point"].values}, check_bounds=False) as model:
            observed = pm.Data(f"measured_{self.name}", values, dims="point")
            middle = pm.Data("middle", middle_of(values))
            at = {
                name: pm.Data(f"place_{name}", each, dims="point") for name, each in places.items()
            }
            beside = {
                suffix: pm.Data(
                    f"{self.name}_{suffix}", data[f"{self.name}_{suffix}"].values, dims="point"
                )
                for suffix in noise.inputs
            }
            scales = {name: prior.variable(name) for name, prior in priors.items()}
            sigma, shared = noise.errors(observed, scales | beside)
            correlated_variable(
                self.name,
                pt.exp(middle) + pt.zeros_like(observed),
                sigma,
                LEVEL**2 + shared + self.covariance(scales, at, at),
                log=True,
                observed=observed,
                dims="point",
            )
        return model

    def sample(
        self,
        data: xr.Dataset,
        places: Places,
        noise: BySpecimen,
        *,
        given: Priors | None = None,
        window: Mapping[str, float] | None = None,
        seed: int = 0,
        draws: int = 1000,
        chains: int = 4,
        progress: Progress | None = None,
    ) -> xr.DataTree:
        """Sample the scales; the result is that of `fit`."""
        own = given_priors(given or {}, (*self.parameters, *noise.parameters))
        priors = self.chosen(noise, own, window or {})
        key = density_key(self.text, priors, noise, None)
        sampler = Sampler(self.build(data, places, noise, priors), key)
        tree = sampler.sample(seed=seed, draws=draws, chains=chains, progress=progress)
        self._describe(tree, noise)
        unit = str(data[self.name].attrs.get("units", ""))
        tree.attrs |= {
            "model": self.text,
            "parameters": json.dumps(list(priors)),
            "unit": unit,
            "window": json.dumps(dict(window or {})),
            "pool": json.dumps({"pool": None}),
            "noise": repr(noise),
            "noise_description": noise.description,
            "priors": json.dumps({name: str(prior) for name, prior in priors.items()}),
            "priors_given": json.dumps(sorted(own)),
            "source": str(data.attrs.get("source", "data in memory")),
            "messages": str(data.attrs.get("messages", "")),
            "sha256": str(data.attrs.get("sha256") or data_digest(data)),
            "n": int(data.sizes["point"]),
            "versions": json.dumps({name: version(name) for name in PACKAGES}),
        }
        return tree

    def _describe(self, tree: xr.DataTree, noise: BySpecimen) -> None:
        for group in ("posterior", "prior"):
            dataset = tree.children[group].to_dataset()
            for parameter in (*self.parameters, *noise.parameters):
                dataset[parameter.name].attrs = {
                    "units": parameter.unit,
                    "long_name": parameter.description,
                    "symbol": parameter.symbol,
                }
            tree.children[group].dataset = dataset

    def draw(
        self,
        scales: Mapping[str, Array],
        data: xr.Dataset,
        places: Places,
        wanted: Places,
        seed: int,
    ) -> Array:
        """Draw the sum of level and components at other places, a draw for each of the scales.

        Parameters
        ----------
        scales
            Draws of every scale, of shape (draws,).
        data, places
            What was measured, and where.
        wanted
            Where to draw.
        seed
            Of the draws.

        Returns
        -------
        array
            Logarithms of the response of specimens without a deviation, of shape
            (draws, places).
        """
        rng = np.random.default_rng([seed, 1])
        count = len(next(iter(scales.values())))
        parts = []
        for first in range(0, count, TOGETHER):
            some = {name: draws[first : first + TOGETHER] for name, draws in scales.items()}
            mean, covariance = self.conditional(some, data, places, wanted)
            # A smooth curve at close doses has a covariance that is singular in floating point.
            jitter = 1e-9 * np.einsum("dii->d", covariance)[:, None, None]
            root = np.linalg.cholesky(covariance + jitter * np.eye(mean.shape[-1]))
            z = rng.normal(size=(*mean.shape, 1))
            parts.append(mean + (root @ z)[..., 0])
        return np.concatenate(parts)

    def conditional(
        self, scales: Mapping[str, Array], data: xr.Dataset, places: Places, wanted: Places
    ) -> tuple[Array, Array]:
        """Return mean and covariance of level and components at other places, given the data.

        See `draw`. They have the shapes (draws, places) and (draws, places, places).
        """
        values: Array = data[self.name].values
        each = {name: np.asarray(draws)[:, None, None] for name, draws in scales.items()}
        cross, prior = (LEVEL**2 + self.covariance(each, one, wanted) for one in (places, wanted))
        weights = np.linalg.solve(self._of_data(each, data, places), cross)
        middle = middle_of(values)
        mean = middle + np.einsum("dpw,p->dw", weights, np.log(values) - middle)
        return mean, prior - np.swapaxes(cross, -1, -2) @ weights

    def log_likelihood(
        self, scales: Mapping[str, Array], data: xr.Dataset, places: Places
    ) -> Array:
        """Return the log density of the logarithms of the data, of shape (draws,).

        See `draw`.
        """
        each = {name: np.asarray(draws)[:, None, None] for name, draws in scales.items()}
        covariance = self._of_data(each, data, places)
        residual = np.log(data[self.name].values) - middle_of(data[self.name].values)
        _, volume = np.linalg.slogdet(2 * np.pi * covariance)
        scaled = np.linalg.solve(covariance, residual[:, None])[..., 0]
        return np.asarray(-(volume + scaled @ residual) / 2)

    def _of_data(self, each: Values, data: xr.Dataset, places: Places) -> Array:
        """Return the covariance of the logarithms of the data."""
        values = data[self.name].values
        specimen = data[f"{self.name}_specimen"].values
        alike = specimen[:, None] == specimen[None, :]
        own = np.zeros_like(values)
        if f"{self.name}_sd" in data:
            own = (data[f"{self.name}_sd"].values / values) ** 2
        if WITHIN.name in each:
            own = own + each[WITHIN.name] ** 2
        errors = each[SPECIMEN_SPREAD.name] ** 2 * alike + own * np.eye(values.size)
        return np.asarray(LEVEL**2 + self.covariance(each, places, places) + errors)


def middle_of(values: Array) -> float:
    """Return the middle of the range of the data's logarithms."""
    return float(np.log(values.min() * values.max()) / 2)


def posterior_scales(tree: xr.DataTree) -> dict[str, Array]:
    """Return all draws of the scales of a result, of shape (draws,)."""
    posterior = tree.children["posterior"].dataset
    return {name: posterior[name].values.ravel() for name in json.loads(tree.attrs["priors"])}


def by_chain(tree: xr.DataTree, draws: Array) -> Array:
    """Return draws of shape (draws, ...) as (chain, draw, ...)."""
    posterior = tree.children["posterior"].dataset
    return draws.reshape(posterior.sizes["chain"], posterior.sizes["draw"], *draws.shape[1:])


def same(one: Any, other: Any) -> Any:
    """Return where the levels of two sets of places are the same, as one and zero."""
    if hasattr(one, "owner"):
        import pytensor.tensor as pt

        return pt.cast(pt.eq(one[:, None], other[None, :]), "float64")
    return np.equal(one[:, None], other[None, :]).astype(float)
