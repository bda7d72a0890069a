"""A paper as data: what the grammar reads, what it refuses, and a second paper."""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import pymc  # noqa: F401  (raises the limit of recursion, which hypothesis watches)
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import posterion as po
from posterion import cli
from posterion.analyses.audit import audit_file, read_paper, seed_paper
from posterion.analyses.audit.expression import Scope
from posterion.analyses.audit.fits import Fits, SeriesFit
from posterion.analyses.audit.functions import FUNCTIONS
from posterion.analyses.audit.inputs import DRAWS, Inputs, Undecided
from posterion.analyses.audit.judge import KINDS
from posterion.analyses.audit.template import sentences
from posterion.cli.audit import claims_screen
from posterion.errors import PosterionError

SECOND = Path(__file__).parents[1] / "docs" / "adediwura.toml"
REPORTS = Path(__file__).parents[2] / "shared" / "data" / "eisfitpython"
HEAD = """
[paper]
name = "made-up"
citation = "Nobody"
[numbers]
a = { value = "0.30", unit = "V" }
b = { value = "2.0", unit = "V" }
zero = { value = "0", unit = "V" }
"""
K = 8.617333262e-5


def file_with(folder: Path, claim: str, head: str = HEAD) -> Path:
    path = folder / "claims.toml"
    path.write_text(f"{head}\n[[topic]]\nname = 'T'\n[[topic.claim]]\n{claim}\n", encoding="utf-8")
    return path


def number_claim(formula: str) -> str:
    return (
        f'id = "x"\nsays = "s"\nkind = "number"\nprinted = "a"\nquantity = "q"\nvalue = "{formula}"'
    )


def scope(formulas: dict[str, str] | None = None) -> Scope:
    paper = seed_paper()
    inputs = Inputs(paper.numbers, "test", 1, Fits(1))
    return Scope(inputs, formulas or {}, paper.shared.series, "claim 'test'")


# Beside each formula what Python makes of it, by the printed values.
FORMULAS = [
    ("2 * 3 + 4", 10.0),
    ("-2 ** 2", -4.0),
    ("7 / 2 - 1e-3", 3.499),
    ("exact(resistance_7ul_rt) * 2", 734.0),
    ("exact(resistance_7ul_rt['kiloohm'])", 0.367),
    ("exact(arrhenius_temperature_low['kelvin'])", 298.15),
    ("max(1, exact(resistance_7ul_rt), 3)", 367.0),
    ("[4, 5, 6][2]", 6.0),
    ("sum([4, 5, 6])", 15.0),
    ("median(coating_volume_7ul - coating_volume_7ul)", 0.0),
    ("where(1 < 2 < 3, 8, 9)", 8.0),
    ("where(not (1 < 2 and 3 < 2), 8, 9)", 8.0),
    ("exact(volumes)[3]", 12.0),
    ("exact(disc_area(pellet_diameter['cm']))", np.pi / 4),
    ("log(exp(boltzmann))", K),
]


@pytest.mark.parametrize(("formula", "value"), FORMULAS)
def test_a_formula_comes_to_what_it_says(formula: str, value: float) -> None:
    assert float(scope().value(formula)) == pytest.approx(value, rel=1e-12)


def test_a_key_is_drawn_from_what_its_digits_stand_for_and_once() -> None:
    here = scope()
    drawn = here.value("resistance_7ul_rt")
    assert drawn.shape == (DRAWS,)
    assert 366.5 <= drawn.min() < 366.51 and 367.49 < drawn.max() <= 367.5
    assert np.array_equal(drawn, here.value("resistance_7ul_rt"))
    assert np.ptp(here.value("rounded(resistance_7ul_rt, 100)")) > 99


def test_the_share_of_one_number_is_that_of_the_derivatives() -> None:
    """Variance of a product: shares go as the squares of relative steps."""
    formula = "thickness_bare * resistance_bare"
    share = scope().value(f"var(alone({formula}, thickness_bare)) / var({formula})")
    thickness, resistance = 1 / 430, 0.1 / 175.4
    expected = thickness**2 / (thickness**2 + resistance**2)
    assert float(share) == pytest.approx(expected, rel=0.02)


