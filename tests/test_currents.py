"""Currents of cells in A/g: by hand, and refused where something is not printed."""

import json
import sys

import pytest

from posterion import cli
from posterion.analyses.audit import seed_paper
from posterion.analyses.audit.published import missing_for, read_rows, specific_current
from posterion.errors import PosterionError

HEADER = (
    "key,quantity,sample,coating_volume_uL,temperature_C,cycle,value,unit,step,approximate,"
    "reference,where,note"
)


def printed(value: str, unit: str):
    (row,) = read_rows(f"{HEADER}\ni,current,cell,,,,{value},{unit},,,,here,", "made up")
    return row


def test_currents_per_mass_are_those_of_the_table_by_hand() -> None:
    for key, value, step in (
        ("table3_aam950_current", 0.02, 0.01),
        ("table3_pyr_current", 0.1, 0.001),
        ("table3_ppp_current", 0.02, 0.001),
    ):
        found = specific_current(seed_paper().numbers[key])
        assert found.unit == "A/g"
        assert (found.value, found.step) == pytest.approx((value, step))


def test_a_rate_is_the_share_of_its_capacity_in_an_hour() -> None:
    # 0.2 C of 239 mAh/g are 47.8 mA/g; the last digit, 0.1 C, is 23.9 mA/g.
    found = specific_current(printed("0.2", "1/hour"), capacity="239 mAh/g")
    assert (found.value, found.step) == pytest.approx((0.0478, 0.0239))
    assert specific_current(printed("1", "1/hour"), capacity="0.137 A*hour/g").value == (
        pytest.approx(0.137)
    )


def test_a_current_per_area_is_divided_by_the_loading() -> None:
    # 0.1 mA on 2 mg are 0.05 A/g.
    found = specific_current(printed("0.1", "mA/cm**2"), loading="2 mg/cm**2")
    assert (found.value, found.step) == pytest.approx((0.05, 0.05))


@pytest.mark.parametrize(
    ("value", "unit", "given", "words"),
    [
        ("0.2", "1/hour", {}, "the capacity that 1 C refers to"),
        ("0.2", "1/hour", {"loading": "2 mg/cm**2"}, "the capacity that 1 C refers to"),
        ("0.1", "mA/cm**2", {}, "the loading with active material"),
        ("0.1", "mA/cm**2", {"capacity": "239 mAh/g"}, "the loading with active material"),
        ("0.2", "1/hour", {"capacity": "239 mAh"}, "not one of mAh/g"),
        ("0.2", "1/hour", {"capacity": "-1 mAh/g"}, "not positive"),
        ("0.2", "1/hour", {"capacity": "239 ± 5 mAh/g"}, "has an error"),
        ("0.2", "V", {}, "no current per mass or area and no rate"),
    ],
)
def test_what_is_missing_is_named(value, unit, given, words) -> None:
    with pytest.raises(PosterionError, match=words):
        specific_current(printed(value, unit), **given)


def test_three_of_eight_currents_of_the_table_are_known() -> None:
    found = [row for row in seed_paper().numbers.values() if row.key.endswith("_current")]
    found = [row for row in found if row.key.startswith("table3_")]
    known = {row.key for row in found if not missing_for(row)}
    assert len(found) == 8
    assert known == {f"table3_{name}_current" for name in ("aam950", "pyr", "ppp")}
    for row in found:
        if row.key not in known:
            assert missing_for(row) == "the capacity that 1 C refers to"


def _show(monkeypatch, capsys, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["posterion", "data", "show", *arguments])
    with pytest.raises(SystemExit):
        cli.main()
    return capsys.readouterr().out


def test_the_table_shows_them(monkeypatch, capsys) -> None:
    document = json.loads(_show(monkeypatch, capsys, "na3sbs4-comparison", "--json"))
    currents = {row["key"]: row for row in document["specific_currents"]}
    assert currents["table3_pyr_current"]["A/g"] == pytest.approx(0.1)
    assert len(currents) == 8
    assert currents["table3_bmtfsi_current"]["A/g"] is None
    assert "1 C refers to" in currents["table3_bmtfsi_current"]["missing"]
    text = " ".join(_show(monkeypatch, capsys, "na3sbs4-comparison").replace("│", " ").split())
    assert "In A/g: 0.1" in text and "Not in A/g without the capacity that 1 C refers to." in text
    assert "specific_currents" not in json.loads(
        _show(monkeypatch, capsys, "na3sbs4-limits", "--json")
    )
