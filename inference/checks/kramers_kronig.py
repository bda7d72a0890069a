"""Is a spectrum that of a linear, stable system? The linear Kramers-Kronig test."""

import io
from contextlib import redirect_stdout
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from ...units import hertz
from ..measured import group_dim
from ..revive import model_of
from .one_check import Check

Array = NDArray[np.float64]

PER_DECADE = 4
"""RC elements a decade. They follow any smooth spectrum to 0.1 %, and no noise or drift."""

FEWEST = 10
"""Spectra of fewer frequencies are followed by the test's own circuit whatever they are."""

REPLICAS = 200
CLEAR = 3.0
"""Standard deviations beyond which a pattern is none of the noise (about 1 in 700); of many
spectra together."""


SMALL = 0.0015
"""What instruments are accurate to, of |Z|. A drift of resistances by 5 to 10 % leaves as much."""

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
        Which spectrum it is, of several that were fitted together; else empty.
    breaking, of
        How many of them break the relations, and how many were tested.
    """

    frequency: Array
    residuals: Array
    elements: int
    scatter: float
    noise: float
    systematic: float
    z: float
    label: str = ""
    breaking: int = 0
    of: int = 1

    @property
    def consistent(self) -> bool:
        """Whether the residuals are noise, or smaller than instruments are accurate to."""
        return self.systematic <= SMALL

    @property
    def sentence(self) -> str:
        """The verdict on drift and linearity."""
        if self.consistent:
            pattern = (
                f", of which {100 * self.systematic:.2g} % is a pattern" if self.systematic else ""
            )
            subject, worst = "The spectrum obeys", ""
            if self.label:
                subject, worst = f"All {self.of} spectra obey", f", the worst ({self.label})"
            obeyed = (
                f"{subject} the Kramers-Kronig relations{worst} to "
                f"{100 * self.scatter:.2g} % of |Z|{pattern}: no sign of drift or of non-linearity."
            )
            if self.noise < MISSED * self.scatter:
                return obeyed
            return (
                f"{obeyed} The fit leaves {100 * self.noise:.2g} %, so the fault lies in "
                "the circuit, not in the measurement."
            )
        subject = "The spectrum breaks"
        if self.label:
            verb = "breaks" if self.breaking == 1 else "break"
            subject = f"{self.breaking} of {self.of} spectra {verb}"
        worst = f", the worst ({self.label})" if self.label else ""
        return (
            f"{subject} the Kramers-Kronig relations{worst} by about "
            f"{100 * self.systematic:.2g} % of |Z|, most of all around {hertz(self._place)}: the "
            "cell drifted during the sweep, or the amplitude was too large, or the instrument "
            "distorts. No circuit can describe that. Measure after a longer rest and with a "
            "smaller amplitude, or leave those frequencies out (--fmin, --fmax, --drop)."
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
            f"at most {100 * SMALL:g} % of |Z|",
            None,
            self.consistent,
            "the cell was linear and did not drift: what no such cell can show, unless it looks "
            "like noise",
            "" if self.consistent else self.sentence,
        )


def kramers_kronig(tree: xr.DataTree) -> KramersKronig | None:
    """Test a fitted spectrum for drift and non-linearity, by impedance.py's ``linKK``.

    A series of RC elements with fixed time constants, a resistance, an inductance and a
    capacitance is fitted linearly to both parts; it is Kramers-Kronig consistent, so what it
    cannot follow is not (Boukamp 1995, doi:10.1149/1.2044210; Schönleber, Klotz and
    Ivers-Tiffée 2014, doi:10.1016/j.electacta.2014.01.034). Their rule for the number of
    elements stops too early for two separate arcs, so a fixed number a decade is taken. The
    capacitance serves blocking electrodes.

    Drift leaves a pattern whatever the noise: the squared differences of neighbouring
    residuals are smaller than those of noise (von Neumann 1941, doi:10.1214/aoms/1177731677).
    It is held against that of spectra simulated from the posterior, consistent ones with the
    noise that the fit estimated, after the same linear fit.

    Of many spectra each is tested by itself, and a pattern has to be the clearer the more there
    are, so that false alarms stay as rare.

    Parameters
    ----------
    tree
        A fitted circuit.

    Returns
    -------
    KramersKronig or None
        Of many spectra the worst. None where the data are no spectrum, or none of ten
        frequencies and more.
    """
    if model_of(tree).output != "Z":
        return None
    frequency = tree.children["constant_data"].dataset["measured_frequency"].values
    sweeps = {
        label: points for label, points in _sweeps(tree, frequency).items() if len(points) >= FEWEST
    }
    if not sweeps:
        return None
    measured = tree.children["observed_data"].dataset["Z"].transpose("part", "frequency")
    replicas = tree.children["posterior_predictive"].dataset["Z"]
    drawn = replicas.transpose("chain", "draw", "part", "frequency").values
    drawn = drawn.reshape(-1, *drawn.shape[2:])
    drawn = drawn[:: max(1, len(drawn) // REPLICAS)]
    clear = float(-special.ndtri(special.ndtr(-CLEAR) / len(sweeps)))
    found = []
    for label, points in sweeps.items():
        # From high to low, as the test's own circuit has it.
        own = points[np.argsort(-frequency[points])]
        found.append(_tested(frequency[own], measured.values[:, own], drawn[..., own], clear))
        found[-1] = replace(found[-1], label=label if len(sweeps) > 1 else "")
    worst = max(found, key=lambda each: (each.systematic, each.scatter))
    breaking = sum(not each.consistent for each in found)
    return replace(worst, breaking=breaking, of=len(found))


def _sweeps(tree: xr.DataTree, frequency: Array) -> dict[str, NDArray[np.intp]]:
    """Return the points of each spectrum by its label.

    Spectra that share all parameters have no label. Where a frequency stands twice there are
    several, one after the other, and the next begins where the frequency turns back.
    """
    groups = {"": np.arange(frequency.size)}
    dim = group_dim(tree)
    if dim is not None:
        of_point = tree.children["constant_data"].dataset[f"{dim}_of_point"].values
        labels = tree.children["posterior"].dataset[dim].values
        groups = {str(label): np.flatnonzero(of_point == k) for k, label in enumerate(labels)}
    sweeps = {}
    for label, points in groups.items():
        parts = [points]
        if len(np.unique(frequency[points])) < len(points):
            steps = np.diff(frequency[points])
            turned = steps >= 0 if np.median(steps) < 0 else steps <= 0
            parts = np.split(points, np.flatnonzero(turned) + 1)
        for number, part in enumerate(parts, 1):
            own = label if len(parts) == 1 else f"{label}, sweep {number}".removeprefix(", ")
            sweeps[own] = part
    return sweeps


def _tested(frequency: Array, Z: Array, drawn: Array, clear: float) -> KramersKronig:
    """Test one spectrum, of shape (2, n), beside simulated ones, of shape (draws, 2, n)."""
    modulus = np.hypot(*Z)
    decades = np.log10(frequency[0] / frequency[-1])
    elements = int(np.clip(round(PER_DECADE * decades), 3, frequency.size - 4))
    residuals = _lin_kk(frequency, Z[0] + 1j * Z[1], elements)
    simulated, kept = _project(frequency, modulus, elements, drawn / modulus)
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


def _lin_kk(frequency: Array, Z: NDArray[np.complex128], elements: int) -> Array:
    """Return the residuals of impedance.py's linear Kramers-Kronig fit, over |Z|."""
    from impedance.validation import linKK

    # It prints its progress, and evaluates numbers as text that NumPy 2 writes differently.
    with np.printoptions(legacy="1.25"), redirect_stdout(io.StringIO()):
        *_, real, imag = linKK(
            frequency, Z, c=None, max_M=elements, fit_type="complex", add_cap=True
        )
    return np.stack([real, imag])


def _project(
    frequency: Array, modulus: Array, elements: int, relative: Array
) -> tuple[Array, float]:
    """Return what the same linear fit leaves of many spectra over |Z|, and the share it leaves.

    Of shape (spectra, 2, n). The share is that of the variance of noise.
    """
    from impedance.validation import get_tc_distribution

    omega = 2 * np.pi * frequency
    tau = get_tc_distribution(frequency, elements)[:, None]
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
