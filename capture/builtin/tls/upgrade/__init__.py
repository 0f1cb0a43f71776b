"""Protocols that begin in the clear and switch to TLS: one recogniser each."""
