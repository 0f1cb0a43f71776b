"""DNS messages as bytes, for the tests of this folder."""

import struct

QUERY = 0x0100
RESPONSE = 0x8180


def name(text: str) -> bytes:
    labels = [label.encode() for label in text.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(text: str, kind: int = 1, network: int = 1) -> bytes:
    return name(text) + struct.pack(">HH", kind, network)


def record(text: str | bytes, kind: int, data: bytes, seconds_to_live: int = 60) -> bytes:
    owner = text if isinstance(text, bytes) else name(text)
    return owner + struct.pack(">HHIH", kind, 1, seconds_to_live, len(data)) + data


def message(
    number: int = 1,
    flags: int = QUERY,
    questions: tuple[bytes, ...] = (),
    answers: tuple[bytes, ...] = (),
    other_records: int = 0,
) -> bytes:
    header = struct.pack(">6H", number, flags, len(questions), len(answers), other_records, 0)
    return header + b"".join(questions) + b"".join(answers)


def query(number: int = 1, text: str = "example.com", kind: int = 1) -> bytes:
    return message(number, QUERY, (question(text, kind),))


def reply(number: int = 1, text: str = "example.com", address: bytes = b"\x0a\0\0\x01") -> bytes:
    return message(number, RESPONSE, (question(text),), (record(text, 1, address),))
