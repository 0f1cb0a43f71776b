"""Makes captures in memory with real TLS stacks, for the samples and for the tests."""
