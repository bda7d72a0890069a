"""Pages, figures and the command of limits of cells and of an onset."""

import dataclasses
import json
import sys

import numpy as np
import pytest

import posterion as po
from posterion import cli
from posterion.analyses.limits.cells import higher, ratios
from posterion.inference.verdict import Verdict
from posterion.report.figures.limit import limits_of_cells
from posterion.report.figures.onset import voltammogram
from posterion.report.figures.style import as_svg
from posterion.report.pages.page import content, render

NAN = float("nan")
HEAD = "cell,sample,survived (mA/cm2),failed (mA/cm2)\n"
CELLS = (
    HEAD + "1,bare,0.4,0.5\n2,bare,0.5,0.6\n3,bare,0.6,0.7\n4,bare,0.4,0.5\n"
    "5,PEO/salt,0.9,1.0\n6,PEO/salt,1.0,1.1\n7,PEO/salt,1.5,\n8,PEO/salt,0.8,0.9\n"
)


def lsv_table() -> str:
    V = np.linspace(1.5, 4.0, 100)
    rise = 0.4 * np.expm1(np.maximum(V - 2.6, 0) / 0.35)
    current = 0.3 + 0.1 * (V - 2.6) + rise + 0.05 * np.random.default_rng(1).normal(size=100)
    rows = (f"{a:.4f},{b:.5f}\n" for a, b in zip(V, current, strict=True))
    return "E (V vs. Na/Na+),j (µA cm-2)\n" + "".join(rows)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("limits")
    (folder / "steps.csv").write_text(CELLS)
    (folder / "one.csv").write_text(HEAD + "1,bare,0.6,0.65\n")
    (folder / "lives.csv").write_text("cell,cycles,running\n1,10,no\n2,25,no\n3,40,yes\n")
    (folder / "lsv.csv").write_text(lsv_table())
    (folder / "followed.csv").write_text(
        "cycle,cell,sample,overpotential (mV)\n"
        + "".join(
            f"{n},{cell},{sample},{80 * (1 + rate * n):.1f}\n"
            for cell, sample, last, rate in (
                ("b1", "bare", 10, 0.3), ("b2", "bare", 17, 0.3), ("c1", "coated", 40, 0.01),
            )
            for n in range(1, last + 1)
        )
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def steps(tables):
    return po.fit(
        po.CriticalCurrent(),
        po.read_limits(tables / "steps.csv"),
        pool={"sample": "partial"},
        seed=1,
    )


@pytest.fixture(scope="module")
def onset(tables):
    return po.fit(po.OnsetPotential(), po.read_voltammogram(tables / "lsv.csv"), seed=1)


def distrusted(tree):
    """Return the same result as if its checks had failed."""
    other = tree.copy()
    verdict = dataclasses.replace(
        Verdict.of(tree), passed=False, messages=("The chains disagree.",)
    )
    other.attrs = tree.attrs | {"verdict": json.dumps(dataclasses.asdict(verdict))}
    return other


def texts(figure) -> str:
    figure.draw_without_rendering()
    from matplotlib.text import Text

    return " | ".join(t.get_text() for t in figure.findobj(Text) if t.get_text())


def test_samples_share_the_scatter_between_cells(steps) -> None:
    assert Verdict.of(steps).passed
    assert steps["posterior"]["noise"].dims == ("chain", "draw")
    median = steps["posterior"]["median_current"]
    assert float((median.sel(sample="PEO/salt") > median.sel(sample="bare")).mean()) > 0.97
    new = po.predict(steps)
    assert set(new) == {
        "critical_current", "critical_current_new", "critical_current_new_sample",
    }  # fmt: skip
    assert float(new["critical_current_new"].std()) > float(new["critical_current"].std())


def test_the_page_of_limits(steps) -> None:
    page = content(steps)
    assert page["measured"] == "8 cells, 7 of them failed, 0.4 to 1.5 mA/cm², 2 groups (sample)"
    assert "log-normal" in page["statement"]
    assert [label for label, _ in page["groups"].rows] == ["bare", "PEO/salt"]
    assert {"noise", "median_current_spread"} <= {row["name"] for row in page["headline"]}
    assert "limits" in page["figures"]
    html = render(steps, ratios(steps))
    assert "PEO∕salt over bare" in html and "critical current" in html
    assert "partial pooling" in page["methods"] and "interval, open" in page["methods"]


def test_the_page_of_an_onset(onset) -> None:
    page = content(onset)
    assert page["measured"] == "100 points, 1.5 to 4 V"
    assert {row["name"] for row in page["headline"]} == {"onset", "width", "bend"}
    assert "V_on" in page["statement"] and "voltammogram" in page["figures"]
    assert not page["cautions"]


def test_figures_carry_units_and_no_estimate_where_the_checks_failed(steps, onset) -> None:
    shown = texts(limits_of_cells(steps))
    for part in ("Critical current density (mA/cm²)", "bare\n4 cells", "PEO/salt\n4 cells",
                 "cell had not failed", "median of such cells", "94 % of new cells"):  # fmt: skip
        assert part in shown
    shown = texts(voltammogram(onset))
    for part in ("Potential (V)", "Current density (µA/cm²)", "onset (94 %)", "background"):
        assert part in shown
    for draw, tree in ((limits_of_cells, steps), (voltammogram, onset)):
        failed = distrusted(tree)
        figure = draw(failed)
        assert "94 %" not in texts(figure)
        assert as_svg(figure).startswith("data:image/svg+xml")
        assert content(failed)["groups"] is None
    assert ratios(distrusted(steps)) is None and higher(None) == {}


def test_many_groups_are_drawn_as_what_was_tested(steps) -> None:
    """Where there are more groups than colours."""
    many = steps.copy()
    labels = [f"s{k}" for k in range(8)]
    posterior = steps["posterior"].to_dataset()[["median_current"]].isel(sample=np.arange(8) % 2)
    many["posterior"].dataset = posterior.assign_coords(sample=labels)
    constant = steps["constant_data"].to_dataset().copy()
    constant["sample_of_point"] = constant["sample_of_point"].copy(data=np.arange(8))
    many["constant_data"].dataset = constant
    shown = texts(limits_of_cells(many))
    assert "s7\n1 cell" in shown and "94 %" not in shown


def run(tables, capsys, name, *options):
    """Run the command on a table in this process; return exit status, stdout and stderr."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        arguments = ["posterion", "fit", "limit", str(tables / f"{name}.csv"), *map(str, options)]
        patch.setattr(sys, "argv", arguments)
        patch.setenv("COLUMNS", "160")
        with pytest.raises(SystemExit) as left:
            cli.main()
    printed = capsys.readouterr()
    return left.value.code or 0, printed.out, printed.err


def test_json_of_the_command(tables, capsys, tmp_path, steps) -> None:
    status, out, err = run(
        tables, capsys, "steps", "--what", "critical-current", "--pool", "sample", "--seed", 1,
        "--json", "--out", tmp_path,
    )  # fmt: skip
    assert status == 0, err
    document = json.loads(out)
    assert document["model"] == "CriticalCurrent()"
    assert document["parameters"]["median_current[bare]"]["unit"] == "mA/cm**2"
    ratio = document["derived"]["PEO∕salt over bare"]
    assert ratio["q03"] < ratio["median"] < ratio["q97"]
    median = steps["posterior"]["median_current"]
    by_hand = float((median.sel(sample="PEO/salt") > median.sel(sample="bare")).mean())
    assert document["p_higher"] == {"PEO∕salt over bare": pytest.approx(by_hand)}
    assert {"posterior.nc", "summary.csv", "report.html"} == {
        p.name for p in tmp_path.glob("[!.]*")
    }
    assert "answers" in po.load(tmp_path / "posterior.nc").children


def test_one_cell_says_why_the_answer_is_wide(tables, capsys) -> None:
    status, out, err = run(tables, capsys, "one", "--what", "critical-current", "--table")
    assert status == 0, err
    out = " ".join(out.split())
    assert "one cell" in out and "noise ~ LogNormal(mu=-1.204, sigma=0.7)" in out
    assert "median_current" in out


def test_lifetimes_with_the_weibull_distribution(tables, capsys) -> None:
    status, out, err = run(
        tables, capsys, "lives", "--what", "lifetime", "--scatter", "weibull", "--json"
    )
    assert status == 0, err
    document = json.loads(out)
    assert {"median_lifetime", "shape"} <= set(document["parameters"])


def test_lifetimes_of_cells_that_were_stripped_and_plated(tables, capsys, monkeypatch) -> None:
    asked = []

    def fit(model, data, **options):
        asked.append(data)
        raise po.PosterionError("enough")

    monkeypatch.setattr("posterion.analyses.fit.fit", fit)
    options = ("--what", "lifetime", "--failed", "b1", "--failed", "b2", "--pool", "sample")
    assert run(tables, capsys, "followed", *options, "--seen-every", 2)[0] == 2
    (data,) = asked
    assert data["lifetime_low"].values.tolist() == [10, 17, 40]
    assert data["lifetime_high"].values.tolist() == [12, 19, np.inf]
    assert data["sample"].values.tolist() == ["bare", "bare", "coated"]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("followed", ["--what", "lifetime", "--failed", "x1"], "no cell of the data"),
        ("steps", ["--what", "critical-current", "--failed", "1"], "--failed has no meaning"),
        ("steps", ["--what", "critical-current"], "--pool sample"),
        ("steps", ["--what", "lifetime", "--pool", "sample"], "--what critical-current"),
        ("steps", ["--what", "critical-current", "--pool", "pellet"], "no label"),
        ("steps", ["--what", "critical-current", "--pool", "sample", "--together"], "leave out"),
        ("steps", ["--what", "critical-current", "--seen-every", "5"], "no meaning"),
        ("lsv", ["--what", "onset", "--pool", "cell"], "no meaning"),
        ("lsv", ["--what", "lifetime"], "limits of cells need"),
        ("steps", ["--what", "critical-current", "--where", "sample=none"], "no such point"),
        ("steps", ["--what", "speed"], ""),
    ],
)
def test_bad_input_is_one_message(tables, capsys, name, options, said) -> None:
    status, out, err = run(tables, capsys, name, *options)
    assert status == 2 and not out
    assert said in " ".join(err.split())
    assert "Traceback" not in err
