"""From spectra at several temperatures to activation energies in one command."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from posterion import cli
from posterion.datasets.temperatures import temperature_of_name

BOLTZMANN = 8.617333262e-5
ENERGIES = {"R0": 0.25, "R1": 0.5}


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posterion", "fit", "series", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Spectra of one arc behind a resistor, both thermally activated in the form with T."""
    rng = np.random.default_rng(1)  # of seed 0 one spectrum looks as one in a thousand does
    f = np.logspace(5, -1, 30)
    paths = []
    for degrees in (20, 40, 60, 80):
        T = degrees + 273.15
        factor = {
            name: T / 293.15 * np.exp(energy / BOLTZMANN * (1 / T - 1 / 293.15))
            for name, energy in ENERGIES.items()
        }
        R0, R1 = 40 * factor["R0"], 1000 * factor["R1"]
        Z = R0 + R1 / (1 + R1 * 1e-6 * (2j * np.pi * f) ** 0.9)
        Z = Z + 0.005 * abs(Z) * (rng.normal(size=30) + 1j * rng.normal(size=30))
        rows = [f"{a!r},{z.real!r},{z.imag!r}" for a, z in zip(f.tolist(), Z.tolist(), strict=True)]
        path = tmp_path / f"pellet_{degrees}C.csv"
        path.write_text("frequency_Hz,Zre_ohm,Zim_ohm\n" + "\n".join(rows) + "\n")
        paths.append(path)
    return paths


OPTIONS = ("--circuit", "R0-p(R1,CPE1)", "--thickness", "1 mm ± 0.02 mm", "--diameter", "8mm")


def test_energies_of_all_paths_come_out(command, files, tmp_path) -> None:
    out = tmp_path / "out"
    status, printed, err = command(*files, *OPTIONS, "--noise", "white", "--path", "bulk=R0",
                                   "--path", "boundary=R1", "--json", "--out", out)  # fmt: skip
    assert status == 0, err
    document = json.loads(printed)
    assert document["diagnostics"]["verdict"] == "trusted"
    for path, name in (("bulk", "R0"), ("boundary", "R1")):
        row = document["parameters"][f"E_a[{path}]"]
        assert abs(row["median"] - ENERGIES[name]) < 3 * row["sd"]
        assert row["sd"] < 0.02
    total = document["parameters"]["E_a[total]"]["median"]
    assert 0.25 < total < 0.5
    assert document["remarks"][0].startswith("σT")
    assert {path.name for path in out.iterdir()} >= {"pellet_20C.nc", "posterior.nc", "report.html"}


def test_energies_from_spectra_that_the_circuit_does_not_describe_are_doubtful(
    command, files
) -> None:
    """One arc fewer than there are: each spectrum says so, and the energies hold what it says."""
    for path in files:
        rows = [list(map(float, row.split(","))) for row in path.read_text().splitlines()[1:]]
        f, real, imag = np.array(rows).T
        Z = real + 1j * imag + 300 / (1 + 300 * 1e-3 * (2j * np.pi * f) ** 0.8)
        lines = [
            f"{a!r},{z.real!r},{z.imag!r}" for a, z in zip(f.tolist(), Z.tolist(), strict=True)
        ]
        path.write_text("frequency_Hz,Zre_ohm,Zim_ohm\n" + "\n".join(lines) + "\n")
    status, printed, err = command(*files, *OPTIONS, "--noise", "white", "--json", "--draws", "400")
    document = json.loads(printed)
    assert status == 4, err
    (doubt, *_) = document["diagnostics"]["doubts"]
    # One may be refused at so few draws, and is left out; all of the others are doubtful.
    assert re.match(r"([34]) of \1 spectra are not described by R0-p\(R1,CPE1\)", doubt["text"])
    assert "residual autocorrelation: all" in doubt["text"] and doubt["about"] == "all"
    assert all(row["doubtful"] for row in document["parameters"].values())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--path", "bulk=R7"), "R7.*R0, R1"),
        (("--temperature", "20C"), "4 files have 1"),
        (("--form", "sigma", "--temperature", "20"), "4 files"),
    ],
)
def test_wrong_options_are_one_sentence(command, files, more, message) -> None:
    status, _, err = command(*files, *OPTIONS, *more)
    assert status == 2
    assert re.search(message, err)


def test_a_temperature_that_is_nowhere_is_asked_for(command, files) -> None:
    bare = files[0].rename(files[0].with_name("pellet.csv"))
    status, _, err = command(bare, *files[1:], *OPTIONS)
    assert status == 2
    assert "--temperature" in err and "pellet.csv" in err


@pytest.mark.parametrize(
    ("name", "degrees"),
    [
        ("s04147-140deg.txt", 140.0),
        ("a_25C.csv", 25.0),
        ("cell_298K_3.txt", 24.85),
        ("7uL_55degC.txt", 55.0),
        ("-20_5degC.txt", -20.5),
        ("pellet.txt", None),
        ("25C_60C.txt", None),
        ("cell10K7.txt", None),
    ],
)
def test_temperature_of_a_file_name(name: str, degrees: float | None) -> None:
    found = temperature_of_name(name)
    assert found == (None if degrees is None else pytest.approx(degrees))
