"""The x509 table when there is little memory: the rows are the same."""

from collections.abc import Sequence
from contextlib import closing

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.builtin.connection import Connection
from capture.builtin.tls.certificate_log import CertificateLog
from capture.builtin.tls.certificate_rows import CertificateRows
from capture.builtin.tls.connection import SeenChain, TlsConnection, TlsRows, no_rows
from capture.builtin.x509.certificate import Certificate

DAY_NS = 86_400 * 10**9
PLENTY = 1 << 20

Shown = tuple[int, list[Certificate], bool]  # time, chain, whether a client showed it


def certificate(number: int, length: int = 10) -> Certificate:
    return Certificate(f"{number:064x}", f"{number:040x}", subject="x" * length)


def rows_of(number: int, shown: Shown) -> TlsRows:
    time_ns, certificates, of_client = shown
    chain = [SeenChain(time_ns, tuple(certificates))]
    found = TlsConnection(time_ns, **{"client_chains" if of_client else "server_chains": chain})
    rows = no_rows()
    rows.connections.append(Connection(f"C{number}", "192.0.2.1", number, "192.0.2.2", 443, "tcp"))
    rows.time_ns.append(time_ns)
    rows.server_name.append(None)
    rows.chain_times.append((time_ns,))
    rows.found.append(found)
    return rows


def x509_parts(
    shown: Sequence[Shown], bytes_in_memory: int, known_bytes: int
) -> list[pl.DataFrame]:
    with closing(CertificateLog(bytes_in_memory)) as log:
        rows = CertificateRows(log.add, known_bytes=known_bytes)
        for number, chain in enumerate(shown):
            rows.add(rows_of(number, chain))
        return list(log.batches())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 6).map(lambda half_days: half_days * DAY_NS // 2),
            st.lists(st.integers(0, 3).map(certificate), min_size=1, max_size=3),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from([1, 600, 1200]),
)
def test_rows_are_the_same_when_hardly_anything_is_kept_in_memory(
    shown: list[Shown], known_bytes: int
):
    usual = pl.concat(x509_parts(shown, PLENTY, PLENTY))
    for bytes_in_memory in (1, 200):
        parts = x509_parts(shown, bytes_in_memory, known_bytes)
        assert pl.concat(parts).equals(usual)


def test_certificate_gives_a_row_again_after_each_day():
    times = [0, DAY_NS - 1, DAY_NS, DAY_NS + 1, 2 * DAY_NS - 1, 5 * DAY_NS, 6 * DAY_NS]
    shown = [(time_ns, [certificate(1)], False) for time_ns in times]
    for bytes_in_memory in (1, PLENTY):
        rows = pl.concat(x509_parts(shown, bytes_in_memory, PLENTY))
        assert rows["ts"].to_list() == [day * 86_400.0 for day in (0, 1, 5, 6)]


def test_certificates_with_long_names_come_in_parts():
    shown = [(number, [certificate(number, length=5_000)], False) for number in range(20)]
    parts = x509_parts(shown, 20_000, PLENTY)
    assert sum(len(part) for part in parts) == 20
    assert max(len(part) for part in parts) <= 4
