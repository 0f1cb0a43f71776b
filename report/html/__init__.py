"""A selection of targets as one HTML page that needs no other file."""
