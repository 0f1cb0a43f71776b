"""What a report raises; the message is for the user."""


class AllowlistError(ValueError):
    """An allowlist that cannot be read, or a line of one that says nothing."""
