"""Options that commands share, each written once; a command takes those that it names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from ..errors import PosterionError
from .folder import refuse_folder_of_another

if TYPE_CHECKING:
    import xarray as xr

    from ..datasets.tables.dialect import Dialect
    from ..report.terminal import Terminal

Usual = Callable[["xr.Dataset"], Mapping[str, Any]]
"""What groups of some data share where nobody says; see `analyses.analysis.Analysis`."""

Many = Annotated[tuple[str, ...], Parameter(show_default=False)]
"""The values of an option that may be given several times."""

Flag = Annotated[bool, Parameter(show_default=False)]
"""An option that is given or not."""

DATA = Group("Data", sort_key=1)
MODEL = Group("Model", sort_key=2)
SAMPLING = Group("Sampling", sort_key=3)
OUTPUT = Group("Output", sort_key=4)

LARGEST_SEED = 2**53 - 1
"""Whole numbers up to here are the same in every reader of JSON."""

FEWEST_DRAWS = 4
"""Fewer draws of a chain have no R-hat."""

MOST_CHAINS = 100
MOST_DRAWS = 1_000_000
"""Of all chains together: with the predictions of a spectrum they take gigabytes."""

Sign = Literal["auto", "as_written", "negated"]


@Parameter(name="*", group=DATA)
@dataclass(frozen=True)
class Marks:
    """How the numbers and cells of a table are written, where it does not decide by itself."""

    decimal: str | None = None
    """The decimal mark, '.' or ','."""
    thousands: str | None = None
    """The mark between thousands: ',', '.', blank, apostrophe, none."""
    delimiter: str | None = None
    """Between cells: ',', ';', tab, '|', ':' or blank."""

    @property
    def dialect(self) -> "Dialect | None":
        """The same as functions that read take it; None where nothing is said."""
        if self.decimal is self.thousands is self.delimiter is None:
            return None
        from ..datasets.tables.dialect import Dialect

        return Dialect(self.decimal, self.thousands, self.delimiter)


@Parameter(name="*", group=DATA)
@dataclass(frozen=True)
class Reading(Marks):
    """How a table is read whose columns have roles."""

    column: Many = ()
    """'capacity=Q_dis': the column of a role, where a header is not understood; with a sign and
    a unit as in 'imag=-X [kohm]'; several times."""

    @property
    def columns(self) -> dict[str, str]:
        """The column of each role that was named."""
        return dict(read_pairs(self.column, "--column", "capacity=Q_dis"))

    @property
    def keywords(self) -> dict[str, Any]:
        """The same as arguments of the functions that read."""
        return {"columns": self.columns, "dialect": self.dialect}


@Parameter(name="*", group=DATA)
@dataclass(frozen=True)
class Groups:
    """Which points are taken, and which of them belong together."""

    where: Many = ()
    """Keep the points of a label: 'sample=A'; several times."""
    pool: Many = ()
    """Label whose groups share a distribution: 'cell'; several times."""
    group_by: str | None = None
    """Label whose groups share nothing."""
    together: Flag = False
    """One curve through all points, whatever the labels."""

    def __post_init__(self) -> None:
        """Refuse what gainsays itself."""
        if self.together and (self.pool or self.group_by):
            raise PosterionError(
                "--together fits one curve to all; leave out --pool and --group-by."
            )
        if self.group_by in self.pool:
            raise PosterionError(
                f"'{self.group_by}' is given to --pool and to --group-by; choose one."
            )

    @property
    def kept(self) -> dict[str, list[str]]:
        """The labels whose points are kept."""
        return by_name(read_pairs(self.where, "--where", "sample=A"))

    def of(self, data: "xr.Dataset", usual: Usual) -> "tuple[xr.Dataset, Mapping[str, Any]]":
        """Return the points that are kept, and the kind of pooling by label."""
        from ..datasets.select import select

        data = select(data, where=self.kept)
        return data, self.pooling(data, usual)

    def pooling(self, data: "xr.Dataset", usual: Usual) -> Mapping[str, Any]:
        """Return the kind of pooling by label, as is usual for such data unless told."""
        from ..datasets.select import require_label

        for name in self.pool:
            require_label(data, name, "pool")
        kinds: dict[str, Any] = {}
        if self.group_by is not None:
            require_label(data, self.group_by, "group_by")
            kinds = {self.group_by: "none"}
        kinds |= dict.fromkeys(self.pool, "partial")
        return kinds if kinds or self.together else usual(data)


@Parameter(name="*", group=SAMPLING)
@dataclass(frozen=True)
class Seed:
    """What makes a run repeatable."""

    seed: int = 0
    """The same seed gives the same draws."""

    def __post_init__(self) -> None:
        """Refuse a number that some reader of JSON would change."""
        self._hold("seed", 0, LARGEST_SEED)

    def _hold(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if not least <= value <= most:
            raise PosterionError(
                f"--{name} is {value}; it must be a whole number from {least} to {most}."
            )


@Parameter(name="*", group=SAMPLING)
@dataclass(frozen=True)
class Sampling(Seed):
    """How much is drawn, held to what a machine can do."""

    draws: int = 1000
    """Kept draws of each chain."""
    chains: int = 4
    """Independent chains."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, or not kept."""
        super().__post_init__()
        self._hold("draws", FEWEST_DRAWS, MOST_DRAWS)
        self._hold("chains", 1, MOST_CHAINS)
        if self.draws * self.chains > MOST_DRAWS:
            raise PosterionError(
                f"{self.chains} chains of {self.draws} draws are {self.draws * self.chains} in "
                f"all; at most {MOST_DRAWS} can be kept, and thousands are enough."
            )

    @property
    def keywords(self) -> dict[str, Any]:
        """The same as arguments of the functions that fit."""
        return {"draws": self.draws, "chains": self.chains, "seed": self.seed}


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class Output:
    """Where a result goes, and in which form."""

    out: Path | None = None
    """Folder for the posterior, its summary and report.html."""
    whole: Annotated[Flag, Parameter("--table")] = False
    """Print all quantities and every remark, not a screenful."""
    as_json: Annotated[Flag, Parameter("--json")] = False
    """Print one JSON document, nothing else."""

    def terminal(self, width: int) -> "Terminal":
        """Return where lines are shown, and how options are typed there."""
        from ..report.terminal import Terminal
        from .spelling import as_flag

        return Terminal(width, self.out, as_flag)

    def check(self) -> None:
        """Make the folder, and refuse one that cannot be written to before time is spent."""
        if self.out is None:
            return
        from ..inference.store import replacing

        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PosterionError(
                f"cannot make the folder {self.out}: {error.strerror}; choose another."
            ) from error
        refuse_folder_of_another(self.out)
        with replacing(self.out / ".writable") as temporary:
            temporary.touch()
        (self.out / ".writable").unlink()


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class FitOutput(Output):
    """Where a fit goes: its figures too, where they are asked for."""

    figures: Literal["pdf", "svg", "png"] | None = None
    """Form of all figures for a paper, 84 mm wide, with their numbers as CSV; needs --out."""

    def check(self) -> None:
        """Refuse figures that would go nowhere."""
        if self.figures is not None and self.out is None:
            raise PosterionError("--figures needs a folder for them; add --out NAME.")
        super().check()


