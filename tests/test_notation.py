"""Three notations are read, and what cannot be read is shown where it stands."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from posterion.errors import PosterionError
from posterion.models import Circuit, Leaf, Parallel, Series
from posterion.models.notation import MAX_DEPTH, MAX_LENGTH


def leaf(text: str) -> Leaf:
    code = text.rstrip("_0123456789")
    return Leaf(code, text[len(code) :])


def series(*parts: Circuit | str) -> Series:
    return Series(tuple(leaf(p) if isinstance(p, str) else p for p in parts))


def parallel(*parts: Circuit | str) -> Parallel:
    return Parallel(tuple(leaf(p) if isinstance(p, str) else p for p in parts))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("R0", leaf("R0")),
        ("R", leaf("R")),
        ("CPE1", leaf("CPE1")),
        ("TLMQ3", leaf("TLMQ3")),
        ("T1", leaf("T1")),  # alone, T is an element's code and not Boukamp's letter
        ("p(R1,CPE1)", parallel("R1", "CPE1")),
        ("R0-p(R1,CPE1)", series("R0", parallel("R1", "CPE1"))),
        ("R_0-p(R_1,CPE_1)", series("R_0", parallel("R_1", "CPE_1"))),
        ("p(R1-Wo1,C1,L7)", parallel(series("R1", "Wo1"), "C1", "L7")),
        ("p(p(R1,C1),R2)", parallel(parallel("R1", "C1"), "R2")),
        (
            "L0-R0-p(CPE1,R1-p(R2,CPE2))-Ws1",
            series("L0", "R0", parallel("CPE1", series("R1", parallel("R2", "CPE2"))), "Ws1"),
        ),
        ("La1-p(Gs1,T1)-HN1-Zarc2", series("La1", parallel("Gs1", "T1"), "HN1", "Zarc2")),
    ],
)
def test_notation_of_impedance_py(text: str, tree: Circuit) -> None:
    assert Circuit.parse(text) == tree
    assert str(Circuit.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("R1-R2", series("R1", "R2")),
        ("R1-[R2,P3]", series("R1", parallel("R2", "CPE3"))),
        ("[R1,P2]-R3", series(parallel("R1", "CPE2"), "R3")),
        (
            "[P1,R2-[P3,R4]]-L5",
            series(parallel("CPE1", series("R2", parallel("CPE3", "R4"))), "L5"),
        ),
        ("[R1,C2,P3]", parallel("R1", "C2", "CPE3")),
        ("R1-CPE2-W3", series("R1", "CPE2", "W3")),
    ],
)
def test_notation_of_autoeis(text: str, tree: Circuit) -> None:
    assert Circuit.parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("RC", series("R1", "C1")),
        ("(RQ)", parallel("R1", "CPE1")),
        ("R(RQ)", series("R1", parallel("R2", "CPE1"))),
        ("LR(RC)(RQ)W", series("L1", "R1", parallel("R2", "C1"), parallel("R3", "CPE1"), "W1")),
        (
            "R(Q[R(RQ)])",
            series("R1", parallel("CPE1", series("R2", parallel("R3", "CPE2")))),
        ),
        ("R(C[RW])", series("R1", parallel("C1", series("R2", "W1")))),
        ("R(Q(RW))", series("R1", parallel("CPE1", series("R2", "W1")))),
        (
            "R(Q(R(QR)))",
            series("R1", parallel("CPE1", series("R2", parallel("CPE2", "R3")))),
        ),
        ("R(QR(LR))", series("R1", parallel("CPE1", "R2", series("L1", "R3")))),
        ("R([RW]C)", series("R1", parallel(series("R2", "W1"), "C1"))),
        ("ROTG", series("R1", "Ws1", "Wo1", "G1")),  # O: tanh; T: coth
        ("(QT)", parallel("CPE1", "Wo1")),
        ("R(C(R[RQ]))", series("R1", parallel("C1", parallel("R2", series("R3", "CPE1"))))),
        ("[RQ]", series("R1", "CPE1")),
        ("R[RQ]L", series("R1", "R2", "CPE1", "L1")),
        # Labels are no part of the notation; where they stand they are kept.
        ("R0(R1Q1)", series("R0", parallel("R1", "CPE1"))),
        ("R2RR", series("R2", "R1", "R3")),
        ("RR1", series("R2", "R1")),
    ],
)
def test_notation_of_boukamp(text: str, tree: Circuit) -> None:
    assert Circuit.parse(text) == tree


def test_boukamps_diffusions_are_tanh_and_coth() -> None:
    # O, the permeable end, passes a direct current; T, the blocked end, does not.
    assert Circuit.parse("RO").dc_resistance({"R1": 2.0, "Ws1_Z0": 5.0, "Ws1_tau": 1.0}) == 7.0
    assert Circuit.parse("RT").dc_resistance({"R1": 2.0, "Wo1_Z0": 5.0, "Wo1_tau": 1.0}) is None


@pytest.mark.parametrize(
    ("spaced", "plain"),
    [
        (" R0 - p( R1 , CPE1 ) ", "R0-p(R1,CPE1)"),
        ("\tR1 -\n[R2, P3]", "R1-p(R2,CPE3)"),
        (" R ( R Q ) ", "R1-p(R2,CPE1)"),
        (" R0 ", "R0"),
    ],
)
def test_blanks_are_no_part_of_a_circuit(spaced: str, plain: str) -> None:
    assert str(Circuit.parse(spaced)) == plain


# The caret of the second line stands under the bad character of the first.
ERRORS = [
    # The notation of impedance.py
    ("R0-p(R1,CPE1", 3, "this bracket is never closed by ')'"),
    ("R0-p(R1-p(R2,C2),C1", 3, "this bracket is never closed by ')'"),
    ("p(R1,C1))", 8, "')' closes nothing"),
    ("p(R1,C1]", 7, "']' closes nothing"),
    ("p(R1)", 0, "a parallel needs two branches"),
    ("R0-p(R1-C1)", 3, "a parallel needs two branches"),
    ("p()", 2, "an element should stand before ')'"),
    ("p(,R1)", 2, "an element should stand before ','"),
    ("p(R1,,C1)", 5, "an element should stand before ','"),
    ("p(R1,C1,)", 8, "an element should stand before ')'"),
    ("-p(R1,C1)", 0, "an element should stand before '-'"),
    ("R0--p(R1,C1)", 3, "an element should stand before '-'"),
    ("p(R1,C1)-", 9, "it ends where an element should follow"),
    ("p(R1,", 5, "it ends where an element should follow"),
    ("p(R1,C1),R2", 8, "',' cannot stand here"),
    ("p(R1,C1)R2", 8, "'R2' needs a '-' or ',' before it"),
    ("R0p(R1,C1)", 2, "'p(' cannot stand here"),
    ("R0-p(R1 C1)", 8, "'C1' needs a '-' or ',' before it"),
    ("R0-[R1,C1]-p(R2,C2)", 3, "'[' cannot stand here"),
    ("R0-(R1,p(R2,C2))", 3, "a parallel is written 'p(' here"),
    ("R0-p(R1,X1)", 8, "'X' is not an element; known are R, C, L,"),
    ("R0-p(R1,cpe1)", 8, "'cpe' is not an element; did you mean CPE?"),
    ("R0-p(R1,wO1)", 8, "'wO' is not an element; did you mean Wo?"),
    ("R0-p(R0,C1)", 5, "the label R0 stands twice"),
    ("p(R1,C1)-p(R2,C1)", 14, "the label C1 stands twice"),
    ("R0-p(R1,C1)*2", 11, "'*' is not part of the notation"),
    ("R0-p(R1,2C)", 8, "'2' is not part of the notation"),
    ("R0-p(R1,C1_a)", 10, "'_' is not part of the notation"),
    ("R0-p(R٣,C1)", 6, "'٣' is not part of the notation"),
    ("R0 -\tp(R1,\nC1)*", 14, "'*' is not part of the notation"),
    # AutoEIS
    ("R1-", 3, "it ends where an element should follow"),
    ("-R1", 0, "an element should stand before '-'"),
    ("R1,R2", 2, "',' cannot stand here"),
    ("R1-[R2,P3", 3, "this bracket is never closed by ']'"),
    ("R1-[R2,P3)", 9, "')' closes nothing"),
    ("R1-[R2]", 3, "a parallel needs two branches"),
    ("R1-R2]", 5, "']' closes nothing"),
    ("R1-[P2,CPE2]", 7, "the label CPE2 stands twice"),
    ("R1-(R2,P3)", 3, "a parallel is written 'p(' here"),
    ("R1-M2", 3, "'M' is not an element"),
    ("R1-R2?", 5, "'?' is not part of the notation"),
    # Boukamp
    ("R(RQ", 1, "this bracket is never closed by ')'"),
    ("R(Q[RW)", 6, "')' closes nothing"),
    ("R(Q[RW", 3, "this bracket is never closed by ']'"),
    ("RQ)", 2, "')' closes nothing"),
    (")", 0, "')' closes nothing"),
    ("()", 1, "an element should stand before ')'"),
    ("R(Q[])", 4, "an element should stand before ']'"),
    ("R(", 2, "it ends where an element should follow"),
    ("R(Q)", 1, "a bracket needs two elements or more"),
    ("RX", 1, "'X' is not one of Boukamp's letters (R, C, L, Q, W, O, T, G)"),
    ("rc", 0, "'r' is not one of Boukamp's letters"),
    ("R+C", 1, "'+' is not part of the notation"),
    ("R1(R1Q)", 3, "the label R1 stands twice"),
    ("R\x00C", 1, "'\\x00' is not part of the notation"),
]


@pytest.mark.parametrize(("text", "at", "problem"), ERRORS)
def test_error_shows_the_place(text: str, at: int, problem: str) -> None:
    with pytest.raises(PosterionError) as caught:
        Circuit.parse(text)
    first, shown, caret = str(caught.value).split("\n")
    assert first.startswith(f"cannot read the circuit: {problem}")
    assert first.endswith((".", "?", "p(R1,C1)."))
    # One column a character, also where a line break or a tab stood.
    assert len(shown) == len(text) + 2
    assert caret == " " * (at + 2) + "^"
    if at < len(text) and text[at].isprintable():
        assert shown[at + 2] == text[at]


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_empty_text(text: str) -> None:
    with pytest.raises(PosterionError, match="the circuit is empty; write one such as"):
        Circuit.parse(text)


def test_long_text_is_refused() -> None:
    circuit = "-".join(f"R{k}" for k in range(400))
    assert len(circuit) < MAX_LENGTH
    assert len(list(Circuit.parse(circuit).leaves())) == 400
    with pytest.raises(PosterionError, match=f"has 5000 characters; at most {MAX_LENGTH} are read"):
        Circuit.parse("R" * 5000)


@pytest.mark.parametrize(
    ("opening", "branch", "closing"),
    [("p(", "R{},", ")"), ("[", "R{},", "]"), ("(", "R", ")"), ("[", "R", "]")],
)
def test_nesting_has_a_limit_and_no_recursion_error(
    opening: str, branch: str, closing: str
) -> None:
    def nested(depth: int) -> str:
        return "".join(opening + branch.format(k) for k in range(depth)) + "C" + closing * depth

    assert Circuit.parse(nested(MAX_DEPTH))
    with pytest.raises(PosterionError, match=f"nested deeper than {MAX_DEPTH}") as caught:
        Circuit.parse(nested(MAX_DEPTH + 1))
    *_, caret = str(caught.value).split("\n")
    before = "".join(opening + branch.format(k) for k in range(MAX_DEPTH))
    assert len(caret) - 3 == len(before)
    with pytest.raises(PosterionError, match=r"nested deeper|never closed|element should follow"):
        Circuit.parse(opening * (MAX_LENGTH // len(opening)))


@settings(max_examples=400, deadline=None)
@example("p(")
@example("R1-[")
@example("\x1c")
@given(
    st.text(max_size=40)
    | st.text("RCLWQp(),-[]012 ", max_size=40)
    | st.text("RQ()[]", max_size=40)
    | st.lists(st.sampled_from(["R1", "C2", "CPE3", "p(", ",", ")", "-", "[", "]"])).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        circuit = Circuit.parse(text)
    except PosterionError as error:
        lines = str(error).split("\n")
        if text.strip():
            assert len(lines) == 3
            assert 2 <= lines[2].index("^") <= len(text) + 2
        return
    # What was read is a circuit whose text reads the same again.
    assert str(Circuit.parse(str(circuit))) == str(circuit)
    names = [parameter.name for parameter in circuit.parameters]
    assert len(set(names)) == len(names)