def test_what_decides_leaves_the_rest_unevaluated() -> None:
    assert not scope().value("1 > 2 and nothing_of_the_kind > 0")
    assert scope().value("1 < 2 or nothing_of_the_kind > 0")


def test_a_shared_formula_follows_what_it_reads_and_keeps_what_it_drew() -> None:
    here = scope({"twice": "2 * at", "more": "twice + 1", "noise": "normal()"})
    for at in (1.0, 5.0):
        here.bind("at", np.float64(at))
        assert float(here.value("more")) == 2 * at + 1
        assert float(here.value("exact(more)")) == 2 * at + 1
    drawn = here.value("noise")
    here.bind("at", np.float64(7))
    assert np.array_equal(drawn, here.value("noise"))
    here.define("own", "normal() + at")
    kept = here.value("own")
    here.bind("at", np.float64(9))
    assert np.array_equal(kept, here.value("own"))  # a `let` is evaluated where it stands
    assert float(here.value("exact(own)")) == 9


def test_sentences_hold_their_values() -> None:
    here = scope()
    text = (
        "{exact(resistance_bare):.1f} Ω, printed {resistance_bare:printed}, "
        "{1 > 2:?yes|no}, {2:ordinal}, {0.9996:chance}, {pellets:typical}"
    )
    assert sentences(here, text) == (
        "175.4 Ω, printed 175.4, no, second, above 0.999, 10 % (2.7 to 37 %)"
    )
    assert sentences(here, ["one", {"if": "2 < 1", "says": "two"}, "three"]) == "one three"


NESTED = "(" * 250 + "a" + ")" * 250
HOSTILE = [
    ("nobody", "'nobody' is not known"),
    ("aa", "did you mean a"),
    ("a.__class__", "not part of the grammar"),
    ("().__class__.__bases__", "not part of the grammar"),
    ("__import__('os')", "there is no function '__import__'"),
    ("open('/etc/passwd')", "there is no function 'open'"),
    ("lambda: 1", "not part of the grammar"),
    ("[x for x in [1]]", "not part of the grammar"),
    ("(a := 2)", "not part of the grammar"),
    ("a if 1 else b", "not part of the grammar"),
    ("f'{a}'", "not part of the grammar"),
    ("{'a': 1}", "not part of the grammar"),
    ("a @ b", "not part of the grammar"),
    ("a // b", "not part of the grammar"),
    ("1 << 99", "not part of the grammar"),
    ("1j", "not part of the grammar"),
    ("None", "not part of the grammar"),
    ("max(*a)", "cannot be worked out|not part of the grammar"),
    ("max(a, key=b)", "not part of the grammar"),
    ("a['furlongs per']", "cannot be converted"),
    ("b['ohm']", "cannot be converted"),
    ("a[", "the formula cannot be read"),
    ("", "the formula cannot be read"),
    ("a b", "the formula cannot be read"),
    (NESTED, "cannot be read|nested too deeply"),
    ("-" * 400 + "a", "cannot be read|nested too deeply"),
    ("a" + " + a" * 140, "nested too deeply"),
    ("a + " * 200 + "a", "too many"),
    ("9 ** 9 ** 9 ** 9", "comes to no finite number"),
    ("10 ** 400", "comes to no finite number"),
    ("b ** 1e9", "comes to no finite number"),
    ("1 / 0", "comes to no finite number"),
    ("a / (b - b)", "comes to no finite number"),
    ("log(-a)", "comes to no finite number"),
    ("(0 - a) ** 0.5", "comes to no finite number"),
    ("'text'", "comes to no number"),
    ("'text' + 1", "cannot be worked out"),
    ("log()", "cannot be worked out"),
    ("log(a, b, 3, 4, 5)", "cannot be worked out"),
    ("prior('nobody')", "cannot be worked out"),
    ("prior_width('luck')", "cannot be worked out"),
    ("limits(1, 2)", "cannot be worked out"),
    ("activation_energy(a, b, 1, 2, 'circular', 0)", "cannot be worked out|form"),
    ("rounded(1, 2)", "cannot be worked out"),
    ("exact()", r"write exact\(formula\)"),
    ("alone(a, 3)", r"write alone\(formula, key\)"),
    ("[1, 2][7]", "cannot be worked out"),
    ("[[1, 2], [3]]", "comes to no number"),
    ("volumes", "comes to no number|'volumes' is not known"),
    ("limits(1, 2, 1, inf, 1, 'cells')", "comes to no number"),
    ("[]", "a list has 1 to 100"),
    ("fitted_energy('sigma', a)", "cannot be worked out|temperature"),
    ("growth_factor(a)", "cannot be worked out"),
    ("normal(10 ** 9)", "cannot be worked out"),
    ("rank(a, 2)", "cannot be worked out"),  # of each draw against each, it took 13 GB
    ("sum(rises(a))", "cannot be worked out"),
]


