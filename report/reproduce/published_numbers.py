"""The published numbers that claims are checked with; any can be replaced by another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...datasets.published import Published, lookup, rounding_step


@dataclass(frozen=True)
class Numbers:
    """Published numbers by key: those of the embedded tables, save where one is replaced.

    Examples
    --------
    >>> Numbers().replace("conductivity_7ul_55c_abstract", "0.333")[
    ...     "conductivity_7ul_55c_abstract"
    ... ].value
    0.333
    """

    replaced: Mapping[str, Published] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Published:
        """Return the number of a key."""
        return self.replaced.get(key) or lookup(key)

    def replace(self, key: str, printed: str, unit: str | None = None) -> "Numbers":
        """Return the same numbers with one printed otherwise, to see whether a verdict turns."""
        old = self[key]
        new = replace(
            old,
            printed=printed,
            value=float(printed),
            step=rounding_step(printed),
            unit=unit or old.unit,
        )
        return Numbers({**self.replaced, key: new})
