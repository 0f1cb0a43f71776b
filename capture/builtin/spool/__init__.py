"""Tables of any length: in memory as long as they are small, in temporary files beyond that."""
