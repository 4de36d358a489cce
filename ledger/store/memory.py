"""Keeping the garbage collector from looking through what is large and about to go."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Keep the garbage collector still: it would look through the objects of a large batch again and again.

    What is large must be gone when this ends, or the collector goes through it then.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
