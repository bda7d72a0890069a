"""The sampled coordinates, what may be exchanged in them, and what is derived."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posterion.models import Circuit
from posterion.models.elements import ELEMENTS
from posterion.models.parameter import Quantity

F = np.logspace(-2, 6, 41)
WINDOW = {"omega_mid": 2 * np.pi * 300.0, "omega_max": 2 * np.pi * 1e6}


def sampled(text: str, *named: str) -> tuple[str, ...]:
    return tuple(p.name for p in Circuit.parse(text).coordinates(named).parameters)


def groups(text: str, *named: str) -> set[tuple[str, ...]]:
    return set(Circuit.parse(text).coordinates(named).ordered)


def quantities(text: str) -> dict[str, Quantity]:
    found = Circuit.parse(text).quantities
    names = [quantity.name for quantity in found]
    assert len(set(names)) == len(names)
    return dict(zip(names, found, strict=True))


def draw(names: Any, seed: int) -> dict[str, float]:
    """Draw coordinates: exponents are the names that end in n, alpha or beta."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.uniform(0.4, 1.0)
        if name.endswith(("_n", "_alpha", "_beta"))
        else 10 ** rng.uniform(-3, 3)
        for name in names
    }


# --- Which coordinates -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("R0-p(R1,CPE1)", ("R0", "R1", "CPE1_tau", "CPE1_n")),
        ("p(R1,C1)", ("R1", "C1_tau")),
        ("p(Q1,R1)", ("Q1_tau", "Q1_n", "R1")),
        # The resistor may stand in series within its branch (Randles).
        ("p(R1-W1,CPE1)", ("R1", "W1_Z", "CPE1_tau", "CPE1_n")),
        ("p(R1-p(R2,C2),C1)", ("R1", "R2", "C2_tau", "C1_tau")),
        # No resistor to relax through: |Z| within the window.
        ("R0-CPE1", ("R0", "CPE1_Z", "CPE1_n")),
        ("p(C1,W1)", ("C1_Z", "W1_Z")),
        ("p(R1,C1,C2)", ("R1", "C1_tau", "C2_Z")),
        ("L0-La1", ("L0_Z", "La1_Z", "La1_n")),
        ("TLMQ1", ("TLMQ1_R", "TLMQ1_tau", "TLMQ1_n")),
        ("K1-HN1", ("K1_R", "K1_tau", "HN1_R", "HN1_tau", "HN1_alpha", "HN1_beta")),
        ("Wo1-Gs1", ("Wo1_Z0", "Wo1_tau", "Gs1_R", "Gs1_tau", "Gs1_phi")),
    ],
)
def test_coordinates(text: str, names: tuple[str, ...]) -> None:
    assert sampled(text) == names


@pytest.mark.parametrize("text", ["p(R1,CPE1)-p(R2,C2)-L3-La4-CPE5-C6-W7-TLMQ8", "p(R_1,CPE_1)"])
def test_every_coordinate_has_a_default_prior(text: str) -> None:
    for parameter in Circuit.parse(text).coordinates().parameters:
        assert parameter.prior, parameter.name
        assert parameter.support in ("positive", "unit")


def test_a_named_parameter_is_sampled_as_itself() -> None:
    text = "L0-p(R1,CPE1)-CPE2"
    assert sampled(text) == ("L0_Z", "R1", "CPE1_tau", "CPE1_n", "CPE2_Z", "CPE2_n")
    assert sampled(text, "CPE1_Q") == ("L0_Z", "R1", "CPE1_Q", "CPE1_n", "CPE2_Z", "CPE2_n")
    assert sampled(text, "L0", "CPE2_Q", "R1") == (
        "L0", "R1", "CPE1_tau", "CPE1_n", "CPE2_Q", "CPE2_n",
    )  # fmt: skip


