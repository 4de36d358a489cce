"""Writers of one process take turns before they ask the database for its lock.

A database knows no turns between threads that poll it, and every one of them would hold a connection while it waits.
Here they wait in the order in which they came, without one, and what a writer knows of a deal is there for the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from ledger.errors import StoreUnavailable


class Turns:
    """A line of waiting writers for every deal."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._lines: dict[str, deque[Lock]] = {}

    @contextmanager
    def turn(self, deal: str, seconds: float) -> Iterator[None]:
        """Wait for the writers of a deal that came before; theirs is over when they leave.

        Raises :class:`~ledger.errors.StoreUnavailable` after so many seconds.
        """
        own = Lock()
        own.acquire()
        with self._guard:
            line = self._lines.setdefault(deal, deque())
            line.append(own)
            first = line[0] is own
        try:
            if not first and not own.acquire(timeout=seconds):
                raise StoreUnavailable(
                    f"{deal}: the writers before this one took more than {seconds:g} s; nothing was written, try again"
                )
            yield
        finally:
            self._leave(deal, line, own)

    def _leave(self, deal: str, line: deque[Lock], own: Lock) -> None:
        with self._guard:
            was_first = line[0] is own
            line.remove(own)
            if line and was_first:
                line[0].release()
            elif not line:
                del self._lines[deal]


__all__ = ["Turns"]
