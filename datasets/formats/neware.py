"""Binary files of Neware cyclers (.nda, .ndax), read by the package NewareNDA."""

import hashlib
import io
import shutil
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...errors import PosterionError
from ..tables.text import MAX_BYTES, file_bytes
from .cycler_series import Series
from .cycler_states import cycles_of, signs_of, states_of

if TYPE_CHECKING:
    import pandas as pd

_MAX_UNPACKED = 20 * MAX_BYTES
_MAX_PARTS = 1000
_SMALLEST_PART = 1024  # of a table of records; NewareNDA would search for ever in a smaller one
_FIRST, _LENGTH = b"\x00\x00\x00\x00\x55\x00", 86  # of the records of version 29
_REMEDY = "export the summary of its cycles from BTSDA as CSV and read that"
_COUNTERS = ("Charge_Capacity(mAh)", "Discharge_Capacity(mAh)")
_NUMBERS = ("Cycle", "Step", "Time", "Voltage", "Current(mA)", *_COUNTERS)


def is_neware(path: Path) -> bool:
    """Tell if a file is one of Neware, by its ending."""
    return path.suffix.lower() in (".nda", ".ndax")


def read_neware(path: Path) -> tuple[Series, str, list[str]]:
    """Read the records of a Neware file.

    Returns
    -------
    tuple[Series, str, list[str]]
        The records, the sha256 of the file in hex, and what was decided.

    Raises
    ------
    PosterionError
        If NewareNDA is not installed, or the file is too large, damaged or of a version that
        is not known.
    """
    data = file_bytes(path, MAX_BYTES)
    if path.suffix.lower() == ".ndax":
        _check_archive(path.name, data)
    else:
        _check_records(path.name, data)
    records = _through_newarenda(path)
    if not len(records) or not {*_NUMBERS, "Status"} <= {*records.columns}:
        raise PosterionError(f"{path.name} holds no records that NewareNDA knows; {_REMEDY}.")
    numbers = {name: records[name].to_numpy(dtype=np.float64) for name in _NUMBERS}
    for name, values in numbers.items():
        for row in np.flatnonzero(~np.isfinite(values))[:1]:
            raise PosterionError(
                f"{path.name}, record {row + 1}: {name} is {values[row]}; expected a finite "
                f"number, so the file may be damaged; {_REMEDY}."
            )
    _refuse_gaps(path.name, records["Index"].to_numpy(dtype=np.float64), numbers)
    signs = signs_of(numbers["Current(mA)"])
    states = states_of(records["Status"].astype(str).to_list(), signs)
    state = signs if states is None else states
    cycle = cycles_of(state, numbers["Step"])
    series = Series(
        cycle=cycle,
        step=numbers["Step"],
        time=numbers["Time"],
        current=numbers["Current(mA)"] / 1000,
        voltage=numbers["Voltage"],
        charge=numbers[_COUNTERS[0]],
        discharge=numbers[_COUNTERS[1]],
        state=state,
        unit="mAh",
        stated="by Chg and DChg in the status that Neware writes",
    )
    messages = ["cycle: a new one with each charge that follows a discharge, as BTSDA counts"]
    if not np.array_equal(cycle, numbers["Cycle"]):
        messages[0] += f"; the file itself counts {np.unique(numbers['Cycle']).size}"
    if path.suffix.lower() != ".ndax" and not _is_whole(data):
        messages.append(
            "the file ends without the end that Neware writes, so it may be cut off: read as far "
            "as it goes"
        )
    return series, hashlib.sha256(data).hexdigest(), messages


def _through_newarenda(path: Path) -> "pd.DataFrame":
    try:
        import NewareNDA
    except ImportError as error:
        raise PosterionError(
            f"{path.name} is a Neware file, which the package NewareNDA reads; install it with "
            "`pip install posterion[neware]`."
        ) from error
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix != path.suffix.lower():  # it knows endings in lower case only
            path = Path(shutil.copy(path, Path(folder) / (path.stem + path.suffix.lower())))
        try:
            return NewareNDA.read(str(path), software_cycle_number=False, log_level="CRITICAL")
        except Exception as error:  # it raises whatever its lines of code raise
            said = " ".join(str(error).replace(str(path), path.name).split())[:200]
            raise PosterionError(
                f"{path.name} cannot be read by NewareNDA ({type(error).__name__}: {said}); it "
                f"may be damaged or of a version that is not known, so {_REMEDY}."
            ) from error


def _check_archive(name: str, data: bytes) -> None:
    """Raise a PosterionError unless the parts of an .ndax are of bounded size."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception as error:  # zipfile raises several kinds on a damaged file
        raise PosterionError(
            f"{name} is no archive, as an .ndax file is ({type(error).__name__}); it may be "
            f"truncated, so copy it again or {_REMEDY}."
        ) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MAX_UNPACKED or len(parts) > _MAX_PARTS:
        raise PosterionError(
            f"{name} unpacks to {unpacked} bytes in {len(parts)} parts, more than the limit of "
            f"{_MAX_UNPACKED} in {_MAX_PARTS}; {_REMEDY}."
        )
    for part in parts:
        if part.filename.endswith(".ndc") and part.file_size < _SMALLEST_PART:
            raise PosterionError(
                f"{name}: its part '{part.filename[:60]}' has {part.file_size} bytes, too few for "
                f"a table of records; {_REMEDY}."
            )


def _check_records(name: str, data: bytes) -> None:
    """Raise a PosterionError unless an .nda has the first record that NewareNDA searches for.

    In version 29 it goes on for ever where there is none.
    """
    if not data.startswith(b"NEWARE"):
        raise PosterionError(
            f"{name} does not begin with NEWARE, as an .nda file does; copy it again or {_REMEDY}."
        )
    if data[14:15] != bytes([29]):
        return
    place = data.find(_FIRST)
    while place != -1 and place + 4 + _LENGTH < len(data):
        if data[place + 4 + _LENGTH] == 0x55 and data[place + 16]:
            return
        place = data.find(_FIRST, place + 4)
    if place == -1:
        raise PosterionError(f"{name} holds no records; it may be truncated, so {_REMEDY}.")


def _refuse_gaps(
    name: str, index: npt.NDArray[np.float64], numbers: Mapping[str, npt.NDArray[np.float64]]
) -> None:
    """Raise a PosterionError where records are missing, or a clock or counter runs backwards."""
    gaps = np.flatnonzero(np.diff(index) != 1)
    for record in gaps[:1]:
        raise PosterionError(
            f"{name}: record {index[record + 1]:g} comes after record {index[record]:g}, as where "
            f"the file is damaged; copy it again or {_REMEDY}."
        )
    same = np.diff(numbers["Step"]) == 0
    for what in ("Time", *_COUNTERS):
        fall = -np.diff(numbers[what])
        for record in np.flatnonzero(same & (fall > 1e-3 * np.max(np.abs(numbers[what]))))[:1]:
            raise PosterionError(
                f"{name}, record {record + 2}: {what} falls from {numbers[what][record]:g} to "
                f"{numbers[what][record + 1]:g} within a step, as where the file is damaged; copy "
                f"it again or {_REMEDY}."
            )


def _is_whole(data: bytes) -> bool:
    """Tell if an .nda ends as Neware ends it: with a whole record, or with the mark of an end."""
    if data[14:15] == bytes([29]):
        start = data.find(_FIRST) + 4
        return (len(data) - start) % _LENGTH == 0
    length = 88
    if data[1024:1025] == b"\x55":
        length = data.find(data[1024:1026], 1026) - 1024
    return length > 0 and b"\x81" in data[1024::length]
