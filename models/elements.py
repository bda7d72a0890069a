"""The elements of equivalent circuits: formula, units and source of each.

Every element is a plain function of the angular frequency ``omega`` (rad/s) and its
parameters that returns the impedance in ohm as a `Pair`, or the admittance in siemens where
its docstring says so. `ELEMENTS` lists them by the code that stands in a circuit's text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from .complexpair import Pair, coth, csch, imaginary_power, namespace, power, sqrt
from .parameter import Parameter

# Default priors. Z_mid, tau_mid and their widths describe the measured window in natural
# logarithms; see Circuit.window.
IMPEDANCE = "LogNormal(Z_mid, Z_width)"
TIME = "LogNormal(tau_mid, tau_width)"
ARC_TIME = "LogNormal(tau_mid, arc_width)"
"""Of an arc, which belongs where it is measured: far outside it imitates another element."""
EXPONENT = "Beta(4, 1.5)"


def resistor(omega: Any, R: Any) -> Pair:
    """Resistor, Z = R.

    Parameters
    ----------
    omega
        Angular frequency in rad/s.
    R
        Resistance in ohm.
    """
    return Pair(R, 0.0)


def capacitor(omega: Any, C: Any) -> Pair:
    """Capacitor, as its admittance Y = jωC, with C in F."""
    return Pair(0.0, omega * C)


def inductor(omega: Any, L: Any) -> Pair:
    """Inductor, Z = jωL, with L in H."""
    return Pair(0.0, omega * L)


def modified_inductor(omega: Any, L: Any, n: Any) -> Pair:
    """Lossy inductor, Z = L (jω)^n, with L in H s^(n-1).

    BioLogic Application Note 42 (2019). The prefactor stands outside the power.
    """
    return imaginary_power(omega, n).times(L)


def constant_phase(omega: Any, Q: Any, n: Any) -> Pair:
    """Constant phase element, as its admittance Y = Q (jω)^n, with Q in S s^n.

    Brug, van den Eeden, Sluyters-Rehbach and Sluyters (1984),
    doi:10.1016/S0022-0728(84)80324-1.
    """
    return imaginary_power(omega, n).times(Q)


def warburg(omega: Any, A: Any) -> Pair:
    """Semi-infinite Warburg diffusion, Z = A (1 - j)/√ω, with A in ohm s^(-1/2).

    Warburg (1899), doi:10.1002/andp.18993030302.
    """
    part = A / namespace(omega, A).sqrt(omega)
    return Pair(part, -part)


def warburg_open(omega: Any, Z0: Any, tau: Any) -> Pair:
    """Finite-space Warburg diffusion (blocked end), Z = Z0 coth(√(jωτ))/√(jωτ).

    Z0 in ohm and τ = L²/D in s. Franceschetti and Macdonald (1979),
    doi:10.1016/S0022-0728(79)80045-5.
    """
    root = imaginary_power(omega * tau, 0.5)
    return (coth(root) / root).times(Z0)


def warburg_short(omega: Any, Z0: Any, tau: Any) -> Pair:
    """Finite-length Warburg diffusion (permeable end), Z = Z0 tanh(√(jωτ))/√(jωτ).

    Z0 in ohm and τ = L²/D in s. Franceschetti and Macdonald (1979),
    doi:10.1016/S0022-0728(79)80045-5.
    """
    root = imaginary_power(omega * tau, 0.5)
    return (coth(root) * root).reciprocal().times(Z0)


def gerischer(omega: Any, R: Any, tau: Any) -> Pair:
    """Gerischer element, Z = R/√(1 + jωτ), with R in ohm and τ in s.

    Lu, Kreller and Adler (2009), doi:10.1149/1.3079337.
    """
    return sqrt(Pair(1.0, omega * tau)).reciprocal().times(R)


def gerischer_finite(omega: Any, R: Any, tau: Any, phi: Any) -> Pair:
    """Finite-length Gerischer element, Z = R/(√(1 + jωτ) tanh(φ√(1 + jωτ))).

    R in ohm, τ in s, φ a pure number. Green, Liu and Adler (2008),
    doi:10.1016/j.ssi.2008.04.024.
    """
    root = sqrt(Pair(1.0, omega * tau))
    return (coth(root.times(phi)) / root).times(R)


def relaxation(omega: Any, R: Any, tau: Any) -> Pair:
    """RC relaxation by its time constant, Z = R/(1 + jωτ), with R in ohm and τ in s."""
    return Pair(1.0, omega * tau).reciprocal().times(R)


def zarc(omega: Any, R: Any, tau: Any, n: Any) -> Pair:
    """Depressed arc, Z = R/(1 + (jωτ)^n), with R in ohm and τ in s.

    Cole and Cole (1941), doi:10.1063/1.1750906. The same arc as R in parallel with a
    constant phase element of Q = τ^n/R.
    """
    term = imaginary_power(omega * tau, n)
    return Pair(1 + term.real, term.imag).reciprocal().times(R)


def havriliak_negami(omega: Any, R: Any, tau: Any, alpha: Any, beta: Any) -> Pair:
    """Asymmetric depressed arc, Z = R/(1 + (jωτ)^α)^β, with R in ohm and τ in s.

    Havriliak and Negami (1967), doi:10.1016/0032-3861(67)90021-3.
    """
    term = imaginary_power(omega * tau, alpha)
    return power(Pair(1 + term.real, term.imag), -beta).times(R)


def transmission_line(omega: Any, R: Any, Q: Any, n: Any) -> Pair:
    """Blocking transmission line of a porous electrode, Z = √(R Zs) coth(√(R/Zs)).

    R (ionic resistance in the pores) in ohm, Zs = 1/(Q (jω)^n) with Q in S s^n.
    Landesfeind, Hattendorff, Ehrl, Wall and Gasteiger (2016), doi:10.1149/2.1141607jes.
    """
    xp = namespace(omega, R, Q, n)
    scale = imaginary_power(omega, n / 2).times(xp.sqrt(R * Q))
    return (coth(scale) / scale).times(R)


def macrohomogeneous(omega: Any, A: Any, B: Any, a: Any, b: Any) -> Pair:
    """Macrohomogeneous porous electrode, Z = A coth(β)/β + B/(β sinh(β)), β = √(a + jωb).

    A and B in ohm, a a pure number, b in s. No electrode has B > A: Re Z can be negative
    there. Paasch, Micka and Gersdorf (1993), doi:10.1016/0013-4686(93)85083-B.
    """
    root = sqrt(Pair(a, omega * b))
    return (coth(root) / root).times(A) + (csch(root) / root).times(B)


@dataclass(frozen=True)
class Amplitude:
    """How an element's prefactor follows from |Z| at a reference frequency.

    Where only the product of a prefactor and a power of frequency is determined, |Z| in
    the middle (or at the top) of the measured window is the better coordinate.
    """

    parameter: str
    at: Literal["omega_mid", "omega_max"]
    prefactor: Callable[..., Any]


@dataclass(frozen=True)
class Element:
    """An entry of `ELEMENTS`.

    Attributes
    ----------
    code
        The letters that stand for it in a circuit's text.
    name
        In words.
    parameters
        With names local to the element; a single parameter has an empty one.
    formula
        Called as ``formula(omega, *values)``.
    dc_resistance
        Its resistance at zero frequency as a function of the values, or None where it
        blocks a direct current.
    amplitude
        For elements without a resistance or time of their own.
    is_admittance
        Whether the formula gives the admittance rather than the impedance.
    """

    code: str
    name: str
    parameters: tuple[Parameter, ...]
    formula: Callable[..., Pair]
    dc_resistance: Callable[..., Any] | None
    amplitude: Amplitude | None = None
    is_admittance: bool = False


def _resistance(name: str, symbol: str, description: str) -> Parameter:
    return Parameter(name, symbol, "ohm", "positive", description, IMPEDANCE)


def _time(prior: str = TIME) -> Parameter:
    return Parameter("tau", r"\tau", "s", "positive", "time constant", prior)


def _exponent(name: str = "n", symbol: str = "n") -> Parameter:
    return Parameter(name, symbol, "", "unit", "exponent", EXPONENT)


def _prefactor(name: str, symbol: str, unit: str, description: str) -> Parameter:
    return Parameter(name, symbol, unit, "positive", description)


_ADMITTANCE = _prefactor("Q", "Q", "S*s^n", "prefactor of the constant phase admittance")


def _cpe(code: str) -> Element:
    return Element(
        code,
        "constant phase element",
        (_ADMITTANCE, _exponent()),
        constant_phase,
        None,
        Amplitude("Q", "omega_mid", lambda omega, Z, n: 1 / (Z * omega**n)),
        is_admittance=True,
    )


def distributed(omega: Any) -> Pair:
    """Nothing by itself: what the distribution adds is a random function, see `Discrepant`."""
    return Pair(0.0, 0.0)


_ALL = (
    Element("R", "resistor", (_resistance("", "R", "resistance"),), resistor, lambda R: R),
    Element(
        "C",
        "capacitor",
        (_prefactor("", "C", "F", "capacitance"),),
        capacitor,
        None,
        Amplitude("", "omega_mid", lambda omega, Z: 1 / (Z * omega)),
        is_admittance=True,
    ),
    Element(
        "L",
        "inductor",
        (_prefactor("", "L", "H", "inductance"),),
        inductor,
        lambda L: 0 * L,
        Amplitude("", "omega_max", lambda omega, Z: Z / omega),
    ),
    Element(
        "La",
        "lossy inductor",
        (_prefactor("L", "L", "H*s^(n-1)", "prefactor of the inductance"), _exponent()),
        modified_inductor,
        lambda L, n: 0 * L,
        Amplitude("L", "omega_max", lambda omega, Z, n: Z / omega**n),
    ),
    _cpe("CPE"),
    _cpe("Q"),
    Element(
        "W",
        "semi-infinite Warburg diffusion",
        (_prefactor("", "A_W", "ohm/s^0.5", "Warburg coefficient"),),
        warburg,
        None,
        Amplitude("", "omega_mid", lambda omega, Z: Z * (omega / 2) ** 0.5),
    ),
    Element(
        "Wo",
        "finite-space Warburg diffusion",
        (_resistance("Z0", "Z_0", "diffusion resistance"), _time()),
        warburg_open,
        None,
    ),
    Element(
        "Ws",
        "finite-length Warburg diffusion",
        (_resistance("Z0", "Z_0", "diffusion resistance"), _time()),
        warburg_short,
        lambda Z0, tau: Z0,
    ),
    Element(
        "G",
        "Gerischer element",
        (_resistance("R", "R", "resistance"), _time(ARC_TIME)),
        gerischer,
        lambda R, tau: R,
    ),
    Element(
        "Gs",
        "finite-length Gerischer element",
        (
            _resistance("R", "R", "resistance"),
            _time(ARC_TIME),
            Parameter(
                "phi",
                r"\phi",
                "",
                "positive",
                "thickness over the reaction length",
                "LogNormal(0, 1)",
            ),
        ),
        gerischer_finite,
        lambda R, tau, phi: R / namespace(phi).tanh(phi),
    ),
    Element(
        "K",
        "RC relaxation",
        (_resistance("R", "R", "resistance"), _time(ARC_TIME)),
        relaxation,
        lambda R, tau: R,
    ),
    Element(
        "Zarc",
        "depressed arc",
        (_resistance("R", "R", "resistance"), _time(ARC_TIME), _exponent()),
        zarc,
        lambda R, tau, n: R,
    ),
    Element(
        "HN",
        "Havriliak-Negami arc",
        (
            _resistance("R", "R", "resistance"),
            _time(ARC_TIME),
            _exponent("alpha", r"\alpha"),
            _exponent("beta", r"\beta"),
        ),
        havriliak_negami,
        lambda R, tau, alpha, beta: R,
    ),
    Element("DRT", "distribution of relaxation times", (), distributed, lambda: 0.0),
    Element(
        "TLMQ",
        "blocking transmission line",
        (_resistance("R", r"R_{ion}", "ionic resistance in the pores"), _ADMITTANCE, _exponent()),
        transmission_line,
        None,
    ),
    Element(
        "T",
        "macrohomogeneous porous electrode",
        (
            _resistance("A", "A", "sum of the phase resistances"),
            _resistance("B", "B", "coupling of the phase resistances"),
            Parameter(
                "a", "a", "", "positive", "reaction over transport rate", "LogNormal(0, 1.5)"
            ),
            Parameter("b", "b", "s", "positive", "time constant", TIME),
        ),
        macrohomogeneous,
        lambda A, B, a, b: macrohomogeneous(0.0, A, B, a, b).real,
    ),
)

ELEMENTS: Mapping[str, Element] = MappingProxyType({element.code: element for element in _ALL})


def peak_frequency(tau: Any, alpha: Any = 1.0, beta: Any = 1.0) -> Any:
    """Return the frequency in Hz at which -Z'' of a Havriliak-Negami arc peaks.

    For beta = 1 (a depressed arc or a semicircle) it is 1/(2πτ). Boersma, van Turnhout
    and Wübbenhorst (1998), doi:10.1021/ma981240n.
    """
    xp = namespace(tau, alpha, beta)
    angle = alpha * np.pi / (2 * (1 + beta))
    ratio = xp.sin(angle) / xp.sin(beta * angle)
    return ratio ** (1 / alpha) / (2 * np.pi * tau)


def effective_capacitance(R: Any, tau: Any) -> Any:
    """Return the effective capacitance in F of a depressed arc, C = τ/R = Q^(1/n) R^(1/n - 1).

    Hsu and Mansfeld (2001), doi:10.5006/1.3280607.
    """
    return tau / R
