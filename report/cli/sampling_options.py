"""Options of the sampling, held to what a machine can do: ``--draws``, ``--chains``, ``--seed``."""

from typing import Annotated

import typer

LARGEST_SEED = 2**53 - 1
"""Whole numbers up to here are the same in every reader of JSON."""

FEWEST_DRAWS = 4
"""Fewer draws of a chain have no R-hat."""

MOST_CHAINS = 100
MOST_DRAWS = 1_000_000
"""Of all chains together: with the predictions of a spectrum they take gigabytes."""


def within_bounds(
    context: typer.Context, parameter: typer.CallbackParam, value: int | None
) -> int | None:
    """Refuse more draws in all than can be kept.

    Options are read one after the other, so the last one read knows the other.

    Raises
    ------
    typer.BadParameter
        With the number of draws in all, and the largest.
    """
    known = {**context.params, str(parameter.name): value}
    draws, chains = known.get("draws"), known.get("chains")
    if draws and chains and draws * chains > MOST_DRAWS:
        raise typer.BadParameter(
            f"{chains} chains of {draws} draws are {draws * chains} in all; at most {MOST_DRAWS} "
            "can be kept, and thousands are enough."
        )
    return value


SeedOption = Annotated[
    int, typer.Option(min=0, max=LARGEST_SEED, help="The same seed gives the same draws.")
]
DrawsOption = Annotated[
    int,
    typer.Option(
        min=FEWEST_DRAWS, max=MOST_DRAWS, callback=within_bounds, help="Kept draws of each chain."
    ),
]
ChainsOption = Annotated[
    int, typer.Option(min=1, max=MOST_CHAINS, callback=within_bounds, help="Independent chains.")
]
