"""Capacities by cycle from tables and cyclers, and what bad files answer."""

import csv
import hashlib
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posterion.datasets.schemas.cycling import read_cycling
from posterion.datasets.schemas.cycling_points import cycling_dataset
from posterion.datasets.schemas.cycling_titles import capacity_unit_of, meaning_of
from posterion.errors import PosterionError
from posterion.units import registry


def points(data):
    """Return (cell, cycle, capacity) of each point."""
    columns = (data["cell"].values, data["cycle"].values, data["capacity"].values)
    return [(str(cell), float(n), float(q)) for cell, n, q in zip(*columns, strict=True)]


def refused(path, *words, **options):
    """Check that a file is refused in one line that holds the words."""
    with pytest.raises(PosterionError) as caught:
        read_cycling(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path.parent) not in message or "no such file" in message
    for word in words:
        assert word in message, message


# Measured tables


def test_cells_of_severson_in_columns(shared_data):
    path = shared_data("severson_mattia", "train_discharge_capacity_Ah.csv")
    refused(path, "'cell1' has no unit", "capacity_unit='mAh'")
    data = read_cycling(path, capacity_unit="Ah")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = [
        (cell, float(row["cycle"]), float(row[cell]))
        for cell in rows[0]
        if cell != "cycle"
        for row in rows
    ]
    assert len(expected) == 41 * 99
    assert points(data) == expected
    assert set(data.data_vars) == {"capacity"}
    assert set(data.coords) == {"cycle", "cell"}
    assert data["capacity"].attrs["units"] == "Ah"
    assert data.attrs["source"] == path.name
    assert data.attrs["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert data.attrs["format"] == "text"
    assert "one column for each of 41 cells" in data.attrs["messages"]
    assert "does not say charge or discharge" in data.attrs["convention"]


def test_capacity_checks_of_a_summary(shared_data):
    path = shared_data("battery_data_toolkit", "p492-13-summary.csv")
    refused(path, "'Q_dis' has no unit")
    data = read_cycling(path, capacity_unit="Ah")
    checks = data.isel(point=(data["Cycle_Label"] == "Capacity check").values)
    assert [row[1:] for row in points(checks)] == [
        (2, 0.02173834),
        (36, 0.02149),
        (95, 0.02132271),
        (153, 0.02117534),
        (262, 0.02088748),
    ]
    assert set(data["cell"].values) == {"p492-13-summary"}
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 267
    written = [(float(row["Cycle_Index"]), float(row["Q_dis"])) for row in rows]
    measured = [row for row in written if not math.isnan(row[1])]
    assert [row[1:] for row in points(data)] == measured
    assert f"{267 - len(measured)} of 267 rows have none and are left out" in data.messages
    charge = {float(row["Cycle_Index"]): float(row["Q_chg"]) for row in rows}
    np.testing.assert_array_equal(
        data["charge_capacity"].values, [charge[n] for n in data["cycle"].values]
    )
    assert "column 'Q_dis' taken, not 'q_dis'" in data.messages
    assert "column 'CE' not used" in data.messages
    assert (data["Cycle_Label"] == "blank").any()
    fraction = read_cycling(path, capacity_unit="percent", columns={"capacity": "q_dis"})
    assert "column 'q_chg' taken, not 'Q_chg'" in fraction.messages


# Tables in many dialects


PLAIN = "cycle,discharge_capacity_mAh_g,charge_capacity_mAh_g\n1,150.5,160\n2,149.25,150\n"
POINTS = [("cell", 1.0, 150.5), ("cell", 2.0, 149.25)]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "  "),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", "\t").replace(".", ","),
        PLAIN.replace("\n", ",,\n"),
        "\ufeff" + PLAIN,
        "# cell of Tuesday\n" + PLAIN,
        "Cycling, at C/2\n" + PLAIN,
        "n,Cycle ID,Chg. Cap. (mAh/g),DChg. Cap. (mAh/g)\n1,1,160,150.5\n2,2,150,149.25\n",
        "Cycle;Q_dis;Q_chg\n-;mAh/g;mAh/g\n1;150,5;160\n2;149,25;150\n",
        "Cycle_Index,Discharge (mAh g⁻¹),Charge (mAh g⁻¹)\n1,150.5,160\n2,149.25,150\n",
        "cycle,Q_dis (mAh/g),Q_chg (Ah/kg)\n1,150.5,160\n2,149.25,150\n",
        "cycle,Q_dis (mAh/g),Q_chg (Ah/g)\n1,150.5,0.16\n2,149.25,0.15\n",
        "cycle,cell,Q_dis (mAh/g),Q_chg\n1,cell,150.5,160\n2,cell,149.25,150\n",
    ],
)
def test_one_table_in_many_dialects(write, content):
    data = read_cycling(write(content))
    assert points(data) == POINTS
    assert data["capacity"].attrs == {"units": "mAh/g", "long_name": "Discharge capacity"}
    np.testing.assert_allclose(data["charge_capacity"], [160, 150], rtol=1e-14)
    assert data["charge_capacity"].attrs["units"] == "mAh/g"