@pytest.mark.parametrize(("formula", "message"), HOSTILE, ids=[f[:30] for f, _ in HOSTILE])
def test_a_bad_formula_gets_one_sentence(tmp_path: Path, formula: str, message: str) -> None:
    path = file_with(tmp_path, number_claim(formula))
    begun = time.perf_counter()
    with pytest.raises(PosterionError, match=message) as raised:
        po.audit(path)
    assert time.perf_counter() - begun < 5
    said = str(raised.value)
    assert said.startswith("claims.toml: claim 'x': ") and len(said) < 400
    assert said.endswith((".", "?")) and "\n" not in said


LEAVES = st.sampled_from(
    ["resistance_bare", "volumes", "r1_bare", "coated_text", "0", "1", "2.5", "1e308", "-3", "inf"]
    + ["'A'", "'cells'", "'sigma'", "resistance_bare['kiloohm']", "systems_current", "pi"]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "**", "<", "==", "and", "or"])
    names = st.sampled_from([*sorted(FUNCTIONS), "exact", "alone"])
    some = st.lists(inner, max_size=4).map(", ".join)
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("{}({})".format, names, some),
        st.builds("[{}]".format, some),
        st.builds("{}[{}]".format, inner, st.sampled_from(["0", "-1", "9", "'V'"])),
        st.builds("(not {})".format, inner),
    )


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(LEAVES, _grown, max_leaves=8))
def test_any_formula_has_a_value_or_one_sentence(formula: str) -> None:
    here = scope()
    here.inputs.fits.growth = lambda points: None  # type: ignore[method-assign]
    here.inputs.fits._fit = lambda form, points: SeriesFit(None, None, np.ones(1), "no")  # type: ignore
    try:
        here.value(formula)
    except (PosterionError, Undecided) as error:
        assert "\n" not in str(error) and len(str(error)) < 400


FITTED = (
    HEAD
    + """
s = { value = "0.30", unit = "S/cm", temperature_C = "25" }
minus = { value = "-0.30", unit = "S/cm", temperature_C = "50" }
cold = { value = "0.4", unit = "S/cm", temperature_C = "-300" }
r = { value = "5", unit = "ohm" }
none = { value = "0", unit = "ohm" }
[series]
twice = ["s", "s"]
negative = ["s", "minus"]
frozen = ["s", "cold"]
shorted = ["r", "none"]
"""
)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("fitted_energy('sigma', twice)", "a law of temperature needs two temperatures"),
        ("fitted_energy('sigma', negative)", "a conductivity is -0.3 S/cm; it must be above zero"),
        ("fitted_energy('sigma', frozen)", "a temperature is -26.85 K"),
        ("fitted_energy('sigma', shorted)", "has no temperature_C"),
        ("growth_factor(shorted)", "a resistance is 0 at cycle 1"),
        ("growth_factor(twice)", "cannot be converted to 'ohm'"),
    ],
)
def test_what_no_law_can_be_fitted_to_gets_one_sentence(tmp_path, formula, message) -> None:
    with pytest.raises(PosterionError, match=message):
        po.audit(file_with(tmp_path, number_claim(formula), FITTED))


