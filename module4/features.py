"""A capture to its conversation table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from capture.builtin.flows.addresses import address_texts
from capture.builtin.packets import PacketReader
from module4.conversation_packets import PacketsOfConversations
from module4.conversations import WARNING, ConversationBuilder, Conversations
from module4.templates import Templates, read_templates

# What a classifier sees besides the counts of tokens; lengths in bytes, times in seconds.
MEASURES: Final = ("mean_length", "std_length", "mean_time", "var_time", "unknown_ports")
# Who talked, how much and when: not for a classifier.
ABOUT: Final = ("first_address", "second_address", "packets", "first_ts", "last_ts")
_SECOND: Final = 1e9

Matrix = NDArray[np.float64]


class CaptureConversations(NamedTuple):
    """The conversations of a capture, its packets, and what was left out by reason."""

    conversations: Conversations
    packets: int
    skipped: Mapping[str, int]


def conversations_of_capture(
    path: Path,
    templates: Templates | None = None,
    *,
    packets_per_block: int = 1 << 17,
    decompressed_limit: int | None = None,
) -> CaptureConversations:
    """Return the conversations of a capture file, with tokens by the templates (the shipped ones).

    A compressed file may expand to ``decompressed_limit`` bytes. The size of the blocks decides on
    memory and speed, and on the last bits of means.

    Raises
    ------
    capture.errors.UnreadableInputError
        If the path holds no capture in a known format, or one that expands too much.
    """
    packets = PacketsOfConversations(templates or read_templates())
    builder = ConversationBuilder()
    reader = PacketReader(
        path, packets_per_block=packets_per_block, decompressed_limit=decompressed_limit
    )
    for block in reader:
        builder.feed(packets.of(block, reader.records))
    found = builder.finish()
    return CaptureConversations(found, reader.packets, dict(sorted(reader.skipped.items())))


def conversation_table(
    conversations: Conversations, templates: Templates | None = None
) -> pl.DataFrame:
    """Return one row a conversation: ``ABOUT``, ``MEASURES``, and counts of the tokens that occur.

    Addresses are text, the lower one first; ``first_ts`` and ``last_ts`` are epoch seconds. Tokens
    are sorted by name.
    """
    tokens = (templates or read_templates()).tokens
    codes = conversations.counts.code
    present = [tokens[code - 1] for code in np.unique(codes[codes < WARNING]).tolist()]
    states = conversations.states
    about = {
        "first_address": address_texts(states["key"][:, :2]),
        "second_address": address_texts(states["key"][:, 2:]),
        "packets": states["packets"],
        "first_ts": states["first_ns"] / _SECOND,
        "last_ts": states["last_ns"] / _SECOND,
    }
    table = pl.DataFrame(about, schema_overrides=dict.fromkeys(ABOUT[:2], pl.String))
    measures = pl.DataFrame(measured(conversations), schema=MEASURES)
    if not present:
        return table.hstack(measures)
    counts = pl.DataFrame(token_counts(conversations, present, tokens), schema=present)
    return table.hstack(measures).hstack(counts.cast(pl.Int64))


def measured(conversations: Conversations) -> Matrix:
    """Return the ``MEASURES`` of each conversation, shape (conversations, measures).

    Deviation and variance are those of all its packets (divided by their number).
    """
    states = conversations.states
    packets = states["packets"]
    mean = states["bytes"] / packets
    variance = np.maximum(states["squared_bytes"] / packets - mean**2, 0)
    columns = (
        mean,
        np.sqrt(variance),
        states["mean_time"],
        states["squared_time"] / packets,
        states["unknown_ports"].astype(np.float64),
    )
    return np.stack(columns, axis=1)


def token_counts(
    conversations: Conversations, wanted: list[str], tokens: tuple[str, ...]
) -> Matrix:
    """Return how many packets have each wanted token, shape (conversations, wanted).

    ``tokens`` are those of the templates, by which the conversations were counted.
    """
    column = np.full(len(tokens) + 1, -1, dtype=np.int64)
    place = {token: code for code, token in enumerate(tokens, start=1)}
    column[[place[token] for token in wanted]] = np.arange(len(wanted))
    counts = conversations.counts
    named = np.flatnonzero(counts.code < WARNING)
    target = column[counts.code[named]]
    known = named[target >= 0]
    matrix = np.zeros((len(conversations), len(wanted)))
    matrix[counts.conversation[known], target[target >= 0]] = counts.packets[known]
    return matrix


def warned_ports(conversations: Conversations) -> dict[int, dict[int, int]]:
    """Return for each conversation with any the ports that trojans used, with their packets."""
    counts = conversations.counts
    found: dict[int, dict[int, int]] = {}
    for at in np.flatnonzero(counts.code >= WARNING).tolist():
        ports = found.setdefault(int(counts.conversation[at]), {})
        ports[int(counts.code[at]) - WARNING] = int(counts.packets[at])
    return found
