"""Options, each declared once; command line, settings.toml and environment read the declaration."""
