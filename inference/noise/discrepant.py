"""What measured spectra differ by from any circuit: processes it lacks, and the instrument."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...models.circuit import Circuit
from ...models.complexpair import namespace
from ...models.parameter import Model, Parameter, Values
from ...models.relaxation import SMOOTH_MODES, Relaxations, matern
from .independent import Proportional
from .low_rank import low_rank_variable


@dataclass(frozen=True)
class Discrepant:
    """A circuit is not quite right, an instrument neither, and there is noise.

    Measured Z = Z_circuit (1 + δ_inst) + δ_KK + ε. The arcs of the circuit may be skewed: each
    R‖CPE is R/(1 + (jωτ)^n)^β with β shrunk to one. δ_KK is what a causal, linear, stable system
    may add: the impedance of a distribution of relaxation times, a Gaussian process over log τ,
    and an inductance in series. δ_inst is the error of the instrument in magnitude and phase,
    smooth over log frequency. ε is the noise of `Proportional`. All amplitudes are parameters
    whose priors favour none at all.

    Kennedy and O'Hagan (2001), doi:10.1111/1467-9868.00294; on the prior information that a
    discrepancy needs Brynjarsdóttir and O'Hagan (2014), doi:10.1088/0266-5611/30/11/114007.

    Parameters
    ----------
    arcs
        Elements of the circuit whose arcs may be skewed; see `of`.
    accuracy
        Errors of the instrument in magnitude (relative) and phase (rad), one standard deviation
        of each, as its data sheet states them. Estimated unless given, with a prior of 0.008
        to 0.33 % (94 %).
    free
        Whether the distribution of relaxation times stands for all processes of the specimen,
        as the element DRT of a circuit says: not shrunk, and with a length scale that is
        estimated; see `of`.
    """

    arcs: tuple[str, ...] = ()
    accuracy: tuple[float, float] | None = None
    free: bool = False

    def of(self, model: Model) -> "Discrepant":
        """Return the noise with the arcs of a circuit, and the distribution that it names."""
        if not isinstance(model, Circuit):
            return self
        arcs = tuple(map(str, model.skewed_arcs()))
        return Discrepant(arcs, self.accuracy, model.is_distributed)

    @property
    def skews(self) -> tuple[str, ...]:
        """Names of the parameters that skew the arcs."""
        return tuple(f"{arc}_skew" for arc in self.arcs)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Noise and floor, the amplitudes of the discrepancies, and the skews."""
        noise, floor = Proportional().parameters
        floor = replace(floor, prior=_FLOOR)
        # Beside a free distribution data cannot tell it: what is not known is what is usual.
        estimated = () if self.accuracy or self.free else (_INSTRUMENT,)
        skews = (
            Parameter(name, rf"\ln\beta_{{\mathrm{{{arc}}}}}", "", "real",
                      f"skew of the arc of {arc}, ln β", _SKEW)
            for name, arc in zip(self.skews, self.arcs, strict=True)
        )  # fmt: skip
        causal = (_DISTRIBUTION, _LENGTH) if self.free else (_DISCREPANCY,)
        return (noise, floor, *causal, _LEAD, *estimated, *skews)

    @property
    def amplitudes(self) -> tuple[str, ...]:
        """Names of the parameters that say how large each discrepancy is."""
        shrunk = (_DISCREPANCY, _LEAD, _INSTRUMENT)
        return tuple(p.name for p in self.parameters if p in shrunk)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What unit amplitudes of all discrepancies add; see `discrepancy_modes`."""
        return ("free_modes", "measured") if self.free else ("modes",)

    @property
    def description(self) -> str:
        """One sentence for reports."""
        if self.accuracy:
            inst = "as accurate as stated"
        elif self.free:
            inst = f"accurate to {100 * USUAL:g} %"
        else:
            inst = "whose accuracy is estimated"
        causal = (
            "a distribution of relaxation times that is a Gaussian process"
            if self.free
            else "arcs that may be skewed, a Kramers-Kronig consistent discrepancy"
        )
        return (
            f"{causal}, an instrument {inst}, and independent normal noise proportional to |Z| "
            "above a floor"
        )

    def reference(self, mean: Any, values: Values) -> Any:
        """Return the impedance that relative errors refer to, of shape (..., 2, n).

        That of the circuit, or where a distribution stands for most of it, the measured one.
        """
        return values["measured"] if self.free else mean

    def relaxations(self, window: Values) -> Relaxations:
        """Return the modes of relaxation over a measured window."""
        return Relaxations.over(window["omega_min"], window["omega_max"], free=self.free)

    def causal_amplitudes(self, values: Values, window: Values) -> Any:
        """Return the amplitude of each mode of relaxation in ohm, of shape (..., count)."""
        modes = self.relaxations(window)
        if self.free:
            scale = _column(values["distribution"] * window["typical"])
            return scale * matern(modes.wavenumbers, _column(values["length"])) ** 0.5
        scale = _column(values["discrepancy"] * values.get("R_total", window["typical"]))
        return scale * np.ones(modes.count)

    def factor(self, mean: Any, values: Values, window: Values) -> Any:
        """Return what unit amplitudes of all discrepancies add to a prediction.

        Parameters
        ----------
        mean
            Of shape (..., 2, n).
        values
            Variables and data by name, as in `observe`; variables are numbers, or of shape
            (..., n) or (..., 1).
        window
            Of the measured spectrum.

        Returns
        -------
        array
            Of shape (..., 2, n, k): along k modes of relaxation, an inductance in series,
            errors of the instrument in magnitude and in phase.
        """
        usual = values.get("instrument", USUAL)
        magnitude, phase = self.accuracy or (usual, usual)
        lead = values["lead"] * window["smallest"]
        causal = self.causal_amplitudes(values, window)
        # What belongs to an inductance, and to the errors in magnitude and in phase: a row each.
        others = np.repeat(np.eye(3), (1, SMOOTH_MODES, SMOOTH_MODES), axis=1)
        rest = sum(
            _column(kind) * share
            for kind, share in zip((lead, magnitude, phase), others, strict=True)
        )
        amplitude = _joined(causal, rest)
        if amplitude.ndim > 1:  # of each point, for both parts
            amplitude = amplitude[..., None, :, :]
        own, by_real, by_imag = (values[self.inputs[0]][place] for place in range(3))
        Z = self.reference(mean, values)
        real, imag = Z[..., 0, :][..., None, :, None], Z[..., 1, :][..., None, :, None]
        return (own + real * by_real + imag * by_imag) * amplitude

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        import pytensor.tensor as pt

        if self.free:
            size = pt.sqrt((values["measured"] ** 2).sum(axis=-2, keepdims=True))
        sigma = Proportional().scale(size, values, window) + 0 * mean

        factor = self.factor(mean, values, window)
        group = values.get("group", pt.zeros_like(values[self.inputs[0]][0, 0, :, 0]))
        return low_rank_variable(name, mean, sigma, factor, group, **options)


USUAL = 0.001
"""Relative error of an instrument in magnitude and phase where it is not estimated."""

_FLOOR = "LogNormal(-8, 2)"
"""From less than 0.001 % to 2 % of the smallest |Z|: good instruments and poor ones."""

_DISCREPANCY = Parameter(
    "discrepancy",
    r"\delta_\mathrm{KK}",
    "",
    "positive",
    "amplitude of what the circuit leaves out, in R_total per decade",
    "HalfStudentT(1, 0.0001)",
)
_DISTRIBUTION = Parameter(
    "distribution",
    r"\gamma_0",
    "",
    "positive",
    "amplitude of the distribution of relaxation times, in the typical |Z| per decade",
    "LogNormal(-0.7, 1.5)",
)
_LENGTH = Parameter(
    "length",
    r"\ell",
    "",
    "positive",
    "length scale of the distribution of relaxation times, in decades",
    "LogNormal(-0.9, 0.5)",
)
_LEAD = Parameter(
    "lead",
    r"\delta_L",
    "",
    "positive",
    "amplitude of an inductance in series, in the smallest |Z| at the highest frequency",
    "HalfStudentT(1, 0.001)",
)
_INSTRUMENT = Parameter(
    "instrument",
    r"\delta_\mathrm{inst}",
    "",
    "positive",
    "relative error of the instrument in magnitude and phase",
    f"LogNormal({np.log(0.0005):.4f}, 1.0)",
)
_SKEW = "StudentT(3, 0, 0.03)"


def _joined(first: Any, second: Any) -> Any:
    """Put arrays behind each other along their last axis, the others as they broadcast."""
    xp = namespace(first, second)
    if first.ndim != second.ndim or xp is np:
        first, second = first + 0 * second[..., :1], second + 0 * first[..., :1]
    return xp.concatenate([first, second], axis=-1)


def _column(value: Any) -> Any:
    """Give a number, or an array of them, one more dimension."""
    return value[..., None] if getattr(value, "ndim", 0) else value
