"""A spectrum is built, checked and converted in one place."""

import hashlib

import numpy as np
import pytest
import xarray as xr

from posterion.datasets.schema import check_spectrum, spectrum_dataset
from posterion.errors import PosterionError

F = [1.0, 100.0, 10.0]
Z = [30 - 3j, 10 - 1j, 20 - 2j]


def build(frequency=F, impedance=Z, **more):
    return spectrum_dataset(frequency, impedance, source="cell.csv", format="text", **more)


def test_layout_units_and_order():
    spectrum = build(messages=["one", "two"], temperature_c=25)
    assert spectrum["Z"].dims == ("frequency", "part")
    assert spectrum["Z"].dtype == spectrum["frequency"].dtype == np.float64
    assert spectrum["part"].values.tolist() == ["real", "imag"]
    assert spectrum["frequency"].values.tolist() == [100.0, 10.0, 1.0]
    assert spectrum["Z"].values.tolist() == [[10, -1], [20, -2], [30, -3]]
    assert spectrum["frequency"].attrs == {"units": "Hz", "long_name": "Frequency"}
    assert spectrum["Z"].attrs == {"units": "ohm", "long_name": "Impedance"}
    assert spectrum.attrs["messages"] == "one\ntwo"
    assert spectrum.attrs["temperature_c"] == 25.0
    assert "temperature_c" not in build().attrs


def test_hash_of_a_spectrum_made_in_memory_is_of_its_bytes():
    content = np.array(F).tobytes() + np.array(Z).tobytes()
    assert build().attrs["sha256"] == hashlib.sha256(content).hexdigest()
    assert build(sha256="ab").attrs["sha256"] == "ab"


def test_netcdf_round_trip(tmp_path):
    spectrum = build(messages=["one", "two"], temperature_c=-20)
    spectrum.to_netcdf(tmp_path / "s.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "s.nc", engine="scipy") as back:
        xr.testing.assert_identical(back.load(), spectrum)


def test_exact_duplicates_are_dropped_and_told():
    spectrum = build([10, 1, 10], [5 - 1j, 9 - 2j, 5 - 1j])
    assert spectrum["frequency"].values.tolist() == [10, 1]
    assert spectrum.attrs["messages"] == "exact duplicates dropped: 1 point(s)"


@pytest.mark.parametrize(
    ("frequency", "impedance", "words"),
    [
        ([10, 1], [1 - 1j, np.nan - 1j], ["line 8", "Z' is nan"]),
        ([10, 1], [1 - 1j, complex(1, np.inf)], ["line 8", "Z'' is inf"]),
        ([np.nan, 1], [1 - 1j, 2 - 1j], ["line 7", "frequency is nan"]),
        ([10, 0], [1 - 1j, 2 - 1j], ["line 8", "0 Hz", "positive"]),
        ([-10, 1], [1 - 1j, 2 - 1j], ["line 7", "-10 Hz", "positive"]),
        ([10, 10], [1 - 1j, 2 - 1j], ["line 7 and 8", "10 Hz", "two different impedances"]),
    ],
)
def test_bad_points_are_named_by_line(frequency, impedance, words):
    with pytest.raises(PosterionError) as caught:
        build(frequency, impedance, lines=[7, 8])
    for word in ["cell.csv", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("frequency", "impedance", "words"),
    [
        ([10], [1 - 1j], "has 1 point"),
        ([10, 10], [1 - 1j, 1 - 1j], "has 1 point"),
        ([], [], "has 0 point"),
        ([10, 1], [1 - 1j], "shape"),
        ([[10, 1]], [[1 - 1j, 2 - 1j]], "shape"),
        ([10 + 1j, 1], [1, 2], "complex128"),
        (["a", "b"], [1, 2], "expected float64"),
        ([1, [2]], [1, 2], "no array"),
    ],
)
def test_bad_arrays(frequency, impedance, words):
    with pytest.raises(PosterionError, match=words):
        build(frequency, impedance)


def by_hand(**changes):
    parts = {"units": "kohm", "f_units": "kHz", "part": ["real", "imag"]} | changes
    dataset = xr.Dataset(
        {"Z": (("part", "frequency"), [[1.0, 2.0], [-0.5, -0.25]])},
        coords={"frequency": [1.0, 3.0], "part": parts["part"]},
        attrs={"source": "mine"},
    )
    for variable, key in (("Z", "units"), ("frequency", "f_units")):
        if parts[key] is not None:
            dataset[variable].attrs["units"] = parts[key]
    return dataset


def test_check_converts_units_and_order_and_leaves_its_argument_alone():
    given_dataset = by_hand()
    before = given_dataset.copy(deep=True)
    checked = check_spectrum(given_dataset)
    assert checked["frequency"].values.tolist() == [3000.0, 1000.0]
    assert checked["Z"].transpose("frequency", "part").values.tolist() == [
        [2000.0, -250.0],
        [1000.0, -500.0],
    ]
    assert checked["Z"].attrs["units"] == "ohm"
    assert checked["frequency"].attrs["units"] == "Hz"
    assert checked.attrs["source"] == "mine"
    xr.testing.assert_identical(given_dataset, before)
    assert given_dataset["Z"].attrs == {"units": "kohm"}


def test_check_puts_the_real_part_first():
    swapped = by_hand(part=["imag", "real"])
    checked = check_spectrum(swapped)
    assert checked["part"].values.tolist() == ["real", "imag"]
    assert checked["Z"].values.tolist() == [[-250.0, 2000.0], [-500.0, 1000.0]]


def test_check_keeps_a_spectrum_as_it_is():
    spectrum = build(messages=["one"])
    xr.testing.assert_identical(check_spectrum(spectrum), spectrum)


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (by_hand(units=None), "'units' of 'Z' is missing"),
        (by_hand(f_units=None), "'units' of 'frequency' is missing"),
        (by_hand(units="volt"), "units='volt' of 'Z' cannot be converted to ohm"),
        (by_hand(f_units="blorp"), "units='blorp' of 'frequency' cannot be converted"),
        (by_hand(part=["a", "b"]), "'part' is"),
        (by_hand().rename(frequency="f"), "'frequency' is missing"),
        (by_hand().drop_vars("Z"), "'Z' is missing"),
        (by_hand().isel(part=0, drop=True).expand_dims(part2=2), "'part' is missing"),
        (by_hand().expand_dims(cell=2), "has the dimensions"),
        (by_hand().isel(frequency=[0]), "has 1 point"),
        (by_hand() * np.nan, "point 1: Z' is nan"),
        ([1, 2], "not list"),
    ],
)
def test_check_names_what_is_wrong(dataset, words):
    with pytest.raises(PosterionError, match=words):
        check_spectrum(dataset)
