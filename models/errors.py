"""What can go wrong with a stored model."""


class ModelError(RuntimeError):
    """A model or its card is missing, damaged or does not fit; the message says how to mend it."""
