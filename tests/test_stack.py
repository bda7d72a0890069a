"""Many spectra as one data set: labels along the frequencies, and clear refusals."""

import hashlib

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import PosterionError
from posterion.datasets.schema import spectrum_dataset


def spectrum(source: str, points: int = 5, **options) -> xr.Dataset:
    f = np.logspace(4, 0, points)
    return spectrum_dataset(
        f, 10 + len(options) + 5 / (1 + 1j * f), source=source, format="test", **options
    )


def test_points_carry_the_labels_of_their_spectrum() -> None:
    spectra = {"a": spectrum("x.csv", 5), "b": spectrum("x.csv", 3)}
    stacked = po.stack_spectra(spectra, labels={"pellet": ["P", "Q"], "day": [1, 2]})
    assert stacked["Z"].dims == ("part", "frequency") and stacked["Z"].shape == (2, 8)
    assert stacked["spectrum"].values.tolist() == ["a"] * 5 + ["b"] * 3
    assert stacked["pellet"].values.tolist() == ["P"] * 5 + ["Q"] * 3
    assert stacked["day"].values.tolist() == [1] * 5 + [2] * 3
    for name, one in spectra.items():
        own = stacked.isel(frequency=np.flatnonzero(stacked["spectrum"] == name))
        np.testing.assert_array_equal(own["frequency"], one["frequency"])
        np.testing.assert_array_equal(own["Z"].T, one["Z"])
    assert stacked["frequency"].attrs["units"] == "Hz" and stacked["Z"].attrs["units"] == "ohm"


def test_origin_is_kept() -> None:
    spectra = [
        spectrum("a.csv", messages=("sign kept",)),
        spectrum("b.csv", messages=("sign kept", "one point dropped"), temperature_c=20),
    ]
    stacked = po.stack_spectra(spectra)
    assert stacked.attrs["source"] == "a.csv, b.csv"
    assert stacked.attrs["messages"].splitlines() == ["sign kept", "one point dropped"]
    joined = "".join(one.attrs["sha256"] for one in spectra)
    assert stacked.attrs["sha256"] == hashlib.sha256(joined.encode()).hexdigest()
    assert po.stack_spectra(spectra[::-1]).attrs["sha256"] != stacked.attrs["sha256"]
    one_file = po.stack_spectra({"1": spectra[0], "2": spectra[0]})
    assert one_file.attrs["source"] == "a.csv, 2 spectra"


def test_temperature_is_a_label_where_all_spectra_tell() -> None:
    warm, cold = spectrum("a", temperature_c=80), spectrum("b", temperature_c=-10.5)
    assert set(po.stack_spectra([warm, cold])["temperature_c"].values) == {80.0, -10.5}
    assert "temperature_c" not in po.stack_spectra([warm, spectrum("c")]).coords


def test_other_units_are_brought_to_ohm() -> None:
    milli = spectrum("m")
    milli["Z"] = (milli["Z"] * 1e3).assign_attrs(units="mohm")
    stacked = po.stack_spectra([milli, spectrum("o")])
    np.testing.assert_allclose(stacked["Z"][:, :5], stacked["Z"][:, 5:])


@pytest.mark.parametrize(
    ("spectra", "labels", "message"),
    [
        ([], {}, "no spectra to stack"),
        (["a", "a"], {}, "2 spectra are called 'a'"),
        (["a", "b"], {"pellet": ["P"]}, "2 spectra have 1 labels 'pellet'"),
        (["a", "b"], {"pellet": ["P", " "]}, "'pellet' of spectrum 2 is empty"),
        (["a", "b"], {"pellet": ["P", None]}, "'pellet' of spectrum 2 is empty"),
        (["a", "b"], {"pellet": [1.0, np.nan]}, "'pellet' of spectrum 2 is empty"),
        (["a", "b"], {"frequency": [1, 2]}, "'frequency' have a name that is taken"),
        (["a", "b"], {"spectrum": [1, 2]}, "'spectrum' have a name that is taken"),
    ],
)
def test_what_cannot_be_stacked_is_refused(spectra, labels, message) -> None:
    with pytest.raises(PosterionError, match=message):
        po.stack_spectra([spectrum(name) for name in spectra], labels=labels)


def test_what_is_no_spectrum_is_refused() -> None:
    with pytest.raises(PosterionError, match="A spectrum is an xarray.Dataset, not int"):
        po.stack_spectra([spectrum("a"), 3])  # type: ignore[list-item]
