"""Published numbers: as printed, where the paper has them, with the interval they stand for."""

import csv
import json
import os
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterion import cli
from posterion.analyses.audit import seed_paper
from posterion.analyses.audit.published import ends_in_vague_zeros, read_rows, rounding_step
from posterion.errors import PosterionError
from posterion.units import registry

TABLES = seed_paper().tables
ALL = list(seed_paper().numbers.values())
number = seed_paper().number
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
DIMENSIONS = {
    "activation energy": "eV",
    "area": "m**2",
    "binding energy": "eV",
    "concentration": "mol/L",
    "conductivity": "S/m",
    "current": "A",
    "current density": "A/m**2",
    "cycles": "dimensionless",
    "duration": "s",
    "fraction": "percent",
    "frequency": "Hz",
    "length": "m",
    "mass": "kg",
    "pressure": "Pa",
    "rate": "1/s",
    "resistance": "ohm",
    "rotation speed": "rpm",
    "scan rate": "V/s",
    "share": "dimensionless",
    "specific capacity": "A*s/kg",
    "specific current": "A/kg",
    "specific energy": "J/kg",
    "temperature": "kelvin",
    "transference number": "dimensionless",
    "voltage": "V",
    "volume": "m**3",
    "wavenumber": "1/m",
}


@pytest.fixture(scope="module")
def paper() -> str:
    """The text of the paper, with powers of ten and thousands as the tables write them."""
    path = Path(__file__).parents[2] / "shared" / "paper" / "na3sbs4_aam950_2026.txt"
    if not path.is_file():
        message = f"the text of the paper is absent: {path}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    text = path.read_text(encoding="utf-8").translate(SUPERSCRIPTS).replace(r"\times", "×")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return re.sub(r"(\d) *× *10\^?\{?(-\d)\}?", r"\1e\2", text)


def section(paper: str, place: str) -> str:
    """Return the part of the paper that a place in a column 'where' names."""
    parts = re.split(
        r"^(?:Abstract|INTRODUCTION|EXPERIMENTAL|RESULTS AND DISCUSSION|CONCLUSIONS|DECLARATIONS)$",
        paper,
        flags=re.MULTILINE,
    )
    assert len(parts) == 7
    names = ("Abstract", "Introduction", "Experimental", "Results", "Conclusions")
    found = dict(zip(names, parts[1:6], strict=True))
    if caption := re.fullmatch(r"(Figure \d+) caption", place):
        return " ".join(re.findall(rf"^{caption[1]}\..*$", paper, re.MULTILINE))
    if re.fullmatch(r"Table \d", place):
        return re.findall(rf"^{place}\. .*?\n\n((?:\|.*\n)+\n.*)", paper, re.MULTILINE)[0]
    # Captions and tables are places of their own.
    results = re.sub(
        r"^(?:\||Figure \d+\.|Table \d\.).*$", "", found["Results"], flags=re.MULTILINE
    )
    return (found | {"Results": results})[place.partition(",")[0]]


def cells_of(paper: str, place: str) -> list[list[str]]:
    """Return the body of a table of the paper."""
    lines = [line for line in section(paper, place).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def keyed(place: str, quantity: str, **attributes: object) -> list[str]:
    """Return the printed numbers of a place that have these attributes."""
    return [
        row.printed
        for row in ALL
        if place in row.where.split("; ")
        and row.quantity == quantity
        and all(getattr(row, name) == value for name, value in attributes.items())
    ]


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.key)
def test_each_number_stands_where_it_is_said_to(paper, row) -> None:
    for place in row.where.split("; "):
        printed = re.compile(rf"(?<![\d.]){re.escape(row.printed)}(?!\d|\.\d|e-)")
        assert printed.search(section(paper, place)), (row.printed, place)


def test_a_number_that_is_not_printed_is_not_found(paper) -> None:
    for place, number in (("Table 1", "0.311"), ("Abstract", "3.48e-4"), ("Results", "89.6")):
        assert number not in section(paper, place)
        assert number in paper or number == "0.311"


