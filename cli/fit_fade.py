"""The command ``posterion fit fade``: laws of capacity over cycles."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from ..errors import PosterionError
from .cycle_selection import selected
from .laws import FADE, fade_laws, number_of, share_of
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
    read_pairs,
    read_priors,
)
from .run import Fitted, Say, run

if TYPE_CHECKING:
    import xarray as xr

    from ..inference.cycling.cycle_series import Question


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
    from ..datasets.cycling_files import read_cycling

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    laws = fade_laws(law)
    priors = read_priors(prior)
    question = asked(reference, threshold, cycle)
    kept = [*(("cell", name) for name in cell), *groups.kept]
    left_out = read_pairs(without, "--without", "kind=check")
    if skip < 0:
        raise PosterionError(f"--skip is {skip}; it must be the number of cycles to leave out.")
    table = read_cycling(
        file,
        capacity_unit=capacity_unit,
        convention=convention,
        mass=mass,
        area=area,
        **reading.keywords,
    )
    data = selected(table, kept, left_out, skip, drop)
    kinds = pooling_of_cells(data, groups)

    def work(say: Say) -> Fitted:
        from ..inference.cycling.efficiency import efficiency_of
        from ..report.cycle_laws import compared_by, fit_laws, told_laws
        from ..report.fade_answers import answers, with_answers
        from ..report.words.fade import efficiency, remarks_of

        found = fit_laws(
            laws,
            data,
            question,
            priors,
            say,
            noise=noise_of_capacities(robust, independent),
            pool=kinds or None,
            **sampling.keywords,
        )
        best = found.fits[found.best]
        extra = answers(best, question)
        more, lines = told_laws(found, question)
        measured = efficiency_of(data)
        charged, said = efficiency(measured)
        if measured is not None:
            more["coulombic_efficiency"] = charged
            best["coulombic_efficiency"] = type(best)(measured)
        return Fitted.of(
            best,
            say,
            extra,
            group="answers",
            remarks=[*remarks_of(best, question, extra), *lines, *said],
            asides=compared_by(found),
            more=more,
            revised=lambda document: with_answers(document, best, question, extra),
        )

    return run(output, work)


def asked(reference: str, threshold: str, cycles: Sequence[float]) -> "Question":
    """Check what is asked: the reference, the threshold and the cycles."""
    share = share_of(threshold)
    if share is None or not 0 < share < 1:
        raise PosterionError(
            f"--threshold is '{threshold}'; it must be a share between 0 and 1, such as 0.8 or 80%."
        )
    at = reference if reference in ("first", "initial") else number_of(reference)
    if at is None or (not isinstance(at, str) and at < 0):
        raise PosterionError(
            f"--reference is '{reference}'; it must be 'first', 'initial' or the number of a cycle."
        )
    for cycle in cycles:
        if not 0 <= cycle < float("inf"):
            raise PosterionError(f"--cycle is {cycle:g}; it must be a number from 0 up.")
    from ..inference.cycling.cycle_series import Question

    return Question(at, share, tuple(dict.fromkeys(cycles)))  # type: ignore[arg-type]


def pooling_of_cells(data: "xr.Dataset", groups: Groups) -> dict[str, Any]:
    """Return the kind of pooling by label: cells share a distribution unless told."""
    kinds = groups.pooling(data)
    cells = len(set(data["cell"].values.tolist()))
    if cells > 1 and not kinds and not groups.together:
        return {"cell": "partial"}
    if cells == 1 and "cell" in kinds:
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
