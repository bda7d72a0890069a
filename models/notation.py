"""Reading circuits from text: the notations of impedance.py, AutoEIS and Boukamp."""

import re
from collections import Counter
from dataclasses import dataclass

from ..errors import PosterionError
from .circuit import Circuit, Leaf, Parallel, Series
from .elements import ELEMENTS

MAX_LENGTH = 2000
"""Longest text that is read; deeper nesting than this allows is not a circuit."""

MAX_DEPTH = 50

AUTOEIS_ALIASES = {"P": "CPE"}

BOUKAMP_CODES = {
    "R": "R", "C": "C", "L": "L", "Q": "CPE", "W": "W", "O": "Ws", "T": "Wo", "G": "G",
}  # fmt: skip
"""Boukamp (1986), doi:10.1016/0167-2738(86)90031-7: O and T name the tanh and coth diffusion."""

_TOKEN = re.compile(
    r"(?P<parallel>p\()|(?P<name>[A-Za-z]+)(?P<label>_?[0-9]*)|(?P<mark>[-,()\[\]])"
)


@dataclass(frozen=True)
class _Token:
    kind: str  # "element", "p(", or the mark itself; "" at the end
    at: int
    code: str = ""
    label: str = ""


def parse(text: str) -> Circuit:
    """Read a circuit from text in any of the three notations.

    ``p(`` marks impedance.py's; a hyphen or a comma without it AutoEIS's, where square
    brackets are parallel; neither of them Boukamp's, where round brackets are parallel
    branches and square brackets are series within them. Where it has round brackets alone, as
    ZSimpWin writes them, one within a parallel is a series: ``R(Q(RW))`` is ``R(Q[RW])``. A
    single element reads the same in all of them.

    Raises
    ------
    PosterionError
        With a caret under the character that cannot be read.
    """
    if len(text) > MAX_LENGTH:
        raise PosterionError(
            f"the circuit has {len(text)} characters; at most {MAX_LENGTH} are read."
        )
    if not text.strip():
        raise PosterionError("the circuit is empty; write one such as 'R0-p(R1,CPE1)'.")
    if "p(" in text:
        return _Reader(text, opening="p(", closing=")").circuit()
    if "-" in text or "," in text:
        return _Reader(text, opening="[", closing="]", aliases=AUTOEIS_ALIASES).circuit()
    if text.strip().rstrip("_0123456789") in ELEMENTS:
        return _Reader(text, opening="p(", closing=")").circuit()
    return _Boukamp(text).circuit()


def _fail(text: str, at: int, message: str) -> PosterionError:
    # A line break or tab in the text would part the caret from its character.
    shown = "".join(character if character.isprintable() else " " for character in text)
    return PosterionError(f"cannot read the circuit: {message}\n  {shown}\n  {' ' * at}^")


class _Reader:
    """Recursive descent over series of elements and bracketed parallels."""

    def __init__(
        self, text: str, opening: str, closing: str, aliases: dict[str, str] | None = None
    ) -> None:
        self.text = text
        self.opening, self.closing = opening, closing
        self.aliases = aliases or {}
        self.tokens = self._tokenize()
        self.position = 0
        self.first_seen: dict[str, int] = {}

    def _tokenize(self) -> list[_Token]:
        tokens, at = [], 0
        while at < len(self.text):
            if self.text[at].isspace():
                at += 1
                continue
            match = _TOKEN.match(self.text, at)
            if match is None:
                raise _fail(self.text, at, f"{self.text[at]!r} is not part of the notation.")
            if match["name"]:
                tokens.append(_Token("element", at, match["name"], match["label"]))
            else:
                tokens.append(_Token(match["parallel"] or match["mark"], at))
            at = match.end()
        return [*tokens, _Token("", len(self.text))]

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self, kind: str) -> bool:
        if self.token.kind != kind:
            return False
        self.position += 1
        return True

    def circuit(self) -> Circuit:
        circuit = self.series(0)
        if self.token.kind:
            raise _fail(self.text, self.token.at, self._unexpected())
        return circuit

    def _unexpected(self) -> str:
        token = self.token
        if not token.kind:
            return "it ends where an element should follow."
        if token.kind in (")", "]"):
            return f"'{token.kind}' closes nothing that was opened."
        if token.kind == "element":
            return f"'{token.code}{token.label}' needs a '-' or ',' before it."
        if token.kind == "(":
            return "a parallel is written 'p(' here, such as p(R1,C1)."
        return f"'{token.kind}' cannot stand here."

    def series(self, depth: int) -> Circuit:
        parts = [self.part(depth)]
        while self.take("-"):
            parts.append(self.part(depth))
        return parts[0] if len(parts) == 1 else Series(tuple(parts))

    def part(self, depth: int) -> Circuit:
        token = self.token
        if self.take("element"):
            return self.leaf(token)
        if not self.take(self.opening):
            message = self._unexpected() if token.kind != "element" else ""
            if token.kind in ("-", ",", ")", "]"):
                message = f"an element should stand before '{token.kind}'."
            raise _fail(self.text, token.at, message)
        if depth >= MAX_DEPTH:
            raise _fail(self.text, token.at, f"brackets are nested deeper than {MAX_DEPTH}.")
        branches = [self.series(depth + 1)]
        while self.take(","):
            branches.append(self.series(depth + 1))
        if not self.take(self.closing):
            if not self.token.kind:
                raise _fail(
                    self.text, token.at, f"this bracket is never closed by '{self.closing}'."
                )
            raise _fail(self.text, self.token.at, self._unexpected())
        if len(branches) == 1:
            raise _fail(self.text, token.at, "a parallel needs two branches, separated by ','.")
        return Parallel(tuple(branches))

    def leaf(self, token: _Token) -> Leaf:
        code = self.aliases.get(token.code, token.code)
        if code not in ELEMENTS:
            near = [known for known in ELEMENTS if known.lower() == code.lower()]
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(ELEMENTS)}."
            raise _fail(self.text, token.at, f"'{token.code}' is not an element; {hint}")
        leaf = Leaf(code, token.label)
        if str(leaf) in self.first_seen:
            raise _fail(self.text, token.at, f"the label {leaf} stands twice; number it anew.")
        self.first_seen[str(leaf)] = token.at
        return leaf


