"""A simulated month of a thousand loans, clean and open, into which anything wrong can be planted.

The months before it are closed and paid. Every planted case gets a copy of the ledger of its own.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from decimal import Decimal
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

import attrs

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    BondInterestPaid,
    CollectionReceived,
    Event,
    EventCorrected,
    EventReversed,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    PayoffCollected,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Timing,
)
from ledger.findings import Finding, Grade
from ledger.simulation import Life, LifePlan, SimulatedMonth

E = TypeVar("E", bound=Event)

PLAN = LifePlan(
    seed=4,
    loans=1_000,
    months=7,
    name="planted",
    late_rate=40_000,
    foreclosure_rate=400_000,
    reo_rate=400_000,
    liquidation_rate=500_000,
    nonrecoverable_rate=200_000,
    recovery_rate=60_000,
)
DEAL = PLAN.deal
CENT = Decimal("0.01")


def post_month(ledger: Ledger, month: SimulatedMonth) -> None:
    """Post a month as its servicer would: its tables, then what was put right."""
    ledger.post_table(DEAL, [(table.type, table.frame()) for table in month.tables]).or_raise()
    if month.corrections:
        ledger.post_many(month.corrections).or_raise()


def copy_of(path: Path, other: Path) -> None:
    """Copy a ledger that may be open: what its log of changes still holds comes too."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)


def told(findings: Iterable[Finding]) -> dict[str, set[object]]:
    """Return findings by code, with everything they say but their words."""
    found: dict[str, set[object]] = {}
    for item in findings:
        found.setdefault(item.code, set()).add((item.loans, item.classes, item.groups, item.figures))
    return found


