"""Every element against plain complex arithmetic, ladders of resistors, and its own limits."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from impedance.models.circuits.elements import circuit_elements

from posterion.models import Circuit, Leaf
from posterion.models.elements import ELEMENTS

CODES = [code for code in ELEMENTS if code != "DRT"]  # a random function, see test_distribution
WIDE = np.logspace(-4, 9, 79)


def impedance(code: str, f: Any, *values: Any) -> Any:
    """Evaluate one element of the package."""
    leaf = Leaf(code, "1")
    named = dict(zip((p.name for p in leaf.parameters), values, strict=True))
    parts = leaf.response({"frequency": np.asarray(f, float)}, named)
    return parts[..., 0, :] + 1j * parts[..., 1, :]


def draw(oracle: ModuleType, code: str, rng: np.random.Generator) -> list[float]:
    return [oracle.random_value(code, local, rng) for local in oracle.NAMES[code]]


def relative_error(got: Any, expected: Any) -> float:
    return float(np.max(np.abs(got - expected) / np.abs(expected)))


def test_the_oracle_knows_every_element_and_its_values_in_order(oracle: ModuleType) -> None:
    assert set(oracle.ELEMENTS) == set(CODES)
    for code in CODES:
        assert tuple(p.name for p in ELEMENTS[code].parameters) == oracle.NAMES[code]


@pytest.mark.parametrize("code", CODES)
def test_element_is_the_oracle(code: str, oracle: ModuleType) -> None:
    rng = np.random.default_rng(CODES.index(code))
    for _ in range(150):
        values = draw(oracle, code, rng)
        expected = oracle.ELEMENTS[code](WIDE, *values)
        assert relative_error(impedance(code, WIDE, *values), expected) < 1e-10, values


@pytest.mark.parametrize("code", CODES)
def test_extremes_neither_overflow_nor_lose_digits(code: str, oracle: ModuleType) -> None:
    f = np.logspace(-4, 9, 14)
    low_high = {"n": (0.05, 1.0), "alpha": (0.05, 1.0), "beta": (0.05, 1.0), "phi": (1e-6, 1e6)}
    names = oracle.NAMES[code]
    # All corners of the box of values: ωτ from 1e-18 to 1e25.
    for corner in np.ndindex(*(2 for _ in names)):
        pairs = zip(names, corner, strict=True)
        values = [low_high.get(local, (1e-14, 1e15))[end] for local, end in pairs]
        with np.errstate(all="raise", under="ignore"):
            got = impedance(code, f, *values)
        assert np.isfinite(got).all(), values
        assert relative_error(got, oracle.ELEMENTS[code](f, *values)) < 1e-10, values


@pytest.mark.parametrize("code", sorted(set(CODES) & set(circuit_elements) - {"La"}))
def test_element_is_that_of_impedance_py(code: str, oracle: ModuleType) -> None:
    rng = np.random.default_rng(100 + CODES.index(code))
    f = np.logspace(-3, 6, 28)
    for _ in range(20):
        values = draw(oracle, code, rng)
        if code == "T":  # impedance.py replaces sinh(β) beyond |β| = 100 by 1e10
            values = [10.0, 5.0, rng.uniform(0.1, 5.0), 1e-5]
        expected = circuit_elements[code](values, list(f))
        assert relative_error(impedance(code, f, *values), expected) < 1e-10, values


def test_prefactor_of_la_stands_outside_the_power() -> None:
    # impedance.py raises L itself to the power, against its own docstring and BioLogic's note.
    Z = impedance("La", [1 / (2 * np.pi)], 1e-6, 0.8)
    assert Z[0] == pytest.approx(1e-6 * np.exp(0.4j * np.pi), rel=1e-12)


# --- Equivalences between elements -----------------------------------------------------------


def test_exponent_one_is_the_ideal_element() -> None:
    f = np.logspace(-3, 7, 50)
    for exact, of in [
        (impedance("C", f, 2e-6), lambda n: impedance("CPE", f, 2e-6, n)),
        (impedance("L", f, 2e-6), lambda n: impedance("La", f, 2e-6, n)),
        (impedance("K", f, 50.0, 1e-3), lambda n: impedance("Zarc", f, 50.0, 1e-3, n)),
    ]:
        assert relative_error(of(1.0), exact) < 1e-13
        near = relative_error(of(1 - 1e-6), exact)
        assert 1e-9 < near < 1e-4  # and it is approached, not jumped to


def test_exponent_zero_is_a_resistor() -> None:
    f = np.logspace(-3, 7, 50)
    assert relative_error(impedance("CPE", f, 0.02, 1e-12), 50.0) < 1e-9
    assert relative_error(impedance("La", f, 50.0, 1e-12), 50.0) < 1e-9
    assert relative_error(impedance("Zarc", f, 50.0, 1e-3, 1e-12), 25.0) < 1e-9


def test_exponent_one_half_is_a_warburg() -> None:
    f = np.logspace(-3, 7, 50)
    # A (1 - j)/√ω = 1/(Q (jω)^(1/2)) with Q = 1/(A √2)
    half = impedance("CPE", f, 1 / (30 * np.sqrt(2)), 0.5)
    assert relative_error(half, impedance("W", f, 30.0)) < 1e-13


def test_havriliak_negami_of_beta_one_is_a_zarc() -> None:
    f = np.logspace(-3, 7, 50)
    zarc = impedance("Zarc", f, 50.0, 1e-3, 0.8)
    assert relative_error(impedance("HN", f, 50.0, 1e-3, 0.8, 1.0), zarc) < 1e-13
    assert relative_error(impedance("HN", f, 50.0, 1e-3, 0.8, 0.9), zarc) > 0.05


def test_havriliak_negami_of_exponents_one_and_one_half_is_a_gerischer() -> None:
    f = np.logspace(-3, 7, 50)
    gerischer = impedance("G", f, 50.0, 1e-3)
    assert relative_error(impedance("HN", f, 50.0, 1e-3, 1.0, 0.5), gerischer) < 1e-13


def test_zarc_is_a_resistor_beside_a_cpe() -> None:
    f = np.logspace(-3, 7, 50)
    R, tau, n = 50.0, 1e-3, 0.8
    beside = Circuit.parse("p(R1,CPE1)").response(
        {"frequency": f}, {"R1": R, "CPE1_Q": tau**n / R, "CPE1_n": n}
    )
    assert relative_error(impedance("Zarc", f, R, tau, n), beside[0] + 1j * beside[1]) < 1e-13


def test_q_is_another_name_of_cpe() -> None:
    f = np.logspace(-3, 7, 50)
    assert (impedance("Q", f, 1e-6, 0.8) == impedance("CPE", f, 1e-6, 0.8)).all()


def test_thick_finite_gerischer_is_the_gerischer() -> None:
    f = np.logspace(-3, 7, 50)
    assert relative_error(impedance("Gs", f, 5.0, 1e-3, 40.0), impedance("G", f, 5.0, 1e-3)) < 1e-13


def test_transmission_line_with_capacitor_is_the_blocked_diffusion() -> None:
    f = np.logspace(-3, 7, 50)
    line = impedance("TLMQ", f, 50.0, 2e-5, 1.0)
    assert relative_error(line, impedance("Wo", f, 50.0, 50.0 * 2e-5)) < 1e-12


# --- Limits ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_zero_frequency(code: str, oracle: ModuleType) -> None:
    rng = np.random.default_rng(200 + CODES.index(code))
    leaf = Leaf(code, "1")
    for _ in range(20):
        values = draw(oracle, code, rng)
        lower, low, unit = impedance(code, [1e-60, 1e-30, 1.0], *values)
        dc = leaf.dc_resistance(dict(zip((p.name for p in leaf.parameters), values, strict=True)))
        if dc is None:
            assert abs(lower) > 1e8 * abs(low)
        else:
            assert lower == pytest.approx(dc, rel=1e-9, abs=1e-9 * abs(unit))


@pytest.mark.parametrize(
    ("code", "blocks"),
    [(code, code in ("C", "CPE", "Q", "W", "Wo", "TLMQ")) for code in CODES],
)
def test_what_blocks_a_direct_current(code: str, blocks: bool) -> None:
    ones = {p.name: 1.0 for p in Leaf(code, "1").parameters}
    assert (Leaf(code, "1").dc_resistance(ones) is None) == blocks


def test_dc_resistance_of_the_macrohomogeneous_electrode_does_not_overflow() -> None:
    leaf = Leaf("T", "1")
    with np.errstate(all="raise", under="ignore"):
        thick = leaf.dc_resistance({"T1_A": 3.0, "T1_B": 2.0, "T1_a": np.float64(1e8), "T1_b": 1.0})
    assert thick == pytest.approx(3.0e-4, rel=1e-12)


JW = 2j * np.pi


@pytest.mark.parametrize(
    ("code", "values", "asymptote"),
    [
        ("Wo", (7.0, 0.5), lambda s: 7 / 3 + 7 / (0.5 * s)),
        ("Ws", (7.0, 0.5), lambda s: 7 * (1 - 0.5 * s / 3)),
        ("G", (7.0, 0.5), lambda s: 7 * (1 - 0.25 * s)),
        ("Gs", (7.0, 0.5, 2.0), lambda s: 7 / np.tanh(2) + 0 * s),
        ("K", (7.0, 0.5), lambda s: 7 * (1 - 0.5 * s)),
        ("Zarc", (7.0, 0.5, 0.9), lambda s: 7 * (1 - (0.5 * s) ** 0.9)),
        ("HN", (7.0, 0.5, 0.9, 0.7), lambda s: 7 * (1 - 0.7 * (0.5 * s) ** 0.9)),
        ("TLMQ", (7.0, 0.02, 0.9), lambda s: 7 / 3 + 1 / (0.02 * s**0.9)),
        ("T", (7.0, 2.0, 0.3, 0.5), None),
    ],
)
def test_low_frequency_asymptote(
    code: str, values: tuple[float, ...], asymptote: Callable[[Any], Any] | None
) -> None:
    f = np.array([1e-7, 1e-6])
    if asymptote is None:  # coth β/β → 1/tanh(√a)/√a, and so on
        A, B, a, _ = values
        expected = A / np.tanh(a**0.5) / a**0.5 + B / np.sinh(a**0.5) / a**0.5
    else:
        expected = asymptote(JW * f)
    got = impedance(code, f, *values)
    # Real and imaginary parts apart: the resistance R/3 hides behind the huge capacitance.
    np.testing.assert_allclose(got.real, np.real(expected), rtol=2e-5)
    np.testing.assert_allclose(got, expected, rtol=2e-5)


@pytest.mark.parametrize(
    ("code", "values", "asymptote"),
    [
        ("Wo", (7.0, 0.5), lambda s: 7 / np.sqrt(0.5 * s)),
        ("Ws", (7.0, 0.5), lambda s: 7 / np.sqrt(0.5 * s)),
        ("G", (7.0, 0.5), lambda s: 7 / np.sqrt(0.5 * s)),
        ("Gs", (7.0, 0.5, 2.0), lambda s: 7 / np.sqrt(0.5 * s)),
        ("K", (7.0, 0.5), lambda s: 7 / (0.5 * s)),
        ("Zarc", (7.0, 0.5, 0.9), lambda s: 7 / (0.5 * s) ** 0.9),
        ("HN", (7.0, 0.5, 0.9, 0.7), lambda s: 7 / (0.5 * s) ** 0.63),
        ("TLMQ", (7.0, 0.02, 0.9), lambda s: np.sqrt(7 / (0.02 * s**0.9))),
        ("T", (7.0, 2.0, 0.3, 0.5), lambda s: 7 / np.sqrt(0.5 * s)),
    ],
)
def test_high_frequency_asymptote(
    code: str, values: tuple[float, ...], asymptote: Callable[[Any], Any]
) -> None:
    f = np.array([1e10, 1e11])
    assert relative_error(impedance(code, f, *values), asymptote(JW * f)) < 1e-8


@pytest.mark.parametrize("code", ["Wo", "Ws"])
def test_finite_diffusion_is_a_warburg_at_high_frequency(code: str) -> None:
    f = np.logspace(3, 6, 20)
    Z0, tau = 7.0, 0.5
    assert relative_error(impedance(code, f, Z0, tau), impedance("W", f, Z0 / (2 * tau) ** 0.5)) < (
        1e-12
    )


# --- Ladders of discrete elements, which know nothing of tanh --------------------------------


def ladder(series: Any, shunt_admittance: Any, end: Any, sections: int = 4000) -> Any:
    """Join T sections of a line of given total series impedance and shunt admittance."""
    Z = end
    half, rung = series / sections / 2, shunt_admittance / sections
    for _ in range(sections):
        Y = rung + (0 if Z is None else 1 / (Z + half))
        Z = half + (1 / Y if Z is not None else 1 / rung)
    return Z


def test_elements_of_one_rail_are_ladders() -> None:
    f = np.logspace(-2, 2, 9)
    s = JW * f
    blocked, permeable = None, 0.0
    R, C, Q, n, G = 7.0, 0.03, 0.02, 0.8, 0.4
    for got, expected in [
        (impedance("Wo", f, R, R * C), ladder(R, C * s, blocked)),
        (impedance("Ws", f, R, R * C), ladder(R, C * s, permeable)),
        (impedance("TLMQ", f, R, Q, n), ladder(R, Q * s**n, blocked)),
        (impedance("Gs", f, (R / G) ** 0.5, C / G, (R * G) ** 0.5), ladder(R, G + C * s, blocked)),
    ]:
        assert relative_error(got, expected) < 1e-5


def test_macrohomogeneous_electrode_is_a_ladder_of_two_rails() -> None:
    # Current enters rail 1 at one face and leaves rail 2 at the other.
    R1, R2, G, C, N = 3.0, 8.0, 0.15, 0.02, 300
    for f in (0.01, 1.0, 30.0):
        Y = np.zeros((2 * (N + 1), 2 * (N + 1)), complex)

        def join(i: int, j: int, y: complex, Y: Any = Y) -> None:
            Y[i, i] += y
            Y[j, j] += y
            Y[i, j] -= y
            Y[j, i] -= y

        for k in range(N):
            join(k, k + 1, N / R1)
            join(N + 1 + k, N + 2 + k, N / R2)
        for k in range(N + 1):
            weight = 0.5 if k in (0, N) else 1.0
            join(k, N + 1 + k, weight * (G + JW * f * C) / N)
        ground = 2 * N + 1
        kept = [i for i in range(2 * (N + 1)) if i != ground]
        current = np.zeros(2 * N + 1)
        current[0] = 1.0
        total = np.linalg.solve(Y[np.ix_(kept, kept)], current)[0]
        both = R1 + R2
        A, B = (R1**2 + R2**2) / both, 2 * R1 * R2 / both
        # The element leaves out the ohmic R1 R2/(R1 + R2), which stands in series.
        got = impedance("T", [f], A, B, both * G, both * C)[0] + R1 * R2 / both
        assert abs(got - total) < 1e-4 * abs(total)


# --- Physics that holds whatever the formula -------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_passive(code: str, oracle: ModuleType) -> None:
    rng = np.random.default_rng(300 + CODES.index(code))
    for _ in range(100):
        physical = oracle.random_values(("element", code, ""), rng)
        Z = impedance(code, WIDE, *physical.values())
        assert (Z.real >= -1e-13 * np.abs(Z)).all()
        if code in ("L", "La"):
            assert (Z.imag > 0).all()
        elif code != "R":
            assert (Z.imag <= 1e-13 * np.abs(Z)).all()


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("K", (7.0, 0.5)),
        ("Zarc", (7.0, 0.5, 0.8)),
        ("HN", (7.0, 0.5, 0.9, 0.7)),
        ("Ws", (7.0, 0.5)),
        ("G", (7.0, 0.5)),
        ("Gs", (7.0, 0.5, 2.0)),
        ("T", (7.0, 2.0, 0.3, 0.5)),
    ],
)
def test_kramers_kronig(code: str, values: tuple[float, ...]) -> None:
    # Z(0) - Z(∞) = -(2/π) ∫ Im Z d ln ω, where Z(∞) is zero for all of these.
    ln_omega = np.linspace(-60, 60, 60_001)
    Z = impedance(code, np.exp(ln_omega) / (2 * np.pi), *values)
    area = -2 / np.pi * np.trapezoid(Z.imag, ln_omega)
    assert area == pytest.approx(Z[0].real, rel=1e-6)


# --- PyTensor --------------------------------------------------------------------------------


def symbolic(code: str) -> tuple[Any, list[Any]]:
    """Compile an element's parts and their derivatives with respect to each value."""
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    omega = pt.dvector("omega")
    leaf = Leaf(code, "1")
    values = {p.name: pt.dvector(p.name) for p in leaf.parameters}
    Z = leaf.impedance(omega, values)
    real, imag = (pt.as_tensor_variable(part) + 0 * omega for part in (Z.real, Z.imag))
    gradients = [
        pytensor.grad(part.sum(), value, disconnected_inputs="ignore", return_disconnected="zero")
        for value in values.values()
        for part in (real, imag)
    ]
    mode = Mode(linker="py", optimizer="fast_compile")
    inputs = [omega, *values.values()]
    return pytensor.function(
        inputs, [real, imag, *gradients], mode=mode, on_unused_input="ignore"
    ), leaf.parameters


