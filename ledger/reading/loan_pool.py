"""The pool of a deal loan by loan: what a statement needs of it, looked up for the loans that still count.

Loans that had left before the earliest month asked about are passed over, and each earlier month is told from the later
one by what moved between them, so that the cost follows the pool as it stands and not the life behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from ledger.deal.schedule import BEFORE_FIRST, Distribution, Schedule
from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import StatusPrecedence
from ledger.deal.windows import Window
from ledger.events import codec
from ledger.events.deal import LoanBoarded
from ledger.events.statuses import DelinquencyBucket
from ledger.projections.pool import (
    ORIGINAL_FIELDS,
    Cells,
    LoanDetail,
    PoolCut,
    Weighed,
    count_cells,
    cut_originals,
    members_of,
)
from ledger.projections.pool_cut import CUT_COLUMNS, CutLoan, weighed_pool, weighed_sums
from ledger.store.rows import Boarding, LoanStanding, LoanStatus
from ledger.store.source import Source
from ledger.values.selector import Selector

_PAID_UP = LoanStatus("performing", "current", 0)
_UNMOVED = LoanStanding("", 0, 0, 0, 0)
# Every place is given, so that what makes a named tuple need not look after it for each of hundreds of thousands.
_cut_loan = partial(tuple.__new__, CutLoan)


def boarded_loans(reading: Source, deal_key: int, known: int, loans: Iterable[str]) -> dict[str, LoanBoarded]:
    """Return the boarding of some loans, whole."""
    found: dict[str, LoanBoarded] = {}
    for row in standing_boardings(reading.boardings(deal_key, known_through=known, loans=loans)).values():
        event = codec.decode(row.payload)
        if isinstance(event, LoanBoarded):
            found[event.loan] = event
    return found


def originals(reading: Source, deal_key: int, known: int, calendar: Schedule) -> dict[str, Weighed]:
    """Return the measures of the loans that the deal began with, as they were boarded."""
    held = standing_boardings(reading.boardings(deal_key, known_through=known)).values()
    boarded = ((row.loan_group, codec.glance(row.payload, "loan_boarded", ORIGINAL_FIELDS)) for row in held)
    first = (
        (group, record)
        for group, record in boarded
        if calendar.belongs_to(Window.BOARDING, record.effective_date) == BEFORE_FIRST
    )
    return cut_originals(first, calendar.terms.group_ids, calendar.terms.rules)


def standing_boardings(rows: Iterable[Boarding]) -> dict[str, Boarding]:
    """Return the latest boarding of every loan that was not reversed."""
    listed = rows if isinstance(rows, list) else list(rows)
    if not any(row.reverses is not None for row in listed):
        return {row.loan: row for row in listed}
    found: dict[str, Boarding] = {}
    ids: dict[str, str] = {}
    for row in listed:
        if row.reverses is not None:
            found.pop(ids.get(row.reverses, ""), None)
        else:
            found[row.loan] = row
            ids[row.event_id] = row.loan
    return found


def loans_present(
    reading: Source, deal_key: int, known: int, boarded: Iterable[str], *, first: int, last: int
) -> list[str] | None:
    """Return the loans boarded that count in a distribution from ``first`` to ``last``; None: all of them may."""
    gone = reading.loans_gone(deal_key, known_through=known, before=first, last=last)
    return [loan for loan in boarded if loan not in gone] if gone else None


class LoanPool:
    """The loans of a deal as they stood after a distribution, and after those before it back to ``first``."""

    def __init__(
        self,
        reading: Source,
        deal_key: int,
        known: int,
        *,
        first: int,
        at: Distribution,
        missed: Mapping[int, Mapping[str, int]] | None = None,
        precedence: StatusPrecedence = StatusPrecedence.LATEST,
    ) -> None:
        """Look the loans up; ``missed`` are the due dates that they missed by distribution, where terms derive that."""
        self._missed, self._precedence = missed, precedence
        self._reading, self._deal_key, self._known, self._at = reading, deal_key, known, at
        # Sums of what moved spare looking at the loans; only those that stand apart are then looked up.
        self._moved = reading.pool_moved(deal_key, known_through=known, before=at.number)
        self._boarded: dict[str, Boarding] = {}
        self._standings: dict[str, LoanStanding] = {}
        self._boarded_once, present = True, None
        if self._moved is None:
            rows = list(reading.boardings(deal_key, known_through=known))
            self._boarded = standing_boardings(rows)
            self._boarded_once = len(rows) == len(self._boarded)
            present = loans_present(reading, deal_key, known, self._boarded, first=first, last=at.number)
            self._standings = self._asked_standings(at.number, present)
        self._statuses = {at.number: self._asked_statuses(at.number, present)}

    def _asked_statuses(self, number: int, loans: Sequence[str] | None) -> dict[str, LoanStatus]:
        return self._reading.loan_statuses(self._deal_key, known_through=self._known, last=number, loans=loans)

    def _asked_standings(
        self, last: int, loans: Sequence[str] | None, first: int | None = None
    ) -> dict[str, LoanStanding]:
        return self._reading.loan_standings(
            self._deal_key, known_through=self._known, last=last, loans=loans, first=first
        )

    def _statuses_at(self, number: int) -> dict[str, LoanStatus]:
        """Return the statuses at the close of a distribution: those of a later one, but where they are newer."""
        if number not in self._statuses:
            later = self._statuses[min(at for at in self._statuses if at > number)]
            changed = [loan for loan, held in later.items() if held.since > number]
            found = {loan: held for loan, held in later.items() if held.since <= number}
            self._statuses[number] = found | (self._asked_statuses(number, changed) if changed else {})
        return self._statuses[number]

    def _standings_at(self, number: int, loans: Sequence[str]) -> dict[str, LoanStanding]:
        """Return where some loans stood after an earlier distribution: where they stand less what moved them since."""
        if not self._boarded_once:
            # A loan that was boarded again may have come back into another group.
            return self._asked_standings(number, loans)
        self._look_up(loans)
        moved = self._asked_standings(self._at.number, loans, first=number + 1)
        found = {}
        for loan in loans:
            held, since = self._standings.get(loan), moved.get(loan, _UNMOVED)
            if held is not None:
                found[loan] = held._replace(
                    balance=held.balance - since.balance, on_books=held.on_books - since.on_books
                )
        return found

    def _look_up(self, loans: Collection[str]) -> None:
        """Look loans up that stand apart, as far as that was not done, where not all of them were."""
        missing = [] if self._moved is None else [loan for loan in loans if loan not in self._standings]
        if missing:
            asked = self._reading.boardings(self._deal_key, known_through=self._known, loans=missing)
            self._boarded |= {row.loan: row for row in asked}
            self._standings |= self._asked_standings(self._at.number, missing)

    def cells(self, number: int) -> Cells:
        """Count the delinquency cells of an earlier distribution."""
        statuses = self._statuses_at(number)
        counted = self._counted(number, statuses)
        behind = [loan for loan, held in counted.items() if held.is_behind]
        return count_cells(
            LoanDetail(
                loan=loan,
                group=held.group,
                boarded=None,
                units=held.balance,
                opening_units=0,
                on_books=held.on_books,
                status=counted[loan].status,
                bucket=counted[loan].bucket,
            )
            for loan, held in self._standings_at(number, behind).items()
        )

    def _counted(self, number: int, statuses: Mapping[str, LoanStatus]) -> Mapping[str, LoanStatus]:
        """Return the statuses with the buckets that loans are counted in: as stated, or by what they missed."""
        if self._missed is None:
            return statuses
        asked = self._reading, self._deal_key, self._known, number
        return counted_statuses(*asked, statuses, self._missed[number], self._precedence)

    def cut(self, terms: DealTerms) -> PoolCut:
        """Cut the pool; of its loans only what a cut looks at was read."""
        apart = terms.calendar.months_between_payments
        due = self._at.due_period[1]
        asked = terms.group_ids, due, terms.rules, apart
        if self._moved is None:
            closing, opening = weighed_pool(self._columns(), *asked)
        else:
            closing, opening = weighed_sums(self._moved, self._at.number, *asked)
        apart_loans = list(self._apart())
        return PoolCut(
            closing=closing,
            opening=opening,
            cells=count_cells(apart_loans),
            new_reo=tuple(loan for loan in apart_loans if loan.status == "reo" and loan.became_reo),
            members=members_of(apart_loans) if self._missed is not None else {},
        )

    def _columns(self) -> Iterator[CutLoan]:
        """Yield every loan that has a balance after the distribution or before it."""
        standings = self._standings
        listed = [
            (row, held)
            for loan, row in self._boarded.items()
            if (held := standings.get(loan)) is not None and (held.balance or held.opening)
        ]
        spelt = codec.raw_glances([row.payload for row, _ in listed], "loan_boarded", CUT_COLUMNS)
        for (row, held), fields in zip(listed, spelt, strict=True):
            yield _cut_loan((row.loan_group, fields, held.balance, held.opening))

    def _apart(self) -> Iterator[LoanDetail]:
        """Yield the loans that are anything but performing and current, and those that became REO."""
        statuses: Mapping[str, LoanStatus] = self._statuses_at(self._at.number)
        before: Mapping[str, LoanStatus] = {}
        if any(held.status == "reo" for held in statuses.values()):
            before = self._statuses_at(self._at.number - 1)
        statuses = self._counted(self._at.number, statuses)
        behind = {loan for loan, held in statuses.items() if held.is_behind}
        self._look_up(behind)
        for loan in [name for name in self._boarded if name in behind] if behind else ():
            row, held, status = self._boarded[loan], self._standings.get(loan), statuses[loan]
            if held is None:
                continue
            became_reo = status.status == "reo" != before.get(loan, _PAID_UP).status
            if held.balance or held.opening or held.on_books > 0 or became_reo:
                yield LoanDetail(
                    loan=loan,
                    group=row.loan_group,
                    boarded=None,
                    units=held.balance,
                    opening_units=held.opening,
                    on_books=held.on_books,
                    status=status.status,
                    bucket=status.bucket,
                    became_reo=became_reo,
                )


def counted_statuses(
    reading: Source,
    deal_key: int,
    known: int,
    last: int,
    statuses: Mapping[str, LoanStatus],
    missed: Mapping[str, int],
    precedence: StatusPrecedence,
) -> dict[str, LoanStatus]:
    """Return the statuses of loans that are counted by the due dates they missed, of those that are behind at all."""
    apart = {loan: held for loan, held in statuses.items() if held.status != _PAID_UP.status}
    first = first_of(reading, deal_key, known, last, apart, precedence)
    return {
        loan: LoanStatus(
            first.get(loan, apart.get(loan, _PAID_UP).status),
            bucket_of(missed.get(loan, 0)),
            apart.get(loan, _PAID_UP).since,
        )
        for loan in {*missed, *apart}
    }


class _Said(NamedTuple):
    loan: str
    effective_date: int
    sequence: int
    event_id: str
    reverses: str | None
    code: str


def bucket_of(missed: int) -> str:
    """Return the bucket of a loan that has missed so many due dates."""
    return _BUCKETS[min(missed, len(_BUCKETS) - 1)]


def first_of(
    reading: Source,
    deal_key: int,
    known: int,
    last: int,
    statuses: Mapping[str, LoanStatus],
    precedence: StatusPrecedence,
) -> dict[str, str]:
    """Return the status that goes first of loans in foreclosure and in bankruptcy, as far as it is not the later one.

    A loan is in both where the later began and nothing said that the earlier had ended: neither performing nor REO.
    """
    wanted = precedence.value
    loans = [loan for loan, held in statuses.items() if held.status in _ALONGSIDE and held.status != wanted]
    if precedence is StatusPrecedence.LATEST or not loans:
        return {}
    selector = Selector(types=("loan_status_changed",), last=last)
    rows = [
        *map(_Said._make, reading.month_columns(deal_key, selector, _Said._fields, known_through=known, loans=loans))
    ]
    void = {name for row in rows if row.reverses is not None for name in (row.event_id, row.reverses)}
    standing: dict[str, bool] = {}
    for loan, _, _, event_id, _, code in sorted(rows, key=attrgetter("effective_date", "sequence")):
        if event_id not in void:
            status = code.partition(":")[0]
            standing[loan] = status in _ALONGSIDE and (status == wanted or standing.get(loan, False))
    return {loan: wanted for loan, stands in standing.items() if stands}


_ALONGSIDE = (StatusPrecedence.FORECLOSURE.value, StatusPrecedence.BANKRUPTCY.value)
_BUCKETS = tuple(item.value for item in DelinquencyBucket)

__all__ = ["LoanPool", "boarded_loans", "bucket_of", "counted_statuses", "first_of", "originals"]
