"""One row a TLS connection: judged by certificate, name, version and size."""
