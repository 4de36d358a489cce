"""Long reads in pages: a reader who is slow, or who never comes to an end, holds no connection between two of them.

The log is append-only, so that what stands up to a sequence is the same at every later moment. The first page says how
far the log went; those after it read up to there, and all of them together are the log of that one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from ledger.store.database.event_store import EventStore
from ledger.store.source import Source

if TYPE_CHECKING:
    from ledger.store.tailed import ArchiveStore

SMALLEST, LARGEST = 2_000, 8_000
"""Rows of the first page and of the largest: each is twice the one before."""


class Placed(Protocol):
    """What stands in the log at a sequence."""

    @property
    def sequence(self) -> int:
        """The sequence."""


T = TypeVar("T", bound=Placed)

Page = Callable[[Source, int, int | None, int | None], Generator[T, None, None]]
"""Reads what stands after a sequence, up to another and up to so many (None: all)."""


def in_pages(
    store: EventStore | ArchiveStore,
    deal: str,
    page: Page[T],
    *,
    after: int,
    known_through: int | None,
    limit: int | None,
) -> Iterator[T]:
    """Yield what a page reads of a deal, page by page, as the log stood at the first of them.

    An archive holds no connection, and is read in one go.
    """
    if not isinstance(store, EventStore):
        with store.reading() as archive:
            yield from page(archive, after, known_through, limit)
        return
    size, left, bound = SMALLEST, limit, False
    while True:
        asked = size if left is None else min(size, left)
        # The query is that of the whole rest, so that it is planned as one, and is left when the page is full.
        with store.reading() as reading, closing(page(reading, after, known_through, left)) as rest:
            found = list(islice(rest, asked))
            # Where as many were wanted, no page comes after this one, and how far the log went is of no matter.
            if len(found) == asked != left and not bound:
                head, bound = reading.head(reading.deal_key(deal)).sequence, True
                known_through = head if known_through is None else min(known_through, head)
        yield from found
        if len(found) < asked or asked == left:
            return
        after, left = found[-1].sequence, None if left is None else left - len(found)
        size = min(2 * size, LARGEST)


__all__ = ["in_pages"]
