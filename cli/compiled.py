"""Where compiled code is kept: in the home, or for one run where that cannot be written to.

What a full disk or a killed process damaged of it is deleted, and compiled anew.
"""

import atexit
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

_OFTEN = 5
"""Folders of damaged code that are emptied in one run."""


def ensure_place_for_compiled_code() -> None:
    """Take a folder for this run alone where PyTensor's own cannot be made or written to."""
    flags = os.environ.get("PYTENSOR_FLAGS", "")
    if "compiledir" in flags:
        return
    folder = Path.home() / ".pytensor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return
    except OSError:
        pass
    place = tempfile.mkdtemp(prefix="posterion-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, [flags, f"base_compiledir={place}"]))
    print(f"{folder} cannot be written to, so code is compiled anew.", file=sys.stderr)


def with_sound_code[Result](work: Callable[[], Result]) -> Result:
    """Do the work, once more where compiled code turned out to be damaged and was deleted."""
    for _ in range(_OFTEN):
        try:
            return work()
        except Exception as error:
            folder = _of_damaged_code(error)
            if folder is None:
                raise
            for path in folder.glob("*.nb[ci]"):
                path.unlink(missing_ok=True)
            print(f"Compiled code in {folder} was damaged; compiling anew.", file=sys.stderr)
    return work()


def _of_damaged_code(error: BaseException) -> Path | None:
    """Return the folder that numba was reading compiled code from when it failed."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if Path(frame.f_code.co_filename).parts[-3:] == ("numba", "core", "caching.py"):
            folder = getattr(frame.f_locals.get("self"), "_cache_path", None)
            if folder is not None:
                return Path(folder)
    return None
