"""Files of instruments that are no tables: Ivium, PalmSens, Eco Chemie, BioLogic, Arbin."""

import io
import json
import re
import warnings
from tempfile import NamedTemporaryFile
from typing import Any

from ...errors import PosterionError

_PRINTABLE = re.compile(r"[^\t\n\r -~°µΩ]")
_UNITS = ("Hertz", "ZRe", "ZIm")


def recorded_lines(data: bytes, name: str) -> tuple[list[str], list[str]] | None:
    """Return the lines of a table with the spectra of a file, and messages; None if it is none.

    Raises
    ------
    PosterionError
        If the file is one of these, and damaged or without impedance.
    """
    if data.lstrip(b" ")[:8].lower().startswith(b"version") and name.lower().endswith(".dfr"):
        return _eco_chemie(data, name), ["format: Eco Chemie .dfr, whose third number is -Z''"]
    if data.startswith(b"BIO-LOGIC MODULAR FILE"):
        return _biologic(data, name), ["format: BioLogic .mpr, read by galvani"]
    if data.startswith(b"\x00\x01\x00\x00Standard "):
        return _arbin(data, name), ["format: Arbin .res, read by access-parser"]
    head = data[:4000].replace(b"\x00", b"")
    if b"starttime=" in head and b"\x00" in data[:64]:
        return _ivium(data, name), ["format: Ivium, whose columns are Z', Z'' and the frequency"]
    if b'"type":"PalmSens' in head.replace(b" ", b"").replace(b'"Type"', b'"type"'):
        return _palmsens(data, name), ["format: PalmSens session"]
    return None