def test_table_1_is_complete(paper) -> None:
    printed = [cells[1:] for cells in cells_of(paper, "Table 1")]
    assert len(printed) == 5
    columns = [keyed("Table 1", name) for name in ("resistance", "length", "conductivity")]
    assert [list(cells) for cells in zip(*columns, strict=True)] == printed
    names = ("bare", "10ul_rt", "7ul_rt", "10ul_55c", "7ul_55c")
    for name, cells in zip(names, printed, strict=True):
        assert number(f"resistance_{name}").printed == cells[0]
    for cells in cells_of(paper, "Table 1")[1:]:
        volume, degrees = re.match(r"(\d+) μL at (RT|55)", cells[0]).groups()
        conditions = {
            "coating_volume_uL": float(volume),
            "temperature_C": 25.0 if degrees == "RT" else 55.0,
        }
        assert keyed("Table 1", "conductivity", **conditions) == [cells[3]]


def test_table_2_is_complete(paper) -> None:
    printed = cells_of(paper, "Table 2")
    assert len(printed) == 12
    for line, cells in enumerate(printed):
        sample, volume = ("bare NSS", None) if line < 6 else ("coated NSS", 7.0)
        cycle = 0 if cells[1] == "Fresh cycle" else int(cells[1].split()[0])
        assert cycle == line % 6
        attributes = {"sample": sample, "coating_volume_uL": volume, "cycle": cycle}
        assert sorted(keyed("Table 2", "resistance", **attributes)) == sorted(cells[2:])
        short = "7ul" if volume else "bare"
        when = f"cycle{cycle}" if cycle else "fresh"
        for part, cell in enumerate(cells[2:], start=1):
            assert number(f"cv_r{part}_{short}_{when}").printed == cell
    assert len(keyed("Table 2", "resistance")) == 36


def test_table_3_is_complete(paper) -> None:
    printed = cells_of(paper, "Table 3")
    assert len(printed) == 8
    comparison = TABLES["na3sbs4-comparison"].rows
    assert len(comparison) == 24
    units = {"*": "A/g", "‡": "1/hour", "": "mA/g"}
    for line, cells in enumerate(printed):
        current, capacity, cycles = comparison[3 * line : 3 * line + 3]
        symbol, digits = re.fullmatch(r"([*‡]?)([\d.]+)", cells[2]).groups()
        assert (current.printed, current.unit) == (digits, units[symbol])
        assert (f"printed {cells[2]} " in current.note) == bool(symbol)
        assert capacity.printed == cells[3]
        count, degrees = cells[4].split("/")
        assert cycles.printed == count
        reference = "" if cells[5] == "This work" else cells[5].strip("[]")
        sample = ",".join(cells[:2]).translate(str.maketrans("₂₆", "26", "# "))
        for row in (current, capacity, cycles):
            assert row.reference == reference
            assert row.sample.replace(" ", "") == sample
            assert row.temperature_C == (None if degrees == "RT" else float(degrees))
            assert ("RT" in row.note.split("; ")) == (degrees == "RT")


def test_every_number_with_a_unit_in_abstract_and_conclusions_has_a_row(paper) -> None:
    for place in ("Abstract", "Conclusions"):
        units = r"(?:%|mAh g|mS cm|A g|Wh kg|°C)"
        text = re.sub(r"\^\\circ\s*|\^\{\\circ\}", "°", section(paper, place))
        found = set(re.findall(rf"(\d+(?:\.\d+)?) ?{units}", text))
        assert len(found) >= 6
        known = {row.printed for row in ALL if place in row.where.split("; ")}
        assert found <= known, found - known


def test_keys_are_unique_names() -> None:
    keys = [row.key for row in ALL]
    assert len(set(keys)) == len(keys) > 200
    for key in keys:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
        assert number(key).key == key


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.key)
def test_each_unit_has_the_dimension_of_its_quantity(row) -> None:
    unit = registry().parse_units(row.unit)
    assert unit.dimensionality == registry().parse_units(DIMENSIONS[row.quantity]).dimensionality
    low, high = row.interval
    assert low < row.value < high
    assert row.value == pytest.approx(float(row.printed), rel=0)