@pytest.mark.parametrize("code", CODES)
def test_pytensor_gives_the_same_response_and_the_gradient_of_the_oracle(
    code: str, oracle: ModuleType
) -> None:
    function, parameters = symbolic(code)
    rng = np.random.default_rng(400 + CODES.index(code))
    count = 200
    f = 10 ** rng.uniform(-3, 3, count)
    values = [
        rng.uniform(0.35, 0.95, count) if p.support == "unit" else 10 ** rng.uniform(-2, 2, count)
        for p in parameters
    ]
    real, imag, *gradients = function(2 * np.pi * f, *values)
    expected = oracle.ELEMENTS[code](f, *values)
    assert relative_error(real + 1j * imag, expected) < 1e-10
    for k in range(count):  # the same numbers through NumPy
        Z = impedance(code, [f[k]], *(v[k] for v in values))[0]
        assert abs(Z - (real[k] + 1j * imag[k])) <= 1e-12 * abs(Z)

    for place, value in enumerate(values):
        h = 1e-3 * value

        def at(step: float, place: int = place, value: Any = value, h: Any = h) -> Any:
            moved = [*values]
            moved[place] = value + step * h
            return oracle.ELEMENTS[code](f, *moved)

        slope = (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h)
        got = gradients[2 * place] + 1j * gradients[2 * place + 1]
        assert np.isfinite(got).all()
        error = np.abs(got - slope)
        tiny = 1e-10 * np.abs(expected / value)  # the digits that the differences lose
        assert (error <= 1e-6 * np.abs(slope) + tiny).all(), parameters[place].name


