"""The quick way of the gate and the loan-by-loan way say the same, whatever is wrong with a month."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import attrs
import pytest

from ledger import (
    CollectionReceived,
    CurtailmentCollected,
    Event,
    EventReversed,
    Ledger,
    LoanRateChanged,
    PayoffCollected,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)
from ledger.deal.schedule import schedule
from ledger.events.codec import encode
from ledger.readiness import gathering, plain
from ledger.readiness.loan_month import DUES, FEES, PAYMENTS
from ledger.readiness.plain import Measures, Plain, RoutineRows, payment_units, plain_loans
from ledger.store.database import queries
from ledger.store.database.pool_queries import PoolQueries
from ledger.store.database.statements import columns_of_loans
from ledger.values.selector import Selector
from tests.draws import draws
from tests.ledger.readiness import instalment_cases, money_cases, pool_cases
from tests.ledger.readiness.cases import Case
from tests.ledger.readiness.scene import DEAL, Scene
from tests.ledger.readiness.small import DEAL as SMALL
from tests.ledger.readiness.small import DUE, LOANS, boarded, fee_of_group, missed, terms

CASES = [
    *instalment_cases.INSTALMENTS,
    *instalment_cases.NOTES,
    *money_cases.CASH,
    *money_cases.ADVANCES,
    *money_cases.ARREARS,
    *pool_cases.POOL,
    *pool_cases.BONDS,
]
NEXT = dt.date(2021, 2, 1)
BY_DAYS: dict[str, Any] = {
    "interest_method": "actual/365",
    "original_balance": "100000.00",
    "original_term_months": 360,
    "first_due_date": DUE,
    "payment": "600.00",
    "amortization_type": "fixed",
}
"""A loan whose interest no twelfth of a year is."""
STEPS = [-10_000, -101, -100, -99, -1, 1, 99, 100, 101, 101, 150, 20_000]
"""How far an amount is off, in units of 0.0001 dollar: around a cent, which is 100 of them, and far."""


@contextmanager
def always() -> Iterator[list[Plain | None]]:
    """Let loans pass by however few there are; yield what is found to be plain."""
    seen: list[Plain | None] = []

    def noting(*asked: Any) -> Plain | None:
        seen.append(plain.plain_loans(*asked))
        return seen[-1]

    with patch.object(plain, "_GAINED", 0), patch.object(gathering, "plain_loans", noting):
        yield seen


def alike(ledger: Ledger, deal: str, paid_on: dt.date) -> int:
    """Hold the two ways to each other; return how many loans passed by."""
    with always() as seen:
        found = ledger.readiness(deal, paid_on).findings
    with patch.object(PoolQueries, "pool_columns", return_value=None):
        assert ledger.readiness(deal, paid_on).findings == found
    assert len(seen) <= 1  # without a report no loan is looked at
    return sum(item.loans for item in seen if item is not None)


def month(on: dt.date, loan: str, interest: str, *, fee: bool) -> list[Event]:
    """Return the month of a loan as it should be: an instalment, its payment, and its fee."""
    stamp: dict[str, Any] = {"deal": SMALL, "effective_date": on, "loan": loan}
    parts: dict[str, Any] = {"principal": "100.00", "interest": interest}
    events: list[Event] = [
        ScheduledPaymentDue(event_id=f"due/{loan}/{on}", **stamp, **parts),
        CollectionReceived(event_id=f"paid/{loan}/{on}", **stamp, **parts),
    ]
    if fee:
        remitted = stamp | {"effective_date": on.replace(day=20)}
        events.append(ServicingFeeWithheld(event_id=f"fee/{loan}/{on}", amount="20.83", **remitted))
    return events


def faulty(random: Random, events: list[Event], on: dt.date) -> list[Event]:
    """Return a month of a loan with something wrong or unusual in it."""
    event = random.choice(events)
    others = [item for item in events if item is not event]
    loan = getattr(event, "loan", "")
    stamp: dict[str, Any] = {"deal": SMALL, "loan": loan, "effective_date": on}
    name = "amount" if isinstance(event, ServicingFeeWithheld) else random.choice(["principal", "interest"])
    off = Decimal(random.choice(STEPS)).scaleb(-4)
    earlier = event.effective_date - dt.timedelta(days=random.choice([1, 14, 15, 16, 30]))
    void: dict[str, Any] = {"effective_date": event.effective_date, "reverses": event.event_id, "reason": "wrong"}
    parts: dict[str, Any] = {"principal": "100.00", "interest": "500.00"}

    def apart(event: Event) -> Event:
        return attrs.evolve(event, **{name: getattr(event, name) + off})

    def changed(days: int, note_rate: str, servicing_rate: str | None = None) -> LoanRateChanged:
        given = stamp | {"effective_date": on - dt.timedelta(days=days)}
        rates: dict[str, Any] = {"note_rate": note_rate, "servicing_rate": servicing_rate}
        return LoanRateChanged(event_id=f"rate/{loan}/{on}", **given, **rates)

    made: list[list[Event]] = [
        others,
        [*others, apart(event)],
        *3 * [[apart(item) if hasattr(item, name) else item for item in events]],
        [*others, attrs.evolve(event, effective_date=earlier)],
        [events[0], missed(loan, on)],
        [PayoffCollected(event_id=f"off/{loan}/{on}", amount="100000.00", note_rate="0.06", **stamp)],
        *(
            [*events, more]
            for more in (
                attrs.evolve(events[-1], event_id=f"{loan}/{on}/again"),
                EventReversed(event_id=f"{loan}/{on}/void", deal=SMALL, **void),
                CollectionReceived(event_id=f"{loan}/{on}/late", timing="late", due_date=DUE, **parts, **stamp),
                CurtailmentCollected(event_id=f"{loan}/{on}/ahead", amount="50.00", **stamp),
                changed(0, "0.06125"),
                changed(10, "0.06125"),
                changed(10, "0.06", "0.003"),
            )
        ),
    ]
    return random.choice(made)


def tape(random: Random) -> list[Event]:
    """Return the boarding of ten loans, of which some say something else than the others."""
    odd: dict[str, list[Any]] = {
        "payment": ["600.00", "600.01", "600.0150", "600.02", "599.98", "90000.00"],
        "servicing_rate": ["0", "0.0026"],
        "seasoning_months": [None],
        "remaining_term_months": [None],
        "balance": ["100.00", "100001.00"],
        "note_rate": ["0.060001", "0.061"],
    }
    events = boarded()
    for place in random.sample(range(len(events)), 4):
        name = random.choice(list(odd))
        events[place] = attrs.evolve(events[place], **{name: random.choice(odd[name])})
    place = random.randrange(len(events))
    events[place] = attrs.evolve(events[place], **BY_DAYS)
    return events


def months(random: Random) -> Iterator[list[list[Event]]]:
    """Yield the batches of a month, those as they should be in one; perhaps, before it, of one that loans missed."""
    fee, two = random.random() < 0.7, random.random() < 0.4
    for on, interest in ((DUE, "500.00"), (NEXT, "499.50"))[: 1 + two]:
        wrong = set(random.sample(LOANS, 5))
        whole = {loan: month(on, loan, interest, fee=fee) for loan in LOANS}
        right = [event for loan, held in whole.items() if loan not in wrong for event in held]
        right.extend([] if fee else [fee_of_group("208.33", on.replace(day=20))])
        if two and on == DUE:
            later = random.sample(sorted(set(LOANS) - wrong), 3)
            rates = [{"note_rate": "0.06125"}, {"note_rate": "0.06", "servicing_rate": "0.003"}, {"note_rate": "0.06"}]
            for loan, given in zip(later, rates, strict=True):
                stamp: dict[str, Any] = {"deal": SMALL, "effective_date": on, "loan": loan, **given}
                right.append(LoanRateChanged(event_id=f"rate/{loan}/{on}", **stamp))
            yield [right, *([held[0], missed(loan, on)] for loan, held in whole.items() if loan in wrong)]
        else:
            yield [right, *(faulty(random, held, on) for loan, held in whole.items() if loan in wrong)]


def test_random_months_with_faults_are_found_alike_both_ways() -> None:
    """What is refused is left out. Half of the loans have something wrong, so that whoever passes wrongly is missed."""
    passed = 0
    with Ledger.create("sqlite://") as ledger:
        for seed in range(draws(3)):
            random, deal = Random(seed), f"small {seed}"
            ledger.open_deal(deal, terms()).or_raise()
            ledger.post_many([attrs.evolve(event, deal=deal) for event in tape(random)]).or_raise()
            calendar = schedule(ledger.terms(deal))
            for number, batches in enumerate(months(random)):
                paid_on = calendar.payment_dates[number]
                for events in filter(None, batches):
                    ledger.post_many([attrs.evolve(event, deal=deal) for event in events])
                passed += alike(ledger, deal, paid_on)
                reasons = dict.fromkeys(ledger.readiness(deal, paid_on).codes_to_acknowledge, "known")
                if not ledger.close_period(deal, paid_on, acknowledge=reasons, who="me").accepted:
                    break
                ledger.distribute(deal, paid_on).or_raise()
    assert passed > 2 * draws(3)


def test_what_is_planted_together_is_found_alike_both_ways(scene: Scene, tmp_path: Path) -> None:
    for seed in range(draws(1)):
        path = tmp_path / f"{seed}.db"
        shutil.copy(scene.open_month, path)
        with Ledger.open(path) as ledger:
            for case in Random(seed).sample(CASES, 5):
                ledger.post_many(list(case.make(scene)))
            assert alike(ledger, DEAL, scene.paid_on) > len(scene.plain) / 2


def test_the_routine_of_a_month_is_the_same_either_way(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch is gone through a few events at a time, so that parts end within it."""
    monkeypatch.setattr(queries, "TOGETHER", 37)
    number = int(f"{scene.paid_on:%Y%m%d}")
    with Ledger.open(scene.open_month) as ledger, ledger._store.reading() as reading:
        known = reading.head(1).sequence
        for kind in (DUES, PAYMENTS, FEES):
            wanted = Selector(types=kind.types, first=number, last=number)
            for upto in (known, known - 50):
                found = list(reading.month_columns(1, wanted, kind.columns, known_through=upto))
                values = {
                    "deal_key": 1,
                    "known_through": upto,
                    "types": list(kind.types),
                    "first": number,
                    "last": number,
                }
                statement = columns_of_loans(kind.columns, tuple(values), exceptional=False, on_postgresql=False)
                rows = [tuple(row) for row in reading._execute(statement, values)]
                assert sorted(found, key=repr) == sorted(rows, key=repr)
                assert found


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_planted_case_is_found_alike_both_ways(scene: Scene, case: Case, tmp_path: Path) -> None:
    path = tmp_path / "alike.db"
    shutil.copy(scene.open_month, path)
    with Ledger.open(path) as ledger:
        ledger.post_many(list(case.make(scene)))
        alike(ledger, DEAL, scene.paid_on)