# --- There and back --------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(
    text=st.sampled_from(
        [
            "R0-p(R1,CPE1)-p(R2,C2)-CPE3",
            "p(Q1,R1-p(R2,C2)-Wo4)",
            "p(p(R1-W1,CPE1),C0)-TLMQ2",
            "p(R_1,CPE_1)-p(R_2,CPE_2)",
        ]
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_time_constants_come_back_from_the_parameters(text: str, seed: int) -> None:
    circuit = Circuit.parse(text)
    coordinates = circuit.coordinates()
    given = draw((p.name for p in coordinates.parameters), seed)
    parameters = coordinates.to_parameters(given, WINDOW)
    assert list(parameters) == [p.name for p in circuit.parameters]
    derived = {q.name: q.value(parameters) for q in circuit.quantities}
    compared = 0
    for name, value in given.items():
        if name in parameters:
            assert parameters[name] == value
        elif name.endswith("_tau"):
            assert derived[name] == pytest.approx(value, rel=1e-9)
            compared += 1
    assert compared >= 2


def test_time_constant_of_an_arc_is_that_of_its_formula() -> None:
    coordinates = Circuit.parse("p(R1,CPE1)").coordinates()
    got = coordinates.to_parameters({"R1": 50.0, "CPE1_tau": 1e-3, "CPE1_n": 0.8}, WINDOW)
    assert got["CPE1_Q"] == pytest.approx(1e-3**0.8 / 50)
    (tau,) = (q for q in Circuit.parse("p(R1,CPE1)").quantities if q.name == "CPE1_tau")
    assert tau.value({"R1": 50.0, "CPE1_Q": 2e-5, "CPE1_n": 0.8}) == pytest.approx(
        1e-3 ** (1 / 0.8)
    )
    assert tau.unit == "s"


@pytest.mark.parametrize(
    ("text", "at"),
    [("C1", "mid"), ("CPE1", "mid"), ("Q1", "mid"), ("W1", "mid"), ("L1", "max"), ("La1", "max")],
)
def test_amplitude_is_the_modulus_within_the_window(text: str, at: str, oracle: ModuleType) -> None:
    coordinates = Circuit.parse(text).coordinates()
    assert coordinates.parameters[0].name == f"{text}_Z"
    for seed in range(10):
        given = draw((p.name for p in coordinates.parameters), seed)
        values = coordinates.to_parameters(given, WINDOW).values()
        f = WINDOW[f"omega_{at}"] / (2 * np.pi)
        Z = oracle.ELEMENTS[text[:-1]](f, *values)
        assert abs(Z) == pytest.approx(given[f"{text}_Z"], rel=1e-12)


def test_only_elements_without_a_scale_of_their_own_have_an_amplitude() -> None:
    with_amplitude = {code for code, element in ELEMENTS.items() if element.amplitude}
    assert with_amplitude == {"C", "L", "La", "CPE", "Q", "W"}


def test_to_parameters_takes_arrays_and_symbols() -> None:
    import pytensor.tensor as pt

    coordinates = Circuit.parse("p(R1,CPE1)-CPE2-La3").coordinates()
    names = [p.name for p in coordinates.parameters]
    rows = [draw(names, seed) for seed in range(3)]
    stacked = {name: np.array([row[name] for row in rows]) for name in names}
    together = coordinates.to_parameters(stacked, WINDOW)
    symbolic = coordinates.to_parameters({n: pt.constant(v) for n, v in stacked.items()}, WINDOW)
    for name, values in together.items():
        alone = [coordinates.to_parameters(row, WINDOW)[name] for row in rows]
        np.testing.assert_allclose(values, alone, rtol=1e-14)
        np.testing.assert_allclose(symbolic[name].eval(mode="FAST_COMPILE"), values, rtol=1e-14)


# --- What may be exchanged -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R0-p(R1,CPE1)", set()),
        ("p(R1,CPE1)-p(R2,CPE2)", {("CPE1_tau", "CPE2_tau")}),
        ("p(R1,CPE1)-p(CPE2,R2)", {("CPE1_tau", "CPE2_tau")}),
        ("p(R_1,CPE_1)-p(R_2,CPE_2)", {("CPE_1_tau", "CPE_2_tau")}),
        # Wherever they stand in the series.
        (
            "L0-p(R1,CPE1)-R0-p(R2,CPE2)-CPE9-p(R3,CPE3)",
            {("CPE1_tau", "CPE2_tau", "CPE3_tau")},
        ),
        # Inside a branch of a parallel.
        ("p(R0-p(R1,CPE1)-W1-p(R2,CPE2),C0)", {("CPE1_tau", "CPE2_tau")}),
        ("p(R1-C1,R2-C2)", {("R1", "R2")}),  # in series, R and C draw no arc
        # One shape under two names.
        ("Zarc1-p(R2,CPE2)", {("Zarc1_tau", "CPE2_tau")}),
        ("p(R1,Q1)-R0-p(R2,CPE2)", {("Q1_tau", "CPE2_tau")}),
        ("p(R1,C1)-R0-K2", {("C1_tau", "K2_tau")}),
        # Two kinds of arcs make two groups.
        (
            "p(R1,C1)-p(R2,CPE2)-K3-Zarc4-Wo5-Wo6",
            {("C1_tau", "K3_tau"), ("CPE2_tau", "Zarc4_tau"), ("Wo5_tau", "Wo6_tau")},
        ),
        # Different shapes cannot be exchanged.
        ("p(R1,C1)-p(R2,CPE2)", set()),
        ("Wo1-Ws2-G3-HN4-Zarc5-K6-TLMQ7", set()),
        ("p(R1,CPE1)-p(R2-W2,CPE2)", set()),
        ("p(R1,CPE1)-p(p(R2,CPE2),L2)", set()),
        # Inside and outside at once: arcs within branches, and the branches.
        (
            "p(p(R1,C1)-p(R2,C2),p(R3,C3)-p(R4,C4))",
            {("C1_tau", "C2_tau"), ("C3_tau", "C4_tau"), ("R1", "R3")},
        ),
        # The same role in each of the like, however their texts are arranged.
        ("p(p(R1,C1)-p(R2,CPE2),p(R3,CPE3)-p(R4,C4))", {("C1_tau", "C4_tau")}),
        # Whole parts of one shape.
        ("p(R1-W1,CPE1)-p(CPE2,W2-R2)", {("CPE1_tau", "CPE2_tau")}),
        # Without a time constant another scale serves.
        ("R1-C0-R2", {("R1", "R2")}),
        ("p(W1,W2)", {("W1_Z", "W2_Z")}),
        ("CPE1-R0-Q2", {("CPE1_Z", "Q2_Z")}),
        ("HN1-HN2-TLMQ1-TLMQ2", {("HN1_tau", "HN2_tau"), ("TLMQ1_tau", "TLMQ2_tau")}),
    ],
)
def test_exchangeable_parts_are_ordered(text: str, expected: set[tuple[str, ...]]) -> None:
    assert groups(text) == expected


