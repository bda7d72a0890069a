"""The command ``posterion fit growth``: resistances over cycles, from a table or from spectra."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import PosterionError
from .noise_options import AccuracyOption, NoiseChoice, NoiseOption
from .noise_options import noise_of as noise_of_spectra
from .reading_options import (
    DecimalOption,
    DelimiterOption,
    ThousandsOption,
    read_dialect,
)
from .sampling_options import ChainsOption, DrawsOption, SeedOption
from .spectrum_options import DropOption, FmaxOption, FminOption, Window
from .terminal import (
    JsonOption,
    OutOption,
    SignOption,
    TableOption,
    check_writable,
    finish,
    prior_option,
    progress,
    read_pairs,
    read_priors,
    read_sign,
)

if TYPE_CHECKING:
    import xarray as xr


class Law(StrEnum):
    """Laws by their names on the command line."""

    linear = "linear"
    parabolic = "parabolic"
    exponential = "exponential"
    all = "all"


def fit_growth(
    files: Annotated[
        list[Path],
        typer.Argument(help="Table of resistances by cycle; or, with --circuit, spectra."),
    ],
    law: Annotated[
        list[Law] | None, typer.Option(help="Law of growth; several are compared, as are all.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Such as ohm or mV, where the header does not say.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="'resistance=R_ct' where a header is not understood; several times."),
    ] = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    delimiter: DelimiterOption = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Keep the points of a label: 'path=R1'; several times.")
    ] = None,
    pool: Annotated[
        list[str] | None,
        typer.Option(help="Label whose groups share a distribution: 'cell'; several times."),
    ] = None,
    group_by: Annotated[
        str | None, typer.Option(help="Label whose groups share nothing; each series unless told.")
    ] = None,
    rounded: Annotated[
        bool, typer.Option("--rounded", help="Values are rounded to the digits printed.")
    ] = False,
    robust: Annotated[
        bool,
        typer.Option("--robust", help="Of a table: Student-t noise, outliers lose their pull."),
    ] = False,
    circuit: Annotated[
        str | None, typer.Option(help="Of spectra: the circuit, such as 'R0-p(R1,CPE1)'.")
    ] = None,
    cycle: Annotated[
        list[float] | None, typer.Option(help="Of spectra: the cycle, once each in their order.")
    ] = None,
    every: Annotated[
        float | None, typer.Option(help="Of spectra: so many cycles from one to the next, from 0.")
    ] = None,
    path: Annotated[
        list[str] | None, typer.Option(help="What a resistance stands for: 'interphase=R1'.")
    ] = None,
    noise: NoiseOption = None,
    accuracy: AccuracyOption = None,
    fmin: FminOption = None,
    fmax: FmaxOption = None,
    drop: DropOption = None,
    threshold: Annotated[
        str, typer.Option(help="Multiple of the first value that is waited for: 2 or 200%.")
    ] = "2",
    prior: Annotated[list[str] | None, prior_option("initial_value=LogNormal(3, 1)")] = None,
    sign: SignOption = "auto",
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit how resistances grow over cycles, and say how probably they do.

    With --circuit, --prior is one of the circuit, and --noise, --accuracy, --fmin, --fmax and
    --drop are of its spectra.
    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    from ...models.circuit import Circuit
    from .growth_options import asked, laws_of, noise_of, paths_of, pooling, refuse
    from .growth_spectra import numbered, spectra_of
    from .series_labels import chosen

    priors = read_priors(prior or [])
    kept = read_pairs(where or [], "--where", "path=R1")
    question = asked(threshold)
    dialect = read_dialect(decimal, thousands, delimiter)
    if robust and rounded:
        raise PosterionError("--robust and --rounded cannot be combined; leave one of them out.")
    kinds: dict[str, Any]
    if circuit is None:
        refuse("--circuit", cycle=cycle, every=every, path=path, noise=noise, accuracy=accuracy,
               fmin=fmin, fmax=fmax, drop=drop)  # fmt: skip
        if len(files) > 1:
            raise PosterionError(
                f"{len(files)} files were given; a table is one file. Spectra need --circuit."
            )
        columns = read_pairs(column or [], "--column", "resistance=R_ct")
        data = _table(files[0], unit, columns, dialect)
        data = chosen(data, kept)
        kinds = pooling(data, pool or (), group_by)
        if rounded and f"{_output(data)}_step" not in data:
            raise PosterionError("--rounded needs printed digits, which this table does not show.")
    else:
        refuse("a table", unit=unit, column=column, where=where, pool=pool, group_by=group_by,
               rounded=rounded, robust=robust)  # fmt: skip
        model = Circuit.parse(circuit)
        paths = paths_of(model, read_pairs(path or [], "--path", "interphase=R1"))
        choice = NoiseChoice.of(noise, accuracy)
        spectra = spectra_of(files, read_sign(sign), Window.of(fmin, fmax, drop), dialect)
        cycles = numbered(len(spectra), cycle or (), every)
        kinds = {"path": "none"}
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ..cycle_laws import compared_by, fit_laws, told_laws
        from ..words.growth import answers, remarks_of, with_growth
        from .growth_spectra import series_of_spectra

        options: Any = {"seed": seed, "draws": draws, "chains": chains}
        said: list[str] = []
        if circuit is not None:
            own = options | {"noise": noise_of_spectra(choice.name, choice.accuracy)}
            data, said = series_of_spectra(model, spectra, cycles, paths, priors, own, out, say)
            priors = {}
        laws = laws_of([str(each) for each in law or ()], _output(data))
        say("Fitting the growth")
        scatter = noise_of(next(iter(laws.values())), data, rounded, robust)
        options |= {"noise": scatter, "pool": kinds or None}
        found = fit_laws(laws, data, question, priors, say, **options)
        best = found.fits[found.best]
        extra = answers(best, question)
        words, more = remarks_of(best, question, extra)
        further, lines = told_laws(found, question)
        finish(
            best,
            extra,
            out,
            as_json,
            say,
            whole=whole,
            extra_group="growth",
            remarks=[*words, *lines, *said],
            asides=[*compared_by(found), *said],
            more=more | further,
            revised=lambda document: with_growth(document, best, question, extra),
        )


def _table(
    file: Path, unit: str | None, columns: list[tuple[str, str]], dialect: Any
) -> "xr.Dataset":
    from ...datasets.growth_files import read_growth

    try:
        return read_growth(file, unit=unit, columns=dict(columns), dialect=dialect)
    except PosterionError as error:
        said = re.sub(r"columns=\{'(\w+)': '([^']*)'\}", r"--column '\1=\2'", str(error))
        said = said.replace("columns= names", "--column names")
        raise PosterionError(re.sub(r" \(in Python unit='ohm'\)", "", said)) from error


def _output(data: "xr.Dataset") -> str:
    return "overpotential" if "overpotential" in data else "resistance"
