"""The packets of a capture file, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from capture.builtin.block import PacketBlock
from capture.builtin.decode.decoder import Decoder
from capture.builtin.files.capture_file import CaptureFile
from capture.builtin.files.records import GIVEN_UP, Records


class PacketReader:
    """Iterate, once, over a capture in blocks of packets; memory stays bounded.

    Reads pcap and pcapng, plain, gzip or Zstandard, told apart by content. A packet in a tunnel
    follows the packet around it where Zeek has a connection for both. The attributes hold what is
    known of the blocks read so far, all of it after the last one. ``progress`` is called after each
    block with the bytes of the file that were read so far, compressed ones as they lie on disk.

    Attributes
    ----------
    packets
        Records of the file, also those left out.
    skipped
        What was left out, reason in plain words -> count of packets (or of records); of packets
        that were kept with something amiss, what that is.
    ethertypes
        Frames that are not IP, by EtherType: 0x0806 are ARP.
    records
        The records that the block last yielded was decoded from.
    first_time_ns, last_time_ns
        Earliest and latest time stamp of all records, nanoseconds since the Unix epoch.

    Raises
    ------
    capture.errors.UnreadableInputError
        On iteration, if the path cannot be opened or is no capture of a known format, or when it
        decompresses beyond ``decompressed_limit`` bytes (see ``files.source.open_source``).
    """

    def __init__(
        self,
        path: Path,
        *,
        packets_per_block: int = 1 << 17,
        decompressed_limit: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._file = CaptureFile(
            path, records_per_block=packets_per_block, decompressed_limit=decompressed_limit
        )
        self._progress = progress
        self._decoder = Decoder()
        self.packets = 0
        self.skipped = self._decoder.skipped
        self.ethertypes = self._decoder.ethertypes
        self.first_time_ns: int | None = None
        self.last_time_ns: int | None = None

    def __iter__(self) -> Iterator[PacketBlock]:
        """Yield blocks of packets in capture order; one of other frames only has no packets."""
        for records in self._file:
            self._note(records)
            self.records = records
            block = self._decoder.decode(records)
            if len(block.clock_ns):
                yield block
            if self._progress is not None:
                self._progress(self._file.bytes_read)
        if self._file.damage:
            self.skipped[self._file.damage] += 1
        self._decoder.finish()

    def _note(self, records: Records) -> None:
        self.packets += len(records) + records.skipped.total() - records.skipped[GIVEN_UP]
        self.skipped.update(records.skipped)
        self.skipped.update(records.notes)
        if not len(records):
            return
        times = [int(np.min(records.time_ns)), int(np.max(records.time_ns))]
        if self.first_time_ns is not None and self.last_time_ns is not None:
            times += [self.first_time_ns, self.last_time_ns]
        self.first_time_ns, self.last_time_ns = min(times), max(times)
