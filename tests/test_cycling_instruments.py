"""Capacities by cycle from what cyclers record over time, and what bad files answer."""

import io
import json
import sys
import zipfile
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from posterion.cli import main
from posterion.datasets.formats import neware as neware_files
from posterion.datasets.schemas.cycling import read_cycling
from posterion.errors import PosterionError


def by_cycle(data, variable="capacity"):
    """Return the values of a variable by cycle."""
    return dict(zip(data["cycle"].values.tolist(), data[variable].values.tolist(), strict=True))


def refused(path, *words, **options):
    """Check that a file is refused in one line that holds the words."""
    with pytest.raises(PosterionError) as caught:
        read_cycling(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path.parent) not in message
    for word in words:
        assert word in message, message


def passed(records, sign, time="Time", current="Current(mA)", step="Step"):
    """Integrate the current of one direction over time in each step; mAs for mA."""
    total = 0.0
    for _, part in records.groupby(step):
        flow = part[current].to_numpy(float) * sign
        if flow.mean() > 0:
            total += np.trapezoid(flow, part[time].to_numpy(float))
    return total


# Neware


def test_neware_cycle_agrees_with_the_reference_table(shared_data):
    path = shared_data("newarenda", "TestFile.nda")
    data = read_cycling(path)
    reference = pd.read_feather(path.with_suffix(".ftr"))
    second = reference[reference["Cycle"] == 2]
    assert data["cycle"].values.tolist() == [2]
    np.testing.assert_allclose(data["capacity"], [passed(second, -1) / 3600], rtol=2e-3)
    np.testing.assert_allclose(data["charge_capacity"], [passed(second, 1) / 3600], rtol=2e-3)
    # The counter of the only step of discharge, and the sum of those of CC and CV charge.
    np.testing.assert_allclose(
        data["capacity"], [second["Discharge_Capacity(mAh)"].max()], rtol=1e-6
    )
    steps = second.groupby("Step")["Charge_Capacity(mAh)"].max()
    np.testing.assert_allclose(data["charge_capacity"], [steps.sum()], rtol=1e-6)
    assert data["capacity"].attrs["units"] == "mAh"
    assert data.attrs["format"] == "Neware"
    assert data["cell"].values.tolist() == ["TestFile"]
    first = reference[reference["Cycle"] == 1]["Discharge_Capacity(mAh)"].max()
    assert f"discharge of cycle 1 left out ({first:.6g} mAh): it starts at 3.826 V" in data.messages
    assert "left out, without a discharge: cycle 3" in data.messages
    assert "starts anew in each step" in data.messages
    assert "the voltage rises in charge and falls in discharge" in data.messages
    assert "by Chg and DChg in the status" in data.convention
    assert "charging currents are positive" in data.convention


@pytest.mark.parametrize(
    "name",
    ["TestFile.nda", "new_nda_file.nda", "123456789012_Unit27_Example_Data_File.ndax"],
)
def test_neware_cycles_are_counted_as_in_the_reference_table(shared_data, name):
    path = shared_data("newarenda", name)
    series, _, _ = neware_files.read_neware(path)
    reference = pd.read_feather(path.with_suffix(".ftr"))
    np.testing.assert_array_equal(series.cycle, reference["Cycle"])
    np.testing.assert_array_equal(series.voltage, reference["Voltage"].astype(np.float64))


def test_neware_pulses_without_a_cell(shared_data):
    path = shared_data("newarenda", "new_nda_file.nda")
    data = read_cycling(path)
    reference = pd.read_feather(path.with_suffix(".ftr"))
    steps = reference.groupby("Step")["Discharge_Capacity(mAh)"].max()
    np.testing.assert_allclose(data["capacity"], [steps[1], steps[5]], rtol=1e-6)
    assert "the file itself counts 1" in data.messages


