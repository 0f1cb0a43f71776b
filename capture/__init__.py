"""Captures, live interfaces and Zeek log folders in; conn, ssl, x509 and dns tables out."""
