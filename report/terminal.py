"""Where lines of text are shown, and how there is told of more."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import Setting, Spell


@dataclass(frozen=True)
class Terminal:
    """Where lines are shown.

    Attributes
    ----------
    width
        Columns of the terminal.
    out
        The folder where a result was written to, if it was.
    spell
        How an argument is typed there.
    """

    width: int
    out: Path | None = None
    spell: Spell = str

    @property
    def more(self) -> str:
        """What is typed to see everything."""
        return self.spell(Setting("whole"))

    @property
    def kept(self) -> str:
        """Say where a result went."""
        if self.out is None:
            return f"Nothing was saved. Add {self.spell(Setting('out', 'NAME'))} to keep it."
        return f"Report: {self.out / 'report.html'}"
