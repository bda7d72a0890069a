"""Many data sets, each by itself: what is kept, what is done again, what a failure costs."""

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

import posterion as po
from posterion import cli
from posterion.analyses import telling
from posterion.analyses.batch import many
from posterion.analyses.batch.asked import Answer, Asked
from posterion.analyses.batch.kept import Kept
from posterion.analyses.batch.workers import Died, by_workers
from posterion.report.batch_table import over, stand_apart
from posterion.report.pages.batch import Wrong, render

ROOT = Path(__file__).parents[1]
CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")
ASKED = Asked(CIRCUIT, seed=3)


def spectrum(R: float, celsius: float | None = None) -> xr.Dataset:
    frequency = np.logspace(5, 0, 12)
    Z = R / (1 + 2j * np.pi * frequency * R * 1e-6)
    data = po.spectrum(frequency, Z)
    return data.assign_attrs({} if celsius is None else {"temperature_c": celsius})


class Fitting:
    """In place of a fit: R1 is what the data are, and it counts how often it was asked."""

    def __init__(self) -> None:
        self.fitted: list[float] = []

    def __call__(self, asked, data, **options) -> Answer:
        R = float(data["Z"].sel(part="real").max())
        self.fitted.append(round(R))
        if R > 900:
            return Answer("failed", "too large")
        row = {"parameter": "R1", "kind": "parameter", "unit": "ohm", "doubtful": False}
        row |= {"q03": 0.9 * R, "median": R, "q97": 1.1 * R, "verdict": "trusted"}
        return Answer("trusted", "fine", ({**row, "reason": "fine", "seed": asked.seed_of(data)},))


@pytest.fixture
def fitting(monkeypatch) -> Fitting:
    made = Fitting()
    monkeypatch.setattr(many, "answer", made)
    return made


def run(sets: dict[str, xr.Dataset], out: Path, asked: Asked = ASKED) -> dict[str, many.Done]:
    return {each.name: each for each in many.run_batch(asked, sets.items(), Kept(out), jobs=1)}


def rows(out: Path) -> pd.DataFrame:
    return pd.read_parquet(out / "results.parquet")


def test_a_second_run_does_nothing_again_and_its_table_is_the_same(fitting, tmp_path) -> None:
    sets = {f"s{R}": spectrum(R, 25.0) for R in (100, 200, 300)}
    first = run(sets, tmp_path)
    table = (tmp_path / "results.parquet").read_bytes()
    second = run(sets, tmp_path)
    assert fitting.fitted == [100, 200, 300]
    assert not any(each.before for each in first.values())
    assert all(each.before and each.word == "trusted" for each in second.values())
    assert (tmp_path / "results.parquet").read_bytes() == table


def test_an_interrupted_run_goes_on_and_ends_as_if_undisturbed(fitting, tmp_path) -> None:
    sets = {f"s{R}": spectrum(R) for R in (100, 200, 300)}
    run(sets, tmp_path / "undisturbed")
    disturbed = many.run_batch(ASKED, sets.items(), Kept(tmp_path / "out"), jobs=1)
    next(disturbed)
    disturbed.close()
    (tmp_path / "out" / "parts" / ".half.parquet.x1").write_bytes(b"PAR1")
    fitting.fitted.clear()
    run(sets, tmp_path / "out")
    assert fitting.fitted == [200, 300]
    assert not [*(tmp_path / "out" / "parts").glob(".*")]
    one, other = (tmp_path / name / "results.parquet" for name in ("undisturbed", "out"))
    assert one.read_bytes() == other.read_bytes()


def test_what_changed_is_done_again_and_a_new_name_alone_is_not(fitting, tmp_path) -> None:
    run({"a": spectrum(100), "b": spectrum(200)}, tmp_path)
    found = run({"a": spectrum(101), "renamed": spectrum(200)}, tmp_path)
    assert fitting.fitted == [100, 200, 101]
    assert not found["a"].before and found["renamed"].before
    assert [*rows(tmp_path)["name"]] == ["a", "renamed"]
    assert rows(tmp_path)["median"].round().tolist() == [101.0, 200.0]


@pytest.mark.parametrize(
    "other",
    [
        Asked(CIRCUIT, seed=4),
        Asked(CIRCUIT, seed=3, draws=500),
        Asked(CIRCUIT, (("R1", po.Prior.parse("LogNormal(5, 2)")),), seed=3),
        Asked(po.Circuit.parse("R0-p(R1,C1)"), seed=3),
        Asked(CIRCUIT, noise=po.Proportional(), seed=3),
    ],
)
def test_another_question_is_answered_anew_and_the_first_is_not_lost(
    fitting, tmp_path, other
) -> None:
    sets = {"a": spectrum(100)}
    run(sets, tmp_path)
    assert not run(sets, tmp_path, other)["a"].before
    assert run(sets, tmp_path)["a"].before


