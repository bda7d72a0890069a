"""Distributions of relaxation times as sums of smooth modes, and smooth errors over frequency.

What a causal, linear and stable system may add to an impedance is the impedance of a distribution
of relaxation times. A Gaussian process over log10 τ is written as a sum of sines whose amplitudes
are independent, with the variances that its spectral density gives them (Solin and Särkkä 2020,
doi:10.1007/s11222-019-09886-w), so that few numbers describe it in closed form.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .complexpair import namespace

Array = NDArray[np.float64]

MODES = 15
"""Sines of a distribution. What oscillates faster over log τ than the last of them hardly shows:
an impedance averages a distribution over about a decade."""

FREE_MODES = 40
"""Sines of a distribution that stands for all processes: a process of one relaxation time is as
narrow as data can show."""

LENGTH = 0.6
"""Length scale of the distribution of relaxation times, in decades: no narrower than an arc, so
that it cannot imitate the whole circuit."""

FAST_MARGIN, SLOW_MARGIN = 0.5, 1.2
"""Decades beyond the measured window on either side, where the distribution falls to zero. An arc
of a CPE goes on beyond the slow end as τ^-n, where a process may end sooner: with 0.5 decades there
intervals of R_total held the truth of skewed log-normal distributions in 8 of 12."""

FREE_SLOW_MARGIN = 1.0
"""The same of a distribution that stands for all processes. With 0.8 decades intervals of R_total
held the truth in 18 of 22 spectra of ``benchmarks/drt_coverage.py``, with 1.2 in 26 of 27, but
they were 2.3 times as wide."""

SMOOTH_MODES = 5
"""Cosines of an error that is smooth over log frequency, the constant among them."""

SMOOTH_MARGIN = 0.5
SMOOTH_LENGTH = 1.2
"""Length scale of the errors of an instrument, in decades of frequency."""

LEVEL = 0.25
"""Share of the variance of an error that is one level at all frequencies."""

_PER_DECADE = 40
"""Points of the quadrature over log10 τ in a decade: far finer than any mode."""


@dataclass(frozen=True)
class Relaxations:
    """The modes of distributions of relaxation times over a window of frequencies.

    Attributes
    ----------
    low, high
        Ends of log10 τ (s), between which the distribution is not zero; symbolic where the window
        is.
    count
        How many modes.
    length
        Length scale in decades that all modes are scaled by; None where it is a parameter.
    """

    low: Any
    high: Any
    count: int = MODES
    length: float | None = LENGTH

    @classmethod
    def over(cls, omega_min: Any, omega_max: Any, *, free: bool = False) -> "Relaxations":
        """Return the modes over a measured window of angular frequencies in rad/s.

        Free ones stand for all processes of a specimen, and not for what a circuit leaves out.
        """
        xp = namespace(omega_min, omega_max)
        low, slowest = -xp.log10(omega_max) - FAST_MARGIN, -xp.log10(omega_min)
        if free:
            return cls(low, slowest + FREE_SLOW_MARGIN, FREE_MODES, None)
        return cls(low, slowest + SLOW_MARGIN)

    @property
    def wavenumbers(self) -> Any:
        """Of each mode, in rad per decade, of shape (count,)."""
        return np.pi / (self.high - self.low) * np.arange(1.0, self.count + 1)

    def density(self, log_tau: Array) -> Array:
        """Return each mode over log10 τ, per decade, of shape (n, count).

        With independent standard normal amplitudes their sum is a Gaussian process of variance
        one, Matérn 3/2 of the length scale; where there is none, amplitudes are to be scaled by
        the root of `matern`.
        """
        inside = (log_tau >= self.low) & (log_tau <= self.high)
        phase = (log_tau[:, None] - self.low) * self.wavenumbers
        variance = 2 / (self.high - self.low) * np.ones(self.count)
        if self.length is not None:
            variance *= matern(self.wavenumbers, self.length)
        return np.asarray(np.sqrt(variance) * np.sin(phase) * inside[:, None])

    def impedance(self, omega: Array) -> Array:
        """Return the impedance of each mode, of shape (2, n, count).

        It is ∫ φ(x)/(1 + jω 10^x) dx.
        """
        x, step = self._grid
        kernel = 1 / (1 + 1j * omega[:, None] * 10**x)
        Z = kernel @ self.density(x) * step
        return np.stack([Z.real, Z.imag])

    @property
    def resistance(self) -> Array:
        """The integral of each mode, its share in the resistance to direct current."""
        return self.resistance_to(self.high)

    def resistance_to(self, log_tau: float) -> Array:
        """Return the integral of each mode up to log10 τ (s)."""
        x, step = self._grid
        return self.density(x[x < log_tau]).sum(axis=0) * step

    @property
    def _grid(self) -> tuple[Array, float]:
        count = int(np.ceil((self.high - self.low) * _PER_DECADE))
        step = (self.high - self.low) / count
        return np.asarray(self.low + step * (np.arange(count) + 0.5)), step


def matern(wavenumber: Any, length: Any) -> Any:
    """Return the spectral density of a Matérn 3/2 process of variance one.

    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), section 4.2.
    """
    a = 3**0.5 / length
    return 4 * a**3 / (a**2 + wavenumber**2) ** 2


def smooth_modes(omega: Array, omega_min: float, omega_max: float) -> Array:
    """Return the modes of a smooth error over log frequency, of shape (n, SMOOTH_MODES).

    With independent standard normal amplitudes their sum is a process of variance about one:
    Matérn 3/2 over decades of frequency, and a level.
    """
    low, high = np.log10(omega_min) - SMOOTH_MARGIN, np.log10(omega_max) + SMOOTH_MARGIN
    wavenumber = np.pi * np.arange(SMOOTH_MODES) / (high - low)
    mean_square = np.where(wavenumber > 0, 0.5, 1.0)  # of a cosine, over its range
    share = matern(wavenumber, SMOOTH_LENGTH)
    variance = (1 - LEVEL) * share / share.sum() / mean_square
    variance[0] += LEVEL
    phase = (np.log10(omega)[:, None] - low) * wavenumber
    return np.asarray(np.sqrt(variance) * np.cos(phase))


def havriliak_negami_distribution(tau: Array, R: Any, tau_0: Any, alpha: Any, beta: Any) -> Array:
    """Return the distribution of relaxation times of the arc R/(1 + (jωτ0)^α)^β.

    It is γ(ln τ) = (R/π) sin(βθ) x^(αβ) / (1 + 2 x^α cos(πα) + x^(2α))^(β/2) with x = τ/τ0 and
    θ = arg(x^α + cos πα + j sin πα), between 0 and π. Havriliak and Negami (1967),
    doi:10.1016/0032-3861(67)90021-3.

    Parameters
    ----------
    tau
        Relaxation times in s, of shape (n,).
    R, tau_0, alpha, beta
        Numbers, or of shape (..., 1); α below one.

    Returns
    -------
    array
        In ohm, of shape (..., n): its integral over ln τ is R.
    """
    power = (tau / tau_0) ** alpha
    angle = np.pi * alpha
    theta = np.arctan2(np.sin(angle), power + np.cos(angle))
    # |power + exp(jπα)|² is 1 + 2 power cos(πα) + power².
    size = 1 + 2 * power * np.cos(angle) + power**2
    return np.asarray(R / np.pi * np.sin(beta * theta) * power**beta / size ** (beta / 2))
