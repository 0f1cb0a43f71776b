"""Addresses as text."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capture.builtin.flows.addresses import address_texts


def halves(number: int) -> list[int]:
    return [number >> 64, number & (2**64 - 1)]


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1))
def test_mapped_addresses_are_written_as_ipv4(numbers: list[int]) -> None:
    mapped = np.array([halves(number | 0xFFFF << 32) for number in numbers], dtype=np.uint64)
    assert address_texts(mapped).tolist() == [str(IPv4Address(number)) for number in numbers]


@given(st.lists(st.integers(2**96, 2**128 - 1), min_size=1))
def test_other_addresses_are_written_as_ipv6(numbers: list[int]) -> None:
    table = np.array([halves(number) for number in numbers], dtype=np.uint64)
    assert address_texts(table).tolist() == [str(IPv6Address(number)) for number in numbers]


def test_no_addresses_give_no_texts() -> None:
    assert address_texts(np.empty((0, 2), dtype=np.uint64)).tolist() == []
