"""Replicates: one number a specimen; what is none is refused with the remedy."""

import numpy as np
import pytest

import posterion as po
from posterion.datasets.schemas.replicate_tables import pint_unit

PELLETS = "coating,sigma (mS/cm)\nbare,0.21\nbare,0.22\n7 uL,0.310\n"


def read(write, text: str = PELLETS, **more):
    return po.read_replicates(write(text), **{"group": "coating", "value": "sigma", **more})


def test_numbers_units_and_digits_come_from_the_table(write) -> None:
    data = read(write)
    assert data["value"].values.tolist() == [0.21, 0.22, 0.31]
    assert data["value"].attrs == {"units": "mS/cm", "long_name": "sigma"}
    assert data["value_step"].values.tolist() == [0.01, 0.01, 0.001]
    assert data["group"].values.tolist() == ["bare", "bare", "7 uL"]
    assert len(set(data["specimen"].values.tolist())) == 3
    assert set(data.coords) == {"group", "specimen"}


def test_specimens_of_one_name_in_two_groups_are_two(write) -> None:
    text = "coating,pellet,sigma (mS/cm)\nbare,1,0.21\nbare,1,0.22\n7 uL,1,0.31\n"
    data = read(write, text)
    assert len(set(data["specimen"].values.tolist())) == 2
    assert "column 'pellet'" in data.attrs["messages"]


def test_decimal_commas_and_factors(write) -> None:
    text = "coating;volume (uL);batch;sigma (S/cm)\nbare;0;a;2,1e-4\ncoated;7;b;3,1e-4\n"
    data = read(write, text, factors=("volume", "batch"))
    assert data["value"].values == pytest.approx([2.1e-4, 3.1e-4])
    assert data["volume"].values.tolist() == [0.0, 7.0]
    assert data["batch"].values.tolist() == ["a", "b"]


def test_rows_are_chosen_by_a_condition(write) -> None:
    text = "coating,T (C),sigma (mS/cm)\nbare,25,0.2\nbare,55,0.5\ncoated,25,0.3\n"
    assert read(write, text, where={"T": "25.0"})["value"].values.tolist() == [0.2, 0.3]
    with pytest.raises(po.PosterionError, match=r"no row has 'T' = 30; the column holds 25, 55"):
        read(write, text, where={"T": "30"})


@pytest.mark.parametrize(
    ("text", "more", "message"),
    [
        ("coating,sigma\nbare,1\nb,2\n", {}, "has no unit"),
        (PELLETS, {"unit": "S/cm"}, "units are mixed: 'mS/cm' .* 'S/cm' by the unit given"),
        ("coating,sigma,unit\na,1,mS/cm\nb,2,S/cm\n", {}, "units are mixed: .* line 2 .* line 3"),
        ("coating,sigma,unit\na,1,mS/cm\nb,2,furlong^9\n", {}, "'furlong.9' is not understood"),
        (PELLETS.replace("0.22", "0.21"), {}, "lines 2 and 3 are the same; remove one, or"),
        (PELLETS.replace("0.22", "high"), {}, r"line 3, column 2 \('sigma \(mS/cm\)'\): 'high'"),
        (PELLETS.replace("0.22", ""), {}, "line 3, column 2 .*a number is missing"),
        (PELLETS, {"group": "coatin"}, "no column 'coatin'; did you mean 'coating'"),
        (PELLETS, {"value": "sgma (mS/cm)"}, r"no column 'sgma.*did you mean 'sigma \(mS/cm\)'"),
        (PELLETS.replace("7 uL", ""), {}, "line 4, column 'sigma': group is empty"),
    ],
)
def test_bad_tables_are_one_sentence(write, text, more, message) -> None:
    with pytest.raises(po.PosterionError, match=message) as caught:
        read(write, text, **more)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("frequency (Hz)", (1e6, 1e5, 1e6), "Points of one spectrum are not replicates.*Fit"),
        ("cycle", (1, 2, 1), "Cycles of one cell are not replicates.*Fit the cells first"),
        ("time (h)", (0, 1, 0), "over time are not replicates"),
        ("temperature (C)", (25, 55, 25), "several conditions are not replicates.*where="),
    ],
)
def test_points_of_one_measurement_are_refused(write, column, values, message) -> None:
    rows = [
        f"{name},{sigma},{each}"
        for name, sigma, each in zip(
            ("bare", "bare", "7 uL"), (0.2, 0.21, 0.3), values, strict=True
        )
    ]
    text = "\n".join([f"coating,sigma (mS/cm),{column}", *rows, ""])
    with pytest.raises(po.PosterionError, match=message):
        read(write, text)


def test_cycles_are_refused_where_they_repeat_a_cell_and_not_where_they_do_not(write) -> None:
    text = "coating,cell,cycle,q (mAh/g)\nbare,a,1,120\nbare,{},2,119\nnew,c,1,125\n"
    with pytest.raises(po.PosterionError, match="2 values within the specimen 'bare / a'"):
        read(write, text.format("a"), value="q")
    assert read(write, text.format("b"), value="q").sizes["point"] == 3


def test_arrays_are_checked() -> None:
    with pytest.raises(po.PosterionError, match="group has 1 values, but 'group' needs 2"):
        po.replicates([1.0, 2.0], ["a"], unit="V")
    with pytest.raises(po.PosterionError, match="point 2: value is nan"):
        po.replicates([1.0, np.nan], ["a", "b"], unit="V")
    with pytest.raises(po.PosterionError, match="value_sd is -1; expected 0 or above"):
        po.replicates([1.0, 2.0], ["a", "b"], unit="V", sd=[-1.0, 1.0])
    with pytest.raises(po.PosterionError, match="cannot be called 'value'"):
        po.replicates([1.0], ["a"], unit="V", factors={"value": [1]})
    with pytest.raises(po.PosterionError, match="give one or more values"):
        po.replicates([], [], unit="V")


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("mS cm⁻¹", "mS*cm**-1"),
        ("Ω·cm²", "Ω*cm**2"),
        ("S_per_cm", "S/cm"),
        ("mAh/g", "mAh/g"),
        ("1", ""),
        ("nonsense", None),
        ("2**99**99", None),
    ],
)
def test_units_as_people_write_them(written, unit) -> None:
    assert pint_unit(written) == unit