@pytest.mark.parametrize(
    ("header", "role", "unit"),
    [
        ("Q_dis (mAh/g)", "capacity", "mAh/g"),
        ("discharge_capacity_mAh_g", "capacity", "mAh/g"),
        ("discharge_capacity_mAh_per_g", "capacity", "mAh/g"),
        ("Discharge Capacity [Ah]", "capacity", "Ah"),
        ("Discharge_Capacity(Ah)", "capacity", "Ah"),
        ("DChg. Spec. Cap.(mAh/g)", "capacity", "mAh/g"),
        ("Chg. Cap.(mAh)", "charge_capacity", "mAh"),
        ("Q discharge/mA.h", "capacity", "mAh"),
        ("Q charge/mA.h", "charge_capacity", "mAh"),
        ("QDischarge", "capacity", None),
        ("Charging capacity, µAh", "charge_capacity", "µAh"),
        ("Areal discharge capacity (mAh cm$^{-2}$)", "capacity", "mAh/cm**2"),
        ("discharge capacity (mAh·cm⁻²)", "capacity", "mAh/cm**2"),
        ("discharge capacity / mAh cm^-3", "capacity", "mAh/cm**3"),
        ("Capacity (Ah/kg)", "capacity", "Ah/kg"),
        ("Entladekapazität (Ah)", "capacity", "Ah"),
    ],
)
def test_capacity_by_its_header(header, role, unit):
    meaning = meaning_of(header)
    assert (meaning.role, capacity_unit_of(meaning.unit)) == (role, unit)
    if unit is not None:  # pint must understand what is written in attrs
        assert registry().Quantity(1.0, unit).magnitude == 1.0


@pytest.mark.parametrize(
    "header",
    ["Charge", "Irreversible capacity (Ah)", "Charge_Throughput_Ah", "Energy retention (%)"]
    + ["charge/discharge", "Discharge energy (Wh)", "Cycle life", "cell1", "S", "Q" * 100, ""],
)
def test_headers_that_are_no_capacity(header):
    meaning = meaning_of(header)
    assert meaning is None or meaning.role in ("other", "series")


@pytest.mark.parametrize("unit", ["MAh", "mAhg", "A", "h", "mA/g", "mWh", "", "mAh/S", "mAh/h"])
def test_units_that_are_not_understood(write, unit):
    assert capacity_unit_of(unit) is None
    path = write("cycle,Q_dis\n1,1\n")
    refused(path, f"unit of capacity '{unit}'", "'mAh/g'", capacity_unit=unit)


def test_unit_is_never_guessed(write):
    for values in ("1.1\n2,1.0", "150\n2,149", "0.0021\n2,0.002"):
        path = write(f"cycle,Q_dis\n1,{values}\n")
        refused(path, "cell.csv", "'Q_dis' has no unit", "capacity_unit=")
    path = write("cycle,Q_dis\n1,2.5\n")
    data = read_cycling(path, capacity_unit="mAh cm⁻²")
    assert points(data) == [("cell", 1, 2.5)]
    assert data["capacity"].attrs["units"] == "mAh/cm**2"
    assert "is in mAh/cm**2, as was given" in data.messages
    stated = write("cycle,Q_dis (Ah)\n1,2.5\n")
    refused(stated, "is in Ah", "given is mAh", capacity_unit="mAh")
    assert points(read_cycling(stated, capacity_unit="Ah")) == [("cell", 1, 2.5)]
    refused(write("cycle,Q_dis (foo)\n1,2.5\n"), "unit 'foo' of column 'Q_dis (foo)'")
    mixed = write("cycle,Q_dis (Ah),Q_chg (mAh/g)\n1,1,1\n")
    refused(mixed, "'Q_chg (mAh/g)' is in mAh/g", "cannot be converted to Ah")


# Which column