def _biologic(data: bytes, name: str) -> list[str]:
    """Read the columns of a binary file of EC-Lab, where galvani is installed."""
    remedy = "in EC-Lab export it as text (.mpt) and read that"
    try:
        from galvani import BioLogic
    except ImportError as error:
        raise PosterionError(
            f"{name} is a binary BioLogic file (.mpr), which the package galvani reads (GPL-3; "
            f"install it with `pip install posterion[biologic]`); or {remedy}."
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = BioLogic.MPRfile(io.BytesIO(data)).data
        titles = list(found.dtype.names)
    except Exception as error:  # it raises whatever its lines of code raise
        raise PosterionError(
            f"{name} cannot be read by galvani ({type(error).__name__}); it may be damaged or of a "
            f"version that is not known, so {remedy}."
        ) from error
    return ["\t".join(titles), *("\t".join(map(str, row)) for row in found.tolist())]


_OF_ARBIN = {
    "Data_Point": "",
    "Test_Time": "(s)",
    "Step_Time": "(s)",
    "Step_Index": "",
    "Cycle_Index": "",
    "Current": "(A)",
    "Voltage": "(V)",
    "Charge_Capacity": "(Ah)",
    "Discharge_Capacity": "(Ah)",
}


def _arbin(data: bytes, name: str) -> list[str]:
    """Read the records of an Arbin result file, where access-parser is installed."""
    remedy = "export it as CSV, from MITS Pro or with mdb-export of mdbtools, and read that"
    try:
        from access_parser import AccessParser
    except ImportError as error:
        raise PosterionError(
            f"{name} is a Microsoft Access database, such as a result file of Arbin (.res), which "
            "the package access-parser reads (install it with `pip install posterion[arbin]`); or "
            f"{remedy}."
        ) from error
    try:
        with NamedTemporaryFile(suffix=".res") as file:
            file.write(data)
            file.flush()
            table = AccessParser(file.name).parse_table("Channel_Normal_Table")
        columns = [list(map(float, table[title])) for title in _OF_ARBIN]
        rows = sorted(zip(*columns, strict=True))  # pages of a database have no order
        tests = {*table["Test_ID"]}
    except Exception as error:  # it raises whatever its lines of code raise
        raise PosterionError(
            f"{name} is a Microsoft Access database that cannot be read as a result file of Arbin "
            f"(.res): {type(error).__name__}; it may be damaged, so {remedy}."
        ) from error
    points = [row[0] for row in rows]
    if len(tests) != 1 or points != [*range(1, len(points) + 1)]:
        raise PosterionError(
            f"{name} holds {len(tests)} tests and records with gaps, as where it is damaged or "
            f"several tests are joined; {remedy}."
        )
    titles = "\t".join(title + unit for title, unit in _OF_ARBIN.items())
    return [titles, *("\t".join(map(repr, row)) for row in rows)]


def _eco_chemie(data: bytes, name: str) -> list[str]:
    """Read nine lines for each point: frequency, Z', -Z'', and six more."""
    lines = [line.strip() for line in data.decode("latin-1").splitlines() if line.strip()]
    count = int(lines[1]) if len(lines) > 3 and lines[1].isdecimal() and len(lines[1]) < 7 else 0
    points = [lines[k : k + 9] for k in range(3, min(3 + 9 * count, len(lines)), 9)]
    if not count or len(points) < count or len(points[-1]) < 9:
        raise PosterionError(
            f"{name} is an Eco Chemie file of {count} points and ends before the last; export it "
            "again, or as text."
        )
    return ["freq (Hz)\tZ' (ohm)\t-Z'' (ohm)", *("\t".join(point[:3]) for point in points)]


def _ivium(data: bytes, name: str) -> list[str]:
    """Read the tables below primary_data: number of columns, of rows, then Z', Z'' and Hz."""
    text = _PRINTABLE.sub("", data.decode("latin-1")).replace("\r", "")
    lines = [line.strip() for line in text.split("\n")]
    starts = [k for k, line in enumerate(lines) if line.endswith("primary_data")]
    found: list[str] = []
    for number, start in enumerate(starts, 1):
        sizes = lines[start + 1 : start + 3]
        if len(sizes) < 2 or not all(each.isdecimal() and len(each) < 7 for each in sizes):
            raise PosterionError(f"{name} ends within an Ivium table; export it as text.")
        columns, count = map(int, sizes)
        rows = [line.split() for line in lines[start + 3 : start + 3 + count]]
        if columns != 3:
            continue  # a table of another method
        if len(rows) < count or any(len(row) != 3 for row in rows):
            raise PosterionError(
                f"{name} has an Ivium table of {count} points that ends before the last; export it "
                "again, or as text."
            )
        found += ["\t".join((str(number), *row)) for row in rows]
    if not found:
        raise PosterionError(f"{name} is an Ivium file without impedance; choose one of EIS.")
    return ["spectrum\tZ' (ohm)\tZ'' (ohm)\tfreq (Hz)", *found]


def _palmsens(data: bytes, name: str) -> list[str]:
    """Read the frequencies and impedances of each measurement of a session."""
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    try:
        session = json.loads(text[text.find("{") : text.rfind("}") + 1])
        measured = [each["DataSet"] for each in session["Measurements"]]
        sets = [each["Values"] for each in measured if "EIS" in str(each.get("Type"))]
        columns = [_columns_of(values) for values in sets]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PosterionError(
            f"{name} is a damaged session of PalmSens ({type(error).__name__}); export it from "
            "PSTrace as CSV."
        ) from error
    titles = [[title for title, _ in each] for each in columns if len(each) == 3]
    if not titles or any(each != titles[0] for each in titles):
        raise PosterionError(
            f"{name} is a session of PalmSens without impedance, or with spectra in several "
            "units; export it from PSTrace as CSV."
        )
    lines = ["\t".join(["spectrum", *titles[0]])]
    for number, each in enumerate((c for c in columns if len(c) == 3), 1):
        if len({len(values) for _, values in each}) > 1:
            raise PosterionError(f"{name}: spectrum {number} has columns of several lengths.")
        rows = zip(*(values for _, values in each), strict=True)
        lines += ["\t".join((str(number), *map(repr, row))) for row in rows]
    return lines


def _columns_of(values: list[dict[str, Any]]) -> list[tuple[str, list[float]]]:
    found = []
    for unit in _UNITS:
        own = (each for each in values if str(each["Unit"]["Type"]).endswith(f".{unit}"))
        for each in list(own)[:1]:
            title = f"{each['Unit']['Q']} ({each['Unit']['S']})"
            found.append((title, [float(point["V"]) for point in each["DataValues"]]))
    return found
