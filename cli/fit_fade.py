"""The command ``posterion fit fade``: laws of capacity over cycles."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from ..analyses.ageing.pooling import pooling_of_cells
from ..analyses.ageing.questions import fade_question
from ..errors import PosterionError
from .laws import FADE, fade_laws
from .options import (
    DATA,
    MODEL,
    FitOutput,
    Flag,
    Groups,
    Many,
    Reading,
    Sampling,
    by_name,
    prior_option,
    read_pairs,
    read_priors,
)
from .run import Fitted, Say, run

if TYPE_CHECKING:
    import xarray as xr


def fit_fade(
    file: Path,
    /,
    *,
    law: Annotated[Many, Parameter(group=MODEL, choices=(*FADE, "all"))] = (),
    capacity_unit: Annotated[str | None, Parameter(group=DATA)] = None,
    convention: Annotated[Literal["auto", "as_written", "swapped"], Parameter(group=DATA)] = "auto",
    mass: Annotated[str | None, Parameter(group=DATA)] = None,
    area: Annotated[str | None, Parameter(group=DATA)] = None,
    cell: Annotated[Many, Parameter(group=DATA)] = (),
    without: Annotated[Many, Parameter(group=DATA)] = (),
    skip: Annotated[int, Parameter(group=DATA)] = 0,
    drop: Annotated[Many, Parameter(group=DATA)] = (),
    robust: Annotated[Flag, Parameter(group=MODEL)] = False,
    independent: Annotated[Flag, Parameter(group=MODEL)] = False,
    reference: Annotated[str, Parameter(group=MODEL)] = "first",
    cycle: Annotated[tuple[float, ...], Parameter(show_default=False, group=MODEL)] = (),
    threshold: Annotated[str, Parameter(group=MODEL)] = "0.8",
    prior: Annotated[Many, prior_option("initial_capacity=Normal(2.0, 0.1)")] = (),
    groups: Groups = Groups(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: FitOutput = FitOutput(),
) -> int:
    """Fit laws of capacity fade, and say what is left when, and when too little is left.

    Cells share a distribution unless --pool, --group-by or --together say otherwise.

    Example: posterion fit fade cells.csv --law all --cycle 1000

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    file
        Table of capacities by cycle, or cycler file.
    law
        Law of fade, power unless told; several are compared, as are all.
    capacity_unit
        Such as mAh/g, where the header does not say.
    convention
        Charge and discharge as the file has them, or exchanged.
    mass
        '12.3 mg', to have mAh/g.
    area
        '0.785 cm^2', to have mAh/cm².
    cell
        Keep this cell; several times.
    without
        Leave out the points of a label: 'kind=capacity check'; several times.
    skip
        Leave the first cycles of each cell out: formation.
    drop
        Leave a cycle out: 12, or 'cell1:12' of one cell; several times.
    robust
        Student-t noise: outliers lose their pull.
    independent
        Residuals that know nothing of each other.
    reference
        Retention relative to the 'first' or 'initial' one, or a cycle.
    cycle
        Retention and capacity at this cycle; several times.
    threshold
        Share of the reference that is waited for: 0.8 or 80%.
    """
    from ..datasets.schemas.cycling import read_cycling
    from ..datasets.select import select

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    laws = fade_laws(law)
    priors = read_priors(prior)
    question = fade_question(reference, threshold, cycle)
    kept = ({"cell": [*cell]} if cell else {}) | groups.kept
    left_out = by_name(read_pairs(without, "--without", "kind=check"))
    table = read_cycling(
        file,
        capacity_unit=capacity_unit,
        convention=convention,
        mass=mass,
        area=area,
        **reading.keywords,
    )
    data = select(table, where=kept, without=left_out, skip=skip, drop=drop)
    pool = pooling(data, groups)

    def work(say: Say) -> Fitted:
        from ..analyses.fit_laws import fit_laws

        best = fit_laws(
            laws,
            data,
            priors=priors,
            progress=say,
            asked=asdict(question),
            noise=noise_of_capacities(robust, independent),
            pool=pool,
            **sampling.keywords,
        )
        return Fitted.of(best, say)

    return run(output, work)


def pooling(data: "xr.Dataset", groups: Groups) -> Mapping[str, Any]:
    """Return the kind of pooling by label: cells share a distribution unless told."""
    kinds = groups.pooling(data, pooling_of_cells)
    if len(set(data["cell"].values.tolist())) == 1 and "cell" in kinds:
        raise PosterionError(
            "there is one cell, so there are no groups of cells; leave out --pool and --group-by."
        )
    return kinds


def noise_of_capacities(robust: bool, independent: bool) -> Any:
    """Return the noise of capacities: that of neighbours correlated unless told."""
    from ..inference.noise.correlated import Autocorrelated
    from ..inference.noise.independent import Gaussian, StudentT

    base: Any = StudentT(Gaussian()) if robust else Gaussian()
    return base if independent else Autocorrelated(base)
