"""What is asked of one kind of data, the same by a command and in Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr


@dataclass(frozen=True)
class Nothing:
    """The question of data that have but one."""


def _no_answers(tree: xr.DataTree) -> None:
    return None


def _no_remarks(tree: xr.DataTree, answers: xr.Dataset | None) -> list[str]:
    return []


def _as_it_is(
    document: dict[str, Any], tree: xr.DataTree, answers: xr.Dataset | None
) -> dict[str, Any]:
    return document


def _together(data: xr.Dataset) -> Mapping[str, Any]:
    return {}


def _nothing_more(tree: xr.DataTree, what: Any) -> None:
    return None


@dataclass(frozen=True)
class Analysis:
    """What is asked of one kind of data.

    Attributes
    ----------
    outputs
        What models of such data predict; a result is known by it.
    inputs
        What it is predicted over, where that tells it from other data.
    pooling
        What groups share where nobody says: the kind of pooling by label, empty where one curve
        goes through all. Refuses data through which one curve would mean nothing.
    keep
        Keeps with a result what its data hold that no model is fitted to.
    question
        Checks what is asked, each by a name, and returns it; what is usual unless told.
    asked
        Keeps a question with a result, and what is to be doubted of the answer.
    answers
        Draws of what was asked; None where the checks failed.
    remarks
        What a result says in sentences, by the answers.
    document
        Adds what a result says, by the answers, to its JSON document.
    """

    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    pooling: Callable[[xr.Dataset], Mapping[str, Any]] = _together
    keep: Callable[[xr.DataTree, xr.Dataset], None] = _nothing_more
    question: Callable[..., Any] = Nothing
    asked: Callable[[xr.DataTree, Any], None] = _nothing_more
    answers: Callable[[xr.DataTree], xr.Dataset | None] = _no_answers
    remarks: Callable[[xr.DataTree, xr.Dataset | None], list[str]] = _no_remarks
    document: Callable[[dict[str, Any], xr.DataTree, xr.Dataset | None], dict[str, Any]] = _as_it_is
