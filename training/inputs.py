"""Labelled inputs to logs, whatever form they are in."""

from __future__ import annotations

from capture.logs import Logs
from training.manifest import LabelledInput


def read_input(labelled: LabelledInput) -> Logs:
    """Return the logs of a capture (builtin engine), a folder of Zeek logs or a TLS table.

    Raises ``UnreadableInputError`` or ``TableError`` when it cannot be read.
    """
    if labelled.kind == "logs":
        from capture.zeek_folder import read_folder

        return read_folder(labelled.location)
    if labelled.kind == "table":
        from training.tls_table import read_tls_table

        return read_tls_table(labelled.location)
    from capture.builtin.engine import analyse

    return analyse(labelled.location)
