"""Activation energies from conductivities at two temperatures, in closed form.

Two temperatures determine two parameters; with a flat prior on the energy and on the logarithm
of the conductivity the posterior is that of the difference of two logarithms. A sampler has
nothing to add, and finds the scatter, which two points cannot tell, hard to walk through.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...models.temperature_law import BOLTZMANN, Form
from ...models.transport import Arrhenius
from .inputs import Array, Inputs

PELLET = {"bare": "bare", "coated": "7ul"}
"""What the keys of a sample's numbers have in them."""


@dataclass(frozen=True)
class Points:
    """Draws of conductivity in mS/cm and temperature in K at both ends of the range."""

    cold: Array
    hot: Array
    T_cold: Array
    T_hot: Array

    @classmethod
    def of(cls, inputs: Inputs, sample: str) -> "Points":
        """Draw them for ``"bare"`` or ``"coated"``."""
        cold, hot = (
            inputs.draw(f"conductivity_{PELLET[sample]}_{t}c_text", "mS/cm") for t in (25, 80)
        )
        T_cold, T_hot = (
            inputs.draw(f"arrhenius_temperature_{end}", "kelvin") for end in ("low", "high")
        )
        return cls(cold, hot, T_cold, T_hot)


def energy(points: Points, form: Form, scatter: Any, inputs: Inputs) -> Array:
    """Draw the activation energy in eV, each conductivity scattering by a factor.

    Parameters
    ----------
    points
        Conductivities and temperatures.
    form
        See `Arrhenius`.
    scatter
        Relative scatter of a conductivity around the law.
    inputs
        For the random numbers.
    """
    noise = np.sqrt(2) * scatter * inputs.normal()
    return between(points.cold, points.T_cold, points.hot, points.T_hot, form, noise)


def between(cold: Any, T_cold: Any, hot: Any, T_hot: Any, form: Form, noise: Any = 0.0) -> Array:
    """Return the slope between two points in eV; `noise` is added to the log ratio."""
    rise = np.log(hot / cold) + Arrhenius(form).power * np.log(T_hot / T_cold) + noise
    return np.asarray(BOLTZMANN * rise / (1 / T_cold - 1 / T_hot))


def interpolated(points: Points, T: Any, form: Form, scatter: Any, inputs: Inputs) -> Array:
    """Draw the law's conductivity in mS/cm at a temperature between the two."""
    share = position(points, T)
    noise = scatter * np.sqrt(share**2 + (1 - share) ** 2) * inputs.normal()
    return np.asarray(np.exp(line(points, T, form) + noise))


def line(points: Points, T: Any, form: Form) -> Array:
    """Return the logarithm of the conductivity that the law has between the two points."""
    power, share = Arrhenius(form).power, position(points, T)
    cold = np.log(points.cold) + power * np.log(points.T_cold)
    hot = np.log(points.hot) + power * np.log(points.T_hot)
    return np.asarray((1 - share) * cold + share * hot - power * np.log(T))


def position(points: Points, T: Any) -> Array:
    """Return where a temperature lies in 1/T: 0 at the cold end, 1 at the hot one."""
    return np.asarray((1 / points.T_cold - 1 / T) / (1 / points.T_cold - 1 / points.T_hot))
