"""The command ``posterion info``: what a bug report needs to say of a machine."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from .run import print_lines


def info() -> int:
    """Print the versions that a bug report needs.

    Example: posterion info
    """
    named = (re.match(r"[\w.-]+", each) for each in requires("posterion") or ())
    names = sorted({match[0] for match in named if match}, key=str.lower)
    rows = [
        ("posterion", version("posterion")),
        ("Python", platform.python_version()),
        ("system", platform.platform()),
        ("processors", f"{os.cpu_count()} ({platform.machine()})"),
        ("compiled code", str(_folder())),
        *((name, _version(name)) for name in names),
    ]
    width = max(len(name) for name, _ in rows)
    print_lines([f"{name:<{width}}  {found}" for name, found in rows])
    return 0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _folder() -> Path | str:
    """Return where PyTensor keeps compiled code, as `ensure_place_for_compiled_code` has it."""
    told = re.search(r"compiledir=([^,]+)", os.environ.get("PYTENSOR_FLAGS", ""))
    return told[1] if told else Path.home() / ".pytensor"
