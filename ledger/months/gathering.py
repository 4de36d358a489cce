"""What a month is built from: the loans as they stand, what others posted of the month, and what was built before.

Everything is asked of the store by column, in queries whose number does not grow with the loans. What the month itself
posted is told from the rest by its event ids, which begin with :func:`stamp_of`; anything else is somebody's word, and
stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import attrs

from ledger.deal.schedule import Distribution, schedule
from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import Forbearance
from ledger.deal.windows import Window
from ledger.journal.accounts import DEFERRED_PRINCIPAL
from ledger.journal.movements import DEFERRING_TYPES
from ledger.journal.postings import account_effect
from ledger.months.premiums import insured_by, premium_rates
from ledger.months.receipts import PAYING, PaymentsIn, stamp_on
from ledger.months.shapes import Shapes, TapeLoan, conventions_of
from ledger.months.tape import MonthTape, read_month_tape
from ledger.readiness.loan_month import DUES, FEES, PAYMENTS, TAKE_IN, LoanMonths
from ledger.reading.loan_pool import loans_present, standing_boardings
from ledger.store.rows import LoanStanding, LoanStatus, MonthRow, StoredRow
from ledger.store.source import Source
from ledger.values.dates import date_from_number, date_number
from ledger.values.selector import Selector

RARE = (
    "instalment_reported_delinquent", "advance_made", "advance_recovered", "compensating_interest_paid",
    "interest_capitalized", "fee_charged",
)  # fmt: skip
"""Event types that a month says of a few loans, or of a group."""

OF_GROUPS = frozenset({"compensating_interest_paid", "fee_charged"})
"""Those of them that it says of a group."""

CHANGES = ("loan_rate_changed", "loan_payment_changed")
"""Event types by which a month says what a note bears from now on."""

BUILT = "month_built"

_COLUMNS = (
    "event_id", "loan", "loan_group", "code", "effective_date", "principal", "interest", "fee", "reverses",
)  # fmt: skip
_PRINCIPAL_OF_MONTH = {"scheduled_payment_due": 1, "interest_capitalized": -1}
_DAY = dt.timedelta(days=1)
_CERTIFIED = "advance_declared_nonrecoverable"
_ADVANCES = ("advance_made", "advance_recovered", _CERTIFIED)


class Key(NamedTuple):
    """What a month says at most once: a type and code, of a loan (or a group), on a date (YYYYMMDD)."""

    type: str
    whose: str
    code: str
    day: int


class Amounts(NamedTuple):
    """What an event of a month comes to, in store units; ``level`` is a note rate (of 10**-10) or a payment."""

    principal: int = 0
    interest: int = 0
    fee: int = 0
    level: int = 0


class Own(NamedTuple):
    """An event that the month posted and that stands."""

    event_id: str
    amounts: Amounts


@attrs.define
class Built:
    """What was built of the month before.

    ``standing`` is what stands of it, ``times`` how often each thing was said, ``refused`` what somebody else took
    back: it is not said again. ``built`` counts the events that say that the month was built.
    """

    standing: dict[Key, Own] = attrs.field(factory=dict)
    times: dict[Key, int] = attrs.field(factory=dict)
    refused: set[Key] = attrs.field(factory=set)
    built: int = 0


@attrs.frozen(kw_only=True, slots=False)
class LoansOfMonth:
    """The loans of a pool before a month is built; amounts are store units, rates of 10**-10.

    ``tape`` is what was boarded, and ``payloads`` are whole boardings of loans that something moved within the month,
    as far as the tape lacks them; ``boarded_within`` the balances of what was boarded within the month, ``standings``
    are of the loans that may still count, ``rates`` the note and servicing rates in force before the due period,
    ``rate_changes`` what others changed of them within it (date, note and servicing rate; a zero says nothing of the
    latter), ``payments`` the payments that were changed since boarding. ``statuses`` are those at the close of the
    distribution before. ``others`` are the months of the loans as others posted them, ``payoffs`` (and what else leaves
    interest unpaid) and ``late`` are rows of them, whole. ``certified`` are loans whose advances were declared
    nonrecoverable. ``draws`` are draws on lines of credit of this month, ``deferred`` is what of the balances bears no
    interest. ``changed`` are the dates on which rates or payments of a loan were changed by others in this month,
    ``compensated`` is compensating interest that others posted, by group; ``charged`` are the fees that others charged,
    each with its group ("": the whole deal). ``premium_rates`` are the yearly rates of mortgage insurance that loans
    state, asked for where a fee is made of them. ``receipts`` are payments by the day, asked for where interest runs to
    the day of a payment.
    """

    deal: str
    terms: DealTerms
    distribution: Distribution
    known_through: int
    boarded_within: Mapping[str, int]
    tape: Mapping[str, TapeLoan]
    payloads: Mapping[str, str]
    standings: Mapping[str, LoanStanding]
    rates: Mapping[str, tuple[int, int]]
    rate_changes: Mapping[str, tuple[tuple[int, int, int], ...]]
    payments: Mapping[str, int]
    statuses: Mapping[str, LoanStatus]
    others: LoanMonths
    payoffs: tuple[StoredRow, ...]
    late: tuple[StoredRow, ...]
    changed: frozenset[tuple[str, int]]
    compensated: Mapping[str, int]
    charged: frozenset[tuple[str, str]]
    premium_rates: Mapping[str, int]
    certified: frozenset[str]
    built: Built
    draws: Mapping[str, tuple[StoredRow, ...]]
    deferred: Mapping[str, int]
    receipts: PaymentsIn

    @property
    def first_open_day(self) -> int:
        """The first date (YYYYMMDD) on which a rate can change in this distribution."""
        prior = self.distribution.prior_payment_date
        return 0 if prior is None else date_number(prior + _DAY)

    def left_of(self, loan: str) -> int:
        """Return what a loan stands at but for the month's own instalments: all that they may still take of it.

        Below zero it is what unpaid interest must have added, for somebody paid it already.
        """
        return self.standings[loan].balance + self._moved_by_month.get(loan, 0)

    @cached_property
    def _moved_by_month(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for key, own in self.built.standing.items():
            sign = _PRINCIPAL_OF_MONTH.get(key.type)
            if sign:
                found[key.whose] = found.get(key.whose, 0) + sign * own.amounts.principal
        return found

    def reckoned(self) -> LoansOfMonth:
        """Return the loans without what only their instalments are reckoned by, to let go of what was boarded."""
        return attrs.evolve(self, tape={}, payloads={}, rates={}, rate_changes={}, payments={}, draws={}, deferred={})

    def payload_of(self, loan: str) -> str:
        """Return the boarding of a loan that its shape and its amounts do not say all of."""
        return self.tape[loan].payload or self.payloads[loan]


def stamp_of(deal: str, distribution: Distribution) -> str:
    """Return what the ids of a month's own events begin with."""
    return stamp_on(deal, distribution.payment_date)


