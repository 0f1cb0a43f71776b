"""Frames to IP packets, vectorised: link layers, IP headers, fragments, tunnels, transport."""