def test_neither_order_nor_neighbours_change_a_seed(fitting, tmp_path) -> None:
    sets = {f"s{R}": spectrum(R) for R in (100, 200, 300)}
    run(sets, tmp_path / "a")
    run(dict(reversed(sets.items())), tmp_path / "b")
    run({"s200": sets["s200"]}, tmp_path / "c")
    seeds = [rows(tmp_path / each).set_index("name")["seed"] for each in "abc"]
    assert seeds[0].to_dict() == seeds[1].to_dict() and seeds[0].nunique() == 3
    assert seeds[2]["s200"] == seeds[0]["s200"]


def test_what_fails_costs_only_itself_and_is_tried_again(fitting, tmp_path) -> None:
    sets = {
        "good": spectrum(100),
        "unreadable": po.PosterionError("no table"),
        "bad": spectrum(999),
    }
    found = run(sets, tmp_path)
    assert {name: each.word for name, each in found.items()} == {
        "good": "trusted",
        "unreadable": "failed",
        "bad": "failed",
    }
    table = rows(tmp_path).set_index("name")
    assert table["reason"].to_dict() == {
        "good": "fine",
        "unreadable": "no table",
        "bad": "too large",
    }
    assert table["doubtful"].to_dict() == {"good": False, "unreadable": True, "bad": True}
    run(sets, tmp_path)
    assert fitting.fitted == [100, 999, 999]


def test_two_of_one_name_are_refused(fitting, tmp_path) -> None:
    twice = [("a", spectrum(100)), ("a", spectrum(200))]
    with pytest.raises(po.PosterionError, match="two data sets are called 'a'"):
        [*many.run_batch(ASKED, twice, Kept(tmp_path), jobs=1)]


def test_a_damaged_part_is_done_again(fitting, tmp_path) -> None:
    sets = {"a": spectrum(100)}
    run(sets, tmp_path)
    (part,) = (tmp_path / "parts").iterdir()
    part.write_bytes(part.read_bytes()[:-20])
    assert not run(sets, tmp_path)["a"].before
    assert pq.read_table(part).num_rows == 1


def test_draws_that_are_wanted_later_are_made_later(fitting, tmp_path) -> None:
    key = ASKED.key(spectrum(100))
    run({"a": spectrum(100)}, tmp_path)
    kept = Kept(tmp_path)
    assert kept.found(key, draws=False) == ("trusted", "fine")
    assert kept.found(key, draws=True) is None


def test_a_worker_that_is_killed_costs_what_it_did_and_no_more() -> None:
    items = [signal.SIGWINCH, signal.SIGKILL, signal.SIGWINCH, signal.SIGWINCH]
    found = [*by_workers(signal.raise_signal, items, 2)]
    assert sorted(item for item, _ in found) == sorted(items)
    assert [item for item, result in found if isinstance(result, Died)] == [signal.SIGKILL]


def test_workers_take_no_more_than_they_work_on() -> None:
    taken: list[float] = []

    def items() -> Iterator[float]:
        for value in (1.0, 4.0, 9.0, 16.0):
            taken.append(value)
            yield value

    ahead = [len(taken) - done for done, _ in enumerate(by_workers(sqrt, items(), 1))]
    assert max(ahead) <= 2
    assert taken == [1.0, 4.0, 9.0, 16.0]


# Reading


def test_a_file_that_cannot_be_read_costs_only_itself(write, tmp_path) -> None:
    sound = "frequency_Hz,Zre_ohm,Zim_ohm\n" + "".join(
        f"{10.0**k},{100 - k},{-10 - k}\n" for k in range(6)
    )
    write(sound, "cell_25C.csv")
    write("nothing here", "notes.csv")
    found = dict(po.read_each(tmp_path))
    assert found["cell_25C.csv"].attrs["temperature_c"] == 25.0
    assert isinstance(found["notes.csv"], po.PosterionError)


def test_files_of_several_have_a_name_each_and_lose_only_what_is_wrong(write, tmp_path) -> None:
    lines = [
        f"{sweep},{10.0**k},{100 * sweep - k},{-10 - k}\n" for sweep in (1, 2) for k in range(6)
    ]
    write("cycle,frequency_Hz,Zre_ohm,Zim_ohm\n" + "".join(lines), "cell.csv")

    def take(data: xr.Dataset) -> xr.Dataset:
        if data["Z"].values.max() < 150:
            raise po.PosterionError("too small")
        return data

    found = dict(po.read_each(tmp_path, take=take))
    assert [*found] == ["cell.csv: 1", "cell.csv: 2"]
    assert isinstance(found["cell.csv: 1"], po.PosterionError)
    assert found["cell.csv: 2"].attrs["source"] == "cell.csv"


