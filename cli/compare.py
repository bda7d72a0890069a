"""The commands ``posterion compare groups | dose | factorial``: what differs, and how surely."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from ..errors import PosterionError
from .compare_models import compare_models
from .options import (
    DATA,
    MODEL,
    Many,
    Marks,
    Output,
    Sampling,
    prior_option,
    read_pairs,
    read_priors,
    refuse,
)
from .run import Fitted, Say, run

if TYPE_CHECKING:
    import xarray as xr

Better = Annotated[Literal["larger", "smaller"], Parameter(group=MODEL)]
Prior = Annotated[Many, prior_option("level_mean=LogNormal(-1, 1)")]


@Parameter(name="*", group=DATA)
@dataclass(frozen=True)
class Table:
    """Which columns of a table of specimens are taken."""

    value: str | None = None
    """Column of the table with the numbers."""
    specimen: str | None = None
    """Column that says which pellet or cell a row is of."""
    sd: str | None = None
    """Column with one standard deviation of each number."""
    where: Many = ()
    """Keep rows: 'temperature=25'; several times."""
    unit: str | None = None
    """Such as mS/cm, where the header does not say."""

    def read(
        self, file: str, group: str, marks: Marks, factors: Sequence[str] = ()
    ) -> "xr.Dataset":
        """Read the table of a file, whose rows are alike within a group."""
        from ..datasets.schemas.replicate_tables import read_replicates

        if self.value is None:
            raise PosterionError(f"which column of {file} holds the numbers? Name it with --value.")
        return read_replicates(
            Path(file),
            group=group,
            value=self.value,
            unit=self.unit,
            specimen=self.specimen,
            sd=self.sd,
            factors=factors,
            where=dict(read_pairs(self.where, "--where", "temperature=25")),
            dialect=marks.dialect,
        )


def compare_groups(
    *sources: Annotated[str, Parameter(required=True)],
    group: Annotated[str | None, Parameter(group=DATA)] = None,
    quantity: Annotated[str | None, Parameter(group=DATA)] = None,
    rope: Annotated[str, Parameter(group=MODEL)] = "5%",
    better: Better = "larger",
    scale: Annotated[Literal["log", "linear"] | None, Parameter(group=MODEL)] = None,
    spread: Annotated[str | None, Parameter(group=MODEL)] = None,
    prior: Prior = (),
    table: Table = Table(),
    marks: Marks = Marks(),
    sampling: Sampling = Sampling(),
    output: Output = Output(),
) -> int:
    """Compare groups of specimens: which is best, how surely, and does the difference matter.

    Example: posterion compare groups bare='0.31 mS/cm' coated='0.30 ± 0.01 mS/cm (n=3)'

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    sources
        A table with --group and --value; or of each specimen NAME=FILE of a fit (bare=a.nc
        coated=b.nc coated=c.nc) or NAME=NUMBER (bare='0.31 mS/cm', coated='0.30 ± 0.01 eV
        (n=3)'). They can be mixed.
    group
        Column of the table that says what was made alike.
    quantity
        Which quantity of the fits: 'conductivity', 'R1'.
    rope
        Differences that do not matter: '5%' or '0.01 mS/cm'.
    better
        Which of two values is.
    scale
        On which specimens scatter, log unless told.
    spread
        Between specimens made alike: '10%', or 'LogNormal(-2.3, 0.7)'.
    """
    data = _sources(sources, group, table, marks)
    priors = read_priors(prior)

    def work(say: Say) -> Fitted:
        from ..inference.comparison.compare import compare

        tree = compare(
            data,
            quantity,
            rope=rope,
            better=better,
            scale=scale,
            spread=spread,
            priors=priors,
            progress=say,
            **sampling.keywords,
        )
        return Fitted.of(tree, say)

    return run(output, work)


def compare_dose(
    file: str,
    /,
    *,
    dose: Annotated[str, Parameter(group=DATA)],
    by: Annotated[str | None, Parameter(group=DATA)] = None,
    curve: Annotated[Literal["gp", "quadratic"], Parameter(group=MODEL)] = "gp",
    better: Better = "larger",
    spread: Annotated[str | None, Parameter(group=MODEL)] = None,
    prior: Prior = (),
    table: Table = Table(),
    marks: Marks = Marks(),
    sampling: Sampling = Sampling(),
    output: Output = Output(),
) -> int:
    """Say which dose is best, how surely, and whether the best may lie beyond those tested.

    Example: posterion compare dose pellets.csv --dose volume --value sigma --by temperature

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    file
        A table with a row for each specimen.
    dose
        Column with a dose, such as a volume.
    by
        Column with a second factor, such as the temperature.
    curve
        Through the doses: a Gaussian process or a parabola.
    better
        Which of two values is.
    spread
        Between specimens made alike: '10%', or 'LogNormal(-2.3, 0.7)'.
    """
    from ..datasets.schemas.replicate_tables import factor_name

    data = table.read(file, dose, marks, [dose, *([by] if by else [])])
    priors = read_priors(prior)

    def work(say: Say) -> Fitted:
        from ..inference.factors.dose import dose_response

        tree = dose_response(
            data,
            dose=factor_name(dose),
            curve=curve,
            better=better,
            temperature=None if by is None else factor_name(by),
            spread=spread,
            priors=priors,
            progress=say,
            **sampling.keywords,
        )
        return Fitted.of(tree, say)

    return run(output, work)


def compare_factorial(
    file: str,
    /,
    *,
    group: Annotated[str, Parameter(group=DATA)],
    by: Annotated[str, Parameter(group=DATA)],
    spread: Annotated[str | None, Parameter(group=MODEL)] = None,
    prior: Prior = (),
    table: Table = Table(),
    marks: Marks = Marks(),
    sampling: Sampling = Sampling(),
    output: Output = Output(),
) -> int:
    """Say what two factors do together, and whether one depends on the other.

    Example: posterion compare factorial pellets.csv --group coating --by temperature --value sigma

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    file
        A table with a row for each specimen.
    group
        Column that says what was made alike.
    by
        Column with the second factor, such as the temperature.
    spread
        Between specimens made alike: '10%', or 'LogNormal(-2.3, 0.7)'.
    """
    from ..datasets.schemas.replicate_tables import factor_name

    data = table.read(file, group, marks, [by])
    priors = read_priors(prior)

    def work(say: Say) -> Fitted:
        from ..inference.factors.factorial import factorial

        tree = factorial(
            data,
            "group",
            factor_name(by),
            spread=spread,
            priors=priors,
            progress=say,
            **sampling.keywords,
        )
        return Fitted.of(tree, say)

    return run(output, work)


def _sources(
    sources: Sequence[str], group: str | None, table: Table, marks: Marks
) -> "xr.Dataset | dict[str, Any]":
    """Return the table, or what is known of each group by its name."""
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
        refuse("sources without a table", group=group, value=table.value, where=table.where)
        return named
    if group is None or table.value is None:
        raise PosterionError(
            f"which columns of {tables[0].name} are compared? Name them with --group and --value; "
            f"a fit needs a name, as in bare={tables[0].name}."
        )
    data = table.read(str(tables[0]), group, marks)
    if not named:
        return data
    labels = data["group"].values
    for label in dict.fromkeys(labels.tolist()):
        named.setdefault(label, []).append(data.isel(point=labels == label))
    return named


compare_app = App(name="compare", help="Which group, dose or model is best, and can that be told.")
compare_app.command(compare_groups, name="groups")
compare_app.command(compare_dose, name="dose")
compare_app.command(compare_factorial, name="factorial")
compare_app.command(compare_models, name="models")
