"""The command ``posterion fit arrhenius``: a law of conductivity against temperature."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

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


class Law(StrEnum):
    """Laws by their names on the command line."""

    arrhenius = "arrhenius"
    vtf = "vtf"
    two_regimes = "two-regimes"
    two_phases = "two-phases"


class Form(StrEnum):
    """What the exponential stands for."""

    sigma = "sigma"
    sqrtT = "sqrtT"
    sigmaT = "sigmaT"


ColumnOption = Annotated[
    list[str] | None,
    typer.Option(help="'conductivity=total' where a header is not understood; several times."),
]
PoolOption = Annotated[
    list[str] | None,
    typer.Option(help="Label whose groups share a distribution: 'pellet'; several times."),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(help="Keep the points of a label: 'sample=A'; several times."),
]
PredictOption = Annotated[
    list[str] | None, typer.Option(help="Conductivity at '40 C' or '313 K'; several times.")
]


def fit_arrhenius(
    file: Annotated[Path, typer.Argument(help="Table of conductivity against temperature.")],
    law: Annotated[Law, typer.Option(help="Law of temperature.")] = Law.arrhenius,
    form: Annotated[
        Form, typer.Option(help="σ = A exp(...), σ√T = ..., or σT = ...; E_a depends on it.")
    ] = Form.sigmaT,
    temperature_unit: Annotated[
        str | None, typer.Option(help="C or K, where the header does not say.")
    ] = None,
    conductivity_unit: Annotated[
        str | None, typer.Option(help="Such as mS/cm, where the header does not say.")
    ] = None,
    column: ColumnOption = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    delimiter: DelimiterOption = None,
    pool: PoolOption = None,
    group_by: Annotated[str | None, typer.Option(help="Label whose groups share nothing.")] = None,
    together: Annotated[
        bool, typer.Option("--together", help="One line through all points, whatever the labels.")
    ] = False,
    where: WhereOption = None,
    robust: Annotated[
        bool, typer.Option("--robust", help="Student-t noise: outliers lose their pull.")
    ] = False,
    rounded: Annotated[
        bool, typer.Option("--rounded", help="Conductivities are rounded to the digits printed.")
    ] = False,
    predict: PredictOption = None,
    prior: Annotated[list[str] | None, prior_option("E_a=Normal(0.35, 0.1)")] = None,
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit a law of temperature to ionic conductivities.

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    from ...datasets.table_files import read_table
    from ...models.transition import TwoPhases
    from ...models.transport import VTF, Arrhenius, TwoRegimes
    from ...units import celsius
    from .series_labels import chosen, refuse_mixture, require_label

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    laws = {
        Law.arrhenius: Arrhenius,
        Law.vtf: VTF,
        Law.two_regimes: TwoRegimes,
        Law.two_phases: TwoPhases,
    }
    model: Any = laws[law](form=form.value)
    priors = read_priors(prior or [])
    if robust and rounded:
        raise PosterionError("--robust and --rounded cannot be combined; leave one of them out.")
    kinds = _pooling(pool or [], group_by, together)
    temperatures = [celsius(text) for text in predict or []]
    columns = dict(read_pairs(column or [], "--column", "conductivity=total"))
    try:
        data = read_table(
            file,
            temperature_unit=temperature_unit,
            conductivity_unit=conductivity_unit,
            columns=columns,
            dialect=read_dialect(decimal, thousands, delimiter),
        )
    except PosterionError as error:
        raise PosterionError(_with_flags(str(error))) from error
    data = chosen(data, read_pairs(where or [], "--where", "sample=A"))
    for name in kinds:
        require_label(data, name, "--group-by" if kinds[name] == "none" else "--pool")
    if not kinds and not together:
        refuse_mixture(data)
    if rounded and "conductivity_step" not in data:
        raise PosterionError("--rounded needs printed digits, which this table does not show.")
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.fit import fit
        from ...inference.noise.independent import StudentT, usual_noise
        from ...inference.noise.rounded import Rounded
        from ..law_predictions import predicted
        from ..pages.law import formula

        noise: Any = usual_noise(model, data)
        noise = StudentT(noise) if robust else Rounded(noise) if rounded else noise
        tree = fit(
            model,
            data,
            priors=priors,
            noise=noise,
            pool=kinds or None,
            seed=seed,
            draws=draws,
            chains=chains,
            progress=say,
        )
        predictions, beyond = predicted(tree, temperatures)
        remarks = [formula(model), *beyond]
        finish(
            tree,
            predictions,
            out,
            as_json,
            say,
            whole=whole,
            extra_group="predictions",
            remarks=remarks,
        )


def _with_flags(message: str) -> str:
    """Name the options of the command in place of the arguments in Python."""
    message = re.sub(r"columns=\{'(\w+)': '([^']*)'\}", r"--column '\1=\2'", message)
    message = message.replace("columns= names", "--column names")
    return re.sub(r"^(temperature|conductivity)_unit=", r"--\1-unit ", message)


def _pooling(pool: list[str], group_by: str | None, together: bool) -> dict[str, Any]:
    if together and (pool or group_by):
        raise PosterionError("--together fits one line; leave out --pool and --group-by.")
    if group_by in pool:
        raise PosterionError(f"'{group_by}' is given to --pool and to --group-by; choose one.")
    return {name: "partial" for name in pool} | ({group_by: "none"} if group_by else {})
