"""Capacities by cycle from tables and cyclers, and what bad files answer."""

import csv
import hashlib
import math

import numpy as np
import pytest

from posterion.datasets.cycling_files import read_cycling
from posterion.errors import PosterionError


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
    refused(path, "'cell1' has no unit", "--capacity-unit", "capacity_unit='mAh'")
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