class _Boukamp(_Reader):
    """Single letters, round brackets for parallel, square brackets for series within them."""

    def __init__(self, text: str) -> None:
        super().__init__(text, "(", ")")
        self.count: Counter[str] = Counter()
        self.labelled = {(token.code, token.label) for token in self.tokens}
        self.alternates = "[" not in text and "]" not in text

    def _tokenize(self) -> list[_Token]:
        tokens = []
        for match in re.finditer(r"([A-Za-z])([0-9]*)|(\S)", self.text):
            letter, label, mark = match.groups()
            if mark and mark not in "()[]":
                raise _fail(self.text, match.start(), f"{mark!r} is not part of the notation.")
            tokens.append(_Token(mark or "element", match.start(), letter or "", label or ""))
        return [*tokens, _Token("", len(self.text))]

    def circuit(self) -> Circuit:
        parts = self.parts(0, parallel=False)
        if self.token.kind:
            raise _fail(self.text, self.token.at, self._unexpected())
        return sum(parts[1:], start=parts[0])

    def parts(self, depth: int, *, parallel: bool) -> list[Circuit]:
        parts: list[Circuit] = []
        while self.token.kind in ("element", "(", "["):
            token = self.token
            self.position += 1
            if token.kind == "element":
                parts.append(self.leaf(token))
                continue
            if depth >= MAX_DEPTH:
                raise _fail(self.text, token.at, f"brackets are nested deeper than {MAX_DEPTH}.")
            opens = token.kind == "(" and not (parallel and self.alternates)
            inner = self.parts(depth + 1, parallel=opens)
            closing = ")" if token.kind == "(" else "]"
            if not self.take(closing):
                if not self.token.kind:
                    raise _fail(
                        self.text, token.at, f"this bracket is never closed by '{closing}'."
                    )
                raise _fail(self.text, self.token.at, self._unexpected())
            if len(inner) == 1:
                raise _fail(self.text, token.at, "a bracket needs two elements or more.")
            joined = Parallel(tuple(inner)) if opens else sum(inner[1:], start=inner[0])
            parts.append(joined)
        if not parts:
            closes = depth > 0 and self.token.kind
            message = f"an element should stand before '{self.token.kind}'."
            raise _fail(self.text, self.token.at, message if closes else self._unexpected())
        return parts

    def leaf(self, token: _Token) -> Leaf:
        code = BOUKAMP_CODES.get(token.code)
        if code is None:
            known = ", ".join(BOUKAMP_CODES)
            raise _fail(
                self.text, token.at, f"'{token.code}' is not one of Boukamp's letters ({known})."
            )
        label = token.label
        while not label:  # Boukamp's notation has none: number each kind in the order of the text
            self.count[code] += 1
            if (token.code, str(self.count[code])) not in self.labelled:
                label = str(self.count[code])
        return super().leaf(_Token("element", token.at, code, label))
