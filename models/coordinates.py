"""Coordinates of a circuit that data determine, and what is derived from them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .circuit import Circuit, Leaf, Parallel, Series
from .elements import ARC_TIME, effective_capacitance, peak_frequency
from .parameter import Coordinates, Parameter, Quantity, Values

PEAK = "_f_peak"
_ARCS = ("K", "Zarc", "HN")
AMPLITUDE_PRIOR = "LogNormal(Z_mid, amplitude_width)"


@dataclass(frozen=True)
class Arc:
    """A capacitor or constant phase element with the resistor that it relaxes through.

    ``closed`` says that the two alone stand in parallel, so that they draw one arc.
    """

    resistance: str
    capacitive: Leaf
    closed: bool

    @property
    def tau(self) -> str:
        """Name of the time constant."""
        return f"{self.capacitive}_tau"

    @property
    def prefactor(self) -> str:
        """Name of the capacitance or of Q."""
        return self.capacitive.own_parameters[-2 if self.has_exponent else -1].name

    @property
    def has_exponent(self) -> bool:
        """Whether the element is a constant phase element rather than a capacitor."""
        return self.capacitive.code != "C"

    def exponent(self, values: Values) -> Any:
        """Return n, one for a capacitor."""
        return values[self.capacitive.own_parameters[-1].name] if self.has_exponent else 1.0

    def time_constant(self, values: Values) -> Any:
        """Return τ = (R Q)^(1/n) in s."""
        return (values[self.resistance] * values[self.prefactor]) ** (1 / self.exponent(values))

    def prefactor_from(self, values: Values) -> Any:
        """Return Q = τ^n / R."""
        return values[self.tau] ** self.exponent(values) / values[self.resistance]


def find_arcs(circuit: Circuit) -> list[Arc]:
    """Pair capacitive elements with resistors, in the order of the text.

    A capacitor or constant phase element is paired with a resistor in a parallel branch;
    where several stand side by side, the first is. A transmission line is its own pair.
    """
    arcs = []
    for node in _walk(circuit):
        if isinstance(node, Leaf) and node.code == "TLMQ":
            arcs.append(Arc(node.name_of("R"), node, closed=False))
        if not isinstance(node, Parallel):
            continue
        capacitive = next((c for c in node.children if _is(c, "C", "CPE", "Q")), None)
        resistor = next((r for r in map(_resistor_of, node.children) if r is not None), None)
        if isinstance(capacitive, Leaf) and resistor is not None:
            closed = len(node.children) == 2 and resistor in node.children
            arcs.append(Arc(str(resistor), capacitive, closed))
    return arcs


def determined_coordinates(circuit: Circuit, named: frozenset[str]) -> Coordinates:
    """Return the coordinates that are sampled; see `Circuit.coordinates`."""
    replaced: dict[str, Parameter] = {}
    steps: list[Callable[[dict[str, Any], Values], None]] = []
    for arc in find_arcs(circuit):
        if arc.prefactor in named:
            continue
        replaced[arc.prefactor] = Parameter(
            arc.tau,
            rf"\tau_{{\mathrm{{{arc.capacitive}}}}}",
            "s",
            "positive",
            f"time constant of {arc.resistance} and {arc.capacitive}",
            ARC_TIME,
        )
        steps.append(partial(_set_prefactor, arc))
    for leaf in circuit.leaves():
        amplitude = leaf.element.amplitude
        if amplitude is None:
            continue
        name = leaf.name_of(amplitude.parameter)
        if name in named or name in replaced:
            continue
        where = "in the middle" if amplitude.at == "omega_mid" else "at the top"
        replaced[name] = Parameter(
            f"{leaf}_Z",
            rf"|Z|_{{\mathrm{{{leaf}}}}}",
            "ohm",
            "positive",
            f"|Z| of {leaf} {where} of the measured frequencies",
            AMPLITUDE_PRIOR,
        )
        steps.append(partial(_set_amplitude, leaf, name))

    def to_parameters(coordinates: Values, window: Values) -> dict[str, Any]:
        values = dict(coordinates)
        for step in steps:
            step(values, window)
        return {parameter.name: values[parameter.name] for parameter in circuit.parameters}

    sampled = {p.name: replaced.get(p.name, p) for p in circuit.parameters}
    groups = _ordered_groups(circuit, sampled, named)
    ordered = {name for group in groups for name in group}
    summed = tuple(name for name in _in_series(circuit) if name not in ordered)
    summed = summed if len(summed) > 1 else ()
    return Coordinates(tuple(sampled.values()), groups, to_parameters, summed)


def _in_series(circuit: Circuit) -> Iterator[str]:
    """Yield the resistances that a direct current passes one after another."""
    parts = circuit.children if isinstance(circuit, Series) else (circuit,)
    arcs = {arc.capacitive: arc for arc in find_arcs(circuit) if arc.closed}
    for part in parts:
        if isinstance(part, Parallel):
            arc = next((arcs[leaf] for leaf in part.leaves() if leaf in arcs), None)
            if arc is not None and len(part.children) == 2:
                yield arc.resistance
        elif isinstance(part, Leaf) and part.code in ("R", "K", "Zarc", "HN", "G", "Ws"):
            yield part.own_parameters[0].name


def _set_prefactor(arc: Arc, values: dict[str, Any], window: Values) -> None:
    values[arc.prefactor] = arc.prefactor_from(values)


def _set_amplitude(leaf: Leaf, name: str, values: dict[str, Any], window: Values) -> None:
    amplitude = leaf.element.amplitude
    if amplitude is None:
        raise TypeError(f"{leaf} has no amplitude")
    others = [values[p.name] for p in leaf.own_parameters if p.name != name]
    values[name] = amplitude.prefactor(window[amplitude.at], values[f"{leaf}_Z"], *others)


def _ordered_groups(
    circuit: Circuit, sampled: Mapping[str, Parameter], named: frozenset[str]
) -> tuple[tuple[str, ...], ...]:
    """Find siblings of one shape, and the coordinate by which each is put in order.

    `sampled` holds the coordinate that stands for each parameter of the circuit.
    """
    taken: set[str] = set()
    groups = []
    # From the inside out: arcs within alike branches first, then the branches.
    for node in reversed(list(_walk(circuit))):
        if not isinstance(node, Series | Parallel):
            continue
        siblings = defaultdict(list)
        for child in node.children:
            siblings[_shape(child)].append(child)
        for alike in siblings.values():
            keys = [_key(child, sampled, named, taken) for child in alike]
            names = tuple(key for key in keys if key is not None)
            # A part that was given a prior of its own is told apart by it.
            if len(names) > 1:
                groups.append(names)
                taken.update(names)
    return tuple(reversed(groups))


def _key(
    circuit: Circuit, sampled: Mapping[str, Parameter], named: frozenset[str], taken: set[str]
) -> str | None:
    """Return the coordinate by which a part is ordered among its like.

    That is a time constant; where there is none, or all of them already order what is
    inside, another scale. Going through the part in the order of its shape, it has the
    same role in each of its like, however their texts are arranged.
    """
    leaves = _leaves_by_shape(circuit)
    own = [sampled[p.name] for leaf in leaves for p in leaf.own_parameters]
    if not all(p.prior for p in own):  # a prefactor that was named stands for a coordinate
        return None
    times = [p.name for p in own if p.unit == "s"]
    free = [name for name in times if name not in taken]
    if named.intersection(times):
        return None
    if free:
        return free[0]
    scales = [p.name for p in own if p.support == "positive" and p.name not in times]
    if named.intersection(scales):
        return None
    # A resistance, where there is one, rather than |Z| of an element.
    return min(scales, key=lambda name: name.endswith("_Z"), default=None)


def _leaves_by_shape(circuit: Circuit) -> list[Leaf]:
    """Return the elements in an order that alike circuits share."""
    if isinstance(circuit, Leaf):
        return [circuit]
    children = sorted(circuit.children, key=_shape)  # type: ignore[attr-defined]
    return [leaf for child in children for leaf in _leaves_by_shape(child)]


def _shape(circuit: Circuit) -> str:
    """Return a text that two circuits share exactly if they differ in labels alone."""
    if isinstance(circuit, Leaf):
        return "CPE" if circuit.code == "Q" else circuit.code
    parts = sorted(map(_shape, circuit.children))  # type: ignore[attr-defined]
    if isinstance(circuit, Parallel) and parts in (["C", "R"], ["CPE", "R"]):
        return "K" if "C" in parts else "Zarc"
    return f"{type(circuit).__name__}({','.join(parts)})"


def derived_quantities(circuit: Circuit) -> tuple[Quantity, ...]:
    """Return what follows from a circuit's parameters; see `Circuit.quantities`."""
    quantities = []
    closed = {arc.capacitive: arc for arc in find_arcs(circuit) if arc.closed}
    for arc in find_arcs(circuit):
        at = rf"_{{\mathrm{{{arc.capacitive}}}}}"
        quantities.append(
            Quantity(
                arc.tau,
                rf"\tau{at}",
                "s",
                f"time constant (R Q)^(1/n) of {arc.resistance} and {arc.capacitive}",
                arc.time_constant,
            )
        )
        if arc.capacitive in closed and arc.has_exponent:
            quantities.append(
                Quantity(
                    f"{arc.capacitive}_C_eff",
                    rf"C_{{\mathrm{{eff,{arc.capacitive}}}}}",
                    "F",
                    f"effective capacitance of {arc.capacitive} (Hsu-Mansfeld)",
                    partial(_effective_capacitance, arc),
                )
            )
        if arc.capacitive in closed:
            quantities.append(_peak(arc.capacitive, partial(_arc_peak, arc)))
    for leaf in circuit.leaves():
        if leaf.code in _ARCS:
            quantities.append(_peak(leaf, partial(_leaf_peak, leaf)))
    skipped, conducting = _ion_path(circuit)
    if conducting is not None and _resists(conducting):
        beyond = f", without the blocking {' and '.join(map(str, skipped))}" if skipped else ""
        quantities.append(
            Quantity(
                "R_total",
                r"R_{\mathrm{total}}",
                "ohm",
                f"resistance to direct current{beyond}",
                conducting.dc_resistance,
            )
        )
    return tuple(quantities)


