"""Equivalent circuits: a tree of elements in series and in parallel."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from ..errors import PosterionError
from .complexpair import Pair, namespace, power
from .elements import ELEMENTS, Element, havriliak_negami
from .parameter import Coordinates, Parameter, Quantity, Values

DISTRIBUTED = "DRT"
"""The element that stands for a distribution of relaxation times."""


class Circuit:
    """An equivalent circuit, a frozen value.

    Build one from text, ``Circuit.parse("R0-p(R1,CPE1)")``, or by algebra,
    ``R(0) + (R(1) | CPE(1))``, where ``+`` is series and ``|`` is parallel. Its ``str``
    is the text in the notation of impedance.py.
    """

    output = "Z"
    output_unit = "ohm"
    output_dims = ("part", "frequency")
    output_labels: Mapping[str, tuple[str, ...]] = MappingProxyType({"part": ("real", "imag")})
    inputs = ("frequency",)
    noise = "Discrepant"

    @staticmethod
    def parse(text: str) -> "Circuit":
        """Read a circuit from text.

        Parameters
        ----------
        text
            In the notation of impedance.py (``R0-p(R1,CPE1)``), AutoEIS
            (``R0-[R1,P2]``) or Boukamp (``R(RQ)``).

        Raises
        ------
        PosterionError
            With a caret under the character that cannot be read.
        """
        from .notation import parse

        return parse(text)

    def __add__(self, other: "Circuit") -> "Circuit":
        """Connect in series."""
        return Series((*_parts(self, Series), *_parts(other, Series)))

    def __or__(self, other: "Circuit") -> "Circuit":
        """Connect in parallel."""
        return Parallel((*_parts(self, Parallel), *_parts(other, Parallel)))

    def leaves(self) -> Iterator["Leaf"]:
        """Yield the elements in the order of the text."""
        raise NotImplementedError

    def skewed_arcs(self) -> Iterator["Leaf"]:
        """Yield the elements whose depressed arcs may be skewed in `impedance`.

        That is done by a value of the name `Leaf.skew`, ln β of a Havriliak-Negami arc
        R/(1 + (jωτ)^n)^β. It is no parameter of the circuit.
        """
        return iter(())

    def arc_resistances(self) -> Iterator[str]:
        """Yield the names of the resistances of these arcs, in the same order."""
        return iter(())

    @cached_property
    def is_distributed(self) -> bool:
        """Whether a distribution of relaxation times stands in series.

        Raises
        ------
        PosterionError
            If it stands in parallel with something, or there are two.
        """
        found = [leaf for leaf in self.leaves() if leaf.code == DISTRIBUTED]
        in_series = [part for part in _parts(self, Series) if part in found]
        if len(found) > 1 or found != in_series:
            raise PosterionError(
                f"the circuit '{self}' can hold one {DISTRIBUTED}, in series with all else."
            )
        return bool(found)

    def impedance(self, omega: Any, values: Values) -> Pair:
        """Return the impedance in ohm at angular frequencies `omega` (rad/s)."""
        raise NotImplementedError

    def admittance(self, omega: Any, values: Values) -> Pair:
        """Return the admittance in siemens at angular frequencies `omega` (rad/s)."""
        return self.impedance(omega, values).reciprocal()

    def dc_resistance(self, values: Values) -> Any | None:
        """Return the resistance in ohm at zero frequency, or None where it is infinite."""
        raise NotImplementedError

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The circuit's own parameters, in the order of its text."""
        return tuple(parameter for leaf in self.leaves() for parameter in leaf.own_parameters)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Time constants, effective capacitances, peak frequencies and R_total."""
        from .coordinates import derived_quantities

        return derived_quantities(self)

    def coordinates(self, named: Collection[str] = ()) -> Coordinates:
        """Return the coordinates that data determine, in place of the parameters.

        A resistor beside a capacitor or constant phase element is sampled as (R, τ, n);
        an element that has only a prefactor as its |Z| inside the measured window; and
        exchangeable parts ascend in τ. A parameter in `named` (one that was given a prior
        of its own) is sampled as it is.
        """
        from .coordinates import determined_coordinates

        return determined_coordinates(self, frozenset(named))

    def window(self, data: xr.Dataset) -> dict[str, float]:
        """Return the scales of a measured spectrum: nothing but its ranges.

        ``Z_mid`` is the logarithm of the geometric middle of the range of |Z| (ohm) and
        ``Z_width`` half that range, widened by one decade; ``tau_mid`` and ``tau_width``
        the same of 1/ω (s), not widened; ``arc_width`` a quarter of the range and a
        decade, added as squares, so that an arc is seldom farther than a decade outside;
        ``amplitude_width`` is both widths together, for elements whose working frequency is
        unknown; ``omega_mid``, ``omega_min`` and ``omega_max`` are the middle and the ends of the
        measured angular frequencies (rad/s); ``typical`` and ``smallest`` are the middle and the
        bottom of |Z| (ohm), which noise refers to.
        """
        modulus = np.hypot(*data["Z"].transpose("part", "frequency").values)
        log_Z = np.log([modulus.min(), modulus.max()])
        omega = 2 * np.pi * data["frequency"].values
        log_omega = np.log([omega.min(), omega.max()])
        Z_width = float(np.ptp(log_Z) / 2 + np.log(10))
        tau_width = float(np.ptp(log_omega) / 2)
        return {
            "Z_mid": float(log_Z.mean()),
            "Z_width": Z_width,
            "tau_mid": float(-log_omega.mean()),
            "tau_width": tau_width,
            "arc_width": float(np.hypot(tau_width / 2, np.log(10))),
            "amplitude_width": float(np.hypot(Z_width, tau_width)),
            "omega_mid": float(np.exp(log_omega.mean())),
            "omega_min": float(omega.min()),
            "omega_max": float(omega.max()),
            "typical": float(np.exp(log_Z.mean())),
            "smallest": float(modulus.min()),
        }

    def response(self, inputs: Values, parameters: Values) -> Any:
        """Predict the impedance.

        Parameters
        ----------
        inputs
            ``frequency`` in Hz, of shape (n,).
        parameters
            Values of `parameters` by name, of shape () or (..., 1).

        Returns
        -------
        array or symbolic variable
            Real and imaginary part in ohm, of shape (..., 2, n).
        """
        omega = 2 * np.pi * inputs["frequency"]
        Z = self.impedance(omega, parameters)
        shape = 0 * (omega + Z.real + Z.imag)  # a resistor alone knows no frequency
        return namespace(shape).stack([Z.real + shape, Z.imag + shape], axis=-2)

    def magnitude(self, response: Any) -> Any:
        """Return |Z| of each point, of shape (..., 1, n)."""
        xp = namespace(response)
        return xp.sqrt((response**2).sum(axis=-2, keepdims=True))


def DRT(tail: str = "") -> Circuit:  # noqa: N802 - named as the element
    """Return the circuit of a distribution of relaxation times, ``R0-DRT1`` and a tail.

    The distribution is a Gaussian process over log τ: the impedance of whatever processes a linear
    and stable specimen has, and no arcs are told apart. `fit` gives ``R_polarization``, its
    integral, and ``R_total``. Liu and Ciucci (2020), doi:10.1016/j.electacta.2019.135316.

    Parameters
    ----------
    tail
        What blocks a direct current or diffuses, in series, such as ``"CPE1"`` or ``"W1"``; also
        an inductance beside what the default noise takes off, ``"L1"``.

    Raises
    ------
    PosterionError
        If the tail cannot be read, or holds a distribution itself.

    Examples
    --------
    >>> import posterion as po
    >>> str(po.DRT(tail="CPE1"))
    'R0-DRT1-CPE1'
    """
    circuit = Circuit.parse("-".join(filter(None, (f"R0-{DISTRIBUTED}1", tail))))
    circuit.is_distributed  # noqa: B018 - which raises where the tail holds another one
    return circuit


@dataclass(frozen=True)
class Leaf(Circuit):
    """One element with its label, such as ``CPE1``."""

    code: str
    label: str = ""

    def __post_init__(self) -> None:
        """Refuse an unknown code."""
        if self.code not in ELEMENTS:
            raise PosterionError(
                f"'{self.code}' is not an element; the elements are {', '.join(ELEMENTS)}."
            )

    @property
    def element(self) -> Element:
        """The entry of `ELEMENTS`."""
        return ELEMENTS[self.code]

    def __str__(self) -> str:
        """Return code and label."""
        return f"{self.code}{self.label}"

    def leaves(self) -> Iterator["Leaf"]:
        """Yield itself."""
        yield self

    def name_of(self, local: str) -> str:
        """Return the full name of a parameter: ``R1``, ``CPE1_n``."""
        return f"{self}_{local}" if local else str(self)

    @cached_property
    def own_parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the element under their full names."""
        return tuple(
            replace(
                parameter,
                name=self.name_of(parameter.name),
                symbol=self.symbol_of(parameter.symbol),
                description=f"{parameter.description} of {self}",
            )
            for parameter in self.element.parameters
        )

    def symbol_of(self, symbol: str) -> str:
        """Return the symbol with the label: R_1, n_CPE1, Z_0 of Wo1 as a superscript."""
        label = self.label if symbol == self.code else str(self)
        mark = "^" if "_" in symbol else "_"
        return rf"{symbol}{mark}{{\mathrm{{{label}}}}}"

    def values(self, values: Values) -> list[Any]:
        """Pick this element's values in the order of its formula."""
        return [values[parameter.name] for parameter in self.own_parameters]

    def skewed_arcs(self) -> Iterator["Leaf"]:
        """Yield a depressed arc itself."""
        if self.code == "Zarc":
            yield self

    def arc_resistances(self) -> Iterator[str]:
        """Yield that of a depressed arc."""
        if self.code == "Zarc":
            yield self.own_parameters[0].name

    @property
    def skew(self) -> str:
        """Name of the logarithm of β by which its arc may be skewed; see `Circuit.skewed_arcs`."""
        return f"{self}_skew"

    def impedance(self, omega: Any, values: Values) -> Pair:
        """Return the impedance of the element."""
        if self.code == "Zarc" and self.skew in values:
            beta = namespace(values[self.skew]).exp(values[self.skew])
            R, tau, n = self.values(values)
            return havriliak_negami(omega, R, tau, n, beta)
        value = self.element.formula(omega, *self.values(values))
        return value.reciprocal() if self.element.is_admittance else value

    def admittance(self, omega: Any, values: Values) -> Pair:
        """Return the admittance of the element."""
        value = self.element.formula(omega, *self.values(values))
        return value if self.element.is_admittance else value.reciprocal()

    def dc_resistance(self, values: Values) -> Any | None:
        """Return the resistance at zero frequency, or None where the element blocks."""
        formula = self.element.dc_resistance
        return None if formula is None else formula(*self.values(values))


