"""Hostile input made by mutation: one target a parser, run by hand (``docs/fuzzing.md``)."""
