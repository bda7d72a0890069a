"""The command ``posterion reproduce``: the seed paper's claims, one row each."""

from .audit import OutOption, TableOption, publish
from .sampling_options import SeedOption
from .terminal import JsonOption


def reproduce(
    out: OutOption = None,
    seed: SeedOption = 0,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hold the claims of a paper on coated Na3SbS4 against what its own numbers support.

    Needs no file and no network. A claim that is not supported is no error: exit status 0.
    """
    publish(None, out, seed, whole, as_json)
