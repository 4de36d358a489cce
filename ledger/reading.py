"""From the store to the projections: the queries that gather the facts of one replay.

However long the history, a statement takes a fixed number of queries; none returns more rows than there are groups of
totals, loans in the pool, or events to be listed in the statement itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from ledger.dates import date_from_number, date_number
from ledger.errors import IntegrityFault, NoDistribution
from ledger.events import codec
from ledger.events.base import Event
from ledger.events.deal import DealOpened, LoanBoarded, TermsAmended
from ledger.money import from_units, rate_from_units
from ledger.postings import Journal
from ledger.projections.advances import Advances, advances
from ledger.projections.books import Books, books
from ledger.projections.facts import Document, Facts, LoanDetail, RatedTotal
from ledger.projections.report import DistributionReport, distribution_report
from ledger.schedule import Distribution, schedule
from ledger.state import ADVANCE_TYPES
from ledger.store.source import Source
from ledger.terms import DealTerms
from ledger.totals import Totals

DOCUMENT_TYPES = (
    "index_rate_set",
    "class_rate_reported",
    "pool_characteristics_reported",
    "characteristics_brought_forward",
    "performance_brought_forward",
    "delinquency_brought_forward",
)
"""Event types that a statement reads whole: a few a month, whatever the size of the pool."""

LISTED_TYPES = ("payoff_collected", "loan_liquidated")
"""Event types of this distribution that a statement lists one by one."""


@attrs.frozen(kw_only=True)
class AsOf:
    """A point on both clocks.

    ``record_date`` is the business date asked about. ``known_through`` is the sequence up to which the log is read, or
    None for everything known now; for a fixed value no later event changes any answer.
    """

    record_date: dt.date
    known_through: int | None = None


def _known(reading: Source, deal_key: int, as_of: AsOf) -> int:
    head = reading.head(deal_key).sequence
    return head if as_of.known_through is None else min(as_of.known_through, head)


def terms_known(reading: Source, deal_key: int, known_through: int, on: dt.date | None = None) -> DealTerms:
    """Return the deal's terms as known through a sequence: amendments count from their effective date on."""
    terms: DealTerms | None = None
    for row in reading.rows(deal_key, types=("deal_opened", "terms_amended"), last=0, known_through=known_through):
        event = codec.decode(row.payload)
        in_force = on is None or event.effective_date <= on
        if isinstance(event, DealOpened | TermsAmended) and (terms is None or in_force):
            terms = event.terms
    if terms is None:
        raise NoDistribution(f"the deal was not open yet at sequence {known_through}")
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
    terms = terms_known(reading, deal_key, known)
    found = schedule(terms).for_record_date(as_of.record_date)
    if found is None:
        first = schedule(terms).at(0).record_date
        raise NoDistribution(f"the first record date of {terms.title} is {first}; {as_of.record_date} lies before it")
    in_force = terms_known(reading, deal_key, known, found.payment_date)
    return in_force, found


def _documents(reading: Source, deal_key: int, known: int, number: int) -> tuple[Document, ...]:
    found: dict[str, Document] = {}
    for row in reading.rows(deal_key, types=DOCUMENT_TYPES, last=number, known_through=known):
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


def _boarded(reading: Source, deal_key: int, known: int, loans: Iterable[str] | None) -> dict[str, LoanBoarded]:
    found: dict[str, LoanBoarded] = {}
    ids: dict[str, str] = {}
    for row in reading.loan_rows(deal_key, types=("loan_boarded",), known_through=known, loans=loans):
        if row.reverses is not None:
            found.pop(ids.get(row.reverses, ""), None)
            continue
        event = codec.decode(row.payload)
        if isinstance(event, LoanBoarded):
            found[event.loan] = event
            ids[row.event_id] = event.loan
    return found


def _loans(reading: Source, deal_key: int, known: int, at: Distribution) -> tuple[LoanDetail, ...]:
    standing = reading.loan_standings(deal_key, known_through=known, last=at.number)
    now = reading.loan_rates(deal_key, known_through=known, through=date_number(at.due_period[1]))
    then = reading.loan_rates(deal_key, known_through=known, through=date_number(at.due_period[0]))
    statuses = reading.loan_statuses(deal_key, known_through=known, last=at.number)
    before = reading.loan_statuses(deal_key, known_through=known, last=at.number - 1)
    no_rate = (0, 0)
    return tuple(
        LoanDetail(
            loan=loan,
            group=event.group,
            boarded=event,
            balance=from_units(standing[loan].balance),
            opening_balance=from_units(standing[loan].opening),
            note_rate=rate_from_units(now.get(loan, no_rate)[0]),
            opening_note_rate=rate_from_units(then.get(loan, now.get(loan, no_rate))[0]),
            on_books=standing[loan].on_books,
            status=statuses.get(loan, ("performing", "current"))[0],
            bucket=statuses.get(loan, ("performing", "current"))[1],
            became_reo=statuses.get(loan, ("", ""))[0] == "reo" != before.get(loan, ("", ""))[0],
        )
        for loan, event in _boarded(reading, deal_key, known, None).items()
        if loan in standing
    )


def facts_of(reading: Source, deal: str, as_of: AsOf) -> tuple[Facts, int]:
    """Return the facts of the distribution asked about, and the sequence they are known through."""
    deal_key = reading.deal_key(deal)
    known = _known(reading, deal_key, as_of)
    terms, at = distribution_at(reading, deal_key, as_of, known)
    totals = Totals(reading.totals(deal_key, known_through=known, last=at.number))
    prepaid = reading.rated_totals(
        deal_key,
        known_through=known,
        types=("payoff_collected", "curtailment_collected"),
        first=at.number,
        last=at.number,
    )
    listed = _listed(reading, deal_key, known, at.number)
    by_loan = any(row.principal for row in totals.rows(("loan_boarded",)))
    loans = _loans(reading, deal_key, known, at) if by_loan else ()
    if by_loan:
        boarded = {loan.loan: loan.boarded for loan in loans}
    else:
        names = sorted({loan for event in listed if (loan := getattr(event, "loan", None))})
        boarded = dict(_boarded(reading, deal_key, known, names)) if names else {}
    return (
        Facts(
            deal=deal,
            terms=terms,
            calendar=schedule(terms),
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
            documents=_documents(reading, deal_key, known, at.number),
            listed=listed,
            boarded=boarded,
            loans=loans,
        ),
        known,
    )


def read_report(reading: Source, deal: str, as_of: AsOf) -> DistributionReport:
    """Return the distribution whose record date is the latest on or before the date asked about."""
    facts, known = facts_of(reading, deal, as_of)
    return distribution_report(facts, known)


def payment_report(reading: Source, deal: str, payment_date: dt.date, known_through: int | None) -> DistributionReport:
    """Return the distribution paid on a date; raises :class:`~ledger.errors.NoDistribution` where none is."""
    deal_key = reading.deal_key(deal)
    known = _known(reading, deal_key, AsOf(record_date=payment_date, known_through=known_through))
    found = schedule(terms_known(reading, deal_key, known)).paid_on(payment_date)
    if found is None:
        raise NoDistribution(f"{payment_date} is not a payment date of {deal}")
    report = read_report(reading, deal, AsOf(record_date=found.record_date, known_through=known))
    if report.distribution.payment_date != payment_date:
        raise IntegrityFault(f"the record date {found.record_date} of {deal} belongs to two distributions")
    return report
