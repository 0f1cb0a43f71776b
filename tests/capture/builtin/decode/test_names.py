from collections import Counter

import pytest

from capture.builtin.decode import frames as kinds
from capture.builtin.decode.names import (
    MOST_REASONS,
    OTHER_ETHERTYPES,
    count_skipped,
    describe,
    describe_link_type,
)


@pytest.mark.parametrize("kind", range(kinds.FIRST_FAILURE, kinds.KINDS))
def test_every_failure_has_a_reason_of_its_own(kind: int) -> None:
    others = {describe(each) for each in range(kinds.FIRST_FAILURE, kinds.KINDS) if each != kind}
    assert describe(kind) not in others
    assert "EtherType" not in describe(kind)


def test_ethertypes_are_named_or_given_in_hexadecimal() -> None:
    assert describe(0x0806) == "not IP (ARP)"
    assert describe(0x0123) == "not IP (EtherType 0x0123)"


def test_link_types_are_named_where_known() -> None:
    assert describe_link_type(107) == "link type 107 (Frame Relay) not supported"
    assert describe_link_type(300) == "link type 300 not supported"


def test_the_list_of_reasons_is_bounded_and_counts_all() -> None:
    skipped: Counter[str] = Counter()
    for kind in [*range(0x600, 0x1600), 0x600]:
        count_skipped(skipped, describe(kind), OTHER_ETHERTYPES, 2)
    assert len(skipped) == MOST_REASONS + 1
    assert (skipped.total(), skipped[describe(0x600)]) == (2 * 4097, 4)
