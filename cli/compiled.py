"""Where compiled code is kept: in the home, or for one run where that cannot be written to."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path


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
