"""Read files from strangers: ``python tests/fuzz/run.py FIRST LAST``.

Each number is a file, read as each kind of data. What ends in anything but data or a
`PosterionError` of one line, takes over 2 s or prints a warning is told, with its number.
"""

import sys
import tempfile
import time
import warnings
from pathlib import Path

from strangers import READERS, content

from posterion import PosterionError

LONGEST_MESSAGE = 2000
SLOWEST = 2.0


def fault(path: Path, kind: str) -> str:
    """Return what is wrong with how a file is read as a kind of data, empty if nothing is."""
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            READERS[kind](path)
        except PosterionError as error:
            said = str(error)
            if len(said) > LONGEST_MESSAGE or "\n" in said:
                return f"a message of {len(said)} characters"
        except BaseException as error:  # noqa: BLE001
            return f"{type(error).__name__}: {str(error)[:200]}"
    took = time.process_time() - began
    return f"{took:.1f} s" if took > SLOWEST else ""


def faults(first: int, last: int) -> list[str]:
    """Return what is wrong with how the files of these numbers are read."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stranger.txt"
        for number in range(first, last):
            path.write_bytes(content(number))
            for kind in READERS:
                said = fault(path, kind)
                if said:
                    found.append(f"file {number}, as {kind}: {said}")
    return found


if __name__ == "__main__":
    told = faults(*map(int, sys.argv[1:3]))
    print("\n".join(told) or "no fault")
    sys.exit(bool(told))