@pytest.mark.parametrize("code", CODES)
def test_gradient_is_finite_at_extremes(code: str) -> None:
    function, parameters = symbolic(code)
    box = [(0.05, 1.0) if p.support == "unit" else (1e-12, 1e12) for p in parameters]
    corners = np.array([*np.ndindex(*(2 for _ in box))])
    for f in (1e-4, 1.0, 1e9):
        values = [
            np.array([box[k][end] for end in corners[:, k]], float) for k in range(len(parameters))
        ]
        outputs = function(np.full(len(corners), 2 * np.pi * f), *values)
        for output in outputs:
            assert np.isfinite(output).all()


@pytest.mark.parametrize("code", CODES)
def test_dc_resistance_in_pytensor(code: str, oracle: ModuleType) -> None:
    import pytensor.tensor as pt

    leaf = Leaf(code, "1")
    values = draw(oracle, code, np.random.default_rng(5))
    names = [p.name for p in leaf.parameters]
    plain = leaf.dc_resistance(dict(zip(names, values, strict=True)))
    graph = leaf.dc_resistance(
        {name: pt.constant(v) for name, v in zip(names, values, strict=True)}
    )
    if plain is None:
        assert graph is None
    else:
        assert graph is not None
        assert float(graph.eval(mode="FAST_COMPILE")) == pytest.approx(plain, rel=1e-12)
