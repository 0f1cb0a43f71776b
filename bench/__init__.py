"""How fast the project is, and against what."""