def test_columns_that_are_named(write):
    path = write("N,Dis,Q_dis (mAh),Chg,E\n1,5,9,6,LP30\n2,4,9,7,LP57\n", "pouch.csv")
    data = read_cycling(
        path,
        capacity_unit="mAh",
        columns={"cycle": "N", "capacity": "Dis", "charge_capacity": "Chg", "electrolyte": "E"},
    )
    assert points(data) == [("pouch", 1, 5), ("pouch", 2, 4)]
    assert data["charge_capacity"].values.tolist() == [6, 7]
    assert data["electrolyte"].values.tolist() == ["LP30", "LP57"]
    alias = read_cycling(
        path, capacity_unit="mAh", columns={"cycle": "N", "discharge_capacity": "Dis"}
    )
    assert points(alias) == points(data)
    refused(
        path,
        "names 'Diss' as capacity",
        "did you mean 'Dis'?",
        columns={"cycle": "N", "capacity": "Diss"},
    )
    refused(path, "names 'nope' as capacity", "check its name", columns={"capacity": "nope"})
    refused(path, "did you mean 'capacity'", columns={"capacitty": "Dis"})
    refused(path, "'Dis' twice", columns={"capacity": "Dis", "label": "Dis"})
    refused(path, "line 1: the columns found are 'N', 'Dis'", "column of cycle numbers")


def test_rivals_must_be_chosen(write):
    path = write("cycle,Q_dis (mAh),discharge capacity (mAh/g)\n1,2,150\n")
    refused(path, "'Q_dis (mAh)', 'discharge capacity (mAh/g)'", "columns={'capacity'")
    assert points(read_cycling(path, columns={"capacity": "Q_dis (mAh)"})) == [("cell", 1, 2)]
    four = write(
        "cycle,DChg Cap (mAh),DChg Cap (mAh/g),Chg Cap (mAh),Chg Cap (mAh/g)\n1,2,150,3,160\n"
    )
    data = read_cycling(four, columns={"capacity": "DChg Cap (mAh/g)"})
    assert data["charge_capacity"].values.tolist() == [160]
    stated = write("cycle,Capacity (mAh),Q_dis (mAh)\n1,9,2\n")
    assert points(read_cycling(stated)) == [("cell", 1, 2)]
    refused(write("cycle,Q_dis (Ah),Q_dis (Ah)\n1,2,2\n"), "2 columns are called 'Q_dis(Ah)'")


def test_capacity_that_does_not_say_of_what(write):
    data = read_cycling(write("cycle,Capacity (Ah)\n1,2\n"))
    assert points(data) == [("cell", 1, 2)]
    assert data.convention == (
        "column 'Capacity (Ah)' does not say charge or discharge and is taken as discharge"
    )


def test_cells_and_labels(write):
    path = write(
        "cell no.,cycle,Q_dis (mAh),sample,note\n"
        "7,1,5,A,\n3,1,6,B,x\n7,2,4.5,A,y\n3,2,5.5,B,\n7,5,4,A,\n"
    )
    data = read_cycling(path)
    assert points(data) == [("7", 1, 5), ("7", 2, 4.5), ("7", 5, 4), ("3", 1, 6), ("3", 2, 5.5)]
    assert data["sample"].values.tolist() == ["A", "A", "A", "B", "B"]
    assert data["note"].values.tolist() == ["blank", "y", "blank", "x", "blank"]
    by_sample = read_cycling(path, columns={"cell": "sample"})
    assert [row[0] for row in points(by_sample)] == ["A", "A", "A", "B", "B"]
    refused(path, "tells its cells apart itself", "cell='x'", cell="x")
    refused(write("cell,cycle,Q_dis (mAh)\na,1,2\n,2,2\n"), "line 3, column 1 ('cell')", "blank")
    one = read_cycling(write(PLAIN), cell="B0005")
    assert set(one["cell"].values) == {"B0005"}


def test_missing_cell_column_is_told(write):
    rows = "".join(f"{n},{q},{s}\n" for s in "ABC" for n, q in ((1, 5), (2, 4), (3, 3)))
    path = write("cycle,Q_dis (mAh),electrode\n" + rows)
    refused(
        path,
        "3 of 3 cycle numbers occur more than once",
        "a cell column is missing",
        "columns={'cell': 'electrode'}",
    )
    data = read_cycling(path, columns={"cell": "electrode"})
    assert points(data)[:4] == [("A", 1, 5), ("A", 2, 4), ("A", 3, 3), ("B", 1, 5)]
    bare = write("cycle,Q_dis (mAh)\n" + "1,5\n2,4\n" * 2)
    refused(bare, "a cell column is missing", "add a column 'cell'")


