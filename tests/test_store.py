"""Saving and loading: nothing is lost, nothing is half written."""

import errno
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion import PosterionError
from posterion.inference.store import replacing, save


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    """Return a real result, of few draws and very likely refused."""
    return po.fit(
        po.Circuit.parse("p(R1,CPE1)-p(R2,CPE2)-CPE3"),
        po.simulated_pellet(),
        noise=po.Proportional(),
        seed=1,
        draws=100,
        chains=2,
    )


def small(value: float = 1.0) -> xr.DataTree:
    posterior = xr.Dataset({"R1": (("chain", "draw"), np.full((2, 3), value))})
    return xr.DataTree.from_dict({"posterior": posterior})


def test_a_result_comes_back_as_it_was(tree: xr.DataTree, tmp_path: Path) -> None:
    path = tmp_path / "pellet.nc"
    po.save(tree, path)
    loaded = po.load(path)
    xr.testing.assert_identical(loaded, tree)
    assert set(loaded.attrs) == set(tree.attrs)
    for group in tree.children:
        for name, value in tree[group].data_vars.items():
            assert loaded[group][name].dtype == value.dtype, (group, name)
    assert po.Verdict.of(loaded) == po.Verdict.of(tree)
    assert json.loads(loaded.attrs["timing"]) == json.loads(tree.attrs["timing"])


def test_xarray_alone_reads_it(tree: xr.DataTree, tmp_path: Path) -> None:
    po.save(tree, str(tmp_path / "pellet.nc"))
    with xr.open_datatree(tmp_path / "pellet.nc") as opened:
        np.testing.assert_array_equal(opened["posterior"]["R1"], tree["posterior"]["R1"])


def test_a_loaded_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "pellet.nc"
    po.save(small(), path)
    loaded = po.load(path)
    path.unlink()
    assert float(loaded["posterior"]["R1"].mean()) == 1.0


def test_saving_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "pellet.nc"
    po.save(small(1.0), path)
    po.save(small(2.0), path)
    assert float(po.load(path)["posterior"]["R1"].mean()) == 2.0
    assert list(tmp_path.iterdir()) == [path]


def test_names_of_any_script(tmp_path: Path) -> None:
    path = tmp_path / "Pellet 7 µL – 試料.nc"
    po.save(small(), path)
    xr.testing.assert_identical(po.load(path), small())


def test_a_failing_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pellet.nc"
    po.save(small(1.0), path)
    before = path.read_bytes()

    def half(self: xr.DataTree, target: Any, **options: Any) -> None:
        Path(target).write_bytes(b"half of a file")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.DataTree, "to_netcdf", half)
    with pytest.raises(PosterionError, match="No space left"):
        po.save(small(2.0), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half")
        assert temporary.parent == path.parent and temporary != path
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("place", ["absent/pellet.nc", "file/pellet.nc"])
def test_folder_that_cannot_be_written_to(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(PosterionError, match="cannot write to .*choose another folder"):
        po.save(small(), tmp_path / place)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_folder_that_is_write_protected(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PosterionError, match="cannot write to .*Permission denied"):
        po.save(small(), tmp_path / "pellet.nc")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "pellet.nc").mkdir()
    with pytest.raises(PosterionError, match="pellet.nc"):
        po.save(small(), tmp_path / "pellet.nc")
    assert [p.name for p in tmp_path.iterdir()] == ["pellet.nc"]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(PosterionError, match="there is no file .*absent.nc"):
        po.load(tmp_path / "absent.nc")


@pytest.mark.parametrize("content", [b"", b"frequency,Z\n1,2\n", b"\x89HDF\r\n\x1a\n" + b"\0" * 99])
def test_file_that_is_no_netcdf(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pellet.nc"
    path.write_bytes(content)
    with pytest.raises(PosterionError, match="is not a NetCDF file that posterion wrote"):
        po.load(path)


def test_folder_is_no_netcdf(tmp_path: Path) -> None:
    with pytest.raises(PosterionError, match="is not a NetCDF file"):
        po.load(tmp_path)


def test_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "pellet.nc"
    po.save(small(), path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(PosterionError, match="is not a NetCDF file"):
        po.load(path)


def test_netcdf_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "other.nc"
    xr.Dataset({"T": ("t", np.arange(3.0))}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(PosterionError, match="holds no posterior"):
        po.load(path)


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100_000))
    with pytest.raises(PosterionError, match="cannot write .*a.nc: No space left"):
        save(xr.DataTree(xr.Dataset({"a": 1.0})), tmp_path / "a.nc")
    with pytest.raises(PosterionError, match="No space left"), replacing(tmp_path / "b"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(PosterionError, match="too long"), replacing(tmp_path / ("a" * 300)):
        pass
    assert [*tmp_path.iterdir()] == []
