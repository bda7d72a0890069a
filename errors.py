"""The one family of errors that posterion raises for bad input."""

_LONGEST = 1500


class PosterionError(ValueError):
    """Input that cannot be used.

    The message names the value, what was expected, and the remedy. The middle of a very long
    one, such as may quote a file, is left out.
    """

    def __init__(self, message: str = "") -> None:
        """Keep the beginning and the end of the message."""
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - 500]} ... {message[-490:]}"
        super().__init__(message)
