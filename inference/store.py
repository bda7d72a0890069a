"""Saving and loading results."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xarray as xr

from ..errors import PosterionError
from .stored import Damaged, check_content, check_structure

MARGIN, ATTRIBUTES = 1.2, 500_000
"""Of the bytes of the arrays, and bytes beside them, that a file takes at most."""


def save(tree: xr.DataTree, path: str | Path) -> None:
    """Write a result as NetCDF, readable by `xarray.open_datatree`.

    A run that is killed leaves the old file or the new one, never half of one.

    Raises
    ------
    PosterionError
        If the folder cannot be written to.
    """
    with replacing(Path(path)) as temporary:
        # HDF5 ends the process where a disk is full.
        free = shutil.disk_usage(temporary.parent).free
        if free < MARGIN * tree.nbytes + ATTRIBUTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        tree.to_netcdf(temporary, engine="h5netcdf")


def load(path: str | Path) -> xr.DataTree:
    """Read a result that `save` wrote.

    Raises
    ------
    PosterionError
        If there is no such file, it holds no result, or it is damaged.
    """
    try:
        check_structure(Path(path))
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            loaded = tree.load()
        if "posterior" not in loaded.children:
            raise PosterionError(f"{path} holds no posterior; it was not written by posterion.")
        check_content(loaded)
    except PosterionError:
        raise
    except FileNotFoundError as error:
        raise PosterionError(f"there is no file {path}.") from error
    except Damaged as error:
        raise PosterionError(f"{path} is not as posterion wrote it: {error}.") from error
    except Exception as error:  # a damaged file makes HDF5 and xarray fail in any way
        raise PosterionError(f"{path} is not a NetCDF file that posterion wrote.") from error
    return loaded


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and put it in its place when all went well.

    Raises
    ------
    PosterionError
        If the folder cannot be written to, or a folder has the name of the file.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise PosterionError(f"{path.name[:60]}…: this name is too long.") from error
        raise PosterionError(
            f"cannot write to {path.parent}: {error.strerror}; choose another folder."
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        try:
            yield temporary
        except OSError as error:  # such as a full disk
            raise PosterionError(
                f"cannot write {path}: {error.strerror or error}; choose another disk."
            ) from error
        temporary.chmod(0o666 & ~_umask())
        try:
            temporary.replace(path)
        except OSError as error:
            raise PosterionError(
                f"cannot write {path}: {error.strerror}; choose another name."
            ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