def test_a_payment_as_it_is_spelt_is_whole_units() -> None:
    spelt: dict[str | int, int] = {"600": 6_000_000, "600.5": 6_005_000, "600.05": 6_000_500, "0.0001": 1, 7: 70_000}
    assert {text: payment_units(text) for text in spelt} == spelt


NOTED = boarded(payment="600.00")[0]
OPENING, INTEREST, PRINCIPAL, FEE, CENT = 1_000_000_000, 5_000_000, 1_000_000, 208_300, 100
MEASURES = Measures(near=20210101, since=20210105, cent=CENT, changed={}, by_days=(), doubtful=())
POOL = ("a", "one", 600_000_000, 25_000_000, encode(NOTED).decode(), 7, -PRINCIPAL, OPENING - PRINCIPAL, 1)
DUE_ROW = ("a", "one", 20210101, PRINCIPAL, INTEREST, None)
PAID_ROW = ("a", "one", "on time", PRINCIPAL, INTEREST)
FEE_ROW = ("a", "one", 20210120, FEE)
BY_METHOD = POOL[4][:-1] + ',"interest_method":"actual/365"}'
OTHERS = [(f"b{number}", *POOL[1:5], 8 + number, *POOL[6:]) for number in range(9)]


def passes(
    pool: Sequence[Any] = POOL,
    due: Sequence[Any] = DUE_ROW,
    paid: Sequence[Any] | None = PAID_ROW,
    fee: Sequence[Any] | None = FEE_ROW,
    measures: Measures = MEASURES,
    more: RoutineRows | None = None,
) -> bool:
    """Say whether a loan passes among others of which nothing is to be said."""
    extra = more or RoutineRows([], [], [])
    rows = RoutineRows(
        [tuple(due), *((item[0], *DUE_ROW[1:]) for item in OTHERS), *extra.dues],
        [*([] if paid is None else [tuple(paid)]), *((item[0], *PAID_ROW[1:]) for item in OTHERS), *extra.payments],
        [*([] if fee is None else [tuple(fee)]), *((item[0], *FEE_ROW[1:]) for item in OTHERS), *extra.fees],
    )
    found = plain_loans([[tuple(pool), *OTHERS]], rows, measures, tuple)
    assert found is not None
    assert found.loans + len(found.apart) == 10
    assert found.apart <= {"a"}
    return not found.apart