def test_small_neware_cell_over_its_cycles(shared_data):
    NewareNDA = pytest.importorskip("NewareNDA")
    path = shared_data("newarenda", "test_2.ndax")
    data = read_cycling(path)
    records = NewareNDA.read(str(path), log_level="CRITICAL")
    np.testing.assert_array_equal(neware_files.read_neware(path)[0].cycle, records["Cycle"])
    assert len(records) == 108563
    assert records["Cycle"].nunique() == 54
    steps = records.groupby(["Cycle", "Step"], observed=True)["Discharge_Capacity(mAh)"].max()
    counted = steps.groupby("Cycle").sum()
    assert data["cycle"].values.tolist() == list(range(1, 54))
    np.testing.assert_allclose(data["capacity"], counted.loc[1:53], rtol=1e-5)
    # Integrated here anew: where the two are apart is said.
    apart = [
        cycle
        for cycle, part in records.groupby("Cycle")
        if cycle < 54 and abs(passed(part, -1) / 3600 / counted[cycle] - 1) > 0.01
    ]
    assert apart == [6, 7, 8, 9]
    assert "differ by more than 1% in cycles 6, 7, 8, 9" in data.messages
    assert "discharge of cycle 54 left out (0.00363456 mAh): the file ends within it" in (
        data.messages
    )
    assert "the file itself counts 44" in data.messages
    assert 0.002 < data["capacity"].min() < data["capacity"].max() < 0.14


def test_neware_at_rest_has_no_discharge(shared_data):
    path = shared_data("newarenda", "123456789012_Unit27_Example_Data_File.ndax")
    refused(path, "Neware", "no cycle has a complete discharge", "without a discharge: cycle 1")


def test_neware_options(shared_data):
    path = shared_data("newarenda", "TestFile.nda")
    data = read_cycling(path, mass="40 g", cell="B1", capacity_unit="mAh")
    np.testing.assert_allclose(data["capacity"], [5806.646 / 40], rtol=1e-6)
    assert data["capacity"].attrs["units"] == "mAh/g"
    assert data["cell"].values.tolist() == ["B1"]
    refused(path, "in mAh", "given is Ah", capacity_unit="Ah")
    refused(path, "whose columns are known", columns={"capacity": "Q"})
    swapped = read_cycling(path, convention="swapped")
    np.testing.assert_allclose(by_cycle(swapped)[2.0], 5655.0879 + 155.9371, rtol=1e-6)
    assert swapped.convention.startswith("exchanged as asked")


def test_neware_without_its_package(shared_data, monkeypatch):
    monkeypatch.setitem(sys.modules, "NewareNDA", None)
    path = shared_data("newarenda", "TestFile.nda")
    refused(path, "TestFile.nda", "`pip install posterion[neware]`")


def test_neware_ending_in_capitals(shared_data, tmp_path):
    original = shared_data("newarenda", "TestFile.nda")
    copy = tmp_path / "RUN.NDA"
    copy.write_bytes(original.read_bytes())
    assert by_cycle(read_cycling(copy)) == by_cycle(read_cycling(original))