def prior_option(example: str) -> Parameter:
    """Return the option ``--prior`` with an example of a parameter that the command has."""
    return Parameter(group=MODEL, help=f"'{example}'; may be given several times.")


def read_pairs(texts: Sequence[str], flag: str, example: str) -> list[tuple[str, str]]:
    """Split texts such as ``sample=A`` at their first equals sign."""
    found = []
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise PosterionError(f"{flag} '{text}' is no pair; write it like {flag} {example}.")
        found.append((name, value))
    return found


def by_name(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def read_priors(given: Sequence[str]) -> dict[str, Any]:
    """Check the option ``--prior``."""
    from ..inference.given_prior import is_number
    from ..inference.prior import Prior

    priors: dict[str, Any] = {}
    for text in given:
        name, equals, prior = text.partition("=")
        if not equals:
            raise PosterionError(f"the prior '{text}' names no parameter; write 'NAME={text}'.")
        # What a number with its error is depends on the parameter.
        priors[name.strip()] = prior if is_number(prior) else Prior.parse(prior)
    return priors


def refuse(needed: str, **options: Any) -> None:
    """Refuse options that would have no effect."""
    for name, value in options.items():
        if value not in (None, (), False):
            flag = f"--{name.replace('_', '-')}"
            raise PosterionError(f"{flag} has no meaning for {needed}; leave it out.")
