"""Files from strangers end in data or in one clear sentence; a short run of tests/fuzz."""

import sys
import time
from pathlib import Path

import pytest

from posterion import PosterionError

FUZZ = Path(__file__).parent / "fuzz"


@pytest.fixture(scope="module")
def fuzz():
    """Return the module tests/fuzz/run.py, which imports its neighbour."""
    sys.path.insert(0, str(FUZZ))
    try:
        import run

        yield run
    finally:
        sys.path.remove(str(FUZZ))


@pytest.mark.parametrize("part", range(4))
def test_damaged_files_end_in_data_or_one_sentence(fuzz, part):
    first = 1_000_000 + 60 * part
    assert fuzz.faults(first, first + 60) == []


@pytest.mark.parametrize(
    "content",
    [
        "(" * 99_000 + "\n",
        ("[" * 90_000 + "\n") * 5,
        "a\t" * 49_000 + "\n",
        '"' * 99_000 + "\n" + '",' * 40_000,
        ("(" * 13_000 + "\t") * 7 + "\n",
        "#\n" * 300_000,
        "," * 99_000 + "\n",
    ],
    ids=["round", "square", "tabs", "quotes", "titles", "hashes", "commas"],
)
def test_hostile_lines_take_no_time(fuzz, write, content):
    path = write(content)
    for kind in fuzz.READERS:
        began = time.process_time()
        assert fuzz.fault(path, kind) == "", kind
        assert time.process_time() - began < 2


def test_a_long_message_is_shortened():
    said = str(PosterionError("x" * 100_000 + "; remedy."))
    assert len(said) <= 1500 and said.endswith("; remedy.")
