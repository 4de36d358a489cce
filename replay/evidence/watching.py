"""What a verification finds under way: faults and notes, and what is remembered of rows that pass by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import attrs

from ledger import Fault, Head, Ledger, LedgerError, PeriodClosed, StoredRow, StoreUnavailable, decode
from replay.evidence.kept import Kept, KeptHeads

_LOSSES_PAID = "bond_loss_paid"
_PAYMENTS = frozenset({"bond_interest_paid", "bond_principal_paid", _LOSSES_PAID})
_CLOSING = PeriodClosed.name
MOST_FAULTS = 1_000
"""Faults that a verification lists; beyond them it only counts."""

Progress = Callable[[int, int], None]
"""Told the rows verified so far and how many there are."""


@attrs.frozen(kw_only=True)
class Verification:
    """What a verification found.

    ``events`` were read, the last of them with ``head``; ``periods`` closings were replayed and have the figures that
    they fixed. ``faults`` come in the order of the log, at most 1,000 of the ``fault_count`` that were found; ``notes``
    say what could not be checked and is no fault.
    """

    deal: str
    events: int
    head: Head
    periods: int
    faults: tuple[Fault, ...]
    fault_count: int
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.fault_count

    @property
    def head_hash(self) -> str:
        """The hash of the last event, in hexadecimal digits."""
        return self.head.hash.hex()

    def __bool__(self) -> bool:
        return self.ok


class FaultsFound:
    """The faults and notes of a verification under way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.count = 0
        self.notes: list[str] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Take faults up as they come; of very many only the first are kept."""
        for fault in faults:
            self.count += 1
            if len(self.faults) < MOST_FAULTS:
                self.faults.append(fault)

    def of_log(self, code: str, message: str, *, column: str = "") -> None:
        """Add a fault of the log as a whole."""
        self.add([Fault(0, "", column, code, message)])

    def result(self, log: LogWatch, periods: int, head: Head | None = None) -> Verification:
        """Return what was found; ``head`` is the last event where the log was not watched to its end."""
        order = sorted(self.faults, key=lambda fault: (not fault.sequence, fault.sequence))
        return Verification(
            deal=log.deal,
            events=log.events,
            head=head or log.head,
            periods=periods,
            faults=tuple(order),
            fault_count=self.count,
            notes=tuple(self.notes),
        )


class Computed(NamedTuple):
    """What a closing computed for a class: ``what`` is interest or principal, ``unit`` the smallest amount of cash."""

    when: dt.date
    number: int
    class_id: str
    what: str
    amount: Fraction
    unit: Fraction


class LogWatch:
    """Looks on while rows are verified: counts them, remembers the closings, and compares heads kept elsewhere."""

    def __init__(self, deal: str, kept: Kept = None) -> None:
        self.deal = deal
        self.events = 0
        self._last: StoredRow | None = None
        self.closings: list[tuple[int, PeriodClosed]] = []
        self.paid: dict[tuple[int, str], list[int]] = {}
        self.computed: list[Computed] = []
        self._kept = KeptHeads(kept, deal)

    def over(self, rows: Iterable[StoredRow], told: Callable[[int], None] | None = None) -> Iterator[StoredRow]:
        """Yield the rows while looking at them."""
        last, looked_for = 0, self._kept.sequences
        for row in rows:
            self.events += 1
            sequence, posts_as = row.sequence, row.posts_as
            if looked_for:
                self._kept.look(sequence, _hash(row))
            if type(sequence) is int and sequence > last:
                last, self._last = sequence, row
            # What a damaged row says of itself may be of any type; then the row is a fault already.
            if posts_as.__class__ is str and (posts_as in _PAYMENTS or posts_as == _CLOSING):
                self._look(row)
            if told is not None and self.events % 1_000 == 0:
                told(self.events)
            yield row

    @property
    def head(self) -> Head:
        """The last event so far."""
        return Head(0, bytes(32)) if self._last is None else Head(self._last.sequence, _hash(self._last))

    def _look(self, row: StoredRow) -> None:
        """Remember a closing, or what was paid."""
        if row.posts_as in _PAYMENTS:
            self._payment(row)
        else:
            sequence, payload = sequence_of(row), _text(row.payload)
            if sequence is not None and payload.startswith('{"$type":"period_closed"'):
                self._closing(sequence, payload)

    def _payment(self, row: StoredRow) -> None:
        """Add up what was recorded as paid; a row that holds no numbers is a fault already."""
        numbers: tuple[object, ...] = (row.distribution, row.interest, row.principal)
        if all(isinstance(number, int) for number in numbers):
            held = self.paid.setdefault((row.distribution, row.class_id), [0, 0, 0])
            if row.posts_as == _LOSSES_PAID:
                held[2] += row.interest + row.principal
            else:
                held[0] += row.interest
                held[1] += row.principal

    def _closing(self, sequence: int, payload: str) -> None:
        try:
            event = decode(payload)
        except (LedgerError, RecursionError):
            return  # the row itself is a fault already
        if isinstance(event, PeriodClosed):
            self.closings.append((sequence, event))

    def kept_in(self, ledger: Ledger, head: Head) -> Iterator[Fault]:
        """Yield what the heads kept elsewhere contradict in a log whose rows, up to the head, were verified apart."""
        for sequence in self._kept.sequences:
            for row in ledger.stored_rows(self.deal, after=sequence - 1, known_through=sequence):
                self._kept.look(row.sequence, _hash(row))
        yield from self._kept.faults(head)

    def compare(self, found: FaultsFound) -> None:
        """Add what contradicts the heads kept elsewhere."""
        found.add(self._kept.faults(self.head))


def _hash(row: StoredRow) -> bytes:
    value: object = row.hash
    return value if isinstance(value, bytes) else bytes(32)


def sequence_of(row: StoredRow) -> int | None:
    """Return the sequence of a row; None where a damaged one says something else."""
    value: object = row.sequence
    return value if isinstance(value, int) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def raise_out_of_reach(fault: Exception) -> None:
    """Raise a fault again where the database cannot be reached; a row that the driver cannot decode is within reach."""
    if isinstance(fault, StoreUnavailable) and "Could not decode" not in str(fault.__cause__):
        raise fault


def brief(fault: BaseException) -> str:
    """Return an exception as one printable line."""
    text = " ".join(str(fault).split()) or type(fault).__name__
    return ascii(text)[1:-1][:300]


__all__ = [
    "MOST_FAULTS",
    "Computed",
    "FaultsFound",
    "LogWatch",
    "Progress",
    "Verification",
    "brief",
    "raise_out_of_reach",
    "sequence_of",
]