def test_a_formula_is_never_run(tmp_path: Path) -> None:
    target = tmp_path / "made"
    for formula in (f"open('{target}', 'w')", f"__import__('os').mkdir('{target}')"):
        with pytest.raises(PosterionError):
            po.audit(file_with(tmp_path, number_claim(formula)))
    assert not target.exists()


def test_definitions_that_go_round_or_double_are_stopped(tmp_path: Path) -> None:
    circle = HEAD + '[define]\none = "two + 1"\ntwo = "one + 1"\n'
    with pytest.raises(PosterionError, match="defined by itself"):
        po.audit(file_with(tmp_path, number_claim("one"), circle))
    chain = "".join(f'd{n} = "d{n + 1} + d{n + 1}"\n' for n in range(40)) + 'd40 = "a"\n'
    begun = time.perf_counter()
    row = po.audit(file_with(tmp_path, number_claim("d20 / 2 ** 20"), f"{HEAD}[define]\n{chain}"))
    assert time.perf_counter() - begun < 5
    assert row[0].median == pytest.approx(0.30, abs=0.001)
    long = "".join(f'd{n} = "d{n + 1} + 1"\n' for n in range(900)) + 'd900 = "a"\n'
    with pytest.raises(PosterionError, match="nested too deeply"):
        po.audit(file_with(tmp_path, number_claim("d0"), f"{HEAD}[define]\n{long}"))


