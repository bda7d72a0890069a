"""The command ``posterion fit limit``: critical current, lifetime, or onset potential."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from ..analyses.limits.samples import pooling_of_samples
from ..errors import PosterionError
from .options import (
    DATA,
    MODEL,
    FitOutput,
    Flag,
    Groups,
    Many,
    Reading,
    Sampling,
    prior_option,
    read_priors,
    refuse,
)
from .run import Fitted, Say, run

if TYPE_CHECKING:
    import xarray as xr

What = Literal["critical-current", "lifetime", "onset"]


def fit_limit(
    file: Path,
    /,
    *,
    what: Annotated[What, Parameter(group=MODEL)],
    unit: Annotated[str | None, Parameter(group=DATA)] = None,
    seen_every: Annotated[float | None, Parameter(group=DATA)] = None,
    failed: Annotated[Many, Parameter(group=DATA)] = (),
    scatter: Annotated[Literal["log-normal", "weibull"], Parameter(group=MODEL)] = "log-normal",
    reduction: Annotated[Flag, Parameter(group=MODEL)] = False,
    prior: Annotated[Many, prior_option("median_lifetime=LogNormal(6, 1)")] = (),
    groups: Groups = Groups(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: FitOutput = FitOutput(),
) -> int:
    """Fit the limit of cells, some of which had not failed, or the onset of a voltammogram.

    Groups of --pool have medians of their own and one scatter; those of --group-by share not even
    that. The lifetimes of cells that were stripped and plated follow from their table of
    overpotentials by cycle and --failed; `fit growth` fits the drift of the same table.

    Example: posterion fit limit steps.csv --what critical-current --pool sample

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    file
        Table of cells, or of current and potential.
    what
        What the table holds the limits of.
    unit
        Such as mA/cm2, where the header does not say.
    seen_every
        How often a failure could be seen, of lifetimes.
    failed
        Of a table of overpotentials by cycle: a cell that failed after its last cycle, several
        times; the others were still running.
    scatter
        Distribution of cells made alike.
    reduction
        The onset of a reduction, downwards.
    """
    from ..models.limits import CriticalCurrent, Lifetime
    from ..models.onset import OnsetPotential

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    priors = read_priors(prior)
    weibull = scatter == "weibull"
    if what != "onset":
        refuse(f"--what {what}", reduction=reduction)
    if what != "lifetime":
        refuse(f"--what {what}", seen_every=seen_every, failed=failed)
    if what == "onset":
        refuse("--what onset", scatter=weibull, pool=groups.pool, group_by=groups.group_by,
               where=groups.where)  # fmt: skip
    if len(groups.pool) + (groups.group_by is not None) > 1:
        raise PosterionError("cells are grouped by one label; give one --pool or --group-by.")
    models: dict[What, Any] = {
        "critical-current": CriticalCurrent(),
        "lifetime": Lifetime(),
        "onset": OnsetPotential(direction="reduction" if reduction else "oxidation"),
    }
    model = models[what]
    table = _read(file, what, unit, seen_every, reading, failed)
    if model.output not in table:
        (found,) = set(table.data_vars) & {"critical_current", "lifetime"}
        raise PosterionError(
            f"{file.name} holds a table for --what {str(found).replace('_', '-')}, not {what}."
        )
    data, pool = groups.of(table, pooling_of_samples)

    def work(say: Say) -> Fitted:
        from ..analyses.fit import fit
        from ..inference.noise.censored import Censored, Weibull

        tree = fit(
            model,
            data,
            priors=priors,
            noise=Censored(Weibull()) if weibull else None,
            pool=pool,
            progress=say,
            **sampling.keywords,
        )
        return Fitted.of(tree, say)

    return run(output, work)


def _read(
    file: Path,
    what: What,
    unit: str | None,
    seen_every: float | None,
    reading: Reading,
    failed: Sequence[str],
) -> "xr.Dataset":
    from ..datasets.schemas.growth import read_growth
    from ..datasets.schemas.limits import read_limits
    from ..datasets.schemas.stripping import lifetimes_of
    from ..datasets.schemas.voltammogram import read_voltammogram

    if what == "onset":
        return read_voltammogram(file, current_unit=unit, **reading.keywords)
    if not failed:
        return read_limits(file, unit=unit, seen_every=seen_every, **reading.keywords)
    followed = read_growth(file, unit=unit, **reading.keywords).drop_vars("series", errors="ignore")
    if "cell" not in followed.coords:
        raise PosterionError(
            f"--failed names cells, and {file.name} has no column 'cell'; --column cell=HEADER "
            "makes a column one."
        )
    return lifetimes_of(followed, failed=failed, seen_every=seen_every or 1.0)
