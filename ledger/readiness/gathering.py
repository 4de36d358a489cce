"""Gathering what the gate looks at: the months of the loans, where they stand, and what the log says of a few of them.

Everything is asked of the store by column, in queries whose number does not grow with the loans; what is compared is
added up here. Of the log behind the month only what concerns loans that something happened to is read.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any

import attrs

from ledger.deal.notes import InterestMethod
from ledger.deal.vocabulary import Forbearance
from ledger.events import codec
from ledger.events.collections import LoanSubstituted
from ledger.events.deal import LoanBoarded
from ledger.events.registry import REGISTRY
from ledger.journal.accounts import DEFERRED_PRINCIPAL
from ledger.journal.movements import BOARDING, DEFERRING_TYPES, is_routine
from ledger.journal.postings import account_effect
from ledger.projections.facts import Facts
from ledger.projections.report import DistributionReport
from ledger.readiness.by_notes import LoanKnown, Noted, interest_apart, noted, payments_changed
from ledger.readiness.codes import LISTED
from ledger.readiness.doubles import date_in, posted_twice
from ledger.readiness.history import History
from ledger.readiness.loan_month import CENT, DUES, FEES, PAYMENTS, TAKE_IN, LoanMonth, LoanMonths, Routine, began
from ledger.readiness.month import Arrears, BoardedAs, GroupSums, LoanLosses, MonthToClose
from ledger.readiness.plain import NOTED, Measures, Plain, RoutineRows, payment_units, plain_loans
from ledger.readiness.resets import rates_apart
from ledger.reading.loan_pool import boarded_loans, standing_boardings
from ledger.store.rows import LoanStanding, MonthRow, StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import UNITS_PER_DOLLAR, rate_to_units
from ledger.values.selector import Selector

_DAY = dt.timedelta(days=1)
_NEAR = dt.timedelta(days=15)
"""How far before the due date of a distribution an instalment may lie that falls due on another day: half a month."""


class _Asked:
    """The queries of one distribution."""

    def __init__(self, reading: Source, deal_key: int, known: int, facts: Facts) -> None:
        self.reading, self.deal_key, self.known, self.number = reading, deal_key, known, facts.number
        self.before = date_number(facts.distribution.due_period[1] - _DAY)
        self.routine = RoutineRows(*(list(self._columns(item)) for item in (DUES, PAYMENTS, FEES)))
        self.rare = list(self.month_rows(tuple(TAKE_IN)))
        self._rows: dict[str, tuple[StoredRow, ...]] = {}
        self.changed = reading.loan_rates(deal_key, known_through=known, through=self.before, changed=True)
        self.deferred = self._deferred(facts)
        self.plain = self._plain(facts)
        apart = None if self.plain is None else self.plain.apart
        boarded = () if apart == frozenset() else reading.boardings(deal_key, known_through=known, loans=apart)
        self.tape = standing_boardings(boarded)

    def _plain(self, facts: Facts) -> Plain | None:
        """Return the loans of which the month says nothing; None where every loan must be looked at."""
        by_days = self._by_days(facts)
        if by_days.issuperset(facts.groups):
            return None
        asked = {"known_through": self.known, "distribution": self.number}
        pool = self.reading.pool_columns(self.deal_key, **asked)
        if pool is None:
            return None
        measures = Measures(
            near=date_number(facts.distribution.due_period[1] - _NEAR),
            since=_since(facts),
            cent=facts.terms.currency.unit_in_store,
            changed=self.changed,
            by_days=by_days,
            doubtful=self._doubtful(facts),
        )
        return plain_loans(pool, self.routine, measures, lambda: self.gone)

    @cached_property
    def gone(self) -> frozenset[str]:
        """Loans that left before the month."""
        bounds = {"before": self.number, "last": self.number}
        return self.reading.loans_gone(self.deal_key, known_through=self.known, **bounds)

    def _doubtful(self, facts: Facts) -> set[str]:
        """Return the loans with anything but the monthly routine in the month, or that something is left over of.

        That is an instalment missed in the month before, or a part of the balance that bears no interest.
        """
        found = {row.loan for row in self.rare}.union(self.deferred)
        wanted = Selector(types=_NO_ROUTINE, first=self.number, last=self.number)
        asked = self.deal_key, wanted, ("loan",)
        found.update(loan for (loan,) in self.reading.month_columns(*asked, known_through=self.known))
        before = facts.calendar.preceding(self.number)
        if before is not None:
            missed = Selector(types=("instalment_reported_delinquent",), first=before, last=before)
            asked = self.deal_key, missed, ("loan",)
            found.update(loan for (loan,) in self.reading.month_columns(*asked, known_through=self.known))
        for row in self.rows("loan_substituted"):
            event = codec.decode(row.payload)
            found.update((event.substitute,) if isinstance(event, LoanSubstituted) else ())
        return found.union(loan for event in facts.listed if (loan := getattr(event, "loan", None)))

    def rows(self, type_name: str) -> tuple[StoredRow, ...]:
        """Return the events of the distribution that post as a type, whole."""
        if type_name not in self._rows:
            wanted = Selector(types=(type_name,), first=self.number, last=self.number)
            self._rows[type_name] = tuple(self.reading.rows(self.deal_key, wanted, known_through=self.known))
        return self._rows[type_name]

    def month_rows(self, types: tuple[str, ...]) -> Iterator[MonthRow]:
        """Yield the events of the distribution that post as these types, by their typed columns."""
        wanted = Selector(types=types, first=self.number, last=self.number)
        return self.reading.month_rows(self.deal_key, wanted, known_through=self.known)

    def loans(self, facts: Facts) -> LoanMonths:
        """Return the month of every loan that has an event in it, or of those that are apart from the plain ones.

        Of what most loans have every month no more columns are read than are needed.
        """
        rows = self.routine if self.plain is None else self.routine.of(self.plain.apart)
        loans = LoanMonths()
        loans.take_dues(rows.dues)
        loans.take_payments(rows.payments)
        loans.take_fees(rows.fees, _since(facts))
        loans.take(self.rare)
        loans.routine_rows = self.routine.total
        return loans

    def _columns(self, routine: Routine) -> Iterator[tuple[Any, ...]]:
        wanted = Selector(types=routine.types, first=self.number, last=self.number)
        return self.reading.month_columns(self.deal_key, wanted, routine.columns, known_through=self.known)

    def _deferred(self, facts: Facts) -> dict[str, int]:
        """Return what of loans' balances bore no interest when the month began, where the terms leave it in them."""
        if facts.terms.forbearance is Forbearance.LOSS_NOW or not facts.totals.holds("principal_deferred"):
            return {}
        found: dict[str, int] = {}
        wanted = Selector(types=DEFERRING_TYPES, last=self.number - 1)
        for row in self.reading.rows(self.deal_key, wanted, known_through=self.known):
            units = account_effect(DEFERRED_PRINCIPAL, row.posts_as, row.code, row.components)
            found[row.loan] = found.get(row.loan, 0) - units
        return found

    def early_dues(self, facts: Facts, loans: Mapping[str, LoanMonth]) -> dict[str, tuple[int, ...]]:
        """Return the dates of instalments that stand and lie too far before their due date, by loan.

        A loan may have a due day of its own, which it was boarded with.
        """
        near = date_number(facts.distribution.due_period[1] - _NEAR)
        found: dict[str, tuple[int, ...]] = {}
        for loan, held in loans.items():
            if held.dues > 0 and min(held.due_dates) < near:
                if self._has_due_day(loan, [day for day in held.due_dates if day < near]):
                    continue
                wanted = Selector(types=("scheduled_payment_due",), loan=loan, first=self.number, last=self.number)
                rows = list(self.reading.rows(self.deal_key, wanted, known_through=self.known))
                voided = {row.reverses for row in rows}
                standing = [row for row in rows if row.reverses is None and row.event_id not in voided]
                early = (row.effective_date for row in standing if row.effective_date < near)
                days = tuple(day for day in early if not self._has_due_day(loan, [day]))
                found |= {loan: days} if days else {}
                if len(found) >= LISTED:
                    break
        return found

    def _has_due_day(self, loan: str, days: Iterable[int]) -> bool:
        """Say whether a loan was boarded as due on the day of the month that all of these have."""
        row = self.tape.get(loan)
        if row is None:
            return False
        if _BIWEEKLY in row.payload and (first := date_in(row.payload, _DUE_DAYS[1])):
            began = dt.date.fromisoformat(first)
            return all((date_from_number(day) - began).days % 14 == 0 for day in days)
        known = {int(date[8:]) for field in _DUE_DAYS if (date := date_in(row.payload, field))}
        return all(any(day % 100 == min(own, _last_day(day)) for own in known) for day in days)

    def twice(self, loans: Mapping[str, LoanMonth]) -> tuple[str, ...]:
        """Return the loans with more than one instalment, but where all are on different due dates of their notes."""
        return tuple(
            loan
            for loan, held in loans.items()
            if held.dues > 1 and not (len(days := set(held.due_dates)) == held.dues and self._has_due_day(loan, days))
        )

    def counted_otherwise(self, facts: Facts, loans: Mapping[str, LoanMonth]) -> Iterator[str]:
        """Yield the loans with one instalment whose interest no twelfth of the year is, by their notes or the terms."""
        by_days = self._by_days(facts)
        for loan, row in self.tape.items():
            if _METHOD in row.payload or by_days:
                held = loans.get(loan)
                if held is not None and held.dues == 1 and (_METHOD in row.payload or held.group in by_days):
                    yield loan

    def _by_days(self, facts: Facts) -> set[str]:
        """Return the groups whose interest no twelfth of the year is, by the terms."""
        conventions = {group: facts.terms.note_conventions(group) for group in facts.groups}
        return {group for group, item in conventions.items() if item and item.interest_method is not _TWELFTHS}

    def noted(
        self, facts: Facts, loans: LoanMonths, standings: Mapping[str, LoanStanding], suspects: Collection[str]
    ) -> dict[str, Noted]:
        """Return what the notes of a few loans make of their instalments."""
        if not suspects:
            return {}
        start = date_number(facts.distribution.due_period[0] - _DAY)
        before = self.reading.loan_rates(self.deal_key, known_through=self.known, through=start, changed=True)
        payments = Selector(types=("loan_payment_changed",), last=self.number - 1)
        changed = payments_changed(self.reading.rows(self.deal_key, payments, known_through=self.known))
        rates, draws = (
            _by_day(self.rows("loan_rate_changed"), "note_rate"),
            _by_day(self.rows("draw_made"), "principal"),
        )
        return noted(
            facts.terms,
            facts.distribution,
            (
                LoanKnown(
                    boarded=boarded,
                    held=loans[loan],
                    began=began(loans[loan], standings.get(loan)) - self.deferred.get(loan, 0),
                    rate=before[loan][0] if loan in before else rate_to_units(boarded.note_rate),
                    changes=rates.get(loan, ()),
                    payment=changed.get(loan),
                    draws=draws.get(loan, ()),
                )
                for loan, boarded in self.whole(suspects).items()
            ),
        )

    def standings(self) -> dict[str, LoanStanding]:
        """Return where the loans that count in the distribution stand, before it and after it: all, or those apart."""
        if not self.tape:
            return {}
        present = (
            None if self.plain is None and not self.gone else [loan for loan in self.tape if loan not in self.gone]
        )
        found = self.reading.loan_standings(self.deal_key, known_through=self.known, last=self.number, loans=present)
        return {loan: found[loan] for loan in self.tape if loan in found} | found

    def rates(self) -> dict[str, tuple[int, int]]:
        """Return the note and servicing rates that the month's instalments accrued at.

        A change of the note rate that says nothing of the servicing rate leaves it.
        """
        rates = {loan: (row.note_rate, row.servicing_rate) for loan, row in self.tape.items()}
        for loan, (note_rate, servicing_rate) in self.changed.items():
            rates[loan] = note_rate, servicing_rate or rates.get(loan, (0, 0))[1]
        return rates

    def boarded(self, standings: Mapping[str, LoanStanding]) -> tuple[dict[str, int], int]:
        """Return the payments that loans were boarded with, in store units, and how many have no age or no term."""
        payments: dict[str, int] = {}
        unaged = 0
        stand = [
            row for loan, row in self.tape.items() if (held := standings.get(loan)) is not None and held.on_books > 0
        ]
        spelt = codec.raw_glances([row.payload for row in stand], BOARDING, NOTED)
        for row, (age, term, payment, _) in zip(stand, spelt, strict=True):
            unaged += age is None or term is None
            if payment is not None:
                payments[row.loan] = payment_units(payment)
        return payments, unaged

    def changed_since(self, loans: Collection[str], rates: Mapping[str, tuple[int, int]]) -> frozenset[str]:
        """Return those of these loans whose note rate is another one than they were boarded with."""
        boarded = self.whole(loans)
        return frozenset(
            loan for loan, held in boarded.items() if rates.get(loan, (0, 0))[0] != rate_to_units(held.note_rate)
        )

    def whole(self, loans: Iterable[str]) -> dict[str, LoanBoarded]:
        """Return what was boarded of a few loans."""
        names = sorted(set(loans))
        return boarded_loans(self.reading, self.deal_key, self.known, names) if names else {}

    def boarded_as(self, loans: Iterable[str]) -> dict[str, BoardedAs]:
        """Return what the month is held to of the boardings of loans that something happened to in it."""
        rows = [row for loan in dict.fromkeys(loans) if (row := self.tape.get(loan)) is not None]
        held = (codec.glance(row.payload, BOARDING, BoardedAs._fields) for row in rows)
        return {row.loan: BoardedAs._make(_AS_BOARDED(item)) for row, item in zip(rows, held, strict=True)}

    def losses(self) -> dict[str, LoanLosses]:
        """Return what loans lost and brought back to date."""
        wanted = Selector(types=("loan_liquidated", "subsequent_recovery_received"), last=self.number)
        found: dict[str, LoanLosses] = {}
        for row in self.reading.month_rows(self.deal_key, wanted, known_through=self.known):
            held = found.get(row.loan) or LoanLosses(liquidated=0, lost=0, recovered=0)
            if row.type == "loan_liquidated":
                count = -1 if row.voids else 1
                found[row.loan] = attrs.evolve(held, liquidated=held.liquidated + count, lost=held.lost + row.loss)
            else:
                found[row.loan] = attrs.evolve(held, recovered=held.recovered + row.loss)
        return found

    def certified(self) -> dict[str, int]:
        """Return the loans whose advances were declared nonrecoverable before this month, with the day of the last."""
        wanted = Selector(types=("advance_declared_nonrecoverable",), last=self.number - 1)
        declared: dict[str, int] = {}
        latest: dict[str, int] = {}
        for row in self.reading.month_rows(self.deal_key, wanted, known_through=self.known):
            declared[row.loan] = declared.get(row.loan, 0) + row.principal + row.interest + row.other
            latest[row.loan] = max(latest.get(row.loan, 0), row.effective_date)
        return {loan: latest[loan] for loan, units in declared.items() if units > 0}

    def nonrecoverable(self, loans: Mapping[str, LoanMonth], certified: Mapping[str, int]) -> frozenset[str]:
        """Return the loans whose certificate, made before this month, stands against an advance of this month.

        A borrower who has paid everything since is one whom the servicer may trust again.
        """
        return frozenset(
            loan
            for loan, day in certified.items()
            if (held := loans.get(loan)) is not None
            and held.advanced_principal + held.advanced_interest > 0
            and not self._paid_up_since(loan, day)
        )

    def _paid_up_since(self, loan: str, day: int) -> bool:
        wanted = Selector(types=("loan_status_changed",), loan=loan, last=self.number)
        rows = list(self.reading.rows(self.deal_key, wanted, known_through=self.known))
        voided = {row.reverses for row in rows}
        return any(
            row.code == _PAID_UP and row.effective_date > day and row.reverses is None and row.event_id not in voided
            for row in rows
        )

    def arrears(self, loans: Mapping[str, LoanMonth]) -> dict[str, Arrears]:
        """Return the arrears and advances to date of the loans that paid late this month."""
        late = [loan for loan, held in loans.items() if held.late]
        found = {loan: Arrears() for loan in late}
        if late:
            for loan, _, row in self.reading.advance_totals(
                self.deal_key, known_through=self.known, types=_ARREARS, loans=late
            ):
                if row.distribution <= self.number:
                    found[loan].take_in(row.type, row.code, row.principal + row.interest, row.memo)
        return found

    def unpaid_before(self, facts: Facts, closed: int) -> int | None:
        """Return the distribution before this one, if it is closed, was about instalments and was never paid."""
        before = facts.calendar.preceding(self.number)
        if before is None or before > closed:
            return None
        # Totals of months long past are put together, so that they do not tell one from another.
        for type_name, there in (("collection_account_remitted", True), ("scheduled_payment_due", False)):
            wanted = Selector(types=(type_name,), first=before, last=before)
            rows = self.reading.totals(self.deal_key, wanted, known_through=self.known)
            if any(row.events % 2 or any(row.components) for row in rows) is there:
                return None
        return before

    def held(self, signs: Mapping[str, int]) -> dict[str, int]:
        """Return what each loan has to date in an account that these types move."""
        found: dict[str, int] = {}
        wanted = Selector(types=tuple(signs), last=self.number)
        for row in self.reading.month_rows(self.deal_key, wanted, known_through=self.known):
            moved = row.other + row.principal + row.interest
            found[row.loan] = found.get(row.loan, 0) + signs[row.type] * moved
        return found


