"""Sheets of Excel, Parquet and JSON are read as text tables are."""

import io
import json
import sys
import zipfile
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import posterion as po
from posterion import PosterionError

TABLE = {"freq (Hz)": [1e5, 1e3, 10.0], "Zre (ohm)": [10.5, 60.0, 110.0],
         "Zim (ohm)": [-5.25, -50.25, -0.5]}  # fmt: skip
POINTS = np.column_stack(list(TABLE.values()))


def sheet(rows) -> str:
    cells = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            if isinstance(cell, str)
            else f"<c><v>{cell!r}</v></c>"
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'


def workbook(**sheets) -> bytes:
    """Return the smallest workbook that holds the sheets."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{k}" r:id="r{k}"/>' for k, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="r{k}" Type="{office}/worksheet" Target="worksheets/s{k}.xml"/>'
        for k in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}'
        "</Relationships>",
    }
    parts |= {f"xl/worksheets/s{k}.xml": sheet(rows) for k, rows in enumerate(sheets.values(), 1)}
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return found.getvalue()


ROWS = [list(TABLE), *POINTS.tolist()]


def test_a_sheet_of_a_workbook(write):
    data = workbook(Info=[["operator", "X"], ["cell", 7.0]], EIS=ROWS)
    spectrum = po.read_spectrum(write(data, "cell.xlsx"))
    np.testing.assert_array_equal(np.column_stack([spectrum["frequency"], spectrum["Z"]]), POINTS)
    assert "sheet 'EIS' of the workbook read, not 'Info'" in spectrum.attrs["messages"]
    cycles = workbook(Sheet1=[["cycle", "capacity (Ah)"], [1.0, 2.5], [2.0, 2.4]])
    assert po.read_cycling(write(cycles, "fade.xlsx"))["capacity"].values.tolist() == [2.5, 2.4]
    bad = workbook(Sheet1=[*ROWS[:2], [1e3, "#DIV/0!", -50.25], ROWS[3]])
    with pytest.raises(PosterionError, match="line 3, column 2 .*'#DIV/0!' is not a number"):
        po.read_spectrum(write(bad, "cell.xlsx"))


def test_a_damaged_workbook(write):
    data = workbook(EIS=ROWS)
    for size in (10, 200, len(data) // 2, len(data) - 30):
        with pytest.raises(PosterionError, match="damaged|cannot be read|no Excel"):
            po.read_spectrum(write(data[:size], "cell.xlsx"))
    with pytest.raises(PosterionError, match="without numbers"):
        po.read_spectrum(write(workbook(A=[["a", "b"]]), "cell.xlsx"))


def test_parquet(write, tmp_path):
    path = tmp_path / "cell.parquet"
    pq.write_table(pa.table(TABLE), path)
    spectrum = po.read_spectrum(path)
    np.testing.assert_array_equal(np.column_stack([spectrum["frequency"], spectrum["Z"]]), POINTS)
    with pytest.raises(PosterionError, match="cannot be read as Parquet"):
        po.read_spectrum(write(path.read_bytes()[:100], "cut.parquet"))


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        [dict(zip(TABLE, row, strict=True)) for row in POINTS.tolist()],
        {"columns": list(TABLE), "index": [0, 1, 2], "data": POINTS.tolist()},
        {name: {str(k): v for k, v in enumerate(values)} for name, values in TABLE.items()},
    ],
)
def test_json_in_four_shapes(write, content):
    spectrum = po.read_spectrum(write(json.dumps(content), "cell.json"))
    np.testing.assert_array_equal(np.column_stack([spectrum["frequency"], spectrum["Z"]]), POINTS)


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"a": {"0": 1}, "b": {"1": 2}}', '{"a": 1}', '{"a": [1], "b": []}', "[1, 2]"],
)
def test_json_that_is_no_table(write, content):
    with pytest.raises(PosterionError, match="JSON|table|lengths"):
        po.read_spectrum(write(content, "cell.json"))


def session(title: str = "-Z''") -> str:
    units = {"Hertz": ("Frequency", "Hz"), "ZRe": ("Z'", "Ω"), "ZIm": (title, "Ω")}
    values = [
        {
            "Unit": {"Type": f"PalmSens.Units.{unit}", "Q": name, "S": symbol},
            "DataValues": [{"V": value} for value in column],
        }
        for (unit, (name, symbol)), column in zip(units.items(), POINTS.T.tolist(), strict=True)
    ]
    data = {"Type": "PalmSens.Data.DataSetEIS", "Values": values}
    return json.dumps({"Type": "PalmSens.Session", "Measurements": [{"DataSet": data}]})


def test_a_session_of_palmsens(write):
    for encoding in ("utf-16", "utf-8"):
        path = write(session(), "cell.pssession", encoding=encoding)
        spectrum = po.read_spectrum(path)
        assert spectrum["Z"].values.tolist() == (POINTS[:, 1:] * [1, -1]).tolist()
    with pytest.raises(PosterionError, match="damaged session of PalmSens"):
        po.read_spectrum(write(session()[:-200], "cell.pssession"))
    with pytest.raises(PosterionError, match="without impedance"):
        po.read_spectrum(write(session().replace("DataSetEIS", "DataSetCV"), "cell.pssession"))


def test_a_file_of_ivium(write):
    rows = "".join(f"{re:.5E}  {im:.5E}\t{f:.5E} \r\n" for f, re, im in POINTS)
    start = "\x00\x00\x10H\x00\r\nstarttime=\r\nTitle=Test\r\n"
    table = f"primary_data    \r\n3\r\n3\r\n{rows}"
    path = write(start + table + "\x00\x00secondary\r\n", "cell.idf", "latin-1")
    spectrum = po.read_spectrum(path)
    np.testing.assert_array_equal(np.column_stack([spectrum["frequency"], spectrum["Z"]]), POINTS)
    assert len(po.read_spectra(write(start + 2 * table, "cell.ids", "latin-1"))) == 2
    with pytest.raises(PosterionError, match="3 points that ends before the last"):
        po.read_spectrum(write((start + table)[:-40], "cell.idf", "latin-1"))


def test_a_file_of_eco_chemie(write):
    rows = "".join(f" {f}\n {re}\n {-im}\n" + " 0.0\n" * 6 for f, re, im in POINTS)
    path = write(f"VERSION8.0\n 3\n 1\n{rows}", "cell.dfr")
    spectrum = po.read_spectrum(path)
    np.testing.assert_array_equal(np.column_stack([spectrum["frequency"], spectrum["Z"]]), POINTS)
    with pytest.raises(PosterionError, match="3 points and ends before the last"):
        po.read_spectrum(write(f"VERSION8.0\n 3\n 1\n{rows[:-12]}", "cell.dfr"))


def test_a_binary_file_of_biologic(write, monkeypatch):
    path = write(b"BIO-LOGIC MODULAR FILE\x1a" + bytes(100), "cell.mpr")
    monkeypatch.setitem(sys.modules, "galvani", None)
    with pytest.raises(PosterionError, match="GPL-3.*posterion\\[biologic\\].*\\.mpt"):
        po.read_spectrum(path)
    titles = ["freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "cycle number"]
    rows = [(f, re, -im, 1.0) for f, re, im in POINTS]
    data = np.array(rows, dtype=[(title, "<f8") for title in titles])
    reader = SimpleNamespace(MPRfile=lambda file: SimpleNamespace(data=data))
    monkeypatch.setitem(sys.modules, "galvani", SimpleNamespace(BioLogic=reader))
    spectrum = po.read_spectrum(path)
    np.testing.assert_array_equal(np.column_stack([spectrum["frequency"], spectrum["Z"]]), POINTS)
    assert "read by galvani" in spectrum.attrs["messages"]
