"""What the gate looks at: the report of a month, the months of its loans, and where the loans stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import attrs

from ledger.events.collections import PayoffCollected
from ledger.journal.movements import PAYING_TYPES
from ledger.projections.facts import Facts
from ledger.projections.report import DistributionReport
from ledger.readiness.loan_month import LoanMonths
from ledger.store.rows import LoanStanding, StoredRow
from ledger.values.money import UNITS_PER_DOLLAR

if TYPE_CHECKING:
    from ledger.readiness.by_notes import Noted
    from ledger.readiness.plain import PlainSums
    from ledger.readiness.resets import RateApart


@attrs.frozen(kw_only=True)
class LoanLosses:
    """What a loan lost and brought back to date, in store units; ``liquidated`` counts its liquidations that stand."""

    liquidated: int
    lost: int
    recovered: int


@attrs.define
class GroupSums:
    """What the events of single loans of a group come to in the month, in store units; ``dues`` counts instalments.

    ``more_principal`` and ``more_interest`` are what loans paid beyond their instalments, where that is less than a
    cent, net of what others paid less.
    """

    dues: int = 0
    due: int = 0
    received: int = 0
    reported: int = 0
    advanced: int = 0
    fees: int = 0
    more_principal: int = 0
    more_interest: int = 0


@attrs.define
class Arrears:
    """What a loan missed, paid late and was advanced to date, principal and interest together, in store units.

    ``missed`` are its instalments as reported delinquent, and payments returned; ``late`` what was paid of them,
    ``late_advanced`` the part of it that had been advanced. ``advanced`` are advances made or brought forward,
    ``recovered`` those taken back or declared nonrecoverable, ``drawn`` the part of it out of late payments.
    """

    missed: int = 0
    late: int = 0
    late_advanced: int = 0
    advanced: int = 0
    recovered: int = 0
    drawn: int = 0

    def take_in(self, type_name: str, code: str, units: int, brought_forward: int) -> None:
        """Add the total of the events of a type and code."""
        if type_name == "instalment_reported_delinquent" or (type_name == "payment_returned" and code == "on time"):
            self.missed += units
        elif type_name in PAYING_TYPES:
            came = -units if type_name == "payment_returned" else units
            self.late += came
            self.late_advanced += came if code == "late, advanced" else 0
        elif type_name == "advance_made":
            self.advanced += units
        elif type_name == "amount_brought_forward":
            self.advanced += brought_forward
        elif code != "any funds":  # those were declared nonrecoverable before
            self.recovered += units
            self.drawn += units if code == "late collections" else 0


class BoardedAs(NamedTuple):
    """What a loan was boarded with, of what a month is held to; rates are fractions of one."""

    effective_date: dt.date
    paid_to_date: dt.date | None
    min_rate: Decimal | None
    max_rate: Decimal | None


class LatePayment(NamedTuple):
    """A late payment of a loan, or its reversal (``voids``): amounts are store units, ``due_date`` is as written."""

    event_id: str
    loan: str
    group: str
    code: str
    effective_date: int
    principal: int
    interest: int
    voids: str | None
    due_date: str


class Double(NamedTuple):
    """Events that stand in a month and agree in all they say but their ids."""

    type: str
    loan: str
    group: str
    class_id: str
    event_ids: tuple[str, ...]


@attrs.frozen(kw_only=True)
class PaidAhead:
    """What came in for instalments of later months, in store units: of all of a group, and of single loans."""

    groups: Mapping[str, int]
    loans: Mapping[str, int]


@attrs.frozen(kw_only=True, slots=False)
class MonthToClose:
    """Everything that the checks of a distribution are given; amounts that no report holds are store units.

    ``loans`` are the loans with events of this month, but for those of which it says nothing: of them ``plain`` has
    the sums, and neither ``loans``, ``tape`` nor ``standings`` names them. ``early_dues`` are the dates (YYYYMMDD) of
    their instalments that lie more than half a month before the due date. ``tape`` names loans that were boarded;
    ``standings`` are of those that may still count, ``rates`` (note and servicing rate, in force before the due date)
    of all that are asked for. ``unlike_payments`` is what fell due of principal on loans whose note has another
    payment. ``unaged`` counts loans of the pool without an age or a remaining term. ``by_loan`` are the groups whose
    instalments are posted loan by loan, ``singly`` what the loans of each group come to. ``losses`` are of loans with a
    loss or a recovery. ``certified`` are the loans whose advances were declared nonrecoverable before this month,
    ``nonrecoverable`` those of them that are advanced to in it all the same. ``arrears`` are of the loans that paid
    late this month, ``late`` are those payments, reversals left out. ``doubles`` is what stands more than once,
    ``departed`` cash of loans that had left before the month.
    ``unreported`` is what loans missed the month before that are not said to be behind. ``statuses``,
    ``rate_changes`` and ``substituted`` are events of this month, ``boarded`` what is known of the loans whose rate
    changed or that paid late, ``off_index`` the adjusted rates that are not what notes and indexes give. ``unapplied``,
    ``overpaid`` and ``ahead`` are what each loan has there to date. ``unpaid_before`` is the distribution before this
    one, where it is closed and not paid. ``deferred`` is what of the balances of loans bears no interest. ``noted`` is
    what the notes make of instalments that look wrong by twelfths of a year, ``twice`` are the loans with more
    instalments in the month than their notes have.
    """

    facts: Facts
    report: DistributionReport
    loans: LoanMonths
    plain: Mapping[str, PlainSums]
    early_dues: Mapping[str, tuple[int, ...]]
    tape: Collection[str]
    standings: Mapping[str, LoanStanding]
    rates: Mapping[str, tuple[int, int]]
    unlike_payments: Mapping[str, int]
    unaged: int
    singly: Mapping[str, GroupSums]
    by_loan: frozenset[str]
    losses: Mapping[str, LoanLosses]
    certified: frozenset[str]
    nonrecoverable: frozenset[str]
    arrears: Mapping[str, Arrears]
    late: tuple[LatePayment, ...]
    doubles: tuple[Double, ...]
    departed: Mapping[str, int]
    unreported: Mapping[str, int]
    boarded: Mapping[str, BoardedAs]
    rate_changes: tuple[StoredRow, ...]
    off_index: tuple[RateApart, ...]
    statuses: tuple[StoredRow, ...]
    substituted: tuple[StoredRow, ...]
    unapplied: Mapping[str, int]
    overpaid: Mapping[str, int]
    ahead: PaidAhead
    closed_through: int
    unpaid_before: int | None
    deferred: Mapping[str, int] = attrs.field(factory=dict)
    noted: Mapping[str, Noted] = attrs.field(factory=dict)
    twice: tuple[str, ...] = ()

    @property
    def unit(self) -> Fraction:
        """The smallest unit of cash of the deal's currency."""
        return self.facts.terms.currency.unit

    @property
    def cent(self) -> int:
        """The same in store units."""
        return self.facts.terms.currency.unit_in_store

    @cached_property
    def payoffs(self) -> dict[str, list[PayoffCollected]]:
        """The payoffs of this month that stand, by loan."""
        found: dict[str, list[PayoffCollected]] = {}
        for event in self.facts.listed:
            if isinstance(event, PayoffCollected) and event.loan is not None:
                found.setdefault(event.loan, []).append(event)
        return found

    @property
    def number(self) -> int:
        """The distribution's number, its payment date as YYYYMMDD."""
        return self.facts.number


def in_dollars(units: int) -> Fraction:
    """Return store units as dollars."""
    return Fraction(units, UNITS_PER_DOLLAR)
