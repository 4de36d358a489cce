"""A search for changes that alter an answer and are not named, whatever it is that is changed.

A change is drawn from a seed and made on a copy. Then the copy is verified, and read. What was changed must be named,
refused or without effect; and whatever breaks otherwise than by a clear error is a finding too.
"""

from __future__ import annotations

import datetime as dt
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import replay
from ledger import AsOf, Head, Ledger, LedgerError
from replay.evidence.verify import verify

Change = Callable[[Path, random.Random], str]
"""Changes what stands at a path and says how; "" where there was nothing to change."""


def answers(address: str | Path, deal: str, record_dates: Sequence[str]) -> object:
    """Return what readers are told of a deal: statements, books, advances, and every event with its stamps."""
    told: list[object] = []
    with Ledger.open(address) as ledger:
        for text in record_dates:
            day = dt.date.fromisoformat(text)
            told.append(replay.statement(ledger, deal, day).rows())
            told.append(ledger.books(deal, AsOf(record_date=day)))
            told.append(ledger.advances(deal, AsOf(record_date=day)))
        told.append(list(ledger.events(deal)))
        told.append(ledger.deals())
        told.append(ledger.head(deal))
    return told


def is_named(address: str | Path, deal: str, head: Head) -> bool:
    """Say whether verification of a deal, or of another that is listed, names anything or refuses to go on."""
    try:
        with Ledger.open(address) as ledger:
            others = [name for name in ledger.deals() if name != deal]
            return not (verify(ledger, deal, head=head).ok and all(verify(ledger, name).ok for name in others))
    except LedgerError:
        return True


def other_value(value: object, chance: random.Random) -> object:
    """Return another value, near or far, of the same kind or none."""
    if isinstance(value, int):
        return chance.choice([value + 1, value - 1, value + 10_000, -value, 0, chance.randrange(-(2**40), 2**40), None])
    if isinstance(value, str):
        at = chance.randrange(len(value) + 1)
        near = value[:at] + chance.choice("019aZ-.") + value[at + chance.randrange(2) :]
        return chance.choice([near, value[:at], value + "0", "", value.swapcase(), None])
    if isinstance(value, bytes) and value:
        return other_byte(value, chance)
    return chance.choice([0, 1, "x", "on time"])


def other_byte(content: bytes, chance: random.Random) -> bytes:
    """Return bytes of which one is another."""
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ chance.randrange(1, 256)]) + content[at + 1 :]


def _leaves(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, item in pairs for leaf in _leaves(item, (*place, key))]
    return [place]


def with_another_word(document: Any, chance: random.Random) -> str:
    """Change one word or number of a JSON document, wherever it stands, and say which."""
    *place, last = chance.choice(_leaves(document))
    for key in place:
        document = document[key]
    before = document[last]
    document[last] = other_value(before, chance)
    return f"{(*place, last)} from {before!r:.60} to {document[last]!r:.60}"


class Search(ABC):
    """Something sound, what it answers, and the changes that are tried on copies of it."""

    changes: Sequence[Change]
    impossible: tuple[type[Exception], ...] = ()
    """What a change may itself be stopped by; then it was none."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    @abstractmethod
    def copied(self) -> Path:
        """Return a fresh copy of what is sound."""

    @abstractmethod
    def altered(self, path: Path) -> str:
        """Say what a changed copy answers otherwise without its being named; "" for nothing."""

    def missed(self, tries: int) -> list[str]:
        """Return the changes that altered an answer and were not named, or broke what reads them."""
        found: list[str] = []
        for number in range(tries):
            path, change = self.copied(), self._chance.choice(self.changes)
            try:
                told = change(path, self._chance)
            except self.impossible:
                continue
            try:
                wrong = self.altered(path)
            except Exception as fault:
                wrong = f"broke with {fault!r:.200}"
            if wrong:
                found.append(f"change {number}, {getattr(change, '__name__', change)}: {told}: {wrong}")
        return found
