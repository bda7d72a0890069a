"""Whether what is on disk is a result as posterion writes it.

A file may be damaged, or made to do harm. So its structure is looked at before any array of it is
read, and what it says of itself before any later step relies on it.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import h5py
import numpy as np
import xarray as xr

from .verdict import Doubt, Verdict

MOST_PACKED = 20
"""Numbers of a result are not packed to a smaller share of themselves than one in this many."""

DEEPEST = 8
"""Groups within groups."""

PLAIN = {
    **dict.fromkeys(("model", "unit", "noise", "noise_description", "source", "messages"), str),
    "sampler": str,
    "grew": float,
    **dict.fromkeys(("left_out", "sha256", "quantity", "rope", "better", "spread_source"), str),
    **dict.fromkeys(("seed", "n", "log"), int),
    "temperature_c": float,
}
"""What the attributes of a result are."""

WRITTEN: Mapping[str, Any] = {
    "verdict": Verdict,
    "doubts": list[Doubt],
    "timing": dict[str, float],
    "window": dict[str, float],
    "parameters": list[str],
    "priors": dict[str, str],
    "priors_given": list[str],
    "versions": dict[str, str],
    "pool": dict[str, str | dict[str, str | dict[str, str]] | None],
    "labels": dict[str, list[str | float]],
    "single": list[str],
    "specimens": dict[str, int],
    "factors": dict[str, str],
    "dose": dict[str, str | list[str]],
    "temperatures": list[float],
    "size": dict[str, str],
    "compared": dict[str, str | list[str | dict[str, object]]],
}
"""What those are that are written as JSON."""

TOGETHER = {"parameters", "priors", "noise_description", "source", "messages", "sha256", "n"}
TOGETHER |= {"versions"}
"""A fit has all of these, or it is none and has none."""

FITTED = TOGETHER | {"verdict", "timing", "seed", "model", "noise", "priors_given"}

ALONGSIDE = {"posterior_predictive", "log_likelihood", "log_prior", "sample_stats"}
"""Groups that have the draws of the posterior."""


class Damaged(Exception):
    """What is on disk is not as posterion writes it; the text says what is wrong."""


def check_structure(path: Path) -> None:
    """Look at every group and array of a file, and read none of them.

    Raises
    ------
    Damaged
        If something is a link, stands twice, lies in another file, or is larger than the file.
    """
    room = MOST_PACKED * path.stat().st_size
    with h5py.File(path, "r") as file:
        seen = {h5py.h5o.get_info(file.id).addr}
        waiting: list[tuple[h5py.Group, int]] = [(file["/"], 0)]
        while waiting:
            group, depth = waiting.pop()
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise Damaged(f"'{name}' is a link to another place")
                found = group[name]
                address = h5py.h5o.get_info(found.id).addr
                if address in seen:
                    raise Damaged(f"'{name}' stands in it twice")
                seen.add(address)
                if isinstance(found, h5py.Group):
                    if depth == DEEPEST:
                        raise Damaged("its groups are nested too deep")
                    waiting.append((found, depth + 1))
                elif isinstance(found, h5py.Dataset):
                    how = found.id.get_create_plist()
                    if how.get_layout() == h5py.h5d.VIRTUAL or how.get_external_count():
                        raise Damaged(f"the numbers of '{name}' are in another file")
                    room -= math.prod(found.shape or ()) * found.dtype.itemsize
                    if room < 0:
                        raise Damaged(f"'{name}' is declared larger than the file can hold")


def check_content(tree: xr.DataTree) -> None:
    """Check draws and attributes of a result that was read.

    Raises
    ------
    Damaged
        If there are no draws to trust, or an attribute is not what posterion writes.
    """
    from .cycling.cycle_series import Question
    from .engine.evidence import Evidence

    shapes = {**WRITTEN, "evidence": Evidence, "question": Question}
    attrs = {
        str(name): value.item() if isinstance(value, np.generic) else value
        for name, value in tree.attrs.items()
    }
    missing = sorted(FITTED - set(attrs)) if TOGETHER & set(attrs) else []
    if missing:
        raise Damaged(f"its attribute '{missing[0]}' is missing")
    for name, value in attrs.items():
        if name in PLAIN and not fits(value, PLAIN[name]):
            raise Damaged(f"its attribute '{name}' is damaged")
        if name in shapes and not fits(_parsed(value), shapes[name]):
            raise Damaged(f"its attribute '{name}' is damaged")
    _check_draws(tree, "verdict" in attrs and Verdict.of(tree).passed)


def _check_draws(tree: xr.DataTree, passed: bool) -> None:
    posterior = tree.children["posterior"].to_dataset()
    draws = posterior.data_vars
    if not draws:
        raise Damaged("its posterior is empty")
    for name, variable in draws.items():
        if variable.dims[:2] != ("chain", "draw") or variable.dtype.kind not in "fiub":
            raise Damaged(f"'{name}' of its posterior is no array of draws")
        if not np.isfinite(variable.values).any():
            raise Damaged(f"'{name}' of its posterior has no finite draw")
    if passed:
        for name in set(json.loads(tree.attrs.get("parameters", "[]"))) & set(draws):
            if not np.isfinite(draws[name].values).all():
                raise Damaged(f"draws of '{name}' are not finite")
        if all(variable.values.min() == variable.values.max() for variable in draws.values()):
            raise Damaged("all draws of its posterior are the same")
    for group in ALONGSIDE & set(tree.children):
        for dim in ("chain", "draw"):
            index = tree.children[group].to_dataset().indexes.get(dim)
            own = posterior.indexes.get(dim)
            if index is not None and own is not None and not index.equals(own):
                raise Damaged(f"the draws of '{group}' are not those of its posterior")


def _parsed(text: object) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else MISSING
    except (ValueError, RecursionError):
        return MISSING


def fits(value: object, hint: Any) -> bool:
    """Tell whether what JSON makes of a text is of a type; a float may be written as an integer.

    Parameters
    ----------
    value
        Any.
    hint
        A type as in an annotation; a data class stands for the dictionary of its fields.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in inner)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin in (list, tuple):  # JSON knows lists only, and a tuple is of one type here
        return isinstance(value, list) and all(fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(each, inner[1]) for each in value.values())
    if is_dataclass(hint):
        types = get_type_hints(hint)
        needed = {field.name for field in fields(hint) if field.default is MISSING}
        return (
            isinstance(value, dict)
            and needed <= set(value) <= set(types)
            and all(fits(each, types[name]) for name, each in value.items())
        )
    if hint in (int, float):
        kinds = (int,) if hint is int else (int, float)
        small = not isinstance(value, int) or abs(value) < 2**63
        return isinstance(value, kinds) and not isinstance(value, bool) and small
    return isinstance(value, NoneType if hint is None else hint)
