"""QUIC's Initial packets, which anyone can decrypt, and the TLS hellos that they carry."""
