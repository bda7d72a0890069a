"""The contract at the command line: what is printed, what is written, and the exit status."""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from posterion import cli
from posterion.cli.interrupted import interrupts_kept

CIRCUIT = "R0-p(R1,CPE1)"


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str):
    """Run the command in this process; return exit status, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["posterion", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        cli.main()
    printed = capsys.readouterr()
    return left.value.code or 0, printed.out, printed.err


@pytest.fixture
def command(monkeypatch, capsys):
    return lambda *arguments: run(monkeypatch, capsys, *map(str, arguments))


@pytest.fixture
def spectrum_file(tmp_path: Path) -> Path:
    """A noisy semicircle of 40 Ω and 100 Ω, of 30 frequencies."""
    f = np.logspace(5, -1, 30)
    Z = 40 + 100 / (1 + 100 * 1e-5 * (2j * np.pi * f) ** 0.9)
    rng = np.random.default_rng(1)
    Z = Z + 0.005 * abs(Z) * (rng.normal(size=30) + 1j * rng.normal(size=30))
    rows = [f"{a!r},{z.real!r},{z.imag!r}" for a, z in zip(f.tolist(), Z.tolist(), strict=True)]
    path = tmp_path / "spectrum.csv"
    path.write_text("frequency_Hz,Zre_ohm,Zim_ohm\n" + "\n".join(rows) + "\n")
    return path


def rewrite(path: Path, line: int, text: str) -> None:
    lines = path.read_text().splitlines()
    lines[line] = text
    path.write_text("\n".join(lines) + "\n")


def test_json_is_one_document_of_the_stated_form(command, spectrum_file) -> None:
    status, out, err = command("fit", "eis", spectrum_file, "--circuit", CIRCUIT, "--json",
                               "--noise", "white", "--thickness", "2.1mm",
                               "--diameter", "8mm ± 0.1 mm", "--temperature", "140C")  # fmt: skip
    assert status == 0, err
    document = json.loads(out)
    assert list(document["parameters"]) == ["R0", "R1", "CPE1_Q", "CPE1_n", "noise", "floor"]
    for row in document["parameters"].values():
        assert set(row) == {
            "mean", "sd", "q03", "median", "q97", "unit", "ess_bulk", "ess_tail", "r_hat",
            "doubtful",
        }  # fmt: skip
        assert row["q03"] < row["median"] < row["q97"]
        assert row["doubtful"] is False
    assert document["parameters"]["R0"]["unit"] == "ohm"
    assert document["parameters"]["R0"]["q03"] < 40 < document["parameters"]["R0"]["q97"] * 1.02
    sigma, total = document["derived"]["conductivity"], document["derived"]["R_total"]
    expected = 0.21 / (total["median"] * np.pi * 0.4**2)
    assert sigma["median"] == pytest.approx(expected, rel=0.01)
    assert sigma["sd"] / sigma["mean"] > 0.02  # a diameter known to 1.25 % counts twice
    assert document["diagnostics"]["passed"] is True
    assert document["diagnostics"]["verdict"] == "trusted"
    assert document["diagnostics"]["doubts"] == []
    assert document["diagnostics"]["messages"] == []
    assert document["data"]["n"] == 30
    assert len(document["data"]["sha256"]) == 64
    assert {"compile_s", "explore_s", "sample_s"} <= set(document["timing"])
    assert {"posterion", "pymc", "nutpie"} <= set(document["versions"])


def test_the_same_seed_prints_the_same_numbers(command, spectrum_file) -> None:
    arguments = ("fit", "eis", spectrum_file, "--circuit", CIRCUIT, "--noise", "white", "--json")
    first, again, other = (
        json.loads(command(*arguments, "--seed", seed)[1])["parameters"] for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other


def test_out_writes_three_files_and_a_table_is_printed(command, spectrum_file, tmp_path) -> None:
    out = tmp_path / "new" / "folder"
    status, printed, err = command(
        "fit", "eis", spectrum_file, "--circuit", CIRCUIT, "--out", out, "--robust"
    )
    assert status == 0, err
    assert sorted(path.name for path in out.glob("[!.]*")) == [
        "posterior.nc", "report.html", "summary.csv",
    ]  # fmt: skip
    with xr.open_datatree(out / "posterior.nc") as tree:
        assert tree["posterior"]["R1"].sizes == {"chain": 4, "draw": 1000}
    assert "R1" in (out / "summary.csv").read_text()
    assert "R1" in printed
    assert "Trusted" in printed


def test_untrusted_prints_no_interval_and_leaves_with_3(
    command, spectrum_file, tmp_path, monkeypatch
) -> None:
    # No run has so many independent draws. Runs that fail by themselves, which takes the better
    # part of a minute, are those of the tests of the engine.
    monkeypatch.setattr(import_module("posterion.inference.diagnose"), "MIN_ESS", 10**6)
    arguments = ("fit", "eis", spectrum_file, "--circuit", CIRCUIT, "--noise", "white", "--json")
    status, printed, err = command(*arguments, "--draws", "100", "--chains", "2")
    assert status == 3, err
    document = json.loads(printed)
    assert document["diagnostics"]["passed"] is False
    assert document["diagnostics"]["verdict"] == "refused"
    assert document["diagnostics"]["messages"]
    for row in (document["parameters"] | document["derived"]).values():
        assert all(row[name] is None for name in ("mean", "sd", "q03", "median", "q97"))


def test_priors_are_given_by_name(command, spectrum_file) -> None:
    status, out, err = command("fit", "eis", spectrum_file, "--circuit", CIRCUIT, "--json",
                               "--noise", "white",
                               "--prior", "R0=LogNormal(3.0, 0.0001)")  # fmt: skip
    document = json.loads(out)
    # Half of what R0 is: the circuit cannot describe the spectrum then, and says so.
    assert status == 4 and document["diagnostics"]["verdict"] == "doubtful", err
    assert document["parameters"]["R1"]["doubtful"] is True
    assert document["parameters"]["R0"]["median"] == pytest.approx(np.exp(3), rel=0.01)
    assert document["priors"]["R0"] == "LogNormal(mu=3, sigma=0.0001)"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seed", 2**63), "9007199254740991"),
        (("--seed", "-1"), "--seed"),
        (("--draws", 10**10), "1000000"),
        (("--draws", 0), "--draws"),
        (("--chains", 100_000), "100"),
        (("--chains", 0), "--chains"),
        (("--chains", 50, "--draws", 30_000), "50 chains of 30000 draws are 1500000 in all"),
        (("--draws", 30_000, "--chains", 50), "50 chains of 30000 draws are 1500000 in all"),
        (("--draws", 300_000), "4 chains of 300000 draws are 1200000 in all"),
        (("--prior", "R0=LogNormal(5inf, 2)"), "write it like LogNormal(5, 2)"),
    ],
)
def test_sampling_is_held_to_bounds(command, spectrum_file, options, words) -> None:
    status, out, err = command("fit", "eis", spectrum_file, "--circuit", CIRCUIT, *options)
    assert status == 2 and not out
    assert words in re.sub(r"[\s│]+", " ", err) and "Traceback" not in err


BAD_TEXT = {
    "missing file": (None, "no such file"),
    "empty file": ("", "empty"),
    "one column": ("1\n2\n3\n4\n", "column"),
    "not a number": ("1000,10,-1\n100,NaN,-2\n10,12,-1\n", "NaN"),
    "infinite": ("1000,10,-1\n100,inf,-2\n10,12,-1\n", "inf"),
    "zero frequency": ("1000,10,-1\n0,11,-2\n10,12,-1\n", "frequency"),
    "negative frequency": ("1000,10,-1\n-5,11,-2\n10,12,-1\n", "frequency"),
    "two impedances": ("1000,10,-1\n100,11,-2\n100,12,-2\n10,12,-1\n", "100"),
    "too few points": ("1000,10,-1\n100,11,-2\n10,12,-1\n", "3 points"),
}


@pytest.mark.parametrize("case", BAD_TEXT)
def test_bad_files_get_one_message(case: str, command, tmp_path) -> None:
    text, word = BAD_TEXT[case]
    path = tmp_path / "bad.csv"
    if text is not None:
        path.write_text(text)
    status, out, err = command("fit", "eis", path, "--circuit", CIRCUIT)
    assert status == 2
    assert out == ""
    assert word.lower() in err.lower()
    assert "Traceback" not in err
    assert err.count("Error:") == 1


def test_binary_file_is_refused(command, tmp_path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(bytes(range(256)) * 20)
    status, _, err = command("fit", "eis", path, "--circuit", CIRCUIT)
    assert status == 2
    assert "Error:" in err


BAD_OPTIONS = {
    "unknown element": (["--circuit", "R0-X1"], "'X'"),
    "unbalanced": (["--circuit", "R0-p(R1,CPE1"], "never closed"),
    "same label": (["--circuit", "R0-p(R0,CPE1)"], "stands twice"),
    "not a length": (["--circuit", CIRCUIT, "--thickness", "2 kg", "--diameter", "1cm"], "cm"),
    "negative": (["--circuit", CIRCUIT, "--thickness", "-2 mm", "--diameter", "1cm"], "positive"),
    "one length": (["--circuit", CIRCUIT, "--thickness", "2 mm"], "--diameter"),
    "no unit": (["--circuit", CIRCUIT, "--temperature", "140"], "unit"),
    "prior": (["--circuit", CIRCUIT, "--prior", "R9=Normal(0, 1)"], "R9"),
    "support": (["--circuit", CIRCUIT, "--prior", "R1=Normal(0, 1)"], "below zero"),
    "family": (["--circuit", CIRCUIT, "--prior", "R1=Banana(0, 1)"], "Banana"),
    "nameless prior": (
        ["--circuit", CIRCUIT, "--prior", "LogNormal(0, 1)"],
        "NAME=LogNormal(0, 1)",
    ),
    "sign": (["--circuit", CIRCUIT, "--sign", "odd"], "odd"),
    "draws": (["--circuit", CIRCUIT, "--draws", "30"], "30 draws"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_bad_options_get_one_message(case: str, command, spectrum_file) -> None:
    options, word = BAD_OPTIONS[case]
    status, out, err = command("fit", "eis", spectrum_file, *options)
    assert status == 2
    assert out == ""
    assert word in err
    assert "Traceback" not in err
    assert err.count("Error:") == 1


def test_output_folder_that_is_a_file_is_refused_before_sampling(command, spectrum_file) -> None:
    started = time.monotonic()
    status, _, err = command(
        "fit", "eis", spectrum_file, "--circuit", CIRCUIT, "--out", spectrum_file
    )
    assert status == 2
    assert "folder" in err
    assert time.monotonic() - started < 5


# Also where the tests run in the background, whose children inherit that interrupts are ignored.
INTERRUPTIBLE = """
import signal
from posterion.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_leaves_no_half_written_file(end, spectrum_file, tmp_path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.csv").write_text("the old one")
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "fit", "eis", str(spectrum_file), "--circuit",
         CIRCUIT, "--noise", "white", "--out", str(out), "--draws", "200000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Sampling"):
            break
    time.sleep(0.5)
    process.send_signal(end)
    _, err = process.communicate(timeout=60)
    assert process.returncode not in (0, 2, 3)
    assert "Traceback" not in err
    assert [path.name for path in out.iterdir()] == ["summary.csv"]
    assert (out / "summary.csv").read_text() == "the old one"


