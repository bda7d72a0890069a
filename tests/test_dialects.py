"""One set of numbers in every dialect: read back equal, or refused, but never different."""

import random
from itertools import product

import numpy as np
import pytest

import posterion as po
from posterion import PosterionError

NAMES = [
    ("{}", "freq", "Zreal", "Zimag"),
    ("{} ({})", "Frequency", "Z'", "Z''"),
    ("{}/{}", "f", "Re(Z)", "Im(Z)"),
    ("{} [{}]", "频率", "实部", "虚部"),
    ("{}_{}", "freq", "Zre", "Zim"),
]
UNITS = [("Hz", 1.0, "ohm", 1.0), ("kHz", 1e3, "kohm", 1e3), ("Hz", 1.0, "mohm", 1e-3)]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "gb18030"]
DELIMITERS = ["\t", ";", ",", "|", " "]
MARKS = [(".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", "'")]
FORMATS = ["{:.6g}", "{:.3f}", "{:.5e}", "{:.0f}"]
EXTRAS = ["", "index", "remark", "quoted", "units below", "comment", "title", "cut end"]
SIGNS = ["as written", "header says minus"]
ORDERS = [(0, 1, 2), (2, 0, 1), (1, 2, 0)]


def grouped(text: str, decimal: str, thousands: str) -> str:
    """Write a number with the marks of a dialect."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    whole, point, rest = digits.partition(".")
    if thousands and "e" not in digits:
        parts = []
        while len(whole) > 3:
            parts.insert(0, whole[-3:])
            whole = whole[:-3]
        whole = thousands.join([whole, *parts])
    return sign + whole + (decimal if point else "") + rest


def sweep(rng: random.Random) -> np.ndarray:
    f = np.logspace(rng.uniform(3, 6), rng.uniform(-1, 1), 9)
    r0, r1, tau = (10 ** rng.uniform(0, 5) for _ in range(3))
    Z = r0 + r1 / (1 + (2j * np.pi * f / f[4] * (1 + tau / 1e5)) ** 0.9)
    return np.column_stack([f, Z.real, Z.imag])


def text_of(case, values: np.ndarray) -> tuple[str, np.ndarray]:
    """Return a file in a dialect, and the numbers that are printed in it, in Hz and ohm."""
    names, units, delimiter, (decimal, thousands), form, extra, sign, order = case
    style, *titles = names
    hz, per_hz, ohm, per_ohm = units
    if sign == "header says minus":
        titles[2] = "-" + titles[2]
        values = values * [1, 1, -1]
    bare = style == "{}" or extra == "units below"
    scale = np.array([1.0, 1.0, 1.0] if style == "{}" else [per_hz, per_ohm, per_ohm])
    if extra == "units below":
        scale = np.array([per_hz, per_ohm, per_ohm])
    printed = [[form.format(cell) for cell in row] for row in values / scale]
    expected = np.array([[float(cell) for cell in row] for row in printed]) * scale
    if sign == "header says minus":
        expected = expected * [1, 1, -1]
    heads = [t if bare else style.format(t, u) for t, u in zip(titles, (hz, ohm, ohm), strict=True)]
    rows = [[grouped(cell, decimal, thousands) for cell in row] for row in printed]
    below = [hz, ohm, ohm]
    heads, below, *rows = [[row[k] for k in order] for row in (heads, below, *rows)]
    if extra == "index":
        heads, below = ["#", *heads], ["", *below]
        rows = [[str(k), *row] for k, row in enumerate(rows)]
    if extra == "remark":
        heads = [*heads, "remark"]
        rows = [[*row, "ok" if k % 3 else ""] for k, row in enumerate(rows)]
    if extra == "quoted" or (delimiter in decimal + thousands and delimiter == ","):
        heads = [f'"{cell}"' for cell in heads]
        rows = [[f'"{cell}"' for cell in row] for row in rows]
    lines = [delimiter.join(heads)]
    lines += [delimiter.join(below)] if extra == "units below" else []
    lines += [delimiter.join(row) for row in rows]
    if extra == "comment":
        lines.insert(4, "# measured again, after a pause; see the log")
    if extra == "title":
        lines[:0] = ["Cell 7, after formation; 0.785 cm2", ""]
    text = "\n".join(lines) + "\n"
    if extra == "cut end" and form != "{:.0f}":  # of a whole number nothing tells what is gone
        text = text[: -cut_off(text)]
    return text, expected


def cut_off(text: str) -> int:
    """Return how much of a file is gone: a part of its last number."""
    return 2 + len(text) % 4


CASES = list(product(NAMES, UNITS, DELIMITERS, MARKS, FORMATS, EXTRAS, SIGNS, ORDERS))


@pytest.mark.parametrize("part", range(8))
def test_read_equal_or_refused_but_never_different(write, part):
    """A sample of all combinations, each with numbers of its own: 5,600 files."""
    rng = random.Random(part)
    read = refused = 0
    for case in rng.sample(CASES, 700):
        values = sweep(rng)
        encoding = rng.choice(ENCODINGS)
        content, expected = text_of(case, values)
        path = write(content, encoding=encoding)
        try:
            sign = "as_written" if "as written" in case else "auto"
            spectrum = po.read_spectrum(path, sign=sign)
        except PosterionError as error:
            refused += 1
            assert len(str(error)) < 1000 and "\n" not in str(error)
            continue
        read += 1
        found = np.column_stack([spectrum["frequency"], spectrum["Z"]])
        # Points with equal numbers may be one, and a cut line may be left out.
        order = {tuple(row): row for row in expected}
        for row in found:
            near = [
                each for each in order.values() if np.allclose(each, row, rtol=1e-9, atol=1e-12)
            ]
            assert near, (case, encoding, row, expected, spectrum.attrs["messages"])
        if len(found) < len({tuple(row) for row in expected.tolist()}):
            said = spectrum.attrs["messages"]
            assert "dropped" in said or "left out" in said, (case, said)
    assert read > 300, (read, refused)
