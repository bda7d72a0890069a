"""The claims of a claims file."""

from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from ...errors import PosterionError
from .expression import hint
from .judge import KINDS, Claim
from .shapes import ID, named, refuse_unknown, rows, texts

_CLAIMS = 1_000
_ALWAYS = {"id", "says", "kind", "for"}


def read_claims(topics: Any) -> Iterator[Claim]:
    """Return the claims of all topics, one for each of the words of a `for`.

    Raises
    ------
    PosterionError
        If one lacks something, or has what its kind does not know.
    """
    count = 0
    for topic in rows(topics, "topic"):
        refuse_unknown(topic, {"name", "claim"}, "a topic")
        name = topic.get("name")
        if not isinstance(name, str):
            raise PosterionError("a topic has no `name`; write it.")
        for content in rows(topic.get("claim", []), "topic.claim"):
            for own in _expanded(content):
                count += 1
                if count > _CLAIMS:
                    raise PosterionError(f"there are more than {_CLAIMS} claims; divide the file.")
                yield _claim(own, name)


def _expanded(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return a claim once for each of the words that its `for` has, put in where ``$`` stands."""
    if "for" not in content:
        yield content
        return
    for words in rows(content["for"], "for"):
        given = texts(words, "for")
        yield {name: _put_in(part, given) for name, part in content.items() if name != "for"}


def _put_in(content: Any, words: Mapping[str, str]) -> Any:
    if isinstance(content, str):
        try:
            return Template(content).substitute(words)
        except (KeyError, ValueError) as error:
            raise PosterionError(
                f"in '{content[:60]}', `for` has no word {error}; write it there."
            ) from error
    if isinstance(content, list):
        return [_put_in(part, words) for part in content]
    if isinstance(content, dict):
        return {name: _put_in(part, words) for name, part in content.items()}
    return content


def _claim(content: Mapping[str, Any], topic: str) -> Claim:
    own = content.get("id")
    if not isinstance(own, str) or not ID.fullmatch(own):
        raise PosterionError(f"the id {own!r} of a claim is not of letters, digits and hyphens.")
    where = f"claim '{own}'"
    name = content.get("kind", "cannot be checked")
    if name not in KINDS:
        raise PosterionError(f"{where}: there is no kind {name!r}; {hint(str(name), KINDS)}")
    kind, fields = KINDS[name], {n: c for n, c in content.items() if n not in _ALWAYS}
    refuse_unknown(fields, kind.needs | kind.may, where)
    shown = {"quantity"} if "value" in content else set()
    for needed in sorted({"says", *kind.needs, *shown} - set(content)):
        raise PosterionError(f"{where} of the kind '{name}' has no `{needed}`; write it.")
    for field, part in fields.items():
        _check_field(field, part, f"{where}, `{field}`")
    if not isinstance(content["says"], str):
        raise PosterionError(f"{where}: `says` is no text.")
    return Claim(own, topic, content["says"], name, fields)


def _check_field(name: str, content: Any, where: str) -> None:
    match name:
        case "let" | "then":
            named(content, where)
        case "why" | "more" | "open" | "after" | "quantity":
            for each in content if isinstance(content, list) else [content]:
                if not isinstance(each, str) and set(texts(each, where)) != {"if", "says"}:
                    raise PosterionError(f"{where}: write a text, or {{if = ..., says = ...}}.")
        case "cases":
            for case in rows(content, where):
                refuse_unknown(case, {"if", "at", "let", "value", "probability"}, where)
                levels = case.get("at", [])
                numbers = isinstance(levels, list) and all(
                    isinstance(level, int | float) and abs(level) < 1e12 for level in levels
                )
                if "if" not in case or not numbers or len(levels) > 20:
                    raise PosterionError(
                        f"{where}: a case has a text `if`, and in `at` up to 20 numbers."
                    )
                named(case.get("let", {}), where)
                texts({n: t for n, t in case.items() if n not in ("at", "let")}, where)
        case _:
            texts({name: content}, where)
