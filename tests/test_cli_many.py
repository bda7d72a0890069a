"""Many spectra at the command line: ``posterion fit eis FILES... --pool spectrum``."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from posterion import cli
from posterion.cli.many_spectra import pooling, stacked


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posterion", "fit", "eis", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    f = np.logspace(5, 0, 25)
    paths = []
    for name, R1 in (("a_20C", 100), ("b_40C", 90), ("c_60C", 110)):
        Z = 10 + R1 / (1 + R1 * 1e-5 * (2j * np.pi * f) ** 0.85)
        Z = Z + 0.01 * abs(Z) * (rng.normal(size=25) + 1j * rng.normal(size=25))
        rows = [f"{a!r},{z.real!r},{z.imag!r}" for a, z in zip(f.tolist(), Z.tolist(), strict=True)]
        path = tmp_path / f"{name}.csv"
        path.write_text("frequency_Hz,Zre_ohm,Zim_ohm\n" + "\n".join(rows) + "\n")
        paths.append(path)
    return paths


CIRCUIT = ("--circuit", "R0-p(R1,CPE1)")


@pytest.mark.parametrize(
    ("count", "options", "message"),
    [
        (2, (), "2 files are fitted together with --pool spectrum"),
        (1, ("--pool", "spectrum"), "holds one spectrum, and pooling needs several"),
        (2, ("--label", "pellet=A,B"), "need --pool"),
        (2, ("--pool", "pellet", "--label", "pellet=A"), "2 spectra have 1 labels 'pellet'"),
        (2, ("--pool", "pellet"), "no coordinate 'pellet'"),
        (2, ("--pool", "spectrum", "--label", "pellet"), "write it like --label pellet=A,A,B"),
        (2, ("--pool", "spectrum", "--free", "R1", "--same", "R1"), "to --free and to --same"),
        (2, ("--pool", "spectrum", "--free", "R9"), "names 'R9', which is not sampled"),
        (2, ("--pool", "spectrum", "--which", "1"), "those of a single spectrum"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(
    command, files, count, options, message
) -> None:
    status, printed, err = command(*files[:count], *CIRCUIT, *options)
    assert status == 2 and not printed
    assert message in " ".join(err.split())
    assert "Traceback" not in err


def test_spectra_are_called_by_their_files_and_know_their_temperatures(files) -> None:
    data = stacked([*map(str, files)], labels={"pellet": ["A", "A", "B"]})
    assert list(dict.fromkeys(data["spectrum"].values)) == ["a_20C", "b_40C", "c_60C"]
    assert set(data["temperature_c"].values) == {20.0, 40.0, 60.0}
    assert data["pellet"].values[[0, 25, 50]].tolist() == ["A", "A", "B"]


def test_kinds_of_pooling_are_read() -> None:
    assert pooling(["pellet", "spectrum"], [], []) == {"pellet": "partial", "spectrum": "partial"}
    own = {"R1": "none", "CPE1_n": "complete"}
    assert pooling(["spectrum"], ["R1"], ["CPE1_n"]) == {"spectrum": own}


@pytest.mark.slow
def test_spectra_are_fitted_together(command, files, tmp_path) -> None:
    out = tmp_path / "out"
    status, printed, err = command(*files, *CIRCUIT, "--noise", "white", "--pool", "spectrum",
                                   "--thickness", "1mm", "--diameter", "8mm", "--json",
                                   "--seed", 1, "--out", out)  # fmt: skip
    assert status == 0, err
    document = json.loads(printed)
    assert {"R1[a_20C]", "R1[b_40C]", "R1[c_60C]", "R1_mean", "R1_spread", "noise"} <= set(
        document["parameters"]
    )
    for label, R1 in (("a_20C", 100), ("b_40C", 90), ("c_60C", 110)):
        row = document["parameters"][f"R1[{label}]"]
        assert abs(row["mean"] - R1) < 4 * row["sd"]
    assert "conductivity[b_40C]" in document["derived"]
    assert (out / "report.html").exists() and (out / "posterior.nc").exists()
