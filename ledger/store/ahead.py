"""Making the next rows while the store takes in those before: a database at work leaves the interpreter to others.

Only what reads nothing of the store may be made so: its connection stays where it is.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from contextvars import copy_context
from queue import Empty, Full, Queue
from typing import TypeVar

Block = TypeVar("Block")

AHEAD_FROM = 8_192
"""From this many events on it is worth a thread."""

_AHEAD = 2
"""Blocks that are ready at most, and so are held beside the one that is taken in."""

_LOOK_SECONDS = 0.05


class _Ended:
    """The end of what is made, and what it was ended by, if by a fault."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault


@contextmanager
def made_ahead(blocks: Iterator[Block]) -> Iterator[Iterator[Block]]:
    """Give blocks in their order, some of them made in advance by a thread that is gone when this ends.

    What making them raises is raised where the block that failed would have been given.
    """
    with closing(_taken(blocks)) as found:
        yield found


def _taken(blocks: Iterator[Block]) -> Generator[Block, None, None]:
    ready: Queue[Block | _Ended] = Queue(_AHEAD)
    given_up = threading.Event()

    def put(item: Block | _Ended) -> None:
        while not given_up.is_set():
            try:
                ready.put(item, timeout=_LOOK_SECONDS)
            except Full:
                continue
            return

    def make() -> None:
        try:
            for block in blocks:
                put(block)
                if given_up.is_set():
                    return
        except BaseException as fault:
            put(_Ended(fault))
        else:
            put(_Ended())

    maker = threading.Thread(target=copy_context().run, args=(make,), name="ledger rows", daemon=True)
    maker.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _Ended):
                if item.fault is not None:
                    raise item.fault
                return
            yield item
    finally:
        given_up.set()
        # What is ready is let go at once, so that whoever waits to put more sees that nobody takes it.
        try:
            while True:
                ready.get_nowait()
        except Empty:
            pass
        maker.join()


__all__ = ["AHEAD_FROM", "made_ahead"]