class Gathering:
    """The queries behind one month."""

    def __init__(self, reading: Source, deal: str, known: int, terms: DealTerms, at: Distribution) -> None:
        self.reading, self.deal, self.known, self.terms, self.at = reading, deal, known, terms, at
        self.deal_key = reading.deal_key(deal)
        self.stamp = stamp_of(deal, at)
        self.built = Built()
        self.others = LoanMonths()
        self._own: dict[str, Key] | None = None
        self._replaced: dict[str, Key] = {}

    def loans(self) -> LoansOfMonth:
        """Return everything that the month is built from."""
        tape, number = self.tape.loans, self.at.number
        present = loans_present(self.reading, self.deal_key, self.known, tape, first=number, last=number)
        standings = self.reading.loan_standings(
            self.deal_key,
            known_through=self.known,
            last=number,
            loans=[*tape, *sorted(self.tape.unboarded)] if present is None else present,
        )
        self._routine()
        rare = self._rare()
        before, draws = self._before(), self._draws()
        return LoansOfMonth(
            deal=self.deal,
            terms=self.terms,
            distribution=self.at,
            known_through=self.known,
            boarded_within=self._boarded_within(tape, standings),
            tape=tape,
            payloads=self._payloads(tape, draws),
            standings=standings,
            rates=self._rates(tape),
            rate_changes=_changes_by_loan(rare),
            payments=self._payments(rare),
            statuses=self.reading.loan_statuses(self.deal_key, known_through=self.known, last=before, loans=present),
            others=self.others,
            payoffs=self._standing_rows(*_short_types(self.terms)),
            late=self._late(),
            changed=frozenset((row.loan, row.effective_date) for row in rare if row.posts_as in CHANGES and row.loan),
            compensated=_by_group(row for row in rare if row.posts_as == "compensating_interest_paid"),
            charged=frozenset((row.code, row.loan_group) for row in rare if row.posts_as == "fee_charged"),
            premium_rates=premium_rates(self.reading, self.deal_key, self.known) if insured_by(self.terms) else {},
            certified=self._certified(),
            built=self.built,
            draws=draws,
            deferred=self._deferred(),
            receipts=PaymentsIn(self.reading, self.deal, self.known, schedule(self.terms), number),
        )

    def _before(self) -> int:
        """Return the number of the distribution before, or one that no distribution has."""
        prior = self.at.prior_payment_date
        return 0 if prior is None else date_number(prior)

    def _selected(self, *types: str) -> Selector:
        return Selector(types=types, first=self.at.number, last=self.at.number)

    def _standing_rows(self, *types: str, wanted: Selector | None = None) -> tuple[StoredRow, ...]:
        """Return the events of the distribution that post as these types and were not taken back."""
        found: dict[str, StoredRow] = {}
        asked = self._selected(*types) if wanted is None else wanted
        for row in self.reading.rows(self.deal_key, asked, known_through=self.known):
            if row.reverses is not None:
                found.pop(row.reverses, None)
            else:
                found[row.event_id] = row
        return tuple(found.values())

    # What was posted of the month: by the month itself, and by others.

    def _took_in(self, event_id: str, key: Key, amounts: Amounts, reverses: str | None) -> bool:
        """Take in an event of the month's own, or what voids one; False for anything else."""
        if reverses is None:
            if not event_id.startswith(self.stamp):
                return False
            standing = self.built.standing
            if key in standing:
                self._replaced[standing[key].event_id] = key
            if self._own is not None:
                self._own[event_id] = key
            standing[key] = Own(event_id, amounts)
            self.built.times[key] = self.built.times.get(key, 0) + 1
            return True
        if self._own is None:
            # Few months take anything back, and one that does not needs no ids of hundreds of thousands of events.
            self._own = {own.event_id: key for key, own in self.built.standing.items()} | self._replaced
        voided = self._own.get(reverses)
        if voided is None:
            return False
        held = self.built.standing.get(voided)
        if held is not None and held.event_id == reverses:
            del self.built.standing[voided]
        if not event_id.endswith(REBUILT):
            self.built.refused.add(voided)
        return True

    def _routine(self) -> None:
        prior = self.at.prior_payment_date
        since = 0 if prior is None else date_number(prior)
        self.others.take_dues(
            (loan, group, day, principal, interest, voids)
            for loan, group, _, day, principal, interest, _, voids in self._of_others(DUES.types[0])
        )
        self.others.take_payments(
            (loan, group, code, principal, interest)
            for loan, group, code, _, principal, interest, _, _ in self._of_others(PAYMENTS.types[0])
        )
        self.others.take_fees(
            (
                (loan, group, day, fee)
                for name in FEES.types
                for loan, group, _, day, _, _, fee, _ in self._of_others(name)
            ),
            since,
        )

    def _of_others(self, type_name: str) -> Iterator[tuple[Any, ...]]:
        """Yield the columns of what others posted of a type; what the month posted is taken in on the way."""
        rows = self.reading.month_columns(self.deal_key, self._selected(type_name), _COLUMNS, known_through=self.known)
        voiding: list[tuple[Any, ...]] = []
        for row in rows:
            event_id, loan, _, code, day, principal, interest, fee, reverses = row
            if reverses is not None:
                voiding.append(row)
            elif not self._took_in(event_id, Key(type_name, loan, code, day), Amounts(principal, interest, fee), None):
                yield row[1:]
        for row in voiding:
            if not self._took_in(row[0], _NO_KEY, _NOTHING, row[-1]):
                yield row[1:]

    def _rare(self) -> list[StoredRow]:
        """Take in what the month said of a few loans, and what others posted of rarer types; return the latter whole.

        Only what stands of rates, payments, and what is said of groups is returned.
        """
        found: dict[str, StoredRow] = {}
        rows: list[MonthRow] = []
        for row in self.reading.rows(self.deal_key, self._selected(*RARE, *CHANGES, BUILT), known_through=self.known):
            if row.posts_as == BUILT:
                self.built.built += row.reverses is None
                continue
            key = Key(row.posts_as, row.loan or row.loan_group, row.code, row.effective_date)
            level = row.note_rate if row.posts_as == CHANGES[0] else row.memo
            if self._took_in(row.event_id, key, Amounts(row.principal, row.interest, row.fee, level), row.reverses):
                continue
            if row.reverses is not None:
                found.pop(row.reverses, None)
            elif row.posts_as in CHANGES or row.posts_as in OF_GROUPS:
                found[row.event_id] = row
            if row.loan and row.posts_as in TAKE_IN:
                rows.append(_month_row(row))
        others = tuple(name for name in TAKE_IN if name not in RARE)
        rows.extend(self.reading.month_rows(self.deal_key, self._selected(*others), known_through=self.known))
        self.others.take(rows)
        return list(found.values())

    # What the loans bear, and where they stand.

    @cached_property
    def tape(self) -> MonthTape:
        """The loans that were boarded, read once."""
        at, conventions = self.at, conventions_of(self.terms)
        return read_month_tape(
            self.reading, self.deal_key, self.known, Shapes(conventions, *at.due_period, self.terms.currency)
        )

    def _payloads(self, tape: Mapping[str, TapeLoan], draws: Iterable[str]) -> dict[str, str]:
        """Return the boardings of loans that something moved within the month, where the tape does not hold them."""
        moved = {*draws, *(loan for loan, held in self.others.rare.items() if held.curtailed)}
        wanted = sorted(loan for loan in moved if loan in tape and tape[loan].payload is None)
        if not wanted:
            return {}
        rows = standing_boardings(self.reading.boardings(self.deal_key, known_through=self.known, loans=wanted))
        return {loan: row.payload for loan, row in rows.items()}

    def _boarded_within(self, tape: Mapping[str, TapeLoan], standings: Mapping[str, LoanStanding]) -> dict[str, int]:
        found: dict[str, int] = {}
        for loan, stands in standings.items():
            if stands.opening > 0 or loan not in tape:
                continue
            boarded = tape[loan]
            if schedule(self.terms).belongs_to(Window.BOARDING, date_from_number(boarded.day)) == self.at.number:
                found[loan] = boarded.balance
        return found

    def _rates(self, tape: Mapping[str, TapeLoan]) -> dict[str, tuple[int, int]]:
        """Return the note and servicing rates in force before the due period: the month's own changes lie within it."""
        rates = {loan: row.rates for loan, row in tape.items()}
        through = date_number(self.at.due_period[0] - _DAY)
        if self.at.prior_payment_date is not None:
            # Changes of the month before are dated up to the day after the payment before that.
            through = max(through, date_number(self.at.prior_payment_date))
        changed = self.reading.loan_rates(self.deal_key, known_through=self.known, through=through, changed=True)
        for loan, (note_rate, servicing_rate) in changed.items():
            rates[loan] = note_rate, servicing_rate or rates.get(loan, (0, 0))[1]
        return rates

    def _payments(self, rare: Iterable[StoredRow]) -> dict[str, int]:
        """Return the payments in force of loans whose payment was changed, but for what the month itself changed."""
        before = self.reading.loan_payments(self.deal_key, known_through=self.known, last=self._before())
        found = {loan: (day, payment) for loan, (day, payment) in before.items()}
        for row in rare:
            if row.posts_as == CHANGES[1] and (row.loan not in found or found[row.loan][0] <= row.effective_date):
                found[row.loan] = row.effective_date, row.memo
        return {loan: payment for loan, (_, payment) in found.items()}

    def _late(self) -> tuple[StoredRow, ...]:
        """Return the late payments of this month that stand, whole; what the bank took back of them is below zero."""
        if not any(held.late for held in self.others.values()):
            return ()
        found: list[StoredRow] = []
        for code in ("late", "late, advanced"):
            wanted = Selector(types=PAYING, code=code, first=self.at.number, last=self.at.number)
            for row in self._standing_rows(wanted=wanted):
                returned = row.posts_as == "payment_returned"
                found.append(row._replace(principal=-row.principal, interest=-row.interest) if returned else row)
        return tuple(found)

    def _draws(self) -> dict[str, tuple[StoredRow, ...]]:
        found: dict[str, tuple[StoredRow, ...]] = {}
        for row in self._standing_rows("draw_made"):
            if row.loan:
                found[row.loan] = (*found.get(row.loan, ()), row)
        return found

    def _deferred(self) -> dict[str, int]:
        """Return what was deferred of loans' balances before this distribution, where the terms leave it in them."""
        found: dict[str, int] = {}
        if self.terms.forbearance is Forbearance.LOSS_NOW:
            return found
        wanted = Selector(types=DEFERRING_TYPES, last=self._before())
        for row in self.reading.rows(self.deal_key, wanted, known_through=self.known):
            units = account_effect(DEFERRED_PRINCIPAL, row.posts_as, row.code, row.components)
            found[row.loan] = found.get(row.loan, 0) - units
        return found

    def _certified(self) -> frozenset[str]:
        """Return the loans whose advances were declared nonrecoverable up to this distribution."""
        wanted = Selector(types=(_CERTIFIED,), last=self.at.number)
        return frozenset(row.loan for row in self._standing_rows(wanted=wanted) if row.loan)

    def advances_of(self, loans: Collection[str]) -> dict[str, list[StoredRow]]:
        """Return what was advanced on loans and taken back to date, in order, but for what the month itself says."""
        found = self._of_loans(_ADVANCES, loans)
        own = self.stamp
        return {loan: [row for row in rows if not row.event_id.startswith(own)] for loan, rows in found.items()}

    def reported_of(self, loans: Collection[str]) -> dict[str, list[StoredRow]]:
        """Return the instalments of loans that were reported delinquent to date, in order."""
        return self._of_loans(("instalment_reported_delinquent",), loans)

    def _of_loans(self, types: tuple[str, ...], loans: Collection[str]) -> dict[str, list[StoredRow]]:
        found: dict[str, list[StoredRow]] = {}
        if loans:
            wanted = Selector(types=types, loans=tuple(sorted(loans)), last=self.at.number)
            for row in self._standing_rows(wanted=wanted):
                found.setdefault(row.loan, []).append(row)
        return found


