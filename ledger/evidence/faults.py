"""Faults: what a verifier finds wrong, as values; and the first look at a row that may hold anything."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

import attrs

from ledger.events.base import COMPONENTS, RATES
from ledger.values.glance import Glanced

if TYPE_CHECKING:
    from ledger.store.rows import StoredRow

_KEY_COLUMNS = ("loan", "loan_group", "class_id", "code")
_INTEGERS = ("deal_key", "sequence", "effective_date", "distribution", *COMPONENTS, *RATES, "recorded_at")
_TEXTS = ("event_id", "type", "posts_as", *_KEY_COLUMNS, "payload")
_numbers, _texts = attrgetter(*_INTEGERS), attrgetter(*_TEXTS)
_LARGEST = 2**63 - 1
LATEST_MOMENT = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""


@attrs.frozen(repr=False)
class Fault(Glanced):
    """One thing that is wrong with a stored row, or with the log as a whole (``sequence`` 0).

    ``sequence`` is where the row stands or ought to stand, ``column`` what is wrong in it; ``code`` is stable and meant
    for programs, ``message`` says in a sentence what was found and what was expected.
    """

    sequence: int
    event_id: str
    column: str
    code: str
    message: str

    def __str__(self) -> str:
        where = f"event {self.sequence}" if self.sequence else "the log"
        named = f" ({self.event_id})" if self.event_id else ""
        column = f", {self.column}" if self.column else ""
        return f"{where}{named}{column}: {self.message} [{self.code}]"


def shown(value: object) -> str:
    """Return any value, however damaged, as a short text that every terminal can print."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "an integer of more than 64 bits"
    text = ascii(value[:100] if isinstance(value, str | bytes) else value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def printable_id(row: StoredRow) -> str:
    """Return the event id as a row has it, made printable."""
    value: object = row.event_id
    if isinstance(value, str) and value.isascii() and value.isprintable():
        return value[:120]
    return shown(value)


def is_text(value: object) -> bool:
    """Say whether a value is Unicode text: a damaged file may hold bytes, or halves of characters, in its place."""
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value))


def malformed(row: StoredRow) -> Iterator[tuple[str, str, str]]:
    """Yield the columns whose value is not even of their type: a damaged file may hold anything anywhere."""
    return iter(()) if _is_plain(row) else _malformed(row)


def _is_plain(row: StoredRow) -> bool:
    """Say at a glance that every column is of its type, as nearly every row's are; what may not be is looked at."""
    numbers, texts, moment = _numbers(row), _texts(row), row.recorded_at
    if {*map(type, numbers)} != {int} or {*map(type, texts)} != {str} or type(row.reverses) not in (str, type(None)):
        return False
    if type(row.hash) is not bytes or len(row.hash) != 32 or not "".join((*texts, row.reverses or "")).isascii():
        return False
    return min(numbers) >= -_LARGEST and max(numbers) <= _LARGEST and 0 <= moment <= LATEST_MOMENT


def _malformed(row: StoredRow) -> Iterator[tuple[str, str, str]]:
    for column in _INTEGERS:
        value: object = getattr(row, column)
        if type(value) is not int:
            yield column, "wrong_type", f"{shown(value)} is not an integer"
        elif abs(value) > _LARGEST:
            yield column, "out_of_range", "the integer has more than 64 bits"
        elif column == "recorded_at" and not 0 <= value <= LATEST_MOMENT:
            yield column, "out_of_range", f"{value} microseconds since 1970 is no time"
    for column in (*_TEXTS, "reverses"):
        value = getattr(row, column)
        if value is None and column == "reverses":
            continue
        if not isinstance(value, str):
            yield column, "wrong_type", f"{shown(value)} is not text"
        elif not is_text(value):
            yield column, "not_unicode", f"{shown(value)} is not Unicode text"
    stored: object = row.hash
    if not isinstance(stored, bytes | bytearray | memoryview) or len(stored) != 32:
        yield "hash", "wrong_type", f"{shown(stored)} is not a hash of 32 bytes"


__all__ = ["LATEST_MOMENT", "Fault", "is_text", "malformed", "printable_id", "shown"]
