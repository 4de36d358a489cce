"""What every projection is given: the terms, the distribution, and the totals of everything known by then.

A projection is a pure function of :class:`Facts`. It has no clock, no database and no other way to learn anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypedDict, TypeVar, Unpack

import attrs

from ledger.deal.schedule import Distribution, Schedule
from ledger.deal.terms import DealTerms
from ledger.events.base import Event
from ledger.events.registry import BY_CLASS
from ledger.journal.postings import Journal
from ledger.journal.totals import Totals
from ledger.projections.history import Flows
from ledger.projections.measured import MeasuredMonth
from ledger.projections.owing import Owing
from ledger.projections.pool import Cells, LoanDetail, PoolCut, Weighed
from ledger.projections.repayments import LateHeld
from ledger.projections.stripping import Stripped
from ledger.values.exact import Exact, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector

D = TypeVar("D", bound=Event)


class Narrowing(TypedDict, total=False):
    """Keys that narrow a total."""

    group: str
    class_id: str
    code: str


class RatedTotal(NamedTuple):
    """Principal prepaid on one day at one note rate: what a prepayment interest shortfall is made of."""

    effective_date: dt.date
    note_rate: Fraction
    servicing_rate: Fraction
    type: str
    group: str
    principal: Fraction


class Document(NamedTuple):
    """An event that is read whole, with the number of the distribution it belongs to."""

    distribution: int
    event: Event


class PaidBefore(NamedTuple):
    """What a class was given by earlier distributions as their statements showed it, exact, in dollars."""

    interest: Fraction = Fraction(0)
    principal: Fraction = Fraction(0)
    scheduled: Fraction = Fraction(0)

    def plus(self, other: PaidBefore) -> PaidBefore:
        """Return both together."""
        return PaidBefore(*(one + more for one, more in zip(self, other, strict=True)))


@attrs.frozen(kw_only=True)
class RestatedPart:
    """What some restatements add to funds or take from them, in store units (0.0001 dollar), and which they are."""

    units: int
    selector: Selector

    @classmethod
    def added(cls, parts: Sequence[RestatedPart], label: str) -> Exact:
        """Return the parts together, in dollars, each with its events."""
        if not parts:
            return Exact(0, "total", label=label)
        return total(
            Exact(Fraction(part.units, UNITS_PER_DOLLAR), "total", label=label, selector=part.selector)
            for part in parts
        ).named(label)


@attrs.frozen(kw_only=True)
class RestatedPrincipal:
    """What restatements add to principal funds or take from them, and to the cash of all funds.

    ``of_groups`` is principal by the group that they name. What names none came out of the pre-funding account:
    ``unnamed``, by the distribution that it was posted to, for what a group owns of the account changes from one to
    the next. ``cash`` is what they add to all funds together.
    """

    of_groups: Mapping[str, tuple[RestatedPart, ...]] = attrs.field(factory=dict)
    unnamed: Mapping[int, tuple[RestatedPart, ...]] = attrs.field(factory=dict)
    cash: tuple[RestatedPart, ...] = ()


@attrs.frozen(kw_only=True)
class Facts:
    """Everything known about a deal for one distribution, at one point of both clocks.

    ``totals`` cover every distribution up to this one. ``listed`` are the events that the statement lists one by one,
    ``boarded`` what is known of their loans. ``pool`` is None where the servicer reports by group; ``became_reo`` are
    then the loans inside the groups that became REO in this distribution. ``originals`` are the
    measures of the loans boarded by closing, where the terms take them from there. ``cells`` holds
    the delinquency cells of earlier distributions where it reports by loan. ``flows`` are the earlier months. ``paid``
    is what the statements of earlier distributions gave each class, and ``late`` what late payments brought the
    servicer (under the first rules both are left empty). ``measured`` are earlier months as triggers test them: all
    of them where one is for ever, else those whose totals are known apart.
    ``owing`` is what loans owe after the distribution, where the terms derive delinquency from it. ``stripped`` is what
    of the groups that are stripped to a rate is principal only.
    ``restated`` is the principal that restatements left in paid distributions or took from them, where the terms settle
    it (third rules).
    """

    deal: str
    terms: DealTerms
    calendar: Schedule
    distribution: Distribution
    totals: Totals
    journal: Journal
    prepaid: tuple[RatedTotal, ...] = ()
    documents: tuple[Document, ...] = ()
    listed: tuple[Event, ...] = ()
    boarded: Mapping[str, Event] = attrs.field(factory=dict)
    pool: PoolCut | None = None
    cells: Mapping[int, Cells] = attrs.field(factory=dict)
    flows: Flows = attrs.field(factory=dict)
    paid: Mapping[str, PaidBefore] = attrs.field(factory=dict)
    late: LateHeld = attrs.field(factory=LateHeld)
    became_reo: tuple[LoanDetail, ...] = ()
    originals: Mapping[str, Weighed] | None = None
    measured: tuple[MeasuredMonth, ...] = ()
    restated: RestatedPrincipal = attrs.field(factory=RestatedPrincipal)
    owing: Owing | None = None
    stripped: Mapping[str, Stripped] = attrs.field(factory=dict)

    @property
    def number(self) -> int:
        """The distribution's number, its payment date as YYYYMMDD."""
        return self.distribution.number

    @property
    def before(self) -> int:
        """The largest number that still lies before this distribution."""
        return self.number - 1

    @property
    def groups(self) -> tuple[str, ...]:
        """The loan groups in column order."""
        return self.terms.group_ids

    @property
    def derived_groups(self) -> frozenset[str]:
        """The groups whose delinquency follows from what their loans owe."""
        return derived_groups(self.terms, self.totals)

    @property
    def payments_a_year(self) -> int:
        """How many distributions the deal makes a year: 12 of a monthly deal."""
        return 12 // self.terms.calendar.months_between_payments

    def this_period(self, component: str, types: str | tuple[str, ...], **keys: Unpack[Narrowing]) -> Exact:
        """Return the sum of a component over this distribution's events."""
        return self.totals.sum(component, types, first=self.number, last=self.number, **keys)

    def to_date(self, component: str, types: str | tuple[str, ...], **keys: Unpack[Narrowing]) -> Exact:
        """Return the sum of a component over every event up to and including this distribution."""
        return self.totals.sum(component, types, last=self.number, **keys)

    def before_period(self, component: str, types: str | tuple[str, ...], **keys: Unpack[Narrowing]) -> Exact:
        """Return the sum of a component over every event before this distribution."""
        return self.totals.sum(component, types, last=self.before, **keys)

    def documents_of(self, kind: type[D], *, first: int = 0, last: int | None = None) -> list[tuple[int, D]]:
        """Return the events of a class that belong to the distributions from ``first`` to ``last`` (default: this)."""
        through = self.number if last is None else last
        return [
            (number, event)
            for number, event in self.documents
            if type(event) is kind and first <= number <= through  # subclasses are other types of event
        ]


def derived_groups(terms: DealTerms, totals: Totals) -> frozenset[str]:
    """Return the groups of a deal whose delinquency follows from what their loans owe: those that have loans."""
    if not terms.delinquency.is_derived:
        return frozenset()
    return frozenset(row.group for row in totals.rows(Selector(types=("loan_boarded",))) if row.principal)


def fact(event: Event, value: Fraction | int, field: str) -> Exact:
    """Return one field of one event as a value that names its event."""
    compiled = BY_CLASS[type(event)]
    selector = Selector(types=(compiled.name,), component=field, event_ids=(event.event_id,))
    label = f"{compiled.name.replace('_', ' ')}: {field}"
    return Exact(value, "fact", label=label, origin=event.origin, selector=selector)
