"""TCP after Zeek's rules: sequence space, events, endpoint states, connections."""