def archive(**parts):
    """Return the bytes of an archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name.replace("_ndc", ".ndc"), data)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.nda", b"", ("is empty",)),
        ("a.nda", b"cycle,Q_dis (Ah)\n1,1\n", ("does not begin with NEWARE",)),
        ("a.nda", b"NEWARE" + bytes(4000), ("cannot be read", "version 0")),
        # Version 29 without the record that is searched for: NewareNDA would not come back.
        (
            "a.nda",
            b"NEWARE"
            + bytes(8)
            + bytes([29])
            + bytes(100)
            + b"\x00\x00\x00\x00\x55\x00"
            + bytes(4000),
            ("holds no records",),
        ),
        ("a.nda", b"NEWARE" + bytes(8) + bytes([29]) + bytes(100), ("holds no records",)),
        ("a.ndax", b"PK\x03\x04", ("is no archive", "truncated")),
        ("a.ndax", archive(data_ndc=b"\x01\x00\x02" * 10), ("'data.ndc' has 30 bytes",)),
        ("a.ndax", archive(data_ndc=bytes(5000)), ("cannot be read", "ndc version 0")),
        ("a.ndax", archive(other=b"x"), ("cannot be read", "NotImplementedError")),
    ],
)
def test_damaged_neware_files(write, name, content, words):
    refused(write(content, name), name, *words)


def test_neware_files_of_unbounded_size(write, monkeypatch):
    content = archive(data_ndc=bytes(3_000_000))
    assert len(content) < 10_000
    monkeypatch.setattr(neware_files, "_MAX_UNPACKED", 1_000_000)
    refused(write(content, "a.ndax"), "unpacks to 3000000 bytes", "limit of 1000000")
    monkeypatch.setattr(neware_files, "MAX_BYTES", 100)
    refused(write(content, "b.ndax"), "more than the limit of 100")


def test_truncated_measured_neware_file(shared_data, write):
    for name, cut in (("TestFile.nda", 200_000), ("test_2.ndax", 900_000)):
        content = shared_data("newarenda", name).read_bytes()[:cut]
        path = write(content, name)
        try:
            data = read_cycling(path)
        except PosterionError as error:
            assert name in str(error)
        else:
            assert by_cycle(data)


# Arbin, measured


def test_arbin_counters_that_start_anew_in_each_cycle(shared_data):
    path = shared_data("battery_data_toolkit", "arbin_example.csv")
    data = read_cycling(path)
    table = pd.read_csv(path)
    last = table.groupby("Cycle_Index").last()
    assert data["cycle"].values.tolist() == [1, 2]
    np.testing.assert_allclose(data["capacity"], last["Discharge_Capacity"], rtol=1e-9)
    for cycle, part in table.groupby("Cycle_Index"):
        integral = np.trapezoid(-part["Current"].clip(upper=0), part["Test_Time"]) / 3600
        np.testing.assert_allclose(by_cycle(data)[cycle], integral, rtol=1e-3)
    np.testing.assert_allclose(data["charge_capacity"], [np.nan, 1.0725317], rtol=1e-7)
    assert "charge of cycle 1 left out (0.191899 Ah): the file begins within it" in data.messages
    assert "starts anew in each cycle" in data.messages
    assert "differ" not in data.messages
    assert data["capacity"].attrs["units"] == "Ah"
    assert data.attrs["format"] == "Arbin"
    assert "by its two counters" in data.convention


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("beep", "FastCharge_000025_CH8.csv"), ("Arbin", "without a discharge: cycle 0")),
        (("beep", "PredictionDiagnostics_000151_test.052"), ("Maccor", "cycle 37", "0.00447693")),
        (("battery_data_toolkit", "maccor_example.001"), ("Maccor", "discharge: cycle 0")),
        (("cellpy", "maccor_two.txt"), ("Maccor", "without a discharge: cycle 0")),
        (("cellpy", "Test25209.csv"), ("PEC", "without a discharge: cycle 0")),
    ],
)
def test_measured_files_without_a_complete_discharge(shared_data, parts, words):
    refused(shared_data(*parts), parts[-1], *words)


# A simulated cell, written as each cycler would


@dataclass(frozen=True)
class Record:
    cycle: int
    step: int
    time: float
    step_time: float
    current: float
    voltage: float
    charge: float
    discharge: float
    state: str
    in_step: float


CAPACITIES = (2.0, 1.9, 1.75)


def simulated(capacities=CAPACITIES, *, restart="test", every=30.0):
    """Record cycles of rest, CC and a second charge, discharge in two parts and rest.

    A charge has 1.01 times the capacity of the discharge. `restart` tells when the two counters
    start anew; ``in_step`` is what one step has counted.
    """
    records = []
    clock, charge, discharge = 0.0, 0.0, 0.0
    for number, capacity in enumerate(capacities, 1):
        if restart == "cycle":
            charge = discharge = 0.0
        plan = (
            ("R", 0.0, 600.0, 3.2, 3.2),
            ("C", 2.0, 0.9 * 1.01 * capacity / 2.0 * 3600, 3.3, 4.2),
            ("C", 1.0, 0.1 * 1.01 * capacity / 1.0 * 3600, 4.2, 4.2),
            ("R", 0.0, 600.0, 4.15, 4.1),
            ("D", -2.0, 0.8 * capacity / 2.0 * 3600, 4.05, 3.4),
            ("D", -0.5, 0.2 * capacity / 0.5 * 3600, 3.45, 2.5),
        )
        for step, (state, current, lasts, begin, end) in enumerate(plan, 1):
            times = np.append(np.arange(0.0, lasts, every), lasts)
            if restart == "step":
                charge = discharge = 0.0
            before = (charge, discharge)
            for elapsed in times.tolist():
                gained = abs(current) * elapsed / 3600
                charge = before[0] + (gained if state == "C" else 0.0)
                discharge = before[1] + (gained if state == "D" else 0.0)
                voltage = begin + (end - begin) * elapsed / lasts
                records.append(
                    Record(
                        number,
                        step,
                        clock + elapsed,
                        elapsed,
                        current,
                        voltage,
                        charge,
                        discharge,
                        state,
                        gained,
                    )
                )
            clock += lasts
    return records


def arbin(records, unit=True, sign=1.0):
    names = ["Data_Point", "Test_Time(s)", "Step_Time(s)", "Step_Index", "Cycle_Index"]
    names += ["Current(A)", "Voltage(V)", "Charge_Capacity(Ah)", "Discharge_Capacity(Ah)"]
    header = ",".join(names if unit else [name.partition("(")[0] for name in names])
    rows = [
        f"{k},{r.time!r},{r.step_time!r},{r.step},{r.cycle},{sign * r.current!r},{r.voltage!r},"
        f"{r.charge!r},{r.discharge!r}"
        for k, r in enumerate(records, 1)
    ]
    return "\n".join([header, *rows]) + "\n"


def maccor(records, *, comma=False, signed=False, style="old"):
    if style == "old":
        first = "Today's Date 04/04/2016  Date of Test:\t03/31/2016\t Filename:\tC:\\a.001"
        names = "Rec#\tCyc#\tStep\tTest (Min)\tStep (Min)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES"
        minutes = 60.0
    else:
        first = "Name:\tKIT\nChannel:\t81\nCh. max. V\t6,00 V\n\n"
        names = (
            "Rec\tCycle P\tCycle C\tStep\tTestTime\tStepTime\tCap. [Ah]\tEner. [Wh]\t"
            "Current [A]\tVoltage [V]\tMd\tES"
        )
        minutes = 1.0
    lines = [first, names]
    for k, r in enumerate(records, 1):
        current = r.current if signed else abs(r.current)
        cells = [k, r.cycle, *([2 * r.cycle] if style != "old" else []), r.step]
        cells += [f"{x:.10f}" for x in (r.time / minutes, r.step_time / minutes, r.in_step, 0.0)]
        cells += [f"{current:.10f}", f"{r.voltage:.8f}", r.state, 1]
        line = "\t".join(map(str, cells))
        lines.append(line.replace(".", ",") if comma else line)
    return "\n".join(lines) + "\n"


def pec(records):
    def clock(seconds):
        hours, rest = divmod(seconds, 3600)
        return f"{int(hours):02d}:{int(rest // 60):02d}:{rest % 60:.6f}"

    names = (
        "Test,Cell,Step,Instruction Name,Cycle,Total Time (Hours in hh:mm:ss.xxx),"
        "Step Time (Seconds),Voltage (V),Current (A),Charge Capacity (mAh),"
        "Discharge Capacity (mAh),ReasonCode"
    )
    rows = [
        f"25209,1,{r.step},Idle,{r.cycle},{clock(r.time)},{r.step_time!r},{r.voltage!r},"
        f"{r.current!r},{1000 * r.charge!r},{1000 * r.discharge!r},30,,,,21.02"
        for r in records
    ]
    return "\n".join(["Request Year:,2026", "Test:,25209", "", names, *rows]) + "\n"


def holds(data, expected, unit="Ah", rtol=1e-6):
    factor = 1000.0 if unit == "mAh" else 1.0
    assert data["capacity"].attrs["units"] == unit
    assert data["cycle"].values.tolist() == list(expected)
    np.testing.assert_allclose(data["capacity"] / factor, list(expected.values()), rtol=rtol)


EXPECTED = dict(enumerate(CAPACITIES, 1))
LONGER = (*CAPACITIES, 1.6)


@pytest.mark.parametrize("restart", ["test", "cycle", "step"])
@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_arbin_however_its_counters_start_anew(write, restart, unit, sign):
    data = read_cycling(write(arbin(simulated(restart=restart), unit, sign)))
    holds(data, EXPECTED)
    np.testing.assert_allclose(data["charge_capacity"], [1.01 * q for q in CAPACITIES], rtol=1e-6)
    said = {"test": "runs on over the cycles", "cycle": "in each cycle", "step": "in each step"}
    assert said[restart] in data.messages
    assert "differ" not in data.messages
    signs = "positive" if sign > 0 else "negative"
    assert f"charging currents are {signs}" in data.convention
    assert "the voltage rises in charge" in data.messages


def test_counter_with_a_last_digit_that_wavers(write):
    records = simulated()
    # A fall in the last digit where a step begins is no new start.
    wavering = [
        Record(**{**vars(r), "charge": r.charge - (1e-9 if r.state == "R" else 0.0)})
        for r in records
    ]
    data = read_cycling(write(arbin(wavering)))
    holds(data, EXPECTED)
    np.testing.assert_allclose(data["charge_capacity"], [1.01 * q for q in CAPACITIES], rtol=1e-6)


@pytest.mark.parametrize("style", ["old", "new"])
@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_maccor(write, style, comma, signed):
    content = maccor(simulated(LONGER), style=style, comma=comma, signed=signed)
    data = read_cycling(write(content, "a.001"))
    # The last record is one of discharge, at the voltage at which the others ended.
    holds(data, dict(enumerate(LONGER, 1)))
    assert data.attrs["format"] == "Maccor"
    assert ("decimal commas" in data.messages) == comma
    assert "by its column" in data.convention
    assert ("currents have no sign" in data.convention) == (not signed)
    assert "starts anew in each step" in data.messages
    assert "differ" not in data.messages


def test_pec(write):
    data = read_cycling(write(pec(simulated()), "pec.csv"))
    holds(data, EXPECTED, unit="mAh")
    assert data.attrs["format"] == "PEC"
    assert "differ" not in data.messages


def test_file_that_ends_within_a_discharge(write):
    records = simulated()
    cut = max(k for k, r in enumerate(records) if r.cycle == 3 and r.state == "D") - 60
    data = read_cycling(write(arbin(records[:cut])))
    holds(data, {1: 2.0, 2: 1.9})
    assert "discharge of cycle 3 left out" in data.messages
    assert "the file ends within it" in data.messages


def test_file_that_begins_within_a_discharge(write):
    records = simulated()
    start = next(k for k, r in enumerate(records) if r.state == "D") + 5
    for content in (arbin(records[start:]), maccor(records[start:])):
        data = read_cycling(write(content))
        holds(data, {2: 1.9, 3: 1.75})
        assert "discharge of cycle 1 left out" in data.messages
        assert "the file begins within it" in data.messages


def test_first_record_after_the_start_of_a_discharge(write):
    """What the counter shows there was discharged in this cycle."""
    records = simulated(every=10.0)
    start = next(k for k, r in enumerate(records) if r.state == "D") + 1
    assert 0 < records[start].discharge < 0.01
    for content in (arbin(records[start:]), maccor(records[start:])):
        holds(read_cycling(write(content)), EXPECTED)


def test_counter_that_has_run_before_the_file(write):
    """The file begins with a cycle, and the counters show what was counted before it."""
    records = simulated()
    start = next(k for k, r in enumerate(records) if r.cycle == 2)
    data = read_cycling(write(arbin(records[start:])))
    holds(data, {2: 1.9, 3: 1.75})
    np.testing.assert_allclose(data["charge_capacity"], [1.01 * 1.9, 1.01 * 1.75], rtol=1e-6)


def test_file_of_one_discharge_that_ends_with_it(write):
    path = write(arbin(simulated((2.0,))))
    refused(path, "no cycle has a complete discharge", "ends with it, at 2.5 V")


def test_first_discharge_of_a_cell_that_was_not_full(write):
    records = simulated(restart="step")
    half = [r for r in records if r.state == "D" and r.cycle == 1 and r.voltage < 3.6]
    first = [Record(**{**vars(r), "cycle": 0}) for r in half]
    rest = [r for r in records if r.cycle == 1 and r.state == "R"][:2]
    first = [Record(**{**vars(r), "cycle": 0, "step": 0}) for r in rest] + first
    data = read_cycling(write(maccor([*first, *records])))
    holds(data, EXPECTED)
    assert "discharge of cycle 0 left out" in data.messages
    assert "without a charge before it" in data.messages


def test_half_cell_begins_with_a_discharge(write):
    """A fresh half cell of graphite starts from its open circuit, above all later discharges."""
    records = []
    for cycle, start in ((1, 3.0), (2, 1.5), (3, 1.5)):
        plan = (("D", -1.0, start, 0.01), ("C", 1.0, 0.02, 1.5))
        for step, (state, current, begin, end) in enumerate(plan, 1):
            for elapsed in np.linspace(0, 3600, 121).tolist():
                gained = elapsed / 3600
                voltage = begin + (end - begin) * gained
                time = (2 * cycle + step) * 3600 + elapsed
                records.append(
                    Record(cycle, step, time, elapsed, current, voltage, 0, 0, state, gained)
                )
    data = read_cycling(write(maccor(records)))
    holds(data, {1: 1.0, 2: 1.0, 3: 1.0})
    np.testing.assert_allclose(data["charge_capacity"], [1.0, 1.0, np.nan])
    assert "charge of cycle 3 left out" in data.messages
    assert "differ" not in data.messages


def test_charge_and_discharge_that_are_exchanged_in_the_file(write):
    other = {"C": "D", "D": "C", "R": "R"}
    records = [Record(**{**vars(r), "state": other[r.state]}) for r in simulated(LONGER)]
    path = write(maccor(records))
    data = read_cycling(path)
    holds(data, {n: 1.01 * q for n, q in enumerate(LONGER, 1)})
    assert "as where the two are exchanged; nothing was exchanged" in data.messages
    written = read_cycling(path, convention="as_written")
    assert "as where the two are exchanged" not in written.messages
    swapped = read_cycling(path, convention="swapped")
    holds(swapped, EXPECTED)
    assert "exchanged as asked" in swapped.convention


def test_counter_that_disagrees_with_the_current(write):
    records = [
        Record(**{**vars(r), "current": r.current * (1.05 if r.cycle == 2 else 1.002)})
        for r in simulated()
    ]
    data = read_cycling(write(arbin(records)))
    holds(data, EXPECTED)
    assert "discharge: counter and integral" in data.messages
    assert "by more than 1% in cycle 2 (up to 0.05 of the capacity)" in data.messages


def test_steps_without_a_record_at_their_start(write):
    records = [r for r in simulated(LONGER, every=300.0) if r.step_time > 0]
    for content in (arbin(records), maccor(records)):
        data = read_cycling(write(content))
        holds(data, dict(enumerate(LONGER, 1)))
        assert "differ" not in data.messages


def test_summary_by_cycle_with_the_columns_of_an_instrument(write):
    header = arbin([]).strip()
    path = write(f"{header}\n1,9,9,1,1,0,2,1.1,1.0\n2,9,9,1,2,0,2,1.0,0.9\n")
    data = read_cycling(path)
    assert by_cycle(data) == {1: 1.0, 2: 0.9}
    assert data.attrs["format"] == "text"


def test_instrument_files_that_cannot_be_used(write):
    records = simulated()
    joined = arbin(records) + arbin(records).split("\n", 1)[1]
    refused(write(joined), "cycle 1 comes after cycle 3", "joined")
    lines = arbin(records).split("\n")
    bad = [*lines[:40], lines[40].replace(",1,1,", ",1,oops,").replace(",2,1,", ",2,oops,")]
    refused(write("\n".join([*bad, *lines[41:]])), "line 41", "'oops' is not a number")
    refused(write(lines[0] + "\n"), "header of a file of Arbin", "truncated")
    refused(write(arbin(records).replace("(Ah)", "(foo)")), "unit 'foo'", "Ah or mAh")
    refused(write(arbin(records).replace("Current(A)", "Current(foo)")), "unit 'foo'")
    clock = pec(records).split("\n")
    clock[10] = clock[10].replace(":", "-")
    refused(write("\n".join(clock)), "line 11", "no time like 12:00:00")
    short = maccor(records).split("\n")
    short[20] = short[20].rsplit("\t", 2)[0]
    refused(write("\n".join(short)), "line 21", "ends before its column 'State'")
    data = read_cycling(write(arbin(records)[:-30]))  # cut off within its last line
    assert "incomplete last line" in data.messages


@pytest.mark.parametrize("name", ["TestFile.nda", "new_nda_file.nda"])
def test_a_neware_file_that_is_cut_or_damaged_is_never_read_in_silence(shared_data, tmp_path, name):
    whole = shared_data("newarenda", name).read_bytes()
    known = read_cycling(shared_data("newarenda", name))
    assert "may be cut off" not in known.messages
    path = tmp_path / name
    rng = np.random.default_rng(0)
    for share in (0.5, 0.8, 0.95):
        path.write_bytes(whole[: int(share * len(whole))])
        try:
            assert "may be cut off" in read_cycling(path).messages
        except PosterionError:
            continue
    for place in rng.integers(len(whole) - 30_000, len(whole), 12):
        turned = bytearray(whole)
        turned[place] ^= 64
        path.write_bytes(bytes(turned))
        try:
            found = read_cycling(path)
        except PosterionError:
            continue
        same = np.array_equal(found["capacity"], known["capacity"])
        assert same or found.messages != known.messages, place


# The command line


@pytest.fixture
def inspect(capsys):
    def run(*arguments) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["data", "inspect", *map(str, arguments)])
        printed = capsys.readouterr()
        return left.value.code, printed.out, " ".join(printed.err.split())

    return run


def test_inspect_a_file_of_cycling(write, inspect):
    path = write("cycle,cell,Q_dis (mAh)\n1,a,5\n1,b,6\n3,a,4\n")
    status, out, err = inspect(path, "--json")
    assert status == 0, err
    document = json.loads(out)
    assert set(document) == {"format", "cells", "convention", "messages"}
    assert document["cells"] == [
        {
            "cell": "a",
            "n": 2,
            "cycle_first": 1.0,
            "cycle_last": 3.0,
            "capacity_first": 5.0,
            "unit": "mAh",
        },
        {
            "cell": "b",
            "n": 1,
            "cycle_first": 1.0,
            "cycle_last": 1.0,
            "capacity_first": 6.0,
            "unit": "mAh",
        },
    ]
    assert document["format"] == "text"
    assert any("convention: as the header says" in line for line in document["messages"])
    assert "a: 2 cycles from 1 to 3, first capacity 5 mAh" in inspect(path)[1]


def test_inspect_tells_spectra_from_cycling(write, inspect):
    spectrum = "freq_Hz,Zre_ohm,Zim_ohm\n1000,1,-1\n100,2,-1\n"
    assert "spectra" in json.loads(inspect(write(spectrum), "--json")[1])
    status, _, err = inspect(write("a,b\n1,2\n"))
    assert status == 2 and "impedance table" in err
    assert "--capacity-unit" in inspect(write("cycle,a,b\n1,2,3\n"))[2]
    given = inspect(write("cycle,a,b\n1,2,3\n"), "--capacity-unit", "mAh", "--json")[1]
    assert [cell["cell"] for cell in json.loads(given)["cells"]] == ["a", "b"]
