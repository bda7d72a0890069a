"""Frequencies are left out as told, and never in silence."""

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.datasets.cut import read_frequency
from posterion.datasets.schema import spectrum_dataset


@pytest.fixture
def spectrum() -> xr.Dataset:
    frequency = np.geomspace(1e6, 0.1, 57)
    Z = 10 + 50 / (1 + 2j * np.pi * frequency * 1e-3)
    return spectrum_dataset(frequency, Z, source="cell", format="memory", messages=("first",))


def test_ends_and_single_points_are_left_out_and_said(spectrum: xr.Dataset) -> None:
    found = po.cut(spectrum, fmin="1 Hz", fmax="100kHz", drop=["55 Hz"])
    frequency = found["frequency"].values
    whole = spectrum["frequency"].values
    nearest = whole[np.argmin(np.abs(whole - 55))]
    expected = whole[(whole >= 1) & (whole <= 1e5) & (whole != nearest)]
    assert frequency.tolist() == expected.tolist()
    assert found["Z"].sel(frequency=expected).equals(spectrum["Z"].sel(frequency=expected))
    first, said = found.attrs["messages"].splitlines()
    gone = whole.size - expected.size
    assert first == "first"
    assert said == f"{gone} of 57 points were left out: below 1 Hz, above 100 kHz, at 56.2 Hz"
    assert found.attrs["sha256"] == spectrum.attrs["sha256"]
    assert spectrum.attrs["messages"] == "first" and spectrum.sizes["frequency"] == 57


def test_nothing_left_out_is_not_said(spectrum: xr.Dataset) -> None:
    assert po.cut(spectrum, fmin="1 mHz", fmax=1e9).identical(spectrum)


def test_a_point_beyond_the_end_counts_once(spectrum: xr.Dataset) -> None:
    found = po.cut(spectrum, fmin="100 Hz", drop=["31.6 Hz"])
    assert found.attrs["messages"].endswith("points were left out: below 100 Hz")
    assert found.sizes["frequency"] == 33


def test_there_is_a_name_where_there_are_several(spectrum: xr.Dataset) -> None:
    found = po.cut(spectrum, fmin=1, name="pellet A")
    assert "pellet A: 8 of 57 points were left out: below 1 Hz" in found.attrs["messages"]


@pytest.mark.parametrize(
    ("text", "hertz"),
    [("1Hz", 1.0), ("50 Hz", 50.0), ("1 MHz", 1e6), ("10mHz", 0.01), ("2.5e3", 2500.0), (7, 7.0)],
)
def test_frequencies_are_read(text: str | float, hertz: float) -> None:
    assert read_frequency(text, "fmin") == pytest.approx(hertz)


@pytest.mark.parametrize(
    "text", ["", "fast", "1 s", "3 rad/s", "1,5 Hz", "-1 Hz", "0", "inf", "nan", "1 qHz", "1 MHZ"]
)
def test_what_is_no_frequency_is_refused(text: str, spectrum: xr.Dataset) -> None:
    with pytest.raises(po.PosterionError, match=r"fmin '.*write"):
        po.cut(spectrum, fmin=text)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"drop": ["20 mHz"]}, "within 5 % of 20 mHz to drop; the nearest one is at 100 mHz"),
        ({"fmin": "1 kHz", "fmax": "1 Hz"}, "fmin must lie below fmax"),
        ({"fmin": "2 MHz"}, "0 of 57 points would be left"),
    ],
)
def test_what_cannot_be_left_out_is_refused(options, words, spectrum: xr.Dataset) -> None:
    with pytest.raises(po.PosterionError, match=words):
        po.cut(spectrum, **options)
