"""Options that say which points of a spectrum are fitted: ``--fmin``, ``--fmax``, ``--drop``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import PosterionError

if TYPE_CHECKING:
    import xarray as xr

FminOption = Annotated[
    str | None, typer.Option(help="Lowest frequency that is fitted: '1Hz'; a number is in Hz.")
]
FmaxOption = Annotated[str | None, typer.Option(help="Highest frequency that is fitted: '1MHz'.")]
DropOption = Annotated[
    list[str] | None,
    typer.Option(help="Leave a point out, such as '50 Hz': the nearest within 5 %; several times."),
]


@dataclass(frozen=True)
class Window:
    """The frequencies that are fitted."""

    fmin: float | None = None
    fmax: float | None = None
    drop: tuple[float, ...] = ()

    @classmethod
    def of(cls, fmin: str | None, fmax: str | None, drop: Sequence[str] | None) -> "Window":
        """Check the options.

        Raises
        ------
        PosterionError
            If one is no frequency, or nothing lies between the two ends.
        """
        from ...datasets.cut import read_frequency

        low = None if fmin is None else read_frequency(fmin, "--fmin")
        high = None if fmax is None else read_frequency(fmax, "--fmax")
        if low is not None and high is not None and not low < high:
            raise PosterionError(
                f"--fmin {fmin} does not lie below --fmax {fmax}; exchange or correct them."
            )
        return cls(low, high, tuple(read_frequency(each, "--drop") for each in drop or ()))

    def take(self, spectrum: "xr.Dataset", name: str = "") -> "xr.Dataset":
        """Return the points of a spectrum to be fitted; what was left out is in its messages.

        It is called by its name where there are several.

        Raises
        ------
        PosterionError
            If too few points are left, or no cell can have measured them.
        """
        from ...datasets.cut import cut
        from ...inference.impossible import refuse_impossible

        taken = cut(spectrum, fmin=self.fmin, fmax=self.fmax, drop=self.drop, name=name)
        refuse_impossible(taken.assign_attrs(source=name) if name else taken)
        return taken