STEPS = [
    ("0.31", 0.01), ("0.30", 0.01), ("3.48e-4", 1e-6), ("1.12e-3", 1e-5), ("175.4", 0.1),
    ("469.15", 0.01), ("430", 1), ("-0.139", 0.001), ("47.80", 0.01), ("2.0", 0.1), ("25", 1),
    ("1.30e4", 100),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "step"), STEPS)
def test_step_is_one_in_the_last_printed_digit(printed, step) -> None:
    assert rounding_step(printed) == step


@given(
    st.integers(-(10**6), 10**6), st.integers(0, 5), st.integers(-9, 9), st.sampled_from(["", "e"])
)
def test_counting_up_the_last_digit_adds_a_step(digits, decimals, power, mark) -> None:
    def text(count: int) -> str:
        plain = f"{Decimal(count).scaleb(-decimals):f}"
        return f"{plain}e{power}" if mark else plain

    step = rounding_step(text(digits))
    assert float(text(digits + 1)) - float(text(digits)) == pytest.approx(step, rel=1e-8)
    assert rounding_step(text(digits + 1)) == step


@pytest.mark.parametrize("text", ["", "nan", "inf", "1,342", "0.3 ", "1_000", "0.1-1.5", "RT"])
def test_what_is_no_number_is_refused(text) -> None:
    with pytest.raises(PosterionError, match="is not a number; write it"):
        rounding_step(text)


def test_vague_zeros() -> None:
    assert [n for n in ("13000", "40", "0", "40.0", "405", "1.0e4") if ends_in_vague_zeros(n)] == [
        "13000",
        "40",
    ]


def test_an_approximate_round_number_has_the_step_that_is_written() -> None:
    after = number("charge_transfer_bare_after")
    assert (after.printed, after.approximate, after.interval) == ("13000", True, (12500, 13500))
    for row in ALL:
        if not (row.approximate and ends_in_vague_zeros(row.printed)):
            assert row.step == rounding_step(row.printed)
        else:
            assert row.step < row.value / 3


def test_conversion_takes_value_and_step() -> None:
    conductivity = number("conductivity_7ul_55c_table1").to("S/m")
    assert (conductivity.value, conductivity.step) == pytest.approx((0.0348, 1e-4))
    assert (conductivity.unit, conductivity.printed) == ("S/m", "0.348")
    kelvin = number("ccd_temperature").to("K")
    assert (kelvin.value, kelvin.step) == pytest.approx((328.15, 1.0))
    assert number("transference_i0").to("mA").interval == pytest.approx((0.047795, 0.047805))
    text = number("conductivity_7ul_55c_text").to("mS/cm")
    assert (text.value, text.step) == pytest.approx((0.348, 0.001))
    for unit in ("ohm", "furlongs per", "1 +"):
        with pytest.raises(PosterionError, match="cannot be converted to"):
            number("pellet_area").to(unit)


def test_a_table_has_the_attributes_as_columns() -> None:
    frame = seed_paper().frame("na3sbs4-voltammetry")
    assert len(frame) == 40
    r2 = frame[frame["key"].str.startswith("cv_r2_bare")].sort_values("cycle")
    assert r2["value"].tolist() == [694.31, 523.9, 1273, 1731, 2558, 2798]
    assert frame["value"].dtype == frame["step"].dtype == float


def test_unknown_names_get_a_hint() -> None:
    with pytest.raises(PosterionError, match="did you mean .*activation_energy_7ul"):
        number("activation_energie_7ul")
    with pytest.raises(PosterionError, match="did you mean na3sbs4-cycling"):
        seed_paper().frame("na3sbs4-cyclin")
    with pytest.raises(PosterionError, match="no table '../secrets'; check its spelling"):
        seed_paper().frame("../secrets")


HEADER = (
    "key,quantity,sample,coating_volume_uL,temperature_C,cycle,value,unit,step,approximate,"
    "reference,where,note\n"
)
GOOD = ["a", "voltage", "cell", "7", "-5.5", "2", "40", "V", "10", "yes", "", "Abstract", ""]


