"""Options that say what spreads a spectrum around its circuit: ``--noise`` and ``--accuracy``."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import PosterionError
from ...units import Measured

if TYPE_CHECKING:
    from ...inference.noise.independent import Noise

LARGEST = 0.1
"""No instrument for spectra is off by more than 10 % of |Z|, or 0.1 rad."""

_ANGLE = re.compile(r".*\d\s*(°|deg|degrees?|mrad|rad)", re.DOTALL)


class NoiseName(StrEnum):
    """Noises of spectra by their names on the command line."""

    discrepant = "discrepant"
    white = "white"
    student_t = "student-t"
    gaussian = "gaussian"


NoiseOption = Annotated[
    NoiseName | None,
    typer.Option(
        help="What spreads the data. discrepant (unless told): also what the circuit leaves out "
        "and the instrument's error; white: independent, in proportion to |Z|; student-t: the "
        "same with heavy tails; gaussian: independent, one size.",
        show_default=False,
    ),
]
AccuracyOption = Annotated[
    str | None,
    typer.Option(
        help="Of the instrument, from its data sheet: '0.3 %, 0.3 deg' of magnitude and phase, "
        "taken as one standard deviation."
    ),
]
RobustOption = Annotated[
    bool, typer.Option("--robust", help="The same as --noise student-t; an older spelling.")
]


@dataclass(frozen=True)
class NoiseChoice:
    """The noise that was asked for, and the accuracy of the instrument where it is stated."""

    name: NoiseName = NoiseName.discrepant
    accuracy: tuple[float, float] | None = None

    @classmethod
    def of(
        cls, noise: NoiseName | None, accuracy: str | None, *, robust: bool = False
    ) -> "NoiseChoice":
        """Check the options.

        Raises
        ------
        PosterionError
            If --robust gainsays --noise, or an accuracy cannot be read or has no effect.
        """
        if robust and noise not in (None, NoiseName.student_t):
            raise PosterionError(
                f"--robust means --noise student-t, and --noise is {noise}; give one of them."
            )
        name = NoiseName.student_t if robust else noise or NoiseName.discrepant
        if accuracy is None:
            return cls(name)
        if name is not NoiseName.discrepant:
            raise PosterionError(
                f"--accuracy has a meaning for --noise discrepant only, and the noise is {name}; "
                "leave one of them out."
            )
        return cls(name, read_accuracy(accuracy))


def noise_of(name: NoiseName, accuracy: tuple[float, float] | None) -> "Noise":
    """Return the noise of a name."""
    from ...inference.noise.discrepant import Discrepant
    from ...inference.noise.independent import Gaussian, Proportional, StudentT

    match name:
        case NoiseName.white:
            return Proportional()
        case NoiseName.student_t:
            return StudentT()
        case NoiseName.gaussian:
            return Gaussian()
    return Discrepant(accuracy=accuracy)


def read_accuracy(text: str) -> tuple[float, float]:
    """Read the accuracy of an instrument, such as ``"0.3 %, 0.3 deg"``.

    Parameters
    ----------
    text
        Error of the magnitude, in percent or as a pure number; after a comma that of the phase
        in deg, mrad or rad. One of the magnitude alone holds for both, as an angle in rad.

    Returns
    -------
    tuple
        Error of the magnitude over |Z|, and of the phase in rad.

    Raises
    ------
    PosterionError
        If it cannot be read, or is not between 0 and 10 %.
    """
    size, *phase = (part.strip().removeprefix("±").strip() for part in text.split(","))
    if len(phase) > 1 or _ANGLE.fullmatch(size) or not all(map(_ANGLE.fullmatch, phase)):
        raise PosterionError(
            f"--accuracy '{text}' cannot be read; write magnitude and phase like '0.3 %, 0.3 deg' "
            "(or mrad, rad), or '0.5 %' for both."
        )
    magnitude = Measured.parse(size, "", f"the magnitude of --accuracy '{text}',").value
    angle = magnitude
    if phase:
        written = phase[0].replace("°", " deg")
        angle = Measured.parse(written, "rad", f"the phase of --accuracy '{text}',").value
    for what, value, limit in (("magnitude", magnitude, "10 %"), ("phase", angle, "0.1 rad")):
        if not 0 < value <= LARGEST:
            raise PosterionError(
                f"--accuracy '{text}': the error of the {what} is {value:g}"
                f"{' rad' if what == 'phase' else ''}; it must be above 0 and at most {limit}."
            )
    return magnitude, angle
