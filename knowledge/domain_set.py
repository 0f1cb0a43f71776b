"""Very many domains, small enough to ship and quick to load."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_DIGEST_BYTES: Final = 4
_DIGEST: Final = np.dtype("<u4")
_SIDES: Final = ("left", "right")


@dataclass(frozen=True)
class DomainSet:
    """Domains as sorted digests of 32 bits, one after the other.

    Of other names one in 4,300 is taken for one of a million domains, fewer for fewer domains.
    """

    digests: bytes

    @classmethod
    def of(cls, domains: Iterable[str]) -> DomainSet:
        """Return the set of domains, given in lower case."""
        digests = b"".join(map(_digest, domains))
        return cls(np.unique(np.frombuffer(digests, _DIGEST)).tobytes())

    def __contains__(self, domain: str) -> bool:
        """Return whether the domain is, but for equal digests, one of the set."""
        wanted = np.frombuffer(_digest(domain), _DIGEST)
        first, behind = (np.searchsorted(self._sorted, wanted, side) for side in _SIDES)
        return bool(first < behind)

    def __len__(self) -> int:
        """Return the number of different digests."""
        return len(self._sorted)

    @cached_property
    def _sorted(self) -> NDArray[np.uint32]:
        return np.frombuffer(self.digests, _DIGEST)

    def save(self, path: Path) -> None:
        """Write the steps from digest to digest, their low bytes first: high ones are mostly 0."""
        steps = np.diff(self._sorted, prepend=np.zeros(1, _DIGEST))
        planes = steps.view(np.uint8).reshape(-1, _DIGEST_BYTES).T
        path.write_bytes(gzip.compress(planes.tobytes(), mtime=0))

    @classmethod
    def load(cls, path: Path) -> DomainSet:
        """Return what ``save`` wrote."""
        planes = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8)
        steps = planes.reshape(_DIGEST_BYTES, -1).T.copy().view(_DIGEST).ravel()
        return cls(np.cumsum(steps, dtype=_DIGEST).tobytes())


def _digest(domain: str) -> bytes:
    return blake2b(domain.encode(), digest_size=_DIGEST_BYTES).digest()
