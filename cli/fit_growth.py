"""The command ``posterion fit growth``: resistances over cycles, from a table or from spectra."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..analyses.ageing.pooling import pooling_of_series
from ..analyses.ageing.questions import growth_question
from ..errors import PosterionError
from .growth_spectra import numbered, series_of_spectra, spectra_of
from .laws import GROWTH, growth_laws
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
    refuse,
)
from .run import Fitted, Say, run
from .spectra import Spectra, paths_of

if TYPE_CHECKING:
    import xarray as xr


def fit_growth(
    *files: Annotated[Path, Parameter(required=True)],
    law: Annotated[Many, Parameter(group=MODEL, choices=(*GROWTH, "all"))] = (),
    unit: Annotated[str | None, Parameter(group=DATA)] = None,
    rounded: Annotated[Flag, Parameter(group=MODEL)] = False,
    robust: Annotated[Flag, Parameter(group=MODEL)] = False,
    circuit: Annotated[str | None, Parameter(group=MODEL)] = None,
    cycle: Annotated[tuple[float, ...], Parameter(show_default=False, group=DATA)] = (),
    every: Annotated[float | None, Parameter(group=DATA)] = None,
    path: Annotated[Many, Parameter(group=MODEL)] = (),
    threshold: Annotated[str, Parameter(group=MODEL)] = "2",
    prior: Annotated[Many, prior_option("initial_value=LogNormal(3, 1)")] = (),
    groups: Groups = Groups(),
    spectra: Spectra = Spectra(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: FitOutput = FitOutput(),
) -> int:
    """Fit how resistances grow over cycles, and say how probably they do.

    Each series has its own curve unless --pool, --group-by or --together say otherwise. With
    --circuit, --prior is one of the circuit, and --noise, --accuracy, --fmin, --fmax and --drop
    are of its spectra.

    Example: posterion fit growth resistances.csv --law all

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    files
        Table of resistances by cycle; or, with --circuit, spectra.
    law
        Law of growth, linear unless told; several are compared, as are all.
    unit
        Such as ohm or mV, where the header does not say.
    rounded
        Values are rounded to the digits printed.
    robust
        Of a table: Student-t noise, outliers lose their pull.
    circuit
        Of spectra: the circuit, such as 'R0-p(R1,CPE1)'.
    cycle
        Of spectra: the cycle, once each in their order.
    every
        Of spectra: so many cycles from one to the next, from 0.
    path
        What a resistance stands for: 'interphase=R1'.
    threshold
        Multiple of the first value that is waited for: 2 or 200%.
    """
    from ..models.circuit import Circuit

    priors = read_priors(prior)
    question = growth_question(threshold)
    if robust and rounded:
        raise PosterionError("--robust and --rounded cannot be combined; leave one of them out.")
    if circuit is None:
        refuse("a table without --circuit", cycle=cycle, every=every, path=path,
               noise=spectra.noise, accuracy=spectra.accuracy, fmin=spectra.fmin,
               fmax=spectra.fmax, drop=spectra.drop)  # fmt: skip
        if len(files) > 1:
            raise PosterionError(
                f"{len(files)} files were given; a table is one file. Spectra need --circuit."
            )
        from ..datasets.schemas.growth import read_growth

        read = read_growth(files[0], unit=unit, **reading.keywords)
        table, pool = groups.of(read, pooling_of_series)
        if pool and "path" in table.coords and not {"path", "series"} & {*pool}:
            _refuse_paths_together(table, [*pool])
        if rounded and f"{_output(table)}_step" not in table:
            raise PosterionError("--rounded needs printed digits, which this table does not show.")
    else:
        refuse("spectra (--circuit)", unit=unit, column=reading.column, where=groups.where,
               pool=groups.pool, group_by=groups.group_by, together=groups.together,
               rounded=rounded, robust=robust)  # fmt: skip
        model = Circuit.parse(circuit)
        paths = paths_of(model, read_pairs(path, "--path", "interphase=R1"))
        choice = spectra.noise_chosen()
        measured = spectra_of(files, spectra.sign, spectra.window, reading)
        cycles = numbered(len(measured), cycle, every)
        pool = {"path": "none"}

    def work(say: Say) -> Fitted:
        from ..analyses.fit_laws import fit_laws

        own = priors
        if circuit is None:
            data = table
        else:
            options = sampling.keywords | {"noise": choice.noise, "priors": priors}
            data = series_of_spectra(model, measured, cycles, paths, options, output.out, say)
            own = {}
        laws = growth_laws(law, _output(data))
        say("Fitting the growth")
        best = fit_laws(
            laws,
            data,
            priors=own,
            progress=say,
            asked={"threshold": question.threshold},
            noise=_noise(next(iter(laws.values())), data, rounded, robust),
            pool=pool,
            **sampling.keywords,
        )
        return Fitted.of(best, say)

    return run(output, work)


def _output(data: "xr.Dataset") -> str:
    return "overpotential" if "overpotential" in data else "resistance"


def _refuse_paths_together(data: "xr.Dataset", labels: list[str]) -> None:
    """Stop where one curve would go through several resistances."""
    groups: dict[tuple[str, ...], dict[str, None]] = {}
    for point in range(data.sizes["point"]):
        group = tuple(str(data[name].values[point]) for name in labels)
        groups.setdefault(group, {})[str(data["path"].values[point])] = None
    group, paths = max(groups.items(), key=lambda each: len(each[1]))
    if len(paths) > 1:
        raise PosterionError(
            f"grouped by {' and '.join(labels)}, one curve would go through {', '.join(paths)} of "
            f"{' '.join(group)}; leave the groups out, which gives each its own curve, or take one "
            f"of them by --where path={next(iter(paths))}."
        )


def _noise(law: Any, data: "xr.Dataset", rounded: bool, robust: bool) -> Any:
    """Return the noise of values that grow: what such data usually have, unless told."""
    from ..inference.noise.independent import StudentT, usual_noise
    from ..inference.noise.rounded import Rounded

    noise: Any = usual_noise(law, data)
    return Rounded(noise) if rounded else StudentT(noise) if robust else noise
