"""Keys as the specifications and drafts give them for one connection ID."""

import pytest

from capture.builtin.quic.initial_keys import initial_keys
from capture.builtin.quic.versions import VERSIONS
from tests.capture.builtin.quic.published_packets import CONNECTION_ID


@pytest.mark.parametrize(
    ("number", "key", "iv", "header_key"),
    [
        (
            1,
            "1f369613dd76d5467730efcbe3b1a22d",
            "fa044b2f42a3fd3b46fb255c",
            "9f50449e04a0e810283a1e9933adedd2",
        ),
        (
            0x6B3343CF,
            "8b1a0bc121284290a29e0971b5cd045d",
            "91f73e2351d8fa91660e909f",
            "45b95e15235d6f45a6b19cbcb0294ba9",
        ),
        (
            0xFF00001D,
            "175257a31eb09dea9366d8bb79ad80ba",
            "6b26114b9cba2b63a9e8dd4f",
            "9ddd12c994c0698b89374a9c077a3077",
        ),
        (
            0xFF000017,
            "af7fd7efebd21878ff66811248983694",
            "8681359410a70bb9c92f0420",
            "a980b8b4fb7d9fbc13e814c23164253d",
        ),
    ],
)
def test_keys_of_the_client(number, key, iv, header_key):
    keys = initial_keys(VERSIONS[number], CONNECTION_ID, of_client=True)
    assert [part.hex() for part in keys] == [key, iv, header_key]


@pytest.mark.parametrize(
    ("number", "key", "iv", "header_key"),
    [
        (
            1,
            "cf3a5331653c364c88f0f379b6067e37",
            "0ac1493ca1905853b0bba03e",
            "c206b8d9b9f0f37644430b490eeaa314",
        ),
        (
            0x6B3343CF,
            "82db637861d55e1d011f19ea71d5d2a7",
            "dd13c276499c0249d3310652",
            "edf6d05c83121201b436e16877593c3a",
        ),
    ],
)
def test_keys_of_the_server(number, key, iv, header_key):
    keys = initial_keys(VERSIONS[number], CONNECTION_ID, of_client=False)
    assert [part.hex() for part in keys] == [key, iv, header_key]


@pytest.mark.parametrize("of_client", [True, False])
def test_the_last_drafts_have_the_keys_of_version_1(of_client):
    expected = initial_keys(VERSIONS[1], CONNECTION_ID, of_client=of_client)
    for draft in (33, 34):
        version = VERSIONS[0xFF000000 | draft]
        assert initial_keys(version, CONNECTION_ID, of_client=of_client) == expected
