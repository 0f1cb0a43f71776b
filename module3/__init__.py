"""Packets to one row a flow, and to the class of attack that the flow is part of."""