FILES = [
    ("[paper", "no TOML file"),
    ("a = " + "[" * 5000 + "]" * 5000, "no TOML file"),
    ("x = 1", "'x', which is not known"),
    ("[paper]\nname = 'p'", "no `citation`"),
    ("[paper]\nname = '../p'\ncitation = 'c'", "has other signs"),
    ("[paper]\nname = 3\ncitation = 'c'", "`name` is 3"),
    (HEAD, "there is no claim"),
    (HEAD + "[tables]\n'../secrets' = 'x'", "no name of a CSV file beside"),
    (HEAD + "[tables]\nnowhere = 'x'", "nowhere.csv cannot be read"),
    (HEAD + "c = { value = 'many', unit = 'V' }", "'many' is not a number"),
    (HEAD + "c = { value = '1e999', unit = 'V' }", "too large"),
    (HEAD + "c = { value = '1', unit = 'volts per' }", "unknown to pint"),
    (HEAD + "c = { value = 1, unit = 'V' }", "write it as text in quotes"),
    (HEAD + "c = { value = '1', unit = 'V', colour = 'red' }", "'colour', which is not known"),
    (HEAD + "'c d' = { value = '1', unit = 'V' }", "is no name"),
    (HEAD + "[series]\ns = ['nobody']", "'nobody', which is no key"),
    (HEAD + "[series]\ns = 3", "no list of 1 to 100 keys"),
    (HEAD + "[define]\n'a b' = 'a'", "is no name"),
    (HEAD + "[[topic]]\n[[topic.claim]]\nid = 'x'", "a topic has no `name`"),
    (HEAD + "topic = 3", "write"),
]
TWO = (
    "id = 'x'\nsays = 's'\nkind = 'two specimens'\nholds = 'ratio > 1'\nquantity = 'q'\n"
    "ratio = '{}'\nspread = '{}'"
)
CLAIMS = [
    (TWO.format("a / b", "elves"), "elves"),
    (TWO.format("a / b", "Normal(0, 1)"), "is no LogNormal"),
    (TWO.format("a / b", "LogNormal(Z_mid, 1)"), "is no LogNormal"),
    (TWO.format("-a / b", "cells"), "no positive ratio"),
    (TWO.format("[a, b]", "cells"), "comes to no number"),
    (TWO.format("[1, 2]", "cells"), "no positive ratio"),
    (
        "id = 'x'\nsays = 's'\nkind = 'one specimen'\nseries = 'a'\nholds = '1 > 0'\n"
        "shows = 'a'\nquantity = 'q'",
        "no series of up to 100",
    ),
    ("id = 'x'\nsays = \"\\u001b[31m\"\nwhy = 'w'", "control characters"),
    ("id = 'x y'", "not of letters, digits and hyphens"),
    ("id = 'x'\nsays = 's'\nkind = 'numbr'", "did you mean number"),
    ("id = 'x'\nsays = 's'\nkind = 'number'\nvalue = 'a'", "has no `printed`"),
    ("id = 'x'\nsays = 's'", "has no `why`"),
    ("id = 'x'\nsays = 's'\nwhy = 'w'\nverdict = 'supported'", "'verdict', which is not known"),
    ("id = 'x'\nsays = 's'\nwhy = 3", "write"),
    ("id = 'x'\nsays = 's'\nwhy = 'w'\nlet = 3", "no table of names"),
    ("id = 'x'\nsays = 's'\nwhy = '{a:999999999d}'", "is no form of a value"),
    ("id = 'x'\nsays = 's'\nwhy = '{a:.99999999f}'", "is no form of a value"),
    ("id = 'x'\nsays = 's'\nwhy = '{a.__class__}'", "not part of the grammar"),
    ("id = 'x'\nsays = 's'\nwhy = '{nobody:printed}'", "'nobody'"),
    ("id = 'x'\nsays = 's'\nwhy = 'w'\nprinted = 'nobody'", "'nobody'"),
    ("id = 'x'\nsays = 's'\nwhy = 'w'\ncases = [{ if = 'i', at = ['x'] }]", "up to 20 numbers"),
    ("id = 'x'\nsays = 's'\nwhy = 'w'\ncases = [{ at = [1] }]", "a text `if`"),
    ("id = 'x'\nsays = '$y'\nwhy = 'w'\nfor = [{ z = '1' }]", "has no word 'y'"),
    (
        "id = 'x'\nsays = 's'\nkind = 'statement'\nvalue = 'a'\nprobability = '2'\nquantity = 'q'",
        "a probability is from 0 to 1",
    ),
    (
        "id = 'x'\nsays = 's'\nkind = 'statement'\nvalue = 'a'\nquantity = 'q'",
        "`holds`",
    ),
]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *FILES,
        *((f"{HEAD}\n[[topic]]\nname = 'T'\n[[topic.claim]]\n{c}\n", m) for c, m in CLAIMS),
    ],
    ids=[m for _, m in (*FILES, *CLAIMS)],
)
def test_a_bad_file_gets_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PosterionError, match=re.escape(message)) as raised:
        po.audit(path)
    said = str(raised.value)
    assert "claims.toml" in said and len(said) < 400 and "\n" not in said


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PosterionError, match="cannot be read"):
        po.audit(tmp_path / "nowhere.toml")
    with pytest.raises(PosterionError, match="cannot be read"):
        po.audit(tmp_path)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 2_000_001)
    with pytest.raises(PosterionError, match="longer than 2 MB"):
        po.audit(large)
    large.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PosterionError, match="no TOML file"):
        po.audit(large)


@pytest.fixture(scope="module")
def second():
    return audit_file(SECOND, 0, None)


