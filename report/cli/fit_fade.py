"""The command ``posterion fit fade``: laws of capacity over cycles."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

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

    linear = "linear"
    sqrt = "sqrt"
    power = "power"
    exponential = "exponential"
    stretched = "stretched"
    knee = "knee"
    two_process = "two-process"
    all = "all"


class Convention(StrEnum):
    """How charge and discharge are told apart."""

    auto = "auto"
    as_written = "as_written"
    swapped = "swapped"


LawOption = Annotated[
    list[Law] | None, typer.Option(help="Law of fade; several are compared, as are all.")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(help="'capacity=Q_dis' where a header is not understood; several times."),
]
CellOption = Annotated[list[str] | None, typer.Option(help="Keep this cell; several times.")]
WhereOption = Annotated[
    list[str] | None, typer.Option(help="Keep the points of a label: 'kind=aging'; several times.")
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option(help="Leave out those of a label: 'kind=capacity check'; several times."),
]
DropOption = Annotated[
    list[str] | None,
    typer.Option(help="Leave a cycle out: 12, or 'cell1:12' of one cell; several times."),
]
PoolOption = Annotated[
    list[str] | None,
    typer.Option(help="Label whose groups share a distribution; cell unless told; several times."),
]
CycleOption = Annotated[
    list[float] | None, typer.Option(help="Retention and capacity at this cycle; several times.")
]


def fit_fade(
    file: Annotated[Path, typer.Argument(help="Table of capacities by cycle, or cycler file.")],
    law: LawOption = None,
    capacity_unit: Annotated[
        str | None, typer.Option(help="Such as mAh/g, where the header does not say.")
    ] = None,
    column: ColumnOption = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    delimiter: DelimiterOption = None,
    convention: Annotated[
        Convention, typer.Option(help="Charge and discharge as the file has them, or exchanged.")
    ] = Convention.auto,
    mass: Annotated[str | None, typer.Option(help="'12.3 mg', to have mAh/g.")] = None,
    area: Annotated[str | None, typer.Option(help="'0.785 cm^2', to have mAh/cm².")] = None,
    cell: CellOption = None,
    where: WhereOption = None,
    without: WithoutOption = None,
    skip: Annotated[
        int, typer.Option(min=0, help="Leave the first cycles of each cell out: formation.")
    ] = 0,
    drop: DropOption = None,
    pool: PoolOption = None,
    group_by: Annotated[str | None, typer.Option(help="Label whose groups share nothing.")] = None,
    together: Annotated[
        bool, typer.Option("--together", help="One curve through all cells, whatever the labels.")
    ] = False,
    robust: Annotated[
        bool, typer.Option("--robust", help="Student-t noise: outliers lose their pull.")
    ] = False,
    independent: Annotated[
        bool, typer.Option("--independent", help="Residuals that know nothing of each other.")
    ] = False,
    reference: Annotated[
        str, typer.Option(help="Retention relative to the 'first' or 'initial' one, or a cycle.")
    ] = "first",
    cycle: CycleOption = None,
    threshold: Annotated[
        str, typer.Option(help="Share of the reference that is waited for: 0.8 or 80%.")
    ] = "0.8",
    prior: Annotated[list[str] | None, prior_option("initial_capacity=Normal(2.0, 0.1)")] = None,
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit laws of capacity fade, and say what is left when, and when too little is left.

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    from ...datasets.cycling_files import read_cycling
    from .cycle_selection import selected
    from .fade_options import asked, laws_of, noise_of, pooling

    # Everything that can be wrong is looked at before the slow libraries are loaded.
    laws = laws_of([str(each) for each in law or ()])
    priors = read_priors(prior or [])
    question = asked(reference, threshold, cycle or ())
    columns = dict(read_pairs(column or [], "--column", "capacity=Q_dis"))
    kept = [("cell", name) for name in cell or ()]
    kept += read_pairs(where or [], "--where", "kind=aging")
    left_out = read_pairs(without or [], "--without", "kind=check")
    try:
        data = read_cycling(
            file,
            capacity_unit=capacity_unit,
            columns=columns,
            convention=convention.value,
            mass=mass,
            area=area,
            dialect=read_dialect(decimal, thousands, delimiter),
        )
    except PosterionError as error:
        raise PosterionError(_with_flags(str(error))) from error
    data = selected(data, kept, left_out, skip, drop or ())
    kinds = pooling(data, pool or (), group_by, together)
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.cycling.efficiency import efficiency_of
        from ..cycle_laws import compared_by, fit_laws, told_laws
        from ..fade_answers import answers, with_answers
        from ..words.fade import efficiency, remarks_of

        found = fit_laws(
            laws,
            data,
            question,
            priors,
            say,
            noise=noise_of(robust, independent),
            pool=kinds or None,
            seed=seed,
            draws=draws,
            chains=chains,
        )
        best = found.fits[found.best]
        extra = answers(best, question)
        more, lines = told_laws(found, question)
        measured = efficiency_of(data)
        charged, said = efficiency(measured)
        if measured is not None:
            more["coulombic_efficiency"] = charged
            best["coulombic_efficiency"] = type(best)(measured)
        remarks = [
            *remarks_of(best, question, extra),
            *lines,
            *said,
        ]
        finish(
            best,
            extra,
            out,
            as_json,
            say,
            whole=whole,
            extra_group="answers",
            remarks=remarks,
            asides=compared_by(found),
            more=more,
            revised=lambda document: with_answers(document, best, question, extra),
        )


def _with_flags(message: str) -> str:
    """Name the options of the command in place of the arguments in Python."""
    message = re.sub(r"columns=\{'(\w+)': '?([^'}]*)'?\}", r"--column '\1=\2'", message)
    message = message.replace("columns= names", "--column names")
    message = re.sub(r"capacity_unit='([^']*)'", r"--capacity-unit '\1'", message)
    message = re.sub(r"convention='(\w+)'", r"--convention \1", message)
    return re.sub(r"\b(mass|area)='([^']*)'", r"--\1 '\2'", message)