def test_files_of_the_same_name_are_told_apart_by_their_folders(tmp_path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "cell.csv").write_text("x")
    assert [name for name, _ in po.read_each([tmp_path / "a", tmp_path / "b"])] == [
        "a/cell.csv",
        "b/cell.csv",
    ]


# What stands apart


def test_one_off_its_neighbours_stands_apart_on_a_steep_trend_too() -> None:
    rng = np.random.default_rng(1)
    x = np.linspace(20, 100, 30)
    y = 1e4 * np.exp(-0.06 * x) * np.exp(0.01 * rng.normal(size=30))
    y[11] *= 1.3
    assert np.flatnonzero(stand_apart(x, y, 0.97 * y, 1.03 * y)).tolist() == [11]
    assert not stand_apart(x, y, 0.5 * y, 2 * y).any()  # its interval reaches its neighbours


def test_scatter_alone_stands_apart_seldom() -> None:
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(40):
        y = np.exp(0.05 * rng.normal(size=50))
        found += stand_apart(rng.uniform(size=50), y, 0.999 * y, 1.001 * y).sum()
    assert found <= 2  # of 2,000


@pytest.mark.parametrize(
    ("names", "celsius", "label", "values"),
    [
        (["a", "b", "c"], [20.0, 30.0, 40.0], "Temperature (°C)", [20, 30, 40]),
        (["a", "b", "c"], [20.0, None, 40.0], "Place in the batch", [1, 2, 3]),
        (["x_cyc007", "x_cyc012", "x_cyc100"], [25.0] * 3, "Cycle", [7, 12, 100]),
        (["m.csv: 5", "m.csv: 9", "m.csv: 11"], [None] * 3, "Label", [5, 9, 11]),
    ],
)
def test_quantities_are_drawn_over_what_differs(names, celsius, label, values) -> None:
    source = "m.csv" if ":" in names[0] else names
    table = pd.DataFrame({"name": names, "temperature_c": celsius, "source": source})
    table = table.assign(verdict="trusted")
    table.loc[len(table)] = {"name": "notes.txt", "source": "notes.txt", "verdict": "failed"}
    found = over(table)
    assert found.label == label and found.values.tolist() == values


# The page


def test_the_page_shows_what_is_wrong_and_escapes_names() -> None:
    name = "<script>alert(1)</script>.csv"
    known = {"source": "x", "temperature_c": 25.0, "reason": "why", "kind": "parameter"}
    table = pd.DataFrame(
        [
            known | {"name": f"s{k}", "parameter": "R1", "q03": R - 1, "median": R, "q97": R + 1,
                     "unit": "ohm", "doubtful": k == 2, "verdict": ("trusted", "doubtful")[k == 2]}
            for k, R in enumerate([100.0, 101, 102, 99, 300, 100, 101, 99, 100, 102])
        ]
        + [known | {"name": name, "verdict": "failed", "doubtful": True}]
    )  # fmt: skip
    counts = {"trusted": 9, "doubtful": 1, "refused": 0, "failed": 1, "skipped": 4}
    wrong = [Wrong(name, "failed", "Z' is below zero & more", spectrum(100))]
    page = render(table, CIRCUIT, counts, wrong, "posterion report out")
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "9 trusted" in page and "0 refused" not in page and "4 of them were done before" in page
    assert "Z&#39; is below zero &amp; more" in page and page.count("<img") == 2
    apart = page.partition("Apart from their neighbours")[2].partition("</table>")[0]
    assert "s4" in apart and "300" in apart and "s2" not in apart


# The command


TRUTH = {"A": 0.30, "B": 0.42}


def write_tables(folder: Path, energies: dict[str, float]) -> None:
    """Write a table of pellets with known energies, and notes that are no table."""
    rng = np.random.default_rng(5)
    celsius = np.array([20.0, 30, 40, 50, 60, 70, 80])
    T = celsius + 273.15
    (folder / "tables").mkdir()
    lines = ["pellet,T (degC),sigma (S/cm)"]
    for pellet, energy in energies.items():
        sigma = 1e-4 * 300 / T * np.exp(-energy / 8.617333262e-5 * (1 / T - 1 / 300))
        sigma *= np.exp(0.01 * rng.normal(size=T.size))
        lines += [f"{pellet},{t},{s!r}" for t, s in zip(celsius, sigma.tolist(), strict=True)]
    (folder / "tables" / "sigma.csv").write_text("\n".join(lines) + "\n")
    (folder / "tables" / "notes.txt").write_text("pellets were pressed on Monday\n")


