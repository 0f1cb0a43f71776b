"""The versions of QUIC whose Initial packets can be read, and what sets them apart.

Version 1 is RFC 9001, version 2 RFC 9369. Of the drafts, those from 22 on differ from version 1 by
the salt alone; so do two versions that Facebook's mvfst made of the drafts 22 and 27.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class QuicVersion(NamedTuple):
    """What the keys and the form of an Initial packet depend on.

    ``initial_type`` and ``retry_type`` are the two type bits of a long header.
    """

    salt: bytes
    label: bytes
    initial_type: int
    retry_type: int


def _like_version_1(salt: str) -> QuicVersion:
    return QuicVersion(bytes.fromhex(salt), b"quic", initial_type=0, retry_type=3)


_DRAFT_22: Final = _like_version_1("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a")
_DRAFT_23: Final = _like_version_1("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
_DRAFT_29: Final = _like_version_1("afbfec289993d24c9e9786f19c6111e04390a899")
_VERSION_1: Final = _like_version_1("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
_VERSION_2: Final = QuicVersion(
    bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
    b"quicv2",
    initial_type=1,
    retry_type=0,
)
_DRAFT: Final = 0xFF000000

VERSIONS: Final[dict[int, QuicVersion]] = {
    0x00000001: _VERSION_1,
    0x6B3343CF: _VERSION_2,
    0xFACEB001: _DRAFT_22,
    0xFACEB002: _DRAFT_23,
    _DRAFT | 22: _DRAFT_22,
    **dict.fromkeys((_DRAFT | draft for draft in range(23, 29)), _DRAFT_23),
    **dict.fromkeys((_DRAFT | draft for draft in range(29, 33)), _DRAFT_29),
    **dict.fromkeys((_DRAFT | draft for draft in range(33, 35)), _VERSION_1),
}
"""By the version number of the long header."""

RESERVED_BITS: Final = 0x0F0F0F0F
RESERVED: Final = 0x0A0A0A0A
"""Versions of this form provoke a Version Negotiation packet (RFC 9000, 15)."""