@dataclass(frozen=True)
class _Joined(Circuit):
    children: tuple[Circuit, ...]

    def __post_init__(self) -> None:
        """Refuse a label that stands twice."""
        seen: set[str] = set()
        for leaf in self.leaves():
            if str(leaf) in seen:
                raise PosterionError(
                    f"the label {leaf} stands twice; give each element a number of its own."
                )
            seen.add(str(leaf))

    def leaves(self) -> Iterator[Leaf]:
        """Yield the elements of all branches."""
        for child in self.children:
            yield from child.leaves()

    def skewed_arcs(self) -> Iterator[Leaf]:
        """Yield those of all branches."""
        for child in self.children:
            yield from child.skewed_arcs()

    def arc_resistances(self) -> Iterator[str]:
        """Yield those of all branches."""
        for child in self.children:
            yield from child.arc_resistances()


@dataclass(frozen=True)
class Series(_Joined):
    """Circuits one behind another."""

    def __str__(self) -> str:
        """Join by hyphens."""
        return "-".join(map(str, self.children))

    def impedance(self, omega: Any, values: Values) -> Pair:
        """Return the sum of the impedances."""
        first, *others = (child.impedance(omega, values) for child in self.children)
        return sum(others, start=first)

    def dc_resistance(self, values: Values) -> Any | None:
        """Return the sum of the resistances; one blocking part blocks all."""
        parts: list[Any] = [child.dc_resistance(values) for child in self.children]
        return None if any(part is None for part in parts) else sum(parts)


