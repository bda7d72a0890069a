"""The command line: progress on stderr, results on stdout.

Heavy libraries are imported inside the commands, so that help and errors come at once.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter

from ..errors import PosterionError
from .audit import audit
from .batch import batch_app
from .batch_run import TYPED
from .calibrate import calibrate
from .compare import compare_app
from .data import data_app
from .fit import fit_app
from .folder import COMMAND
from .info import info
from .interrupted import interrupts_kept
from .plot import plot
from .report import report
from .reproduce import reproduce
from .run import BAD_INPUT, print_error
from .spelling import as_flag
from .transference import transference
from .typed import as_read
from .wrong import in_words, is_unfinished


def _version() -> str:
    from importlib.metadata import version

    return f"posterion {version('posterion')}"


app = App(
    name="posterion",
    help="Bayesian parameter inference for ion conductors and batteries.",
    version=_version,
    help_format="markdown",
    default_parameter=Parameter(negative=()),
    result_action="return_value",
    print_error=False,
    exit_on_error=False,
    verbose=False,
)
app.command(fit_app)
app.command(batch_app)
app.command(report, usage="Usage: posterion report DIR NAME")
app.command(transference)
app.command(compare_app)
app.command(data_app)
app.command(plot, usage="Usage: posterion plot RESULT... FIGURE --out FILE [OPTIONS]")
app.command(audit)
app.command(reproduce)
app.command(calibrate)
app.command(info)
app.register_install_completion_command(help="Complete commands and options in this shell.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and leave with the exit status of the command.

    Bad input is one message and exit status 2.

    Parameters
    ----------
    arguments
        What is typed after ``posterion``; that of the process unless told.
    """
    typed = as_read(sys.argv[1:] if arguments is None else arguments)
    COMMAND.set(" ".join(app.parse_commands(typed)[0]))
    TYPED.set(typed)
    try:
        with interrupts_kept():
            status = app(typed) or 0
    except CycloptsError as error:
        print_error(in_words(error, app, typed))
        status = BAD_INPUT
    except PosterionError as error:
        print_error(error.spelled(as_flag))
        status = BAD_INPUT
    except OSError as error:  # such as of a name that is too long
        if error.filename is None:
            raise
        print_error(f"{str(error.filename)[:60]}: {error.strerror}; give another file or folder.")
        status = BAD_INPUT
    sys.exit(BAD_INPUT if is_unfinished(app, typed) else status)
