"""An archive with the ledger that goes on behind it, and the store that serves either.

Rows behind the archive are read from the database once and held in memory in the archive's columns (about 1 kB each),
and every query runs over both as one log; so a reversal in the tail meets what it voids in the archive. Seal again when
the tail has grown.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import islice
from typing import Any, NoReturn

import attrs

from ledger.errors import IntegrityFault, StoreError, UnknownDeal
from ledger.journal.cuts import Moved
from ledger.journal.totals import TotalRow
from ledger.store.archive.format import ArchiveDirectory, frame_of, pl
from ledger.store.archive.log import DealLog
from ledger.store.archive.source import ArchiveSource, LogQueries
from ledger.store.batches import StoredBatch
from ledger.store.database.event_store import Appending, EventStore
from ledger.store.hashing import link
from ledger.store.rows import (
    BoardedLoan,
    Boarding,
    Head,
    LoanStanding,
    LoanStatus,
    MonthRow,
    StoredRow,
    StoredRun,
    UnpaidMonth,
)
from ledger.store.source import Source
from ledger.values.secrets import shown_address
from ledger.values.selector import EVERY_EVENT, Selector

_PART = 10_000
"""Rows that become a frame at a time."""


class Tails:
    """The rows behind archives as read so far, kept from one reading to the next."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Head, Head, pl.DataFrame]] = {}
        self._lock = threading.Lock()

    def of(self, sql: Source, deal: str, since: Head, head: Head) -> pl.DataFrame:
        """Return the rows after ``since`` up to ``head``, reading those that are not held yet."""
        key = sql.deal_key(deal)
        with self._lock:
            begun, through, frame = self._held.get(deal, (since, since, frame_of(())))
            if begun != since or (through.sequence <= head.sequence and _hash_at(sql, key, through) != through.hash):
                through, frame = since, frame_of(())
            if through.sequence < head.sequence:
                envelopes = sql.batches(key, after=through.sequence, known_through=head.sequence)
                rows = sql.rows(key, after=through.sequence, known_through=head.sequence)
                rows = _chained(rows, deal, through, envelopes)
                parts = [frame]
                while part := list(islice(rows, _PART)):
                    parts.append(frame_of(part))
                frame, through = pl.concat(parts), head
                self._held[deal] = (since, through, frame)
        return frame if through == head else frame.filter(pl.col("sequence") <= head.sequence)


def _hash_at(sql: Source, key: int, head: Head) -> bytes | None:
    """Return the hash that the log has where a head says it ended, or None where the log ends before."""
    for row in sql.rows(key, after=head.sequence - 1, known_through=head.sequence):
        return bytes(row.hash)
    return None


def _chained(rows: Iterator[StoredRow], deal: str, head: Head, envelopes: Iterable[StoredBatch]) -> Iterator[StoredRow]:
    """Yield rows, each held to the hash of the one before, and to that of the envelope that begins with it."""
    begun = {item.first_sequence: item.digest for item in envelopes}
    for row in rows:
        stamps = (row.sequence, row.recorded_at, row.distribution, row.payload.encode())
        expected = link(head.hash, *stamps, begun.get(row.sequence, b""))
        if row.sequence != head.sequence + 1 or expected != row.hash:
            raise IntegrityFault(
                f"event {row.sequence} of {deal} does not follow from event {head.sequence} by its hash"
            )
        head = Head(row.sequence, expected)
        yield row