def blocking_elements(circuit: Circuit) -> tuple[Circuit, ...]:
    """Return the parts in series that no direct current passes."""
    return tuple(_ion_path(circuit)[0])


def peaks_of_arcs(circuit: Circuit) -> Iterator[tuple[str, str]]:
    """Yield the resistance of each arc, and the name of the frequency at which it peaks."""
    for arc in find_arcs(circuit):
        if arc.closed:
            yield arc.resistance, f"{arc.capacitive}{PEAK}"
    for leaf in circuit.leaves():
        if leaf.code in _ARCS:
            yield leaf.own_parameters[0].name, f"{leaf}{PEAK}"


def _peak(leaf: Leaf, value: Callable[[Values], Any]) -> Quantity:
    symbol = rf"f_{{\mathrm{{peak,{leaf}}}}}"
    return Quantity(
        f"{leaf}{PEAK}", symbol, "Hz", f"frequency at which the arc of {leaf} peaks", value
    )


def _effective_capacitance(arc: Arc, values: Values) -> Any:
    return effective_capacitance(values[arc.resistance], arc.time_constant(values))


def _arc_peak(arc: Arc, values: Values) -> Any:
    return peak_frequency(arc.time_constant(values))


def _leaf_peak(leaf: Leaf, values: Values) -> Any:
    exponents = leaf.values(values)[2:]
    return peak_frequency(values[leaf.name_of("tau")], *(exponents if leaf.code == "HN" else ()))


