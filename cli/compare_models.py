"""The command ``posterion compare models``: which circuit or law do the same data prefer."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..errors import PosterionError, all_spelled
from .candidates import candidates, saved_fits
from .options import (
    MODEL,
    Flag,
    Groups,
    Many,
    Output,
    Reading,
    Sampling,
    prior_option,
    read_priors,
    refuse,
)
from .run import STATUS, Say, print_lines, run
from .spectra import Spectra
from .spelling import as_flag

if TYPE_CHECKING:
    from ..report.compared_models import ComparedModels


def compare_models(
    *files: Annotated[str, Parameter(required=True)],
    circuit: Annotated[Many, Parameter(group=MODEL)] = (),
    law: Annotated[Many, Parameter(group=MODEL)] = (),
    robust: Annotated[Flag, Parameter(group=MODEL)] = False,
    independent: Annotated[Flag, Parameter(group=MODEL)] = False,
    prior: Annotated[Many, prior_option("R1=LogNormal(5, 2)")] = (),
    groups: Groups = Groups(),
    spectra: Spectra = Spectra(),
    reading: Reading = Reading(),
    sampling: Sampling = Sampling(),
    output: Output = Output(),
) -> int:
    """Compare saved fits, or circuits or laws that are fitted to one file now.

    Example: posterion compare models pellet.csv --circuit "R0-p(R1,CPE1)" --circuit "R0-p(R1,C1)"

    Exit status: 0 compared, 2 bad input, 3 if fewer than two candidates were sampled well, 4 if
    the preferred one does not describe the data.

    Parameters
    ----------
    files
        Two or more saved fits (posterior.nc); or one file of data, with --circuit or --law.
    circuit
        A candidate for a spectrum; several times.
    law
        A candidate for a table, such as vtf or vtf:sigma or power; several times.
    robust
        Student-t noise.
    independent
        Of capacities: residuals that know nothing of each other.
    """
    priors = read_priors(prior)
    if not circuit:
        refuse("models without --circuit", noise=spectra.noise, accuracy=spectra.accuracy,
               fmin=spectra.fmin, fmax=spectra.fmax, drop=spectra.drop)  # fmt: skip
    asked = bool(circuit or law)
    if not asked and len(files) < 2:
        raise PosterionError(
            "two or more saved fits (posterior.nc) are compared, or with --circuit or --law given "
            "twice or more the models of one file of data."
        )
    if asked and len(files) != 1:
        raise PosterionError(
            f"--circuit and --law are fitted to one file of data; {len(files)} are given."
        )
    found = None
    if asked:
        found = candidates(
            files[0], circuit, law, groups, spectra, reading, robust=robust, independent=independent
        )

    def work(say: Say) -> _Compared:
        from ..report.compared_models import ComparedModels

        if found is None:
            fits = saved_fits([*map(Path, files)])
        else:
            fits = found.fit(priors, sampling, say)
        say("Comparing")
        return _Compared(ComparedModels.of(fits))

    return run(output, work)


@dataclass(frozen=True)
class _Compared:
    """Models that were compared."""

    models: "ComparedModels"

    @property
    def status(self) -> int:
        """Exit status: of the preferred model."""
        return STATUS[self.models.word]

    def write(self, out: Path) -> None:
        """Write the page and its tables."""
        from ..report.pages.compared import write

        write(self.models, out, as_flag)

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        found: dict[str, Any] = all_spelled(self.models.document(), as_flag)
        return found

    def show(self, output: Output) -> None:
        """Print a screen, or everything."""
        from rich.console import Console

        from ..report.compared_screen import compared_screen

        terminal = output.terminal(Console().width)
        if output.whole:
            print_lines([*self.models.lines(terminal.width), terminal.kept])
        else:
            print_lines(compared_screen(self.models, terminal))
