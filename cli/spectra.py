"""Options of commands that fit spectra: which points, what spreads them, and the pellet."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from ..errors import PosterionError
from ..units import Measured
from .options import DATA, MODEL, Flag, Many, Reading, Sign

if TYPE_CHECKING:
    import xarray as xr

    from ..inference.noise.independent import Noise

LARGEST = 0.1
"""No instrument for spectra is off by more than 10 % of |Z|, or 0.1 rad."""

_ANGLE = re.compile(r".*\d\s*(°|deg|degrees?|mrad|rad)", re.DOTALL)

NoiseName = Literal["discrepant", "white", "student-t", "gaussian"]
Robust = Annotated[
    Flag, Parameter(group=MODEL, help="The same as --noise student-t; an older spelling.")
]


@Parameter(name="*")
@dataclass(frozen=True)
class Spectra:
    """Which points of a spectrum are fitted, and what spreads them around the circuit."""

    fmin: Annotated[str | None, Parameter(group=DATA)] = None
    """Lowest frequency that is fitted: '1Hz'; a number is in Hz."""
    fmax: Annotated[str | None, Parameter(group=DATA)] = None
    """Highest frequency that is fitted: '1MHz'."""
    drop: Annotated[Many, Parameter(group=DATA)] = ()
    """Leave a point out, such as '50 Hz': the nearest within 5 %; several times."""
    sign: Annotated[Sign, Parameter(group=DATA)] = "auto"
    """Sign of the column of Z''."""
    noise: Annotated[NoiseName | None, Parameter(group=MODEL)] = None
    """What spreads the data. discrepant (unless told): also what the circuit leaves out and the
    instrument's error; white: independent, in proportion to |Z|; student-t: the same with heavy
    tails; gaussian: independent, one size."""
    accuracy: Annotated[str | None, Parameter(group=MODEL)] = None
    """Of the instrument, from its data sheet: '0.3 %, 0.3 deg' of magnitude and phase, taken as
    one standard deviation."""

    @property
    def window(self) -> "Window":
        """The frequencies that are fitted.

        Raises
        ------
        PosterionError
            If one is no frequency, or nothing lies between the two ends.
        """
        from ..datasets.cut import read_frequency

        low = None if self.fmin is None else read_frequency(self.fmin, "--fmin")
        high = None if self.fmax is None else read_frequency(self.fmax, "--fmax")
        if low is not None and high is not None and not low < high:
            raise PosterionError(
                f"--fmin {self.fmin} does not lie below --fmax {self.fmax}; exchange or correct "
                "them."
            )
        return Window(low, high, tuple(read_frequency(each, "--drop") for each in self.drop))

    def noise_chosen(self, *, robust: bool = False) -> "NoiseChoice":
        """Return the noise, checked before slow libraries are loaded.

        Raises
        ------
        PosterionError
            If --robust gainsays --noise, or an accuracy cannot be read or has no effect.
        """
        if robust and self.noise not in (None, "student-t"):
            raise PosterionError(
                f"--robust means --noise student-t, and --noise is {self.noise}; give one of them."
            )
        name: NoiseName = "student-t" if robust else self.noise or "discrepant"
        if self.accuracy is None:
            return NoiseChoice(name)
        if name != "discrepant":
            raise PosterionError(
                f"--accuracy has a meaning for --noise discrepant only, and the noise is {name}; "
                "leave one of them out."
            )
        return NoiseChoice(name, read_accuracy(self.accuracy))


@dataclass(frozen=True)
class NoiseChoice:
    """The noise that was asked for, and the accuracy of the instrument where it is stated."""

    name: NoiseName = "discrepant"
    accuracy: tuple[float, float] | None = None

    @property
    def noise(self) -> "Noise":
        """The noise of that name."""
        from ..inference.noise.discrepant import Discrepant
        from ..inference.noise.independent import Gaussian, Proportional, StudentT

        match self.name:
            case "white":
                return Proportional()
            case "student-t":
                return StudentT()
            case "gaussian":
                return Gaussian()
        return Discrepant(accuracy=self.accuracy)


@dataclass(frozen=True)
class Window:
    """The frequencies that are fitted."""

    fmin: float | None = None
    fmax: float | None = None
    drop: tuple[float, ...] = ()

    def take(self, spectrum: "xr.Dataset", name: str = "") -> "xr.Dataset":
        """Return the points of a spectrum to be fitted; what was left out is in its messages.

        It is called by its name where there are several.

        Raises
        ------
        PosterionError
            If too few points are left, or no cell can have measured them.
        """
        from ..datasets.cut import cut
        from ..inference.impossible import refuse_impossible

        taken = cut(spectrum, fmin=self.fmin, fmax=self.fmax, drop=self.drop, name=name)
        refuse_impossible(taken.assign_attrs(source=name) if name else taken)
        return taken


def spectra_in(file: str, sign: Sign, reading: Reading) -> "dict[str, xr.Dataset]":
    """Return all spectra of a file by their labels, or the example of that name."""
    from ..datasets.schemas.spectrum import read_spectra
    from ..datasets.simulate import EXAMPLES, simulated_pellet

    if file in EXAMPLES and not Path(file).exists():
        return {file: simulated_pellet(file)}
    return read_spectra(Path(file), sign=sign, **reading.keywords)


def one_spectrum(file: str, sign: Sign, reading: Reading, which: str | None = None) -> "xr.Dataset":
    """Return one spectrum of a file, or the example of that name."""
    from ..datasets.schemas.spectrum import read_spectrum
    from ..datasets.simulate import EXAMPLES, simulated_pellet

    if file in EXAMPLES and not Path(file).exists():
        return simulated_pellet(file)
    # Digits alone: `isdigit` takes a superscript two, which is no number.
    index = int(which) if which is not None and which.isdecimal() else which
    return read_spectrum(Path(file), sign=sign, which=index, **reading.keywords)


def paths_of(model: Any, given: "list[tuple[str, str]]", *, total: bool = False) -> dict[str, str]:
    """Return the resistances to follow, by the name of what they stand for.

    Raises
    ------
    PosterionError
        If the circuit has none, or not the one that is named.
    """
    known = [p.name for p in model.parameters if p.unit == "ohm"]
    if not known:
        raise PosterionError(f"{model} has no resistance to follow.")
    for name, resistance in given:
        if resistance not in (*known, *(["R_total"] if total else [])):
            raise PosterionError(
                f"--path {name}={resistance}: the circuit has no {resistance}; it has "
                f"{', '.join(known)}."
            )
    return dict(given) or {name: name for name in known}


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
