"""Options of what fits spectra: the noise, the accuracy of the instrument, and the points."""

import json
import math
import sys

import numpy as np
import pytest

import posterion as po
from posterion import cli
from posterion.cli.spectra import NoiseChoice, Spectra, Window, read_accuracy

CIRCUIT = ("--circuit", "R0-p(R1,CPE1)")
PELLET = ("--thickness", "1mm", "--diameter", "8mm")


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posterion", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def file(write):
    """Return a spectrum of one arc, with hum at the point nearest to 50 Hz."""
    f = np.logspace(5, -1, 37)
    Z = 20 + 100 / (1 + (2j * np.pi * f * 1e-3) ** 0.9)
    real, imag = np.random.default_rng(0).normal(size=(2, 37))
    Z = Z + 0.005 * abs(Z) * (real + 1j * imag)
    rows = [f"{a!r},{z.real!r},{z.imag!r}" for a, z in zip(f.tolist(), Z.tolist(), strict=True)]
    return write("frequency_Hz,Zre_ohm,Zim_ohm\n" + "\n".join(rows) + "\n", name="cell_20C.csv")


def test_noises_have_names() -> None:
    assert NoiseChoice("white").noise == po.Proportional()
    assert NoiseChoice("student-t").noise == po.StudentT()
    assert NoiseChoice("gaussian").noise == po.Gaussian()
    assert Spectra().noise_chosen() == NoiseChoice("discrepant")
    assert Spectra().noise_chosen(robust=True) == NoiseChoice("student-t")
    assert Spectra(noise="student-t").noise_chosen(robust=True).name == "student-t"


@pytest.mark.parametrize(
    ("text", "magnitude", "phase"),
    [
        ("0.3 %, 0.3 deg", 0.003, math.radians(0.3)),
        ("0.3%,5 mrad", 0.003, 0.005),
        ("±0.2 %, ±0.1°", 0.002, math.radians(0.1)),
        ("0.004, 0.01 rad", 0.004, 0.01),
        ("0.5 %", 0.005, 0.005),
        ("0.01", 0.01, 0.01),
    ],
)
def test_data_sheets_are_read(text: str, magnitude: float, phase: float) -> None:
    assert read_accuracy(text) == pytest.approx((magnitude, phase))


@pytest.mark.parametrize(
    "text",
    ["", "good", "0.3 deg", "0.3 %, 0.3 %", "0.3 %, 0.3", "0,3 %, 0,3 deg", "0.3 %, 1 deg, 1 deg",
     "0.3 ohm", "0 %", "-1 %", "11 %", "0.3 %, 6 deg", "nan", "0.3 %, 0.3 degC"],
)  # fmt: skip
def test_what_is_no_accuracy_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(po.PosterionError) as refused:
        read_accuracy(text)
    assert "--accuracy" in str(refused.value) and "\n" not in str(refused.value)


def test_windows_are_read() -> None:
    asked = Spectra(fmin="1Hz", fmax="1MHz", drop=("50 Hz", "100"))
    assert asked.window == Window(1.0, 1e6, (50.0, 100.0))
    assert Spectra().window == Window()


BAD = [
    (("--robust", "--noise", "white"), "--robust means --noise student-t, and --noise is white"),
    (("--noise", "pink"), "discrepant"),
    (("--noise", "white", "--accuracy", "0.3 %"), "a meaning for --noise discrepant only"),
    (("--accuracy", "0.3 V"), "--accuracy"),
    (("--fmin", "fast"), "--fmin 'fast' is no frequency; write it like '50 Hz'"),
    (("--fmin", "1kHz", "--fmax", "1Hz"), "does not lie below --fmax"),
    (("--drop", "1 mHz"), "within 5 % of 1 mHz to drop; the nearest one is at 100 mHz"),
    (("--fmin", "99 kHz"), "1 of 37 points would be left"),
]


@pytest.mark.parametrize(("options", "words"), BAD)
@pytest.mark.parametrize("kind", ["eis", "series"])
def test_wrong_options_are_told_before_the_fit(command, file, kind, options, words) -> None:
    more = PELLET if kind == "series" else ()
    status, printed, err = command("fit", kind, file, *CIRCUIT, *more, *options)
    assert status == 2 and not printed
    assert words in " ".join(err.split()) and "Traceback" not in err


@pytest.mark.parametrize("options", [("--noise", "white"), ("--fmax", "1"), ("--drop", "50")])
def test_options_of_spectra_are_refused_for_tables(command, file, options) -> None:
    for arguments in (("fit", "growth"), ("compare", "--models", "--law", "vtf")):
        status, _, err = command(*arguments, file, *options)
        assert status == 2
        assert options[0] in err and "leave it out" in " ".join(err.split())


def test_impossible_files_are_refused_before_the_fit(command, write) -> None:
    rows = "\n".join(f"{10.0**k},-{20 + k},-{1 + k % 3}" for k in range(6))
    path = write("frequency_Hz,Zre_ohm,Zim_ohm\n" + rows + "\n")
    for arguments in (
        ("fit", "eis", path, *CIRCUIT),
        ("fit", "series", path, path, *CIRCUIT, *PELLET),
        ("fit", "growth", path, path, *CIRCUIT, "--every", "10"),
        ("compare", "--models", path, *CIRCUIT, "--circuit", "R0-C1"),
    ):
        status, _, err = command(*arguments)
        assert status == 2
        assert "Z' is below zero at all 6 frequencies" in " ".join(err.split()), arguments


def test_what_was_left_out_is_said_and_not_fitted(command, file, tmp_path) -> None:
    status, printed, err = command("fit", "eis", file, *CIRCUIT, "--noise", "white", "--fmin",
                                   "1Hz", "--drop", "46 Hz", "--draws", 400, "--json",
                                   "--out", tmp_path / "out")  # fmt: skip
    assert status in (0, 4), err
    document = json.loads(printed)
    said = "7 of 37 points were left out: below 1 Hz, at 46.4 Hz"
    assert said in document["data"]["messages"] and document["remarks"] == [said]
    assert document["data"]["n"] == 30
    assert document["data"]["sha256"] == po.read_spectrum(file).attrs["sha256"]
    assert said in (tmp_path / "out" / "report.html").read_text()
    assert po.load(tmp_path / "out" / "posterior.nc").attrs["noise"] == repr(po.Proportional())


@pytest.mark.slow
def test_series_growth_and_comparisons_take_the_options(command, file, tmp_path) -> None:
    options = ("--noise", "student-t", "--fmin", "1Hz", "--draws", 500, "--seed", 1)
    said = "6 of 37 points were left out: below 1 Hz"
    pairs = ("--temperature", "20C", "--temperature", "40C")
    text = file.read_text()
    other = file.with_name("cell_40C.csv")
    other.write_text(text)
    for arguments in (
        ("fit", "series", file, other, *CIRCUIT, *PELLET, *pairs),
        ("fit", "growth", file, other, *CIRCUIT, "--every", "10"),
        ("fit", "eis", file, other, *CIRCUIT, "--pool", "spectrum"),
        ("compare", "--models", file, *CIRCUIT, "--circuit", "R0-p(R1,C1)"),
    ):
        out = tmp_path / arguments[1]
        status, printed, err = command(*arguments, *options, "--out", out)
        assert status != 2, err
        assert said in " ".join(printed.split()), arguments
        assert said in (out / "report.html").read_text(), arguments
