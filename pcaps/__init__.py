"""Captures to analyse: the project's own samples, and whatever a user drops in."""
