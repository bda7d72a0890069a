"""Spectra, conductivities, resistances and limits in dialects that were once misread or refused."""

import numpy as np
import pytest

import posterion as po
from posterion import PosterionError

FREQUENCY = np.array([1e5, 1e4, 1e3, 1e2, 1e1])
Z = 12.5 + 85.0 / (1 + 1j * 2 * np.pi * FREQUENCY * 1e-4)


@pytest.fixture
def file(tmp_path):
    def written(content: str | bytes, name: str = "data.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def lines(header: str, *columns, mark: str = ",", end: str = "") -> str:
    rows = (mark.join(f"{x:.10g}" for x in row) for row in zip(*columns, strict=True))
    return "\n".join([header, *rows]) + f"\n{end}"


def holds(spectrum, factor: float = 1.0) -> None:
    np.testing.assert_allclose(spectrum["frequency"], FREQUENCY, rtol=1e-9)
    parts = np.column_stack([Z.real, Z.imag])
    np.testing.assert_allclose(spectrum["Z"], factor * parts, rtol=1e-8)


@pytest.mark.parametrize("number", ["{:.12g}{:+.12g}j", "({:.12g}{:+.12g}j)", "{:.12g} {:+.12g}i"])
def test_complex_numbers(file, number):
    text = "f (Hz),impedance (kOhm)\n" + "".join(
        f"{f:g},{number.format(z.real / 1e3, z.imag / 1e3)}\n"
        for f, z in zip(FREQUENCY, Z, strict=True)
    )
    if "} {" in number:
        text = text.replace(" -", " - ")
    holds(po.read_spectrum(file(text)))
    with pytest.raises(PosterionError):  # not an impedance in ohm
        po.read_spectrum(file(text.replace("impedance (kOhm)", "admittance")))


def test_a_label_before_the_names_of_columns(file):
    header = "Freq (Hz),cell 1 Z' (Ohm),cell 1 -Z'' (Ohm),cell 2 Z' (Ohm),cell 2 -Z'' (Ohm)"
    text = lines(header, FREQUENCY, Z.real, -Z.imag, 2 * Z.real, -2 * Z.imag)
    spectra = po.read_spectra(file(text))
    assert list(spectra) == ["cell 1", "cell 2"]
    holds(spectra["cell 1"])
    holds(spectra["cell 2"], 2.0)
    beside = text.replace("cell 1 ", "").replace("cell 2 ", "fit ")
    holds(po.read_spectrum(file(beside)))  # a fit beside the data is no second spectrum


def test_names_of_keysight_and_parstat(file):
    header = "BEGIN CH1\nFrequency(Hz),|Z|(ohm)-data,theta-z(deg)-data"
    text = lines(header, FREQUENCY, np.abs(Z), np.degrees(np.angle(Z)), end="END\n")
    holds(po.read_spectrum(file(text)))
    header = "Frequency(Hz),Zre(ohms),Zim(ohms),Minus Zim(ohms)"
    holds(po.read_spectrum(file(lines(header, FREQUENCY, Z.real, Z.imag, -Z.imag))))


def test_another_order_without_a_header(file):
    """The frequency is last: only its values are at one distance in their logarithm."""
    text = lines("", Z.real, Z.imag, FREQUENCY).lstrip("\n")
    with pytest.raises(PosterionError, match="column 3 looks like the frequency"):
        po.read_spectrum(file(text))


def fods(rows) -> str:
    office, table, text = (
        f'xmlns:{part}="urn:oasis:names:tc:opendocument:xmlns:{part}:1.0"'
        for part in ("office", "table", "text")
    )

    def cell(value) -> str:
        if value is None:
            return '<table:table-cell table:number-columns-repeated="2"/>'
        if isinstance(value, str):
            return f"<table:table-cell><text:p>{value}</text:p></table:table-cell>"
        shown = f"<text:p>{value:.1f}</text:p>"
        return f'<table:table-cell office:value="{value!r}">{shown}</table:table-cell>'

    body = "".join(
        f"<table:table-row>{''.join(map(cell, row))}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for row in rows
    )
    return (
        f'<?xml version="1.0"?>\n<office:document {office} {table} {text}><office:body>'
        f'<office:spreadsheet><table:table table:name="EIS">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document>"
    )


def test_flat_open_document(file):
    header = ("f (Hz)", "remark", "note", "Z' (Ohm)", "Z'' (Ohm)")
    rows = [(f, None, z.real, z.imag) for f, z in zip(FREQUENCY.tolist(), Z.tolist(), strict=True)]
    holds(po.read_spectrum(file(fods([header, *rows]), "a.fods")))
    hostile = fods([header, *rows]).replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', 1)
    with pytest.raises(PosterionError, match="damaged OpenDocument"):
        po.read_spectrum(file(hostile, "a.fods"))
    many = fods([("f", 1.0)]).replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="99999999">'
    )
    with pytest.raises(PosterionError, match="repeats a row 99999999 times"):
        po.read_spectrum(file(many, "a.fods"))