_AS_BOARDED = attrgetter(*BoardedAs._fields)
_PAID_UP = "performing:current"
_DUE_DAYS = ('"paid_to_date":"', '"first_due_date":"')
_METHOD, _TWELFTHS = '"interest_method":"', InterestMethod.THIRTY_360
_BIWEEKLY = '"payment_frequency":"biweekly"'
_NO_ROUTINE = tuple(name for name in REGISTRY if not is_routine(name) and name not in FEES.types)
"""The types of what does not happen to every loan every month."""

_ARREARS: Mapping[str, tuple[str, ...]] = {
    "instalment_reported_delinquent": (),
    "payment_returned": (),
    "collection_received": ("late", "late, advanced"),
    "unapplied_funds_applied": ("late", "late, advanced"),
    "advance_made": (),
    "advance_recovered": (),
    "advance_declared_nonrecoverable": (),
    "amount_brought_forward": ("unreimbursed advances",),
}
_UNAPPLIED = {
    "unapplied_funds_received": 1,
    "unapplied_funds_applied": -1,
    "unapplied_funds_returned": -1,
}
_OVERPAID = {"overpayment_received": 1, "overpayment_refunded": -1}


def month_of(reading: Source, deal_key: int, known: int, facts: Facts, report: DistributionReport) -> MonthToClose:
    """Return what the checks look at."""
    asked = _Asked(reading, deal_key, known, facts)
    plain = asked.plain or Plain()
    loans = asked.loans(facts)
    standings = asked.standings()
    rates = asked.rates() if standings or plain.loans else {}
    payments, unaged = asked.boarded(standings)
    cent = facts.terms.currency.unit_in_store
    unlike = unlike_payments(loans, standings, payments, cent)
    if unlike:
        changed_since = asked.changed_since(unlike, rates)
        unlike = {loan: units for loan, units in unlike.items() if loan not in changed_since}
    deferred = asked.deferred
    counted = asked.counted_otherwise(facts, loans)
    apart = dict.fromkeys([*interest_apart(loans, standings, rates, deferred, cent), *unlike, *counted])
    by_note = asked.noted(facts, loans, standings, apart)
    unlike = {
        loan: units
        for loan, units in unlike.items()
        if loan not in by_note or abs(by_note[loan].principal - units) > cent
    }
    arrears, changed = asked.arrears(loans), asked.rows("loan_rate_changed")
    singly, closed = _sums(loans, plain, cent), reading.closed_through(deal_key, known_through=known)
    certified, history = asked.certified(), History(reading, deal_key, known, facts)
    late = history.late_payments()
    voided = {item.voids for item in late}
    return MonthToClose(
        facts=facts,
        report=report,
        loans=loans,
        early_dues=asked.early_dues(facts, loans),
        plain=plain.groups,
        tape=asked.tape.keys(),
        standings=standings,
        rates=rates,
        unlike_payments=unlike,
        unaged=unaged + plain.unaged,
        singly=singly,
        by_loan=_by_loan(facts, report, singly, _openings(standings, plain)),
        losses=asked.losses(),
        certified=frozenset(certified),
        nonrecoverable=asked.nonrecoverable(loans, certified),
        arrears=arrears,
        late=tuple(item for item in late if item.voids is None and item.event_id not in voided),
        doubles=posted_twice(reading, deal_key, known, facts, loans, late),
        departed=history.departed(loans, standings),
        unreported=history.unreported(loans, standings),
        boarded=asked.boarded_as([*arrears, *(row.loan for row in changed if row.loan)]),
        rate_changes=changed,
        off_index=rates_apart(reading, deal_key, known, facts.terms, facts.number),
        statuses=asked.rows("loan_status_changed"),
        substituted=asked.rows("loan_substituted"),
        unapplied=asked.held(_UNAPPLIED),
        overpaid=asked.held(_OVERPAID),
        ahead=history.paid_ahead(),
        closed_through=closed,
        unpaid_before=asked.unpaid_before(facts, closed),
        deferred=deferred,
        noted=by_note,
        twice=asked.twice(loans),
    )


