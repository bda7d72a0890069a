"""What is measured in a calibration: a design for each model that ships, and for each noise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from ...errors import PosterionError
from ...models import ageing, growth
from ...models.circuit import Circuit
from ...models.dose import DoseResponse
from ...models.limits import HIGH, LOW, CriticalCurrent, Lifetime
from ...models.onset import OnsetPotential
from ...models.parameter import Model
from ...models.transference import READINGS, BruceVincent
from ...models.transport import VTF, Arrhenius, TwoRegimes
from ..cells import Pool
from ..noise.censored import Censored, Weibull
from ..noise.correlated import Autocorrelated, Correlated
from ..noise.independent import Gaussian, Noise, Proportional, Relative, Stated, StudentT
from ..noise.rounded import Rounded
from ..noise.specimens import BySpecimen
from ..prior import Prior
from .experiment import Record

CIRCUIT = "R0-p(R1,CPE1)"


@dataclass(frozen=True)
class Design:
    """A model, what it is calibrated on, and in words what that is.

    Attributes
    ----------
    data
        Inputs, and an output whose sizes are those of the measured window.
    priors
        A plausible region in place of default priors that reach far beyond the window.
    record, pool
        See `Experiment`.
    """

    model: Model
    noise: Noise
    data: xr.Dataset
    words: str
    priors: Mapping[str, Prior] = field(default_factory=dict)
    record: Record | None = None
    pool: Pool | None = None


def spectrum(circuit: Circuit) -> Design:
    """Return 40 frequencies from 1 MHz to 0.1 Hz, and |Z| from 10 Ω to 10 kΩ."""
    frequency = np.geomspace(1e6, 0.1, 40)
    part = np.geomspace(10, 1e4, 40) / np.sqrt(2)
    data = xr.Dataset(
        {"Z": (("part", "frequency"), np.array([part, -part]), {"units": "ohm"})},
        coords={"part": ["real", "imag"], "frequency": ("frequency", frequency, {"units": "Hz"})},
    )
    words = "40 frequencies from 1 MHz to 0.1 Hz, |Z| about 300 Ω"
    return Design(circuit, Proportional(), data, words, plausible(circuit, data))


def plausible(circuit: Circuit, data: xr.Dataset) -> dict[str, Prior]:
    """Return priors of a spectrum that shows what the circuit has.

    The default priors let an arc lie decades outside of the measured frequencies, or be a
    thousand times smaller than another. Such spectra have posteriors that are as wide as the
    priors, take minutes each, and are most often refused. Here resistances, and |Z| of other
    elements in the middle of the frequencies, lie within a factor of 7 of the middle
    of |Z| (94 %), and time constants in the middle half of the frequencies.
    """
    window = circuit.window(data)
    middles = {
        "ohm": Prior("LogNormal", mu=round(window["Z_mid"], 2), sigma=1.0),
        "s": Prior(
            "LogNormal", mu=round(window["tau_mid"], 2), sigma=round(window["tau_width"] / 4, 2)
        ),
    }
    sampled = circuit.coordinates().parameters
    chosen = {p.name: middles[p.unit] for p in sampled if p.unit in middles}
    return chosen | {"noise": Prior("LogNormal", mu=-4.6, sigma=0.7)}


def _temperature_law(model: Model, celsius: np.ndarray) -> Design:
    sigma = np.geomspace(1e-5, 1e-3, celsius.size)
    data = xr.Dataset(
        {"conductivity": ("point", sigma, {"units": "S/cm"})},
        coords={"temperature": ("point", celsius + 273.15, {"units": "K"})},
    )
    span = f"{celsius.size} temperatures from {celsius[0]:g} to {celsius[-1]:g} °C"
    words = f"{span}, 10 µS/cm to 1 mS/cm"
    return Design(model, Relative(), data, words)


def _pellets() -> Design:
    """Return the law of Arrhenius in pellets that share a distribution."""
    one = _temperature_law(Arrhenius("sigmaT"), np.linspace(25, 95, 6))
    pellets = [f"pellet {number}" for number in range(1, 7)]
    data = xr.concat(
        [one.data.assign_coords(pellet=("point", [name] * 6)) for name in pellets], "point"
    )
    return replace(one, data=data, words=f"6 pellets, each at {one.words}", pool="pellet")


def _dose() -> Design:
    """Return a response to a dose, of specimens that differ."""
    dose = np.repeat([2.0, 4.0, 7.0, 12.0, 20.0], 3)
    data = xr.Dataset(
        {
            "response": ("point", np.geomspace(1, 2, 15), {"units": "mS/cm"}),
            "response_specimen": ("point", np.arange(1.0, 16.0)),
        },
        coords={"volume": ("point", dose, {"units": "uL"})},
    )
    return Design(DoseResponse(), BySpecimen(), data, "3 specimens each of 5 doses from 2 to 20 µL")


def _fade(model: Model, **priors: Prior) -> Design:
    cycle = np.arange(1.0, 100.0, 2.0)
    data = xr.Dataset(
        {"capacity": ("point", np.linspace(1.02, 0.98, cycle.size), {"units": "Ah"})},
        coords={"cycle": ("point", cycle)},
    )
    # No capacity is negative, as many would be with noise of a tenth of it and more.
    noise = {"noise": Prior("LogNormal", mu=-6.2, sigma=0.7)}
    words = "every second of 99 cycles, about 1 Ah"
    return Design(model, Autocorrelated(), data, words, noise | priors)


def _knee() -> Design:
    """Put the knee within the measured cycles.

    By the default priors it lies before or after them about as often, and where no knee is seen,
    both explain the data: most such runs are refused for two modes.
    """
    return _fade(
        ageing.KneeFade(),
        knee=Prior("LogNormal", mu=4.0, sigma=0.25),
        acceleration=Prior("LogNormal", mu=1.6, sigma=0.5),
    )


def _growth(model: Model) -> Design:
    data = xr.Dataset(
        {"resistance": ("point", np.geomspace(30, 60, 20), {"units": "ohm"})},
        coords={"cycle": ("point", np.linspace(0, 95, 20))},
    )
    return Design(model, Relative(), data, "20 spectra over 95 cycles, about 40 Ω")


@dataclass(frozen=True)
class Steps:
    """Limits as a test finds them that goes up in steps, and ends.

    Attributes
    ----------
    step
        Height of a step, or how often is looked.
    end
        The last.
    """

    step: float
    end: float

    def __call__(self, data: xr.Dataset) -> xr.Dataset:
        """Return the interval that each limit is found in."""
        (name,) = (str(n) for n in data if not str(n).endswith((f"_{LOW}", f"_{HIGH}")))
        low = np.floor(data[name].values / self.step) * self.step
        survived = low >= self.end
        low = np.where(survived, self.end, low)
        high = np.where(survived, np.inf, low + self.step)
        # The values themselves count for nothing, as in a measured table.
        value = np.where(survived, low, np.where(low > 0, np.sqrt(low * high), high))
        dims = data[name].dims
        bounds = {f"{name}_{end}": (dims, each) for end, each in ((LOW, low), (HIGH, high))}
        return data.assign({name: (dims, value), **bounds})


def _limit(model: Model, typical: float, unit: str, steps: Steps, words: str) -> Design:
    """Return a test of 12 cells in which some fail.

    By the default priors no cell fails in half of the tests, and a likelihood that is a wall is
    all there is.
    """
    limits = np.geomspace(typical / 2, typical * 2, 12)
    data = xr.Dataset({model.output: ("point", limits, {"units": unit})})
    middle = Prior("LogNormal", mu=float(np.log(typical).round(2)), sigma=0.5)
    priors = {model.parameters[0].name: middle}
    return Design(model, Censored(), steps(data), f"12 cells, {words}", priors, steps)


def _onset() -> Design:
    potential = np.linspace(3.0, 5.0, 80)
    current = 1e-6 * np.exp(np.maximum(potential - 4.2, 0) / 0.2)
    data = xr.Dataset(
        {"current": ("point", current, {"units": "A"})},
        coords={"potential": ("point", potential, {"units": "V"})},
    )
    # A bend within the sweep, and a rise over several points that stands out of the noise. By the
    # default priors it may begin at the last points, or be as high as the noise.
    visible = {
        "onset": Prior("Uniform", lower=3.3, upper=4.7),
        "width": Prior("LogNormal", mu="log_tenth", sigma=0.5),
        "noise": Prior("LogNormal", mu=-4.6, sigma=0.7),
    }
    words = "80 potentials from 3 to 5 V, up to 55 µA"
    return Design(OnsetPotential(), Gaussian(), data, words, visible)


def _transference() -> Design:
    values = {"I_0": 47.8e-6, "I_ss": 36e-6, "R_0": 1342.0, "R_ss": 1041.0, "dV": 0.5}
    reading = np.array([values[name] for name in READINGS])
    data = xr.Dataset(
        {
            "reading": ("quantity", reading),
            "reading_sd": ("quantity", 0.01 * reading),
        },
        coords={"quantity": [*READINGS]},
    )
    # Near what was read, to which the stated errors belong.
    near = {
        name: Prior("LogNormal", mu=float(np.log(values[name]).round(3)), sigma=0.05)
        for name in ("I_0", "R_ss", "dV")
    }
    return Design(BruceVincent(), Stated(), data, "five readings, with errors of 1 %", near)


MODELS: Mapping[str, Callable[[], Design]] = {
    "eis": lambda: spectrum(Circuit.parse(CIRCUIT)),
    "arrhenius": lambda: _temperature_law(Arrhenius("sigmaT"), np.linspace(25, 95, 8)),
    "arrhenius-pooled": _pellets,
    "vtf": lambda: _temperature_law(VTF("sigmaT"), np.linspace(-20, 100, 13)),
    "two-regimes": lambda: _temperature_law(TwoRegimes("sigmaT"), np.linspace(-20, 100, 13)),
    "fade-linear": lambda: _fade(ageing.LinearFade()),
    "fade-sqrt": lambda: _fade(ageing.SquareRootFade()),
    "fade-power": lambda: _fade(ageing.PowerFade()),
    "fade-exponential": lambda: _fade(ageing.ExponentialFade()),
    "fade-stretched": lambda: _fade(ageing.StretchedFade()),
    "fade-knee": _knee,
    "fade-two-process": lambda: _fade(ageing.TwoProcessFade()),
    "growth-linear": lambda: _growth(growth.LinearGrowth()),
    "growth-parabolic": lambda: _growth(growth.ParabolicGrowth()),
    "growth-exponential": lambda: _growth(growth.ExponentialGrowth()),
    "critical-current": lambda: _limit(
        CriticalCurrent(), 1.0, "mA/cm**2", Steps(0.2, 2.0), "steps of 0.2 up to 2 mA/cm²"
    ),
    "lifetime": lambda: _limit(
        Lifetime(), 200.0, "cycle", Steps(10.0, 300.0), "looked at every 10 cycles up to 300"
    ),
    "onset": _onset,
    "transference": _transference,
    "dose": _dose,
}
"""Designs of the models that ship, by their names on the command line."""


def _beside(design: Design, suffix: str, values: np.ndarray, *more: str) -> xr.Dataset:
    """Return the data with what a noise needs beside the output."""
    name = design.model.output
    dims = (*design.data[name].dims, *more)
    return design.data.assign({f"{name}_{suffix}": (dims, values)})


def _near(design: Design) -> dict[str, Prior]:
    """Return priors that keep conductivities near the window, which absolute errors belong to."""
    near = Prior("LogNormal", mu="log_conductivity_mid", sigma=0.5)
    own = {"conductivity_ref": near} if design.model.output == "conductivity" else {}
    return {**design.priors, **own}


def _stated(design: Design) -> Design:
    """Add errors of 1 to 5 % of the typical size of the output."""
    size = abs(design.data[design.model.output].values)
    share = np.broadcast_to(np.linspace(0.01, 0.05, size.shape[-1]), size.shape)
    data = _beside(design, "sd", share * np.median(size))
    noise = Stated(design.noise)  # type: ignore[arg-type]
    return replace(design, noise=noise, data=data, priors=_near(design))


def _correlated(design: Design) -> Design:
    """Add an error of 3 % that all data share."""
    count = design.data[design.model.output].size
    data = _beside(design, "covariance", np.full((count, count), 0.03**2), "other")
    return replace(design, noise=Correlated(design.noise), data=data)  # type: ignore[arg-type]


def _rounded(design: Design) -> Design:
    """Add a last digit that is a tenth of the smallest output, or less."""
    size = abs(design.data[design.model.output].values)
    step = np.full(size.shape, 10.0 ** np.floor(np.log10(size.min()) - 1))
    noise = Rounded(design.noise)  # type: ignore[arg-type]
    data = _beside(design, "step", step)
    return replace(design, noise=noise, data=data, priors=_near(design))


NOISES: Mapping[str, Callable[[Design], Design]] = {
    "gaussian": lambda design: replace(design, noise=Gaussian()),
    "proportional": lambda design: replace(design, noise=Proportional()),
    "relative": lambda design: replace(design, noise=Relative()),
    "student-t": lambda design: replace(design, noise=StudentT(design.noise)),  # type: ignore[arg-type]
    "autocorrelated": lambda design: replace(design, noise=Autocorrelated()),
    "stated": _stated,
    "correlated": _correlated,
    "rounded": _rounded,
    "weibull": lambda design: replace(design, noise=Censored(Weibull())),
}
"""Other noises than the usual one of a model, by their names on the command line."""


def design_of(name: str, *, circuit: str | None = None, noise: str | None = None) -> Design:
    """Return the design of a model that ships.

    Parameters
    ----------
    name
        One of `MODELS`.
    circuit
        Equivalent circuit, of ``"eis"`` alone.
    noise
        One of `NOISES`, in place of the usual one of the model.

    Raises
    ------
    PosterionError
        If a name is not known, or circuit or noise do not go with the model.
    """
    _known(name, MODELS, "model")
    if circuit is not None and name != "eis":
        raise PosterionError(f"{name} has no circuit; leave it out, or take eis.")
    design = MODELS[name]() if circuit is None else spectrum(Circuit.parse(circuit))
    if noise is None:
        return design
    _known(noise, NOISES, "noise")
    if (noise == "weibull") != isinstance(design.noise, Censored) or isinstance(
        design.noise, Stated | Autocorrelated
    ):
        raise PosterionError(f"the noise {noise} does not suit {name}; leave it out.")
    return NOISES[noise](design)


def _known(name: str, names: Mapping[str, object], what: str) -> None:
    if name not in names:
        raise PosterionError(f"there is no {what} '{name}'; there are {', '.join(names)}.")
