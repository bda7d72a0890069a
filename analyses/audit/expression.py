"""Formulas of claims: a small grammar, read as a tree and walked, never run as code.

Printed numbers by key, decimal numbers, ``+ - * / **``, comparisons, ``and``, ``or``, ``not``,
lists, ``key["unit"]``, ``series[0]`` and the functions of `FUNCTIONS`.
"""

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

import numpy as np

from ...errors import PosterionError
from ...models.temperature_law import BOLTZMANN
from ...models.transport import KJ_PER_MOL
from .functions import FUNCTIONS, ROWS
from .inputs import Inputs
from .published import Published

_LENGTH, _DEPTH, _STEPS = 600, 60, 20_000
"""Bounds on a formula's characters, its nesting and a claim's operations."""

_BINARY: Mapping[type, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.Pow: lambda base, power: base ** (power if np.ndim(power) else float(power)),
    }
)
_COMPARED: Mapping[type, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
    }
)
_UNARY: Mapping[type, Callable[[Any], Any]] = MappingProxyType(
    {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: np.logical_not}
)
_CONSTANTS: Mapping[str, float] = MappingProxyType(
    {
        "boltzmann": BOLTZMANN,
        "kJ_per_mol": KJ_PER_MOL,
        "pi": np.pi,
        "inf": np.inf,
        "slight": 0.20,
        "moderate": 2.0,
    }
)
"""Boltzmann's constant in eV/K; what is slight and what is moderate, as the rules have it."""


