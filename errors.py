"""The one family of errors that posterion raises for bad input."""


class PosterionError(ValueError):
    """Input that cannot be used.

    The message names the value, what was expected, and the remedy.
    """
