"""Parameters drawn from the priors, data simulated with them, and fitted again."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...models.parameter import Model, Support
from ..arrange import arrange, beside_output
from ..caution.general import on_line
from ..cells import Pool
from ..engine.centring import uncentre
from ..engine.groups import SAMPLE, named_dataset
from ..engine.sample import PRIOR_DRAWS, Sampler
from ..engine.simulate import simulate_prior
from ..fit import compiled_sampler
from ..noise.independent import Noise
from ..pooling import MEAN, SPREAD
from ..prior import Prior
from ..scalars import scalars, stem

Array = NDArray[np.float64]
Record = Callable[[xr.Dataset], xr.Dataset]

BLOCK = 25
"""So many simulations are drawn by one call, and are done before anything is written."""

KEPT = 99
"""Draws of each posterior that a truth is ranked among: 100 ranks are possible."""

PROBABILITIES = (0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97)
"""Ends of the 94, 80 and 50 % intervals, and the median."""

LOG_LIKELIHOOD = "log_likelihood"


@dataclass(frozen=True)
class Experiment:
    """What is simulated and fitted again, at one measured window.

    Attributes
    ----------
    model, noise, pool, draws, chains
        As in `fit`.
    design
        Inputs of the model, and an output whose sizes give the measured window: the scales that
        default priors and the noise refer to. They stay as they are for every simulation, since a
        prior that followed the simulated data would not be the one that the truth came from.
    priors
        By the name of a parameter; of the truths as well as of the fits.
    record
        Turns simulated values of the output into what is recorded of them, such as the
        interval that a limit was found in; unless given they are recorded as they are.
    seed
        Of everything. A simulation depends on it and on its own number, not on how many
        others there are or where they run.
    """

    model: Model
    design: xr.Dataset
    priors: Mapping[str, Prior]
    noise: Noise
    pool: Pool | None
    record: Record | None
    seed: int
    draws: int
    chains: int

    def sampler(self) -> Sampler:
        """Return the model with its compiled density, the design as its data."""
        data = arrange(self.model, self.design)
        sampler = compiled_sampler(self.model, dict(self.priors), self.noise, data, self.pool)
        uncentre(sampler.model)
        sampler.density.function  # noqa: B018 - compiled, or taken from disk
        return sampler

    def run(self, numbers: Sequence[int]) -> xr.Dataset:
        """Do simulations of one block.

        Parameters
        ----------
        numbers
            Of the simulations, all with the same ``number // BLOCK``.

        Returns
        -------
        xarray.Dataset
            See `calibrate`.
        """
        sampler = self.sampler()
        values, points = simulate_prior(
            sampler.model, BLOCK + PRIOR_DRAWS, self._seed(0, numbers[0] // BLOCK)
        )
        simulated = values[self.model.output]
        unobserved = {rv.name: values[rv.name][None] for rv in sampler.model.unobserved_RVs}
        prior = self._quantities(named_dataset(sampler.model, unobserved, SAMPLE))
        varying = [name for name, drawn in prior.items() if np.ptp(drawn.values) > 0]
        rows = []
        for number in numbers:
            place = number % BLOCK
            started = time.process_time()
            row = self._refit(
                sampler,
                {str(name): float(prior[name][0, place]) for name in varying},
                simulated[place],
                points[[place]],
                points[BLOCK:],  # descents start from other draws than the truths
                self._seed(1, number),
            )
            row["seconds"] = round(time.process_time() - started, 3)
            rows.append(row.expand_dims(simulation=[number]))
        supports = [self._support(str(name)) for name in rows[0]["quantity"].values]
        together = xr.concat(rows, "simulation", data_vars="minimal")
        return together.assign(support=("quantity", supports))

    def _refit(
        self,
        sampler: Sampler,
        truth: dict[str, float],
        simulated: Array,
        at: Array,
        points: Array,
        seed: int,
    ) -> xr.Dataset:
        """Fit simulated data, and compare the draws with the truth, which is at a point."""
        truth = truth | {LOG_LIKELIHOOD: np.nan}
        try:
            self._put(sampler, simulated)
            truth[LOG_LIKELIHOOD] = float(_log_likelihood(sampler, at)[0])
            tree, verdict = sampler.draw(points, seed=seed, draws=self.draws, chains=self.chains)
        except PosterionError as error:
            return self._compared(truth, {}, str(error))
        found = self._quantities(tree.children["posterior"].to_dataset())
        draws = {str(name): value.values.ravel() for name, value in found.items()}
        x = tree.children["sample_stats"].dataset["unconstrained"].values
        draws[LOG_LIKELIHOOD] = _log_likelihood(sampler, _thin(x.reshape(-1, x.shape[-1])))
        return self._compared(truth, draws, " ".join(verdict.messages))

    def _put(self, sampler: Sampler, simulated: Array) -> None:
        """Put simulated data into the model, leaving inputs and window as they are."""
        output, dims = self.model.output, self.model.output_dims
        if not np.isfinite(simulated).all():
            raise PosterionError("the simulated data are not finite; give a narrower prior.")
        recorded = arrange(self.model, self.design)
        recorded = recorded.assign({output: (dims, simulated)})
        if self.record is not None:
            recorded = self.record(recorded)
        values = recorded[output].transpose(*dims).values
        uncentre(sampler.model)  # as it was when the truths were drawn
        sampler.model.set_data(f"measured_{output}", values)
        for suffix in self.noise.inputs:
            name = f"{output}_{suffix}"
            sampler.model.set_data(name, beside_output(self.model, recorded, name))

    def _compared(
        self, truth: dict[str, float], draws: dict[str, Array], reason: str
    ) -> xr.Dataset:
        """Return ranks, moments and quantiles of each quantity; NaN where there are no draws."""
        rank, mean, sd = np.full((3, len(truth)), np.nan)
        quantile = np.full((len(truth), len(PROBABILITIES)), np.nan)
        for place, name in enumerate(truth):
            if name in draws:
                rank[place] = np.sum(_thin(draws[name]) < truth[name])
                scaled = on_line(draws[name], self._support(name))
                mean[place], sd[place] = scaled.mean(), scaled.std(ddof=1)
                # Among n draws a truth falls below the k-th in k of n + 1 cases.
                quantile[place] = np.quantile(draws[name], PROBABILITIES, method="weibull")
        return xr.Dataset(
            {
                "truth": ("quantity", [*truth.values()]),
                "rank": ("quantity", rank),
                "mean": ("quantity", mean),
                "sd": ("quantity", sd),
                "quantile": (("quantity", "probability"), quantile),
                "refused": bool(reason),
                "reason": reason,
            },
            coords={"quantity": [*truth], "probability": [*PROBABILITIES]},
        )

    def _quantities(self, values: xr.Dataset) -> xr.Dataset:
        """Return the parameters of model and noise, what is sampled in their place, and pooled."""
        own = {*self._supports}
        found = scalars(values)
        return found[[name for name in found if _of_pool(stem(str(name))) in own]]

    @property
    def _supports(self) -> dict[str, Support]:
        sampled = self.model.coordinates(self.priors).parameters
        parameters = (*self.model.parameters, *self.noise.parameters, *sampled)
        return {p.name: p.support for p in parameters}

    def _support(self, name: str) -> Support:
        if f"_{SPREAD}" in name:
            return "positive"
        return self._supports.get(_of_pool(stem(name)), "real")

    def _seed(self, kind: int, number: int) -> int:
        """Return a seed of its own for each block (kind 0) and each simulation (1)."""
        return int(np.random.SeedSequence([self.seed, kind, number]).generate_state(1)[0])


def _of_pool(name: str) -> str:
    """Return the parameter that a typical value, or a spread between groups, belongs to."""
    return name.partition(f"_{SPREAD}")[0].removesuffix(f"_{MEAN}")


def _thin(draws: Array) -> Array:
    """Keep draws that are so far apart that they are independent.

    Ranks are uniform only among independent draws (Talts et al. 2018, arXiv:1804.06788). A
    trusted run has 400 effective draws or more of everything, and `KEPT` of all draws at equal
    distances are then four times their correlation time apart.
    """
    kept: Array = draws[np.linspace(0, len(draws) - 1, KEPT).round().astype(int)]
    return kept


def _log_likelihood(sampler: Sampler, points: Array) -> Array:
    """Return the log likelihood of all data at unconstrained points of shape (n, size)."""
    (value,) = sampler.density.log_likelihood(points).values()
    total: Array = value.reshape(len(points), -1).sum(axis=1)
    return total
