"""A result as a notebook shows it: what was read, the verdict, the answer and one figure."""

from dataclasses import dataclass
from importlib.resources import files

import xarray as xr

from ...inference.caution.cautions import cautions
from ...inference.verdict import Verdict
from ..concerns import Concern, concerns
from ..screen import DOUBTS, heading_of
from ..tables import summary
from .rows import Row, headline_names, quantity_rows
from .subject import GroupTable, subject_of

COLOURS = {"trusted": "#009E73", "doubtful": "#E69F00", "refused": "#D55E00"}


@dataclass(frozen=True)
class _Answer:
    """What of a result stands on the screen."""

    sentences: tuple[str, ...]
    groups: GroupTable | None
    rows: list[Row]
    against: tuple[Concern, ...]
    more: int


def shown(tree: xr.DataTree, extra: xr.Dataset | None) -> str:
    """Return a result and further draws as HTML, with all that xarray shows folded into it."""
    from jinja2 import Environment, StrictUndefined

    verdict, subject = Verdict.of(tree), subject_of(tree)
    answer = _answer(tree, extra)
    figure = next((each for row in subject.drawings(tree, verdict.passed) for each in row), None)
    # Names come from files of strangers: everything is escaped.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    source = files(__package__).joinpath("notebook.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source).render(
        source=str(tree.attrs["source"]),
        measured=subject.measured(tree),
        model=str(tree.attrs["model"]),
        verdict=heading_of(verdict),
        colour=COLOURS[verdict.word],
        answer=answer,
        picture=figure.encode(figure.draw(tree)) if figure else "",
        alternative=figure.alternative if figure else "",
        tree=plain(tree),
    )


def plain(tree: xr.DataTree) -> str:
    """Return a tree as xarray shows it."""
    return str(tree._repr_html_())  # type: ignore[no-untyped-call]


def _answer(tree: xr.DataTree, extra: xr.Dataset | None) -> _Answer:
    verdict, subject, table = Verdict.of(tree), subject_of(tree), summary(tree, extra)
    against = concerns(verdict, cautions(tree), None)
    told, more = against[:DOUBTS], max(len(against) - DOUBTS, 0)
    if not verdict.passed:
        return _Answer((), None, [], told, more)
    names = subject.asked(table) or headline_names(table, subject)
    by_name = {row["name"]: row for row in quantity_rows(tree, table, extra, subject)}
    groups = subject.group_table(tree, table, extra)
    rows = [] if groups else [by_name[name] for name in names]
    return _Answer(subject.answers(tree)[:1], groups, rows, told, more)