def test_a_second_paper_takes_less_than_a_hundred_lines(second) -> None:
    assert len(SECOND.read_text(encoding="utf-8").splitlines()) < 100
    rows = {row.id: row for row in second.rows}
    ends = 1 / 413 - 1 / 473
    by_hand = {
        "bulk-413": (0.21 / (1.462e5 * np.pi * 0.4**2), "supported"),
        "in-series": (1 / (1 / 2.857e-6 + 1 / 2.076e-7), "supported"),
        "rises": (1.860 / 1.523, "supported"),
        "total-sigma": (K * np.log(3.556 / 0.1936) / ends, "not supported"),
        "total-sigmaT": (K * np.log(3.556 * 473 / (0.1936 * 413)) / ends, "supported"),
        "room": (16090.3351888 / 298 * np.exp(-0.5869 / (K * 298)), "supported"),
    }
    for name, (value, verdict) in by_hand.items():
        tolerance = 0.02 if name == "bulk-413" else 1e-3  # its diameter has one digit
        assert rows[name].median == pytest.approx(value, rel=tolerance), name
        assert rows[name].verdict == verdict, name
    fitted = rows["bulk-seven"]
    assert fitted.q03 < 0.5869 < fitted.q97 and fitted.verdict == "supported"
    assert rows["barrier"].verdict == "cannot be checked"


def test_the_reference_names_every_function_and_kind() -> None:
    text = (SECOND.parent / "audit.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_0-9]+", text))
    assert set(FUNCTIONS) | {"exact", "alone"} <= words
    assert all(f"`{kind}`" in text for kind in KINDS if kind != "cannot be checked")


def test_its_numbers_stand_in_the_reports() -> None:
    if not REPORTS.exists():
        pytest.skip("no shared data")
    text = "\n".join(path.read_text(encoding="utf-8") for path in REPORTS.glob("reference_*.txt"))
    for row in read_paper(SECOND).numbers.values():
        if row.where.endswith("report"):
            assert row.printed in text, row.key
    source = (REPORTS / "SOURCE.md").read_text(encoding="utf-8")
    assert "diameter 0.8 cm, thickness 0.21 cm" in source and "10.1039/d3ta06237f" in source


def _command(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["posterion", "audit", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_the_command_says_what_python_does(monkeypatch, capsys, second, tmp_path) -> None:
    assert _command(monkeypatch, str(SECOND), "--json", "--out", str(tmp_path / "new")) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads(json.dumps([row.document() for row in second.rows]))
    names = {path.name for path in (tmp_path / "new").glob("[!.]*")}
    assert names == {"report.html", "claims.csv", "claims.json"}
    page = (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    assert "10.1039/d3ta06237f" in page and "data:image/svg+xml" in page
    assert "LogNormal" not in page  # no claim of it rests on a prior
    lines = claims_screen("a pellet", second.rows, None, 80)
    assert lines[0] == "Published numbers of one paper on a pellet, 8 claims"
    assert lines[1] == "6 supported, 1 not supported, 1 cannot be checked."
    assert max(map(len, lines)) <= 80


def test_a_bad_file_has_exit_status_2(monkeypatch, capsys, tmp_path) -> None:
    assert _command(monkeypatch, str(file_with(tmp_path, number_claim("a.b")))) == 2
    assert "not part of the grammar" in capsys.readouterr().err


def test_words_of_a_file_are_words_on_the_terminal_too(monkeypatch, capsys, tmp_path) -> None:
    path = file_with(tmp_path, "id = 'x'\nsays = '[bold]x[/nothing]'\nwhy = 'w [/red]'")
    assert _command(monkeypatch, str(path), "--table") == 0
    out = capsys.readouterr().out
    assert "[bold]x[/nothing]" in out and "w [/red]" in out


def test_a_bad_figure_gets_one_sentence(tmp_path: Path) -> None:
    from posterion.analyses.audit.page import render

    for figure in (
        "kind = 'cubes'",
        "kind = 'pairs'",
        "kind = 'pairs'\nrows = 3",
        "kind = 'densities'\nrange = ['a', 'b']\nrows = [{}]",
        "kind = 'cycles'\nrows = [{ label = 'x', values = [{ label = '$', value = 'a' }] }]",
        "kind = 'arrhenius'\nrows = [{ label = 'x', series = 'nobody' }]",
    ):
        path = file_with(tmp_path, f"id = 'x'\nsays = 's'\nwhy = 'w'\n[[figure]]\n{figure}")
        with pytest.raises(PosterionError, match="the figure '' cannot be drawn"):
            render(audit_file(path, 0, None))