@dataclass(frozen=True)
class Parallel(_Joined):
    """Circuits side by side."""

    def __str__(self) -> str:
        """Join by commas within ``p(...)``."""
        return f"p({','.join(map(str, self.children))})"

    @property
    def _arc(self) -> tuple[Leaf, Leaf] | None:
        """The resistor and the constant phase element, where these two are all there is."""
        by_code = {c.code: c for c in self.children if isinstance(c, Leaf)}
        resistor, phase = by_code.get("R"), by_code.get("CPE") or by_code.get("Q")
        alone = len(self.children) == 2 and resistor is not None and phase is not None
        return (resistor, phase) if alone and resistor and phase else None

    def skewed_arcs(self) -> Iterator[Leaf]:
        """Yield the constant phase element where it draws an arc with a resistor alone."""
        if self._arc is not None:
            yield self._arc[1]
        else:
            yield from super().skewed_arcs()

    def arc_resistances(self) -> Iterator[str]:
        """Yield that of the resistor beside a constant phase element."""
        if self._arc is not None:
            yield self._arc[0].own_parameters[0].name
        else:
            yield from super().arc_resistances()

    def impedance(self, omega: Any, values: Values) -> Pair:
        """Return one over the admittance; of a skewed arc, R/(1 + RY)^β."""
        if self._arc is not None and self._arc[1].skew in values:
            resistor, phase = self._arc
            (R,) = resistor.values(values)
            term = phase.admittance(omega, values).times(R)
            beta = namespace(values[phase.skew]).exp(values[phase.skew])
            return power(Pair(1 + term.real, term.imag), -beta).times(R)
        return self.admittance(omega, values).reciprocal()

    def admittance(self, omega: Any, values: Values) -> Pair:
        """Return the sum of the admittances."""
        first, *others = (child.admittance(omega, values) for child in self.children)
        return sum(others, start=first)

    def dc_resistance(self, values: Values) -> Any | None:
        """Return one over the sum of the conductances; blocking branches carry nothing."""
        parts = [child.dc_resistance(values) for child in self.children]
        conducting = [part for part in parts if part is not None]
        if not conducting:
            return None
        if len(conducting) == 1:
            return conducting[0]
        # The product form stays finite where a branch (an inductor) has no resistance.
        total = conducting[0]
        for part in conducting[1:]:
            both = namespace(total, part).maximum(total + part, np.finfo(float).tiny)
            total = total * part / both
        return total


def _parts(circuit: Circuit, kind: type[_Joined]) -> tuple[Circuit, ...]:
    return circuit.children if isinstance(circuit, kind) else (circuit,)
