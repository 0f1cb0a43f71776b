"""Universal Binary JSON as XGBoost writes it (draft 12 of ubjson.org): objects and typed arrays."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

_INTEGERS: Final = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"l": ">i4", b"L": ">i8"}
_NUMBERS: Final = {**_INTEGERS, b"d": ">f4", b"D": ">f8"}
_CONSTANTS: Final = {b"Z": None, b"T": True, b"F": False}
_DEEPEST: Final = 50


def parse_universal_binary_json(content: bytes) -> Any:
    """Return the value in the bytes; arrays of one number type are NumPy arrays.

    Raises ``ValueError`` when they hold none, or anything after it.
    """
    reader = _Reader(content)
    value = reader.value(reader.take(1), 0)
    if reader.position != len(content):
        raise ValueError("bytes after the end")
    return value


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._end = len(content)
        self.position = 0

    def take(self, count: int) -> bytes:
        start = self.position
        self.position = end = start + count
        if count < 0 or end > self._end:
            raise ValueError("cut off")
        return self._content[start:end]

    def value(self, kind: bytes, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        if kind == b"[":
            return self._array(depth + 1)
        if kind == b"S":
            return self._text()
        if kind == b"{":
            return self._object(depth + 1)
        if kind in _NUMBERS:
            return self._number(kind)
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        raise ValueError(f"unknown type {kind!r}")

    def _number(self, kind: bytes) -> int | float:
        code = _NUMBERS[kind]
        number: int | float = np.frombuffer(self.take(int(code[2])), code)[0].item()
        return number

    def _length(self) -> int:
        code = _INTEGERS.get(self.take(1))
        if code is None:
            raise ValueError("a length that is no number")
        return int.from_bytes(self.take(int(code[2])), "big", signed=code[1] == "i")

    def _text(self) -> str:
        return self.take(self._length()).decode()

    def _array(self, depth: int) -> Any:
        kind = self.take(1)
        if kind == b"$":
            code = _NUMBERS.get(self.take(1))
            if code is None or self.take(1) != b"#":
                raise ValueError("an array of unknown type")
            return np.frombuffer(self.take(self._length() * int(code[2])), code)
        if kind == b"#":
            return [self.value(self.take(1), depth) for _ in range(self._length())]
        values = []
        while kind != b"]":
            values.append(self.value(kind, depth))
            kind = self.take(1)
        return values

    def _object(self, depth: int) -> dict[str, Any]:
        entries = {}
        while (kind := self.take(1)) != b"}":
            self.position -= len(kind)
            name = self._text()
            entries[name] = self.value(self.take(1), depth)
        return entries
