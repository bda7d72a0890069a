"""Tables of each kind in every dialect: read back equal, or refused, but never different."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import PosterionError

from .test_dialects import grouped

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16"]
DELIMITERS = ["\t", ";", ",", "|"]
MARKS = [(".", ""), (",", ""), (".", ","), (",", "."), (",", " ")]
FORMATS = ["{:.6g}", "{:.3f}", "{:.4e}"]
EXTRAS = ["", "quoted", "units below", "comment", "title"]


@dataclass(frozen=True)
class Kind:
    """A table: for each choice of headers its names, units, and factors to what is read."""

    headers: list[list[tuple[str, str, float]]]
    values: Callable[[random.Random], np.ndarray]
    read: Callable[..., xr.Dataset]
    found: Callable[[xr.Dataset], np.ndarray]


def growth(rng: random.Random) -> np.ndarray:
    return np.array([[10.0 * k, 10 ** rng.uniform(1, 5)] for k in range(6)])


def limits(rng: random.Random) -> np.ndarray:
    low = np.array([rng.uniform(0.1, 2000) for _ in range(6)])
    return np.column_stack([low, low * 1.2 + 1])


def conductivities(rng: random.Random) -> np.ndarray:
    return np.array([[300 + 20.0 * k, 10 ** rng.uniform(-1, 3)] for k in range(6)])


KINDS = {
    "growth": Kind(
        [
            [("cycle", "", 1), ("resistance", "ohm", 1)],
            [("N", "", 1), ("R_ct", "kohm", 1e3)],
            [("cycle number", "", 1), ("overpotential", "mV", 1e-3)],
        ],
        growth,
        po.read_growth,
        lambda d: np.column_stack([d["cycle"], d[[*d.data_vars][0]]]),
    ),
    "limits": Kind(
        [
            [("survived", "mA/cm2", 1), ("failed", "mA/cm2", 1)],
            [("passed", "µA cm-2", 1), ("shorted", "µA cm-2", 1)],
        ],
        limits,
        po.read_limits,
        lambda d: np.column_stack([d["critical_current_low"], d["critical_current_high"]]),
    ),
    "conductivity": Kind(
        [
            [("T", "K", 1), ("sigma", "mS/cm", 1e-3)],
            [("temperature", "K", 1), ("conductivity", "S/m", 1e-2)],
        ],
        conductivities,
        po.read_table,
        lambda d: np.column_stack([d["temperature"], d["conductivity"]]),
    ),
}


def text_of(case: tuple, header: list, values: np.ndarray) -> tuple[str, np.ndarray]:
    """Return a table in a dialect, and the numbers that it holds."""
    delimiter, (decimal, thousands), form, extra, turned, labelled = case
    printed = [[form.format(cell) for cell in row] for row in values]
    factors = [factor for _, _, factor in header]
    expected = np.array([[float(cell) for cell in row] for row in printed]) * factors
    below = [unit for _, unit, _ in header]
    heads = [
        name if extra == "units below" or not unit else f"{name} ({unit})"
        for name, unit, _ in header
    ]
    rows = [[grouped(cell, decimal, thousands) for cell in row] for row in printed]
    if turned:
        heads, below, *rows = [row[::-1] for row in (heads, below, *rows)]
    if labelled:
        heads, below = ["sample", *heads], ["", *below]
        rows = [[f"cell {chr(97 + k)}", *row] for k, row in enumerate(rows)]
    if extra == "quoted" or delimiter in decimal + thousands:
        heads, *rows = [[f'"{cell}"' for cell in row] for row in (heads, *rows)]
    lines = [delimiter.join(heads)]
    lines += [delimiter.join(below)] if extra == "units below" else []
    lines += [delimiter.join(row) for row in rows]
    if extra == "comment":
        lines.insert(3, "# measured again, after a pause")
    if extra == "title":
        lines[:0] = ["Pellet 7; pressed at 300 MPa", ""]
    return "\n".join(lines) + "\n", expected


CASES = list(product(DELIMITERS, MARKS, FORMATS, EXTRAS, [False, True], [False, True]))


@pytest.mark.parametrize("kind", KINDS)
def test_read_equal_or_refused_but_never_different(write, kind):
    """A sample of all combinations, each with numbers of its own."""
    rng = random.Random(kind)
    table = KINDS[kind]
    refused = []
    cases = rng.sample(CASES, 400)
    for case in cases:
        header = rng.choice(table.headers)
        content, expected = text_of(case, header, table.values(rng))
        try:
            data = table.read(write(content, encoding=rng.choice(ENCODINGS)))
        except PosterionError as error:
            refused.append((case, str(error)))
            continue
        found = table.found(data)
        assert found.shape == expected.shape, (case, content)
        for column in range(2):
            np.testing.assert_allclose(
                np.sort(found[:, column]), np.sort(expected[:, column]), rtol=1e-9, err_msg=content
            )
    assert len(refused) < len(cases) / 10, refused[:5]