def test_a_part_with_a_prior_of_its_own_leaves_the_group() -> None:
    text = "p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)"
    assert groups(text, "CPE2_tau") == {("CPE1_tau", "CPE3_tau")}
    # Q stands in the place of τ: nothing is left to order that part by.
    assert groups(text, "CPE2_Q") == {("CPE1_tau", "CPE3_tau")}
    assert groups(text, "CPE1_Q", "CPE2_Q") == set()
    assert groups("p(R1,CPE1)-p(R2,CPE2)", "CPE1_Q") == set()
    assert groups("R1-C0-R2-C1-R3", "R2") == {("R1", "R3"), ("C0_Z", "C1_Z")}
    assert groups("W1-W2", "W1") == set()


@pytest.mark.parametrize(
    "text",
    ["p(p(R1,C1)-p(R2,C2),p(R3,C3)-p(R4,C4))", "p(R1-p(R3,C3),R2-p(R4,C4))-p(R5,C5)-p(R6,C6)"],
)
def test_a_coordinate_is_ordered_in_one_group_at_most(text: str) -> None:
    names = [name for group in Circuit.parse(text).coordinates().ordered for name in group]
    assert names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "p(R1,CPE1)-R0-p(R2,CPE2)-L3-p(R3,CPE3)",
        "p(R0-Zarc1-p(R2,CPE2),C0)",
        "K1-p(C2,R2)",
        "p(R1-W1,CPE1)-p(CPE2,W2-R2)",
        "p(R1-p(R3,C3),R2-p(R4,C4))",
        "HN1-HN2-Wo1-Wo2-TLMQ1-TLMQ2",
        "CPE1-CPE2-R1-R2",
    ],
)
def test_exchanging_parts_of_a_group_leaves_the_response(text: str) -> None:
    """Swap all coordinates of two parts: the spectrum cannot tell, so the order must."""
    circuit = Circuit.parse(text)
    coordinates = circuit.coordinates()
    names = [p.name for p in coordinates.parameters]
    assert coordinates.ordered
    given = draw(names, 7)
    before = circuit.response({"frequency": F}, coordinates.to_parameters(given, WINDOW))
    for group in coordinates.ordered:
        first, second = (part_of(text, key) for key in group[:2])
        swapped = dict(given)
        for one, other in zip(first, second, strict=True):
            swapped[one], swapped[other] = given[other], given[one]
        assert swapped != given
        after = circuit.response({"frequency": F}, coordinates.to_parameters(swapped, WINDOW))
        np.testing.assert_allclose(after, before, rtol=1e-9)
        # The test would see an exchange of the keys alone.
        if len(first) > 1:
            alone = {**given, group[0]: given[group[1]], group[1]: given[group[0]]}
            other = circuit.response({"frequency": F}, coordinates.to_parameters(alone, WINDOW))
            assert not np.allclose(other, before, rtol=1e-6)


