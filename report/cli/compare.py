"""The command ``posterion compare``: which group, dose or model is best, and can that be told."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import PosterionError
from .noise_options import NoiseChoice, NoiseName
from .reading_options import (
    DecimalOption,
    DelimiterOption,
    ThousandsOption,
    read_dialect,
)
from .sampling_options import ChainsOption, DrawsOption, SeedOption
from .spectrum_options import Window
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

DOSES, MODELS = "Doses and second factors", "Models (--models)"


def compare(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="A table with --group and --value; or of each specimen NAME=FILE of a fit "
            "(bare=a.nc coated=b.nc coated=c.nc) or NAME=NUMBER (bare='0.31 mS/cm', "
            "coated='0.30 ± 0.01 eV (n=3)'). They can be mixed.",
        ),
    ],
    group: Annotated[
        str | None, typer.Option(help="Column of the table that says what was made alike.")
    ] = None,
    value: Annotated[str | None, typer.Option(help="Column of the table with the numbers.")] = None,
    specimen: Annotated[
        str | None, typer.Option(help="Column that says which pellet or cell a row is of.")
    ] = None,
    sd: Annotated[
        str | None, typer.Option(help="Column with one standard deviation of each number.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Keep rows: 'temperature=25'; several times.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Such as mS/cm, where the header does not say.")
    ] = None,
    quantity: Annotated[
        str | None, typer.Option(help="Which quantity of the fits: 'conductivity', 'R1'.")
    ] = None,
    rope: Annotated[
        str, typer.Option(help="Differences that do not matter: '5%' or '0.01 mS/cm'.")
    ] = "5%",
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    delimiter: DelimiterOption = None,
    better: Annotated[str, typer.Option(help="larger or smaller.")] = "larger",
    scale: Annotated[
        str | None, typer.Option(help="On which specimens scatter: log (usual) or linear.")
    ] = None,
    spread: Annotated[
        str | None,
        typer.Option(help="Between specimens made alike: '10%', or 'LogNormal(-2.3, 0.7)'."),
    ] = None,
    dose: Annotated[
        str | None,
        typer.Option(
            help="Column with a dose, such as a volume: which is best?", rich_help_panel=DOSES
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="Column with a second factor, such as the temperature.", rich_help_panel=DOSES
        ),
    ] = None,
    curve: Annotated[
        str, typer.Option(help="Through the doses: gp or quadratic.", rich_help_panel=DOSES)
    ] = "gp",
    models: Annotated[
        bool,
        typer.Option(
            "--models",
            help="Compare saved fits, or --circuit or --law on one file.",
            rich_help_panel=MODELS,
        ),
    ] = False,
    circuit: Annotated[
        list[str] | None, typer.Option(help="A candidate; several times.", rich_help_panel=MODELS)
    ] = None,
    law: Annotated[
        list[str] | None,
        typer.Option(
            help="A candidate, such as vtf or vtf:sigma; several times.", rich_help_panel=MODELS
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="'conductivity=total' where a header is not understood.", rich_help_panel=MODELS
        ),
    ] = None,
    pool: Annotated[
        list[str] | None,
        typer.Option(help="Label whose groups share a distribution.", rich_help_panel=MODELS),
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(help="Label whose groups share nothing.", rich_help_panel=MODELS),
    ] = None,
    together: Annotated[
        bool,
        typer.Option("--together", help="Whatever the labels.", rich_help_panel=MODELS),
    ] = False,
    noise: Annotated[
        NoiseName | None,
        typer.Option(help="Of a spectrum, as of fit eis.", rich_help_panel=MODELS),
    ] = None,
    accuracy: Annotated[
        str | None,
        typer.Option(help="Of the instrument: '0.3 %, 0.3 deg'.", rich_help_panel=MODELS),
    ] = None,
    robust: Annotated[
        bool, typer.Option("--robust", help="Student-t noise.", rich_help_panel=MODELS)
    ] = False,
    fmin: Annotated[
        str | None, typer.Option(help="Lowest frequency: '1Hz'.", rich_help_panel=MODELS)
    ] = None,
    fmax: Annotated[
        str | None, typer.Option(help="Highest frequency: '1MHz'.", rich_help_panel=MODELS)
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(help="Frequency left out: '50 Hz'.", rich_help_panel=MODELS),
    ] = None,
    independent: Annotated[
        bool,
        typer.Option(
            "--independent",
            help="Residuals that know nothing of each other.",
            rich_help_panel=MODELS,
        ),
    ] = False,
    sign: Annotated[
        str, typer.Option(help="Of Z'': auto, as_written or negated.", rich_help_panel=MODELS)
    ] = "auto",
    prior: Annotated[list[str] | None, prior_option("level_mean=LogNormal(-1, 1)")] = None,
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare groups of specimens: which is best, how surely, and does the difference matter.

    With --dose, which dose is best; with --group and --by, what two factors do together; with
    --models, which circuit or law the same data prefer.
    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    sampling: dict[str, Any] = {
        "draws": draws, "chains": chains, "seed": seed, "out": out, "as_json": as_json,
        "whole": whole,
    }  # fmt: skip
    dialect = read_dialect(decimal, thousands, delimiter)
    if models:
        _refuse("--models", group=group, value=value, specimen=specimen, sd=sd, unit=unit,
                quantity=quantity, scale=scale, spread=spread, dose=dose, by=by)  # fmt: skip
        from .compare_models import compare_models_command

        if not circuit:
            _refuse("--models without --circuit", noise=noise, accuracy=accuracy, fmin=fmin,
                    fmax=fmax, drop=drop)  # fmt: skip
        compare_models_command(
            sources,
            circuits=circuit or (),
            laws=law or (),
            columns=column or (),
            dialect=dialect,
            where=where or (),
            pool=pool or (),
            group_by=group_by,
            together=together,
            robust=robust,
            independent=independent,
            sign=sign,
            noise=NoiseChoice.of(noise, accuracy, robust=robust) if circuit else None,
            window=Window.of(fmin, fmax, drop),
            priors=prior or (),
            **sampling,
        )
    _refuse("a comparison without --models", circuit=circuit, law=law, column=column, pool=pool,
            group_by=group_by, together=together, noise=noise, accuracy=accuracy,
            robust=robust, fmin=fmin, fmax=fmax, drop=drop,
            independent=independent)  # fmt: skip
    if dose or by:
        what = "--dose" if dose else "--by"
        _refuse(what, group=group if dose else None, quantity=quantity, scale=scale)
        _compare_conditions(
            sources, group, dose, by, value, specimen, sd, where or [], unit, dialect, curve,
            better, spread, read_priors(prior or []), sampling,
        )  # fmt: skip
    data = _data(sources, group, value, specimen, sd, where or [], unit, dialect)
    priors = read_priors(prior or [])
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.comparison import compare as comparison
        from ...inference.comparison.words import pair_words, rank_words, verdict_words

        tree = comparison.compare(
            data,
            quantity,
            rope=rope,
            better=better,  # type: ignore[arg-type]
            scale=scale,  # type: ignore[arg-type]
            spread=spread,
            priors=priors,
            seed=seed,
            draws=draws,
            chains=chains,
            progress=say,
        )
        from .compare_document import document

        verdict = verdict_words(tree)
        finish(
            tree,
            None,
            out,
            as_json,
            say,
            whole=whole,
            remarks=[verdict, rank_words(tree), *pair_words(tree)] if verdict else [],
            more=document(tree),
        )


def _data(
    sources: list[str],
    group: str | None,
    value: str | None,
    specimen: str | None,
    sd: str | None,
    where: list[str],
    unit: str | None,
    dialect: Any,
) -> "xr.Dataset | dict[str, Any]":
    """Return the table, or what is known of each group by its name."""
    from ...datasets.replicate_files import read_replicates

    named: dict[str, list[Any]] = {}
    tables = []
    for text in sources:
        name, equals, rest = (part.strip() for part in text.partition("="))
        if equals and not Path(text).exists():
            if not (name and rest):
                raise PosterionError(f"'{text}' is no pair; write it like bare='0.31 mS/cm'.")
            named.setdefault(name, []).append(Path(rest) if rest.endswith(".nc") else rest)
        else:
            tables.append(Path(text))
    if len(tables) > 1:
        raise PosterionError(
            f"{len(tables)} files have no name; fits need one, as in bare={tables[0].name}, and a "
            "table is one file."
        )
    if not tables:
        for flag, given in (("--group", group), ("--value", value), ("--where", where)):
            if given:
                raise PosterionError(f"{flag} has a meaning for a table only; leave it out.")
        return named
    if group is None or value is None:
        raise PosterionError(
            f"which columns of {tables[0].name} are compared? Name them with --group and --value; "
            f"a fit needs a name, as in bare={tables[0].name}."
        )
    table = read_replicates(
        tables[0],
        group=group,
        value=value,
        unit=unit,
        specimen=specimen,
        sd=sd,
        where=dict(read_pairs(where, "--where", "temperature=25")),
        dialect=dialect,
    )
    if not named:
        return table
    labels = table["group"].values
    for label in dict.fromkeys(labels.tolist()):
        named.setdefault(label, []).append(table.isel(point=labels == label))
    return named


def _compare_conditions(
    sources: list[str],
    group: str | None,
    dose: str | None,
    by: str | None,
    value: str | None,
    specimen: str | None,
    sd: str | None,
    where: list[str],
    unit: str | None,
    dialect: Any,
    curve: str,
    better: str,
    spread: str | None,
    priors: dict[str, Any],
    sampling: dict[str, Any],
) -> None:
    """Ask for the best dose, or what two factors do, and leave with the status of the answer."""
    from ...datasets.replicate_files import factor_name, read_replicates

    kind = dose or group
    if kind is None or value is None or len(sources) != 1:
        raise PosterionError(
            "a dose or a second factor needs one table, with --value and with --dose or --group."
        )
    table = read_replicates(
        Path(sources[0]),
        group=kind,
        value=value,
        unit=unit,
        specimen=specimen,
        sd=sd,
        factors=[each for each in (dose, by) if each],
        where=dict(read_pairs(where, "--where", "temperature=25")),
        dialect=dialect,
    )
    second = None if by is None else factor_name(by)
    if dose is not None:
        from .compare_dose import compare_doses

        compare_doses(
            table, factor_name(dose), curve=curve, better=better, temperature=second,
            spread=spread, priors=priors, **sampling,
        )  # fmt: skip
    if second is not None:
        from .compare_factorial import compare_factors

        compare_factors(table, "group", second, spread=spread, priors=priors, **sampling)


def _refuse(needed: str, **options: Any) -> None:
    """Refuse options that would have no effect."""
    for name, value in options.items():
        if value:
            flag = f"--{name.replace('_', '-')}"
            raise PosterionError(f"{flag} has no meaning for {needed}; leave it out.")