@pytest.fixture(scope="module")
def laws(tmp_path_factory) -> Path:
    """Return a folder in which the commands of docs/batch.md for laws can be typed."""
    folder: Path = tmp_path_factory.mktemp("batch")
    write_tables(folder, TRUTH)
    return folder


@pytest.fixture
def command(monkeypatch, capsys, laws):
    def typed(line: str) -> tuple[int, str, str]:
        monkeypatch.chdir(laws)
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main(shlex.split(line)[1:])
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return typed


def documented(word: str) -> str:
    """Return the command of docs/batch.md that holds a word."""
    text = (ROOT / "docs" / "batch.md").read_text(encoding="utf-8")
    return next(line for line in text.splitlines() if line.startswith("posterion") and word in line)


@pytest.mark.slow
def test_the_documented_command_fits_each_pellet_goes_on_and_makes_pages(
    command, laws, monkeypatch
) -> None:
    status, printed, err = command(documented("batch arrhenius"))
    assert status == 2, err  # of the notes
    assert "2 trusted, 1 failed" in printed and not err.strip()
    table = rows(laws / "laws")
    for pellet, energy in TRUTH.items():
        row = table[(table["name"] == f"sigma.csv: {pellet}") & (table["parameter"] == "E_a")]
        assert row["q03"].item() - 0.01 < energy < row["q97"].item() + 0.01
    assert "notes.txt" in (laws / "laws" / "report.html").read_text(encoding="utf-8")

    status, printed, _ = command(documented("batch arrhenius") + " --json")
    assert json.loads(printed) == {
        "trusted": 2, "doubtful": 0, "refused": 0, "failed": 1, "skipped": 2,
    }  # fmt: skip

    def write_seed(tree: xr.DataTree, path: Path, **_: object) -> None:
        path.write_text(str(tree.attrs["seed"]), encoding="utf-8")

    monkeypatch.setattr(telling, "write_report", write_seed)  # what a page says is tested elsewhere
    status, printed, err = command(documented("report laws"))
    assert status == 0 and "sigma.csv_A.html" in printed, err
    page = (laws / "laws" / "pages" / "sigma.csv_A.html").read_text(encoding="utf-8")
    seed = table.loc[table["name"] == "sigma.csv: A", "seed"].iloc[0]
    assert page == str(int(seed))


def test_a_name_that_the_batch_has_not_is_answered_with_those_it_has(command, laws) -> None:
    (laws / "other").mkdir(exist_ok=True)
    kept = {"command": shlex.split(documented("batch arrhenius"))[1:], "folder": str(laws)}
    (laws / "other" / "batch.json").write_text(json.dumps(kept))
    status, _, err = command("posterion report other sigma.csv:A")
    assert status == 2 and "'sigma.csv: A" in err.replace("has sigma", "has 'sigma")


def test_a_folder_of_no_batch_is_said_to_be_none(command) -> None:
    status, _, err = command("posterion report tables sigma")
    assert status == 2 and "no folder of a batch" in err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("--jobs 0", "--jobs is 0"),
        ("--circuit Q?", "\\?"),
        ("--fmin 1kHz --fmax 1Hz", "does not lie below"),
        ("--diameter 8mm", "thickness"),
    ],
)
def test_what_cannot_work_is_said_at_once(command, more, said) -> None:
    circuit = "" if "--circuit" in more else "--circuit R0"
    status, _, err = command(f"posterion batch tables {circuit} --out none {more}")
    assert status == 2 and re.search(said, err)


@pytest.mark.slow
def test_after_kills_at_random_moments_the_table_is_that_of_an_undisturbed_run(tmp_path) -> None:
    kills, rng = 20, np.random.default_rng(7)
    write_tables(tmp_path, {f"p{k}": 0.3 + 0.001 * k for k in range(3 * kills)})
    command = [sys.executable, "-m", "posterion", "batch", "arrhenius", "tables", "--by", "pellet"]
    killed = [*command, "--out", "killed"]
    parts = tmp_path / "killed" / "parts"
    for _ in range(kills):
        before = len([*parts.glob("[!.]*")])
        process = subprocess.Popen(killed, cwd=tmp_path, stderr=subprocess.DEVNULL)
        more = rng.integers(0, 4)  # with 0 while it starts
        while len([*parts.glob("[!.]*")]) < before + more and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.3))
        process.kill()
        process.wait()
    for name in ("killed", "undisturbed"):
        done = subprocess.run([*command, "--out", name, "--json"], cwd=tmp_path, text=True,
                              capture_output=True, check=False)  # fmt: skip
        assert json.loads(done.stdout)["trusted"] > 2 * kills, done.stderr
    one, other = (tmp_path / name / "results.parquet" for name in ("killed", "undisturbed"))
    assert one.read_bytes() == other.read_bytes()
    assert len([*parts.iterdir()]) == 3 * kills
