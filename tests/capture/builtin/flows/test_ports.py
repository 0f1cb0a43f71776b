import numpy as np

from capture.builtin.flows.ports import is_broadcast


def test_a_broadcast_is_one_of_ipv4() -> None:
    halves = [[0, 0xFFFF_FFFF_FFFF], [0x20010DB8 << 32, 0xFFFF_FFFF_FFFF], [0, 0xFFFF_0A00_00FF]]
    assert is_broadcast(np.array(halves, np.uint64)).tolist() == [True, False, False]