def test_a_good_line_is_read() -> None:
    (row,) = read_rows(HEADER + ",".join(GOOD), "t")
    assert (row.coating_volume_uL, row.temperature_C, row.cycle) == (7.0, -5.5, 2)
    assert (row.value, row.step, row.approximate) == (40.0, 10.0, True)


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        (0, "", "t, line 2: 'key' is empty"),
        (3, "7uL", "coating_volume_uL is '7uL'"),
        (4, "RT", "temperature_C is 'RT'"),
        (5, "1.5", "cycle is '1.5'"),
        (6, "forty", "'forty' is not a number"),
        (6, "41", "the step of 41 is '10'; write one for an approximate integer"),
        (7, "volts per", "the unit 'volts per' is unknown"),
        (8, "", "the step of 40 is ''"),
        (8, "0", "step is '0'"),
        (8, "-1", "step is '-1'"),
        (9, "about", "approximate is 'about'"),
        (9, "", "the step of 40 is '10'"),
        (12, "one, two", "14 cells; expected 13"),
    ],
)
def test_a_bad_cell_is_named(column, cell, message) -> None:
    cells = [cell if place == column else old for place, old in enumerate(GOOD)]
    with pytest.raises(PosterionError) as raised:
        read_rows(HEADER + ",".join(cells), "t")
    assert message in str(raised.value)


def test_a_bad_header_and_a_key_that_stands_twice_are_refused() -> None:
    line = ",".join(GOOD)
    with pytest.raises(PosterionError, match="line 3: the key 'a' stands twice"):
        read_rows(f"{HEADER}{line}\n{line}\n", "t")
    for text in ("", "key,value\na,1\n"):
        with pytest.raises(PosterionError, match="the header is"):
            read_rows(text, "t")


@pytest.fixture
def command(monkeypatch, capsys):
    """Return a function that runs a command and returns exit status, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["posterion", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


def test_list_names_examples_and_tables(command) -> None:
    status, out, _ = command("data", "list")
    assert status == 0
    names = [line.split("\t")[0] for line in out.splitlines()]
    assert set(TABLES) < set(names)
    assert "simulated-7uL-55C" in names
    assert "na3sbs4-transference\t6 published numbers" in out


def test_show_prints_every_key_and_the_source(command, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in TABLES:
        status, out, _ = command("data", "show", name)
        assert status == 0
        for row in TABLES[name].rows:
            assert row.key in out
        assert "CC BY 4.0" in " ".join(out.split())
        assert "…" not in out
        assert max(map(len, out.splitlines())) <= 80


def test_show_json_is_one_document(command) -> None:
    status, out, _ = command("data", "show", "na3sbs4-cell-impedance", "--json")
    document = json.loads(out)
    assert status == 0
    assert set(document) == {"name", "source", "doi", "licence", "rows"}
    assert document["doi"] == "10.20517/energymater.2026.32"
    by_key = {row["key"]: row for row in document["rows"]}
    assert len(by_key) == 8
    after = by_key["charge_transfer_bare_after"]
    assert (after["printed"], after["value"], after["step"]) == ("13000", 13000.0, 1000.0)
    assert (after["approximate"], after["coating_volume_uL"], after["cycle"]) == (True, None, 50)


def test_export_writes_what_can_be_read_again(command, tmp_path) -> None:
    path = tmp_path / "table.csv"
    for name in TABLES:
        status, out, _ = command("data", "export", name, "--to", path)
        assert status == 0
        assert "energymater.2026.32" in out
        text = path.read_text(encoding="utf-8")
        assert read_rows(text, name) == TABLES[name].rows
        assert len(list(csv.DictReader(text.splitlines()))) == len(TABLES[name].rows)


@pytest.mark.parametrize("verb", ["show", "export"])
def test_an_unknown_name_gets_a_hint_and_status_2(command, tmp_path, verb) -> None:
    path = tmp_path / "table.csv"
    to = ("--to", path) if verb == "export" else ()
    status, out, err = command("data", verb, "na3sbs4-conductivty", *to)
    assert (status, out) == (2, "")
    assert "did you mean na3sbs4-conductivity" in err
    assert "did you mean simulated-7uL-55C" in command("data", verb, "simulated-7uL-5C", *to)[2]
    assert "`posterion data list` names all" in command("data", verb, "zzz", *to)[2]
    assert not path.exists()
