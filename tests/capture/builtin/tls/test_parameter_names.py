"""Names of versions, alerts and groups, as Zeek writes them."""

import pytest

from capture.builtin.tls.parameter_names import alert_name, group_name, version_name


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (2, "SSLv2"),
        (0x0300, "SSLv3"),
        (0x0304, "TLSv13"),
        (0xFEFD, "DTLSv12"),
        (0x7F12, "TLSv13-draft18"),
        (0x7F1C, "TLSv13-draft28"),
        (0xFB1A, "unknown-64282"),
        (0x7E01, "unknown-32257"),
    ],
)
def test_versions(number, name):
    assert version_name(number) == name


@pytest.mark.parametrize(("number", "name"), [(48, "unknown_ca"), (200, "unknown-200")])
def test_alerts(number, name):
    assert alert_name(number) == name


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (29, "x25519"),
        (4588, "X25519MLKEM768"),
        (0x1A1A, "grease_0x1A1A"),
        (0x1A2A, "unknown-6698"),
        (999, "unknown-999"),
    ],
)
def test_groups(number, name):
    assert group_name(number) == name