def test_fresh_cells_and_fractions_of_cycles(write):
    data = read_cycling(write("cycle,Q_dis (mAh)\n0,5\n1.5,4\n"))
    assert points(data) == [("cell", 0, 5), ("cell", 1.5, 4)]


# Tables with a column for each cell


def test_columns_of_cells_with_blanks(write):
    path = write("cycle;bare 1;bare 2;coated\n10;1,5;;1,7\n20;1,25;;\n30;;;1,5\n")
    data = read_cycling(path, capacity_unit="mAh")
    assert points(data) == [
        ("bare 1", 10, 1.5),
        ("bare 1", 20, 1.25),
        ("coated", 10, 1.7),
        ("coated", 30, 1.5),
    ]
    assert "one column for each of 3 cells" in data.messages
    assert "5 blank or NaN cells of the table left out" in data.messages
    assert "cell 'bare 2' has no capacity at all" in data.messages
    refused(path, "exchanges charge and discharge", convention="swapped", capacity_unit="mAh")
    united = write("cycle,a (mAh/g),b (mAh/g)\n1,150,151\n")
    assert points(read_cycling(united)) == [("a", 1, 150), ("b", 1, 151)]
    refused(write("cycle,a (mAh/g),b (mAh)\n1,150,151\n"), "in mAh and mAh/g", "one unit")
    refused(
        write("cycle,a,b\n1,2,3\n2,-2,3\n"),
        "line 3, column 2 ('a'), '-2'",
        "capacity is -2 Ah",
        capacity_unit="Ah",
    )
    refused(
        write("cycle,a,b\n1,2,3\n2,bad,3\n"),
        "line 3, column 2 ('a'): 'bad' is not a number",
        capacity_unit="Ah",
    )
    refused(write("cycle,a,b\n1,,\n2,,\n"), "no cell has a capacity", capacity_unit="Ah")


@pytest.mark.parametrize(
    "header",
    ["cycle,Rct", "cycle,a,T_avg", "cycle,a,voltage", "cycle,Rct (ohm),Rs (ohm)", "cycle,a,CE"],
)
def test_other_columns_are_no_cells(write, header):
    path = write(header + "\n" + ",".join("1" * len(header.split(","))) + "\n")
    refused(path, "column of cycle numbers", "columns={'capacity'", capacity_unit="Ah")


# Charge and discharge


def test_convention_is_never_changed_silently(write):
    rows = "1,160,150\n2,158,149\n3,157,148\n"
    path = write("cycle,Q_dis (mAh/g),Q_chg (mAh/g)\n" + rows)
    data = read_cycling(path)
    assert data["capacity"].values.tolist() == [160, 158, 157]
    assert "in 3 of 3 cycles discharge / charge is above 1.02" in data.messages
    assert "nothing was exchanged" in data.messages
    assert data.convention == (
        "as the header says: discharge is column 'Q_dis (mAh/g)', charge column 'Q_chg (mAh/g)'"
    )
    written = read_cycling(path, convention="as_written")
    assert points(written) == points(data)
    assert "1.02" not in written.messages
    swapped = read_cycling(path, convention="swapped")
    assert swapped["capacity"].values.tolist() == [150, 149, 148]
    assert swapped["charge_capacity"].values.tolist() == [160, 158, 157]
    assert "exchanged as asked: discharge is column 'Q_chg (mAh/g)'" in swapped.convention
    assert swapped.convention in swapped.messages
    refused(path, "convention='wrong'", "'as_written'", convention="wrong")
    usual = read_cycling(write("cycle,Q_dis (Ah),Q_chg (Ah)\n" + "1,10,11\n2,10,10.1\n3,10,9\n"))
    assert "1.02" not in usual.messages


# Masses and areas


