"""The command ``posterion report``: the page of one result of a batch."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ..errors import PosterionError
from .batch import batch_app
from .batch_run import COMMAND, Running


def report(
    folder: Annotated[Path, Parameter(name="DIR")],
    name: Annotated[str, Parameter(name="NAME")],
    /,
) -> int:
    """Write the page of one spectrum of a batch, fitted again as it was.

    Example: posterion report fits pellet_140C.csv

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    folder
        Folder of the batch.
    name
        Of the spectrum, as in the column 'name' of the table.
    """
    try:
        kept = json.loads((folder / COMMAND).read_text(encoding="utf-8"))
        typed, typed_in = [*map(str, kept["command"])], str(kept["folder"])
    except FileNotFoundError as error:
        raise PosterionError(
            f"{folder} is no folder of a batch: it has no {COMMAND}; give that of --out."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PosterionError(f"{folder / COMMAND} is damaged; run the batch once more.") from error
    command, bound, _ = batch_app.parse_args(typed[1:], print_error=False, exit_on_error=False)
    bound.arguments |= {
        "out": folder,
        "running": replace(bound.arguments.get("running", Running()), page=name),
    }
    try:
        status: int = command(*bound.args, **bound.kwargs)
    except PosterionError as error:
        if Path.cwd() != Path(typed_in):
            raise PosterionError(*error.said, f" The batch was run in {typed_in}.") from error
        raise
    return status
