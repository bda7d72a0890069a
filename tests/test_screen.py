"""A result is told in twelve lines that fit the terminal: the answer, the doubts, where it went."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import posterion as po
from posterion.analyses.ageing.fade import answers
from posterion.cli.spelling import as_flag
from posterion.errors import Said, Setting, spelled
from posterion.inference.cycling.cycle_series import Question, keep_question
from posterion.inference.settings import (
    CUT,
    GAUSSIAN,
    HEAVY_TAILS,
    ROBUST,
    SKIP,
    TWO_PROCESSES,
    WITHOUT,
)  # fmt: skip
from posterion.inference.verdict import Doubt
from posterion.report.answer_lines import answer_lines
from posterion.report.brief import Brief
from posterion.report.calibration_screen import calibration_lines
from posterion.report.compared_models import ComparedModels
from posterion.report.compared_screen import compared_screen
from posterion.report.concerns import Concern
from posterion.report.full_table import full_lines, table_lines
from posterion.report.pages.subject import subject_of
from posterion.report.screen import LINES, Screen, screen_of
from posterion.report.tables import summary
from posterion.report.terminal import Terminal


def _module(name: str):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


synthetic, cycles = _module("synthetic"), _module("synthetic_cycles")
N = cycles.N
TRUTH = {"R2": 800.0, "CPE2_Q": 1e-4, "CPE2_n": 0.8}
WHY = {"passed": False, "max_r_hat": 1.2, "messages": ["The chains disagree: R-hat is 1.2."]}
TOLD = (
    Concern("Failed", "Too few independent draws: the tail ESS of R1 is 12, below 400."),
    Concern(
        "Doubt",
        Said.of(
            "Around 4.96 MHz the data lie on one side of the model over a decade, by 5.8 standard "
            "errors of their mean: a process is missing or has another shape there. Add or "
            f"exchange an element, or leave out frequencies at which the cell drifted ({CUT})."
        ),
        "R1 and R2",
    ),
    Concern(
        "Caution",
        Said.of(
            f"More points than expected lie far off: try a noise with heavy tails, {HEAVY_TAILS}, "
            "or another model."
        ),
    ),
    Concern("Remark", "One."),
    Concern("Remark", "Two."),
)


def spectrum(**options) -> xr.DataTree:
    own = TRUTH | options.pop("truth", {})
    return synthetic.result("R0-p(R1,CPE1)-p(R2,CPE2)", own, **options)


def conductivity(tree: xr.DataTree) -> xr.Dataset:
    return po.conductivity(tree, thickness="2.1mm ± 0.02 mm", diameter="8 mm")


def fade(cells: int, **verdict) -> xr.DataTree:
    names = {f"cell {k}" if cells < 3 else f"a long name of a cell {k}": N for k in range(cells)}
    tree = cycles.cycle_result(cycles=names, **verdict) if cells > 1 else cycles.cycle_result()
    keep_question(tree, Question(cycles=(100.0, 500.0)))
    return tree


def screen(tree, extra=None, told=TOLD, asides=("3 points are left out",), out=None, width=80):
    return screen_of(tree, summary(tree, extra), extra, told, asides, Terminal(width, out, as_flag))


def fits(shown: Screen, width: int) -> None:
    assert len(shown.lines) <= LINES == 12
    assert max(map(len, shown.lines)) <= width
    assert all(line.strip() for line in shown.lines)


@pytest.mark.parametrize("width", [60, 80, 132])
@pytest.mark.parametrize("told", [(), TOLD])
def test_a_spectrum_is_told_in_twelve_lines(width: int, told) -> None:
    tree = spectrum()
    shown = screen(tree, conductivity(tree), told, width=width)
    fits(shown, width)
    first, second, third = (line.split()[0] for line in shown.answer[:3])
    assert (first, second) == ("conductivity", "R_total") and third in ("R0", "R1")
    assert "94 %" in shown.answer[0] and "50 frequencies from 1 MHz" in shown.read
    assert shown.kept[-1].endswith("Nothing was saved. Add --out NAME to keep it.")
    assert len(shown.doubts) == 0 if not told else [d[:3] for d in shown.doubts if d[1] != " "] == [
        " 1 ", " 2 ", " 3 ",
    ]  # fmt: skip


def test_one_unit_serves_all_of_a_kind() -> None:
    tree = spectrum(truth={"R0": 12.0, "R1": 56e3, "R2": 398e3})
    rows = [line.split() for line in screen(tree, conductivity(tree)).answer]
    units = {row[0]: row[2] for row in rows if row[0].startswith("R")}
    assert len(units) >= 3 and len(set(units.values())) == 1


@pytest.mark.parametrize("cells", [1, 2, 7])
@pytest.mark.parametrize("width", [80, 100])
def test_retention_comes_before_the_forecast(cells: int, width: int) -> None:
    tree = fade(cells)
    extra = answers(tree)
    shown = screen(tree, extra, TOLD[1:], width=width)
    fits(shown, width)
    text = "\n".join(shown.answer)
    assert "retention at cycle 100" in text
    assert ("*" in text or cells == 1) == ("extrapolated" in text)
    if "cycles to 80 %" in text:
        assert text.index("retention at cycle 100") < text.index("cycles to 80 %")


def test_a_refused_run_shows_no_number_and_what_failed() -> None:
    tree = spectrum(**WHY)
    shown = screen(tree, conductivity(tree), asides=())
    fits(shown, 80)
    assert shown.answer == ()
    assert shown.verdict == "Refused: not sampled well enough, so no interval is shown."
    assert "ESS of R1 is 12, below 400" in shown.doubts[0]


def test_where_it_went_is_never_cut() -> None:
    out = Path("a_folder_of_a_very_long_name") / "and_another_one_below_it" / "results_of_today"
    shown = screen(spectrum(), out=out, width=100)
    assert shown.kept[-1] == f"Report: {out / 'report.html'}"
    assert shown.kept[0] == "2 more remarks: --table."


def test_a_brief_says_what_was_found_and_what_to_type() -> None:
    (line,) = Brief.of(TOLD[2], as_flag).lines(3, 80, 1)
    assert line.startswith(" 3 More points than expected lie far off") and len(line) <= 80
    first, second = Brief.of(TOLD[1], as_flag).lines(2, 80, 2)
    assert first.startswith(" 2 R1 and R2: Around 4.96 MHz")
    assert second.startswith("   Add or exchange an element, or") and len(second) <= 80
    assert second.endswith("(--fmin or --fmax or --drop)")
    (short,) = Brief.of(TOLD[1], as_flag).lines(2, 80, 1)
    assert short.endswith("(try --fmin or --fmax or --drop)") and len(short) <= 80
    assert "--noise student-t" in Brief.of(TOLD[2], as_flag).remedy
    assert "noise=StudentT()" in Brief.of(TOLD[2]).remedy


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (f"Look at them; leave them out with {Setting('drop', ['c1:12', 'a b:3']).mark}, or take "
         f"{ROBUST}.", "--drop c1:12 --drop 'a b:3' or --robust"),
        (f"Leave the first cycles out with {SKIP}, or take {TWO_PROCESSES}.",
         "--skip or --law two-process"),
        (f"Take another noise: {GAUSSIAN}.", "--noise gaussian"),
        (f"Keep one kind with {Setting('where', {'a kind': '...'}).mark}, or leave the others out "
         f"with {WITHOUT}.", "--where 'a kind=...' or --without"),
    ],
)  # fmt: skip
def test_options_are_told_as_they_are_typed(text: str, options: str) -> None:
    concern = Concern("Doubt", Said.of(f"Something was found. {text}"))
    assert Brief.of(concern, as_flag).options == options


def test_every_quantity_is_in_the_whole_table_and_no_name_is_broken() -> None:
    tree = fade(2)
    extra = answers(tree)
    table = summary(tree, extra)
    for width in (60, 80):
        lines = full_lines(tree, table, extra, TOLD, ["The law."], Terminal(width, None, as_flag))
        assert max(map(len, lines)) <= width
        for name in map(str, table.index):
            assert any(name in line for line in lines)
    text = " ".join(" ".join(lines).split())
    for each in TOLD:
        assert spelled(each.text, as_flag) in text


@pytest.mark.parametrize(
    ("r_hat", "ess", "shown"), [(1.001, 900.0, ""), (1.0104, 300.0, "R-hat 1.0104, ESS 300")]
)
def test_the_sampling_is_shown_where_it_fails(r_hat: float, ess: float, shown: str) -> None:
    numbers = {"median": 1.0, "q03": 0.9, "q97": 1.1, "r_hat": r_hat, "ess_bulk": ess}
    row = numbers | {"ess_tail": 950.0, "unit": "ohm", "doubtful": False}
    (line,) = table_lines(pd.DataFrame([row], index=["R1"]), None, 80)
    assert line.split()[:3] == ["R1", "1.000", "Ω"] and line.endswith(shown or ")")


def test_what_is_doubtful_in_a_trusted_result_is_marked() -> None:
    tree = spectrum()
    doubt = Doubt("Only their sum is known.", ("R1", "R2"))
    verdict = po.Verdict.of(tree)
    object.__setattr__(verdict, "doubts", (doubt,))
    object.__setattr__(verdict, "headline", ("R_total",))
    tree.attrs["verdict"] = verdict.text
    table = summary(tree, None)
    lines = answer_lines(subject_of(tree), tree, table, None, Terminal(80), 6)
    marked = {line.split()[0] for line in lines if line.endswith("doubtful")}
    assert marked == {"R1", "R2"}
    assert not np.isnan(table.loc["R1", "median"])


@pytest.mark.parametrize("width", [70, 80])
@pytest.mark.parametrize("whole", [True, False])
def test_a_calibration_is_told_in_twelve_lines(width: int, whole: bool) -> None:
    rows = [
        {"name": f"CPE{k}_tau", "coverage": ["50.1 ± 1.6"] * 3, "bias": "+0.02 ± 0.03",
         "uniform": k != 9}
        for k in range(12)
    ]  # fmt: skip
    said = {
        "model": "R0-p(R1,CPE1)", "trusted": 990, "refused": 10, "n": 1000, "calibrated": False,
        "verdict": "The ranks of CPE9_tau are not uniform: look at it. " * 4,
        "reasons": {"The chains disagree.": 10}, "priors": {"R1": "LogNormal(5, 2)"},
    }  # fmt: skip
    terminal = Terminal(width, None, as_flag)
    lines = calibration_lines(said, rows, "60 frequencies of a pellet " * 3, terminal, whole)
    text = "\n".join(lines)
    assert max(map(len, lines[1:])) <= width and "OUTSIDE" in text
    assert lines[-1].endswith("Nothing was saved. Add --out NAME to keep it.")
    if whole:
        assert all(row["name"] in text for row in rows) and "10 refused: The chains" in text
    else:
        assert len(lines) <= LINES and max(map(len, lines)) <= width


@pytest.mark.parametrize("word", ["trusted", "doubtful", "refused"])
def test_models_are_compared_in_twelve_lines(word: str) -> None:
    doubt = {"text": "Residuals near each other are alike: it misses a feature. Add an element.",
             "about": "all", "model": "R0-p(R1,CPE1)"}  # fmt: skip
    columns = dict.fromkeys(
        ("elpd difference", "± se", "weight", "log evidence", "probability"), "1"
    )
    rows = [{"model": f"R0-p(R1,CPE1)-p(R{k},CPE{k})", **columns} for k in range(9)]
    fits = {row["model"]: spectrum(attrs={"unit": "ohm"}) for row in rows[:2]}
    compared = ComparedModels(fits, {}, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ComparedModels, "word", word)
        patch.setattr(ComparedModels, "doubts", [doubt] * 4)
        patch.setattr(ComparedModels, "sentences", ["The data prefer this one. " * 6, "There."])
        patch.setattr(ComparedModels, "rows", lambda self: rows)
        lines = compared_screen(compared, Terminal(80))
        whole = compared.lines(80)
    assert len(lines) <= LINES and max(map(len, [*lines, *whole])) <= 80
    assert any(line.startswith(word.capitalize()) for line in lines)
