"""What flows tell of tries, by their packets."""

from collections.abc import Sequence

import numpy as np
import pytest

from module3.flow_state import TRIES
from module3.flows import FlowBuilder
from module3.table import flow_table
from tests.capture.builtin.flows.packet_blocks import Packet, blocks, udp

from .small_flows import CLIENT, SERVER, answer, tcp


def tries(packets: Sequence[Packet], size: int = 1 << 16) -> list[tuple[bool, ...]]:
    """Return whether each flow is a try, and whether it was accepted."""
    builder = FlowBuilder()
    over = [builder.feed(block) for block in blocks(packets, size)]
    table = flow_table(np.concatenate((*over, builder.finish())), logins=True)
    return table.select(TRIES).rows()


@pytest.mark.parametrize(
    ("packets", "expected"),
    [
        ([tcp(0, "S")], (True, False)),
        ([tcp(0, "S"), tcp(1, "S"), tcp(3, "S")], (True, False)),
        ([tcp(0, "S"), answer(0.1, "RA")], (True, False)),
        ([tcp(0, "S"), answer(0.1, "SA"), tcp(0.2, "R")], (True, True)),
        ([tcp(0, "S"), answer(0.1, "SA"), tcp(0.2, "A"), tcp(0.3, "FA")], (True, True)),
        ([tcp(0, "F"), answer(0.1, "RA")], (True, False)),
        ([tcp(0, ""), answer(0.1, "RA")], (True, False)),
        ([tcp(0, "FPU")], (True, False)),
        ([tcp(0, "S"), answer(0.1, "SA"), tcp(0.2, "A"), tcp(0.3, "PA", 10)], (False, True)),
        ([tcp(0, "S"), answer(0.1, "SA"), answer(0.2, "PA", 10)], (False, True)),
        ([tcp(0, "A"), answer(0.1, "R")], (False, False)),
        ([answer(0, "RA")], (False, False)),
        ([answer(0, "SA"), tcp(0.1, "R")], (False, False)),
        ([udp(0, CLIENT, SERVER, b"")], (False, False)),
    ],
    ids=[
        *("silent", "repeated", "refused", "half open", "closed at once", "FIN", "no flags"),
        *("Christmas tree", "a request", "a banner", "in the middle", "only the refusal"),
        *("only the acceptance", "UDP"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 16])
def test_tries(packets: Sequence[Packet], expected: tuple[bool, bool], size: int) -> None:
    assert tries(packets, size) == [expected]
