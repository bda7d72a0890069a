"""Which dose is best, of several that were made and fewer that are published."""

from dataclasses import dataclass

import numpy as np

from ...inference.comparison.specimens import PELLETS
from ...inference.noise.specimens import SPECIMEN_SPREAD
from ...inference.prior import Prior
from ...models.dose import dose_window
from .fits import Array
from .inputs import Inputs, at_normal

_DRAWS = 8000


@dataclass(frozen=True)
class DoseCurve:
    """Smooth curves over all doses, through those that are published."""

    made: Array
    published: Array
    drawn: Array
    normals: tuple[Array, ...]
    picked: float

    @classmethod
    def of(cls, inputs: Inputs, made: Array, published: Array, drawn: Array) -> "DoseCurve":
        """Draw them.

        Parameters
        ----------
        inputs
            For the random numbers.
        made
            All doses.
        published
            Those with a published response.
        drawn
            Draws of these responses, one row each.
        """
        normals = tuple(inputs.normal()[:_DRAWS] for _ in range(3))
        return cls(made, published, drawn, normals, float(inputs.uniform(0.0, 1.0)[0]))

    def lead(self, spread: str | float, doses: Array) -> Array:
        """Draw what the first published dose has over the best of others.

        Parameters
        ----------
        spread
            Between specimens made alike; ``"pellets"`` for its prior.
        doses
            The first published dose and those it is compared with.
        """
        import xarray as xr

        from ...inference.factors.dose_process import places_of, process

        curve = process("larger", "volume", False)
        window = dose_window(self.made)
        priors = [*(Prior.parse(p.prior).at(window) for p in curve.parameters), PELLETS]
        names = [*(p.name for p in curve.parameters), SPECIMEN_SPREAD.name]
        drawn = zip(names, priors, self.normals, strict=True)
        scales = {name: at_normal(prior, z) for name, prior, z in drawn}
        if not isinstance(spread, str):
            scales[SPECIMEN_SPREAD.name] = np.full(_DRAWS, spread)
        data = xr.Dataset(
            {
                "response": ("point", [float(np.median(each)) for each in self.drawn]),
                "response_sd": ("point", [float(np.std(each)) for each in self.drawn]),
                "response_specimen": ("point", np.arange(1.0, len(self.drawn) + 1)),
            }
        )
        places = places_of(self.published, np.zeros(self.published.size))
        logp = curve.log_likelihood(scales, data, places)
        weight = np.cumsum(np.exp(logp - logp.max()))
        chosen = np.searchsorted(weight / weight[-1], (np.arange(_DRAWS) + self.picked) / _DRAWS)
        kept = {name: values[np.minimum(chosen, _DRAWS - 1)] for name, values in scales.items()}
        log = curve.draw(kept, data, places, places_of(doses, np.zeros(doses.size)), seed=0)
        first = doses == self.published[0]
        return np.asarray(np.exp(log[:, first][:, 0] - log[:, ~first].max(axis=1)))
