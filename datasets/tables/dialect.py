"""What a user says of how a table is written, where the file does not decide it."""

from dataclasses import dataclass

from ...errors import PosterionError

_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "blank": " ", "space": " "}
_THOUSANDS = {"none": "", "": "", "blank": " ", "space": " ", "apostrophe": "'"}


@dataclass(frozen=True)
class Dialect:
    """How a table of text is written; None is decided from the file.

    Attributes
    ----------
    decimal
        ``"."`` or ``","``.
    thousands
        The mark between thousands: ``","``, ``"."``, ``" "``, ``"'"``, or ``"none"``.
    delimiter
        Between cells: ``","``, ``";"``, ``"tab"``, ``"|"``, ``":"``, or ``"blank"`` for any run
        of blanks.
    """

    decimal: str | None = None
    thousands: str | None = None
    delimiter: str | None = None

    def __post_init__(self) -> None:
        """Bring spellings to one, and refuse what is none."""
        for field, known, allowed in (
            ("decimal", {"point": ".", "comma": ","}, (".", ",")),
            ("thousands", _THOUSANDS, ("", ",", ".", " ", "'")),
            ("delimiter", _NAMES, ("\t", ";", ",", "|", ":", " ")),
        ):
            given = getattr(self, field)
            if given is None:
                continue
            mark = known.get(given, given)
            if mark not in allowed:
                names = ", ".join(repr(each) for each in (*known, *allowed) if each.strip())
                raise PosterionError(f"{field}='{given}'; expected one of {names}.")
            object.__setattr__(self, field, mark)
        if self.decimal is not None and self.decimal in (self.thousands, self.delimiter):
            what = "thousands" if self.decimal == self.thousands else "delimiter"
            raise PosterionError(
                f"decimal and {what} are both '{self.decimal}'; each needs a mark of its own."
            )
