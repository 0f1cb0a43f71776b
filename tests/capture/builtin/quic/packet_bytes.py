"""Initial packets put together by hand; another QUIC implementation protects them."""

from aioquic.quic.crypto import CryptoPair

VERSION_1 = 1
VERSION_2 = 0x6B3343CF
CHOSEN_ID = b"chosenid"


def integer(value: int) -> bytes:
    """Return a variable-length integer of four bytes."""
    return (0x80000000 | value).to_bytes(4, "big")


def crypto_frame(offset: int, data: bytes) -> bytes:
    return b"\x06" + integer(offset) + integer(len(data)) + data


def long_header(
    first: int, version: int, destination_id: bytes, source_id: bytes, rest: bytes = b""
) -> bytes:
    ids = b"".join(bytes((len(name),)) + name for name in (destination_id, source_id))
    return bytes((first,)) + version.to_bytes(4, "big") + ids + rest


def initial_packet(
    frames: bytes,
    *,
    chosen_id: bytes = CHOSEN_ID,
    from_client: bool = True,
    number: int = 0,
    number_size: int = 2,
    version: int = VERSION_1,
    token: bytes = b"",
    destination_id: bytes | None = None,
) -> bytes:
    """Return a protected Initial packet of at least 1200 bytes."""
    payload = frames.ljust(1162, b"\0")
    kind = 1 if version == VERSION_2 else 0
    first = 0xC0 | kind << 4 | number_size - 1
    if destination_id is None:
        destination_id = chosen_id if from_client else b""
    length = integer(number_size + len(payload) + 16)
    rest = integer(len(token)) + token + length
    header = long_header(first, version, destination_id, b"source", rest)
    header += (number & (1 << 8 * number_size) - 1).to_bytes(number_size, "big")
    protection = CryptoPair()
    protection.setup_initial(chosen_id, is_client=from_client, version=version)
    return protection.encrypt_packet(header, payload, number)
