"""What a command raises when it was called wrongly."""


class WrongUseError(ValueError):
    """Options or files that make no sense; the message is for the user."""
