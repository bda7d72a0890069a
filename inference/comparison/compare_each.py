"""Many comparisons of one kind, by one compiled function."""

from collections.abc import Iterable, Iterator

import xarray as xr

from ..engine.sample import PRIOR_DRAWS
from ..engine.simulate import Array, simulate_prior
from ..verdict import Verdict
from .specimen_model import Assumptions, sampler_of
from .specimen_table import Specimens
from .specimens import usual_spread


def compare_each(
    data_sets: Iterable[xr.Dataset],
    *,
    seed: int = 0,
    draws: int = 500,
    chains: int = 4,
) -> Iterator[tuple[xr.DataTree, Verdict]]:
    """Compare the groups of one data set of replicates after another.

    It is what `posterion.compare` does with its defaults on the logarithmic scale, without the
    ranking and predictions, at a fraction of the time.

    Parameters
    ----------
    data_sets
        As from `posterion.replicates`.
    seed
        Of the first data set; the next ones count on from it.
    draws, chains
        As in `compare`.

    Yields
    ------
    tree, verdict
        The groups posterior, with ``level`` and ``scatter`` (group), and sample_stats; and the
        checks.
    """
    points: dict[int, Array] = {}
    for number, data in enumerate(data_sets):
        specimens = Specimens.of(data, log=True)
        unit = str(data["value"].attrs.get("units", ""))
        assumed = Assumptions(
            True, usual_spread(unit).prior, repeated=bool(len(specimens.contrasts))
        )
        sampler = sampler_of(specimens, assumed)
        count = len(specimens.groups)
        if count not in points:
            # Where descents start from, the same for all.
            points[count] = simulate_prior(sampler.model, PRIOR_DRAWS, seed)[1]
        yield sampler.draw(points[count], seed=seed + number, draws=draws, chains=chains)