def instalment(principal: int, interest: int) -> dict[str, Any]:
    """Return rows of a month in which a loan owed and paid something else."""
    return {
        "pool": (*POOL[:6], -principal, OPENING - principal, 1),
        "due": (*DUE_ROW[:3], principal, interest, None),
        "paid": (*PAID_ROW[:3], principal, interest),
    }


@pytest.mark.parametrize("off", [0, 1, -1, CENT, -CENT])
def test_a_cent_of_interest_is_a_rounding(off: int) -> None:
    assert passes(**instalment(PRINCIPAL - off, INTEREST + off))


UNUSUAL: dict[str, dict[str, Any]] = {
    "more interest than a cent": instalment(PRINCIPAL - CENT - 1, INTEREST + CENT + 1),
    "less interest than a cent": instalment(PRINCIPAL + CENT + 1, INTEREST - CENT - 1),
    "another payment than the note's": instalment(PRINCIPAL + 2 * CENT + 1, INTEREST),
    "an instalment of another group": {"due": ("a", "two", *DUE_ROW[2:])},
    "an instalment of a month before": {"due": (*DUE_ROW[:2], 20201231, *DUE_ROW[3:])},
    "an instalment that voids another": {"due": (*DUE_ROW[:5], "due/a")},
    "a loan of another group": {"pool": ("a", "two", *POOL[2:])},
    "a movement that is not the instalment's": {"pool": (*POOL[:6], -PRINCIPAL - 1, OPENING - PRINCIPAL - 1, 1)},
    "no balance left": {"pool": (*POOL[:7], 0, 1)},
    "off the books": {"pool": (*POOL[:8], 0)},
    "several loans under one name": {"pool": (*POOL[:8], 2)},
    "no rate": {"pool": ("a", "one", 0, *POOL[3:])},
    "interest by a method of its own": {"pool": (*POOL[:4], BY_METHOD, *POOL[5:])},
    "nothing paid": {"paid": None},
    "less paid": {"paid": (*PAID_ROW[:4], INTEREST - 1)},
    "paid late": {"paid": (*PAID_ROW[:2], "late", *PAID_ROW[3:])},
    "a fee of the month before": {"fee": (*FEE_ROW[:2], MEASURES.since, FEE)},
    "more fee than a cent": {"fee": (*FEE_ROW[:3], FEE + CENT + 34)},
    "no fee": {"fee": None},
    "a rate that was changed": {"measures": attrs.evolve(MEASURES, changed={"a": (610_000_000, 25_000_000)})},
    "a group that counts by days": {"measures": attrs.evolve(MEASURES, by_days=("two",)), **{
        "pool": ("a", "two", *POOL[2:]), "due": ("a", "two", *DUE_ROW[2:]), "paid": ("a", "two", *PAID_ROW[2:]),
    }},
    "something else that is known": {"measures": attrs.evolve(MEASURES, doubtful=("a",))},
    "two instalments": {"more": RoutineRows([DUE_ROW], [], [])},
    "two payments": {"more": RoutineRows([], [PAID_ROW], [])},
    "two fees": {"more": RoutineRows([], [], [FEE_ROW])},
}  # fmt: skip


@pytest.mark.parametrize("rows", UNUSUAL.values(), ids=UNUSUAL)
def test_whatever_a_month_says_of_a_loan_puts_it_apart(rows: dict[str, Any]) -> None:
    assert not passes(**rows)
