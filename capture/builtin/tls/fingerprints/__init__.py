"""Fingerprints of TLS clients and servers: JA3, JA3S and JA4, and what a client offers."""
