"""The command ``posterion calibrate``: how often what a model's posterior says is true."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..errors import PosterionError
from .options import DATA, MODEL, SAMPLING, Flag, Many, Output, Sampling, prior_option, read_priors
from .run import REFUSED, TRUSTED, Say, print_lines, run

if TYPE_CHECKING:
    import xarray as xr

    from ..inference.calibration.designs import Design

RESULT = "calibration.nc"


def calibrate(
    model: str,
    /,
    *,
    circuit: Annotated[str | None, Parameter(group=MODEL)] = None,
    noise: Annotated[str | None, Parameter(group=MODEL)] = None,
    like: Annotated[Path | None, Parameter(group=DATA)] = None,
    prior: Annotated[Many, prior_option("R1=LogNormal(5, 2)")] = (),
    default_priors: Annotated[Flag, Parameter(group=MODEL)] = False,
    n: Annotated[int, Parameter("--n", group=SAMPLING)] = 1000,
    workers: Annotated[int | None, Parameter(group=SAMPLING)] = None,
    sampling: Sampling = Sampling(draws=400),
    output: Output = Output(),
) -> int:
    """Simulate data of a model, fit them, and see how often the intervals hold the truth.

    A run that was killed goes on where --out is its folder.

    Example: posterion calibrate eis --circuit "R0-p(R1,CPE1)" --n 100 --out calibration

    Exit status: 0 the ranks are uniform, 2 bad input, 3 they are not, or too few runs trusted.

    Parameters
    ----------
    model
        Such as eis, vtf or fade-power; a wrong one lists all.
    circuit
        Equivalent circuit, of eis: 'R0-p(R1,CPE1)'.
    noise
        In place of the usual noise, such as student-t.
    like
        Measured spectrum: take its frequencies and range of |Z|.
    default_priors
        Those of a fit, which reach far beyond the data.
    n
        Simulations.
    workers
        Processes; one per core unless given.
    """
    priors = read_priors(prior)
    for flag, value in (("--n", n), ("--workers", workers)):
        if value is not None and value < 1:
            raise PosterionError(f"{flag} is {value}; it must be at least 1.")

    def work(say: Say) -> _Calibrated:
        from ..inference.calibrate import calibrate
        from ..inference.calibration.designs import design_of

        design = design_of(model, circuit=circuit, noise=noise)
        if like is not None:
            design = _like(design, like)
        kept = {} if default_priors else dict(design.priors)
        result = calibrate(
            design.model,
            design.data,
            priors=kept | priors,
            noise=design.noise,
            pool=design.pool,
            record=design.record,
            n=n,
            workers=workers,
            resume=None if output.out is None else output.out / RESULT,
            progress=say,
            **sampling.keywords,
        )
        return _Calibrated(result, design.words)

    return run(output, work)


@dataclass(frozen=True)
class _Calibrated:
    """Ranks of the truth among draws, and the design that they are of."""

    result: "xr.Dataset"
    words: str

    @property
    def status(self) -> int:
        """Exit status: whether the ranks are uniform."""
        return TRUSTED if self.document()["calibrated"] else REFUSED

    def write(self, out: Path) -> None:
        """Write the report and its table."""
        from ..report.pages.calibration import write

        write(self.result, self.words, out)

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        from ..report.pages.calibration import document

        return document(self.result, self.words)

    def show(self, output: Output) -> None:
        """Print a screen, or everything."""
        from rich.console import Console

        from ..inference.calibration.ranks import calibration_table
        from ..report.calibration_screen import calibration_lines
        from ..report.pages.calibration import row_texts

        said, table = self.document(), calibration_table(self.result)
        rows = [row_texts(str(n), row) for n, row in table.iterrows()] if said["trusted"] else []
        terminal = output.terminal(Console().width)
        print_lines(calibration_lines(said, rows, self.words, terminal, output.whole))


def _like(design: "Design", file: Path) -> "Design":
    """Return the design of a spectrum at the frequencies and with the window of a measured one."""
    from ..datasets.schemas.spectrum import read_spectrum
    from ..inference.calibration.designs import plausible
    from ..models.circuit import Circuit

    if not isinstance(design.model, Circuit):
        raise PosterionError(
            "--like takes the spectrum of a circuit; for other data call posterion.calibrate in "
            "Python, with the measured data as the design."
        )
    data = read_spectrum(file)
    words = f"{data.sizes['frequency']} frequencies and the range of |Z| of {file.name}"
    return replace(design, data=data, words=words, priors=plausible(design.model, data))
