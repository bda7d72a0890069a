"""Files from strangers, made by a rule from a seed: valid ones, damaged in many ways."""

import random
from collections.abc import Callable
from pathlib import Path

import posterion as po

READERS: dict[str, Callable[[Path], object]] = {
    "spectra": po.read_spectra,
    "conductivity": po.read_table,
    "cycling": po.read_cycling,
    "growth": po.read_growth,
    "limits": po.read_limits,
    "voltammogram": po.read_voltammogram,
    "replicates": lambda path: po.read_replicates(path, group="coating", value="sigma"),
}
SEEDS = [
    "freq_Hz,Zre_ohm,Zim_ohm\n100000,10.5,-5.25\n1000,60,-50.25\n10,110,-0.5\n1,111,-0.1\n",
    "f;|Z|;Phase (deg)\n1000,5;10,25;-5\n100,5;20,25;-15\n10,5;30,25;-25\n",
    "EXPLAIN\nTAG\tEISPOT\nZCURVE\tTABLE\n\tPt\tTime\tFreq\tZreal\tZimag\n\t#\ts\tHz\tohm\tohm\n"
    "\t0\t1\t100\t10.5\t-2.5\n\t1\t2\t10\t20\t-3\n",
    "EC-Lab ASCII FILE\nNb header lines : 4\n\nfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\tcycle number\t\n"
    "1E2\t10.5\t2.5\t1\n1E1\t20\t3\t1\n",
    "<Application>\nName=VersaStudio\n<Segment1>\nDefinition=Segment #, Frequency(Hz), Z Real, "
    "Z Imag, 0\n0,100,10.5,-2.5\n0,10,20,-3\n</Segment1>\n",
    "pellet,temperature (C),conductivity (S/cm)\nA,25,1.1e-3\nA,40,1.9e-3\n#2,25,9.4e-4\n",
    "1000/T (1/K);ln(sigma T / S K cm-1)\n3.35;-1.25 ± 0.02\n3.2;-0.5 ± 0.03\n",
    "cell,cycle,capacity (Ah)\nC1,1,2.49\nC1,2,2.47\nC2,1,2.5\nC2,2,2.4\n",
    "Cycle,CapC(mAh),CapD(mAh),Efficiency(%)\n1,2.99,2.98,99.8\n2,2.96,2.95,99.8\n",
    "Data_Point,Test_Time(s),Step_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),"
    "Charge_Capacity(Ah),Discharge_Capacity(Ah)\n1,0,0,1,1,1,3.2,0,0\n2,3600,3600,1,1,1,4.2,1,0\n"
    "3,3601,1,2,1,-1,4.1,1,0\n4,7200,3600,2,1,-1,3.0,1,0.99\n",
    "Rec#\tCyc#\tStep\tTest (Sec)\tAmp-hr\tAmps\tVolts\tState\n1\t0\t1\t0\t0\t1\t3\tC\n"
    "2\t0\t1\t3600\t1\t1\t4\tC\n3\t0\t2\t3601\t0\t1\t4\tD\n4\t0\t2\t7200\t1\t1\t3\tD\n",
    "cell,cycle,resistance (ohm)\na,0,120.4\na,6,134.8\nb,0,111.0\nb,6,125.5\n",
    "cell,survived (mA/cm2),failed (mA/cm2)\na,0.5,0.6\nb,0.7,\nc,0.4,0.5\n",
    "cell,cycles,running\na,120,no\nb,200,yes\nc,150,no\n",
    "E (V);j (mA/cm2)\n0,1;0,01\n0,2;0,02\n0,3;0,4\n",
    "pellet,coating,sigma (mS/cm)\n#1,bare,0.31\n#2,bare,0.29\nP4,7uL,0.42\n",
]
PIECES = [
    *("", " ", "\t", ",", ";", "|", ":", "\n", "\r", "\r\n", '"', "'", "#", "%", "#N/A", "NaN"),
    *("inf", "-", "−", "±", "+/-", "1e999", "-1e-999", "1,234", "1.234,5", "0", "00", "1d5"),
    *("9" * 400, "1e" + "9" * 30, "(" * 50, "[" * 500, ")" * 50, "Ω", "µ", "频率", "\u202e"),
    *("\x00", "\ufeff", "\x85", "\u2028", "\x0c", "\x1a", "é", "𝟙", "١", "²", "10^-4", "10⁻⁴"),
    *("{}", "{0}", "%s", "$(x)", "__import__('os')", "../../etc", "=1+1", "T = 40 C", "Hz", "ohm"),
    *("log(", "log10 f", "1000/T", "K", "°C", "mS/cm", "Zim_25C", "cycle", "frequency", "-Im(Z)"),
]
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-16", "latin-1", "gb18030", "utf-8-sig"]


def content(number: int) -> bytes:
    """Return the file of a number: the same on every machine."""
    rng = random.Random(number)
    text = rng.choice(SEEDS)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5, 12))):
        text = _damaged(text, rng)
    data = text.encode(rng.choice(ENCODINGS), errors="replace")
    if rng.random() < 0.15:
        data = _turned(data, rng)
    return data[: rng.randrange(len(data) + 1)] if rng.random() < 0.1 else data


def _damaged(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(text) + 1)
    line = rng.randrange(len(lines))
    way = rng.randrange(11)
    piece = rng.choice(PIECES)
    if way == 0:
        return text[:at] + piece + text[at:]
    if way == 1:
        return text[:at] + piece + text[at + rng.randrange(1, 6) :]
    if way == 2:
        return text[:at] + text[at + rng.randrange(1, 20) :]
    if way == 3:
        lines[line] = piece * rng.choice((1, 2, 40))
    elif way == 4:
        lines.insert(line, rng.choice(lines))
    elif way == 5:
        lines[line : line + 1] = []
    elif way == 6:
        cells = lines[line].split(",")
        cells[rng.randrange(len(cells))] = piece
        lines[line] = ",".join(cells)
    elif way == 7:
        return text.replace(rng.choice(",;\t."), rng.choice([";", "\t", ",", " ", ", ", "."]))
    elif way == 8:
        lines.append(lines[line] * rng.choice((2, 30)))
    elif way == 9:
        return text + rng.choice(SEEDS)
    else:
        rng.shuffle(lines)
    return "\n".join(lines)


def _turned(data: bytes, rng: random.Random) -> bytes:
    """Return the data with some bits turned."""
    turned = bytearray(data)
    for _ in range(rng.choice((1, 1, 4, 30))):
        if turned:
            turned[rng.randrange(len(turned))] ^= 1 << rng.randrange(8)
    return bytes(turned)
