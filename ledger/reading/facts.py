"""From the store to the projections: the queries that gather the facts of one replay.

However long the history, a statement takes a fixed number of queries; none returns more rows than there are groups of
totals, loans in the pool, or events to be listed in the statement itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import attrs
from attrs import field

from ledger.deal.schedule import Distribution, Schedule, schedule
from ledger.deal.terms import DealTerms
from ledger.errors import IntegrityFault, InvalidArgument, NoDistribution
from ledger.events import codec
from ledger.events.base import Event
from ledger.events.deal import DealOpened, TermsAmended
from ledger.journal.advance_types import ADVANCE_TYPES
from ledger.journal.postings import Journal
from ledger.journal.totals import TotalRow, Totals
from ledger.projections.advances import Advances, advances
from ledger.projections.books import Books, books
from ledger.projections.facts import Document, Facts, PaidBefore, RatedTotal
from ledger.projections.history import FLOW_TYPES, balances_at, month_flows
from ledger.projections.pool import Cells, PoolCut
from ledger.projections.report import DistributionReport, distribution_report
from ledger.reading.loan_pool import LoanPool, boarded_loans
from ledger.reading.snapshots import SnapshotSource, horizon_of
from ledger.store.source import Source
from ledger.values.dates import asked_date, date_from_number, date_number
from ledger.values.money import from_units, rate_from_units

DOCUMENT_TYPES = (
    "characteristics_brought_forward",
    "performance_brought_forward",
    "delinquency_brought_forward",
)
"""Event types that a statement reads whole, whenever they were posted: what a deal carried into the ledger."""

MONTHLY_REPORT_TYPES = ("pool_characteristics_reported",)
"""Event types that a statement reads whole from the months whose history it works out."""

RATE_TYPES = ("index_rate_set", "class_rate_reported")
"""Event types that a statement reads whole for its own distribution alone."""

LISTED_TYPES = ("payoff_collected", "loan_liquidated")
"""Event types of this distribution that a statement lists one by one."""


def _record_date(value: dt.date | str) -> dt.date:
    return asked_date(value, "record_date")


def _known_through(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return
    message = f"{value!r} is no sequence; give a whole number from 0 on, or None for everything known now"
    raise InvalidArgument(attribute.name, "not_a_sequence", message)


@attrs.frozen(kw_only=True)
class AsOf:
    """A point on both clocks.

    ``record_date`` is the business date asked about. ``known_through`` is the sequence up to which the log is read, or
    None for everything known now; for a fixed value no later event changes any answer.
    """

    record_date: dt.date = field(converter=_record_date)
    known_through: int | None = field(default=None, validator=_known_through)


def _known(reading: Source, deal_key: int, as_of: AsOf) -> int:
    head = reading.head(deal_key).sequence
    return head if as_of.known_through is None else min(as_of.known_through, head)


def terms_known(reading: Source, deal_key: int, known_through: int) -> DealTerms:
    """Return the deal's terms as known through a sequence, the latest amendment's."""
    return _in_force(_terms(reading, deal_key, known_through), None)


def _terms(reading: Source, deal_key: int, known_through: int) -> list[DealOpened | TermsAmended]:
    """Return the events that state terms, the opening first; raises NoDistribution where there is none."""
    rows = reading.rows(deal_key, types=("deal_opened", "terms_amended"), last=0, known_through=known_through)
    stated = [event for row in rows if isinstance(event := codec.decode(row.payload), DealOpened | TermsAmended)]
    if not stated:
        raise NoDistribution(f"the deal was not open yet at sequence {known_through}")
    return stated


def _in_force(stated: Sequence[DealOpened | TermsAmended], on: dt.date | None) -> DealTerms:
    """Return the terms of the last that counts on a date; the opening always does, amendments from theirs on."""
    terms = stated[0].terms
    for event in stated[1:]:
        if on is None or event.effective_date <= on:
            terms = event.terms
    return terms


def read_books(reading: Source, deal: str, as_of: AsOf) -> Books:
    """Return the books on the record date."""
    deal_key = reading.deal_key(deal)
    known = _known(reading, deal_key, as_of)
    rows = reading.totals(deal_key, known_through=known, effective_through=date_number(as_of.record_date))
    return books(deal, as_of.record_date, known, Totals(rows).merged(Totals(())))


def read_advances(reading: Source, deal: str, as_of: AsOf) -> Advances:
    """Return the advances of every loan on the record date."""
    deal_key = reading.deal_key(deal)
    known = _known(reading, deal_key, as_of)
    through = date_number(as_of.record_date)
    rows = reading.advance_totals(deal_key, known_through=known, types=ADVANCE_TYPES, effective_through=through)
    return advances(deal, as_of.record_date, known, rows)


def distribution_at(reading: Source, deal_key: int, as_of: AsOf, known: int) -> tuple[DealTerms, Distribution]:
    """Return the terms and the distribution whose record date is the latest on or before the date asked about.

    Raises :class:`~ledger.errors.NoDistribution` before the first record date.
    """
    stated = _terms(reading, deal_key, known)
    terms = _in_force(stated, None)
    found = schedule(terms).for_record_date(as_of.record_date)
    if found is None:
        first = schedule(terms).at(0).record_date
        raise NoDistribution(f"the first record date of {terms.title} is {first}; {as_of.record_date} lies before it")
    return _in_force(stated, found.payment_date), found


def _documents(reading: Source, deal_key: int, known: int, number: int, since: int) -> tuple[Document, ...]:
    """Return what is read whole: of this distribution, since ``since``, or ever, as each type is needed."""
    found: dict[str, Document] = {}
    for types, first in ((DOCUMENT_TYPES, 0), (MONTHLY_REPORT_TYPES, since), (RATE_TYPES, number)):
        for row in reading.rows(deal_key, types=types, first=first, last=number, known_through=known):
            if row.reverses is not None:
                found.pop(row.reverses, None)
            else:
                found[row.event_id] = Document(row.distribution, codec.decode(row.payload))
    return tuple(sorted(found.values(), key=lambda item: (item.distribution, item.event.effective_date)))


def _listed(reading: Source, deal_key: int, known: int, number: int) -> tuple[Event, ...]:
    found: dict[str, Event] = {}
    for row in reading.rows(deal_key, types=LISTED_TYPES, first=number, last=number, known_through=known):
        if row.reverses is not None:
            found.pop(row.reverses, None)
        elif row.loan:
            found[row.event_id] = codec.decode(row.payload)
    return tuple(found.values())


def _history_months(terms: DealTerms, calendar: Schedule, at: Distribution) -> list[int]:
    """Return the distributions before this one whose delinquency the rolling averages take in."""
    first = max(0, at.ordinal - terms.rolling_months)
    return [calendar.at(k).number for k in range(first, at.ordinal - 1)]


def _cell_months(terms: DealTerms, calendar: Schedule, at: Distribution, totals: Totals) -> list[int]:
    """Return the earlier distributions whose delinquency is counted loan by loan."""
    if not any(True for _ in totals.rows(("loan_status_changed",))):
        return []
    # Months before the deal entered the ledger are not known, which is not the same as free of delinquency.
    due = set(totals.distributions(["scheduled_payment_due"]))
    reported = set(totals.distributions(["delinquency_reported"]))
    return [number for number in _history_months(terms, calendar, at) if number in due and number not in reported]


def _totals(reading: Source, deal_key: int, known: int, horizon: int, number: int) -> tuple[Totals, Iterable[TotalRow]]:
    """Return the totals up to a distribution, those up to ``horizon`` put together; and the rows that months are of."""
    if not horizon:
        totals = Totals(reading.totals(deal_key, known_through=known, last=number))
        return totals, totals
    early, moving = reading.totals_together(deal_key, known_through=known, last=horizon, apart=FLOW_TYPES)
    late = reading.totals(deal_key, known_through=known, first=horizon + 1, last=number)
    return Totals([*early, *late]), [*moving, *late]


_PAYMENTS = ("bond_interest_paid", "bond_principal_paid")
_SHOWN = ("class_id", "amount", "computed", "scheduled", "computed_scheduled")


def _paid(reading: Source, deal_key: int, known: int, before: int) -> dict[str, PaidBefore]:
    """Return what the statements up to a distribution gave each class; where they did not say, what was recorded."""
    found: dict[str, tuple[str, str, Fraction, Fraction]] = {}
    for row in reading.rows(deal_key, types=_PAYMENTS, last=before, known_through=known):
        if row.reverses is not None:
            found.pop(row.reverses, None)
            continue
        event = codec.glance(row.payload, row.type, _SHOWN)
        amount = Fraction(event.computed or event.amount)
        scheduled = Fraction(event.computed_scheduled or event.scheduled) if row.type == _PAYMENTS[1] else Fraction(0)
        found[row.event_id] = (row.type, event.class_id, amount, scheduled)
    sums: dict[str, list[Fraction]] = {}
    for kind, class_id, amount, scheduled in found.values():
        held = sums.setdefault(class_id, [Fraction(0)] * 3)
        held[0 if kind == _PAYMENTS[0] else 1] += amount
        held[2] += scheduled
    return {class_id: PaidBefore(*held) for class_id, held in sums.items()}


def facts_of(reading: Source, deal: str, as_of: AsOf, snapshots: SnapshotSource | None = None) -> tuple[Facts, int]:
    """Return the facts of the distribution asked about, and the sequence they are known through.

    ``snapshots`` may spare the work of earlier replays; with them or without, the facts are the same.
    """
    deal_key = reading.deal_key(deal)
    known = _known(reading, deal_key, as_of)
    terms, at = distribution_at(reading, deal_key, as_of, known)
    return _facts(reading, deal, deal_key, known, terms, at, snapshots), known


def _facts(
    reading: Source,
    deal: str,
    deal_key: int,
    known: int,
    terms: DealTerms,
    at: Distribution,
    snapshots: SnapshotSource | None,
) -> Facts:
    calendar = schedule(terms)
    base = None if snapshots is None else snapshots.best(deal_key, known_through=known, number=at.number)
    if base is None:
        totals, moving = _totals(reading, deal_key, known, horizon_of(terms, calendar, at), at.number)
    else:
        totals = moving = Totals(base.rows).merged(Totals(base.later)) if base.later else Totals(base.rows)
    prepaid = reading.rated_totals(
        deal_key,
        known_through=known,
        types=("payoff_collected", "curtailment_collected"),
        first=at.number,
        last=at.number,
    )
    listed = _listed(reading, deal_key, known, at.number)
    by_loan = any(row.principal for row in totals.rows(("loan_boarded",)))
    pool: PoolCut | None = None
    cells: dict[int, Cells] = {}
    if by_loan:
        held = {} if base is None else base.cells
        months = _cell_months(terms, calendar, at, totals)
        missing = [number for number in months if number not in held]
        pool = base.pool if base is not None else None
        if pool is None or missing:
            loans = LoanPool(reading, deal_key, known, first=min((*missing, at.number)), at=at)
            # Latest first: what a month was is told from the month after it.
            cells = {number: loans.cells(number) for number in reversed(missing)}
            pool = pool or loans.cut(terms.group_ids)
        cells |= {number: held[number] for number in months if number in held}
        if pool.new_reo:
            whole = boarded_loans(reading, deal_key, known, [loan.loan for loan in pool.new_reo])
            pool = attrs.evolve(
                pool, new_reo=tuple(attrs.evolve(loan, boarded=whole[loan.loan]) for loan in pool.new_reo)
            )
    names = sorted({loan for event in listed if (loan := getattr(event, "loan", None))})
    horizon = 0 if base is None else base.horizon
    documents = _documents(reading, deal_key, known, at.number, horizon and horizon + 1)
    flows = month_flows(
        moving,
        ((item.distribution, item.event) for item in documents),
        terms.group_ids,
        before=at.number,
        known={} if base is None else base.flows,
        opening=balances_at(totals, terms.group_ids, horizon) if horizon else {},
        after=horizon or -1,
    )
    return Facts(
        deal=deal,
        terms=terms,
        calendar=calendar,
        distribution=at,
        totals=totals,
        journal=Journal(totals),
        prepaid=tuple(
            RatedTotal(
                effective_date=date_from_number(day),
                note_rate=rate_from_units(note_rate),
                servicing_rate=rate_from_units(servicing_rate),
                type=kind,
                group=group,
                principal=from_units(principal),
            )
            for day, note_rate, servicing_rate, kind, group, principal in prepaid
        ),
        documents=documents,
        listed=listed,
        boarded=dict(boarded_loans(reading, deal_key, known, names)) if names else {},
        pool=pool,
        cells=cells,
        flows=flows,
        paid={} if terms.rules == 1 else _paid(reading, deal_key, known, at.number - 1),
    )


def read_report(reading: Source, deal: str, as_of: AsOf, snapshots: SnapshotSource | None = None) -> DistributionReport:
    """Return the distribution whose record date is the latest on or before the date asked about."""
    facts, known = facts_of(reading, deal, as_of, snapshots)
    return distribution_report(facts, known)


def payment_facts(
    reading: Source,
    deal: str,
    payment_date: dt.date,
    known_through: int | None,
    snapshots: SnapshotSource | None = None,
) -> tuple[Facts, int]:
    """Return the facts of the distribution paid on a date, and the sequence they are known through.

    Raises :class:`~ledger.errors.NoDistribution` where none is paid on it.
    """
    deal_key = reading.deal_key(deal)
    known = _known(reading, deal_key, AsOf(record_date=payment_date, known_through=known_through))
    stated = _terms(reading, deal_key, known)
    calendar = schedule(_in_force(stated, None))
    found = calendar.paid_on(payment_date)
    if found is None:
        raise NoDistribution(f"{payment_date} is not a payment date of {deal}")
    if calendar.for_record_date(found.record_date) != found:
        raise IntegrityFault(f"the record date {found.record_date} of {deal} belongs to two distributions")
    return _facts(reading, deal, deal_key, known, _in_force(stated, payment_date), found, snapshots), known


def payment_report(
    reading: Source,
    deal: str,
    payment_date: dt.date,
    known_through: int | None,
    snapshots: SnapshotSource | None = None,
) -> DistributionReport:
    """Return the distribution paid on a date; raises :class:`~ledger.errors.NoDistribution` where none is."""
    return distribution_report(*payment_facts(reading, deal, payment_date, known_through, snapshots))
