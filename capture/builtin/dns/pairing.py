"""Pairs queries and responses of one connection by transaction id, in Zeek's order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from capture.builtin.connection import Connection
from capture.builtin.dns.message import DnsMessage
from capture.builtin.dns.transaction import Transaction

# So many unmatched messages of one id, and so many ids, wait for their other half (as in Zeek).
_MOST_PENDING: Final = 50
# What messages take in memory besides the text of their answers, roughly.
_BYTES_A_MESSAGE: Final = 512
_BYTES_AN_ANSWER: Final = 128

_Queues = dict[int, deque[Transaction]]


class Pairing:
    """Feed messages in order; transactions come out when both halves are there.

    One query waits apart from the others: nearly always there is only that one. ``bytes_seen``,
    ``violations`` and ``given_up`` are for the caller, to stop reading what is not DNS. ``held`` is
    about how many bytes of memory the messages take that wait for their other half.
    """

    __slots__ = (
        "_current",
        "_first_query",
        "_queries",
        "_responses",
        "bytes_seen",
        "connection",
        "given_up",
        "held",
        "violations",
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.bytes_seen = 0
        self.violations = 0
        self.given_up = False
        self.held = 0
        self._first_query: Transaction | None = None
        self._queries: _Queues | None = None
        self._responses: _Queues | None = None
        self._current: Transaction | None = None

    def feed(self, number: int, message: DnsMessage, time_ns: int) -> list[Transaction]:
        """Return the transactions that are finished now, or given up to make room."""
        finished: list[Transaction] = []
        is_response = message.is_response
        current = self._current
        if message.operation == 0:
            if is_response:
                current = self._of_response(number, time_ns, finished)
                current.add_response(message, time_ns)
            else:
                current = self._of_query(number, time_ns, finished)
                current.add_query(message)
        elif current is not None:
            # Zeek reads other operations no further, but for this.
            current.rejected |= is_response and message.says_nothing
        if current is not None:
            taken = _size(message)
            current.size += taken
            self.held += taken
            current = _with_half(current, is_response, finished)
        self._current = current
        for transaction in finished:
            self.held -= transaction.size
            transaction.size = 0  # it may be finished twice
        return finished

    def rest(self) -> Iterator[Transaction]:
        """Yield the transactions that found no other half."""
        if self._first_query:
            yield self._first_query
        for queues in (self._queries, self._responses):
            for queue in (queues or {}).values():
                yield from queue

    def _of_query(self, number: int, time_ns: int, finished: list[Transaction]) -> Transaction:
        """Return the transaction that a query belongs to, a new one unless its response came."""
        if self._responses and number in self._responses:
            return _take(self._responses, number)
        new = Transaction(self.connection, time_ns, number)
        if self._first_query is None:
            self._first_query = new
        else:
            self._queries = {} if self._queries is None else self._queries
            finished.extend(_put(self._queries, new))
        return new

    def _of_response(self, number: int, time_ns: int, finished: list[Transaction]) -> Transaction:
        """Return the transaction that a response belongs to, a new one if nobody asked."""
        first = self._first_query
        if first is not None and first.number == number:
            self._first_query = self._next_query(number)
            return first
        if self._queries and number in self._queries:
            return _take(self._queries, number)
        new = Transaction(self.connection, time_ns, number)
        self._responses = {} if self._responses is None else self._responses
        finished.extend(_put(self._responses, new))
        return new

    def _next_query(self, number: int) -> Transaction | None:
        """Take the query that now waits in front, of the same number if there is one."""
        if not self._queries:
            return None
        same = number in self._queries
        return _take(self._queries, number if same else next(iter(self._queries)))


def _size(message: DnsMessage) -> int:
    """Return about how many bytes of memory a message takes."""
    text = sum(map(len, message.answers))
    return text + _BYTES_AN_ANSWER * len(message.answers) + _BYTES_A_MESSAGE


def _with_half(
    transaction: Transaction, is_response: bool, finished: list[Transaction]
) -> Transaction | None:
    """Note that a half has come; return the transaction unless it is finished then."""
    if is_response:
        transaction.saw_response = True
        is_finished = transaction.saw_query
    else:
        transaction.saw_query = True
        is_finished = transaction.saw_response
    if not is_finished:
        return transaction
    finished.append(transaction)
    return None


def _take(queues: _Queues, number: int) -> Transaction:
    queue = queues[number]
    transaction = queue.popleft()
    if not queue:
        del queues[number]
    return transaction


def _put(queues: _Queues, transaction: Transaction) -> list[Transaction]:
    """Let a transaction wait; return those given up to make room."""
    queue = queues.get(transaction.number)
    given_up: list[Transaction] = []
    if queue is None:
        if len(queues) > _MOST_PENDING:
            given_up = [waiting for other in queues.values() for waiting in other]
            queues.clear()
        queue = queues[transaction.number] = deque()
    elif len(queue) > _MOST_PENDING:
        given_up = list(queue)
        queue.clear()
    queue.append(transaction)
    return given_up
