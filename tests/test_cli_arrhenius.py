"""``posterion fit arrhenius``: what is printed, what is refused, and the exit status."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from posterion import cli

K = 8.617333262e-5
WARM = np.arange(30, 91, 10)


def sigma(celsius, E=0.3, at_25=1e-4, seed=0):
    """Return conductivities whose σT is thermally activated, scattered by 2 %."""
    T = np.asarray(celsius, dtype=float) + 273.15
    rng = np.random.default_rng(seed)
    factor = np.exp(0.02 * rng.normal(size=T.size))
    return at_25 * 298.15 / T * np.exp(-E / K * (1 / T - 1 / 298.15)) * factor


def rows(celsius, values, *labels):
    return [",".join([f"{t}", f"{v:.4e}", *labels]) for t, v in zip(celsius, values, strict=True)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Tables of one series, of two temperatures, of two paths, and of four pellets."""
    folder = tmp_path_factory.mktemp("tables")
    head = "temperature_degC,conductivity_S_per_cm"
    tables = {
        "one": [head, *rows(WARM, sigma(WARM))],
        "two": [head, *rows([30, 90], sigma([30, 90]))],
        "bare": ["T,sigma", *rows(WARM, sigma(WARM))],
        "odd": [f"{head},pellet [bold]", *rows(WARM, sigma(WARM), "[red]A[/red]")],
        "paths": [
            f"{head},path",
            *rows(WARM, sigma(WARM, 0.25, 1e-3, 1), "bulk"),
            *rows(WARM, sigma(WARM, 0.45, 1e-4, 2), "grain boundary"),
        ],
        "pellets": [
            f"{head},pellet,run",
            *(
                row
                for k, E in enumerate((0.30, 0.33, 0.28, 0.31))
                for row in rows(WARM, sigma(WARM, E, 1e-4 * (k + 1), k), f"P{k}", f"r{k // 2}")
            ),
        ],
        "runs": [
            f"{head},run",
            *rows([30, 40, 50, 60], sigma([30, 40, 50, 60]), "first"),
            *rows([60, 70, 80, 90], sigma([60, 70, 80, 90], seed=1), "second"),
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


def run(folder: Path, capsys, name: str, *options: object):
    """Run the command on a table in this process; return exit status, stdout and stderr."""
    capsys.readouterr()
    patch = pytest.MonkeyPatch()
    arguments = ["posterion", "fit", "arrhenius", str(folder / f"{name}.csv"), *map(str, options)]
    patch.setattr(sys, "argv", arguments)
    patch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit) as left:
        cli.main()
    patch.undo()
    printed = capsys.readouterr()
    return left.value.code or 0, printed.out, printed.err


def test_json_is_one_document_of_the_stated_form(folder, capsys) -> None:
    status, out, err = run(
        folder, capsys, "one", "--json", "--predict", "40 C", "--predict", "413.15 K"
    )
    assert status == 0, err
    document = json.loads(out)
    assert document["model"] == "Arrhenius(form='sigmaT')"
    assert list(document["parameters"]) == ["A", "E_a", "noise"]
    keys = {
        "mean",
        "sd",
        "q03",
        "median",
        "q97",
        "unit",
        "ess_bulk",
        "ess_tail",
        "r_hat",
        "doubtful",
    }
    for row in (document["parameters"] | document["derived"]).values():
        assert set(row) == keys
        assert row["q03"] < row["median"] < row["q97"]
    E_a = document["parameters"]["E_a"]
    assert E_a["unit"] == "eV" and E_a["q03"] < 0.3 < E_a["q97"]
    assert document["derived"]["E_a_kJ"]["median"] == pytest.approx(96.485 * E_a["median"], 1e-3)
    for celsius in (40, 140):
        row = document["derived"][f"conductivity at {celsius} °C"]
        assert row["unit"] == "S/cm"
        T = celsius + 273.15
        expected = 1e-4 * 298.15 / T * np.exp(-0.3 / K * (1 / T - 1 / 298.15))
        assert row["median"] == pytest.approx(expected, rel=0.08)
    assert document["data"]["n"] == 7 and len(document["data"]["sha256"]) == 64
    assert document["diagnostics"]["passed"] is True
    assert document["remarks"][0] == "σT = A exp(−E_a/kT)"
    assert any("140 °C lies beyond" in remark for remark in document["remarks"])
    assert not any("40 °C lies beyond the" in r and "140" not in r for r in document["remarks"])
    assert {"compile_s", "explore_s", "sample_s"} <= set(document["timing"])


def test_two_temperatures_print_form_and_cautions(folder, capsys) -> None:
    # Two points are hard to sample; the form and the cautions are told in either case.
    status, out, err = run(folder, capsys, "two", "--table")
    assert status in (0, 3), err
    out = " ".join(out.split())
    assert out.startswith("σT = A exp(−E_a/kT) ")
    assert "σ would give about 0.029 eV less" in out
    assert "noise ~ LogNormal" in out and "two temperatures" in out
    assert ("94 % interval" in out) == (status == 0)
    again = run(folder, capsys, "two", "--form", "sigma", "--table")
    assert again[1].startswith("σ = A exp(−E_a/kT)\n")
    assert "σT would give about 0.029 eV more" in " ".join(again[1].split())


def test_groups_that_share_nothing_are_written(folder, capsys, tmp_path) -> None:
    status, out, err = run(
        folder, capsys, "paths", "--group-by", "path", "--predict", "40 C", "--out", tmp_path,
        "--table",
    )  # fmt: skip
    assert status == 0, err
    assert "E_a[bulk]" in out
    with xr.open_datatree(tmp_path / "posterior.nc") as tree:
        assert tree["posterior"]["E_a"].dims == ("chain", "draw", "path")
        medians = tree["posterior"]["E_a"].median(("chain", "draw")).values
        assert "conductivity at 40 °C" in tree["answers"]
    np.testing.assert_allclose(medians, [0.25, 0.45], atol=0.04)
    assert "E_a[grain boundary]" in (tmp_path / "summary.csv").read_text()
    assert "grain boundary" in (tmp_path / "report.html").read_text()


def test_pooled_groups(folder, capsys) -> None:
    status, out, err = run(folder, capsys, "pellets", "--pool", "pellet", "--json")
    document = json.loads(out)
    assert {"E_a_mean", "E_a_spread", "E_a[P0]", "E_a[P3]"} <= set(document["parameters"])
    assert not [name for name in document["parameters"] if "offset" in name]
    if status == 0:
        row = document["parameters"]["E_a[P1]"]
        assert row["q03"] < 0.33 < row["q97"]
    else:
        assert status == 3, err
        assert document["parameters"]["E_a[P1]"]["median"] is None


def test_names_with_brackets_are_printed_as_they_are(folder, capsys) -> None:
    status, out, err = run(folder, capsys, "odd", "--group-by", "pellet_bold", "--table")
    assert status == 0, err
    assert "E_a[[red]A[/red]]" in out


def test_untrusted_prints_no_interval_and_leaves_with_3(folder, capsys, monkeypatch) -> None:
    monkeypatch.setattr("posterion.inference.diagnose.MIN_ESS", 10**6)
    status, out, err = run(folder, capsys, "one", "--predict", "40 C", "--json")
    assert status == 3, err
    document = json.loads(out)
    for row in (document["parameters"] | document["derived"]).values():
        assert all(row[name] is None for name in ("mean", "sd", "q03", "median", "q97"))
    assert document["remarks"][0].startswith("σT")
    for options in ((), ("--table",)):
        status, out, _ = run(folder, capsys, "one", *options)
        assert status == 3
        assert "Refused:" in out and "94 %" not in out and "σT = A exp" in out.splitlines()[0]


def test_several_materials_are_not_fitted_as_one(folder, capsys) -> None:
    status, out, err = run(folder, capsys, "pellets")
    assert status == 2 and out == ""
    said = " ".join(err.split())
    for words in (
        "pellet (4 values)", "run (2 values)", "--pool pellet", "--group-by pellet",
        "--where pellet=VALUE", "--together",
    ):  # fmt: skip
        assert words in said


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("pellets", ["--where", "pellet=P1"]),
        ("pellets", ["--together"]),
        ("runs", []),  # the second run goes on where the first ended
    ],
)
def test_one_series_is_fitted(name, options, folder, capsys) -> None:
    status, out, err = run(folder, capsys, name, *options, "--json")
    document = json.loads(out)
    # Four pellets of which one conducts four times as well as another are no one line.
    word = "doubtful" if "--together" in options else "trusted"
    assert document["diagnostics"]["verdict"] == word, err
    assert status == (4 if word == "doubtful" else 0)
    assert document["data"]["n"] == {"pellets": 28, "runs": 8}[name] // (
        4 if "--where" in options else 1
    )
    assert ("kept are the points with pellet = P1" in document["data"]["messages"]) == (
        "--where" in options
    )


