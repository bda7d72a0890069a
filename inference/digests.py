"""What tells data sets apart, and the code that makes results of them; quick to import."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import xarray as xr


@cache
def code() -> tuple[str, ...]:
    """Return what else decides on a log density: our own sources and the compilers."""
    root = Path(__file__).parents[1]
    sources = sorted([*root.glob("models/**/*.py"), *root.glob("inference/**/*.py")])
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    return (digest.hexdigest(), *(version(name) for name in ("pymc", "pytensor", "numba")))


def data_digest(data: xr.Dataset) -> str:
    """Return the sha256 of all values of a data set."""
    digest = hashlib.sha256()
    for name in sorted(map(str, data.variables)):
        values = data[name].values
        # Of texts that are Python objects the bytes would be addresses.
        values = values.astype(str) if values.dtype.kind == "O" else values
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
