"""Simulated spectra of which the fitted circuit is not, or not quite, the truth.

Each row of `ROWS` is a frozen declaration: what is measured, by which circuit it is fitted, and
the noise. What conducts direct current, what blocks it and what the instrument does are kept
apart, so that a test can hold the resistances against the limit at zero frequency. Formulas are
in plain complex NumPy: nothing here comes from the package that is tested.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Impedance = Callable[[Reals], Complexes]
Distortion = Callable[[Reals, Complexes, np.random.Generator], Complexes]
Rng = np.random.Generator

PELLET = "p(R1,CPE1)-p(R2,CPE2)-CPE3"


# --- Impedances over angular frequency, in ohm ---------------------------------------------------


def series(*parts: Impedance) -> Impedance:
    return lambda w: np.asarray(sum(part(w) for part in parts))


def resistor(R: float) -> Impedance:
    return lambda w: R + 0j * w


def inductor(L: float) -> Impedance:
    return lambda w: 1j * w * L


def cpe(Q: float, n: float) -> Impedance:
    """Brug et al. (1984), doi:10.1016/S0022-0728(84)80324-1: Y = Q (jω)^n."""
    return lambda w: 1 / (Q * (1j * w) ** n)


def arc(R: float, tau: float, n: float, beta: float = 1.0) -> Impedance:
    """Havriliak and Negami (1967), doi:10.1016/0032-3861(67)90021-3: R/(1 + (jωτ)^n)^β.

    With β = 1 it is that of Cole and Cole (1941), a resistance beside a constant phase element.
    A smaller β lengthens the flank of short relaxation times.
    """
    return lambda w: R / (1 + (1j * w * tau) ** n) ** beta


def turned_arc(R: float, tau: float, n: float, beta: float) -> Impedance:
    """Return the arc whose distribution of ln τ is that of Havriliak and Negami, mirrored.

    With 1/(1 + jωe^u) = 1 - 1/(1 + e^(-u)/(jω)), the mirrored distribution has the impedance
    R - R/(1 + (jωτ)^(-n))^β: its flank of long relaxation times is the longer one.
    """
    return lambda w: R - R / (1 + (1j * w * tau) ** -n) ** beta


def spread_arc(R: float, tau: float, below: float, above: float) -> Impedance:
    """Return R·∫g(u)/(1 + jωτe^u) du, g two halves of normal distributions of u.

    They have the standard deviations `below` and `above` zero: a log-normal distribution of
    relaxation times where both are the same, a skewed one where not.
    """
    u = np.linspace(-6, 6, 401)
    g = np.exp(-0.5 * (u / np.where(u < 0, below, above)) ** 2)
    g /= g.sum()
    return lambda w: R * (g / (1 + 1j * w[..., None] * tau * np.exp(u))).sum(-1)


def gerischer(R: float, tau: float) -> Impedance:
    """Lu, Kreller and Adler (2009), doi:10.1149/1.3079337: R/√(1 + jωτ)."""
    return lambda w: R / np.sqrt(1 + 1j * w * tau)


def open_warburg(Z0: float, tau: float) -> Impedance:
    """Franceschetti and Macdonald (1979), doi:10.1016/S0022-0728(79)80045-5: Z0 coth(s)/s."""

    def impedance(w: Reals) -> Complexes:
        s = np.sqrt(1j * w * tau)
        return np.asarray(Z0 / (s * np.tanh(s)))

    return impedance


# --- What is measured ----------------------------------------------------------------------------


def nothing(w: Reals) -> Complexes:
    return 0j * w


def undistorted(frequency: Reals, Z: Complexes, rng: Rng) -> Complexes:
    return Z


@dataclass(frozen=True)
class Specimen:
    """What conducts direct current, what blocks it, the instrument, and what is asked of it."""

    conducting: Impedance
    values: dict[str, float]
    blocking: Impedance = nothing
    distorted: Distortion = undistorted

    def impedance(self, frequency: Reals) -> Complexes:
        """Return what an instrument without fault or noise would measure."""
        w = 2 * np.pi * frequency
        return self.conducting(w) + self.blocking(w)


@dataclass(frozen=True)
class Row:
    """One kind of truth, the circuit it is fitted with, and the noise.

    ``scatter`` is the standard deviation of real and imaginary part over |Z|; ``accuracy``, where
    given, what a data sheet says of the errors of magnitude (relative) and phase (rad).
    ``exact`` tells whether the circuit is the truth.
    """

    name: str
    says: str
    specimen: Callable[[Rng], Specimen]
    circuit: str = "R0-p(R1,CPE1)"
    scatter: float = 0.003
    decades: tuple[float, float] = (6.0, -1.0)
    points: int = 57
    accuracy: tuple[float, float] | None = None
    exact: bool = False

    @property
    def frequency(self) -> Reals:
        """In Hz, descending as in a sweep."""
        return np.logspace(*self.decades, self.points)

    def spectrum(self, rng: Rng) -> tuple[Reals, Complexes, dict[str, float]]:
        """Draw a specimen and measure it: frequencies, impedances, and the true values."""
        specimen = self.specimen(rng)
        Z = specimen.distorted(self.frequency, specimen.impedance(self.frequency), rng)
        noise = rng.standard_normal((2, self.points))
        Z = Z + self.scatter * np.abs(Z) * (noise[0] + 1j * noise[1])
        return self.frequency, Z, specimen.values

    def numbered(self, seed: int, number: int) -> tuple[Reals, Complexes, dict[str, float]]:
        """Return a spectrum that depends on nothing but its row, seed and number."""
        rng = np.random.default_rng([seed, zlib.crc32(self.name.encode()), number])
        return self.spectrum(rng)


# --- One arc --------------------------------------------------------------------------------------


def _one(rng: Rng) -> tuple[float, float, float, float]:
    """Return R0, R1, tau and n as the first drafts of the discrepancy drew them."""
    R0 = 50 * np.exp(0.3 * rng.standard_normal())
    R1 = 300 * np.exp(0.5 * rng.standard_normal())
    return R0, R1, 10 ** rng.uniform(-3.5, -2), rng.uniform(0.8, 0.95)


def _beside(R0: float, *arcs: Impedance, R: float, distorted: Distortion = undistorted) -> Specimen:
    """Return arcs of together `R` in series with R0."""
    whole = series(resistor(R0), *arcs)
    return Specimen(whole, {"R_total": R0 + R, "R0": R0}, distorted=distorted)


def exact(rng: Rng) -> Specimen:
    R0, R1, tau, n = _one(rng)
    return _beside(R0, arc(R1, tau, n), R=R1)


def havriliak_negami(rng: Rng) -> Specimen:
    R0, R1, tau, _ = _one(rng)
    return _beside(R0, arc(R1, tau, 0.95, rng.uniform(0.7, 0.9)), R=R1)


def skewed_times(rng: Rng) -> Specimen:
    R0, R1, tau, _ = _one(rng)
    return _beside(R0, spread_arc(R1, tau, 0.9, 1.6), R=R1)


def hidden_arc(rng: Rng) -> Specimen:
    R0, R1, tau, n = _one(rng)
    return _beside(R0, arc(R1, tau, n), arc(0.06 * R1, tau / 30, 0.9), R=1.06 * R1)


def near_arcs(rng: Rng) -> Specimen:
    R0, R1, tau, n = _one(rng)
    return _beside(R0, arc(0.6 * R1, tau, n), arc(0.4 * R1, 5 * tau, n), R=R1)


def drift(rng: Rng) -> Specimen:
    """R1 grows by 3 % with the time of the sweep, which goes as the sum of the periods."""
    R0, R1, tau, n = _one(rng)
    unit = arc(1.0, tau, n)

    def drifted(frequency: Reals, Z: Complexes, rng: Rng) -> Complexes:
        time = np.cumsum(1 / frequency)
        return Z + 0.03 * R1 * (time / time[-1] - 0.5) * unit(2 * np.pi * frequency)

    found = _beside(R0, arc(1.015 * R1, tau, n), R=1.015 * R1, distorted=drifted)
    found.values.update({"R_total_start": R0 + R1, "R_total_end": R0 + 1.03 * R1})
    return found


def phase_error(rng: Rng) -> Specimen:
    def turned(frequency: Reals, Z: Complexes, rng: Rng) -> Complexes:
        return Z * np.exp(-1j * np.deg2rad(0.4) * np.sqrt(frequency / 1e6))

    R0, R1, tau, n = _one(rng)
    return _beside(R0, arc(R1, tau, n), R=R1, distorted=turned)


def range_steps(rng: Rng) -> Specimen:
    """Ranges change at 1 kHz and 10 Hz; the lower two meet the truth to 0 and -0.4 %."""

    def stepped(frequency: Reals, Z: Complexes, rng: Rng) -> Complexes:
        gain = np.where(frequency > 1e3, 1.005, 1.0) * np.where(frequency < 10, 0.996, 1.0)
        return Z * gain

    R0, R1, tau, n = _one(rng)
    return _beside(R0, arc(R1, tau, n), R=R1, distorted=stepped)


def lead(rng: Rng) -> Specimen:
    R0, R1, tau, n = _one(rng)
    return _beside(R0, arc(R1, tau, n), inductor(3e-7), R=R1)


def outliers(rng: Rng) -> Specimen:
    def struck(frequency: Reals, Z: Complexes, rng: Rng) -> Complexes:
        Z = Z.copy()
        where = rng.choice(frequency.size, 3, replace=False)
        Z[where] *= 1 + 0.05 * np.exp(2j * np.pi * rng.uniform(size=3))
        return Z

    R0, R1, tau, n = _one(rng)
    return _beside(R0, arc(R1, tau, n), R=R1, distorted=struck)


def over_rich(rng: Rng) -> Specimen:
    R0, R1, tau, n = _one(rng)
    return Specimen(series(resistor(R0), arc(R1, tau, n)), {"R_total": R0 + R1})


def warburg(rng: Rng) -> Specimen:
    """R_total is without the open end, as `posterion` defines it of a circuit that blocks."""
    R0, R1, tau, n = _one(rng)
    conducting = series(resistor(R0), arc(R1, tau, n))
    end = open_warburg(R1, 10 ** rng.uniform(0.5, 1.5))
    return Specimen(conducting, {"R_total": R0 + R1, "R0": R0}, end)


def randles(rng: Rng) -> Specimen:
    """R0-p(R1-Wo1,CPE1): nothing but R0 conducts direct current; R1 is asked for by itself."""
    R0, R1, tau, n = _one(rng)
    branch = series(resistor(R1), open_warburg(R1, 10 ** rng.uniform(0.5, 1.5)))
    layer = cpe(tau**n / R1, n)
    return Specimen(
        resistor(R0), {"R0": R0, "R1": R1}, lambda w: 1 / (1 / branch(w) + 1 / layer(w))
    )


# --- Two arcs and a blocking electrode ------------------------------------------------------------


def _two(rng: Rng) -> tuple[float, float, float, float]:
    """Return R1, R2 and their time constants as in two overlapping arcs of a pellet."""
    R1 = 4.5e4 * np.exp(0.3 * rng.standard_normal())
    R2 = 4.7e4 * np.exp(0.3 * rng.standard_normal())
    return R1, R2, 10 ** rng.uniform(-5.6, -5.2), 10 ** rng.uniform(-3.9, -3.4)


def _blocked(
    R1: float, first: Impedance, R2: float, second: Impedance, *more: Impedance, R: float = 0.0
) -> Specimen:
    """Return two arcs, and `more` of together `R`, before a blocking electrode."""
    values = {"R_total": R1 + R2 + R, "R1": R1, "R2": R2}
    return Specimen(series(first, second, *more), values, cpe(4e-7, 0.88))


def two_exact(rng: Rng) -> Specimen:
    R1, R2, t1, t2 = _two(rng)
    return _blocked(R1, arc(R1, t1, 0.92), R2, arc(R2, t2, 0.9))


def two_skewed(rng: Rng) -> Specimen:
    R1, R2, t1, t2 = _two(rng)
    b1, b2 = rng.uniform(0.75, 1.0, size=2)
    return _blocked(R1, arc(R1, t1, 0.92, b1), R2, arc(R2, t2, 0.9, b2))


def two_turned(rng: Rng) -> Specimen:
    R1, R2, t1, t2 = _two(rng)
    b1, b2 = rng.uniform(0.75, 1.0, size=2)
    return _blocked(R1, turned_arc(R1, t1, 0.92, b1), R2, turned_arc(R2, t2, 0.9, b2))


def two_log_normal(rng: Rng) -> Specimen:
    R1, R2, t1, t2 = _two(rng)
    s1, s2 = rng.uniform(0.7, 1.2, size=2)
    return _blocked(R1, spread_arc(R1, t1, s1, s1), R2, spread_arc(R2, t2, s2, s2))


def two_gerischer(rng: Rng) -> Specimen:
    R1, R2, t1, t2 = _two(rng)
    return _blocked(R1, arc(R1, t1, 0.92), R2, gerischer(R2, t2))


def hidden_third(rng: Rng) -> Specimen:
    """Put a third arc of 5 % at the geometric mean of the two time constants."""
    R1, R2, t1, t2 = _two(rng)
    R3 = 0.05 * (R1 + R2)
    third = arc(R3, np.sqrt(t1 * t2), 0.9)
    return _blocked(R1, arc(R1, t1, 0.92), R2, arc(R2, t2, 0.9), third, R=R3)


def like_a_pellet(beta: tuple[float, float], hidden: float) -> Callable[[Rng], Specimen]:
    """Return a pellet as the published fit at 140 °C has it, doi:10.1039/d3ta06237f.

    Its arcs may be skewed, and a third one of `hidden` times R2 may lie between them.
    """
    R1, Q1, n1, R2, Q2, n2 = 1.462e5, 6.515e-11, 0.8382, 2.012e6, 1.546e-10, 0.7872
    first = arc(R1, (R1 * Q1) ** (1 / n1), n1, beta[0])
    second = arc(R2, (R2 * Q2) ** (1 / n2), n2, beta[1])
    R3 = hidden * R2
    third = arc(R3, (R3 * 6e-11) ** (1 / 0.9), 0.9) if hidden else nothing
    values = {"R_total": R1 + R2 + R3, "R1": R1, "R2": R2}
    found = Specimen(series(first, second, third), values, cpe(1.382e-6, 0.5442))
    return lambda rng: found


def _overlapping(name: str, says: str, specimen: Callable[[Rng], Specimen], exact: bool) -> Row:
    return Row(name, says, specimen, PELLET, 0.001, (6.3, -1.0), 50, exact=exact)


def _pellet(name: str, says: str, specimen: Callable[[Rng], Specimen], exact: bool) -> Row:
    end = float(np.log10(0.03))
    return Row(name, says, specimen, PELLET, 0.0013, (6.0, end), 42, exact=exact)


WARBURG, TAIL = "R0-p(R1,CPE1)-Wo1", "R0-p(R1,CPE1)-CPE2"
RICH = "R0-p(R1,CPE1)-p(R2,CPE2)"

_ALL = (
    Row("exact", "an exact CPE arc", exact, exact=True),
    Row("havriliak-negami", "Havriliak-Negami instead of the arc", havriliak_negami),
    Row("skewed-times", "a skewed distribution of relaxation times", skewed_times),
    Row("hidden-arc", "a hidden arc of 6 %", hidden_arc),
    Row("near-arcs", "two near arcs taken as one", near_arcs),
    Row("drift", "resistance drifts 3 % during the sweep", drift),
    Row("phase-error", "phase error of the instrument, 0.4° at 1 MHz", phase_error),
    Row("range-steps", "range steps of 0.5 %, accuracy given", range_steps, accuracy=(5e-3, 5e-3)),
    Row("lead", "a lead of 0.3 µH that is not in the circuit", lead),
    _overlapping("two-exact", "two exact arcs, blocking end", two_exact, True),
    _overlapping("two-skewed", "two skewed arcs", two_skewed, False),
    _overlapping("two-turned", "two arcs skewed the other way", two_turned, False),
    _overlapping("two-log-normal", "two log-normal arcs", two_log_normal, False),
    _overlapping("two-gerischer", "an exact and a Gerischer arc", two_gerischer, False),
    _overlapping("hidden-third", "two exact arcs and a hidden third of 5 %", hidden_third, False),
    Row("warburg", "an open Warburg end, in the circuit", warburg, WARBURG, exact=True),
    Row("warburg-as-cpe", "an open Warburg end, taken as a CPE", warburg, TAIL),
    Row("randles", "R0-p(R1-Wo1,CPE1), exact", randles, "R0-p(R1-Wo1,CPE1)", exact=True),
    Row("outliers", "3 of 57 points off by 5 %", outliers),
    Row("over-rich", "one arc, fitted with two", over_rich, RICH),
    Row("exact-1%", "an exact CPE arc, 1 % noise", exact, scatter=0.01, exact=True),
    Row("havriliak-negami-1%", "Havriliak-Negami, 1 % noise", havriliak_negami, scatter=0.01),
    _pellet("pellet-exact", "like the pellet at 140 °C", like_a_pellet((1, 1), 0), True),
    _pellet("pellet-skewed", "the same, β 0.95 and 0.9", like_a_pellet((0.95, 0.9), 0), False),
    _pellet("pellet-hidden", "the same, a hidden arc of 4 %", like_a_pellet((1, 1), 0.04), False),
)
ROWS = {row.name: row for row in _ALL}
"""Every row by its name."""
