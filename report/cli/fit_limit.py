"""The command ``posterion fit limit``: critical current, lifetime, or onset potential."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import PosterionError
from .reading_options import (
    DecimalOption,
    DelimiterOption,
    ThousandsOption,
    read_dialect,
)
from .sampling_options import ChainsOption, DrawsOption, SeedOption
from .terminal import (
    JsonOption,
    OutOption,
    TableOption,
    check_writable,
    finish,
    prior_option,
    progress,
    read_pairs,
    read_priors,
)

if TYPE_CHECKING:
    import xarray as xr


class What(StrEnum):
    """Limits by their names on the command line."""

    critical_current = "critical-current"
    lifetime = "lifetime"
    onset = "onset"


class Scatter(StrEnum):
    """How cells made alike scatter."""

    log_normal = "log-normal"
    weibull = "weibull"


ColumnOption = Annotated[
    list[str] | None,
    typer.Option(help="'failed=I_max' where a header is not understood; several times."),
]
PoolOption = Annotated[
    str | None,
    typer.Option(help="Label whose groups have medians of their own and one scatter: 'sample'."),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(help="Keep the cells of a label: 'sample=bare'; several times."),
]


def fit_limit(
    file: Annotated[Path, typer.Argument(help="Table of cells, or of current and potential.")],
    what: Annotated[What, typer.Option(help="What the table holds the limits of.")],
    unit: Annotated[
        str | None, typer.Option(help="Such as mA/cm2, where the header does not say.")
    ] = None,
    column: ColumnOption = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    delimiter: DelimiterOption = None,
    pool: PoolOption = None,
    group_by: Annotated[
        str | None, typer.Option(help="Label whose groups share nothing, not even the scatter.")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="One median for all cells, whatever the labels.")
    ] = False,
    where: WhereOption = None,
    scatter: Annotated[
        Scatter, typer.Option(help="Distribution of cells made alike.")
    ] = Scatter.log_normal,
    seen_every: Annotated[
        float | None, typer.Option(help="How often a failure could be seen, of lifetimes.")
    ] = None,
    failed: Annotated[
        list[str] | None,
        typer.Option(
            help="Of a table of overpotentials by cycle: a cell that failed after its last cycle, "
            "several times; the others were still running."
        ),
    ] = None,
    reduction: Annotated[
        bool, typer.Option("--reduction", help="The onset of a reduction, downwards.")
    ] = False,
    prior: Annotated[list[str] | None, prior_option("median_lifetime=LogNormal(6, 1)")] = None,
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit the limit of cells, some of which had not failed, or the onset of a voltammogram.

    The lifetimes of cells that were stripped and plated follow from their table of overpotentials
    by cycle and --failed; `fit growth` fits the drift of the same table.
    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    from ...models.limits import CriticalCurrent, Lifetime
    from ...models.onset import OnsetPotential

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    priors = read_priors(prior or [])
    columns = dict(read_pairs(column or [], "--column", "failed=I_max"))
    kept = read_pairs(where or [], "--where", "sample=bare")
    _refuse_what_is_not_for(what, pool, group_by, scatter, seen_every, failed, reduction, kept)
    models: dict[What, Any] = {
        What.critical_current: CriticalCurrent(),
        What.lifetime: Lifetime(),
        What.onset: OnsetPotential(direction="reduction" if reduction else "oxidation"),
    }
    model = models[what]
    try:
        reading: Any = {"columns": columns, "dialect": read_dialect(decimal, thousands, delimiter)}
        data = _read(file, what, unit, seen_every, reading, failed or ())
    except PosterionError as error:
        raise PosterionError(_with_flags(str(error))) from error
    if model.output not in data:
        (found,) = set(data.data_vars) & {"critical_current", "lifetime"}
        raise PosterionError(
            f"{file.name} holds a table for --what {str(found).replace('_', '-')}, not {what}."
        )
    data, kinds = _grouped(data, kept, pool, group_by, together)
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.fit import fit
        from ...inference.noise.censored import Censored, Weibull
        from ..number_texts import chance
        from ..pages.limit import higher, ratios

        tree = fit(
            model,
            data,
            priors=priors,
            noise=Censored(Weibull()) if scatter is Scatter.weibull else None,
            pool=kinds or None,
            seed=seed,
            draws=draws,
            chains=chains,
            progress=say,
        )
        compared = ratios(tree)
        probable = higher(compared)
        remarks = [
            f"Probability that the median of {name.replace(' over ', ' exceeds that of ')}: "
            f"{chance(value)}"
            for name, value in probable.items()
        ]
        more = {"p_higher": probable} if probable else {}
        finish(
            tree,
            compared,
            out,
            as_json,
            say,
            whole=whole,
            extra_group="ratios",
            remarks=remarks,
            more=more,
        )


def _read(
    file: Path,
    what: What,
    unit: str | None,
    seen_every: float | None,
    reading: Any,
    failed: Sequence[str],
) -> "xr.Dataset":
    from ...datasets.growth_files import read_growth
    from ...datasets.limits_files import read_limits
    from ...datasets.stripping import lifetimes_of
    from ...datasets.voltammogram import read_voltammogram

    if what is What.onset:
        return read_voltammogram(file, current_unit=unit, **reading)
    if failed:
        followed = read_growth(file, unit=unit, **reading).drop_vars("series", errors="ignore")
        if "cell" not in followed.coords:
            raise PosterionError(
                f"--failed names cells, and {file.name} has no column 'cell'; --column cell=HEADER "
                "makes a column one."
            )
        return lifetimes_of(followed, failed=failed, seen_every=seen_every or 1.0)
    return read_limits(file, unit=unit, seen_every=seen_every, **reading)


def _refuse_what_is_not_for(
    what: What,
    pool: str | None,
    group_by: str | None,
    scatter: Scatter,
    seen_every: float | None,
    failed: Sequence[str] | None,
    reduction: bool,
    kept: list[tuple[str, str]],
) -> None:
    """Refuse options that would have no effect."""
    idle = {
        "--reduction": reduction and what is not What.onset,
        "--seen-every": seen_every is not None and what is not What.lifetime,
        "--failed": bool(failed) and what is not What.lifetime,
        "--scatter": scatter is Scatter.weibull and what is What.onset,
        "--pool": pool is not None and what is What.onset,
        "--group-by": group_by is not None and what is What.onset,
        "--where": bool(kept) and what is What.onset,
    }
    for flag in (flag for flag, is_idle in idle.items() if is_idle):
        raise PosterionError(f"{flag} has no meaning for --what {what}; leave it out.")


def _grouped(
    data: "xr.Dataset",
    kept: list[tuple[str, str]],
    pool: str | None,
    group_by: str | None,
    together: bool,
) -> tuple["xr.Dataset", dict[str, Any]]:
    """Keep the wanted cells, and return the kind of pooling by label."""
    from .series_labels import chosen, require_label

    if together and (pool or group_by):
        raise PosterionError("--together takes one median; leave out --pool and --group-by.")
    if pool and group_by:
        raise PosterionError("--pool and --group-by cannot be combined; leave one of them out.")
    data = chosen(data, kept)
    if pool:
        require_label(data, pool, "--pool")
        return data, {pool: "partial"}
    if group_by:
        require_label(data, group_by, "--group-by")
        return data, {group_by: "none"}
    samples = dict.fromkeys(data["sample"].values.tolist()) if "sample" in data.coords else {}
    if len(samples) > 1 and not together:
        raise PosterionError(
            f"the table holds several samples: {', '.join(map(str, samples))}. Take --pool sample "
            "for medians of their own and one scatter between cells, --group-by sample where they "
            "share nothing, --where sample=NAME for one of them, or --together for one median all "
            "the same."
        )
    return data, {}


def _with_flags(message: str) -> str:
    """Name the options of the command in place of the arguments in Python."""
    message = re.sub(r"columns=\{('[^}]*)\}", r"--column ROLE=HEADER for \1", message)
    return re.sub(r"(?:current_)?unit='([^']*)'", r"--unit \1", message)
