"""Numbers that no cell can have measured are refused where they come in, in one sentence."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.cli.inspect_file import data_inspect
from posterion.datasets.schema import spectrum_dataset
from posterion.inference.impossible import refuse_impossible

FREQUENCY = np.geomspace(1e5, 0.1, 37)
CIRCUIT = po.Circuit.parse("R0-p(R1,CPE1)")


def arc(noise: float = 0.005, R0: float = 20.0) -> np.ndarray:
    """Return an arc of 100 ohm with noise, in complex numbers."""
    Z = R0 + 100 / (1 + (2j * np.pi * FREQUENCY * 1e-3) ** 0.9)
    real, imag = np.random.default_rng(0).normal(size=(2, FREQUENCY.size))
    return Z + noise * np.abs(Z) * (real + 1j * imag)


def spectrum(Z: np.ndarray) -> xr.Dataset:
    return spectrum_dataset(FREQUENCY, Z, source="cell", format="memory")


def with_point(place: int, value: complex) -> np.ndarray:
    Z = arc()
    Z[place] = value
    return Z


IMPOSSIBLE = {
    "Z' turned": (-arc().conj(), "at all 37 frequencies, which no cell shows: the column of Z'"),
    "both turned": (-arc(), "both parts have the sign turned"),
    "no Z''": (arc().real + 0j, "Z'' is zero at all 37 frequencies"),
    "constant": (np.full(37, 57.3 - 4.1j), "Z is 57.3-4.1j Ω at all 37 frequencies"),
    "one point": (with_point(18, -30 - 5j), "at 1 of 37 points, further than noise explains"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_arrays_are_refused_by_fit(case: str) -> None:
    Z, words = IMPOSSIBLE[case]
    with pytest.raises(po.PosterionError) as refused:
        po.fit(CIRCUIT, spectrum(Z))
    assert words in str(refused.value) and str(refused.value).startswith("cell: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_files_are_refused_with_the_same_words(case: str, write) -> None:
    """The sign that is found from the data does not hide which column is turned."""
    Z, words = IMPOSSIBLE[case]
    rows = [f"{f!r},{z.real!r},{z.imag!r}" for f, z in zip(FREQUENCY.tolist(), Z.tolist(),
                                                          strict=True)]  # fmt: skip
    path = write("frequency_Hz,Z_real_ohm,Z_imag_ohm\n" + "\n".join(rows) + "\n")
    with pytest.raises(po.PosterionError) as refused:
        refuse_impossible(po.read_spectrum(path))
    assert words in str(refused.value)


def test_points_are_named_and_can_be_left_out() -> None:
    Z = arc()
    Z[[3, 20]] = [-80 + 1j, -40 - 3j]
    with pytest.raises(po.PosterionError, match="2 of 37 points.*-80 Ω at 31.6 kHz, -40 Ω at 46.4"):
        refuse_impossible(spectrum(Z))
    refuse_impossible(po.cut(spectrum(Z), drop=["31.6 kHz", "46.4 Hz"]))


POSSIBLE = {
    "an arc": arc(),
    "conjugated": arc().conj(),  # mostly inductive: odd, and settled by the sign of the column
    "a lead": arc(R0=0.3) + 2j * np.pi * FREQUENCY * 1e-4,
    "noise about zero": arc(R0=0.0)
    + 0.5 * np.random.default_rng(1).normal(size=(37, 2)) @ np.array([1, 1j]),
    "a capacitor, 1 degree off": np.exp(-0.02j) / (2j * np.pi * FREQUENCY * 1e-3),
    "a resistor": 50 + 0.01 * np.random.default_rng(2).normal(size=(37, 2)) @ np.array([1, 1j]),
    "small beside the rest": with_point(0, -0.5 - 0.1j),
}


@pytest.mark.parametrize("case", POSSIBLE)
def test_what_cells_and_instruments_do_is_let_pass(case: str) -> None:
    refuse_impossible(spectrum(POSSIBLE[case]))


def test_each_of_many_spectra_is_looked_at_and_named() -> None:
    stacked = po.stack_spectra({"good": spectrum(arc()), "bad": spectrum(-arc())})
    with pytest.raises(po.PosterionError, match="bad: Z' is below zero"):
        po.fit(CIRCUIT, stacked, pool="spectrum")


def test_inspecting_a_file_says_so(write, capsys) -> None:
    rows = "\n".join(f"{10.0**k},-{20 + k},-{1 + k % 3}" for k in range(6))
    data_inspect(write("frequency_Hz,Zre_ohm,Zim_ohm\n" + rows + "\n"))
    assert "cannot be fitted: cell: Z' is below zero at all 6" in capsys.readouterr().out


def test_no_measured_spectrum_is_refused(shared_data) -> None:
    read = 0
    for folder in ("autoeis", "bayes_drt", "eisfitpython", "hybrid_drt", "impedance_analyzer",
                   "impedance_py", "madap", "pydrttools"):  # fmt: skip
        for path in sorted(Path(shared_data(folder)).rglob("*")):
            try:
                spectra = po.read_spectra(path) if path.is_file() else {}
            except po.PosterionError:
                continue  # no table of impedance
            for each in spectra.values():
                refuse_impossible(each)
                read += 1
    assert read > 90