CONDUCTIVITY = [1.2e-5, 3.4e-5, 8.1e-5]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("温度(℃),电导率(S/cm)", ["1.2e-5", "3.4e-5", "8.1e-5"]),
        ("温度(℃),イオン伝導度(S/cm)", ["1.2e-5", "3.4e-5", "8.1e-5"]),
        ("T (C),conductividad (mS/cm)", ["0.012", "0.034", "0.081"]),
        ("T (C),σ (10^-5 S/cm)", ["1.2", "3.4", "8.1"]),
        ("T (C),sigma (1e-4 S/cm)", ["0.12", "0.34", "0.81"]),
        ("T (C),sigma (S/cm)", ["1.20(5)e-5", "3.40(7)e-5", "8.10(9)e-5"]),
        ("T (C),sigma (S/cm)", ["1.20(5)×10^-5", "3.40(7)×10^-5", "8.10(9)×10^-5"]),
    ],
)
def test_conductivities(file, header, cells):
    rows = "".join(f"{t},{cell}\n" for t, cell in zip((25, 40, 55), cells, strict=True))
    data = po.read_table(file(f"{header}\n{rows}"))
    np.testing.assert_allclose(data["conductivity"], CONDUCTIVITY, rtol=1e-9)
    if "(" in cells[0]:
        np.testing.assert_allclose(data["conductivity_sd"], [5e-7, 7e-7, 9e-7], rtol=1e-9)


@pytest.mark.parametrize("header", ["σ × 10^5 (S/cm)", "sigma (10^5 S/cm)", "G (S)"])
def test_what_may_mean_another_conductivity_is_refused(file, header):
    with pytest.raises(PosterionError):
        po.read_table(file(f"T (C),{header}\n25,1.2\n40,3.4\n"))


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("Cycle number,DCIR / mΩ", 1e3),
        ("Zyklus,Widerstand (Ohm)", 1.0),
        ("循环次数,内阻(mΩ)", 1e3),
        ("サイクル数,内部抵抗(Ω)", 1.0),
        ("cycle,R (MΩ)", 1e-6),
    ],
)
def test_growth(file, header, factor):
    text = lines(header, [1, 10, 20], [120 * factor, 150 * factor, 185 * factor])
    data = po.read_growth(file(text))
    np.testing.assert_allclose(data["resistance"], [120, 150, 185])


def test_a_row_of_units_that_begins_with_a_hash(file):
    data = po.read_growth(file("cycle;R1;R2\n#;ohm;ohm\n1;120;12\n10;150;15\n"))
    assert sorted(data["resistance"].values) == [12, 15, 120, 150]
    with pytest.raises(PosterionError, match="no unit"):  # words are a comment
        po.read_growth(file("cycle;R1;R2\n# first;in;ohm\n1;120;12\n10;150;15\n"))


def test_a_unit_in_capitals_is_asked_for(file):
    """MOHM is milli or mega."""
    path = file("cycle,R (MOHM)\n1,120\n10,150\n")
    with pytest.raises(PosterionError):
        po.read_growth(path)


LIVES = "cell,sample,{},running\n1,A,300,no\n2,A,500,yes\n"


def test_the_unit_of_a_lifetime(file):
    with pytest.raises(PosterionError, match="is in cycles, but the unit given is another"):
        po.read_limits(file(LIVES.format("cycles")), unit="h")
    with pytest.raises(PosterionError, match="say the unit of the lifetimes"):
        po.read_limits(file(LIVES.format("lifetime")))
    data = po.read_limits(file(LIVES.format("lifetime")), unit="h")
    assert data["lifetime"].attrs["units"] == "hour"


def test_a_dash_is_a_blank(file):
    text = "cell;survived (µA cm-2);failed (µA cm-2)\n1;500;600\n2;700;-\n3;1000;–\n"
    data = po.read_limits(file(text))
    assert data["critical_current_high"].values.tolist() == [600, np.inf, np.inf]
    assert "a dash read as a blank cell (lines 3 to 4)" in data.messages
