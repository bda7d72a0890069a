"""Two factors at once, such as sample and temperature: effects, and what depends on both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import PosterionError
from ...models.parameter import Parameter, Values
from ..build import Priors
from ..noise.specimens import SPECIMEN_SPREAD
from ..prior import Prior
from ..verdict import Verdict
from .components import Components, Places, by_chain, posterior_scales, same
from .specimen_points import level_labels, specimen_points

if TYPE_CHECKING:
    from ..engine.sample import Progress

Array = NDArray[np.float64]

OUTPUT = "cell_response"
FIRST, SECOND = "first", "second"

# Samples differ by some 30 %, and 94 % of the prior lie within 5 % and a factor of 7; what one
# factor does mostly depends on the other by less than that, but need not.
_EFFECT = f"LogNormal({np.log(0.3):.4f}, 1)"
_INTERACTION = f"LogNormal({np.log(0.15):.4f}, 1)"


def design(first: str, second: str) -> Components:
    """Return the components of a table: effects of two factors, and their interaction."""

    def effect(name: str, symbol: str, what: str, prior: str) -> Parameter:
        return Parameter(
            name, rf"\tau_\mathrm{{{symbol}}}", "", "positive", f"spread of ln y {what}", prior
        )

    parameters = (
        effect("first_spread", "a", f"between one {first} and another", _EFFECT),
        effect("second_spread", "b", f"between one {second} and another", _EFFECT),
        effect("interaction_spread", "ab", f"by {first} and {second} together", _INTERACTION),
    )

    def covariance(scales: Values, one: Places, other: Places) -> Any:
        a, b = (same(one[name], other[name]) for name in (FIRST, SECOND))
        a_scale, b_scale, both = (scales[p.name] ** 2 for p in parameters)
        return a_scale * a + b_scale * b + both * a * b

    text = f"Factorial(first={first!r}, second={second!r})"
    return Components(OUTPUT, text, parameters, covariance)


def factorial(
    data: xr.Dataset,
    first: str,
    second: str,
    *,
    spread: Prior | str | None = None,
    priors: Priors | None = None,
    seed: int = 0,
    draws: int = 1000,
    chains: int = 4,
    progress: "Progress | None" = None,
) -> xr.DataTree:
    """Infer what two factors do to a response, and how far one depends on the other.

    ln y = level + a + b + ab + u + e: an effect of each level of the factors and of each
    combination, normal with scales that are estimated, the deviation u of the specimen, and the
    scatter e of each measurement. A specimen that was measured at several levels has one u:
    it cancels where these are compared within it, but not between specimens.

    Parameters
    ----------
    data
        Points with the positive variable ``value`` and the coordinate ``specimen`` beside the
        factors; ``value_sd`` where errors are known.
    first, second
        Coordinates with the factors, such as the sample and the temperature.
    spread
        Prior of the relative spread between specimens made alike, `PELLETS` unless given. With
        one specimen of each kind the data say next to nothing of it.
    priors
        Of other parameters by name.
    seed, draws, chains, progress
        See `fit`.

    Returns
    -------
    xarray.DataTree
        As of `fit`, and where the checks passed the group ``cells`` with draws of the response
        of each combination that was measured, without the deviation of a specimen (``response``
        of dims chain, draw, first, second; NaN where nothing was measured). See
        `factorial_answers`.

    Raises
    ------
    PosterionError
        If the data lack something, a value is not above zero, or a factor has one level.

    Examples
    --------
    >>> import posterion as po
    >>> post = po.factorial(pellets, "group", "temperature")  # doctest: +SKIP
    """
    if first == second:
        raise PosterionError(f"both factors are '{first}'; name two.")
    points, noise = specimen_points(data, OUTPUT, (first, second))
    table = Table.of(data, first, second)
    for name, labels in ((first, table.rows), (second, table.columns)):
        if len(labels) < 2:
            raise PosterionError(
                f"all points have the {name} {labels[0]}; a factor needs two levels."
            )
    given: dict[str, Prior | str] = dict(priors or {})
    if spread is not None:
        given[SPECIMEN_SPREAD.name] = spread
    components = design(first, second)
    tree = components.sample(
        points,
        table.places,
        noise,
        given=given,
        seed=seed,
        draws=draws,
        chains=chains,
        progress=progress,
    )
    tree.attrs["factors"] = json.dumps({"first": first, "second": second})
    count = (len(table.rows), len(table.columns))
    points = points.assign_coords({n: ("point", v) for n, v in table.labelled.items()})
    tree["cell_data"] = xr.DataTree(points)
    if Verdict.of(tree).passed:
        wanted = {
            FIRST: np.repeat(np.arange(float(count[0])), count[1]),
            SECOND: np.tile(np.arange(float(count[1])), count[0]),
        }
        drawn = components.draw(posterior_scales(tree), points, table.places, wanted, seed)
        cells = np.exp(by_chain(tree, drawn.reshape(-1, *count)))
        measured = np.zeros(count, dtype=bool)
        measured[table.of_row, table.of_column] = True
        tree["cells"] = xr.DataTree(
            xr.Dataset(
                {
                    "response": (
                        ("chain", "draw", FIRST, SECOND),
                        np.where(measured, cells, np.nan),
                        {"units": tree.attrs["unit"], "long_name": "response"},
                    )
                },
                coords={FIRST: list(table.rows), SECOND: list(table.columns)},
            )
        )
    return tree


@dataclass(frozen=True)
class Table:
    """The levels of two factors, and those of each point.

    Attributes
    ----------
    rows, columns
        Labels of the levels of the first and of the second factor.
    of_row, of_column
        The place of each point among them.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    of_row: NDArray[np.int64]
    of_column: NDArray[np.int64]

    @classmethod
    def of(cls, data: xr.Dataset, first: str, second: str) -> "Table":
        """Read the levels from coordinates of the data."""
        (rows, of_row), (columns, of_column) = (level_labels(data, n) for n in (first, second))
        return cls(rows, columns, of_row, of_column)

    @property
    def places(self) -> dict[str, Array]:
        """The levels of the points as numbers."""
        return {FIRST: self.of_row.astype(float), SECOND: self.of_column.astype(float)}

    @property
    def labelled(self) -> Mapping[str, NDArray[np.str_]]:
        """The levels of the points as labels."""
        return {
            FIRST: np.array(self.rows)[self.of_row],
            SECOND: np.array(self.columns)[self.of_column],
        }