class TailedSource:
    """The deals of a ledger, those in the archive read from there up to its head and from the ledger behind it.

    Keys are the ledger's. Deals that only the archive holds, or only the ledger, are read where they are. Raises
    :class:`~ledger.errors.IntegrityFault` where the ledger's log of an archived deal is not the one that was sealed.
    """

    def __init__(self, archive: ArchiveSource, sql: Source, tails: Tails | None = None) -> None:
        held = tails if tails is not None else Tails()
        self._sql = sql
        self._keys: dict[str, int] = {}
        logs: dict[int, DealLog] = {}
        sealed = dict(archive.logs())
        for deal in sql.deals():
            key = self._keys[deal] = sql.deal_key(deal)
            log = sealed.pop(deal, None)
            if log is not None:
                head = _common(sql, key, log)
                since = {"after": log.head.sequence, "known_through": head.sequence}
                logs[key] = attrs.evolve(
                    log,
                    head=head,
                    tail=partial(held.of, sql, deal, log.head, head),
                    tail_batches=partial(sql.batches, key, **since),
                )
        for deal, log in sealed.items():
            key = self._keys[deal] = max(self._keys.values(), default=0) + 1
            logs[key] = log
        self._logs = LogQueries(logs)
        self._archived = frozenset(logs)

    def _of(self, deal_key: int) -> Any:
        return self._logs if deal_key in self._archived else self._sql

    def deals(self) -> list[str]:
        """Return the names of every deal, in order of opening; those that only the archive holds come last."""
        return list(self._keys)

    def deal_key(self, deal: str) -> int:
        """Return the key of a deal; raises :class:`~ledger.errors.UnknownDeal`."""
        if deal not in self._keys:
            raise UnknownDeal(deal, self._keys)
        return self._keys[deal]

    def head(self, deal_key: int) -> Head:
        """Return the last sequence of a deal and its hash."""
        found: Head = self._of(deal_key).head(deal_key)
        return found

    def totals(self, deal_key: int, wanted: Selector = EVERY_EVENT, **bounds: Any) -> list[TotalRow]:
        """Return totals by distribution, type, group, class and code."""
        found: list[TotalRow] = self._of(deal_key).totals(deal_key, wanted, **bounds)
        return found

    def totals_together(self, deal_key: int, **bounds: Any) -> tuple[list[TotalRow], list[TotalRow]]:
        """Return totals up to a distribution, put together; and of some types each distribution's."""
        found: tuple[list[TotalRow], list[TotalRow]] = self._of(deal_key).totals_together(deal_key, **bounds)
        return found

    def dated_totals(self, deal_key: int, wanted: Selector, **bounds: Any) -> list[tuple[int, TotalRow]]:
        """Return totals by business date."""
        found: list[tuple[int, TotalRow]] = self._of(deal_key).dated_totals(deal_key, wanted, **bounds)
        return found

    def rated_totals(self, deal_key: int, wanted: Selector, **bounds: Any) -> list[tuple[int, int, int, str, str, int]]:
        """Return principal by (business date, note rate, servicing rate, type, group)."""
        found: list[tuple[int, int, int, str, str, int]] = self._of(deal_key).rated_totals(deal_key, wanted, **bounds)
        return found

    def loan_standings(self, deal_key: int, **bounds: Any) -> dict[str, LoanStanding]:
        """Return where each loan stands after a distribution, and where before it."""
        found: dict[str, LoanStanding] = self._of(deal_key).loan_standings(deal_key, **bounds)
        return found

    def loan_movements(self, deal_key: int, **bounds: Any) -> Iterator[tuple[str, int, int]]:
        """Yield what each distribution moved of each loan's balance."""
        found: Iterator[tuple[str, int, int]] = self._of(deal_key).loan_movements(deal_key, **bounds)
        return found

    def advance_totals(self, deal_key: int, **bounds: Any) -> list[tuple[str, int, TotalRow]]:
        """Return totals by loan, distribution and business date."""
        found: list[tuple[str, int, TotalRow]] = self._of(deal_key).advance_totals(deal_key, **bounds)
        return found

    def loan_rates(self, deal_key: int, **bounds: Any) -> dict[str, tuple[int, int]]:
        """Return the (note rate, servicing rate) in force of each loan."""
        found: dict[str, tuple[int, int]] = self._of(deal_key).loan_rates(deal_key, **bounds)
        return found

    def loan_payments(self, deal_key: int, **bounds: Any) -> dict[str, tuple[int, int]]:
        """Return the payment in force of each loan whose payment was changed, and its day."""
        found: dict[str, tuple[int, int]] = self._of(deal_key).loan_payments(deal_key, **bounds)
        return found

    def loans_gone(self, deal_key: int, **bounds: Any) -> frozenset[str]:
        """Return loans that left before a distribution and have not been heard of since."""
        found: frozenset[str] = self._of(deal_key).loans_gone(deal_key, **bounds)
        return found

    def loan_statuses(self, deal_key: int, **bounds: Any) -> dict[str, LoanStatus]:
        """Return the status in force of each loan at the close of a distribution."""
        found: dict[str, LoanStatus] = self._of(deal_key).loan_statuses(deal_key, **bounds)
        return found

    def rows(self, deal_key: int, wanted: Selector = EVERY_EVENT, **bounds: Any) -> Iterator[StoredRow]:
        """Yield stored rows in sequence order."""
        found: Iterator[StoredRow] = self._of(deal_key).rows(deal_key, wanted, **bounds)
        return found

    def batches(self, deal_key: int, **bounds: Any) -> list[StoredBatch]:
        """Return the envelopes of the batches that begin after a sequence and up to another, in order."""
        found: list[StoredBatch] = self._of(deal_key).batches(deal_key, **bounds)
        return found

    def has_batches(self, deal_key: int) -> bool:
        """Say whether any batch of a deal has an envelope."""
        return bool(self._of(deal_key).has_batches(deal_key))

    def batches_of(self, deal_key: int, sequences: Sequence[int]) -> list[StoredBatch]:
        """Return the envelopes that some events stand in, in order, and perhaps others."""
        found: list[StoredBatch] = self._of(deal_key).batches_of(deal_key, sequences)
        return found

    def month_rows(self, deal_key: int, wanted: Selector, **bounds: Any) -> Iterator[MonthRow]:
        """Yield the typed columns of the events that name a loan."""
        found: Iterator[MonthRow] = self._of(deal_key).month_rows(deal_key, wanted, **bounds)
        return found

    def month_columns(
        self, deal_key: int, wanted: Selector, columns: Sequence[str], **bounds: Any
    ) -> Iterator[tuple[Any, ...]]:
        """Yield some stored columns of the events that name a loan."""
        found: Iterator[tuple[Any, ...]] = self._of(deal_key).month_columns(deal_key, wanted, columns, **bounds)
        return found

    def unpaid_loans(self, deal_key: int, **bounds: Any) -> list[UnpaidMonth]:
        """Return the loans whose instalments of a distribution are not what came in for them on time."""
        found: list[UnpaidMonth] = self._of(deal_key).unpaid_loans(deal_key, **bounds)
        return found

    def reversals(self, deal_key: int, **bounds: Any) -> list[tuple[str, str, str, str, int]]:
        """Return the reversals of distributions that name a loan."""
        found: list[tuple[str, str, str, str, int]] = self._of(deal_key).reversals(deal_key, **bounds)
        return found

    def boardings(self, deal_key: int, **bounds: Any) -> Iterator[Boarding]:
        """Yield what was posted of the boarding of loans."""
        found: Iterator[Boarding] = self._of(deal_key).boardings(deal_key, **bounds)
        return found

    def loans_boarded(self, deal_key: int, **bounds: Any) -> dict[str, BoardedLoan]:
        """Return what loans were boarded with."""
        found: dict[str, BoardedLoan] = self._of(deal_key).loans_boarded(deal_key, **bounds)
        return found

    def by_event_id(self, deal_key: int, event_ids: Any) -> dict[str, StoredRow]:
        """Return the stored rows with these event ids."""
        found: dict[str, StoredRow] = self._of(deal_key).by_event_id(deal_key, event_ids)
        return found

    def reversed_among(self, deal_key: int, event_ids: Any) -> dict[str, str]:
        """Return, for those of these events that are reversed, the id of the event that reversed them."""
        found: dict[str, str] = self._of(deal_key).reversed_among(deal_key, event_ids)
        return found

    def snapshots(self, deal_key: int, **bounds: Any) -> Iterable[tuple[int, int, bytes]]:
        """Return kept snapshots, latest first: those of the ledger, which knows no less, else those of the archive."""
        found = list(self._sql.snapshots(deal_key, **bounds))
        return found if found or deal_key not in self._archived else self._logs.snapshots(deal_key, **bounds)

    def latest_of_kinds(self, deal_key: int, **bounds: Any) -> list[tuple[int, str, str, int]]:
        """Return where the last event of each distribution, type and code stands, or a place behind it."""
        found: list[tuple[int, str, str, int]] = self._of(deal_key).latest_of_kinds(deal_key, **bounds)
        return found

    def closed_through(self, deal_key: int, **bounds: Any) -> int:
        """Return the latest distribution that is closed; 0 where none is."""
        found: int = self._of(deal_key).closed_through(deal_key, **bounds)
        return found

    def payloads(self, deal_key: int, **bounds: Any) -> Iterator[Sequence[str]]:
        """Yield the stored payloads of events after a sequence and up to another, some thousands at a time."""
        found: Iterator[Sequence[str]] = self._of(deal_key).payloads(deal_key, **bounds)
        return found

    def index_faults(self, deal_key: int) -> Iterator[str]:
        """Say which indexes of the ledger do not hold what it holds."""
        found: Iterator[str] = self._of(deal_key).index_faults(deal_key)
        return found

    def run_end(self, deal_key: int, known_through: int) -> int:
        """Return the end of the last run up to a sequence; 0 where there is none."""
        return int(self._of(deal_key).run_end(deal_key, known_through))

    def opened_at(self, deal_key: int) -> int:
        """Return when a deal was entered, in microseconds since 1970."""
        return int(self._of(deal_key).opened_at(deal_key))

    def stored_runs(self, deal_key: int, *, after: int = 0) -> Iterator[StoredRun] | None:
        """Return the sums of every run as they are stored, of deals that the ledger answers; else None."""
        found: Iterator[StoredRun] | None = self._of(deal_key).stored_runs(deal_key, after=after)
        return found

    def pool_moved(self, deal_key: int, *, known_through: int, before: int | None) -> Moved | None:
        """Return how far balances moved under what a pool is cut by, of deals that the ledger answers; else None."""
        found: Moved | None = self._of(deal_key).pool_moved(deal_key, known_through=known_through, before=before)
        return found

    def pool_columns(self, deal_key: int, **bounds: Any) -> Iterator[Sequence[tuple[Any, ...]]] | None:
        """Yield every boarding with how a distribution moved its loan, of deals that the ledger answers; else None."""
        found: Iterator[Sequence[tuple[Any, ...]]] | None = self._of(deal_key).pool_columns(deal_key, **bounds)
        return found

    def sum_faults(self, deal_key: int) -> Iterator[str]:
        """Say where stored sums are not those of the events: those that the ledger stores of the deals it answers."""
        found: Iterator[str] = self._of(deal_key).sum_faults(deal_key)
        return found


