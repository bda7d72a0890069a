"""Impedances in plain complex NumPy, written from the literature and not from the package.

Each function takes frequencies in Hz and the values of one element in the order of its text.
The tests load this file through the fixture of the same name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def _jw(f: Any) -> Any:
    return 2j * np.pi * np.asarray(f, float)


def _tanh(z: Any) -> Any:
    return np.tanh(z)  # NumPy's complex tanh neither overflows nor cancels


def _one_over_sinh(z: Any) -> Any:
    far = np.real(z) > 300  # sinh would overflow; the value is below 1e-130
    return np.where(far, 0, 1 / np.sinh(np.where(far, 1, z)))


def resistor(f: Any, R: Any) -> Any:
    return R + 0 * _jw(f)


def capacitor(f: Any, C: Any) -> Any:
    return 1 / (_jw(f) * C)


def inductor(f: Any, L: Any) -> Any:
    return _jw(f) * L


def lossy_inductor(f: Any, L: Any, alpha: Any) -> Any:
    """BioLogic, Application Note 42: Z = L (jω)^α."""
    return L * _jw(f) ** alpha


def cpe(f: Any, Q: Any, alpha: Any) -> Any:
    """Brug et al. (1984): Y = Q (jω)^α."""
    return 1 / (Q * _jw(f) ** alpha)


def warburg(f: Any, sigma: Any) -> Any:
    """Warburg (1899): Z = σ ω^(-1/2) (1 - j)."""
    omega = 2 * np.pi * np.asarray(f, float)
    return sigma * omega**-0.5 - 1j * sigma * omega**-0.5


def diffusion_reflecting(f: Any, Z0: Any, tau: Any) -> Any:
    """Franceschetti and Macdonald (1979): Z0 coth(s)/s with s = √(jωτ)."""
    s = np.sqrt(_jw(f) * tau)
    return Z0 / (s * _tanh(s))


def diffusion_transmitting(f: Any, Z0: Any, tau: Any) -> Any:
    """Franceschetti and Macdonald (1979): Z0 tanh(s)/s with s = √(jωτ)."""
    s = np.sqrt(_jw(f) * tau)
    return Z0 * _tanh(s) / s


def gerischer(f: Any, R: Any, t: Any) -> Any:
    """Lu, Kreller and Adler (2009): Z = R/√(1 + jωt)."""
    return R / np.sqrt(1 + _jw(f) * t)


def gerischer_finite(f: Any, R: Any, t: Any, phi: Any) -> Any:
    """Green, Liu and Adler (2008): Z = R/(√(1 + jωt) tanh(φ√(1 + jωt)))."""
    s = np.sqrt(1 + _jw(f) * t)
    return R / (s * _tanh(phi * s))


def debye(f: Any, R: Any, tau: Any) -> Any:
    return R / (1 + _jw(f) * tau)


def cole_cole(f: Any, R: Any, tau: Any, alpha: Any) -> Any:
    """Cole and Cole (1941), as an impedance: Z = R/(1 + (jωτ)^α)."""
    return R / (1 + (_jw(f) * tau) ** alpha)


def havriliak_negami(f: Any, R: Any, tau: Any, alpha: Any, beta: Any) -> Any:
    """Havriliak and Negami (1967), as an impedance: Z = R/(1 + (jωτ)^α)^β."""
    return R / (1 + (_jw(f) * tau) ** alpha) ** beta


def blocking_pore(f: Any, R_ion: Any, Q: Any, gamma: Any) -> Any:
    """Landesfeind et al. (2016), eq. 11: Z = √(R_ion Z_s) coth √(R_ion/Z_s)."""
    Z_s = 1 / (Q * _jw(f) ** gamma)
    # √(R Z_s) and √(R/Z_s) are taken by modulus and argument: -90° < arg Z_s < 0.
    return np.sqrt(R_ion) * np.sqrt(Z_s) / _tanh(np.sqrt(R_ion) / np.sqrt(Z_s))


def macrohomogeneous(f: Any, A: Any, B: Any, a: Any, b: Any) -> Any:
    """Paasch, Micka and Gersdorf (1993): A coth(β)/β + B/(β sinh β), β = √(a + jωb)."""
    beta = np.sqrt(a + _jw(f) * b)
    return A / (beta * _tanh(beta)) + B * _one_over_sinh(beta) / beta


ELEMENTS = {
    "R": resistor,
    "C": capacitor,
    "L": inductor,
    "La": lossy_inductor,
    "CPE": cpe,
    "Q": cpe,
    "W": warburg,
    "Wo": diffusion_reflecting,
    "Ws": diffusion_transmitting,
    "G": gerischer,
    "Gs": gerischer_finite,
    "K": debye,
    "Zarc": cole_cole,
    "HN": havriliak_negami,
    "TLMQ": blocking_pore,
    "T": macrohomogeneous,
}

# The values of each element in the order of the text of impedance.py and of the papers.
NAMES: Mapping[str, Sequence[str]] = {
    "R": ("",),
    "C": ("",),
    "L": ("",),
    "La": ("L", "n"),
    "CPE": ("Q", "n"),
    "Q": ("Q", "n"),
    "W": ("",),
    "Wo": ("Z0", "tau"),
    "Ws": ("Z0", "tau"),
    "G": ("R", "tau"),
    "Gs": ("R", "tau", "phi"),
    "K": ("R", "tau"),
    "Zarc": ("R", "tau", "n"),
    "HN": ("R", "tau", "alpha", "beta"),
    "TLMQ": ("R", "Q", "n"),
    "T": ("A", "B", "a", "b"),
}

EXPONENTS = ("n", "alpha", "beta")

# log10 of the smallest and the largest value that a random one is drawn between.
RANGES = {
    "R": (-2, 8),
    "C": (-12, 0),
    "L": (-9, -3),
    "La_L": (-9, -3),
    "Q": (-11, 0),
    "W": (-2, 6),
    "Z0": (-2, 8),
    "tau": (-10, 6),
    "phi": (-3, 3),
    "A": (-2, 6),
    "B": (-2, 6),
    "a": (-4, 4),
    "b": (-8, 4),
}

# A tree is ("element", code, label) or ("series" | "parallel", [trees]).
Tree = tuple[Any, ...]


def name(code: str, label: str, local: str) -> str:
    return f"{code}{label}_{local}" if local else f"{code}{label}"


def random_value(code: str, local: str, rng: np.random.Generator) -> float:
    if local in EXPONENTS:
        return float(rng.uniform(0.3, 1.0))
    low, high = RANGES.get(f"{code}_{local}", RANGES.get(local or code, (0, 0)))
    return float(10 ** rng.uniform(low, high))


def random_values(tree: Tree, rng: np.random.Generator) -> dict[str, float]:
    kind, first, *rest = tree
    if kind == "element":
        values = {x: random_value(first, x, rng) for x in NAMES[first]}
        if first == "T":  # B = 2ρ1ρ2/(ρ1 + ρ2) never exceeds A = (ρ1² + ρ2²)/(ρ1 + ρ2)
            values["B"] = values["A"] * rng.uniform(0, 1)
        return {name(first, rest[0], x): value for x, value in values.items()}
    return {key: value for child in first for key, value in random_values(child, rng).items()}


def impedance(tree: Tree, f: Any, values: Mapping[str, Any]) -> Any:
    """Evaluate a tree by plain complex recursion."""
    kind, first, *rest = tree
    if kind == "element":
        return ELEMENTS[first](f, *(values[name(first, rest[0], x)] for x in NAMES[first]))
    parts = [impedance(child, f, values) for child in first]
    return sum(parts) if kind == "series" else 1 / sum(1 / part for part in parts)


def text(tree: Tree) -> str:
    """Write a tree in the notation of impedance.py."""
    kind, first, *rest = tree
    if kind == "element":
        return f"{first}{rest[0]}"
    parts = [text(child) for child in first]
    return "-".join(parts) if kind == "series" else f"p({','.join(parts)})"
