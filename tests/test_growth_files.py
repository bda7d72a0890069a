"""Tables of resistances and overpotentials over cycles."""

import numpy as np
import pytest

import posterion as po

LONG = """cycle,sample,path,resistance (kohm)
0,bare,R1,0.150
50,bare,R1,1.3
0,coated,R1,0.550
50,coated,R1,0.95
"""


def test_a_row_for_each_cycle_and_series(write) -> None:
    data = po.read_growth(write(LONG))
    assert data["resistance"].attrs["units"] == "ohm"
    np.testing.assert_allclose(data["resistance"].values, [150, 1300, 550, 950])
    np.testing.assert_allclose(data["resistance_step"].values, [1, 100, 1, 10])
    assert data["cycle"].values.tolist() == [0, 50, 0, 50]
    assert data["series"].values.tolist() == ["R1 / bare"] * 2 + ["R1 / coated"] * 2


def test_a_column_for_each_resistance_has_its_own_unit_and_may_be_blank(write) -> None:
    table = "cycle;R1 (ohm);R2 (kohm)\n0;10,5;1,0\n10;;1,2\n20;12,5;1,4\n"
    data = po.read_growth(write(table))
    assert data["path"].values.tolist() == ["R1", "R1", "R2", "R2", "R2"]
    assert data["cycle"].values.tolist() == [0, 20, 0, 10, 20]
    np.testing.assert_allclose(data["resistance"].values, [10.5, 12.5, 1000, 1200, 1400])
    np.testing.assert_allclose(data["resistance_step"].values, [0.1, 0.1, 100, 100, 100])


def test_rows_are_brought_into_the_order_of_cycles(write) -> None:
    data = po.read_growth(write("N,R_ct / Ohm\n20,3\n0,1\n10,2\n"))
    assert data["cycle"].values.tolist() == [0, 10, 20]
    assert data["resistance"].values.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("header", "unit", "value"),
    [
        ("overpotential (mV)", "V", 0.005),
        ("polarization [V]", "V", 5.0),
        ("ASR (ohm cm2)", "ohm*cm**2", 5.0),
        ("interfacial resistance (Ω·cm²)", "ohm*cm**2", 5.0),
    ],
)
def test_quantities_and_units(header, unit, value, write) -> None:
    data = po.read_growth(write(f"cycle,{header}\n0,5\n10,6\n"))
    output = "overpotential" if unit == "V" else "resistance"
    assert data[output].attrs["units"] == unit
    assert data[output].values[0] == pytest.approx(value)


def test_errors_come_along(write) -> None:
    data = po.read_growth(write("cycle,R1 (ohm),R1_sd (ohm)\n0,5,0.5\n10,6,0.4\n"))
    assert data["resistance_sd"].values.tolist() == [0.5, 0.4]
    assert data["resistance"].values.tolist() == [5, 6]


def test_columns_and_units_can_be_told(write) -> None:
    path = write("n_cycle_count,X,who\n0,5,a\n10,6,a\n")
    data = po.read_growth(
        path, unit="kohm", columns={"cycle": "n_cycle_count", "resistance": "X", "sample": "who"}
    )
    assert data["resistance"].values.tolist() == [5000, 6000]
    assert data["sample"].values.tolist() == ["a", "a"]


BAD = {
    "no unit": ("cycle,R1\n0,5\n10,6\n", {}, "no unit"),
    "unknown unit": ("cycle,R1 (ohm)\n0,5\n10,6\n", {"unit": "kg"}, "'kg' is not understood"),
    "two units": ("cycle,R1 (ohm)\n0,5\n10,6\n", {"unit": "kohm"}, "the unit given is another"),
    "no cycle": ("time,R1 (ohm)\n0,5\n10,6\n", {}, "needs a column of cycle numbers"),
    "not positive": ("cycle,R1 (ohm)\n0,5\n10,-6\n", {}, "line 3, column 'R1 .ohm.': resistance"),
    "bad cycle": ("cycle,R1 (ohm)\n-1,5\n10,6\n", {}, "from 0 up"),
    "two quantities": ("cycle,R1 (ohm),overpotential (V)\n0,5,1\n10,6,1\n", {}, "choose one"),
    "different units": ("cycle,R1 (ohm),R2 (ohm cm2)\n0,5,1\n10,6,1\n", {}, "same quantity"),
    "path twice": ("cycle,path,R1 (ohm),R2 (ohm)\n0,a,5,1\n10,a,6,1\n", {}, "column 'path'"),
    "misspelt": ("cycle,R1 (ohm)\n0,5\n", {"columns": {"resistence": "R1"}}, "did you mean"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables_are_refused(case, write) -> None:
    table, options, words = BAD[case]
    with pytest.raises(po.PosterionError, match=words):
        po.read_growth(write(table), **options)


def test_arrays_must_be_of_one_length() -> None:
    with pytest.raises(po.PosterionError, match="path has 1 values"):
        po.growth_dataset([0, 1], [1.0, 2.0], labels={"path": ["a"]})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([], []), "give one or more values"),
        (([[0, 1]], [[1.0, 2.0]]), "give one or more values"),
        (([0, 1], [1.0]), "one value for each point"),
    ],
)
def test_what_is_no_list_of_points_is_refused(arguments, words) -> None:
    with pytest.raises(po.PosterionError, match=words):
        po.growth_dataset(*arguments)


@pytest.mark.parametrize("name", ["cycle", "resistance", "series", "point"])
def test_a_label_cannot_replace_what_the_data_hold(name) -> None:
    with pytest.raises(po.PosterionError, match=f"cannot be called '{name}'"):
        po.growth_dataset([0, 1], [1.0, 2.0], labels={name: ["a", "b"]})
