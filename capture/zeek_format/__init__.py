"""Zeek's log formats: tab-separated text with a header, and JSON lines, in both directions."""

from capture.zeek_format.parsed import ParsedLog
from capture.zeek_format.reading import parse_columns, parse_log
from capture.zeek_format.writing import write_logs

__all__ = ["ParsedLog", "parse_columns", "parse_log", "write_logs"]
