"""``posterion compare models``: saved fits or candidates in, one answer out."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import posterion as po
from posterion.cli import main
from posterion.report.compared_models import ComparedModels
from posterion.report.pages.compared import render

FEW = ("--draws", "400", "--seed", "1")


def run(capsys, *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stop:
        main(["compare", "models", *map(str, arguments)])
    return stop.value.code, capsys.readouterr().out


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return a folder with a table of a law with a Vogel temperature, and fits of it."""
    folder = tmp_path_factory.mktemp("models")
    T = np.linspace(253.15, 353.15, 15)
    noise = np.exp(0.02 * np.random.default_rng(4).normal(size=15))
    sigma = 0.4 * np.exp(-600 / (T - 170)) * noise
    lines = ["temperature (K),conductivity (S/cm)"]
    lines += [f"{t:.2f},{s:.6e}" for t, s in zip(T, sigma, strict=True)]
    (folder / "sigma.csv").write_text("\n".join(lines) + "\n")
    data = po.read_table(folder / "sigma.csv")
    for name, law in (("straight", po.Arrhenius("sigma")), ("curved", po.VTF("sigma"))):
        (folder / name).mkdir()
        po.save(po.fit(law, data, seed=1, draws=400), folder / name / "posterior.nc")
    return folder


def saved(folder: Path, *names: str) -> list[Path]:
    return [folder / name / "posterior.nc" for name in names]


def test_saved_fits_are_compared_by_the_names_of_their_folders(folder, capsys, tmp_path) -> None:
    status, out = run(
        capsys, *saved(folder, "straight", "curved"), "--out", tmp_path / "new", "--json"
    )
    assert status == 0
    document = json.loads(out)
    assert [model["name"] for model in document["models"]] == ["curved", "straight"]
    expected = po.compare_models(
        {name: po.load(folder / name / "posterior.nc") for name in ("straight", "curved")}
    )
    for model in document["models"]:
        for measure in ("elpd", "p_loo", "weight", "k_hat", "log_evidence"):
            assert model[measure] == pytest.approx(expected.table.loc[model["name"], measure])
    assert document["verdict"] == expected.sentence and "prefer curved" in expected.sentence
    assert document["data"]["n"] == 15 == document["data"]["compared"]
    written = {path.name for path in (tmp_path / "new").glob("[!.]*")}
    assert written == {"report.html", "comparison.json", "comparison.csv", "pointwise.csv"}
    assert json.loads((tmp_path / "new" / "comparison.json").read_text()) == document


def test_candidates_are_fitted_to_a_table(folder, capsys) -> None:
    laws = ("--law", "arrhenius:sigma", "--law", "vtf:sigma")
    status, out = run(capsys, folder / "sigma.csv", *laws, "--table", *FEW)
    assert status == 0
    rows = out.splitlines()
    assert rows[0].split()[:3] == ["model", "elpd", "difference"]
    assert rows[1].startswith("vtf:sigma") and rows[2].startswith("arrhenius:sigma")
    assert "The data prefer vtf:sigma" in out


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.images = "", 0
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.images += tag == "img"
        assert tag != "script"

    def handle_data(self, data) -> None:
        self.text += data


def test_an_untrusted_fit_is_named_and_left_out(folder, capsys, tmp_path) -> None:
    tree = po.load(folder / "straight" / "posterior.nc")
    tree.attrs["verdict"] = (
        tree.attrs["verdict"]
        .replace('"passed": true', '"passed": false')
        .replace('"messages": []', '"messages": ["The chains disagree."]')
    )
    po.save(tree, tmp_path / "<b>broken.nc")
    files = [tmp_path / "<b>broken.nc", *saved(folder, "straight", "curved")]
    status, out = run(capsys, *files, "--json")
    document = json.loads(out)
    assert status == 0 and len(document["models"]) == 3
    broken = document["models"][-1]
    assert broken["name"] == "<b>broken" and not broken["passed"] and "elpd" not in broken
    assert document["messages"][0] == "<b>broken is refused and not compared: The chains disagree"

    status, out = run(capsys, *files[::2], "--out", tmp_path / "page")
    assert status == 3
    assert "Only curved passed its checks" in out and "elpd" not in out
    html = (tmp_path / "page" / "report.html").read_text(encoding="utf-8")
    page = _Page(html)
    assert page.images == 0 and "<b>" not in html
    assert "The chains disagree" in page.text and "failed its checks" in page.text
    assert not (tmp_path / "page" / "comparison.csv").exists()


def test_the_page_shows_the_same_numbers(folder) -> None:
    fits = {name: po.load(folder / name / "posterior.nc") for name in ("straight", "curved")}
    compared = ComparedModels.of(fits)
    page = _Page(render(compared))
    text = " ".join(page.text.split())
    assert page.images == 4
    assert compared.comparison.sentence in text
    for region in compared.comparison.regions:
        assert str(region) in text
    behind = f"{compared.comparison.table.loc['straight', 'elpd_diff']:.1f}".replace("-", "−")
    assert behind in text


