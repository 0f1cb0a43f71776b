from dataclasses import fields

import numpy as np

from capture.builtin.decode.packets import Packets, merge


def packets(record: list[int], port: list[int]) -> Packets:
    columns = {each.name: np.zeros(len(record), np.int64) for each in fields(Packets)}
    columns["record"] = np.array(record, np.int64)
    columns["source"] = columns["destination"] = np.zeros((len(record), 2), np.uint64)
    columns["source_port"] = np.array(port, np.int64)
    return Packets(**columns)


def test_packets_are_put_in_order_of_record_and_those_of_one_record_in_order_of_part() -> None:
    merged = merge([packets([0, 3, 5], [1, 2, 3]), packets([], []), packets([1, 3, 4], [4, 5, 6])])
    assert merged.record.tolist() == [0, 1, 3, 3, 4, 5]
    assert merged.source_port.tolist() == [1, 4, 2, 5, 6, 3]
    assert merged.source.shape == (6, 2)


def test_parts_in_order_are_joined() -> None:
    merged = merge([packets([0, 1], [1, 2]), packets([1, 2], [3, 4])])
    assert merged.source_port.tolist() == [1, 2, 3, 4]


def test_the_only_part_with_packets_is_not_copied() -> None:
    part = packets([0, 1], [1, 2])
    assert merge([packets([], []), part]) is part
    assert len(merge([packets([], []), packets([], [])])) == 0
