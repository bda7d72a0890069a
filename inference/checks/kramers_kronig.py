"""Is a spectrum that of a linear, stable system? The linear Kramers-Kronig test."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from ...errors import PosterionError
from ...units import hertz
from ..deciding import beside_limit
from ..residuals import one_in
from ..revive import model_of
from ..unstack import unstack
from .one_check import Check

Array = NDArray[np.float64]

PER_DECADE = 4
"""RC elements a decade. They follow any smooth spectrum to 0.1 %, and no noise or drift."""

FEWEST = 10
"""Spectra of fewer frequencies are followed by the test's own circuit whatever they are."""

FEWEST_REPLICAS = 200
"""Simulated spectra where these are long; of so few chance moves z by 0.2."""

CLEAR = 3.0
"""Standard deviations beyond which a pattern is none of the noise (about 1 in 700)."""

SMALL = 0.0015
"""What instruments are accurate to, of |Z|. A drift of resistances by 5 to 10 % leaves as much."""

LOUD = 0.03
"""A scatter beyond it hides any drift that matters, and no spectrum obeys anything to so much."""

MISSED = 1.5
"""A fit that leaves so many times the scatter of the test misses what a circuit can have."""


@dataclass(frozen=True)
class KramersKronig:
    """Residuals of a spectrum from its best Kramers-Kronig consistent description.

    Attributes
    ----------
    frequency
        In Hz, from high to low.
    residuals
        Of real and imaginary part, over |Z|, shape (2, n).
    elements
        Number of RC elements.
    scatter
        Their standard deviation, for the whole of each component's noise, over |Z|.
    noise
        The scatter of each component over |Z| that the fit estimated.
    systematic
        The part of the residuals that is no noise, over |Z|; zero where they look like noise.
    z
        How far their pattern is from that of noise, in standard deviations.
    label
        Of the spectrum, where there are several; empty otherwise.
    """

    frequency: Array
    residuals: Array
    elements: int
    scatter: float
    noise: float
    systematic: float
    z: float
    label: str = ""

    @property
    def consistent(self) -> bool:
        """Whether the residuals are noise, or smaller than instruments are accurate to."""
        return self.systematic <= SMALL

    @property
    def sentence(self) -> str:
        """The verdict on drift and linearity."""
        whose = f"The spectrum {self.label}" if self.label else "The spectrum"
        pattern, limit = beside_limit(100 * self.systematic, 100 * SMALL)
        if self.scatter > LOUD and self.consistent:
            return (
                f"{whose} scatters by {100 * self.scatter:.2g} % of |Z| around its best "
                "Kramers-Kronig consistent description: so much hides drift and non-linearity."
            )
        if self.consistent:
            obeyed = (
                f"{whose} obeys the Kramers-Kronig relations: it scatters by "
                f"{100 * self.scatter:.2g} % of |Z| around them, of which {pattern} % of |Z| is a "
                f"pattern (limit {limit} %): no sign of drift or of non-linearity."
            )
            if self.noise < MISSED * self.scatter:
                return obeyed
            return (
                f"{obeyed} The fit leaves {100 * self.noise:.2g} %, so the fault lies in "
                "the circuit, not in the measurement."
            )
        return (
            f"{whose} breaks the Kramers-Kronig relations by about {pattern} % of |Z| (limit "
            f"{limit} %), most of all around {hertz(self._place)}: the "
            "cell drifted during the sweep, or the amplitude was too large, or the instrument "
            "distorts. No circuit can describe that. Measure after a longer rest and with a "
            "smaller amplitude, or leave those frequencies out."
        )

    @property
    def _place(self) -> float:
        """The middle of the decade in which the residuals lie most to one side."""
        near = np.abs(np.log10(self.frequency[:, None] / self.frequency)) <= 0.5
        runs = np.abs(self.residuals @ near.T) / np.sqrt(near.sum(1))
        return float(self.frequency[np.argmax(runs.max(0))])

    @property
    def check(self) -> Check:
        """The verdict as a check of the model."""
        return Check(
            "Kramers-Kronig",
            100 * self.systematic,
            None,
            100 * SMALL,
            None,
            self.consistent,
            "the cell was linear and did not drift: the part of the residuals that is no noise",
            "" if self.consistent else self.sentence,
            "% of |Z|",
        )


def relations_of(tree: xr.DataTree) -> tuple[KramersKronig, ...]:
    """Test each spectrum of a result by itself; see `kramers_kronig`.

    Of many spectra each has to be so much clearer that all together raise no more false alarms
    than one.
    """
    spectra = unstack(tree)
    if not spectra:
        alone = kramers_kronig(tree)
        return () if alone is None else (alone,)
    clear = float(stats.norm.isf(stats.norm.sf(CLEAR) / len(spectra)))
    found = ((label, kramers_kronig(one, clear)) for label, one in spectra.items())
    return tuple(replace(each, label=label) for label, each in found if each is not None)


def worst(relations: tuple[KramersKronig, ...]) -> KramersKronig | None:
    """Return that of the spectrum whose residuals are least like noise."""
    return max(relations, key=lambda each: (each.systematic, each.z), default=None)


