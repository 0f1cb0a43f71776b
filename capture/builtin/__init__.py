"""The builtin engine: captures to Zeek-style tables without Zeek, vectorised over packets."""
