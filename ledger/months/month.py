"""Building a month of a deal from its log: which loans, which instalments, and what must be posted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

from ledger.deal.advancing import AdvanceTerms
from ledger.deal.schedule import Distribution, Schedule, schedule
from ledger.deal.terms import DealTerms
from ledger.deal.windows import Window
from ledger.errors import InvalidArgument, NoDistribution
from ledger.events.deal import LoanBoarded
from ledger.months.building import Presumed, said
from ledger.months.differences import differences_of
from ledger.months.gathering import Gathering, LoansOfMonth, stamp_of
from ledger.months.instalments import instalments_of
from ledger.months.late import late_rests
from ledger.months.proposal import MonthProposal, months_of_groups
from ledger.reading.as_of import within_the_log
from ledger.reading.indexes import index_histories
from ledger.reading.loan_pool import boarded_loans
from ledger.reading.owing import HeldOwing, owing_after
from ledger.reading.snapshots import SnapshotSource
from ledger.reading.terms_in_force import distribution_paid_on, terms_known
from ledger.store.rows import Boarding
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import UNITS_PER_DOLLAR, rate_to_units
from ledger.values.selector import Selector

_FEES = ("servicing_fee_withheld", "servicing_fee_earned")


def month_built(
    reading: Source,
    deal: str,
    due_date: dt.date,
    known_through: int | None = None,
    snapshots: SnapshotSource | None = None,
) -> MonthProposal:
    """Return the month of the due period that a date lies in, as it is built from what is known.

    ``snapshots`` may spare going through what fell due before; with them or without, it says the same.
    Raises :class:`~ledger.errors.NoDistribution` where the date lies after the deal's life, and
    :class:`~ledger.errors.InvalidArgument` where its distribution is closed, which is not built any more.
    """
    deal_key = reading.deal_key(deal)
    known = within_the_log(reading.head(deal_key).sequence, known_through)
    terms, at = _distribution_due(reading, deal, deal_key, due_date, known)
    closed = reading.closed_through(deal_key, known_through=known)
    if at.number <= closed:
        message = (
            f"the distribution of {at.payment_date}, which {due_date} is of, is closed, and its month built no more; "
            "what must still be said of it is posted as a restatement (ledger restate)"
        )
        raise InvalidArgument("due_date", "period_closed", message)
    asked = Gathering(reading, deal, known, terms, at)
    month = asked.loans()
    calendar = schedule(terms)
    found = instalments_of(month, index_histories(reading, deal_key, known), calendar)
    held = held_owing(snapshots, deal_key, known, terms, at)
    presumed = presumed_of(reading, deal_key, known, month, calendar, asked.tape.behind, held)
    late = late_rests(
        month.late,
        reported=asked.reported_of,
        advances=asked.advances_of,
        calendar=calendar,
        certified=month.certified,
        rates=month.rates,
    )
    # What a month of a large pool says takes the room of what it was reckoned from.
    del asked
    month = month.reckoned()
    own_fees = sum(own.amounts.fee for key, own in month.built.standing.items() if key.type in _FEES)
    all_fees = _posted_fees(reading, deal_key, known, at)
    everything = said(month, found.given_up(), presumed, late, fees_of_others=all_fees - own_fees)
    group_of = {loan: stands.group for loan, stands in month.standings.items()}
    built = month.built
    return MonthProposal(
        deal=deal,
        distribution=at,
        due_date=at.due_period[1],
        known_through=known,
        groups=tuple(months_of_groups(everything, terms.group_ids, group_of)),
        resets=found.resets,
        unbuilt=found.unbuilt,
        excepted=len(month.others),
        said=everything,
        differences=differences_of(everything, built),
        stamp=stamp_of(deal, at),
        times=built.times,
        again=built.built,
    )


def _distribution_due(
    reading: Source, deal: str, deal_key: int, due_date: dt.date, known: int
) -> tuple[DealTerms, Distribution]:
    calendar: Schedule = schedule(terms_known(reading, deal_key, known))
    number = calendar.belongs_to(Window.DUE_PERIOD, due_date)
    if number is None:
        raise NoDistribution(f"{due_date} lies after the last due period of {deal}")
    return distribution_paid_on(reading, deal, deal_key, date_from_number(number), known)


def presumed_of(
    reading: Source,
    deal_key: int,
    known: int,
    month: LoansOfMonth,
    calendar: Schedule,
    boardings: Sequence[Boarding],
    held: HeldOwing | None = None,
) -> Presumed:
    """Return which loans owe an instalment from before the month, and which of them are advanced to no more.

    ``boardings`` are those of loans that were boarded behind or ahead, and those that void one; ``held`` is what was
    owed after an earlier distribution, where that still stands.
    """
    number = month.distribution.number
    asked = reading, deal_key, calendar
    owing, _ = owing_after(*asked, known=known, number=number, boardings=boardings, held=held)
    first = date_number(month.distribution.due_period[0])
    behind: dict[str, int] = {}
    for item in owing.opened:
        if item.due < first and item.is_owed(0, calendar.terms.currency.unit_in_store):
            behind[item.loan] = behind.get(item.loan, 0) + 1
    return Presumed(behind=behind, stopped=frozenset(_stopped(reading, deal_key, known, month, behind)))


def held_owing(
    snapshots: SnapshotSource | None, deal_key: int, known: int, terms: DealTerms, at: Distribution
) -> HeldOwing | None:
    """Return what a snapshot says was owed after a distribution before, as it does where delinquency is derived."""
    if snapshots is None or at.prior_payment_date is None or not terms.delinquency.is_derived:
        return None
    base = snapshots.best(deal_key, known_through=known, number=date_number(at.prior_payment_date))
    return None if base is None or base.owing is None else HeldOwing(base.number, base.owing)


def _stopped(reading: Source, deal_key: int, known: int, month: LoansOfMonth, behind: dict[str, int]) -> Iterable[str]:
    terms = month.terms.advances or AdvanceTerms()
    if terms.stop_after is not None:
        yield from (loan for loan, owed in behind.items() if owed >= terms.stop_after)
    if terms.stop_above_value is None:
        return
    outstanding: dict[str, int] = {}
    types = {"advance_made": (), "advance_recovered": (), "advance_declared_nonrecoverable": ()}
    for loan, number, row in reading.advance_totals(deal_key, known_through=known, types=types, loans=list(behind)):
        if number < month.distribution.number:
            sign = 1 if row.type == "advance_made" else -1
            outstanding[loan] = outstanding.get(loan, 0) + sign * (row.principal + row.interest + row.other)
    share = rate_to_units(terms.stop_above_value)
    boarded = boarded_loans(reading, deal_key, known, sorted(behind))
    for loan in behind:
        value = value_of(boarded.get(loan))
        stands = month.standings.get(loan)
        if value is None or stands is None:
            continue
        if (stands.opening + outstanding.get(loan, 0)) * 10**10 > value * share:
            yield loan


def value_of(boarded: LoanBoarded | None) -> int | None:
    """Return the value of a loan's property when it was boarded, in store units; None where nobody knows it."""
    if boarded is None or not boarded.loan_to_value or boarded.original_balance is None:
        return None
    return int(Fraction(boarded.original_balance) / Fraction(boarded.loan_to_value) * UNITS_PER_DOLLAR)


def _posted_fees(reading: Source, deal_key: int, known: int, at: Distribution) -> int:
    wanted = Selector(types=_FEES, first=at.number, last=at.number)
    return sum(row.fee for row in reading.totals(deal_key, wanted, known_through=known))
