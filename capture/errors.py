"""What can go wrong while reading input, each with a message meant for the user."""


class UnreadableInputError(ValueError):
    """A path that holds nothing this program can read; the message names it and what to do."""


class EngineError(RuntimeError):
    """The requested engine is missing or failed."""
