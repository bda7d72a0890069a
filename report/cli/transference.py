"""The command ``posterion transference``: the transference number from five readings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .sampling_options import ChainsOption, DrawsOption, SeedOption
from .terminal import (
    JsonOption,
    OutOption,
    TableOption,
    check_writable,
    finish,
    prior_option,
    progress,
    read_priors,
)

if TYPE_CHECKING:
    import xarray as xr

_FLAGS = {"I_0": "--i0", "I_ss": "--iss", "R_0": "--r0", "R_ss": "--rss", "dV": "--dv"}


def transference(
    i0: Annotated[str, typer.Option(help="Current at once after the step: '47.80 uA ± 0.1 uA'.")],
    iss: Annotated[str, typer.Option(help="Current in the steady state: '36 uA'.")],
    r0: Annotated[str, typer.Option(help="Resistance of the interfaces before: '1342 ohm'.")],
    rss: Annotated[str, typer.Option(help="The same in the steady state: '1041 ohm'.")],
    dv: Annotated[str, typer.Option(help="Bias: '500 mV'.")],
    prior: Annotated[list[str] | None, prior_option("t=Beta(2, 2)")] = None,
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    whole: TableOption = False,
    as_json: JsonOption = False,
) -> None:
    """Infer the transference number by Bruce and Vincent.

    A value without ± is taken as rounded to its printed digits.
    Exit status: 0 trusted, 2 bad input, 3 refused (not sampled well), 4 doubtful (not described).
    """
    from ...inference.transference import readings

    texts = dict(zip(_FLAGS, (i0, iss, r0, rss, dv), strict=True))
    data = readings(texts, _FLAGS)
    priors = read_priors(prior or [])
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ...inference.transference import transference as infer

        tree = infer(
            I_0=i0,
            I_ss=iss,
            R_0=r0,
            R_ss=rss,
            dV=dv,
            priors=priors,
            seed=seed,
            draws=draws,
            chains=chains,
            progress=say,
        )
        shares = _shares(tree)
        if whole and not as_json:
            _print(data, texts, shares)
        more = {"formula": data.attrs["formula"], "shares": shares}
        finish(tree, None, out, as_json, say, whole=whole, more=more)


def _shares(tree: "xr.DataTree") -> dict[str, float | None]:
    """Return the shares of the variance; none where the checks failed, as of any result."""
    from ...inference.transference import variance_shares
    from ...inference.verdict import Verdict

    shares = variance_shares(tree)
    passed = Verdict.of(tree).passed
    return {
        str(name): float(share) if passed else None
        for name, share in zip(shares["input"].values, shares.values, strict=True)
    }


def _print(data: "xr.Dataset", texts: Mapping[str, str], shares: Mapping[str, Any]) -> None:
    """Print what went in, and how much of the variance comes from where."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ...inference.transference import total_sd

    console = Console(highlight=False)
    grid = Table(title="What was measured", title_justify="left")
    for heading in ("reading", "value", "error", "share of the variance of t"):
        grid.add_column(heading, justify="left" if heading == "reading" else "right")
    errors = 100 * total_sd(data) / data["reading"].values
    for (name, text), error in zip(texts.items(), errors, strict=True):
        share = shares[name]
        grid.add_row(
            name, Text(text), f"{error:.2g} %", "" if share is None else f"{100 * share:.1f} %"
        )
    console.print(grid)
    for message in str(data.attrs["messages"]).splitlines():
        console.print(f"Note: {message}.", markup=False)