def test_normalization(write):
    path = write("cycle,Q_dis (mAh),Q_chg (mAh)\n1,2,2.5\n")
    data = read_cycling(path, mass="12.5 mg")
    np.testing.assert_allclose(data["capacity"], [160], rtol=1e-14)
    np.testing.assert_allclose(data["charge_capacity"], [200], rtol=1e-14)
    assert {data[name].attrs["units"] for name in data.data_vars} == {"mAh/g"}
    assert "divided by the mass of 12.5 mg, from mAh to mAh/g" in data.messages
    areal = read_cycling(path, area="0.8 cm^2 ± 0.01 cm^2")
    np.testing.assert_allclose(areal["capacity"], [2.5], rtol=1e-14)
    assert areal["capacity"].attrs["units"] == "mAh/cm**2"
    assert "no part of the capacities" in areal.messages
    in_ampere_hours = write("cycle,Q_dis (Ah)\n1,0.002\n")
    np.testing.assert_allclose(read_cycling(in_ampere_hours, mass="12.5 mg")["capacity"], [160])
    refused(path, "both given", mass="12 mg", area="1 cm^2")
    refused(path, "mass=12.3 has no unit", "mass='12.3 mg'", mass=12.3)
    refused(path, "mass '12.3'", "1.0 g", mass="12.3")
    refused(path, "mass '1 cm'", mass="1 cm")
    refused(path, "mass='-1 mg' is not positive", mass="-1 mg")
    refused(write(PLAIN), "in mAh/g", "cannot normalize again", mass="12 mg")
    refused(write("cycle,Q_dis\n1,90\n"), "percent", capacity_unit="%", mass="12 mg")
    wide = read_cycling(write("cycle,a,b\n1,1,2\n"), capacity_unit="mAh", mass="10 mg")
    assert "the same mass is taken for all 2 cells" in wide.messages


# Missing and bad values


def test_rows_without_a_capacity_are_left_out(write):
    path = write("cycle,Q_dis (mAh),Q_chg (mAh)\n1,5,\n2,,5\n3,NaN,5\n4,4,0\n5,3,4\n")
    data = read_cycling(path)
    assert points(data) == [("cell", 1, 5), ("cell", 4, 4), ("cell", 5, 3)]
    np.testing.assert_array_equal(data["charge_capacity"], [np.nan, np.nan, 4])
    assert "2 of 5 rows have none and are left out (cycles 2, 3)" in data.messages
    assert "charge_capacity: 1 value(s) of 0 taken as not measured" in data.messages
    refused(write("cycle,Q_dis (Ah)\n1,\n2,nan\n"), "no row has a capacity")


HEAD = "cycle,Q_dis (Ah)\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ("is empty",)),
        (HEAD, ("no row below", "truncated")),
        (HEAD + "1,1\n2,0\n", ("line 3, column 2 ('Q_dis (Ah)'), '0'", "is 0 Ah", "positive")),
        (HEAD + "1,1\n2,-1\n", ("line 3, column 2", "'-1'", "is -1 Ah")),
        (HEAD + "1,1\n2,inf\n", ("line 3, column 2", "is inf Ah")),
        (HEAD + "1,1\n2,n/a\n", ("line 3, column 2", "'n/a' is not a number")),
        (HEAD + "1,1\n,2\n", ("line 3, column 1 ('cycle')", "missing")),
        (HEAD + "1,1\nx,2\n", ("line 3, column 1 ('cycle')", "'x' is not a number")),
        (HEAD + "1,1\nnan,2\n", ("line 3, column 1", "the cycle is nan", "from 0 up")),
        (HEAD + "-1,1\n", ("line 2, column 1", "the cycle is -1")),
        (HEAD + "1,1\n2,1\n2,1\n3,1\n4,1\n", ("line 4, column 1", "cycle 2 occurs again")),
        (HEAD + "1,1\n5,1\n3,1\n", ("line 4, column 1", "cycle 3 comes after cycle 5", "rising")),
        (HEAD + "1,1\n2\n", ("line 3", "1 cells", "2 columns")),
        (HEAD + "1,1\n2,1,1\n", ("line 3", "3 cells", "2 columns")),
        ("cycle,Q_dis (Ah),Q_chg (Ah)\n1,1,-1\n", ("column 3 ('Q_chg (Ah)')", "is -1 Ah")),
        ("cycle;Q_dis (Ah)\n1;0,5\n2;0.6\n3;0,7\n", ("line 3", "'0.6' is not a number")),
        ("cycle,cell,Q_dis (Ah)\n1,a,1\n1,b,1\n1,a,1\n", ("line 4", "again in cell 'a'")),
        ("a,b\n1,2\n", ("'a', 'b'", "column of cycle numbers")),
        ("1,2\n2,3\n", ("without a header", "column of cycle numbers")),
        (b"\x00\x01\x02", ("binary file",)),
        (b"\x00\x01\x00\x00Standard Jet DB\x00", ("Access database", ".res", "CSV", "mdbtools")),
    ],
)
def test_bad_tables_are_refused_in_one_clear_sentence(write, content, words):
    refused(write(content), "cell.csv", *words)