# The coordinates of the part that a key belongs to: R, τ (or |Z|), then exponents.
PARTS = {
    "p(R1-W1,CPE1)-p(CPE2,W2-R2)": {
        "CPE1_tau": ("R1", "W1_Z", "CPE1_tau", "CPE1_n"),
        "CPE2_tau": ("R2", "W2_Z", "CPE2_tau", "CPE2_n"),
    },
    "p(R1-p(R3,C3),R2-p(R4,C4))": {
        "C3_tau": ("R1", "R3", "C3_tau"),
        "C4_tau": ("R2", "R4", "C4_tau"),
    },
}


def part_of(text: str, key: str) -> tuple[str, ...]:
    if text in PARTS:
        return PARTS[text][key]
    label = key.split("_")[0]
    number = label[-1]
    kinds = {
        "R": (f"R{number}",),
        "C": (f"R{number}", key),
        "K": (f"{label}_R", key),
        "Zarc": (f"{label}_R", key, f"{label}_n"),
        "HN": (f"{label}_R", key, f"{label}_alpha", f"{label}_beta"),
        "Wo": (f"{label}_Z0", key),
        "TLMQ": (f"{label}_R", key, f"{label}_n"),
        "CPE": ((f"R{number}",) if key.endswith("tau") else ()) + (key, f"{label}_n"),
    }
    return kinds[label[:-1]]


# --- Derived quantities ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("R1", 2.0),
        ("R1-p(R2,CPE1)", 5.0),
        ("R1-p(R2,CPE1)-CPE2", 5.0),  # a blocking electrode in series is left out
        ("CPE2-p(R1,C1)-p(R2,C2)-C3-W1", 5.0),
        ("L0-R1-R2", 5.0),
        ("p(R1-p(R2,CPE2),CPE1)", 5.0),
        ("p(R1-p(R2-p(R3,C3),C2),C1)-CPE4", 10.0),
        ("p(R1,R2)", 1.2),
        ("p(R1,R2-C2)-TLMQ1", 2.0),
        ("R1-Ws1-Wo1", 6.0),  # Ws1_Z0 = 4 conducts, Wo1 blocks
        ("K1-Zarc1-HN1", 3 * 2.5),
        ("p(R1,L1)-R2", 3.0),
    ],
)
def test_total_resistance_is_that_of_the_path_of_direct_current(text: str, total: float) -> None:
    values = {p.name: 0.5 for p in Circuit.parse(text).parameters}
    values |= {"R1": 2.0, "R2": 3.0, "R3": 5.0, "Ws1_Z0": 4.0, "Wo1_Z0": 7.0}
    values |= {"K1_R": 2.5, "Zarc1_R": 2.5, "HN1_R": 2.5}
    quantity = quantities(text)["R_total"]
    assert quantity.value(values) == pytest.approx(total, rel=1e-12)
    assert quantity.unit == "ohm"


@pytest.mark.parametrize(
    "text", ["C1", "CPE1-W1", "p(R1-C1,CPE2)", "p(CPE1,R1-Wo1)-C9", "L1-C1", "p(L1,L2)"]
)
def test_no_total_resistance_where_nothing_conducts_or_resists(text: str) -> None:
    assert "R_total" not in quantities(text)