def test_cycles_that_depend_on_each_other_have_a_table_of_evidences(capsys, tmp_path) -> None:
    N = np.arange(1, 61)
    rng = np.random.default_rng(0)
    residual = np.zeros(N.size)
    for k in range(1, N.size):
        residual[k] = 0.5 * residual[k - 1] + 0.0005 * rng.normal()
    capacity = 2 * (1 - 0.1 * (N / 60) ** 2 + residual)
    lines = [
        "cycle,discharge_capacity_mAh",
        *(f"{n},{q:.5f}" for n, q in zip(N, capacity, strict=True)),
    ]
    (tmp_path / "one.csv").write_text("\n".join(lines) + "\n")
    laws = ("--law", "linear", "--law", "power")
    status, out = run(capsys, tmp_path / "one.csv", *laws, "--table", *FEW)
    assert status == 0
    assert out.splitlines()[0].split() == ["model", "parameters", "log", "evidence", "probability"]
    assert "The data prefer power by evidence (" in out and "share errors" in " ".join(out.split())


BAD = {
    "one fit": (["{}/curved/posterior.nc"], (), "two or more saved fits"),
    "a fit twice": (["{}/curved/posterior.nc"] * 2, (), "given twice"),
    "no fit": (["{}/curved/posterior.nc", "{}/no.nc"], (), "there is no file"),
    "a table as fit": (["{}/curved/posterior.nc", "{}/sigma.csv"], (), "not a NetCDF file"),
    "two files": (["{}/sigma.csv"] * 2, [("--law", "arrhenius", "vtf")], "one file of data"),
    "one law": (["{}/sigma.csv"], [("--law", "arrhenius")], "alone cannot be compared"),
    "same law": (["{}/sigma.csv"], [("--law", "vtf", "vtf:sigmaT")], "alone cannot be compared"),
    "law": (["{}/sigma.csv"], [("--law", "arrhenius", "cubic")], "--law 'cubic' is unknown"),
    "form": (["{}/sigma.csv"], [("--law", "arrhenius:T", "vtf")], "'arrhenius:T' is unknown"),
    "kinds": (["{}/sigma.csv"], [("--law", "arrhenius", "linear")], "laws of one kind"),
    "both": (["{}/sigma.csv"], [("--law", "vtf"), ("--circuit", "R0")], "give --circuit or --law"),
    "circuit": (["{}/sigma.csv"], [("--circuit", "R0-", "R0")], "R0-"),
    "prior": (
        ["{}/sigma.csv"],
        [("--law", "arrhenius", "vtf"), ("--prior", "R7=Normal(0, 1)")],
        "'R7', which none of the models has",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_message(case, folder, capsys) -> None:
    files, options, words = BAD[case]
    given = [part for flag, *values in options for value in values for part in (flag, value)]
    with pytest.raises(SystemExit) as stop:
        main(["compare", "models", *(file.format(folder) for file in files), *given])
    printed = capsys.readouterr()
    assert stop.value.code == 2 and words in printed.err and printed.out == ""


def test_circuits_are_compared_on_a_spectrum(tmp_path, capsys) -> None:
    f = np.geomspace(1e5, 1, 25)
    Z = 20 + 300 / (1 + 300 * 2e-6 * (2j * np.pi * f) ** 0.85)
    rng = np.random.default_rng(3)
    Z = Z + 0.01 * np.abs(Z) * (rng.normal(size=25) + 1j * rng.normal(size=25))
    lines = ["frequency (Hz),Z' (ohm),Z'' (ohm)"]
    lines += [f"{a:.8g},{z.real:.8g},{z.imag:.8g}" for a, z in zip(f, Z, strict=True)]
    (tmp_path / "cell.csv").write_text("\n".join(lines) + "\n")
    circuits = ("--circuit", "p(R1,CPE1)", "--circuit", "R0-p(R1,CPE1)")
    status, out = run(
        capsys,
        tmp_path / "cell.csv",
        *circuits,
        "--out",
        tmp_path,
        "--json",
        "--noise",
        "white",
        *FEW,
    )
    assert status == 0
    document = json.loads(out)
    assert [model["name"] for model in document["models"]] == ["R0-p(R1,CPE1)", "p(R1,CPE1)"]
    assert document["data"]["n"] == 25
    (region,) = document["regions"]
    # Without R0 the end at high frequency is missed, where Z goes to R0.
    assert region["axis"] == "frequency" and region["high"] == pytest.approx(1e5)
    assert region["low"] > 500
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "left out together" in text and _Page(text).images == 4