def test_an_interrupt_within_compiled_code_is_not_lost(capsys) -> None:
    def called_back() -> None:
        signal.raise_signal(signal.SIGINT)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), interrupts_kept():
            ctypes.CFUNCTYPE(None)(called_back)()
            time.sleep(5)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert capsys.readouterr().err == ""


def test_data_list_show_export_inspect(command, tmp_path) -> None:
    status, out, _ = command("data", "list")
    assert status == 0
    assert "simulated-7uL-55C" in out
    status, out, _ = command("data", "show", "simulated-7uL-55C", "--json")
    assert json.loads(json.loads(out)["attrs"]["truth"])["R2"] == 125.0
    path = tmp_path / "pellet.csv"
    assert command("data", "export", "simulated-7uL-55C", "--to", path)[0] == 0
    status, out, _ = command("data", "inspect", path, "--json")
    document = json.loads(out)
    assert set(document) == {"format", "spectra", "messages"}
    assert document["spectra"][0]["n"] == 60
    assert document["spectra"][0]["f_max_hz"] == pytest.approx(7e6)
    assert command("data", "show", "simulated-9uL-55C")[0] == 2


def test_help_names_the_commands(command) -> None:
    status, out, _ = command("--help")
    assert status == 0
    assert "fit" in out
    assert "data" in out
