"""What all detectors found, put together: the result document, FINAL and the reasons."""
