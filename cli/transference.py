"""The command ``posterion transference``: the transference number from five readings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from .options import DATA, Many, Output, Sampling, prior_option, read_priors
from .run import Fitted, Say, run

if TYPE_CHECKING:
    import xarray as xr

_FLAGS = {"I_0": "--i0", "I_ss": "--iss", "R_0": "--r0", "R_ss": "--rss", "dV": "--dv"}


def transference(
    *,
    i0: Annotated[str, Parameter(group=DATA)],
    iss: Annotated[str, Parameter(group=DATA)],
    r0: Annotated[str, Parameter("--r0", group=DATA)],
    rss: Annotated[str, Parameter(group=DATA)],
    dv: Annotated[str, Parameter(group=DATA)],
    prior: Annotated[Many, prior_option("t=Beta(2, 2)")] = (),
    sampling: Sampling = Sampling(),
    output: Output = Output(),
) -> int:
    """Infer the transference number by Bruce and Vincent.

    A value without ± is taken as rounded to its printed digits.

    Example: posterion transference --i0 "47.80 uA" --iss "36 uA" --r0 "1342 ohm"
    --rss "1041 ohm" --dv "500 mV"

    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).

    Parameters
    ----------
    i0
        Current at once after the step: '47.80 uA ± 0.1 uA'.
    iss
        Current in the steady state: '36 uA'.
    r0
        Resistance of the interfaces before: '1342 ohm'.
    rss
        The same in the steady state: '1041 ohm'.
    dv
        Bias: '500 mV'.
    """
    from ..inference.transference import readings

    readings(dict(zip(_FLAGS, (i0, iss, r0, rss, dv), strict=True)), _FLAGS)
    priors = read_priors(prior)

    def work(say: Say) -> Fitted:
        from ..inference.transference import transference as infer

        tree = infer(
            I_0=i0,
            I_ss=iss,
            R_0=r0,
            R_ss=rss,
            dV=dv,
            priors=priors,
            progress=say,
            **sampling.keywords,
        )
        return _Transference.of(tree, say)

    return run(output, work)


class _Transference(Fitted):
    """A transference number, and what went in."""

    def show(self, output: Output) -> None:
        """Print what went in first, where all is asked for."""
        if output.whole:
            _print(self.tree, self.document()["shares"])
        super().show(output)


def _print(tree: "xr.DataTree", shares: Mapping[str, Any]) -> None:
    """Print what went in, and how much of the variance comes from where."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ..inference.transference import total_sd

    console = Console(highlight=False)
    grid = Table(title="What was measured", title_justify="left")
    for heading in ("reading", "value", "error", "share of the variance of t"):
        grid.add_column(heading, justify="left" if heading == "reading" else "right")
    values = tree.children["observed_data"].dataset["reading"].values
    errors = 100 * total_sd(tree.children["constant_data"].dataset) / values
    for typed, error in zip(str(tree.attrs["source"]).split(", "), errors, strict=True):
        name, text = typed.split(" ", 1)
        share = shares[name]
        told = "" if share is None else f"{100 * share:.1f} %"
        grid.add_row(name, Text(text), f"{error:.2g} %", told)
    console.print(grid)
    for message in str(tree.attrs["messages"]).splitlines():
        console.print(f"Note: {message}.", markup=False)