def _ion_path(circuit: Circuit) -> tuple[list[Circuit], Circuit | None]:
    """Split off the blocking electrodes: parts in series that no direct current passes."""
    parts = circuit.children if isinstance(circuit, Series) else (circuit,)
    blocking = [part for part in parts if _blocks(part)]
    conducting = tuple(part for part in parts if not _blocks(part))
    if not conducting:
        return blocking, None
    return blocking, conducting[0] if len(conducting) == 1 else Series(conducting)


def _blocks(circuit: Circuit) -> bool:
    return circuit.dc_resistance(_ones(circuit)) is None


def _resists(circuit: Circuit) -> bool:
    """Whether there is a resistance at all: an inductor alone has none."""
    return bool(circuit.dc_resistance(_ones(circuit)))


def _ones(circuit: Circuit) -> Values:
    return {parameter.name: 1.0 for parameter in circuit.parameters}


def _walk(circuit: Circuit) -> Iterator[Circuit]:
    yield circuit
    if isinstance(circuit, Series | Parallel):
        for child in circuit.children:
            yield from _walk(child)


def _is(circuit: Circuit, *codes: str) -> bool:
    return isinstance(circuit, Leaf) and circuit.code in codes


def _resistor_of(branch: Circuit) -> Leaf | None:
    """Return the resistor of a branch: the branch itself or one in series within it."""
    parts = branch.children if isinstance(branch, Series) else (branch,)
    return next((part for part in parts if isinstance(part, Leaf) and part.code == "R"), None)