def kramers_kronig(tree: xr.DataTree, clear: float = CLEAR) -> KramersKronig | None:
    """Test a fitted spectrum for drift and non-linearity, by the linear test of ``linKK``.

    A series of RC elements with fixed time constants, a resistance, an inductance and a
    capacitance is fitted linearly to both parts; it is Kramers-Kronig consistent, so what it
    cannot follow is not (Boukamp 1995, doi:10.1149/1.2044210; Schönleber, Klotz and
    Ivers-Tiffée 2014, doi:10.1016/j.electacta.2014.01.034). Their rule for the number of
    elements stops too early for two separate arcs, so a fixed number a decade is taken. The
    capacitance serves blocking electrodes. The fit is that of impedance.py's ``linKK``.

    Drift leaves a pattern whatever the noise: the squared differences of neighbouring
    residuals are smaller than those of noise (von Neumann 1941, doi:10.1214/aoms/1177731677).
    It is held against that of spectra simulated from the posterior, consistent ones with the
    noise that the fit estimated, after the same linear fit.

    Parameters
    ----------
    tree
        A fitted circuit, of one spectrum.
    clear
        Standard deviations beyond which a pattern is none of the noise.

    Returns
    -------
    KramersKronig or None
        None where the data are no spectrum or have fewer than ten frequencies.
    """
    model = model_of(tree)
    if model.output != "Z" or int(tree.attrs["n"]) < FEWEST:
        return None
    frequency = tree.children["constant_data"].dataset["measured_frequency"].values
    order = np.argsort(-frequency)
    frequency = frequency[order]
    measured = tree.children["observed_data"].dataset["Z"].transpose("part", "frequency")
    replicas = tree.children["posterior_predictive"].dataset["Z"]
    drawn = replicas.transpose("chain", "draw", "part", "frequency").values
    drawn = drawn.reshape(-1, *drawn.shape[2:])
    drawn = drawn[:: one_in(drawn, FEWEST_REPLICAS), :, order]
    Z = measured.values[:, order]
    modulus = np.hypot(*Z)

    elements = _elements(frequency)
    left, kept = _project(frequency, modulus, elements, np.concatenate([Z[None], drawn]) / modulus)
    residuals, simulated = left[0], left[1:]
    expected = _pattern(simulated)
    excess = float(_pattern(residuals) - expected.mean())
    z = float(excess / expected.std())
    power = float(np.mean(residuals**2))
    return KramersKronig(
        frequency,
        residuals,
        elements,
        float(np.sqrt(power / kept)),
        float(np.sqrt(np.mean(simulated**2) / kept)),
        float(np.sqrt(excess * power)) if z > clear else 0.0,
        z,
    )


def consistent_residuals(frequency: Array, Z: Array) -> Array:
    """Return what the linear fit leaves of a spectrum before any other, over |Z|.

    Parameters
    ----------
    frequency
        Shape (n,), in Hz, from high to low.
    Z
        Shape (2, n), real and imaginary part.

    Returns
    -------
    numpy.ndarray
        Shape (2, n).

    Raises
    ------
    PosterionError
        If there are fewer than ten frequencies, which such a fit follows whatever they are.
    """
    if frequency.size < FEWEST:
        raise PosterionError(
            f"the spectrum has {frequency.size} frequencies; a Kramers-Kronig test needs {FEWEST}."
        )
    modulus = np.hypot(*Z)
    left, _ = _project(frequency, modulus, _elements(frequency), Z[None] / modulus)
    return np.asarray(left[0])


def _elements(frequency: Array) -> int:
    """Return the number of RC elements for a range of frequencies."""
    decades = np.log10(frequency[0] / frequency[-1])
    return int(np.clip(round(PER_DECADE * decades), 3, frequency.size - 4))


def _project(
    frequency: Array, modulus: Array, elements: int, relative: Array
) -> tuple[Array, float]:
    """Return what the linear fit leaves of many spectra over |Z|, and the share that it leaves.

    Of shape (spectra, 2, n). The share is that of the variance of noise.
    """
    omega = 2 * np.pi * frequency
    tau = np.geomspace(1 / omega.max(), 1 / omega.min(), elements)[:, None]
    columns = np.concatenate(
        [
            np.ones((1, frequency.size)),
            1 / (1 + 1j * omega * tau),
            [1j * omega / omega.max()],
            [-1j * omega.min() / omega],
        ]
    )
    weighted = columns / modulus
    design = np.concatenate([weighted.real, weighted.imag], axis=1).T
    basis, size, _ = np.linalg.svd(design / np.linalg.norm(design, axis=0), full_matrices=False)
    basis = basis[:, size > 1e-12 * size[0]]
    flat = relative.reshape(len(relative), -1)
    left = flat - (flat @ basis) @ basis.T
    return left.reshape(relative.shape), 1 - basis.shape[1] / basis.shape[0]


def _pattern(residuals: Array) -> Array:
    """Return the share of the variance that neighbours have in common: zero for noise."""
    changes = (np.diff(residuals, axis=-1) ** 2).sum((-2, -1))
    return np.asarray(1 - changes / (2 * (residuals**2).sum((-2, -1))))
