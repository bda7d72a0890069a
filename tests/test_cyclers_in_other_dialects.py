"""Records of cyclers as their software exports them: one cell in every dialect.

The capacities are those of constant currents over known times, whatever counts them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

import posterion as po
from posterion import PosterionError

CAPACITY = {1: 2.50e-3, 2: 2.45e-3, 3: 2.40e-3, 4: 2.30e-3}  # Ah
SHARE = 1.02  # of a charge to its discharge


@dataclass(frozen=True)
class Record:
    """One record, in s, A, V and Ah; ``charge`` and ``discharge`` start anew in each cycle."""

    number: int
    cycle: int
    step: int
    time: float
    step_time: float
    current: float
    voltage: float
    state: str
    in_step: float
    charge: float
    discharge: float
    net: float


def records() -> list[Record]:
    found: list[Record] = []
    time = net = 0.0
    for cycle, capacity in CAPACITY.items():
        charge = discharge = 0.0
        plan = (("R", 0.0, 3.0, 3.0), ("C", SHARE * capacity, 3.0, 4.2), ("D", capacity, 4.1, 3.0))
        for place, (state, gain, begin, end) in enumerate(plan):
            sign = {"R": 0.0, "C": 1.0, "D": -1.0}[state]
            for part in np.linspace(0.0, 1.0, 9):
                found.append(
                    Record(
                        len(found) + 1,
                        cycle,
                        3 * (cycle - 1) + place + 1,
                        time + 3600 * part,
                        3600 * part,
                        sign * gain,
                        begin + (end - begin) * part,
                        state,
                        gain * part,
                        charge + gain * part * (state == "C"),
                        discharge + gain * part * (state == "D"),
                        net + sign * gain * part,
                    )
                )
            net += sign * gain
            charge += gain * (state == "C")
            discharge += gain * (state == "D")
            time += 3600
    return found


def table(titles: str, cells: Callable[[Record], list[object]], mark: str, above: str = "") -> str:
    rows = (mark.join(map(str, cells(record))) for record in records())
    return "\n".join([*above.splitlines(), titles, *rows]) + "\n"


def clock(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def novonix(record: Record) -> list[object]:
    kind = {"R": 0, "C": 1, "D": 2}[record.state]
    return [
        "2024-01-01 10:00:00", record.cycle, kind, f"{record.time / 3600:.7f}",
        f"{record.step_time / 3600:.7f}", f"{record.current:.8f}", f"{record.voltage:.6f}",
        f"{record.net:.9f}", 25.1, record.step, 1,
    ]  # fmt: skip


def basytec(record: Record) -> list[object]:
    command = {"R": "Pause", "C": "Charge", "D": "Discharge"}[record.state]
    return [
        f"{record.time / 3600:.8f}", record.number, f"{record.step_time / 3600:.8f}", record.step,
        command, f"{record.voltage:.6f}", f"{record.current:.8f}", f"{record.net:.10f}",
        f"{record.charge:.10f}", f"{record.discharge:.10f}", record.cycle, 1,
    ]  # fmt: skip


def land(record: Record) -> list[object]:
    state = {"R": "Rest", "C": "C_CC", "D": "D_Rate"}[record.state]
    return [
        record.number, f"0-{clock(record.time)}", clock(record.step_time), record.cycle,
        record.step, state, f"{1e3 * record.current:.6f}", f"{record.voltage:.4f}",
        f"{1e3 * record.in_step:.7f}", f"{1e5 * record.in_step:.4f}",
    ]  # fmt: skip


def gcpl(record: Record) -> list[object]:
    numbers = (
        record.time, 1e3 * record.current, record.voltage, 1e3 * record.net, 1e3 * record.current,
        1e3 * record.in_step * (record.state == "D"), 1e3 * record.in_step * (record.state == "C"),
        1e3 * record.in_step, float(record.cycle),
    )  # fmt: skip
    return [1, 0, record.step, *(f"{each:.9E}" for each in numbers), ""]


def neware(record: Record) -> list[object]:
    kind = {"R": "搁置", "C": "恒流充电", "D": "恒流放电"}[record.state]
    both = [f"{1e3 * record.in_step * (record.state == way):.7f}" for way in "CD"]
    return [
        record.number, record.cycle, record.step, kind, clock(record.step_time),
        clock(record.time), f"{1e3 * record.current:.6f}", f"{record.voltage:.4f}",
        f"{1e3 * record.in_step:.7f}", *both,
    ]  # fmt: skip


def maccor(record: Record) -> list[object]:
    return [
        record.number, record.cycle, record.step, f"0d {clock(record.time)}.00",
        f"0d {clock(record.step_time)}.00", f"{1e3 * record.in_step:.8f}", 0,
        f"{1e3 * abs(record.current):.8f}", f"{record.voltage:.5f}", record.state, 1,
    ]  # fmt: skip


def digatron(record: Record) -> list[object]:
    state = {"R": "PAU", "C": "CHA", "D": "DCH"}[record.state]
    return [
        record.step, state, clock(record.time), clock(record.step_time), record.cycle,
        f"{record.voltage:.5f}", f"{record.current:.8f}", f"{record.net:.9f}",
    ]  # fmt: skip


def bdf(record: Record) -> list[object]:
    before = (
        sum(SHARE * CAPACITY[k] for k in range(1, record.cycle)),
        sum(CAPACITY[k] for k in range(1, record.cycle)),
    )
    return [
        record.time, record.voltage, record.current, record.cycle,
        f"{before[0] + record.charge:.9f}", f"{before[1] + record.discharge:.9f}",
    ]  # fmt: skip


NOVONIX = (
    "Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),Current (A),Potential (V),"
    "Capacity (Ah),Temperature (°C),Step Number,Step position"
)
BASYTEC = (
    "~Time[h] DataSet t-Step[h] Line Command U[V] I[A] Ah[Ah] Ah-Cyc-Charge-0 "
    "Ah-Cyc-Discharge-0 Cyc-Count State"
)
LAND = (
    "Record\tTestTime\tStepTime\tCycle-Index\tStep-Index\tState\tCurrent/mA\tVoltage/V\t"
    "Capacity/mAh\tSpeCap/mAh/g"
)
GCPL = (
    "mode\tox/red\tNs\ttime/s\tcontrol/V/mA\tEwe/V\t(Q-Qo)/mA.h\t<I>/mA\tQ discharge/mA.h\t"
    "Q charge/mA.h\tCapacity/mA.h\tcycle number\t"
)
NEWARE = (
    "数据序号,循环号,工步号,工步类型,时间,总时间,电流(mA),电压(V),容量(mAh),充电容量(mAh),"
    "放电容量(mAh)"
)
MACCOR = "Rec#\tCyc#\tStep\tTestTime\tStepTime\tmAmp-hr\tmWatt-hr\tmAmps\tVolts\tState\tES"
DIGATRON = "Step,Status,Prog Time,Step Time,Cycle,Voltage,Current,AhAccu\n,,,,,V,A,Ah"
BDF = (
    "Test Time / s,Voltage / V,Current / A,Cycle Count / 1,Charging Capacity / Ah,"
    "Discharging Capacity / Ah"
)
EC_LAB = "EC-Lab ASCII FILE\nNb header lines : 5\n\nGalvanostatic Cycling\n"
FILES = {
    "Novonix": (table(NOVONIX, novonix, ",", "[Summary]\nNovonix UHPC\n[End Summary]"), "Ah"),
    "Basytec, tabs": (table(BASYTEC.replace(" ", "\t"), basytec, "\t", "~Resultfile\n~"), "Ah"),
    "Basytec, blanks": (table(BASYTEC, basytec, " ", "~Resultfile\n~"), "Ah"),
    "LAND": (table(LAND, land, "\t"), "mAh"),
    "BioLogic": (table(GCPL, gcpl, "\t", EC_LAB), "mAh"),
    "Neware": (table(NEWARE, neware, ","), "mAh"),
    "Maccor in milli": (table(MACCOR, maccor, "\t", "Today's Date\t11/28/2023"), "mAh"),
    "Digatron": (table(DIGATRON, digatron, ","), "Ah"),
    "Battery Data Format": (table(BDF, bdf, ","), "Ah"),
}


FILES["Basytec, commas"] = (
    table(BASYTEC.replace(" ", "\t"), lambda r: [str(c).replace(".", ",") for c in basytec(r)],
          "\t", "~Resultfile"),
    "Ah",
)  # fmt: skip
FILES["BioLogic, commas"] = (
    table(GCPL, lambda r: [str(c).replace(".", ",") for c in gcpl(r)], "\t", EC_LAB),
    "mAh",
)


@pytest.fixture
def read(tmp_path):
    def reading(content: str, encoding: str = "utf-8", **options):
        path = tmp_path / "cell.txt"
        path.write_bytes(content.encode(encoding))
        return po.read_cycling(path, **options)

    return reading


def holds(data, unit: str, cycles=CAPACITY) -> None:
    factor = {"Ah": 1.0, "mAh": 1e3}[unit]
    assert data["capacity"].attrs["units"] == unit
    found = dict(zip(data["cycle"].values.tolist(), data["capacity"].values.tolist(), strict=True))
    assert found == pytest.approx({k: factor * q for k, q in cycles.items()}, rel=1e-5)


@pytest.mark.parametrize("name", FILES)
def test_capacities_of_each_cycler(read, name):
    content, unit = FILES[name]
    data = read(content, "gbk" if name == "Neware" else "utf-8")
    holds(data, unit)
    charges = [SHARE * q * (1e3 if unit == "mAh" else 1.0) for q in CAPACITY.values()]
    np.testing.assert_allclose(data["charge_capacity"], charges, rtol=1e-5)
    assert "differ by more" not in data.messages


def test_cycles_are_counted_where_no_column_does(read):
    without = table(GCPL.replace("cycle number", "x"), gcpl, "\t", EC_LAB)
    data = read(without)
    holds(data, "mAh")
    assert "a new one with each charge that follows a discharge" in data.messages
    one = table(BDF, lambda r: [*bdf(r)[:3], 1, *bdf(r)[4:]], ",")
    holds(read(one), "Ah")  # a counter that stands still is none


def test_one_counter_needs_a_sign_or_a_state(read):
    titles = MACCOR.replace("State", "Flag")
    with pytest.raises(PosterionError, match="currents of one sign, so nothing tells charge from"):
        read(table(titles, maccor, "\t"))
    signed = table(titles, lambda r: [*maccor(r)[:7], 1e3 * r.current, *maccor(r)[8:]], "\t")
    data = read(signed)
    holds(data, "mAh")
    assert "by the sign of the current" in data.convention


def test_the_voltage_tells_the_sign_of_a_current(read):
    """A discharge is where the voltage falls; one counter and a turned sign say nothing else."""
    titles = "Time (s);Voltage (V);Current (A);Capacity (Ah)"
    content = table(titles, lambda r: [r.time, r.voltage, -r.current, r.in_step], ";")
    data = read(content)
    holds(data, "Ah")
    assert "negative where the voltage rises" in data.convention


def test_half_cycles_are_no_cycles(read):
    titles = "Time (s);Cycle;Status;Voltage (V);Current (A);Capacity (Ah)"
    half = {"R": 1, "C": 1, "D": 0}
    data = read(
        table(
            titles,
            lambda r: [
                r.time, 2 * r.cycle - half[r.state], r.state, r.voltage, r.current, r.in_step
            ],
            ";",
        )
    )  # fmt: skip
    holds(data, "Ah")


def test_records_of_two_cells_are_refused(read):
    titles = "Channel;Time (s);Cycle;Status;Voltage (V);Current (A);Capacity (Ah)"
    content = table(
        titles,
        lambda r: [r.cycle // 3, r.time, r.cycle, r.state, r.voltage, r.current, r.in_step],
        ";",
    )
    with pytest.raises(PosterionError, match="records of 2 cells"):
        read(content)


def test_counters_in_a_wrong_unit_are_refused(read):
    with pytest.raises(PosterionError, match=r"counter of discharge gains 9\.65 mAh.*0\.00965 mAh"):
        read(table(BDF.replace("Ah", "mAh"), lambda r: [*bdf(r)[:4], 1e3 * r.charge,
                                                        1e3 * r.discharge], ",")
             .replace("Current / A", "Current / mA"))  # fmt: skip
    bare = table(DIGATRON.split("\n")[0], digatron, ",")
    holds(read(bare), "Ah")  # AhAccu says it
    without = table(BDF.replace(" / Ah", ""), bdf, ",")
    with pytest.raises(PosterionError, match="has no unit; say which with capacity_unit='Ah'"):
        read(without)
    holds(read(without, capacity_unit="Ah"), "Ah")
    titles = "Cycle;Step Time;Test Time;Voltage;Current;Capacity;State"  # mA and mAh, who knows
    cells = ("cycle", "step_time", "time", "voltage", "current", "in_step", "state")
    with pytest.raises(PosterionError, match="has no unit"):
        read(table(titles, lambda r: [getattr(r, each) for each in cells], ";"))


def test_rows_wider_than_the_header_are_refused(read):
    shifted = table(
        BASYTEC, lambda r: [*basytec(r)[:2], "05.05.2025 14:36:06", *basytec(r)[2:]], " "
    )
    with pytest.raises(PosterionError, match="14 cells where the table has 12"):
        read(shifted)


def test_neware_cycles_above_their_steps_and_records(read):
    lines = ["Cycle ID\tCap_Chg(mAh)\tCap_DChg(mAh)", "\tStep ID\tStep Name\tCapacity(mAh)"]
    lines += ["\t\tRecord ID\tVoltage(V)\tCurrent(mA)\tCapacity(mAh)"]
    for cycle, capacity in CAPACITY.items():
        lines += [f"{cycle}\t{1020 * capacity:.4f}\t{1000 * capacity:.4f}", "\t1\tCC DChg\t9"]
        lines += ["\t\t1\t3.5\t-1\t0.1", "\t\t2\t3.4\t-1\t0.2"]
    data = read("\n".join(lines) + "\n")
    holds(data, "mAh")
    assert "steps and records below each cycle not used" in data.messages


@pytest.mark.parametrize(
    "header",
    [
        "Cycle;Capacité de charge (mAh/g);Capacité de décharge (mAh/g)",
        "Zyklus;Ladekapazität (mAh/g);Entladekapazität (mAh/g)",
        "サイクル数;充電容量(mAh/g);放電容量(mAh/g)",
        "사이클;충전용량(mAh/g);방전용량(mAh/g)",
        "Ciclo;Capacidad de carga (mAh/g);Capacidad de descarga (mAh/g)",
        "Ciclo;Capacità di carica (mAh/g);Capacità di scarica (mAh/g)",
        "Cycle Index;Chg. Spec. Cap.(mAh/g);DChg. Spec. Cap.(mAh/g)",
    ],
)
def test_a_table_of_cycles_in_many_languages(read, header):
    data = read(f"{header}\n1;161,5;160,5\n2;160,5;159,5\n")
    assert data["capacity"].values.tolist() == [160.5, 159.5]
    assert data["charge_capacity"].values.tolist() == [161.5, 160.5]


def test_japanese_text(read):
    data = read("サイクル数,充電容量(mAh/g),放電容量(mAh/g)\n1,161,160\n2,160,159\n", "shift_jis")
    assert data["capacity"].values.tolist() == [160, 159]
    assert "Shift-JIS" in data.messages


def test_absolute_before_specific_capacities(read):
    header = "Cycle Index,Chg. Cap.(mAh),DChg. Cap.(mAh),DChg. Spec. Cap.(mAh/g)"
    data = read(f"{header}\n1,2.1,2.0,160\n2,2.0,1.9,152\n")
    assert data["capacity"].values.tolist() == [2.0, 1.9]
    assert data["capacity"].attrs["units"] == "mAh"


def test_words_of_capacities_are_no_names_of_cells(read):
    """Which of lithiation and delithiation is the discharge, nothing tells."""
    content = "cycle,Lithiation capacity (mAh/g),Delithiation capacity (mAh/g)\n1,1610,1600\n"
    with pytest.raises(PosterionError, match="capacity"):
        read(content)
    named = read(content, columns={"capacity": "Delithiation capacity (mAh/g)"})
    assert named["capacity"].values.tolist() == [1600]


def test_arbin_result_file(shared_data):
    """Against the file's own table of statistics, which Arbin counts cycle by cycle."""
    access_parser = pytest.importorskip("access_parser")
    path = shared_data("cellpy", "20160805_test001_45_cc_01.res")
    data = po.read_cycling(path)
    own = access_parser.AccessParser(str(path)).parse_table("Channel_Normal_Table")
    largest: dict[float, float] = {}
    for cycle, shown in zip(own["Cycle_Index"], own["Discharge_Capacity"], strict=True):
        largest[float(cycle)] = max(largest.get(float(cycle), 0.0), shown)
    found = zip(data["cycle"].values, data["capacity"].values, strict=True)
    for cycle, capacity in found:
        assert capacity == pytest.approx(largest[cycle], rel=1e-9)
    assert data.sizes["point"] >= 16
