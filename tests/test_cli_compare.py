"""posterion compare at the command line, and the page that it writes."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest
import xarray as xr

import posterion as po
from posterion import cli
from posterion.report.figures import compare as compare_figures
from posterion.report.pages.page import render

HOSTILE = "<script>alert(1)</script>"
TABLE = f"""coating,pellet,sigma (mS/cm)
bare,p1,0.21
bare,p2,0.23
{HOSTILE},p3,0.30
{HOSTILE},p4,0.33
7 uL,p5,0.31
7 uL,p6,0.29
10 uL,p7,0.28
10 uL,p8,0.24
"""


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posterion", "compare", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


def test_a_table_gives_one_document_and_a_page(command, write, tmp_path) -> None:
    out = tmp_path / "out"
    status, printed, err = command(
        write(TABLE), "--group", "coating", "--value", "sigma", "--rope", "10%", "--seed", 1,
        "--json", "--out", out,
    )  # fmt: skip
    assert status == 0, err
    document = json.loads(printed)
    assert sum(document["p_best"].values()) == pytest.approx(1)
    assert document["p_best"]["bare"] < 0.1
    assert len(document["pairs"]) == 6
    first = document["pairs"][0]
    assert {first["a"], first["b"]} == {"bare", HOSTILE}
    assert first["p_larger"] < 0.1 and first["ratio"]["q03"] < first["ratio"]["q97"]
    assert document["specimens"] == {"bare": 2, HOSTILE: 2, "7 uL": 2, "10 uL": 2}
    assert "sensitivity" not in document
    assert document["verdict"] and document["diagnostics"]["passed"]
    for ranks in document["ranks"].values():
        assert sum(ranks) == pytest.approx(1)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert HOSTILE not in page and "&lt;script&gt;" in page
    assert po.load(out / "posterior.nc")["ranking"].sizes["pair"] == 6


def test_numbers_fits_and_tables_mix_and_the_page_shows_the_sensitivity(
    command, write, tmp_path
) -> None:
    out = tmp_path / "out"
    table = write("coating,sigma (mS/cm)\nbare,0.21\nbare,0.23\n7 uL,0.29\n")
    status, printed, err = command(
        table, "7 uL=0.31 mS/cm", "old=2.5e-4 S/cm", "new=0.30 ± 0.02 mS/cm", "--group", "coating",
        "--value", "sigma", "--better", "smaller", "--seed", 1, "--json", "--out", out,
    )  # fmt: skip
    assert status == 0, err
    document = json.loads(printed)
    assert document["specimens"] == {"7 uL": 2, "old": 1, "new": 1, "bare": 2}
    assert max(document["p_best"], key=document["p_best"].get) == "bare"
    assert [row["spread"] for row in document["sensitivity"]] == [0.01, 0.03, 0.1, 0.3]
    assert "one specimen of old and new" in document["verdict"]
    tree = po.load(out / "posterior.nc")
    page = render(tree)
    assert document["verdict"].replace("'", "&#39;") in page
    assert "Spread between specimens made alike" not in page  # drawn, as paths
    for draw in ("forest", "ridge", "rank_bars", "rope", "sensitivity"):
        assert getattr(compare_figures, draw)(tree).axes
    assert "The same question with the spread between specimens known" in page


def test_what_failed_shows_no_number(command, write, monkeypatch, tmp_path) -> None:
    from posterion.inference.comparison import compare as comparison
    from posterion.inference.verdict import Verdict

    def failed(tree: xr.DataTree) -> Verdict:
        return Verdict(False, 9, 1.2, 10.0, 0.5, 1, ("The chains disagree.",))

    monkeypatch.setattr(Verdict, "of", staticmethod(failed))
    status, printed, _ = command(
        write(TABLE), "--group", "coating", "--value", "sigma", "--seed", 1, "--json",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert status == 3
    document = json.loads(printed)
    assert document["p_best"] == {} and document["pairs"] == []
    assert document["verdict"] == "not trusted"
    assert document["parameters"]["level[bare]"]["median"] is None
    tree = po.load(tmp_path / "out" / "posterior.nc")
    assert comparison.RANKING not in tree.children
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Refused:" in page and "probability of being best" not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{table}"], "Name them with --group and --value"),
        (["{table}", "{table}", "--group", "a", "--value", "b"], "2 files have no name"),
        (["{table}", "--group", "coating", "--value", "sgma"], "no column 'sgma'"),
        (["a=1 V", "b=2 V", "--group", "x"], "--group has no meaning for sources without a table"),
        (["a=1 V"], "has one group"),
        (["a=nowhere.nc", "b=2 V", "--quantity", "R1"], "there is no file"),
        (["a=1 V", "b=2 V", "--rope", "wide"], "rope"),
    ],
)
def test_bad_input_is_one_message_and_status_two(command, write, arguments, message) -> None:
    table = write(TABLE)
    status, printed, err = command(*(str(each).format(table=table) for each in arguments))
    assert (status, printed) == (2, "")
    assert message in " ".join(err.split())


def test_pseudo_replicates_are_refused_at_the_command_line(command, write) -> None:
    rows = [f"{name},{f:g},{z:g}" for name in "ab" for f, z in ((1e5, 10.0), (1e3, 20.0))]
    table: Path = write("sample,frequency (Hz),Z (ohm)\n" + "\n".join(rows) + "\n")
    status, _, err = command(table, "--group", "sample", "--value", "Z")
    assert status == 2
    assert "Points of one spectrum are not replicates" in " ".join(err.split())


VOLUMES = """coating volume (uL),pellet,sigma (mS/cm),T
5,p1,0.21,25 C
7,p2,0.30,25 C
10,p3,0.24,25 C
5,p1,0.51,55 C
7,p2,0.70,55 C
10,p3,0.64,55 C
"""


def asked_of(monkeypatch, name: str) -> list:
    """Return what a command asks of the function that would take seconds."""
    asked: list = []

    def keep(*arguments, **options) -> None:
        asked.extend([*arguments, options])
        raise SystemExit(0)

    module = import_module(f"posterion.inference.factors.{name}")
    monkeypatch.setattr(module, {"dose": "dose_response"}.get(name, name), keep)
    return asked


def test_a_dose_is_a_number_with_its_unit(command, write, monkeypatch) -> None:
    asked = asked_of(monkeypatch, "dose")
    command(
        write(VOLUMES), "--dose", "coating volume", "--value", "sigma", "--by", "T", "--seed", 3
    )
    data, options = asked
    dose = options["dose"]
    assert dose == "coating_volume" and options["temperature"] == "T" and options["seed"] == 3
    assert data[dose].values.tolist() == [5, 7, 10, 5, 7, 10]
    assert data[dose].attrs["units"] == "uL"
    assert set(data["specimen"].values) == {"p1", "p2", "p3"}


def test_two_factors_are_a_group_and_another_column(command, write, monkeypatch) -> None:
    asked = asked_of(monkeypatch, "factorial")
    command(write(VOLUMES), "--group", "coating volume", "--value", "sigma", "--by", "T")
    data, first, second, _ = asked
    assert (first, second) == ("group", "T")
    assert data["group"].values.tolist() == ["5", "7", "10"] * 2


def test_models_are_handed_on_with_their_options(command, monkeypatch) -> None:
    asked: list = []

    def keep(*arguments, **options) -> None:
        asked.extend([*arguments, options])
        raise SystemExit(0)

    monkeypatch.setattr("posterion.cli.compare_models.candidates", keep)
    command("--models", "sigma.csv", "--law", "arrhenius", "--law", "vtf", "--robust")
    file, circuits, laws, *_, options = asked
    assert (file, circuits, laws) == ("sigma.csv", (), ("arrhenius", "vtf"))
    assert options["robust"] and not options["independent"]


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (("--models", "a.nc", "b.nc", "--group", "x"), "--group"),
        (("a.csv", "--group", "x", "--value", "y", "--law", "vtf"), "--law"),
        (("a.csv", "--dose", "v", "--value", "y", "--group", "x"), "--group"),
    ],
)
def test_options_of_another_comparison_are_refused(command, arguments, flag) -> None:
    status, _, err = command(*arguments)
    assert status == 2 and f"Unknown option: {flag}" in err
