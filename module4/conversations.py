"""Packets, block by block, to conversations: unordered pairs of addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.grouping import Keys, sorted_by_key
from capture.builtin.flows.runs import Booleans, Indices, run_lengths, run_starts
from module4.conversation_packets import ConversationPackets
from module4.packet_tokens import BITS, KINDS
from module4.templates import Codes

# A port that trojans used counts as the code WARNING + port; those below are tokens.
WARNING: Final = 1 << 16
_CODE_BITS: Final = 17
_SECOND: Final = 1e9
STATE: Final = np.dtype(
    [
        ("key", np.uint64, (4,)),  # both addresses in two halves, the lower address first
        ("first_ns", np.int64),
        ("last_ns", np.int64),
        ("packets", np.int64),
        ("bytes", np.int64),
        ("squared_bytes", np.float64),
        ("mean_time", np.float64),  # seconds since first_ns
        ("squared_time", np.float64),  # sum over the packets of squared differences from the mean
        ("unknown_ports", np.int64),
    ]
)
States = NDArray[np.void]


@dataclass(frozen=True)
class Counts:
    """How many packets of a conversation have a token; one entry for each that occurs."""

    conversation: Indices
    code: Codes
    packets: NDArray[np.int64]


@dataclass(frozen=True)
class Conversations:
    """Conversations in the order of their addresses; ``counts`` refer to rows of ``states``."""

    states: States
    counts: Counts

    def __len__(self) -> int:
        """Return the number of conversations."""
        return len(self.states)

    def part(self, start: int, end: int) -> Conversations:
        """Return the conversations from ``start`` to before ``end``."""
        counts = self.counts
        low, high = np.searchsorted(counts.conversation, (start, end))
        found = Counts(
            counts.conversation[low:high] - start, counts.code[low:high], counts.packets[low:high]
        )
        return Conversations(self.states[start:end], found)

    def chosen(self, which: Booleans) -> Conversations:
        """Return the conversations that a mask names."""
        counts, row = self.counts, np.cumsum(which) - 1
        own = which[counts.conversation]
        found = Counts(row[counts.conversation[own]], counts.code[own], counts.packets[own])
        return Conversations(self.states[which], found)

    def with_warnings_alone(self) -> Conversations:
        """Return them without the counts of tokens, which nobody needs once they are judged."""
        counts = self.counts
        own = counts.code >= WARNING
        found = Counts(counts.conversation[own], counts.code[own], counts.packets[own])
        return Conversations(self.states, found)


class ConversationBuilder:
    """Takes packets in any portions and gives the conversations of all."""

    def __init__(self) -> None:
        self._merged = _nothing()
        self._waiting: list[Conversations] = []

    def take_silent(self, most: int) -> Conversations:
        """Remove those that were silent for longest, if there are more than ``most``."""
        if len(self._merged) + sum(map(len, self._waiting)) <= most:
            return _nothing()
        self._merge()
        too_many = len(self._merged) - most
        if too_many <= 0:
            return _nothing()
        heard = self._merged.states["last_ns"]
        silent = heard <= np.partition(heard, too_many - 1)[too_many - 1]
        taken, self._merged = self._merged.chosen(silent), self._merged.chosen(~silent)
        return taken

    def feed(self, packets: ConversationPackets) -> None:
        """Add packets; memory grows with the number of conversations alone."""
        if not len(packets.time_ns):
            return
        self._waiting.append(_of_packets(packets))
        if sum(map(len, self._waiting)) > len(self._merged):
            self._merge()

    def finish(self) -> Conversations:
        """Return all conversations."""
        self._merge()
        return self._merged

    def _merge(self) -> None:
        self._merged, self._waiting = merged([self._merged, *self._waiting]), []


def merged(parts: Sequence[Conversations]) -> Conversations:
    """Return the conversations of several parts of a capture as those of the whole."""
    states = np.concatenate([part.states for part in parts])
    if not len(states):
        return _nothing()
    order = np.lexsort(states["key"].T[::-1])
    states = states[order]
    starts = run_starts(_numbers(states["key"]))
    row = np.empty(len(states), dtype=np.int64)
    row[order] = np.repeat(np.arange(len(starts)), run_lengths(starts, len(states)))
    return Conversations(_added_up(states, starts), _counts_added_up(parts, row))


def one_after_another(parts: Sequence[Conversations]) -> Conversations:
    """Return the conversations of all parts, those of the same addresses too."""
    before = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    counts = [part.counts for part in parts]
    conversation = [each.conversation + n for each, n in zip(counts, before, strict=False)]
    found = Counts(
        np.concatenate(conversation),
        np.concatenate([each.code for each in counts]),
        np.concatenate([each.packets for each in counts]),
    )
    return Conversations(np.concatenate([part.states for part in parts]), found)


def _numbers(keys: NDArray[np.uint64]) -> Indices:
    """Return a number for each sorted key, equal for equal ones."""
    changes = (keys[1:] != keys[:-1]).any(axis=1)
    return np.append(0, np.cumsum(changes))


def _added_up(states: States, starts: Indices) -> States:
    """Return one state for each run of states of one conversation."""
    whole = np.empty(len(starts), dtype=STATE)
    whole["key"] = states["key"][starts]
    whole["first_ns"] = np.minimum.reduceat(states["first_ns"], starts)
    whole["last_ns"] = np.maximum.reduceat(states["last_ns"], starts)
    for name in ("packets", "bytes", "squared_bytes", "unknown_ports"):
        whole[name] = np.add.reduceat(states[name], starts)
    sizes, count = run_lengths(starts, len(states)), states["packets"]
    # Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
    # variances", 1979.
    later = (states["first_ns"] - np.repeat(whole["first_ns"], sizes)) / _SECOND
    means = states["mean_time"] + later
    whole["mean_time"] = np.add.reduceat(count * means, starts) / whole["packets"]
    apart = means - np.repeat(whole["mean_time"], sizes)
    whole["squared_time"] = np.add.reduceat(states["squared_time"] + count * apart**2, starts)
    return whole


def _counts_added_up(parts: Sequence[Conversations], row: Indices) -> Counts:
    """Return the counts of all parts; ``row`` is the new row of each of their states."""
    before = np.cumsum([0, *(len(part) for part in parts)])
    conversation = [
        row[part.counts.conversation + n] for part, n in zip(parts, before, strict=False)
    ]
    return _summed(
        np.concatenate(conversation),
        np.concatenate([part.counts.code for part in parts]),
        np.concatenate([part.counts.packets for part in parts]),
    )


def _summed(conversation: Indices, code: Codes, packets: NDArray[np.int64]) -> Counts:
    key = conversation << _CODE_BITS | code
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = run_starts(key)
    if not len(starts):
        return Counts(key, key, packets)
    key, sums = key[starts], np.add.reduceat(packets[order], starts)
    return Counts(key >> _CODE_BITS, key & ((1 << _CODE_BITS) - 1), sums)


def _of_packets(packets: ConversationPackets) -> Conversations:
    keys = _keys(packets)
    # A flow's key has ports and protocol too; those of one conversation are all the same.
    order, row = sorted_by_key((*keys, np.zeros(len(packets.time_ns), dtype=np.uint64)))
    starts = run_starts(row)
    states = np.empty(len(starts), dtype=STATE)
    for column, half in enumerate(keys):
        states["key"][:, column] = half[order[starts]]
    time, length = packets.time_ns[order], packets.length[order]
    states["first_ns"] = np.minimum.reduceat(time, starts)
    states["last_ns"] = np.maximum.reduceat(time, starts)
    states["packets"] = run_lengths(starts, len(row))
    states["bytes"] = np.add.reduceat(length, starts)
    states["squared_bytes"] = np.add.reduceat(length.astype(np.float64) ** 2, starts)
    seconds = (time - states["first_ns"][row]) / _SECOND
    states["mean_time"] = np.add.reduceat(seconds, starts) / states["packets"]
    apart = seconds - states["mean_time"][row]
    states["squared_time"] = np.add.reduceat(apart**2, starts)
    unknown = packets.unknown_port[order].astype(np.int64)
    states["unknown_ports"] = np.add.reduceat(unknown, starts)
    return Conversations(states, _counts(packets, order, row))


def _keys(packets: ConversationPackets) -> Keys:
    """Return the addresses of each packet in two halves each, the lower address first."""
    ones, others = packets.source, packets.destination
    swap = (ones[:, 0] > others[:, 0]) | (
        (ones[:, 0] == others[:, 0]) & (ones[:, 1] > others[:, 1])
    )
    halves = []
    for half in (0, 1):
        # Without a branch, which np.where has, for each packet.
        exchange = (ones[:, half] ^ others[:, half]) * swap
        halves.append((ones[:, half] ^ exchange, others[:, half] ^ exchange))
    (first_upper, second_upper), (first_lower, second_lower) = halves
    return first_upper, first_lower, second_upper, second_lower


def _counts(packets: ConversationPackets, order: Indices, row: Indices) -> Counts:
    """Count tokens; packets of a conversation with the same ones are taken together."""
    all_bits = BITS * KINDS
    alike, number = np.unique(row << all_bits | packets.profile[order], return_counts=True)
    codes = [alike >> BITS * kind & ((1 << BITS) - 1) for kind in range(KINDS)]
    warned_port = packets.warned_port[order]
    warned = np.flatnonzero(warned_port)
    conversation = np.concatenate([*[alike >> all_bits] * KINDS, row[warned]])
    code = np.concatenate([*codes, WARNING + warned_port[warned]])
    count = np.concatenate([*[number] * KINDS, np.ones(len(warned), dtype=np.int64)])
    named = code > 0
    return _summed(conversation[named], code[named], count[named])


def _nothing() -> Conversations:
    none = np.empty(0, dtype=np.int64)
    return Conversations(np.empty(0, dtype=STATE), Counts(none, none, none))
