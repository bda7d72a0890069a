"""Which columns the files of cyclers have, and whose they are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..tables.cells import BLANK, cells_of
from ..tables.names import plain
from ..tables.text import FileText

_HEADER_WITHIN = 200

# Names as `parted` leaves them, the preferred first.
_NAMES: Mapping[str, str] = {
    "cycle": "cycleindex cycleid cyc# cyclep cycle cyclenumber cyccount cyclecount cyclec cycles "
             "cycleno zyklus 循环号 循环序号 循环 循环次数",
    "step": "stepindex stepid step stepnumber stepcount ns line 工步号 工步序号 工步",
    "time": "testtime totaltime runtime cumulativetime elapsedtime progtime test time zeit 总时间 "
            "测试时间 时间 累计时间",
    "current": "current amps mamps i strom 电流",
    "voltage": "voltage volts u v ewe ecell potential cellvoltage spannung 电压",
    "charge": "chargecapacity chgcap capchg qcharge chargingcapacity ahcyccharge0 ahcyccharge "
              "ladekapazität 充电容量",
    "discharge": "dischargecapacity dchgcap capdchg qdischarge dischargingcapacity "
                 "ahcycdischarge0 ahcycdischarge entladekapazität 放电容量",
    "capacity": "amphr amphours mamphr cap capacity ahaccu ah (qqo) 容量",
    "cell": "cellid cellname cell channel barcode battery",
    "state": "state md steptype status command stepname mode 工步类型 工步名称 工步状态 状态",
}  # fmt: skip
_NEEDED = ("current", "voltage", "time")
_IMPLIED = {"mamps": "mA", "mamphr": "mAh", "amphr": "Ah", "amphours": "Ah"}
# Columns that the header of an instrument has, beside others, with other spellings behind |.
_MARKS: Mapping[str, str] = {
    "PEC": "instructionname|reasoncode|loadontime",
    "Maccor": "rec#|rec|recno state|md|dpttime|es",
    "Novonix": "potential circuittemperature|stepposition|steptype",
    "Basytec": "ahcyccharge|ahcyccharge0|dataset",
    "LAND": "specap/mah|systime",
    "BioLogic": "(qqo)|control/v|qcharge|ns",
    "Neware": "dchgcap|工步类型|工步号",
    "Digatron": "ahaccu",
    "Arbin": "cycleindex|cycleid stepindex|stepid testtime chargecapacity",
}
BY_DEFAULT = ("Arbin", "Maccor")  # whose exports without units are in A and Ah


@dataclass(frozen=True)
class Header:
    """The line that names the columns, and the place of each role in it."""

    format: str
    line: int
    titles: tuple[str, ...]
    delimiter: str
    places: Mapping[str, int]


def instrument_header(text: FileText) -> Header | None:
    """Return the header of the records of a cycler in the file, or None."""
    for index, line in enumerate(text.lines[:_HEADER_WITHIN]):
        for delimiter in "\t,;" + BLANK:
            titles = cells_of(line, delimiter)
            if len(titles) < 4:
                continue
            names = [parted(title)[0] for title in titles]
            places = _places(names)
            if {*_NEEDED} <= places.keys() and {"capacity", "discharge"} & places.keys():
                return Header(_format(names), index, titles, delimiter, places)
    return None


def outline(text: FileText) -> FileText:
    """Return a table of cycles without the steps and records that stand, indented, below each.

    So Neware exports all three in one file; lines keep their numbers.
    """
    for mark in "\t,":
        firsts = [line.split(mark)[:2] for line in text.lines[:3]]
        if len(firsts) == 3 and firsts[0][0] and firsts[1][0] == "" == "".join(firsts[2]):
            lines = tuple("" if line.startswith(mark) else line for line in text.lines)
            said = "steps and records below each cycle not used"
            return replace(text, lines=lines, messages=(*text.messages, said))
    return text


def _places(names: Sequence[str]) -> dict[str, int]:
    """Return the place of each role that a header has."""
    places: dict[str, int] = {}
    for role, known in _NAMES.items():
        found = [(k, names.index(name)) for k, name in enumerate(known.split()) if name in names]
        if found:
            places[role] = min(found)[1]
    if "charge" in places and "discharge" in places:
        places.pop("capacity", None)
    else:
        places.pop("charge", None)
        places.pop("discharge", None)
    return places


def _format(names: Sequence[str]) -> str:
    found = (
        kind
        for kind, marks in _MARKS.items()
        if all({*mark.split("|")} & {*names} for mark in marks.split())
    )
    return next(found, "a cycler")


def parted(title: str) -> tuple[str, str]:
    """Return the name of a column in lower case without blanks, and its unit."""
    # No title is longer, and of many brackets the pattern takes long.
    text = plain(title[:200]).strip(' ~"*')
    found = re.fullmatch(r"(.*?)\s*[\[(](.*)[\])]\s*", text)
    if found and found[1]:
        name, unit = found[1], found[2]
    elif "/" in text:
        name, _, unit = text.rpartition("/")
    else:
        name, unit = text, ""
    key = re.sub(r"[\s_.,<>-]+", "", name).lower()
    return key, unit.strip(" .") or _IMPLIED.get(key, "")
