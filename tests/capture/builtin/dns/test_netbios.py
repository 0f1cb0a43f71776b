import pytest

from capture.builtin.dns.netbios import decode_netbios_name


def encode(text: bytes) -> bytes:
    return bytes(letter for byte in text for letter in (0x41 + (byte >> 4), 0x41 + (byte & 15)))


@pytest.mark.parametrize("change", [bytes.upper, bytes.lower])
def test_name_without_fill_and_kind(change: object) -> None:
    assert callable(change)
    assert decode_netbios_name(change(encode(b"WPAD           \x00"))) == b"WPAD"


def test_spaces_within_the_name_stay() -> None:
    assert decode_netbios_name(encode(b"THE NETBIOS NAM\x20")) == b"THE NETBIOS NAM"


def test_any_name_is_a_star_filled_with_zero_bytes() -> None:
    assert decode_netbios_name(encode(b"*" + bytes(15))) == b"*"


def test_browser_service_keeps_its_marks() -> None:
    name = b"\x01\x02__MSBROWSE__\x02"
    assert decode_netbios_name(encode(name + b"\x01")) == name


@pytest.mark.parametrize("name", [b"", b"a", b"www.example.com", b"zz" * 16])
def test_other_names_are_none(name: bytes) -> None:
    assert decode_netbios_name(name) == b""
