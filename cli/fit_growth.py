"""The command ``posterion fit growth``: resistances over cycles, from a table or from spectra."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..errors import PosterionError
from .growth_spectra import numbered, series_of_spectra, spectra_of
from .laws import GROWTH, growth_laws, share_of
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

    from ..inference.cycling.cycle_series import Question


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
    question = asked(threshold)
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
        from ..datasets.growth_files import read_growth

        table, kinds = groups.of(read_growth(files[0], unit=unit, **reading.keywords))
        kinds = _each_alone(table, kinds, groups)
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
        kinds = {"path": "none"}

    def work(say: Say) -> Fitted:
        from ..report.cycle_laws import compared_by, fit_laws, told_laws
        from ..report.words.growth import answers, remarks_of, with_growth

        said: list[str] = []
        own = priors
        if circuit is None:
            data = table
        else:
            options = sampling.keywords | {"noise": choice.noise, "priors": priors}
            data, said = series_of_spectra(model, measured, cycles, paths, options, output.out, say)
            own = {}
        laws = growth_laws(law, _output(data))
        say("Fitting the growth")
        found = fit_laws(
            laws,
            data,
            question,
            own,
            say,
            noise=_noise(next(iter(laws.values())), data, rounded, robust),
            pool=kinds or None,
            **sampling.keywords,
        )
        best = found.fits[found.best]
        extra = answers(best, question)
        words, more = remarks_of(best, question, extra)
        further, lines = told_laws(found, question)
        return Fitted.of(
            best,
            say,
            extra,
            group="growth",
            remarks=[*words, *lines, *said],
            asides=[*compared_by(found), *said],
            more=more | further,
            revised=lambda document: with_growth(document, best, question, extra),
        )

    return run(output, work)


def asked(threshold: str) -> "Question":
    """Check the threshold, a multiple of the first value."""
    share = share_of(threshold)
    if share is None or not share > 0 or share == 1:
        raise PosterionError(
            f"--threshold is '{threshold}'; it must be a multiple of the first value, such as 2 or "
            "200%, or below 1 where it falls."
        )
    from ..inference.cycling.cycle_series import Question

    return Question("first", share)


def _output(data: "xr.Dataset") -> str:
    return "overpotential" if "overpotential" in data else "resistance"


def _each_alone(data: "xr.Dataset", kinds: dict[str, Any], groups: Groups) -> dict[str, Any]:
    """Return the kind of pooling by label: series share nothing unless told."""
    if kinds and "path" in data.coords and not {"path", "series"} & {*kinds}:
        _refuse_paths_together(data, [*kinds])
    several = "series" in data.coords and len(set(data["series"].values.tolist())) > 1
    return {"series": "none"} if several and not kinds and not groups.together else kinds


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