def unlike_payments(
    loans: Mapping[str, LoanMonth],
    standings: Mapping[str, LoanStanding],
    payments: Mapping[str, int],
    cent: int = CENT,
) -> dict[str, int]:
    """Return the principal that fell due otherwise than the payment of the note leaves it, by loan, in store units.

    The last instalment takes what is left, and no instalment more than that. A loan that is paid off before owes none.
    """
    found: dict[str, int] = {}
    for loan, payment in payments.items():
        held = loans.get(loan)
        if held is None or held.dues != 1 or held.paid_off > 0:
            continue
        level = payment - held.due_interest
        if (
            abs(held.due_principal - level) > cent
            and abs(held.due_principal - min(level, began(held, standings[loan]))) > cent
        ):
            found[loan] = held.due_principal
    return found


def _by_day(rows: Iterable[StoredRow], column: str) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return what stands of events of single loans, by loan: the date (YYYYMMDD) and one column of each."""
    standing: dict[str, StoredRow] = {}
    for row in rows:
        if row.reverses is not None:
            standing.pop(row.reverses, None)
        elif row.loan:
            standing[row.event_id] = row
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for row in standing.values():
        found[row.loan] = (*found.get(row.loan, ()), (row.effective_date, getattr(row, column)))
    return found


def _since(facts: Facts) -> int:
    """Return the payment date before the distribution: what is dated later belongs to its month."""
    prior = facts.distribution.prior_payment_date
    return 0 if prior is None else date_number(prior)


def _sums(loans: LoanMonths, plain: Plain, cent: int) -> dict[str, GroupSums]:
    """Return what single loans come to, by group."""
    found: dict[str, GroupSums] = {}
    for group, passed in plain.groups.items():
        passed.added_to(found.setdefault(group, GroupSums()))
    for held in loans.values():
        sums = found.get(held.group)
        if sums is None:
            sums = found[held.group] = GroupSums()
        sums.dues += held.dues
        sums.due += held.due_principal + held.due_interest
        sums.received += held.received_principal + held.received_interest
        sums.fees += held.fee + held.fee_before
        if held.received_interest != held.due_interest:
            sums.more_interest += _below_a_cent(held.received_interest - held.due_interest, cent)
        if held.received_principal != held.due_principal:
            sums.more_principal += _below_a_cent(held.received_principal - held.due_principal, cent)
    for held in loans.rare.values():
        sums = found[held.group]
        sums.reported += held.delinquent_principal + held.delinquent_interest
        sums.advanced += held.advanced_principal + held.advanced_interest
    return found


def _openings(standings: Mapping[str, LoanStanding], plain: Plain) -> dict[str, int]:
    """Return what the loans of each group began the month with."""
    found = {group: passed.opening for group, passed in plain.groups.items()}
    for stands in standings.values():
        if stands.opening > 0:
            found[stands.group] = found.get(stands.group, 0) + stands.opening
    return found


def _below_a_cent(units: int, cent: int) -> int:
    return units if -cent < units < cent else 0


def _last_day(day: int) -> int:
    """Return the last day of the month of a date (YYYYMMDD)."""
    return monthrange(day // 10_000, day // 100 % 100)[1]


def _by_loan(
    facts: Facts,
    report: DistributionReport,
    singly: Mapping[str, GroupSums],
    openings: Mapping[str, int],
) -> frozenset[str]:
    """Return the groups whose instalments are posted loan by loan: all of it, or of all the balance that began."""
    found: set[str] = set()
    for group in facts.groups:
        sums = singly.get(group)
        if sums is None or not sums.dues:
            continue
        fallen, pool = report.instalments, report.collateral.groups[group]
        whole = (fallen.due_principal[group].value + fallen.due_interest[group].value) * UNITS_PER_DOLLAR
        if sums.due == whole or openings.get(group, 0) == pool.opening_balance.value * UNITS_PER_DOLLAR:
            found.add(group)
    return frozenset(found)
