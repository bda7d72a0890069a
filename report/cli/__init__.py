"""The command line: progress on stderr, results on stdout.

Heavy libraries are imported inside the commands, so that help and errors come at once.
"""

import sys

import typer

from ...errors import PosterionError
from .audit import audit
from .calibrate import calibrate
from .compare import compare
from .data import data_app
from .fit import fit_app
from .reading_options import with_flags
from .reproduce import reproduce
from .terminal import BAD_INPUT, progress_console
from .transference import transference

app = typer.Typer(
    help="Bayesian parameter inference for ion conductors and batteries.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(fit_app, name="fit")
app.add_typer(data_app, name="data")
app.command("transference")(transference)
app.command("compare")(compare)
app.command("audit")(audit)
app.command("reproduce")(reproduce)
app.command("calibrate")(calibrate)


def main() -> None:
    """Run the command line and turn bad input into one message and exit status 2."""
    try:
        app()
    except PosterionError as error:
        # Not wrapped: a caret points into the line above it.
        said = f"Error: {with_flags(str(error))}"
        progress_console.print(said, style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(BAD_INPUT)
