"""Client hellos that offer given lists, built byte for byte."""

from collections.abc import Sequence

from capture.builtin.tls.hello import ClientHello, parse_client_hello
from tests.capture.builtin.tls.handshakes import extension, prefixed


def numbers(values: Sequence[int]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def parsed_hello(
    ciphers: Sequence[int],
    extensions: Sequence[int] = (),
    *,
    version: int = 0x0303,
    versions: Sequence[int] = (),
    groups: Sequence[int] = (),
    point_formats: Sequence[int] = (),
    signature_algorithms: Sequence[int] = (),
    protocols: Sequence[bytes] = (),
) -> ClientHello:
    """Return a hello with these extensions in this order, those with lists filled in."""
    names = b"".join(prefixed(1, name) for name in protocols)
    contents = {
        0: prefixed(2, b"\0" + prefixed(2, b"a.example")),
        10: prefixed(2, numbers(groups)),
        11: prefixed(1, bytes(point_formats)),
        13: prefixed(2, numbers(signature_algorithms)),
        16: prefixed(2, names),
        43: prefixed(1, numbers(versions)),
    }
    parts = [extension(number, contents.get(number, b"")) for number in extensions]
    cookie = prefixed(1) if version in (0xFEFF, 0xFEFD) else b""
    body = [version.to_bytes(2, "big"), bytes(32), prefixed(1), cookie]
    body += [prefixed(2, numbers(ciphers)), prefixed(1, b"\0")]
    body += [prefixed(2, *parts)] if parts else []
    return parse_client_hello(b"".join(body))


def chrome_hello() -> ClientHello:
    """Return a hello of Chrome 143 as browserleaks.com showed it, with GREASE put in."""
    return parsed_hello(
        [0x5A5A, *CHROME_CIPHERS],
        [0xDADA, *CHROME_EXTENSIONS, 0x0A0A],
        versions=[0x6A6A, 0x0304, 0x0303],
        groups=[0xBABA, 4588, 29, 23, 24],
        point_formats=[0],
        signature_algorithms=[0x1A1A, *CHROME_SIGNATURE_ALGORITHMS],
        protocols=[b"h2", b"http/1.1"],
    )


CHROME_CIPHERS = (
    *(0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8),
    *(0xC013, 0xC014, 0x009C, 0x009D, 0x002F, 0x0035),
)
CHROME_EXTENSIONS = (45, 51, 16, 65037, 23, 17613, 0, 11, 10, 43, 65281, 35, 18, 5, 13, 27)
CHROME_SIGNATURE_ALGORITHMS = (
    *(0x0403, 0x0804, 0x0401, 0x0503),
    *(0x0805, 0x0501, 0x0806, 0x0601),
)
