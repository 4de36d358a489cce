"""The ledger: what a servicer opens, posts to, closes and distributes from, and what an auditor reads.

::

    with Ledger.open("sqlite:///trust.db") as ledger:
        ledger.post(PayoffCollected(event_id=..., deal=..., ...)).or_raise()
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from sqlalchemy import URL

from ledger.deal.schedule import schedule
from ledger.deal.terms import DealTerms
from ledger.errors import InvalidArgument, LedgerNotFound, StoreError, StoreUnreadable
from ledger.events.base import Event
from ledger.events.corrections import EventCorrected, EventReversed
from ledger.events.deal import PeriodClosed
from ledger.evidence.bundles.opening import BundleStore, open_bundle
from ledger.evidence.bundles.restoring import restore_bundle
from ledger.evidence.faults import Fault, shown
from ledger.evidence.restoring import restore_rows
from ledger.log_parts import part_ends, part_faults
from ledger.month_end import MonthEnd, closing_event, decided_on_its_head, nobody_answers
from ledger.months.month import month_built
from ledger.months.proposal import MonthProposal
from ledger.notes.index import IndexHistory
from ledger.projections.advances import Advances
from ledger.projections.books import Books
from ledger.projections.loan_card import LoanCard
from ledger.projections.report import DistributionReport
from ledger.readiness.gate import Readiness, readiness
from ledger.reading.answers import payment_report, read_advances, read_books, read_report
from ledger.reading.as_of import AsOf, check_point, within_the_log
from ledger.reading.closings import RecordedClosing, closing_of
from ledger.reading.followed import followed
from ledger.reading.indexes import index_histories
from ledger.reading.loan_book import LoanBook, loan_book_at, loan_book_paid
from ledger.reading.loan_card import loan_card
from ledger.reading.moments import sequence_at
from ledger.reading.owing import OwedOn, owed_on
from ledger.reading.pages import in_pages
from ledger.reading.people import read_seconds
from ledger.reading.postings import RecordedPosting, known_account, postings_of, rows_posted, rules_known
from ledger.reading.recorded import (
    RecordedEnvelope,
    RecordedEvent,
    asked_events,
    read_events,
    read_selected,
    recorded_envelope,
)
from ledger.reading.replayed import Replayed, replayed
from ledger.reading.snapshot_upkeep import rebuild_snapshots, snapshot_faults
from ledger.reading.snapshots import SNAPSHOT_VERSION, HeldSnapshots
from ledger.reading.terms_in_force import terms_known
from ledger.rules.second_person import Approval, Second
from ledger.store.batches import StoredBatch
from ledger.store.database.engine import is_memory
from ledger.store.database.event_store import EventStore
from ledger.store.memory import gc_paused
from ledger.store.opening import archive_directory, bundle_file, open_store
from ledger.store.rows import Head, StoredRow, StoredRun
from ledger.store.source import Source
from ledger.values.dates import asked_date, date_from_number
from ledger.values.envelope import Envelope
from ledger.values.secrets import shown_address
from ledger.values.selector import Selector
from ledger.visible import shows_nothing
from ledger.writing.handed_in import (
    approvals_of,
    as_table,
    check_envelope,
    check_expected,
    listed_events,
    opening_events,
)
from ledger.writing.loading import load_approvals
from ledger.writing.receipts import Receipt, Refusal
from ledger.writing.tables import EventTable
from ledger.writing.write_path import stale

if TYPE_CHECKING:
    from ledger.evidence.bundles.bundle import Bundle
    from ledger.evidence.bundles.restoring import Watch
    from ledger.store.archive.manifest import Manifest
    from ledger.store.tailed import ArchiveStore

_PAYLOADS, _RUNS = 20_000, 64
"""Payloads, and runs of sums, that are read together; between two such pages no connection is held."""


class Ledger:
    """A servicing ledger: many deals, each an append-only log of events.

    Thread-safe: every call opens its own transaction, and writers of one deal queue.
    """

    def __init__(self, store: EventStore | ArchiveStore | BundleStore, *, snapshots: bool = True) -> None:
        """Use :meth:`open` or :meth:`create`."""
        self._use_snapshots = snapshots
        # Archives and bundles are read as a database is, and refuse to be written.
        self._store = cast("EventStore", store)
        self._month_end = MonthEnd(self._store, snapshots=snapshots)
        self._write_path = self._month_end.write_path

    @classmethod
    def open(
        cls,
        url: str | URL | Path,
        *,
        upgrade: bool = False,
        snapshots: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Ledger:
        """Open an existing ledger at a SQLAlchemy URL, or at a path to an embedded SQLite file.

        ``archive:DIR`` (DIR a path or an fsspec URL), or the plain path of such a directory, is a ledger of archives,
        which can only be read; ``archive:DIR?tail=URL`` goes on with the ledger at URL where the archives end.
        ``bundle:FILE``, or the plain path of a bundle, is the ledger that it was exported from, which can only be read:
        it is verified and restored into a database that lasts as long as it is open, and ``progress`` is told the
        events restored so far and how many there are.
        ``snapshots`` False neither uses nor takes any: every replay then goes back to the first event.

        Raises :class:`~ledger.errors.LedgerNotFound` where there is none, and
        :class:`~ledger.errors.SchemaOutdated` where an older release wrote it, unless ``upgrade`` is True.
        """
        bundle = bundle_file(url)
        if bundle is not None and upgrade:
            raise StoreError(f"{bundle} is a bundle, and a bundle is evidence: it is never rewritten")
        if bundle is not None:
            return cls(open_bundle(bundle, progress), snapshots=snapshots)
        if upgrade and archive_directory(url) is None:
            with closing(EventStore(url)) as store:
                if store.revision() is None:
                    address = shown_address(url)
                    raise LedgerNotFound(
                        f"there is no ledger at {address}; check the path", f"create one with: ledger init {address}"
                    )
                store.upgrade()
        return cls(open_store(url), snapshots=snapshots)

    @classmethod
    def create(cls, url: str | URL | Path, *, snapshots: bool = True) -> Ledger:
        """Create an empty ledger in a new or empty database and open it; an existing one is opened as it is."""
        if bundle_file(url) is not None:
            raise StoreUnreadable(
                f"{url} is a bundle, and a bundle is evidence: make a ledger elsewhere and import it there"
            )
        return cls(EventStore.create(url), snapshots=snapshots)

    @classmethod
    def of_bundle(cls, bundle: Bundle, watch: Watch | None = None, *, snapshots: bool = True) -> Ledger:
        """Open an open bundle as a ledger that can only be read; ``watch`` looks on while its rows are restored.

        Of a small one only one question is asked at a time. Raises :class:`~ledger.errors.IntegrityFault` naming the
        first thing that is not sound.
        """
        return cls(BundleStore(bundle, "an open file", watch, shared=False), snapshots=snapshots)

    def without_snapshots(self) -> Ledger:
        """Return the same ledger, read from its events alone; it shares this one's connections."""
        return Ledger(self._store, snapshots=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give every database connection back."""
        self._store.close()

    @property
    def url(self) -> str:
        """Where the ledger lives, without its password and without settings that may be secret."""
        return shown_address(self._store.url.render_as_string(hide_password=True))

    def open_deal(
        self,
        deal: str,
        terms: DealTerms,
        *,
        effective_date: dt.date | None = None,
        envelope: Envelope | None = None,
    ) -> Receipt | Refusal:
        """Open a deal on its terms and issue its classes, in one batch dated the closing date."""
        return self.post_many(opening_events(deal, terms, effective_date), envelope=envelope)

    def post(
        self,
        event: Event,
        *,
        envelope: Envelope | None = None,
        expected_sequence: int | None = None,
        dry_run: bool = False,
    ) -> Receipt | Refusal:
        """Post one event; see :meth:`post_many`."""
        return self.post_many([event], envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run)

    def post_many(
        self,
        events: Iterable[Event],
        *,
        envelope: Envelope | None = None,
        expected_sequence: int | None = None,
        dry_run: bool = False,
    ) -> Receipt | Refusal:
        """Post events of one deal: all of them land, in order, or none does.

        A repeated event is not posted again; a batch of nothing but repeats returns the first receipt. With
        ``expected_sequence`` anything new lands only if the deal's log ends there. With ``dry_run`` everything is
        decided and nothing written. A refusal names every event, field and rule; store faults raise
        :class:`~ledger.errors.StoreError`.

        ``envelope`` says who posts the batch, who approved it and from which document; it is stored and chained with
        the events, but is no part of them: an event stays a repeat whoever posts it again.
        """
        check_envelope(envelope)
        check_expected(expected_sequence)
        return self._write_path.post_events(
            listed_events(events), envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run
        )

    def post_table(
        self,
        deal: str,
        tables: Iterable[EventTable | tuple[str, Any] | list[Event]],
        *,
        envelope: Envelope | None = None,
        expected_sequence: int | None = None,
        dry_run: bool = False,
    ) -> Receipt | Refusal:
        """Post tables of events of one deal, one table a type, in order: all of them land, or none does.

        A table is a Polars or Arrow table (or a mapping of columns) named by the fields of its event type, a row an
        event: see :class:`~ledger.writing.tables.EventTable`; a list of events may stand between tables. Rules,
        repeats, envelopes, receipts and refusals are those of :meth:`post_many`, and so are the rows that are stored;
        only large batches are quicker. An unreadable table raises :class:`~ledger.errors.InvalidEvent` naming the
        column.
        """
        check_envelope(envelope)
        check_expected(expected_sequence)
        given = [as_table(item) for item in tables]
        return self._write_path.post_tables(
            deal, given, envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run
        )

    def reverse(
        self,
        deal: str,
        event_id: str,
        *,
        effective_date: dt.date,
        reason: str,
        restates: bool = False,
        envelope: Envelope | None = None,
    ) -> Receipt | Refusal:
        """Void an earlier event from ``effective_date`` on."""
        reversal = EventReversed(
            event_id=f"{event_id}/reversed",
            deal=deal,
            effective_date=effective_date,
            reverses=event_id,
            reason=reason,
            restates=restates,
        )
        return self.post(reversal, envelope=envelope)

    def correct(
        self,
        event_id: str,
        replacement: Event,
        *,
        effective_date: dt.date,
        reason: str,
        envelope: Envelope | None = None,
    ) -> Receipt | Refusal:
        """Void an earlier event from ``effective_date`` on and post what takes its place, in one batch."""
        correction = EventCorrected(
            event_id=f"{event_id}/corrected",
            deal=replacement.deal,
            effective_date=effective_date,
            corrects=event_id,
            replaced_by=replacement.event_id,
            reason=reason,
            restates=replacement.restates,
        )
        return self.post_many([correction, replacement], envelope=envelope)

    def build_month(self, deal: str, due_date: dt.date, *, known_through: int | None = None) -> MonthProposal:
        """Return the month of the due period that a date lies in, built from the notes of the loans; nothing is posted.

        What falls due follows from the notes; what is posted already is an exception and stands, and what is not
        excepted is taken to have come in as it fell due. Raises :class:`~ledger.errors.NoDistribution` where the date
        lies after the deal's life, and :class:`~ledger.errors.InvalidArgument` where its month is closed.
        """
        due_date = asked_date(due_date, "due_date")
        with gc_paused(), self._store.reading() as reading:
            return month_built(reading, deal, due_date, known_through, self._month_end.snapshots_of(reading))

    def index_history(self, deal: str, index: str, *, known_through: int | None = None) -> IndexHistory:
        """Return the figures of an index that are known of: those published for loans, and those set for classes."""
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            known = within_the_log(reading.head(key).sequence, known_through)
            return index_histories(reading, key, known).get(index) or IndexHistory(name=index)

    def post_month(
        self,
        deal: str,
        due_date: dt.date,
        *,
        envelope: Envelope | None = None,
        expected_sequence: int | None = None,
        dry_run: bool = False,
    ) -> Receipt | Refusal:
        """Post the month that :meth:`build_month` builds: what it says, and what it says otherwise than before.

        It is decided on the log that it is written behind. Done again it changes nothing, unless something was posted
        since that changes what it says; then events that said otherwise are voided, in the same batch.
        """
        check_envelope(envelope)
        check_expected(expected_sequence)
        return decided_on_its_head(
            lambda: self._month(deal, due_date, envelope, expected_sequence, dry_run),
            again=expected_sequence is None,
        )

    def _month(
        self, deal: str, due_date: dt.date, envelope: Envelope | None, expected: int | None, dry_run: bool
    ) -> Receipt | Refusal:
        proposal = self.build_month(deal, due_date)
        if expected is not None and expected != proposal.known_through:
            return stale(f"{proposal.stamp}built", deal, proposal.known_through, expected)
        parts = proposal.parts()
        if not parts:
            head = self.head(deal)
            return Receipt(
                deal=deal,
                event_ids=(),
                first_sequence=head.sequence,
                sequence=head.sequence,
                head_hash=head.hash.hex(),
                recorded_at=None,
            )
        known = proposal.known_through
        # What a month of a large pool says is as large as what is posted for it, and is in the parts by now.
        del proposal
        return self._write_path.post_tables(deal, parts, envelope=envelope, expected_sequence=known, dry_run=dry_run)

    def readiness(self, deal: str, distribution_date: dt.date, *, known_through: int | None = None) -> Readiness:
        """Return what stands between a distribution and its closing: what refuses, what must be acknowledged, notes.

        It is true where the distribution can be closed without a word; whether it is closed already is what
        :meth:`closing` says. Raises :class:`~ledger.errors.NoDistribution` where nothing is paid on the date, and
        :class:`~ledger.errors.InvalidArgument` where ``known_through`` lies beyond the log.
        """
        distribution_date = asked_date(distribution_date, "distribution_date")
        with gc_paused(), self._store.reading() as reading:
            return readiness(reading, deal, distribution_date, known_through, self._month_end.snapshots_of(reading))[0]

    def closing(
        self, deal: str, distribution_date: dt.date, *, known_through: int | None = None
    ) -> RecordedClosing | None:
        """Return the closing of a distribution, and whether it is paid; None while the distribution is open.

        Raises :class:`~ledger.errors.NoDistribution` where nothing is paid on the date.
        """
        distribution_date = asked_date(distribution_date, "distribution_date")
        with self._store.reading() as reading:
            return closing_of(reading, deal, distribution_date, known_through)

    def followed(self, deal: str, *, known_through: int | None = None) -> frozenset[dt.date]:
        """Return the payment dates of closed distributions behind whose closing something may change their figures.

        No other can have been restated. It is told by where events stand, and nothing is replayed for it; the payment
        of a distribution, and what belongs to later ones, changes nothing of it.
        """
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            known = within_the_log(reading.head(key).sequence, known_through)
            return frozenset(map(date_from_number, followed(reading, key, known)))

    def close_period(
        self,
        deal: str,
        distribution_date: dt.date,
        *,
        acknowledge: Mapping[str, str] | None = None,
        who: str = "",
        envelope: Envelope | None = None,
        expected_sequence: int | None = None,
        dry_run: bool = False,
    ) -> Receipt | Refusal:
        """Close the reporting of a distribution; the event fixes the digest of everything the report then shows.

        A closing is final, and distributions are closed in order. What :meth:`readiness` finds to refuse is a refusal;
        what must be acknowledged needs its code in ``acknowledge``, with the reason, and somebody who answers for it:
        ``who``, or else the envelope's actor. With ``expected_sequence`` it is closed only if the deal's log ends
        there, so that nothing is acknowledged but what was seen.
        """
        check_envelope(envelope)
        check_expected(expected_sequence)
        distribution_date = asked_date(distribution_date, "distribution_date")
        if shows_nothing(who):
            who = "" if envelope is None else envelope.actor
        closing = closing_event(deal, distribution_date, acknowledge, who)
        if acknowledge and shows_nothing(who):
            return Refusal(deal=deal, violations=(nobody_answers(closing),))
        return decided_on_its_head(
            lambda: self._month_end.close(
                closing, envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run
            ),
            again=expected_sequence is None,
        )

    def proposed_closing(
        self, deal: str, distribution_date: dt.date, *, acknowledge: Mapping[str, str] | None = None, who: str = ""
    ) -> PeriodClosed:
        """Return the event that :meth:`close_period` would post as things stand, for somebody else to approve.

        ``who`` answers for what is acknowledged, and has to be named here. Nothing is written and nothing refused; the
        gate looks when it is posted.
        """
        distribution_date = asked_date(distribution_date, "distribution_date")
        return self._month_end.proposed(closing_event(deal, distribution_date, acknowledge, who))

    def approve(
        self,
        events: Event | Iterable[Event],
        *,
        note: str = "",
        envelope: Envelope | None = None,
        expected_sequence: int | None = None,
        dry_run: bool = False,
    ) -> Receipt | Refusal:
        """Approve events of one deal that somebody else is to post, exactly as they are: an approval for each.

        The approvals stand in the log and count for what is posted behind them. Who approves is the login on
        PostgreSQL, and the envelope's actor on an embedded ledger. :class:`~ledger.EventReversed` takes one back; the
        ids of approvals hold the sequence that the log ended at, so that approving again is then another approval.
        What the same person approved already is refused (``already_approved``), and so is what was posted already
        (``already_posted``). An approval is an event, and the log ends behind it: whoever then posts under an
        ``expected_sequence`` expects the one behind the approval.
        """
        check_envelope(envelope)
        check_expected(expected_sequence)
        approved = listed_events([events] if isinstance(events, Event) else events)

        def attempt() -> Receipt | Refusal:
            known = expected_sequence
            with self._store.reading() as reading:
                if approved and known is None and approved[0].deal in reading.deals():
                    known = reading.head(reading.deal_key(approved[0].deal)).sequence
            approvals = approvals_of(approved, known or 0, note)
            return self.post_many(approvals, envelope=envelope, expected_sequence=known, dry_run=dry_run)

        return decided_on_its_head(attempt, again=expected_sequence is None)

    def approvals(self, deal: str, event_id: str) -> tuple[Approval, ...]:
        """Return the approvals of an event that stand now, in the order of the log, whether it was posted or not.

        Each says who gave it and the SHA-256 of the canonical JSON that it approves; one that stands behind the event
        in the log of an earlier release is among them.
        """
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            return load_approvals(reading, key, reading.head(key).sequence).of(event_id)

    def seconds(self, deal: str, events: Iterable[RecordedEvent]) -> dict[int, tuple[Second, ...]]:
        """Return who approved events of a deal, beside who posted them, by sequence: what counts as a second person.

        Events that nobody else stands behind are left out.
        """
        with self._store.reading() as reading:
            return read_seconds(reading, deal, events)

    def voided_by(self, deal: str, event_ids: Iterable[str]) -> dict[str, str]:
        """Return, for those of some events of a deal that are voided, the id of the reversal or correction of each."""
        with self._store.reading() as reading:
            return reading.reversed_among(reading.deal_key(deal), event_ids)

    def rebuild_snapshots(self, deal: str, progress: Callable[[int, int], None] | None = None) -> int:
        """Drop the snapshots of a deal and take one anew of every closed distribution; return how many were taken.

        ``progress`` is told how many distributions are done, of how many.
        """
        return rebuild_snapshots(self._store, deal, use_snapshots=self._use_snapshots, progress=progress)

    def drop_snapshots(self, deal: str) -> int:
        """Drop every snapshot of a deal and return how many there were; no answer changes."""
        return self._store.drop_snapshots(deal)

    def snapshot_faults(self, deal: str, derived: Mapping[tuple[int, int], bytes] | None = None) -> Iterator[str]:
        """Say which snapshots do not hold what the events give; nothing where all do.

        ``derived`` are contents that :meth:`replayed` gave, by distribution and sequence known through.
        """
        with self._store.reading() as reading:
            yield from snapshot_faults(reading, deal, derived)

    def replayed(
        self,
        deal: str,
        distribution_date: dt.date,
        *,
        known_through: int,
        derived: Mapping[tuple[int, int], bytes] | None = None,
    ) -> Replayed:
        """Replay a distribution as known through a sequence, for whoever verifies what its closing fixed.

        ``derived`` are the contents of replays before it, on which this one may rest; what the ledger keeps of earlier
        replays is not looked at.
        """
        distribution_date = asked_date(distribution_date, "distribution_date")
        with gc_paused(), self._store.reading() as reading:
            return replayed(reading, deal, distribution_date, known_through, HeldSnapshots(reading, derived or {}))

    def distribute(
        self, deal: str, distribution_date: dt.date, *, envelope: Envelope | None = None
    ) -> Receipt | Refusal:
        """Record what the waterfall pays: computed fees, the remittance, and every class's interest and principal.

        Amounts are whole cents; the residual class gets what cash is left. Posting it again changes nothing. Under the
        second rules a distribution must be closed first: the gate stands before what is paid. What stands in the log
        before the payments is in them: they are computed anew where something is posted meanwhile, and refused
        (``stale_sequence``) where that does not end.
        """
        check_envelope(envelope)
        distribution_date = asked_date(distribution_date, "distribution_date")
        return decided_on_its_head(lambda: self._month_end.pay(deal, distribution_date, envelope))

    def deals(self) -> list[str]:
        """Return the names of the deals, in order of opening."""
        with self._store.reading() as reading:
            return reading.deals()

    def head(self, deal: str, *, known_through: int | None = None) -> Head:
        """Return where the log of a deal ends, or where it ended as known through a sequence: that, and its hash.

        Raises :class:`~ledger.errors.InvalidArgument` for a sequence that is not of the log.
        """
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            head = reading.head(key)
            known = within_the_log(head.sequence, known_through)
            if known == head.sequence:
                return head
            if known < 1:
                raise InvalidArgument("known_through", "before_the_log", "a log begins with event 1")
            row = next(iter(reading.rows(key, after=known - 1, known_through=known, limit=1)))
            return Head(row.sequence, bytes(row.hash))

    def terms(self, deal: str, *, known_through: int | None = None) -> DealTerms:
        """Return the deal's terms as known through a sequence (None: now)."""
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            return terms_known(reading, key, within_the_log(reading.head(key).sequence, known_through))

    def sequence_at(self, deal: str, moment: dt.datetime) -> int:
        """Return the sequence up to which the log of a deal stood at a moment; 0 where the deal was not open yet.

        ``moment`` names its time zone. Raises :class:`~ledger.errors.InvalidArgument` for one that does not, and for
        one that is still to come: events may yet be recorded before it.
        """
        with self._store.reading() as reading:
            return sequence_at(reading, deal, moment)

    def books(self, deal: str, as_of: AsOf) -> Books:
        """Return the balance of every account on a business date."""
        check_point(as_of)
        with gc_paused(), self._store.reading() as reading:
            return read_books(reading, deal, as_of)

    def advances(self, deal: str, as_of: AsOf) -> Advances:
        """Return what was advanced, recovered and is still owed to the servicer on a business date, loan by loan."""
        check_point(as_of)
        with self._store.reading() as reading:
            return read_advances(reading, deal, as_of)

    def loans(self, deal: str, as_of: AsOf) -> LoanBook:
        """Return the loans of the distribution whose record date is the latest on or before a date, one by one.

        The book reads as it is gone through, a page of loans at a time; its sums are the statement's closing balances
        and counts. A pool that is reported by group has no loans in it (``LoanBook.is_by_group``).
        """
        check_point(as_of)
        return loan_book_at(self._store, deal, as_of)

    def loans_paid(self, deal: str, distribution_date: dt.date, *, known_through: int | None = None) -> LoanBook:
        """Return the loans after the distribution paid on a date; see :meth:`loans`."""
        return loan_book_paid(self._store, deal, asked_date(distribution_date, "distribution_date"), known_through)

    def loan_card(
        self, deal: str, loan: str, distribution_date: dt.date, *, known_through: int | None = None
    ) -> LoanCard:
        """Return everything that is known of one loan after the distribution paid on a date, month by month.

        Raises :class:`~ledger.errors.InvalidArgument` for a loan that was never boarded.
        """
        return loan_card(self.loans_paid(deal, distribution_date, known_through=known_through), loan)

    def report(self, deal: str, as_of: AsOf) -> DistributionReport:
        """Return the distribution whose record date is the latest on or before a date."""
        check_point(as_of)
        with gc_paused(), self._store.reading() as reading:
            return read_report(reading, deal, as_of, self._month_end.snapshots_of(reading))

    def distribution(
        self, deal: str, distribution_date: dt.date, *, known_through: int | None = None
    ) -> DistributionReport:
        """Return the distribution paid on a date."""
        distribution_date = asked_date(distribution_date, "distribution_date")
        with gc_paused(), self._store.reading() as reading:
            return payment_report(
                reading, deal, distribution_date, known_through, self._month_end.snapshots_of(reading)
            )

    def events(
        self,
        deal: str,
        *,
        after: int = 0,
        known_through: int | None = None,
        event_ids: Sequence[str] | None = None,
        types: Sequence[str] | None = None,
        group: str | None = None,
        class_id: str | None = None,
        code: str | None = None,
        loan: str | None = None,
        loans: Sequence[str] | None = None,
        first: int | None = None,
        last: int | None = None,
        limit: int | None = None,
    ) -> Iterator[RecordedEvent]:
        """Yield the events of a deal in sequence, all or those under some keys; reads as it goes.

        ``types`` are those that events post as, so a reversal stands among the events that it nets against. A type
        that there is not raises :class:`~ledger.errors.InvalidArgument`.
        """
        wanted = asked_events(
            types=types,
            event_ids=event_ids,
            group=group,
            class_id=class_id,
            code=code,
            loan=loan,
            loans=loans,
            first=first,
            last=last,
        )

        def page(
            reading: Source, after: int, known: int | None, limit: int | None
        ) -> Generator[RecordedEvent, None, None]:
            yield from read_events(reading, deal, wanted, after=after, known_through=known, limit=limit)

        self._check_known(deal, known_through)
        return in_pages(self._store, deal, page, after=after, known_through=known_through, limit=limit)

    def selected(
        self, deal: str, wanted: Iterable[Selector], *, known_through: int, after: int = 0, limit: int | None = None
    ) -> list[RecordedEvent]:
        """Return the events that any of some selections holds, in sequence, each once; ``limit`` of them at most.

        What stands behind a figure is several selections; only the events that are returned are read whole.
        """
        self._check_known(deal, known_through)
        with self._store.reading() as reading:
            found = read_selected(reading, deal, wanted, after=after, known_through=known_through, limit=limit)
            return list(found)

    def owed(self, deal: str, on: dt.date | str, *, known_through: int | None = None) -> OwedOn:
        """Return what loans owe at the close of a day, instalment by instalment, and to when each is paid.

        ``known_through`` is a sequence; None: everything posted by now.
        """
        day = asked_date(on, "on")
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            known = within_the_log(reading.head(key).sequence, known_through)
            return owed_on(reading, key, schedule(terms_known(reading, key, known)), known=known, on=day)

    def stored_rows(self, deal: str, *, after: int = 0, known_through: int | None = None) -> Iterator[StoredRow]:
        """Yield the rows of a deal exactly as they are stored, in sequence, for whoever verifies or exports them."""

        def page(reading: Source, after: int, known: int | None, limit: int | None) -> Generator[StoredRow, None, None]:
            yield from reading.rows(reading.deal_key(deal), after=after, known_through=known, limit=limit)

        self._check_known(deal, known_through)
        return in_pages(self._store, deal, page, after=after, known_through=known_through, limit=None)

    def postings(
        self,
        deal: str,
        *,
        account: str | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
        known_through: int | None = None,
    ) -> Iterator[RecordedPosting]:
        """Yield what the events of a deal debit and credit, in sequence: of one account or all, between two dates.

        ``first`` and ``last`` are business dates, both included; what is posted by the day before ``first`` is the
        opening balance of :meth:`books`. Raises :class:`~ledger.errors.InvalidArgument` for an account that is not in
        the chart, and for a sequence beyond the log.
        """
        if account is not None:
            known_account(account)
        self._check_known(deal, known_through)
        known = self.head(deal).sequence if known_through is None else known_through
        with self._store.reading() as reading:
            rules_of = rules_known(reading, deal, known)

        def page(reading: Source, after: int, known: int | None, limit: int | None) -> Generator[StoredRow, None, None]:
            yield from rows_posted(reading, deal, account, after=after, known_through=known, limit=limit)

        rows = in_pages(self._store, deal, page, after=0, known_through=known, limit=None)
        return postings_of(rows, rules_of, account=account, first=first, last=last)

    def _check_known(self, deal: str, known_through: int | None) -> None:
        """Refuse a sequence beyond the log of a deal, before the first event is read."""
        if known_through is not None:
            within_the_log(self.head(deal).sequence, known_through)

    def payloads(self, deal: str, *, after: int = 0, known_through: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the JSON of a deal's events exactly as it is stored, in sequence, some thousands at a time.

        It is neither decoded nor checked, so whoever writes it to a terminal takes care of what it may hold.
        """
        known = known_through
        while True:
            with self._store.reading() as reading:
                key = reading.deal_key(deal)
                head = reading.head(key).sequence
                known = within_the_log(head, known)
                through = min(known, after + _PAYLOADS)
                page = list(reading.payloads(key, after=after, known_through=through))
            yield from page
            if through >= known:
                return
            after = through

    def batches(self, deal: str, *, known_through: int | None = None) -> Iterator[RecordedEnvelope]:
        """Yield the envelopes of a deal's batches in the order of their events: who posted what, and from what.

        A batch that was posted without one is not among them. On PostgreSQL every batch has one, with the login.
        """
        yield from map(recorded_envelope, self.stored_batches(deal, known_through=known_through))

    def stored_batches(self, deal: str, *, known_through: int | None = None) -> list[StoredBatch]:
        """Return the envelopes of a deal exactly as they are stored, for whoever verifies or exports them."""
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            return reading.batches(key, known_through=within_the_log(reading.head(key).sequence, known_through))

    def sum_faults(self, deal: str) -> Iterator[str]:
        """Say where the sums that replays add up are not those of the stored events; nothing where they are.

        :func:`~ledger.evidence.rows.verify_rows` proves the events themselves.
        """
        with self._store.reading() as reading:
            yield from reading.sum_faults(reading.deal_key(deal))

    def store_faults(self, deal: str) -> Iterator[Fault]:
        """Yield what is wrong with what holds the events of a deal: objects of the schema, indexes, when it was opened.

        The events themselves are proved by :func:`~ledger.evidence.rows.verify_rows`.
        """
        for message in self._store.schema_faults:
            yield Fault(0, "", "", "other_schema", message)
        with self._store.reading() as reading:
            key = reading.deal_key(deal)
            for message in reading.index_faults(key):
                yield Fault(0, "", "", "other_index", message)
            opened, first = reading.opened_at(key), next(iter(reading.rows(key, limit=1)), None)
            if first is None:
                yield Fault(
                    0, "", "", "empty", "the deal is listed and has no event, not even the one that opens a deal"
                )
            elif opened != first.recorded_at:
                found = (
                    f"the deal is said to be opened at {opened}, its first event was recorded at {first.recorded_at}"
                )
                yield Fault(0, "", "opened_at", "differs", f"{found} (microseconds since 1970)")
            head = reading.head(key).sequence
            for item in reading.batches(key, after=head):
                message = f"an envelope is of events from {shown(item.first_sequence)} on, and the log ends at {head}"
                yield Fault(0, "", "first_sequence", "envelope", message)

    def part_ends(self, deal: str, parts: int) -> list[int]:
        """Return where a log may be cut into about so many parts that are verified apart; the last is its end."""
        with self._store.reading() as reading:
            return part_ends(reading, deal, parts)

    def part_faults(self, deal: str, after: int, through: int, watch: Watch) -> Iterator[Fault]:
        """Yield what is wrong with a part of a log, between two of :meth:`part_ends`; see :mod:`ledger.log_parts`.

        ``watch`` looks on while its rows pass. Only where every part is sound does this say anything of the whole.
        """
        return part_faults(self._store, deal, after, through, watch)

    @property
    def address(self) -> str | None:
        """Where another process opens the same database, password and all; None for what only this one can read."""
        store: object = self._store
        if not isinstance(store, EventStore) or is_memory(store.url):
            return None
        return store.url.render_as_string(hide_password=False)

    def stored_runs(self, deal: str) -> Iterator[StoredRun] | None:
        """Yield the sums of a deal exactly as they are stored, run by run; None where they are not kept by run.

        They are read as they are asked for: pass them to :func:`~ledger.evidence.rows.verify_rows`.
        """
        with self._store.reading() as reading:
            found: Iterator[StoredRun] | None = reading.stored_runs(reading.deal_key(deal))
        return None if found is None else self._runs(deal)

    def _runs(self, deal: str) -> Iterator[StoredRun]:
        after = 0
        while True:
            with self._store.reading() as reading:
                page = list(islice(reading.stored_runs(reading.deal_key(deal), after=after), _RUNS))
            yield from page
            if len(page) < _RUNS:
                return
            # Runs that end together, as only damaged ones do, are told as such where they stand.
            after = page[-1].through

    def archive(
        self,
        deal: str,
        directory: str | Path,
        progress: Callable[[int, int], None] | None = None,
        *,
        delta: bool = False,
    ) -> Manifest:
        """Seal a deal's log into Parquet files in a directory (a path or an fsspec URL) and return their manifest.

        An archive that is there already gets the events after its end. Snapshots of closed periods are sealed with
        them, unless the ledger was opened to do without. :meth:`open` reads it again. ``progress`` is
        told the events sealed so far and how many there are. ``delta`` puts the log of a Delta table beside the files;
        one that is there is kept current. Raises :class:`~ledger.errors.IntegrityFault` where the archive is not of
        this log.
        """
        from ledger.store.archive.writer import seal

        with self._store.reading() as reading:
            version = SNAPSHOT_VERSION if self._use_snapshots else None
            return seal(reading, directory, deal=deal, progress=progress, snapshots=version, delta=delta)

    def restore_rows(self, rows: Iterable[StoredRow], batches: Iterable[StoredBatch] = ()) -> Head:
        """Bring a deal back from its rows, all or none, with every stamp and hash as it was; return its head.

        ``batches`` are the envelopes of these rows. All are verified (:func:`~ledger.evidence.rows.verify_rows`); what
        is bad raises :class:`~ledger.errors.IntegrityFault` naming it. Raises :class:`~ledger.errors.StoreError` where
        the ledger holds the deal already.
        """
        return restore_rows(self._store, rows, batches)

    def restore_bundle(self, bundle: Bundle, watch: Watch | None = None) -> Head:
        """Bring a deal back from an open bundle, all or none, as :meth:`restore_rows` does; return its head.

        ``watch`` looks on while the rows pass.
        """
        return restore_bundle(self._store, bundle, watch)


__all__ = ["Ledger"]
