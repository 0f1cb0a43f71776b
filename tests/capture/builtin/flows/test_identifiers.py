"""Connection identifiers."""

from __future__ import annotations

import numpy as np

from capture.builtin.flows.connection_table import new_connections
from capture.builtin.flows.identifiers import connection_uids


def test_they_look_like_zeeks() -> None:
    (uid,) = connection_uids(new_connections(1))
    assert uid.startswith("C")
    assert len(uid) == 17
    assert uid.isalnum()


def test_every_part_of_the_identity_counts() -> None:
    base = new_connections(1)
    changed = [base]
    for column in ("first_time", "serial", "first_port", "second_port", "protocol"):
        other = base.copy()
        other[column] = 1
        changed.append(other)
    for column in ("first_address", "second_address"):
        for half in (0, 1):
            other = base.copy()
            other[column][0, half] = 1
            changed.append(other)
    uids = connection_uids(np.concatenate(changed))
    assert len(set(uids.tolist())) == len(changed)


def test_the_same_connection_has_the_same_identifier() -> None:
    table = new_connections(2)
    assert len(set(connection_uids(table).tolist())) == 1