REBUILT = "/rebuilt"
"""How the id of what voids an event of the month's own ends where the month itself voids it."""

_NO_KEY, _NOTHING = Key("", "", "", 0), Amounts()


def _short_types(terms: DealTerms) -> tuple[str, ...]:
    """Return the event types whose principal leaves interest of its month unpaid."""
    if terms.shortfalls.curtailments_count:
        return "payoff_collected", "curtailment_collected"
    return ("payoff_collected",)


def _month_row(row: StoredRow) -> MonthRow:
    return MonthRow(
        row.loan,
        row.posts_as,
        row.code,
        row.loan_group,
        row.effective_date,
        row.principal,
        row.interest,
        row.fee,
        row.loss,
        row.other,
        row.loans,
        row.note_rate,
        row.reverses,
    )


def _changes_by_loan(rows: Iterable[StoredRow]) -> dict[str, tuple[tuple[int, int, int], ...]]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for row in rows:
        if row.posts_as == CHANGES[0] and row.loan:
            found.setdefault(row.loan, []).append((row.effective_date, row.note_rate, row.servicing_rate))
    return {loan: tuple(sorted(changes, key=lambda item: item[0])) for loan, changes in found.items()}


def _by_group(rows: Iterable[StoredRow]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.loan_group] = found.get(row.loan_group, 0) + row.interest
    return found


__all__ = [
    "BUILT",
    "CHANGES",
    "OF_GROUPS",
    "RARE",
    "REBUILT",
    "Amounts",
    "Built",
    "Gathering",
    "Key",
    "LoansOfMonth",
    "Own",
    "stamp_of",
]