def test_description_of_the_total_resistance_names_what_is_left_out() -> None:
    described = quantities("R1-CPE1-p(R2,C2)-W1")["R_total"].description
    assert described == "resistance to direct current, without the blocking CPE1 and W1"


def argmax_frequency(circuit: Circuit, values: dict[str, float]) -> float:
    """Find the frequency of the largest -Im Z by two ever finer grids."""
    f = np.logspace(-8, 8, 20_001)
    for _ in range(3):
        peak = np.argmax(-circuit.response({"frequency": f}, values)[1])
        assert 0 < peak < len(f) - 1
        f = np.geomspace(f[peak - 1], f[peak + 1], 2001)
    return float(f[1000])


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("p(R1,C1)", "C1_f_peak", {"R1": 20.0, "C1": 3e-4}),
        ("p(R1,CPE1)", "CPE1_f_peak", {"R1": 20.0, "CPE1_Q": 3e-4, "CPE1_n": 0.7}),
        ("p(Q1,R1)", "Q1_f_peak", {"R1": 20.0, "Q1_Q": 3e-4, "Q1_n": 0.95}),
        ("K1", "K1_f_peak", {"K1_R": 20.0, "K1_tau": 0.03}),
        ("Zarc1", "Zarc1_f_peak", {"Zarc1_R": 20.0, "Zarc1_tau": 0.03, "Zarc1_n": 0.6}),
        *(
            (
                "HN1",
                "HN1_f_peak",
                {"HN1_R": 20.0, "HN1_tau": 0.03, "HN1_alpha": alpha, "HN1_beta": beta},
            )
            for alpha, beta in [(1.0, 0.5), (0.8, 0.4), (0.6, 0.9), (0.7, 1.0), (0.95, 0.15)]
        ),
    ],
)
def test_peak_frequency_is_where_the_arc_peaks(
    text: str, name: str, values: dict[str, float]
) -> None:
    quantity = quantities(text)[name]
    # A maximum is flat: its place is known to the root of the rounding.
    expected = argmax_frequency(Circuit.parse(text), values)
    assert quantity.value(values) == pytest.approx(expected, rel=1e-5)
    assert quantity.unit == "Hz"


def test_effective_capacitance_is_that_of_hsu_and_mansfeld() -> None:
    # Corrosion 57 (2001) 747: C = Q (ω_m'')^(n-1), with ω_m'' where -Im Z peaks.
    text, values = "R0-p(R1,CPE1)", {"R0": 3.0, "R1": 20.0, "CPE1_Q": 3e-4, "CPE1_n": 0.7}
    omega = 2 * np.pi * argmax_frequency(Circuit.parse(text), values)
    quantity = quantities(text)["CPE1_C_eff"]
    assert quantity.value(values) == pytest.approx(3e-4 * omega ** (0.7 - 1), rel=1e-5)
    assert quantity.value(values) == pytest.approx(3e-4 ** (1 / 0.7) * 20 ** (1 / 0.7 - 1))
    assert quantity.value({**values, "CPE1_n": 1.0}) == pytest.approx(3e-4)
    assert quantity.unit == "F"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("R0-p(R1,CPE1)", {"CPE1_tau", "CPE1_C_eff", "CPE1_f_peak", "R_total"}),
        ("p(R1,C1)", {"C1_tau", "C1_f_peak", "R_total"}),
        # Not an arc of its own: no peak and no capacitance that Hsu and Mansfeld speak of.
        ("p(R1-W1,CPE1)", {"CPE1_tau"}),
        ("p(R1,CPE1,C2)", {"CPE1_tau", "R_total"}),
        ("CPE1", set()),
        ("TLMQ1", {"TLMQ1_tau"}),
    ],
)
def test_which_quantities_follow(text: str, names: set[str]) -> None:
    assert set(quantities(text)) == names


def test_time_constant_of_the_transmission_line_makes_its_argument_one() -> None:
    # Landesfeind et al. (2016): |R/Z_s| = 1 at ω = 1/τ.
    values = {"TLMQ1_R": 30.0, "TLMQ1_Q": 2e-3, "TLMQ1_n": 0.8}
    tau = quantities("TLMQ1")["TLMQ1_tau"].value(values)
    assert 30.0 * 2e-3 * (1 / tau) ** 0.8 == pytest.approx(1)
