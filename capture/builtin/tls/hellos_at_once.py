"""What tells pairs of hellos apart: all that is read of them, cut out by array operations.

Hellos differ in random numbers, key shares, tickets and padding, of which nothing is read. Without
these, those of one client program and one server are often equal.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capture.builtin.flows.runs import ranges
from capture.builtin.tls.hello import (
    APPLICATION_PROTOCOLS,
    KEY_SHARE,
    KEY_SHARE_OF_DRAFTS,
    POINT_FORMATS,
    RETRY_RANDOM,
    SERVER_NAME,
    SESSION_TICKET,
    SIGNATURE_ALGORITHMS,
    SUPPORTED_GROUPS,
    SUPPORTED_VERSIONS,
)
from capture.builtin.tls.parameter_names import DTLS_1_0, DTLS_1_2, TLS_1_3

Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Octets = NDArray[np.uint8]

_RANDOM: Final = 2
_SESSION_ID: Final = 34  # where its length is
_LONGEST_SESSION_ID: Final = 32
_DRAFT_OF_TLS_1_3: Final = 0x7F
_EXTENSION_HEADER: Final = 4
_MOST_EXTENSIONS: Final = 40
_HELD_SESSION, _SESSION_TAKEN_UP, _HELD_TICKET = 1, 2, 4  # bits of ``flags``


def _sizes(whole: tuple[int, ...], first_two_bytes: tuple[int, ...]) -> NDArray[np.int64]:
    """Return by its number how much of an extension's contents counts, -1 for not even its length.

    A length is there wherever contents may be, so that equal bytes mean equal extensions.
    """
    sizes = np.full(1 << 16, -1)
    sizes[list(whole)] = 1 << 16
    sizes[list(first_two_bytes)] = 2
    return sizes


_OF_CLIENT: Final = _sizes(
    (
        SUPPORTED_GROUPS,
        POINT_FORMATS,
        SIGNATURE_ALGORITHMS,
        APPLICATION_PROTOCOLS,
        SUPPORTED_VERSIONS,
    ),
    (),
)
_OF_SERVER: Final = _sizes(
    (APPLICATION_PROTOCOLS, SUPPORTED_VERSIONS), (KEY_SHARE, KEY_SHARE_OF_DRAFTS)
)


class HelloPairs(NamedTuple):
    """Client and server hello of some connections, one entry a connection.

    Where both are ``plain``, sessions make the same of them if ``flags``, and the bytes of client
    and server, are equal: those of the client are ``octets[bounds[2 * i] : bounds[2 * i + 1]]``,
    and those of the server follow. Only the server's name is left out; the contents of the
    extension that holds it, perhaps nothing, are at ``name_begin`` to ``name_end`` of the data.
    """

    plain: list[bool]
    flags: list[int]
    octets: bytes
    bounds: list[int]
    name_begin: list[int]
    name_end: list[int]


class _Hellos(NamedTuple):
    """Where in the data the parts of hellos begin, and whether all of them can be found."""

    plain: Booleans
    begin: Indices
    session_id: Indices
    session_id_size: Indices
    choices: Indices
    choices_end: Indices
    extensions: Indices
    end: Indices


class _Extensions(NamedTuple):
    """Extensions of many hellos, one entry each; of one hello in their order."""

    hello: Indices
    place: Indices
    number: Indices
    size: Indices


def hello_pairs(
    data: Octets, client: tuple[Indices, Indices], server: tuple[Indices, Indices]
) -> HelloPairs:
    """Return what tells hellos apart; ``client`` and ``server`` are begins and ends of theirs."""
    clients, servers = _client_hellos(data, *client), _server_hellos(data, *server)
    plain = clients.plain & servers.plain
    offered, sound = _extensions(data, clients, plain)
    chosen, sound_too = _extensions(data, servers, plain)
    plain &= sound & sound_too
    number = np.arange(len(plain))
    of, begin, end = _join(
        [
            (number * 2, clients.begin, clients.begin + _RANDOM),
            (number * 2, clients.choices, clients.choices_end),
            (offered.hello * 2, *_counting(offered, _OF_CLIENT)),
            (number * 2 + 1, servers.begin, servers.begin + _RANDOM),
            (number * 2 + 1, servers.choices, servers.choices_end),
            (chosen.hello * 2 + 1, *_counting(chosen, _OF_SERVER)),
        ]
    )
    end = np.where(plain[of >> 1], end, begin)
    octets = data[ranges(begin, end)].tobytes()
    sizes = np.bincount(of, weights=end - begin, minlength=2 * len(plain)).astype(np.int64)
    name_begin, name_end = _contents(offered, SERVER_NAME, len(plain))
    return HelloPairs(
        plain.tolist(),
        _flags(data, clients, servers, offered).tolist(),
        octets,
        [0, *np.cumsum(sizes).tolist()],
        name_begin.tolist(),
        name_end.tolist(),
    )


def _octet(data: Octets, place: Indices) -> Indices:
    """Return the bytes at places; one beyond the data is another one."""
    return data.take(place, mode="clip").astype(np.int64)


def _number(data: Octets, place: Indices) -> Indices:
    return _octet(data, place) << 8 | _octet(data, place + 1)


def _client_hellos(data: Octets, begin: Indices, end: Indices) -> _Hellos:
    session_id = begin + _SESSION_ID + 1
    size = _octet(data, begin + _SESSION_ID)
    choices = session_id + size
    choices_end = choices + 2 + _number(data, choices)
    extensions = choices_end + 1 + _octet(data, choices_end)
    version = _number(data, begin)
    plain = (extensions <= end) & (size <= _LONGEST_SESSION_ID)
    plain &= (version != DTLS_1_0) & (version != DTLS_1_2)
    return _Hellos(plain, begin, session_id, size, choices, choices_end, extensions, end)


def _server_hellos(data: Octets, begin: Indices, end: Indices) -> _Hellos:
    session_id = begin + _SESSION_ID + 1
    size = _octet(data, begin + _SESSION_ID)
    choices = session_id + size
    choices_end = choices + 2
    extensions = choices_end + 1
    version = _number(data, begin)
    random = data.take(begin[:, None] + np.arange(_RANDOM, _SESSION_ID), mode="clip")
    retry = (random == np.frombuffer(RETRY_RANDOM, np.uint8)).all(axis=1)
    plain = (extensions <= end) & (size <= _LONGEST_SESSION_ID) & ~retry
    plain &= (version != TLS_1_3) & (version >> 8 != _DRAFT_OF_TLS_1_3)
    return _Hellos(plain, begin, session_id, size, choices, choices_end, extensions, end)


def _extensions(data: Octets, hellos: _Hellos, plain: Booleans) -> tuple[_Extensions, Booleans]:
    """Return the extensions of plain hellos, and which hellos end where an extension ends."""
    hello = np.flatnonzero(plain)
    place, end = hellos.extensions[hello] + 2, hellos.end[hello]
    found = [(hello[:0],) * len(_Extensions._fields)]
    sound = np.ones(len(plain), dtype=np.bool_)
    for _ in range(_MOST_EXTENSIONS):
        if not len(hello):
            break
        size = _number(data, place + 2)
        after = place + _EXTENSION_HEADER + size
        fits = after <= end
        sound[hello[~fits & (place < end)]] = False
        hello, place, end = hello[fits], place[fits], end[fits]
        found.append((hello, place, _number(data, place), size[fits]))
        place = after[fits]
    sound[hello[place < end]] = False
    return _Extensions(*_join(found)), sound


def _join(parts: list[tuple[Indices, ...]]) -> list[Indices]:
    """Return the columns of all parts, sorted by the first; what is equal stays in order."""
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return [column[order] for column in columns]


def _counting(extensions: _Extensions, sizes: NDArray[np.int64]) -> tuple[Indices, Indices]:
    """Return where the bytes of extensions that count begin and end."""
    counting = sizes[extensions.number]
    contents = _EXTENSION_HEADER + np.minimum(counting, extensions.size)
    return extensions.place, extensions.place + np.where(counting < 0, 2, contents)


def _contents(extensions: _Extensions, number: int, hellos: int) -> tuple[Indices, Indices]:
    """Return where the contents of each hello's last extension of a number begin and end."""
    begin, end = np.zeros((2, hellos), dtype=np.int64)
    at = np.flatnonzero(extensions.number == number)  # what is written last stays
    begin[extensions.hello[at]] = extensions.place[at] + _EXTENSION_HEADER
    end[extensions.hello[at]] = extensions.place[at] + _EXTENSION_HEADER + extensions.size[at]
    return begin, end


def _flags(data: Octets, clients: _Hellos, servers: _Hellos, offered: _Extensions) -> Indices:
    held, taken_up = _session_ids(data, clients), _session_ids(data, servers)
    ticket_begin, ticket_end = _contents(offered, SESSION_TICKET, len(held))
    flags = np.zeros(len(held), dtype=np.int64)
    flags[held.any(axis=1)] |= _HELD_SESSION
    flags[(held == taken_up).all(axis=1)] |= _SESSION_TAKEN_UP
    flags[ticket_end > ticket_begin] |= _HELD_TICKET
    return flags


def _session_ids(data: Octets, hellos: _Hellos) -> Octets:
    """Return session identifiers, shape (n, 32), with zeros behind shorter ones."""
    column = np.arange(_LONGEST_SESSION_ID)
    octets = data.take(hellos.session_id[:, None] + column, mode="clip")
    return np.where(column < hellos.session_id_size[:, None], octets, 0)
