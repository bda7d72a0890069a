"""Circuits are values: algebra, text and impedance agree, whatever the tree."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from posterion.errors import PosterionError
from posterion.models import Circuit, Leaf, Parallel, Series

CODES = ["R", "C", "L", "La", "CPE", "Q", "W", "Wo", "Ws"]
CODES += ["G", "Gs", "K", "Zarc", "HN", "TLMQ", "T"]
F = np.logspace(-3, 7, 21)


def number(tree: Any, count: list[int]) -> Any:
    """Give every element of a tree a number of its own."""
    if isinstance(tree, str):
        count[0] += 1
        return ("element", tree, str(count[0]))
    kind, children = tree
    return (kind, [number(child, count) for child in children])


def trees(codes: list[str] = CODES) -> st.SearchStrategy[Any]:
    """Draw trees as the oracle knows them."""
    branches = st.recursive(
        st.sampled_from(codes),
        lambda part: st.tuples(
            st.sampled_from(["series", "parallel"]), st.lists(part, min_size=2, max_size=3)
        ),
        max_leaves=8,
    )
    return branches.map(lambda tree: number(tree, [0]))


def by_algebra(tree: Any) -> Circuit:
    kind, first, *rest = tree
    if kind == "element":
        return Leaf(first, *rest)
    head, *tail = map(by_algebra, first)
    for part in tail:
        head = head + part if kind == "series" else head | part
    return head


def impedance(circuit: Circuit, values: dict[str, Any], f: Any = F) -> Any:
    parts = circuit.response({"frequency": f}, values)
    return parts[..., 0, :] + 1j * parts[..., 1, :]


@settings(deadline=None)
@given(trees())
def test_text_of_a_circuit_reads_as_the_same_circuit(tree: Any) -> None:
    circuit = by_algebra(tree)
    assert Circuit.parse(str(circuit)) == circuit
    assert hash(Circuit.parse(str(circuit))) == hash(circuit)


@settings(deadline=None)
@given(trees())
def test_text_of_impedance_py_survives_word_by_word(tree: Any) -> None:
    from_text = Circuit.parse(as_text(tree))
    assert str(from_text) == as_text(tree)
    assert Circuit.parse(str(from_text)) == from_text


def as_text(tree: Any) -> str:
    kind, first, *rest = tree
    if kind == "element":
        return f"{first}{rest[0]}"
    parts = [as_text(child) for child in first]
    return "-".join(parts) if kind == "series" else f"p({','.join(parts)})"


@settings(deadline=None, max_examples=150)
@given(tree=trees(), seed=st.integers(0, 2**32 - 1))
def test_impedance_is_the_oracles_on_the_same_tree(
    oracle: ModuleType, tree: Any, seed: int
) -> None:
    values = oracle.random_values(tree, np.random.default_rng(seed))
    circuit = by_algebra(tree)
    assert {p.name for p in circuit.parameters} == set(values)
    got, expected = impedance(circuit, values), oracle.impedance(tree, F, values)
    # At a resonance two parts cancel, in the oracle too; elsewhere all digits are there.
    assert (np.abs(got - expected) <= 1e-9 * condition(oracle, tree, values)).all()


@settings(deadline=None, max_examples=100)
@given(
    tree=trees([code for code in CODES if code not in ("L", "La")]), seed=st.integers(0, 2**32 - 1)
)
def test_impedance_without_inductors_keeps_all_digits(
    oracle: ModuleType, tree: Any, seed: int
) -> None:
    values = oracle.random_values(tree, np.random.default_rng(seed))
    got, expected = impedance(by_algebra(tree), values), oracle.impedance(tree, F, values)
    assert (np.abs(got - expected) <= 1e-10 * np.abs(expected)).all()


def condition(oracle: ModuleType, tree: Any, values: dict[str, float]) -> Any:
    """Return |Z| times the factor by which rounding can grow where parts cancel."""
    kind, first, *_ = tree
    Z = oracle.impedance(tree, F, values)
    if kind == "element":
        return np.abs(Z)
    parts = [oracle.impedance(child, F, values) for child in first]
    errors = [condition(oracle, child, values) for child in first]
    if kind == "series":
        return sum(errors)
    return np.abs(Z) ** 2 * sum(
        e / np.abs(part) ** 2 for e, part in zip(errors, parts, strict=True)
    )


@settings(deadline=None, max_examples=100)
@given(tree=trees(), seed=st.integers(0, 2**32 - 1))
def test_a_circuit_of_passive_parts_is_passive(oracle: ModuleType, tree: Any, seed: int) -> None:
    values = oracle.random_values(tree, np.random.default_rng(seed))
    Z = impedance(by_algebra(tree), values)
    assert (Z.real >= -1e-9 * condition(oracle, tree, values)).all()


@settings(deadline=None, max_examples=60)
@given(
    tree=trees([code for code in CODES if code not in ("L", "La")]), seed=st.integers(0, 2**32 - 1)
)
def test_dc_resistance_is_the_limit_of_the_impedance(
    oracle: ModuleType, tree: Any, seed: int
) -> None:
    values = oracle.random_values(tree, np.random.default_rng(seed))
    circuit = by_algebra(tree)
    low = abs(oracle.impedance(tree, 1e-60, values))
    lower = abs(oracle.impedance(tree, 1e-70, values))
    dc = circuit.dc_resistance(values)
    if dc is None:
        assert lower > 100 * low
    else:
        assert lower == pytest.approx(dc, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p(L1,L2)", 0.0),
        ("p(L1,La2)", 0.0),
        ("p(L1,R1)", 0.0),
        ("R1-p(L1,L2,R2)", 3.0),
        ("p(R1,R2,R3)", 1.0),
        ("p(R1,C1-R2)", 3.0),
        ("p(R1-C1,R2)-R3", 12.0),
        ("R1-C1", None),
        ("p(C1,R1-C2)", None),
        ("p(R1-p(R2,CPE1),CPE2)", 9.0),
    ],
)
def test_dc_resistance(text: str, expected: float | None) -> None:
    circuit = Circuit.parse(text)
    values = {p.name: 0.5 for p in circuit.parameters} | {"R1": 3.0, "R2": 6.0}
    values["R3"] = 2.0 if text.startswith("p(R1,R2") else 6.0
    assert circuit.dc_resistance(values) == (
        expected if expected is None else pytest.approx(expected)
    )


# --- Algebra ---------------------------------------------------------------------------------

A, B, C_ = Leaf("R", "1"), Leaf("CPE", "2"), Leaf("W", "3")


def test_operators_are_the_notation() -> None:
    by_operators = Leaf("R", "0") + (Leaf("R", "1") | Leaf("CPE", "1")) + Leaf("CPE", "2")
    assert by_operators == Circuit.parse("R0-p(R1,CPE1)-CPE2")
    assert str(by_operators) == "R0-p(R1,CPE1)-CPE2"


def test_operators_are_associative() -> None:
    assert (A + B) + C_ == A + (B + C_) == Series((A, B, C_))
    assert (A | B) | C_ == A | (B | C_) == Parallel((A, B, C_))


@settings(deadline=None, max_examples=60)
@given(
    tree=st.tuples(trees(["R", "CPE", "K", "Wo"]), trees(["C", "G"]), trees(["Zarc", "W"])),
    seed=st.integers(0, 2**32 - 1),
)
def test_order_and_brackets_do_not_change_the_impedance(
    oracle: ModuleType, tree: Any, seed: int
) -> None:
    a, b, c = map(by_algebra, tree)
    values = oracle.random_values(("series", list(tree)), np.random.default_rng(seed))
    for one, other in [
        (a + b, b + a),
        (a | b, b | a),
        (Series((a, Series((b, c)))), a + b + c),
        (Series((Series((a, b)), c)), a + b + c),
        (Parallel((a, Parallel((b, c)))), a | b | c),
        (c + (a | b), (b | a) + c),
    ]:
        np.testing.assert_allclose(impedance(one, values), impedance(other, values), rtol=1e-12)


def test_two_equal_parts_in_parallel_halve_and_in_series_double() -> None:
    values = {"R1": 10.0, "R2": 10.0, "C1": 1e-5, "C2": 1e-5}
    assert impedance(Circuit.parse("p(R1,R2)"), values)[0] == pytest.approx(5)
    assert impedance(Circuit.parse("R1-R2"), values)[0] == pytest.approx(20)
    one = impedance(Circuit.parse("p(R1,C1)"), values)
    two = impedance(Circuit.parse("p(R1,C1,R2,C2)"), values)
    np.testing.assert_allclose(two, one / 2, rtol=1e-13)


@pytest.mark.parametrize(
    "build",
    [
        lambda: A + A,
        lambda: A | A,
        lambda: (A | B) + A,
        lambda: (A + B) | (B + C_),
        lambda: Series((A, Parallel((B, Leaf("R", "1"))))),
    ],
)
def test_a_label_stands_once(build: Any) -> None:
    with pytest.raises(PosterionError, match=r"the label (R1|CPE2) stands twice; give each"):
        build()


def test_an_element_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PosterionError, match="'X' is not an element; the elements are R, C, L, "):
        Leaf("X", "1")


def test_circuits_are_values() -> None:
    circuit = Circuit.parse("R0-p(R1,CPE1)")
    assert circuit == Circuit.parse("R0-p(R1,CPE1)") != Circuit.parse("R0-p(R1,CPE2)")
    assert len({circuit, Circuit.parse("R0-p(R1,CPE1)"), Circuit.parse("p(R1,CPE1)-R0")}) == 2
    with pytest.raises(AttributeError):
        circuit.children = ()  # type: ignore[attr-defined]


# --- Parameters, response and window ---------------------------------------------------------


def test_parameters_have_full_names_units_and_supports_in_the_order_of_the_text() -> None:
    parameters = Circuit.parse("L0-R0-p(R1-Wo1,CPE1)-HN2").parameters
    assert [(p.name, p.unit, p.support) for p in parameters] == [
        ("L0", "H", "positive"),
        ("R0", "ohm", "positive"),
        ("R1", "ohm", "positive"),
        ("Wo1_Z0", "ohm", "positive"),
        ("Wo1_tau", "s", "positive"),
        ("CPE1_Q", "S*s^n", "positive"),
        ("CPE1_n", "", "unit"),
        ("HN2_R", "ohm", "positive"),
        ("HN2_tau", "s", "positive"),
        ("HN2_alpha", "", "unit"),
        ("HN2_beta", "", "unit"),
    ]
    assert parameters[6].description == "exponent of CPE1"


@pytest.mark.parametrize("text", ["R1", "C1", "R0-p(R1,CPE1)-L3", "p(R1,R2)"])
def test_response_broadcasts_draws_against_frequencies(text: str) -> None:
    circuit = Circuit.parse(text)
    rng = np.random.default_rng(1)
    draws = {p.name: rng.uniform(0.2, 0.9, (4, 3, 1)) for p in circuit.parameters}
    response = circuit.response({"frequency": F}, draws)
    assert response.shape == (4, 3, 2, len(F))
    one = {name: value[2, 1, 0] for name, value in draws.items()}
    alone = circuit.response({"frequency": F}, one)
    assert alone.shape == (2, len(F))
    np.testing.assert_allclose(response[2, 1], alone, rtol=1e-14)
    assert circuit.magnitude(response).shape == (4, 3, 1, len(F))
    np.testing.assert_allclose(
        circuit.magnitude(alone)[0], np.abs(impedance(circuit, one)), rtol=1e-14
    )


@pytest.mark.parametrize("text", ["R1", "C1", "p(R1,C1)-p(R2,CPE2)-L3", "p(R1,R2)"])
def test_pytensor_response_of_a_circuit_is_numpys(text: str) -> None:
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    circuit = Circuit.parse(text)
    f = pt.dvector("frequency")
    names = [p.name for p in circuit.parameters]
    scalars = [pt.dscalar(name) for name in names]
    response = circuit.response({"frequency": f}, dict(zip(names, scalars, strict=True)))
    mode = Mode(linker="py", optimizer="fast_compile")
    function = pytensor.function([f, *scalars], [response, circuit.magnitude(response)], mode=mode)
    values = np.random.default_rng(2).uniform(0.3, 0.9, len(names))
    expected = circuit.response({"frequency": F}, dict(zip(names, values, strict=True)))
    got, magnitude = function(F, *values)
    np.testing.assert_allclose(got, expected, rtol=1e-13)
    np.testing.assert_allclose(magnitude, circuit.magnitude(expected), rtol=1e-13)


def test_window_holds_the_ranges_of_the_data() -> None:
    f = np.array([1e4, 1e2, 1.0])
    Z = np.array([[3.0, -4.0], [30.0, -40.0], [300.0, -400.0]])  # |Z| is 5, 50, 500
    data = xr.Dataset({"Z": (("frequency", "part"), Z)}, {"frequency": f})
    window = Circuit.parse("R1").window(data)
    ln10, tau = np.log(10), 2 * np.pi
    assert window == pytest.approx(
        {
            "Z_mid": np.log(50),
            "Z_width": 2 * ln10,
            "tau_mid": -np.log(tau * 100),
            "tau_width": 2 * ln10,
            "arc_width": np.hypot(ln10, ln10),
            "amplitude_width": np.sqrt(8) * ln10,
            "omega_mid": tau * 100,
            "omega_min": tau,
            "omega_max": tau * 1e4,
            "typical": 50.0,
            "smallest": 5.0,
        }
    )
    # The order of the points and of the dimensions is no matter.
    assert Circuit.parse("R1").window(data.transpose().isel(frequency=[2, 0, 1])) == window