def test_time_series_are_recognised(write):
    rows = "".join(f"{k // 50},{k},0.1,3.{k},{k % 50}\n" for k in range(200))
    path = write("cycle,time (s),current (A),voltage (V),capacity (mAh)\n" + rows)
    refused(path, "currents of one sign, so nothing tells charge from discharge", "export")
    path = write("cycle,time (s),voltage (V),capacity (mAh)\n1,0,3,1\n1,1,3,1\n2,0,3,1\n2,1,3,1\n")
    refused(path, "time series (4 rows for 2 cycle(s)", "'time (s)', 'voltage (V)'", "export")
    path = write("cycle,t (s),I (A),V (V)\n" + "".join(f"1,{k},0.1,3\n" for k in range(9)))
    refused(path, "time series (9 rows for 1 cycle(s)")
    # A mean voltage in each row of a summary is no time series.
    summary = "cycle,voltage (V),time (h),Q_dis (Ah)\n1,3.7,1,1\n2,3.7,2,0.9\n"
    assert points(read_cycling(write(summary))) == [("cell", 1, 1), ("cell", 2, 0.9)]
    nothing = write("cycle,voltage (V),time (h)\n1,3.7,1\n2,3.7,2\n")
    refused(nothing, "no column of capacities", "columns={'capacity'")


# From arrays


def test_dataset_from_arrays():
    data = cycling_dataset(
        [5, 1, 2],
        [0.8, 1.0, np.nan],
        unit="mAh cm-2",
        charge_capacity=[0.9, np.nan, 1.0],
        cell=["b", "a", "a"],
        labels={"kind": ["x", "y", "y"]},
        source="notebook",
    )
    assert points(data) == [("b", 5, 0.8), ("a", 1, 1.0)]
    assert data["kind"].values.tolist() == ["x", "y"]
    assert data["capacity"].attrs["units"] == "mAh/cm**2"
    assert data["cycle"].dtype == np.float64
    assert len(data.attrs["sha256"]) == 64
    assert data.attrs["source"] == "notebook"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"cycle": [1]}, "cycle has the shape"),
        ({"cycle": [2, 1]}, "point 2: cycle 1 comes after cycle 2"),
        ({"capacity": [1, 0]}, "point 2: the capacity is 0 mAh"),
        ({"capacity": ["a", "b"]}, "capacity has the type"),
        ({"capacity": [], "cycle": []}, "shape (0,)"),
        ({"capacity": [np.nan, np.nan]}, "no row has a capacity"),
        ({"charge_capacity": [1, -1]}, "point 2: the charge capacity is -1 mAh"),
        ({"cell": ["a"]}, "'cell' needs 2 labels"),
        ({"labels": {"kind": "ab"}}, "'kind' needs 2 labels"),
        ({"labels": {"cycle": ["a", "b"]}}, "cannot be called 'cycle'"),
        ({"unit": "S"}, "unit of capacity 'S'"),
    ],
)
def test_arrays_that_cannot_be_used(arguments, words):
    usual = {"cycle": [1, 2], "capacity": [1.0, 0.9], "unit": "mAh"}
    with pytest.raises(PosterionError) as caught:
        cycling_dataset(**{**usual, **arguments})
    assert words in str(caught.value)


# A random table in a random dialect comes back


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=6), min_size=1, max_size=4),
    st.sampled_from(["\t", ";", ","]),
    st.booleans(),
    st.permutations([0, 1, 2]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_round_trip_through_any_dialect(write, cells, delimiter, comma, order, wide, end, encoding):
    mark = "," if comma and delimiter != "," else "."
    names = [f"no {k} ä" for k in range(len(cells))]
    expected = [
        (name, float(n), q)
        for name, values in zip(names, cells, strict=True)
        for n, q in enumerate(values)
    ]

    def text(number):
        return repr(number).replace(".", mark)

    if wide and len(cells) > 1:
        lines = [delimiter.join(["cycle", *names])]
        for n in range(max(map(len, cells))):
            row = [text(values[n]) if n < len(values) else "" for values in cells]
            lines.append(delimiter.join([str(n), *row]))
        options = {"capacity_unit": "mAh"}
    else:
        rows = [("Cell", "Cycle No.", "Discharge capacity (mAh)")]
        rows += [(name, str(int(n)), text(q)) for name, n, q in expected]
        lines = [delimiter.join(row[k] for k in order) for row in rows]
        options = {}
    data = read_cycling(write(end.join([*lines, ""]), encoding=encoding), **options)
    assert points(data) == expected