class Scene:
    """The clean month: its events by what they are, its loans by what happens to them, and files to copy."""

    def __init__(self, directory: Path) -> None:
        self.open_month, self.unpaid = directory / "open.db", directory / "unpaid.db"
        life = Life(PLAN)
        self.terms = life.terms
        self.months = list(islice(life.months(), PLAN.months))
        self.month = self.months[-1]
        self.board = {
            event.loan: event
            for table in life.boarding()
            for event in table.events(DEAL)
            if isinstance(event, LoanBoarded)
        }
        with Ledger.create(self.open_month) as ledger:
            ledger.open_deal(DEAL, self.terms).or_raise()
            ledger.post_table(DEAL, [(table.type, table.frame()) for table in life.boarding()]).or_raise()
            for month in self.months[:-1]:
                post_month(ledger, month)
                ledger.close_period(DEAL, month.payment_date).or_raise()
                if month is self.months[-2]:
                    copy_of(self.open_month, self.unpaid)
                ledger.distribute(DEAL, month.payment_date).or_raise()
            post_month(ledger, self.month)
            self.clean = ledger.readiness(DEAL, self.paid_on)
            self.report = ledger.distribution(DEAL, self.paid_on)
            before = int(f"{self.months[-2].payment_date:%Y%m%d}")
            held = ledger.events(DEAL, types=["bond_interest_paid"], first=before, last=before)
            self.interest_paid = {
                event.class_id: event for item in held if isinstance(event := item.event, BondInterestPaid)
            }

    @property
    def paid_on(self) -> dt.date:
        """The payment date of the open month."""
        return self.month.payment_date

    @property
    def due(self) -> dt.date:
        """The day on which its instalments fell due."""
        return self.paid_on.replace(day=1)

    @property
    def prior(self) -> dt.date:
        """The first day of the month before: of its prepayment period."""
        return (self.due - dt.timedelta(days=1)).replace(day=1)

    @property
    def remitted(self) -> dt.date:
        """The day before the bonds are paid."""
        return self.paid_on - dt.timedelta(days=1)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Every event of the open month."""
        return tuple(event for table in self.month.tables for event in table.events(DEAL))

    def of(self, kind: type[E]) -> dict[str, E]:
        """Return the events of a class by loan; of several on one loan, the last."""
        return {cast("str", getattr(event, "loan", None)): event for event in self.events if isinstance(event, kind)}

    @cached_property
    def dues(self) -> dict[str, ScheduledPaymentDue]:
        """The instalments."""
        return self.of(ScheduledPaymentDue)

    @cached_property
    def paid(self) -> dict[str, CollectionReceived]:
        """What was paid on time."""
        return {
            cast("str", event.loan): event
            for event in self.events
            if isinstance(event, CollectionReceived) and event.timing is Timing.ON_TIME
        }

    @cached_property
    def late(self) -> dict[str, list[CollectionReceived]]:
        """What was paid late."""
        found: dict[str, list[CollectionReceived]] = {}
        for event in self.events:
            if isinstance(event, CollectionReceived) and event.timing is not Timing.ON_TIME:
                found.setdefault(cast("str", event.loan), []).append(event)
        return found

    @cached_property
    def missed(self) -> dict[str, InstalmentReportedDelinquent]:
        """What was reported delinquent."""
        return self.of(InstalmentReportedDelinquent)

    @cached_property
    def plain(self) -> list[str]:
        """Fixed loans that paid on time and to which nothing else happens, this month or before."""
        busy = {
            cast("str", getattr(event, "loan", None))
            for event in (*self.events, *self.month.corrections)
            if not isinstance(event, ScheduledPaymentDue | CollectionReceived | ServicingFeeWithheld)
        }
        voided = {event.corrects for event in self.month.corrections if isinstance(event, EventCorrected)}
        before = {
            cast("str", name)
            for month in self.months[:-1]
            for table in month.tables
            if table.type in ("instalment_reported_delinquent", "curtailment_collected", "loan_status_changed")
            for name in table.frame()["loan"].to_list()
        }
        fees = self.of(ServicingFeeWithheld)
        return [
            loan
            for loan in self.paid
            if self.board[loan].group == "fixed"
            and loan not in busy | before | self.late.keys()
            and loan in fees
            and fees[loan].event_id not in voided
        ]

    @cached_property
    def behind(self) -> list[str]:
        """Loans that missed the instalment, were advanced to and paid nothing late."""
        advanced = self.of(AdvanceMade)
        return [loan for loan in self.missed if loan in advanced and loan not in self.late]

    @cached_property
    def curers(self) -> list[str]:
        """Loans that paid the one instalment late that they ever missed, whose advance was taken back."""
        recovered = self.of(AdvanceRecovered)
        missed = Counter(event.loan for event in self.ever("instalment_reported_delinquent"))
        return [
            loan
            for loan, events in self.late.items()
            if len(events) == 2 and loan in recovered and loan in self.paid and missed[loan] == 1
        ]

    def earlier(self, type_name: str, month: int = -2) -> list[Event]:
        """Return the events of a type of an earlier month."""
        tables = [table for table in self.months[month].tables if table.type == type_name]
        return [event for table in tables for event in table.events(DEAL)]

    def ever(self, type_name: str) -> list[Any]:
        """Return the events of a type of all the closed months."""
        return [event for month in range(len(self.months) - 1) for event in self.earlier(type_name, month)]

    @cached_property
    def left_before(self) -> list[str]:
        """Loans that were paid off in an earlier month."""
        return [cast("PayoffCollected", event).loan or "" for event in self.earlier("payoff_collected")]

    def balance(self, loan: str) -> Decimal:
        """What a plain loan stands at after its instalment of the open month."""
        paid = sum(event.principal for event in self.ever("scheduled_payment_due") if event.loan == loan)
        ahead = sum(event.amount for event in self.ever("curtailment_collected") if event.loan == loan)
        return Decimal(self.board[loan].balance - paid - ahead - self.dues[loan].principal)

    def opening(self, loan: str) -> Decimal:
        """What a plain loan stood at before it."""
        return self.balance(loan) + self.dues[loan].principal

    def at(self, loan: str, event_id: str, on: dt.date | None = None) -> dict[str, Any]:
        """Return the stamp of a planted event on a loan (default: on the due date)."""
        return {"event_id": f"planted/{event_id}", "deal": DEAL, "effective_date": on or self.due, "loan": loan}

    def voided(self, *events: Event, restates: bool = False) -> list[Event]:
        """Return the reversals of events."""
        return [
            EventReversed(
                event_id=f"{event.event_id}/voided",
                deal=DEAL,
                effective_date=event.effective_date,
                reverses=event.event_id,
                reason="planted",
                restates=restates,
            )
            for event in events
        ]

    def instead(self, event: Event, **changes: Any) -> list[Event]:
        """Return what puts another event in the place of one."""
        right = attrs.evolve(event, event_id=f"{event.event_id}/instead", **changes)
        correction = EventCorrected(
            event_id=f"{event.event_id}/corrected",
            deal=DEAL,
            effective_date=event.effective_date,
            corrects=event.event_id,
            replaced_by=right.event_id,
            reason="planted",
        )
        return [correction, right]

    def both(self, loan: str, *, principal: str = "0", interest: str = "0") -> list[Event]:
        """Return what lets a loan owe so much more than it does, and pay it."""
        changed: list[Event] = []
        for event in (self.dues[loan], self.paid[loan]):
            more = {
                "principal": event.principal + Decimal(principal),
                "interest": event.interest + Decimal(interest),
            }
            changed.extend(self.instead(event, **more))
        return changed


def changed(found: dict[str, set[object]], clean: dict[str, set[object]]) -> set[str]:
    """Return the codes under which something is found that the clean month does not have."""
    return {code for code, items in found.items() if items - clean.get(code, set())}


def weighty(findings: Sequence[Finding]) -> list[Finding]:
    """Return what is no mere note."""
    return [item for item in findings if item.grade is not Grade.NOTE]