class Scope:
    """What the names in the formulas of one claim mean.

    Parameters
    ----------
    inputs
        Draws of the printed numbers.
    defined
        Formulas by name, each evaluated where it is first used.
    series
        Keys of printed numbers that belong together, by name.
    where
        Of which claim it is, for messages.
    """

    def __init__(
        self,
        inputs: Inputs,
        defined: Mapping[str, str],
        series: Mapping[str, tuple[str, ...]],
        where: str,
    ) -> None:
        self.inputs = inputs
        self._defined = dict(defined)
        self._series = series
        self._where = where
        self._values: dict[str, Any] = {}
        self._worked_out: dict[str, dict[str | None, Any]] = {}
        self._reads: dict[str, set[str]] = {}
        self._open: list[str] = []
        self._depth = self._steps = 0

    def bind(self, name: str, value: Any) -> None:
        """Give a name a value."""
        self._defined.pop(name, None)
        self._set(name, value)

    def define(self, name: str, text: str) -> None:
        """Give a name a formula, and evaluate it now: it draws before what comes later."""
        value = self.value(text)
        self._defined[name] = text
        self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        self._values[name] = value
        for own, read in self._reads.items():
            if name in read or own == name:
                self._worked_out.pop(own, None)

    def value(self, text: str) -> Any:
        """Evaluate a formula.

        Raises
        ------
        PosterionError
            If it is no formula of this grammar, a name is unknown, or it comes to nothing.
        """
        try:
            with np.errstate(all="ignore"):
                return self._walk(self._parsed(text))
        except PosterionError as error:
            if self._where in str(error):
                raise
            raise PosterionError(f"{self._where}: in '{_short(text)}', {error}") from error

    def number(self, key: str, unit: str | None = None) -> Published:
        """Return a printed number, in another unit if wanted.

        Raises
        ------
        PosterionError
            If there is no such key, or the unit has another dimension.
        """
        try:
            self._check(key)
            return self.inputs.number(key, unit)
        except PosterionError as error:
            raise PosterionError(f"{self._where}: {error}") from error

    def _parsed(self, text: str) -> ast.expr:
        if not isinstance(text, str):
            raise PosterionError(f"{text!r} is no formula; write it in quotes.")
        if len(text) > _LENGTH:
            raise PosterionError(f"{len(text)} characters are too many; divide it by `let`.")
        try:
            return ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise PosterionError(
                "the formula cannot be read; write keys, numbers, + - * / **, comparisons and "
                "functions."
            ) from error

    def _walk(self, node: ast.expr) -> Any:
        self._steps += 1
        self._depth += 1
        if self._depth > _DEPTH:
            raise PosterionError("it is nested too deeply; divide it by `let`.")
        if self._steps > _STEPS:
            raise PosterionError("the claim takes too many operations; make it shorter.")
        try:
            return self._evaluated(node)
        except PosterionError:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise PosterionError(
                f"'{_source(node)}' cannot be worked out; check what it takes."
            ) from error
        finally:
            self._depth -= 1

    def _evaluated(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=bool() | complex() | None):
                pass
            case ast.Constant(value=int() | float() as number):
                return np.float64(number)
            case ast.Constant(value=str() as text):
                return text
            case ast.Name(id=name):
                return self._named(name)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() as unit)):
                return self._drawn(name, unit)
            case ast.Subscript(value=rows, slice=ast.Constant(value=int() as place)):
                return self._walk(rows)[place]
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                return _UNARY[type(op)](self._walk(operand))
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
                return _BINARY[type(op)](self._walk(left), self._walk(right))
            case ast.BoolOp(op=both, values=parts):
                return self._joined(isinstance(both, ast.And), parts)
            case ast.Compare(left=left, ops=ops, comparators=others) if all(
                type(op) in _COMPARED for op in ops
            ):
                sides = [self._walk(side) for side in (left, *others)]
                pairs = zip(ops, sides, sides[1:], strict=False)
                held = [_COMPARED[type(op)](one, other) for op, one, other in pairs]
                return held[0] if len(held) == 1 else np.logical_and.reduce(held)
            case ast.List(elts=elements):
                return self._rows(elements)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._called(name, arguments)
        raise PosterionError(
            f"'{_source(node)}' is not part of the grammar; write keys, numbers, "
            "+ - * / **, comparisons and functions."
        )

    def _joined(self, both: bool, parts: Iterable[ast.expr]) -> Any:
        """Join by ``and`` or ``or``; what follows is left out where one value decides."""
        found: Any = both
        for part in parts:
            value = self._walk(part)
            found = np.logical_and(found, value) if both else np.logical_or(found, value)
            if not np.ndim(found) and bool(found) != both:
                break
        return found

    def _rows(self, elements: Iterable[ast.expr]) -> Any:
        rows: list[Any] = []
        for each in elements:
            if isinstance(each, ast.Starred):
                rows += list(self._walk(each.value))
            else:
                rows.append(self._walk(each))
        if not 0 < len(rows) <= ROWS or any(np.ndim(row) > 1 for row in rows):
            raise PosterionError(f"a list has 1 to {ROWS} plain values; this has {len(rows)}.")
        return np.array(np.broadcast_arrays(*rows))

    def _called(self, name: str, arguments: list[ast.expr]) -> Any:
        if name in ("exact", "alone"):
            return self._held(name, arguments)
        if name not in FUNCTIONS:
            raise PosterionError(
                f"there is no function '{name}'; {hint(name, [*FUNCTIONS, 'exact', 'alone'])}"
            )
        function = FUNCTIONS[name]
        values = []
        for each in arguments:
            printed = self._published(each, function.used) if function.numbers else None
            values.append(self._walk(each) if printed is None else printed)
        return function.apply(self.inputs, *values) if function.draws else function.apply(*values)

    def _held(self, name: str, arguments: list[ast.expr]) -> Any:
        """Evaluate with the numbers as they are printed, all of them or all but one."""
        key = ""
        if name == "alone":
            match arguments:
                case [first, ast.Name(id=key)]:
                    arguments = [first]
                case _:
                    raise PosterionError("write alone(formula, key).")
        if len(arguments) != 1:
            raise PosterionError("write exact(formula).")
        before = self.inputs.varied
        self.inputs.varied = key
        try:
            return self._walk(arguments[0])
        finally:
            self.inputs.varied = before

    def _named(self, name: str) -> Any:
        for own in self._open:
            self._reads[own] |= {name, *self._reads.get(name, ())}
        varied = self.inputs.varied
        if name in self._values and (varied is None or name not in self._defined):
            return self._values[name]
        if name in self._defined:
            known = self._worked_out.setdefault(name, {})
            if varied not in known:
                known[varied] = self._work_out(name)
            return known[varied]
        if name not in self._series and name in _CONSTANTS:
            return np.float64(_CONSTANTS[name])
        return self._drawn(name)

    def _work_out(self, name: str) -> Any:
        if name in self._open:
            raise PosterionError(f"'{name}' is defined by itself; write what it is.")
        self._reads.setdefault(name, set())
        self._open.append(name)
        try:
            return self._walk(self._parsed(self._defined[name]))
        finally:
            self._open.pop()

    def _drawn(self, name: str, unit: str | None = None) -> Any:
        if name in self._series:
            return np.array([self.inputs.draw(key, unit) for key in self._series[name]])
        self._check(name)
        return self.inputs.draw(name, unit)

    def _check(self, name: str) -> None:
        if name not in self.inputs.numbers:
            own = [*self._defined, *self._values, *self._series, *_CONSTANTS]
            raise PosterionError(
                f"'{name}' is not known; {hint(name, [*own, *self.inputs.numbers])}"
            )

    def _published(self, node: ast.expr, used: bool) -> Published | tuple[Published, ...] | None:
        """Return the printed number, or numbers, that a name stands for, or None."""
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() as unit)):
                pass
            case ast.Name(id=name):
                unit = ""
            case _:
                return None
        if name in self._defined or name in self._values:
            return None
        keys = self._series.get(name, (name,) if name in self.inputs.numbers else ())
        if not used:
            return tuple(self.inputs.numbers[key] for key in keys) or None
        found = tuple(self.inputs.number(key, unit or None) for key in keys)
        return found if name in self._series else found[0] if found else None


def hint(wanted: str, known: Iterable[str]) -> str:
    """Say which of the known names was meant."""
    near = get_close_matches(wanted, list(dict.fromkeys(known)), n=2, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else "check its spelling."


def _source(node: ast.expr) -> str:
    try:
        return _short(ast.unparse(node))
    except RecursionError:
        return "..."


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
