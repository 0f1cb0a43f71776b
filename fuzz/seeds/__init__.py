"""What mutation begins from: parts of captures and logs, and examples made by hand."""
