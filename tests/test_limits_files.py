"""Tables of limits of cells, and of voltammograms."""

import numpy as np
import pytest

import posterion as po
from posterion import PosterionError

INF = float("inf")


def test_steps_of_a_table(write) -> None:
    data = po.read_limits(
        write(
            "cell,sample,survived (mA/cm2),failed (mA/cm2),operator\n"
            "1,bare,0.6,0.65,ab\n2,bare,0,0.1,ab\n3,coated,1.5,,cd\n"
        )
    )
    assert data["critical_current_low"].values.tolist() == [0.6, 0, 1.5]
    assert data["critical_current_high"].values.tolist() == [0.65, 0.1, INF]
    assert data["critical_current"].attrs["units"] == "mA/cm**2"
    assert data["cell"].values.tolist() == ["1", "2", "3"]
    assert data["sample"].values.tolist() == ["bare", "bare", "coated"]
    assert data["operator"].values.tolist() == ["ab", "ab", "cd"]
    assert "1 of 3 cells had not failed" in data.attrs["messages"]


def test_units_in_a_row_of_their_own_and_decimal_commas(write) -> None:
    data = po.read_limits(write("cell;survived;failed\n;µA cm-2;µA cm-2\na;60,5;65\nb;70;\n"))
    assert data["critical_current"].attrs["units"] == "µA/cm**2"
    assert data["critical_current_low"].values.tolist() == [60.5, 70]
    named = po.read_limits(write("cell,lo,hi\na,0.6,0.7\n"), unit="mA/cm2",
                           columns={"survived": "lo", "failed": "hi"})  # fmt: skip
    assert named["critical_current_high"].values.tolist() == [0.7]


@pytest.mark.parametrize(
    ("header", "unit"),
    [("cycles", "cycle"), ("lifetime (cycles)", "cycle"), ("hours", "hour"), ("life (h)", "hour")],
)
def test_lifetimes_of_a_table(write, header, unit) -> None:
    data = po.read_limits(write(f"cell,sample,{header},running\na,bare,10,no\nb,coated,40,yes\n"))
    assert data["lifetime"].attrs["units"] == unit
    assert data["lifetime_low"].values.tolist() == [9 if unit == "cycle" else 10, 40]
    assert data["lifetime_high"].values.tolist() == [10, INF]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("cell,survived,failed\na,0.6,0.7\n", "unit of the currents"),
        ("cell,survived (mA/cm2),failed (mA/cm2)\na,0.6,0.7\nb,0.8,0.7\n", "line 3: the cell fail"),
        ("cell,survived (mA/cm2),failed (uA/cm2)\na,0.6,0.7\n", "in one unit"),
        ("cell,survived (mA/cm2),failed (mA/cm2)\na,x,0.7\n", "line 2"),
        ("cell,cycles,running\na,10,maybe\n", "line 2: running is 'maybe'"),
        ("cell,cycles,running\na,-3,no\n", "line 2: the lifetime is -3"),
        ("cell,cycles\na,10\n", "limits of cells need"),
    ],
)
def test_tables_that_cannot_be_limits(write, content, said) -> None:
    with pytest.raises(PosterionError, match=said):
        po.read_limits(write(content))


@pytest.mark.parametrize(
    "header",
    ["E (V),j (mA/cm2)", "Potential/V,Current density/mA cm-2", "E (V vs. Na+/Na),j (mA cm⁻²)",
     "time (s),Ewe/V,j_mA/cm2"],
)  # fmt: skip
def test_voltammograms_of_a_table(write, header) -> None:
    first = "1," if header.startswith("time") else ""
    rows = "".join(f"{first}{V:.2f},{0.1 * V:.3f}\n" for V in np.arange(1, 3, 0.1))
    data = po.read_voltammogram(write(f"{header}\n{rows}"))
    assert data["current"].attrs["units"] == "mA/cm**2"
    assert data["potential"].values == pytest.approx(np.arange(1, 3, 0.1))
    assert data["current"].values == pytest.approx(0.1 * np.arange(1, 3, 0.1), abs=1e-3)


def test_units_of_a_voltammogram_are_never_guessed(write) -> None:
    path = write("E,I\n1000,1\n2000,2\n")
    with pytest.raises(PosterionError, match="unit of the current"):
        po.read_voltammogram(path)
    data = po.read_voltammogram(write("E (mV),I\n1000,1\n2000,2\n"), current_unit="µA")
    assert data["potential"].values.tolist() == [1.0, 2.0]
    assert data["current"].attrs["units"] == "µA"
    with pytest.raises(PosterionError, match="voltammogram needs"):
        po.read_voltammogram(write("a,b\n1,2\n2,3\n"))


@pytest.mark.parametrize(
    ("content", "unit"),
    [
        ("cell,survived (µA/cm2),failed (µA/cm2)\na,60,70\n", "mA/cm2"),
        ("cell,survived,failed\n,µA/cm2,µA/cm2\na,60,70\n", "mA/cm2"),
        ("cell,lifetime (h),running\na,10,no\n", "cycle"),
    ],
)
def test_a_unit_overrules_none_that_is_written(write, content, unit) -> None:
    with pytest.raises(PosterionError, match="leave out the one that is wrong"):
        po.read_limits(write(content), unit=unit)


def test_a_unit_may_be_said_twice(write) -> None:
    data = po.read_limits(write("cell,survived (mA cm-2),failed\na,0.6,0.7\n"), unit="mA/cm2")
    assert data["critical_current_high"].attrs["units"] == "mA/cm**2"
