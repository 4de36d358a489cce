"""How much of a costly law is tried: a little in every run, ``DRAWS`` times as many examples in the long tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

TIMES = int(os.environ.get("DRAWS", "1"))


def draws(few: int) -> int:
    """Return the examples of a property that is tried on ``few`` in every run."""
    return few * TIMES


def one_in(number: int, items: Iterable[Item]) -> Sequence[Item]:
    """Return one of so many cases in every run, the first among them, and all of them in the long tests."""
    return tuple(items if TIMES > 1 else islice(items, None, None, number))


__all__ = ["TIMES", "draws", "one_in"]
