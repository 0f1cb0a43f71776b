"""Packets to connections: grouping, TCP analysis after Zeek's rules, byte streams, conn rows."""
