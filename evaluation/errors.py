"""What can go wrong in an evaluation."""


class EvaluationError(ValueError):
    """Labelled data that nothing can be measured on; the message says what is missing."""