def _common(sql: Source, key: int, log: DealLog) -> Head:
    """Return the head of a ledger's log after comparing it with what is sealed of it."""
    sealed = log.manifest.head
    found = _hash_at(sql, key, sealed)
    if found != sealed.hash:
        at = "ends before that" if found is None else f"has {found.hex()[:16]}... there"
        raise IntegrityFault(
            f"the archive of {log.manifest.deal} ends at event {sealed.sequence} with the hash "
            f"{sealed.hash.hex()[:16]}..., the ledger behind it {at}: they are not of one log"
        )
    return sql.head(key)


@attrs.frozen
class ArchiveAddress:
    """Where a store of archives lives; the ledger behind it is shown without its password."""

    directory: str
    tail: str | None = None

    def render_as_string(self, hide_password: bool = True) -> str:
        """Return the address as it is given to open it; unless they are asked for, without the keys in it."""
        address = f"archive:{self.directory}" + (f"?tail={self.tail}" if self.tail else "")
        return shown_address(address) if hide_password else address


class ArchiveStore:
    """Archives in the place of a database: everything can be read, nothing posted. With ``deals``, only those are."""

    def __init__(
        self,
        directory: str | os.PathLike[str],
        tail: EventStore | None = None,
        *,
        deals: Iterable[str] | None = None,
    ) -> None:
        self._place = ArchiveDirectory(directory)
        self._deals = None if deals is None else tuple(deals)
        self._tail = tail
        self._tails = Tails()
        shown = shown_address(tail.url.render_as_string(hide_password=True)) if tail is not None else None
        self.url = ArchiveAddress(self._place.url, shown)

    @property
    def schema_faults(self) -> tuple[str, ...]:
        """What is not as the migrations make it in the ledger behind the archives, if there is one."""
        return () if self._tail is None else self._tail.schema_faults

    @contextmanager
    def reading(self) -> Iterator[ArchiveSource | TailedSource]:
        """Open one consistent view of the archives, and of the ledger behind them."""
        archive = ArchiveSource(self._place, self._deals)
        if self._tail is None:
            yield archive
            return
        with self._tail.reading() as sql:
            yield TailedSource(archive, sql, self._tails)

    def appending(self, deal: str, **_: object) -> AbstractContextManager[Appending]:
        """Refuse: an archive is sealed."""
        behind = f"; post to {self.url.tail}" if self.url.tail else ""
        raise StoreError(
            f"{self.url.render_as_string()} is an archive, which is sealed: nothing is posted{behind} ({deal})"
        )

    def keep_snapshot(self, deal: str, *_: object) -> None:
        """Refuse: an archive is sealed."""
        self._refuse(deal, "kept")

    def drop_snapshots(self, deal: str) -> int:
        """Refuse: an archive is sealed."""
        self._refuse(deal, "dropped")

    def _refuse(self, deal: str, what: str) -> NoReturn:
        behind = f"; ask {self.url.tail}" if self.url.tail else ""
        raise StoreError(
            f"{self.url.render_as_string()} is an archive, which is sealed: no snapshot is {what}{behind} ({deal})"
        )

    def close(self) -> None:
        """Give every connection back and remove what was copied for reading."""
        self._place.close()
        if self._tail is not None:
            self._tail.close()


__all__ = ["ArchiveAddress", "ArchiveStore", "TailedSource", "Tails"]
