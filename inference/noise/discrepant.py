"""What measured spectra differ by from any circuit: processes it lacks, and the instrument."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...models.circuit import Circuit
from ...models.parameter import Model, Parameter, Values
from ...models.relaxation import MODES, SMOOTH_MODES
from .independent import Proportional
from .low_rank import low_rank_variable

KINDS = np.repeat(np.eye(4), (MODES, 1, SMOOTH_MODES, SMOOTH_MODES), axis=1)
"""Which amplitudes belong to what the circuit leaves out, to an inductance in series, and to the
errors of the instrument in magnitude and in phase: a row each."""


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
    """

    arcs: tuple[str, ...] = ()
    accuracy: tuple[float, float] | None = None

    def of(self, model: Model) -> "Discrepant":
        """Return the noise with the arcs of a circuit."""
        arcs = tuple(map(str, model.skewed_arcs())) if isinstance(model, Circuit) else ()
        return Discrepant(arcs, self.accuracy)

    @property
    def skews(self) -> tuple[str, ...]:
        """Names of the parameters that skew the arcs."""
        return tuple(f"{arc}_skew" for arc in self.arcs)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Noise and floor, the amplitudes of the discrepancies, and the skews."""
        noise, floor = Proportional().parameters
        floor = replace(floor, prior=_FLOOR)
        estimated = () if self.accuracy else (_INSTRUMENT,)
        skews = (
            Parameter(name, rf"\ln\beta_{{\mathrm{{{arc}}}}}", "", "real",
                      f"skew of the arc of {arc}, ln β", _SKEW)
            for name, arc in zip(self.skews, self.arcs, strict=True)
        )  # fmt: skip
        return (noise, floor, _DISCREPANCY, _LEAD, *estimated, *skews)

    @property
    def amplitudes(self) -> tuple[str, ...]:
        """Names of the parameters that say how large each discrepancy is."""
        kept = ("noise", "floor", *self.skews)
        return tuple(p.name for p in self.parameters if p.name not in kept)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What unit amplitudes of all discrepancies add; see `discrepancy_modes`."""
        return ("modes",)

    @property
    def description(self) -> str:
        """One sentence for reports."""
        inst = "as accurate as stated" if self.accuracy else "whose accuracy is estimated"
        return (
            "arcs that may be skewed, a Kramers-Kronig consistent discrepancy, an instrument "
            f"{inst}, and independent normal noise proportional to |Z| above a floor"
        )

    def causal_scale(self, values: Values, window: Values) -> Any:
        """Return the amplitude of the distribution of relaxation times, in ohm per decade."""
        return values["discrepancy"] * values.get("R_total", window["typical"])

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
            Of shape (..., 2, n, k), in the order of `KINDS`.
        """
        magnitude, phase = self.accuracy or (values["instrument"], values["instrument"])
        lead = values["lead"] * window["smallest"]
        kinds = (self.causal_scale(values, window), lead, magnitude, phase)
        shares = zip(kinds, KINDS, strict=True)
        amplitude = sum(_column(kind) * share for kind, share in shares)
        if amplitude.ndim > 1:  # of each point, for both parts
            amplitude = amplitude[..., None, :, :]
        own, by_real, by_imag = (values["modes"][place] for place in range(3))
        real, imag = mean[..., :1, :, None], mean[..., 1:, :, None]
        return (own + real * by_real + imag * by_imag) * amplitude

    def observe(
        self, name: str, mean: Any, size: Any, values: Values, window: Values, **options: Any
    ) -> Any:
        """Create the observed variable; see `Noise.observe`."""
        sigma = Proportional().scale(size, values, window) + 0 * mean
        import pytensor.tensor as pt

        factor = self.factor(mean, values, window)
        group = values.get("group", pt.zeros_like(values["modes"][0, 0, :, 0]))
        return low_rank_variable(name, mean, sigma, factor, group, **options)


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


def _column(value: Any) -> Any:
    """Give a number, or an array of them, one more dimension."""
    return value[..., None] if getattr(value, "ndim", 0) else value
