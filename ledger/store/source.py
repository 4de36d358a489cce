"""What every projection reads from, whatever holds the log: a database, an archive, or an archive with its tail.

The promises are those of :class:`~ledger.store.database.queries.Reading`: one consistent state however many calls are
made; amounts are integers of 0.0001 dollar, rates of 10**-10, dates YYYYMMDD. Which events are meant is one value, a
:class:`~ledger.values.selector.Selector`. ``known_through`` is a sequence, ``last`` and ``first`` are distributions
(their payment dates as YYYYMMDD), all inclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from ledger.errors import InvalidArgument
from ledger.journal.cuts import Moved
from ledger.journal.totals import TotalRow
from ledger.store.batches import StoredBatch
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
from ledger.values.selector import EVERY_EVENT, Selector


def check_summed(wanted: Selector) -> None:
    """Refuse to select a loan, single events or those behind one where totals are asked for: they are kept over all."""
    if wanted.loan is not None or wanted.loans or wanted.event_ids or wanted.after:
        raise InvalidArgument("wanted", "not_summed", "totals are of all loans; select by type, key and distribution")


class Source(Protocol):
    """Queries over one consistent state of one or more deals."""

    def deals(self) -> list[str]:
        """Return the names of every deal, in order of opening."""

    def deal_key(self, deal: str) -> int:
        """Return the key of a deal; raises :class:`~ledger.errors.UnknownDeal`."""

    def head(self, deal_key: int) -> Head:
        """Return the last sequence of a deal and its hash."""

    def totals(
        self,
        deal_key: int,
        wanted: Selector = EVERY_EVENT,
        *,
        known_through: int,
        effective_through: int | None = None,
        after: int = 0,
    ) -> list[TotalRow]:
        """Return totals by distribution, type, group, class and code: what projections are made of.

        ``after`` leaves out the events up to a sequence at which a batch ended. Totals are of all loans: what selects a
        loan, or events by their ids, raises :class:`~ledger.errors.InvalidArgument`.
        """

    def totals_together(
        self, deal_key: int, *, known_through: int, last: int, apart: Sequence[str]
    ) -> tuple[list[TotalRow], list[TotalRow]]:
        """Return totals up to a distribution, put together under its number; and of some types each distribution's."""

    def dated_totals(self, deal_key: int, wanted: Selector, *, known_through: int) -> list[tuple[int, TotalRow]]:
        """Return totals by business date: pairs of YYYYMMDD and totals."""

    def rated_totals(
        self, deal_key: int, wanted: Selector, *, known_through: int
    ) -> list[tuple[int, int, int, str, str, int]]:
        """Return principal by (business date, note rate, servicing rate, type, group).

        A reversal counts under the business date of the event that it voids. The types are none of the routine ones.
        """

    def loan_standings(
        self,
        deal_key: int,
        *,
        known_through: int,
        last: int | None = None,
        loans: Sequence[str] | None = None,
        first: int | None = None,
    ) -> dict[str, LoanStanding]:
        """Return where each loan stands after the distribution ``last`` (None: now), and where before it.

        With ``first``, how far it was moved from that distribution on.
        """

    def loan_movements(
        self, deal_key: int, *, known_through: int, first: int = 0, last: int | None = None
    ) -> Iterator[tuple[str, int, int]]:
        """Yield what each distribution from ``first`` to ``last`` moved of each loan's balance.

        Loan, distribution, and units of 0.0001 dollar; in no order; what comes of one loan and distribution adds up.
        """

    def pool_moved(self, deal_key: int, *, known_through: int, before: int | None) -> Moved | None:
        """Return how far every distribution moved balances under what a pool is cut by.

        Those up to a closing of a distribution before ``before`` may stand together under its number. None where such
        sums are not kept, or of no use: the loans are looked up then. ``before`` None asks for what the log comes to.
        """

    def pool_columns(
        self, deal_key: int, *, known_through: int, distribution: int
    ) -> Iterator[Sequence[tuple[Any, ...]]] | None:
        """Yield every boarding with how a distribution moved its loan, some thousands at a time, in no order.

        Loan, group, note rate, servicing rate, payload and sequence of the boarding; then what the distribution moved,
        and the balance and the place in the pool (1 in, 0 out) that it left, all three None where no sum of a run
        says it, or not all of it. A loan that several runs moved comes as often. None where such sums are not kept.
        """

    def advance_totals(
        self,
        deal_key: int,
        *,
        known_through: int,
        types: Mapping[str, Sequence[str]],
        effective_through: int | None = None,
        loans: Sequence[str] | None = None,
    ) -> list[tuple[str, int, TotalRow]]:
        """Return totals by loan, distribution and business date, of the types and codes given (no code: any)."""

    def loan_rates(
        self,
        deal_key: int,
        *,
        known_through: int,
        loans: Sequence[str] | None = None,
        through: int | None = None,
        changed: bool = False,
    ) -> dict[str, tuple[int, int]]:
        """Return the (note rate, servicing rate) in force of each loan as of a business date.

        With ``changed`` only of loans whose rate was changed since they were boarded.
        """

    def loan_payments(self, deal_key: int, *, known_through: int, last: int) -> dict[str, tuple[int, int]]:
        """Return the payment in force of each loan whose payment was changed up to a distribution, and its day.

        The day is YYYYMMDD, since which it is in force, the payment in units of 0.0001 dollar.
        """

    def loans_gone(self, deal_key: int, *, known_through: int, before: int, last: int) -> frozenset[str]:
        """Return loans that left before a distribution and whose standing is nothing ever since, up to ``last``.

        All of them, some, or none, as it is cheap to say: it spares looking at them.
        """

    def loan_statuses(
        self, deal_key: int, *, known_through: int, last: int, loans: Sequence[str] | None = None
    ) -> dict[str, LoanStatus]:
        """Return the status in force of each loan at the close of a distribution, and since which it has been."""

    def rows(
        self,
        deal_key: int,
        wanted: Selector = EVERY_EVENT,
        *,
        after: int = 0,
        known_through: int | None = None,
        limit: int | None = None,
    ) -> Iterator[StoredRow]:
        """Yield stored rows in sequence order."""

    def batches(self, deal_key: int, *, known_through: int | None = None, after: int = 0) -> list[StoredBatch]:
        """Return the envelopes of the batches that begin after a sequence and up to another, in order."""

    def has_batches(self, deal_key: int) -> bool:
        """Say whether any batch of a deal has an envelope."""

    def batches_of(self, deal_key: int, sequences: Sequence[int]) -> list[StoredBatch]:
        """Return the envelopes that some events stand in, in order, and perhaps others."""

    def month_rows(self, deal_key: int, wanted: Selector, *, known_through: int) -> Iterator[MonthRow]:
        """Yield the typed columns of the events that name a loan, of the types and distributions selected."""

    def month_columns(
        self,
        deal_key: int,
        wanted: Selector,
        columns: Sequence[str],
        *,
        known_through: int,
        loans: Sequence[str] | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield some stored columns of the events that name a loan, of the types and distributions selected.

        ``loans`` are those asked about, where not all are.
        """

    def unpaid_loans(
        self,
        deal_key: int,
        *,
        known_through: int,
        distribution: int,
        cent: int,
        effective_through: int | None = None,
    ) -> list[UnpaidMonth]:
        """Return the loans whose instalments of a distribution are not what came in for them on time, to the cent.

        Reversals net. ``effective_through`` leaves out what has a later business date (YYYYMMDD); ``cent`` is the
        smallest unit of cash of the deal's currency, in store units.
        """

    def reversals(
        self, deal_key: int, *, known_through: int, first: int, last: int
    ) -> list[tuple[str, str, str, str, int]]:
        """Return the reversals of distributions that name a loan.

        Event id, the id of the event voided, the loan, the type that both post as, and the reversal's distribution.
        """

    def boardings(self, deal_key: int, *, known_through: int, loans: Iterable[str] | None = None) -> Iterator[Boarding]:
        """Yield what was posted of the boarding of all loans, or of those given, in sequence order."""

    def loans_boarded(
        self, deal_key: int, *, known_through: int, loans: Iterable[str] | None = None
    ) -> dict[str, BoardedLoan]:
        """Return what all loans, or those given, were boarded with, of those that were."""

    def by_event_id(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the stored rows with these event ids."""

    def reversed_among(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, str]:
        """Return, for those of these events that are reversed, the id of the event that reversed them."""

    def snapshots(
        self, deal_key: int, *, version: int, last: int, known_through: int, limit: int | None = None
    ) -> Iterable[tuple[int, int, bytes]]:
        """Return kept snapshots up to a distribution, latest first: distribution, sequence known through, content."""

    def sum_faults(self, deal_key: int) -> Iterator[str]:
        """Say where sums that stand beside the events are not those of the events."""

    def payloads(self, deal_key: int, *, after: int = 0, known_through: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the stored payloads of events after a sequence and up to another, some thousands at a time."""

    def run_end(self, deal_key: int, known_through: int) -> int:
        """Return the end of the last run up to a sequence; 0 where there is none."""

    def opened_at(self, deal_key: int) -> int:
        """Return when a deal was entered, in microseconds since 1970: with its first event."""

    def index_faults(self, deal_key: int) -> Iterator[str]:
        """Say which indexes of the store do not hold what it holds; nothing where it has none."""

    def stored_runs(self, deal_key: int, *, after: int = 0) -> Iterator[StoredRun] | None:
        """Return the sums of every run as they are stored, in sequence; None where sums are not kept by run."""

    def latest_of_kinds(self, deal_key: int, *, known_through: int) -> list[tuple[int, str, str, int]]:
        """Return where the last event of each distribution, type and code stands, or a place behind it.

        Where sums are kept by run that place is the end of its run; so nothing of that kind stands behind it.
        """

    def closed_through(self, deal_key: int, *, known_through: int) -> int:
        """Return the latest distribution that is closed; 0 where none is."""