BAD = {
    "no unit of T": ("bare", [], "--temperature-unit"),
    "no unit of sigma": ("bare", ["--temperature-unit", "C"], "--conductivity-unit"),
    "wrong unit": ("bare", ["--temperature-unit", "kg"], "--temperature-unit kg"),
    "wrong column": ("one", ["--column", "conductivity=none"], "none"),
    "no pair": ("one", ["--column", "conductivity"], "--column capacity=Q_dis"),
    "no label": ("one", ["--pool", "pellet"], "--pool names 'pellet'"),
    "other label": ("paths", ["--group-by", "pat"], "it has path"),
    "no such value": ("paths", ["--where", "path=bulky"], "bulk, grain boundary"),
    "no such filter": ("paths", ["--where", "pellet=A"], "--where names 'pellet'"),
    "both kinds": ("paths", ["--pool", "path", "--group-by", "path"], "--group-by"),
    "together and pooled": ("paths", ["--pool", "path", "--together"], "--together"),
    "robust and rounded": ("one", ["--robust", "--rounded"], "--rounded"),
    "law": ("one", ["--law", "wlf"], "--law"),
    "form": ("one", ["--form", "lnT"], "--form"),
    "no degrees": ("one", ["--predict", "40"], "unit"),
    "too cold": ("one", ["--predict", "-300 C"], "absolute zero"),
    "prior": ("one", ["--prior", "E_b=LogNormal(-1, 1)"], "E_b"),
    "too few points": ("two", ["--law", "vtf"], "2 points"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_message(case, folder, capsys) -> None:
    name, options, words = BAD[case]
    status, out, err = run(folder, capsys, name, *options)
    assert status == 2
    assert out == ""
    assert words in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err
    assert err.count("Error") == 1


def test_rounded_digits_and_other_laws(folder, capsys) -> None:
    status, out, err = run(folder, capsys, "one", "--rounded", "--json")
    assert status == 0, err
    assert json.loads(out)["parameters"]["E_a"]["unit"] == "eV"
