"""Complex arithmetic on (real, imaginary) pairs, for NumPy and PyTensor alike.

PyTensor cannot differentiate complex graphs, so impedances are computed on pairs of real
arrays. The functions below use NumPy on numbers and PyTensor on symbolic variables.
"""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np


def namespace(*values: Any) -> Any:
    """Return ``pytensor.tensor`` if any value is symbolic, else ``numpy``."""
    # A symbolic value cannot exist before PyTensor is imported, and importing it is slow.
    graph = sys.modules.get("pytensor.graph.basic")
    if graph is not None and any(isinstance(value, graph.Variable) for value in values):
        return sys.modules["pytensor.tensor"]
    return np


@dataclass(frozen=True)
class Pair:
    """A complex number or array as its real and imaginary part."""

    real: Any
    imag: Any

    def __add__(self, other: "Pair") -> "Pair":
        """Add part by part."""
        return Pair(self.real + other.real, self.imag + other.imag)

    def __mul__(self, other: "Pair") -> "Pair":
        """Multiply two complex numbers."""
        return Pair(
            self.real * other.real - self.imag * other.imag,
            self.real * other.imag + self.imag * other.real,
        )

    def __truediv__(self, other: "Pair") -> "Pair":
        """Divide one complex number by another."""
        return self * other.reciprocal()

    def times(self, factor: Any) -> "Pair":
        """Multiply by a real number."""
        return Pair(self.real * factor, self.imag * factor)

    def reciprocal(self) -> "Pair":
        """Return one over the complex number."""
        square = self.real * self.real + self.imag * self.imag
        return Pair(self.real / square, -self.imag / square)

    def modulus(self) -> Any:
        """Return the absolute value."""
        return namespace(self.real, self.imag).sqrt(self.real**2 + self.imag**2)


def polar(modulus: Any, angle: Any) -> Pair:
    """Return the number of given modulus and angle (in radians)."""
    xp = namespace(modulus, angle)
    return Pair(modulus * xp.cos(angle), modulus * xp.sin(angle))


def imaginary_power(x: Any, exponent: Any) -> Pair:
    """Return ``(j x) ** exponent`` for positive `x`, on the principal branch."""
    xp = namespace(x, exponent)
    return polar(xp.exp(exponent * xp.log(x)), exponent * (np.pi / 2))


def power(z: Pair, exponent: Any) -> Pair:
    """Return ``z ** exponent`` for `z` with a positive real part, on the principal branch."""
    xp = namespace(z.real, z.imag, exponent)
    log_modulus = xp.log(z.real**2 + z.imag**2) / 2
    return polar(xp.exp(exponent * log_modulus), exponent * xp.arctan(z.imag / z.real))


def sqrt(z: Pair) -> Pair:
    """Return the principal square root of `z` with a real part that is not negative."""
    xp = namespace(z.real, z.imag)
    real = xp.sqrt((z.modulus() + z.real) / 2)
    return Pair(real, z.imag / (2 * real))


def coth(z: Pair) -> Pair:
    """Return the hyperbolic cotangent of `z` with a positive real part.

    Written in ``exp(-2z)``, which neither overflows for large nor cancels for small `z`.
    """
    xp = namespace(z.real, z.imag)
    decay = xp.exp(-2 * z.real)
    numerator = Pair(1 + decay * xp.cos(2 * z.imag), -decay * xp.sin(2 * z.imag))
    return numerator / _one_minus_exp(z, decay, xp)


def csch(z: Pair) -> Pair:
    """Return one over the hyperbolic sine of `z` with a positive real part."""
    xp = namespace(z.real, z.imag)
    decay = xp.exp(-2 * z.real)
    return polar(2 * xp.exp(-z.real), -z.imag) / _one_minus_exp(z, decay, xp)


def _one_minus_exp(z: Pair, decay: Any, xp: Any) -> Pair:
    """Return ``1 - exp(-2z)`` without cancellation for small `z`."""
    real = -xp.expm1(-2 * z.real) + 2 * decay * xp.sin(z.imag) ** 2
    return Pair(real, decay * xp.sin(2 * z.imag))
