"""A damaged or hostile file of a result is refused by name, soon, or is read as it was."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

import posterion as po
from posterion import PosterionError
from posterion.inference.stored import FITTED

from .synthetic import result

INFINITE = '{"a": 1e999}'
SPOILED = ["[" * 5000 + "]" * 5000, "", 7, INFINITE, "[1]", "null", "9" * 5000]
JSON = ["verdict", "timing", "parameters", "priors", "priors_given", "versions"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    po.save(result(n=5), tmp_path / "pellet.nc")
    return tmp_path / "pellet.nc"


def refused(path: Path, why: str = "") -> None:
    start = time.monotonic()
    with pytest.raises(PosterionError, match=f"pellet.nc .*{why}"):
        po.load(path)
    assert time.monotonic() - start < 5


def test_an_undamaged_result_is_read(path: Path) -> None:
    assert po.Verdict.of(po.load(path)).passed


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bits_are_refused_or_do_no_more_than_change_numbers(path: Path, seed: int) -> None:
    data, rng = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(40):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    start = time.monotonic()
    try:
        po.Verdict.of(po.load(path))
    except PosterionError as error:
        assert "pellet.nc" in str(error)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("name", "spoiled"),
    # A time may be any number.
    [(name, text) for name in JSON for text in SPOILED if (name, text) != ("timing", INFINITE)],
)
def test_a_spoiled_attribute(path: Path, name: str, spoiled: object) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs[name] = spoiled
    refused(path, f"attribute '{name}' is damaged")


@pytest.mark.parametrize("name", sorted(FITTED))
def test_a_lost_attribute(path: Path, name: str) -> None:
    with h5py.File(path, "r+") as file:
        del file.attrs[name]
    refused(path, f"attribute '{name}' is missing")


def fill(value: float) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        for variable in file["posterior"].values():
            if variable.ndim == 2:
                variable[...] = value

    return change


def link(made: Callable[[h5py.File], object]) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file["posterior/more"] = made(file)

    return change


def huge(file: h5py.File) -> None:
    file["posterior"].create_dataset("huge", shape=(2**40,), chunks=(1024,), dtype="f8")


def external(file: h5py.File) -> None:
    file.create_dataset("posterior/out", (3,), "f8", external=[("other.raw", 0, 24)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "x", (3,))
    file["posterior"].create_virtual_dataset("out", layout)


def empty(file: h5py.File) -> None:
    del file["posterior"]
    file.create_group("posterior")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (fill(np.nan), "no finite draw"),
        (fill(np.inf), "no finite draw"),
        (fill(1e308), "all draws of its posterior are the same"),
        (empty, "posterior is empty"),
        (link(lambda file: h5py.SoftLink("/posterior")), "a link to another place"),
        (link(lambda file: h5py.ExternalLink("other.h5", "/")), "a link to another place"),
        (link(lambda file: file["/"]), "stands in it twice"),
        (huge, "larger than the file"),
        (external, "in another file"),
        (virtual, "in another file"),
    ],
)
def test_hostile_structure(path: Path, change: Callable[[h5py.File], None], why: str) -> None:
    with h5py.File(path, "r+") as file:
        change(file)
    refused(path, why)


def test_a_result_without_a_verdict_has_none_to_read(path: Path) -> None:
    tree = po.load(path)
    del tree.attrs["verdict"]
    with pytest.raises(PosterionError, match="no verdict"):
        po.Verdict.of(tree)
